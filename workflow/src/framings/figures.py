"""The figures: each function takes the tables that it draws and returns a matplotlib Figure.

A figure makes one claim, which its heading says in words computed from the table, and is named after it. Cells that
could not be estimated are drawn as such, never left out. ``simulated`` puts the words SIMULATED DATA on the picture.
``save_png``, ``save_svg`` and ``save_pdf`` of ``framings.canvas`` turn a Figure into bytes.
"""

from collections import Counter

import pandas as pd

from framings.canvas import (
    BAND,
    BLUE,
    FAINT,
    GREEN,
    INK,
    LEAST,
    ORANGE,
    PAPER,
    PURPLE,
    RULE,
    SKY,
    SOFT,
    VERMILION,
    choose_ticks,
    clean,
    count,
    draw_box,
    draw_boxes,
    draw_lines,
    draw_marks,
    draw_strokes,
    measure_width,
    open_page,
    percent,
    say,
    say_lines,
    scale,
    wrap_lines,
)  # fmt: skip
from framings.coder_names import caution_reader
from framings.curves_figure import plan_curves
from framings.error_rate_figures import error_rates
from framings.forest import plan_forest
from framings.parts import draw_whole
from framings.what_would_change import plan_changes

FAMILY_COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
FAMILY_MARKS = ("o", "s", "D", "^", "v", "P")


def draw_figures(tables, names, stages, title, simulated, coder_id="dictionary", reference_note="", state=""):
    """Return all figures of a corpus by their names; those of the recovery and of error rates where ``tables`` holds their tables.

    Shares are those of ``coder_id``; ``reference_note`` says what should be known of the reference codes, where it rests on them;
    ``state`` whether error rates are up to date.
    """
    look, people = {"subtitle": title, "simulated": simulated}, (names["actors"], names["stages"])
    shares, actors = tables["prevalence"], names["actors"]
    coded = look | {"coder_id": coder_id, "reference_note": reference_note}
    plans = plan_tall(tables, names, title, simulated, coder_id, reference_note)
    drawn = {
        "inclusion_flow": inclusion_flow(tables["inclusion"], actors, **look),
        "coverage_over_time": coverage_over_time(tables["documents"], tables["words"], actors, stages, **look),
        "topics_by_actor": topics_by_actor(tables["topics"], actors, **look),
        "frames_by_actor_and_stage": frames_by_actor_and_stage(shares, names["families"], *people, **coded),
        "main_subframes_by_actor_and_stage": main_subframes_by_actor_and_stage(shares, names["codes"], *people, **coded),
        "subframes_by_actor_and_stage": subframes_by_actor_and_stage(shares, names["codes"], *people, **coded),
    } | {name: draw_whole(plan) for name, plan in plans.items()}
    if "recovery_shares" in tables:
        drawn["shares_recovered"] = shares_recovered(tables["recovery_shares"], title)
        drawn["contrasts_recovered"] = contrasts_recovered(tables["recovery_contrasts"], title)
    if "error_rates" in tables:
        drawn["error_rates"] = error_rates(tables["error_rates"], title, state)
    return drawn


def plan_tall(tables, names, title, simulated, coder_id="dictionary", reference_note=""):
    """Return the plans of the figures that may be higher than a page: {name: plan}; their parts are what is printed."""
    coded, tests = (title, simulated, coder_id, reference_note), tables["assessments"]
    kinds = dict(zip(tests["hypothesis_id"], tests["test"], strict=True))
    titles = (names["hypothesis_families"], names["windows"], names["margins"])
    return {
        "hypotheses_forest": plan_forest(tests, *titles, *coded),
        "what_would_change": plan_changes(tables["sensitivities"], tables["changes"], kinds, *coded),
        "specification_curve": plan_curves(tables["specifications"], tables["curves"], *_claim_tests(tables), *coded),
    }


def _claim_tests(tables):
    """Return {hypothesis: claim}, and {hypothesis: estimate from planted codes} where the corpus is simulated."""
    claims = dict(zip(tables["assessments"]["hypothesis_id"], tables["assessments"]["claim"], strict=True))
    known = tables.get("recovery_contrasts")
    return claims, {} if known is None else dict(zip(known["hypothesis_id"], known["estimate_planted_codes"], strict=True))


def _known(frame, *columns):
    """Return the rows of a table in which the named columns are not missing."""
    return frame[frame[list(columns)].notna().all(axis=1)]


# Frames by actor and stage -----------------------------------------------------------------------------------------


def frames_by_actor_and_stage(
    prevalence, codes, actors, stages, subtitle="", simulated=False, coder_id="dictionary", reference_note=""
):
    """Return the figure of the families' shares with 95 % intervals, by actor and stage.

    ``prevalence`` keeps its contract; ``codes`` (at most 6), ``actors`` and ``stages`` map ids to names, in drawing order.
    The thin line in an actor's block is the share over all stages.
    """
    cells = _cells(prevalence, coder_id)
    drawn = [cells[c, a, s] for c in codes for a in actors for s in stages if (c, a, s) in cells]
    note = "Points: share of sentences; bars: 95 % intervals (leave-one-document-out); thin lines: all stages together. "
    note += f"{_not_estimable(drawn)} {caution_reader(coder_id, reference_note)}"
    page = open_page(4.15 + _key_height(stages, 8.3), _claim_frames(cells, codes, actors, stages), subtitle, note, simulated)
    floor = page.bottom + 0.45 + _key_height(stages, 8.3)
    blocks = _blocks(page.left + 0.45, page.right, actors, stages)
    for k, title in enumerate(codes.values()):
        x = page.left + 0.45 + sum(measure_width(t, 8.5, "bold") + 0.45 for t in list(codes.values())[:k])
        draw_marks(page, [(x, page.top - 0.06)], FAMILY_COLORS[k], FAMILY_MARKS[k], 6)
        say(page, x + 0.12, page.top - 0.1, title, 8.5, FAMILY_COLORS[k], weight="bold")
    _heads(page, cells, next(iter(codes)), actors, blocks, page.top - 0.45)
    y = _share_axis(page, drawn, floor, page.top - 0.85, page.left + 0.45, page.right)
    for k, code in enumerate(codes):
        shift = (k - (len(codes) - 1) / 2) * min(0.11, 0.5 * blocks[2] / len(codes))
        _draw_shares(page, cells, code, actors, stages, blocks, y, FAMILY_COLORS[k], FAMILY_MARKS[k], shift)
    _draw_gaps(page, cells, codes, actors, stages, blocks, floor)
    _stage_ticks(page, stages, blocks, floor)
    _stage_key(page, stages, page.left + 0.1, page.bottom + _key_height(stages, 8.3) - 0.02, 8.3, blocks[2])
    return page.figure


def main_subframes_by_actor_and_stage(
    prevalence, codes, actors, stages, subtitle="", simulated=False, coder_id="dictionary", reference_note="", per_family=4
):
    """Return small multiples of sub-frames: a strip for each, with shares and 95 % intervals by actor and stage.

    ``codes`` maps ids to (title, family); drawn are the ``per_family`` with the largest mean share (``pick_main_codes``).
    """
    codes = pick_main_codes(prevalence, codes, per_family, coder_id)
    cells, strip = _cells(prevalence, coder_id), 0.82
    drawn = [cells[c, a, s] for c in codes for a in actors for s in stages if (c, a, s) in cells]
    note = f"All strips share one scale, in percent of sentences; bars: 95 % intervals. {_not_estimable(drawn)} {caution_reader(coder_id, reference_note)}"
    page = open_page(
        strip * len(codes) + 0.8 + _key_height(stages, 8.3), _claim_main(cells, codes, actors), subtitle, note, simulated
    )
    start = page.left + 2.15
    blocks, families = _blocks(start, page.right, actors, stages), list(dict.fromkeys(family for _, family in codes.values()))
    _heads(page, cells, next(iter(codes)), actors, blocks, page.top - 0.1)
    for k, (code, (title, family)) in enumerate(codes.items()):
        floor = page.top - 0.42 - strip * (k + 1) + 0.14
        color, mark = FAMILY_COLORS[families.index(family)], FAMILY_MARKS[families.index(family)]
        y = _share_axis(page, drawn, floor, floor + strip - 0.24, start, page.right, about=3)
        lines = wrap_lines(title, 1.62, 8, most=2)
        say(page, page.left, floor + 0.22 + 0.073 * len(lines), code, 8, color, weight="bold")
        say_lines(page, page.left, floor + 0.075 + 0.073 * len(lines), lines, 8, color)
        _draw_shares(page, cells, code, actors, stages, blocks, y, color, mark, 0, 4.2)
        _draw_gaps(page, cells, [code], actors, stages, blocks, floor)
    _stage_ticks(page, stages, blocks, floor)
    _stage_key(page, stages, page.left, page.bottom + _key_height(stages, 8.3) - 0.02, 8.3, blocks[2])
    return page.figure


def _claim_main(cells, codes, actors):
    """Return the heading: the sub-frame with the largest share over all stages, and whose it is."""
    whole = [(cells[c, a, "all"].share, c, a) for c in codes for a in actors if _is_number(cells.get((c, a, "all")))]
    if not whole:
        return "The main sub-frames by actor and stage"
    share, code, actor = max(whole, key=lambda cell: cell[0])
    return f"The most voiced sub-frame is “{codes[code][0]}”: {percent(share)} % of the sentences of {actors[actor]}"


def pick_main_codes(prevalence, codes, per_family=4, coder_id="dictionary"):
    """Return the entries of ``codes`` ({id: (title, family)}) with the largest mean share over all stages, a few a family.

    Families and codes keep the order of ``codes``.
    """
    whole = prevalence[(prevalence["coder_id"] == coder_id) & (prevalence["stage_id"] == "all")]
    means = whole.groupby("code")["share"].mean()
    chosen = set()
    for family in dict.fromkeys(family for _, family in codes.values()):
        members = [c for c, (_, f) in codes.items() if f == family]
        chosen |= set(sorted(members, key=lambda c: (-_or_zero(means.get(c)), c))[:per_family])
    return {c: named for c, named in codes.items() if c in chosen}


def subframes_by_actor_and_stage(
    prevalence, codes, actors, stages, subtitle="", simulated=False, coder_id="dictionary", reference_note=""
):
    """Return the map of all sub-frames: a number and a shade for each code, actor and stage, and for all stages together.

    ``codes`` maps ids to (title, family); hatched cells could not be estimated.
    """
    cells, row, columns = _cells(prevalence, coder_id), 0.235, {**stages, "all": "all stages"}
    drawn = [cells[c, a, s] for c in codes for a in actors for s in columns if (c, a, s) in cells]
    families = list(dict.fromkeys(family for _, family in codes.values()))
    common = sum(_is_number(cell) and cell.share >= 0.01 for cell in drawn if cell.stage_id != "all")
    known = sum(_is_number(cell) for cell in drawn if cell.stage_id != "all")
    note = f"Percent of an actor's sentences in a stage; intervals are in the table. {_not_estimable(drawn, 'Hatched')} {caution_reader(coder_id, reference_note)}"
    claim = f"Most sub-frames are rare: {common} of {known} estimable cells reach one sentence in a hundred"
    claim = (
        claim
        if 2 * common < known
        else f"Every sub-frame by actor and stage: {common} of {known} estimable cells reach one sentence in a hundred"
    )
    body = row * len(codes) + 0.18 * len(families) + 0.72 + _key_height(stages, 8.3)
    page = open_page(body, claim, subtitle, note, simulated)
    blocks = _blocks(page.left + 2.75, page.right, actors, columns)
    _heads(page, cells, next(iter(codes)), actors, blocks, page.top - 0.1)
    _stage_ticks(page, columns, blocks, page.top - 0.36)
    most, y, before = max([cell.share for cell in drawn if _is_number(cell)], default=1) or 1, page.top - 0.6, None
    for code, (title, family) in codes.items():
        y -= row + (0.18 if before not in (None, family) else 0)
        before = family
        color = FAMILY_COLORS[families.index(family)]
        say(page, page.left, y + 0.075, code, 7.5, color, weight="bold")
        size = next((s for s in (8, LEAST) if measure_width(clean(title), s) <= 2.3), LEAST)
        say(page, page.left + 0.42, y + 0.075, wrap_lines(title, 2.3, size, most=1)[0], size)
        _heat_row(page, [[cells.get((code, a, s)) for s in columns] for a in actors], blocks, y, row, color, most)
    _stage_key(page, stages, page.left, page.bottom + _key_height(stages, 8.3) - 0.02, 8.3, blocks[2])
    return page.figure


def _cells(prevalence, coder_id):
    """Return the rows of one coder by (code, actor, stage)."""
    rows = prevalence[prevalence["coder_id"] == coder_id]
    return {(r.code, r.actor_id, r.stage_id): r for r in rows.itertuples(index=False)}


def _is_number(cell):
    return cell is not None and pd.notna(cell.share)


def _or_zero(value):
    return 0.0 if value is None or pd.isna(value) else float(value)


def _or_one(value):
    return 1.0 if value is None or pd.isna(value) else float(value)


def _claim_frames(cells, codes, actors, stages):
    """Return the heading: which of the first two families prevails in how many cells."""
    if len(codes) < 2:
        return f"{next(iter(codes.values()))} by actor and stage"
    (a, name_a), (b, name_b) = list(codes.items())[:2]
    pairs = [(cells.get((a, p, s)), cells.get((b, p, s))) for p in actors for s in stages]
    pairs = [(x, y) for x, y in pairs if _is_number(x) and _is_number(y)]
    if not pairs:
        return f"{name_a} and {name_b} by actor and stage: both could be estimated in no cell"
    apart = [x.share > y.share for x, y in pairs if _are_apart(x, y)]
    n, cells = len(pairs), "the one estimable cell" if len(pairs) == 1 else f"{len(pairs)} estimable cells"
    if not apart:
        return f"Neither frame clearly prevails in {'' if n == 1 else 'any of '}{cells} of actor and stage: intervals overlap"
    found = [(name_a, sum(apart)), (name_b, len(apart) - sum(apart))]
    (name, most), (other, least) = sorted(found, key=lambda one: -one[1])
    also = f", {other.lower()} in {least}" if least else ""
    return f"{name} clearly prevails in {cells if n == 1 else f'{most} of {cells}'} of actor and stage{also}"


def _are_apart(x, y):
    """Return whether the intervals of two shares do not overlap."""
    return _or_zero(x.low) > _or_one(y.high) or _or_zero(y.low) > _or_one(x.high)


def _not_estimable(cells, mark="n.e."):
    """Return the sentence that says how many cells are not estimable and why."""
    gaps = [cell for cell in cells if not _is_number(cell)]
    if not gaps:
        return ""
    reasons = list(dict.fromkeys(str(cell.reason) for cell in gaps if pd.notna(cell.reason)))
    asked = ", or codes that were not asked for" if any(reason.startswith("not coded") for reason in reasons) else ""
    lacking = "documents, sentences or reference codes" if "reference codes" in "".join(reasons) else "documents or sentences"
    why = (
        f" ({'; '.join(reasons)})"
        if 0 < len(reasons) <= 2
        else f" (too few {lacking}{asked}: the reason of each is in the table)"
    )
    return f"{mark}: not estimable{why}."


def _blocks(start, end, actors, stages):
    """Return where the actors' blocks start, their width, and the width of a stage in them, in inches."""
    gap = 0.16
    width = (end - start - gap * (len(actors) - 1)) / max(1, len(actors))
    return [start + k * (width + gap) for k in range(len(actors))], width, width / max(1, len(stages))


def _heads(page, cells, code, actors, blocks, y):
    """Write the actors' names over their blocks, with what they said in all stages together."""
    for x, (actor, name) in zip(blocks[0], actors.items(), strict=True):
        lines, whole = wrap_lines(name, blocks[1], 8.5, "bold", most=2), cells.get((code, actor, "all"))
        say_lines(page, x + blocks[1] / 2, y + 0.14 * (len(lines) - 1), lines, 8.5, ha="center", weight="bold", leading=1.18)
        if whole is not None:
            text = f"{count(whole.n_sentences)} sent., {count(whole.n_documents)} doc."
            say(page, x + blocks[1] / 2, y - 0.15, text, LEAST, SOFT, ha="center")


def _share_axis(page, drawn, floor, ceiling, start, end, about=4):
    """Draw the gridlines of shares in percent and return the scale."""
    most = max([_or_zero(c.high) if pd.notna(c.high) else c.share for c in drawn if _is_number(c)], default=0.1) or 0.1
    ticks = choose_ticks(0, most, about)
    y = scale(0, ticks[-1], floor, ceiling)
    draw_lines(page, [((start, y(t)), (end, y(t))) for t in ticks], RULE, 0.6)
    for tick in ticks:
        say(page, start - 0.06, y(tick), f"{100 * tick:g}{' %' if tick == ticks[-1] else ''}", 7.5, SOFT, ha="right", va="center")
    return y


def _draw_shares(page, cells, code, actors, stages, blocks, y, color, mark, shift, size=5.2):
    """Draw points and intervals of one code, and a thin line for each actor's share over all stages."""
    points, bars, whole = [], [], []
    for x0, actor in zip(blocks[0], actors, strict=True):
        total = cells.get((code, actor, "all"))
        if _is_number(total):
            whole.append(((x0, y(total.share)), (x0 + blocks[1], y(total.share))))
        for j, stage in enumerate(stages):
            cell, x = cells.get((code, actor, stage)), x0 + (j + 0.5) * blocks[2] + shift
            if _is_number(cell):
                points.append((x, y(cell.share)))
                if pd.notna(cell.low):
                    bars.append(((x, y(cell.low)), (x, y(cell.high))))
    draw_lines(page, whole, color, 0.9, alpha=0.4)
    draw_lines(page, bars, color, 1.5)
    draw_marks(page, points, color, mark, size)


def _draw_gaps(page, cells, codes, actors, stages, blocks, floor):
    """Mark the cells in which no code could be estimated with a hollow ring and 'n.e.'."""
    rings = []
    for x0, actor in zip(blocks[0], actors, strict=True):
        for j, stage in enumerate(stages):
            if not any(_is_number(cells.get((code, actor, stage))) for code in codes):
                x = x0 + (j + 0.5) * blocks[2]
                rings.append((x, floor))
                say(page, x, floor + 0.08, "n.e.", LEAST, SOFT, ha="center")
    draw_marks(page, rings, FAINT, "o", 4.5, filled=False)


def _stage_ticks(page, stages, blocks, floor):
    """Write the stages' short names under every block; ids that are too wide become numbers explained in the key."""
    draw_lines(page, [((x0, floor), (x0 + blocks[1], floor)) for x0 in blocks[0]], SOFT, 0.8)
    for x0 in blocks[0]:
        for j, name in enumerate(_short_names(stages, blocks[2])):
            say(page, x0 + (j + 0.5) * blocks[2], floor - 0.17, name, LEAST, INK, ha="center")


def _short_names(stages, room=1.0):
    """Return the stage ids where they are short and fit the room in inches, else numbers from 1; 'all' stays."""
    short = all(len(stage) <= 3 and measure_width(stage, LEAST) <= 0.88 * room for stage in stages)
    return [stage if short or stage == "all" else str(j + 1) for j, stage in enumerate(stages)]


def _key_lines(stages, width, room=1.0):
    pairs = [
        f"{short} = {name}"
        for short, (stage, name) in zip(_short_names(stages, room), stages.items(), strict=True)
        if stage != "all"
    ]
    return wrap_lines("Stages:  " + ";   ".join(pairs), width, LEAST)


def _key_height(stages, width):
    return 0.14 * len(_key_lines(stages, width)) + 0.08


def _stage_key(page, stages, x, y, width, room=1.0):
    """Write which short name stands for which stage."""
    say_lines(page, x, y - 0.1, _key_lines(stages, width, room), LEAST, SOFT, leading=1.34)


def _heat_row(page, blocks_of_cells, blocks, y, height, color, most):
    """Draw one row of the map: a shaded box with its percent for each cell, hatched where there is none."""
    wide, shaded, hatched = blocks[2], [], []
    for x0, row in zip(blocks[0], blocks_of_cells, strict=True):
        for j, cell in enumerate(row):
            x = x0 + j * wide
            if not _is_number(cell):
                hatched.append((x, y))
                continue
            depth = (cell.share / most) ** 0.6
            shaded.append(((x, y), _tint(color, 0.03 + 0.97 * depth)))
            shade = PAPER if depth > 0.6 else INK
            say(page, x + wide / 2, y + 0.075, percent(cell.share), LEAST, shade, ha="center")
    draw_boxes(page, [corner for corner, _ in shaded], wide - 0.015, height - 0.015, [shade for _, shade in shaded])
    draw_strokes(page, hatched, wide - 0.015, height - 0.015, RULE)


def _tint(color, depth):
    """Return a colour between white (0) and itself (1)."""
    parts = [int(color[k : k + 2], 16) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - (255 - part) * depth):02x}" for part in parts)


# Topics ------------------------------------------------------------------------------------------------------------


def topics_by_actor(topics, actors, subtitle="", simulated=False):
    """Return the shares of the topics in each actor's turns with 95 % intervals.

    ``topics`` keeps the contract TOPIC_ACTORS of ``framings.topic_links``.
    """
    wide = topics.pivot_table(index=["topic", "label"], columns="actor_id", values="share", sort=False)
    order = wide.mean(axis=1).sort_values(ascending=False, kind="stable").index
    spread = (wide.max(axis=1) - wide.min(axis=1)).fillna(0)
    rows = {(r.topic, r.actor_id): r for r in topics.itertuples(index=False)}
    claim, row = "Topics by actor", 0.37
    if spread.gt(0).any():
        topic, label = spread.index[spread.to_numpy().argmax()]
        low, high = wide.loc[(topic, label)].min(), wide.loc[(topic, label)].max()
        claim = f"The actors differ most on the topic “{_shorten(label)}”: from {percent(low)} to {percent(high)} % of their talk"
    note = (
        "Mean share of a topic in an actor's talk; bars: 95 % intervals over documents. Labels are the topic's strongest words. "
    )
    note += f"{_not_estimable([r for r in rows.values() if r.actor_id in actors])} Topics serve discovery, not tests."
    page = open_page(row * len(order) + 0.77, claim, subtitle, note, simulated)
    starts, width, _ = _blocks(page.left + 2.7, page.right, actors, [1])
    ticks = choose_ticks(0, topics["high"].fillna(topics["share"]).max() if topics["share"].notna().any() else 0.1, 2)
    floor = page.bottom + 0.33
    for start, (actor, name) in zip(starts, actors.items(), strict=True):
        x = scale(0, ticks[-1], start, start + width - 0.06)
        mine = topics[topics["actor_id"] == actor]
        _column_head(page, start, width, name, mine, page.top)
        draw_lines(page, [((x(t), floor), (x(t), page.top - 0.4)) for t in ticks], RULE, 0.6)
        for tick in ticks:
            side = {0: "left", len(ticks) - 1: "right"}.get(ticks.index(tick), "center")
            say(page, x(tick), floor - 0.16, f"{100 * tick:g}{' %' if tick == ticks[-1] else ''}", 7.5, SOFT, ha=side)
        _topic_points(page, [rows.get((topic, actor)) for topic, _ in order], x, page.top - 0.42, row)
    for k, (topic, label) in enumerate(order):
        y = page.top - 0.42 - row * (k + 0.5)
        say(page, page.left, y - 0.04, str(topic).removeprefix("topic_").lstrip("0"), 8, SOFT)
        say_lines(page, page.left + 0.3, y, wrap_lines(label, 2.3, 8, most=2), 8, middle=True, leading=1.2)
    return page.figure


def _shorten(label, most=44):
    return label if len(label) <= most else label[:most].rsplit(" ", 1)[0].rstrip(",") + " …"


def _column_head(page, start, width, name, mine, top):
    lines = wrap_lines(name, width, 8.5, "bold", most=2)
    say_lines(page, start, top - 0.1 + 0.14 * (len(lines) - 1), lines, 8.5, weight="bold", leading=1.18)
    if len(mine):
        say(
            page,
            start,
            top - 0.25,
            f"{count(mine['n_turns'].max())} {'turn' if mine['n_turns'].max() == 1 else 'turns'}",
            LEAST,
            SOFT,
        )


def _topic_points(page, cells, x, top, row):
    """Draw one actor's shares: a light bar from zero, a point, and its interval."""
    points, bars, stems = [], [], []
    for k, cell in enumerate(cells):
        if not _is_number(cell):
            say(page, x(0) + 0.05, top - row * (k + 0.5), "n.e.", LEAST, SOFT, va="center")
            continue
        y = top - row * (k + 0.5)
        stems.append(((x(0), y), (x(cell.share), y)))
        if pd.notna(cell.low):
            bars.append(((x(cell.low), y), (x(cell.high), y)))
        points.append((x(cell.share), y))
    draw_lines(page, stems, _tint(BLUE, 0.28), 4.5)
    draw_lines(page, bars, BLUE, 1.4, zorder=3)
    draw_marks(page, points, BLUE, "o", 4.6)


# Corpus ------------------------------------------------------------------------------------------------------------

STATUS_LOOKS = {
    ("parsed", "en"): (BLUE, "none", None, "English page read"), ("parsed", "ru"): (SKY, "none", None, "Russian page read"),
    ("page missing", ""): (PAPER, FAINT, None, "page not at hand"), ("refused", ""): ("#e8e8e8", INK, "xxxx", "page refused"),
}  # fmt: skip


def coverage_over_time(documents, words, actors, stages, subtitle="", simulated=False):
    """Return the registered documents by quarter, status and language over the stages, and each actor's words by year.

    ``documents`` and ``stages`` keep their contracts, ``words`` that of ``products.count_words``.
    """
    years = [int(d[:4]) for d in documents["date"]] or [2000]
    first, last = min(years), max(years) + 1
    read, total = int((documents["status"] == "parsed").sum()), len(documents)
    claim = f"{count(read)} of the {count(total)} registered documents ({first}–{last - 1}) could be read"
    names = dict(zip(stages["stage_id"], stages["name"], strict=True))
    note = (
        "Above: documents by quarter of their date, over the stages of integration. Below: words of speech by year, on one scale "
    )
    note += "for all actors; the number is the largest year's."
    body = 3.0 + 0.62 * len(actors) + 0.35 + _key_height(names, 8.3)
    page = open_page(body, claim, subtitle, note, simulated)
    start = page.left + 1.45
    x = scale(first, last, start, page.right)
    floor = page.top - 2.65
    _stage_bands(page, stages, names, x, (first, last), page.bottom + 0.25 + _key_height(names, 8.3), page.top - 0.32)
    _document_bars(page, documents, x, floor, page.top - 0.75, start)
    step = -(-(last - first) // 14)
    for k, (actor, name) in enumerate(actors.items()):
        base = floor - 0.45 - 0.62 * (k + 1) + 0.12
        _word_bars(page, words, actor, name, x, base, start)
    for year in range(first, last, step):
        for y in (floor, base if actors else floor):
            say(page, x(year + 0.5), y - 0.16, str(year), 7.5, SOFT, ha="center")
    _stage_key(page, names, page.left, page.bottom + _key_height(names, 8.3) - 0.02, 8.3)
    return page.figure


def _year_of(day, default):
    return default if pd.isna(day) or not day else int(day[:4]) + (int(day[5:7]) - 1 + (int(day[8:10]) - 1) / 31) / 12


def _stage_bands(page, stages, names, x, span, bottom, top):
    """Shade the stages in turn and write their short names above."""
    for k, (stage, short) in enumerate(zip(stages.itertuples(index=False), _short_names(names), strict=True)):
        low, high = max(span[0], _year_of(stage.start, span[0])), min(span[1], _year_of(stage.end, span[1]))
        if high <= low:
            continue
        draw_box(page, x(low), bottom, x(high) - x(low), top - bottom, "#ebe9e1" if k % 2 else "#f6f5f1", zorder=0.2)
        say(page, (x(low) + x(high)) / 2, top + 0.06, short, 7.5, SOFT, ha="center")


def _document_bars(page, documents, x, floor, ceiling, start):
    """Draw stacked bars of documents by quarter, with their legend."""
    kinds = [(s, lang if s == "parsed" else "") for s, lang in zip(documents["status"], documents["language"], strict=True)]
    quarters = [int(d[:4]) + (int(d[5:7]) - 1) // 3 / 4 for d in documents["date"]]
    counts, heights = Counter(zip(quarters, kinds, strict=True)), Counter(quarters)
    ticks = [t for t in choose_ticks(0, max(heights.values(), default=1), 4) if t == int(t)]
    y = scale(0, max([ticks[-1], *heights.values()]), floor, ceiling)
    draw_lines(page, [((start, y(t)), (page.right, y(t))) for t in ticks], RULE, 0.6, zorder=0.5)
    for tick in ticks:
        say(page, start - 0.06, y(tick), f"{tick:g}", 7.5, SOFT, ha="right", va="center")
    say_lines(page, page.left, (floor + ceiling) / 2, ["documents", "a quarter"], 8, middle=True)
    across, below = start, Counter()
    for kind, (color, edge, hatch, name) in STATUS_LOOKS.items():
        if kind not in kinds:
            continue
        for quarter in sorted(heights):
            if n := counts[quarter, kind]:
                wide, base = x(quarter + 0.25) - x(quarter) - 0.02, below[quarter]
                draw_box(
                    page, x(quarter) + 0.01, y(base), wide, y(base + n) - y(base), color, edge, hatch=hatch, lw=0.6, zorder=2
                )
                below[quarter] += n
        draw_box(page, across, page.top - 0.1, 0.13, 0.11, color, edge, hatch=hatch, lw=0.6)
        label = f"{name} ({count(kinds.count(kind))})"
        say(page, across + 0.19, page.top - 0.09, label, 8)
        across += 0.42 + measure_width(label, 8)


def _word_bars(page, words, actor, name, x, base, start):
    """Draw one actor's words by year, with the number of the largest year."""
    mine, most = words[words["actor_id"] == actor], max(1, words["n_words"].max() if len(words) else 1)
    y = scale(0, most, base, base + 0.42)
    draw_lines(page, [((start, base), (page.right, base))], FAINT, 0.7)
    say_lines(page, page.left, base + 0.28, wrap_lines(name, 1.3, 8, most=2), 8, middle=True, leading=1.2)
    say(page, page.left, base + 0.02, f"{count(mine['n_words'].sum())} words", LEAST, SOFT)
    for r in mine.itertuples(index=False):
        draw_box(page, x(r.year + 0.18), base, x(r.year + 0.82) - x(r.year + 0.18), y(r.n_words) - base, SOFT, zorder=2)
    if len(mine):
        r = mine.loc[mine["n_words"].idxmax()]
        say(page, x(r["year"] + 0.5), y(r["n_words"]) + 0.04, count(r["n_words"]), LEAST, INK, ha="center")


def inclusion_flow(inclusion, actors, subtitle="", simulated=False):
    """Return the flow from registered documents to the turns that are compared, with what left at each step and why.

    ``inclusion`` keeps the contract of ``products.INCLUSION``; its last rows, one an actor, become the row of boxes at the foot.
    """
    steps, ends = inclusion[inclusion["actor_id"].isna()], inclusion[inclusion["actor_id"].notna()]
    ends = _gather_others(ends, actors).sort_values(
        "actor_id", key=lambda ids: ids.map({actor: k for k, actor in enumerate(actors)}), kind="stable"
    )
    claim = "No document is registered"
    if len(steps):
        a, z = steps.iloc[0], steps.iloc[-1]
        claim = f"From {count(a.n_documents)} registered documents to {count(z.n_sentences)} sentences on integration"
        claim += f" in {count(z.n_documents)} documents"
    per_row = min(3 if len(ends) in (3, 5, 6) else 4, max(1, len(ends)))
    lines = -(-len(ends) // per_row)
    note = "Boxes at the right: what left the analysis at the step, and why. Words are those of speech and questions; a turn "
    note += "without a sentence counts as no talk."
    page = open_page(0.71 * len(steps) + 0.85 * lines + 0.1, claim, subtitle, note, simulated)
    left, wide = page.left + 0.1, 4.1
    for k, step in enumerate(steps.itertuples(index=False)):
        y = page.top - 0.56 - 0.71 * k
        _flow_box(page, left, y, wide, step.step, _amounts(step))
        if k:
            _arrow(page, (left + 0.9, y + 0.71), (left + 0.9, y + 0.56))
        if step.excluded:
            _exclusion(page, left, y + 0.66, wide, step)
    foot = page.top - 0.71 * len(steps)
    width = (page.right - left - 0.12 * (per_row - 1)) / per_row
    for k, end in enumerate(ends.itertuples(index=False)):
        x, y = left + (k % per_row) * (width + 0.12), foot - 0.68 - 0.85 * (k // per_row)
        _flow_box(page, x, y, width, actors.get(end.actor_id, end.actor_id), _amounts(end, short=True), BLUE)
        if k < per_row:
            _arrow(page, (x + width / 2, foot + 0.08), (x + width / 2, y + 0.56))
    if len(ends):
        trunk, rail = left + 0.9, foot + 0.08
        last = left + (per_row - 1) * (width + 0.12) + width / 2
        draw_lines(
            page, [((trunk, foot + 0.2), (trunk, rail)), ((min(trunk, left + width / 2), rail), (max(trunk, last), rail))], SOFT
        )
    return page.figure


def _gather_others(ends, actors):
    """Return the actors' rows with those of actors that are not named in one row; documents are left out of it: they overlap."""
    others = ends[~ends["actor_id"].isin(list(actors))]
    if others.empty:
        return ends
    sums = others[["n_turns", "n_sentences", "n_words"]].sum().to_dict()
    row = ends.iloc[0].to_dict() | sums | {"actor_id": f"{len(others)} other actor{'s' * (len(others) > 1)}", "n_documents": 0}
    return pd.concat([ends[ends["actor_id"].isin(list(actors))], pd.DataFrame([row])], ignore_index=True)


def _amounts(step, short=False):
    """Return how much is left at a step, in the units that it has."""
    docs = f"{count(step.n_documents)} {'doc.' if short else 'document' + 's' * (step.n_documents != 1)}"
    if not step.n_turns:
        return docs
    parts = [docs, f"{count(step.n_turns)} turns", f"{count(step.n_sentences)} {'sent.' if short else 'sentences'}"]
    if short and not step.n_documents:
        parts = parts[1:]
    return " · ".join(parts if short else [*parts, f"{count(step.n_words)} words"])


def _flow_box(page, x, y, width, head, amounts, color=INK):
    """Draw a box with what it holds in bold and how much of it below."""
    draw_box(page, x, y, width, 0.56, PAPER, color, zorder=2)
    draw_box(page, x, y, 0.06, 0.56, color, zorder=2.1)
    fit = next((s for s in (8.5, 8, LEAST) if measure_width(clean(head), s, "bold") <= width - 0.25), LEAST)
    say(page, x + 0.16, y + 0.33, wrap_lines(head, width - 0.25, fit, "bold", most=1)[0], fit, weight="bold")
    size = next((s for s in (8, LEAST) if measure_width(amounts, s) <= width - 0.24), LEAST)
    say(page, x + 0.16, y + 0.13, amounts, size, SOFT)


def _exclusion(page, left, y, wide, step):
    """Draw what left at a step, with its reason, to the right of the arrow."""
    x, room = left + wide + 0.35, page.right - left - wide - 0.35
    lines = wrap_lines(
        f"{count(step.excluded)} {step.unit[:-1] if step.excluded == 1 else step.unit}: {step.reason}", room - 0.2, 7.6, most=3
    )
    height = 0.14 * len(lines) + 0.14
    draw_lines(page, [((left + 0.9, y), (x - 0.07, y))], FAINT, 0.9)
    draw_marks(page, [(x - 0.06, y)], FAINT, ">", 4)
    draw_box(page, x, y - height / 2, room, height, BAND, zorder=2)
    say_lines(page, x + 0.1, y, lines, 7.6, middle=True, leading=1.32)


def _arrow(page, start, end):
    draw_lines(page, [(start, (end[0], end[1] + 0.05))], SOFT, 1)
    draw_marks(page, [(end[0], end[1] + 0.05)], SOFT, "v", 4.5)


# Simulated corpora only --------------------------------------------------------------------------------------------

RECOVERED = {"planted_codes": (GREEN, "o", "from the true codes"), "dictionary": (VERMILION, "s", "from the dictionary's codes")}


def shares_recovered(recovery, subtitle=""):
    """Return two squares: planted shares against the shares from the true codes, and from the dictionary's codes.

    ``recovery``: code, actor_id, stage_id, planted, by_planted_codes, by_dictionary, all in [0, 1]; missing where not estimable.
    A cloud on the diagonal is recovered without error; the dictionary's slope is its recall and false alarms together.
    """
    known = _known(recovery, "planted", "by_planted_codes", "by_dictionary")
    part = known["by_dictionary"].sum() / known["planted"].sum() if known["planted"].sum() else float("nan")
    claim = "What was planted is found again; the dictionary's errors are visible"
    if pd.notna(part):
        claim = f"For every 100 sentences planted, the dictionary reports {100 * part:.0f}: coding error moves the shares"
    note = (
        f"Each point is a code, actor and stage ({count(len(known))} estimable cells). On the diagonal: found exactly. "
        "Scatter at the left is chance in drawing sentences; at the right it also holds what the dictionary misses or errs on."
    )
    page = open_page(4.35, claim, subtitle, note, True)
    side = 3.4
    most = max([known[name].max() for name in ("planted", "by_planted_codes", "by_dictionary")] if len(known) else [0.1]) or 0.1
    ticks = choose_ticks(0, most, 4)
    for k, (column, (color, mark, name)) in enumerate(RECOVERED.items()):
        left, floor = page.left + 0.5 + k * (side + 0.95), page.bottom + 0.5
        x, y = scale(0, ticks[-1], left, left + side), scale(0, ticks[-1], floor, floor + side)
        draw_lines(page, [((left, y(t)), (left + side, y(t))) for t in ticks], RULE, 0.6, zorder=0.5)
        draw_lines(page, [((x(t), floor), (x(t), floor + side)) for t in ticks], RULE, 0.6, zorder=0.5)
        draw_lines(page, [((left, floor), (left + side, floor + side))], SOFT, 1)
        for tick in ticks:
            label = f"{100 * tick:g}{' %' if tick == ticks[-1] else ''}"
            say(page, left - 0.06, y(tick), label, 7.5, SOFT, ha="right", va="center")
            say(page, x(tick), floor - 0.16, label, 7.5, SOFT, ha="center")
        points = list(zip(x(known["planted"]), y(known[f"by_{column}"]), strict=True))
        draw_marks(page, points, color, mark, 4, alpha=0.55, mew=0.4)
        say(page, left, floor + side + 0.14, f"share {name}", 8.5, color, weight="bold")
        say(page, left + side / 2, floor - 0.36, "planted share", 8, SOFT, ha="center")
    return page.figure


def contrasts_recovered(contrasts, subtitle=""):
    """Return planted contrasts beside their estimates with 95 % intervals, from the true codes and from the dictionary's.

    ``contrasts``: hypothesis_id, claim, planted, and estimate_, low_, high_ with ``planted_codes`` or ``dictionary``, in [-1, 1].
    """
    rows = list(_known(contrasts, "planted").itertuples(index=False))
    drawn = [getattr(r, f"{end}_{coder}") for r in rows for coder in RECOVERED for end in ("estimate", "low", "high")]
    drawn = [abs(v) for v in [*drawn, *(r.planted for r in rows)] if pd.notna(v)] or [0.1]
    held = [r.low_planted_codes <= r.planted <= r.high_planted_codes for r in rows if pd.notna(r.low_planted_codes)]
    claim = f"{sum(held)} of {len(held)} planted contrasts lie in the 95 % interval from the true codes"
    note = (
        "Diamond: the contrast that was planted, in percentage points. Errors of the dictionary shrink or shift contrasts; the "
    )
    note += "interval does not know of them."
    row = 0.42
    page = open_page(row * len(rows) + 0.85, claim, subtitle, note, True)
    ticks = choose_ticks(-100 * max(drawn), 100 * max(drawn), 6)
    x = scale(ticks[0], ticks[-1], page.left + 3.1, page.right - 0.1)
    floor, top = page.bottom + 0.3, page.top - 0.3
    draw_lines(page, [((x(t), floor), (x(t), top)) for t in ticks], RULE, 0.6, zorder=0.5)
    draw_lines(page, [((x(0), floor), (x(0), top))], SOFT, 1, zorder=0.6)
    for tick in ticks:
        say(page, x(tick), floor - 0.17, f"{tick:g}".replace("-", "\N{MINUS SIGN}"), 7.5, SOFT, ha="center")
    across = page.left + 3.1
    for color, mark, name in [(INK, "D", "planted"), *RECOVERED.values()]:
        draw_marks(page, [(across, page.top - 0.05)], color, mark, 5.2)
        say(page, across + 0.11, page.top - 0.09, name, 8, color, weight="bold")
        across += 0.42 + measure_width(name, 8, "bold")
    for k, r in enumerate(rows):
        y = top - row * (k + 0.5)
        say(page, page.left, y - 0.04, r.hypothesis_id, 8, weight="bold")
        say_lines(page, page.left + 0.45, y, wrap_lines(r.claim, 2.45, 7.8, most=2), 7.8, middle=True, leading=1.2)
        for coder, shift in (("planted_codes", 0.08), ("dictionary", -0.08)):
            estimate, low, high = (100 * getattr(r, f"{end}_{coder}") for end in ("estimate", "low", "high"))
            color, mark, _ = RECOVERED[coder]
            if pd.notna(low):
                draw_lines(page, [((x(low), y + shift), (x(high), y + shift))], color, 1.5)
            if pd.notna(estimate):
                draw_marks(page, [(x(estimate), y + shift)], color, mark, 4.6)
        draw_marks(page, [(x(100 * r.planted), y)], INK, "D", 5.2)
    return page.figure

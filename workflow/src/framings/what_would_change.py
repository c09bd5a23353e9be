"""The figure of what would change: each confirmatory estimate, and how far each kind of change moves it."""

from functools import partial

import pandas as pd

from framings.canvas import (
    BLUE,
    FAINT,
    INK,
    LEAST,
    RULE,
    SOFT,
    VERMILION,
    WIDTH,
    choose_ticks,
    draw_lines,
    draw_marks,
    say,
    say_lines,
    scale,
    signed,
    wrap_lines,
)  # fmt: skip
from framings.changes import BY_KIND, UNTESTED
from framings.coder_names import caution_reader
from framings.parts import Block, Plan, draw_whole

COLUMNS = {"kind": 3.62, "plot": (3.72, 6.35), "told": 6.45}
CLAIM, LINE, GAP = 2.05, 0.132, 0.2  # inches
UNITLESS = ("joint",)  # tests whose statistic is no difference in points


def what_would_change(
    sensitivities, changes, tests, subtitle="", simulated=False, coder_id="dictionary", reference_note="", many_windows=False
):
    """Return the figure: a block a tested hypothesis, its estimate with the interval and a bar for each kind of change.

    ``sensitivities`` and ``changes`` are the tables of that name, ``tests`` maps a hypothesis to its kind of test. A bar spans the
    estimates that the changes of its kind give; a mark stands at each that gives another verdict. Below are named the hypotheses that
    could not be tested.
    """
    plan = plan_changes(sensitivities, changes, tests, subtitle, simulated, coder_id, reference_note, many_windows)
    return draw_whole(plan)


def plan_changes(
    sensitivities, changes, tests, subtitle="", simulated=False, coder_id="dictionary", reference_note="", many_windows=False
):
    """Return the plan of the figure: a block for each hypothesis, those that could not be tested named at the end."""
    changes = changes.assign(test=changes["hypothesis_id"].map(tests))
    tested = changes[~changes["verdict"].isin(UNTESTED) & ~changes["test"].isin(UNITLESS)]
    drawn = [_lay_out_block(row, sensitivities, many_windows) for row in tested.itertuples(index=False)]
    told = _lay_out_told(changes.drop(tested.index), many_windows)
    x, ticks = _scale_points(drawn)
    blocks = [Block(one["height"], partial(_draw_block, block=one, x=x, ticks=ticks)) for one in drawn]
    if told:
        blocks.append(Block(0.3 + 0.136 * len(told), partial(_draw_told, lines=told)))

    def draw_head(page, bottom, top):
        if drawn:
            _draw_axis(page, x, ticks, top)

    note = _note(coder_id, reference_note)
    return Plan(claim_changes(changes), subtitle, note, simulated, blocks, 0.3 if drawn else 0.0, 0.1, draw_head)


def _draw_told(page, top, lines):
    """Write which hypotheses are not in the picture."""
    say(page, page.left, top - 0.2, "Not in the picture", LEAST, weight="bold")
    say_lines(page, page.left, top - 0.2 - 0.136, lines, LEAST, SOFT, leading=1.3)


def claim_changes(changes):
    """Return the heading: how many tested verdicts some change would overturn."""
    tested = changes[~changes["verdict"].isin(UNTESTED)]
    if tested.empty:
        return f"None of {len(changes)} confirmatory hypotheses could be tested"
    n, alone = int((tested["n_changing"] > 0).sum()), len(tested) == 1
    if n == 0:
        return f"No change that was tried overturns {'the one verdict' if alone else f'any of {len(tested)} verdicts'} that could be tested"
    of = "The one tested verdict" if alone else f"{n} of {len(tested)} tested verdicts"
    return f"{of} {'hangs' if n == 1 else 'hang'} on a choice or on a part of the material"


def _note(coder_id, reference_note):
    """Return how to read the figure."""
    return (
        "Black: the estimate with its 95 % interval (leave-one-document-out), in percentage points. Bars: from the smallest to the largest "
        "estimate that changes of a kind give, one thing changed at a time; a red mark at each estimate that comes with another verdict "
        "(Holm's p, the family's other p-values as they are). Changes that leave too little to test are counted, not marked. "
        f"{caution_reader(coder_id, reference_note)}"
    )


def _lay_out_block(row, sensitivities, many_windows):
    """Return what stands in the block of a hypothesis, with its height in inches."""
    ours = sensitivities[(sensitivities["hypothesis_id"] == row.hypothesis_id) & (sensitivities["window_id"] == row.window_id)]
    kinds = []
    for kind in BY_KIND:
        found = ours[(ours["kind"] == kind) & (ours["verdict"] != "not tried")]
        if len(found):
            kinds.append((kind, found, found["estimate"].dropna()))
    name = row.hypothesis_id + (f", {row.window_id}" if many_windows else "")
    claim, contrast = wrap_lines(row.claim, CLAIM, 7.8, most=5), wrap_lines(row.contrast, CLAIM, LEAST, most=3)
    text = 0.16 + 0.142 * len(claim) + 0.137 * len(contrast) + 0.13
    return {"row": row, "name": name, "claim": claim, "contrast": contrast, "kinds": kinds,
            "height": max(text, 0.2 + LINE * len(kinds)) + GAP}  # fmt: skip


def _lay_out_told(rows, many_windows):
    """Return the lines that name the hypotheses that are not drawn, by verdict; none where all are."""
    named = {}
    for row in rows.itertuples(index=False):
        verdict = row.verdict if row.verdict in UNTESTED else "no difference of shares"
        named.setdefault(verdict, []).append(row.hypothesis_id + (f" ({row.window_id})" if many_windows else ""))
    text = "; ".join(f"{verdict}: {', '.join(names)}" for verdict, names in named.items())
    return wrap_lines(f"{text}. What each lacks is in the table of changes.", WIDTH - 0.8, LEAST, most=4) if named else []


def _scale_points(blocks):
    """Return the scale of differences and its ticks in points."""
    ends = [0.0]
    for block in blocks:
        ends += [block["row"].low, block["row"].high] if pd.notna(block["row"].low) else []
        ends += [value for *_, known in block["kinds"] for value in known]
    ticks = choose_ticks(100 * min(ends), 100 * max(ends), 6)
    x = scale(ticks[0], ticks[-1], *COLUMNS["plot"])
    return lambda share: x(100 * share), ticks


def _draw_axis(page, x, ticks, top):
    """Write the axis of points over the blocks."""
    y = top - 0.2
    for tick in ticks:
        say(page, x(tick / 100), y, f"{tick:g}".replace("-", "\N{MINUS SIGN}"), LEAST, SOFT, ha="center")
    say(page, COLUMNS["told"] + 0.15, y, "points; changes tried", LEAST, SOFT)
    draw_lines(page, [((page.left, y - 0.06), (page.right, y - 0.06))], INK, 0.9)


def _draw_block(page, y, block, x, ticks):
    """Draw one hypothesis: claim at the left, estimate and bars in the middle, counts at the right."""
    row, top, edge = block["row"], y - 0.16, y - block["height"]
    draw_lines(page, [((x(tick / 100), edge), (x(tick / 100), y)) for tick in ticks if tick], RULE, 0.5, zorder=0.5)
    draw_lines(page, [((x(0), edge), (x(0), y))], SOFT, 0.9, zorder=0.6)
    say(page, page.left, top, block["name"], 7.8, weight="bold")
    say(page, page.left + 2.1, top, wrap_lines(row.verdict, 1.3, LEAST, "bold", most=1)[0], LEAST, weight="bold", ha="right")
    say_lines(page, page.left, top - 0.142, block["claim"], 7.8, leading=1.31)
    say_lines(page, page.left, top - 0.142 * (1 + len(block["claim"])), block["contrast"], LEAST, SOFT, leading=1.31)
    centre = top + 0.036
    if pd.notna(row.low):
        draw_lines(page, [((x(row.low), centre), (x(row.high), centre))], INK, 1.6)
    draw_marks(page, [(x(row.estimate), centre)], INK, "o", 5)
    say(
        page,
        COLUMNS["told"],
        top,
        f"{signed(100 * row.estimate)}; {row.n_changing} of {row.n_variations} overturn it",
        LEAST,
        weight="bold",
    )
    at = top - 0.05
    bottom = at - LINE * len(block["kinds"])
    draw_lines(page, [((x(row.estimate), bottom), (x(row.estimate), centre))], FAINT, 0.6, zorder=0.7, linestyles="dotted")
    for kind, found, known in block["kinds"]:
        at -= LINE
        say(page, COLUMNS["kind"], at - 0.03, kind, LEAST, SOFT, ha="right")
        if len(known):
            draw_lines(page, [((x(known.min()) - 0.012, at), (x(known.max()) + 0.012, at))], BLUE, 2.6, zorder=1.5)
        turned = found[found["changes_verdict"] & found["estimate"].notna()]
        draw_marks(page, [(x(value), at) for value in sorted(set(turned["estimate"]))], VERMILION, "|", 5.5, mew=1.4)
        say(page, COLUMNS["told"], at - 0.03, _count_kind(found), LEAST, SOFT)
    draw_lines(page, [((page.left, edge + 0.03), (page.right, edge + 0.03))], "#ececec", 0.5, zorder=0.4)


def _count_kind(found):
    """Return how many variations there are, how many overturn the verdict, and how many leave too little to test."""
    bare, turned = int(found["verdict"].isin(UNTESTED).sum()), int(found["changes_verdict"].sum())
    parts = [f"{len(found)} tried"] + ([f"{turned} overturn{'s' if turned == 1 else ''} it"] if turned else [])
    return ", ".join(parts + ([f"{bare} too little to test"] if bare else []))

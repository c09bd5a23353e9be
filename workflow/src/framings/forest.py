"""The forest plot of the hypotheses: every test in every window, by the coder that counts and by the others beside it."""

import pandas as pd

from framings.canvas import (
    BAND,
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
    WIDTH,
    choose_ticks,
    draw_box,
    draw_lines,
    draw_marks,
    measure_width,
    percent,
    say,
    say_lines,
    scale,
    signed,
    wrap_lines,
)  # fmt: skip
from framings.coder_names import caution_reader, list_coders, name_coder
from framings.parts import Block, Plan, draw_whole

FOREST_COLUMNS = {
    "window": 2.6,
    "plot": (3.3, 4.92),
    "estimate": 6.3,
    "swap": 6.72,
    "holm": 7.12,
    "detectable": 7.62,
    "verdict": 7.7,
}
CLAIM = 1.8  # inches for the words of a claim
NOT_A_DIFFERENCE = ("joint",)
RARE = "too rare"  # the verdict of a test whose code stands in too few sentences
HOLDS = ("supported", "equivalent")  # verdicts that support the claim
# How the other coders look beside the one that counts: told apart by shape in grey, by colour with any colour blindness.
RIVAL_LOOKS = {"dictionary": (ORANGE, "s"), "trained": (SKY, "^"), "sample": (GREEN, "D"), "corrected": (PURPLE, "v")}
LINE, STEP = 0.2, 0.073  # inches: a line of numbers; from one coder's mark to the next


def hypotheses_forest(
    assessments, families=None, windows=None, margins=None, subtitle="", simulated=False, coder_id="dictionary", reference_note=""
):
    """Return the forest plot of the hypotheses: a row for each window, with p-values, smallest detectable effect and verdict.

    ``families`` and ``windows`` map ids to titles in drawing order; ``margins`` maps a hypothesis to its equivalence margin (or
    bound) in points. Estimates are drawn in points; the statistic of a joint test is written, not drawn. Numbers and verdicts
    are those of ``coder_id``; where ``assessments`` holds other coders that have a title, their estimates stand beside its
    own, smaller and in colour, and the smallest detectable difference is drawn as well as written.
    """
    plan = plan_forest(assessments, families, windows, margins, subtitle, simulated, coder_id, reference_note)
    return draw_whole(plan)


def plan_forest(
    assessments, families=None, windows=None, margins=None, subtitle="", simulated=False, coder_id="dictionary", reference_note=""
):
    """Return the plan of the forest: a block for each family's title and for each hypothesis."""
    coders = list_coders(assessments, coder_id)
    rows, rivals = assessments[assessments["coder_id"] == coder_id], _find_rivals(assessments, coders[1:])
    families = families or {f: f for f in rows["family"].drop_duplicates()}
    windows, margins = windows or {w: w for w in rows["window_id"].drop_duplicates()}, margins or {}
    layout, legend = _lay_out_forest(rows, families, windows, rivals, coders), _lay_out_legend(coders)
    x, ticks = _scale_points(rows, margins, rivals)

    def draw_head(page, bottom, top):
        _forest_legend(page, legend[0])
        _forest_head(page, x, ticks, top - legend[1])
        draw_lines(page, [((x(t), bottom), (x(t), top - legend[1] - 0.55)) for t in ticks if t], RULE, 0.5, zorder=0.5)
        draw_lines(page, [((x(0), bottom), (x(0), top - legend[1] - 0.55))], SOFT, 0.9, zorder=0.6)

    def make_block(kind, item, height):
        if kind == "family":
            return Block(height, lambda page, top: _forest_family(page, item, top - height), heads=True)
        return Block(height, lambda page, top: _forest_entry(page, item, margins, x, (ticks[0], ticks[-1]), top, height))

    blocks = [make_block(*piece) for piece in layout]
    note = _note_forest(windows, coders, caution_reader(coder_id, reference_note))
    return Plan(claim_verdicts(rows), subtitle, note, simulated, blocks, legend[1] + 0.55, 0.2, draw_head)


def _forest_family(page, title, y):
    """Write the title of a family over its hypotheses."""
    say(page, page.left, y + 0.1, title, 9, weight="bold")
    draw_lines(page, [((page.left, y + 0.03), (page.right, y + 0.03))], FAINT, 0.7)


def _note_forest(windows, coders, caution):
    """Return the note below the forest: how to read it."""
    beside = ""
    if len(coders) > 1:
        names = ", ".join(name_coder(coder) for coder in coders[1:])
        beside = f"Numbers, p-values and verdicts: {name_coder(coders[0])}; beside them, smaller, where they could be estimated: {names}. "
    detectable = " (band around zero)" if beside else ""
    return (
        f"Windows of documents: {'; '.join(f'{key} = {title}' for key, title in windows.items())}. {beside}Estimates in percentage points"
        " with 95 % intervals (leave-one-document-out). p: label swap within documents where defined, else jackknife; Holm: "
        f"adjusted within family and window. Detect.: the difference found with 80 % power{detectable}. Shaded: equivalence margin "
        "or bound. Filled: confirmatory; hollow: exploratory, or restated on documents that the claim was read from. "
        f"n.e.: not estimable. Where no window has a number, one line says why in the window that counts. {caution}"
    )


def _find_rivals(assessments, coders):
    """Return {(hypothesis, window): {coder: row}} of the other coders' tests that can be drawn."""
    found = assessments[assessments["coder_id"].isin(coders) & assessments["estimate"].notna()]
    found, rivals = found[~found["test"].isin(NOT_A_DIFFERENCE) & found["verdict"].ne(RARE)], {}
    for row in found.itertuples(index=False):
        rivals.setdefault((row.hypothesis_id, row.window_id), {})[row.coder_id] = row
    return rivals


def _place_rivals(row, rivals, coders):
    """Return where the other coders' marks stand above (+) or below the line of a test, and the height of the test in inches.

    One stands above and the others below, each coder always at its place; under words where the test was not estimable.
    """
    if not rivals:
        return {}, LINE
    if not _is_told(row):
        return {coder: -0.1 - STEP * k for k, coder in enumerate(coders[1:])}, LINE + STEP * (len(coders) - 1)
    offsets = {coder: STEP if k == 0 else -STEP * k for k, coder in enumerate(coders[1:])}
    return offsets, LINE + 0.05 + STEP * max(0, len(coders) - 3)


def _lay_out_legend(coders):
    """Return the legend's entries (coder or None for the detectable difference, text, x, line) and its height; none for one coder."""
    entries, x, line = [], 0.38, 0
    texts = {coders[0]: f"{name_coder(coders[0])} (numbers, verdicts)"}
    texts |= {coder: name_coder(coder) for coder in coders[1:]} | {None: "smallest detectable difference"}
    for coder, text in texts.items() if len(coders) > 1 else ():
        width = measure_width(text, 7.8, "normal" if entries else "bold") + 0.22
        if x + width > WIDTH - 0.35:
            x, line = 0.38, line + 1
        entries.append((coder, text, x, line))
        x += width + 0.26
    return entries, 0.17 * (line + 1) if entries else 0


def _forest_legend(page, entries):
    """Write which mark stands for which coder."""
    for k, (coder, text, x, line) in enumerate(entries):
        y = page.top - 0.02 - 0.17 * line
        if coder is None:
            _detectable_band(page, x - 0.02, x + 0.16, y)
        else:
            color, mark = RIVAL_LOOKS[coder] if k else (INK, "o")
            draw_lines(page, [((x - 0.03, y), (x + 0.15, y))], color, 1.4 if k == 0 else 0.9)
            draw_marks(page, [(x + 0.06, y)], color, mark, 4.8 if k == 0 else 3.6)
        say(page, x + 0.22, y - 0.036, text, 7.8, weight="normal" if k else "bold" if coder else "normal")


def claim_verdicts(rows):
    """Return the heading of the hypotheses: how many confirmatory contrasts are supported."""
    sure = rows[rows["confirmatory"]]
    tested = sure[sure["p"].notna()]
    n = int(tested["verdict"].isin(HOLDS).sum())
    if tested.empty:
        return "No confirmatory hypothesis could be tested"
    left = f"; {len(sure) - len(tested)} could not be tested" if len(tested) < len(sure) else ""
    if len(tested) == 1:
        return f"The one confirmatory test that could be made {'supports' if n else 'does not support'} its claim{left}"
    return f"{n or 'None'} of {len(tested)} confirmatory tests {'supports its claim' if n == 1 else 'support their claims'}{left}"


def _lay_out_forest(rows, families, windows, rivals, coders):
    """Return what stands in the forest from top to bottom: (kind, content, height in inches)."""
    layout = []
    for family, title in families.items():
        members = rows[rows["family"] == family]
        if members.empty:
            continue
        layout.append(("family", title, 0.36))
        for hypothesis, group in members.groupby("hypothesis_id", sort=False):
            order = sorted(
                group.itertuples(index=False), key=lambda r: list(windows).index(r.window_id) if r.window_id in windows else 99
            )
            lines = wrap_lines(group["claim"].iloc[0], CLAIM, 7.8, most=4)
            contrast = wrap_lines(group["contrast"].iloc[0], CLAIM, 7.5, most=3)
            text = 0.142 * len(lines) + 0.137 * len(contrast)
            beside = [rivals.get((hypothesis, row.window_id), {}) for row in order]
            if not any(beside):
                order = _join_absent(order)
                beside = [{}] * len(order)
            order = [(row, more, *_place_rivals(row, more, coders)) for row, more in zip(order, beside, strict=True)]
            tests = sum(height for *_, height in order)
            layout.append(("entry", (hypothesis, lines, contrast, order), max(tests, text) + 0.11))
    return layout


def _join_absent(order):
    """Return the tests of a hypothesis, or one line for all windows where none has a number: with the reason of the window that counts."""
    if len(order) < 2 or any(_is_told(row) for row in order):
        return order
    row = next((row for row in order if row.confirmatory), order[-1])
    return [row._replace(window_id="each")]


def _scale_points(rows, margins, rivals):
    """Return the scale of points and its ticks.

    The axis holds all but the widest intervals, and all but the farthest estimates of the other coders.
    """
    drawn = rows[~rows["test"].isin(NOT_A_DIFFERENCE) & rows["verdict"].ne(RARE)].dropna(subset=["estimate", "low", "high"])
    ends = sorted([*drawn["low"].abs(), *drawn["high"].abs(), *(m / 100 for m in margins.values())])
    others = sorted(abs(row.estimate) for beside in rivals.values() for row in beside.values())
    ends = sorted([*ends, *others]) or [0.1]
    limit = min(ends[-1], 1.3 * ends[int(0.92 * (len(ends) - 1))])
    ticks = choose_ticks(-100 * limit, 100 * limit, 5)
    return scale(ticks[0], ticks[-1], *FOREST_COLUMNS["plot"]), ticks


def _forest_head(page, x, ticks, top):
    """Write the column heads and the axis."""
    y = top - 0.47
    for tick in ticks:
        say(page, x(tick), y, f"{tick:g}".replace("-", "\N{MINUS SIGN}"), 7.5, SOFT, ha="center")
    say(page, x(0), y + 0.17, "difference in points", 7.5, SOFT, ha="center")
    say(page, page.left, y, "claim and contrast", 7.5, SOFT)
    say(page, FOREST_COLUMNS["window"], y, "window", 7.5, SOFT)
    for column, head in (("estimate", "estimate [95 %]"), ("swap", "p"), ("holm", "Holm"), ("detectable", "detect.")):
        say(page, FOREST_COLUMNS[column], y, head, 7.5, SOFT, ha="right")
    say(page, FOREST_COLUMNS["verdict"], y, "verdict", 7.5, SOFT)
    draw_lines(page, [((page.left, y - 0.06), (page.right, y - 0.06))], INK, 0.9)


def _forest_entry(page, entry, margins, x, limits, y, height):
    """Draw one hypothesis: its claim at the left, a line for each window at the right."""
    hypothesis, lines, contrast, order = entry
    say(page, page.left, y - 0.155, hypothesis, 7.8, weight="bold")
    say_lines(page, page.left + 0.4, y - 0.155, lines, 7.8, leading=1.31)
    say_lines(page, page.left + 0.4, y - 0.155 - 0.142 * len(lines), contrast, 7.5, SOFT, leading=1.31)
    if hypothesis in margins:
        m = margins[hypothesis]
        low = 0 if order[0][0].test == "upper_bound" else -m
        left, right = (x(max(limits[0], min(limits[1], end))) for end in (low, m))
        draw_box(page, left, y - height + 0.03, right - left, height - 0.05, "#e4ecf3", zorder=0.55)
    at = y - 0.13
    for row, rivals, offsets, tall in order:
        if offsets and _is_told(row) and pd.notna(row.smallest_detectable):
            ends = (x(max(limits[0], min(limits[1], 100 * end))) for end in (-row.smallest_detectable, row.smallest_detectable))
            _detectable_band(page, *ends, at)
        for coder, rival in rivals.items():
            _forest_rival(page, rival, x, limits, at + offsets[coder])
        _forest_line(page, row, x, limits, at)
        at -= tall
    draw_lines(page, [((page.left, y - height), (page.right, y - height))], "#ececec", 0.5, zorder=0.4)


def _forest_line(page, row, x, limits, y):
    """Draw one test: interval and point, and its numbers in columns."""
    columns, filled = FOREST_COLUMNS, bool(row.confirmatory)
    color = INK if filled else SOFT
    say(page, columns["window"], y - 0.035, wrap_lines(row.window_id, 0.64, LEAST, most=1)[0], LEAST, color)
    told = _is_told(row)
    if row.test in NOT_A_DIFFERENCE and told:
        say(page, columns["estimate"], y - 0.035, f"F = {row.estimate:.2f}", LEAST, color, ha="right")
    elif told:
        show = percent if row.test == "upper_bound" else lambda value: signed(100 * value)
        text = show(row.estimate)
        if pd.notna(row.low):
            text += f" [{show(row.low)}, {show(row.high)}]"
            _forest_bar(page, x, limits, 100 * row.low, 100 * row.high, color, y)
        draw_marks(page, [(x(max(limits[0], min(limits[1], 100 * row.estimate))), y)], color, "o", 4.8, filled)
        say(page, columns["estimate"], y - 0.035, text, LEAST, color, ha="right")
    else:
        why = "n.e." if pd.isna(row.reason) else row.reason if row.verdict in (RARE, "not coded") else f"n.e.: {row.reason}"
        text = wrap_lines(why, columns["verdict"] - columns["plot"][0] - 0.2, LEAST, most=1)[0]
        say(page, columns["plot"][0] + 0.05, y - 0.035, text, LEAST, SOFT, bbox={"fc": PAPER, "ec": "none", "pad": 0.8})
    for column, value in (("swap", row.p), ("holm", row.p_holm)) if told else ():
        say(page, columns[column], y - 0.035, p_label(value), LEAST, color, ha="right")
    if told and pd.notna(row.smallest_detectable) and row.test not in NOT_A_DIFFERENCE:
        say(page, columns["detectable"], y - 0.035, f"±{100 * row.smallest_detectable:.1f}", LEAST, color, ha="right")
    weight = "bold" if filled and row.verdict in HOLDS else "normal"
    verdict = "not tested" if told and row.verdict == "not estimable" else row.verdict
    say(page, columns["verdict"], y - 0.035, wrap_lines(verdict, 0.95, LEAST, weight, most=1)[0], LEAST, color, weight=weight)


def _is_told(row):
    """Return whether a test has a number to show: of a code too rare to test, an estimate would say more than its few sentences do."""
    return pd.notna(row.estimate) and row.verdict != RARE


def _forest_bar(page, x, limits, low, high, color, y, width=1.4, head=4):
    """Draw an interval, with an arrow head where it leaves the plot."""
    left, right = max(limits[0], min(limits[1], low)), min(limits[1], max(limits[0], high))
    draw_lines(page, [((x(left), y), (x(right), y))], color, width)
    draw_marks(page, [(x(left), y)] if low < limits[0] else [], color, "<", head)
    draw_marks(page, [(x(right), y)] if high > limits[1] else [], color, ">", head)


def _forest_rival(page, row, x, limits, y):
    """Draw the interval and the point of another coder."""
    color, mark = RIVAL_LOOKS[row.coder_id]
    if pd.notna(row.low):
        _forest_bar(page, x, limits, 100 * row.low, 100 * row.high, color, y, 0.9, 2.6)
    place = x(max(limits[0], min(limits[1], 100 * row.estimate)))
    draw_marks(page, [(place, y)], color, mark, 3.3, bool(row.confirmatory), mew=0.8)


def _detectable_band(page, left, right, y):
    """Draw the smallest detectable difference: a faint band with its ends marked."""
    draw_box(page, left, y - 0.035, right - left, 0.07, BAND, zorder=0.57)
    draw_lines(page, [((end, y - 0.045), (end, y + 0.045)) for end in (left, right)], FAINT, 0.8, zorder=0.58)


def p_label(p):
    """Return a p-value as it is printed."""
    return "–" if pd.isna(p) else "<.001" if p < 0.001 else f"{p:.3f}".lstrip("0") if p < 0.9995 else "1"

"""The specification curve: all estimates of a hypothesis in order of size, and below each the choices that it was made with."""

import math
from functools import partial

import numpy as np

from framings.canvas import (
    BAND,
    FAINT,
    GREEN,
    INK,
    LEAST,
    RULE,
    SOFT,
    VERMILION,
    WIDTH,
    choose_ticks,
    draw_bars,
    draw_box,
    draw_lines,
    draw_marks,
    measure_width,
    say,
    say_lines,
    scale,
    signed,
    wrap_lines,
)  # fmt: skip
from framings.coder_names import caution_reader
from framings.estimates import LEVEL
from framings.forest import p_label
from framings.parts import Block, Plan, draw_whole

DOT, APART = 0.001, 0.015  # inches: half the length of a dot; from one tick to the next where a gap between them can be seen
GAP, INDENT = 0.5, 0.84  # inches: from one panel to the next, labels of choices from the left
CLAIMED, SURE, UNSURE = "#e8eff5", "#7aa6c8", "#d6d6d6"
DIMENSIONS = {"coder": "Coder", "weighting": "Weighting", "sample": "Sample", "stages": "Held equal", "relevance": "Relevance"}
CODERS = {"dictionary": "dictionary", "trained": "trained coder", "sample": "coded sample alone", "corrected": "corrected"}
WORDS = {
    "sentences": "sentences alike",
    "words": "words alike",
    "turns": "turns alike",
    "documents": "documents alike",
    "without answers to questions": "no answers",
    "without discovery third": "no discovery third",
    "without retranslated turns": "no retranslated turns",
}


def specification_curve(
    specifications, curves, claims, truth=None, subtitle="", simulated=False, coder_id="dictionary", reference_note=""
):
    """Return the figure of all curves with a joint test: estimates with intervals in order of size above a board of choices.

    ``claims`` maps a hypothesis to its claim, ``truth`` to its estimate from the planted codes of a simulated corpus. One curve
    is drawn wide, several side by side with shared labels of choices. Intervals are cut at the edge of the plot.
    """
    return draw_whole(plan_curves(specifications, curves, claims, truth, subtitle, simulated, coder_id, reference_note))


def plan_curves(
    specifications, curves, claims, truth=None, subtitle="", simulated=False, coder_id="dictionary", reference_note=""
):
    """Return the plan of the figure: a block for each row of panels, which share their labels of choices."""
    drawn = curves[curves["reason"].isna()]
    tested = specifications[specifications["is_record"] & specifications["p_score"].notna()][["hypothesis_id", "window_id"]]
    drawn = drawn.merge(tested.assign(record_tested=True), how="left").fillna({"record_tested": False})
    board = _list_choices(specifications.merge(drawn[["hypothesis_id", "window_id"]]))
    columns = min(2, max(1, len(drawn)))
    look = {"curve": 2.7, "pitch": 0.142, "size": LEAST} if columns == 1 else {"curve": 1.35, "pitch": 0.12, "size": LEAST}
    widest = max((measure_width(label, look["size"]) for choices in board.values() for _, label in choices), default=0.5)
    start = 0.35 + INDENT + widest + 0.36
    room = (WIDTH - 0.35 - start - GAP * (columns - 1)) / columns
    panels = [(row, wrap_lines(_name_panel(row, claims), room, 7.6, "bold", most=4)) for row in drawn.itertuples(index=False)]
    look |= {"below": sum(look["pitch"] * (len(choices) + 0.55) for choices in board.values()), "start": start, "room": room}
    blocks = []
    for k in range(0, len(panels), columns):
        lines = 0.14 * max(len(lines) for _, lines in panels[k : k + columns])
        band = {"panels": panels[k : k + columns], "height": 0.58 + lines + look["curve"] + 0.14 + look["below"] + 0.16}
        blocks.append(Block(band["height"], partial(_draw_band, band, board, look, specifications, truth or {})))
    note = _note_curves(curves, caution_reader(coder_id, reference_note))
    legend = _lay_out_legend(bool(truth))
    head = 0.13 + 0.17 * (1 + max(line for *_, line in legend))
    return Plan(
        claim_curves(drawn), subtitle, note, simulated, blocks, head, 0.0, lambda page, bottom, top: _draw_legend(page, legend)
    )


def _draw_band(band, board, look, specifications, truth, page, top):
    """Draw panels side by side, with the labels of choices at the left."""
    floor = top - band["height"] + 0.16
    _label_board(page, board, floor + look["below"], look)
    for place, (row, lines) in enumerate(band["panels"]):
        left = look["start"] + place * (look["room"] + GAP)
        span = left, left + look["room"]
        _head(page, row, lines, span[0], top)
        rows = specifications[
            specifications["hypothesis_id"].eq(row.hypothesis_id) & specifications["window_id"].eq(row.window_id)
        ]
        rows = rows[rows["p_score"].notna()].sort_values(["estimate", "specification"], ignore_index=True)
        x = scale(-0.5, len(rows) - 0.5, *span)
        _draw_estimates(page, row, rows, x, span, floor + look["below"] + 0.14, look["curve"], truth.get(row.hypothesis_id))
        _draw_board(page, board, rows, x, span, floor + look["below"], look)


def claim_curves(drawn):
    """Return the heading: of how many hypotheses the specifications, taken together, support the claim."""
    if drawn.empty:
        return "No hypothesis can be estimated in enough ways for a curve"
    supported = [row.p_median <= LEVEL and _median_as_claimed(row) for row in drawn.itertuples()]
    n, of = sum(supported), len(drawn)
    if of == 1:
        row = drawn.iloc[0]
        return f"{row.hypothesis_id}: taken together, {row.n_estimable} specifications {'support' if n else 'do not support'} the claim"
    return f"Taken together, the specifications of {n or 'none'} of {of} hypotheses support the claim"


def _median_as_claimed(row):
    """Return whether the median estimate is as the claim has it."""
    return row.sign in ("0", "two-sided") or (row.median > 0) == (row.sign == "+")


def _note_curves(curves, caution):
    """Return the note: how to read the curves, and which hypotheses have none."""
    none = list(curves.loc[curves["reason"].notna(), "hypothesis_id"])
    lacking = f" Too few specifications can be tested for {', '.join(none)}." if none else ""
    return (
        "Each column is one specification: its estimate in percentage points with the 95 % interval of the sign flip (cut at the edge "
        "of the plot), and below it a tick at each choice it was made with; dark ticks: p at most 5 %. All estimate the same contrast. Joint p: the signs "
        "of a document's scores are flipped in all specifications at once (Simonsohn, Simmons and Nelson 2020); median: of the median "
        "estimate; share: of specifications that are as claimed with p at most 5 %; z: of the mean estimate in standard errors."
        f"{lacking} {caution}"
    )


def _list_choices(specifications):
    """Return {dimension: [(key, label)]} of the choices that occur, in the order of the design; coders with their thresholds.

    A dimension in which nothing was chosen has no rows.
    """
    table = specifications.sort_values("specification", kind="stable")
    board = {}
    for dimension in DIMENSIONS:
        keys = list(dict.fromkeys(_keys(table, dimension)))
        if dimension == "coder":
            keys = sorted(keys, key=lambda key: (list(CODERS).index(key[0]) if key[0] in CODERS else 9, key))
            board[dimension] = [(key, CODERS.get(key[0], key[0]) + (f", p ≥ {key[1]:g}" if key[1] else "")) for key in keys]
        else:
            board[dimension] = [(key, WORDS.get(key, key)) for key in keys]
    return {dimension: choices for dimension, choices in board.items() if len(choices) > 1}


def _keys(rows, dimension):
    """Return what a specification chose in a dimension: its label, of coders (name, threshold or 0)."""
    if dimension == "coder":
        return list(zip(rows["coder"], rows["threshold"].fillna(0.0), strict=True))
    return rows[dimension].tolist()


def _name_panel(row, claims):
    """Return the heading of a panel."""
    return f"{row.hypothesis_id}  {claims.get(row.hypothesis_id, '')}" + (
        "" if row.confirmatory else f" ({row.window_id}, exploratory)"
    )


def _head(page, row, lines, x, top):
    """Write claim, counts and joint p of a panel."""
    say_lines(page, x, top - 0.12, lines, 7.6, weight="bold", leading=1.32)
    y = top - 0.12 - 0.14 * len(lines)
    claimed = "within the margin" if row.sign == "0" else "of one sign" if row.sign == "two-sided" else "as claimed"
    say(page, x, y, f"{row.n_claimed} of {row.n_estimable} {claimed}, {row.n_significant} with p ≤ 5 %", LEAST, SOFT)
    record = f"main analysis {signed(100 * row.record)}" if row.record_tested else "main analysis not tested"
    say(page, x, y - 0.135, f"median {signed(100 * row.median)} points, {record}", LEAST, SOFT)
    joint = ", ".join(
        f"{name} {p_label(p)}" for name, p in (("median", row.p_median), ("share", row.p_share), ("z", row.p_mean_z))
    )
    say(page, x, y - 0.27, f"joint p: {joint}", LEAST)


def _draw_estimates(page, row, rows, x, span, floor, height, truth):
    """Draw zero, the side of the claim, intervals, estimates and the record's specification."""
    values = 100 * rows[["estimate", "low", "high"]].to_numpy(float)
    ends = [*np.quantile(values[:, 1], [0.04]), *np.quantile(values[:, 2], [0.96]), 0.0, *values[:, 0]]
    ends += [] if np.isnan(row.margin) else [-100 * row.margin, 100 * row.margin]
    ticks = choose_ticks(min(ends), max(ends), 4)
    y, edges = scale(ticks[0], ticks[-1], floor, floor + height), (ticks[0], ticks[-1])
    side = {"+": (0.0, edges[1]), "-": (edges[0], 0.0)}.get(row.sign)
    side = (-100 * row.margin, 100 * row.margin) if row.sign == "0" else side
    if side:
        draw_box(page, span[0], y(side[0]), span[1] - span[0], y(side[1]) - y(side[0]), CLAIMED, zorder=0.2)
    draw_lines(page, [((span[0], y(t)), (span[1], y(t))) for t in ticks if t], RULE, 0.5, zorder=0.4)
    for tick in ticks:
        say(page, span[0] - 0.05, y(tick) - 0.03, f"{tick:g}".replace("-", "\N{MINUS SIGN}"), LEAST, SOFT, ha="right")
    sure = (rows["p_score"] <= LEVEL).to_numpy()
    cut = np.clip(values, *edges)
    width = min(1.6, 0.75 * 72 * (x(1) - x(0)))
    for color, kept in ((UNSURE, ~sure), (SURE, sure)):
        bars = [((x(k), y(cut[k, 1])), (x(k), y(cut[k, 2]))) for k in np.flatnonzero(kept)]
        draw_bars(page, bars, color, width, 1.5)
    draw_lines(page, [((span[0], y(0)), (span[1], y(0)))], INK, 0.9, zorder=2.2)
    if truth is not None and not math.isnan(truth):
        at = y(min(max(100 * truth, edges[0]), edges[1]))
        draw_lines(page, [((span[0], at), (span[1], at))], GREEN, 1.2, zorder=2.4, linestyles="dashed")
    dots = [((x(k) - DOT, y(cut[k, 0])), (x(k) + DOT, y(cut[k, 0]))) for k in range(len(rows))]
    draw_bars(page, dots, INK, 1.2, 3, "round")
    for k in np.flatnonzero(rows["is_record"]):
        draw_marks(page, [(x(k), y(cut[k, 0]))], VERMILION, "D", 5, zorder=4.5, mec=INK, mew=0.7)


def _label_board(page, board, top, look):
    """Write the choices at the left, a heading for each dimension beside its first choice."""
    for dimension, _, label, y in _place_rows(board, top, look):
        if label is None:
            continue
        say(page, page.left + INDENT, y - 0.36 * look["size"] / 72, label, look["size"], SOFT)
        if label == board[dimension][0][1]:
            say(page, page.left, y - 0.36 * look["size"] / 72, DIMENSIONS[dimension], look["size"], INK, weight="bold")


def _place_rows(board, top, look):
    """Return [(dimension, key, label, height of its middle)] of the rows of the board."""
    found, y = [], top
    for dimension, choices in board.items():
        y -= 0.55 * look["pitch"]
        for key, label in choices:
            found.append((dimension, key, label, y - look["pitch"] / 2))
            y -= look["pitch"]
    return found


def _draw_board(page, board, rows, x, span, top, look):
    """Draw a tick for each specification at each of its choices; those of the record in its colour, above the others."""
    sure, record = (rows["p_score"] <= LEVEL).to_numpy(), np.flatnonzero(rows["is_record"])
    keys = {dimension: _keys(rows, dimension) for dimension in board}
    half, wide = 0.36 * look["pitch"], min(1.4 / 72, 0.72 * (x(1) - x(0)))
    for number, (dimension, key, _, y) in enumerate(_place_rows(board, top, look)):
        if number % 2 == 0:
            draw_box(page, span[0], y - look["pitch"] / 2, span[1] - span[0], look["pitch"], BAND, zorder=0.2)
        chosen = np.array([one == key for one in keys[dimension]], dtype=bool)
        for color, kept in ((FAINT, chosen & ~sure), (INK, chosen & sure)):
            ticks = [((x(k) - wide / 2, y), (x(m) + wide / 2, y)) for k, m in find_runs(kept, x(1) - x(0) >= APART)]
            draw_bars(page, ticks, color, 2 * half * 72, 2)
        draw_marks(page, [(x(k), y) for k in record if chosen[k]], VERMILION, "D", 3.6, zorder=4.5, mec=INK, mew=0.5)


def find_runs(kept, apart=False):
    """Return the first and the last place of each run of marked places; with ``apart`` every place is a run of its own.

    >>> find_runs(np.array([True, True, False, True]))
    [(0, 1), (3, 3)]
    """
    places = np.flatnonzero(kept)
    if apart:
        return [(int(k), int(k)) for k in places]
    groups = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(places) else []
    return [(int(group[0]), int(group[-1])) for group in groups]


def _lay_out_legend(truth):
    """Return the legend's entries: (kind of mark, text, x, line)."""
    texts = {"record": "specification of the main analysis", "sure": "interval, p ≤ 5 %", "unsure": "interval, p > 5 %"}
    texts |= {"side": "side of the claim, or margin"} | ({"truth": "estimate from the planted codes"} if truth else {})
    entries, x, line = [], 0.35, 0
    for kind, text in texts.items():
        width = 0.26 + measure_width(text, LEAST)
        if x + width > WIDTH - 0.35:
            x, line = 0.35, line + 1
        entries.append((kind, text, x, line))
        x += width + 0.2
    return entries


def _draw_legend(page, entries):
    """Write what the marks stand for, at the top of the body."""
    for kind, text, at, line in entries:
        y = page.top - 0.1 - 0.17 * line
        if kind == "record":
            draw_marks(page, [(at + 0.08, y)], VERMILION, "D", 5, mec=INK, mew=0.7)
        elif kind == "side":
            draw_box(page, at, y - 0.05, 0.18, 0.1, CLAIMED, RULE)
        elif kind == "truth":
            draw_lines(page, [((at, y), (at + 0.24, y))], GREEN, 1.2, linestyles="dashed")
        else:
            draw_lines(page, [((at + 0.08, y - 0.07), (at + 0.08, y + 0.07))], SURE if kind == "sure" else UNSURE, 2.2)
        say(page, at + 0.26, y - 0.036, text, LEAST)

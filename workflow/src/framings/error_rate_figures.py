"""The figure of error rates: what the tests make of simulated data of the corpus's own design, beside the usual logits."""

import pandas as pd

from framings.canvas import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    RULE,
    SOFT,
    VERMILION,
    draw_box,
    draw_lines,
    draw_marks,
    measure_width,
    open_page,
    say,
    say_lines,
    scale,
    wrap_lines,
)  # fmt: skip
from framings.error_rates import COVERAGE_BAND, COVERED, FAMILY_WISE, POWER, REJECTED, REJECTION_BAND
from framings.simulated_tests import CLUSTERED, NAIVE, TRUE_CODES

WIDTH, BAND_COLOR = 10.2, "#e4ecf3"
PANELS = {"rejections": (3.75, 7.3), "coverage": (7.95, 9.75)}
TICKS = {"rejections": (0, 1, 3, 5, 7, 10, 20, 40, 70, 100), "coverage": (85, 90, 93, 95, 97, 100)}
STEP, HEAD = 0.078, 0.5
# Method: (line in its row, colour, mark, filled); told apart by shape as well as by colour.
LOOKS = {
    "jackknife": (0, BLUE, "s", True), "jackknife, blocks": (0, BLUE, "s", False),
    "label swap": (1, GREEN, "^", True), "label swap, blocks": (1, GREEN, "^", False),
    "score flip": (2, ORANGE, "D", True), "score flip, blocks": (2, ORANGE, "D", False),
    NAIVE: (3, VERMILION, "x", True), CLUSTERED: (3, VERMILION, "+", True),
    "adjusted, jackknife": (0, BLUE, "s", True), "adjusted, score flip": (2, ORANGE, "D", True),
    "no adjustment": (3, VERMILION, "x", True), "Holm": (0, BLUE, "s", True), "Westfall and Young": (1, GREEN, "^", True),
    "of record": (0, INK, "o", True), "share": (0, INK, "o", True),
}  # fmt: skip
LEGEND = (
    "jackknife",
    "jackknife, blocks",
    "label swap",
    "label swap, blocks",
    "score flip",
    "score flip, blocks",
    "of record",
    NAIVE,
    CLUSTERED,
)


def error_rates(table, corpus="", state=""):
    """Return the figure of the table ERROR_RATES: a row a design (and coder), rejections at the left, coverage at the right.

    ``state`` is a sentence on whether the table is up to date; it follows the note. Power is told in words, for the p of record.
    The data are simulated, also where ``corpus``, whose design they have, is a real one.
    """
    lines = _lay_out_lines(table)
    body = round(sum(line["height"] for line in lines) + HEAD + 0.25, 6)
    note = (
        f"Each mark is a rate over {int(table['n_sets'].max())} simulated data sets with its exact 95 % interval. Shaded: 3 to 7 % rejections of true "
        "nulls, 93 to 97 % coverage. The p of record is the label swap where defined, else the jackknife. Blocks: three consecutive "
        f"documents swapped, left out or flipped together. The axis of rejections widens towards zero. {state}"
    )
    subtitle = f"Simulated with the design of: {corpus}" if corpus else ""
    page = open_page(body, claim_rates(table), subtitle, note, simulated=True, width=WIDTH)
    y = _draw_head(page, page.top - 0.05)
    for line in lines:
        _draw_line(page, line, y)
        y -= line["height"]
    return page.figure


def claim_rates(table):
    """Return the heading: how many rates keep their band, and how often the usual logit is wrong."""
    gated = table[table["passes"] != "–"]
    kept, n = int((gated["passes"] == "yes").sum()), len(gated)
    null = (table["measure"] == REJECTED) & (table["coder"] == TRUE_CODES) & ~table["design_id"].str.contains("drift")
    usual = table.loc[null & (table["method"] == NAIVE), "rate"]
    words = f"{'All' if kept == n else kept} of {n} gated error rates keep their band"
    return words + (
        f"; the usual logit rejects {100 * usual.min():.0f} to {100 * usual.max():.0f} % of true nulls" if len(usual) else ""
    )


def _lay_out_lines(table):
    """Return the lines from top to bottom: {title, indent, rows, height, power}; a design coded by a machine has one a coder."""
    lines = []
    for _, rows in table.groupby("design_id", sort=False):
        coders, title = (
            list(rows["coder"].drop_duplicates()),
            wrap_lines(rows["design"].iloc[0], PANELS["rejections"][0] - 0.62, 7.8),
        )
        if len(coders) == 1:
            shown = rows[rows["method"] != "of record"]
            shown = rows if shown.empty or (rows["method"] == "of record").all() else shown
            lines.append({"title": title, "indent": 0, "rows": shown, "all": rows})
            continue
        lines.append({"title": title, "indent": 0, "rows": rows.iloc[:0], "all": rows.iloc[:0]})
        for coder in coders:
            mine = rows[(rows["coder"] == coder) & (rows["method"].isin(["of record", NAIVE]) | rows["measure"].eq(COVERED))]
            lines.append({"title": [coder], "indent": 0.2, "rows": mine, "all": mine})
    for line in lines:
        used = {LOOKS.get(method, (0,))[0] for method in line["rows"]["method"]}
        line["height"] = max(0.142 * len(line["title"]), STEP * (max(used, default=0) + 1)) + 0.09
    return lines


def _draw_head(page, top):
    """Write the legend, the heads of the panels and their axes; return where the lines begin."""
    x, y = page.left, top
    for method in LEGEND:
        text = {"of record": "p of record (machine-coded data)"}.get(method, method)
        width = measure_width(text, 7.5) + 0.42
        if x + width > page.right:
            x, y = page.left, y - 0.17
        _, color, mark, filled = LOOKS[method]
        draw_marks(page, [(x + 0.06, y)], color, mark, 4.6, filled)
        say(page, x + 0.16, y - 0.036, text, 7.5)
        x += width
    y -= HEAD
    for name, words in (
        ("rejections", "true nulls rejected at 5 %, in percent"),
        ("coverage", "95 % intervals that hold the truth"),
    ):
        place = _axis(name)
        say(page, sum(PANELS[name]) / 2, y + 0.24, words, 7.5, SOFT, ha="center")
        for tick in TICKS[name]:
            say(page, place(tick), y + 0.06, f"{tick}", 7.2, SOFT, ha="center")
            draw_lines(page, [((place(tick), page.bottom), (place(tick), y))], RULE, 0.5, zorder=0.5)
        low, high = (100 * end for end in (REJECTION_BAND if name == "rejections" else COVERAGE_BAND))
        draw_box(page, place(low), page.bottom, place(high) - place(low), y - page.bottom, BAND_COLOR, zorder=0.4)
    draw_lines(page, [((page.left, y), (page.right, y))], INK, 0.9)
    return y


def _axis(name):
    """Return the function that places a rate in percent: rejections by their root, coverage from 85 on."""
    if name == "coverage":
        place = scale(85, 100, *PANELS[name])
        return lambda value: place(max(value, 85))
    place = scale(0, 10, *PANELS[name])
    return lambda value: place(max(value, 0) ** 0.5)


def _draw_line(page, line, y):
    """Draw one line: its title, and a mark with its interval for each method."""
    say_lines(page, page.left + line["indent"], y - 0.155, line["title"], 7.8, SOFT if line["indent"] else INK, leading=1.31)
    powers = line["all"][(line["all"]["measure"] == POWER) & line["all"]["method"].isin(["of record", "adjusted, jackknife"])]
    if len(powers):
        rate = powers["rate"].iloc[0]
        words = f"power {100 * rate:.0f} %" if pd.notna(rate) else "not tested: too thin"
        say(page, PANELS["rejections"][0] + 0.1, y - 0.155, words, 7.5, SOFT)
    elif len(line["all"]) and line["all"].loc[line["all"]["method"] == "of record", "rate"].isna().any():
        say(page, PANELS["rejections"][0] + 0.1, y - 0.155, "not tested: too thin", 7.5, SOFT)
    for row in line["rows"].itertuples():
        panel = "coverage" if row.measure == COVERED else "rejections" if row.measure in (REJECTED, FAMILY_WISE) else None
        if panel is None or pd.isna(row.rate):
            continue
        place, (sub, color, mark, filled) = _axis(panel), LOOKS.get(row.method, LOOKS["of record"])
        at = y - 0.09 - STEP * sub
        draw_lines(page, [((place(100 * row.low), at), (place(100 * row.high), at))], color, 0.9, zorder=3)
        draw_marks(page, [(place(100 * row.rate), at)], color, mark, 4.2, filled)
        if row.passes == "no":
            say(page, PANELS[panel][1] + 0.06, at - 0.036, "outside", 7, VERMILION, weight="bold")
    bottom = y - line["height"]
    draw_lines(page, [((page.left, bottom), (page.right, bottom))], "#ececec", 0.5, zorder=0.6)
    if not line["indent"]:
        draw_lines(page, [((page.left, y), (page.right, y))], FAINT, 0.4, zorder=0.7)

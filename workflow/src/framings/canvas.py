"""A page in inches: the drawing primitives that all figures share.

Every figure is one axes whose coordinates are inches on the page as it is designed, so that text, marks and rules are placed
and measured in one unit, nothing depends on a layout engine, and the bytes are the same on every machine: the typeface
(DejaVu Sans) travels with matplotlib, and no picture carries a date. A page is designed 9 inches wide and drawn 183 mm wide,
the width of two columns of a journal; all that has a size in points shrinks with it, so that 7.5 points on the page are 6 in print.
"""

import io
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.textpath import text_to_path

from framings.svgs import shrink_svg

INK, SOFT, FAINT, RULE, BAND, PAPER = "#1c1c1c", "#595959", "#8c8c8c", "#dcdcdc", "#f3f3f0", "#ffffff"
ALARM = "#a3195b"
# Okabe and Ito's colours: told apart with every common colour blindness and in grey.
BLUE, VERMILION, SKY, GREEN, ORANGE, PURPLE = "#0072b2", "#d55e00", "#56b4e9", "#009e73", "#e69f00", "#cc79a7"
MARGIN = 0.35
WIDTH = 9.0  # inches of the page as it is designed
PRINT_WIDTH, PRINT_HEIGHT = 183 / 25.4, 230 / 25.4  # inches: two columns of a journal, and the height of its page
LEAST = 7.5  # points on the page, for the smallest text: 6 in print
STYLE = {
    "font.family": "DejaVu Sans",
    "svg.fonttype": "path",  # letters as outlines: the same picture where the typeface is not installed
    "svg.hashsalt": "framings",
    "pdf.fonttype": 42,  # letters as TrueType, the used ones embedded: journals take it, and text can be searched
    "text.parse_math": False,  # a dollar sign in a title is a dollar sign
    "text.hinting": "none",  # at 200 dots an inch it shows no difference, and it costs time
    "hatch.linewidth": 0.5,
    "path.simplify": False,
}


@dataclass
class Page:
    """A figure with its one axes in inches; the body lies between ``bottom`` and ``top``, ``left`` and ``right``.

    ``unit`` is how much smaller the figure is drawn than the page was designed.
    """

    figure: Figure
    axes: object
    bottom: float
    top: float
    left: float
    right: float
    unit: float


def clean(text):
    """Return the text on one line, without characters that cannot be drawn."""
    return "".join(c if c.isprintable() else " " for c in str(text))


def measure_width(text, size, weight="normal"):
    """Return the width of a text in inches at a size in points (words and the spaces between them, added up)."""
    return sum(_word_width(word, weight) for word in text.split(" ")) * size + text.count(" ") * _word_width(" ", weight) * size


@lru_cache(maxsize=4096)
def _word_width(word, weight):
    """Return the width of a word in inches at one point."""
    width, _, _ = text_to_path.get_text_width_height_descent(
        word, FontProperties(family="DejaVu Sans", size=10, weight=weight), False
    )
    return width / 720


def wrap_lines(text, width, size, weight="normal", most=None):
    """Return the text broken into lines that fit a width in inches; after ``most`` lines an ellipsis ends it."""
    lines = [""]
    for word in clean(text).split():
        trial = f"{lines[-1]} {word}".strip()
        if measure_width(trial, size, weight) <= width:
            lines[-1] = trial
            continue
        while measure_width(word, size, weight) > width and len(word) > 1:
            fits = max(1, int(len(word) * width / measure_width(word, size, weight)) - 1)
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    lines = [line for line in lines if line] or [""]
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and measure_width(last + " …", size, weight) > width:
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip(" ,;:") + " …"]
    return lines


def open_page(body, title, subtitle, note, simulated, width=WIDTH):
    """Return a page whose body is ``body`` inches high, with its heading above and its note below.

    ``simulated`` puts the words SIMULATED DATA into the heading, over the body and into the note.
    """
    head, below, foot, top_room, bottom_room = _lay_out_frame(title, subtitle, note, simulated, width)
    height, unit = body + top_room + bottom_room, PRINT_WIDTH / width
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(PRINT_WIDTH, height * unit), facecolor=PAPER)
        axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    page = Page(figure, axes, bottom_room, bottom_room + body, MARGIN, width - MARGIN, unit)
    for k, line in enumerate(head):
        say(page, MARGIN, height - 0.36 - 0.23 * k, line, 12.5, weight="bold")
    for k, line in enumerate(below):
        say(page, MARGIN, height - 0.36 - 0.23 * len(head) - 0.17 * k, line, 8.5, SOFT)
    draw_lines(page, [((MARGIN, bottom_room - 0.08), (width - MARGIN, bottom_room - 0.08))], RULE, 0.7)
    for k, line in enumerate(foot):
        say(page, MARGIN, bottom_room - 0.24 - 0.145 * k, line, 7.5, SOFT)
    if simulated:
        _stamp(page, width, height, body)
    return page


def measure_frame(title, subtitle, note, simulated, width=WIDTH):
    """Return how many inches the heading and the note of a page take."""
    return sum(_lay_out_frame(title, subtitle, note, simulated, width)[-2:])


def _lay_out_frame(title, subtitle, note, simulated, width):
    """Return the lines of heading, subtitle and note, and the inches above and below the body."""
    room = 0.985 * (width - 2 * MARGIN)
    head = wrap_lines(title, room - (1.75 if simulated else 0), 12.5, "bold")
    below = wrap_lines(subtitle, room, 8.5)
    foot = wrap_lines(("Simulated data: no real person said any of this. " if simulated else "") + note, room, 7.5)
    return head, below, foot, 0.28 + 0.23 * len(head) + 0.17 * len(below) + 0.16, 0.30 + 0.145 * len(foot)


def _stamp(page, width, height, body):
    """Put the words SIMULATED DATA where a cropped copy of the figure would still show them."""
    box = FancyBboxPatch((width - MARGIN - 1.5, height - 0.46), 1.5, 0.26, "round,pad=0,rounding_size=0.06", color=ALARM, lw=0)
    page.axes.add_patch(box)
    say(page, width - MARGIN - 0.75, height - 0.33, "SIMULATED DATA", 9, PAPER, ha="center", va="center", weight="bold")
    size, turn = (34, 18) if body < 5 else (52, 35)
    for k in range(max(1, round(body / 6))):
        y = page.bottom + body * (k + 0.5) / max(1, round(body / 6))
        say(
            page,
            width / 2,
            y,
            "SIMULATED",
            size,
            ALARM,
            ha="center",
            va="center",
            weight="bold",
            rotation=turn,
            alpha=0.08,
            zorder=0.3,
        )


def say(page, x, y, text, size=8.0, color=INK, **style):
    """Write one line of text with its baseline's start at (x, y) unless ``ha`` and ``va`` say otherwise."""
    look = {"va": "baseline", "zorder": 5, "family": "DejaVu Sans", "parse_math": False} | style
    return page.axes.text(x, y, clean(text), fontsize=size * page.unit, color=color, **look)


def say_lines(page, x, y, lines, size=8.0, color=INK, leading=1.32, middle=False, **style):
    """Write lines downwards from (x, y); with ``middle`` the block is centred on y."""
    step = size * leading / 72
    start = y + step * (len(lines) - 1) / 2 - size * 0.36 / 72 if middle else y
    for k, line in enumerate(lines):
        say(page, x, start - k * step, line, size, color, **style)


def draw_lines(page, segments, color=INK, width=1.0, **style):
    """Draw straight lines, each from one point to another."""
    look = {"zorder": 2, "linewidths": width * page.unit} | style
    page.axes.add_collection(LineCollection(list(segments), colors=color, **look), autolim=False)


def draw_strokes(page, places, width, height, color, gap=0.08):
    """Draw boxes of slanting strokes, each box from its lower left corner, as one path: a pattern would be a picture in every PDF.

    The strokes rise at 45 degrees, ``gap`` inches apart along the box's edges.
    """
    cuts = [gap * k for k in range(1, int((width + height) / gap) + 1) if gap * k < width + height]
    ends = [((max(0, c - height), min(c, height)), (min(c, width), max(0, c - width))) for c in cuts]
    bars = [((x + a, y + height - b), (x + c, y + height - d)) for x, y in places for (a, b), (c, d) in ends]
    draw_bars(page, bars, color, 0.5, 1)


def draw_bars(page, bars, color, width, zorder, ends="butt"):
    """Draw many short lines as one path: as pictures they are the same, and the file is a quarter as large."""
    if bars:
        points = [point for bar in bars for point in (*bar, (math.nan, math.nan))]
        xs, ys = zip(*points, strict=True)
        snap = {} if ends == "butt" else {"snap": False}  # a dot that is moved to a pixel's edge loses its length
        page.axes.plot(xs, ys, color=color, lw=width * page.unit, zorder=zorder, solid_capstyle=ends, **snap)


def draw_marks(page, points, color, marker="o", size=5.0, filled=True, **style):
    """Draw a mark at every point, filled or hollow."""
    if not len(points):
        return
    xs, ys = zip(*points, strict=True)
    look = {"mfc": color if filled else PAPER, "mec": color, "mew": 1.1, "ms": size, "ls": "none", "zorder": 4} | style
    page.axes.plot(xs, ys, marker=marker, **_shrink(page, look, "mew", "ms"))


def draw_box(page, x, y, width, height, color=BAND, edge="none", **style):
    """Draw a rectangle with its lower left corner at (x, y)."""
    look = {"facecolor": color, "edgecolor": edge, "lw": 0.8, "zorder": 1} | style
    page.axes.add_patch(Rectangle((x, y), width, height, **_shrink(page, look, "lw")))


def draw_boxes(page, corners, width, height, colors, **style):
    """Draw rectangles of one size, each with its lower left corner and colour."""
    boxes = [((x, y), (x + width, y), (x + width, y + height), (x, y + height)) for x, y in corners]
    look = {"facecolors": colors, "edgecolors": "none", "linewidths": 0, "zorder": 1} | style
    page.axes.add_collection(PolyCollection(boxes, **look), autolim=False)


def _shrink(page, look, *sizes):
    """Return a look whose sizes in points are those of the drawn figure."""
    return look | {name: look[name] * page.unit for name in sizes}


def choose_ticks(low, high, about=5):
    """Return round numbers that cover [low, high] in about so many steps of 1, 2 or 5 times a power of ten.

    >>> choose_ticks(0, 0.23)
    [0.0, 0.05, 0.1, 0.15, 0.2, 0.25]
    """
    raw = max(high - low, 1e-9) / about
    power = 10.0 ** int(f"{raw:e}".split("e")[1])
    step = power * min((m for m in (1, 2, 5, 10) if m * power >= raw * 0.999), default=10)
    first, last = math.floor(round(low / step, 9)), math.ceil(round(high / step, 9))
    return [round(k * step, 10) for k in range(first, last + 1)]


def scale(low, high, start, end):
    """Return the function that maps values in [low, high] to inches in [start, end]."""
    return lambda value: start + (value - low) / (high - low) * (end - start)


def percent(share):
    """Return a share as a label in percent: one decimal under 10, none above."""
    points = 100 * share
    if points == 0:
        return "0"
    return "<0.1" if points < 0.05 else f"{points:.1f}" if points < 9.95 else f"{points:.0f}"


def signed(value, decimals=1):
    """Return a number with its sign and a true minus."""
    text = f"{value:+.{decimals}f}"
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def count(number):
    """Return a count with thin spaces between thousands."""
    return f"{int(number):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def save_png(figure):
    """Return the figure as PNG bytes at 300 dots an inch."""
    return _bytes(figure, format="png", dpi=300, metadata={"Software": None}, pil_kwargs={"compress_level": 3})


def save_svg(figure):
    """Return the figure as SVG bytes without a date, letters as outlines, places to a hundredth of a point."""
    text = _bytes(figure, format="svg", metadata={"Date": None, "Creator": None}).decode("utf-8")
    return shrink_svg(text).encode("utf-8")


def save_pdf(figures):
    """Return figures as the pages of one PDF file, without a date, the letters that are used embedded."""
    buffer = io.BytesIO()
    with (
        matplotlib.rc_context(STYLE),
        PdfPages(buffer, metadata={"CreationDate": None, "Creator": None, "Producer": None}) as file,
    ):
        for figure in figures:
            file.savefig(figure)
    return buffer.getvalue()


def _bytes(figure, **options):
    buffer = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(buffer, **options)
    return buffer.getvalue()


def write_figures(drawn, parts, captions, paths):
    """Write figures and captions to ``paths``: the name of a file says which figure, its ending in which format; captions are .txt.

    PDF files hold the figures of ``parts`` where it has them, a page each: {name: [figure]}; a figure that is higher than a page
    of a journal stands there in several parts.
    """
    for path in map(Path, paths):
        if path.suffix == ".txt":
            path.write_text(captions[path.stem], encoding="utf-8")
        elif path.suffix == ".pdf":
            path.write_bytes(save_pdf(parts.get(path.stem) or [drawn[path.stem]]))
        else:
            path.write_bytes({".png": save_png, ".svg": save_svg}[path.suffix](drawn[path.stem]))

"""Where the words of a figure stand, as they are drawn for print."""

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg

from framings.canvas import STYLE

WATERMARK = "SIMULATED"


def measure_texts(figure):
    """Return [(text, box in points)] of every text but the watermark; boxes are those of 300 dots an inch."""
    with matplotlib.rc_context(STYLE):
        figure.set_dpi(300)
        renderer = FigureCanvasAgg(figure).get_renderer()
        found = [(text.get_text(), text.get_window_extent(renderer).extents * 72 / 300) for text in figure.axes[0].texts]
    return [(text, box) for text, box in found if text.strip() and text != WATERMARK]


def find_overlaps(figure, touch=0.2):
    """Return the pairs of texts whose boxes share more than a part of the height of a line.

    A box reaches from the lowest to the highest letter that the typeface has, so that lines set solid share a little.
    """
    placed, pairs = sorted(measure_texts(figure), key=lambda item: item[1][1]), []
    for k, (one, a) in enumerate(placed):
        for other, b in placed[k + 1 :]:
            if b[1] > a[3]:
                break
            wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            if wide > 0 and high > touch * min(a[3] - a[1], b[3] - b[1]):
                pairs.append((one, other))
    return pairs

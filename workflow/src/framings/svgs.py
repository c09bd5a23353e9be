"""SVG files made smaller without changing the picture: places to a hundredth of a point, and nothing said twice; and inside a page."""

import re
from urllib.parse import quote

from markupsafe import Markup

HEADS = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<\?xml.*?\?>|<!DOCTYPE.*?>", re.S)
ID = re.compile(r' id="([^"]+)"')
QUOTED = re.compile(r'="([^"\']*)"')

GLYPH = re.compile(r'<use xlink:href="#([^"]+)" transform="translate\((-?[\d.]+)(?: (-?[\d.]+))?\)"/>')
STEP = re.compile(r"([ML]) (-?[\d.]+) (-?[\d.]+)|([Zz])")


def shrink_svg(svg):
    """Return the text of an SVG that matplotlib wrote, shorter.

    Places have two decimals, paths of straight lines are written from point to point, the glyphs of a text stand at ``x``
    in place of a transform, ids of glyphs lose the name of the typeface, groups theirs, and there is no space between elements.
    Clips go: the one axes of a figure is the page.

    >>> shrink_svg('<path d="M 1.234567 -20.5 L 3.999 4"/>\\n <use xlink:href="#DejaVuSans-41" transform="translate(61.27929 0)"/>')
    '<path d="M1.23-20.5l2.77 24.5"/><use xlink:href="#D41" x="61"/>'
    """
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r' clip-path="[^"]*"', "", svg)
    svg = re.sub(r' d="([^"]*)"', lambda found: f' d="{shorten_path(found[1])}"', svg)
    svg = GLYPH.sub(_place_glyph, svg)
    svg = re.sub(r' (x|y)="(-?\d+\.\d+)"', lambda found: f' {found[1]}="{_round(found[2])}"', svg)
    svg = re.sub(r'(id="|href="#)DejaVuSans-', r"\1D", svg)
    svg = re.sub(r": |; (?=[\w-]+:)", lambda found: found.group().strip(), svg) if "<text" not in svg else svg
    return re.sub(r">\s+<", "><", svg)


def embed_svg(svg):
    """Return the bytes of a shrunk SVG file as a ``data:`` address that may stand between double quotes in HTML.

    >>> embed_svg(b'<?xml version="1.0"?><svg><path id="D41" d="M1 2"/> <use xlink:href="#D41"/></svg>')
    Markup("data:image/svg+xml,<svg><path id='g0' d='M1 2'/><use href='%23g0'/></svg>")
    """
    text = QUOTED.sub(r"='\1'", strip_svg(svg.decode("utf-8")))
    return Markup("data:image/svg+xml," + quote(text, safe=" !$&()*+,-./:;=?@_~'[]{}|^<>").replace("&", "&amp;"))


def strip_svg(svg):
    """Return an SVG without what only a file needs: head, metadata, ids that nothing refers to; other ids made short."""
    svg = HEADS.sub("", svg)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = ID.sub(lambda found: found[0] if found[1] in used else "", svg)
    short = {name: f"g{k}" for k, name in enumerate(sorted(used))}
    svg = re.sub(r'( id="|href="#|url\(#)([^")]+)', lambda found: found[1] + short.get(found[2], found[2]), svg)
    return re.sub(r">\s+<", "><", " ".join(svg.split())).replace("xlink:href", "href")


def shorten_path(path):
    """Return the data of a path, places to two decimals; one of straight lines alone goes from point to point.

    Steps are differences of rounded places, so that errors do not add up.

    >>> shorten_path("M 10 20 L 10 25.5 M 10.004 30 L 9.5 30 z")
    'M10 20v5.5m0 4.5h-.5z'
    """
    steps = STEP.findall(path)
    if "".join(path.split()) != "".join("".join(step) for step in steps):
        return re.sub(r"\s*([A-Za-z])\s*", r"\1", re.sub(r"-?\d+\.\d+", lambda found: _round(found.group()), path))
    out, at, start = [], None, None
    for kind, x, y, close in steps:
        if close:
            out.append("z")
            at = start
            continue
        point = round(100 * float(x)), round(100 * float(y))
        out.append(_step(kind, point, at))
        at, start = point, point if kind == "M" else start
    return "".join(out)


def _step(kind, point, at):
    """Return the move or line from one point, in hundredths, to the next."""
    if at is None:
        return kind + _pair(*point)
    dx, dy = point[0] - at[0], point[1] - at[1]
    if kind == "L" and (dx == 0 or dy == 0):
        return f"v{_digits(dy)}" if dx == 0 else f"h{_digits(dx)}"
    return kind.lower() + _pair(dx, dy)


def _pair(x, y):
    """Return two numbers in hundredths; a minus parts them as well as a space."""
    second = _digits(y)
    return _digits(x) + ("" if second.startswith("-") else " ") + second


def _digits(hundredths):
    """Return a number in hundredths as text without idle zeros."""
    text = f"{abs(hundredths) / 100:.2f}".rstrip("0").rstrip(".")
    text = text.removeprefix("0") or "0"
    return f"-{text}" if hundredths < 0 else text


def _round(text):
    """Return a number's text with two decimals at most."""
    return _digits(round(100 * float(text)))


def _place_glyph(found):
    """Return the use of a glyph at its place, in hundredths of the height of its letters."""
    name, x, y = found.groups()
    y = f' y="{round(float(y))}"' if y and float(y) else ""
    return f'<use xlink:href="#{name}" x="{round(float(x))}"{y}/>'

"""Figures inside a page: SVG made small, as an address that a page can hold."""

import re
from urllib.parse import quote

from markupsafe import Markup

COMMENTS = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<\?xml.*?\?>|<!DOCTYPE.*?>", re.S)
NUMBER = re.compile(r"-?\d+\.\d{2,}")
PLACES = re.compile(r'\b(?:d|x|y|x1|x2|y1|y2|width|height|cx|cy|r|points|transform)="[^"]*"')
SCALES = re.compile(r"scale\([^)]*\)|matrix\([^)]*\)")
SHIFTED_GLYPHS = re.compile(r'(<use [^>]*)transform="translate\((-?[\d.]+) 0\)"/>')
QUOTED = re.compile(r'="([^"\']*)"')
UNUSED = re.compile(r' id="([^"]+)"')


def embed_svg(svg):
    """Return an SVG file's bytes as a ``data:`` address, compacted, as it may stand between double quotes in HTML."""
    text = QUOTED.sub(r"='\1'", compact_svg(svg.decode("utf-8")))
    return Markup("data:image/svg+xml," + quote(text, safe=" !$&()*+,-./:;=?@_~'[]{}|^<>").replace("&", "&amp;"))


def compact_svg(svg):
    """Return an SVG without comments, metadata, unused ids and line ends, ids made short; places rounded to a hundredth of a point.

    Factors of a scale keep their digits, so that nothing moves by more than half a hundredth.

    >>> compact_svg('<g id="a"><!-- x --><path d="M 1.23456 2 L 3 4.999"/> </g>')
    '<g><path d="M1.23 2L3 5"/></g>'
    """
    svg = COMMENTS.sub("", svg)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = UNUSED.sub(lambda found: found[0] if found[1] in used else "", svg)
    short = {name: f"g{k}" for k, name in enumerate(sorted(used))}
    svg = re.sub(r'( id="|href="#|url\(#)([^")]+)', lambda found: found[1] + short.get(found[2], found[2]), svg)
    svg = PLACES.sub(_round_places, svg)
    svg = SHIFTED_GLYPHS.sub(r'\1x="\2"/>', svg).replace("xlink:href", "href")
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", svg)).strip()


def _round_places(found):
    kept = []
    text = SCALES.sub(lambda scale: kept.append(scale[0]) or f"\0{len(kept) - 1};", found[0])
    text = NUMBER.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), text)
    text = re.sub(r"\0(\d+);", lambda place: kept[int(place[1])], text)
    return re.sub(r"\s*([MLQCZHVAST])\s*", r"\1", text) if text.startswith("d=") else text

"""PDF files with text: bytes -> page."""

import re
import unicodedata
from collections import Counter

from framings.confinement import ConfinementError, run_confined
from framings.sources.lines import split_paragraphs
from framings.sources.markup import check_balance
from framings.sources.page import Page, Paragraph, Removed, SourceError, count_inked
from framings.texts import normalise_text

MOST_BYTES = 100_000_000
EDGE = 2  # lines at the head and at the foot of a page that may be its furniture
LETTERLESS = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
NO_TEXT = "the PDF holds pictures of pages and no text; run OCR over it first (for example ocrmypdf) and add the result"


def read_page(raw, asked_id):
    """Return the ``Page`` that a PDF holds; ``asked_id`` is not in the file and not checked.

    Lines are joined to paragraphs over the ends of pages; running heads and feet, page numbers, and hyphens at the ends of
    lines are removed. Bold print is not told. The title, day and language are for the register to say. Raises
    ``SourceError`` for a scanned PDF, one that needs a password, and one that is damaged or made to do harm.
    """
    found = _extract(raw)
    pages = [unicodedata.normalize("NFC", _mend_letters(text)) for text in found["pages"]]
    n_inked = sum(map(count_inked, pages))
    if n_inked == 0:
        raise SourceError(NO_TEXT if any(found["pictures"]) else "the PDF holds no text; add the right file")
    if sum(len(LETTERLESS.findall(text)) for text in pages) > 0.05 * n_inked:
        raise SourceError(
            "the PDF does not say which letters its signs are; run OCR over it first (for example ocrmypdf --force-ocr)"
        )
    lines, removed = _remove_furniture([text.splitlines() for text in pages])
    paragraphs, more = split_paragraphs("\n".join(lines))
    pictures = [
        Removed("page that holds a picture and no text", 0, f"page {number}")
        for number, (text, picture) in enumerate(zip(pages, found["pictures"], strict=True), 1)
        if picture and not text.strip()
    ]
    pictures += [Removed("part of a page that cannot be decoded; compare with the PDF", 0, f"page {n}") for n in found["broken"]]
    return check_balance(
        Page(
            "", *[None] * 5, *[()] * 3,
            paragraphs=tuple(map(Paragraph, paragraphs)), removed=(*removed, *more, *pictures), n_chars_body=n_inked,
        )
    )  # fmt: skip


def read_properties(raw):
    """Return what the PDF says about itself as a dict: title, author, created (YYYY-MM-DD), each None where it does not say.

    They are to be offered, not believed: the day is when the file was made, and titles are often those of a template.
    """
    return _extract(raw)["properties"]


def _extract(raw):
    """Return what the confined process finds in a PDF, or raise ``SourceError``."""
    # ASSUME: pypdf bounds what streams unpack to, but not the time it works on them, so it works in a process that is ended.
    if len(raw) > MOST_BYTES:
        raise SourceError(f"the PDF is larger than {MOST_BYTES // 1_000_000} MB; split it")
    try:
        return run_confined("framings.sources.pdf_text", "extract_pages", raw)
    except ConfinementError as error:
        cure = "" if ";" in str(error) else "; split it, or print it to a new PDF"
        raise SourceError(f"the PDF cannot be read: {error}{cure}") from error


def _mend_letters(text):
    """Return a text with ligatures as letters, and with a sign of doubt for half of a character."""
    return text.translate(LIGATURES).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _remove_furniture(pages):
    """Return the lines of all pages in a row without running heads, feet and page numbers, and these as pieces removed."""
    # ASSUME: a line at the head or foot of a page, equal but for its digits on two pages in five and on two at least, is
    # furniture of the printed page; so is the second line from the edge, if the one outside it is furniture.
    pages = [[line for line in page if line.strip()] for page in pages]
    keys = [{place: _fold_line(page[place]) for place in _list_edges(page)} for page in pages]
    counts = Counter(key for edges in keys for key in {(place < 0, key) for place, key in edges.items()})
    least = max(2, 0.4 * len(pages))
    kept, removed = [], []
    for page, edges in zip(pages, keys, strict=True):
        gone = {}
        for place, key in edges.items():
            outer = {0: None, -1: None}.get(place, place - 1 if place > 0 else place + 1)
            if counts[place < 0, key] >= least and (outer is None or outer in gone):
                gone[place] = "running head or foot" if any(map(str.isalpha, key)) else "number"
        places = {place % len(page): f"{what} of a printed page" for place, what in gone.items()}
        removed += [
            Removed(reason, count_inked(page[place]), normalise_text(page[place])) for place, reason in sorted(places.items())
        ]
        kept += [line for place, line in enumerate(page) if place not in places]
    return kept, removed


def _list_edges(page):
    """Return the places of the first lines of a page (from 0) and of its last ones (from -1), from outside to inside."""
    depth = EDGE if len(page) > 2 * EDGE else min(1, len(page) // 2)
    return [*range(depth), *range(-1, -depth - 1, -1)]


def _fold_line(line):
    """Return a line in lower case with one sign for each run of digits."""
    return re.sub(r"\d+", "#", normalise_text(line).lower())

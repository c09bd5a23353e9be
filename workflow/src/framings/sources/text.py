"""Plain text files, one document each: bytes -> page."""

import unicodedata

from framings.encodings import decode_text
from framings.sources.lines import find_title, split_paragraphs
from framings.sources.markup import check_balance
from framings.sources.page import Page, Paragraph, Removed, SourceError, count_inked


def read_page(raw, asked_id):
    """Return the ``Page`` that a plain text file holds; ``asked_id`` is not in the file and not checked.

    The first line is the title where it stands alone. Who speaks, the date and the language are for the register to say.
    Raises ``SourceError`` for a file whose encoding is unknown, that holds no text, or that does not balance.
    """
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError("this is an old Word document (.doc), or one with a password; save it as DOCX without a password")
    return build_page(unicodedata.normalize("NFC", decode_text(raw)))


def build_page(text, **details):
    """Return the ``Page`` of a plain text with what is known about it; a title that is not among ``details`` is looked for."""
    paragraphs, removed = split_paragraphs(text)
    if not paragraphs:
        raise SourceError("the file holds no text; add the right file")
    title = details.pop("title", None) or ""
    if not title and (title := find_title(text, paragraphs)):
        paragraphs, removed = paragraphs[1:], [*removed, Removed("title", count_inked(title), title)]
    around = dict.fromkeys(("language", "date", "time", "place", "lead"))
    around |= dict.fromkeys(("sections", "topics", "persons"), ())
    kept = tuple(map(Paragraph, paragraphs))
    return check_balance(
        Page(title, **(around | details), paragraphs=kept, removed=tuple(removed), n_chars_body=count_inked(text))
    )

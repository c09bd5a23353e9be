"""What every reader of a website hands over: a page with its paragraphs, and the sentence with which it refuses one."""

from dataclasses import dataclass
from functools import cached_property


class SourceError(ValueError):
    """A page cannot be read; the message is one plain sentence that goes into the table of documents."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph as printed; ``bold`` and ``italic`` are ranges (start, end) of ``text``, in order and disjoint."""

    text: str
    bold: tuple = ()
    italic: tuple = ()


@dataclass(frozen=True)
class Removed:
    """A piece of the body that nobody said; ``n_chars`` counts its characters that are not white space."""

    reason: str
    n_chars: int
    text: str


@dataclass(frozen=True)
class Page:
    """A page: what stands around its body, the paragraphs kept, the pieces removed, and the size of the body.

    ``n_chars_body`` counts the characters of the body that are not white space, on the page itself and independently
    of ``paragraphs`` and ``removed``. ``speaker`` is who speaks where the text itself names nobody. Dates are YYYY-MM-DD, times HH:MM; what the page does not say is None.
    """

    title: str
    language: str | None
    date: str | None
    time: str | None
    place: str | None
    lead: str | None
    sections: tuple
    topics: tuple
    persons: tuple
    paragraphs: tuple
    removed: tuple
    n_chars_body: int
    speaker: str | None = None

    @cached_property
    def n_chars_kept(self):
        """Return the number of characters that are not white space in the paragraphs kept."""
        return sum(count_inked(paragraph.text) for paragraph in self.paragraphs)

    @cached_property
    def n_chars_removed(self):
        """Return the number of characters that are not white space in the pieces removed."""
        return sum(piece.n_chars for piece in self.removed)


def count_inked(text):
    """Return the number of characters that are not white space.

    >>> count_inked(" a\\u00a0b \\n")
    2
    """
    if text.isprintable():  # the ordinary space is the only white space that is printable
        return len(text) - text.count(" ")
    return len("".join(text.split()))

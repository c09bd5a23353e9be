"""Facts about plain text files: which lines make a paragraph, and what is removed."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framings.sources.lines import find_page_numbers, split_paragraphs
from framings.sources.page import SourceError
from framings.sources.text import read_page

UNGDC = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "ungdc"
WRAPPED = """The garden on the hill is older than the town,
and nobody knows who laid it out. Some say that
it was a gift.
Others think that the monks planted its first
trees when they came over the mountains from the
long-
lived abbey in the south.

  In our days it belongs to all of us, and we
meet in it each year on the first of May.
Jane Doe: We are glad to see so many of you here
today.
"""
PARAGRAPHS = [
    "The garden on the hill is older than the town, and nobody knows who laid it out. Some say that it was a gift.",
    "Others think that the monks planted its first trees when they came over the mountains from the long-lived abbey in the south.",
    "In our days it belongs to all of us, and we meet in it each year on the first of May.",
    "Jane Doe: We are glad to see so many of you here today.",
]


def read(text):
    """Return the paragraphs and the removed pieces, as texts, of a plain text file."""
    page = read_page(text.encode(), "x")
    return [paragraph.text for paragraph in page.paragraphs], [(piece.reason, piece.text) for piece in page.removed]


def test_hard_wrapped_lines_are_joined_to_paragraphs():
    """A short line that ends a sentence, a blank line, an indented line and a label each begin a new paragraph."""
    assert read(WRAPPED) == (PARAGRAPHS, [])
    assert read(WRAPPED.replace("\n", "\r\n")) == (PARAGRAPHS, [])


def test_lines_that_are_not_wrapped_are_paragraphs():
    """Each line is a paragraph, with blank lines between them or without."""
    lines = ["Jane Doe: Good morning to all of you.", "John Roe: Good morning.", "We meet again. " * 30 + "So be it."]
    assert read("\n".join(lines)) == read("\n\n".join(lines)) == (lines, [])


def test_a_sentence_goes_on_over_the_end_of_a_page():
    """A blank line, a form feed and a page number in the middle of a sentence end nothing."""
    lines = [
        "The first long line of a paragraph that is not",
        "",
        "12",
        "\fwrapped at all, for it is one line.",
        "It ends.",
        "13",
        "Next.",
    ]
    assert read("\n".join(lines)) == (
        ["The first long line of a paragraph that is not wrapped at all, for it is one line.", "It ends.", "Next."],
        [("number of a printed page", "12"), ("number of a printed page", "13")],
    )


def test_only_numbers_that_count_on_are_page_numbers():
    """A year, a number that ends a sentence and a lone heading stay in the text."""
    assert find_page_numbers(["1994", "a", "1995", "b", "7", "c", "21.", "d", "22."]) == set()
    assert find_page_numbers(["- 3 -", "a", "- 4 -", "b", "Page 5 of 9", "06-53005 6", "7 06-53005"]) == {0, 2, 4, 5, 6}


def test_hyphens_go_only_where_the_text_shows_that_they_are_no_part_of_the_word():
    """A word that stands elsewhere without the hyphen loses it; one that stands with it, or is not known, keeps it."""
    text = "our coopera-\ntion is a long-\nterm one, a cooperation\nof long-term friends, and half-\ncentury old\nwe meet again on it."
    paragraphs, removed = split_paragraphs(text)
    assert paragraphs == [
        "our cooperation is a long-term one, a cooperation of long-term friends, and half-century old we meet again on it."
    ]
    assert [piece.n_chars for piece in removed] == [1]
    assert split_paragraphs("a coopera\u00ad\ntion of\nfriends of\nours")[0] == ["a cooperation of friends of ours"]


def test_a_text_that_cuts_its_words_is_mended_throughout():
    """Where most line ends are known to cut words, one whose halves are no words is joined too."""
    text = "a gar-\nden is a garden and a riv-\ner is a river and\nthe moun-\ntain is high\nabove us all."
    assert split_paragraphs(text)[0] == ["a garden is a garden and a river is a river and the mountain is high above us all."]


def test_a_first_line_that_stands_alone_is_the_title():
    """A short line before a blank one is the title and leaves the body; a greeting or a label is none."""
    page = read_page(b"Talk in the garden\n\nGood morning.\n\nWe meet again.", "x")
    assert (page.title, [piece.reason for piece in page.removed], len(page.paragraphs)) == ("Talk in the garden", ["title"], 2)
    for first in ("Good morning.", "Jane Doe: Good morning", "Dear friends,"):
        assert read_page(f"{first}\n\nWe meet again.".encode(), "x").title == ""
    assert read_page(b"Talk in the garden\nGood morning.", "x").title == ""


def test_invisible_characters_are_counted_among_what_is_removed():
    """Zero-width and control characters leave the text, and the balance shows how many."""
    page = read_page("Good\u200b mor\u0007ning.\nThe sec\u00adond.".encode(), "x")
    assert [paragraph.text for paragraph in page.paragraphs] == ["Good morning.", "The second."]
    assert [piece.n_chars for piece in page.removed] == [3]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [(b" \n\f ", "no text"), (b"\xd0\xcf\x11\xe0" + bytes(99), "old Word"), ("Grüße".encode("latin-1"), "offset 2")],
)
def test_what_cannot_be_read_is_refused_in_words(raw, sentence):
    """No text, an old Word file and bytes in an unknown encoding are refused with one sentence."""
    with pytest.raises(SourceError, match=sentence):
        read_page(raw, "x")


@given(st.lists(st.text(st.sampled_from("ab Z1:-.,\u00ad\u200b\u0301и\u0306\n\f\r\t9"), max_size=30), max_size=12))
def test_every_character_is_kept_or_removed(lines):
    """Whatever the lines, the page balances, and its paragraphs are clean and in order."""
    try:
        page = read_page("\n".join(lines).encode(), "x")
    except SourceError as error:
        assert "no text" in str(error)
        return
    assert page.n_chars_body == page.n_chars_kept + page.n_chars_removed
    assert all(paragraph.text == " ".join(paragraph.text.split()) != "" for paragraph in page.paragraphs)


def test_long_files_take_time_in_proportion():
    """Hostile long texts (one line, numbers, hyphens, colons, brackets) take less than two seconds each."""
    for text in (
        "a" * 400_000,
        "7\n" * 60_000,
        "a-\n" * 60_000,
        "A:" * 100_000,
        "word\n" * 40_000,
        "(" * 200_000,
        "\u00ad\n" * 60_000,
    ):
        start = time.process_time()
        read_page(text.encode() + b"\nThe end.", "x")
        assert time.process_time() - start < 2


def test_the_real_speeches_become_paragraphs():
    """All 161 files balance; wrapped or not, hardly a paragraph begins in lower case, and page numbers are gone."""
    if not UNGDC.exists():
        pytest.skip("the real speeches are not here (../shared/corpus/ungdc)")
    pages = [read_page(path.read_bytes(), path.stem) for path in sorted(UNGDC.glob("*.txt"))]
    texts = [paragraph.text for page in pages for paragraph in page.paragraphs]
    assert len(pages) == 161
    assert sum(text[0].islower() for text in texts) / len(texts) < 0.01
    assert not any(text.replace("-", "").isdigit() for text in texts)
    assert sum(piece.reason == "number of a printed page" for page in pages for piece in page.removed) > 150
    assert all(len(page.paragraphs) >= 10 for page in pages)

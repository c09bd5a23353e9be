"""What is made of a page of a site that no reader knows."""

import contextlib
import time

import pytest
from made_sites import LONG, write_article

from framings.sources.page import SourceError, count_inked
from framings.sources.web import read_page

BODY = f"<p>{LONG}</p><p><b>Jane Doe:</b> Good day.</p><p>{LONG[::-1]}</p><p>Max Roe: Yes.</p><p>{LONG.upper()}</p>"


def test_the_article_is_kept_and_the_frame_left_out_with_its_reason():
    """Paragraphs are the page's own, in order; menu and footer are removed; title, day and language are found."""
    page = read_page(write_article(BODY), "any")
    assert [paragraph.text for paragraph in page.paragraphs] == [
        LONG, "Jane Doe: Good day.", LONG[::-1], "Max Roe: Yes.", LONG.upper(),
    ]  # fmt: skip
    assert page.paragraphs[1].bold == ((0, 9),)
    assert (page.title, page.date, page.language) == ("Talks on stars", "2017-10-11", "en")
    assert [(piece.reason, piece.text) for piece in page.removed] == [
        ("left out by trafilatura", "Home / News"),
        ("title, printed above the text again", "Talks on stars"),
        ("left out by trafilatura", "All rights reserved."),
    ]


def test_every_visible_character_is_accounted_for():
    """The body is what a reader sees: scripts are no part of it, and invisible characters are counted."""
    page = read_page(write_article(BODY.replace("Good", "Go\u00adod")), "any")
    assert page.n_chars_body == page.n_chars_kept + page.n_chars_removed
    seen = ["Home", "News", "Talks on stars", LONG * 3, "Jane Doe: Good day.", "Max Roe: Yes.", "\u00ad", "All rights reserved."]
    assert page.n_chars_body == sum(map(count_inked, seen))


def test_what_the_page_does_not_say_is_missing():
    """No language, no day: nothing is guessed."""
    raw = write_article(BODY).replace(b' lang="en"', b"").replace(b'content="2017-10-11T10:00:00Z"', b"")
    page = read_page(raw, "any")
    assert (page.language, page.date) == (None, None)


def test_other_encodings_are_read_as_the_page_names_them():
    """A page in windows-1251 loses no letter."""
    body = "<p>" + "Садовники считали звёзды над старой стеной и записывали их в книгу. " * 4 + "</p>"
    page = read_page(write_article(body, encoding="windows-1251", language="ru"), "any")
    assert page.paragraphs[0].text.startswith("Садовники считали звёзды") and page.language == "ru"


def test_equal_pages_give_equal_results():
    """Nothing is remembered from one page to the next."""
    raw = write_article(BODY)
    first = read_page(raw, "any")
    for _ in range(3):
        read_page(write_article(BODY + BODY), "any")
        assert read_page(raw, "any") == first


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "no text was found"),
        (b"<html><body></body></html>", "no text was found"),
        (b"<p>" + b"x" * 10_000_001, "more than 10000000 or 20000"),
        ("<p>Привет, сад</p>".encode("cp1251"), "is not UTF-8"),
    ],
)
def test_a_page_without_text_is_refused_in_a_sentence(raw, sentence):
    """Nothing, an empty page, a giant, an encoding not named."""
    with pytest.raises(SourceError, match=sentence):
        read_page(raw, "any")


@pytest.mark.parametrize("tag", ["h2", "section", "span", "li", "div", "table"])
def test_thousands_of_short_elements_take_no_long_time(tag):
    """Pages on which comparing each element with each other would take a minute are read, or refused, within 2 s."""
    start = time.process_time()
    with contextlib.suppress(SourceError):
        read_page(write_article(f"<{tag}>x</{tag}>" * 9_000), "any")
    assert time.process_time() - start < 2

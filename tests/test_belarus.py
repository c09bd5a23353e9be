"""What the reader of the Belarusian president's site makes of a page."""

import pytest
from made_sites import write_details

from framings.sources.belarus import read_page, recognise
from framings.sources.page import SourceError


def test_text_day_and_tags_are_read():
    """Title, language, the day of the JSON-LD and the paragraphs, bold marked, scripts removed."""
    page = read_page(write_details("<p><strong>Jane Doe:</strong> Good day.</p><h3>Answers</h3><p>Yes.</p>"), "101")
    assert [paragraph.text for paragraph in page.paragraphs] == ["Jane Doe: Good day.", "Answers", "Yes."]
    assert page.paragraphs[0].bold == ((0, 9),)
    assert (page.title, page.language, page.date, page.time) == ("Talks on stars", "en", "2022-07-18", "11:27")
    assert page.topics == ("Stars",)
    assert [piece.reason for piece in page.removed] == ["script"]
    assert page.n_chars_body == page.n_chars_kept + page.n_chars_removed


def test_the_day_comes_from_the_clock_where_no_data_are():
    """Without JSON-LD the element with the moment tells it; a Russian page is Russian."""
    page = read_page(write_details("<p>Добрый день.</p>", linked=False, language="ru"), "101")
    assert (page.date, page.time, page.language) == ("2022-07-19", "09:05", "ru")


@pytest.mark.parametrize("data", [b"{broken", b"[" * 5000, b'{"datePublished": 7}', b'"text"', b"null"])
def test_broken_data_cost_nothing_but_themselves(data):
    """Data that are no JSON, or not of the form, are passed over."""
    raw = write_details("<p>Hi.</p>")
    start, end = raw.index(b'{"@context"'), raw.index(b"</script>")
    assert read_page(raw[:start] + data + raw[end:], "101").date == "2022-07-19"


def test_a_page_is_recognised_by_its_own_address():
    """The number at the end of the address is the key; a page without one has its name."""
    assert recognise(write_details("")) == "101"
    assert recognise(write_details("", name="talks")) == "talks"
    assert recognise(b"<html>president.gov.by</html>") is None


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"<html><body><h1>Access denied</h1></body></html>", "no section.page-details__content"),
        (write_details("<p>Hi.</p>", name="other-102"), "holds number 102, not 101"),
    ],
)
def test_a_wrong_page_is_refused_in_a_sentence(raw, sentence):
    """Another site and another number."""
    with pytest.raises(SourceError, match=sentence):
        read_page(raw, "101")

"""What the reader of the Commission's site makes of a page."""

import pytest
from made_sites import DASHES, LONG, write_sharepoint

from framings.sources.eec import find_speaker, read_page, recognise
from framings.sources.page import Paragraph, SourceError


def texts(page):
    """Return the texts of a page's paragraphs."""
    return [paragraph.text for paragraph in page.paragraphs]


@pytest.mark.parametrize("field", [True, False])
def test_an_interview_in_dashes_keeps_its_lines_and_names_who_answers(field):
    """Dashes stay as printed, the speaker comes from the title, the day from the address."""
    page = read_page(write_sharepoint(DASHES, field=field), "06-07-2012")
    assert texts(page) == [
        "- Where do stars sleep?", "– In the old garden, behind the wall.", "— And by day?", "- By day too.",
    ]  # fmt: skip
    assert (page.speaker, page.date, page.language) == ("Jane Doe", "2012-07-06", "en")
    assert page.title == "Interview by Jane Doe to the Stars Weekly"


def test_buttons_and_copies_of_the_title_leave_the_text_with_their_reason():
    """The frame prints its buttons and the title twice; each piece is listed, nothing is lost."""
    page = read_page(write_sharepoint(f"<p>{LONG}</p>", day="7/8/2012 9:30 AM", field=False), "06-07-2012")
    assert texts(page) == [LONG]
    assert page.date == "2012-07-08"  # the page's own line, month first, before the address
    assert [piece.reason for piece in page.removed] == [
        "button of the site", "title, printed above the text again", "title, printed above the text again", "day of publication",
    ]  # fmt: skip
    assert page.n_chars_body == page.n_chars_kept + page.n_chars_removed


def test_all_fields_of_the_editor_are_the_text():
    """Where the editors filled two fields, or one inside another, both are read, and once."""
    field = '<div class="ms-rtestate-field"><p>{}</p>{}</div>'
    raw = write_sharepoint("<p>One.</p>" + field.format("Inner.", "")).replace(
        b"</form>", field.format("Two.", "").encode() + b"</form>"
    )
    assert texts(read_page(raw, "06-07-2012")) == ["One.", "Inner.", "Two."]


@pytest.mark.parametrize(
    ("title", "speaker"),
    [
        ("Interview of Jane Doe to Stars Weekly: “All is well”", "Jane Doe"),
        ("Interview by the Chairman of the Garden Board Jane Mary Doe to Stars Weekly", "Jane Mary Doe"),
        ("Interview by the Chairman of the Garden Board J. Doe to Stars Weekly", None),
        ("Interview with Minister for Stars Max Roe-Doe", "Max Roe-Doe"),
        ("Speech by Max Roe at the Garden Forum", "Max Roe"),
        ("Jane Doe: “All is well”", "Jane Doe"),
        ("Member of the Board, Minister Max Roe: all is well", "Max Roe"),
        ("Джейн Доу: «Всё хорошо»", "Джейн Доу"),
        ("Customs Union: results", None),
        ("Jane Doe met gardeners", None),
        ("Results: Jane Doe spoke", None),
    ],
)
def test_only_a_full_name_in_the_title_is_a_speaker(title, speaker):
    """Initials, offices and organisations are nobody."""
    dashes = (Paragraph("- Why?"), Paragraph("- So."))
    assert find_speaker(title, dashes) == speaker


def test_a_report_whose_title_quotes_somebody_has_no_speaker():
    """Without dashes the text speaks of the person, not as the person."""
    assert find_speaker("Jane Doe: “All is well”", (Paragraph("Jane Doe said that all was well."),)) is None


def test_a_page_is_recognised_by_its_form():
    """The name of the page stands in the form around it; other sites made with SharePoint are not taken for this one."""
    raw = write_sharepoint("<p>Hi.</p>", name="06-07-2012-1")
    assert recognise(raw) == "06-07-2012-1"
    assert recognise(raw.replace(b"eurasiancommission", b"somewhere")) is None
    assert recognise(b"<html><p>eurasiancommission.org</p></html>") is None


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"<html><body><h1>Access denied</h1></body></html>", "SharePoint"),
        (write_sharepoint("<p>Hi.</p>", name="07-07-2012"), "named 07-07-2012, not 06-07-2012"),
        (write_sharepoint("", field=False), "has no text"),
        (write_sharepoint("<p>Ой, сад</p>").decode().replace('<meta charset="utf-8"/>', "").encode("cp1251"), "is not UTF-8"),
    ],
)
def test_a_wrong_page_is_refused_in_a_sentence(raw, sentence):
    """Another site, another page, no text, another encoding."""
    with pytest.raises(SourceError, match=sentence):
        read_page(raw, "06-07-2012")

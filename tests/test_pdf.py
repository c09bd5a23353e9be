"""Facts about PDF files: good ones are read, bad ones refused in time."""

import resource
from functools import cache

import pytest
from made_pdfs import write_bad_pdfs, write_file, write_pdf

from framings.sources.page import SourceError
from framings.sources.pdf import read_page, read_properties

PAGES = [
    ["The Garden Gazette  May 2017", "Jane Doe: Good morning to all of you who came", "to the garden today. It is long-", "1"],
    ["The Garden Gazette  May 2018", "lived, and its \u201cfirst\u201d trees are still with us.", "John Roe: Thank you.", "2"],
    ["The Garden Gazette  May 2019", "Jane Doe: In 1994", "we met here for the first time, and it was", "3"],
]
BAD = write_bad_pdfs()


@cache
def _read_bad(name):
    """Return what became of a bad PDF and the seconds of the processor that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        found = read_page(BAD[name], "x")
    except SourceError as error:
        found = str(error)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_pdf_becomes_paragraphs():
    """Lines are joined over the ends of pages; running heads and page numbers are removed; every character is accounted for."""
    page = read_page(write_pdf(PAGES), "x")
    assert [paragraph.text for paragraph in page.paragraphs] == [
        "Jane Doe: Good morning to all of you who came to the garden today. It is long-lived, and its “first” trees are still with us.",
        "John Roe: Thank you.",
        "Jane Doe: In 1994 we met here for the first time, and it was",
    ]
    assert [(piece.reason, piece.text) for piece in page.removed] == [
        piece
        for year in (2017, 2018, 2019)
        for piece in (
            ("running head or foot of a printed page", f"The Garden Gazette May {year}"),
            ("number of a printed page", str(year - 2016)),
        )
    ]
    assert (
        page.n_chars_body
        == page.n_chars_kept + page.n_chars_removed
        == sum(len("".join("".join(lines).split())) for lines in PAGES)
    )


def test_equal_lines_that_are_no_furniture_stay():
    """On one page nothing repeats, and a line that opens one page of many is no running head."""
    assert len(read_page(write_pdf([["Good morning.", "Good morning."]]), "x").paragraphs) == 2
    pages = [
        [f"{word} is here.", "We meet again.", *["So be it, friends."] * 4, f"{word} is gone."]
        for word in ("Jane", "John", "Max", "Ann")
    ]
    assert read_page(write_pdf(pages), "x").removed == ()


def test_a_page_that_is_a_picture_is_told():
    """Among pages with text it is listed, so that nobody thinks the text whole."""
    page = read_page(write_pdf([["Good morning."], []]), "x")
    assert [(piece.reason, piece.text) for piece in page.removed] == [("page that holds a picture and no text", "page 2")]


def test_a_scan_is_refused_with_the_cure():
    """A PDF that holds pictures alone is refused, and the sentence says to run OCR first."""
    with pytest.raises(SourceError, match="run OCR over it first"):
        read_page(write_pdf([[], []]), "x")
    with pytest.raises(SourceError, match="holds no text"):
        read_page(write_file([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]), "x")


def test_what_a_pdf_says_about_itself_is_offered():
    """Title, author and the day of the file are read for the user to judge; the page itself has neither title nor day."""
    raw = write_pdf([["Good morning."]], {"Title": "Talk", "Author": "J. Doe", "CreationDate": "D:20171011184500Z"})
    assert read_properties(raw) == {"title": "Talk", "author": "J. Doe", "created": "2017-10-11"}
    page = read_page(raw, "x")
    assert (page.title, page.date) == ("", None)


def test_there_are_twenty_bad_pdfs():
    """The number that the tests below speak of."""
    assert len(BAD) >= 20


@pytest.mark.parametrize("name", BAD)
def test_no_bad_pdf_hangs(name):
    """Cut, looping, bursting, nested, encrypted: each is read or refused with one sentence in less than ten seconds of work."""
    found, seconds = _read_bad(name)
    assert seconds < 10
    if isinstance(found, str):
        assert found.startswith("the PDF ")
        assert ";" in found
    else:
        assert found.paragraphs


def test_a_password_is_asked_for():
    """An encrypted PDF is told from a damaged one."""
    assert "needs a password" in _read_bad("needs a password")[0]


@pytest.mark.parametrize("name", ["xref beyond the end", "negative startxref", "xref that points at itself"])
def test_a_pdf_with_a_broken_table_is_still_read(name):
    """Where the objects can be found without the table of references, the text is there."""
    assert _read_bad(name)[0].paragraphs[0].text == "Good morning to the garden."

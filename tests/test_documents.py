"""What becomes of the register's documents."""

import hashlib

import pandas as pd
import pytest
from made_pages import write_page

from framings.documents import check_register, parse_documents
from framings.schemas import CORRECTIONS, REGISTER, ContractError


def register(*rows):
    """Return a register with the given cells over plain ones, one row a document from number 101 on."""
    plain = {
        "source": "kremlin", "language": "en", "date": "2017-10-11", "title": "As listed", "place": None,
        "event_type": "bilateral", "sha256": None, "seed_document": "no", "note": None,
    }  # fmt: skip
    table = [
        {"document_id": f"kremlin-en-{101 + n}", "url": f"http://x/{101 + n}", "page": f"{101 + n}.html"} | plain | cells
        for n, cells in enumerate(rows)
    ]
    return pd.DataFrame(table, columns=list(REGISTER.columns))


def reader(**pages):
    """Return a read_page over pages named by number, as n101=b'...'."""
    return lambda file: pages.get("n" + file.removesuffix(".html"))


def test_a_page_becomes_its_rows():
    """Document, paragraphs with their ranges and removed pieces carry the key; the characters add up."""
    raw = write_page("<p><b>Jane Doe:</b> Good <i>day</i>.</p><p>Bye.</p>")
    documents, paragraphs, removed = parse_documents(register({"sha256": hashlib.sha256(raw).hexdigest()}), reader(n101=raw))
    row = documents.iloc[0]
    assert (row.status, row.page_date, row.page_time, row.place, row.title) == (
        "parsed", "2017-10-11", "18:45", "Old Garden", "Talks on stars",
    )  # fmt: skip
    assert (row.sections, row.topics, row.persons) == ("News; Transcripts", "Stars", "Doe Jane; Roe Max Ray")
    assert pd.isna(row.reason)
    assert row.n_chars_body == row.n_chars_kept + row.n_chars_removed
    assert paragraphs[["paragraph", "text", "bold", "italic"]].to_numpy().tolist() == [
        [0, "Jane Doe: Good day.", "0:9", "15:18"],
        [1, "Bye.", "", ""],
    ]
    assert removed[["document_id", "piece", "reason"]].to_numpy().tolist() == [
        ["kremlin-en-101", 0, "tags and details of publication"]
    ]


def test_one_bad_page_costs_no_other():
    """Missing, altered, foreign and Russian pages are named in a sentence; the good one beside them is read."""
    good = write_page("<p>Hello.</p>", number=105)
    pages = {
        "n102": write_page("<p>Hello.</p>", number=102),
        "n103": b"<html>Not found</html>",
        "n104": write_page("<p>Hi.</p>", number=104, language="ru"),
    }
    rows = register({}, {"sha256": "0" * 64}, {}, {}, {})
    documents, paragraphs, _ = parse_documents(rows, reader(**pages, n105=good))
    assert documents["status"].tolist() == ["page missing", "refused", "refused", "refused", "parsed"]
    reasons = documents["reason"].tolist()
    assert reasons[0] == "kremlin-en-101 has no page: 101.html is not in the pages folder."
    assert reasons[1].startswith("kremlin-en-102: 102.html is not the page registered (its SHA-256 is ")
    assert "103.html cannot be read: this is no page of an event" in reasons[2]
    assert "104.html is in language 'ru', registered as 'en'" in reasons[3]
    assert paragraphs["document_id"].unique().tolist() == ["kremlin-en-105"]
    assert documents["title"].tolist() == ["As listed"] * 4 + ["Talks on stars"]


def test_days_apart_keep_a_document_out_until_they_are_settled():
    """A day between register and page is no news; with two the document is left out until corrections.csv gives the day."""
    pages = {f"n{number}": write_page("<p>A.</p>", number=number) for number in (101, 102, 103)}
    corrections = pd.DataFrame([("kremlin-en-103", "date", "2017-10-11", "as on the page")], columns=list(CORRECTIONS.columns))
    rows = register({"date": "2017-10-10"}, {"date": "2017-10-09"}, {"date": "2016-10-11"})
    documents, paragraphs, _ = parse_documents(rows, reader(**pages), corrections)
    assert documents["status"].tolist() == ["parsed", "refused", "parsed"]
    assert documents["date"].tolist() == ["2017-10-10", "2017-10-09", "2017-10-11"]
    assert pd.isna(documents["reason"][0]) and pd.isna(documents["reason"][2])
    sentence = (
        "kremlin-en-102: the page is dated 2017-10-11, the register says 2017-10-09; give the right one in corrections.csv."
    )
    assert documents["reason"][1] == sentence
    assert documents["corrected"][2] == "date: 2016-10-11 → 2017-10-11 (as on the page)"
    assert set(paragraphs["document_id"]) == {"kremlin-en-101", "kremlin-en-103"}


def test_a_page_with_an_impossible_day_is_read():
    """A day that no calendar has is told, and costs nothing else."""
    documents, _, _ = parse_documents(register({}), reader(n101=write_page("<p>A.</p>", date="2017-13-45")))
    assert documents["status"].tolist() == ["parsed"]
    assert "dated 2017-13-45" in documents["reason"][0]


def test_a_page_without_text_is_told():
    """A body that holds no paragraph is parsed and says so."""
    documents, _, _ = parse_documents(register({}), reader(n101=write_page("")))
    assert documents["reason"][0] == "kremlin-en-101: the body of 101.html holds no text."


def test_the_reader_is_told_by_what_the_file_holds():
    """A text under an .html name goes to the reader of texts; a page of a site without a reader falls back and says so."""
    page = (
        b"<html><body><article><p>"
        + b"The gardens of the capital are open to all of us again. " * 20
        + b"</p></article></body></html>"
    )
    rows = register({"source": "web"}, {"source": "web", "document_id": "web-en-102"}, {"speaker": "Jane Doe"})
    documents, _, _ = parse_documents(rows, reader(n102=page, n103=b"Good day to you all."))
    assert documents["status"].tolist() == ["page missing", "parsed", "parsed"]
    assert documents["reader"].fillna("").tolist() == ["", "web", "text"]
    assert documents["speaker"].fillna("").tolist() == ["", "", "Jane Doe"]


def test_an_empty_register_gives_empty_tables():
    """No documents are no error."""
    assert [len(table) for table in parse_documents(register(), reader())] == [0, 0, 0]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"date": "2017-02-30"}, "row 3, column 'date': '2017-02-30' is no day of the calendar"),
        ({"date": "11.10.2017"}, "row 3, column 'date': '11.10.2017' is no day"),
        ({"source": "nowhere"}, "row 3, column 'source': 'nowhere' is no known source; write one of kremlin, eec, belarus"),
        ({"document_id": "Kremlin 1"}, "row 3, column 'document_id': 'Kremlin 1' is not"),
        ({"document_id": "../../etc/passwd"}, "row 3, column 'document_id'"),
        ({"document_id": "kremlin-en-101"}, "row 3, column 'document_id': 'kremlin-en-101' is there already"),
        ({"page": "../secret.html"}, "row 3, column 'page': '../secret.html' is no plain file name"),
        ({"page": ".hidden"}, "row 3, column 'page'"),
        ({"page": "a\\b.html"}, "row 3, column 'page'"),
        ({"sha256": "abc"}, "row 3, column 'sha256': 'abc' is no SHA-256"),
    ],
)
def test_a_bad_register_is_refused_with_row_and_column(cells, sentence):
    """The first bad cell is named as a spreadsheet counts, with what to write instead."""
    with pytest.raises(ContractError) as error:
        check_register(register({}, cells), "data/documents.csv")
    assert str(error.value).startswith("data/documents.csv, ")
    assert sentence in str(error.value)


def test_a_part_of_the_register_keeps_its_row_numbers():
    """Rows are counted by the index, so that a shard's error names the row of the file."""
    with pytest.raises(ContractError, match="row 4, column 'date'"):
        check_register(register({}, {}, {"date": "soon"})[2:])

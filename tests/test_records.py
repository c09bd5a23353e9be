"""Facts about tables of documents and their records."""

import gzip
import json
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framings.records import RecordError, find_number, iterate_records, list_keys, name_columns, write_record
from framings.sources.page import SourceError
from framings.sources.record import read_page

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
ROW = {
    "doc_id": "garden.org_en_101", "text": "Jane Doe: Good morning.\nWe meet again.", "title": "Talk", "date": "2017-10-11",
    "time": "18:45", "location": "Old Garden", "description": "Two people met.", "themes": "Stars; Moon", "persons": "Doe Jane",
}  # fmt: skip
CELLS = st.dictionaries(st.sampled_from(["title", "place", "x"]), st.text(max_size=20) | st.none() | st.integers(), max_size=3)


def write_csv(path, rows, **options):
    """Write rows as a CSV file."""
    pd.DataFrame(rows).to_csv(path, index=False, **options)
    return path


def refuse(path):
    """Return the sentence with which a table is refused."""
    with pytest.raises(RecordError) as caught:
        list(iterate_records(path))
    return str(caught.value)


def test_five_kinds_of_file_give_the_same_records(tmp_path):
    """CSV and JSONL, gzipped or not, and Parquet are told by their content, whatever their names."""
    rows = [ROW, ROW | {"doc_id": "garden.org_en_102", "text": 'He said "yes", and\n\nleft; ' + "long " * 40_000}]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    write_csv(tmp_path / "a", rows)
    write_csv(tmp_path / "b", rows, compression="gzip")
    write_csv(tmp_path / "semicolon", rows, sep=";", encoding="utf-8-sig")
    (tmp_path / "c").write_bytes(lines)
    (tmp_path / "d").write_bytes(gzip.compress(lines))
    pd.DataFrame(rows).to_parquet(tmp_path / "e")
    for name in ("a", "b", "semicolon", "c", "d", "e"):
        assert list(iterate_records(tmp_path / name)) == rows, name


def test_columns_go_by_other_names():
    """Ids and texts are found under the names that tables give them; the interchange format's own come first."""
    assert name_columns(["ID", "Body"]) == ("ID", "Body")
    assert name_columns(["id", "content", "doc_id", "text"]) == ("doc_id", "text")


def test_a_bad_table_is_refused_in_words(tmp_path):
    """Each fault is told with file, row and column, and with its cure."""
    path = tmp_path / "t.csv"
    assert "t.csv: no column holds the id" in refuse(write_csv(path, [{"text": "a"}]))
    assert "no column holds its text" in refuse(write_csv(path, [{"doc_id": "a"}]))
    assert "t.csv, row 3, column 'text': the cell is empty" in refuse(
        write_csv(path, [{"doc_id": "a", "text": "b"}, {"doc_id": "c", "text": " "}])
    )
    assert "row 3, column 'doc_id': 'a' is there already (row 2)" in refuse(write_csv(path, [{"doc_id": "a", "text": "b"}] * 2))
    path.write_text("doc_id,text,text\n1,a,b\n")
    assert "'text' is there twice" in refuse(path)
    path.write_text("doc_id,text\n1,a,b\n")
    assert "t.csv, row 2: there are 3 cells under 2 columns" in refuse(path)
    path.write_text('doc_id,text\n1,"a\n')
    assert "t.csv, line" in refuse(path)
    path.write_bytes("doc_id,text\n1,Gr\u00fc\u00df\n".encode("latin-1"))
    assert "not in UTF-8" in refuse(path)
    path.write_text('[{"doc_id": 1, "text": "a"}]')
    assert "one JSON list" in refuse(path)
    path.write_text('{"doc_id": 1, "text": "a"}\n{"doc_id": 2, "text": "b", "text": "c"}\n')
    assert "row 2: the line is no JSON object (a name occurs twice)" in refuse(path)
    path.write_text('{"doc_id": 1, "text": "a"}\n' + "[" * 200_000 + "\n")
    assert "row 2: the line is no JSON object" in refuse(path)
    path.write_bytes(b"PAR1 is what it says")
    assert "cannot be read as Parquet" in refuse(path)
    path.write_bytes(gzip.compress(b"doc_id,text\n1," + b"a" * 30_000_000))
    assert "unpacks to more than 200 times" in refuse(path)


def test_one_bad_row_costs_no_other(tmp_path):
    """With a list for the problems, what is right comes through and each row left out has its sentence."""
    problems = []
    rows = [{"doc_id": "a", "text": "b"}, {"doc_id": "", "text": "c"}, {"doc_id": "d", "text": ""}, {"doc_id": "e", "text": "f"}]
    found = list(iterate_records(write_csv(tmp_path / "t.csv", rows), problems))
    assert [record["doc_id"] for record in found] == ["a", "e"]
    assert ["row 3" in problems[0], "row 4" in problems[1], len(problems)] == [True, True, 2]


def test_memory_does_not_grow_with_the_table(tmp_path):
    """Reading 40 MB of records takes less than 8 MB at a time, packed or not."""
    line = json.dumps({"doc_id": "0", "text": "Good morning to the garden. " * 700}) + "\n"
    rows = "".join(line.replace('"0"', f'"{number}"') for number in range(2_000)).encode()
    (tmp_path / "a").write_bytes(rows)
    (tmp_path / "b").write_bytes(gzip.compress(rows, 1))
    for name in "ab":
        tracemalloc.start()
        assert sum(1 for _ in iterate_records(tmp_path / name)) == 2_000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("doc_id", "number"),
    [
        ("kremlin.ru_en_55819", "55819"), ("president_ru-en-064750", "64750"), (67828, "67828"), ("67828.0", "67828"),
        ("kremlin-en-55819", "55819"), ("event-7", "7"), ("http://en.kremlin.ru/events/president/news/67828", "67828"),
        ("https://x.ru/d/12/print?a=1", "12"), ("arm_47_1992", "arm_47_1992"), ("Speech of 2014", "speech-of-2014"), ("0", "0"),
    ],
)  # fmt: skip
def test_numbers_are_found_in_ids_of_known_styles(doc_id, number):
    """The site's number is found in the ids of known tables; a year in a name of another style is no number."""
    assert find_number(doc_id) == number


def test_a_record_is_asked_for_by_id_number_or_address():
    """The keys of a record are its id, the number in it and the number in its address, each once."""
    assert list_keys({"doc_id": "president_ru-en-064750", "url": "http://x.ru/news/12"}) == (
        "president_ru-en-064750",
        "64750",
        "12",
    )


def test_a_record_becomes_a_page():
    """Each cell goes where the page has it."""
    page = read_page(write_record(ROW), "101")
    assert [paragraph.text for paragraph in page.paragraphs] == ["Jane Doe: Good morning.", "We meet again."]
    assert (page.title, page.date, page.time, page.place) == ("Talk", "2017-10-11", "18:45", "Old Garden")
    assert (page.lead, page.topics, page.persons) == ("Two people met.", ("Stars", "Moon"), ("Doe Jane",))
    assert page.n_chars_body == page.n_chars_kept == 20 + 12
    assert read_page(write_record(ROW), "garden.org_en_101") == page


def test_days_times_and_languages_are_read_in_their_forms():
    """A time of day stands alone or after the day; languages have names and codes; what is no day is none."""
    for cells, date, time, language in (
        (
            {"date": None, "datetime": "2017-10-11T08:05:00+03:00", "time": None, "language": "Russian"},
            "2017-10-11",
            "08:05",
            "ru",
        ),
        ({"date": "11 October", "time": "noon", "language": "en-GB"}, None, None, "en"),
        ({"date": "2017-02-30", "time": "25:00", "language": 7}, None, None, None),
    ):
        page = read_page(write_record(ROW | cells), "101")
        assert (page.date, page.time, page.language) == (date, time, language)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"{", "no record"), (b"[1]", "no record"), (b'{"doc_id": 101}', "no column holds its text"), (b"{" * 99_999, "no record"),
        (b'{"doc_id": 101, "text": " "}', "no text"), (b'{"doc_id": 102, "text": "a"}', "not 101"), (b"{\\rtf1 a}", "RTF"),
        (b'{"doc_id": 101, "text": "a\\ud800b"}', "lone surrogate"), (b'{"doc_id": 101, "doc_id": 101, "text": "a"}', "twice"),
        (b'{"doc_id": 101, "text": "\xff"}', "offset 25"), (b'{"doc_id": ' + b"1" * 9_999 + b', "text": "a"}', "no record"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused_in_words(raw, sentence):
    """Torn JSON, another document's record, no text, half a character: each is refused with one sentence."""
    with pytest.raises(SourceError, match=sentence):
        read_page(raw, "101")


@given(CELLS, st.text(max_size=200))
def test_equal_records_give_equal_bytes(cells, text):
    """The order of the cells leaves no trace, empty ones none, and any text is balanced or refused in words."""
    record = {"doc_id": 7, "text": text, **cells}
    backwards = dict(reversed(record.items()))
    try:
        raw = write_record(record)
        assert raw == write_record(backwards)
        page = read_page(raw, "7")
    except (RecordError, SourceError):
        return
    assert page.n_chars_body == page.n_chars_kept + page.n_chars_removed


def test_all_transcripts_of_the_real_table_come_through():
    """Each of the 99 records becomes a page with its day, title and paragraphs."""
    path = CORPUS / "transcripts-2022-2025.jsonl.gz"
    if not path.exists():
        pytest.skip("the real table is not here (../shared/corpus)")
    pages = [read_page(write_record(record), record["doc_id"]) for record in iterate_records(path)]
    assert len(pages) == 99
    assert all(page.date and page.title and page.paragraphs for page in pages)

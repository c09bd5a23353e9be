"""Facts about file names and the rows of the register that follow from them."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framings.documents import check_register
from framings.filenames import NamesError, name_documents, read_names, write_key
from framings.schemas import REGISTER, check

NAMES = ["DOE_2_1993.txt", "DOE_1_1992.txt", "ROE_1_1992.TXT", "notes.txt"]
PATTERN = "{country}_{session}_{year}.txt"
UNGDC = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "ungdc"


def test_names_are_read_by_a_pattern():
    """Fields stand in braces; endings and case do not count; a name that does not fit has its row all the same."""
    table = read_names(NAMES, PATTERN)
    assert table.columns.tolist() == ["file", "country", "session", "year"]
    assert table.values.tolist() == [
        ["DOE_1_1992.txt", "DOE", "1", "1992"], ["DOE_2_1993.txt", "DOE", "2", "1993"],
        ["ROE_1_1992.TXT", "ROE", "1", "1992"], ["notes.txt", None, None, None],
    ]  # fmt: skip


def test_names_without_a_pattern_are_split_at_underscores():
    """Where all have the same number of parts each gets a column; else there is none."""
    assert read_names(NAMES[:3]).iloc[0].tolist() == ["DOE_1_1992.txt", "DOE", "1", "1992"]
    assert read_names(NAMES).columns.tolist() == ["file"]
    assert read_names([]).columns.tolist() == ["file"]


@pytest.mark.parametrize("pattern", ["speech.txt", "{a}{b}", "{a}_{a}", "{A b}_{c}", "{}_x", "{x}-{y}"])
def test_a_pattern_that_cannot_work_is_refused_in_words(pattern):
    """No field, fields without anything between, a field twice, a bad name, no file that fits."""
    with pytest.raises(NamesError, match="pattern"):
        read_names(["DOE_1_1992.txt"], pattern)


def test_a_folder_becomes_rows_of_the_register():
    """What the names do not say is listed with its cure; a guessed day says so."""
    rows, missing = name_documents(NAMES[:2], pattern=PATTERN, day="09-25")
    assert check_register(check(rows, REGISTER)) is not None
    first = rows.iloc[0]
    assert (first["document_id"], first["page"], first["date"]) == ("file-en-doe_1_1992", "DOE_1_1992.txt", "1992-09-25")
    assert (first["speaker"], first["title"], first["note"]) == (
        "DOE",
        "DOE 1 1992",
        "the day 1992-09-25 is a guess from the year",
    )
    assert missing.empty
    rows, missing = name_documents(NAMES, pattern=PATTERN)
    assert missing[["page", "field"]].values.tolist() == [
        ["DOE_1_1992.txt", "date"], ["DOE_2_1993.txt", "date"], ["ROE_1_1992.TXT", "date"], ["notes.txt", "date"], ["notes.txt", "speaker"],
    ]  # fmt: skip
    assert missing["problem"][0] == "1992 is known; give the day as YYYY-MM-DD"


def test_a_table_says_more_than_the_names():
    """Columns are found in any case, files with or without their endings; rows without files and files without rows are listed."""
    table = pd.DataFrame(
        {
            "File": ["doe_1_1992", "x/DOE_2_1993.txt", "gone.txt"], "DATE": ["1992-10-01", "2.10.1993", None], "Author": ["Jane Doe", None, None],
            "Location": ["Old Garden", None, None], "lang": ["ru", "fr", None], "Event_Type": ["address", "party", None],
        }
    )  # fmt: skip
    rows, missing = name_documents(NAMES[:3], table, PATTERN)
    assert rows[["document_id", "date", "speaker", "place", "event_type"]].astype(object).where(
        rows.notna(), None
    ).values.tolist() == [
        ["file-ru-doe_1_1992", "1992-10-01", "Jane Doe", "Old Garden", "address"],
        ["file-en-doe_2_1993", "1993-10-02", "DOE", None, "other"],
        ["file-en-roe_1_1992", None, "ROE", None, "other"],
    ]
    assert missing[["page", "field"]].values.tolist() == [
        ["DOE_2_1993.txt", "language"], ["DOE_2_1993.txt", "event_type"], ["ROE_1_1992.TXT", "date"], ["ROE_1_1992.TXT", "file"], ["gone.txt", "file"],
    ]  # fmt: skip


def test_a_table_that_does_not_fit_is_refused_in_words():
    """No column names the files, or one names a file twice."""
    with pytest.raises(NamesError, match="no column of the table names the files"):
        name_documents(NAMES, pd.DataFrame({"file": ["a"], "date": ["1992"]}))
    with pytest.raises(NamesError, match=r"row 3: 'DOE_1_1992.txt' is there already \(row 2\)"):
        name_documents(NAMES, pd.DataFrame({"file": ["doe_1_1992", "DOE_1_1992.txt"]}))


def test_names_in_any_script_become_keys():
    """Cyrillic is written in Latin letters; names that become one key are numbered; the page gets a plain name and says so."""
    rows, _ = name_documents(["Речь Иванова.txt", "речь иванова!.txt", "Rech' Ivanova.txt", "日.txt"])
    assert rows["document_id"].tolist() == [
        "file-en-rech-ivanova",
        "file-en-rech-ivanova-2",
        "file-en-rech-ivanova-3",
        "file-en-document",
    ]
    assert rows["page"].tolist() == ["rech-ivanova.txt", "rech-ivanova-2.txt", "rech-ivanova-3.txt", "document.txt"]
    assert rows["note"][0] == "file Rech' Ivanova.txt"


@given(st.lists(st.text(min_size=1, max_size=120), unique=True, max_size=6))
def test_any_names_give_lawful_keys_and_pages(names):
    """Whatever the names, keys are lawful and differ, pages are plain file names and differ."""
    rows, _ = name_documents(names)
    assert rows["document_id"].str.fullmatch(r"[a-z0-9._-]{1,100}").all()
    assert rows["document_id"].is_unique
    assert rows["page"].str.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}").all()
    assert rows["page"].is_unique
    assert all(write_key(name) == write_key(write_key(name)) for name in names)


def test_the_real_folder_is_described_whole():
    """161 files with their table: each has its country and year, and only the day is a guess."""
    if not UNGDC.exists():
        pytest.skip("the real speeches are not here (../shared/corpus/ungdc)")
    names = [path.name for path in UNGDC.glob("*.txt")]
    rows, missing = name_documents(names, pd.read_csv(UNGDC / "documents.csv", dtype=str), PATTERN, day="09-25")
    assert (len(rows), len(missing)) == (161, 0)
    check_register(check(rows, REGISTER))

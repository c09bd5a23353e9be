"""Spreadsheets come back with the codes that were put in, whatever a coder did to the columns."""

import csv
import io
import time

import pytest
from made_tasks import CODEBOOK, CODER, choose_codes, list_pairs, write_tasks
from openpyxl import Workbook, load_workbook

from framings.exchange.formats import export_tasks, import_codes
from framings.exchange.packing import pack_members, repack
from framings.exchange.spreadsheets import disarm_text, rearm_text
from framings.exchange.tasks import ExchangeError

TASKS = write_tasks()
CHOSEN = choose_codes(TASKS)
PAIRS = sorted((task_id, code) for task_id, codes in CHOSEN.items() for code in codes)


def take(raw, **more):
    """Return what is imported from the bytes of a sheet."""
    return import_codes(raw, "back", TASKS, CODEBOOK, CODER, **more)


def read_sheet(layout="columns"):
    """Return the rows of the exported CSV."""
    raw = export_tasks(TASKS, CODEBOOK, "csv", layout=layout)["tasks.csv"]
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def write_sheet(rows, delimiter=",", encoding="utf-8"):
    """Return the bytes of a CSV of these rows."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def fill_sheet(rows, mark="x"):
    """Return the rows with the chosen codes put in."""
    for row in rows[1:]:
        for column, name in enumerate(rows[0]):
            if name.split()[0] in CHOSEN[row[0]] and column > 3:
                row[column] = mark
            elif name == "codes":
                row[column] = "; ".join(sorted(CHOSEN[row[0]]))
    return rows


@pytest.mark.parametrize("layout", ["columns", "cell"])
@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "utf-8"), ("\t", "utf-16")])
def test_codes_in_a_csv_come_back(layout, delimiter, encoding):
    """A column a code or one cell for all: the rows are those that were chosen, however the sheet was saved."""
    found = take(write_sheet(fill_sheet(read_sheet(layout)), delimiter, encoding))
    assert list_pairs(TASKS, found.codes) == PAIRS
    assert found.problems == []


@pytest.mark.parametrize("layout", ["columns", "cell"])
def test_codes_in_a_workbook_come_back(layout):
    """The exported workbook, filled in and saved by a spreadsheet program, gives the codes that were chosen."""
    book = load_workbook(io.BytesIO(export_tasks(TASKS, CODEBOOK, "xlsx", layout=layout)["tasks.xlsx"]))
    sheet = book["tasks"]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        for cell, name in zip(row, names, strict=True):
            if cell.column > 4 and name.split()[0] in CHOSEN[row[0].value]:
                cell.value = 1
            elif name == "codes":
                cell.value = ";".join(sorted(CHOSEN[row[0].value]))
    stream = io.BytesIO()
    book.save(stream)
    found = take(stream.getvalue())
    assert list_pairs(TASKS, found.codes) == PAIRS
    assert found.problems == []


def test_columns_may_move_and_others_may_be_added():
    """Order, case and spaces of the heading do not matter; marks may be x, 1, yes; other columns are not read."""
    rows = fill_sheet(read_sheet(), " Yes ")
    order = [0, *range(len(rows[0]) - 1, 0, -1)]
    moved = [[row[place] for place in order] for row in rows]
    moved[0] = [f"  {name.upper()} " for name in moved[0]]
    moved = [["Nr", "Sure?", *row, "my comment"] for row in moved[:1]] + [
        [str(n), "x", *row, "odd"] for n, row in enumerate(moved[1:])
    ]
    found = take(write_sheet([*moved, ["", "", ""]]))
    assert list_pairs(TASKS, found.codes) == PAIRS
    assert found.problems == []


def test_misspelt_column_is_told_not_passed_over():
    """A heading that is nearly a code makes its marks unknown codes; a mark that is neither yes nor no is refused."""
    rows = fill_sheet(read_sheet())
    rows[0] = ["RS1 walls" if name.startswith("RS02") else name for name in rows[0]]
    wrong = [task_id for task_id, codes in CHOSEN.items() if "RS02" in codes]
    found = take(write_sheet(rows))
    assert list_pairs(TASKS, found.codes) == [pair for pair in PAIRS if pair[0] not in wrong]
    assert found.problems[0].endswith("'RS1 walls' is no code; did you mean RS02?")
    rows = fill_sheet(read_sheet())
    rows[1][4] = "perhaps"
    assert "row 2: 'perhaps' under RS01 Storm, and shelter is neither yes nor no" in take(write_sheet(rows)).problems[0]


def test_cells_that_would_run_are_disarmed_and_come_back():
    """No cell begins with a sign that a spreadsheet runs; the text that comes back is still the one that went out."""
    rows = read_sheet()
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert sum(cell.startswith("'") for row in rows for cell in row[1:4]) > 3
    assert rearm_text(disarm_text("=1")) == "=1" and rearm_text(disarm_text("'tis")) == "'tis"
    book = load_workbook(io.BytesIO(export_tasks(TASKS, CODEBOOK, "xlsx")["tasks.xlsx"]))
    assert {cell.data_type for row in book["tasks"].iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_shifted_text_in_a_row_is_refused():
    """A row whose text was edited is left out; the others stay."""
    rows = fill_sheet(read_sheet())
    rows[3][2] = rows[3][2].replace(" ", "  ") + "!"
    found = take(write_sheet(rows))
    assert list_pairs(TASKS, found.codes) == [pair for pair in PAIRS if pair[0] != rows[3][0]]
    assert found.problems == [
        f"back, row 4: the text of task {rows[3][0]} is not the one that was exported; put the exported text back"
    ]


def test_workbook_is_the_same_whenever_it_is_written():
    """No day of saving is left in a workbook."""
    once = export_tasks(TASKS, CODEBOOK, "xlsx")["tasks.xlsx"]
    time.sleep(2.1)  # zip files tell even seconds
    assert export_tasks(TASKS, CODEBOOK, "xlsx")["tasks.xlsx"] == once


def break_member(name, change):
    """Return an exported workbook with one member changed."""
    members = repack(export_tasks(TASKS, CODEBOOK, "xlsx")["tasks.xlsx"])
    members[name] = change(members[name])
    return pack_members(members)


def test_hostile_workbooks_are_refused():
    """Entities, bombs and broken XML are refused before anything is read, in a sentence and at once."""
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]>'
    hostile = [
        (break_member("xl/worksheets/sheet1.xml", lambda raw: entity + raw), "declares DOCTYPE"),
        (break_member("xl/worksheets/sheet1.xml", lambda raw: b"<a>" + b" " * 30_000_000), "as a bomb does"),
        (break_member("xl/workbook.xml", lambda raw: raw[:50]), "is no workbook that can be read"),
        (break_member("xl/worksheets/sheet1.xml", lambda raw: raw.replace(b"inlineStr", b"nothing")), "back "),
    ]
    began = time.perf_counter()
    for raw, told in hostile:
        with pytest.raises(ExchangeError, match=told):
            take(raw)
    assert time.perf_counter() - began < 5


def test_sheet_without_its_heading_is_refused():
    """A sheet that names no task or no code is refused as a whole."""
    with pytest.raises(ExchangeError, match="has no column task_id"):
        take(b"a,b\n1,2\n")
    with pytest.raises(ExchangeError, match="has neither a column codes nor one for a code"):
        take(b"task_id,text\n1,2\n")
    with pytest.raises(ExchangeError, match="is no text in UTF-8"):
        take(b"task_id,codes\n\xe0,2\n")
    book = Workbook()
    book.active.append(["a"])
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(ExchangeError, match="has no sheet with a column task_id"):
        take(stream.getvalue())

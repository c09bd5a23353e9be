"""Registers as files: bytes -> the same bytes with rows put in or cells filled, and every other byte left as it was."""

import csv
import io
from bisect import bisect_right
from itertools import pairwise

from framings.schemas import REGISTER

MARK = b"\xef\xbb\xbf"
RUNS_IN_SPREADSHEETS = ("=", "+", "-", "@")
# How the rows of a register may be sorted, the first that fits is kept to.
ORDERS = (("date", "document_id"), ("document_id",), ("date",))


class RegisterError(ValueError):
    """A register cannot be written; the message is one plain sentence."""


def split_rows(raw):
    """Return the rows of a CSV file as bytes, heading first, line ends and byte-order mark kept: joined they are the file.

    >>> split_rows(b'a,b\\r\\n1,"x\\ny"\\r\\n')
    [b'a,b\\r\\n', b'1,"x\\ny"\\r\\n']
    """
    rows, open_row = [], b""
    for line in raw.splitlines(keepends=True):
        open_row += line
        if open_row.count(b'"') % 2 == 0:
            rows.append(open_row)
            open_row = b""
    return rows + [open_row] * bool(open_row)


def insert_rows(raw, entries):
    """Return the bytes of a register with a row for each of ``entries`` (dicts of the columns of REGISTER).

    Rows go to their place where the register is sorted, by day and key, by key or by day, and to its end where it is not.
    An empty file gets its heading. A byte-order mark, the order of the columns and the way lines end stay as they are.
    """
    rows = split_rows(raw)
    if not rows:
        rows = [_write_row(list(REGISTER.columns), b"\n")]
    columns, end = _read_columns(rows[0]), _find_end(rows[0])
    if not rows[-1].endswith((b"\n", b"\r")):
        rows[-1] += end
    blank = [number for number, row in enumerate(rows) if not row.strip()]
    first_blank = blank[0] if blank and blank[0] == len(rows) - len(blank) else len(rows)
    rows, tail = rows[:first_blank], rows[first_blank:]  # blank lines at the end of the file stay there
    cells = [_read_cells(row, columns) for row in rows[1:]]
    order = next((order for order in ORDERS if _is_sorted(cells, order)), None)
    keys = [_sort_key(entry, order) for entry in cells] if order else []
    for entry in entries:
        place = len(rows) - 1
        if order:
            place = bisect_right(keys, _sort_key(entry, order))
            keys.insert(place, _sort_key(entry, order))
        rows.insert(place + 1, _write_row([disarm(entry.get(name)) for name in columns], end))
    return b"".join(rows + tail)


def fill_cells(raw, document_id, cells):
    """Return the bytes of a register with ``cells`` (column: text) put into the row of a document; no other row changes."""
    rows = split_rows(raw)
    columns = _read_columns(rows[0]) if rows else []
    for number, row in enumerate(rows[1:], 1):
        entry = _read_cells(row, columns)
        if (entry.get("document_id") or "").strip() == document_id:
            entry |= cells
            end = _find_end(row) if row.endswith((b"\n", b"\r")) else b""
            rows[number] = _write_row([entry.get(name) for name in columns], end)
            return b"".join(rows)
    raise RegisterError(f"{document_id} is not in the register; add the document first")


def disarm(cell):
    """Return a cell on one line, with an apostrophe before what a spreadsheet would run as a formula; None becomes empty.

    >>> disarm("=1+1"), disarm("two\\nlines"), disarm(None)
    ("'=1+1", 'two lines', '')
    """
    text = " ".join(str(cell).split()) if cell is not None else ""
    return f"'{text}" if text.startswith(RUNS_IN_SPREADSHEETS) else text


def _read_columns(heading):
    """Return the names of the columns, or raise where one that is needed is absent."""
    columns = next(csv.reader([heading.removeprefix(MARK).decode("utf-8")]), [])
    absent = [name for name in REGISTER.columns if name not in columns]
    if absent:
        raise RegisterError(f"documents.csv: column {absent[0]!r} is absent; add it to the first row")
    return columns


def _read_cells(row, columns):
    """Return the cells of a row by column."""
    text = row.decode("utf-8")
    cells = next(csv.reader(io.StringIO(text, newline="")), [])
    return dict(zip(columns, cells, strict=False))


def _write_row(cells, end):
    """Return the bytes of a row."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(["" if cell is None else cell for cell in cells])
    return text.getvalue().encode() + end


def _find_end(row):
    """Return how a row ends its line."""
    return next((end for end in (b"\r\n", b"\n", b"\r") if row.endswith(end)), b"\n")


def _is_sorted(cells, order):
    """Return whether rows are sorted by the columns of ``order``."""
    keys = [_sort_key(entry, order) for entry in cells]
    return all(first <= second for first, second in pairwise(keys))


def _sort_key(entry, order):
    """Return the cells by which a row is sorted."""
    return tuple(entry.get(name) or "" for name in order)

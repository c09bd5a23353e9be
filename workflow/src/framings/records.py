"""Tables of documents in the Text Interchange Format: a file -> its records, one a document, and back to bytes."""

import csv
import io
import itertools
import json
import math
import re
from pathlib import Path

from framings.guards import GuardError, inflate_limited

ID_COLUMNS, TEXT_COLUMNS = ("doc_id", "document_id", "id"), ("text", "body", "content")
LONGEST_RECORD = 20_000_000  # characters
PARQUET_ROWS = 64  # read at a time
NUMBERED = re.compile(r"(?:event-|[a-z][a-z0-9.]*[_-][a-z]{2}[_-])?0*(\d{1,12})(?:\.0)?|[a-z][a-z_.]*-[a-z]{2}-0*(\d{1,12})")
ADDRESS_NUMBER = re.compile(r"https?://[^?#]*/0*(\d{1,12})(?:/(?:print|copy))?/?(?:[?#].*)?")


class RecordError(ValueError):
    """A table of documents, or a record of it, cannot be used; the message is one sentence with file, row and column."""


def iterate_records(path, problems=None):
    """Yield the records of a table as dicts, ``doc_id`` (text) and ``text`` first, then the other columns that are not empty.

    The file is CSV, JSONL (either may be gzipped) or Parquet, told by its content; it is read bit by bit. A row without an
    id, without text, with an id that was there before, or that cannot be read raises ``RecordError``; with a list given
    as ``problems`` its sentence goes there instead and the row is left out. A table without these columns always raises.
    """
    path = Path(path)
    read_rows = _read_parquet if _begins_with(path) == b"PAR1" else _read_lines
    seen = {}
    for row, cells in read_rows(path):
        try:
            record = _check_row(path.name, row, cells, seen)
        except RecordError as problem:
            if problems is None:
                raise
            problems.append(str(problem))
        else:
            yield record


def name_columns(columns, file="the table"):
    """Return the names of the columns that hold the id and the text, whatever their case.

    >>> name_columns(["Title", "Doc_ID", "body"])
    ('Doc_ID', 'body')
    """
    folded = [str(column).strip().lower() for column in columns]
    found = []
    for names, what in ((ID_COLUMNS, "the id of a document"), (TEXT_COLUMNS, "its text")):
        name = next((name for name in names if name in folded), None)
        if name is None:
            raise RecordError(f"{file}: no column holds {what}; name one {names[0]!r} (or {' or '.join(map(repr, names[1:]))})")
        if folded.count(name) > 1:
            raise RecordError(f"{file}: column {name!r} is there twice; remove or rename one")
        found.append(columns[folded.index(name)])
    return tuple(found)


def write_record(record):
    """Return a record as canonical JSON in UTF-8, keys sorted and empty cells left out: the page file of one document.

    >>> write_record({"text": "Good morning.", "doc_id": 7, "place": None})
    b'{"doc_id":7,"text":"Good morning."}\\n'
    """
    filled = {str(name): cell for name, cell in record.items() if not _is_empty(cell)}
    try:
        text = json.dumps(filled, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_write_cell, allow_nan=False)
        return text.encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"record {record.get('doc_id')!r} cannot be written as JSON ({error}); correct its cells") from error


def find_number(doc_id):
    """Return the site's own number in an id of a known style; any other id in the letters that a document's key may have.

    >>> [find_number(doc_id) for doc_id in ("kremlin.ru_en_55819", "president_ru-en-064750", 67828, "http://x.ru/news/12/print")]
    ['55819', '64750', '67828', '12']
    >>> find_number("ARM_47 (1992)")
    'arm_47-1992'
    """
    text = str(doc_id).strip().lower()
    number = NUMBERED.fullmatch(text) or ADDRESS_NUMBER.fullmatch(text)
    if number:
        return next(filter(None, number.groups()))
    return re.sub(r"[^a-z0-9._]+", "-", text).strip("-")[:100]


def list_keys(record):
    """Return the keys by which a record may be asked for: its id as it is and in its short form, and its address's number."""
    address = ADDRESS_NUMBER.fullmatch(str(record.get("url") or "").strip().lower())
    doc_id = str(record.get("doc_id", "")).strip().lower()
    keys = (doc_id, find_number(doc_id), re.sub(r"[^a-z0-9._-]+", "-", doc_id).strip("-")[:100], address[1] if address else "")
    return tuple(dict.fromkeys(filter(None, keys)))


def _check_row(file, row, cells, seen):
    """Return the record in the cells of a row, or raise a sentence; ``seen`` holds the ids so far with their rows."""
    if isinstance(cells, str):
        raise RecordError(f"{file}, row {row}: {cells}")
    id_column, text_column = name_columns(list(cells), f"{file}, row {row}")
    for column in (id_column, text_column):
        if _is_empty(cells[column]):
            raise RecordError(f"{file}, row {row}, column {column!r}: the cell is empty; fill it or remove the row")
    doc_id = str(cells[id_column]).strip()
    doc_id = doc_id.removesuffix(".0") if isinstance(cells[id_column], float) else doc_id
    if doc_id in seen:
        raise RecordError(
            f"{file}, row {row}, column {id_column!r}: {doc_id!r} is there already (row {seen[doc_id]}); remove a row"
        )
    if not isinstance(cells[text_column], str):
        raise RecordError(f"{file}, row {row}, column {text_column!r}: the cell holds no text; write the document's text there")
    seen[doc_id] = row
    rest = {
        str(name).strip(): cell for name, cell in cells.items() if name not in (id_column, text_column) and not _is_empty(cell)
    }
    return {"doc_id": doc_id, "text": cells[text_column]} | {
        name: cell for name, cell in rest.items() if name not in ("doc_id", "text")
    }


def _begins_with(path):
    """Return the first four bytes of a file."""
    with path.open("rb") as file:
        return file.read(4)


def _read_parquet(path):
    """Yield (row, cells) of a Parquet file, a few rows in memory at a time; the first row is 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, pre_buffer=False, memory_map=True) as table:
            name_columns(table.schema_arrow.names, path.name)
            row = 0
            for batch in table.iter_batches(batch_size=PARQUET_ROWS):
                for row, cells in enumerate(batch.to_pylist(), row + 1):  # noqa: B020 (goes on counting)
                    yield row, cells
    except (pa.ArrowInvalid, OSError) as error:
        raise RecordError(f"{path.name} cannot be read as Parquet ({' '.join(str(error).split())}); write it again") from error


def _read_lines(path):
    """Yield (row, cells) of a CSV or JSONL file, gzipped or not; rows as a spreadsheet or an editor counts them."""
    with path.open("rb") as file:
        packed = _begins_with(path)[:2] == b"\x1f\x8b"
        stream = io.BufferedReader(_Chunks(inflate_limited(file, path.name))) if packed else file
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        try:
            lines = _limit_lines(text, path.name)
            first = next((line for line in lines if line.strip()), "")
            if first.lstrip().startswith("["):
                raise RecordError(f"{path.name} is one JSON list; save it with one object a line (JSONL)")
            read_rows = _read_json_rows if first.lstrip().startswith("{") else _read_csv_rows
            yield from read_rows(itertools.chain([first], lines), path.name)
        except UnicodeDecodeError as error:
            raise RecordError(f"{path.name} is not in UTF-8 ({error.reason}); save it again as UTF-8") from error
        except GuardError as error:
            raise RecordError(str(error)) from error


def _limit_lines(text, file):
    """Yield the lines of a text file, refusing one that is longer than any document."""
    for row in itertools.count(1):
        line = text.readline(LONGEST_RECORD)
        if len(line) == LONGEST_RECORD:
            raise RecordError(f"{file}, line {row} is longer than {LONGEST_RECORD:,} characters; split the document")
        if not line:
            return
        yield line


def _read_json_rows(lines, file):
    """Yield (row, cells) of the lines of a JSONL file; a line that holds no object comes as a sentence."""
    for row, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            cells = json.loads(line, object_pairs_hook=refuse_twice)
        except (ValueError, RecursionError) as error:
            cells = f"the line is no JSON object ({error}); correct or remove it"
        yield row, cells if isinstance(cells, dict | str) else "the line is no JSON object; correct or remove it"


def refuse_twice(pairs):
    """Return the object of these JSON pairs, refusing a name that occurs twice."""
    cells = dict(pairs)
    if len(cells) < len(pairs):
        raise ValueError("a name occurs twice")
    return cells


def _read_csv_rows(lines, file):
    """Yield (row, cells) of the lines of a CSV file, separated by comma, semicolon or tab; the heading is row 1."""
    csv.field_size_limit(LONGEST_RECORD)  # of the whole process; the default is shorter than many a transcript
    first = next(lines)
    separator = max(",;\t", key=first.count)
    reader = csv.reader(itertools.chain([first], lines), delimiter=separator, strict=True)
    try:
        heading = next(reader, [])
        name_columns(heading, file)
        for row, cells in enumerate(reader, 2):
            if len(cells) > len(heading):
                yield (
                    row,
                    f"there are {len(cells)} cells under {len(heading)} columns; put texts with separators in quotation marks",
                )
            elif cells:
                yield row, dict(zip(heading, cells, strict=False))
    except csv.Error as error:
        raise RecordError(f"{file}, line {reader.line_num}: {error}; save the table again as CSV (UTF-8)") from error


class _Chunks(io.RawIOBase):
    """A readable stream of the chunks that an iterator gives."""

    def __init__(self, chunks):
        super().__init__()
        self.chunks, self.rest = chunks, b""

    def readable(self):
        """Return True: it is there to be read."""
        return True

    def readinto(self, buffer):
        """Fill the buffer as far as the next chunk goes and return the number of bytes; 0 at the end."""
        self.rest = self.rest or next(self.chunks, b"")
        n_bytes = min(len(buffer), len(self.rest))
        buffer[:n_bytes], self.rest = self.rest[:n_bytes], self.rest[n_bytes:]
        return n_bytes


def _is_empty(cell):
    """Return whether a cell holds nothing."""
    return cell is None or (isinstance(cell, float) and math.isnan(cell)) or (isinstance(cell, str) and not cell.strip())


def _write_cell(cell):
    """Return a cell that JSON does not know as text: days and times in ISO form."""
    if hasattr(cell, "isoformat"):
        return cell.isoformat()
    raise TypeError(f"a cell of type {type(cell).__name__}")

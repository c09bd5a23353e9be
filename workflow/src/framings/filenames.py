"""File names: what they say about the documents in them, and the rows of the register that follow."""

import re
import unicodedata

import pandas as pd

from framings.days import is_day
from framings.schemas import EVENT_TYPES, REGISTER

FIELD = re.compile(r"\{([^{}]*)\}")
ENDING = re.compile(r"(?<=.)\.(?:txt|text|html?|mhtml?|pdf|docx|json)$", re.IGNORECASE)
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
LONGEST_KEY = 80
FILE_COLUMNS = ("file", "filename", "file_name", "page", "doc_id", "document_id", "document", "name", "id")
# Columns of the register, and under which names a table or a pattern may give them, best first.
FIELDS = {
    "date": ("date", "day_of_event"),
    "title": ("title", "headline"),
    "speaker": ("speaker", "author", "actor", "country"),
    "place": ("place", "location", "city"),
    "url": ("url", "link", "address"),
    "language": ("language", "lang"),
    "event_type": ("event_type",),
    "note": ("note",),
}
LATIN = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e iu ia"
CYRILLIC = {letter: latin.strip("-") for letter, latin in zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", LATIN.split(), strict=True)}


class NamesError(ValueError):
    """A pattern or a table does not fit the files; the message is one sentence."""


def read_names(names, pattern=None):
    """Return a table with one row a file name: file, and a column for each field of the pattern (None where it does not fit).

    A pattern is a name with fields in braces, such as ``{country}_{session}_{year}.txt``; endings and case do not count.
    Without one, names that all have the same number of parts between underscores get columns part_1, part_2, …

    >>> read_names(["DOE_2_1992.txt"], "{country}_{session}_{year}.txt").values.tolist()
    [['DOE_2_1992.txt', 'DOE', '2', '1992']]
    """
    names = sorted(names)
    if pattern is None:
        parts = [ENDING.sub("", name).split("_") for name in names]
        n_parts = len(parts[0]) if parts and len({len(part) for part in parts}) == 1 else 0
        fields = [f"part_{number}" for number in range(1, n_parts + 1)] if n_parts > 1 else []
        rows = [[name, *part[: len(fields)]] for name, part in zip(names, parts, strict=True)]
        return pd.DataFrame(rows, columns=["file", *fields], dtype="str")
    fields, matcher = _read_pattern(pattern)
    found = [matcher.fullmatch(ENDING.sub("", name)) for name in names]
    rows = [[name, *(match.groups() if match else [None] * len(fields))] for name, match in zip(names, found, strict=True)]
    if names and not any(found):
        raise NamesError(f"no file name fits the pattern {pattern!r}; the first is {names[0]!r}")
    return pd.DataFrame(rows, columns=["file", *fields], dtype="object")


def name_documents(names, table=None, pattern=None, language="en", event_type="other", day=None):
    """Return (rows for the register, what is missing) for a folder of files.

    What is known of a file comes from its row in ``table`` (columns in any case; the file is found by its name, with or
    without ending), else from its name by ``pattern``. ``day`` (MM-DD) is taken where only a year is known. The second
    table has document_id, page, field and problem, a sentence with the cure: a file without a date, a speaker, a row; a
    row without a file; a value that the register cannot hold.
    """
    known = read_names(names, pattern)
    described = {} if table is None else _find_rows(known["file"], table)
    rows, missing, taken = [], [], {name for name in known["file"] if PLAIN_NAME.fullmatch(name)}
    for entry in known.to_dict("records"):
        file = entry.pop("file")
        cells = _fold_cells(entry) | described.get(file, {})
        row, problems = _describe_document(file, cells, language, event_type, day, taken)
        if table is not None and file not in described:
            problems["file"] = "the table has no row for it; add one, or remove the file"
        rows.append(row)
        missing += [(row["document_id"], file, field, problem) for field, problem in problems.items()]
    if table is not None:
        column, cells = _find_file_column(known["file"], table)
        held = {_fold_name(file) for file in known["file"]}
        lost = sorted({str(cell) for cell in cells.dropna() if _fold_name(cell) not in held})
        missing += [
            (None, cell, "file", f"column {column!r} names it, but the file is not there; add it or remove the row")
            for cell in lost
        ]
    return pd.DataFrame(rows, columns=list(REGISTER.columns)), pd.DataFrame(
        missing, columns=["document_id", "page", "field", "problem"]
    )


def write_key(name):
    """Return a name as it may stand in a document's key: lower case, Latin letters, digits, points, hyphens, underscores.

    >>> write_key("Иванов, речь (2014)"), write_key("ARM_47_1992")
    ('ivanov-rech-2014', 'arm_47_1992')
    """
    folded = "".join(CYRILLIC.get(letter, letter) for letter in unicodedata.normalize("NFC", name).lower())
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9._]+", "-", plain).strip("-._")[:LONGEST_KEY].rstrip("-._") or "document"


def _describe_document(file, cells, language, event_type, day, taken):
    """Return the row of the register for a file with what is known of it, and {field: what is wrong} for what is not."""
    found = {field: next((cells[name] for name in names if cells.get(name)), None) for field, names in FIELDS.items()}
    problems = {}
    date, guessed = _find_date(found["date"], cells, day)
    if date is None:
        problems["date"] = f"{found['date'] or cells.get('year') or 'nothing'} is known; give the day as YYYY-MM-DD"
    if found["speaker"] is None:
        problems["speaker"] = "nobody is named; say who speaks, unless the text itself does"
    if found["language"] is not None and found["language"] not in ("en", "ru"):
        problems["language"] = f"{found['language']!r} is neither en nor ru; {language} is proposed"
    if found["event_type"] is not None and found["event_type"] not in EVENT_TYPES:
        problems["event_type"] = f"{found['event_type']!r} is none of {', '.join(EVENT_TYPES)}; {event_type} is proposed"
    language = found["language"] if found["language"] in ("en", "ru") else language
    stem = ENDING.sub("", file)
    document_id = _number_apart(f"file-{language}-{write_key(stem)}", "", taken)
    page = file if PLAIN_NAME.fullmatch(file) else _number_apart(write_key(stem), file[len(stem) :].lower(), taken)
    taken |= {document_id, page}
    notes = [
        found["note"],
        f"file {file}" if page != file else None,
        f"the day {date} is a guess from the year" if guessed else None,
    ]
    return {
        "document_id": document_id, "source": "file", "language": language, "url": found["url"] or f"file:{page}", "date": date,
        "title": found["title"] or re.sub(r"[_\s]+", " ", stem).strip(), "place": found["place"], "speaker": found["speaker"],
        "event_type": found["event_type"] if found["event_type"] in EVENT_TYPES else event_type, "page": page, "sha256": None,
        "seed_document": "no", "note": "; ".join(filter(None, notes)) or None,
    }, problems  # fmt: skip


def _number_apart(name, ending, taken):
    """Return a name with its ending, with -2, -3, … between them where it is taken."""
    names = (f"{name}{number}{ending}" for number in ("", *(f"-{n}" for n in range(2, len(taken) + 3))))
    return next(candidate for candidate in names if candidate not in taken)


def _find_date(date, cells, day):
    """Return (day of the event or None, whether it is guessed) from a date, or from year, month and day, or from a year alone."""
    # ASSUME: where the year comes last the day comes first (2.10.1993 is in October).
    text = re.sub(r"[./]", "-", (date or "").split("T")[0].strip())
    if last := re.fullmatch(r"(\d{1,2})-(\d{1,2})-(\d{4})", text):
        text = f"{last[3]}-{last[2]:0>2}-{last[1]:0>2}"
    elif joined := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text):
        text = "-".join(joined.groups())
    parts = [cells.get(name) or "" for name in ("year", "month", "day")]
    exact = f"{parts[0]}-{parts[1]:0>2}-{parts[2]:0>2}"
    for candidate, guessed in ((text[:10], False), (exact, False), (f"{parts[0]}-{day}", True)):
        if is_day(candidate):
            return candidate, guessed
    return None, False


def _find_rows(files, table):
    """Return {file: its cells in the table}, or raise where no column of the table names the files, or one file twice."""
    column, cells = _find_file_column(files, table)
    by_name = {}
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and by_name.setdefault(_fold_name(cell), place) != place:
            raise NamesError(
                f"column {column!r}, row {place + 2}: {cell!r} is there already (row {by_name[_fold_name(cell)] + 2}); remove a row"
            )
    rows = table.to_dict("records")
    return {file: _fold_cells(rows[by_name[_fold_name(file)]]) for file in files if _fold_name(file) in by_name}


def _find_file_column(files, table):
    """Return the name and the cells of the table's column that names the files."""
    held = {_fold_name(file) for file in files}
    columns = {str(column).strip().lower(): column for column in table.columns}
    for name in FILE_COLUMNS:
        if name in columns and any(isinstance(cell, str) and _fold_name(cell) in held for cell in table[columns[name]]):
            return columns[name], table[columns[name]]
    raise NamesError(
        f"no column of the table names the files; name one 'file' and write names such as {min(files, default='speech.txt')!r} there"
    )


def _fold_name(name):
    """Return a file name without folders and ending, composed and in lower case."""
    return ENDING.sub("", unicodedata.normalize("NFC", str(name)).strip().replace("\\", "/").rsplit("/", 1)[-1]).lower()


def _fold_cells(cells):
    """Return the filled cells of a row as texts, by the names of their columns in lower case."""
    filled = {str(name).strip().lower(): cell for name, cell in cells.items() if cell is not None and not pd.isna(cell)}
    return {name: " ".join(str(cell).split()) for name, cell in filled.items() if str(cell).strip()}


def _read_pattern(pattern):
    """Return the fields of a pattern and the expression that its names match, or raise where it is no usable pattern."""
    fields = FIELD.findall(pattern)
    if not fields:
        raise NamesError(f"the pattern {pattern!r} has no field; write fields in braces, as in {{country}}_{{year}}.txt")
    bad = next((field for field in fields if not re.fullmatch("[a-z][a-z0-9_]*", field) or fields.count(field) > 1), None)
    if bad is not None:
        raise NamesError(
            f"the pattern {pattern!r}: {{{bad}}} is no usable field; write each once, in small letters a-z, digits and _"
        )
    if "}{" in pattern:
        raise NamesError(f"the pattern {pattern!r} has two fields side by side; put what separates them between")
    texts = [re.escape(text) for text in FIELD.split(ENDING.sub("", pattern))[::2]]
    matcher = "".join(text + f"(?P<{field}>.+?)" for text, field in zip(texts, fields, strict=False)) + texts[-1]
    return fields, re.compile(matcher, re.IGNORECASE)

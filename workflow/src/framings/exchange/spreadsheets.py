"""Spreadsheets: tasks out as CSV or XLSX, one row a task, and back in, whatever columns were added or moved meanwhile."""

import csv
import difflib
import io
import re
import warnings

from framings.exchange.answers import Answer, fold_codes, fold_name, resolve_code
from framings.exchange.packing import open_zip, pack_members, repack, unpack_member
from framings.exchange.tasks import SHOWN, ExchangeError, list_codes, list_shown
from framings.guards import MB, GuardError, refuse_entities

RUNS = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so would be run as a formula
YES = {"x", "1", "1.0", "yes", "y", "true", "ja", "да", "✓", "✔", "х"}  # the last is the Cyrillic letter
NO = {"", "0", "0.0", "no", "n", "false", "nein", "нет"}
CELL = "codes"  # heading of the column that holds all codes of a row, separated by semicolons
MOST_ROWS, MOST_COLUMNS, MOST_CSV = 20_000, 200, 50 * MB
SAVED = "2000-01-01T00:00:00Z"  # stands in every workbook as the day on which it was saved
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # a workbook cannot hold them


def list_rows(tasks, codebook, layout="columns"):
    """Return the rows of a sheet, the heading first; ``layout``: a column for each code, or one ``cell`` for all of them."""
    if layout not in ("columns", "cell"):
        raise ExchangeError(f"{layout!r} is no layout of a sheet; take 'columns' or 'cell'")
    codes = list_codes(codebook)
    names = (
        [f"{code} {title}" for code, title in zip(codes["code"], codes["title"], strict=True)] if layout == "columns" else [CELL]
    )
    rows = [[*SHOWN, *names]]
    return rows + [[disarm_text(task[name]) for name in SHOWN] + [""] * len(names) for task in list_shown(tasks)]


def disarm_text(text):
    """Return a cell with an apostrophe before what a spreadsheet would run as a formula, and without control characters."""
    text = CONTROL.sub(lambda match: " " if match.group().isspace() else "", text)
    return f"'{text}" if text.lstrip(" ").startswith(RUNS) else text


def rearm_text(cell):
    """Return a cell without the apostrophe that ``disarm_text`` has put before it."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" ").startswith(RUNS) else cell


def write_csv(tasks, codebook, layout="columns"):
    """Return the bytes of a CSV file (UTF-8 with a mark, by which spreadsheets know it)."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(list_rows(tasks, codebook, layout))
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def write_xlsx(tasks, codebook, layout="columns"):
    """Return the bytes of a workbook: a sheet of tasks and one with the codes and their definitions."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment

    book = Workbook()
    sheet, about = book.active, book.create_sheet("codes")
    sheet.title, sheet.freeze_panes = "tasks", "B2"
    codes = list_codes(codebook)[["code", "title", "family", "definition"]]
    wrapped = Alignment(wrap_text=True, vertical="top")
    for target, rows in ((sheet, list_rows(tasks, codebook, layout)), (about, [list(codes.columns), *codes.values.tolist()])):
        for number, row in enumerate(rows, 1):
            for column, text in enumerate(row, 1):
                if text:
                    cell = target.cell(number, column, text)
                    cell.data_type, cell.alignment = "s", wrapped
    for letter, width in zip("ABCD", (14, 40, 60, 40), strict=True):
        sheet.column_dimensions[letter].width = about.column_dimensions[letter].width = width
    stream = io.BytesIO()
    book.save(stream)
    members = repack(stream.getvalue())
    stamp = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
    members["docProps/core.xml"] = stamp.sub(rb"\g<1>" + SAVED.encode(), members["docProps/core.xml"])
    return pack_members(members)


def read_csv(raw, what, codebook):
    """Return the answers in a CSV file, separated by comma, semicolon or tabulator."""
    if len(raw) > MOST_CSV:
        raise ExchangeError(f"{what} is longer than {MOST_CSV / MB:.0f} MB; take out what is no coding")
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExchangeError(f"{what} is no text in UTF-8 (byte {error.start}); save it as 'CSV UTF-8'") from error
    if text.startswith("sep="):
        text = text.partition("\n")[2]
    heading = text.split("\n", 1)[0]
    separator = max((",", ";", "\t"), key=heading.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise ExchangeError(f"{what} is no CSV table ({error}); save it again as 'CSV UTF-8'") from error
    return read_rows(rows, what, codebook)


def read_xlsx(raw, what, codebook):
    """Return the answers in the first sheet of a workbook that has a column task_id."""
    archive = open_zip(raw, what)
    for info in archive.infolist():
        if info.filename.lower().endswith((".xml", ".rels", ".vml")):
            member = unpack_member(archive, info, what)
            try:
                refuse_entities(member, f"{what}: {info.filename!r}")
            except GuardError as error:
                raise ExchangeError(str(error)) from error
    try:
        book = _load_quietly(raw)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            cells = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
            rows = [["" if cell is None else str(cell) for cell in row] for row in cells]
            if rows and "task_id" in map(_fold_heading, rows[0]):
                return read_rows(rows, what, codebook)
    except ExchangeError:
        raise
    except Exception as error:  # whatever a broken workbook makes the reader stumble over
        raise ExchangeError(f"{what} is no workbook that can be read ({error}); save it again as .xlsx") from error
    raise ExchangeError(f"{what} has no sheet with a column task_id in its first row; keep the heading that was exported")


def _load_quietly(raw):
    """Return a workbook for reading; what its reader warns of is either refused by us or no matter."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)


def read_rows(rows, what, codebook):
    """Return the answers in the rows of a sheet, the heading first. Columns may stand in any order and others among them."""
    heading = [_fold_heading(name) for name in rows[0]] if rows else []
    if "task_id" not in heading:
        raise ExchangeError(f"{what} has no column task_id in its first row; keep the heading that was exported")
    known = {name: heading.index(name) for name in (*SHOWN, CELL) if name in heading}
    rows = [row + [""] * (len(heading) - len(row)) for row in map(list, rows)]
    marks = _find_code_columns(rows, known, fold_codes(codebook))
    if CELL not in known and not marks:
        raise ExchangeError(f"{what} has neither a column {CELL} nor one for a code; keep the heading that was exported")
    answers = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        answer = Answer(f"row {number}", rearm_text(row[known["task_id"]]).strip())
        if "text" in known:
            answer.shown = rearm_text(row[known["text"]])
        if CELL in known:
            answer.names += [name.strip() for name in re.split(r"[;,|\n]", row[known[CELL]]) if name.strip()]
        for column, name in marks.items():
            cell = row[column].strip().casefold()
            if cell in YES:
                answer.names.append(name)
            elif cell not in NO:
                answer.fault = f"{row[column]!r} under {name} is neither yes nor no; write x there, or nothing"
        answers.append(answer)
    return answers


def _find_code_columns(rows, known, codes):
    """Return {column: heading} of the columns that stand for codes, also of those whose heading is misspelt; others are not ours."""
    marks = {}
    for column, name in enumerate(rows[0]):
        cells = {row[column].strip().casefold() for row in rows[1:]}
        near = difflib.get_close_matches(fold_name(name), codes, n=1, cutoff=0.7)
        if name.strip() and column not in known.values() and (resolve_code(name, codes) or (near and cells <= YES | NO)):
            marks[column] = name.strip()
    return marks


def _fold_heading(name):
    """Return a heading as it is compared: without case and spaces, "Task ID" as task_id."""
    folded = fold_name(name)
    return "task_id" if folded in ("taskid", "task_id", "task-id") else folded

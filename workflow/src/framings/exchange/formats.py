"""Formats: tasks out in the form of a tool, and codes back in from whatever file it made of them, told by its content."""

from framings.exchange.answers import check_coder, judge_answers, pick_annotator
from framings.exchange.doccano import read_doccano, write_doccano, write_labels
from framings.exchange.labelstudio import read_labelstudio, write_interface, write_labelstudio
from framings.exchange.packing import open_zip, unpack_member
from framings.exchange.refi import write_qdc, write_qdpx
from framings.exchange.refi_reading import read_qdpx
from framings.exchange.spreadsheets import read_csv, read_xlsx, write_csv, write_xlsx
from framings.exchange.tasks import ExchangeError
from framings.guards import MB

FORMATS = ("labelstudio", "doccano", "csv", "xlsx", "refi")
MOST_FILE = 200 * MB


def export_tasks(tasks, codebook, format_name, spans=None, layout="columns"):
    """Return {file name: bytes} for coders who use a tool: one of FORMATS. Equal input gives equal bytes.

    ``spans``: SPANS to show as marked already (not for spreadsheets); ``layout``: see ``list_rows``.
    """
    if format_name == "labelstudio":
        interface = write_interface(codebook, places=spans is not None)
        return {"labelstudio.json": write_labelstudio(tasks, spans), "labelstudio-interface.xml": interface}
    if format_name == "doccano":
        return {"doccano.jsonl": write_doccano(tasks, spans), "doccano-labels.json": write_labels(codebook)}
    if format_name == "refi":
        return {"tasks.qdpx": write_qdpx(tasks, codebook, spans), "codebook.qdc": write_qdc(codebook)}
    if spans is not None and format_name in FORMATS:
        raise ExchangeError(f"a {format_name} sheet cannot show marked places; take one of labelstudio, doccano, refi")
    if format_name == "csv":
        return {"tasks.csv": write_csv(tasks, codebook, layout)}
    if format_name == "xlsx":
        return {"tasks.xlsx": write_xlsx(tasks, codebook, layout)}
    raise ExchangeError(f"{format_name!r} is no format; take one of {', '.join(FORMATS)}")


def import_codes(raw, what, tasks, codebook, coder, format_name=None, annotator=None):
    """Return ``Imported`` (CODED, SPANS, problems) from the bytes of a file that came back from a tool.

    ``what``: its name, with which every sentence begins; ``tasks``: TASKS of the sample; ``coder``: a ``Coder``;
    ``format_name``: one of FORMATS, else told from the content; ``annotator``: whose codes, where a file holds those of several.
    Raises ``ExchangeError`` where nothing in the file can be used.
    """
    check_coder(coder)
    if len(raw) > MOST_FILE:
        raise ExchangeError(f"{what} is longer than {MOST_FILE / MB:.0f} MB; it is no file of codes")
    format_name = format_name or recognise_format(raw, what)
    if format_name in ("csv", "xlsx"):
        answers = (read_csv if format_name == "csv" else read_xlsx)(raw, what, codebook)
    elif format_name == "doccano":
        answers = _read_doccano(raw, what)
    elif format_name in FORMATS:
        answers = (read_labelstudio if format_name == "labelstudio" else read_qdpx)(raw, what)
    else:
        raise ExchangeError(f"{format_name!r} is no format; take one of {', '.join(FORMATS)}")
    return judge_answers(pick_annotator(answers, annotator, what), tasks, codebook, coder, what)


def recognise_format(raw, what):
    """Return which of FORMATS a file has, from its content, or raise a sentence that says what it is instead."""
    head = raw[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if raw.startswith(b"PK\3\4"):
        names = [info.filename.lower() for info in open_zip(raw, what).infolist()]
        if any(name.endswith(".qde") for name in names):
            return "refi"
        if "xl/workbook.xml" in names:
            return "xlsx"
        if any(name.endswith(".jsonl") for name in names):
            return "doccano"
        raise ExchangeError(f"{what} is a zip file with neither a project, a workbook nor JSONL; export the codes again")
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise ExchangeError(f"{what} is a workbook of the old kind or under a password; save it as .xlsx without one")
    if head.startswith(b"<"):
        kind = "a codebook" if b"QDA-XML:codebook" in head else "XML"
        raise ExchangeError(f"{what} is {kind}, not a file of codes; export the project as REFI-QDA (.qdpx)")
    if head.startswith(b"["):
        return "labelstudio"
    if head.startswith(b"{"):
        return "doccano"
    if b"\0" in head and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ExchangeError(f"{what} is no file that a tool for coding makes; take one of {', '.join(FORMATS)}")
    return "csv"


def _read_doccano(raw, what):
    """Return the answers in a JSONL file of doccano, or in a zip of such files, one an annotator."""
    if not raw.startswith(b"PK\3\4"):
        return read_doccano(raw, what)
    archive, answers = open_zip(raw, what), []
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        if info.filename.lower().endswith(".jsonl"):
            lines = unpack_member(archive, info, what)
            for answer in read_doccano(lines, what, info.filename.rpartition("/")[2][:-6]):
                answer.place = f"{info.filename}, {answer.place}"
                answers.append(answer)
    return answers

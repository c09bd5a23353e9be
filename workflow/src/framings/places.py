"""Places: a file, a folder or a table on this machine -> the documents on offer in it."""

import json
import re
from pathlib import Path

from framings.guesses import write_title
from framings.proposals import Offer, ProposalError

TABLES = re.compile(r".*\.(?:csv|tsv|jsonl|ndjson|parquet|pq)(?:\.gz)?", re.IGNORECASE)
ARCHIVES = re.compile(r".*\.(?:zip|wacz|warc|warc\.gz|tar|tar\.\w+|7z|rar)", re.IGNORECASE)
PASSED_OVER = re.compile(r"\..*|desktop\.ini|thumbs\.db", re.IGNORECASE)
MOST_BYTES = 200_000_000
TOLD = ("title", "date", "place", "url", "speaker", "language", "event_type")


def is_address(place):
    """Return whether a place is an address of the web."""
    return re.match(r"https?:/", place, re.IGNORECASE) is not None


def list_offers(place, names=None, problems=None):
    """Yield the ``Offer`` of each document in a place on this machine: a page, a folder of pages, or a table.

    ``names`` is a pattern such as ``{country}_{session}_{year}.txt`` that says what stands in the names of the files of a
    folder. What is no document goes into the list ``problems`` as a sentence. Raises ``ProposalError`` for a place that
    is none.
    """
    path, problems = Path(place), [] if problems is None else problems
    if path.is_dir():
        yield from _list_folder(path, names, problems)
    elif not path.is_file():
        raise ProposalError(f"{place}: there is no such file or folder; check the name, or begin an address with http://")
    elif ARCHIVES.fullmatch(path.name):
        raise ProposalError(
            f"{place}: this is an archive; unpack it and name the folder, or list it in config.yaml under fetch: archives "
            "to take the pages of registered documents from it"
        )
    elif is_table(path):
        yield from _list_table(path, problems)
    else:
        yield _read_offer(path, place)


def is_table(path):
    """Return whether a file is a table of documents, by its name and its first bytes; a JSON file with one object is a page."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1" or start[:2] == b"\x1f\x8b" or TABLES.fullmatch(path.name):
        return True
    if not start.lstrip(b"\xef\xbb\xbf").startswith(b"{") or path.stat().st_size > MOST_BYTES:
        return False
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return b"\n{" in path.read_bytes()
    return False


def _list_folder(folder, names, problems):
    """Yield the offers of the files in a folder, in the order of their names; folders inside it are passed over.

    A table in it that names the files, and ``names``, a pattern, say what is known of them.
    """
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not PASSED_OVER.fullmatch(path.name)]
    tables = [path for path in files if TABLES.fullmatch(path.name)]
    files = [path for path in files if path not in tables]
    if not files:
        problems.append(f"{folder}: there is no file in it to add" + ("; name its table itself" if tables else ""))
        return
    told = _name_files(files, tables, names, problems)
    for path in files:
        try:
            offer = _read_offer(path, str(path))
        except (OSError, ProposalError) as error:
            problems.append(str(error))
            continue
        yield Offer(offer.name, offer.raw, offer.stem, offer.facts | told.get(path.name, {}))


def _name_files(files, tables, names, problems):
    """Return what a table beside files and a pattern of their names say, as facts by file name."""
    import pandas as pd

    from framings.filenames import name_documents

    table, files = None, {path.name: path.stem for path in files}
    for path in tables:
        if table is None and (".csv" in path.suffixes or ".tsv" in path.suffixes):
            try:
                table = pd.read_csv(path, dtype=str, keep_default_na=False, sep=None, engine="python", encoding="utf-8-sig")
                name_documents(files, table, names)
            except (ValueError, pd.errors.ParserError) as error:
                table = None
                problems.append(f"{path} was not used: {error}")
        else:
            problems.append(f"{path} was passed over; a table of documents is added by its own name")
    if table is None and names is None:
        return {}
    rows, missing = name_documents(files, table, names, language="", event_type="")
    for row in missing[~missing["field"].isin(["date", "speaker"])].itertuples():
        problems.append(f"{row.page}, {row.field}: {row.problem.replace('; is proposed', '')}")
    told = {}
    for file, row in zip(sorted(files), rows.to_dict("records"), strict=True):
        facts = {name: row[name] for name in TOLD if isinstance(row[name], str) and row[name]}
        facts = {name: cell for name, cell in facts.items() if not cell.startswith("file:")}
        told[file] = {name: cell for name, cell in facts.items() if not (name == "title" and cell == write_title(files[file]))}
    return told


def _list_table(path, problems):
    """Yield the offers of the rows of a table."""
    from framings.records import iterate_records, write_record

    for record in iterate_records(path, problems):
        facts = {name: " ".join(str(record[name]).split()) for name in TOLD if isinstance(record.get(name), str | int)}
        facts["doc_id"] = str(record["doc_id"])
        if (day := re.match(r"\d{4}-\d\d-\d\d(?!\d)", facts.pop("date", ""))) is not None:
            facts["date"] = day[0]
        facts.pop("language", None)  # the reader of records knows its many spellings
        yield Offer(f"{path.name}, {record['doc_id']}", write_record(record), str(record["doc_id"]), facts)


def _read_offer(path, name):
    """Return the offer of one file."""
    if path.stat().st_size > MOST_BYTES:
        raise ProposalError(f"{name} has more than {MOST_BYTES // 1_000_000} MB; no document is that long")
    return Offer(name, path.read_bytes(), path.stem, {"file": path.name, "folder": str(path.resolve().parent)})

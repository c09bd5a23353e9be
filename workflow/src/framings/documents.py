"""Documents: every registered page read, its body kept as paragraphs or removed piece by piece with a reason."""

import hashlib
import re

import pandas as pd

from framings.corrections import correct_documents
from framings.days import count_days, is_day
from framings.schemas import DOCUMENTS, PARAGRAPHS, REMOVED, ContractError, check
from framings.sources.page import Page, SourceError
from framings.sources.readers import SITES, SOURCES
from framings.sources.readers import read_page as read_any

DOCUMENT_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
PAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
SHA256 = re.compile(r"[0-9a-f]{64}")
PRINT_THE_DAY = (*SITES, "record")  # readers that find the day of the event where the site prints it
FIRST_DAY, LAST_DAY = "1985-01-01", "2035-12-31"
NO_PAGE = Page("", None, None, None, None, None, (), (), (), (), (), 0)


def parse_documents(register, read_page, corrections=None):
    """Return the tables DOCUMENTS, PARAGRAPHS and REMOVED of the registered documents, in the register's order.

    ``read_page`` takes a file name and returns the bytes of the page, or None where it is absent. Every registered
    document has its row: ``parsed``, ``page missing``, or ``refused`` with the sentence that says why (another hash,
    another site, another number, language or day, a body whose characters do not add up); one bad page costs no other.
    ``corrections``, a table CORRECTIONS, is laid over what register and page say.
    """
    # ASSUME: the day in the register is the day of the event and the day printed on the page goes beside it. Where a site
    # prints a day more than one day off, one of the two is wrong: the document is left out until corrections.csv settles
    # the day. A day guessed from an unknown page or from a file's properties is only noted.
    check_register(register)
    settled = set() if corrections is None else set(corrections.loc[corrections["field"] == "date", "document_id"])
    documents, paragraphs, removed = [], [], []
    for entry in register.to_dict("records"):
        key = entry["document_id"]
        page, reader, status, reason = _read_entry(entry, read_page, key in settled)
        documents.append(_describe(entry, page, reader, status, reason))
        paragraphs += [
            (key, number, part.text, _write_ranges(part.bold), _write_ranges(part.italic))
            for number, part in enumerate(page.paragraphs)
        ]
        removed += [(key, number, piece.reason, piece.n_chars, piece.text) for number, piece in enumerate(page.removed)]
    documents = check(pd.DataFrame(documents, columns=list(DOCUMENTS.columns)), DOCUMENTS)
    return (
        documents if corrections is None else correct_documents(documents, corrections),
        check(pd.DataFrame(paragraphs, columns=list(PARAGRAPHS.columns)), PARAGRAPHS),
        check(pd.DataFrame(removed, columns=list(REMOVED.columns)), REMOVED),
    )


def check_register(register, file="documents.csv"):
    """Return the register unchanged, or raise ``ContractError`` naming file, row (the heading is row 1) and column.

    Checks the keys (lower case, no path, no key twice), known sources, days of the calendar, names of page files
    that stay in their folder, and fingerprints. Rows are counted by the index, so a part of the register is fine.
    """
    rules = [
        (
            "document_id",
            DOCUMENT_ID.fullmatch,
            "is not 1 to 100 of a-z 0-9 . _ -, a letter or digit first; write a key such as source-en-123",
        ),
        ("source", SOURCES.__contains__, f"is no known source; write one of {', '.join(SOURCES)}"),
        ("date", is_day, "is no day of the calendar; write it as YYYY-MM-DD"),
        ("date", lambda day: FIRST_DAY <= day <= LAST_DAY, f"lies outside {FIRST_DAY} to {LAST_DAY}; correct the year"),
        ("page", PAGE_NAME.fullmatch, "is no plain file name; write the name of a file in the pages folder, without a path"),
        ("sha256", SHA256.fullmatch, "is no SHA-256; write its 64 digits 0-9 a-f, or leave the cell empty"),
    ]
    for name, accepts, advice in rules:
        cells = register[name].dropna()
        bad = [row for row, cell in cells.items() if not accepts(cell)]
        if bad:
            raise ContractError(f"{file}, row {bad[0] + 2}, column {name!r}: {cells[bad[0]]!r} {advice}")
    twice = register["document_id"][register["document_id"].duplicated()]
    if len(twice):
        raise ContractError(
            f"{file}, row {twice.index[0] + 2}, column 'document_id': {twice.iloc[0]!r} is there already; remove a row"
        )
    return register


def _read_entry(entry, read_page, settled):
    """Return the page of a register's entry (an empty one where it cannot be read), its reader, its status and the reason."""
    key, file, known = entry["document_id"], entry["page"], entry["sha256"]
    raw = read_page(file)
    if raw is None:
        return NO_PAGE, None, "page missing", f"{key} has no page: {file} is not in the pages folder."
    found = hashlib.sha256(raw).hexdigest()
    if isinstance(known, str) and found != known:
        reason = f"{key}: {file} is not the page registered (its SHA-256 is {found[:12]}…, not {known[:12]}…)."
        return NO_PAGE, None, "refused", reason
    try:
        page, reader = read_any(entry["source"], raw, find_number(entry))
    except SourceError as error:
        return NO_PAGE, None, "refused", f"{key}: {file} cannot be read: {error}."
    if page.language and page.language != entry["language"]:
        reason = f"{key}: {file} is in language {page.language!r}, registered as {entry['language']!r}."
        return NO_PAGE, reader, "refused", reason
    if page.date and not settled and not (is_day(page.date) and count_days(page.date, entry["date"]) <= 1):
        reason = f"{key}: the page is dated {page.date}, the register says {entry['date']}"
        if reader in PRINT_THE_DAY and is_day(page.date):
            return NO_PAGE, reader, "refused", f"{reason}; give the right one in corrections.csv."
        return page, reader, "parsed", f"{reason}."
    return page, reader, "parsed", None if page.paragraphs else f"{key}: the body of {file} holds no text."


def find_number(entry):
    """Return the site's own key of a register's entry: what follows the language in its document_id.

    >>> find_number({"document_id": "kremlin-en-55819", "source": "kremlin", "language": "en"})
    '55819'
    """
    return entry["document_id"].split(f"-{entry['language']}-", 1)[-1]


def _describe(entry, page, reader, status, reason):
    """Return the row of DOCUMENTS for an entry and its page."""
    taken = {name: entry[name] for name in ("document_id", "source", "language", "url", "date", "event_type", "seed_document")}
    printed = {"page_date": page.date, "page_time": page.time, "title": page.title or entry["title"], "lead": page.lead}
    tags = {name: "; ".join(getattr(page, name)) or None for name in ("sections", "topics", "persons")}
    counts = {name: getattr(page, name) for name in ("n_chars_body", "n_chars_kept", "n_chars_removed")}
    place = page.place or (entry["place"] if isinstance(entry["place"], str) else None)
    speaker = entry["speaker"] if isinstance(entry["speaker"], str) else page.speaker
    return taken | printed | tags | counts | {
        "status": status, "reason": reason, "reader": reader, "corrected": None, "place": place, "speaker": speaker, "n_paragraphs": len(page.paragraphs)
    }  # fmt: skip


def _write_ranges(ranges):
    """Return ranges as PARAGRAPHS holds them.

    >>> _write_ranges([(0, 5), (7, 9)])
    '0:5 7:9'
    """
    return " ".join(f"{start}:{end}" for start, end in ranges)

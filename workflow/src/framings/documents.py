"""Documents: every registered page read, its body kept as paragraphs or removed piece by piece with a reason."""

import hashlib
import re

import pandas as pd

from framings.days import count_days, is_day
from framings.schemas import DOCUMENTS, PARAGRAPHS, REMOVED, ContractError, check
from framings.sources.kremlin import read_page as read_kremlin
from framings.sources.page import Page, SourceError

READERS = {"kremlin": read_kremlin}
REGISTERED_ONLY = ("eec", "web")  # sources whose documents may be listed though nothing here reads their pages
DOCUMENT_ID = re.compile(r"[a-z0-9._-]{1,100}")
PAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
SHA256 = re.compile(r"[0-9a-f]{64}")
NO_PAGE = Page("", None, None, None, None, None, (), (), (), (), (), 0)


def parse_documents(register, read_page):
    """Return the tables DOCUMENTS, PARAGRAPHS and REMOVED of the registered documents, in the register's order.

    ``read_page`` takes a file name and returns the bytes of the page, or None where it is absent. Every registered
    document has its row: ``parsed``, ``page missing``, or ``refused`` with the sentence that says why (another hash,
    another site, another number or language, a body whose characters do not add up); one bad page costs no other.
    """
    # ASSUME: the day in the register is the day of the event and stays; the day printed on the page goes beside it, and
    # where the two are more than one day apart the document is read all the same and its reason says so.
    check_register(register)
    documents, paragraphs, removed = [], [], []
    for entry in register.to_dict("records"):
        key = entry["document_id"]
        page, status, reason = _read_entry(entry, read_page)
        documents.append(_describe(entry, page, status, reason))
        paragraphs += [
            (key, number, part.text, _write_ranges(part.bold), _write_ranges(part.italic))
            for number, part in enumerate(page.paragraphs)
        ]
        removed += [(key, number, piece.reason, piece.n_chars, piece.text) for number, piece in enumerate(page.removed)]
    return (
        check(pd.DataFrame(documents, columns=list(DOCUMENTS.columns)), DOCUMENTS),
        check(pd.DataFrame(paragraphs, columns=list(PARAGRAPHS.columns)), PARAGRAPHS),
        check(pd.DataFrame(removed, columns=list(REMOVED.columns)), REMOVED),
    )


def check_register(register, file="documents.csv"):
    """Return the register unchanged, or raise ``ContractError`` naming file, row (the heading is row 1) and column.

    Checks the keys (lower case, no path, no key twice), known sources, days of the calendar, names of page files
    that stay in their folder, and fingerprints. Rows are counted by the index, so a part of the register is fine.
    """
    sources = [*READERS, *REGISTERED_ONLY]
    rules = {
        "document_id": (DOCUMENT_ID.fullmatch, "is not 1 to 100 of a-z 0-9 . _ -; write a key such as source-en-123"),
        "source": (sources.__contains__, f"is no known source; write one of {', '.join(sources)}"),
        "date": (is_day, "is no day of the calendar; write it as YYYY-MM-DD"),
        "page": (PAGE_NAME.fullmatch, "is no plain file name; write the name of a file in the pages folder, without a path"),
        "sha256": (SHA256.fullmatch, "is no SHA-256; write its 64 digits 0-9 a-f, or leave the cell empty"),
    }
    for name, (accepts, advice) in rules.items():
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


def _read_entry(entry, read_page):
    """Return the page of a register's entry (an empty one where it cannot be read), its status and the reason."""
    key, file, known = entry["document_id"], entry["page"], entry["sha256"]
    raw = read_page(file)
    if raw is None:
        return NO_PAGE, "page missing", f"{key} has no page: {file} is not in the pages folder."
    found = hashlib.sha256(raw).hexdigest()
    if isinstance(known, str) and found != known:
        return NO_PAGE, "refused", f"{key}: {file} is not the page registered (its SHA-256 is {found[:12]}…, not {known[:12]}…)."
    if entry["source"] in REGISTERED_ONLY:
        return NO_PAGE, "refused", f"{key}: {file} is at hand, but source {entry['source']!r} has no reader yet."
    try:
        page = READERS[entry["source"]](raw, key.rsplit("-", 1)[-1])
    except SourceError as error:
        return NO_PAGE, "refused", f"{key}: {file} cannot be read: {error}."
    if page.language and page.language != entry["language"]:
        return NO_PAGE, "refused", f"{key}: {file} is in language {page.language!r}, registered as {entry['language']!r}."
    if page.date and not (is_day(page.date) and count_days(page.date, entry["date"]) <= 1):
        return page, "parsed", f"{key}: the page is dated {page.date}, the register says {entry['date']}."
    return page, "parsed", None if page.paragraphs else f"{key}: the body of {file} holds no text."


def _describe(entry, page, status, reason):
    """Return the row of DOCUMENTS for an entry and its page."""
    taken = {name: entry[name] for name in ("document_id", "source", "language", "url", "date", "event_type", "seed_document")}
    printed = {"page_date": page.date, "page_time": page.time, "title": page.title or entry["title"], "lead": page.lead}
    tags = {name: "; ".join(getattr(page, name)) or None for name in ("sections", "topics", "persons")}
    counts = {name: getattr(page, name) for name in ("n_chars_body", "n_chars_kept", "n_chars_removed")}
    place = page.place or (entry["place"] if isinstance(entry["place"], str) else None)
    return taken | printed | tags | counts | {
        "status": status, "reason": reason, "place": place, "n_paragraphs": len(page.paragraphs)
    }  # fmt: skip


def _write_ranges(ranges):
    """Return ranges as PARAGRAPHS holds them.

    >>> _write_ranges([(0, 5), (7, 9)])
    '0:5 7:9'
    """
    return " ".join(f"{start}:{end}" for start, end in ranges)

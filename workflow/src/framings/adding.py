"""Adding: a document's page goes into the pages folder and its row into the register of a corpus, and nothing else changes."""

import hashlib
import os
from pathlib import Path

import pandas as pd

from framings.days import count_days, is_day
from framings.documents import check_register, parse_documents
from framings.duplicates import compare_documents
from framings.registers import fill_cells, insert_rows
from framings.schemas import CORRECTIONS, KNOWN_SPEAKERS, REGISTER
from framings.speakers import check_known_speakers
from framings.storage import page_reader, read_hand_table

NEW, NO_PAGE_YET, THERE = "new", "registered, its page was missing", "there already"
COMPARED = ("title", "date", "place", "language", "url")
MOST_NEIGHBOURS = 200


class AddingError(ValueError):
    """A document cannot be added; the message is one plain sentence."""


class Desk:
    """The register, the pages and the people of a corpus, as they are when documents are added.

    Raises a ``ValueError`` with one sentence where one of the files kept by hand is faulty. ``entries`` are the rows of
    the register by document, those accepted but not yet written among them.
    """

    def __init__(self, folder, pages):
        self.folder, self.pages, self.file = Path(folder), Path(pages), Path(folder) / "documents.csv"
        self.raw = self.file.read_bytes() if self.file.exists() else b""
        table = read_hand_table(self.file, REGISTER) if self.raw else pd.DataFrame(columns=list(REGISTER.columns))
        check_register(table, str(self.file))
        self.entries = {entry["document_id"]: entry for entry in table.to_dict("records")}
        self.known = check_known_speakers(read_hand_table(self.folder / "speakers.csv", KNOWN_SPEAKERS))
        corrections = self.folder / "corrections.csv"
        self.corrections = read_hand_table(corrections, CORRECTIONS) if corrections.exists() else None
        self.read_page = page_reader(self.pages)
        self.waiting, self.filled, self._noted = [], {}, set()
        self._of_bytes = {entry["sha256"]: key for key, entry in self.entries.items() if isinstance(entry["sha256"], str)}
        self._of_day = {}
        for key, entry in self.entries.items():
            self._of_day.setdefault(entry["date"], []).append(key)

    def judge(self, entry, raw):
        """Return (NEW, NO_PAGE_YET or THERE, the row of the register that the document has or would have).

        Raises ``AddingError`` where another document has the key, or other bytes are registered for it.
        """
        key, found = entry["document_id"], hashlib.sha256(raw).hexdigest()
        same = self._of_bytes.get(found)
        if same and (same in self._noted or (same != key and self.read_page(self.entries[same]["page"]) is not None)):
            return THERE, self.entries[same]
        if key not in self.entries:
            self._refuse_other_page(entry["page"], raw)
            return NEW, entry
        held = self.entries[key]
        page = self.read_page(held["page"])
        if page == raw:
            return THERE if isinstance(held["sha256"], str) else NO_PAGE_YET, held
        if page is not None:
            raise AddingError(
                f"{key} is registered already with another page ({held['page']}); pages never change: remove that row and page "
                "by hand if they are wrong, or give this document another id with --id"
            )
        if isinstance(held["sha256"], str) and held["sha256"] != found:
            raise AddingError(
                f"{key} is registered with another page (its SHA-256 is {held['sha256'][:12]}…, not {found[:12]}…); "
                "find that page, or empty the cell sha256 in its row"
            )
        return NO_PAGE_YET, held

    def find_alike(self, entries, raws):
        """Return {document: sentences} on documents in the same language whose text those on offer repeat.

        Looked at are those registered at most a day apart, and those on offer among themselves.
        """
        # ASSUME: documents further apart repeat each other seldom; compare_documents looks through all of them in each run.
        wanted = {entry["date"] for entry in entries if is_day(entry["date"])}
        held = dict(zip((entry["page"] for entry in entries), raws, strict=True))
        days = [day for day in sorted(self._of_day) if any(count_days(day, other) <= 1 for other in wanted)]
        near = [self.entries[key] for day in days for key in self._of_day[day]]
        near = [entry for entry in near if entry["page"] not in held and (self.pages / entry["page"]).is_file()]
        if len(near) + len(entries) < 2:
            return {}
        register = pd.DataFrame([*near[:MOST_NEIGHBOURS], *entries], columns=list(REGISTER.columns))
        documents, paragraphs, _ = parse_documents(register, lambda name: held.get(name) or self.read_page(name))
        table, _ = compare_documents(documents, paragraphs)
        found = {}
        for row in table.itertuples():
            for key, other in ((row.document_id, row.other_id), (row.other_id, row.document_id)):
                found.setdefault(key, []).append(
                    f"{other} has much the same text ({row.relation}, {row.similarity:.0%} of the five-word runs): {row.reason}"
                )
        return found

    def accept(self, entry, raw):
        """Keep the page and note the row; ``save`` writes the register."""
        from framings.keeping import store_page

        if self.read_page(entry["page"]) is None:
            store_page(self.pages, entry["page"], raw)
        if entry["document_id"] not in self.entries:
            self.waiting.append(entry)
        elif not isinstance(self.entries[entry["document_id"]]["sha256"], str):
            self.filled[entry["document_id"]] = {"sha256": hashlib.sha256(raw).hexdigest()}
        self.note(entry, raw)

    def note(self, entry, raw):
        """Remember a document and its bytes for those that follow, without keeping anything."""
        key, found = entry["document_id"], hashlib.sha256(raw).hexdigest()
        if key not in self.entries:
            self._of_day.setdefault(entry["date"], []).append(key)
        self.entries[key] = entry | {"sha256": found}
        self._of_bytes[found] = key
        self._noted.add(key)

    def save(self):
        """Write what was accepted into the register, whole or not at all; refuses where somebody changed it meanwhile."""
        if not self.waiting and not self.filled:
            return
        if (self.file.read_bytes() if self.file.exists() else b"") != self.raw:
            raise AddingError(f"{self.file} was changed by somebody else meanwhile; run the same command again")
        fresh = insert_rows(self.raw, self.waiting) if self.waiting else self.raw
        for key, cells in self.filled.items():
            fresh = fill_cells(fresh, key, cells)
        replace_file(self.file, fresh)
        self.raw, self.waiting, self.filled = fresh, [], {}

    def _refuse_other_page(self, name, raw):
        """Raise where the pages folder has another file of this name."""
        page = self.read_page(name)
        if page is not None and page != raw:
            raise AddingError(
                f"{self.pages / name} is there already with other bytes and belongs to no registered document; move it away"
            )


def find_differences(held, entry):
    """Return (column, as registered, as found) for the columns in which a page differs from its row of the register."""
    return [
        (name, held[name] if isinstance(held[name], str) else None, entry[name])
        for name in COMPARED
        if entry[name] and entry[name] != held[name]
    ]


def replace_file(path, raw):
    """Put bytes in place of a file, whole or not at all, with the permissions that it had."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            part.chmod(path.stat().st_mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def fetch_offer(url, language, settings, gate=None):
    """Return the ``Offer`` of the page at an address, from where ``settings`` (the section fetch) allow to ask for it.

    Raises ``AddingError`` with the reason where no place gave it.
    """
    from tempfile import TemporaryDirectory

    from framings.addresses import find_key
    from framings.fetching import fetch_pages
    from framings.gate import split_web_address
    from framings.proposals import Offer

    split_web_address(url)
    key = find_key(url, language)
    language = key.language if key.language in REGISTER.columns["language"].values else language
    entry = dict.fromkeys(REGISTER.columns) | {
        "document_id": f"{key.source}-{language}-{key.number}", "source": key.source, "language": language, "url": url,
        "date": "2000-01-01", "page": "page.html",
    }  # fmt: skip
    if not (settings.get("archives") or settings.get("wayback") or settings.get("live")):
        raise AddingError(f"{url} was not asked for: config.yaml allows neither archives nor wayback nor live under fetch")
    with TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        fetched = fetch_pages(pd.DataFrame([entry]), pages, **settings, gate=gate, progress=False)
        got = fetched[fetched["status"] == "fetched"].to_dict("records")
        if not got:
            reasons = "; ".join(dict.fromkeys(fetched["reason"].dropna()))
            raise AddingError(
                f"{url} could not be had: {reasons or 'nothing was found'}; save the page in a browser and add the file"
            )
        raw = (pages / "page.html").read_bytes()
    note = f"from {got[0]['origin']}: {got[0]['address']}" + (
        f", taken {got[0]['time']}" if isinstance(got[0]["time"], str) else ""
    )
    return Offer(url, raw, key.number, {"url": url, "note": note})

"""Keeping pages: each tested, then written once and whole, with a row in the journal and its record in the crawl."""

import csv
import hashlib
import io
import os
from pathlib import Path

from framings.blocks import refuse_block_page, refuse_cut
from framings.documents import find_number
from framings.schemas import FETCHED
from framings.sources.page import SourceError


class FetchError(ValueError):
    """Fetching cannot begin, or was ended; the message is one plain sentence."""


class Keeper:
    """One call: the rows so far, and the three places that keep a page (crawl, journal, folder), written in this order."""

    def __init__(self, folder, journal, crawl):
        from framings.crawls import Crawl

        self.folder, self.rows, self.advance = Path(folder), [], lambda *_: None
        self._lock = lock_folder(self.folder)
        try:
            self.journal = open_journal(journal) if journal else None
            self.crawl = Crawl(crawl) if crawl else None
        except BaseException:
            self.close()
            raise
        for part in self.folder.glob(".*.part"):
            part.unlink()

    def count_kept(self):
        """Return how many pages were kept, in words."""
        n_kept = len({row["page"] for row in self.rows if row["status"] == "fetched" and (self.folder / row["page"]).is_file()})
        return f"{n_kept} {'page is' if n_kept == 1 else 'pages are'} kept"

    def close(self):
        """Let other runs into the folder."""
        if self._lock is not None:
            os.close(self._lock)

    def note(self, entry, status, origin, **facts):
        """Append a row to the table and the journal."""
        facts |= {name: " ".join(str(facts[name]).split()) for name in ("reason", "address", "redirects") if facts.get(name)}
        row = dict.fromkeys(FETCHED.columns) | {"document_id": entry["document_id"], "page": entry["page"]}
        self.rows.append(row | {"status": status, "origin": origin} | facts)
        if self.journal:
            append_row(self.journal, [self.rows[-1][name] for name in FETCHED.columns])

    def accept(self, entry, raw, origin, address, time=None, answer=None, **notes):
        """Keep a page that passes all tests and return None, or return the error that refuses it."""
        status = answer.status if answer else None
        redirects = " ".join(answer.redirects) if answer else None
        if os.path.lexists(self.folder / entry["page"]):
            return FetchError(f"page {entry['page']} is in the folder already; give each document a page of its own")
        try:
            check_page(entry, raw, status)
        except ValueError as error:
            return error
        found = hashlib.sha256(raw).hexdigest()
        facts = {"address": address, "redirects": redirects or None, "time": time, "http_status": status}
        if self.crawl:
            notes |= {"document_id": entry["document_id"], "page": entry["page"], "origin": origin, "sha256": found}
            self.crawl.write_page(
                raw, answer, address if address.startswith("http") else entry["url"], time, notes | {"redirects": redirects}
            )
        self.note(entry, "fetched", origin, **facts, n_bytes=len(raw), sha256=found)
        store_page(self.folder, entry["page"], raw)
        self.advance()
        return None


def find_missing(register, folder):
    """Return the rows of the register, as mappings, whose page is not in ``folder``."""
    folder = Path(folder)
    return [row for row in register.to_dict("records") if not os.path.lexists(folder / row["page"])]


def check_page(entry, raw, http_status=None):
    """Raise ``SourceError`` where bytes are not the page of a register's entry; the SHA-256 registered settles it alone."""
    known, found = entry["sha256"], hashlib.sha256(raw).hexdigest()
    if found == known and http_status in (None, 200):
        return
    page = refuse_block_page(entry["source"], raw, find_number(entry), http_status)
    refuse_cut(raw)
    if isinstance(known, str):
        raise SourceError(f"this is not the page registered (its SHA-256 is {found[:12]}…, not {known[:12]}…)")
    if page.language and page.language != entry["language"]:
        raise SourceError(f"the page is in language {page.language!r}, registered as {entry['language']!r}")


def store_page(folder, name, raw):
    """Write the bytes of a page as ``name`` in ``folder``: whole or not at all, never over a page that is there."""
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if path.parent != folder or path.name != name or path.is_symlink():
        raise FetchError(f"page {name!r} is no plain file name; correct it in the register")
    part = folder / f".{name[:100]}.part"
    try:
        with part.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o444)
        if os.path.lexists(path):
            raise FetchError(f"page {name} is in the folder already; it was not touched")
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def lock_folder(folder):
    """Return an open file that keeps other runs out of the folder until it is closed or this run ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise FetchError(f"another run is fetching into {folder}; wait until it ends") from error
    return lock


def open_journal(path):
    """Return the path of a journal that begins with its heading and ends with a whole row."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = path.read_bytes() if path.exists() else b""
    heading = (",".join(FETCHED.columns) + "\n").encode()
    whole = raw[: raw.rfind(b"\n") + 1]
    if whole and not whole.startswith(heading):
        raise FetchError(f"{path}, row 1: the columns are not those of a journal of fetched pages; move the file away")
    if not whole:
        path.write_bytes(heading)
    elif whole != raw:
        os.truncate(path, len(whole))
    return path


def append_row(path, cells):
    """Append a row to a CSV file and have the disk keep it."""
    from framings.crawls import append_bytes

    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(["" if cell is None else cell for cell in cells])
    append_bytes(path, line.getvalue().encode())

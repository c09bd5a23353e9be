"""Archives: the pages of registered documents, found in a folder, a zip file, a web archive or a table that someone froze."""

import hashlib
import re
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from framings.addresses import find_key
from framings.guards import CHUNK, MB, MOST_BYTES, MOST_MEMBER, GuardError, check_zip, read_member
from framings.warcs import iterate_warc, read_payload
from framings.zips import find_name_fault, read_digests, unpack_member

PLACE = re.compile(r"(.+?)(?:\s+sha256:([0-9a-fA-F]{64}))?\s*")
WARC_NAME = re.compile(r"\.warc(\.gz)?$", re.IGNORECASE)
TABLE_NAME = re.compile(r"\.(csv|jsonl)(\.gz)?$|\.parquet$", re.IGNORECASE)
MOST_ENTRIES = 200_000


class ArchiveError(ValueError):
    """A place is no archive that can be read; the message is one plain sentence."""


@dataclass(frozen=True)
class Found:
    """A page found: its bytes, the address it was taken from and when (UTC), where known, and the archive's member."""

    raw: bytes
    address: str | None
    time: str | None
    member: str


def open_archive(place, download=None):
    """Return the ``Path`` of an archive, checked against its SHA-256 where one is given.

    ``place`` is a path or an address, followed by `` sha256:`` and 64 digits; an address must have them. ``download``
    takes an address and returns the path of the file. Raises ``ArchiveError`` in one sentence.
    """
    name, known = PLACE.fullmatch(str(place)).groups()
    remote = re.match(r"[a-z][a-z0-9+.-]+://", name, re.IGNORECASE)
    if remote and not known:
        raise ArchiveError(f"archive {name} has no SHA-256; write it as: {name} sha256:<64 digits>")
    if remote and not download:
        raise ArchiveError(f"archive {name} is not on this machine; download it and write its path")
    path = Path(download(name)) if remote else Path(name)
    if not path.exists():
        raise ArchiveError(f"archive {name} is not there; correct the path or leave it out")
    if known:
        if path.is_dir():
            raise ArchiveError(f"archive {name} is a folder, which has no SHA-256; leave it out")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != known.lower():
            raise ArchiveError(
                f"archive {name} has SHA-256 {found[:12]}…, not {known[:12].lower()}…; download it again or correct the digits"
            )
    return path


def find_pages(place, wanted, download=None, faults=None):
    """Yield (document_id, ``Found``) for the pages that an archive holds of the documents wanted, in the archive's order.

    ``place`` is what ``open_archive`` takes: a folder, a zip file, a WARC (packed or not), a WACZ, or a table (CSV, JSON
    lines, Parquet); ``wanted`` are rows of the register as mappings. A page is matched by its file name or its SHA-256
    (folder, zip), by the key of its address or its SHA-256 (WARC, WACZ), or by the id or address of a record (table).
    One document may be yielded several times, once a copy; where the register knows the SHA-256, only that copy is.
    The archive is read as a stream. What is damaged or hostile in it is left out, with one sentence each appended to the
    list ``faults``; an archive that is so as a whole raises ``ArchiveError`` or ``GuardError``.
    """
    path = open_archive(place, download)
    search = _Search(wanted, [] if faults is None else faults)
    if path.is_dir():
        yield from _search_folder(path, search)
        return
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith((b"PK\3\4", b"PK\5\6")):
            yield from _search_zip(file, path.name, search)
        elif head.startswith(b"WARC/") or _is_packed_warc(file):
            yield from _search_warc(file, path.name, search)
        elif TABLE_NAME.search(path.name) or head.startswith(b"PAR1"):
            yield from _search_table(path, search)
        else:
            raise ArchiveError(
                f"{path.name} is no archive known here; give a folder, .zip, .warc, .warc.gz, .wacz, .csv, .jsonl or .parquet"
            )


def _is_packed_warc(file):
    """Return whether an open file is a WARC packed by gzip."""
    file.seek(0)
    try:
        return zlib.decompressobj(31).decompress(file.read(CHUNK), 5) == b"WARC/"
    except zlib.error:
        return False


class _Search:
    """The documents wanted, by everything that a copy can be known by."""

    def __init__(self, wanted, faults):
        self.rows = {row["document_id"]: row for row in wanted}
        self.faults = faults
        self.known = {
            key: row["sha256"].lower() for key, row in self.rows.items() if isinstance(row.get("sha256"), str) and row["sha256"]
        }
        self.names, self.keys, self.hashes = {}, {}, {}
        for key, row in self.rows.items():
            self.names.setdefault(row["page"], []).append(key)
            self.keys.setdefault(key, []).append(key)
            if address := find_key(row["url"]):
                self.keys.setdefault(address.document_id, [])
                self.keys[address.document_id] += [] if key in self.keys[address.document_id] else [key]
            if key in self.known:
                self.hashes.setdefault(self.known[key], []).append(key)

    def find_by_address(self, url):
        """Return the ids of the documents behind an address."""
        key = find_key(url)
        return self.keys.get(key.document_id, []) if key else []

    def find_by_headers(self, headers):
        """Return the ids of the documents that a WARC record holds: by the page file that a deposit names, else by address."""
        named = self.names.get(headers.get("warc-filename"))
        return named or self.find_by_address(headers.get("warc-target-uri", "").strip("<>"))

    def take(self, named, raw, address, time, member):
        """Yield the documents whose page these bytes are: those named, unless the register knows other bytes, and those known."""
        found = hashlib.sha256(raw).hexdigest()
        for key in dict.fromkeys([*named, *self.hashes.get(found, [])]):
            if self.known.get(key, found) == found:
                yield key, Found(raw, address, time, member)
            else:
                self.faults.append(
                    f"{member} is not the page registered for {key}: its SHA-256 is {found[:12]}…; it was left out"
                )


def _search_folder(folder, search):
    """Yield what is found in the files of a folder and its subfolders; links that lead out of it are not followed."""
    home = folder.resolve()
    paths = sorted(folder.rglob("*"))  # follows no links to folders
    if len(paths) > MOST_ENTRIES:
        raise ArchiveError(f"{folder.name} has more than {MOST_ENTRIES:,} files; give a folder of pages")
    for path in paths:
        member = path.relative_to(folder).as_posix()
        try:
            if path.is_symlink() and home not in path.resolve().parents:
                search.faults.append(f"{member} is a link that leads out of the folder; it was left out")
            elif path.is_file():
                yield from _search_file(path, member, search)
        except (OSError, RuntimeError, GuardError) as error:  # RuntimeError: links in a circle
            search.faults.append(f"{member} cannot be read ({error}); it was left out")


def _search_file(path, member, search):
    """Yield what is found in a file of a folder: a page, or the pages of a web archive."""
    named = search.names.get(path.name, [])
    if WARC_NAME.search(path.name):
        with path.open("rb") as file:
            yield from _search_warc(file, member, search)
    elif path.stat().st_size > MOST_MEMBER:
        search.faults += [f"{member} has more than {MOST_MEMBER / MB:.0f} MB; it was left out"] if named else []
    elif named or search.hashes:
        yield from search.take(named, path.read_bytes(), None, None, member)


def _search_zip(file, what, search):
    """Yield what is found in a zip file: pages, and the web archives in it. The names of its members are never used as paths."""
    archive = check_zip(file, what, MOST_ENTRIES, MOST_BYTES)
    digests = read_digests(archive, what)
    for info in archive.infolist():
        member = f"{what}/{info.filename}"
        if fault := find_name_fault(info):
            search.faults.append(f"{what}: {info.filename!r} {fault}; it was left out")
        elif WARC_NAME.search(info.filename):
            with tempfile.TemporaryFile() as unpacked:
                if fault := unpack_member(archive, info, unpacked, digests.get(info.filename)):
                    search.faults.append(f"{member} {fault}; it was left out")
                else:
                    yield from _search_warc(unpacked, member, search)
        elif not info.is_dir():
            named = search.names.get(PurePosixPath(info.filename).name, [])
            if named or (search.hashes and info.file_size <= MOST_MEMBER):
                try:
                    raw = read_member(archive, info, what)
                except GuardError as error:
                    search.faults.append(f"{error}; it was left out")
                    continue
                yield from search.take(named, raw, None, None, member)


def _search_warc(file, what, search):
    """Yield what is found in a web archive; a repeated answer stored as a reference is looked up in a second reading."""
    # ASSUME: a reference (revisit) is to a record of the same file with the same payload digest, as crawlers write them.
    sought, taken = {}, set()

    def accept(headers):
        return bool(search.hashes or search.find_by_headers(headers))

    for record in iterate_warc(file, what, accept, search.faults):
        named = search.find_by_headers(record.headers)
        if record.kind == "revisit":
            if named and record.digest:
                sought.setdefault(record.digest, []).append((named, record))
            continue
        taken |= {(key, record.digest) for key in named}
        yield from _take_record(record, named, record, what, search)
    sought = {
        digest: [(named, record) for named, record in pairs if not all((key, digest) in taken for key in named)]
        for digest, pairs in sought.items()
    }
    sought = {digest: pairs for digest, pairs in sought.items() if pairs}
    if not sought:
        return

    def is_original(headers):
        return headers.get("warc-type") != "revisit" and headers.get("warc-payload-digest") in sought

    for record in iterate_warc(file, what, is_original, []):
        for named, reference in sought.pop(record.digest, []):
            yield from _take_record(record, named, reference, what, search)


def _take_record(record, named, reference, what, search):
    """Yield the documents whose page a record is; ``reference`` is the record that says from where and when."""
    member = f"{what}@{record.offset}"
    try:
        raw = read_payload(record)
    except ValueError as error:
        if named:
            search.faults.append(f"{member}: {record.address} {error}; it was left out")
        return
    yield from search.take(named, raw, reference.address, reference.time, member)


def _search_table(path, search):
    """Yield what is found in a table of documents: each record as the bytes of a page of its own."""
    from framings.records import iterate_records, list_keys, write_record

    numbers = {}
    for key, row in search.rows.items():
        numbers.setdefault((row["language"], key.removeprefix(f"{row['source']}-{row['language']}-")), []).append(key)
    for record in iterate_records(path, search.faults):
        named = search.find_by_address(record.get("url"))
        if not named:
            spoken = re.findall(r"(?<![a-z.])(en|ru)(?![a-z])", str(record["doc_id"]).lower())
            languages = spoken[-1:] or ["en", "ru"]
            named = [key for number in list_keys(record) for key in search.keys.get(number, [])]
            named += [
                key for language in languages for number in list_keys(record) for key in numbers.get((language, number), [])
            ]
            named = list(dict.fromkeys(named))
        if len(named) > 1:
            search.faults.append(
                f"{path.name}: record {record['doc_id']!r} may be {' or '.join(named)}; write the document id into its column doc_id"
            )
        elif named:
            yield from search.take(named, write_record(record), record.get("url"), None, f"{path.name}#{record['doc_id']}")

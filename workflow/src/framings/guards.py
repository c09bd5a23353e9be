"""Guards: nothing that was packed is unpacked beyond what a corpus can hold, and no XML brings entities."""

import re
import struct
import zipfile
import zlib

MB = 1_000_000
MOST_ENTRIES, MOST_MEMBER, MOST_BYTES = 200_000, 50 * MB, 20_000 * MB
# ASSUME: text shrinks 3 to 30 times; DEFLATE can shrink at most 1,032 times, and only what repeats itself as bombs do.
MOST_RATIO, FREE_BYTES = 200, 2 * MB  # what is smaller than FREE_BYTES harms nobody, whatever its ratio
CHUNK = 65_536
END_RECORD, END_RECORD_64, LOCATOR_64, ENTRY = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2"
XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']*)")
XML_ENCODINGS = (b"utf-8", b"utf-16", b"us-ascii")


class GuardError(ValueError):
    """Something packed would unpack to more than it should, or hides something; the message is one plain sentence."""


def check_zip(file, what, most_entries=MOST_ENTRIES, most_member=MOST_MEMBER, most_bytes=MOST_BYTES, most_ratio=MOST_RATIO):
    """Return the ``ZipFile`` in ``file`` (an open binary file) once its directory promises nothing out of bounds.

    Bounds: entries, declared bytes of each and of all together, and how many times larger than packed. Refuses members
    that overlap, are encrypted, or are packed with anything but DEFLATE, since only that is unpacked bit by bit. Raises
    ``GuardError`` that begins with ``what``. The directory may lie: read members with ``read_member``.
    """
    n_bytes_file = _refuse_long_directory(file, what, most_entries)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, struct.error) as error:
        raise GuardError(f"{what} is no whole zip file ({error}); get it again") from error
    members = archive.infolist()
    for info in members:
        if info.flag_bits & 1:
            raise GuardError(f"{what}: {info.filename!r} is encrypted; save it without a password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise GuardError(f"{what}: {info.filename!r} is packed by method {info.compress_type}; pack it as an ordinary zip")
        _refuse_size(f"{what}: {info.filename!r}", info.compress_size, info.file_size, most_member, most_ratio)
    packed, unpacked = sum(info.compress_size for info in members), sum(info.file_size for info in members)
    if packed > n_bytes_file:
        raise GuardError(f"{what} has members that overlap, as only a zip bomb has; do not use it")
    _refuse_size(what, packed, unpacked, most_bytes, most_ratio)
    return archive


def read_member(archive, info, what, most_member=MOST_MEMBER, most_ratio=MOST_RATIO):
    """Return the bytes of a member of a zip file, refusing one that is longer than the directory says or damaged."""
    _refuse_size(f"{what}: {info.filename!r}", info.compress_size, info.file_size, most_member, most_ratio)
    chunks, left = [], info.file_size
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(min(CHUNK, left + 1)):
                chunks.append(chunk)
                left -= len(chunk)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, struct.error) as error:
        raise GuardError(f"{what}: {info.filename!r} is damaged ({error}); get the file again") from error
    if left:
        raise GuardError(f"{what}: {info.filename!r} is not as long as the directory says; get the file again")
    return b"".join(chunks)


def inflate_limited(file, what, most_bytes=MOST_BYTES, most_ratio=MOST_RATIO):
    """Yield the bytes of a gzip file (an open binary file) in chunks of at most 64 kB, all its members in a row.

    Memory is flat. Raises ``GuardError`` that begins with ``what`` as soon as there are more bytes than allowed, or more
    than ``most_ratio`` times those read, and where the file is cut off or damaged.
    """
    engine, n_in, n_out, n_members, rest = zlib.decompressobj(31), 0, 0, 0, b""
    fresh = True  # whether nothing of the present member was read yet
    try:
        while block := rest or file.read(CHUNK):
            n_in += 0 if rest else len(block)
            if n_members and fresh and not block.strip(b"\0"):  # padding after the last member
                rest = b""
                continue
            chunk = engine.decompress(block, CHUNK)
            n_out += len(chunk)
            _refuse_size(what, n_in, n_out, most_bytes, most_ratio)
            if chunk:
                yield chunk
            rest, fresh = engine.unconsumed_tail, False
            if engine.eof:
                engine, rest, fresh, n_members = zlib.decompressobj(31), engine.unused_data, True, n_members + 1
    except (zlib.error, EOFError) as error:
        raise GuardError(f"{what} is no whole gzip file ({error}); get it again") from error
    if not fresh or not n_members:
        raise GuardError(f"{what} is cut off before its end; get it again")


def refuse_entities(raw, what):
    """Return the bytes of an XML text unchanged, or raise ``GuardError`` where it declares a document type or an entity.

    Neither has a place in a document; entities can grow without bound and can point at other files. Encodings in which
    the declaration would not be seen are refused too.
    """
    plain = raw.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n")
    encoding = XML_ENCODING.match(plain[:300])
    if not plain.startswith(b"<") or (encoding and not encoding[1].lower().startswith(XML_ENCODINGS)):
        raise GuardError(f"{what} is no XML in UTF-8 or UTF-16; save the document again")
    if found := re.search(rb"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", plain, re.IGNORECASE):
        raise GuardError(
            f"{what} declares {found[1].decode()}, which no document needs and an attack does; save the document again"
        )
    return raw


def _refuse_size(what, packed, unpacked, most_bytes, most_ratio):
    """Raise ``GuardError`` where ``unpacked`` bytes are too many, or too many for ``packed`` ones."""
    if unpacked > most_bytes:
        raise GuardError(f"{what} unpacks to more than {most_bytes / MB:,.0f} MB; split it, or take out what is no text")
    if unpacked > FREE_BYTES and unpacked > most_ratio * max(packed, 1):
        raise GuardError(f"{what} unpacks to more than {most_ratio} times its size, as a bomb does; do not use it")


def _refuse_long_directory(file, what, most_entries):
    """Return the size of a zip file whose directory has no more entries than allowed, counted without reading them in."""
    n_bytes = file.seek(0, 2)
    start = max(0, n_bytes - 22 - 65_535 - 20)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(END_RECORD)
    if end < 0 or len(tail) - end < 22:
        raise GuardError(f"{what} is no whole zip file (its end is missing); get it again")
    size = struct.unpack("<L", tail[end + 12 : end + 16])[0]
    if size == 0xFFFFFFFF and tail[max(end - 20, 0) : end].startswith(LOCATOR_64):
        file.seek(struct.unpack("<Q", tail[end - 12 : end - 4])[0] if end >= 20 else 0)
        record = file.read(56)
        size = struct.unpack("<Q", record[40:48])[0] if record.startswith(END_RECORD_64) and len(record) == 56 else n_bytes
    file.seek(max(0, start + end - min(size, n_bytes) - 76))
    found, before = 0, b""
    while found <= most_entries and (block := file.read(CHUNK)):
        found += (before + block).count(ENTRY)
        before = block[-3:]
    file.seek(0)
    if found > most_entries:
        raise GuardError(f"{what} has more than {most_entries:,} entries; split it")
    return n_bytes

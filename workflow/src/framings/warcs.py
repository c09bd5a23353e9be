"""WARC files read as a stream: record by record, memory flat, one damaged record costing no other."""

import base64
import hashlib
import zlib
from dataclasses import dataclass
from io import BytesIO

from framings.guards import FREE_BYTES, MOST_MEMBER, MOST_RATIO
from framings.streams import MAGIC, split_members

MOST_LINE, MOST_LINES = 65_536, 500
HELD = ("response", "resource", "revisit")
ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate")


@dataclass(frozen=True)
class Record:
    """A record of a WARC: its headers (names in lower case), where it begins in the file, and its block of bytes."""

    headers: dict
    offset: int
    block: bytes

    @property
    def kind(self):
        """Return what the record is: response, resource or revisit."""
        return self.headers.get("warc-type", "").lower()

    @property
    def address(self):
        """Return the address that was asked."""
        return self.headers.get("warc-target-uri", "").strip("<>")

    @property
    def time(self):
        """Return when the bytes were taken, YYYY-MM-DDTHH:MM:SSZ, or None.

        >>> Record({"warc-date": "2020-01-02T03:04:05.678Z"}, 0, b"").time
        '2020-01-02T03:04:05Z'
        """
        date = self.headers.get("warc-date", "")
        return date[:19] + "Z" if len(date) >= 20 else None

    @property
    def digest(self):
        """Return the digest of the payload as the record states it, e.g. sha1:BASE32, or None."""
        return self.headers.get("warc-payload-digest")


def iterate_warc(file, what, accept, faults):
    """Yield the ``Record``s of a WARC (an open, seekable binary file, packed or not) whose headers ``accept`` wants.

    Only responses, resources and revisits are offered to ``accept``; the blocks of all others are passed over unread.
    A record that is cut, damaged or says a wrong length is left out, with a sentence that begins with ``what`` appended
    to ``faults``, and reading goes on with the next. Raises ``GuardError`` where the file unpacks as only a bomb does.
    """
    for stream in split_members(file, what, faults):
        yield from _split_records(stream, what, accept, faults)


def read_payload(record, most_bytes=MOST_MEMBER):
    """Return the bytes of the page in a response or resource, chunks joined and unpacked.

    Raises ``ValueError`` with the end of a sentence where the record holds no whole page: another status than 200, cut
    off, not matching its digests, packed in a way not known, or larger than ``most_bytes``.
    """
    if not _agrees(record.headers.get("warc-block-digest"), record.block):
        raise ValueError("does not match its block digest")
    if record.headers.get("warc-truncated"):
        raise ValueError(f"was cut off when it was saved ({record.headers['warc-truncated']})")
    if record.kind == "resource":
        if not _agrees(record.digest, record.block):
            raise ValueError("does not match its payload digest")
        return record.block
    head, body, joined = _open_response(record)
    if head.get_statuscode() != "200":
        raise ValueError(f"has status {head.get_statuscode()}")
    encoding = (head.get_header("Content-Encoding") or "").strip().lower()
    if encoding not in ENCODINGS:
        raise ValueError(f"is packed by {encoding!r}, which is not read here")
    length = head.get_header("Content-Length") or ""
    if length.isdigit() and len(body) < int(length) and not head.get_header("Transfer-Encoding"):
        raise ValueError(f"is cut off after {len(body):,} of {int(length):,} bytes")
    payload = _unpack(joined, encoding, most_bytes)
    if not _agrees(record.digest, body, joined, payload):
        raise ValueError("does not match its payload digest")
    return payload


def _open_response(record):
    """Return the HTTP head of a response, its body as stored, and the body with its chunks joined."""
    from warcio.bufferedreaders import ChunkedDataReader
    from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

    stream = BytesIO(record.block)
    try:
        head = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"]).parse(stream)
    except (StatusAndHeadersParserException, EOFError, UnicodeError) as error:
        raise ValueError(f"has no answer of a web server in it ({error})") from error
    body = stream.read()
    if (head.get_header("Transfer-Encoding") or "").lower() != "chunked":
        return head, body, body
    return head, body, ChunkedDataReader(BytesIO(body)).read()


def _unpack(body, encoding, most_bytes):
    """Return a body unpacked; one that is not packed, whatever its header says, is returned as it is."""
    wbits = 15 if encoding == "deflate" else 31
    if encoding in ("", "identity") or (wbits == 31 and not body.startswith(MAGIC)):
        return body
    for bits in (wbits, -15) if wbits == 15 else (wbits,):
        engine, most = zlib.decompressobj(bits), min(most_bytes, max(FREE_BYTES, MOST_RATIO * len(body)))
        try:
            payload = engine.decompress(body, most + 1)
        except zlib.error:
            continue
        if len(payload) > most:
            raise ValueError("unpacks to far more than a page, as a bomb does")
        if not engine.eof:
            raise ValueError("is cut off in its packed body")
        return payload
    if wbits == 15:
        return body
    raise ValueError("is damaged in its packed body")


def _agrees(stated, *candidates):
    """Return whether one of the candidates has the digest stated (algorithm:base32 or hexadecimal), or none is stated."""
    # ASSUME: tools differ in whether the payload digest is of the body as sent, with chunks joined, or unpacked; any counts.
    algorithm, _, value = (stated or "").partition(":")
    if algorithm.lower() not in ("sha1", "sha-1", "sha256", "sha-256", "md5") or not value:
        return True
    for candidate in candidates:
        digest = hashlib.new(algorithm.lower().replace("-", ""), candidate, usedforsecurity=False)
        if value.lower() == digest.hexdigest() or value.upper().rstrip("=") == base64.b32encode(digest.digest()).decode().rstrip(
            "="
        ):
            return True
    return False


def _split_records(stream, what, accept, faults):
    """Yield the records of a stream that are wanted, looking for the next heading behind whatever is none."""
    while line := stream.readline(MOST_LINE):
        if not line.startswith(b"WARC/"):
            continue
        offset = stream.tell()
        headers = _read_headers(stream)
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 16):
            faults.append(f"{what}: the record near byte {offset} says no length; it was left out")
            continue
        length, kind = int(length), headers.get("warc-type", "").lower()
        if not (kind in HELD and accept(headers)):
            stream.skip(length)
        elif length > MOST_MEMBER:
            faults.append(f"{what}: {headers.get('warc-target-uri')} has {length:,} bytes, more than a page; it was left out")
            stream.skip(length)
        else:
            block = stream.read(length)
            end = stream.read(4)
            if len(block) == length and not end.strip(b"\r\n"):
                stream.unread(end)
                yield Record(headers, offset, block)
            else:
                stream.unread(block + end)
                if not stream.fault:
                    faults.append(f"{what}: {headers.get('warc-target-uri')} has not the length it says; it was left out")


def _read_headers(stream):
    """Return the headers of a record, names in lower case; long ones are joined."""
    headers, name = {}, None
    for _ in range(MOST_LINES):
        line = stream.readline(MOST_LINE)
        if not line.strip():
            break
        if line[:1] in b" \t" and name:
            headers[name] += " " + line.strip().decode("utf-8", "replace")
            continue
        name, _, value = line.decode("utf-8", "replace").partition(":")
        name = name.strip().lower()
        headers[name] = value.strip()
    return headers

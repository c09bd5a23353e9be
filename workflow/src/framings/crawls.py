"""The record of a crawl: a WARC file to which each page that came in is appended whole, so that a kill costs none of them."""

import os
import re
import zlib
from io import BytesIO
from pathlib import Path

from framings.gate import Answer
from framings.visits import write_agent

CHUNK = 1_000_000
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Crawl:
    """A WARC file, each record packed by itself; opened for appending, and mended first where a kill left half a record."""

    def __init__(self, path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        mend_crawl(self.path)
        if not self.path.exists() or self.path.stat().st_size == 0:
            self._append([("", "warcinfo", BytesIO(write_info()), {"WARC-Filename": self.path.name}, None)])

    def write_page(self, raw, answer, address, time, notes):
        """Append a page: the request and the response with its headers as sent (``answer``), or a resource where it came
        from an archive (``answer`` is None), and a metadata record with ``notes``."""
        uri = [answer.url, *answer.redirects][-1] if answer else "%20".join(address.split())
        pairs = {"WARC-Date": answer.time if answer else time if MOMENT.fullmatch(time or "") else None}
        records = [_describe_response(answer, uri, pairs), _describe_request(answer, uri, pairs)] if answer else [
            (uri, "resource", BytesIO(raw), pairs | {"Content-Type": "application/octet-stream"}, None)
        ]  # fmt: skip
        fields = "".join(f"{name}: {' '.join(str(value).split())}\r\n" for name, value in notes.items() if value)
        self._append([*records, (uri, "metadata", BytesIO(fields.encode()), dict(pairs), None)])

    def _append(self, records):
        """Append records in one write, the later ones pointing to the first, and have the disk keep them."""
        from warcio.warcwriter import WARCWriter

        packed = BytesIO()
        writer, first = WARCWriter(packed, gzip=True), None
        for uri, kind, payload, headers, http in records:
            if first:
                headers = headers | {"WARC-Concurrent-To": first}
            headers = {name: value for name, value in headers.items() if value}
            length = len(payload.getvalue())
            record = writer.create_warc_record(uri, kind, payload, length, warc_headers_dict=headers, http_headers=http)
            first = first or record.rec_headers.get_header("WARC-Record-ID")
            writer.write_record(record)
        append_bytes(self.path, packed.getvalue())


def write_info():
    """Return the fields that say what made a crawl."""
    return f"software: {write_agent()}\r\nformat: WARC File Format 1.0\r\n".encode()


def append_bytes(path, raw):
    """Append bytes to a file in one go and have the disk keep them."""
    with Path(path).open("ab", buffering=0) as file:
        file.write(raw)
        os.fsync(file.fileno())


def mend_crawl(path):
    """Cut off what a kill left of a record at the end of a WARC, and return how many bytes that was; whole records stay.

    Raises ``ValueError`` for a file that is damaged elsewhere or is no packed WARC: it is left as it is.
    """
    path = Path(path)
    if not path.exists():
        return 0
    try:
        with path.open("rb") as file:
            end = find_whole_end(file)
    except zlib.error as error:
        raise ValueError(f"{path} is damaged or no packed WARC ({error}); move it away or name another file") from error
    n_bytes = path.stat().st_size - end
    if n_bytes:
        os.truncate(path, end)
    return n_bytes


def find_whole_end(file):
    """Return the offset behind the last whole gzip member of an open binary file; raises ``zlib.error`` where it is damaged.

    >>> import gzip
    >>> whole = gzip.compress(b"one") + gzip.compress(b"two")
    >>> find_whole_end(BytesIO(whole + gzip.compress(b"three")[:9])) == len(whole)
    True
    """
    end, position, engine, rest = 0, 0, zlib.decompressobj(31), b""
    while block := rest or file.read(CHUNK):
        position += 0 if rest else len(block)
        engine.decompress(block)
        rest = engine.unused_data
        if engine.eof:
            end, engine = position - len(rest), zlib.decompressobj(31)
    return end


def _describe_response(answer: Answer, uri, pairs):
    """Return the parts of a response record: the bytes as sent, chunks joined, and the headers as sent."""
    from warcio.statusandheaders import StatusAndHeaders

    headers = [("X-Orig-" + name if name.lower() == "transfer-encoding" else name, value) for name, value in answer.headers]
    http = StatusAndHeaders(f"{answer.status} {answer.reason}".strip(), headers, protocol="HTTP/1.1")
    return uri, "response", BytesIO(answer.sent), dict(pairs), http


def _describe_request(answer: Answer, uri, pairs):
    """Return the parts of a request record."""
    from urllib.parse import urlsplit

    from warcio.statusandheaders import StatusAndHeaders

    parts = urlsplit(uri)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [("Host", parts.hostname), *answer.asked]
    return uri, "request", BytesIO(), dict(pairs), StatusAndHeaders(f"GET {target} HTTP/1.1", headers, is_http_request=True)

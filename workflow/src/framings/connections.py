"""Connections: sockets that reach only what the gate has checked, and answers read whole and within bounds or not at all."""

import contextlib
import socket
import threading
import weakref
import zlib
from datetime import UTC, datetime
from io import BytesIO

from framings.gate import Answer, GateError, OutageError, show_address

CHUNK = 65_536


def open_session(gate, session=None):
    """Return a ``requests`` session (or the one given) whose every request passes the gate, redirects and retries included.

    The name is looked up once more for each connection, all addresses are checked, and one of those very addresses is
    dialled, so that a name that changes its address between check and connection gains nothing. No proxies, no cookies.
    """
    import requests

    session = session or requests.Session()
    session.trust_env = False
    session.headers.update({"User-Agent": gate.agent, "Accept-Encoding": "gzip"})
    session.cookies.set_policy(_refuse_cookies())
    adapter = make_adapter(gate)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _refuse_cookies():
    """Return a cookie policy that takes and sends none."""
    from http.cookiejar import DefaultCookiePolicy

    return DefaultCookiePolicy(allowed_domains=[])


def make_adapter(gate):
    """Return the ``requests`` adapter that dials only addresses the gate has checked and reads answers within its bounds.

    Each response carries its ``Answer``; to who asked it looks as if the body had been sent unpacked.
    """
    from requests.adapters import HTTPAdapter
    from urllib3.response import HTTPResponse

    class GateAdapter(HTTPAdapter):
        def init_poolmanager(self, *args, **kwargs):
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme, self.sockets = make_pools(gate)

        def send(self, request, **kwargs):
            gate.check_address(request.url)
            asked, late = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), threading.Event()
            alarm = threading.Timer(gate.seconds, hang_up, [self.sockets, late])
            alarm.daemon = True
            alarm.start()
            try:
                response = super().send(
                    request, **kwargs | {"stream": True, "proxies": {}, "verify": True, "timeout": gate.timeouts}
                )
                sent = read_bounded(response.raw, gate, request.url, late)
            finally:
                alarm.cancel()
            headers = tuple(response.raw.headers.items())
            body = sent if gate._sink else unpack_body(sent, headers, gate, request.url)
            told = (response.status_code, response.reason or "", headers, body, sent, asked, tuple(request.headers.items()))
            response.answer = Answer(request.url, (), *told)
            response.raw = HTTPResponse(BytesIO(body), status=response.status_code, preload_content=False)
            return response

    return GateAdapter()


def make_pools(gate):
    """Return the pools of connections by scheme, each dialling what the gate has just checked, and the set of their sockets."""
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.exceptions import NewConnectionError

    sockets = weakref.WeakSet()

    class Pinned:
        def _new_conn(self):
            error = None
            checked = [(address, self.port) for address in gate.check_host(self.host)]
            for address in [gate.local] if gate.local else checked:
                try:
                    return socket.create_connection(address, self.timeout)
                except OSError as problem:
                    error = problem
            raise NewConnectionError(self, str(error)) from error

        def connect(self):
            super().connect()
            sockets.add(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = type("PlainConnection", (Pinned, HTTPConnection), {})

    class LocalPool(PlainPool):
        def __init__(self, host, port=None, timeout=None, maxsize=1, block=False, **_for_tls):
            super().__init__(host, port, timeout=timeout, maxsize=maxsize, block=block)

    class SafePool(HTTPSConnectionPool):
        ConnectionCls = type("SafeConnection", (Pinned, HTTPSConnection), {})

    return {"http": PlainPool, "https": LocalPool if gate.local else SafePool}, sockets


def hang_up(sockets, late):
    """End all connections: whatever is still being read is late."""
    late.set()
    for open_socket in list(sockets):
        with contextlib.suppress(OSError):
            open_socket.shutdown(socket.SHUT_RDWR)


def read_bounded(stream, gate, url, late):
    """Return the bytes of a body as they were sent, or raise where they are too many, too slow, or end too early.

    Where the gate has a file to write to, they go there instead, and nothing is returned.
    """
    from urllib3.exceptions import HTTPError

    length = stream.headers.get("Content-Length", "")
    chunked = "chunked" in stream.headers.get("Transfer-Encoding", "").lower()
    chunks, n_bytes = [], 0
    keep = chunks.append
    if gate._sink:
        gate._sink.seek(0)
        gate._sink.truncate()
        keep = gate._sink.write
    try:
        while not late.is_set() and n_bytes <= gate.n_bytes and (chunk := stream.read1(CHUNK, decode_content=False)):
            keep(chunk)
            n_bytes += len(chunk)
    except (HTTPError, OSError) as error:
        if not late.is_set():
            raise OutageError(f"the answer of {show_address(url)} broke off after {n_bytes} bytes; get it again") from error
    finally:
        stream.close()
    if late.is_set():
        raise OutageError(f"{show_address(url)} did not finish its answer within {gate.seconds:g} s; get it again later")
    if n_bytes > gate.n_bytes:
        raise GateError(f"{show_address(url)} answers with more than {gate.n_bytes} bytes; a page is smaller")
    if length.isdigit() and not chunked and int(length) != n_bytes and stream.status not in (204, 304):
        raise OutageError(f"{show_address(url)} sent {n_bytes} of {length} bytes; get it again")
    return b"".join(chunks)


def unpack_body(sent, headers, gate, url):
    """Return a body without its content encoding (gzip, deflate), or raise where it is damaged or grows beyond the bounds."""
    named = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    for packing in reversed([part.strip().lower() for part in named.split(",")]):
        if packing in ("", "identity") or not sent:
            continue
        if packing not in ("gzip", "x-gzip", "deflate"):
            raise GateError(f"{show_address(url)} answers packed as {packing!r}, which was not asked for and cannot be read")
        # A raw deflate stream, which some servers send for "deflate", has no header whose first four bits are 8.
        engine = zlib.decompressobj(31 if "gzip" in packing else 15 if sent[0] & 15 == 8 else -15)
        try:
            body = engine.decompress(sent, gate.n_bytes + 1)
        except zlib.error as error:
            raise OutageError(f"the answer of {show_address(url)} is damaged ({error}); get it again") from error
        if len(body) > gate.n_bytes:
            raise GateError(f"{show_address(url)} answers with more than {gate.n_bytes} bytes when unpacked; a page is smaller")
        if not engine.eof or engine.unused_data:
            raise OutageError(f"the answer of {show_address(url)} breaks off in the middle of its {packing} stream; get it again")
        sent = body
    return sent

"""A server on this machine that plays the Wayback Machine and live sites, their faults included, for the tests of fetching."""

import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from framings.gate import Gate
from framings.waybacks import HOST as ARCHIVE
from framings.waybacks import write_digest

PUBLIC = "93.184.215.14"
AGENT = "framings/0 (tests; contact: jane@example.org)"


@dataclass
class Reply:
    """One answer: ``cut`` ends it after so many bytes, ``drip`` waits so many seconds before each byte, ``sized`` states its length."""

    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    cut: int | None = None
    drip: float = 0.0
    sized: bool = True
    chunked: bool = False


@dataclass
class Capture:
    """A capture: ``digest`` overrides the true one, ``packed`` are headers the crawler had seen, ``reply`` is what is played back."""

    time: str
    reply: Reply
    status: int = 200
    digest: str | None = None
    packed: str | None = None


class Handler(BaseHTTPRequestHandler):
    """Answers as the server's tables say."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        """Answer one request and write down that it came."""
        world = self.server.world
        host = self.headers["Host"].partition(":")[0]
        url = f"http://{host}{self.path}"
        with world.lock:
            world.requests.append((host, self.path, dict(self.headers)))
            n_asked = sum(asked == host for asked, path, _ in world.requests if path != "/robots.txt")
        after, refusal = world.limits.get(host, (None, None))
        if after is not None and n_asked > after and self.path != "/robots.txt":
            self.play(refusal)
        elif host == ARCHIVE and self.path.startswith("/cdx/"):
            self.play(world.archive_fault or Reply(world.search(parse_qs(urlsplit(self.path).query))))
        elif host == ARCHIVE:
            self.play(world.replay(self.path))
        else:
            self.play(world.pages.get(url) or Reply(b"<html><h1>404</h1></html>", 404))

    def play(self, reply):
        """Send a reply with its faults."""
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.sized:
            self.send_header("Content-Length", str(len(reply.body)))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        body = reply.body if not reply.chunked else b"%x\r\n%s\r\n0\r\n\r\n" % (len(reply.body), reply.body)
        try:
            if reply.drip:
                for byte in body:
                    time.sleep(reply.drip)
                    self.wfile.write(bytes([byte]))
            self.wfile.write(b"" if reply.drip else body[: reply.cut])
        except OSError:
            self.close_connection = True
        if reply.cut is not None:
            self.close_connection = True

    def log_message(self, *_):
        """Say nothing."""


class Counted(ThreadingHTTPServer):
    """Counts connections."""

    daemon_threads = True
    n_connections = 0

    def get_request(self):
        """Accept and count one connection."""
        self.n_connections += 1
        return super().get_request()

    def handle_error(self, *_):
        """Say nothing of clients that hung up."""


class World:
    """What the server plays: ``pages`` of live sites by address, ``captures`` of the archive by address, ``limits`` by host."""

    def __init__(self):
        self.pages, self.captures, self.limits, self.requests = {}, {}, {}, []
        self.archive_fault, self.lock = None, threading.Lock()

    def __enter__(self):
        self.server = Counted(("127.0.0.1", 0), Handler)
        self.server.world = self
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def local(self):
        """Return the address and port of the server."""
        return ("127.0.0.1", self.server.server_port)

    @property
    def n_connections(self):
        """Return how many connections were made."""
        return self.server.n_connections

    def asked(self, host):
        """Return the paths asked of a host, in order."""
        return [path for asked, path, _ in self.requests if asked == host]

    def open_gate(self, *hosts, **options):
        """Return a gate whose every connection comes here; names resolve to a public address unless told otherwise."""
        return Gate(
            frozenset(hosts), **{"agent": AGENT, "pause": 0, "resolve": lambda host: [PUBLIC], "local": self.local} | options
        )

    def search(self, query):
        """Return the index of an address as the CDX server writes it."""
        address = normalise_address(query["url"][0])
        lines = [
            f"key) {capture.time} {found} text/html {capture.status} {capture.digest or write_digest(capture.reply.body)} 100"
            for found, captures in self.captures.items()
            for capture in captures
            if normalise_address(found) == address and (query.get("filter") != ["statuscode:200"] or capture.status == 200)
        ]
        return "".join(line + "\n" for line in sorted(lines)).encode()

    def replay(self, path):
        """Return the capture that an address of the archive names."""
        moment, _, address = path.removeprefix("/web/").partition("id_/")
        for capture in self.captures.get(address, []):
            if capture.time == moment:
                headers = {"Memento-Datetime": formatdate(0, usegmt=True), "X-Archive-Src": "x.warc.gz"} | capture.reply.headers
                if capture.packed:
                    headers["X-Archive-Orig-Content-Encoding"] = capture.packed
                return Reply(**(vars(capture.reply) | {"headers": headers}))
        return Reply(b"no", 404)


def normalise_address(url):
    """Return an address as an index of a web archive compares it."""
    return url.split("://", 1)[-1].removeprefix("www.").rstrip("/").lower()

"""The gate: which web addresses may be asked, and how much, how long and how often."""

import ipaddress
import re
import socket
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

LEAST_PAUSE = 3.0
REDIRECTS = (301, 302, 303, 307, 308)
# ASSUME: a name whose last part begins with a letter is a name; all ways to write a number in its place end in a digit part.
HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{0,61}[a-z0-9]")
UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u200b-\u200f\u2028-\u202e\ufeff]")
TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10")))


class GateError(ValueError):
    """An address may not be asked, or its answer may not be used; the message is one plain sentence."""


class OutageError(GateError):
    """A host could not be reached or did not finish its answer; asking another time may help."""


class StrayError(GateError):
    """A redirect led to where nothing may be asked."""


@dataclass(frozen=True)
class Answer:
    """What an address answered: ``redirects`` are the further addresses it led through, ``sent`` the bytes of the body as
    sent, ``body`` the same unpacked, ``headers`` pairs in the order received, ``time`` when it was asked, in UTC."""

    url: str
    redirects: tuple
    status: int
    reason: str
    headers: tuple
    body: bytes
    sent: bytes
    time: str
    asked: tuple = ()

    def get_header(self, name):
        """Return the values of a header, joined by commas, or an empty text."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())


@dataclass
class Gate:
    """What may be asked: ``allowed`` host names and nothing else, ports 80 and 443, addresses of the public internet.

    ``pause`` is the least time in seconds between two requests to a host; under 3 it is refused. ``seconds`` and
    ``n_bytes`` bound one answer, ``max_hops`` its redirects. ``resolve`` takes a name and returns its IP addresses.
    ``local``, for tests, is the (loopback address, port) of a server that plays all hosts: everything is checked as
    ever, but no other connection is ever made, and pauses may be short.
    """

    allowed: frozenset
    agent: str
    pause: float = LEAST_PAUSE
    max_hops: int = 3
    timeouts: tuple = (20.0, 60.0)
    seconds: float = 180.0
    n_bytes: int = 20_000_000
    resolve: object = None
    local: tuple | None = None
    clock: object = time.monotonic
    sleep: object = time.sleep
    _last: dict = field(default_factory=dict, repr=False)
    _session: object = field(default=None, repr=False)
    _sink: object = field(default=None, repr=False)

    def __post_init__(self):
        self.allowed = frozenset(host.lower().rstrip(".") for host in self.allowed)
        self.resolve = self.resolve or resolve_host
        if self.local and not ipaddress.ip_address(self.local[0]).is_loopback:
            raise GateError(f"the server for tests must be on this machine, not at {self.local[0]}")
        if not self.local and self.pause < LEAST_PAUSE:
            raise GateError(
                f"a pause of {self.pause:g} s is too short; wait at least {LEAST_PAUSE:g} s between requests to a site"
            )

    def check_address(self, url):
        """Return (scheme, host, port) of an address that may be asked, or raise ``GateError``; looks its host up, asks nothing."""
        scheme, host, port = split_web_address(url)
        if host not in self.allowed:
            raise GateError(
                f"{show_address(url)} is on {host}, which neither the register nor the settings name; it was not asked"
            )
        self.check_host(host)
        return scheme, host, port

    def check_host(self, host):
        """Return the IP addresses of an allowed host, all of them public, or raise ``GateError``."""
        if host not in self.allowed:
            raise GateError(f"{host} is a host that neither the register nor the settings name; it was not asked")
        try:
            found = [str(address) for address in self.resolve(host)]
        except OSError as error:
            raise OutageError(f"{host} could not be looked up ({error}); check the connection and its name") from error
        if not found:
            raise OutageError(f"{host} has no address; check its name")
        for address in found:
            if not is_public(address):
                raise GateError(f"{host} leads to {address}, which is no address of the public internet; it was not asked")
        return found

    def get(self, url, permit=None):
        """Return the ``Answer`` of an address, following at most ``max_hops`` redirects, each checked as the first was.

        ``permit`` is called with each address before it is asked; it may raise, or return a longer pause. Raises ``GateError`` for what may not be
        asked and for an answer that is too long or leads in a circle, ``StrayError`` for one that leads away, and
        ``OutageError`` for one that is cut or too slow.
        """
        if self._session is None:
            from framings.connections import open_session

            self._session = open_session(self)
        seen = [url]
        while True:
            try:
                _, host, _ = self.check_address(seen[-1])
            except GateError as error:
                raise error if len(seen) == 1 else StrayError(f"{show_address(url)} redirects: {error}") from error
            self.wait(host, permit(seen[-1]) if permit else None)
            answer = self._ask(seen[-1])
            target = answer.get_header("Location")
            if answer.status not in REDIRECTS or not target:
                return Answer(**(vars(answer) | {"url": url, "redirects": tuple(seen[1:])}))
            seen.append(urljoin(seen[-1], target))
            if seen[-1] in seen[:-1]:
                raise GateError(f"{show_address(url)} leads in a circle, back to {show_address(seen[-1])}")
            if len(seen) > self.max_hops + 1:
                raise GateError(f"{show_address(url)} leads through more than {self.max_hops} addresses; register the last one")

    def download(self, url, path, n_bytes=20_000_000_000, seconds=86_400.0):
        """Write what an address answers to the file ``path``, as it is sent, or raise ``GateError`` and leave no file."""
        part = Path(path).with_name(f".{Path(path).name}.part")
        try:
            with part.open("w+b") as file:
                answer = replace(self, n_bytes=n_bytes, seconds=seconds, _sink=file, _session=None).get(url)
            if answer.status != 200:
                raise GateError(f"{show_address(url)} answered {answer.status}, not 200; check the address")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def wait(self, host, seconds=None):
        """Sleep until the pause since the last request to the host is over, and count from its end anew."""
        due = self._last.get(host)
        pause = max(self.pause, seconds or 0)
        if due is not None and (left := due + pause - self.clock()) > 0:
            self.sleep(left)
        self._last[host] = self.clock()

    def _ask(self, url):
        """Return the ``Answer`` to one request, no redirect followed."""
        import requests

        try:
            return self._session.get(url, allow_redirects=False).answer
        except requests.RequestException as error:
            host = urlsplit(url).hostname
            raise OutageError(f"{host} did not answer ({_name_cause(error)}); try again later") from error
        finally:
            self._last[urlsplit(url).hostname] = self.clock()


def split_web_address(url):
    """Return (scheme, host, port) of an address in the plain form the web uses, or raise ``GateError``.

    >>> split_web_address("https://Example.ORG./a?b")
    ('https', 'example.org', 443)
    """
    if not isinstance(url, str) or not url or len(url) > 2000 or UNSEEN.search(url):
        raise GateError(f"{show_address(url)} is no plain web address; write it as http://host/path")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").removesuffix(".").encode("idna").decode("ascii").lower()
    except ValueError as error:
        raise GateError(f"{show_address(url)} is no web address ({error}); write it as http://host/path") from error
    if parts.scheme not in ("http", "https"):
        raise GateError(f"{show_address(url)} begins with {parts.scheme or 'no scheme'!r}; only http and https are asked")
    if "@" in parts.netloc:
        raise GateError(f"{show_address(url)} carries a user name before its host; remove it")
    if not HOST.fullmatch(host):
        raise GateError(f"{show_address(url)} names its host by a number or not at all; only named hosts are asked")
    port = port or {"http": 80, "https": 443}[parts.scheme]
    if port not in (80, 443) or parts.netloc.endswith(":0"):
        raise GateError(f"{show_address(url)} asks port {port}; only 80 and 443 are asked")
    return parts.scheme, host, port


def is_public(address):
    """Return whether an IP address is one of the public internet, and no way round to another one.

    >>> [is_public(a) for a in ("8.8.8.8", "10.0.0.1", "169.254.169.254", "::ffff:8.8.8.8", "2002:7f00:1::", "::1", "224.0.0.1")]
    [True, False, False, False, False, False, False]
    """
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if number.version == 6 and (number.ipv4_mapped or number.is_site_local or any(number in net for net in TUNNELS)):
        return False
    return number.is_global and not (number.is_multicast or number.is_reserved or number.is_unspecified)


def resolve_host(host):
    """Return all IP addresses of a host name."""
    return sorted({found[4][0] for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})


def _name_cause(error):
    """Return the name of what went wrong at the bottom of a chain of errors, in words."""
    cause = getattr(error.args[0], "reason", error) if error.args else error
    if "SSL" in type(cause).__name__:
        return "its certificate is not trusted"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(cause).__name__).lower().removesuffix(" error") or "error"


def show_address(url):
    """Return an address as a sentence may carry it: on one line, of bounded length."""
    text = repr(url)
    return text if len(text) <= 150 else f"{text[:147]}…'"

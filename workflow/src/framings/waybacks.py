"""The Wayback Machine: captures of an address, newest first, as raw bytes checked against the digest of its index."""

import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass

from framings.blocks import BLOCKED
from framings.gate import Answer, GateError, OutageError, show_address
from framings.visits import MOST_OUTAGES, StopError

HOST = "web.archive.org"
MOST_CAPTURES = 10  # tried for one document, newest first
LATER = "run the same command later to go on"
REFUSED = re.compile(rf"(?:{'|'.join(map(str, BLOCKED))})\b")  # as the library's errors begin


@dataclass(frozen=True)
class Capture:
    """A capture: its bytes, the address captured, when (UTC), the Wayback's answer, and whether the digest confirms it."""

    raw: bytes
    address: str
    time: str
    answer: Answer
    confirmed: bool


class Wayback:
    """Asks the Wayback Machine through a gate and the library ``wayback``, whose limits of speed are kept."""

    def __init__(self, gate):
        from wayback import WaybackClient, WaybackSession

        from framings.connections import open_session

        # A local server of tests needs no courtesy; the real one is asked no faster than the library's authors agreed on.
        limits = {"search_calls_per_second": 0, "memento_calls_per_second": 0, "backoff": 0, "retries": 1} if gate.local else {}
        self.n_failures = 0
        self.client = WaybackClient(open_session(gate, WaybackSession(user_agent=gate.agent, **limits)))

    def find_captures(self, addresses):
        """Yield the captures with status 200 of the addresses, best address first, newest capture first, or the
        ``GateError`` of one that could not be used; raises ``StopError`` where the Wayback Machine turns us away."""
        n_tried, seen = 0, set()
        for address in addresses:
            try:
                records = self._search(address)
            except StopError:
                raise
            except GateError as error:
                yield error
                continue
            for record in records:
                if record.digest in seen:
                    continue
                n_tried += 1
                if n_tried > MOST_CAPTURES:
                    return
                try:
                    capture = self._fetch(record)
                except StopError:
                    raise
                except GateError as error:
                    yield error
                else:
                    seen.add(record.digest)
                    yield capture

    def _search(self, address):
        """Return the records of the index for an address, newest first."""
        found = self._ask(
            lambda: list(self.client.search(address, filter_field="statuscode:200", collapse="digest", limit=1000)), address
        )
        good = [record for record in found if record.statuscode == 200]
        return sorted(good, key=lambda record: (record.timestamp, record.original), reverse=True)

    def _fetch(self, record):
        """Return the ``Capture`` of a record, its bytes checked against the record's digest."""
        memento = self._ask(lambda: self.client.get_memento(record, exact=True, follow_redirects=False), record.original)
        answer = memento._raw.answer
        if answer.status != 200:
            raise GateError(f"the capture of {show_address(record.original)} answered {answer.status}, not 200")
        confirmed = any(write_digest(raw) == record.digest for raw in (answer.sent, answer.body))
        if not confirmed and not _was_packed(answer):
            raise OutageError(f"the capture of {show_address(record.original)} is not the one its digest in the index names")
        time = record.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ")
        return Capture(answer.body, record.original, time, answer, confirmed)

    def _ask(self, question, address):
        """Return what ``question`` returns, the library's errors turned into sentences; three failures in a row stop the asking."""
        import requests
        from wayback.exceptions import BlockedByRobotsError, BlockedSiteError, MementoPlaybackError, WaybackException
        from wayback.exceptions import RateLimitError, WaybackRetryError  # isort: skip

        try:
            result = question()
        except (BlockedByRobotsError, BlockedSiteError) as error:
            raise GateError(f"the Wayback Machine does not show {show_address(address)}") from error
        except (RateLimitError, WaybackRetryError, requests.ConnectionError, requests.Timeout) as error:
            why = "answered 429 (too many requests)" if isinstance(error, RateLimitError) else "does not answer"
            raise StopError(f"{HOST} {why}: nothing more is asked of it; {LATER}") from error
        except (WaybackException, requests.RequestException, OutageError) as error:
            self.n_failures += not isinstance(error, MementoPlaybackError)
            if refusal := REFUSED.match(str(error)):
                raise StopError(f"{HOST} answered {refusal[0]}: nothing more is asked of it; {LATER}") from error
            if self.n_failures >= MOST_OUTAGES:
                raise StopError(
                    f"{HOST} failed {self.n_failures} times in a row ({error}): nothing more is asked of it; {LATER}"
                ) from error
            raise GateError(f"the Wayback Machine could not give {show_address(address)} ({error})") from error
        self.n_failures = 0
        return result


def write_digest(raw):
    """Return the SHA-1 of bytes in base 32, as indexes of web archives write it.

    >>> write_digest(b"")
    '3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    return b32encode(hashlib.sha1(raw, usedforsecurity=False).digest()).decode("ascii")


def _was_packed(answer):
    """Return whether the site had sent the capture packed, so that its digest is that of packed bytes nobody can make again."""
    # ASSUME: the digest is of the bytes as the crawler stored them. Where the site had packed them, the Wayback Machine may
    # unpack and pack them anew, and the digest fits neither; the length or the checksum of gzip, the closing tag and the
    # test of the page itself then stand in for it, and the record of the crawl says so.
    return answer.get_header("X-Archive-Orig-Content-Encoding").lower() not in ("", "identity")

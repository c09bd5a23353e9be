"""Visits to the live sites: with a name and a contact, by the rules of robots.txt, slowly, and never after a refusal."""

import re
from importlib.metadata import version
from urllib.parse import urlsplit

from framings.blocks import BLOCKED, find_wall
from framings.gate import GateError, OutageError, StrayError, show_address

NAME = "framings"
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,8}", re.ASCII)
PLACE = re.compile(r"https?://[\w-]{1,63}(\.[\w-]{1,63}){1,8}(/[\x21-\x7e]{0,200})?", re.ASCII)
MOST_OUTAGES = 3  # in a row, after which a site is left in peace
ADVICE = "use an archive, save the pages in a browser, or run the same command"
LONGEST_PAUSE = 600.0  # seconds; a site that asks for more does not want to be read by programs


class StopError(GateError):
    """A site refused us or is out of order: nothing more is asked of it in this call."""


def write_agent(contact=""):
    """Return the honest User-Agent header: the program, its version, and whom to write to (a mail address or a web page).

    >>> write_agent("jane@example.org").endswith(" (research on published transcripts; contact: jane@example.org)")
    True
    """
    contact = contact.strip()
    if contact and not MAIL.fullmatch(contact) and not PLACE.fullmatch(contact):
        raise GateError(f"the contact {contact!r} is no mail address and no web address; write one of these")
    about = "research on published transcripts" + (f"; contact: {contact}" if contact else "")
    return f"{NAME}/{version(NAME)} ({about})"


class Visitor:
    """Asks live sites through a gate; remembers their robots.txt and which of them refused.

    A site that answers 401, 403, 407, 418, 429 or 451, or with a captcha or another wall, is asked nothing more, and
    neither is one that fails or leads elsewhere three times in a row. Nothing is tried to get round it.
    """

    def __init__(self, gate):
        self.gate = gate
        self.stopped = {}
        self._robots = {}
        self._outages = {}

    def visit(self, url):
        """Return the ``Answer`` of a page's address (status 200, 404 or 410), or raise ``GateError``, ``StopError`` to stop."""
        host = urlsplit(url).hostname
        try:
            answer = self.gate.get(url, permit=self.permit)
        except (OutageError, StrayError) as error:
            self._count_outage(host, str(error))
            raise
        host = urlsplit((url, *answer.redirects)[-1]).hostname
        self._heed(host, answer)
        if answer.status >= 500:
            problem = f"{host} answered {answer.status}; try again later"
            self._count_outage(host, problem)
            raise OutageError(problem)
        self._outages[host] = 0
        if answer.status not in (200, 404, 410):
            raise GateError(f"{show_address(url)} answered {answer.status}; check the address")
        return answer

    def permit(self, url):
        """Return the pause in seconds that a site asks for before ``url`` is read, or raise where it may not be read."""
        scheme, host, _ = self.gate.check_address(url)
        if host in self.stopped:
            raise StopError(self.stopped[host])
        if host not in self._robots:
            self._robots[host] = self._read_robots(scheme, host)
        rules = self._robots[host]
        if not rules.can_fetch(url, NAME):
            raise GateError(f"robots.txt of {host} asks programs not to read {show_address(url)}; save the page in a browser")
        pause = rules.crawl_delay(NAME) or 0.0
        if rate := rules.request_rate(NAME):
            pause = max(pause, rate.seconds / max(rate.requests, 1))
        if pause > LONGEST_PAUSE:
            self.stop(host, f"robots.txt of {host} asks for {pause:g} s between requests, too long to wait; use an archive")
        return pause

    def stop(self, host, sentence):
        """Ask nothing more of a host, and raise ``StopError`` that says why."""
        self.stopped[host] = sentence
        raise StopError(sentence)

    def _read_robots(self, scheme, host):
        """Return the rules of a host's robots.txt; where it has none (status 4xx), everything may be read."""
        from protego import Protego

        try:
            answer = self.gate.get(f"{scheme}://{host}/robots.txt")
        except GateError as error:
            self.stop(host, f"robots.txt of {host} could not be read, so nothing else is asked there: {error}")
        self._heed(host, answer)
        if answer.status >= 500 or find_wall(answer.body):
            self.stop(
                host,
                f"robots.txt of {host} answered {answer.status} and cannot be read, so nothing else is asked there; {ADVICE} later",
            )
        return Protego.parse(answer.body[:500_000].decode("utf-8", "replace") if answer.status == 200 else "")

    def _heed(self, host, answer):
        """Stop where a site turns the request away, by its status or with a wall."""
        if answer.status in BLOCKED:
            after = answer.get_header("Retry-After")
            later = f" after {after} s" if after.isdigit() else " another day"
            self.stop(
                host, f"{host} answered {answer.status} {BLOCKED[answer.status]}: nothing more is asked of it; {ADVICE}{later}"
            )
        if answer.status not in (200, 404, 410) and (wall := find_wall(answer.body)):
            self.stop(host, f"{host} answered with a wall ({wall}): nothing more is asked of it; {ADVICE} another day")

    def _count_outage(self, host, sentence):
        """Stop where a host has failed too often in a row."""
        self._outages[host] = self._outages.get(host, 0) + 1
        if self._outages[host] >= MOST_OUTAGES:
            self.stop(host, f"{host} failed {MOST_OUTAGES} times in a row, so nothing more is asked of it: {sentence}")

"""Fetching: the pages of registered documents that are not at hand, from frozen archives, the Wayback Machine, the live sites."""

import hashlib
import logging
import re
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pandas as pd

from framings.blocks import BlockError
from framings.documents import check_register, find_number
from framings.keeping import FetchError, Keeper, find_missing
from framings.schemas import FETCHED, check

ORIGINS = {"archive": "from archives", "wayback": "from the Wayback Machine", "live": "from the live sites"}
LINE_SECONDS = 30


def fetch_pages(
    register, folder, archives=(), wayback=True, live=False, contact="", pause=3.0, journal=None, crawl=None, gate=None, progress=None
):  # fmt: skip
    """Get the page of each registered document that has none in ``folder``; return the table FETCHED of this call.

    Asked in this order: the ``archives`` (paths, or addresses with their SHA-256), the Wayback Machine, and, with ``live``,
    the site itself under an agent that names ``contact`` and with ``pause`` seconds between requests. A page is stored only
    if it is whole, is the page asked for (see ``framings.blocks``) and has the SHA-256 registered, where one is; a page
    that is there is never written again. ``journal`` (CSV, the columns of FETCHED) and ``crawl`` (a packed WARC) grow page
    by page, so that a kill loses nothing, and a second call asks only for what is still missing. ``gate`` replaces the
    gate built from the settings; ``progress`` False is silent, None shows a bar on a terminal and else a line now and then.
    """
    check_register(register)
    wanted = find_missing(register, folder)
    gate = gate or open_gate(register, archives, wayback, live, contact, pause)
    keeper = Keeper(folder, journal, crawl)
    try:
        with _show_progress(len(wanted), progress) as keeper.advance:
            if archives:
                _search_archives(keeper, archives, wanted, gate)
                wanted = find_missing(register, folder)
            _ask_sites(keeper, wanted, gate, wayback, live)
    except KeyboardInterrupt:
        raise FetchError(f"stopped at your wish; {keeper.count_kept()}; run the same command to go on") from None
    except OSError as error:
        raise FetchError(
            f"a file could not be read or written ({error}); {keeper.count_kept()}; mend it and run again"
        ) from error
    finally:
        keeper.close()
    return check(pd.DataFrame(keeper.rows, columns=list(FETCHED.columns)), FETCHED)


def summarise_fetch(fetched):
    """Return one sentence on a table FETCHED: pages by origin, documents not found or refused, and sites that stopped us."""
    got = fetched[fetched["status"] == "fetched"]
    parts = [f"{n} {ORIGINS[origin]}" for origin, n in got["origin"].value_counts(sort=False).sort_index().items()]
    rest = fetched[~fetched["document_id"].isin(got["document_id"])]
    refused = set(rest.loc[rest["status"] == "refused", "document_id"])
    lost = set(rest.loc[rest["status"] == "not found", "document_id"]) - refused
    said = f"{len(got)} {'page' if len(got) == 1 else 'pages'} fetched" + (f" ({', '.join(parts)})" if parts else "")
    said += f", {len(lost)} not found, {len(refused)} refused"
    stops = fetched.loc[fetched["status"] == "stopped", "reason"].drop_duplicates()
    return "; ".join([said, *stops]) + "."


def open_gate(register, archives=(), wayback=True, live=False, contact="", pause=3.0):
    """Return the ``Gate`` for a register and settings: only hosts that they name, under an honest name."""
    from framings.gate import Gate
    from framings.visits import write_agent
    from framings.waybacks import HOST

    if live and not contact.strip():
        raise FetchError("live pages are asked for only under a name: set contact to a mail address or web page of yours")
    addresses = [str(place).split()[0] for place in archives if "://" in str(place)] + (list(register["url"]) if live else [])
    hosts = {urlsplit(address).hostname for address in addresses if re.match(r"https?://[\w.-]+(?:[:/?#]|$)", address)}
    return Gate(frozenset(hosts - {None} | ({HOST} if wayback else set())), write_agent(contact), pause)


def _search_archives(keeper, archives, wanted, gate):
    """Take the pages wanted from the archives, in their order; note what none of them holds."""
    from framings.archives import find_pages

    wanted, problems = {entry["document_id"]: entry for entry in wanted}, {}
    for place in archives:
        faults = []
        for key, found in find_pages(place, list(wanted.values()), lambda url: _download(keeper, gate, url), faults):
            if key not in wanted:
                continue
            address = found.address if re.match("https?://", found.address or "") else f"member {found.member}"
            error = keeper.accept(wanted[key], found.raw, "archive", address, found.time, member=found.member)
            if error is None:
                del wanted[key]
            else:
                problems[key] = f"{found.member}: {error}"
        for fault in faults:
            logging.getLogger(__name__).warning("archive %s: %s", place, fault)
    for key, entry in wanted.items():
        status, reason = ("refused", problems[key]) if key in problems else ("not found", "no archive holds it")
        keeper.note(entry, status, "archive", reason=reason)


def _download(keeper, gate, url):
    """Return the path of an archive downloaded from an address, next to the pages; one that is there is not asked again."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", urlsplit(url).path.rsplit("/", 1)[-1]).lstrip(".-") or "archive"
    path = keeper.folder.parent / "archives" / f"{hashlib.sha256(url.encode()).hexdigest()[:8]}-{name[-80:]}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        gate.download(url, path)
    return path


def _ask_sites(keeper, wanted, gate, wayback, live):
    """Ask the Wayback Machine and the live sites for each document wanted, until it is there or neither has it."""
    from framings.visits import Visitor
    from framings.waybacks import Wayback

    machine = Wayback(gate) if wayback and wanted else None
    visitor = Visitor(gate) if live else None
    stopped = set()
    for entry in wanted:
        if machine and "wayback" not in stopped and _ask_wayback(keeper, entry, machine, stopped):
            continue
        if visitor and _ask_live(keeper, entry, visitor, stopped):
            continue
        keeper.advance()


def _ask_wayback(keeper, entry, machine, stopped):
    """Return whether the Wayback Machine gave the page of a document."""
    from framings.addresses import Key, list_addresses
    from framings.gate import GateError
    from framings.visits import StopError

    addresses = list_addresses(Key(entry["source"], entry["language"], find_number(entry)), entry["url"])
    addresses = [address for address in addresses if address.startswith("http")]
    asked, problem, n_tried = entry["url"], None, 0
    try:
        for capture in machine.find_captures(addresses):
            n_tried += 1
            if isinstance(capture, GateError):
                problem = capture
                continue
            asked, answer = capture.answer.url, capture.answer
            confirmed = {"digest": "confirmed" if capture.confirmed else "of packed bytes, not comparable"}
            problem = keeper.accept(entry, capture.raw, "wayback", asked, capture.time, answer, **confirmed)
            if problem is None:
                return True
    except StopError as error:
        stopped.add("wayback")
        keeper.note(entry, "stopped", "wayback", address=asked, reason=error)
        return False
    except GateError as error:
        problem, n_tried = error, n_tried + 1
    if problem:
        keeper.note(entry, "refused", "wayback", address=asked, reason=f"{problem} ({n_tried} captures tried)")
    else:
        keeper.note(entry, "not found", "wayback", address=asked, reason=f"no capture of {len(addresses)} addresses")
    return False


def _ask_live(keeper, entry, visitor, stopped):
    """Return whether the live site gave the page of a document; a site that has stopped us is not asked and not noted again."""
    from framings.gate import GateError
    from framings.visits import StopError

    host, url, answer = urlsplit(entry["url"]).hostname, entry["url"], None
    if host in stopped or not url.startswith("http"):
        return False
    try:
        answer = visitor.visit(url)
        if answer.status != 200:
            keeper.note(entry, "not found", "live", **_tell(answer), reason=f"the site answered {answer.status}")
            return False
        error = keeper.accept(entry, answer.body, "live", url, answer.time, answer)
        if isinstance(error, BlockError):
            visitor.stop(
                urlsplit((url, *answer.redirects)[-1]).hostname,
                f"{host} answered with a wall: {error}; nothing more is asked of it",
            )
    except StopError as stop:
        stopped.add(host)
        keeper.note(entry, "stopped", "live", **(_tell(answer) if answer else {"address": url}), reason=stop)
        return False
    except GateError as problem:
        error = problem
    if error:
        keeper.note(entry, "refused", "live", **(_tell(answer) if answer else {"address": url}), reason=error)
    return error is None


def _tell(answer):
    """Return the columns of FETCHED that an answer fills."""
    return {
        "address": answer.url,
        "redirects": " ".join(answer.redirects) or None,
        "time": answer.time,
        "http_status": answer.status,
    }


@contextmanager
def _show_progress(total, wanted):
    """Give a function to call after each document: it moves a bar on a terminal, or else says a line every half minute."""
    shown = wanted if wanted is not None else total > 0
    if not shown or sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(total=total, desc="pages", unit="page", file=sys.stderr, disable=not shown) as bar:
            yield bar.update
        return
    state = {"done": 0, "said": time.monotonic()}

    def advance():
        state["done"] += 1
        if time.monotonic() - state["said"] >= LINE_SECONDS:
            state["said"] = time.monotonic()
            print(f"pages: {state['done']} of {total} looked for", file=sys.stderr, flush=True)

    yield advance

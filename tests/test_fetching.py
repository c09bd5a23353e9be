"""Fetching pages: from archives, the Wayback Machine and live sites, all played by a server on this machine."""

import contextlib
import csv
import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from fetch_server import ARCHIVE, PUBLIC, Capture, Reply, World
from made_pages import write_page

from framings.fetching import fetch_pages, open_gate, summarise_fetch
from framings.gate import Gate
from framings.keeping import FetchError, Keeper, store_page
from framings.schemas import FETCHED, REGISTER, ContractError, check

SITE = "en.kremlin.ru"
ROBOTS = f"http://{SITE}/robots.txt"
TALK = "<p><b>Jane Doe:</b> The garden is large, and each year we plant another row of apple trees along its wall.</p>"
WALL = b"<html><head><title>Just a moment...</title></head><body>Checking your browser before you go on.</body></html>"


def make_page(number, words=TALK, **options):
    """Return a page of our own in the markup of the site."""
    return write_page(words, number=number, **options)


def address_of(number):
    """Return the registered address of a page."""
    return f"http://{SITE}/events/president/news/{number}"


def make_register(*numbers, **hashes):
    """Return a register of pages; ``hashes`` maps n<number> to a SHA-256."""
    rows = [
        {
            "document_id": f"kremlin-en-{number}", "source": "kremlin", "language": "en", "url": address_of(number),
            "date": "2017-10-11", "title": "Talks", "place": None, "speaker": None, "event_type": "other",
            "page": f"{number}.html", "sha256": hashes.get(f"n{number}"), "seed_document": "no", "note": None,
        }
        for number in numbers
    ]  # fmt: skip
    return check(pd.DataFrame(rows), REGISTER)


@pytest.fixture
def world():
    """A server with a robots.txt that allows everything."""
    with World() as world:
        world.pages[ROBOTS] = Reply(b"User-agent: *\nDisallow: /search\n")
        yield world


def fetch(world, register, folder, live=False, hosts=(SITE, ARCHIVE), **options):
    """Fetch from the server."""
    gate = options.pop("gate", None) or world.open_gate(*hosts)
    return fetch_pages(
        register, folder, live=live, wayback=not live, contact="jane@example.org", gate=gate, progress=False, **options
    )


def outcomes(fetched):
    """Return (status, origin) of each row."""
    return list(zip(fetched["status"], fetched["origin"], strict=True))


def test_wayback_gives_the_newest_good_capture(tmp_path, world):
    """Of two captures the newer comes first; its address, time, status and hash are in the table, its bytes in the folder."""
    old, new = make_page(7, TALK + "<p>old</p>"), make_page(7)
    world.captures[address_of(7)] = [Capture("20180102030405", Reply(old)), Capture("20190102030405", Reply(new))]
    row = fetch(world, make_register(7), tmp_path).iloc[0]
    assert (tmp_path / "7.html").read_bytes() == new
    assert (row["status"], row["origin"], row["time"], row["http_status"]) == ("fetched", "wayback", "2019-01-02T03:04:05Z", 200)
    assert row["address"] == f"https://{ARCHIVE}/web/20190102030405id_/{address_of(7)}"
    assert row["sha256"] == hashlib.sha256(new).hexdigest()
    assert row["n_bytes"] == len(new)


def test_wayback_passes_over_walls_cuts_and_wrong_digests(tmp_path, world):
    """A newer wall, a cut page and a page that is not what its digest says are passed over for an older good one."""
    good = make_page(7)
    world.captures[address_of(7)] = [
        Capture("20160102030405", Reply(good)),
        Capture("20170102030405", Reply(make_page(7, TALK * 2)), digest="A" * 32),
        Capture("20180102030405", Reply(make_page(7, TALK * 3), cut=900)),
        Capture("20190102030405", Reply(WALL)),
        Capture("20200102030405", Reply(make_page(8))),
    ]
    assert outcomes(fetch(world, make_register(7), tmp_path)) == [("fetched", "wayback")]
    assert (tmp_path / "7.html").read_bytes() == good


def test_wayback_tries_the_other_addresses_of_a_document(tmp_path, world):
    """A page that the archive holds only as a print page of the special site is found."""
    world.captures[f"http://special.{SITE.removeprefix('en.')}/x"] = []
    world.captures["http://en.special.kremlin.ru/events/president/news/7/print"] = [
        Capture("20190102030405", Reply(make_page(7)))
    ]
    world.captures["https://www.en.special.kremlin.ru/events/president/transcripts/7"] = [
        Capture("20180102030405", Reply(make_page(7)))
    ]
    assert outcomes(fetch(world, make_register(7), tmp_path)) == [("fetched", "wayback")]


def test_wayback_that_has_nothing_is_told(tmp_path, world):
    """A document without capture is not found; one whose only capture is a wall is refused, with the reason."""
    world.captures[address_of(8)] = [Capture("20190102030405", Reply(WALL))]
    fetched = fetch(world, make_register(7, 8), tmp_path)
    assert outcomes(fetched) == [("not found", "wayback"), ("refused", "wayback")]
    assert "wall (just a moment)" in fetched["reason"][1]
    assert summarise_fetch(fetched) == "0 pages fetched, 1 not found, 1 refused."
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("packed", ["stored packed", "packed on the way", "packed anew"])
def test_wayback_digest_fits_the_bytes_packed_or_not(tmp_path, world, packed):
    """The digest counts for the bytes as sent or unpacked; where packed anew it cannot, and the record of the crawl says so."""
    page = make_page(7)
    sent, stored = gzip.compress(page, mtime=0), gzip.compress(page, 1, mtime=9)
    reply = Reply(sent, headers={"Content-Encoding": "gzip"})
    digests = {"stored packed": sent, "packed on the way": page, "packed anew": stored}
    from framings.waybacks import write_digest

    seen = "gzip" if packed != "packed on the way" else None
    world.captures[address_of(7)] = [Capture("20190102030405", reply, digest=write_digest(digests[packed]), packed=seen)]
    crawl = tmp_path / "crawl.warc.gz"
    assert outcomes(fetch(world, make_register(7), tmp_path / "pages", crawl=crawl)) == [("fetched", "wayback")]
    assert (tmp_path / "pages/7.html").read_bytes() == page
    notes = read_crawl(crawl)[-1][2]
    assert (b"digest: confirmed" in notes) == (packed != "packed anew")


@pytest.mark.parametrize(
    "fault", [Reply(b"slow", 429), Reply(b"no", 403), Reply(b"down", 503), Reply(b"x y"), Reply(b"x" * 99, cut=9)]
)  # fmt: skip
def test_wayback_that_is_out_of_order_is_left_in_peace(tmp_path, world, fault):
    """A refusal stops the asking at once, an outage or nonsense at the third time, with a sentence that says so."""
    world.archive_fault = fault
    fetched = fetch(world, make_register(7, 8), tmp_path)
    assert outcomes(fetched) == [("stopped", "wayback")]
    assert "nothing more is asked of it" in summarise_fetch(fetched)
    assert len(world.requests) == {429: 1, 403: 1, 503: 6}.get(fault.status, 3)


def test_live_pages_are_asked_under_a_name_and_slowly(tmp_path, world):
    """The agent names program and contact; robots.txt is read once and first; three seconds pass between requests."""
    for number in (7, 8):
        world.pages[address_of(number)] = Reply(make_page(number), headers={"Content-Type": "text/html"})
    now, slept = [0.0], []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    gate = world.open_gate(SITE, pause=3.0, clock=lambda: now[0], sleep=sleep)
    fetched = fetch(world, make_register(7, 8), tmp_path, live=True, gate=gate)
    assert outcomes(fetched) == [("fetched", "live")] * 2
    assert world.asked(SITE) == ["/robots.txt", "/events/president/news/7", "/events/president/news/8"]
    assert slept == [3.0, 3.0]
    assert world.requests[0][2]["User-Agent"] == "framings/0 (tests; contact: jane@example.org)"


def test_live_needs_a_contact(tmp_path):
    """Without a contact, or with one that is none, nothing is asked."""
    with pytest.raises(FetchError, match="set contact to a mail address"):
        fetch_pages(make_register(7), tmp_path, live=True)
    with pytest.raises(ValueError, match="no mail address and no web address"):
        fetch_pages(make_register(7), tmp_path, live=True, contact="nobody")
    with pytest.raises(ValueError, match="too short"):
        fetch_pages(make_register(7), tmp_path, live=True, contact="jane@example.org", pause=1)


@pytest.mark.parametrize("status", [401, 403, 418, 429, 451])
def test_live_stops_at_the_first_refusal(tmp_path, world, status):
    """After two pages the site refuses: that body is stored nowhere, nothing more is asked, and the summary says what to do."""
    for number in range(1, 7):
        world.pages[address_of(number)] = Reply(make_page(number))
    world.limits[SITE] = (2, Reply(make_page(3), status, {"Retry-After": "60"}))
    fetched = fetch(world, make_register(*range(1, 7)), tmp_path / "pages", live=True, crawl=tmp_path / "c.warc.gz")
    assert outcomes(fetched) == [("fetched", "live")] * 2 + [("stopped", "live")]
    assert len(world.asked(SITE)) == 4
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["1.html", "2.html"]
    assert fetched["http_status"].isna().tolist() == [False, False, True]
    assert f"{SITE} answered {status}" in summarise_fetch(fetched)
    assert "after 60 s" in summarise_fetch(fetched)
    assert sum(kind == "response" for kind, _, _ in read_crawl(tmp_path / "c.warc.gz")) == 2


@pytest.mark.parametrize("wall", [WALL, WALL[:-14], make_page(1, "<p>Please solve the captcha.</p>")[:-9]])
def test_live_stops_at_a_wall_that_says_200(tmp_path, world, wall):
    """A captcha with status 200 stops the asking as a 403 does, be it without end or in the site's own clothes."""
    world.pages[address_of(1)] = Reply(wall)
    fetched = fetch(world, make_register(1, 2), tmp_path, live=True)
    assert outcomes(fetched) == [("stopped", "live")]
    assert len(world.asked(SITE)) == 2


def test_live_stops_after_three_outages(tmp_path, world):
    """Three answers in a row with status 500 end the asking; a page between would start the count anew."""
    for number in range(1, 7):
        world.pages[address_of(number)] = Reply(b"oops", 500)
    world.pages[address_of(2)] = Reply(make_page(2))
    fetched = fetch(world, make_register(*range(1, 7)), tmp_path, live=True)
    assert list(fetched["status"]) == ["refused", "fetched", "refused", "refused", "stopped"]


@pytest.mark.parametrize(
    ("robots", "expected", "n_asked"),
    [
        (Reply(b"no", 404), ["fetched", "fetched"], 3),
        (Reply(b"oops", 500), ["stopped"], 1),
        (Reply(b"no", 403), ["stopped"], 1),
        (Reply(WALL), ["stopped"], 1),
        (Reply(b"User-agent: *\nDisallow: /"), ["refused", "refused"], 1),
        (Reply(b"User-agent: framings\nDisallow: /events/president/news/7\n"), ["refused", "fetched"], 2),
        (Reply(b"User-agent: other\nDisallow: /\n"), ["fetched", "fetched"], 3),
        (Reply(b"User-agent: *\nCrawl-delay: 9000\n"), ["stopped"], 1),
        (Reply(b"User-agent: *", cut=3), ["stopped"], 1),
        (Reply(b"", 301, {"Location": "http://elsewhere.example.org/robots.txt"}), ["stopped"], 1),
    ],
)
def test_robots_are_obeyed(tmp_path, world, robots, expected, n_asked):
    """No robots.txt allows all, a broken one nothing, and what it forbids is not asked."""
    world.pages[ROBOTS] = robots
    for number in (7, 8):
        world.pages[address_of(number)] = Reply(make_page(number))
    fetched = fetch(world, make_register(7, 8), tmp_path, live=True)
    assert list(fetched["status"]) == expected
    assert len(world.asked(SITE)) == n_asked


def test_crawl_delay_is_kept(tmp_path, world):
    """Where robots.txt asks for eleven seconds, eleven pass."""
    world.pages[ROBOTS] = Reply(b"User-agent: *\nCrawl-delay: 11\n")
    for number in (7, 8):
        world.pages[address_of(number)] = Reply(make_page(number))
    now, slept = [0.0], []
    gate = world.open_gate(SITE, clock=lambda: now[0], sleep=slept.append)
    fetch(world, make_register(7, 8), tmp_path, live=True, gate=gate)
    assert slept == [11.0, 11.0]


def test_live_redirects_are_told_and_bounded(tmp_path, world):
    """A redirect on the site is followed and written down; one off the site, to this machine or in a circle is refused, the third one stops."""
    targets = {1: f"https://{SITE}/events/president/transcripts/1", 2: "http://elsewhere.example.org/2", 3: "http://127.0.0.1/3"}
    for number, target in {**targets, 4: address_of(4), 5: "file:///etc/hosts"}.items():
        world.pages[address_of(number)] = Reply(b"", 302, {"Location": target})
    world.pages[f"http://{SITE}/events/president/transcripts/1"] = Reply(make_page(1))
    fetched = fetch(world, make_register(1, 2, 3, 4, 5), tmp_path, live=True)
    assert list(fetched["status"]) == ["fetched"] + ["refused"] * 3 + ["stopped"]
    assert fetched["redirects"][0] == targets[1]
    assert {host for host, _, _ in world.requests} == {SITE}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html><title>Page not found</title><h1>404</h1></html>"),
        Reply(b"", 404), Reply(b"gone", 410), Reply(b"", 200), Reply(make_page(9)), Reply(make_page(7)[:-8]),
        Reply(make_page(7), headers={"Content-Encoding": "gzip"}), Reply(gzip.compress(bytes(30_000_000)), headers={"Content-Encoding": "gzip"}),
        Reply(make_page(7), headers={"Content-Encoding": "br"}), Reply(make_page(7, language="ru")), Reply(b"%PDF-1.7 no"), Reply(make_page(7, "<p></p>")),
    ],
)  # fmt: skip
def test_what_is_not_the_page_is_not_stored(tmp_path, world, reply):
    """A soft 404, another page, a page without end or text, and damaged or exploding packing leave the folder empty."""
    world.pages[address_of(7)] = reply
    fetched = fetch(world, make_register(7), tmp_path, live=True)
    assert fetched["status"][0] in ("refused", "not found")
    assert fetched["reason"][0]
    assert not list(tmp_path.glob("*.html"))


def test_hundred_cut_downloads_are_refused(tmp_path, world, monkeypatch):
    """A page cut at 100 places, its length stated, in chunks, packed or unstated, is never stored."""
    page = make_page(7)
    packed = gzip.compress(page, mtime=0)
    for step in range(100):
        kind = step % 4
        body = packed if kind == 2 else page
        cut = 1 + (len(body) - 12) * step // 100
        headers = {"Content-Encoding": "gzip"} if kind == 2 else {}
        world.pages[address_of(step + 1)] = Reply(body, cut=cut, chunked=kind == 1, sized=kind in (0, 2), headers=headers)
    monkeypatch.setattr("framings.visits.MOST_OUTAGES", 1000)
    fetched = fetch(world, make_register(*range(1, 101)), tmp_path, live=True)
    assert list(fetched["status"]) == ["refused"] * 100
    assert not list(tmp_path.iterdir())


def test_slow_answers_end(tmp_path, world):
    """A body that drips a byte at a time is given up when the time for one page is over."""
    world.pages[address_of(7)] = Reply(make_page(7), drip=0.05)
    started = time.monotonic()
    gate = world.open_gate(SITE, seconds=0.5)
    assert list(fetch(world, make_register(7), tmp_path, live=True, gate=gate)["status"]) == ["refused"]
    assert time.monotonic() - started < 3


def test_page_with_another_fingerprint_is_refused(tmp_path, world):
    """Where the register knows a SHA-256, only those bytes are stored; and they are, whatever they look like."""
    small = make_page(8, "<p>a</p>")
    world.pages[address_of(7)], world.pages[address_of(8)] = Reply(make_page(7)), Reply(small)
    register = make_register(7, 8, n7="0" * 64, n8=hashlib.sha256(small).hexdigest())
    fetched = fetch(world, register, tmp_path, live=True)
    assert list(fetched["status"]) == ["refused", "fetched"]
    assert "not the page registered" in fetched["reason"][0]


def test_archive_first_then_wayback_then_live(tmp_path, world):
    """A folder gives one page, the Wayback Machine the next, the site the last; only what is missing is asked of each."""
    (tmp_path / "frozen").mkdir()
    (tmp_path / "frozen/1.html").write_bytes(make_page(1))
    world.captures[address_of(2)] = [Capture("20190102030405", Reply(make_page(2)))]
    world.pages[address_of(3)] = Reply(make_page(3))
    gate = world.open_gate(SITE, ARCHIVE)
    fetched = fetch_pages(
        make_register(1, 2, 3), tmp_path / "pages", archives=[tmp_path / "frozen"], live=True, contact="jane@example.org", gate=gate, progress=False
    )  # fmt: skip
    got = fetched[fetched["status"] == "fetched"]
    assert list(got["origin"]) == ["archive", "wayback", "live"]
    assert world.asked(SITE) == ["/robots.txt", "/events/president/news/3"]
    expected = "3 pages fetched (1 from archives, 1 from the live sites, 1 from the Wayback Machine), 0 not found, 0 refused."
    assert summarise_fetch(fetched) == expected


def test_archive_is_downloaded_through_the_gate(tmp_path, world):
    """An archive given by address is downloaded once, checked against its SHA-256 and read; its host alone is asked."""
    import zipfile

    packed = tmp_path / "pages.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("1.html", make_page(1))
    url = "https://deposit.example.org/files/pages.zip"
    world.pages["http://deposit.example.org/files/pages.zip"] = Reply(packed.read_bytes())
    place = f"{url} sha256:{hashlib.sha256(packed.read_bytes()).hexdigest()}"
    gate = world.open_gate("deposit.example.org")
    for number in (1, 2):
        fetch_pages(make_register(number), tmp_path / "new/pages", archives=[place], wayback=False, gate=gate, progress=False)
    assert (tmp_path / "new/pages/1.html").read_bytes() == make_page(1)
    assert world.asked("deposit.example.org") == ["/files/pages.zip"]


def test_archive_cannot_smuggle_lines_into_the_record(tmp_path):
    """An address and a key with line breaks, from somebody's table, stay one line in the WARC and the journal."""
    record = {
        "doc_id": "kremlin-en-7",
        "text": "Jane Doe: The garden is large. " * 9,
        "title": "x",
        "date": "2017-10-11",
        "url": address_of(7) + "\r\nWARC-Type: evil",
    }
    (tmp_path / "table.jsonl").write_text(json.dumps(record))
    crawl, journal = tmp_path / "c.warc.gz", tmp_path / "fetched.csv"
    fetched = fetch_pages(
        make_register(7), tmp_path / "pages", archives=[tmp_path / "table.jsonl"], wayback=False, crawl=crawl, journal=journal, progress=False
    )  # fmt: skip
    assert outcomes(fetched) == [("fetched", "archive")]
    assert [kind for kind, _, _ in read_crawl(crawl)] == ["warcinfo", "resource", "metadata"]
    assert len(journal.read_text().splitlines()) == 2


def test_two_documents_cannot_share_a_page(tmp_path, world):
    """Where two rows of the register name one file, the first gets it and the second is told."""
    world.pages[address_of(7)], world.pages[address_of(8)] = Reply(make_page(7)), Reply(make_page(8))
    register = make_register(7, 8)
    register["page"] = "7.html"
    fetched = fetch(world, register, tmp_path, live=True)
    assert list(fetched["status"]) == ["fetched", "refused"]
    assert "a page of its own" in fetched["reason"][1]
    assert (tmp_path / "7.html").read_bytes() == make_page(7)


def test_real_archive_is_asked_no_faster_than_the_library_allows():
    """Without a server for tests, the library's own limits hold: a search each 2.5 s, 8 pages a second."""
    from framings.waybacks import Wayback

    session = Wayback(Gate(frozenset([ARCHIVE]), "a")).client.session
    assert [session.rate_limts[path]._minimum_wait for path in ("/cdx", "/")] == [2.5, 0.125]


def test_only_hosts_of_register_and_settings_may_be_asked():
    """The gate of a call names the archive's host, those of archives, and the register's only for live pages."""
    places = ["https://deposit.example.org/a.zip sha256:" + "0" * 64, "data/frozen"]
    assert open_gate(make_register(7)).allowed == {ARCHIVE}
    assert open_gate(make_register(7), places, wayback=False).allowed == {"deposit.example.org"}
    assert open_gate(make_register(7), live=True, contact="jane@example.org").allowed == {ARCHIVE, SITE}


def test_second_call_asks_only_for_what_is_missing(tmp_path, world):
    """What is there is not asked again; what failed is, but once a call; no page is ever written twice."""
    world.pages[address_of(7)] = Reply(make_page(7))
    register = make_register(7, 8)
    first = fetch(world, register, tmp_path, live=True)
    n_asked = len(world.asked(SITE))
    world.pages[address_of(7)], world.pages[address_of(8)] = Reply(make_page(7, TALK * 2)), Reply(make_page(8))
    second = fetch(world, register, tmp_path, live=True)
    assert (list(first["status"]), list(second["document_id"])) == (["fetched", "not found"], ["kremlin-en-8"])
    assert len(world.asked(SITE)) == n_asked + 2
    assert (tmp_path / "7.html").read_bytes() == make_page(7)
    assert not os.access(tmp_path / "7.html", os.W_OK) or os.getuid() == 0
    with pytest.raises(FetchError, match="not touched"):
        store_page(tmp_path, "7.html", b"other")


PAYLOADS = [
    "../x", "", "/etc/passwd", "a/b", "a\\b", "..\\x", "C:\\x", "C:x", "~/x", "~root", "x\0y", "x\n", "\nx", "x/", "./x", "a b", "%2e%2e%2fx",
    "x\u202etxt", "..\u2215x", "\uff0e\uff0e\uff0fx", "//server/share", "file:x", "x" * 201, "é.html", "x|y", "$HOME", "x/../../y", "a*", "../../../x", "\ufeffx",
]  # fmt: skip
DOTTED = ["..", ".", ".hidden", "-rf"]


@pytest.mark.parametrize("column", ["document_id", "page"])
def test_thirty_names_that_leave_the_folder_are_refused(tmp_path, column):
    """No id and no file name of a register leads out of the pages folder: 30 payloads, 30 refused, nothing written."""
    assert len(set(PAYLOADS)) == 30
    for payload in PAYLOADS + (DOTTED if column == "page" else []):
        register = make_register(7)
        register[column] = payload
        with pytest.raises(ContractError, match=f"row 2, column '{column}'"):
            fetch_pages(register, tmp_path / "in/pages", wayback=False, progress=False)
    assert not list(tmp_path.iterdir())


def test_no_name_writes_outside_the_folder(tmp_path):
    """Whatever name it is given, a page is stored inside its folder or not at all."""
    (tmp_path / "in/pages").mkdir(parents=True)
    for payload in PAYLOADS + DOTTED:
        with contextlib.suppress(ValueError, OSError):
            store_page(tmp_path / "in/pages", payload, b"x")
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {tmp_path / "in/pages"}


def test_an_id_of_dots_is_refused(tmp_path, world):
    """A register with a key that no key can be is refused before anything is asked or stored."""
    register = make_register(7)
    register["document_id"] = ".."
    with pytest.raises(ContractError, match="row 2, column 'document_id'"):
        fetch(world, register, tmp_path / "in/pages", live=True)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_link_in_the_folder_is_not_followed(tmp_path, world):
    """A dangling link in the place of a page counts as there: nothing is written through it."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/7.html").symlink_to(tmp_path / "outside.html")
    world.pages[address_of(7)] = Reply(make_page(7))
    assert len(fetch(world, make_register(7), tmp_path / "pages", live=True)) == 0
    with pytest.raises(FetchError):
        store_page(tmp_path / "pages", "7.html", b"x")
    assert not (tmp_path / "outside.html").exists()


def read_crawl(path):
    """Return (kind, address, payload) of the records of a WARC, read by warcio with its digests checked."""
    from warcio.archiveiterator import ArchiveIterator

    with Path(path).open("rb") as file:
        found = []
        for record in ArchiveIterator(file, check_digests="raise"):
            raw = record.content_stream().read()
            found.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), raw))
    return found


def test_crawl_holds_request_response_and_notes(tmp_path, world):
    """The WARC begins by saying what made it and has three records a page; chunks are joined, packing stays as sent."""
    page = make_page(7)
    world.pages[address_of(7)] = Reply(gzip.compress(page), headers={"Content-Encoding": "gzip", "X-Odd": "a b"}, chunked=True)
    world.pages[address_of(8)] = Reply(make_page(8))
    crawl = tmp_path / "crawl.warc.gz"
    fetch(world, make_register(7, 8), tmp_path / "pages", live=True, crawl=crawl, journal=tmp_path / "fetched.csv")
    records = read_crawl(crawl)
    assert [kind for kind, _, _ in records] == ["warcinfo"] + ["response", "request", "metadata"] * 2
    assert records[1][1:] == (address_of(7), page)
    assert b"document_id: kremlin-en-7\r\n" in records[3][2]
    with (tmp_path / "fetched.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["page"] for row in rows] == ["7.html", "8.html"]
    assert list(rows[0]) == list(FETCHED.columns)


def test_crawl_serves_as_an_archive(tmp_path, world):
    """The pages of a crawl are found again in its WARC, those of the Wayback Machine too."""
    world.pages[address_of(7)] = Reply(make_page(7))
    world.captures[address_of(8)] = [Capture("20190102030405", Reply(make_page(8)))]
    crawl = tmp_path / "crawl.warc.gz"
    fetch(world, make_register(7), tmp_path / "pages", live=True, crawl=crawl)
    fetch(world, make_register(8), tmp_path / "pages", crawl=crawl)
    again = fetch_pages(make_register(7, 8), tmp_path / "again", archives=[crawl], wayback=False, progress=False)
    assert outcomes(again) == [("fetched", "archive")] * 2
    for name in ("7.html", "8.html"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "pages" / name).read_bytes()


def test_half_a_record_and_half_a_row_are_mended(tmp_path, world):
    """What a kill left unfinished at the end of the WARC or the journal is cut off before more is written."""
    world.pages[address_of(7)], world.pages[address_of(8)] = Reply(make_page(7)), Reply(make_page(8))
    crawl, journal = tmp_path / "crawl.warc.gz", tmp_path / "fetched.csv"
    fetch(world, make_register(7), tmp_path / "pages", live=True, crawl=crawl, journal=journal)
    crawl.write_bytes(crawl.read_bytes() + gzip.compress(b"WARC/1.0 half")[:15])
    journal.write_bytes(journal.read_bytes() + b"kremlin-en-9,9.ht")
    fetch(world, make_register(7, 8), tmp_path / "pages", live=True, crawl=crawl, journal=journal)
    assert [kind for kind, _, _ in read_crawl(crawl)] == ["warcinfo"] + ["response", "request", "metadata"] * 2
    assert list(pd.read_csv(journal)["document_id"]) == ["kremlin-en-7", "kremlin-en-8"]


def test_a_file_that_is_no_crawl_is_left_alone(tmp_path):
    """A WARC name that belongs to something else is refused, and so is a table that is no journal."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="no packed WARC"):
        fetch_pages(make_register(7), tmp_path / "p", wayback=False, crawl=tmp_path / "notes.txt", progress=False)
    (tmp_path / "notes.txt").write_text("a,b\n1,2\n")
    with pytest.raises(FetchError, match="not those of a journal"):
        fetch_pages(make_register(7), tmp_path / "p", wayback=False, journal=tmp_path / "notes.txt", progress=False)
    assert (tmp_path / "notes.txt").read_text() == "a,b\n1,2\n"


KILLED = """
import pandas as pd
from framings.fetching import fetch_pages
from framings.gate import Gate

register = pd.read_csv("register.csv", dtype=str)
gate = Gate(frozenset({hosts}), "a", pause=0, resolve=lambda host: ["{public}"], local={local})
fetch_pages(register, "pages", journal="fetched.csv", crawl="c.warc.gz", gate=gate, progress=False)
"""


def test_killed_and_resumed_ends_as_if_never_killed(tmp_path, world):
    """kill -9 at two moments, then the same call: every page there once and whole, journal and WARC readable, none lost."""
    for number in range(1, 31):
        world.captures[address_of(number)] = [Capture("20190102030405", Reply(make_page(number)))]
    make_register(*range(1, 31)).to_csv(tmp_path / "register.csv", index=False)
    command = [sys.executable, "-c", KILLED.format(hosts=[SITE, ARCHIVE], public=PUBLIC, local=world.local)]
    for n_pages in (4, 15):
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
        while process.poll() is None and len(list(tmp_path.glob("pages/*.html"))) < n_pages:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    pages = {path.name: path.read_bytes() for path in (tmp_path / "pages").iterdir()}
    assert pages == {f"{number}.html": make_page(number) for number in range(1, 31)}
    journal = pd.read_csv(tmp_path / "fetched.csv")
    hashes = {name: hashlib.sha256(raw).hexdigest() for name, raw in pages.items()}
    assert set(zip(journal["page"], journal["sha256"], strict=True)) == set(hashes.items())
    held = {raw for kind, _, raw in read_crawl(tmp_path / "c.warc.gz") if kind == "response"}
    assert held == set(pages.values())


def test_two_runs_do_not_write_into_one_folder(tmp_path):
    """While one run fetches into a folder, a second one is refused; afterwards it is not."""
    keeper = Keeper(tmp_path, None, None)
    with pytest.raises(FetchError, match="another run"):
        fetch_pages(make_register(7), tmp_path, wayback=False, progress=False)
    keeper.close()
    assert len(fetch_pages(make_register(7), tmp_path, wayback=False, progress=False)) == 0


def test_a_full_disk_ends_in_a_sentence(tmp_path, world, monkeypatch):
    """Where nothing more can be written, no half page stays."""
    world.pages[address_of(7)] = Reply(make_page(7))

    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("framings.keeping.os.fsync", fail)
    with pytest.raises(FetchError, match=r"No space left on device.*0 pages are kept"):
        fetch(world, make_register(7), tmp_path, live=True)
    assert not list(tmp_path.iterdir())


def test_ctrl_c_ends_in_a_sentence(tmp_path, world):
    """An interruption by the user is a sentence, and what came before it is kept."""
    world.pages[address_of(7)] = Reply(make_page(7))
    calls = []

    def sleep(_):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    gate = world.open_gate(SITE, pause=3.0, sleep=sleep)
    with pytest.raises(FetchError, match="1 page is kept"):
        fetch(world, make_register(7, 8), tmp_path, live=True, gate=gate)
    assert [path.name for path in tmp_path.iterdir()] == ["7.html"]


def test_progress_is_a_line_now_and_then_where_there_is_no_terminal(tmp_path, world, capsys, monkeypatch):
    """In a log each half minute gives a line, not a bar."""
    monkeypatch.setattr("framings.fetching.LINE_SECONDS", 0)
    world.pages[address_of(7)] = Reply(make_page(7))
    fetch_pages(make_register(7), tmp_path, wayback=False, live=True, contact="jane@example.org", gate=world.open_gate(SITE))
    assert capsys.readouterr().err == "pages: 1 of 1 looked for\n"

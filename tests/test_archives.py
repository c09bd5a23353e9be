"""What is known of frozen archives: what is found in them, and what is refused."""

import base64
import gzip
import hashlib
import io
import json
import random
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from framings.archives import ArchiveError, find_pages, open_archive
from framings.guards import GuardError

PAGES = {f"kremlin-en-{number}": f"<html><p>Talk {number} on stars.</p></html>".encode() for number in range(1, 6)}
ADDRESS = "http://en.kremlin.ru/events/president/news/{}"


def want(pages=PAGES, **cells):
    """Return register rows of pages."""
    return [
        {
            "document_id": key,
            "source": "kremlin",
            "language": "en",
            "url": ADDRESS.format(key.split("-")[-1]),
            "page": key.split("-")[-1] + ".html",
        }
        | {"sha256": ""}
        | cells
        for key in pages
    ]


def find(place, wanted=None, **options):
    """Return {document id: [bytes]} and the faults of a search."""
    found, faults = {}, []
    for key, page in find_pages(place, want() if wanted is None else wanted, faults=faults, **options):
        found.setdefault(key, []).append(page.raw)
    return found, faults


def once(pages=PAGES):
    """Return the pages as ``find`` gives them when each is found once."""
    return {key: [raw] for key, raw in pages.items()}


def write_zip(path, members, method=zipfile.ZIP_DEFLATED):
    """Write a zip file of {name: bytes}."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, raw in members.items():
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), raw, method)
    return path


def write_warc(records, packed=True):
    """Return the bytes of a WARC of (kind, address, body, http headers or None, warc headers) records."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for kind, url, body, headers, named in records:
        head = None if headers is None else StatusAndHeaders(headers[0], headers[1:], protocol="HTTP/1.1")
        named = {"WARC-Date": "2020-01-02T03:04:05Z"} | named
        record = writer.create_warc_record(url, kind, io.BytesIO(body), len(body), http_headers=head, warc_headers_dict=named)
        writer.write_record(record)
    return out.getvalue()


def answer(url, body, *headers, status="200 OK", **named):
    """Return a response record."""
    return ("response", url, body, [status, ("Content-Type", "text/html"), *headers], named)


def of_pages(**options):
    """Return a WARC with a response for each page."""
    return write_warc([answer(ADDRESS.format(key.split("-")[-1]), raw) for key, raw in PAGES.items()], **options)


def chunk(body, size=7):
    """Return a body as a web server sends it in chunks."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def digest(raw):
    """Return a payload digest as crawlers write it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(raw, usedforsecurity=False).digest()).decode()


def test_pages_are_found_by_name_in_a_folder_and_a_zip(tmp_path):
    """The file name in the register finds the page, in whatever subfolder it lies."""
    for key, raw in PAGES.items():
        path = tmp_path / "pages" / "deep" / (key.split("-")[-1] + ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    assert find(tmp_path / "pages") == (once(), [])
    packed = write_zip(tmp_path / "a.zip", {f"deep/{key.split('-')[-1]}.html": raw for key, raw in PAGES.items()})
    assert find(packed) == (once(), [])


def test_pages_are_found_by_fingerprint_whatever_they_are_called(tmp_path):
    """Where the register knows the SHA-256, a renamed page is found, and a namesake with other bytes is left out with a sentence."""
    raw = PAGES["kremlin-en-1"]
    wanted = want(["kremlin-en-1"], sha256=hashlib.sha256(raw).hexdigest())
    packed = write_zip(tmp_path / "a.zip", {"1.html": b"another", "renamed.bin": raw})
    found, faults = find(packed, wanted)
    assert found == {"kremlin-en-1": [raw]}
    assert len(faults) == 1 and "not the page registered for kremlin-en-1" in faults[0]


@pytest.mark.parametrize("packed", [True, False])
def test_pages_are_found_by_address_in_a_web_archive(tmp_path, packed):
    """Any form of the item's address finds it, in a WARC packed or not, in a WACZ and in a folder of WARCs; others are passed over."""
    forms = [
        ADDRESS,
        "https://en.special.kremlin.ru/events/councils/{}/print",
        "http://en.kremlin.ru/d/{}",
        "http://en.kremlin.ru:80/events/president/transcripts/{}?a=1",
    ]
    records = [answer(forms[place % 4].format(key.split("-")[-1]), raw) for place, (key, raw) in enumerate(PAGES.items())]
    records += [
        answer("http://example.org/", b"x" * 9),
        ("metadata", ADDRESS.format(1), b"m", None, {}),
        ("request", ADDRESS.format(1), b"", ["GET / HTTP/1.1"], {}),
    ]
    raw = write_warc(records, packed)
    path = tmp_path / "in" / "a.warc.gz"
    path.parent.mkdir()
    path.write_bytes(raw)
    for place in (path, path.parent, write_zip(tmp_path / "a.wacz", {"archive/a.warc.gz": raw}, zipfile.ZIP_STORED)):
        assert find(place) == (once(), [])
    first = next(iter(find_pages(path, want())))[1]
    assert (first.address, first.time) == (ADDRESS.format(1), "2020-01-02T03:04:05Z")


def test_answers_are_unpacked(tmp_path):
    """Chunked, gzipped and deflated bodies, and bodies falsely called so, come out as the page."""
    raw, url = PAGES["kremlin-en-1"], ADDRESS.format(1)
    chunked, packed = ("Transfer-Encoding", "chunked"), gzip.compress(raw)
    bodies = [
        answer(url, chunk(raw), chunked),
        answer(url, packed, ("Content-Encoding", "gzip")),
        answer(url, chunk(packed), ("Content-Encoding", "GZIP"), chunked),
        answer(url, zlib.compress(raw), ("Content-Encoding", "deflate")),
        answer(url, zlib.compress(raw)[2:-4], ("Content-Encoding", "deflate")),
        answer(url, raw, ("Content-Encoding", "gzip")),
        answer(url, raw, chunked),
        answer(url, packed, ("Content-Encoding", "gzip"), **{"WARC-Payload-Digest": digest(raw)}),
        ("resource", url, raw, None, {}),
    ]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(write_warc(bodies))
    assert find(path, want(["kremlin-en-1"])) == ({"kremlin-en-1": [raw] * len(bodies)}, [])


def test_records_that_hold_no_whole_page_are_left_out_with_a_sentence(tmp_path):
    """Another status, a cut body, another digest, a packing not known and a bomb: none is taken, each is told."""
    raw, url = PAGES["kremlin-en-1"], ADDRESS.format(1)
    bad = [
        answer(url, raw, status="403 Forbidden"),
        answer(url, raw, status="302 Found"),
        answer(url, raw, ("Content-Length", "1000")),
        answer(url, raw, **{"WARC-Truncated": "length"}),
        answer(url, raw, **{"WARC-Payload-Digest": digest(b"other")}),
        answer(url, raw, ("Content-Encoding", "br")),
        answer(url, gzip.compress(raw)[:-9], ("Content-Encoding", "gzip")),
        answer(url, gzip.compress(b"0" * 30_000_000), ("Content-Encoding", "gzip")),
        ("resource", url, raw, None, {"WARC-Payload-Digest": digest(b"other")}),
    ]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(write_warc([*bad, answer(url, raw)]))
    found, faults = find(path, want(["kremlin-en-1"]))
    assert found == {"kremlin-en-1": [raw]}
    assert len(faults) == len(bad) and all(url in fault and fault.endswith("it was left out") for fault in faults)


def test_a_repeated_answer_stored_as_a_reference_is_looked_up(tmp_path):
    """A revisit whose original has another address gives the original's bytes, with the revisit's address and time."""
    raw = PAGES["kremlin-en-2"]
    named = {
        "WARC-Payload-Digest": digest(raw),
        "WARC-Date": "2021-01-01T00:00:00Z",
        "WARC-Refers-To-Target-URI": "http://example.org/",
    }
    records = [answer("http://example.org/", raw), ("revisit", ADDRESS.format(2), b"", ["200 OK"], named)]
    for order in (records, records[::-1]):
        path = tmp_path / "a.warc.gz"
        path.write_bytes(write_warc(order))
        ((key, page),) = find_pages(path, want())
        assert (key, page.raw, page.address, page.time) == ("kremlin-en-2", raw, ADDRESS.format(2), "2021-01-01T00:00:00Z")


def test_a_broken_record_costs_no_other(tmp_path):
    """A WARC damaged anywhere in one record gives all the others: 200 places, packed and not; cut short, all before the cut."""
    for packed in (True, False):
        raw = of_pages(packed=packed)
        starts = [place for place in range(len(raw)) if raw.startswith(b"\x1f\x8b\x08" if packed else b"WARC/1.0\r\n", place)]
        assert len(starts) == 5
        for place in range(starts[2] + 3, starts[3] - 4, max(1, (starts[3] - starts[2]) // 100)):
            path = tmp_path / "a.warc"
            path.write_bytes(raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :])
            found, _ = find(path)
            assert {key: found.get(key) for key in PAGES if key != "kremlin-en-3"} == {
                key: [page] for key, page in PAGES.items() if key != "kremlin-en-3"
            }, place
        path.write_bytes(raw[: starts[4] + 60])
        assert list(find(path)[0]) == list(PAGES)[:4]


def test_a_record_that_lies_about_its_length_costs_no_other(tmp_path):
    """Too short, too long, absent, negative or huge: only the record that says so is left out."""
    raw = of_pages(packed=False)
    start = raw.index(b"WARC/1.0", raw.index(b"news/3") - 400)
    stated = raw[raw.index(b"Content-Length: ", start) :].split(b"\r\n")[0]
    for lie in (
        b"Content-Length: 12",
        b"Content-Length: 700",
        b"Content-Length: 99999999",
        b"X: 1",
        b"Content-Length: -5",
        b"Content-Length: " + b"9" * 40,
    ):
        path = tmp_path / "a.warc"
        path.write_bytes(raw[:start] + raw[start:].replace(stated, lie, 1))
        found, faults = find(path)
        assert [key for key in PAGES if key not in found] == ["kremlin-en-3"], lie
        assert faults and len(faults) < 3


def test_a_web_archive_packed_as_one_piece_is_read(tmp_path):
    """A WARC packed by gzip as a whole instead of record by record gives its pages all the same."""
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(of_pages(packed=False)))
    assert find(path) == (once(), [])


def test_a_wacz_is_checked_against_its_description(tmp_path):
    """A member that is not as datapackage.json says is left out with a sentence."""
    raw = of_pages()
    for known, n_found in ((hashlib.sha256(raw).hexdigest(), 5), ("0" * 64, 0)):
        listed = {"resources": [{"path": "archive/a.warc.gz", "hash": f"sha256:{known}"}]}
        path = write_zip(tmp_path / "a.wacz", {"datapackage.json": json.dumps(listed).encode(), "archive/a.warc.gz": raw})
        found, faults = find(path)
        assert len(found) == n_found and len(faults) == (n_found == 0)


def test_records_of_a_table_are_found_by_id_and_by_address(tmp_path):
    """The documents of a table are matched in each known style of id and by their address, and come as JSON."""
    rows = [
        {"doc_id": "kremlin.ru_en_1", "text": "One star."},
        {"doc_id": "president_ru-en-000002", "text": "Two stars."},
        {"doc_id": "kremlin-en-3", "text": "Three stars."},
        {"doc_id": "x", "text": "Four stars.", "url": "http://en.special.kremlin.ru/events/councils/4"},
        {"doc_id": "kremlin.ru_ru_5", "text": "Five stars, in another language."},
    ]
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    found, faults = find(path)
    assert (list(found), faults) == (list(PAGES)[:4], [])
    assert json.loads(found["kremlin-en-2"][0])["text"] == "Two stars."


def test_an_archive_elsewhere_needs_its_fingerprint(tmp_path):
    """An address without SHA-256 is refused before anything is asked; a file that differs is refused; the right one is read."""
    path = tmp_path / "a.warc.gz"
    path.write_bytes(of_pages())
    known, asked = hashlib.sha256(path.read_bytes()).hexdigest(), []

    def download(url):
        asked.append(url)
        return path

    with pytest.raises(ArchiveError, match="has no SHA-256"):
        open_archive("https://example.org/a.warc.gz", download)
    assert asked == []
    with pytest.raises(ArchiveError, match="download it again"):
        open_archive(f"https://example.org/a.warc.gz sha256:{'0' * 64}", download)
    assert find(f"https://example.org/a.warc.gz sha256:{known.upper()}", download=download) == (once(), [])
    assert find(f"{path} sha256:{known}") == (once(), [])
    for place, said in (
        (f"{path} sha256:{'0' * 64}", "not 0000"),
        (tmp_path / "b", "is not there"),
        (f"https://a.org/b sha256:{known}", "not on this machine"),
    ):
        with pytest.raises(ArchiveError, match=said):
            find(place)


def test_what_is_no_archive_is_refused_with_a_sentence(tmp_path):
    """Text, an empty file and a cut zip are refused in one sentence that names the file."""
    for raw in (b"", b"hello", b"\x1f\x8b\x08 no gzip", b"PK\3\4 cut"):
        path = tmp_path / "a.bin"
        path.write_bytes(raw)
        with pytest.raises(ValueError, match=r"a\.bin") as caught:
            find(path)
        assert isinstance(caught.value, ArchiveError | GuardError) and "\n" not in str(caught.value)


HOSTILE_NAMES = [
    "../1.html", "../../1.html", "a/../../1.html", "/1.html", "//1.html", "/etc/1.html", "~/1.html", "~root/1.html", "C:/1.html", "c:1.html",
    "C:\\1.html", "..\\1.html", "a\\..\\1.html", "\\\\host\\share\\1.html", "./1.html", "a/./1.html", "a//1.html", "a/../1.html", "../", "..",
    "%2e%2e/1.html", "%2E%2E%2F/1.html", "a/%2e%2e/1.html", "a\n/1.html", "a\r/1.html", "\t/1.html", "\x7f/1.html", "a\0/1.html", "\x1b[2J/1.html", "Z:\\..\\1.html",
]  # fmt: skip


def test_names_that_leave_the_folder_are_refused(tmp_path):
    """30 member names that lead elsewhere, and a link, are refused; nothing is written anywhere; the plain member is found."""
    assert len(set(HOSTILE_NAMES)) == 30
    (tmp_path / "work").mkdir()
    for name in HOSTILE_NAMES:
        info = zipfile.ZipInfo("placeholder")
        info.filename = info.orig_filename = name
        path = write_zip(tmp_path / "work" / "a.zip", {info: b"evil", "1.html": PAGES["kremlin-en-1"]})
        found, faults = find(path)
        assert found == {"kremlin-en-1": [PAGES["kremlin-en-1"]]}, name
        assert len(faults) == 1 and "no plain name" in faults[0], name
    link = zipfile.ZipInfo("1.html")
    link.external_attr = 0o120777 << 16
    assert "is a link" in find(write_zip(tmp_path / "work" / "a.zip", {link: b"/etc/passwd"}))[1][0]
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == ["work", "work/a.zip"]


def test_links_out_of_a_folder_are_not_followed(tmp_path):
    """A link to a file or folder outside is left out with a sentence; one inside is a page like any other."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "1.html").write_bytes(b"secret")
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "real.html").write_bytes(PAGES["kremlin-en-2"])
    (pages / "2.html").symlink_to(pages / "real.html")
    (pages / "1.html").symlink_to(tmp_path / "secret" / "1.html")
    (pages / "all").symlink_to(tmp_path / "secret")
    (pages / "loop").symlink_to(pages)
    (pages / "3.html").symlink_to(pages / "3.html")
    (pages / "4.html").mkdir()
    (pages / "5.warc.gz").write_bytes(gzip.compress(b"WARC/1.0\r\n" + bytes(9_000_000)))
    found, faults = find(pages)
    assert found == {"kremlin-en-2": [PAGES["kremlin-en-2"]]}
    assert [fault.split()[0] for fault in faults] == ["1.html", "3.html", "5.warc.gz", "all", "loop"]


def test_an_encrypted_zip_is_refused(tmp_path):
    """A zip with a password is refused in a sentence that says what to do."""
    path = write_zip(tmp_path / "a.zip", {"1.html": b"x"}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(GuardError, match=r"'1\.html' is encrypted; save it without a password"):
        find(path)


def test_a_damaged_member_costs_no_other(tmp_path):
    """A page in a zip that fails its checksum is left out with a sentence, the others are found."""
    path = write_zip(tmp_path / "a.zip", {f"{key.split('-')[-1]}.html": raw for key, raw in PAGES.items()}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"Talk 3", b"Talk ?", 1))
    found, faults = find(path)
    assert list(found) == [key for key in PAGES if key != "kremlin-en-3"]
    assert len(faults) == 1 and "'3.html' is damaged" in faults[0]


def write_bombs(folder):
    """Write small files that unpack to far more than they should; return their paths."""
    zeros = b"\0" * 60_000_000
    bombs = {"large.zip": write_zip(folder / "large.zip", {"1.html": zeros})}
    lying = bytearray(bombs["large.zip"].read_bytes())
    for sign, at in ((b"PK\3\4", 22), (b"PK\1\2", 24)):  # both headers say that the member is short
        struct.pack_into("<L", lying, lying.rindex(sign) + at, 1000)
    (folder / "lying.zip").write_bytes(lying)
    write_zip(folder / "entries.zip", {}).write_bytes(_write_many(250_000))
    (folder / "overlap.zip").write_bytes(_write_overlap(3000))
    packed = gzip.compress(zeros)
    (folder / "zeros.warc.gz").write_bytes(gzip.compress(b"WARC/1.0\r\n" + zeros))
    head = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://en.kremlin.ru/d/1\r\nContent-Length: 60000000\r\n\r\n"
    (folder / "record.warc.gz").write_bytes(gzip.compress(head + zeros))
    write_zip(folder / "nested.zip", {"a.warc.gz": gzip.compress(head + zeros)}, zipfile.ZIP_STORED)
    write_zip(folder / "nested.wacz", {"archive/a.warc": head + zeros})
    (folder / "twice.warc.gz").write_bytes(gzip.compress(b"WARC/1.0\r\n" + packed * 200))
    (folder / "table.jsonl.gz").write_bytes(gzip.compress(b'{"doc_id": "1", "text": "' + zeros))
    return sorted(folder.iterdir())


def _write_many(n_entries):
    """Return a zip file that is little more than a directory of so many entries."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, n_entries & 0xFFFF, n_entries & 0xFFFF, len(entry) * n_entries, 4, 0)
    return b"PK\3\4" + entry * n_entries + end


def _write_overlap(n_entries):
    """Return a zip file whose entries all unpack the same bytes."""
    raw = zlib.compress(b"\0" * 100_000, 9)[2:-4]
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(raw), 100_000, 6, 0) + b"1.html" + raw
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(raw), 100_000, 6, 0, 0, 0, 0, 0, 0) + b"1.html"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, n_entries, n_entries, len(entry) * n_entries, len(local), 0)
    return local + entry * n_entries + end


def test_a_damaged_archive_gives_pages_or_a_sentence(tmp_path):
    """300 zip files, WARCs, WACZs and tables damaged at random end in pages or in one sentence, each within 2 s."""
    dice = random.Random(5)
    rows = b"".join(json.dumps({"doc_id": f"kremlin.ru_en_{number}", "text": "stars"}).encode() + b"\n" for number in range(6))
    named = {f"{key.split('-')[-1]}.html": raw for key, raw in PAGES.items()}
    seeds = {"a.warc.gz": of_pages(), "a.warc": of_pages(packed=False), "t.jsonl.gz": gzip.compress(rows)}
    seeds["a.zip"] = write_zip(tmp_path / "z.zip", named).read_bytes()
    seeds["a.wacz"] = write_zip(tmp_path / "z.zip", {"archive/a.warc.gz": of_pages()}, zipfile.ZIP_STORED).read_bytes()
    for _ in range(300):
        name = dice.choice(list(seeds))
        raw = bytearray(seeds[name])
        for _ in range(dice.choice([1, 2, 5, 30])):
            start = dice.randrange(len(raw) + 1)
            raw[start : start + dice.choice([0, 1, 1, 50])] = dice.choice(
                [b"", dice.randbytes(1), dice.randbytes(9), raw[start : start + 99]]
            )
        (tmp_path / name).write_bytes(raw)
        begun, faults = time.process_time(), []
        try:
            list(find_pages(tmp_path / name, want(sha256=dice.choice([None, "0" * 64])), faults=faults))
        except ValueError as error:
            assert type(error) is not ValueError and not isinstance(error, UnicodeError)
            faults.append(str(error))
        assert all(fault and "\n" not in fault for fault in faults), (name, faults)
        assert time.process_time() - begun < 2


TRY_BOMBS = """
import json, pathlib, re, sys, time
from framings.archives import find_pages
import framings.records, warcio.statusandheaders
row = {"document_id": "kremlin-en-1", "source": "kremlin", "language": "en", "url": "http://en.kremlin.ru/d/1", "page": "1.html"}

def measure():
    return int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) / 1000

before = measure()
for path in sys.argv[1:]:
    start, faults = time.process_time(), []
    try:
        n_found = len(list(find_pages(path, [row], faults=faults)))
    except ValueError as error:
        n_found, faults = 0, [str(error)]
    print(json.dumps([pathlib.Path(path).name, n_found, faults, time.process_time() - start]))
print(measure() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a process's largest size")
def test_bombs_are_refused_at_once(tmp_path):
    """Ten zip and gzip bombs, nested, overlapping and lying ones included: none gives a page, each ends within 1 s and 100 MB."""
    (tmp_path / "bombs").mkdir()
    bombs = write_bombs(tmp_path / "bombs")
    assert len(bombs) == 10 and all(path.stat().st_size < 13_000_000 for path in bombs)
    script = tmp_path / "try.py"
    script.write_text(TRY_BOMBS)
    result = subprocess.run([sys.executable, script, *bombs], capture_output=True, text=True, check=True)
    *tried, megabytes = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(tried) == len(bombs) and megabytes < 100
    for name, n_found, faults, seconds in tried:
        assert n_found == 0 and faults and all("\n" not in fault for fault in faults), name
        assert seconds < 1, (name, seconds)


def test_memory_does_not_grow_with_the_archive(tmp_path):
    """Reading a web archive of 1,000 pages of 50 kB takes no more than 0.1 MB on top of what 20 take, every page unpacked and hashed."""
    rare = b"".join(hashlib.sha256(bytes([number % 256, number // 256])).digest() for number in range(1600))
    path = tmp_path / "a.warc.gz"

    def measure(n_pages):
        with path.open("wb") as file:
            writer = WARCWriter(file, gzip=False)
            for number in range(1, n_pages + 1):
                writer.write_record(writer.create_warc_record(ADDRESS.format(number), "resource", io.BytesIO(rare), len(rare)))
        wanted = want([f"kremlin-en-{number}" for number in range(1, 11)], sha256="0" * 64)
        tracemalloc.start()
        list(find_pages(path, wanted))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert measure(1000) < measure(20) + 100_000


@pytest.mark.skipif(
    not Path(__file__).resolve().parents[2].joinpath("shared/corpus/kremlin/pages").is_dir(),
    reason="the shared pages are not here",
)
def test_all_real_pages_are_found():
    """Each of the 291 shared pages is found by its name and by its fingerprint."""
    folder = Path(__file__).resolve().parents[2] / "shared/corpus/kremlin/pages"
    hashes = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    wanted = [row for number in hashes for row in want([f"kremlin-en-{number}"], sha256=hashes[number], page="renamed.html")]
    found, faults = find(folder, wanted)
    assert len(hashes) == 291 and len(found) == 291 and faults == []

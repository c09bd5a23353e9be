"""Facts about what is refused before it is unpacked or parsed."""

import gzip
import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framings.confinement import ConfinementError, run_confined
from framings.guards import GuardError, check_zip, inflate_limited, read_member, refuse_entities

LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'


def write_zip(members, compression=zipfile.ZIP_DEFLATED):
    """Return the bytes of a zip file of {name: bytes}."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def lie(raw, size):
    """Return a zip file of one member whose directory claims another size for it."""
    local, directory = raw.find(b"PK\3\4"), raw.find(b"PK\1\2")
    raw = bytearray(raw)
    raw[local + 22 : local + 26] = raw[directory + 24 : directory + 28] = struct.pack("<L", size)
    return bytes(raw)


def read_all(raw, **bounds):
    """Return the members of a zip file, checked and read."""
    with check_zip(io.BytesIO(raw), "the zip", **bounds) as archive:
        return {info.filename: read_member(archive, info, "the zip") for info in archive.infolist()}


def overlap(n_members):
    """Return a zip file all of whose entries point at one member, as the densest bombs do."""
    raw = write_zip({"a": bytes(1_900_000)})
    directory, end = raw.find(b"PK\1\2"), raw.find(b"PK\5\6")
    entries = b"".join(raw[directory : directory + 46] + b"%c" % (97 + number % 26) for number in range(n_members))
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, n_members, n_members, len(entries), directory, 0)
    return raw[:directory] + entries + tail + raw[end + 22 :]


BAD_ZIPS = {
    "zeros": write_zip({"a": bytes(60_000_000)}),
    "many zeros": write_zip({f"{number}": bytes(1_900_000) for number in range(40)}),
    "says less than it holds": lie(write_zip({"a": bytes(40_000_000)}), 100),
    "says more than it holds": lie(write_zip({"a": b"abc"}), 100),
    "says four gigabytes": lie(write_zip({"a": b"abc"}), 4_000_000_000),
    "members that overlap": overlap(1_000),
    "too many entries": write_zip({f"{number}": b"" for number in range(1_001)}),
    "another method": write_zip({"a": bytes(1_000_000)}, zipfile.ZIP_LZMA),
    "cut": write_zip({"a": b"abc" * 100})[:-30],
    "no zip": b"PK\3\4" + bytes(1_000),
    "empty": b"",
}


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_zip_bombs_are_refused_at_once(name):
    """A bomb, a liar and a torn file are refused with one sentence in less than a second."""
    start = time.process_time()
    with pytest.raises(GuardError, match=r"^the zip"):
        read_all(BAD_ZIPS[name], most_entries=1_000)
    assert time.process_time() - start < 1


@given(st.dictionaries(st.text("abc", min_size=1), st.binary(max_size=300), max_size=5))
def test_what_is_packed_comes_back(members):
    """A zip file of ordinary members passes and gives their bytes."""
    assert read_all(write_zip(members)) == members


@given(st.binary(max_size=80))
def test_noise_after_a_zip_head_is_refused_in_words(noise):
    """Any bytes are a zip file or are refused with a sentence, never with another error."""
    raw = write_zip({"a": b"Good morning." * 9})
    for broken in (noise, raw[:20] + noise + raw[20 + len(noise) :], raw[: len(raw) - 40] + noise):
        try:
            read_all(broken)
        except GuardError as error:
            assert str(error).startswith("the zip")


def test_a_gzip_bomb_is_refused_after_two_megabytes():
    """A gzip of a gigabyte of zeros is refused once what it gave is out of proportion, in less than a second."""
    start = time.process_time()
    engine = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(10_000_000)
    bomb = b"".join([engine.compress(block) for _ in range(10)] + [engine.flush()]) * 10
    packed = time.process_time()
    with pytest.raises(GuardError, match=r"^t\.gz unpacks to more than 200 times"):
        sum(map(len, inflate_limited(io.BytesIO(bomb), "t.gz")))
    assert packed - start < 5
    assert time.process_time() - packed < 1


def test_a_gzip_gives_its_bytes_in_small_pieces():
    """Members in a row come as one, a cut one is refused, noise is refused, and so is more than the bound."""
    text = b"".join(b"%d," % number for number in range(200_000))
    packed = gzip.compress(text[:700_000]) + gzip.compress(text[700_000:]) + bytes(512)
    pieces = list(inflate_limited(io.BytesIO(packed), "t.gz"))
    assert b"".join(pieces) == text
    assert max(map(len, pieces)) <= 65_536
    for broken in (gzip.compress(text)[:-9], b"\x1f\x8bnoise", b"", bytes(90)):
        with pytest.raises(GuardError, match=r"^t\.gz is"):
            list(inflate_limited(io.BytesIO(broken), "t.gz"))
    with pytest.raises(GuardError, match="unpacks to more than 1 MB"):
        list(inflate_limited(io.BytesIO(packed), "t.gz", most_bytes=1_000_000))


def test_bombs_need_little_memory():
    """No bomb makes the guard hold 100 MB, its own bytes and directory included."""
    bombs = [BAD_ZIPS["zeros"], BAD_ZIPS["says less than it holds"], overlap(5_000), gzip.compress(bytes(60_000_000), 6)]
    tracemalloc.start()
    for bomb in bombs:
        tracemalloc.reset_peak()
        with pytest.raises(GuardError):
            read_all(bomb) if bomb.startswith(b"PK") else list(inflate_limited(io.BytesIO(bomb), "the gzip"))
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_xml_with_entities_is_refused(encoding):
    """A document type or an entity is found in every encoding that XML parsers take without asking."""
    with pytest.raises(GuardError, match="declares"):
        refuse_entities(LAUGHS.decode().encode(encoding), "a part")
    plain = "<a>Good morning, DOCTYPE and ENTITY</a>".encode(encoding)
    assert refuse_entities(plain, "a part") == plain


def test_xml_in_a_hidden_encoding_is_refused():
    """What would hide a declaration from the search (EBCDIC, UTF-7) is refused as such."""
    with pytest.raises(GuardError, match="no XML in UTF-8"):
        refuse_entities(LAUGHS.decode().encode("cp037"), "a part")
    with pytest.raises(GuardError, match="no XML in UTF-8"):
        refuse_entities(b'<?xml version="1.0" encoding="UTF-7"?>' + LAUGHS[21:].decode().encode("utf-7"), "a part")


def test_confined_work_is_ended(monkeypatch):
    """Work without end stops after its seconds, work without measure at its memory, and an error comes back as words."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    with pytest.raises(ConfinementError, match="more than 1 seconds"):
        run_confined("made_pdfs", "spin_for_ever", b"", seconds=1)
    with pytest.raises(ConfinementError, match="memory"):
        run_confined("builtins", "list", bytes(50_000_000), memory=400_000_000)
    with pytest.raises(ConfinementError, match="invalid literal"):
        run_confined("builtins", "int", b"seven")
    assert run_confined("builtins", "len", b"seven") == 5

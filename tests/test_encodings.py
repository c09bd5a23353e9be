"""What encoded bytes become."""

import itertools

import pytest

from framings.encodings import decode_text
from framings.sources.page import SourceError

WORDS = "Привет, сад! Ёжик и щука — «звёзды» над № 5.".replace("—", "-").replace("«", '"').replace("»", '"').replace("№", "N")
TEXTS = [f"{WORDS} Строка {number}.\nGood day, garden {number}." for number in range(5)]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "windows-1251", "koi8-r"]
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def encode(text, encoding):
    """Return the bytes of ``text``, with the mark that UTF-16 needs."""
    return MARKS.get(encoding, b"") + text.encode(encoding)


@pytest.mark.parametrize(("encoding", "text"), list(itertools.product(ENCODINGS, TEXTS)))
def test_sixty_files_in_six_encodings_are_exact(encoding, text):
    """Five texts and five pages in each of six encodings come back letter by letter."""
    needs_name = encoding in ("windows-1251", "koi8-r")
    assert decode_text(encode(text, encoding), encoding if needs_name else None) == text
    page = f'<html><head><meta charset="{encoding if needs_name else "utf-8"}"></head><p>{text}</p></html>'
    assert decode_text(encode(page, encoding)) == page


@pytest.mark.parametrize(
    "head",
    [
        '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">',
        "<META CONTENT='text/html;charset=KOI8-R' HTTP-EQUIV=content-type>",
        "<meta charset = koi8-r />",
        '<?xml version="1.0" encoding="koi8-r"?>',
    ],
)
def test_a_page_names_its_encoding_itself(head):
    """Every form in which a page says it is heard within the first 2 kB, and not beyond."""
    page = head + "<p>Привет, сад</p>"
    assert decode_text(page.encode("koi8-r")) == page
    with pytest.raises(SourceError, match="is not UTF-8"):
        decode_text(b" " * 2048 + page.encode("koi8-r"))


def test_the_header_comes_before_the_page_and_the_mark_before_both():
    """A transcoding server changes the bytes and not the page's own word for them."""
    page = '<meta charset="koi8-r"><p>Привет, сад</p>'
    assert decode_text(page.encode("cp1251"), "windows-1251") == page
    assert decode_text(page.encode("utf-8-sig"), "windows-1251") == page


@pytest.mark.parametrize("declared", ["windows-1251", "koi8-r", "iso-8859-1", "ascii", "utf-16", "x-unknown", "base64"])
def test_a_wrong_declaration_spoils_no_utf8(declared):
    """Bytes that are UTF-8 throughout stay so under any header: a false word costs no letter."""
    for text in ("Привет, сад", "a dash – here", "“quoted”", "plain"):
        assert decode_text(text.encode(), declared) == text


def test_a_wrong_declaration_of_cyrillic_is_seen_by_its_words():
    """Windows-1251 called KOI8-R or the reverse, and Cyrillic called Latin, are refused, or read by the page's word."""
    text = "Привет, сад и огород"
    for encoding, declared in (("koi8-r", "cp1251"), ("cp1251", "koi8-r"), ("cp1251", "iso-8859-1"), ("koi8-r", "cp1252")):
        with pytest.raises(SourceError, match="makes no words in it; open it in an editor and save it as UTF-8"):
            decode_text(text.encode(encoding), declared)
        page = f'<meta charset="{encoding}">{text}'
        assert decode_text(page.encode(encoding), declared) == page


@pytest.mark.parametrize("text", ["Café – déjà vu in São Tomé", "ÉLÉGANT ÇA", "naïve"])
def test_western_letters_are_no_garbling(text):
    """Accented words are read as declared."""
    assert decode_text(text.encode("cp1252"), "iso-8859-1") == text


@pytest.mark.parametrize("text", ["ПРИВЕТ, САД", "САД", "её", "Её ёж"])
def test_capitals_and_short_words_are_no_garbling(text):
    """A heading in capitals and a lone word are read as declared."""
    assert decode_text(text.encode("cp1251"), "cp1251") == text
    assert decode_text(text.encode("koi8-r"), "koi8-r") == text


@pytest.mark.parametrize(
    ("raw", "declared", "sentence"),
    [
        ("ab Привет".encode("cp1251"), None, r"the byte at offset 3 \(0xcf\) is not UTF-8; open it in an editor"),
        (b"\xef\xbb\xbfab\xff", None, "the byte at offset 5 .* is not UTF-8"),
        (b"\xff\xfea\x00b", None, "the byte at offset 4 .* is not UTF-16-LE"),
        ("Привет, сад".encode() + b"\xe3.", "cp1251", "is UTF-8 with a broken byte at offset 20"),
        (b"ab\x98c\xef", "cp1251", "the byte at offset 2 .* is not windows-1251"),
        ("Hello".encode("utf-16-le"), None, "offset 1 is zero, so this is no text, or text in UTF-16"),
        (("\ufffd" * 9).encode(), None, "9 letters, the first at offset 0, were lost"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_offset(raw, declared, sentence):
    """The sentence names the byte and the cure."""
    with pytest.raises(SourceError, match=sentence):
        decode_text(raw, declared)


def test_utf16_without_a_mark_needs_a_declaration():
    """A header may say it; the bytes then hold zeros, without which it is not believed."""
    assert decode_text("Сад и дом".encode("utf-16-be"), "utf-16-be") == "Сад и дом"
    assert decode_text(b"garden", "utf-16") == "garden"


def test_no_bytes_are_no_text():
    """An empty file is an empty text; whoever reads it decides."""
    assert decode_text(b"") == ""

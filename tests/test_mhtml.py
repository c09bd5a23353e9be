"""What is found in a page that a browser saved as one file."""

import time

import pytest
from made_pages import write_page
from made_sites import write_mhtml

from framings.encodings import decode_text
from framings.sources.kremlin import read_page
from framings.sources.mhtml import unwrap_page
from framings.sources.page import SourceError

PAGE = write_page("<p>Jane = Doe: über alles, добрый день.</p>" * 30)


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_the_page_comes_out_as_it_was(encoding):
    """Bytes, encoding and address, however the browser wrote them."""
    content, charset, url = unwrap_page(write_mhtml(PAGE, encoding))
    assert content.replace(b"\r\n", b"\n").strip() == PAGE.strip()
    assert (charset, url) == ("utf-8", "http://en.kremlin.ru/events/president/news/101")
    assert len(read_page(content, "101").paragraphs) == 30


def test_the_part_names_its_encoding():
    """A page in windows-1251 that says so only in the head of its part."""
    raw = "<html><p>Добрый день, сад</p></html>".encode("cp1251")
    content, charset, _ = unwrap_page(write_mhtml(raw, "base64", charset="windows-1251"))
    assert (decode_text(content), charset) == ("<html><p>Добрый день, сад</p></html>", "utf-8")
    assert unwrap_page(write_mhtml(raw, "base64", charset=None))[1] is None


def test_a_message_of_one_part_is_a_page_too():
    """Old browsers wrote pages without pictures as a single part."""
    raw = b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=koi8-r\r\nContent-Location: http://a.org/\r\n\r\n<p>Hi</p>"
    assert unwrap_page(raw) == (b"\xef\xbb\xbf<p>Hi</p>", "utf-8", "http://a.org/")


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (write_mhtml(PAGE)[:-200], "cut off before its end"),
        (write_mhtml(PAGE)[:2000], "cut off before its end"),
        (write_mhtml(PAGE).replace(b"Content-Type: text/html", b"Content-Type: text/plain"), "no part of type text/html"),
        (write_mhtml(b""), "is empty"),
        (b"MIME-Version: 1.0\r\n" + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 9000, "levels"),
        (write_mhtml(PAGE) + b"\r\n------MultipartBoundary--abc----\nContent-Type: text/css\n\n" * 6000, "5000 parts"),
        (b"MIME-Version: 1.0\r\n\r\n", "no part of type text/html"),
    ],
)
def test_a_broken_file_is_refused_in_a_sentence(raw, sentence):
    """Cut off, without a page, empty, nested or split without end: each within two seconds."""
    start = time.perf_counter()
    with pytest.raises(SourceError, match=sentence):
        unwrap_page(raw)
    assert time.perf_counter() - start < 2

"""Which reader takes a page: told from its bytes and, for web pages, from the site that the register names."""

import re

from framings.sources.own_keys import is_own_page
from framings.sources.page import SourceError

SITES = ("kremlin", "eec", "belarus")
SOURCES = (*SITES, "web", "file")
MARKUP = (b"<!doctype html", b"<html", b"<head", b"<body", b"<article", b"<div", b"<meta")
MESSAGE = (b"mime-version:", b"content-type: multipart/related", b"from: <saved by")
FIELD, BLANK_LINE = re.compile(rb"[a-z-]+: "), re.compile(rb"\r?\n\r?\n")
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_page(source, raw, asked_id):
    """Return (Page, name of the reader) for the bytes of a page.

    A record of a table, a DOCX, a PDF and plain text have readers of their own, whatever the site; HTML goes to the reader
    of ``source``, or, where that site has none, to ``web``, which finds the text by its looks; a page that a browser saved
    as one MHTML file is unwrapped first. ``asked_id`` is the key that the register expects. Raises ``SourceError``.
    """
    kind = find_kind(raw)
    if kind == "mhtml":
        from framings.sources.mhtml import unwrap_page

        raw, _, _ = unwrap_page(raw)
        kind = "html"
    reader = kind if kind != "html" else source if source in SITES else "web"
    if reader in SITES and not _find_recogniser(reader)(raw) and is_own_page(raw, source, asked_id):
        reader = "web"  # the site's own page, in a form that its reader does not know
    return _find_reader(reader)(raw, asked_id), reader


def find_kind(raw):
    """Return what kind of file bytes are: record, docx, pdf, mhtml, html or text.

    >>> find_kind(b"%PDF-1.7"), find_kind(b'{"doc_id": "1", "text": "Hello."}'), find_kind(b"\\n<!DOCTYPE html>"), find_kind(b"Dear all,")
    ('pdf', 'record', 'html', 'text')
    """
    if not raw.strip():
        raise SourceError("the file is empty; save the page again")
    start = _strip_mark(raw[:4096]).lstrip().lower()
    if start.startswith(b"%pdf-"):
        return "pdf"
    if start.startswith(b"pk\x03\x04"):
        return "docx"
    if start.startswith(b"{"):
        return "record"
    if FIELD.match(start) and any(field in BLANK_LINE.split(start, 1)[0] for field in MESSAGE):
        return "mhtml"
    if any(tag in start for tag in MARKUP):
        return "html"
    return "text"


def recognise_page(raw):
    """Return (source, the site's own key) of a page of a known site, or None."""
    if find_kind(raw) == "mhtml":
        from framings.sources.mhtml import unwrap_page

        raw, _, _ = unwrap_page(raw)
    if find_kind(raw) != "html":
        return None
    return next(((source, number) for source in SITES if (number := _find_recogniser(source)(raw))), None)


def _strip_mark(start):
    """Return the start of a file without byte-order mark and, in UTF-16, without the zero bytes between its letters."""
    for mark in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return start.removeprefix(mark).replace(b"\0", b"")
    return start


def _find_recogniser(source):
    """Return the function that tells a site's own number of a page, or None for a page of another site."""
    if source == "kremlin":
        from framings.sources.kremlin import recognise
    elif source == "eec":
        from framings.sources.eec import recognise
    else:
        from framings.sources.belarus import recognise
    return recognise


def _find_reader(name):
    """Return the function that reads pages of a kind; its module is imported only now, because some cost a second."""
    if name == "kremlin":
        from framings.sources.kremlin import read_page
    elif name == "eec":
        from framings.sources.eec import read_page
    elif name == "belarus":
        from framings.sources.belarus import read_page
    elif name == "record":
        from framings.sources.record import read_page
    elif name == "docx":
        from framings.sources.docx import read_page
    elif name == "pdf":
        from framings.sources.pdf import read_page
    elif name == "text":
        from framings.sources.text import read_page
    else:
        from framings.sources.web import read_page
    return read_page

"""Which document a page says it is: the keys behind the addresses that it gives as its own."""

import html
import re

from framings.addresses import find_key

WITHIN = 300_000  # bytes
ADDRESS = re.compile(
    rb"""<link\b[^<>]{0,300}?\brel=["']?canonical\b[^<>]{0,300}>|<meta\b[^<>]{0,300}?\bog:url\b[^<>]{0,600}>"""
    rb"""|<base\b[^<>]{0,300}>"""
    rb"""|saved\ from\ url=\(\d{1,9}\)[^\s<>]{1,600}|\bdata-href=["'][^"']{1,600}""",
    re.IGNORECASE | re.VERBOSE,
)
UNNAMED = {
    "kremlin": re.compile(rb"//[\w.-]*kremlin\.ru\b"),
    "eec": re.compile(rb"//[\w.-]*(?:eaeunion|eurasiancommission)\.org\b"),
}
URL = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


def find_own_keys(raw):
    """Return the keys behind the addresses that a page gives as its own, in order and without repetition.

    Such are the canonical link, ``og:url``, the base of its links, the address that a browser noted when it saved the page,
    and the address that a reading frame carries. A page that gives none has no keys.

    >>> [key.document_id for key in find_own_keys(b'<link rel="canonical" href="http://en.kremlin.ru/d/55819">')]
    ['kremlin-en-55819']
    """
    found = {}
    for piece in ADDRESS.findall(raw[:WITHIN]):
        for address in URL.findall(html.unescape(piece.decode("utf-8", "replace"))):
            key = find_key(address)
            if key is not None:
                found.setdefault(key)
    return list(found)


def is_own_page(raw, source, asked_id):
    """Return whether a page in no form that the reader of ``source`` knows may be read as document ``asked_id`` by its looks.

    It must give the address of that document as its own. Old pages give none: those of the president's archives (whose keys
    are no numbers) and of the Commission may then be read if they link to their site; whoever asks looks for block pages.
    """
    keys = find_own_keys(raw)
    if keys:
        return any((key.source, key.number) == (source, asked_id) for key in keys)
    host = UNNAMED.get(source)
    return host is not None and not asked_id.isdigit() and host.search(raw) is not None

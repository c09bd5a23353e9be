"""Pages of the Belarusian president's site, president.gov.by, in English and Russian: bytes -> page."""

import json
import re

from framings.encodings import decode_text
from framings.sources.markup import check_balance, language_of, parse_html, read_body, text_of, texts_of
from framings.sources.own_keys import find_own_keys
from framings.sources.page import Page, SourceError, count_inked

BODY = "section.page-details__content"
LINKED = 'script[type="application/ld+json"]'
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?")


def recognise(raw):
    """Return the site's number (or name) of the item in ``raw`` if it is a page of this site, else None."""
    if b"page-details__content" not in raw:
        return None
    return next((key.number for key in find_own_keys(raw) if key.source == "belarus"), None)


def read_page(raw, asked_id):
    """Return the ``Page`` that the bytes ``raw`` hold; ``asked_id`` is its number on the site, or its name where it has none.

    The day comes from the page's JSON-LD (``datePublished``), else from its ``time`` element. Raises ``SourceError`` for a
    page of another site or another number, a page without text, and a body whose characters do not add up.
    """
    # ASSUME: the markup is known from public collectors only. A page that does not give its address is taken at its word.
    document = parse_html(decode_text(raw))
    body = document.css_first(BODY)
    if body is None:
        raise SourceError(
            "this is no page of an event on president.gov.by (no section.page-details__content); save the right page"
        )
    number = recognise(raw)
    if number is not None and number != asked_id:
        raise SourceError(f"the page holds number {number}, not {asked_id}; save the right page")
    day, clock = _find_moment(document)
    paragraphs, removed = read_body(body)
    return check_balance(
        Page(
            title=text_of(document, "h1") or "",
            language=language_of(document),
            date=day,
            time=clock,
            place=None,
            lead=None,
            sections=(),
            topics=texts_of(document, "ul.tag-list li a"),
            persons=(),
            paragraphs=paragraphs,
            removed=removed,
            n_chars_body=count_inked(body.text(deep=True)),
        )
    )


def _find_moment(document):
    """Return (YYYY-MM-DD, HH:MM) of publication; each None where the page does not say it."""
    moments = [_find_published(node.text(deep=True)) for node in document.css(LINKED)]
    moments += [node.attributes.get("data-datetime") or node.attributes.get("datetime") for node in document.css("time")]
    return next((found.groups() for found in map(MOMENT.match, filter(None, moments)) if found), (None, None))


def _find_published(text):
    """Return ``datePublished`` of a JSON-LD text, at whatever depth, or None."""
    try:
        open_values = [json.loads(text)]
    except (ValueError, RecursionError):
        return None
    while open_values:
        value = open_values.pop(0)
        if isinstance(value, dict):
            if isinstance(value.get("datePublished"), str):
                return value["datePublished"]
            open_values += value.values()
        elif isinstance(value, list):
            open_values += value
    return None

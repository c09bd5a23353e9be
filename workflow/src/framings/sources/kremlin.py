"""Pages of the president's site, kremlin.ru, in English and Russian, main site and special mirrors: bytes -> page."""

import re

from framings.sources.markup import (
    attribute_of,
    check_balance,
    language_of,
    parse_html,
    read_body,
    text_of,
    texts_of,
    visible_text,
)
from framings.sources.page import Page, Removed, SourceError, count_inked

ARTICLE, BODY, FURNITURE, DETAILS = "article.read__in", "[itemprop=articleBody]", "masha-ignore", "read__bottommeta"
MIRROR_BODY, MIRROR_PLACE = "div.singlepost", "p.published"
NOT_SPEECH = {
    DETAILS: "tags and details of publication",
    "tooltip_person": "note on a person",
    "tooltip_term": "note on a term",
    "slider": "photographs and captions",
    "media": "photograph or film and caption",
    "media__container": "photograph or film and caption",
    "read__cut": "links to other pages",
    FURNITURE: "furniture of the site",
}
NUMBER = re.compile(rb"""<article\b[^<>]{0,400}?\bid=["']?event-(\d{1,9})\b""")
MIRROR = re.compile(rb"""<div\b[^<>]{0,200}?\bclass=["']?[^"'<>]{0,100}\bsinglepost\b""")
PLACE = re.compile(r"^[\s,.–—-]*(?:года\b|г\.)?[\s,.–—-]*|[\s,.–—-]+$")  # what stands between a day or time and the place
TIME = re.compile(r"\b(\d\d:\d\d)\b")
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
WORD = re.compile(r"\w+")
MOST_BAD_BYTES = 8


def recognise(raw):
    """Return the site's number of the page in ``raw`` if it is a page of an event in a form known here, else None."""
    if found := NUMBER.search(raw):
        return found[1].decode()
    return _find_mirror_number(raw) if MIRROR.search(raw) else None


def read_page(raw, asked_id):
    """Return the ``Page`` that the bytes ``raw`` hold, whose number on the site must be ``asked_id``.

    Known are the pages of the main site (print pages in the same markup and pages saved by a browser included) and those of
    its special mirrors. The body is kept as paragraphs, or removed piece by piece with a reason; the two are checked
    against a count of the body's characters taken by the parser alone. Raises ``SourceError`` with one sentence for a page
    of another site, a page cut off in its middle, a page with another number, and a body that does not balance.
    """
    if raw.startswith(WIDE_MARKS):
        from framings.encodings import decode_text

        raw = decode_text(raw).encode()
    if b"<article" not in raw and MIRROR.search(raw):
        return _read_mirror(raw, asked_id)
    article, bad_bytes = _find_article(raw, asked_id)
    if article.id != f"event-{asked_id}":
        raise SourceError(f"the page holds {article.id or 'no number'}, not event-{asked_id}; save the right page")
    body = article.css_first(BODY)
    if body is None:
        raise SourceError("the page has no body (no element with itemprop=articleBody); save the page again")
    paragraphs, removed = read_body(body, _find_reason, _find_echoes)
    return check_balance(
        Page(
            title=text_of(article, "h1.entry-title", _find_reason) or "",
            language=attribute_of(article, "meta[itemprop=inLanguage]", "content"),
            date=attribute_of(article, "time.read__published", "datetime", r"\d{4}-\d\d-\d\d"),
            time=text_of(article, ".read__meta .read__time", _find_reason),
            place=text_of(article, ".read__meta .read__place", _find_reason),
            lead=text_of(article, ".read__lead", _find_reason),
            sections=texts_of(body, f".{DETAILS} .read__status p:first-of-type a", _find_reason),
            topics=texts_of(body, f".{DETAILS} .read__taglist a[href*='/keywords/']", _find_reason),
            persons=texts_of(body, f".{DETAILS} .read__taglist a[href*='/persons/']", _find_reason),
            paragraphs=paragraphs,
            removed=(*removed, *[Removed("byte that is not UTF-8", 0, f"0x{byte:02x}") for byte in bad_bytes]),
            n_chars_body=count_inked(body.text(deep=True)),
        )
    )


def _find_article(raw, asked_id):
    """Return the article element of a page and the bytes that were no UTF-8; only the article is parsed, for speed."""
    start, end = raw.find(b"<article"), raw.rfind(b"</article>")
    if start < 0:
        raise SourceError("this is no page of an event on kremlin.ru (it holds no article); save the right page")
    if end < start:
        raise SourceError("the page is cut off before its article ends; save it again")
    text, bad_bytes = _decode(raw[start : end + len(b"</article>")], start)
    articles = parse_html(text).css(ARTICLE)
    if not articles:
        raise SourceError("this is no page of an event on kremlin.ru (no article.read__in); save the right page")
    # ASSUME: a page saved from a window in which several articles were opened holds them all; the one asked for counts.
    return next((article for article in articles if article.id == f"event-{asked_id}"), articles[0]), bad_bytes


def _decode(raw, offset):
    """Return the text of UTF-8 bytes and the bytes left out; refuses bytes that are another encoding altogether."""
    # ASSUME: a handful of broken bytes is a slip of the site's editors (one known page has one, inside a word); they are
    # left out and listed among the pieces removed. More of them mean a wrong encoding.
    try:
        return raw.decode("utf-8"), b""
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", "surrogateescape")
        bad = bytes(ord(character) - 0xDC00 for character in re.findall("[\udc80-\udcff]", text))
        if len(bad) > MOST_BAD_BYTES:
            raise SourceError(
                f"{len(bad)} bytes of the page, the first at offset {offset + error.start}, are not UTF-8; save it again as UTF-8"
            ) from error
        return re.sub("[\udc80-\udcff]", "", text), bad


def _read_mirror(raw, asked_id):
    """Return the page of a special mirror: a heading, a line with day, time and place, and the text below it."""
    # ASSUME: the markup is known from a public collector of these pages only (div.singlepost with p.published first in it).
    # The mirror has no element of its own for the summary, so it stays the first paragraph of the text.
    from framings.sources.printed_days import find_printed_day

    number = _find_mirror_number(raw)
    if number != asked_id:
        raise SourceError(f"the page holds {f'number {number}' if number else 'no number'}, not {asked_id}; save the right page")
    text, bad_bytes = _decode(raw, 0)
    document = parse_html(text)
    body = document.css_first(MIRROR_BODY)
    if body is None or document.css_first(MIRROR_PLACE) is None:
        raise SourceError("the page has no line with its day (no p.published); save the page again")
    heading, published = "", None
    for node in document.css(f"h1, h2, {MIRROR_PLACE}"):
        if node.tag == "p":
            published = visible_text(node)
            break
        heading = visible_text(node) or heading
    day, _, end = find_printed_day(published) or (None, 0, 0)
    clock = TIME.search(published, end)

    def find_reason(node):
        text = visible_text(node) if node.tag in ("p", "h1", "h2") else ""
        return "day, time and place" if text == published != "" else "title" if text == heading != "" else _find_reason(node)

    paragraphs, removed = read_body(body, find_reason)
    return check_balance(
        Page(
            title=heading, language=language_of(document), date=day, time=clock and clock[1],
            place=PLACE.sub("", published[clock.end() if clock else end :]) or None if day else None,
            lead=None, sections=(), topics=(), persons=(), paragraphs=paragraphs,
            removed=(*removed, *[Removed("byte that is not UTF-8", 0, f"0x{byte:02x}") for byte in bad_bytes]),
            n_chars_body=count_inked(body.text(deep=True)),
        )
    )  # fmt: skip


def _find_mirror_number(raw):
    """Return the number of the item in the first address that a page of a mirror gives as its own, or None."""
    from framings.sources.own_keys import find_own_keys

    return next((key.number for key in find_own_keys(raw) if key.source == "kremlin" and key.number.isdigit()), None)


def _find_reason(node):
    """Return why an element of the body is not speech, or None."""
    classes = node.attributes.get("class")
    if not classes:
        return None
    classes = classes.split()
    if FURNITURE not in classes and DETAILS not in classes:
        return None
    return next(reason for name, reason in NOT_SPEECH.items() if name in classes)


def _find_echoes(marked):
    """Return {index: reason} of the block quotations that repeat what the body says elsewhere."""
    # ASSUME: the site sets off phrases of a speech as quotations. One most of whose runs of three words stand in the rest
    # of the body is such a repetition and must not count as said twice (true of all 210 on the pages known).
    quotes = [(place, _word_triples(paragraph.text)) for place, (quoted, paragraph) in enumerate(marked) if quoted]
    if not quotes:
        return {}
    said = set().union(*[_word_triples(paragraph.text) for quoted, paragraph in marked if not quoted])
    reason = "quotation set off by the editors, said in the text too"
    return {place: reason for place, triples in quotes if len(triples & said) >= 0.6 * len(triples)}


def _word_triples(text):
    """Return the runs of three words in ``text``, in lower case."""
    words = WORD.findall(text.lower())
    return set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}

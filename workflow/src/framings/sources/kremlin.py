"""Pages of the president's site, kremlin.ru, in English and Russian: bytes -> page."""

import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser

from framings.sources.page import Page, Paragraph, Removed, SourceError, count_inked
from framings.texts import normalise_text

ARTICLE, BODY, FURNITURE, DETAILS = "article.read__in", "[itemprop=articleBody]", "masha-ignore", "read__bottommeta"
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
# ASSUME: a <br> separates paragraphs; on the pages known it only ends them.
BLOCKS = HEADINGS | frozenset(
    ["p", "div", "blockquote", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "td", "th", "section", "pre", "hr", "br"]
)
BOLD, ITALIC = frozenset(["b", "strong"]), frozenset(["i", "em"])
NOT_TEXT = {"script": "script", "style": "style sheet", "noscript": "script", "iframe": "embedded page", "figcaption": "caption"}
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
WORD = re.compile(r"\w+")
MOST_BAD_BYTES = 8


def read_page(raw, asked_id):
    """Return the ``Page`` that the bytes ``raw`` hold, whose number on the site must be ``asked_id``.

    The body is kept as paragraphs, or removed piece by piece with a reason; the two are checked against a count of the
    body's characters taken by the parser alone. Raises ``SourceError`` with one sentence for a page of another site, a
    page cut off in its middle, a page with another number, and a body that does not balance.
    """
    article, bad_bytes = _find_article(raw)
    if article.id != f"event-{asked_id}":
        raise SourceError(f"the page holds {article.id or 'no number'}, not event-{asked_id}; save the right page")
    body = article.css_first(BODY)
    if body is None:
        raise SourceError("the page has no body (no element with itemprop=articleBody); save the page again")
    paragraphs, removed = _read_body(body)
    page = Page(
        title=_text_of(article, "h1.entry-title") or "",
        language=_attribute_of(article, "meta[itemprop=inLanguage]", "content"),
        date=_attribute_of(article, "time.read__published", "datetime", r"\d{4}-\d\d-\d\d"),
        time=_text_of(article, ".read__meta .read__time"),
        place=_text_of(article, ".read__meta .read__place"),
        lead=_text_of(article, ".read__lead"),
        sections=_texts_of(body, f".{DETAILS} .read__status p:first-of-type a"),
        topics=_texts_of(body, f".{DETAILS} .read__taglist a[href*='/keywords/']"),
        persons=_texts_of(body, f".{DETAILS} .read__taglist a[href*='/persons/']"),
        paragraphs=paragraphs,
        removed=(*removed, *[Removed("byte that is not UTF-8", 0, f"0x{byte:02x}") for byte in bad_bytes]),
        n_chars_body=count_inked(body.text(deep=True)),
    )
    if page.n_chars_body != page.n_chars_kept + page.n_chars_removed:
        raise SourceError(
            f"the body has {page.n_chars_body} characters, but {page.n_chars_kept} were kept and {page.n_chars_removed} removed; "
            "report the page, its markup is new"
        )
    return page


def _find_article(raw):
    """Return the article element of a page and the bytes that were no UTF-8; only the article is parsed, for speed."""
    start, end = raw.find(b"<article"), raw.rfind(b"</article>")
    if start < 0:
        raise SourceError("this is no page of an event on kremlin.ru (it holds no article); save the right page")
    if end < start:
        raise SourceError("the page is cut off before its article ends; save it again")
    text, bad_bytes = _decode(raw[start : end + len(b"</article>")], start)
    article = LexborHTMLParser(unicodedata.normalize("NFC", text)).css_first(ARTICLE)
    if article is None:
        raise SourceError("this is no page of an event on kremlin.ru (no article.read__in); save the right page")
    return article, bad_bytes


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


def _read_body(body):
    """Return the paragraphs of a body and the pieces removed from it."""
    blocks, removed = _collect_blocks(body)
    marked, n_unseen = [], 0
    for quoted, runs in blocks:
        raw = "".join(run for run, _, _ in runs)
        text = normalise_text(raw)
        n_unseen += count_inked(raw) - count_inked(text)
        if text:
            marked.append((quoted, _mark_up(text, runs)))
    echoes = _find_echoes(marked)
    removed += [Removed("quotation set off by the editors, said in the text too", count_inked(text), text) for text in echoes]
    if n_unseen:
        removed.append(Removed("invisible characters, and marks joined with their letters", n_unseen, ""))
    return tuple(paragraph for quoted, paragraph in marked if not (quoted and paragraph.text in echoes)), removed


def _collect_blocks(body):
    """Return the text blocks of a body as (quoted, runs of (text, bold, italic)), and the pieces that are not text.

    Walks without recursion, so that no nesting is too deep.
    """
    blocks, removed, runs = [], [], []
    stack = [(body, False, False, False)]
    while stack:
        node, bold, italic, quoted = stack.pop()
        tag = node.tag if node is not None else None
        if tag == "-text":
            runs.append((node.text(), bold, italic))
            continue
        if tag is None or tag in BLOCKS:
            if runs:
                blocks.append((quoted, runs))
                runs = []
            if tag is None:
                continue
        elif tag.startswith("-"):
            continue
        reason = NOT_TEXT.get(tag) or _find_reason(node)
        if reason:
            text = node.text(deep=True)
            removed.append(Removed(reason, count_inked(text), normalise_text(text)))
            continue
        inner = (bold or tag in BOLD or tag in HEADINGS, italic or tag in ITALIC, quoted or tag == "blockquote")
        if tag in BLOCKS:
            stack.append((None, False, False, inner[2]))
        stack.extend((child, *inner) for child in reversed(list(node.iter(include_text=True))))
    return blocks + [(False, runs)] * bool(runs), [piece for piece in removed if piece.n_chars]


def _find_reason(node):
    """Return why an element of the body is not speech, or None."""
    classes = node.attributes.get("class")
    if not classes:
        return None
    classes = classes.split()
    if FURNITURE not in classes and DETAILS not in classes:
        return None
    return next(reason for name, reason in NOT_SPEECH.items() if name in classes)


def _mark_up(text, runs):
    """Return the paragraph with normalised ``text`` whose bold and italic ranges come from its raw runs.

    Each run is folded as the whole was, so offsets count in ``text``; ranges with nothing but a space between them are one.
    """
    ranges, end = ([], []), 0
    if not any(bold or italic for _, bold, italic in runs):
        return Paragraph(text)
    for raw, *styles in runs:
        piece = normalise_text(raw)
        if not piece:
            continue
        start = end + (text[end : end + 1] == " ")
        end = min(start + len(piece), len(text))
        for spans, styled in zip(ranges, styles, strict=True):
            if styled and spans and not text[spans[-1][1] : start].strip():
                spans[-1] = (spans[-1][0], end)
            elif styled:
                spans.append((start, end))
    return Paragraph(text, *map(tuple, ranges))


def _find_echoes(marked):
    """Return the texts of block quotations that repeat what the body says elsewhere."""
    # ASSUME: the site sets off phrases of a speech as quotations. One most of whose runs of three words stand in the rest
    # of the body is such a repetition and must not count as said twice (true of all 210 on the pages known).
    quotes = [paragraph.text for quoted, paragraph in marked if quoted]
    if not quotes:
        return []
    said = set().union(*[_word_triples(paragraph.text) for quoted, paragraph in marked if not quoted])
    return [text for text in quotes if len(_word_triples(text) & said) >= 0.6 * len(_word_triples(text))]


def _word_triples(text):
    """Return the runs of three words in ``text``, in lower case."""
    words = WORD.findall(text.lower())
    return set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}


def _text_of(node, selector):
    """Return the text of the first element that fits, without furniture of the site; None where there is none."""
    found = node.css_first(selector)
    return None if found is None else _visible_text(found) or None


def _texts_of(node, selector):
    """Return the texts of all elements that fit."""
    return tuple(filter(None, map(_visible_text, node.css(selector))))


def _visible_text(node):
    """Return the normalised text of an element without furniture of the site."""
    return normalise_text(" ".join("".join(run for run, _, _ in runs) for _, runs in _collect_blocks(node)[0]))


def _attribute_of(node, selector, name, pattern=r"\S+"):
    """Return an attribute of the first element that fits; None where there is none or it does not have the pattern."""
    found = node.css_first(selector)
    value = (found.attributes.get(name) or "") if found is not None else ""
    return value if re.fullmatch(pattern, value) else None

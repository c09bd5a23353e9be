"""Markup: an element of a page -> its paragraphs, and the pieces of it that are not text, each with its reason."""

import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser

from framings.sources.page import Paragraph, Removed, SourceError, count_inked
from framings.texts import normalise_text

HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
# ASSUME: a <br> separates paragraphs; on the pages known it only ends them.
BLOCKS = HEADINGS.union(
    ["p", "div", "blockquote", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "td", "th", "section", "pre", "hr", "br"],
    ["article", "aside", "header", "footer", "nav", "main", "form", "fieldset", "address", "figure", "caption", "body"],
)
BOLD, ITALIC = frozenset(["b", "strong"]), frozenset(["i", "em"])
NOT_TEXT = {
    "script": "script", "style": "style sheet", "noscript": "script", "template": "script", "iframe": "embedded page",
    "figcaption": "caption", "textarea": "form", "select": "form", "button": "form",
}  # fmt: skip
MOST_TAGS_UNSEEN, MOST_STEPS = 10_000, 150_000_000
NESTING = re.compile(
    r"<(/?)(?!(?:p|li|td|th|tr|dd|dt|option|br|hr|img|meta|link|input|source|wbr|col|param|area|base)\b)[a-z]", re.IGNORECASE
)


def parse_html(text):
    """Return the parsed document of ``text`` in NFC; raises ``SourceError`` where tags are nested too deep to be a text's."""
    # ASSUME: the parser looks up through all open tags at each tag; below this bound on the product that takes under 1 s.
    n_tags = text.count("<")
    if n_tags > MOST_TAGS_UNSEEN and n_tags * _find_depth(text) > MOST_STEPS:
        raise SourceError("the page's tags are nested too deep to be a page of text; save the page again, or its text as .txt")
    return LexborHTMLParser(unicodedata.normalize("NFC", text))


def _find_depth(text):
    """Return how deep tags are nested at most, those left aside that close by themselves."""
    depth = deepest = 0
    for match in NESTING.finditer(text):
        depth += -1 if match[1] else 1
        deepest = max(deepest, depth)
    return deepest


def no_reason(node):
    """Return an empty reason: no element is furniture of a site."""
    return ""


def read_body(body, find_reason=no_reason, find_repeated=None):
    """Return the paragraphs of the element ``body`` and the pieces removed from it, as tuples.

    ``find_reason`` takes an element and returns why it is not text, or nothing. ``find_repeated`` takes the list of
    (whether in a quotation, ``Paragraph``) and returns {index: reason} of the paragraphs to remove.
    """
    blocks, removed = collect_blocks(body, find_reason)
    marked, n_unseen = [], 0
    for quoted, runs in blocks:
        raw = "".join(run for run, _, _ in runs)
        text = normalise_text(raw)
        n_unseen += count_inked(raw) - count_inked(text) if text != raw else 0
        if text:
            marked.append((quoted, mark_up(text, runs)))
    repeated = find_repeated(marked) if find_repeated else {}
    removed += [Removed(reason, count_inked(marked[place][1].text), marked[place][1].text) for place, reason in repeated.items()]
    if n_unseen:
        removed.append(Removed("invisible characters, and marks joined with their letters", n_unseen, ""))
    return tuple(paragraph for place, (_, paragraph) in enumerate(marked) if place not in repeated), tuple(removed)


def collect_blocks(body, find_reason=no_reason):
    """Return the text blocks of ``body`` as (whether quoted, runs of (text, bold, italic)), and the pieces not text.

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
        reason = NOT_TEXT.get(tag) or find_reason(node)
        if reason:
            text = node.text(deep=True)
            removed.append(Removed(reason, count_inked(text), normalise_text(text)))
            continue
        inner = (bold or tag in BOLD or tag in HEADINGS, italic or tag in ITALIC, quoted or tag == "blockquote")
        if tag in BLOCKS:
            stack.append((None, False, False, inner[2]))
        stack.extend((child, *inner) for child in reversed(list(node.iter(include_text=True))))
    return blocks + [(False, runs)] * bool(runs), [piece for piece in removed if piece.n_chars]


def mark_up(text, runs):
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
            elif styled and start < end:
                spans.append((start, end))
    return Paragraph(text, *map(tuple, ranges))


def check_balance(page):
    """Return ``page`` unchanged, or raise ``SourceError`` where a character of its body is neither kept nor removed."""
    if page.n_chars_body != page.n_chars_kept + page.n_chars_removed:
        raise SourceError(
            f"the body has {page.n_chars_body} characters, but {page.n_chars_kept} were kept and {page.n_chars_removed} removed; "
            "report the page, its markup is new"
        )
    return page


def text_of(node, selector, find_reason=no_reason):
    """Return the text of the first element that fits, without furniture of the site; None where there is none."""
    found = node.css_first(selector)
    return None if found is None else visible_text(found, find_reason) or None


def texts_of(node, selector, find_reason=no_reason):
    """Return the texts of all elements that fit."""
    return tuple(filter(None, (visible_text(found, find_reason) for found in node.css(selector))))


def visible_text(node, find_reason=no_reason):
    """Return the normalised text of an element without furniture of the site."""
    blocks, _ = collect_blocks(node, find_reason)
    return normalise_text(" ".join("".join(run for run, _, _ in runs) for _, runs in blocks))


def attribute_of(node, selector, name, pattern=r"\S+"):
    """Return an attribute of the first element that fits; None where there is none or it does not have the pattern."""
    found = node.css_first(selector)
    value = (found.attributes.get(name) or "") if found is not None else ""
    return value if re.fullmatch(pattern, value) else None


def language_of(document):
    """Return the language that the document's <html lang> names, as two letters, or None."""
    named = attribute_of(document, "html", "lang", r"[A-Za-z]{2}([-_]\w+)*")
    return named[:2].lower() if named else None

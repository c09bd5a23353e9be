"""Word documents (DOCX): bytes -> page."""

import io

from framings.guards import GuardError, check_zip, read_member, refuse_entities
from framings.sources.markup import check_balance, mark_up
from framings.sources.page import Page, Removed, SourceError, count_inked
from framings.texts import normalise_text

MB = 1_000_000
MOST_ENTRIES, MOST_PART, MOST_XML, MOST_BYTES = 2_000, 50 * MB, 20 * MB, 150 * MB
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
COPY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same content for older programs
TEXT = (f"{W}t", f"{W}delText", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t")
BREAKS = (f"{W}p", f"{W}br", f"{W}cr", f"{W}tc")
SIGNS = {f"{W}noBreakHyphen": "-", f"{W}tab": " ", f"{W}ptab": " "}
NOT_TEXT = {
    f"{W}del": "deleted text (tracked change)",
    f"{W}moveFrom": "text moved from here (tracked change)",
    f"{W}txbxContent": "text box",
    f"{W}rt": "reading aid above the line",
}
PARTS = {
    "header": "running head of the printed page",
    "footer": "running foot of the printed page",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
}
NO_WORD = "this is no Word document (a DOCX is expected); open it in a word processor and save it as DOCX"
LONGEST_CHAIN = 20  # of styles based on each other


def read_page(raw, asked_id):
    """Return the ``Page`` that a Word document holds; ``asked_id`` is not in the file and not checked.

    Paragraphs and the cells of tables are kept in their order, with what is bold or in italics; a line break inside a
    paragraph begins a new one. Heads, feet, notes, comments, text boxes, hidden text, captions, tables of contents and
    deletions are removed. The title is the paragraph in the style Title, or a Heading 1 that opens the document. Raises
    ``SourceError`` for what is no Word document, is damaged, or is made to do harm.
    """
    document = _open_document(raw)
    body, styles = document.element.body, _Styles(document.styles.element)
    blocks, removed = _collect_blocks(body, styles)
    paragraphs, title, n_unseen = [], "", 0
    for style, runs in blocks:
        printed = "".join(run for run, _, _ in runs)
        text = normalise_text(printed)
        n_unseen += count_inked(printed) - count_inked(text)
        reason = styles.find_reason(style)
        if not title and text and (style == "title" or (style == "heading 1" and not paragraphs)):
            title, reason = text, "title"
        if reason:
            removed.append(Removed(reason, count_inked(text), text))
        elif text:
            paragraphs.append(mark_up(text, runs))
    removed += [Removed("invisible characters, and marks joined with their letters", n_unseen, "")] * bool(n_unseen)
    around, n_around = _remove_parts(document)
    n_inked = _count_body(body) + n_around
    if not paragraphs:
        raise SourceError("the document holds no text (only pictures?); add the right file")
    pieces = tuple(piece for piece in (*removed, *around) if piece.n_chars)
    return check_balance(Page(title, *[None] * 5, *[()] * 3, paragraphs=tuple(paragraphs), removed=pieces, n_chars_body=n_inked))


def read_properties(raw):
    """Return what the document says about itself as a dict: title, author, created (YYYY-MM-DD), None where it does not say.

    They are to be offered, not believed: the day is when the file was made, not that of the event.
    """
    found = _open_document(raw).core_properties
    created = found.created.date().isoformat() if found.created else None
    return {"title": found.title or None, "author": found.author or None, "created": created}


def _open_document(raw):
    """Return the document that python-docx finds in the bytes, once each part is known to be of bounded size and plain XML."""
    import docx
    from docx.opc.exceptions import OpcError
    from lxml import etree

    what = "the document"
    try:
        with check_zip(io.BytesIO(raw), what, MOST_ENTRIES, MOST_PART, MOST_BYTES) as archive:
            if "[Content_Types].xml" not in archive.namelist():
                raise SourceError(NO_WORD)
            for info in archive.infolist():
                part = read_member(archive, info, what, MOST_XML if info.filename.endswith((".xml", ".rels")) else MOST_PART)
                if (
                    info.filename.endswith((".xml", ".rels"))
                    or part[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe ")[:1] == b"<"
                ):
                    refuse_entities(part, f"{what}: {info.filename!r}")
        document = docx.Document(io.BytesIO(raw))
        if document.element.body is None:
            raise SourceError(NO_WORD)
        return document
    except GuardError as error:
        raise SourceError(str(error)) from error
    except (OpcError, KeyError, AttributeError, TypeError, IndexError, etree.XMLSyntaxError) as error:
        raise SourceError(f"{NO_WORD} ({' '.join(str(error).split())[:100]})") from error
    except ValueError as error:
        raise error if isinstance(error, SourceError) else SourceError(NO_WORD) from error


class _Styles:
    """The styles of a document: their names, and whether they are bold or in italics."""

    def __init__(self, element):
        self.by_id = {style.get(f"{W}styleId"): style for style in element.iter(f"{W}style")}
        self.names = {
            key: (style.find(f"{W}name").get(f"{W}val") or "").lower()
            for key, style in self.by_id.items()
            if style.find(f"{W}name") is not None
        }
        self.usual = next(
            (
                key
                for key, style in self.by_id.items()
                if style.get(f"{W}default") == "1" and style.get(f"{W}type") == "paragraph"
            ),
            None,
        )

    def find_reason(self, name):
        """Return why a paragraph in the style of this name is not text, or None."""
        return "table of contents" if name.startswith("toc ") else "caption" if name == "caption" else None

    def is_set(self, key, mark):
        """Return whether a style, or the one it is based on, sets a mark such as bold."""
        for _ in range(LONGEST_CHAIN):
            style = self.by_id.get(key)
            if style is None:
                return False
            said = _read_mark(style.find(f"{W}rPr"), mark)
            if said is not None:
                return said
            based = style.find(f"{W}basedOn")
            key = based.get(f"{W}val") if based is not None else None
        return False


def _read_mark(properties, mark):
    """Return whether properties set a mark on or off; None where they do not say."""
    found = properties.find(f"{W}{mark}") if properties is not None else None
    return None if found is None else found.get(f"{W}val") not in ("0", "false", "off")


def _read_style(element, kind):
    """Return the key of the style that a paragraph ('p') or a run ('r') names, or None."""
    found = element.find(f"{W}{kind}Pr/{W}{kind}Style")
    return found.get(f"{W}val") if found is not None else None


def _collect_blocks(body, styles):
    """Return the blocks of a body as (name of the style, runs of (text, bold, italic)), and the pieces that are not text.

    Walks without recursion; a mark (None) on the stack ends a block.
    """
    blocks, removed, runs = [], [], []
    stack = [(child, None, (False, False)) for child in reversed(body)]
    while stack:
        node, style, marks = stack.pop()
        tag = node.tag if node is not None else None
        if tag is None or tag in BREAKS:
            if runs:
                blocks.append((styles.names.get(style, ""), runs))
                runs = []
            if tag is None:
                continue
        if tag == COPY or not isinstance(tag, str):
            continue
        if tag in TEXT or tag in SIGNS:
            runs.append((SIGNS.get(tag) or node.text or "", *marks))
            continue
        reason = NOT_TEXT.get(tag) or ("hidden text" if tag == f"{W}r" and _read_mark(node.find(f"{W}rPr"), "vanish") else None)
        if reason:
            text = _join_text(node)
            removed.append(Removed(reason, count_inked(text), normalise_text(text)))
            continue
        if tag == f"{W}p":
            style = _read_style(node, "p") or styles.usual
            heading = styles.names.get(style, "").startswith(("heading", "title"))
            marks = (heading or styles.is_set(style, "b"), styles.is_set(style, "i"))
            stack.append((None, style, marks))
        elif tag == f"{W}r":
            marks = tuple(_resolve_mark(node, styles, mark, usual) for mark, usual in zip("bi", marks, strict=True))
        stack.extend((child, style, marks) for child in reversed(node))
    return blocks, removed


def _resolve_mark(run, styles, mark, usual):
    """Return whether a run has a mark: by what it says itself, else its style, else its paragraph (``usual``)."""
    said = _read_mark(run.find(f"{W}rPr"), mark)
    return said if said is not None else usual or styles.is_set(_read_style(run, "r"), mark)


def _join_text(root):
    """Return the text under an element, copies left out."""
    return " ".join("".join(_list_texts(part)) for part in ([root] if root.tag == f"{W}r" else root))


def _list_texts(root):
    """Yield the pieces of text under an element in order, copies left out."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.tag == COPY or not isinstance(node.tag, str):
            continue
        if node.tag in TEXT or node.tag in SIGNS:
            yield SIGNS.get(node.tag) or node.text or ""
        stack.extend(reversed(node))


def _count_body(body):
    """Return the number of inked characters in a body, counted without walking it as the reader does."""
    namespace = {"w": W[1:-1], "mc": COPY[1:].partition("}")[0]}
    query = "//w:t|//w:delText|//m:t|//w:noBreakHyphen"
    namespace["m"] = TEXT[2][1:].partition("}")[0]
    return sum(
        count_inked(found.text or "") if found.tag in TEXT else 1
        for found in body.getroottree().xpath(query, namespaces=namespace)
        if next(found.iterancestors(COPY), None) is None
    )


def _remove_parts(document):
    """Return the heads, feet, notes and comments of a document as pieces removed, and the number of their inked characters."""
    from docx.oxml.parser import parse_xml

    removed, n_inked = [], 0
    for _, relation in sorted(document.part.rels.items()):
        reason = PARTS.get(relation.reltype.rsplit("/", 1)[-1])
        if not reason or relation.is_external:
            continue
        root = parse_xml(relation.target_part.blob)
        text = _join_text(root)
        n_inked += _count_body(root)
        removed.append(Removed(reason, count_inked(text), normalise_text(text)))
    return removed, n_inked

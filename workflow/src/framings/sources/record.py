"""Records of tables in the Text Interchange Format, one document each as a JSON object: bytes -> page."""

import json
import re
import unicodedata

from framings.days import is_day
from framings.encodings import decode_text
from framings.records import find_number, list_keys, name_columns, refuse_twice
from framings.sources.page import SourceError
from framings.sources.text import build_page

DAY, TIME = re.compile(r"\d{4}-\d\d-\d\d(?!\d)"), re.compile(r"(?:^|[T\s])([01]\d|2[0-3]):([0-5]\d)(?::|$|\s|Z|[+-])")
LANGUAGES = {"english": "en", "eng": "en", "russian": "ru", "rus": "ru", "русский": "ru"}
NAMES = {
    "place": ("place", "location"),
    "lead": ("lead", "description"),
    "sections": ("sections", "section"),
    "topics": ("topics", "themes"),
    "persons": ("persons", "people"),
}


def read_page(raw, asked_id):
    """Return the ``Page`` that a record holds: its text, and of its other cells those that a page has.

    ``asked_id`` must be the record's id as it stands, the site's number in it, or the number in the record's address. Lists
    may be JSON lists or texts separated by semicolons. Raises ``SourceError`` for bytes that are no such record.
    """
    record = _read_json(raw)
    cells = {str(name).strip().lower(): cell for name, cell in record.items()}
    try:
        id_column, text_column = name_columns(list(record), "the record")
    except ValueError as error:
        raise SourceError(str(error)) from error
    keys = list_keys({"doc_id": record[id_column], "url": cells.get("url")})
    if asked_id.lower() not in keys and find_number(asked_id) not in keys:
        raise SourceError(f"the record is {record[id_column]!r}, not {asked_id}; save the right record")
    text = record[text_column]
    if not isinstance(text, str) or not text.strip():
        raise SourceError("the record holds no text; take it from a fuller table, or remove the document")
    found = {name: _read_text(*(cells.get(other) for other in others)) for name, others in NAMES.items()}
    lists = {name: _split_list(found[name]) for name in ("sections", "topics", "persons")}
    when = _read_text(cells.get("date"), cells.get("datetime")) or ""
    clock = TIME.search(_read_text(cells.get("time"), cells.get("datetime")) or "")
    return build_page(
        unicodedata.normalize("NFC", text),
        title=_read_text(cells.get("title")) or None,
        language=_read_language(cells.get("language") or cells.get("lang")),
        date=when[:10] if DAY.match(when) and is_day(when[:10]) else None,
        time=f"{clock[1]}:{clock[2]}" if clock else None,
        speaker=_read_text(cells.get("speaker")),
        **(found | lists),
    )


def _read_json(raw):
    """Return the object in the bytes, or raise: one object, no name twice, nothing that is not text."""
    if raw.startswith(b"{\\rtf"):
        raise SourceError("this is an RTF document; save it as DOCX or as plain text")
    text = decode_text(raw)
    try:
        record = json.loads(text, object_pairs_hook=refuse_twice)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"this is no record ({error}); save it as one JSON object") from error
    if not isinstance(record, dict):
        raise SourceError("this is no record; save it as one JSON object with the document's id and text")
    if re.search("[\ud800-\udfff]", json.dumps(record, ensure_ascii=False)):
        raise SourceError("the record holds half of a character (a lone surrogate); write the table again as UTF-8")
    return record


def _read_text(*cells):
    """Return the first cell that holds something, as one text, or None; a list becomes its texts separated by '; '."""
    for cell in cells:
        parts = cell if isinstance(cell, list) else [cell]
        texts = [" ".join(str(part).split()) for part in parts if isinstance(part, str | int) and not isinstance(part, bool)]
        if text := unicodedata.normalize("NFC", "; ".join(filter(None, texts))):
            return text
    return None


def _split_list(text):
    """Return the texts between semicolons or vertical bars."""
    return tuple(filter(None, (part.strip() for part in re.split("[;|]", text or ""))))


def _read_language(cell):
    """Return the two letters of a language, or None where they cannot be told."""
    language = cell.strip().lower() if isinstance(cell, str) else ""
    short = LANGUAGES.get(language, re.split("[-_]", language)[0])
    return short if re.fullmatch("[a-z]{2}", short) else None

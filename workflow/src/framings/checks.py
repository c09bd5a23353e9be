"""Checks: marks of readers, laid out as the workflow lays out its own turns, and the two laid over each other."""

import re

import numpy as np
import pandas as pd

from framings.schemas import CHECKED_DOCUMENTS, CHECKED_SEGMENTS, check
from framings.speakers import squeeze_name
from framings.texts import TOKEN

SPOKEN = ("speech", "question")
STRANGER, NOBODY, EDITORS = "other:", "nobody named", "no speech"
PLACE = ["document_id", "paragraph"]
MARK_COLUMNS = ["document_id", "paragraph", "start", "end", "kind", "speaker_id"]


class CheckError(ValueError):
    """Marks set by hand do not fit the pages or the speakers; the message is one plain sentence with the row."""


def choose_checked(checked, documents, paragraphs):
    """Return the checked documents that are parsed, and the paragraphs of them that were read, with whole numbers.

    A document that is not registered, or has no page, is left out. Raises ``CheckError`` where a page has fewer paragraphs
    than were read: it is not the page that was read.
    """
    checked = check(checked, CHECKED_DOCUMENTS).astype({"n_paragraphs": "int64"})
    kept = documents.set_index("document_id").query("status == 'parsed'")["n_paragraphs"]
    checked = checked[checked["document_id"].isin(kept.index)].reset_index(drop=True)
    short = checked[checked["document_id"].map(kept) < checked["n_paragraphs"]]
    if len(short):
        first = short.iloc[0]
        raise CheckError(
            f"checks/documents.csv: {first['document_id']} has {kept[first['document_id']]} paragraphs, but "
            f"{first['n_paragraphs']} were read; the page or its parsing has changed: read it again"
        )
    limit = paragraphs["document_id"].map(checked.set_index("document_id")["n_paragraphs"])
    return checked, paragraphs[paragraphs["paragraph"] < limit].sort_values(PLACE).reset_index(drop=True)


def lay_marks(segments, paragraphs):
    """Return (turns, spans) as the marks say, for the paragraphs given: the truth in the shape of the workflow's tables.

    turns: document_id, turn, paragraph, start, label_end, kind, speaker_id. spans: as SPANS. Before the first mark of a turn
    all is read-out; a turn lasts until the next turn or read-out; headings, directions and cut marks interrupt it.
    """
    segments = check(segments, CHECKED_SEGMENTS).astype({"paragraph": "int64", "start": "int64", "end": "int64"})
    rows = segments.sort_values([*PLACE, "start"])
    marks = {}
    for row, *cells in zip(rows.index + 2, *(rows[name].tolist() for name in MARK_COLUMNS), strict=True):
        marks.setdefault((cells[0], cells[1]), []).append((row, *cells[2:]))
    turns, spans, last = [], [], None
    for document, number, text in zip(*(paragraphs[name].tolist() for name in [*PLACE, "text"]), strict=True):
        if document != last:
            last, base, turn, count = document, "read-out", -1, 0
        cursor = 0
        for row, start, end, kind, speaker in marks.get((document, number), ()):
            _refuse_bad_mark(row, document, number, start, end, cursor, len(text))
            if start > cursor:
                spans.append((document, number, cursor, start, base, turn))
            cursor = end
            if kind in SPOKEN:
                base, turn, count = kind, count, count + 1
                turns.append((document, turn, number, start, end, kind, speaker))
                kind = "label"
            elif kind == "read-out":
                base, turn = kind, -1
            if end > start:
                spans.append((document, number, start, end, kind, turn))
        if cursor < len(text):
            spans.append((document, number, cursor, len(text), base, turn))
    names = ["document_id", "turn", "paragraph", "start", "label_end", "kind", "speaker_id"]
    return pd.DataFrame(turns, columns=names), pd.DataFrame(spans, columns=[*PLACE, "start", "end", "kind", "turn"])


def _refuse_bad_mark(row, document, number, start, end, cursor, length):
    """Raise a sentence where a mark lies outside its paragraph or over the one before it."""
    if not cursor <= start <= end <= length:
        what = "overlaps the mark before it" if start < cursor else f"does not fit the paragraph's {length} characters"
        raise CheckError(
            f"checks/segments.csv, row {row}: the mark {start}:{end} in paragraph {number} of {document} {what}; "
            "correct it, or read the page again if it has changed"
        )


def find_starts(turns, spans):
    """Return the workflow's turns with the ``start`` of their first span and the ``label_end`` (equal to start: no label)."""
    first = spans[spans["turn"] >= 0].sort_values([*PLACE, "start"]).drop_duplicates(["document_id", "turn"])
    first = first.assign(label_end=first["end"].where(first["kind"] == "label", first["start"]))
    return turns.merge(first[["document_id", "turn", "start", "label_end"]], on=["document_id", "turn"], validate="1:1")


def name_marked(turns, known):
    """Return who speaks in each turn by the marks: a speaker_id, 'other:' with the squeezed name, or nobody named.

    A stranger whose name is now in ``known`` is that person. Raises ``CheckError`` where a speaker_id is not in ``known``.
    """
    forms = known.assign(forms=known["name"] + ";" + known["forms"].fillna(""))[["speaker_id", "forms"]]
    people = {squeeze_name(form): person for person, cell in forms.itertuples(index=False) for form in cell.split(";") if form}
    ids, named = set(known["speaker_id"]), []
    for speaker in turns["speaker_id"]:
        if not isinstance(speaker, str):
            named.append(NOBODY)
        elif speaker.startswith(STRANGER):
            name = squeeze_name(speaker.removeprefix(STRANGER))
            named.append(people.get(name, STRANGER + name))
        elif speaker in ids:
            named.append(speaker)
        else:
            raise CheckError(f"checks/segments.csv: speaker_id {speaker!r} is not in speakers.csv; add or correct the person")
    return named


def name_found(turns, speakers):
    """Return who speaks in each of the workflow's turns, in the same words as ``name_marked``."""
    both = turns[["document_id", "turn", "name"]].merge(speakers, on=["document_id", "turn"], how="left", validate="1:1")
    columns = (both["speaker_id"].tolist(), both["name"].tolist())
    return [
        person if isinstance(person, str) else STRANGER + squeeze_name(name) if name else NOBODY
        for person, name in zip(*columns, strict=True)
    ]


def skip_spaces(text, place):
    """Return the first place from ``place`` on that is no white space, the text's length where none follows."""
    return len(text) - len(text[place:].lstrip())


def overlay_spans(truth, found, paragraphs):
    """Return the pieces into which two tables of spans cut the paragraphs.

    Columns: document_id, paragraph, start, end, kind and turn by ``truth``, kind_found and turn_found by ``found``, n_chars
    (without white space), n_words (that begin in the piece). Both tables cover each paragraph from its first character.

    >>> paragraphs = pd.DataFrame({"document_id": ["d"], "paragraph": [0], "text": ["A: yes (Noise)"]})
    >>> place = {"document_id": "d", "paragraph": 0, "turn": 0}
    >>> truth = pd.DataFrame([place | {"start": 0, "kind": "label"}, place | {"start": 3, "kind": "speech"}])
    >>> found = pd.DataFrame([place | {"start": 0, "kind": "label"}, place | {"start": 2, "kind": "speech"}])
    >>> overlay_spans(truth, found, paragraphs)[["start", "end", "kind", "kind_found", "n_chars", "n_words"]].values.tolist()
    [[0, 2, 'label', 'label', 2, 1], [2, 3, 'label', 'speech', 0, 0], [3, 14, 'speech', 'speech', 10, 2]]
    """
    key, known = [*PLACE, "start"], pd.MultiIndex.from_frame(paragraphs[PLACE])
    found = found[pd.MultiIndex.from_frame(found[PLACE]).isin(known)]
    found = found[[*key, "kind", "turn"]].rename(columns={"kind": "kind_found", "turn": "turn_found"})
    pieces = truth[[*key, "kind", "turn"]].merge(found, on=key, how="outer").sort_values(key, ignore_index=True)
    filled = ["kind", "turn", "kind_found", "turn_found"]
    pieces[filled] = pieces.groupby(PLACE, sort=False)[filled].ffill()
    pieces = pieces.merge(paragraphs[[*PLACE, "text"]], on=PLACE)
    same = pieces[PLACE].eq(pieces[PLACE].shift(-1)).all(axis=1)
    pieces["end"] = pieces["start"].shift(-1).where(same, pieces["text"].str.len()).astype("int64")
    pieces = pieces.astype({"turn": "int64", "turn_found": "int64"})
    cuts = zip(pieces["text"].tolist(), pieces["start"].tolist(), pieces["end"].tolist(), strict=True)
    pieces["n_chars"] = [len(re.sub(r"\s+", "", text[start:end])) for text, start, end in cuts]
    starts = {text: np.array([match.start() for match in TOKEN.finditer(text)]) for text in pieces["text"].unique()}
    cuts = zip(pieces["text"].tolist(), pieces["start"].tolist(), pieces["end"].tolist(), strict=True)
    pieces["n_words"] = [int(np.diff(np.searchsorted(starts[text], (start, end)))[0]) for text, start, end in cuts]
    return pieces[[*PLACE, "start", "end", *filled, "n_chars", "n_words"]]

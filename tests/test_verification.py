"""Facts about the audit: it passes on tables that fit and counts what does not."""

import pandas as pd

from framings.schemas import (
    CODES,
    DOCUMENTS,
    MARKS,
    MATCHES,
    PARAGRAPHS,
    PASSAGES,
    REMOVED,
    SENTENCES,
    SPANS,
    SPEAKERS,
    TURNS,
    empty,
)
from framings.verification import audit_results


def made_tables():
    """Return one document of one paragraph: a label, a sentence of speech with one code."""
    text = "A B: We trust you."
    document = dict.fromkeys(DOCUMENTS.columns, "x") | {
        "document_id": "d",
        "status": "parsed",
        "event_type": "other",
        "seed_document": "no",
    }
    document |= {"n_paragraphs": 1, "n_chars_body": 20, "n_chars_kept": 14, "n_chars_removed": 6}
    key = {"document_id": "d", "turn": 0}
    return {
        "documents": pd.DataFrame([document]),
        "paragraphs": pd.DataFrame([{"document_id": "d", "paragraph": 0, "text": text, "bold": "0:4", "italic": ""}]),
        "removed": empty(REMOVED),
        "turns": pd.DataFrame(
            [key | {"kind": "speech", "label": "A B", "name": "A B", "office": "", "remark": "", "paragraph": 0, "n_words": 3}]
        ),
        "spans": pd.DataFrame(
            [
                {"document_id": "d", "paragraph": 0, "start": a, "end": b, "kind": k, "turn": 0}
                for a, b, k in ((0, 5, "label"), (5, 18, "speech"))
            ]
        ),
        "speakers": pd.DataFrame([key | {"speaker_id": "a-b", "actor_id": "AB", "resolution": "full name", "nearest": None}]),
        "sentences": pd.DataFrame(
            [{"sentence_id": "d:0", **key, "paragraph": 0, "start": 5, "end": 18, "n_words": 3, "text": text[5:18]}]
        ),
        "marks": pd.DataFrame([key | {"stage_id": "S", "n_mentions": 1, "relevant": True}]),
        "passages": pd.DataFrame([{"sentence_id": "d:0", **key, "distance": 0, "relevant": True}]),
        "matches": pd.DataFrame(
            [{"sentence_id": "d:0", "code": "OS10", "pattern": "trust", "start": 3, "end": 8, "negated": False}]
        ),
        "codes": pd.DataFrame(
            [
                {
                    "sentence_id": "d:0",
                    "code": "OS10",
                    "coder_id": "dictionary",
                    "coder_kind": "dictionary",
                    "codebook_version": "1",
                }
            ]
        ),
    }


def broken(tables):
    """Return the number of broken rows by statement, where there are any."""
    audit = audit_results(tables)
    return {row.statement: row.n_broken for row in audit.itertuples() if row.n_broken}


def test_tables_that_fit_pass():
    """Nothing is broken in a document whose characters, spans, sentences and codes fit."""
    assert {
        SENTENCES.name,
        PARAGRAPHS.name,
        SPANS.name,
        TURNS.name,
        SPEAKERS.name,
        MARKS.name,
        PASSAGES.name,
        MATCHES.name,
        CODES.name,
    } <= made_tables().keys()
    assert broken(made_tables()) == {}


def test_each_contradiction_is_counted():
    """A lost character, a gap between spans, a shifted sentence, a turn without speaker and a code without match are found."""
    tables = made_tables()
    changes = {
        "documents": tables["documents"].assign(n_chars_removed=5),
        "spans": tables["spans"].assign(start=[0, 6]),
        "sentences": tables["sentences"].assign(text="We trust me."),
        "speakers": empty(SPEAKERS),
        "matches": tables["matches"].assign(negated=True),
    }
    for name, table in changes.items():
        assert list(broken(made_tables() | {name: table}).values()) == [1], name

"""Texts as tables for other tools: the Text Interchange Format (TIF) at the level of documents, turns and sentences, and tokens.

TIF asks for a column ``doc_id`` without twins, then ``text``, then whatever is known of the text; of tokens for ``doc_id`` and ``token``.
A text that may not be passed on is replaced by a reference to its page and paragraph, and has no tokens.
"""

import numpy as np
import pyarrow as pa

from framings.redistribution import refer
from framings.schemas import EVENT_TYPES, Column, Contract, check
from framings.tokens import number_tokens

SPOKEN = ("speech", "question")
LEFT_OUT = Column("bool", "whether the document repeats another and is left out of the analysis")
WITHHELD = Column("bool", "whether the text may not be passed on: a reference stands in its place")
OF_DOCUMENT = {
    "document_id": Column("text", "key of the register"),
    "date": Column("text", "day of the event"),
    "language": Column("text", "language of the page"),
    "event_type": Column("text", "kind of event", values=EVENT_TYPES),
    "stage_id": Column("text", "stage of the document's date; missing where no stage holds it", missing=True),
}
OF_TURN = {
    "turn": Column("int", "number of the turn in the document, from 0", low=0),
    "paragraph": Column("int", "paragraph in which it starts, from 0", low=0),
    "kind": Column("text", "speech of a named speaker, or a question of somebody unnamed", values=SPOKEN),
    "speaker_id": Column("text", "person; missing where nobody could be named", missing=True),
    "actor_id": Column("text", "actor whose talk is compared; missing where none", missing=True),
}

TEXTS_OF_DOCUMENTS = Contract(
    "documents of the export", "a document that was read", ("doc_id",),
    {
        "doc_id": Column("text", "key of the register"),
        "text": Column("text", "all paragraphs as printed, labels included, an empty line between them"),
        "date": Column("text", "day of the event"),
        "title": Column("text", "headline"),
        "place": Column("text", "place of the event", missing=True),
        "language": Column("text", "language of the page"),
        "event_type": Column("text", "kind of event", values=EVENT_TYPES),
        "source": Column("text", "site that the text is from"),
        "url": Column("text", "address of the page"),
        "n_paragraphs": Column("int", "paragraphs", low=0),
        "left_out": LEFT_OUT,
        "withheld": WITHHELD,
    },
)  # fmt: skip

TEXTS_OF_TURNS = Contract(
    "turns of the export", "a turn with what was said in it", ("doc_id",),
    {
        "doc_id": Column("text", "document and turn, as kremlin-en-55819:t004"),
        "text": Column("text", "what was said: no label, no stage direction; a line a paragraph"),
        **OF_DOCUMENT,
        **OF_TURN,
        "relevant": Column("bool", "whether the turn counts as talk about integration"),
        "n_words": Column("int", "words", low=0),
        "left_out": LEFT_OUT,
        "withheld": WITHHELD,
    },
)  # fmt: skip

TEXTS_OF_SENTENCES = Contract(
    "sentences of the export", "a sentence", ("doc_id",),
    {
        "doc_id": Column("text", "sentence, as kremlin-en-55819:t004:s02"),
        "text": Column("text", "the sentence"),
        **OF_DOCUMENT,
        **OF_TURN,
        "relevant": Column("bool", "whether the sentence counts as talk about integration"),
        "codes_dictionary": Column("text", "codes that the dictionary predicts, separated by a space; empty: none", missing=True),
        "left_out": LEFT_OUT,
        "withheld": WITHHELD,
    },
)  # fmt: skip


def list_texts(tables, copies=frozenset(), withheld=frozenset()):
    """Return {level: table}: TEXTS_OF_DOCUMENTS, TEXTS_OF_TURNS and TEXTS_OF_SENTENCES, sorted by document and place in it.

    ``tables`` maps documents, paragraphs, turns, speakers, spans, sentences, marks, passages and codes (of the dictionary) to the tables of
    these names. ``copies`` and ``withheld`` are ids of documents that repeat another, and whose text may not be passed on.
    """
    documents = tables["documents"][tables["documents"]["status"] == "parsed"].sort_values("document_id")
    known = documents[["document_id", "date", "language", "event_type", "url"]]
    turns = tables["turns"].merge(
        tables["speakers"][["document_id", "turn", "speaker_id", "actor_id"]], on=["document_id", "turn"], how="left"
    )
    turns = turns.merge(tables["marks"][["document_id", "turn", "stage_id", "relevant"]], on=["document_id", "turn"], how="left")
    turns = turns.merge(known, on="document_id").sort_values(["document_id", "turn"], ignore_index=True)
    levels = {"documents": _add_bodies(documents, tables["paragraphs"])}
    levels["turns"] = _add_speech(turns, tables["spans"], tables["paragraphs"])
    levels["sentences"] = _add_codes(turns, tables["sentences"], tables["passages"], tables["codes"])
    contracts = {"documents": TEXTS_OF_DOCUMENTS, "turns": TEXTS_OF_TURNS, "sentences": TEXTS_OF_SENTENCES}
    for level, table in levels.items():
        key = table["doc_id"] if level == "documents" else table["document_id"]
        table = table.assign(left_out=key.isin(copies), withheld=key.isin(withheld))
        if table["withheld"].any():
            places = [None] * len(table) if level == "documents" else table["paragraph"].tolist()
            references = [refer(url, place) for url, place in zip(table["url"], places, strict=True)]
            table["text"] = np.where(table["withheld"], references, table["text"])
        levels[level] = check(table[list(contracts[level].columns)], contracts[level])
    return levels


def _add_bodies(documents, paragraphs):
    """Return the documents with their paragraphs as text."""
    bodies = paragraphs.sort_values(["document_id", "paragraph"]).groupby("document_id")["text"].agg("\n\n".join)
    return documents.assign(doc_id=documents["document_id"], text=documents["document_id"].map(bodies).fillna(""))


def _add_speech(turns, spans, paragraphs):
    """Return the turns with what was said in them."""
    spoken = spans[spans["kind"].isin(SPOKEN) & (spans["turn"] >= 0)].merge(paragraphs[["document_id", "paragraph", "text"]])
    spoken = spoken.sort_values(["document_id", "turn", "paragraph", "start"])
    columns = (spoken[name].tolist() for name in ("text", "start", "end"))
    spoken = spoken.assign(text=[text[start:end].strip() for text, start, end in zip(*columns, strict=True)])
    lines = spoken.groupby(["document_id", "turn", "paragraph"], sort=False)["text"].agg(" ".join)
    said = lines.groupby(["document_id", "turn"], sort=False).agg("\n".join).reset_index()
    table = turns.merge(said, on=["document_id", "turn"], how="left").fillna({"text": ""})
    return table.assign(doc_id=_name_turns(table))


def _name_turns(table):
    return [f"{key}:t{turn:03d}" for key, turn in zip(table["document_id"], table["turn"], strict=True)]


def _add_codes(turns, sentences, passages, codes):
    """Return the sentences with what is known of their turns and with the dictionary's codes."""
    known = ["document_id", "turn", "date", "language", "event_type", "stage_id", "kind", "speaker_id", "actor_id", "url"]
    table = sentences.sort_values(["document_id", "turn", "paragraph", "start"]).merge(turns[known], on=["document_id", "turn"])
    near = set(passages.loc[passages["relevant"], "sentence_id"])
    given = codes.sort_values(["sentence_id", "code"]).groupby("sentence_id")["code"].agg(" ".join)
    return table.assign(
        doc_id=table["sentence_id"],
        relevant=table["sentence_id"].isin(near),
        codes_dictionary=table["sentence_id"].map(given),
    )


def list_tokens(turns):
    """Return an Arrow table doc_id, token, position (from 1) of TEXTS_OF_TURNS, in their order; withheld turns have none.

    Tokens are those that every count of the project rests on: folded to lower case, without punctuation.

    >>> import pandas as pd
    >>> turns = pd.DataFrame({"doc_id": ["a:t000"], "text": ["Our Union’s aims"], "withheld": [False]})
    >>> list_tokens(turns).to_pydict()
    {'doc_id': ['a:t000', 'a:t000', 'a:t000'], 'token': ['our', "union's", 'aims'], 'position': [1, 2, 3]}
    """
    turns = turns[~turns["withheld"]]
    tokens = number_tokens(turns["text"].tolist())
    first = np.searchsorted(tokens.text, np.arange(len(turns)))
    names = pa.array(turns["doc_id"].tolist(), pa.string()), pa.array(tokens.vocabulary, pa.string())
    columns = [
        pa.DictionaryArray.from_arrays(pa.array(k), name) for k, name in zip((tokens.text, tokens.word), names, strict=True)
    ]
    position = np.arange(len(tokens.text), dtype=np.int32) - first[tokens.text] + 1
    return pa.table([*columns, pa.array(position, pa.int32())], names=["doc_id", "token", "position"])

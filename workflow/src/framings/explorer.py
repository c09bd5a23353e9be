"""The explorer's data: what a reader of the report can filter, search and read, packed so that a page holds it.

Two parts. The core is small and read at once: names, documents, shares, tests, topics, and which sentences carry which code
by whom. The texts come in shards of documents that a page unpacks only when somebody reads or searches them.
Shares and tests are copied from their tables, never computed again.
"""

import base64
import bz2
import json

import numpy as np
import pandas as pd

from framings.codebook import evaluate_composites, keep_known
from framings.coder_names import CODER_TITLES
from framings.codings import NO_CODE
from framings.references import REFERENCE

SHARD_CHARS = 650_000  # characters of text in a shard, about: with all that goes with them a block of bzip2
TEXT_BUDGET = 16_500_000  # bytes of packed text in a page, which stays under 20 MB; documents beyond are listed, not held
KINDS = ["speech", "question", "label", "stage direction", "heading", "read-out", "cut mark"]
TO_PAGE, FROM_PAGE = str.maketrans("&<>", ",.:"), str.maketrans(",.:", "&<>")  # signs of base85 that HTML would read
TYPICAL = 5  # turns shown for a topic and actor
# Whose codes are shown for a coder that gives estimates, not codes.
SHOWN_CODES = {"sample": REFERENCE, "corrected": "trained"}
OTHER_TITLES = {"planted": "planted codes", REFERENCE: "reference codes"}


def collect_explorer(tables, names, composites, hypotheses, withheld=(), text_budget=TEXT_BUDGET, unasked=()):
    """Return (core, shards): what the page's script reads, as plain lists and dicts.

    ``tables``: documents, turns, speakers, marks, paragraphs, spans, sentences, matches, codes (of coders of all sentences), frame
    (the sentences that count), prevalence, assessments, topics (shares by actor), topic_words, topic_shares (by turn), and where
    there are any given (decisions of the trained coder) and coded (CODED of people or models). ``composites`` as in the codebook.
    ``hypotheses``: the ``Hypotheses``. ``withheld``: ids of documents whose text may not be passed on: their sentences
    keep speaker, day and address. ``text_budget``: bytes of packed text; documents with talk on integration come first.
    ``unasked``: {coder: codes and composites that it was not asked for}.
    """
    documents = list_documents(tables, withheld)
    place = {name: k for k, name in enumerate(documents["id"])}
    codes = [*names["titles"]]
    shards, held = pack_texts(tables, documents, codes, text_budget)
    core = {
        "documents": documents | held,
        "actors": names["all_actors"],
        "main_actors": list(names["actors"]),
        "stages": names["stages"],
        "codes": [[code, names["titles"][code], names["codes"].get(code, ["", ""])[1], code in composites] for code in codes],
        "kinds": KINDS,
        "shares": list_shares(tables["prevalence"]),
        "tests": list_tests(tables["assessments"], hypotheses, names),
        "topics": list_topics(tables, place),
    }
    return core | list_codes(tables, place, codes, composites, dict(unasked)), shards


def list_documents(tables, withheld=()):
    """Return the documents that were segmented, as columns, in the order of day and id."""
    table = tables["documents"]
    table = table[table["document_id"].isin(tables["turns"]["document_id"])].sort_values(["date", "document_id"])
    stages = tables["marks"].drop_duplicates("document_id").set_index("document_id")["stage_id"]
    return {
        "id": table["document_id"].tolist(),
        "date": table["date"].tolist(),
        "title": _plain(table["title"]),
        "url": _plain(table["url"]),
        "event": _plain(table["event_type"].str.replace("_", " ")),
        "stage": _plain(table["document_id"].map(stages)),
        "withheld": [int(name in withheld) for name in table["document_id"]],
    }


def list_shares(prevalence):
    """Return the table of shares as columns, rounded as released."""
    numbers = {name: _numbers(prevalence[name], 4) for name in ("share", "low", "high")}
    counts = {name: prevalence[name].tolist() for name in ("n_documents", "n_sentences")}
    texts = {name: _coded(prevalence[name]) for name in ("coder_id", "code", "actor_id", "stage_id", "reason")}
    return texts | counts | {"n_coded": _numbers(prevalence["n_coded"], 1)} | numbers


def list_tests(assessments, hypotheses, names):
    """Return the tests as a list of rows: what was found, and which codes, actors and days it compares."""
    known = {h.id: h for h in hypotheses.hypotheses}
    windows = {w.id: [w.start, w.end] for w in hypotheses.windows}
    rows = []
    for r in assessments.to_dict("records"):
        h = known.get(r["hypothesis_id"])
        rows.append(
            {
                "coder": r["coder_id"],
                "id": r["hypothesis_id"],
                "window": names["windows"].get(r["window_id"], r["window_id"]),
                "days": windows.get(r["window_id"], [None, None]),
                "family": names["hypothesis_families"].get(r["family"], r["family"]),
                "confirmatory": bool(r["confirmatory"]),
                "test": r["test"],
                "claim": r["claim"],
                "contrast": r["contrast"],
                "codes": list(h.codes) if h else [],
                "actors": [*h.a, *h.b] if h else [],
                "verdict": r["verdict"],
                "reason": _or_none(r["reason"]),
            }
            | {name: _round(r[name], 4) for name in ("estimate", "low", "high", "p", "p_holm")}
        )
    return rows


def list_topics(tables, place):
    """Return the topics: strongest words, share by actor, most typical turns by actor ('' stands for all)."""
    turns, topics = tables["topic_shares"], tables["topics"]
    who = tables["speakers"][["document_id", "turn", "actor_id"]]
    turns = turns.merge(who, on=["document_id", "turn"], how="left")
    turns = turns[turns["document_id"].isin(place)].sort_values(["share", "document_id", "turn"], ascending=[False, True, True])
    words = tables["topic_words"].sort_values(["topic", "rank"])
    shown = []
    for topic, rows in topics.groupby("topic", sort=True):
        mine = turns[turns["topic"] == topic]
        typical = {"": mine.head(TYPICAL)} | {actor: part.head(TYPICAL) for actor, part in mine.groupby("actor_id")}
        shown.append(
            {
                "id": topic,
                "label": rows["label"].iloc[0],
                "words": words.loc[words["topic"] == topic, "term"].tolist(),
                "actors": [
                    [r.actor_id, r.n_documents, r.n_turns, _round(r.share), _round(r.low), _round(r.high), _or_none(r.reason)]
                    for r in rows.itertuples()
                ],
                "typical": {
                    actor: [[place[r.document_id], r.turn, _round(r.share)] for r in part.itertuples()]
                    for actor, part in typical.items()
                },
            }
        )
    return shown


# Codes -------------------------------------------------------------------------------------------------------------


def list_codes(tables, place, codes, composites, unasked=None):
    """Return the sentences that count and who gave which code to them: positions, each as the step from the one before.

    read: {coder: positions that the coder read; missing where all}. A composite holds where its parts say so.
    """
    frame = tables["frame"]
    frame = frame[frame["document_id"].isin(place)]
    number = frame["sentence_id"].str.rsplit(":s", n=1).str[1].astype(int)
    frame = frame.assign(place=frame["document_id"].map(place), number=number)
    frame = frame.sort_values(["place", "turn", "number"], ignore_index=True)
    position = pd.Index(frame["sentence_id"])
    given, read = {}, {}
    for coder, rows in tables["codes"].groupby("coder_id", sort=True):
        given[coder] = _lay_out(rows, position, codes)
    if "given" in tables:
        matrix = tables["given"].set_index("sentence_id").reindex(position)
        given["trained"] = matrix.ge(0.5).reindex(columns=[c for c in codes if c in matrix], fill_value=False)
    if "coded" in tables:
        for coder, rows in tables["coded"].groupby("coder_id", sort=True):
            seen = position.get_indexer(rows["sentence_id"].unique())
            read[coder] = _steps(np.sort(seen[seen >= 0]))
            given[coder] = _lay_out(rows[rows["code"] != NO_CODE], position, codes)
    return {
        "sentences": {
            "document": _steps(frame["place"]),
            "turn": frame["turn"].tolist(),
            "number": frame["number"].tolist(),
            "actor": _coded(frame["actor_id"]),
        },
        "given": {coder: _list_carriers(matrix, codes, _keep(composites, unasked, coder)) for coder, matrix in given.items()},
        "read": read,
        "coders": {coder: name_coding(coder, tables.get("coded")) for coder in [*given, *SHOWN_CODES]},
        "shown_codes": {coder: shown for coder, shown in SHOWN_CODES.items() if shown in given},
    }


def _keep(composites, unasked, coder):
    """Return the composites that a coder was asked for."""
    return {name: parts for name, parts in composites.items() if name not in (unasked or {}).get(coder, ())}


def name_coding(coder, coded=None):
    """Return what a coder's codes are called; that a language model gave them is said, where ``coded`` (CODED) says so.

    >>> name_coding("reference", pd.DataFrame({"coder_id": ["reference"], "coder_kind": ["language_model"]}))
    'reference codes (language model)'
    """
    name = CODER_TITLES.get(coder) or OTHER_TITLES.get(coder) or coder
    kinds = () if coded is None else set(coded.loc[coded["coder_id"] == coder, "coder_kind"])
    return f"{name} (language model)" if "language_model" in kinds else name


def _lay_out(rows, position, codes):
    """Return a boolean table of sentences by the codes that occur in ``codes``."""
    columns = pd.Index(list(codes))
    found, column = position.get_indexer(rows["sentence_id"]), columns.get_indexer(rows["code"])
    inside = (found >= 0) & (column >= 0)
    carried = np.zeros((len(position), len(columns)), dtype=bool)
    carried[found[inside], column[inside]] = True
    return pd.DataFrame(carried, columns=columns)


def _list_carriers(matrix, codes, composites):
    """Return {code: steps between the sentences that carry it}, composites among them."""
    known = set(matrix.columns) - {name for name in composites if not matrix.get(name, pd.Series(dtype=bool)).any()}
    made = keep_known({name: parts for name, parts in composites.items() if name not in known}, known)
    whole = matrix.drop(columns=[name for name in made if name in matrix])
    whole = pd.concat([whole.reset_index(drop=True), evaluate_composites(whole, made).reset_index(drop=True)], axis=1)
    return {code: _steps(np.flatnonzero(whole[code].to_numpy())) for code in codes if code in whole and whole[code].any()}


# Texts -------------------------------------------------------------------------------------------------------------


def pack_texts(tables, documents, codes, text_budget=TEXT_BUDGET):
    """Return (shards, {"shard": of each document, -1 where its text is not held}): each shard is a list of documents.

    Documents with sentences that count come first, then the others, each in the order of the list, until the budget is used up.
    """
    counted = set(tables["frame"]["document_id"])
    order = sorted(range(len(documents["id"])), key=lambda k: (documents["id"][k] not in counted, k))
    read = _TextReader(tables, codes)
    shards, of_document, size, used = [], [-1] * len(order), SHARD_CHARS, 0
    for k in order:
        if used > text_budget:
            break
        text = read.describe(documents["id"][k], documents["withheld"][k])
        if size >= SHARD_CHARS:
            used += len(pack_block(shards[-1])) if shards else 0
            shards.append([])
            size = 0
        text["d"], of_document[k] = k, len(shards) - 1
        shards[-1].append(text)
        size += sum(len(paragraph) for paragraph in text["p"])
    return shards, {"shard": of_document}


class _TextReader:
    """Gives the text of one document after another from the tables of paragraphs, spans, turns, sentences and matches."""

    def __init__(self, tables, codes):
        self.codes = {code: k for k, code in enumerate(codes)}
        known = tables["speakers"][["document_id", "turn", "actor_id"]]
        turns = tables["turns"].merge(known, on=["document_id", "turn"], how="left")
        hits = tables["matches"]
        hits = hits[~hits["negated"] & hits["code"].isin(list(codes))]
        hits = hits.merge(tables["sentences"][["sentence_id", "document_id"]], on="sentence_id")
        every = {"paragraphs": tables["paragraphs"], "spans": tables["spans"], "turns": turns}
        every |= {"sentences": tables["sentences"], "matches": hits}
        self.parts = {name: dict(list(table.groupby("document_id", sort=False))) for name, table in every.items()}
        self.empty = {name: table.iloc[:0] for name, table in every.items()}

    def describe(self, document, withheld):
        """Return a document: p paragraphs, s spans, t turns, n sentences, m matches, the last four in flat lists of numbers.

        s: paragraph, start, length, kind, turn. t: [label, actor or empty, kind]. n: turn, paragraph, start, length.
        m: sentence, code, start, length. Paragraph, turn and sentence are steps from the row before, and so is a start (from the
        last end) in s and n where the paragraph is the same. A withheld document has turns and sentences, no text, spans or matches.
        """
        paragraphs, spans, turns, sentences, matches = (
            self.parts[name].get(document, self.empty[name]) for name in ("paragraphs", "spans", "turns", "sentences", "matches")
        )
        text = {
            "p": [] if withheld else paragraphs["text"].tolist(),
            "s": [],
            "t": [_tell_turn(r, withheld) for r in turns.itertuples()],
            "n": _follow(sentences, ("turn", "paragraph"), ()),
            "m": [],
        }
        if not withheld:
            spans = spans.assign(kind=spans["kind"].map(KINDS.index))
            text["s"] = _follow(spans, ("paragraph",), ("kind", "turn"))
            row = pd.Index(sentences["sentence_id"]).get_indexer(matches["sentence_id"])
            matches = matches.assign(row=row, which=matches["code"].map(self.codes)).sort_values(["row", "start", "end", "which"])
            steps = np.diff(matches["row"], prepend=0), matches["which"], matches["start"], matches["end"] - matches["start"]
            text["m"] = np.column_stack(steps).ravel().tolist()
        return text


def _tell_turn(turn, withheld):
    """Return a turn's label, actor or empty, and kind; of a withheld document only actors are named."""
    actor = turn.actor_id if isinstance(turn.actor_id, str) else ""
    return ["" if (withheld and not actor) or not isinstance(turn.label, str) else turn.label, actor, KINDS.index(turn.kind)]


def _follow(table, before, after):
    """Return rows of (``before``, start, length, ``after``) as flat numbers, all but length and kind as steps.

    >>> rows = pd.DataFrame({"turn": [0, 0, 1], "paragraph": [2, 2, 3], "start": [5, 10, 0], "end": [9, 12, 4]})
    >>> _follow(rows, ("turn", "paragraph"), ())
    [0, 2, 5, 4, 0, 0, 1, 2, 1, 1, 0, 4]
    """
    start, end, paragraph = (table[name].to_numpy(int) for name in ("start", "end", "paragraph"))
    same = np.diff(paragraph, prepend=-1) == 0
    last = np.concatenate([[0], end[:-1]]) if len(end) else end
    columns = [np.diff(table[name].to_numpy(int), prepend=0) for name in before]
    columns += [np.where(same, start - last, start), end - start]
    columns += [table[name].to_numpy(int) if name == "kind" else np.diff(table[name].to_numpy(int), prepend=0) for name in after]
    return np.column_stack(columns).ravel().tolist()


# Packing -----------------------------------------------------------------------------------------------------------


def pack_block(data):
    """Return data as JSON, compressed, in base85; equal data give equal text. It holds no character that HTML knows.

    >>> unpack_block(pack_block({"text": "</script>"}))
    {'text': '</script>'}
    """
    return pack_text(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def pack_text(text):
    """Return text compressed, in base85; a lone surrogate, which no page can hold, becomes a question mark.

    By bzip2: transcripts come out more than a quarter smaller than by the codecs that browsers unpack themselves.
    """
    return base64.b85encode(bz2.compress(text.encode("utf-8", "replace"), 9)).decode("ascii").translate(TO_PAGE)


def unpack_block(block):
    """Return the data that ``pack_block`` packed."""
    return json.loads(bz2.decompress(base64.b85decode(block.translate(FROM_PAGE))))


def _steps(positions):
    """Return rising whole numbers as the first and the steps between them.

    >>> _steps([3, 4, 9])
    [3, 1, 5]
    """
    return np.diff(np.asarray(positions, dtype=int), prepend=0).tolist()


def _coded(cells):
    """Return a column of few texts as {"of": texts, "at": position of each row's, -1 where missing}."""
    at, texts = pd.factorize(cells, sort=True)
    return {"of": list(texts), "at": at.tolist()}


def _numbers(cells, decimals):
    return [_round(value, decimals) for value in cells]


def _round(value, decimals=4):
    """Return a number rounded, None where missing; whole numbers without a point."""
    if value is None or pd.isna(value):
        return None
    value = round(float(value), decimals) + 0.0
    return int(value) if value == int(value) else value


def _or_none(value):
    return value if isinstance(value, str) else None


def _plain(cells):
    return ["" if pd.isna(cell) else str(cell) for cell in cells]

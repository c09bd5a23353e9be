"""Marks: the stage of integration a turn falls in, whether it speaks of integration, and which of its sentences do."""

import numpy as np
import pandas as pd

from framings.codebook import fold_pattern
from framings.days import is_day
from framings.frames import match_patterns
from framings.schemas import MARKS, PASSAGES, RELEVANCE, STAGES, check

FIRST, LAST = "0001-01-01", "9999-12-31"


class MarksError(ValueError):
    """Stages or relevance patterns that cannot be used; the message is one plain sentence with the row."""


def mark_turns(documents, turns, sentences, relevance, stages, min_mentions=1, window=15):
    """Return (MARKS, PASSAGES): each turn's stage, mentions of integration and relevance; which of its sentences count.

    A mention is a match of a pattern of ``relevance`` (of the document's language) in a sentence of the turn; matches do
    not overlap. A turn is relevant from ``min_mentions`` mentions on. The stage is missing where none holds the date.
    A sentence of a relevant turn is relevant up to ``window`` sentences from a mention: an hour's address with three
    mentions is not an hour's talk about integration. ``sentences`` are in the order of the text.
    """
    stages = check_stages(stages)
    hits = match_patterns(sentences["text"], _languages(sentences, documents), check_relevance(relevance), negation_window=0)
    mentions = sentences.iloc[hits["text"]].groupby(["document_id", "turn"]).size().rename("n_mentions").reset_index()
    marks = turns[["document_id", "turn"]].merge(documents[["document_id", "date"]], how="left")
    if marks["date"].isna().any():
        stray = marks["document_id"][marks["date"].isna()].iloc[0]
        raise MarksError(f"table turns names the document {stray!r}, which table documents lacks")
    marks = marks.merge(mentions, how="left")
    marks["n_mentions"] = marks["n_mentions"].fillna(0).astype("int64")
    marks["stage_id"] = find_stages(marks.pop("date"), stages)
    marks = check(marks.assign(relevant=marks["n_mentions"] >= min_mentions), MARKS)
    return marks, _list_passages(sentences, np.unique(hits["text"]), marks, window)


def measure_distances(groups, mentions):
    """Return how far each row is from the nearest of the rows ``mentions`` in its group, -1 where its group has none.

    ``groups`` numbers the groups of the rows, each one run of rows.

    >>> measure_distances(np.array([0, 0, 0, 0, 1]), np.array([1])).tolist()
    [1, 0, 1, 2, -1]
    """
    rows, far = np.arange(len(groups)), 10 * len(groups) + 10
    held = np.isin(rows, mentions)
    before = np.maximum.accumulate(np.where(held, rows, -far)) if len(rows) else rows
    after = np.minimum.accumulate(np.where(held, rows, far)[::-1])[::-1] if len(rows) else rows
    gaps = []
    for place in (before, after):
        inside = (place >= 0) & (place < len(rows))
        same = inside & (groups[np.where(inside, place, 0)] == groups)
        gaps.append(np.where(same, np.abs(rows - place), far))
    nearest = np.minimum(*gaps)
    return np.where(nearest < far, nearest, -1)


def _list_passages(sentences, mentions, marks, window):
    """Return PASSAGES: the sentences of all turns with a mention."""
    turns = pd.MultiIndex.from_frame(sentences[["document_id", "turn"]])
    distance = measure_distances(pd.factorize(turns)[0], mentions)
    relevant = pd.MultiIndex.from_frame(marks.loc[marks["relevant"], ["document_id", "turn"]])
    table = sentences[["sentence_id", "document_id", "turn"]].assign(distance=distance)
    table["relevant"] = (distance <= window) & turns.isin(relevant)
    return check(table[distance >= 0], PASSAGES)


def check_stages(stages):
    """Return the table of stages if its days exist and no two stages share one, else raise ``MarksError`` naming the row.

    Rows are counted as in the file: the first stage stands in row 2, below the header.
    """
    stages = check(stages, STAGES)
    spans = []
    for row, stage in enumerate(stages.itertuples(), start=2):
        start, end = (_read_day(getattr(stage, side), side, row, default) for side, default in (("start", FIRST), ("end", LAST)))
        if end < start:
            raise MarksError(f"stages.csv, row {row}: stage {stage.stage_id} ends on {end}, before it starts on {start}")
        for other, first, last, line in spans:
            if start <= last and first <= end:
                raise MarksError(
                    f"stages.csv, row {row}: stage {stage.stage_id} shares {max(start, first)} with stage {other} in row {line}; "
                    "a day belongs to one stage"
                )
        spans.append((stage.stage_id, start, end, row))
    return stages


def check_relevance(relevance):
    """Return the relevance patterns as a table of patterns of one code, or raise ``MarksError`` naming the row of a bad one."""
    relevance, rows = check(relevance, RELEVANCE), []
    for row, (language, pattern) in enumerate(zip(relevance["language"], relevance["pattern"], strict=True), start=2):
        try:
            rows.append(("integration", language, pattern, fold_pattern(pattern), False))
        except ValueError as error:
            raise MarksError(f"relevance.csv, row {row}: {error}") from error
    return pd.DataFrame(rows, columns=["code", "language", "pattern", "tokens", "is_mask"])


def find_stages(days, stages):
    """Return the stage_id of each day (YYYY-MM-DD), None where no stage holds it.

    >>> stages = pd.DataFrame({"stage_id": ["A", "B"], "start": [None, "2012-01-01"], "end": ["2010-12-31", None]})
    >>> find_stages(["2010-12-31", "2011-05-05", "2012-01-01"], stages)
    ['A', None, 'B']
    """
    days = np.asarray(days, dtype=str)
    found = np.full(len(days), None, dtype=object)
    for name, start, end in zip(stages["stage_id"], stages["start"].fillna(FIRST), stages["end"].fillna(LAST), strict=True):
        found[(days >= start) & (days <= end)] = name
    return found.tolist()


def _read_day(cell, side, row, default):
    """Return a day of the table of stages, ``default`` where the cell is empty."""
    if pd.isna(cell) or cell == "":
        return default
    if not is_day(cell):
        raise MarksError(f"stages.csv, row {row}, column {side}: {cell!r} is no day; write YYYY-MM-DD or leave it empty")
    return cell


def _languages(sentences, documents):
    """Return the language of each sentence."""
    return sentences["document_id"].map(documents.set_index("document_id")["language"])

"""Selections: which sentences count, how much each of them, and in which stage: choices that change no claim, only its measurement.

Every choice leaves what is estimated as it is: the difference of an actor's shares of talk about integration from another's, at
equal stage and kind of event (or of two codes' shares within an actor's talk).

relevance   How near to a mention of integration a sentence has to stand, and how many mentions its turn must have, bounds "talk
            about integration" more or less narrowly. Wider bounds than the record's hold sentences that nobody was asked about,
            so that only a coder of every sentence can take them. (The sentence of the mention alone is no such bound: what names
            integration is said in another kind of sentence. In the simulated corpus, whose codes are known, functional talk
            exceeds that of regime security by 7 points in all talk, by 6 within 3 sentences, and falls short by 14 there.)
sample      Documents of the discovery third, answers to questions, an actor's later turns and turns that the page gives in a
            second translation are parts of the same talk; leaving them out lowers its amount, not its kind. (Sentences coded in
            both families are no such part: whether one is left out depends on the codes that are to be estimated.)
weighting   A share is one over sentences, over words, or a mean of turns' or of documents' shares.
stages      Where stages begin is a matter of dating; which of them a contrast is held equal in must not decide it.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from framings.marks import find_stages
from framings.terms import draw_discovery

KEY = ["document_id", "turn"]
WINDOWS = (3, 5, 30, None)  # sentences from a mention; None: the whole turn
MONTHS = 6  # by which stages begin earlier or later
QUESTIONED = ("interview", "press_conference")  # kinds of event that are questions and answers throughout
WEIGHTINGS = ("sentences", "words", "turns", "documents")
ALL, STAGED, UNSTAGED = "all turns", "stages of record", "no stages"


@dataclass(frozen=True)
class Talk:
    """Sentences of relevant turns by actors in one language, and their documents in the order of days.

    ``sentences``: sentence_id, document_id, turn, actor_id, n_words, distance to a mention, n_mentions of the turn, and whether the
    sentence is an ``answer``, stands in the actor's ``first`` relevant turn, was ``retranslated``, is of the ``discovery`` third.
    ``documents``: document_id, date, stage_id, event_type.
    """

    sentences: pd.DataFrame
    documents: pd.DataFrame


@dataclass(frozen=True)
class Selection:
    """One way to select and to weigh: labels of the choices, ``weight`` (sentences,), zero where one does not count, ``stage_id``
    (documents,), None where a document has no stage."""

    weighting: str
    sample: str
    stages: str
    relevance: str
    weight: np.ndarray
    stage_id: np.ndarray


def gather_talk(documents, turns, speakers, sentences, marks, passages, language):
    """Return the ``Talk`` of all documents in ``language``; tables are those of their names, without documents that repeat another."""
    ours = documents.loc[documents["language"] == language, ["document_id", "date", "event_type"]]
    table = turns.sort_values(KEY, ignore_index=True)
    asked = table.groupby("document_id")["kind"].shift() == "question"
    table["retranslated"] = table["remark"].fillna("").str.contains("translated")
    table = table.assign(asked=asked)[table["kind"] == "speech"][[*KEY, "asked", "retranslated"]].merge(ours, on="document_id")
    table = table.merge(speakers.loc[speakers["actor_id"].notna(), [*KEY, "actor_id"]], on=KEY)
    table = table.merge(marks.loc[marks["relevant"] & marks["stage_id"].notna(), [*KEY, "stage_id", "n_mentions"]], on=KEY)
    table["answer"] = table["asked"] | table["event_type"].isin(QUESTIONED)
    table["first"] = ~table.sort_values(KEY).duplicated(["document_id", "actor_id"])
    third = draw_discovery(documents, marks)
    table["discovery"] = table["document_id"].isin(third.loc[third["discovery"], "document_id"])
    found = sentences[["sentence_id", *KEY, "n_words"]].merge(passages[["sentence_id", "distance"]], on="sentence_id")
    found = found.merge(table, on=KEY).sort_values("sentence_id", ignore_index=True)
    days = found[["document_id", "date", "stage_id", "event_type"]].drop_duplicates("document_id")
    days = days.sort_values(["date", "document_id"], ignore_index=True)
    return Talk(found.drop(columns=["date", "stage_id", "event_type", "asked"]), days)


def list_selections(talk, stages, window, min_mentions, by_stage=True, most=60, seed=1):
    """Return the ``Selection`` list that a curve is made of, the one of the record first.

    All combinations of the choices, without those that select and weigh like an earlier one; of more than ``most`` the record's and
    others drawn at random (``seed``), as Simonsohn, Simmons and Nelson (2020) do where there are too many. ``by_stage`` is false
    for contrasts within an actor, which are not held at equal stages.
    """
    cut = _cut_stages(talk.documents, stages) if by_stage else {UNSTAGED: talk.documents["stage_id"].to_numpy(object)}
    seen, found = set(), []
    kept = itertools.product(_bound_relevance(talk, window, min_mentions).items(), _choose_samples(talk).items(), WEIGHTINGS)
    for (relevance, near), (sample, inside), weighting in kept:
        weight = weigh_sentences(talk.sentences, near & inside, weighting)
        print_ = np.round(weight, 9).tobytes()
        if print_ not in seen and weight.any():
            seen.add(print_)
            found += [Selection(weighting, sample, name, relevance, weight, stage_id) for name, stage_id in cut.items()]
    if len(found) <= most:
        return found
    drawn = np.sort(np.random.default_rng(seed).permutation(len(found) - 1)[: most - 1]) + 1
    return [found[0], *(found[k] for k in drawn)]


def weigh_sentences(sentences, selected, weighting):
    """Return the weight of each sentence, zero where it is not ``selected``; those selected have a mean weight of 1.

    >>> table = pd.DataFrame({"document_id": ["d", "d", "d"], "turn": [1, 1, 2], "actor_id": "A", "n_words": [3, 5, 4]})
    >>> weigh_sentences(table, np.array([True, True, True]), "turns").tolist()
    [0.75, 0.75, 1.5]
    """
    columns = {"turns": KEY, "documents": ["document_id", "actor_id"]}.get(weighting)
    weight = np.maximum(sentences["n_words"].to_numpy(float), 1) if weighting == "words" else np.ones(len(sentences))
    if columns:
        group = sentences.groupby(columns, sort=False).ngroup().to_numpy()
        weight = 1 / np.maximum(np.bincount(group, selected), 1)[group]
    weight = weight * selected
    return weight * (selected.sum() / weight.sum()) if selected.any() else weight


def _bound_relevance(talk, window, min_mentions):
    """Return {label: sentences that count (sentences,)}, the record's first."""
    distance, mentions = talk.sentences["distance"].to_numpy(), talk.sentences["n_mentions"].to_numpy()
    enough = mentions >= min_mentions
    found = {_name_window(window): enough & (distance <= window)}
    found |= {_name_window(width): enough & (distance <= (np.inf if width is None else width)) for width in WINDOWS}
    found[f"{min_mentions + 1} mentions a turn"] = (mentions > min_mentions) & (distance <= window)
    return found


def _name_window(width):
    """Return what a window is called."""
    return "whole turn" if width is None else f"within {width} sentences"


def _choose_samples(talk):
    """Return {label: sentences that count (sentences,)}, all first."""
    flags = {
        "without answers to questions": ~talk.sentences["answer"],
        "first turns alone": talk.sentences["first"],
        "without discovery third": ~talk.sentences["discovery"],
        "without retranslated turns": ~talk.sentences["retranslated"],
    }
    return {ALL: np.ones(len(talk.sentences), dtype=bool)} | {name: flag.to_numpy(bool) for name, flag in flags.items()}


def _cut_stages(documents, stages):
    """Return {label: stage of each document}, the record's first, without those that group the documents as an earlier one does."""
    days = documents["date"].to_numpy(str)
    cuts = {STAGED: documents["stage_id"].tolist()}
    cuts |= {
        f"{MONTHS} months {word}": find_stages(days, move_stages(stages, by))
        for word, by in (("earlier", -MONTHS), ("later", MONTHS))
    }
    cuts |= {"calendar years": [day[:4] for day in days], UNSTAGED: ["all"] * len(days)}
    found = {}
    for name, stage in cuts.items():
        groups = tuple(pd.factorize(np.array(stage, dtype=object))[0])
        found.setdefault(groups, (name, np.array(stage, dtype=object)))
    return dict(found.values())


def move_stages(stages, months):
    """Return STAGES with every boundary between stages moved by so many months; where the first begins and the last ends stays.

    >>> table = pd.DataFrame({"stage_id": ["A", "B"], "start": [None, "2014-07-01"], "end": ["2014-06-30", None]})
    >>> move_stages(table, 6)[["start", "end"]].to_numpy().tolist()
    [[None, '2014-12-31'], ['2015-01-01', None]]
    """
    table = stages.sort_values("start", na_position="first", kind="stable", ignore_index=True).astype(object)
    starts = [None if pd.isna(day) else day for day in table["start"]]
    ends = [None if pd.isna(day) else day for day in table["end"]]
    by, day = pd.DateOffset(months=months), pd.DateOffset(days=1)
    starts[1:] = [str((pd.Timestamp(start) + by).date()) for start in starts[1:]]
    ends[:-1] = [str((pd.Timestamp(end) + day + by - day).date()) for end in ends[:-1]]
    return table.assign(start=pd.Series(starts, dtype=object), end=pd.Series(ends, dtype=object))

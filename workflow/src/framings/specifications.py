"""Specifications: every hypothesis estimated in hundreds of ways that a reader could have chosen, all of the same contrast.

A specification is a coder (with the probability from which a code counts), a weighting, a sample, a cut of stages and a bound of
relevance (``framings.selections`` says why each leaves the estimand as it is). Each is estimated by the linear model whose
effective scores the tests flip (``framings.scores``), on the documents of the cells in which all compared actors speak.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from framings.agreement import explain_gate
from framings.comparisons import Counts, lay_out_comparison
from framings.correction import add_composites, spread_codes
from framings.estimates import MIN_SWAPPED, RARE_DOCUMENTS, RARE_SENTENCES, sum_cells
from framings.schemas import Column, Contract
from framings.scores import score_comparison
from framings.selections import list_selections

SPECIFICATIONS = Contract(
    "specifications", "a hypothesis estimated in one way", ("hypothesis_id", "window_id", "specification"),
    {
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "specification": Column("int", "its number within hypothesis and window", low=1),
        "coder": Column("text", "whose codes"),
        "threshold": Column("number", "probability from which the trained coder's code counts; missing: the coder's own", missing=True, low=0, high=1),
        "weighting": Column("text", "what counts alike: sentences, words, turns, or documents of an actor"),
        "sample": Column("text", "which turns count"),
        "stages": Column("text", "what is held equal beside the kind of event; of a contrast within an actor nothing is"),
        "relevance": Column("text", "which sentences of a turn count as talk about integration"),
        "is_record": Column("bool", "whether it is the specification of the main analysis"),
        "estimate": Column("number", "the contrast by the linear model whose scores are flipped, a difference of shares", missing=True),
        "standardised": Column("number", "the same contrast weighted over cells as in the table of assessments", missing=True),
        "se": Column("number", "root of the summed squares of the scores at the estimate, each document left out of its fit", missing=True, low=0),
        "low": Column("number", "lower end of the 95 % interval of contrasts that the sign flip does not reject", missing=True),
        "high": Column("number", "upper end", missing=True),
        "p_score": Column("number", "p of the sign flip by document, two-sided (of an equivalence: the larger of two one-sided)", missing=True, low=0, high=1),
        "n_documents": Column("int", "documents compared", low=0),
        "n_sentences": Column("int", "sentences compared", low=0),
        "n_coded": Column("int", "of them, sentences seen to carry the codes (of a corrected coder: reference codes)", low=0),
        "reason": Column("text", "why it is not tested; missing where it is", missing=True),
    },
)  # fmt: skip

THRESHOLDS = (0.3, 0.5)
EXPLORED = ("difference", "equivalence", "within_actor", "difference_in_differences")
MOST = {True: 60, False: 100}  # selections a hypothesis, by whether it is held at equal stages; each is made with every coder


@dataclass(frozen=True)
class Coder:
    """A coder's ``values`` (sentences, codes), missing where it was not asked, and the codes that count as seen (``hits``)."""

    name: str
    threshold: float | None
    values: np.ndarray
    hits: np.ndarray


@dataclass(frozen=True)
class Scored:
    """What a joint test needs of the specifications that can be tested: ``rows`` of their table; estimates (specifications,);
    ``a`` and ``b`` (documents, specifications), whose signed sums are an estimate's reference where a tau of zero is imposed, and
    what it falls by where another is."""

    rows: np.ndarray
    estimate: np.ndarray
    a: np.ndarray
    b: np.ndarray


def spread_coders(talk, codes, dictionary, codebook, outcomes=None, probabilities=None):
    """Return the list of ``Coder`` that a corpus has, on the sentences of ``talk`` and the codes (with composites) of ``codes``.

    ``dictionary`` is CODES of the dictionary, which codes every sentence; codes without a pattern are sought by nobody.
    ``outcomes`` is what ``framings.correction.stack_outcomes`` gives, ``probabilities`` the trained coder's codes matrix; both are absent where a corpus has no reference codes. Composites of probabilities are made from what counts as given.
    """
    ids, sought = talk.sentences["sentence_id"], [c for c in codebook.codes["code"] if c in set(codebook.patterns["code"])]

    def spread(matrix):
        return add_composites(matrix, codebook.composites).reindex(index=ids, columns=codes).to_numpy(float)

    seen = spread(spread_codes(dictionary, ids, sought))
    found = [Coder("dictionary", None, seen, seen)]
    if outcomes is None:
        return found
    outcomes = {name: rows.set_index("sentence_id").drop(columns="coder_id") for name, rows in outcomes.groupby("coder_id")}
    given = [(None, outcomes["trained"]), *((level, (probabilities >= level) * 1.0) for level in THRESHOLDS)]
    for level, matrix in given:
        values = spread(matrix)
        found.append(Coder("trained", level, values, values))
    evidence = spread(outcomes["evidence"])
    return [*found, *(Coder(name, None, spread(outcomes[name]), evidence) for name in ("sample", "corrected"))]


def make_specifications(talk, coders, codes, hypotheses, stages, relevance, coder_id, least=(3, 100), seed=1):
    """Yield (hypothesis, window, rows of SPECIFICATIONS, ``Scored``) for each hypothesis of ``hypotheses`` and window.

    ``hypotheses`` lists pairs (hypothesis, window); ``relevance`` (min_mentions, window) bounds talk about integration in the record,
    whose coder is ``coder_id``; ``least`` are the documents and sentences that a voice needs.
    """
    actors = sorted(talk.sentences["actor_id"].unique())
    for by_stage in (True, False):
        pairs = [pair for pair in hypotheses if (pair[0].test != "within_actor") == by_stage]
        found = [[] for _ in pairs]
        selections = (
            list_selections(talk, stages, **relevance, by_stage=by_stage, most=MOST[by_stage], seed=seed) if pairs else []
        )
        for number, selection in enumerate(selections):
            sums = _sum_selection(talk, actors, selection, coders, codes)
            for place, (hypothesis, days) in enumerate(pairs):
                found[place] += _estimate_selection(hypothesis, days, sums, coders, selection, least, number == 0, coder_id)
        for (hypothesis, days), entries in zip(pairs, found, strict=True):
            yield hypothesis, days, *_gather(hypothesis, days, entries, len(talk.documents))


def _sum_selection(talk, actors, selection, coders, codes):
    """Return (Counts without weights and codes, weighted n (documents, actors), k and hits by coder (documents, actors, codes))."""
    rows = np.flatnonzero(selection.weight)
    document = pd.Index(talk.documents["document_id"]).get_indexer(talk.sentences["document_id"])[rows]
    actor = pd.Index(actors).get_indexer(talk.sentences["actor_id"])[rows]
    placed = pd.isna(selection.stage_id)[document]
    rows, voice = rows[~placed], (document * len(actors) + actor)[~placed]
    shape = (len(talk.documents), len(actors))
    plain, weighted = (
        sparse.csr_array((values, (voice, rows)), shape=(shape[0] * shape[1], len(selection.weight)))
        for values in (np.ones(len(rows)), selection.weight[rows])
    )
    documents = talk.documents.assign(stage_id=pd.Series(selection.stage_id).fillna(""))
    empty = np.zeros((*shape, len(codes)))
    counts = Counts(documents, actors, list(codes), plain.sum(axis=1).reshape(shape), empty, empty)
    k = [(weighted @ coder.values).reshape(*shape, -1) for coder in coders]
    hits = [(plain @ coder.hits).reshape(*shape, -1) for coder in coders]
    return counts, weighted.sum(axis=1).reshape(shape), k, hits


def _estimate_selection(hypothesis, window, sums, coders, selection, least, is_first, coder_id):
    """Return [(row, estimate and scores by document or None)] of a selection: one for each coder that was asked everywhere in it."""
    counts, n, k, hits = sums
    column = [counts.codes.index(code) for code in (hypothesis.codes[0], hypothesis.other_code) if code]
    able = [c for c, values in enumerate(k) if not np.isnan(values[..., column]).any()]
    compared = lay_out_comparison(hypothesis, counts.within(window), [], *least)
    labels = {name: getattr(selection, name) for name in ("weighting", "sample", "stages", "relevance")}
    size = {"n_documents": len(compared.documents), "n_sentences": int(compared.n.sum()), "n_coded": 0}
    entries = [
        labels | size | {"coder": coders[c].name, "threshold": coders[c].threshold, "reason": compared.reason,
                         "is_record": is_first and coders[c].name == coder_id and coders[c].threshold is None}
        for c in able
    ]  # fmt: skip
    if compared.reason or not able:
        return [(entry, None) for entry in entries]
    place = np.ix_(
        pd.Index(counts.documents["document_id"]).get_indexer(compared.documents),
        [counts.actors.index(v) for v in compared.voices],
    )
    signs = [1.0, -1.0][: len(column)]
    outcome = np.stack([k[c][place][..., column] @ signs for c in able], axis=-1)
    compared = replace(compared, n=n[place], k=outcome)
    scores = score_comparison(hypothesis, compared, np.arange(len(compared.n)))
    totals = (sum_cells(values, compared.cell, compared.cell.max() + 1) for values in (compared.n, compared.k))
    standardised, found = compared.estimate(*totals), []
    for column_of, (c, entry) in enumerate(zip(able, entries, strict=True)):
        seen = hits[c][place][..., column].sum(axis=(1, 2))
        entry |= {"n_coded": int(seen.sum()), "standardised": standardised[column_of]}
        entry["reason"] = _explain_untested(scores, column_of, seen)
        if scores is not None:
            whole = scores.b.sum()
            entry["estimate"] = scores.a[:, column_of].sum() / whole
            parts = place[0].ravel(), scores.a_left[:, column_of] / whole, scores.b_left[:, 0] / whole
        found.append((entry, None if entry["reason"] else parts))
    return found


def _explain_untested(scores, column, seen):
    """Return why a specification is not tested, or None; ``seen`` (documents,) are sentences seen to carry the codes."""
    if scores is None or not scores.b.sum() > 0:
        return "the voices are not compared in any cell"
    if seen.sum() < RARE_SENTENCES or (seen > 0).sum() < RARE_DOCUMENTS:
        sentences = "1 sentence" if seen.sum() == 1 else f"{seen.sum():.0f} sentences"
        documents = "1 document" if (seen > 0).sum() == 1 else f"{(seen > 0).sum()} documents"
        return f"{sentences} in {documents}; a test needs {RARE_SENTENCES} in {RARE_DOCUMENTS}"
    if not scores.a_left[:, column].any():
        return "documents do not vary, so that flipping signs changes nothing"
    heard = ((scores.a_left[:, column] != 0) | (scores.b_left[:, 0] != 0)).sum()
    return f"{heard} documents bear on it, {MIN_SWAPPED} needed" if heard < MIN_SWAPPED else None


def _gather(hypothesis, window, entries, n_documents):
    """Return the rows of a hypothesis in a window, and the ``Scored`` of those that can be tested."""
    rows = [row for row, _ in entries]
    tested = np.array([k for k, (_, parts) in enumerate(entries) if parts is not None], dtype=int)
    a, b = np.zeros((n_documents, len(tested))), np.zeros((n_documents, len(tested)))
    for column, k in enumerate(tested):
        place, a_left, b_left = entries[k][1]
        a[place, column], b[place, column] = a_left, b_left
    table = pd.DataFrame(rows).reindex(columns=[*SPECIFICATIONS.columns])
    table = table.assign(hypothesis_id=hypothesis.id, window_id=window.id, specification=np.arange(len(rows)) + 1)
    estimate = table["estimate"].to_numpy(float)[tested]
    table.loc[tested, "se"] = np.sqrt(((a - estimate * b) ** 2).sum(0))
    return table, Scored(tested, estimate, a, b)


def list_pairs(hypotheses, windows, gates=None):
    """Return [(hypothesis, window, whether confirmatory)] of the hypotheses in confirmatory families that a curve can be drawn for.

    A joint test has no sign in which specifications could agree, a change of stage no test, an upper bound one side; a share among
    a code has another denominator for each coder.
    """
    families = {family.id for family in hypotheses.families if family.confirmatory}
    return [
        (one, window, window.confirmatory and not (gates and explain_gate(one.needed_codes, gates)))
        for window in windows
        for one in hypotheses.hypotheses
        if one.family in families and one.test in EXPLORED and not one.among
    ]

"""Coder accuracy: how well coders give the reference codes, over all sentences and by actor and stage.

Sentences drawn with probability p stand for 1 / p sentences, so that shares are those of the texts and not of a sample that
favours predicted codes. Intervals draw documents, the same for all codes and measures.
"""

import numpy as np
import pandas as pd

from framings.coder_outcomes import (
    RATIOS,
    compare_matrices,
    count_outcomes,
    divide_outcomes,
    draw_average_precision,
    draw_calibration_error,
)
from framings.estimates import ASSUMED_CORRELATION, bound_share
from framings.resamples import bound_draws, bound_success, draw_documents, sum_documents, total_draws
from framings.schemas import Column, Contract, check

ALL = "all"
FAILURES = ("false positive rate", "false negative rate", "error rate")  # 0 is best
OF_PARTS = ("precision", "recall", "F1", "false positive rate", "false negative rate", "share gained")
SCORED = ("average precision", "calibration error")  # need probabilities; over all sentences only
MEASURES = (*RATIOS, *SCORED)
# ASSUME: a rate in fewer sentences than this is not given (its counts are); an interval drawn from fewer documents is too narrow.
LEAST_SENTENCES, LEAST_DOCUMENTS = 10, 10

CODER_ACCURACY = Contract(
    "coder_accuracy", "a measure of a coder against reference codes, for a code in a part of the sentences",
    ("coder_id", "code", "actor_id", "stage_id", "measure"),
    {
        "coder_id": Column("text", "whose codes are measured"),
        "code": Column("text", "code or composite of the codebook"),
        "actor_id": Column("text", "actor, or 'all'"),
        "stage_id": Column("text", "stage, or 'all'"),
        "measure": Column("text", "what is measured; share gained: share of sentences coded less the share that should be", values=MEASURES),
        "estimate": Column("number", "value, each sentence standing for 1 / p", missing=True, low=-1, high=1),
        "low": Column("number", "lower end of the 95 % interval", missing=True, low=-1, high=1),
        "high": Column("number", "upper end", missing=True, low=-1, high=1),
        "n": Column("int", "sentences that it is measured on (recall: those with the code, precision: those coded, …)", low=0),
        "n_mistakes": Column("int", "of these, sentences coded wrongly", low=0),
        "n_documents": Column("int", "documents that hold them", low=0),
        "n_reference": Column("int", "sentences of the part that carry the code in the reference", low=0),
        "n_sentences": Column("int", "sentences of the part", low=0),
        "reason": Column("text", "why there is no number, or what to know of it; missing where there is nothing to say", missing=True),
    },
)  # fmt: skip

CODER_DIFFERENCES = Contract(
    "coder_differences", "a measure of one coder less that of another on the same sentences", ("coder_id", "other_id", "code", "measure"),
    {
        "coder_id": Column("text", "coder"),
        "other_id": Column("text", "coder whose value is subtracted"),
        "code": Column("text", "code or composite of the codebook"),
        "measure": Column("text", "what is measured", values=tuple(RATIOS)),
        "estimate": Column("number", "difference", missing=True, low=-1, high=1),
        "low": Column("number", "lower end of the 95 % interval, drawing documents", missing=True, low=-1, high=1),
        "high": Column("number", "upper end", missing=True, low=-1, high=1),
        "value": Column("number", "value of the coder", missing=True, low=-1, high=1),
        "other_value": Column("number", "value of the other", missing=True, low=-1, high=1),
        "n_sentences": Column("int", "sentences that both and the reference coded", low=0),
        "n_reference": Column("int", "of these, sentences that carry the code in the reference", low=0),
        "n_documents": Column("int", "documents with a sentence that carries it", low=0),
        "goal": Column("number", "difference aimed at; missing where none is", missing=True, low=-1, high=1),
        "reason": Column("text", "whether the goal is reached, or why there is no number", missing=True),
    },
)  # fmt: skip


def measure_coders(predictions, reference, p, frame, composites, probabilities=None, threshold=0.5, seed=1, draws=1000):
    """Return the table CODER_ACCURACY: every coder against the reference codes, overall, by actor, by stage, and by both.

    ``predictions`` maps coders to matrices (sentence_id x code) of 0/1, or of probabilities that count as given from
    ``threshold`` on; ``probabilities`` maps coders whose matrix holds decisions to their probabilities. ``reference`` is such
    a matrix of 0/1. ``p`` maps sentences to inclusion probabilities; ``frame`` has actor_id, stage_id, document_id by
    sentence_id. A coder is measured on the reference sentences that it coded and on the codes that both have, with the
    ``composites`` of them; cells of actor and stage are given for composites alone, and parts have
    no row for what no sentence of theirs bears on.

    False positive and false negative rates that differ between actors bias their contrast; "share gained" is the bias of one
    share. Where under 10 documents hold the sentences, the interval is the exact one for as many sentences as their
    weights and a correlation of .10 within documents leave. Calibration error: ``draw_calibration_error``.
    """
    rows = []
    for coder, matrix in predictions.items():
        scores = (probabilities or {}).get(coder)
        compared = compare_matrices(matrix, reference, p, frame, composites, threshold, scores, coder)
        drawn = draw_documents(compared.n_documents, draws, seed)
        for actor, stage, chosen, codes in _list_parts(compared, composites):
            found = _measure_part(compared, chosen, codes, tuple(RATIOS) if actor == stage == ALL else OF_PARTS, drawn)
            found += _measure_scores(compared, drawn) if actor == stage == ALL else []
            found = [row for row in found if row["n"] or actor == stage == ALL]
            rows += [{"coder_id": coder, "actor_id": actor, "stage_id": stage} | row for row in found]
    return check(pd.DataFrame(rows, columns=list(CODER_ACCURACY.columns)), CODER_ACCURACY)


def compare_coders(
    predictions, reference, p, frame, composites, coder, other, measures=("F1",), goal=None, threshold=0.5, seed=1, draws=1000
):
    """Return the table CODER_DIFFERENCES of ``coder`` less ``other``, a row a code and measure, from the same resamples.

    Only sentences count that both coded; arguments are as for ``measure_coders``. ``goal`` is the difference aimed at.
    """
    shared = predictions[coder].index.intersection(predictions[other].index)
    both = [
        compare_matrices(predictions[name].loc[shared], reference, p, frame, composites, threshold, coder=name)
        for name in (coder, other)
    ]
    codes, rows, totals = [code for code in both[0].codes if code in both[1].codes], [], []
    for one in both:
        columns = [one.codes.index(code) for code in codes]
        sums = count_outcomes(one.truth[:, columns], one.given[:, columns]) * one.weights[:, None, None]
        totals.append(
            total_draws(sum_documents(sums, one.documents, one.n_documents), draw_documents(one.n_documents, draws, seed))
        )
    truth = both[0].truth[:, [both[0].codes.index(code) for code in codes]]
    held = (sum_documents(truth, both[0].documents, both[0].n_documents) > 0).sum(0)
    for measure in measures:
        values = [divide_outcomes(total, measure) for total in totals]
        bounds = bound_draws(values[0] - values[1], held)
        for place, code in enumerate(codes):
            row = {"coder_id": coder, "other_id": other, "code": code, "measure": measure, "goal": goal}
            row |= {"value": values[0][0, place], "other_value": values[1][0, place], "n_sentences": len(truth)}
            row |= {"n_reference": int(truth[:, place].sum()), "n_documents": int(held[place])}
            rows.append(_conclude(row, [float(bound[place]) for bound in bounds]))
    return check(pd.DataFrame(rows, columns=list(CODER_DIFFERENCES.columns)), CODER_DIFFERENCES)


def _list_parts(compared, composites):
    """Return (actor, stage, sentences of the part, places of codes) for all, each actor, each stage, and each cell."""
    actors, stages = (compared.frame[name].to_numpy() for name in ("actor_id", "stage_id"))
    every, wide = list(range(len(compared.codes))), [n for n, code in enumerate(compared.codes) if code in composites]
    parts = [(ALL, ALL, np.ones(len(actors), dtype=bool), every)]
    parts += [(name, ALL, actors == name, every) for name in sorted(set(actors))]
    parts += [(ALL, name, stages == name, every) for name in sorted(set(stages))]
    cells = sorted(set(zip(actors, stages, strict=True)))
    return parts + [(actor, stage, (actors == actor) & (stages == stage), wide) for actor, stage in cells if wide]


def _measure_part(compared, chosen, codes, measures, drawn):
    """Return the rows of ratio ``measures`` of the codes at places ``codes`` in the sentences ``chosen``."""
    cells, weights = np.ix_(chosen, codes), compared.weights[chosen]
    outcomes = count_outcomes(compared.truth[cells], compared.given[cells])
    present, documents = np.unique(compared.documents[chosen], return_inverse=True)
    by_document = sum_documents(outcomes, documents, len(present))
    weighted = sum_documents(outcomes * weights[:, None, None], documents, len(present))
    totals = total_draws(weighted, drawn[: None if len(present) >= LEAST_DOCUMENTS else 1, present])
    counts, rows = by_document.sum(0), []
    for measure in measures:
        bears = np.array(RATIOS[measure][1]) > 0
        wrong = bears & np.array([False, True, True, False])
        n, held, hit = counts @ bears, (by_document @ bears > 0).sum(0), (by_document @ wrong > 0).sum(0)
        by_draws = (n >= LEAST_SENTENCES) & (held >= LEAST_DOCUMENTS)
        bounds = np.full((3, len(codes)), np.nan)
        bounds[:, by_draws] = _bound_by_documents(measure, totals[:, by_draws], held[by_draws], hit[by_draws])
        for place in np.flatnonzero((n >= LEAST_SENTENCES) & ~by_draws):
            bearing = outcomes[:, place] @ bears > 0
            bounds[:, place] = _bound_by_sentences(measure, totals[0, place], weights[bearing], documents[bearing])
        for place, code in enumerate(codes):
            row = {"code": compared.codes[code], "measure": measure, "n": int(n[place]), "n_documents": int(held[place])}
            row |= {"n_mistakes": int(counts[place] @ wrong), "n_reference": int(counts[place, [0, 2]].sum())}
            rows.append(_fill(row | {"n_sentences": len(documents)}, bounds[:, place], row["n"], row["n_documents"]))
    return rows


def _bound_by_documents(measure, totals, n, n_hit):
    """Return (3, codes): estimate and interval of a ratio from its totals (draws + 1, codes, 4)."""
    values = divide_outcomes(totals, measure)
    if measure == "share gained":
        return np.stack(bound_draws(values, n))
    if measure not in FAILURES:
        return np.stack(bound_success(values, n, n_hit))
    estimate, low, high = bound_success(1 - values, n, n_hit)
    return 1 - np.stack([estimate, high, low])


def _bound_by_sentences(measure, totals, weights, documents):
    """Return (3,): estimate and exact interval of a ratio of totals (4,) in few documents, by the effective number of sentences.

    F1 is 2J / (1 + J), J the share of true positives among sentences coded by either; share gained has no such interval.
    """
    estimate = divide_outcomes(totals, measure)
    if measure == "share gained":
        return np.array([estimate, np.nan, np.nan])
    sizes = np.bincount(documents, weights)
    effective = (
        weights.sum() ** 2
        / (weights**2).sum()
        / (1 + ((sizes**2).sum() / sizes.sum() ** 2 * len(weights) - 1) * ASSUMED_CORRELATION)
    )
    share = estimate / (2 - estimate) if measure == "F1" else estimate
    ends = np.array(bound_share(share * effective, effective, effective))
    return np.array([estimate, *(2 * ends / (1 + ends) if measure == "F1" else ends)])


def _measure_scores(compared, drawn):
    """Return the rows of average precision and calibration error of the codes with probabilities, over all sentences."""
    rows, weights = [], drawn[:, compared.documents] * compared.weights
    for place in np.flatnonzero(~np.isnan(compared.scores).any(0)):
        truth, scores, documents = compared.truth[:, place], compared.scores[:, place], compared.documents
        row = {"code": compared.codes[place], "n": len(truth), "n_sentences": len(truth), "n_documents": compared.n_documents}
        row |= {"n_reference": int(truth.sum()), "n_mistakes": int((truth != compared.given[:, place]).sum())}
        held = len(set(documents[truth > 0]))
        outranked = len(set(documents[(truth > 0) & (scores <= scores[truth == 0].max(initial=-1))]))
        precision = bound_success(draw_average_precision(truth, scores, weights)[:, None], [held], [outranked])
        error, by_chance = draw_calibration_error(truth, scores, weights)
        told = f"with perfect probabilities chance would give about {by_chance:.3f}"
        for measure, bounds, note in zip(
            SCORED, (precision, bound_draws(error[:, None], compared.n_documents)), (None, told), strict=True
        ):
            rows.append(_fill(row | {"measure": measure}, [bound[0] for bound in bounds], row["n_reference"], held, note))
    return rows


def _fill(row, bounds, n, n_documents, note=None):
    """Return a row with estimate and interval, or with the reason why it has none."""
    if n < LEAST_SENTENCES:
        reason = f"too few: {n} of the {LEAST_SENTENCES} sentences needed" if n else "undefined: no sentence to measure it on"
        return row | {"estimate": np.nan, "low": np.nan, "high": np.nan, "reason": reason}
    if n_documents < LEAST_DOCUMENTS:
        note = (
            f"interval by sentences, only {n_documents} documents" if not np.isnan(bounds[1]) else f"only {n_documents} documents"
        )
    return row | dict(zip(("estimate", "low", "high"), map(float, bounds), strict=True)) | {"reason": note}


def _conclude(row, bounds):
    """Return a row of differences with its numbers, and whether the goal is reached or why there is no number."""
    n, goal = row["n_reference"], row["goal"]
    if n < LEAST_SENTENCES or row["n_documents"] < LEAST_DOCUMENTS or np.isnan(bounds[0]):
        reason = f"too few: the code stands in {n} reference sentences of {row['n_documents']} documents"
        return row | {"estimate": np.nan, "low": np.nan, "high": np.nan, "reason": reason}
    row |= dict(zip(("estimate", "low", "high"), bounds, strict=True))
    if goal is None:
        return row | {"reason": None}
    if bounds[0] < goal:
        return row | {"reason": f"the goal of {goal:+.2f} is not reached"}
    above = "the whole interval lies above it" if bounds[1] >= goal else "though the interval reaches below it"
    return row | {"reason": f"the goal of {goal:+.2f} is reached, {above}"}

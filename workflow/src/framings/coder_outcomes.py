"""Coder outcomes: what a coder gave beside the reference, sentence by sentence, and measures of it for many resamples at once."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from framings.codebook import COMPOSITE_PARTS, evaluate_composites

# Each measure is one sum of outcomes over another: (of the true positives, false positives, false negatives, true negatives).
RATIOS = {
    "precision": ((1, 0, 0, 0), (1, 1, 0, 0)),
    "recall": ((1, 0, 0, 0), (1, 0, 1, 0)),
    "F1": ((2, 0, 0, 0), (2, 1, 1, 0)),
    "specificity": ((0, 0, 0, 1), (0, 1, 0, 1)),
    "false positive rate": ((0, 1, 0, 0), (0, 1, 0, 1)),
    "false negative rate": ((0, 0, 1, 0), (1, 0, 1, 0)),
    "error rate": ((0, 1, 1, 0), (1, 1, 1, 1)),
    "share gained": ((0, 1, -1, 0), (1, 1, 1, 1)),
}
BINS = 10


class CoderAccuracyError(ValueError):
    """Predictions that cannot be held against the reference; the message is one plain sentence."""


@dataclass(frozen=True)
class Compared:
    """A coder beside the reference on the same sentences and codes.

    ``truth`` and ``given`` (sentences, codes) are 0/1, ``scores`` probabilities, missing where a code has none. ``frame`` has
    actor_id, stage_id and document_id; ``weights`` (sentences,) are 1 / p; ``documents`` numbers them below ``n_documents``.
    """

    codes: list
    truth: np.ndarray
    given: np.ndarray
    scores: np.ndarray
    weights: np.ndarray
    frame: pd.DataFrame
    documents: np.ndarray
    n_documents: int


def compare_matrices(matrix, reference, p, frame, composites, threshold=0.5, probabilities=None, coder="the coder"):
    """Return the ``Compared`` of a coder's matrix and the reference on the sentences and codes that both have.

    ``matrix`` (sentence_id x code) holds 0/1 or probabilities; a code counts as given from ``threshold`` on. ``probabilities``,
    such a matrix, is where scores come from if ``matrix`` holds decisions. A code with a missing cell is left out. Composites
    are evaluated from what is given, unless the matrix has a column of their name.
    """
    sentences = reference.index.intersection(matrix.index).sort_values()
    if not len(sentences):
        raise CoderAccuracyError(f"{coder} coded none of the reference sentences; their ids do not meet")
    weights, frame = 1 / pd.Series(p).reindex(sentences).to_numpy(float), frame.reindex(sentences)
    lacking = np.isnan(weights) | frame[["actor_id", "stage_id", "document_id"]].isna().any(axis=1).to_numpy()
    if lacking.any():
        raise CoderAccuracyError(
            f"reference sentence {sentences[lacking][0]} has no inclusion probability or is not in the frame"
        )
    truth, matrix = reference.loc[sentences].astype(float), matrix.loc[sentences].astype(float).dropna(axis=1)
    truth = _add_composites(truth > 0.5, composites)
    given = _add_composites(matrix >= threshold, composites)
    codes = [code for code in dict.fromkeys([*reference.columns, *composites]) if code in given and code in truth]
    scores = (matrix if probabilities is None else probabilities.loc[sentences].astype(float)).reindex(columns=codes)
    scores = scores.loc[:, ((scores > 0) & (scores < 1)).any()].reindex(columns=codes)
    documents, names = pd.factorize(frame["document_id"], sort=True)
    return Compared(
        codes,
        truth[codes].to_numpy(float),
        given[codes].to_numpy(float),
        scores.to_numpy(float),
        weights,
        frame,
        documents,
        len(names),
    )


def count_outcomes(truth, given):
    """Return (..., 4) whether each is a true positive, false positive, false negative, true negative, from 0/1 arrays."""
    return np.stack([truth * given, (1 - truth) * given, truth * (1 - given), (1 - truth) * (1 - given)], axis=-1)


def divide_outcomes(totals, measure):
    """Return a measure of ``RATIOS`` (...) of weighted outcomes (..., 4); missing where it has no denominator.

    >>> outcomes = np.array([6.0, 2, 4, 88])
    >>> [round(float(divide_outcomes(outcomes, name)), 3) for name in ("precision", "recall", "F1", "share gained")]
    [0.75, 0.6, 0.667, -0.02]
    """
    above, below = (totals @ np.array(part, dtype=float) for part in RATIOS[measure])
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)


def draw_average_precision(truth, scores, weights):
    """Return the weighted average precision (draws,) of scores (n,) for truth (n,), with weights (draws, n).

    The mean over positives of the precision among all that score at least as high (ties count together), as in scikit-learn.
    """
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=np.nan) != 0)  # where a run of equal scores ends
    weights = weights[:, order]
    hits, all_ = np.cumsum(weights * truth[order], axis=1)[:, last], np.cumsum(weights, axis=1)[:, last]
    gained = np.diff(hits, axis=1, prepend=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (gained * np.where(all_ > 0, hits / all_, 0)).sum(1) / hits[:, -1]


def draw_calibration_error(truth, scores, weights):
    """Return the expected calibration error (draws,) with weights (draws, n), and what chance gives perfect probabilities.

    The mean distance between probability and share of positives over ten bins of scores (n,), of equal weight in the first
    row of ``weights``. Chance moves the share in each bin, so that the error is above zero even where probabilities are right.
    """
    base, order = weights[0], np.argsort(scores, kind="stable")
    middle = (np.cumsum(base[order]) - base[order] / 2) / base.sum()
    bins = np.empty(len(scores), dtype=int)
    bins[order] = np.minimum((middle * BINS).astype(int), BINS - 1)
    member = np.eye(BINS)[bins]
    gaps = np.abs((weights * (scores - truth)) @ member).sum(1) / weights.sum(1)
    spread = np.sqrt((base**2 * scores * (1 - scores)) @ member)
    return gaps, float(np.sqrt(2 / np.pi) * spread.sum() / base.sum())


def _add_composites(carried, composites):
    """Return a boolean table with columns for the composites that it lacks and all of whose members it has."""
    known, made = set(carried), {}
    for name, parts in composites.items():
        if name not in known and known.issuperset(member for key in COMPOSITE_PARTS for member in parts[key]):
            made[name] = parts
            known.add(name)
    return pd.concat([carried, evaluate_composites(carried, made)], axis=1)

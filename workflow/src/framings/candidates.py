"""Candidates for the trained coder: learners and features compared out of fold, with the dictionary as their rival."""

from dataclasses import replace

import numpy as np
import pandas as pd

from framings.calibrations import choose_threshold, expit, fit_calibration, measure_average_precision
from framings.coders import LEAST_POSITIVES, fit_models, pose_problem
from framings.features import BLOCKS, learn_columns, weigh_features
from framings.schemas import Column, Contract, check

DICTIONARY, BOOSTING = "dictionary", "boosting"
LOGISTIC = {
    "words": ("words",),
    "words and pieces": ("words", "pieces"),
    "dictionary hits": ("hits", "context"),
    "all": BLOCKS,
}
COMMON_TEXTS = 30  # training sentences in which a word must occur to be a feature of boosting

CANDIDATES = Contract(
    "candidates", "a candidate for the trained coder, judged by reference codes of documents it was not trained on", ("learner", "features", "code"),
    {
        "learner": Column("text", "dictionary, logistic or boosting"),
        "features": Column("text", "what it reads"),
        "code": Column("text", "code or family"),
        "n_positive": Column("int", "reference sentences with the code", low=0),
        "average_precision": Column("number", "weighted average precision; missing where no sentence has the code", missing=True, low=0, high=1),
        "precision": Column("number", "weighted; missing where it gives none", missing=True, low=0, high=1),
        "recall": Column("number", "weighted", missing=True, low=0, high=1),
        "f1": Column("number", "weighted, with the threshold chosen on the other folds", missing=True, low=0, high=1),
        "calibration_error": Column("number", "weighted mean distance of probability and share in tenths of the sentences", missing=True, low=0, high=1),
    },
)  # fmt: skip


def compare_candidates(sentences, hits, reference, sample, groups, seed=1, n_folds=5, boosting=False):
    """Return CANDIDATES: each learner with each set of features, and the dictionary, by code. Arguments as in ``train_coder``.

    ``boosting`` adds gradient boosting for the families (``groups``): it is slow, and needs many positive sentences.

    Scores are out of fold by document. Calibration and threshold of a fold come from the scores of the other folds, whose models
    did see it: good enough to choose a candidate by, but the results of record are those of ``cross_fit``, where nothing did.
    """
    whole = pose_problem(sentences, hits, reference, sample, groups, seed, n_folds, BLOCKS)
    fold = whole.fold[whole.rows]
    rows = _judge_candidate(DICTIONARY, "dictionary hits", whole, whole.hit[whole.rows].astype(float))
    for name, blocks in LOGISTIC.items():
        problem = replace(whole, counts=_keep_blocks(whole.counts, blocks), fits={})
        scores = np.zeros(whole.truth.shape)
        for number in range(n_folds):
            scores[fold == number] = fit_models(problem, frozenset([number]))[3][fold == number]
        scores[:, whole.truth.sum(axis=0) < LEAST_POSITIVES] = np.nan
        rows += _judge_candidate("logistic", name, whole, scores)
    if boosting:
        rows += _judge_candidate(BOOSTING, "common words, dictionary hits", whole, _boost(whole, fold, groups))
    return check(pd.DataFrame(rows), CANDIDATES)


def measure_codes(truth, given, probability, weight):
    """Return the dict of weighted average precision, precision, recall, F1 and calibration error of one code.

    >>> truth, p = np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1])
    >>> measured = measure_codes(truth, p > 0.75, p, np.ones(4))
    >>> [float(measured[name]) for name in ("precision", "recall", "f1")]
    [0.5, 0.5, 0.5]
    """
    right, chosen, true = (weight * truth * given).sum(), (weight * given).sum(), (weight * truth).sum()
    return {
        "average_precision": measure_average_precision(truth, probability, weight),
        "precision": right / chosen if chosen else np.nan,
        "recall": right / true if true else np.nan,
        "f1": 2 * right / (chosen + true) if true else np.nan,
        "calibration_error": measure_calibration_error(truth, probability, weight),
    }


def measure_calibration_error(truth, probability, weight, n_bins=10):
    """Return the weighted mean, over tenths of the sentences by probability, of |mean probability - share that is true|.

    >>> measure_calibration_error(np.array([1, 0]), np.array([0.5, 0.25]), np.ones(2), n_bins=2)
    0.375
    """
    order = np.argsort(probability, kind="stable")
    bins = np.array_split(order, min(n_bins, len(order)))
    return float(sum(abs((weight[part] * (probability[part] - truth[part])).sum()) for part in bins) / weight.sum())


def _judge_candidate(learner, features, problem, scores):
    """Return rows of CANDIDATES from the scores (reference sentence x code) of one candidate; none for a code it does not learn (nan)."""
    fold, rows = problem.fold[problem.rows], []
    for number, code in enumerate(problem.codes):
        truth, score = problem.truth[:, number], scores[:, number]
        if np.isnan(score).any():
            continue
        probability, given = np.zeros(len(score)), np.zeros(len(score), dtype=bool)
        for other in range(problem.n_folds):
            here, there = fold == other, fold != other
            slope, offset = fit_calibration(truth[there], score[there], problem.weight[there])
            probability[here] = expit(slope * score[here] + offset)
            if learner == DICTIONARY:
                given[here] = score[here] > 0
            else:
                fitted = expit(slope * score[there] + offset)
                given[here] = probability[here] >= choose_threshold(fitted, problem.weight[there])
        measured = measure_codes(truth, given, probability, problem.weight)
        # Ranks are those of the scores: calibration by fold would shuffle equal hits.
        measured["average_precision"] = measure_average_precision(truth, score, problem.weight)
        rows.append({"learner": learner, "features": features, "code": code, "n_positive": int(truth.sum())} | measured)
    return rows


def _boost(problem, fold, groups):
    """Return out-of-fold scores (log odds) of gradient boosting for the families, nan for other codes."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    counts = _keep_blocks(problem.counts, ("words", "hits", "context"))
    scores = np.full(problem.truth.shape, np.nan)
    for number in range(problem.n_folds):
        inside = fold != number
        features = weigh_features(counts, learn_columns(counts, problem.rows[inside]), problem.rows)
        common = np.bincount(features[inside].indices, minlength=features.shape[1]) >= COMMON_TEXTS
        features = features[:, np.flatnonzero(common)].toarray()
        for code, truth in enumerate(problem.truth.T):
            if problem.codes[code] in groups and 0 < truth[inside].sum() < inside.sum():
                learner = HistGradientBoostingClassifier(
                    max_iter=50, learning_rate=0.1, max_leaf_nodes=8, min_samples_leaf=10, l2_regularization=1.0,
                    early_stopping=False, random_state=problem.seed,
                )  # fmt: skip
                learner.fit(features[inside], truth[inside], sample_weight=problem.weight[inside])
                scores[~inside, code] = learner.decision_function(features[~inside])
    return scores


def _keep_blocks(counts, blocks):
    """Return ``counts`` with only the ``blocks``."""
    return replace(
        counts,
        matrices={block: counts.matrices[block] for block in blocks},
        names={block: counts.names[block] for block in blocks},
    )

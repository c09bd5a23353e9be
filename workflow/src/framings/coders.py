"""The trained coder: probabilities of codes learnt from reference codes, cross-fitted by document.

One logistic regression with an L2 penalty a code, on words, pieces of words and what the dictionary found
(``framings.features``), calibrated by Platt's method on scores of sentences whose documents the scoring model never saw.
The dictionary is a rival as well as a feature: a code with few positive sentences, or one on which the words rank no better,
keeps the dictionary's hit, as two probabilities: with and without one.

Folds are sets of documents. What a model learns (columns, weights, coefficients, calibration, threshold, and whether the
dictionary is kept) it learns from its own folds; models inside it leave out one fold more. Run under ``threadpool_limits(1)``.
"""

import hashlib
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from framings.calibrations import choose_threshold, expit, fit_calibration, measure_average_precision
from framings.features import BLOCKS, Columns, count_features, learn_columns, weigh_features

LEAST_POSITIVES = 12  # training sentences with a code, below which the dictionary's hit is kept
C = 4.0  # inverse strength of the penalty
DICTIONARY, LOGISTIC = "dictionary", "logistic"


@dataclass(frozen=True)
class Trained:
    """A trained coder: arrays with an entry (or row) a code in ``codes``, and the columns that ``coefficients`` weigh.

    ``learners`` says which learner gives the probability: logistic, expit(slope x score + offset) with score = coefficients x
    features + intercept; or dictionary, ``hit_probabilities`` (without a hit, with one). A sentence is given a code where its
    probability reaches ``thresholds``. ``dictionary`` and ``groups`` say which matches are counted.
    """

    codes: np.ndarray
    learners: np.ndarray
    coefficients: np.ndarray
    intercepts: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray
    hit_probabilities: np.ndarray
    thresholds: np.ndarray
    columns: tuple
    dictionary: np.ndarray
    groups: dict


@dataclass(frozen=True)
class CrossFitted:
    """Out-of-fold results: tables sentence x code of probabilities and of codes given, the fold of each sentence, and its models.

    ``models`` holds the ``Trained`` of each fold, which never saw a document of it, and ``trained`` the one of all folds.
    """

    probabilities: pd.DataFrame
    given: pd.DataFrame
    folds: pd.Series
    models: tuple
    trained: Trained


@dataclass(frozen=True)
class Problem:
    """All that models of one call share; ``models`` keeps the scores and the weights of each set of folds left out."""

    counts: object
    hit: np.ndarray  # sentence x code: whether the dictionary gives it
    fold: np.ndarray  # of each sentence
    rows: np.ndarray  # sentences with reference codes
    truth: np.ndarray  # row x code
    weight: np.ndarray  # of each row, 1 on average
    codes: np.ndarray
    n_folds: int
    seed: int
    fits: dict


def train_coder(sentences, hits, reference, sample, groups, seed=1, n_folds=5, blocks=BLOCKS):
    """Return the ``Trained`` coder of all sentences with reference codes.

    ``sentences`` (sentence_id, document_id, turn, text, in the order of the text) is the frame; ``hits`` MATCHES; ``reference``
    a table sentence_id x code of 0 and 1; ``sample`` SAMPLE, whose p gives each reference sentence the weight 1 / p; ``groups``
    maps the name of a family among the columns of ``reference`` to its codes: the dictionary gives it where it gives one of them.
    Raises ``ValueError`` where a reference sentence lacks a probability or a text, or where there are fewer documents than folds.
    """
    dictionary = _list_dictionary(reference, groups)
    problem = pose_problem(sentences, hits, reference, sample, groups, seed, n_folds, blocks)
    return _train(problem, frozenset(), dictionary, groups)


def cross_fit(sentences, hits, reference, sample, groups, seed=1, n_folds=5, blocks=BLOCKS):
    """Return ``CrossFitted``: probabilities of all ``sentences`` from models that never saw their document.

    Arguments as in ``train_coder``. Each document of the frame, with reference codes or not, belongs to one fold, drawn by
    ``seed``; its sentences get the probabilities of the model trained on the reference codes of the other folds.
    """
    dictionary = _list_dictionary(reference, groups)
    problem = pose_problem(sentences, hits, reference, sample, groups, seed, n_folds, blocks)
    models = [_train(problem, frozenset([fold]), dictionary, groups) for fold in range(n_folds)]
    values = np.zeros((len(sentences), len(problem.codes)))
    given = np.zeros(values.shape, dtype=bool)
    for fold, model in enumerate(models):
        chosen = problem.fold == fold
        values[chosen] = _predict(model, problem.counts, problem.hit, np.flatnonzero(chosen))
        given[chosen] = values[chosen] >= model.thresholds
    index, columns = pd.Index(sentences["sentence_id"], name="sentence_id"), list(problem.codes)
    return CrossFitted(
        pd.DataFrame(values, index, columns),
        pd.DataFrame(given, index, columns),
        pd.Series(problem.fold, index, name="fold"),
        tuple(models),
        _train(problem, frozenset(), dictionary, groups),
    )


def predict_codes(trained, sentences, hits):
    """Return the probability of each code in each sentence: a table sentence_id x code."""
    blocks = [columns.block for columns in trained.columns]
    counts = count_features(sentences, hits, list(trained.dictionary), trained.groups, blocks)
    hit = _find_hits(sentences, hits, trained.codes, trained.groups)
    values = _predict(trained, counts, hit, np.arange(len(sentences)))
    return pd.DataFrame(values, pd.Index(sentences["sentence_id"], name="sentence_id"), list(trained.codes))


def write_coder(trained):
    """Return {name: array} of a trained coder, to be saved with ``numpy.savez`` and read back without running code."""
    arrays = {field.name: getattr(trained, field.name) for field in fields(trained)}
    for number, columns in enumerate(arrays.pop("columns")):
        arrays |= {f"columns_{number}_{columns.block}": columns.names, f"weights_{number}": columns.weights}
    for name, members in arrays.pop("groups").items():
        arrays[f"group_{name}"] = np.array(list(members), dtype=str)
    return arrays


def read_coder(arrays):
    """Return the ``Trained`` coder that ``write_coder`` gave ``arrays`` of."""
    columns, groups, rest = [], {}, {}
    for name in arrays:
        if name.startswith("columns_"):
            _, number, block = name.split("_")
            columns.append((int(number), Columns(block, arrays[name], arrays[f"weights_{number}"])))
        elif name.startswith("group_"):
            groups[name.removeprefix("group_")] = arrays[name].tolist()
        elif not name.startswith("weights_"):
            rest[name] = arrays[name]
    return Trained(**rest, columns=tuple(block for _, block in sorted(columns, key=lambda pair: pair[0])), groups=groups)


def draw_folds(documents, n_folds, seed, counts=None):
    """Return the fold of each document: in an order drawn by ``seed`` and its id, each joins the fold with the least weight.

    ``counts`` maps a document to its number of reference sentences. Documents with many are placed first, so folds are even.

    >>> draw_folds(["a", "b", "c", "d"], 2, 1, {"a": 5, "b": 4, "c": 2, "d": 1})
    {'a': 0, 'b': 1, 'c': 1, 'd': 0}
    """
    counts = counts or {}
    order = sorted(set(documents), key=lambda name: (-counts.get(name, 0), hashlib.sha256(f"{seed} {name}".encode()).digest()))
    load, folds = [(0, 0)] * n_folds, {}
    for name in order:
        fold = load.index(min(load))
        folds[name] = fold
        load[fold] = (load[fold][0] + counts.get(name, 0), load[fold][1] + 1)
    return folds


def pose_problem(sentences, hits, reference, sample, groups, seed, n_folds, blocks):
    """Return the ``Problem`` of a call."""
    rows = pd.Index(sentences["sentence_id"]).get_indexer(reference.index)
    p = sample.set_index("sentence_id")["p"].reindex(reference.index).to_numpy(dtype=float)
    for bad, lack in ((rows < 0, "is not among the sentences"), (~(p > 0), "has no probability in the sample")):
        if bad.any():
            raise ValueError(f"the sentence {reference.index[np.argmax(bad)]!r} has reference codes but {lack}")
    order = np.argsort(rows, kind="stable")
    documents = sentences["document_id"].to_numpy(dtype=object)
    counts = pd.Series(documents[rows]).value_counts().to_dict()
    if len(counts) < n_folds:
        raise ValueError(f"reference codes of {len(counts)} documents do not make {n_folds} folds; ask for fewer or code more")
    folds = draw_folds(documents, n_folds, seed, counts)
    codes = np.array(list(reference.columns), dtype=str)
    return Problem(
        counts=count_features(sentences, hits, _list_dictionary(reference, groups).tolist(), groups, blocks),
        hit=_find_hits(sentences, hits, codes, groups),
        fold=np.array([folds[name] for name in documents]),
        rows=rows[order],
        truth=reference.to_numpy(dtype=float)[order],
        weight=(1 / p[order]) / np.mean(1 / p),
        codes=codes,
        n_folds=n_folds,
        seed=seed,
        fits={},
    )  # fmt: skip


def _list_dictionary(reference, groups):
    """Return the codes whose matches are features: the columns of ``reference`` that are no family."""
    return np.array([code for code in reference.columns if code not in groups], dtype=str)


def _find_hits(sentences, hits, codes, groups):
    """Return whether the dictionary gives each sentence each code (or one code of each family)."""
    counts = count_features(sentences, hits, [code for code in codes if code not in groups], groups, ["hits"])
    place = pd.Index(counts.names["hits"]).get_indexer(codes)
    return counts.matrices["hits"].toarray()[:, place] > 0


def fit_models(problem, left_out):
    """Return (columns, coefficients, intercepts, scores of the reference sentences) of the folds that are not left out."""
    if left_out in problem.fits:
        return problem.fits[left_out]
    from sklearn.linear_model import LogisticRegression

    inside = ~np.isin(problem.fold[problem.rows], list(left_out))
    learnt = learn_columns(problem.counts, problem.rows[inside])
    features = weigh_features(problem.counts, learnt, problem.rows)
    coefficients = np.zeros((len(problem.codes), features.shape[1]), dtype=np.float32)
    intercepts = np.zeros(len(problem.codes))
    for number, truth in enumerate(problem.truth.T):
        of_code = truth[inside]
        if truth.sum() < LEAST_POSITIVES or not 0 < of_code.sum() < len(of_code):
            continue
        learner = LogisticRegression(C=C, solver="liblinear", dual=True, tol=0.01, max_iter=1000, random_state=problem.seed)
        learner.fit(features[inside], of_code, sample_weight=problem.weight[inside])
        coefficients[number], intercepts[number] = learner.coef_[0], learner.intercept_[0]
    problem.fits[left_out] = learnt, coefficients, intercepts, features @ coefficients.T.astype(float) + intercepts
    return problem.fits[left_out]


def _train(problem, left_out, dictionary, groups):
    """Return the ``Trained`` of the folds that are not left out, calibrated by models that leave out one fold more."""
    columns, coefficients, intercepts, _ = fit_models(problem, left_out)
    fold = problem.fold[problem.rows]
    scores = np.zeros(problem.truth.shape)
    for other in sorted(set(range(problem.n_folds)) - left_out):
        scores[fold == other] = fit_models(problem, left_out | {other})[3][fold == other]
    inside = ~np.isin(fold, list(left_out))
    hit, truth, weight = problem.hit[problem.rows][inside], problem.truth[inside], problem.weight[inside]
    judged = [_judge(truth[:, k], scores[inside, k], hit[:, k], weight) for k in range(len(problem.codes))]
    learners, slopes, offsets, shares, thresholds = zip(*judged, strict=True)
    return Trained(
        problem.codes, np.array(learners), coefficients, intercepts, np.array(slopes), np.array(offsets),
        np.array(shares), np.array(thresholds), tuple(columns), dictionary, {name: list(groups[name]) for name in groups},
    )  # fmt: skip


def _judge(truth, score, hit, weight):
    """Return (learner, slope, offset, shares without and with a hit, threshold) of a code from scores out of fold."""
    base = np.average(truth, weights=weight)
    shares = [((weight * truth)[rows].sum() + base) / (weight[rows].sum() + 1) for rows in (~hit, hit)]
    shares[1] = max(shares[1], shares[0] + 1e-6)
    by_hit = np.where(hit, shares[1], shares[0])
    rank = [measure_average_precision(truth, values, weight) for values in (score, by_hit)]
    if truth.sum() < LEAST_POSITIVES or rank[0] < rank[1]:
        return DICTIONARY, 0.0, 0.0, shares, sum(shares) / 2
    slope, offset = fit_calibration(truth, score, weight)
    return LOGISTIC, slope, offset, shares, choose_threshold(expit(slope * score + offset), weight)


def _predict(trained, counts, hit, rows):
    """Return the probabilities sentence x code of the sentences in ``rows``."""
    scores = weigh_features(counts, trained.columns, rows) @ trained.coefficients.T.astype(float) + trained.intercepts
    by_hit = np.where(hit[rows], trained.hit_probabilities[:, 1], trained.hit_probabilities[:, 0])
    return np.where(trained.learners == LOGISTIC, expit(trained.slopes * scores + trained.offsets), by_hit)

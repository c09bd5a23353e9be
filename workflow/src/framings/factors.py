"""Factors: the non-negative factors of the turns' TF-IDF weights, fitted for many K from many random starts.

scikit-learn's coordinate descent does the fitting; what is built round it brings the whole grid down to between a tenth and a
sixth of what as many separate fits cost, at the same error (benchmarks/topic_grid.py). Which factors are topics is decided in
framings.topics.
"""

import warnings

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.decomposition import non_negative_factorization
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.utils.extmath import randomized_svd

SINGULAR_PER_TOPIC = 4  # a fit begins among so many leading singular vectors for each topic of the largest model
N_SWEEPS, N_POLISH = 60, 8  # at most so many sweeps among them, then so many on the data themselves
FLAT = 1e-7  # a sweep that lowers the squared error by less than this part of the data's square is the last


def weigh_counts(counts, discovery):
    """Return the TF-IDF weights (float32 CSR) of all turns: 1 + log count, times idf of the discovery turns, rows of length 1.

    The logarithm and the unit length keep a long turn from outweighing many short ones.
    """
    return TfidfTransformer(sublinear_tf=True).fit(counts[discovery]).transform(counts).astype(np.float32)


def explain_too_little(counts, discovery, k):
    """Return a sentence that says why K topics cannot be estimated, or None where there is text enough.

    ASSUME: a model needs five discovery turns and five terms for each of its topics.
    """
    n_turns, n_terms = int(np.diff(counts[discovery].indptr).astype(bool).sum()), counts.shape[1]
    if min(n_turns, n_terms) >= 5 * k:
        return None
    return (
        f"Not estimable: {k} topics need {5 * k} discovery turns and terms, and there are {n_turns} and {n_terms}; add documents."
    )


def fit_topics(counts, topic_turns, ks, seeds, part_of_documents=0.8):
    """Return the fits of every K in ``ks`` from every seed in ``seeds`` as a dict of arrays; parts of the grid are cut by seeds.

    ``counts`` is turn x term with the rows of TOPIC_TURNS. Keys: ``k``, ``seed``, ``error`` (norm of the residual over norm of
    the data), ``iterations`` (one entry a fit) and ``weights`` (float32, the K rows of each fit one below the other, a row's
    length 1), and ``too_large``: those of ``ks`` for which there is too little text, and no fit (``explain_too_little``).

    A seed stands for a random start and for ``part_of_documents`` of the discovery documents, so that a topic which returns from
    other seeds owes itself neither to its start nor to single documents (Greene, O'Callaghan and Cunningham, "How many topics?
    Stability analysis for topic models", ECML PKDD 2014). With 1 only the starts differ.

    Coordinate descent needs some hundred sweeps, and nearly all of a sweep is the product with the data; the first sweeps
    therefore work on the data's projection to its leading singular vectors, computed once for all fits (Tepper and Sapiro,
    "Compressed nonnegative matrix factorization is fast and accurate", IEEE TSP 2016), with extrapolation (Ang and Gillis,
    "Accelerating nonnegative matrix factorization algorithms using extrapolation", Neural Computation 2019). scikit-learn's
    coordinate descent on the data themselves then finishes the fit.
    """
    discovery = topic_turns["discovery"].to_numpy()
    too_large = [k for k in ks if explain_too_little(counts, discovery, k)]
    grid = [(k, seed) for seed in seeds for k in ks if k not in too_large]
    fits = _fit_all(counts, topic_turns, grid, part_of_documents) if grid else []
    return {
        "too_large": np.array(too_large, dtype=np.int64),
        "k": np.array([k for k, _ in grid], dtype=np.int64),
        "seed": np.array([seed for _, seed in grid], dtype=np.int64),
        "error": np.array([error for error, _, _ in fits]),
        "iterations": np.array([sweeps for _, sweeps, _ in fits], dtype=np.int64),
        "weights": np.vstack([np.zeros((0, counts.shape[1]), np.float32), *(unit_rows(topics) for _, _, topics in fits)]),
    }


def _fit_all(counts, topic_turns, grid, part_of_documents):
    """Return (relative error, sweeps, topics) of each (K, seed) of the grid."""
    discovery = topic_turns["discovery"].to_numpy()
    data = weigh_counts(counts, discovery)[discovery]
    left, right = _project(data, SINGULAR_PER_TOPIC * max(k for k, _ in grid))
    document, found = pd.factorize(topic_turns.loc[discovery, "document_id"], sort=True)
    fits, drawn = [], {}
    for k, seed in grid:
        if seed not in drawn:
            order = np.random.default_rng(seed).permutation(len(found))
            rows = np.flatnonzero(np.isin(document, order[: int(np.ceil(part_of_documents * len(found)))]))
            drawn = {seed: (data[rows], left[rows])}
        fits.append(_fit_once(*drawn[seed], right, k, seed))
    return fits


def _project(data, rank):
    """Return (left, right), dense float32, whose product is nearly the best approximation of the data of that rank."""
    left, values, right = randomized_svd(data, min(rank, *data.shape), n_iter=4, random_state=0)
    return (left * values).astype(np.float32), right.astype(np.float32)


def _fit_once(data, left, right, k, seed):
    """Return (relative error, sweeps, topics) of one fit from its own random start."""
    draw = np.random.default_rng([seed, k])
    scale = np.float32(np.sqrt(data.mean() / k))
    turns, topics = (scale * np.abs(draw.standard_normal((k, size), dtype=np.float32)) for size in data.shape)
    square = float(sparse.linalg.norm(data) ** 2)
    turns, topics, sweeps = _descend(left, right, turns, topics, square)
    turns, topics, polish = factorise(data, turns, topics, N_POLISH, tolerance=1e-4)
    return relative_error(data, turns, topics), sweeps + polish, topics


def _descend(left, right, turns, topics, square):
    """Return (turns, topics, sweeps) after extrapolated coordinate descent on ``left @ right``; factors have a row a topic."""
    near_turns, near_topics = turns, topics
    step, ceiling, best = 0.5, 1.0, np.inf
    for sweep in range(1, N_SWEEPS + 1):  # noqa: B007
        before = turns, topics
        topics = _swept(near_topics, near_turns @ near_turns.T, (near_turns @ left) @ right)
        near_topics = np.maximum(topics + step * (topics - before[1]), 0)
        gram, cross = near_topics @ near_topics.T, (near_topics @ right.T) @ left.T
        turns = _swept(near_turns, gram, cross)
        near_turns = np.maximum(turns + step * (turns - before[0]), 0)
        error = square - 2 * float(np.vdot(cross, turns)) + float(np.vdot(turns @ turns.T, gram))
        if error > best:  # a step too far: go back and stride less
            turns, topics = near_turns, near_topics = before
            ceiling, step = step, step / 1.5
        elif best - error < FLAT * square:
            break
        else:
            best, step, ceiling = error, min(ceiling, 1.05 * step), min(1.0, 1.01 * ceiling)
    return turns, topics, sweep


def _swept(factor, gram, cross):
    """Return ``factor`` after one sweep of coordinate descent: each row at its best, not below zero, given the others."""
    factor = factor.copy()
    for k in range(len(factor)):
        factor[k] = np.maximum(factor[k] + (cross[k] - gram[k] @ factor) / max(gram[k, k], np.float32(1e-12)), 0)
    return factor


def factorise(data, turns, topics, most, tolerance, fixed=False):
    """Return (turns, topics, iterations) of scikit-learn's coordinate descent from a given start; ``fixed`` topics stay."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the few finishing sweeps are meant not to converge
        found = non_negative_factorization(
            data,
            W=np.ascontiguousarray(turns.T.astype(data.dtype)),
            H=np.ascontiguousarray(topics.astype(data.dtype)),
            n_components=len(topics),
            init="custom",
            update_H=not fixed,
            solver="cd",
            tol=tolerance,
            max_iter=most,
        )
    return found[0].T, found[1], found[2]


def relative_error(data, turns, topics):
    """Return the norm of ``data - turns.T @ topics`` over the norm of ``data``, in double precision; no residual is formed."""
    turns, topics = turns.astype(np.float64), topics.astype(np.float64)
    square = float((data.data.astype(np.float64) ** 2).sum())
    cross = float(np.sum((data @ topics.T) * turns.T))
    return float(np.sqrt(max(0.0, square - 2 * cross + float(np.sum((turns @ turns.T) * (topics @ topics.T)))) / square))


def unit_rows(rows):
    """Return the rows, each divided by its length; a row of zeros stays."""
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)).astype(np.float32)

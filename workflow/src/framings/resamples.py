"""Resamples: documents drawn with replacement, and the 95 % intervals of what is computed from their sums.

A statistic is computed from totals over documents. All resamples are totals at once, (draws + 1, ...), and the first of them
is the sample itself, so that one call of the statistic gives its estimate and its spread.
"""

import numpy as np
from scipy.special import ndtr, stdtrit

from framings.estimates import bound_share

TAIL = 0.025
FEW_SEEN = 5  # documents with a mistake: with fewer, draws of documents say too little of those not seen
LEAST_DEFINED = 0.95  # part of the draws in which a statistic must be defined to have an interval


def draw_documents(n, draws, seed):
    """Return how often each of ``n`` documents is drawn, (draws + 1, n); in the first row each once: the sample itself."""
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws) if n else np.zeros((draws, 0))
    return np.vstack([np.ones((1, n)), drawn])


def sum_documents(values, document, n):
    """Return the sums (n, ...) of ``values`` (rows, ...) over the rows of each ``document`` (rows,), numbered from 0."""
    totals = np.zeros((n, *values.shape[1:]))
    np.add.at(totals, document, values)
    return totals


def total_draws(sums, drawn):
    """Return the totals (draws + 1, ...) of ``sums`` (documents, ...) over the documents ``drawn`` (draws + 1, documents).

    >>> total_draws(np.array([1.0, 10]), np.array([[1.0, 1], [0, 2]]))
    array([11., 20.])
    """
    return np.tensordot(drawn, sums, axes=1)


def bound_draws(values, n):
    """Return (estimate, low, high), each (...), of ``values`` (draws + 1, ...): the sample's value and its 95 % interval.

    The expanded percentile interval: since a draw of ``n`` (...) documents spreads less than documents do, its tails are cut
    where Student's t with n - 1 degrees of freedom would cut them (Hesterberg 2015, section 5.3). It always holds the
    estimate. It is missing where the estimate is, or where under 95 % of the draws define the statistic.
    """
    estimate, drawn = values[0], values[1:]
    n = np.maximum(np.broadcast_to(np.asarray(n, dtype=float), estimate.shape), 2)
    tail = ndtr(stdtrit(n - 1, TAIL) * np.sqrt(n / (n - 1)))
    defined = (~np.isnan(drawn)).sum(0)
    enough = ~np.isnan(estimate) & (defined >= LEAST_DEFINED * max(len(drawn), 1))
    ordered = np.sort(drawn, axis=0)  # missing ones come last
    low, high = (_find_quantile(ordered, defined, share) for share in (tail, 1 - tail))
    return estimate, np.where(enough, np.minimum(low, estimate), np.nan), np.where(enough, np.maximum(high, estimate), np.nan)


def bound_success(values, n, n_hit):
    """Return (estimate, low, high) as ``bound_draws`` does, for a statistic that is 1 where nothing is wrong.

    A draw of documents cannot see mistakes in documents that were not sampled. Where fewer than five (``n_hit``) of the ``n``
    documents that bear on it hold a mistake, the interval is therefore no narrower than the exact (Clopper-Pearson) interval
    of the share of such documents, each as costly as those seen, at most wrong throughout; so too where none was seen.

    >>> estimate, low, high = bound_success(np.ones((1001, 1)), np.array([40]), np.array([0]))
    >>> float(estimate[0]), round(float(low[0]), 4), round(0.025 ** (1 / 40), 4), float(high[0])
    (1.0, 0.9119, 0.9119, 1.0)
    """
    estimate, low, high = bound_draws(values, n)
    n, n_hit = np.asarray(n, dtype=float), np.asarray(n_hit, dtype=float)
    size = np.maximum(n, 1)
    least, most = bound_share(np.minimum(n_hit, size), size, size)
    loss = np.where(n_hit > 0, np.minimum((1 - estimate) * size / np.maximum(n_hit, 1), 1.0), 1.0)
    wide = (n_hit < FEW_SEEN) & ~np.isnan(low)
    low, high = np.where(wide, np.minimum(low, 1 - loss * most), low), np.where(wide, np.maximum(high, 1 - loss * least), high)
    return estimate, low, high


def _find_quantile(ordered, defined, share):
    """Return the quantile (...) of the first ``defined`` (...) of ``ordered`` (draws, ...) by linear interpolation."""
    if not len(ordered):
        return np.full(ordered.shape[1:], np.nan)
    place = share * np.maximum(defined - 1, 0)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(defined - 1, 0))
    first, second = (np.take_along_axis(ordered, at[None], axis=0)[0] for at in (below, above))
    return first + (place - below) * (second - first)

"""Wild cluster bootstraps of one coefficient of a linear model, with the null imposed.

Cluster g's restricted residuals are multiplied by a random number v_g of mean 0 and variance 1, the model is fitted again and
its t compared with the observed one (Cameron, Gelbach and Miller 2008). Nothing is refitted here: with u the restricted residuals,
M = (X'X)^-1 and m the tested row of M, the bootstrap coefficient is off by the sum of v_g d_g, d_g = m X_g'u_g, and cluster g's term
of its variance is v_g d_g - c_g' M (sum of v_h X_h'u_h), c_g = X_g'X_g m. So all draws are one product of the draws (draws, clusters)
with a few columns of cluster sums, as in Roodman, MacKinnon, Nielsen and Webb (2019), whatever the number of rows.
"""

from dataclasses import dataclass

import numpy as np

from framings.clustered import ClusteredError, sum_clusters
from framings.estimates import EXACT_UP_TO, enumerate_signs

HALF = np.sqrt(0.5)
WEBB = np.array([-np.sqrt(1.5), -1, -HALF, HALF, 1, np.sqrt(1.5)])
GOLDEN = (1 + np.sqrt(5)) / 2
WEIGHTS = ("rademacher", "mammen", "webb", "normal")


@dataclass(frozen=True)
class WildTest:
    """A bootstrap test: the observed t, its two-sided p, the number of draws, and whether they are all patterns of signs."""

    t: float
    p: float
    draws: int
    enumerated: bool


def draw_weights(n_clusters, weights="rademacher", draws=9999, seed=1):
    """Return multipliers (draws, clusters) of mean 0 and variance 1: all 2^G signs of rademacher where G is at most 13.

    mammen: two points with third moment 1 (Mammen 1993). webb: six points, for few clusters (Webb 2023).
    """
    if weights not in WEIGHTS:
        raise ClusteredError(f"weights {weights!r} are unknown; give one of {', '.join(WEIGHTS)}")
    if weights == "rademacher" and n_clusters <= EXACT_UP_TO:
        return enumerate_signs(n_clusters)
    generator, size = np.random.default_rng(seed), (draws, n_clusters)
    if weights == "normal":
        return generator.standard_normal(size)
    if weights == "mammen":
        return np.where(generator.random(size) < GOLDEN / np.sqrt(5), 1 - GOLDEN, GOLDEN)
    return generator.choice(WEBB if weights == "webb" else np.array([-1.0, 1]), size=size)


def bootstrap_t(x, y, cluster, column, null=0.0, weights="webb", draws=9999, seed=1):
    """Return the ``WildTest`` (wild cluster restricted bootstrap-t, WCR) that coefficient ``column`` of y on x equals ``null``.

    ``x`` (rows, p) holds the intercept; ``cluster`` (rows,) numbers clusters from 0. t has the CR1S error, as in Stata and
    fwildclusterboot.

    With three clusters no pattern but + + + and - - - is as far out as one where all clusters agree: p = 2/8.

    >>> x, y = np.ones((6, 1)), np.array([1.0, 1.2, 0.9, 1.1, 1.0, 1.3])
    >>> bootstrap_t(x, y, np.array([0, 0, 1, 1, 2, 2]), 0, weights="rademacher").p
    0.25
    """
    x, residual, scores = _restrict(x, y, cluster, column, null)
    inverse = np.linalg.inv(x.T @ x)
    own = scores @ inverse[column]
    spread = sum_clusters(x * (x @ inverse[column])[:, None], cluster)
    pull = scores @ inverse
    drawn = draw_weights(len(scores), weights, draws, seed)
    shifts = np.vstack([np.ones(len(own)), drawn]) @ np.column_stack([own, pull, spread * own[:, None]])
    squares = np.concatenate([[own @ own], drawn**2 @ own**2])
    p = x.shape[1]
    moved, crossed = shifts[:, 1 : p + 1], shifts[:, p + 1 :]
    squares = squares - 2 * (moved * crossed).sum(1) + np.einsum("ij,jk,ik->i", moved, spread.T @ spread, moved)
    return _judge(shifts[:, 0], squares, len(own), len(residual), p, drawn)


def bootstrap_score(x, y, cluster, column, null=0.0, weights="mammen", draws=9999, seed=1):
    """Return the ``WildTest`` of the score bootstrap (Kline and Santos 2012) of the same null, studentised.

    The terms are the clusters' effective scores under the null, sum of (x_1 - x_0'A) u; they are multiplied, not refitted, and
    their sum is divided by their spread about their mean, in each draw anew, as WildBootTests.jl does. With 12 unequal clusters
    it rejects 7.5 % of true nulls at 5 %, ``bootstrap_t`` 6.5 % (1,500 simulated data sets as in tests/test_wild.py).
    """
    x, residual, scores = _restrict(x, y, cluster, column, null)
    terms = scores @ np.linalg.inv(x.T @ x)[column]
    drawn = draw_weights(len(terms), weights, draws, seed)
    sums = np.concatenate([[terms.sum()], drawn @ terms])
    squares = np.concatenate([[terms @ terms], drawn**2 @ terms**2]) - sums**2 / len(terms)
    return _judge(sums, squares, len(terms), len(residual), x.shape[1], drawn)


def _restrict(x, y, cluster, column, null):
    """Return x, the residuals (rows,) with the coefficient held at ``null``, and their scores (clusters, p)."""
    x, offset = np.asarray(x, dtype=float), np.asarray(y, dtype=float) - null * np.asarray(x, dtype=float)[:, column]
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ClusteredError(f"the design has {x.shape[1]} columns but rank {np.linalg.matrix_rank(x)}; leave columns out")
    kept = np.delete(x, column, axis=1)
    residual = offset - kept @ np.linalg.lstsq(kept, offset, rcond=None)[0] if kept.shape[1] else offset
    return x, residual, sum_clusters(x * residual[:, None], cluster)


def _judge(sums, squares, n_clusters, n, p, drawn):
    """Return the ``WildTest`` from sums and sums of squares (1 + draws,), the observed first."""
    factor = n_clusters * (n - 1) / ((n_clusters - 1) * (n - p))
    with np.errstate(invalid="ignore", divide="ignore"):
        t = sums / np.sqrt(factor * np.maximum(squares, 0))
    t = np.where(np.isnan(t), 0, t)
    enumerated = len(drawn) == 2**n_clusters and set(np.unique(drawn)) <= {-1.0, 1.0}
    # Equal multipliers give the sample's own t again. Among all patterns of signs it counts, as in every exact test; of drawn
    # multipliers (Mammen's are all alike in 7 % of draws over 8 clusters) it does not, as in boottest and WildBootTests.jl.
    bound = np.abs(t[0]) * (1 - 1e-9 if enumerated else 1 + 1e-9)
    reached = int(np.count_nonzero(np.abs(t[1:]) >= bound))
    p_value = max(reached, 1) / len(drawn) if enumerated else (1 + reached) / (len(drawn) + 1)
    return WildTest(float(t[0]), float(p_value), len(drawn), bool(enumerated))

"""Firth's penalised likelihood for a binomial model with logits: finite estimates where the code is rare or separates.

The log likelihood is raised by half the log determinant of the information (Jeffreys's prior), which takes out the first-order
bias of the coefficients (Firth 1993) and keeps them finite. Intervals and p-values come from the profile of the penalised
likelihood (Heinze and Schemper 2002), as R's logistf has them: errors at one estimate mislead where it is lopsided. Rows are
taken as independent; where sentences of a document are alike the intervals are too narrow, and serve to describe.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, chdtri, expit

STEPS, HALVINGS, TOLERANCE = 500, 40, 1e-10
LONGEST = 5.0  # of a step in any coefficient
FARTHEST = 60  # doublings of the reach at which the search for an end of an interval is given up


class FirthError(ValueError):
    """A model without such an estimate; the message is one plain sentence."""


@dataclass(frozen=True)
class FirthFit:
    """Coefficients (p,), their standard errors (p,) from the inverse information, and the maximum of the penalised log likelihood."""

    b: np.ndarray
    se: np.ndarray
    log_likelihood: float


def fit_firth(x, k, n=None):
    """Return the ``FirthFit`` of k of n sentences (rows,) on x (rows, p), intercept included; n is 1 a row where it is not given.

    Raises ``FirthError`` where columns of x depend on each other.

    In a 2 x 2 table a half is added to each count: of 0 of 10 and 3 of 10 the odds ratio is (3.5 x 10.5) / (0.5 x 7.5):

    >>> fit = fit_firth(np.array([[1.0, 0], [1, 1]]), np.array([0.0, 3]), np.array([10.0, 10]))
    >>> np.exp(fit.b[1]).round(6)
    np.float64(9.8)
    """
    x, k, n = _check_rows(x, k, n)
    b, height = _climb(x, k, n, np.zeros(x.shape[1]), np.ones(x.shape[1], dtype=bool))
    return FirthFit(b, np.sqrt(np.diag(np.linalg.inv(_information(x, n, b)))), float(height))


def profile_interval(x, k, column, n=None, level=0.95):
    """Return (low, high) of coefficient ``column``: where the profile of the penalised likelihood falls by half the chi² quantile."""
    x, k, n = _check_rows(x, k, n)
    fit = fit_firth(x, k, n)
    target = fit.log_likelihood - chdtri(1, 1 - level) / 2

    def fall(value):
        return profile_height(x, k, column, value, n, start=fit.b) - target

    return tuple(_find_end(fall, fit.b[column], side * max(fit.se[column], 0.1)) for side in (-1, 1))


def profile_height(x, k, column, value, n=None, start=None):
    """Return the largest penalised log likelihood with coefficient ``column`` held at ``value``.

    The penalty stays that of the whole model (Heinze and Schemper 2002): the tested column is held, not dropped.
    """
    x, k, n = _check_rows(x, k, n)
    held, free = np.arange(x.shape[1]) != column, np.zeros(x.shape[1]) if start is None else start
    return float(_climb(x, k, n, np.where(held, free, value), held)[1])


def assess_coefficient(x, k, column, n=None, null=0.0):
    """Return (chi², p) of the penalised likelihood ratio test that coefficient ``column`` is ``null``."""
    x, k, n = _check_rows(x, k, n)
    fit = fit_firth(x, k, n)
    fall = max(2 * (fit.log_likelihood - profile_height(x, k, column, null, n, start=fit.b)), 0.0)
    return fall, float(chdtrc(1, fall))


def penalised_log_likelihood(x, k, n, b):
    """Return sum of k log p + (n - k) log(1 - p), plus half the log determinant of the information; -inf where that is nil."""
    logits = x @ b
    sign, determinant = np.linalg.slogdet(_information(x, n, b))
    if sign <= 0:
        return -np.inf
    return float((k * logits - n * np.logaddexp(0, logits)).sum() + determinant / 2)


def _check_rows(x, k, n):
    """Return x, k and n as arrays of floats without rows of no sentence, or raise."""
    x, k = np.asarray(x, dtype=float), np.asarray(k, dtype=float)
    n = np.ones(len(k)) if n is None else np.asarray(n, dtype=float)
    if (k < 0).any() or (k > n).any():
        raise FirthError("a row has fewer than no or more than all sentences with the code")
    said = n > 0
    if np.linalg.matrix_rank(x[said]) < x.shape[1]:
        raise FirthError(f"the design has {x.shape[1]} columns but rank {np.linalg.matrix_rank(x[said])}; leave columns out")
    return x[said], k[said], n[said]


def _information(x, n, b):
    """Return X'WX."""
    mean = expit(x @ b)
    return (x * (n * mean * (1 - mean))[:, None]).T @ x


def _score(x, k, n, b):
    """Return Firth's modified score, X'(k - n p + h (1/2 - p)) with the rows' hat values h, and the information."""
    mean = expit(x @ b)
    weighted = x * (n * mean * (1 - mean))[:, None]
    information = weighted.T @ x
    hat = np.einsum("ij,ij->i", weighted, np.linalg.solve(information, x.T).T)
    return x.T @ (k - n * mean + hat * (0.5 - mean)), information


def _climb(x, k, n, b, free):
    """Return the coefficients with the largest penalised likelihood when only those ``free`` (p,) move from ``b``, and it."""
    height = penalised_log_likelihood(x, k, n, b)
    if not free.any():
        return b, height
    for _ in range(STEPS):
        score, information = _score(x, k, n, b)
        step = np.zeros(len(b))
        step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
        step *= min(1, LONGEST / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < TOLERANCE:
            return b, height
        for _ in range(HALVINGS):
            reached = penalised_log_likelihood(x, k, n, b + step)
            if reached >= height - 1e-12 * abs(height):
                break
            step = step / 2
        b, height = b + step, reached
    raise FirthError("the penalised likelihood has no maximum that the steps come to")


def _find_end(fall, centre, reach):
    """Return where ``fall`` crosses zero on the side of ``reach`` from ``centre``, or infinity where it never does."""
    near = centre
    for _ in range(FARTHEST):
        far = centre + reach
        if fall(far) < 0:
            return float(brentq(fall, near, far, xtol=1e-10, rtol=1e-13))
        near, reach = far, reach * 1.5
    return float(np.copysign(np.inf, reach))

"""Errors of models whose rows come in clusters: cluster-robust variances, their degrees of freedom, joint tests, and a GEE.

A model here is fitted by maximum likelihood: a binomial one with logits (k of n a row; single 0/1 rows have n = 1) or a linear
one (with weights, taken as inverse variances). Variances are those of R's clubSandwich (Pustejovsky and Tipton 2018), whose
target is the model's own variance of the outcome, on rows of single sentences; rows of counts give the same, because only the
mean of alike sentences of a cluster bears on it. With Z = W½ X and r = W-½ (y - mean), the rows as standardised by the model,
M = (Z'Z)^-1 and T the diagonal of an observation's variances, the variance is M (sum over clusters of a_g a_g') M, where a_g is
Z_g'r_g in CR0, Z_g'A_g r_g with A_g = [T (I - Z_g M Z_g') T]^-½ T in CR2, and Z_g'(I - Z_g M Z_g')^-1 r_g in CR3.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, fdtrc, stdtr

KINDS = ("CR0", "CR1", "CR1S", "CR2", "CR3")
STEPS, TOLERANCE = 100, 1e-12
NIL = 1e-12  # of the largest eigenvalue: a smaller one is a direction that rests on one cluster alone


class ClusteredError(ValueError):
    """A model that has no such estimate; the message is one plain sentence."""


@dataclass(frozen=True)
class ClusteredFit:
    """A fitted model: coefficients ``b`` (p,), ``inverse`` information (p, p), standardised rows, and the number of observations.

    ``z`` (rows, p) and ``residual`` (rows,) are divided by the standard deviation that the model gives a row, ``variance``
    (rows,) is that of one observation, ``cluster`` (rows,) numbers clusters from 0. Each trial of a row is an observation.
    """

    b: np.ndarray
    inverse: np.ndarray
    z: np.ndarray
    residual: np.ndarray
    variance: np.ndarray
    cluster: np.ndarray
    n_observations: float


def fit_clustered(x, y, cluster, n=None, weights=None, family="binomial"):
    """Return the ``ClusteredFit`` of y (rows,) on x (rows, p), intercept included, with ``cluster`` (rows,) numbered from 0.

    binomial: ``y`` of ``n`` trials (default 1 each) carry the code, logit link, by Newton steps. linear: least squares with
    ``weights`` (default 1). Raises ``ClusteredError`` where coefficients are not identified or run to infinity.

    Two documents, in each 1 of 4 and 3 of 4 sentences: the odds differ by the factor 9, and no document errs.

    >>> x = np.array([[1.0, 0], [1, 1]] * 2)
    >>> fit = fit_clustered(x, np.array([1.0, 3, 1, 3]), np.array([0, 0, 1, 1]), n=np.full(4, 4.0))
    >>> np.exp(fit.b[1]).round(9), np.abs(fit.residual).max() < 1e-9
    (np.float64(9.0), np.True_)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ClusteredError(f"the design has {x.shape[1]} columns but rank {np.linalg.matrix_rank(x)}; leave columns out")
    if family == "linear":
        n, variance = np.ones(len(y)), 1 / (np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float))
        b = np.linalg.lstsq(x / np.sqrt(variance)[:, None], y / np.sqrt(variance), rcond=None)[0]
        slope, mean = n, x @ b
    elif family == "binomial":
        n = np.ones(len(y)) if n is None else np.asarray(n, dtype=float)
        b = _climb(x, y, n)
        mean = expit(x @ b)
        slope = variance = mean * (1 - mean)
    else:
        raise ClusteredError(f"family {family!r} is unknown; give binomial or linear")
    z, residual = x * (slope * np.sqrt(n / variance))[:, None], (y - n * mean) / np.sqrt(n * variance)
    return ClusteredFit(b, np.linalg.inv(z.T @ z), z, residual, variance, np.asarray(cluster), float(n.sum()))


def sum_clusters(values, cluster):
    """Return the sums (clusters, ...) of ``values`` (rows, ...)."""
    sums = np.zeros((int(np.max(cluster)) + 1, *np.shape(values)[1:]))
    np.add.at(sums, cluster, values)
    return sums


def _climb(x, k, n):
    """Return the maximum likelihood coefficients of a binomial model."""
    b = np.zeros(x.shape[1])
    for _ in range(STEPS):
        mean = expit(x @ b)
        information = (x * (n * mean * (1 - mean))[:, None]).T @ x
        try:
            step = np.linalg.solve(information, x.T @ (k - n * mean))
        except np.linalg.LinAlgError:
            break
        b = b + np.clip(step, -5, 5)
        if np.abs(step).max() < TOLERANCE * max(1, np.abs(b).max()):
            return b
        if np.abs(x @ b).max() > 30:
            break
    raise ClusteredError("the likelihood has no maximum: some coefficient runs to infinity (separation)")


# Variances ------------------------------------------------------------------------------------------------------------


def estimate_covariance(fit, kind="CR2"):
    """Return the cluster-robust covariance (p, p) of a ``ClusteredFit``.

    CR0 has no correction; CR1 the factor G / (G - 1); CR1S G (N - 1) / ((G - 1)(N - p)), as Stata; CR2 is unbiased where
    the working variance holds; CR3 is nearly the leave-one-cluster-out jackknife (the GEE literature's Mancl and DeRouen,
    statsmodels' ``bias_reduced``). A direction that rests on one cluster alone adds nothing in CR2 and CR3 (as clubSandwich
    has it in CR2): no estimate could tell its error.
    """
    if kind not in KINDS:
        raise ClusteredError(f"covariance {kind!r} is unknown; give one of {', '.join(KINDS)}")
    if kind in ("CR2", "CR3"):
        scores = np.array([z.T @ a @ r for z, a, r in _adjust_clusters(fit, kind)])
    else:
        scores = sum_clusters(fit.z * fit.residual[:, None], fit.cluster)
    n_clusters, (n, p) = len(scores), (fit.n_observations, len(fit.b))
    if n_clusters < 2:
        raise ClusteredError("one cluster alone has no clustered error")
    factor = {"CR1": n_clusters / (n_clusters - 1), "CR1S": n_clusters * (n - 1) / ((n_clusters - 1) * (n - p))}.get(kind, 1.0)
    return factor * fit.inverse @ (scores.T @ scores) @ fit.inverse


def _adjust_clusters(fit, kind):
    """Yield for each cluster its standardised rows Z_g, the adjustment A_g of CR2 or CR3, and its residuals."""
    root = np.linalg.cholesky(np.linalg.inv(fit.z.T @ fit.z))
    for g in range(int(fit.cluster.max()) + 1):
        own = np.flatnonzero(fit.cluster == g)
        z, variance = fit.z[own], fit.variance[own]
        half = z @ root
        rest = np.eye(len(own)) - half @ half.T
        if kind == "CR3":
            yield z, np.linalg.pinv(rest, rcond=1e-8, hermitian=True), fit.residual[own]
            continue
        values, vectors = np.linalg.eigh(variance[:, None] * rest * variance)
        power = np.where(values > NIL * values.max(initial=0), np.maximum(values, 1e-300) ** -0.5, 0)
        yield z, (vectors * power) @ vectors.T * variance, fit.residual[own]


def covary_contrasts(fit, contrasts):
    """Return P (q, q, clusters, clusters): the covariance of the terms of the CR2 variance of ``contrasts`` (q, p).

    z_gs = c_s' M Z_g'A_g r_g is cluster g's term for contrast s; P[s, t, g, h] is the covariance of z_gs and z_ht where the
    model's variance holds. The sum of z_gs z_gt over clusters is the variance's element (s, t).
    """
    shift, own, moved = np.asarray(contrasts, dtype=float) @ fit.inverse, [], []
    root = np.linalg.cholesky(fit.inverse)
    for z, a, _ in _adjust_clusters(fit, "CR2"):
        terms = shift @ z.T @ a
        own.append(terms @ terms.T)
        moved.append(terms @ z @ root)
    p = -np.einsum("gqi,hri->qrgh", moved, moved, optimize=True)
    diagonal = np.arange(len(own))
    p[:, :, diagonal, diagonal] += np.transpose(own, (1, 2, 0))
    return p


def satterthwaite_df(fit, contrast):
    """Return the Satterthwaite degrees of freedom of c'b under CR2 (Bell and McCaffrey 2002), for ``contrast`` (p,)."""
    p = covary_contrasts(fit, np.asarray(contrast, dtype=float)[None])[0, 0]
    return float(np.trace(p) ** 2 / (p**2).sum())


@dataclass(frozen=True)
class ContrastTest:
    """A contrast of coefficients: estimate, CR2 standard error, Satterthwaite degrees of freedom, two-sided p."""

    estimate: float
    se: float
    df: float
    p: float


def assess_contrast(fit, contrast, null=0.0):
    """Return the ``ContrastTest`` of c'b = ``null``: t with the CR2 error and Satterthwaite degrees of freedom."""
    contrast = np.asarray(contrast, dtype=float)
    estimate, se = float(contrast @ fit.b), float(np.sqrt(contrast @ estimate_covariance(fit, "CR2") @ contrast))
    df = satterthwaite_df(fit, contrast)
    return ContrastTest(estimate, se, df, float(2 * stdtr(df, -abs(estimate - null) / se)))


@dataclass(frozen=True)
class WaldTest:
    """A joint test: F with its degrees of freedom and p."""

    f: float
    df1: int
    df2: float
    p: float


def assess_jointly(fit, contrasts, null=0.0):
    """Return the ``WaldTest`` that all ``contrasts`` (q, p) equal ``null``: Hotelling's T² with Zhang's degrees of freedom (HTZ).

    eta = q (q + 1) / sum of the variances of the elements of the standardised CR2 matrix; F = (eta - q + 1) / (eta q) x the
    Wald statistic, against F(q, eta - q + 1) (Tipton and Pustejovsky 2015).
    """
    contrasts = np.atleast_2d(np.asarray(contrasts, dtype=float))
    q = len(contrasts)
    p = covary_contrasts(fit, contrasts)
    values, vectors = np.linalg.eigh(np.einsum("qrgg->qr", p))
    standard = (vectors / np.sqrt(values)) @ vectors.T
    p = np.einsum("sq,qrgh,rt->stgh", standard, p, standard, optimize=True)
    diagonal = p[np.arange(q), np.arange(q)]
    spread = np.einsum("sgh,tgh->", diagonal, diagonal) + np.einsum("stgh,tsgh->", p, p)
    eta = q * (q + 1) / spread
    off = contrasts @ fit.b - null
    wald = off @ np.linalg.solve(contrasts @ estimate_covariance(fit, "CR2") @ contrasts.T, off)
    f, df2 = (eta - q + 1) / (eta * q) * wald, eta - q + 1
    return WaldTest(float(f), q, float(df2), float(fdtrc(q, df2, f)))


# Generalised estimating equations -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExchangeableFit:
    """Coefficients ``b`` (p,) and robust covariance (p, p) of a logit GEE, correlation ``alpha`` in clusters, dispersion ``phi``."""

    b: np.ndarray
    covariance: np.ndarray
    alpha: float
    phi: float


def fit_exchangeable(x, k, cluster, n=None, dispersion=True):
    """Return the ``ExchangeableFit`` of k of n (rows,) on x (rows, p): every two observations of a cluster correlate by alpha.

    Moments as R's geepack: phi is the mean squared Pearson residual (1 without ``dispersion``), alpha the mean product of
    two residuals of a cluster over phi. The covariance is the uncorrected sandwich (Liang and Zeger 1986). Sums of clusters
    suffice, because the inverse of an exchangeable matrix is a multiple of the identity less a multiple of all ones.
    """
    x, k = np.asarray(x, dtype=float), np.asarray(k, dtype=float)
    n = np.ones(len(k)) if n is None else np.asarray(n, dtype=float)
    b, alpha, phi = _climb(x, k, n), 0.0, 1.0
    for _ in range(STEPS):
        informations, scores, alpha, phi = weigh_clusters(x, k, n, cluster, b, dispersion)
        inverse = np.linalg.inv(informations.sum(0))
        step = inverse @ scores.sum(0)
        b = b + step
        if np.abs(step).max() < TOLERANCE * max(1, np.abs(b).max()):
            return ExchangeableFit(b, inverse @ (scores.T @ scores) @ inverse, alpha, phi)
    raise ClusteredError("the estimating equations have no solution that the steps come to")


def weigh_clusters(x, k, n, cluster, b, dispersion):
    """Return informations (clusters, p, p) and scores (clusters, p) under exchangeable correlation, alpha and phi, at ``b``."""
    mean = expit(x @ b)
    spread = np.sqrt(mean * (1 - mean))
    squares = (k * (1 - mean) ** 2 + (n - k) * mean**2) / spread**2
    size, total, square = (sum_clusters(values, cluster) for values in (n, (k - n * mean) / spread, squares))
    phi = float(square.sum() / n.sum()) if dispersion else 1.0
    alpha = float((total**2 - square).sum() / (phi * (size * (size - 1)).sum()))
    shared = alpha / (1 + (size - 1) * alpha)
    plain = sum_clusters(x[:, :, None] * x[:, None] * (n * spread**2)[:, None, None], cluster)
    mixed = sum_clusters(x * (n * spread)[:, None], cluster)
    informations = plain - shared[:, None, None] * mixed[:, :, None] * mixed[:, None]
    scores = sum_clusters(x * (k - n * mean)[:, None], cluster) - (shared * total)[:, None] * mixed
    return informations, scores, alpha, phi

"""Effective scores by document: the third way of inference, which imposes the null and flips signs.

A linear model of shares says what a test compares: each cell of stage and kind of event has its level, each voice its own
distance from it, and the contrast tau is what is tested. The sentences of a voice in a document enter through their sums, so
that everything costs as much as there are documents, not sentences. With the null imposed, the effective score of a document is

    s_g = sum over its voices of n (x1 - X0 A) (y - X0 b), A = (X0'WX0)^-1 X0'Wx1,

and the sum of the s_g is the statistic. Its reference are the sums in which the sign of each document's score is as likely + as -
(score wild cluster bootstrap with Rademacher weights, Kline and Santos 2012; sign flips of effective scores, Hemerik, Goeman and
Finos 2020). A fit shrinks its own residuals: what is flipped is therefore the score with residuals adjusted for the document's
leverage (as in CR2, Bell and McCaffrey 2002). Raw residuals reject 6 to 7 % of true nulls; those of a fit without the document are
too wide where cells hold few documents (on the design of the real corpus 1 to 3 %, `snakemake calibrate`).
The score is linear in the tau that is imposed, s_g(tau) = a_g - tau b_g, so that the test is inverted to an interval at no cost.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space

from framings.estimates import EXACT_UP_TO, LEVEL, MIN_SWAPPED, enumerate_signs, sum_flipped

HALVINGS = 30  # of the bracket in which an end of an interval is sought
SINGULAR = 1e-9  # of an eigenvalue between 0 and 1
TIE = 1e-9  # sums that differ by less than this part of all scores are equal


@dataclass(frozen=True)
class Scores:
    """Effective scores by group of documents, linear in the imposed tau: a - tau b.

    ``a`` (groups, q) and ``b`` (groups, q) with residuals as fitted, whose sums are the statistic; ``a_left`` and ``b_left`` with
    what is left of the errors adjusted for the group's leverage, which are flipped. q is 1 but for a joint test.
    """

    a: np.ndarray
    b: np.ndarray
    a_left: np.ndarray
    b_left: np.ndarray

    @property
    def estimate(self):
        """The tau at which the score is zero: the weighted least squares estimate of the linear model."""
        return float(self.a.sum() / self.b.sum())


def score_comparison(hypothesis, compared, group):
    """Return the ``Scores`` of a comparison by ``group`` (documents,), numbered from 0; None where the model does not hold tau.

    ``compared`` is what ``lay_out_comparison`` gives. Two documents, one cell; A has 4 of 10 and 3 of 10, B 1 of 10 and 2 of 10.
    The cell's share is .25 and x1 is 1/2 for A, -1/2 for B, so that the scores are (4 - 1) / 2 and (3 - 2) / 2:

    >>> from framings.comparisons import Comparison
    >>> from framings.hypotheses import Hypothesis
    >>> n, k = np.full((2, 2), 10.0), np.array([[4.0, 1], [3, 2]])[..., None]
    >>> rest = {"documents": np.array(["d1", "d2"]), "voices": ("A", "B"), "hits": k.sum(1), "estimate": None}
    >>> compared = Comparison(n=n, k=k, cell=np.zeros(2, dtype=int), contrast=np.array([1.0, -1]), **rest)
    >>> hypothesis = Hypothesis("H", "f", "difference", ("X",), ("A",), ("B",), "+", "", "")
    >>> scores = score_comparison(hypothesis, compared, np.arange(2))
    >>> scores.a.ravel().round(9).tolist(), scores.b.ravel().tolist(), scores.estimate
    ([1.5, 0.5], [5.0, 5.0], 0.2)
    """
    row, voice = np.nonzero(compared.n)
    weight, sums = compared.n[row, voice], compared.k[row, voice]
    tested, nuisance, cell = _design(hypothesis, compared, row, voice)
    dummies = np.eye(int(cell.max()) + 1)[cell] if cell is not None else np.zeros((len(row), 0))
    x0, rows_group = np.column_stack([dummies, nuisance]), group[row]
    outcomes = np.column_stack([sums, tested * weight[:, None]])  # sums of y and of x1: both are regressed on X0
    raw, adjusted = _fit_null(x0, weight, outcomes, rows_group)
    q = tested.shape[1]
    rest = raw[:, sums.shape[1] :] / weight[:, None]
    if (np.abs(rest).max(0, initial=0) < 1e-9).any():
        return None
    parts = []
    for residual in (raw, adjusted):
        y, x = residual[:, : sums.shape[1]], residual[:, sums.shape[1] :]
        score = (rest[:, :, None] * y[:, None, :]).reshape(len(row), -1)  # tested x codes
        parts += [_sum_groups(score, rows_group), _sum_groups(rest * x if q == 1 else np.zeros_like(score), rows_group)]
    return Scores(*parts)


def _design(hypothesis, compared, row, voice):
    """Return x1 (rows, q), the nuisance columns beside levels of cells (rows, p) and the cell of each row, None without levels.

    Voices' distances are written as contrast x tau / (contrast'contrast) plus what the contrast does not touch.
    """
    contrast = compared.contrast
    if hypothesis.test == "joint":
        return _design_jointly(compared, row, voice)
    along = (contrast / (contrast @ contrast))[voice]
    if hypothesis.test in ("within_actor", "upper_bound"):
        return along[:, None], null_space(contrast[None])[voice], None
    free = null_space(np.vstack([contrast, np.ones(len(contrast))]))[voice]
    if hypothesis.test != "difference_in_differences":
        return along[:, None], free, compared.cell[row]
    late = compared.late[row]
    nuisance = np.column_stack([along, free * late[:, None], free * ~late[:, None]])
    return (along * (late - 0.5))[:, None], nuisance, compared.cell[row]


def _design_jointly(compared, row, voice):
    """Return the design of a joint test: for each change over stages its voice in its later stage; each voice's own level."""
    changes, cell = compared.estimate.keywords["changes"], compared.cell[row]
    tested = np.column_stack([(voice == pair[1]) & np.isin(cell, later) for pair, _, later in changes]).astype(float)
    voices = sorted({pair[1] for pair, _, _ in changes})
    return tested, np.column_stack([(voice == one).astype(float) for one in voices]), cell


def _fit_null(x0, weight, outcomes, group):
    """Return what the null model leaves of ``outcomes`` (rows, outcomes), sums as they are: as fitted, and adjusted for leverage.

    The residuals e of a group, in units of equal variance, are adjusted to (I - H)^-1/2 e, H the group's part of the hat matrix
    (Bell and McCaffrey 2002), so that their spread is that of the errors when errors are independent. Of a direction in which
    the group alone decides the fit (I - H is zero there: the only talk in a cell, say) nothing is known, and nothing is left.
    """
    root = np.sqrt(weight)[:, None]
    x, rest = x0 * root, outcomes / root
    if x0.shape[1]:
        inverse = np.linalg.pinv(x.T @ x, rcond=1e-10, hermitian=True)
        rest = rest - x @ (inverse @ (x.T @ rest))
    adjusted = rest.copy()
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    sizes = np.diff(starts, append=len(order))
    for size in np.unique(sizes) if x0.shape[1] else ():
        rows = order[starts[sizes == size][:, None] + np.arange(size)]  # groups of one size, their rows
        value, vector = np.linalg.eigh(np.eye(size) - x[rows] @ inverse @ x[rows].transpose(0, 2, 1))
        factor = np.where(value > SINGULAR, 1 / np.sqrt(np.maximum(value, SINGULAR)), 0)
        adjusted[rows] = (vector * factor[:, None, :]) @ (vector.transpose(0, 2, 1) @ rest[rows])
    return rest * root, adjusted * root


def _sum_groups(values, group):
    """Return the sums of ``values`` (rows, q) by group."""
    sums = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(sums, group, values)
    return sums


# Tests ----------------------------------------------------------------------------------------------------------------


def flip_scores(scores, signs, margin=None):
    """Return {"p", "low", "high"} of scores of one contrast by sign flips (draws, groups): p of tau = 0 and the 95 % interval.

    With at most 13 groups all patterns are tried. The interval holds each tau that is not rejected at 5 %, within [-1, 1]. With a
    ``margin`` p is the larger of the two one-sided p against -margin and margin. Empty with fewer than six groups that say anything.
    """
    heard = np.flatnonzero((scores.a_left[:, 0] != 0) | (scores.b_left[:, 0] != 0))
    if len(heard) < MIN_SWAPPED or not scores.b.sum() > 0:
        return {}
    exact = len(heard) <= EXACT_UP_TO
    parts = np.column_stack([scores.a_left[:, 0], scores.b_left[:, 0]])
    flipped = enumerate_signs(len(heard)) @ parts[heard] if exact else sum_flipped(signs, parts)
    whole = scores.a.sum(), scores.b.sum()
    scale = np.abs(scores.a_left).sum() + np.abs(scores.b_left).sum()

    def judge(tau, side=0):
        sums, observed = flipped[:, 0] - tau * flipped[:, 1], whole[0] - tau * whole[1]
        sums, observed = (np.abs(sums), abs(observed)) if side == 0 else (side * sums, side * observed)
        reached = np.count_nonzero(sums >= observed - TIE * scale)
        return max(reached, 1) / len(flipped) if exact else (1 + reached) / (len(flipped) + 1)

    p = judge(0.0) if margin is None else max(judge(-margin, 1), judge(margin, -1))
    estimate = scores.estimate
    return {"p": p, "low": _find_end(judge, estimate, -1.0), "high": _find_end(judge, estimate, 1.0)}


def _find_end(judge, estimate, bound):
    """Return the end of the interval between the estimate and ``bound``, by halving."""
    inside, outside = float(np.clip(estimate, -1, 1)), bound
    if judge(outside) > LEVEL:
        return bound
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if judge(middle) > LEVEL else (inside, middle)
    return outside


def flip_scores_jointly(scores, signs):
    """Return p of S'V^-1 S by sign flips, S the sum of scores (groups, q) and V = sum of s s', which no flip changes.

    Missing where V is singular or fewer than six groups say anything.
    """
    heard = np.flatnonzero((scores.a_left != 0).any(1))
    v = scores.a_left.T @ scores.a_left
    if len(heard) < max(MIN_SWAPPED, v.shape[0] + 1) or np.linalg.matrix_rank(v, hermitian=True) < len(v):
        return np.nan
    exact = len(heard) <= EXACT_UP_TO
    sums = enumerate_signs(len(heard)) @ scores.a_left[heard] if exact else sum_flipped(signs, scores.a_left)
    whole, inverse = scores.a.sum(0), np.linalg.inv(v)
    flipped = ((sums @ inverse) * sums).sum(1)
    reached = np.count_nonzero(flipped >= whole @ inverse @ whole - TIE)
    return max(reached, 1) / len(sums) if exact else (1 + reached) / (len(sums) + 1)

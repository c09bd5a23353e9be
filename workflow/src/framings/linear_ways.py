"""The same contrast by the two ways that most articles take: CR2 with Satterthwaite's degrees of freedom, and the wild cluster bootstrap.

The standardised difference is a contrast of the coefficients of a linear model with one share for each cell and voice, sentences
as weights and the cells' weights held as they are. Its errors are then clustered by document. These ways stand beside the
verdict, which rests on none of them.
"""

import numpy as np
from scipy.linalg import null_space

from framings.clustered import ClusteredError, assess_contrast, fit_clustered
from framings.estimates import t_interval
from framings.wild import bootstrap_t

LINEAR = ("difference", "within_actor")  # tests whose estimate is one such contrast, and whose null is nil
CR2, WILD = "CR2 error, Satterthwaite’s degrees of freedom", "wild cluster bootstrap (Webb’s weights)"


def assess_linearly(compared, draws=9999, seed=1):
    """Return {name of the way: {"estimate", "se", "p"}} of a ``Comparison``, or {name: {"reason"}} where a way has no answer.

    ``compared`` is that of a test in LINEAR without a reason; its first code counts. Two-sided p-values.
    """
    x, y, weights, document, contrast = lay_out_rows(compared)
    try:
        test = assess_contrast(fit_clustered(x, y, document, weights=weights, family="linear"), contrast)
        wild = bootstrap_t(*restate(x, y, weights, contrast), document, 0, weights="webb", draws=draws, seed=seed)
    except (ClusteredError, np.linalg.LinAlgError) as error:
        return {name: {"reason": str(error)} for name in (CR2, WILD)}
    if not (np.isfinite(test.p) and test.se > 0):
        return {name: {"reason": "every share rests on one document: no such error"} for name in (CR2, WILD)}
    low, high = t_interval(test.estimate, test.se, test.df)
    found = {"estimate": test.estimate, "se": test.se, "reason": _warn_lone(x, document)}
    return {CR2: found | {"low": low, "high": high, "p": test.p}, WILD: found | {"p": wild.p}}


def lay_out_rows(compared):
    """Return x (rows, shares), y (rows,), weights, document (rows,) and the contrast (shares,): a row a voice of a document.

    A share is that of a voice in a cell. A cell weighs what ``standardised_difference`` gives it.
    """
    rows, voices = np.nonzero(compared.n > 0)
    cells, cell = np.unique(compared.cell, return_inverse=True)
    n, n_voices = compared.n[rows, voices], compared.n.shape[1]
    x = np.zeros((len(rows), len(cells) * n_voices))
    x[np.arange(len(rows)), cell[rows] * n_voices + voices] = 1
    weight = np.zeros(len(cells))
    np.add.at(weight, cell, compared.n.sum(1))
    contrast = np.outer(weight / weight.sum(), compared.contrast).ravel()
    return x, compared.k[rows, voices, 0] / n, n, np.unique(rows, return_inverse=True)[1], contrast


def restate(x, y, weights, contrast):
    """Return x and y of the same weighted model, unweighted, with the contrast as its first coefficient.

    >>> x, y = restate(np.eye(2), np.array([0.3, 0.1]), np.ones(2), np.array([1.0, -1]))
    >>> np.linalg.solve(x, y)[0].round(12)
    np.float64(0.2)
    """
    turned = np.vstack([contrast, null_space(contrast[None]).T])
    root = np.sqrt(weights)
    return (x @ np.linalg.inv(turned)) * root[:, None], y * root


def _warn_lone(x, document):
    """Return how many shares rest on one document alone, whose error no such way sees, or None."""
    held = [len(np.unique(document[column > 0])) for column in x.T]
    lone = held.count(1)
    return f"{lone} of {len(held)} shares of a voice in a cell rest on one document, whose error is not seen" if lone else None

"""Ratios of two sums over documents, such as a share of words or a precision, with intervals that draw documents."""

from functools import cache

import numpy as np

from framings.estimates import bound_share

DRAWS, SEED, TAIL = 2000, 20140529, 0.025
COUNTS = ["right", "total", "n", "n_mistakes"]


def estimate_ratios(measure, counts, parts, goal=None):
    """Return rows of ACCURACY, one a part of the sample: the ratio of what is right to the total, with its 95 % interval.

    ``counts`` has a row or several a document: document_id, right and total (what the ratio is made of), n and n_mistakes
    (units counted). ``parts`` maps the name of a part to its documents; None stands for all.
    """
    sums, rows = counts.groupby("document_id")[COUNTS].sum(), []
    for part, documents in parts.items():
        mine = sums if documents is None else sums[sums.index.isin(documents)]
        mine = mine[mine["total"] > 0]
        estimate, low, high = bound_ratio(mine["right"].to_numpy(float), mine["total"].to_numpy(float))
        amounts = {"n": int(mine["n"].sum()), "n_documents": len(mine), "n_mistakes": int(mine["n_mistakes"].sum())}
        rows.append({"measure": measure, "part": part, "estimate": estimate, "low": low, "high": high} | amounts | {"goal": goal})
    return rows


def bound_ratio(right, total):
    """Return (estimate, low, high) of sum(right) / sum(total), where each document gives one pair; NaN without documents.

    The interval is the percentile bootstrap over documents (2,000 draws, seeded). It cannot see mistakes that lie in
    documents which were not drawn, so it is never narrower than the exact (Clopper-Pearson) interval of the share of
    documents that hold a mistake, each with as many mistakes as those seen; where none was seen, such a document counts as
    wrong throughout.

    >>> [round(end, 4) for end in bound_ratio(np.full(40, 9.0), np.full(40, 9.0))], round(0.025 ** (1 / 40), 4)
    ([1.0, 0.9119, 1.0], 0.9119)
    """
    n = len(total)
    if n == 0:
        return np.nan, np.nan, np.nan
    estimate = right.sum() / total.sum()
    weights = _draw_documents(n)
    drawn = (weights @ right) / (weights @ total)
    low, high = np.quantile(drawn, (TAIL, 1 - TAIL))
    hit = np.mean(right < total - 1e-9)
    least, most = map(float, bound_share(np.round(hit * n), n, n))
    if estimate == 1:
        return 1.0, 1 - most, 1.0
    loss = (1 - estimate) / hit
    return float(estimate), float(max(min(low, 1 - loss * most), 0)), float(max(high, 1 - loss * least))


@cache
def _draw_documents(n):
    """Return how often each of ``n`` documents is drawn in each draw, as an array of draws by documents."""
    return np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=DRAWS).astype(float)

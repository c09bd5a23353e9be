"""Shares, their differences and what may be inferred from them: documents are the independent units.

Everything here works on counts by document: ``n`` (documents x voices) sentences and ``k`` (documents x voices x codes)
of them that carry a code; a voice is an actor, or an actor in a stage. A ``cell`` is the kind of document (stage and
event type) within which voices are compared. Functions of totals take ``n`` (..., cells, voices) and ``k`` (..., cells,
voices, codes) with any leading dimensions, so that one function gives the estimate and all leave-one-out estimates.
"""

import numpy as np
import pandas as pd
from scipy.special import betaincc, betaincinv, fdtrc, stdtr, stdtrit

from framings.schemas import PREVALENCE, check
from framings.tallies import match_evidence, refuse_mixed_languages

ALL_STAGES = "all"
LEVEL = 0.05
DETECTABLE = 2.85  # standard errors: the difference found with 80 % power at 5 %, for about 45 documents
EXACT_UP_TO = 13  # documents whose 2^n sign patterns are all tried
RARE_SENTENCES, RARE_DOCUMENTS = 20, 5
# With fewer documents of a voice, t with G - 1 degrees of freedom rejects 7 % of true nulls, with their number less one 2 %
# (benchmarks/calibrate_small.py).
FEW_DOCUMENTS = 5
MIN_SWAPPED = 6  # documents (or blocks): with fewer, no pattern of signs could reach 5 %
# With less, intervals of 95 % hold 88 to 92 % of true contrasts when the seldom heard voice carries the code more often
# (`snakemake calibrate`, and 21 layouts tried for it with 1.8 to 8 effective documents).
LEAST_EFFECTIVE = 5
# ASSUME: where no sentence (or every one) carries a code, sentences of one document are as alike as this correlation.
ASSUMED_CORRELATION = 0.10


# Estimates ------------------------------------------------------------------------------------------------------------


def standardised_difference(n, k, contrast):
    """Return tau = sum of w_m (sum of contrast_v share_vm) over the cells m in which every voice speaks.

    w_m is the cell's part of the voices' sentences. ``n`` (..., cells, voices), ``k`` (..., cells, voices, codes),
    ``contrast`` (voices,); the result is (..., codes), missing where no cell is shared. Voices are so compared at equal
    stage and event type.

    In the first cell voice A has 4 of 10 sentences and B 1 of 10, in the second 0 of 5 and 3 of 15; in the third A is silent:

    >>> n, k = np.array([[10.0, 10], [5, 15], [0, 9]]), np.array([[4.0, 1], [0, 3], [0, 9]])
    >>> standardised_difference(n, k[..., None], np.array([1, -1]))  # (.4 - .1) / 2 + (0 - .2) / 2
    array([0.05])
    """
    weight = np.where((n > 0).all(-1), n.sum(-1), 0.0)
    shares = k / np.where(n > 0, n, 1)[..., None]
    difference = (shares * contrast[:, None]).sum(-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (weight[..., None] * difference).sum(-2) / weight.sum(-1)[..., None]


def sum_cells(values, cell, n_cells):
    """Return totals (cells, ...) of ``values`` (documents, ...) whose rows lie in ``cell`` (documents,)."""
    totals = np.zeros((n_cells, *values.shape[1:]))
    np.add.at(totals, cell, values)
    return totals


def jackknife(estimate, n, k, cell, group):
    """Return the estimate (q,), the estimates leaving each group of documents out (groups, q) and their CV3 covariance.

    ``estimate`` is a function of the totals. V = (G - 1)/G * sum of (theta_(-g) - theta)(theta_(-g) - theta)', centred
    at the full estimate (MacKinnon, Nielsen and Webb 2023). ``group`` numbers documents or blocks of them, from 0.
    Where leaving a group out leaves no shared cell, its row and the covariance are missing.
    """
    n_cells, n_groups = int(cell.max()) + 1, int(group.max()) + 1
    left = []
    for values in (n, k):
        totals = np.tile(sum_cells(values, cell, n_cells), (n_groups, *[1] * values.ndim))
        np.subtract.at(totals, (group, cell), values)
        left.append(totals)
    theta, theta_left = estimate(sum_cells(n, cell, n_cells), sum_cells(k, cell, n_cells)), estimate(*left)
    off = theta_left - theta
    return theta, theta_left, (n_groups - 1) / n_groups * (off[:, :, None] * off[:, None, :]).sum(0)


def number_blocks(n, size):
    """Return block numbers (n,) of ``size`` consecutive documents; what is left over joins the last block."""
    return np.minimum(np.arange(n) // size, max(n // size, 1) - 1)


def pair_documents(n, k, cell, contrast):
    """Return D (paired, codes), their weights (paired,) summing to 1, and which documents are paired (documents,).

    D_d = the contrast of the voices' shares inside document d, where all of them speak. Within a cell a document weighs
    1 / sum of (contrast_v² / n_vd), the precision of D_d when sentences vary alone; the cell as in tau. The sum of weight
    times D_d is therefore tau with each document compared with itself; it differs from tau by documents with one side only.
    """
    paired = (n > 0).all(-1)
    n_pair, cells = n[paired], cell[paired]
    differences = ((k[paired] / n_pair[..., None]) * contrast[:, None]).sum(-2)
    precision = 1 / (contrast**2 / n_pair).sum(-1)
    n_cells = int(cell.max()) + 1
    of_cell = np.where(sum_cells(paired * 1.0, cell, n_cells) > 0, sum_cells(n, cell, n_cells).sum(-1), 0.0)
    weights = precision / sum_cells(precision, cells, n_cells)[cells] * of_cell[cells]
    return differences, weights / weights.sum() if len(weights) else weights, paired


# Tests ----------------------------------------------------------------------------------------------------------------


def draw_signs(n, swaps, seed):
    """Return random signs (swaps, n) of one byte each, the same for every test of a run."""
    drawn = np.random.default_rng(seed).bytes(swaps * -(-n // 8))
    bits = np.unpackbits(np.frombuffer(drawn, dtype=np.uint8).reshape(swaps, -1), axis=1)[:, :n]
    return bits.astype(np.int8) * np.int8(2) - np.int8(1)


def sum_flipped(signs, contributions):
    """Return the sums (draws, ...) of ``contributions`` (n, ...) under each row of ``signs`` (draws, at least n)."""
    sums = np.empty((len(signs), *contributions.shape[1:]))
    for start in range(0, len(signs), 1000):
        np.matmul(signs[start : start + 1000, : len(contributions)].astype(float), contributions, out=sums[start : start + 1000])
    return sums


def flip_signs(contributions, signs, two_sided=True, observed=None):
    """Return the p-value of the sum of ``contributions`` (n,) when the sign of each is as likely + as -.

    This is the label swap: with weight times D_d, exchanging the two speakers of document d turns its sign; with
    cluster scores it is the score wild cluster bootstrap with Rademacher weights. Contributions of zero carry no
    information. With at most 13 others all 2^n patterns are tried and p is exact, otherwise p = (1 + #{T* >= T})/(B + 1)
    over the rows of ``signs`` (B, at least n). One-sided, large sums count. ``observed`` is the sum to judge where it is not
    that of the contributions (scores that are estimated with and without their document).

    >>> float(flip_signs(np.array([3.0, 1, 2]), None))  # only +++ and --- reach 6
    0.25
    """
    moved = contributions[contributions != 0]
    if len(moved) == 0:
        return 1.0
    exact = len(moved) <= EXACT_UP_TO
    sums = enumerate_signs(len(moved)) @ moved if exact else sum_flipped(signs, contributions)
    observed = moved.sum() if observed is None else observed
    if two_sided:
        sums, observed = np.abs(sums), abs(observed)
    reached = np.count_nonzero(sums >= observed - 1e-9 * np.abs(moved).sum())
    return max(reached, 1) / len(sums) if exact else (1 + reached) / (len(sums) + 1)


def enumerate_signs(n):
    """Return all 2^n patterns of n signs, (2^n, n)."""
    return (np.arange(2**n)[:, None] >> np.arange(n) & 1) * 2.0 - 1


def permute_periods(differences, weights, late, draws, seed):
    """Return the two-sided p of mean D late minus mean D early when periods are exchanged among the documents.

    Means are weighted by ``weights`` (n,); the statistic is Welch's, so that unequal spread or number of documents in
    the two periods does not pass for a change. ``late`` (n,) is true for documents of the later period.
    """
    generator = np.random.default_rng(seed)
    labels = np.vstack([late, generator.permuted(np.tile(late, (draws, 1)), axis=1)]).astype(float)
    squares = weights**2
    moments = np.column_stack(
        [np.ones_like(weights), weights, weights * differences, squares, squares * differences, squares * differences**2]
    )
    parts = [labels @ moments, (1 - labels) @ moments]
    means, variances = zip(*map(_weighted_mean, parts), strict=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.abs(means[0] - means[1]) / np.sqrt(variances[0] + variances[1])
    statistic = np.where(np.isnan(statistic), 0, statistic)
    return (1 + np.count_nonzero(statistic[1:] >= statistic[0] * (1 - 1e-9))) / (draws + 1)


def _weighted_mean(moments):
    """Return the weighted mean and its variance from the columns n, w, wD, w², w²D, w²D²."""
    number, w, wd, ww, wwd, wwdd = moments.T
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = wd / w
        spread = np.maximum(wwdd - 2 * mean * wwd + mean**2 * ww, 0)
        return mean, spread / w**2 * number / (number - 1)


def t_two_sided(estimate, se, df):
    """Return the two-sided p of a t-distributed ratio."""
    return 2 * stdtr(df, -np.abs(estimate) / se)


def t_interval(estimate, se, df):
    """Return the ends of the 95 % interval of a difference of shares, which lies in [-1, 1]."""
    reach = stdtrit(df, 1 - LEVEL / 2) * se
    return np.maximum(estimate - reach, -1), np.minimum(estimate + reach, 1)


def show_equivalence(estimate, se, df, margin):
    """Return the p of two one-sided t-tests against -margin and margin, and the smallest margin that would pass at 5 %."""
    return stdtr(df, -(margin - np.abs(estimate)) / se), np.abs(estimate) + stdtrit(df, 1 - LEVEL) * se


def degrees_of_freedom(n):
    """Return G - 1 for counts ``n`` (documents, voices); where a voice speaks in few documents, their number less one."""
    fewest = int((n > 0).sum(0).min())
    return (fewest if fewest < FEW_DOCUMENTS else len(n)) - 1


def effective_documents(n, cell, contrast, late=None):
    """Return how many documents of equal weight would carry a contrast as unevenly as these: (sum h)² / sum h².

    h is what a document adds to the variance of the contrast if sentences are alike as assumed (``ASSUMED_CORRELATION``). Where
    one voice is heard in a few documents only, or one of them holds most of a cell's talk, it is near the number of those, however
    many documents the other voice has. ``n`` (documents, voices), ``cell`` (documents,), ``contrast`` (voices,); ``late``
    (documents,) marks the later of two periods whose contrasts are compared.

    >>> effective_documents(np.full((8, 2), 10.0), np.zeros(8, dtype=int), np.array([1.0, -1]))
    8.0
    """
    n_cells = int(cell.max()) + 1
    totals = sum_cells(n, cell, n_cells)
    weight, period = np.where((totals > 0).all(1), totals.sum(1), 0), np.zeros(n_cells, dtype=int)
    if late is not None:
        period[cell] = late
    weight = weight / np.maximum(np.bincount(period, weight), 1)[period]
    spread = n * (1 + (n - 1) * ASSUMED_CORRELATION) * contrast**2 / np.maximum(totals, 1)[cell] ** 2
    h = weight[cell] ** 2 * spread.sum(1)
    return float(h.sum() ** 2 / (h**2).sum()) if h.any() else 0.0


def explain_thinness(effective):
    """Return why a contrast of so many effective documents has no test, or None where it has enough.

    >>> explain_thinness(2.04)
    'the documents weigh as 2.0 of equal weight would; a test needs 5'
    """
    if effective >= LEAST_EFFECTIVE:
        return None
    return f"the documents weigh as {effective:.1f} of equal weight would; a test needs {LEAST_EFFECTIVE}"


def joint_f(theta, covariance, n_documents):
    """Return F of the joint test that all of ``theta`` (..., q) are zero, and its p against F(q, G - q).

    F = (G - q)/(G - 1) theta' V^-1 theta / q is Hotelling's: theta' V^-1 theta / q against F(q, G - 1) rejects 6 to 8 %
    of true nulls here, because V is estimated from few documents. Missing where V is singular or q >= G.
    """
    q = len(covariance)
    statistic = np.full(theta.shape[:-1], np.nan)
    if q < n_documents and np.isfinite(covariance).all() and np.linalg.matrix_rank(covariance, hermitian=True) == q:
        solved = np.linalg.solve(covariance, theta[..., None])[..., 0]
        statistic = (theta * solved).sum(-1) / q * (n_documents - q) / (n_documents - 1)
    return statistic, fdtrc(q, max(n_documents - q, 1), statistic)


def adjust_holm(p):
    """Return Holm's adjusted p-values (Holm 1979); missing ones stay missing and do not count.

    >>> adjust_holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p = np.asarray(p, dtype=float)
    adjusted = np.full(p.shape, np.nan)
    order = np.argsort(p, kind="stable")[: np.count_nonzero(~np.isnan(p))]
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)), 1)
    return adjusted


def firth_odds_ratio(k_a, n_a, k_b, n_b):
    """Return Firth's estimate of the odds ratio of a against b: in a 2 x 2 table it adds a half to each count."""
    return (k_a + 0.5) * (n_b - k_b + 0.5) / ((k_b + 0.5) * (n_a - k_a + 0.5))


# Shares ---------------------------------------------------------------------------------------------------------------


def effective_sentences(k, n, se, df, sizes, correlation=ASSUMED_CORRELATION):
    """Return how many independent sentences would give the share k/n the standard error ``se``.

    p (1 - p) / se², at most n, reduced for the uncertainty of se with few documents (Korn and Graubard 1998). Where se
    is zero because no sentence or every one carries the code, n divided by the design effect of ``sizes`` (the
    document's sentences) under ``correlation`` between the sentences of a document.
    """
    share = k / n
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = share * (1 - share) / se**2 * (stdtrit(max(n - 1, 1), 0.975) / stdtrit(df, 0.975)) ** 2
    design_effect = 1 + ((sizes**2).sum() / n - 1) * correlation
    return np.minimum(np.where(se > 0, effective, n / design_effect), n)


def bound_share(k, n, effective):
    """Return the Clopper-Pearson 95 % interval of k/n as if it came from ``effective`` independent sentences."""
    hits = k / n * effective
    low = np.where(k > 0, betaincinv(np.maximum(hits, 1e-12), effective - hits + 1, LEVEL / 2), 0.0)
    high = np.where(k < n, betaincinv(hits + 1, np.maximum(effective - hits, 1e-12), 1 - LEVEL / 2), 1.0)
    return low, high


def bound_p(k, n, effective, bound):
    """Return the exact p of k or fewer of n, as if from ``effective`` independent sentences, when the true share is ``bound``."""
    hits = k / n * effective
    return betaincc(hits + 1, max(effective - hits, 1e-12), bound)


def estimate_prevalence(tallies, stages, coder_id, codes, min_documents=3, min_sentences=100, evidence=None):
    """Return the table PREVALENCE: for each code, actor and stage, and all stages together, the share of sentences.

    The share is a ratio (all sentences with the code over all sentences); its standard error leaves out one document at
    a time (CV3); its interval is Clopper and Pearson's at the effective number of sentences (Korn and Graubard 1998),
    which stays in [0, 1]. Of a code in under 20 sentences or 5 documents it is no narrower than under a correlation of .10
    between sentences of a document. A cell under ``min_documents`` or ``min_sentences`` has a reason and no number.
    ``stages`` is the table STAGES; ``codes`` names columns of ``tallies``, which hold one language.

    Tallies of pseudo-outcomes come with ``evidence``, tallies of the reference codes behind them with the same turns.
    Their n_coded counts reference codes, and a share estimated outside [0, 1] is moved to its end, with an interval by t.
    A code with reference codes in fewer than ``RARE_DOCUMENTS`` documents of a cell has no number there: its error could
    not be told.
    """
    refuse_mixed_languages(tallies)
    if min_documents < 2:
        raise ValueError(f"min_documents is {min_documents}; a leave-one-document-out error needs at least 2")
    codes = list(codes)
    seen, found = [], tallies
    if evidence is not None:
        seen = [f"{code} seen" for code in codes]
        found = pd.concat([tallies, pd.DataFrame(match_evidence(tallies, evidence, codes), tallies.index, seen)], axis=1)
    by_document = found.groupby(["actor_id", "stage_id", "document_id"], as_index=False)[["n_sentences", *codes, *seen]].sum()
    pieces = []
    for actor, spoken in by_document.groupby("actor_id"):
        for stage in [*stages["stage_id"], ALL_STAGES]:
            rows = spoken if stage == ALL_STAGES else spoken[spoken["stage_id"] == stage]
            n, k = rows["n_sentences"].to_numpy(float), rows[codes].to_numpy(float)
            columns = _share_columns(n, k, min_documents, min_sentences)
            if seen:
                columns = _correct_columns(columns, rows[seen].to_numpy(float))
            pieces.append(pd.DataFrame({"code": codes, "actor_id": actor, "stage_id": stage} | columns))
    columns = list(PREVALENCE.columns)
    table = pd.concat(pieces) if pieces else pd.DataFrame(columns=columns)
    table = table.assign(coder_id=coder_id)
    return check(table.sort_values("code", key=lambda name: name.map(codes.index), kind="stable"), PREVALENCE)


def _share_columns(n, k, min_documents, min_sentences):
    """Return the columns of one actor and stage, a row a code, from counts n (documents,) and k (documents, codes)."""
    total, coded = n.sum(), k.sum(0)
    columns = {"n_documents": len(n), "n_sentences": int(total), "n_coded": coded.astype(int)}
    reason = explain_shortage(len(n), total, min_documents, min_sentences)
    if reason:
        return columns | {"share": np.nan, "se": np.nan, "low": np.nan, "high": np.nan, "reason": reason}
    share = coded / total
    left = (coded - k) / (total - n)[:, None]
    se = np.sqrt((len(n) - 1) / len(n) * ((left - share) ** 2).sum(0))
    effective = effective_sentences(coded, total, se, len(n) - 1, n)
    # Errors of a rare code are too small by chance where its few sentences lie apart: its interval then holds 91 % of true shares.
    rare = (coded < RARE_SENTENCES) | ((k > 0).sum(0) < RARE_DOCUMENTS)
    assumed = effective_sentences(coded, total, np.zeros_like(se), len(n) - 1, n)
    low, high = bound_share(coded, total, np.where(rare, np.minimum(effective, assumed), effective))
    return columns | {"share": share, "se": se, "low": low, "high": high, "reason": None}


def _correct_columns(columns, seen):
    """Return the columns of one actor and stage for pseudo-outcomes, from those for counts and reference codes (documents, codes)."""
    columns, documents = columns | {"n_coded": seen.sum(0).astype(int)}, (seen > 0).sum(0)
    if columns["reason"]:
        return columns
    share, known = columns["share"], documents >= RARE_DOCUMENTS
    ends, inside = t_interval(share, columns["se"], columns["n_documents"] - 1), (share > 0) & (share < 1)
    for name, end in zip(("low", "high"), ends, strict=True):
        columns[name] = np.where(known, np.where(inside, columns[name], np.clip(end, 0, 1)), np.nan)
    columns["share"], columns["se"] = (np.where(known, cells, np.nan) for cells in (np.clip(share, 0, 1), columns["se"]))
    return columns | {
        "reason": [
            None if n >= RARE_DOCUMENTS else f"reference codes in {n} documents, {RARE_DOCUMENTS} needed" for n in documents
        ]
    }


def explain_shortage(n_documents, n_sentences, min_documents, min_sentences):
    """Return why so little talk gives no number, or None where it is enough.

    >>> explain_shortage(2, 400, 3, 100)
    '2 documents, 3 needed'
    """
    if n_documents < min_documents:
        return f"{n_documents} {'document' if n_documents == 1 else 'documents'}, {min_documents} needed"
    if n_sentences < min_sentences:
        return f"{int(n_sentences)} {'sentence' if n_sentences == 1 else 'sentences'}, {min_sentences} needed"
    return None

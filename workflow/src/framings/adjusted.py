"""The same contrasts from a binomial model that holds stage, kind of event, host, translation and length of turn equal."""

import numpy as np
import pandas as pd
from scipy.linalg import null_space
from scipy.special import expit

from framings.comparisons import count_documents, lay_out_comparison
from framings.estimates import (
    MIN_SWAPPED,
    RARE_DOCUMENTS,
    RARE_SENTENCES,
    degrees_of_freedom,
    draw_signs,
    effective_documents,
    explain_thinness,
    flip_signs,
    number_blocks,
    sum_cells,
    t_interval,
    t_two_sided,
)
from framings.schemas import Column, Contract, check
from framings.tallies import refuse_mixed_languages

ADJUSTED = Contract(
    "adjusted", "a contrast of actors in one window, adjusted by a binomial model", ("coder_id", "hypothesis_id", "window_id"),
    {
        "coder_id": Column("text", "whose codes"),
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "contrast": Column("text", "what is subtracted from what"),
        "n_turns": Column("int", "turns in the model", low=0),
        "n_documents": Column("int", "documents in the model", low=0),
        "unadjusted": Column("number", "the standardised difference of shares", missing=True),
        "estimate": Column("number", "average marginal effect, a difference of shares", missing=True),
        "se": Column("number", "leave-one-document-out (CV3) standard error", missing=True, low=0),
        "low": Column("number", "lower end of the 95 % interval", missing=True),
        "high": Column("number", "upper end", missing=True),
        "p_jackknife": Column("number", "two-sided p of the jackknife t", missing=True, low=0, high=1),
        "p_score": Column("number", "two-sided p of the effective-score sign flip by document", missing=True, low=0, high=1),
        "p_score_blocks": Column("number", "the same with blocks of consecutive documents flipped together", missing=True, low=0, high=1),
        "reason": Column("text", "why there is no number; missing where there is", missing=True),
    },
)  # fmt: skip

CIRCUMSTANTIAL = ("host", "translated")
MODELLED = ("difference", "equivalence")
FAR = 12.0  # a fitted logit beyond this is a share under one in 160,000: a coefficient on its way to infinity
STEPS, TOLERANCE = 60, 1e-8


def adjust_contrasts(
    tallies, hypotheses, stages, coder_id, swaps=9999, seed=1, block=3, min_documents=3, min_sentences=100, evidence=None
):
    """Return the table ADJUSTED: the average marginal effect of each difference of actors, beside the unadjusted one.

    Binomial model on turns: actor x stage, event type, log of the words of the turn and, where ``tallies`` have them
    (``add_circumstances``), whether the speaker is host or guest and whether the words are translated. The effect is g-computed: the
    share predicted for every turn were each actor its speaker, averaged over the sentences of all turns compared (the
    same documents as in ``assess_hypotheses``), contrasted. Its error comes from refitting without each document (CV3).
    p_score imposes the null on the actors' main effects and flips the signs of the documents' effective scores.
    A model that separates, also without one document, gives a reason: its odds would be infinite. Pseudo-outcomes, whose
    sums may be negative, have a linear model of the same terms; ``evidence``, tallies of the reference codes behind them,
    then says how rare a code is.
    """
    refuse_mixed_languages(tallies)
    modelled = [hypothesis for hypothesis in hypotheses.hypotheses if hypothesis.test in MODELLED and not hypothesis.among]
    codes = sorted({code for hypothesis in modelled for code in hypothesis.codes if code in tallies.columns})
    counts = count_documents(tallies, codes, evidence)
    signs, rows = draw_signs(len(counts.documents), swaps, seed), []
    for window in hypotheses.windows:
        within = counts.within(window)
        for hypothesis in modelled:
            key = {"coder_id": coder_id, "hypothesis_id": hypothesis.id, "window_id": window.id, "contrast": hypothesis.contrast}
            row = key | {"n_turns": 0, "n_documents": 0, "reason": None}
            if hypothesis.codes[0] not in codes:
                rows.append(row | {"reason": f"{coder_id} was not asked for {hypothesis.codes[0]}"})
                continue
            compared = lay_out_comparison(hypothesis, within, list(stages["stage_id"]), min_documents, min_sentences)
            rows.append(row | _adjust(hypothesis, compared, tallies, signs, block))
    return check(pd.DataFrame(rows, columns=list(ADJUSTED.columns)), ADJUSTED)


def add_circumstances(tallies, circumstances):
    """Return tallies with the columns ``CIRCUMSTANTIAL`` of their turns."""
    return tallies.merge(circumstances, how="left", on=["document_id", "turn"], validate="one_to_one")


def _adjust(hypothesis, compared, tallies, signs, block):
    """Return the numbers of one row, or the reason why there are none."""
    if compared.reason:
        return {"reason": compared.reason}
    row = {"n_documents": len(compared.documents), "unadjusted": _unadjusted(compared)}
    if compared.hits.sum() < RARE_SENTENCES or (compared.hits > 0).sum() < RARE_DOCUMENTS:
        return row | {"reason": f"a model needs {RARE_SENTENCES} sentences with the code in {RARE_DOCUMENTS} documents"}
    thin = explain_thinness(effective_documents(compared.n, compared.cell, compared.contrast))
    if thin:
        return row | {"reason": thin}
    document = pd.Index(compared.documents).get_indexer(tallies["document_id"])
    inside = (document >= 0) & tallies["actor_id"].isin(compared.voices).to_numpy()
    turns, document = tallies[inside], document[inside]
    k, n = turns[hypothesis.codes[0]].to_numpy(float), turns["n_sentences"].to_numpy(float)
    actor = pd.Index(compared.voices).get_indexer(turns["actor_id"])
    scenarios = build_design(actor, len(compared.voices), turns)
    estimate, score = (estimate_linear_effect, score_linearly) if compared.corrected else (estimate_effect, score_documents)
    row |= {"n_turns": len(turns)} | estimate(scenarios, actor, k, n, document, compared.contrast)
    if row.get("reason"):
        return row
    df = degrees_of_freedom(compared.n)
    low, high = t_interval(row["estimate"], row["se"], df)
    # Actors' main effects that the contrast does not touch (their mean among them) stay in the model of the null.
    null = np.column_stack([null_space(compared.contrast[None])[actor], _covariates(turns)])
    scores = score(compared.contrast[actor], null, k, n, document)
    found = {"low": low, "high": high, "p_jackknife": t_two_sided(row["estimate"], row["se"], df)}
    if scores is not None and len(compared.documents) >= MIN_SWAPPED:
        found["p_score"] = flip_signs(scores[1], signs, observed=scores[0].sum())
        blocks = number_blocks(len(scores[1]), block)
        if blocks[-1] + 1 >= MIN_SWAPPED:
            # ASSUME: what is flipped by blocks leaves out one document, not the block; with 3 of many documents it is nearly the same.
            found["p_score_blocks"] = flip_signs(np.bincount(blocks, scores[1]), signs, observed=scores[0].sum())
    return {name: np.round(value, 12) if isinstance(value, float) else value for name, value in (row | found).items()}


def _unadjusted(compared):
    """Return the standardised difference of shares."""
    totals = (sum_cells(values, compared.cell, compared.cell.max() + 1) for values in (compared.n, compared.k))
    return float(compared.estimate(*totals)[0])


def _covariates(turns):
    """Return dummies of stage, event type and circumstances (without their first) and the centred log of the turn's words."""
    kinds = ["stage_id", "event_type", *(name for name in CIRCUMSTANTIAL if name in turns)]
    dummies = pd.get_dummies(turns[kinds].astype(str), drop_first=True).to_numpy(float)
    length = np.log(np.maximum(turns["n_words"].to_numpy(float), 1))
    return np.column_stack([dummies, length - length.mean()])


def build_design(actor, n_actors, turns):
    """Return the design (n_actors, turns, p) with every turn spoken by each actor in turn; columns that add nothing are dropped.

    Columns: one for each actor, stage and event type (without their first), log words, actor x stage.
    """
    covariates = _covariates(turns)
    stage = pd.get_dummies(turns["stage_id"], drop_first=True).to_numpy(float)
    scenarios = []
    for speaker in [*range(n_actors), actor]:
        is_actor = np.eye(n_actors)[np.broadcast_to(speaker, actor.shape)]
        product = (is_actor[:, 1:, None] * stage[:, None, :]).reshape(len(actor), -1)
        scenarios.append(np.column_stack([is_actor, covariates, product]))
    return np.stack(scenarios)[:, :, _independent_columns(scenarios[-1])][:n_actors]


def _independent_columns(x):
    """Return the columns of ``x`` that are no combination of those before them."""
    r = np.linalg.qr(x, mode="r")
    kept, basis = [], np.zeros((len(r), 0))
    for column in range(x.shape[1]):
        rest = r[:, column] - basis @ (basis.T @ r[:, column])
        if np.linalg.norm(rest) > 1e-8 * max(np.linalg.norm(r[:, column]), 1e-300):
            kept.append(column)
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return kept


def fit_logit(x, k, n):
    """Return the maximum likelihood coefficients (p,) of a binomial model of k out of n, or None where they run to infinity."""
    b = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = expit(x @ b)
        information = (x * (n * p * (1 - p))[:, None]).T @ x
        step = np.linalg.lstsq(information, x.T @ (k - n * p), rcond=None)[0]
        b = b + np.clip(step, -5, 5)
        if np.abs(x @ b).max() > FAR:
            return None
        if np.abs(step).max() < TOLERANCE:
            return b
    return None


def estimate_effect(scenarios, actor, k, n, document, contrast):
    """Return the average marginal effect and its CV3 error, refitting without each document exactly, or a reason.

    ``scenarios`` (actors, turns, p) is the design with every turn spoken by each actor; ``actor``, ``k``, ``n`` and
    ``document`` (turns,) say who spoke, the coded and all sentences and the document, numbered from 0.
    """
    x = scenarios[actor, np.arange(len(actor))]
    b = fit_logit(x, k, n)
    if b is None:
        return {"reason": "the model separates: some actor, stage or event type has the code in none or all of its sentences"}
    refits, settled = _refit_without(x, k, n, document, b)
    if not settled.all():
        return {"reason": f"the model separates without one of {int((~settled).sum())} documents"}
    theta = _average_effect(scenarios, n, document, contrast, b[:, None])[0][0]
    without = _average_effect(scenarios, n, document, contrast, refits)[1]
    groups = len(without)
    return {"estimate": float(theta), "se": float(np.sqrt((groups - 1) / groups * ((without - theta) ** 2).sum()))}


def _average_effect(scenarios, n, document, contrast, b):
    """Return the effect for each column of b (p, g): averaged over all turns, and over those of other documents than g."""
    effect = sum(c * expit(x @ b) for c, x in zip(contrast, scenarios, strict=True)) * n[:, None]
    if b.shape[1] == 1:
        return effect.sum(0) / n.sum(), None
    own = np.zeros(b.shape[1])
    np.add.at(own, document, effect[np.arange(len(document)), document])
    return None, (effect.sum(0) - own) / (n.sum() - np.bincount(document, n))


def _refit_without(x, k, n, document, b):
    """Return coefficients (p, documents) without each document, and which have settled.

    Newton steps from the full fit with the information of the full fit less the document's own, which is nearly that of
    the refit: the exact solution is reached in a few steps, and only documents that still move are stepped again.
    """
    groups, p = document.max() + 1, expit(x @ b)
    weighted = x * (n * p * (1 - p))[:, None]
    own, own_score = np.zeros((groups, x.shape[1], x.shape[1])), np.zeros((groups, x.shape[1]))
    np.add.at(own, document, weighted[:, :, None] * x[:, None, :])
    np.add.at(own_score, document, x * (k - n * p)[:, None])
    inverse = np.linalg.pinv(weighted.T @ x - own, rcond=1e-10, hermitian=True)
    refits = b[:, None] - np.einsum("gij,gj->ig", inverse, own_score)  # the full score is zero at b
    moving = np.arange(groups)
    for _ in range(STEPS):
        residual = x @ refits[:, moving]  # in place: it is as large as turns times documents
        np.exp(-residual, out=residual)
        residual += 1
        np.divide(-n[:, None], residual, out=residual)
        residual += k[:, None]
        column = np.searchsorted(moving, document)
        own_rows = np.flatnonzero(moving[np.minimum(column, len(moving) - 1)] == document)
        residual[own_rows, column[own_rows]] = 0
        step = np.einsum("gij,jg->ig", inverse[moving], x.T @ residual)
        refits[:, moving] += step
        moving = moving[np.abs(step).max(0) > TOLERANCE]
        if len(moving) == 0:
            break
    settled = ~np.isin(np.arange(groups), moving)
    return refits, settled & (np.abs(x @ refits).max(0) < 2 * FAR)


def score_documents(tested, null, k, n, document):
    """Return the effective scores of ``tested`` (turns,) under the logit model with ``null`` (turns, q) alone, by document.

    Two vectors (documents,): with the null fitted to all documents, whose sum is the statistic, and with the document
    itself left out of the fit, whose flipped signs are its reference. (A fit shrinks its own residuals: flipping the
    first, as in the score wild cluster bootstrap of Kline and Santos 2012, rejects 6 to 7 % of true nulls here, flipping
    the second 4 to 6 %.) None where a fit runs to infinity.
    """
    null = null[:, _independent_columns(null)]
    b = fit_logit(null, k, n)
    if b is None:
        return None
    refits, settled = _refit_without(null, k, n, document, b)
    if not settled.all():
        return None
    p, p_without = expit(null @ b), expit((null * refits.T[document]).sum(1))
    weight = n * p * (1 - p)
    return tuple(sum_effective_scores(tested, null, k - n * fitted, weight, document) for fitted in (p, p_without))


def _fit_linearly(x, k, n, document):
    """Return the normal equations and their solutions: all and without each document, (1 + documents, p, p) and (1 + documents, p)."""
    own, own_score = np.zeros((document.max() + 1, x.shape[1], x.shape[1])), np.zeros((document.max() + 1, x.shape[1]))
    np.add.at(own, document, (x * n[:, None])[:, :, None] * x[:, None, :])
    np.add.at(own_score, document, x * k[:, None])
    equations, scores = (np.concatenate([each.sum(0)[None], each.sum(0) - each]) for each in (own, own_score))
    inverse = np.linalg.pinv(equations, rcond=1e-10, hermitian=True)
    return equations @ inverse, (inverse @ scores[..., None])[..., 0]


def estimate_linear_effect(scenarios, actor, k, n, document, contrast):
    """Return the same as ``estimate_effect`` from the linear model of k / n, weighted by n."""
    projection, b = _fit_linearly(scenarios[actor, np.arange(len(actor))], k, n, document)
    own = np.zeros((len(b) - 1, b.shape[1]))
    np.add.at(own, document, np.tensordot(contrast, scenarios, 1) * n[:, None])
    sizes = n.sum() - np.concatenate([[0], np.bincount(document, n)])
    gradient = (own.sum(0) - np.concatenate([np.zeros((1, own.shape[1])), own])) / sizes[:, None]
    lost = np.abs((projection @ gradient[..., None])[..., 0] - gradient).max(1) > 1e-6
    if lost.any():
        return {"reason": f"without one of {int(lost.sum())} documents an actor has no talk left in a stage"}
    theta, without = (effects := (gradient * b).sum(1))[0], effects[1:]
    return {"estimate": float(theta), "se": float(np.sqrt((1 - 1 / len(without)) * ((without - theta) ** 2).sum()))}


def score_linearly(tested, null, k, n, document):
    """Return the same as ``score_documents`` under the linear model of k / n."""
    null = null[:, _independent_columns(null)]
    b = _fit_linearly(null, k, n, document)[1]
    fits = null @ b[0], (null * b[1:][document]).sum(1)
    return tuple(sum_effective_scores(tested, null, k - n * fitted, n, document) for fitted in fits)


def sum_effective_scores(tested, null, residual, weight, document):
    """Return s_g = sum over the rows of g of (x_1 - x_0'A) residual, with A = (X0'WX0)^-1 X0'Wx_1."""
    weighted = null * weight[:, None]
    rest = tested - null @ np.linalg.solve(weighted.T @ null, weighted.T @ tested)
    return np.bincount(document, rest * residual)

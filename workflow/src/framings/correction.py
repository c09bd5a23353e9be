"""Correcting for coding error: design-based supervised learning (Egami, Hinck, Stewart and Wei 2023).

A coder's predictions are wrong more often for one leader than for another, so that counting them as truth finds
differences where there are none. Where some sentences, drawn with known probability, carry reference codes, each
sentence i gets a pseudo-outcome Y~ = g + (R/p)(Y - g): g is what its prediction leads one to expect, R says whether it
was drawn, p with what probability, Y is its reference code. Its expectation over draws is Y whatever g is; a good g only
makes it less noisy. Pseudo-outcomes may be negative or above 1; they are summed and tested as codes are.
"""

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from framings.codebook import COMPOSITE_PARTS

LEAST_POSITIVE = 5  # with fewer positive (or negative) reference sentences to learn from, g is their weighted mean
RIDGE = 1.0  # penalty on each coefficient but the intercept, in sentences
SURE = 0.01  # predictions count on the scale of logits, cut off here, so that 0 and 1 stay finite
NEWTON_STEPS = 25
DIGITS = 9  # of pseudo-outcomes: sums of them are then the same on every machine


class CorrectionError(ValueError):
    """Tables that do not fit together; the message is one plain sentence."""


def spread_codes(codes, sentence_ids, names):
    """Return a codes matrix: a row a sentence of ``sentence_ids``, a 0/1 column a code of ``names``, from CODES or CODED of one coder."""
    rows, columns = pd.Index(sentence_ids).get_indexer(codes["sentence_id"]), pd.Index(names).get_indexer(codes["code"])
    found, values = (rows >= 0) & (columns >= 0), np.zeros((len(sentence_ids), len(names)))
    values[rows[found], columns[found]] = 1
    return pd.DataFrame(values, index=pd.Index(sentence_ids, name="sentence_id"), columns=list(names))


def add_composites(matrix, composites):
    """Return a codes matrix with a further column for each composite whose members it holds.

    "any" is the largest, "all" the smallest of the members and "not" one minus the member: of 0/1 codes that is what
    ``evaluate_composites`` gives; of probabilities a summary that ``correct_codes`` may learn from.
    A composite is corrected as a code of its own: the product of two pseudo-outcomes estimates nothing.

    >>> matrix = pd.DataFrame({"A": [1.0, 0.2], "B": [0.0, 0.3]})
    >>> add_composites(matrix, {"A_alone": {"any": (), "all": ("A",), "not": ("B",)}})["A_alone"].tolist()
    [1.0, 0.2]
    """
    matrix = matrix.copy()
    for name, parts in composites.items():
        if name in matrix or not all(member in matrix for key in COMPOSITE_PARTS for member in parts[key]):
            continue
        held = [matrix[list(parts["any"])].max(axis=1)] if parts["any"] else []
        held += [matrix[member] for member in parts["all"]] + [1 - matrix[member] for member in parts["not"]]
        matrix[name] = pd.concat(held, axis=1).min(axis=1)
    return matrix


def correct_codes(predictions, reference, sample, frame, splits=10, folds=5, seed=1):
    """Return pseudo-outcomes: a row a sentence of ``frame``, a column a code of ``reference``.

    ``predictions`` and ``reference`` are codes matrices (index sentence_id; 0/1, predictions also probabilities) that
    hold composites already (``add_composites``); predictions cover the frame, reference codes the drawn sentences.
    ``sample`` is SAMPLE; ``frame`` has sentence_id, document_id, actor_id, stage_id and families (predicted). A code
    without predictions is corrected from the rest.

    g is a ridge-penalised logistic regression of the reference code on the prediction, the actor, the stage, the
    families and prediction x actor (coders err differently by leader), weighted by 1/p. It is cross-fitted: what a
    document's sentences get was learnt from the other folds of documents, so that g does not know whether the sentence
    was drawn. Of the ``splits`` divisions into folds each sentence keeps the median g. As Y~ is linear in g that is
    the median of its pseudo-outcomes, and it is as unbiased as each of them; medians of estimates, as the R package dsl
    takes, would give no outcome that the sign flips and swaps could be applied to. Results do not depend on the order of
    rows. Run it on one thread of linear algebra. Raises ``CorrectionError`` where the tables do not fit together.
    """
    table, drawn, y = _match_sample(reference, sample, frame)
    lacking = ~table["sentence_id"].isin(predictions.index)
    if lacking.any():
        raise CorrectionError(f"sentence {table['sentence_id'][lacking].iloc[0]} has no prediction; predict the whole frame")
    given = predictions.reindex(index=table["sentence_id"], columns=reference.columns, fill_value=0).to_numpy(float)
    shared, actors = _describe_sentences(table)
    known = drawn.to_numpy()
    weight = 1 / table["p"].to_numpy()[known]
    place = pd.factorize(table["document_id"], sort=True)[0]
    generator, found = np.random.default_rng(seed), np.empty((splits, len(table), reference.shape[1]))
    # The best fit does not depend on where the search begins: from the fit to all drawn sentences it takes fewer steps.
    start = fit_ridge(_design(shared, actors, given, np.flatnonzero(known)), y.T, weight / weight.mean())
    for split in range(splits):
        fold = (generator.permutation(place.max() + 1) % folds)[place]
        for one in range(folds):
            learn, expect = fold[known] != one, np.flatnonzero(fold == one)
            rows = np.flatnonzero(known)[learn]
            found[split, expect] = _learn(shared, actors, given, rows, expect, y[learn], weight[learn], start)
    g = np.median(found, axis=0)
    g[known] += (y - g[known]) * weight[:, None]
    return _in_order(g, table, reference, frame)


def sample_alone(reference, sample, frame):
    """Return the pseudo-outcomes of the drawn sentences alone, as ``correct_codes`` without predictions: (R/p) Y.

    1/p is scaled so that the drawn sentences of an actor in a stage stand for as many as there are (Hajek): the number drawn
    varies by chance, and so it does not make every share vary with it.
    """
    table, drawn, y = _match_sample(reference, sample, frame)
    known, outcome = drawn.to_numpy(), np.zeros((len(table), reference.shape[1]))
    cell = table["actor_id"] + " " + table["stage_id"]
    weight = (1 / table["p"]).fillna(0)
    scaled = weight * cell.map(cell.value_counts()) / weight.groupby(cell).transform("sum").where(drawn, 1)
    outcome[known] = y * scaled.to_numpy()[known, None]
    return _in_order(outcome, table, reference, frame)


def mark_evidence(reference, sample, frame):
    """Return which sentences of ``frame`` were drawn and carry each code (0/1): the evidence that rarity is judged by."""
    table, drawn, y = _match_sample(reference, sample, frame)
    outcome = np.zeros((len(table), reference.shape[1]))
    outcome[drawn.to_numpy()] = y
    return _in_order(outcome, table, reference, frame)


def list_outcomes(likely, given, reference, sample, frame, seed=1):
    """Return {coder: outcomes of the frame}: corrected, trained (codes as given), sample alone, and evidence for the corrected.

    ``likely`` and ``given`` are the trained coder's probabilities and codes, ``reference`` the reference codes: codes matrices
    with all composites.
    """
    drawn = reference, sample, frame
    corrected = correct_codes(likely, *drawn, seed=seed)
    return {"corrected": corrected, "trained": given, "sample": sample_alone(*drawn), "evidence": mark_evidence(*drawn)}


def stack_outcomes(outcomes):
    """Return what ``list_outcomes`` gives as one table: coder_id, sentence_id, a column a code."""
    return pd.concat(outcomes, names=["coder_id", "sentence_id"]).reset_index()


def _match_sample(reference, sample, frame):
    """Return the frame in the order of its ids with p, which rows were drawn, and the reference codes of those (drawn, codes)."""
    if frame["sentence_id"].duplicated().any():
        raise CorrectionError(f"sentence {frame['sentence_id'][frame['sentence_id'].duplicated()].iloc[0]} is in the frame twice")
    table = frame.sort_values("sentence_id", ignore_index=True)
    table["p"] = table["sentence_id"].map(sample.set_index("sentence_id")["p"])
    drawn = table["p"].notna()
    uncoded = drawn & ~table["sentence_id"].isin(reference.index)
    if uncoded.any():
        raise CorrectionError(
            f"{uncoded.sum()} of {drawn.sum()} drawn sentences have no reference code, the first {table['sentence_id'][uncoded].iloc[0]}; "
            "code them (NONE where no code holds), or take their round out of the sample"
        )
    if (table["p"] <= 0).any() or not drawn.any():
        raise CorrectionError("no sentence of the frame was drawn with a probability above zero; draw the sample from this frame")
    # ASSUME: a drawn sentence that left the frame (its text or turn was changed since) says nothing about the others.
    return table, drawn, reference.loc[table["sentence_id"][drawn]].to_numpy(float)


def _in_order(values, table, reference, frame):
    """Return values (sentences, codes) as a codes matrix in the order of the frame."""
    matrix = pd.DataFrame(np.round(values, DIGITS) + 0.0, index=pd.Index(table["sentence_id"]), columns=reference.columns)
    return matrix.loc[frame["sentence_id"]]


def _describe_sentences(table):
    """Return columns shared by all codes (sentences, s), the first an intercept, and dummies of actors (sentences, actors)."""
    dummies = [pd.get_dummies(table[name]).to_numpy(float) for name in ("actor_id", "stage_id", "families")]
    return np.column_stack([np.ones(len(table)), *dummies]), dummies[0]


def _design(shared, actors, given, rows):
    """Return the design (codes, rows, columns): what is shared, the prediction's logit in [-1, 1], and it by actor."""
    own = (logit(np.clip(given[rows], SURE, 1 - SURE)) / logit(1 - SURE)).T[..., None]
    base = np.broadcast_to(shared[rows], (len(own), len(rows), shared.shape[1]))
    return np.concatenate([base, own, own * actors[rows]], axis=2)


def _learn(shared, actors, given, learn, expect, y, weight, start):
    """Return g (expect, codes) learnt from the sentences ``learn`` with reference codes y (learn, codes)."""
    g = np.tile(weight @ y / weight.sum(), (len(expect), 1))
    positive = y.sum(0)
    enough = np.flatnonzero(np.minimum(positive, len(y) - positive) >= LEAST_POSITIVE)
    if len(enough):
        b = fit_ridge(_design(shared, actors, given[:, enough], learn), y[:, enough].T, weight / weight.mean(), start[enough])
        g[:, enough] = expit(_design(shared, actors, given[:, enough], expect) @ b[..., None])[..., 0].T
    return g


def fit_ridge(x, y, weight, start=None):
    """Return coefficients (codes, columns) of weighted logistic regressions with a ridge, by Newton's method, for many codes.

    ``x`` (codes, rows, columns) begins with the intercept, which is not penalised; ``y`` (codes, rows), ``weight`` (rows,);
    ``start`` (codes, columns) are coefficients to begin from.
    """
    b, penalty = np.zeros((len(x), x.shape[2])), np.full(x.shape[2], RIDGE)
    b[:, 0], penalty[0] = logit((y @ weight / weight.sum()).clip(1e-6, 1 - 1e-6)), 0.0
    b = b if start is None else start
    transposed = np.ascontiguousarray(x.transpose(0, 2, 1))
    for _ in range(NEWTON_STEPS):
        p = expit((x @ b[..., None])[..., 0])
        information = (transposed * (weight * p * (1 - p))[:, None, :]) @ x + np.diag(penalty)
        score = (transposed @ (weight * (y - p))[..., None])[..., 0] - penalty * b
        step = np.clip(np.linalg.solve(information, score[..., None])[..., 0], -2, 2)
        b = b + step
        if np.abs(step).max() < 1e-3:  # the next step, the square of it, would change no code's g visibly
            break
    return b


def solve_dsl(x, y, drawn_x=None, drawn_y=None, weight=None, link="identity", cluster=None):
    """Return coefficients (p,) and standard errors (p,) of a regression on pseudo-outcomes or on predicted columns.

    Without ``weight``: solve sum x_i (Y~_i - m(x_i'b)) = 0, m the identity or "expit", ``y`` being pseudo-outcomes. With
    ``weight`` = R/p (rows,): the general form for predicted covariates, sum s(x, y; b) + (R/p)(s(drawn_x, drawn_y; b) -
    s(x, y; b)) = 0 with s = x(y - m(x'b)), where ``x`` and ``y`` hold the predicted and ``drawn_x`` and ``drawn_y`` the
    reference values (any number where R = 0). The variance is the sandwich of the moments, summed within ``cluster``
    (rows,). Agrees with the R package dsl, whose optimiser stops a little early.
    """
    weight = np.zeros(len(y)) if weight is None else np.asarray(weight, dtype=float)
    sides = [(x, y, 1 - weight)] + ([(drawn_x, drawn_y, weight)] if weight.any() else [])
    b = np.zeros(x.shape[1])
    for _ in range(100):
        moments, slope = np.zeros(x.shape), np.zeros((x.shape[1], x.shape[1]))
        for columns, outcome, share in sides:
            fitted = expit(columns @ b) if link == "expit" else columns @ b
            bend = fitted * (1 - fitted) if link == "expit" else np.ones(len(y))
            moments += columns * ((outcome - fitted) * share)[:, None]
            slope += (columns * (bend * share)[:, None]).T @ columns
        step = np.linalg.solve(slope, moments.sum(0))
        b = b + step
        if np.abs(step).max() < 1e-10:
            break
    else:
        raise CorrectionError("the regression does not settle; its outcome may be separated by a column")
    if cluster is not None:
        group = pd.factorize(np.asarray(cluster), sort=True)[0]
        sums = np.zeros((group.max() + 1, len(b)))
        np.add.at(sums, group, moments)
        moments = sums
    bread = np.linalg.inv(slope)
    return b, np.sqrt(np.diag(bread @ (moments.T @ moments) @ bread.T))

"""Specification curves: whether the specifications of a hypothesis, taken together, show more than chance would (Simonsohn,
Simmons and Nelson 2020, Nature Human Behaviour 4).

Specifications share documents, so that they are anything but independent. In each draw the sign of a document is therefore flipped
in all of them at once: where the null is true, and each document's score as likely + as -, the drawn curves are what the observed
one is compared with. With a true null some specification of the many is below 5 % far more often than in 5 % of corpora; the joint
tests are not.
"""

import numpy as np
import pandas as pd

from framings.assessments import draw_rules
from framings.estimates import EXACT_UP_TO, LEVEL, enumerate_signs, sum_flipped
from framings.progress import show_progress
from framings.schemas import Column, Contract, check
from framings.scores import TIE
from framings.specifications import SPECIFICATIONS, list_pairs, make_specifications

LEAST = 100  # specifications that a curve needs
DIGITS = 12

CURVES = Contract(
    "curves", "the specifications of a hypothesis in one window, taken together", ("hypothesis_id", "window_id"),
    {
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "confirmatory": Column("bool", "whether family and window are declared confirmatory and coders agree on the codes"),
        "sign": Column("text", "sign that the claim expects: +, -, 0 or two-sided"),
        "margin": Column("number", "margin of an equivalence, a difference of shares", missing=True, low=0),
        "n_specifications": Column("int", "specifications", low=0),
        "n_estimable": Column("int", "of them, those that can be tested", low=0),
        "n_claimed": Column("int", "of these, estimates as claimed: of the sign (two-sided: of the median's), or within the margin", low=0),
        "n_significant": Column("int", "of these, p at most 5 %", low=0),
        "record": Column("number", "estimate of the specification of record", missing=True),
        "lowest": Column("number", "smallest estimate", missing=True),
        "median": Column("number", "median estimate", missing=True),
        "highest": Column("number", "largest estimate", missing=True),
        "p_median": Column("number", "joint p of the median estimate, two-sided (of an equivalence: the larger of two one-sided)", missing=True, low=0, high=1),
        "share_significant": Column("number", "n_significant / n_estimable", missing=True, low=0, high=1),
        "p_share": Column("number", "joint p of the share of specifications that are as claimed and significant", missing=True, low=0, high=1),
        "mean_z": Column("number", "mean of estimates (of an equivalence: of distances to the nearer margin) in their standard errors under the null", missing=True),
        "p_mean_z": Column("number", "joint p of it", missing=True, low=0, high=1),
        "reason": Column("text", "why there is no joint test; missing where there is", missing=True),
    },
)  # fmt: skip


def explore_specifications(talk, coders, codes, hypotheses, stages, relevance, coder_id, settings, gates=None):
    """Return (SPECIFICATIONS, CURVES) of the hypotheses in confirmatory families.

    ``talk`` is what ``gather_talk`` gives, ``coders`` what ``spread_coders`` gives for ``codes``; ``relevance`` and ``settings`` are
    the config's sections relevance (min_mentions, window) and estimates (swaps, seed, min_documents, min_sentences). The windows
    are the confirmatory ones; where none of them carries a curve, also the widest, as exploration. Signs are those of
    ``assess_hypotheses``: a document has the same in every test. ``gates`` are those of ``framings.agreement``.
    """
    least = settings["min_documents"], settings["min_sentences"]
    signs = draw_rules(talk.documents["document_id"], settings["swaps"], settings["seed"]).signs
    tables, rows = [], []
    for windows in _order_windows(hypotheses.windows):
        triples = list_pairs(hypotheses, windows, gates)
        sure = {(one.id, window.id): confirmatory for one, window, confirmatory in triples}
        made = make_specifications(
            talk, coders, codes, [pair[:2] for pair in triples], stages, relevance, coder_id, least, settings["seed"]
        )
        for hypothesis, window, table, scored in show_progress(made, "curves", len(triples)):
            margin = hypothesis.margin_points / 100 if hypothesis.test == "equivalence" else None
            key = {"hypothesis_id": hypothesis.id, "window_id": window.id, "confirmatory": sure[hypothesis.id, window.id]}
            table, row = draw_curve(table, scored, signs, hypothesis.sign, margin)
            if row["reason"] and not table["is_record"].eq(True).any():
                row["reason"] += f"; that of the record: {coder_id} was not asked for its codes"
            tables.append(table)
            rows.append(key | {"sign": hypothesis.sign, "margin": margin} | row)
        if any(row["reason"] is None for row in rows):
            break
    specifications = pd.concat(tables) if tables else pd.DataFrame(columns=list(SPECIFICATIONS.columns))
    order = {hypothesis.id: place for place, hypothesis in enumerate(hypotheses.hypotheses)}
    found = (specifications, SPECIFICATIONS), (pd.DataFrame(rows, columns=list(CURVES.columns)), CURVES)
    return tuple(
        check(_round(table.sort_values("hypothesis_id", key=lambda ids: ids.map(order), kind="stable")), contract)
        for table, contract in found
    )


def _order_windows(windows):
    """Return the groups of windows to try, one after another: the confirmatory ones, then the widest of the others."""
    others = [window for window in windows if not window.confirmatory]
    widest = sorted(others, key=lambda window: (window.start or "", "" if window.end is None else "~", window.id))[:1]
    return [[window for window in windows if window.confirmatory], widest]


def _round(table):
    """Return the table with its numbers rounded, so that they are the same on every machine."""
    numbers = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].round(DIGITS) for name in numbers})


def draw_curve(table, scored, signs, sign="two-sided", margin=None):
    """Return (rows of SPECIFICATIONS with p_score, low and high; the numbers of their curve) by sign flips (draws, documents).

    ``scored`` is a ``Scored``; with a ``margin`` the claim is an equivalence.
    """
    heard = np.flatnonzero((scored.a != 0).any(1) | (scored.b != 0).any(1))
    exact = len(heard) <= EXACT_UP_TO
    a, b = scored.a[heard], scored.b[heard]
    flips = [enumerate_signs(len(heard)) @ part[heard] if exact else sum_flipped(signs, part) for part in (scored.a, scored.b)]
    p, low, high = _test_each(scored.estimate, a, b, flips, exact, margin)
    for name, values in (("p_score", p), ("low", low), ("high", high)):
        table.loc[scored.rows, name] = values
    row = _count_curve(table, scored, p, sign, margin)
    if row["n_estimable"] < LEAST:
        reason = f"{row['n_estimable']} of {len(table)} specifications can be tested, {LEAST} needed"
        record = table.loc[table["is_record"].eq(True) & table["reason"].notna(), "reason"]
        return table, row | {"reason": f"{reason}; that of the record: {record.iloc[0]}" if len(record) else reason}
    if margin is None:
        joint = judge_jointly(scored.estimate, np.sqrt((a**2).sum(0)), flips[0], sign, exact)
    else:  # two one-sided tests: above -margin and below margin
        sides = []
        for side in (1, -1):
            spread = np.sqrt(((a + side * margin * b) ** 2).sum(0))
            sides.append(
                judge_jointly(
                    scored.estimate + side * margin, spread, flips[0] + side * margin * flips[1], "+-"[side < 0], exact, True
                )
            )
        joint = {name: max(sides[0][name], sides[1][name]) for name in ("p_median", "p_share", "p_mean_z")}
        joint["mean_z"] = min(sides[0]["mean_z"], -sides[1]["mean_z"])
    return table, row | joint | {"reason": None}


def _count_curve(table, scored, p, sign, margin):
    """Return the counts and the range of a curve."""
    estimate, claimed = scored.estimate, _as_claimed(scored.estimate, sign, margin)
    record = table.loc[table["is_record"].eq(True), "estimate"]
    found = {"n_specifications": len(table), "n_estimable": len(estimate), "n_claimed": int(claimed.sum())}
    found |= {"n_significant": int((claimed & (p <= LEVEL)).sum()), "record": record.iloc[0] if len(record) else np.nan}
    if len(estimate):
        found |= {"lowest": estimate.min(), "median": np.median(estimate), "highest": estimate.max()}
        found["share_significant"] = found["n_significant"] / len(estimate)
    return found


def _as_claimed(estimate, sign, margin):
    """Return which estimates are as the claim has them."""
    if margin is not None:
        return np.abs(estimate) <= margin
    way = np.sign(np.median(estimate)) if sign == "two-sided" and len(estimate) else -1.0 if sign == "-" else 1.0
    return estimate * way > 0


def _test_each(estimate, a, b, flips, exact, margin):
    """Return p, low and high (specifications,) of each by itself, as ``framings.scores.flip_scores`` finds them.

    A tau is rejected where few draws reach it: |A - tau B| >= |estimate - tau|, which where |B| < 1 holds between the two roots
    (estimate - A) / (1 - B) and (estimate + A) / (1 + B). The ends of the interval are therefore quantiles of roots.
    """
    draws, n = len(flips[0]), len(estimate)
    p, low, high = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    slack = TIE * (np.abs(a).sum(0) + np.abs(b).sum(0))
    needed = int(np.floor(LEVEL * draws + TIE)) + 1 if exact else int(np.ceil(LEVEL * (draws + 1) - TIE))
    for k in range(n):
        drawn, falls = flips[0][:, k], flips[1][:, k]
        if margin is None:
            reached = np.count_nonzero(np.abs(drawn) >= abs(estimate[k]) - slack[k])
        else:
            reached = max(np.count_nonzero(s * drawn + margin * falls >= s * estimate[k] + margin - slack[k]) for s in (1, -1))
        p[k] = max(reached, 1) / draws if exact else (1 + reached) / (draws + 1)
        inside = np.abs(falls) < 1 - TIE
        first = (estimate[k] - drawn) / np.where(inside, 1 - falls, 1)
        second = (estimate[k] + drawn) / np.where(inside, 1 + falls, 1)
        ends = np.where(inside, np.minimum(first, second), -np.inf), np.where(inside, np.maximum(first, second), np.inf)
        low[k] = np.partition(ends[0], needed - 1)[needed - 1]
        high[k] = -np.partition(-ends[1], needed - 1)[needed - 1]
    return p, np.clip(low, -1, 1), np.clip(high, -1, 1)


def judge_jointly(estimate, spread, drawn, sign, exact=False, one_sided=False):
    """Return the joint statistics of a curve and their p from drawn curves (draws, specifications).

    ``estimate`` (specifications,) and their ``spread`` under the null, which no flip changes. Median and mean of estimates in
    spreads are two-sided unless ``one_sided``; the share of specifications that are significant (by the two-sided flip at 5 %)
    and of the claimed ``sign`` counts upwards: of a two-sided claim, the larger share of the two signs.
    """
    ways = {"+": (1,), "-": (-1,), "two-sided": (1, -1)}[sign]
    side = ways[0] if one_sided else 0
    reach = np.array([_critical(np.abs(one) if side == 0 else side * one, exact) for one in drawn.T])
    curves = {
        "median": (np.median(estimate), np.median(drawn, axis=1)),
        "mean_z": ((estimate / spread).mean(), drawn @ (1 / spread) / len(spread)),
    }
    found = {"mean_z": float(curves["mean_z"][0])}
    for name, (observed, reference) in curves.items():
        observed, reference = (abs(observed), np.abs(reference)) if side == 0 else (side * observed, side * reference)
        found[f"p_{name}"] = _p_of(observed, reference, exact)
    shares = [[(one > reach if way > 0 else one < -reach).sum(-1) for one in (estimate, drawn)] for way in ways]
    found["p_share"] = _p_of(*(np.max(either, axis=0) for either in zip(*shares, strict=True)), exact)
    return found


def _critical(drawn, exact):
    """Return the value that a statistic must exceed for a p of at most 5 % among ``drawn`` (draws,)."""
    most = int(np.floor(LEVEL * (len(drawn) + (not exact)) + TIE))
    return -np.partition(-drawn, most)[most] * (1 + TIE)


def _p_of(observed, reference, exact):
    """Return the share of ``reference`` (draws,) that reaches ``observed``."""
    reached = np.count_nonzero(reference >= observed - TIE * max(abs(observed), 1e-3))
    return max(reached, 1) / len(reference) if exact else (1 + reached) / (len(reference) + 1)

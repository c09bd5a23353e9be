"""Assessments: every hypothesis put to its test in every window of documents."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from framings.agreement import explain_gate
from framings.comparisons import count_documents, lay_out_comparison
from framings.estimates import (
    DETECTABLE,
    LEVEL,
    MIN_SWAPPED,
    RARE_DOCUMENTS,
    RARE_SENTENCES,
    adjust_holm,
    bound_p,
    bound_share,
    degrees_of_freedom,
    draw_signs,
    effective_sentences,
    firth_odds_ratio,
    flip_signs,
    jackknife,
    joint_f,
    number_blocks,
    pair_documents,
    permute_periods,
    show_equivalence,
    t_interval,
    t_two_sided,
)
from framings.schemas import ASSESSMENTS, Column, Contract, check
from framings.tallies import refuse_mixed_languages

VERDICTS = {
    "supported": "the estimate has the sign that the claim expects (any, where it expects none) and Holm's p is at most 5 %",
    "opposite sign": "Holm's p is at most 5 %, against the claim",
    "not detected": "no difference is shown; the smallest detectable effect says how large one could have gone unseen",
    "equivalent": "the difference is shown to lie within the margin declared beforehand, as the claim expects",
    "not shown equivalent": "the difference is not shown to lie within the margin, which does not show that it lies outside",
    "descriptive only": "estimate and interval without a test, because before and after are one series of events",
    "too rare": f"fewer than {RARE_SENTENCES} sentences or {RARE_DOCUMENTS} documents carry the code: described, not tested",
    "not estimable": "too few documents or sentences, or no kind of event in which all compared actors speak",
    "not coded": "the coder was not asked for a code that the claim needs",
}

LEFT_OUT = Contract(
    "left_out", "the estimate of a hypothesis without one document", ("coder_id", "hypothesis_id", "window_id", "document_id"),
    {
        "coder_id": Column("text", "whose codes"),
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "document_id": Column("text", "document that is left out"),
        "estimate": Column("number", "the estimate without it (of a joint test, F)", missing=True),
    },
)  # fmt: skip

NUMBERS = [name for name, column in ASSESSMENTS.columns.items() if column.kind == "number"]
MIN_PERIOD = 4  # paired documents in either period: with fewer, no exchange of periods could reach 5 %


@dataclass(frozen=True)
class Swaps:
    """How labels are swapped: ``signs`` (draws, documents), the seed of exchanged periods, documents in a block."""

    signs: np.ndarray
    seed: int
    block: int


def assess_hypotheses(
    tallies,
    hypotheses,
    stages,
    coder_id,
    swaps=9999,
    seed=1,
    block=3,
    min_documents=3,
    min_sentences=100,
    evidence=None,
    gates=None,
):
    """Return the table ASSESSMENTS, a row a hypothesis and window, and the table LEFT_OUT behind its standard errors.

    Estimates are differences of shares standardised to the stages and event types in which all compared actors speak
    (``framings.estimates.standardised_difference``). p of record: the label swap within documents where at least six
    hold both sides, else the leave-one-document-out jackknife; Holm within family and window. Equivalence is shown by
    two one-sided tests, both as swap and as t (then p_swap and p_jackknife are the larger of the two). A change of stage
    has no p-value. A joint test has Hotelling's F of the changes over stages of each actor's difference to the first
    one named. A code in under 20 sentences or 5 documents is described only, except against an upper bound, whose p is
    exact. ``VERDICTS`` says what each verdict means. ``tallies`` hold one coder's codes in one language; ``hypotheses``
    is what ``read_hypotheses`` gives, ``stages`` the table STAGES. Tallies of pseudo-outcomes (``framings.correction``) go
    through the same tests; ``evidence``, tallies of the reference codes behind them, then says how rare a code is and gives
    n_coded, also of a code against an upper bound; shares among a code are not estimable. ``gates``, as ``gate_codes`` of
    ``framings.agreement`` gives them, head a test exploratory whose codes coders do not agree on; such a test adjusts no other.
    """
    refuse_mixed_languages(tallies)
    needed = {code for hypothesis in hypotheses.hypotheses for code in hypothesis.needed_codes}
    counts = count_documents(tallies, [code for code in tallies.columns if code in needed], evidence)
    rules = Swaps(draw_signs(len(counts.documents), swaps, seed), seed, block)
    confirmatory = {family.id: family.confirmatory for family in hypotheses.families}
    rows, left = [], []
    for window in hypotheses.windows:
        within = counts.within(window)
        for hypothesis in hypotheses.hypotheses:
            key = {"coder_id": coder_id, "hypothesis_id": hypothesis.id, "window_id": window.id}
            row = _describe(hypothesis) | key | {"confirmatory": window.confirmatory and confirmatory[hypothesis.family]}
            closed = explain_gate(hypothesis.needed_codes, gates) if gates and row["confirmatory"] else None
            row |= {"confirmatory": False, "reason": f"exploratory: {closed}"} if closed else {}
            lacking = [code for code in hypothesis.needed_codes if code not in counts.codes]
            if lacking:
                rows.append(row | {"verdict": "not coded", "reason": f"{coder_id} was not asked for {' and '.join(lacking)}"})
                continue
            compared = lay_out_comparison(hypothesis, within, list(stages["stage_id"]), min_documents, min_sentences)
            found, without = _assess(hypothesis, compared, rules)
            rows.append(row | found)
            left.append(pd.DataFrame({"document_id": compared.documents[: len(without)], "estimate": without}).assign(**key))
    table = _conclude(pd.DataFrame(rows, columns=list(ASSESSMENTS.columns)))
    left = pd.concat(left) if left else pd.DataFrame(columns=list(LEFT_OUT.columns))
    return check(table, ASSESSMENTS), check(left, LEFT_OUT)


def _describe(hypothesis):
    """Return what a row says before anything is computed."""
    words = {name: getattr(hypothesis, name) for name in ("family", "test", "claim", "contrast", "sign")}
    counted = dict.fromkeys(("n_documents", "n_paired", "n_sentences", "n_coded"), 0)
    return words | counted | dict.fromkeys(NUMBERS, np.nan) | {"verdict": "", "reason": None}


def _conclude(table):
    """Return the table with Holm's p within family and window, and a verdict where none is given yet."""
    holm = table.groupby(["family", "window_id", "confirmatory"])["p"].transform(lambda p: adjust_holm(p.to_numpy(float)))
    table = table.assign(p_holm=holm)
    verdicts = [row.verdict or judge(row.test, row.sign, row.estimate, row.p_holm) for row in table.itertuples()]
    return table.assign(verdict=verdicts)


def judge(test, sign, estimate, p):
    """Return the verdict on a hypothesis that was tested, from Holm's p.

    >>> judge("difference", "+", -0.04, 0.01), judge("equivalence", "0", 0.01, 0.2)
    ('opposite sign', 'not shown equivalent')
    """
    shown = p <= LEVEL
    if test == "equivalence":
        return "equivalent" if shown else "not shown equivalent"
    if not shown:
        return "not detected"
    expected = test == "upper_bound" or sign == "two-sided" or (estimate > 0) == (sign == "+")
    return "supported" if expected else "opposite sign"


def _assess(hypothesis, compared, rules):
    """Return the numbers of a row and the leave-one-document-out estimates (documents,)."""
    row = _count(hypothesis, compared)
    if compared.reason:
        return row | {"verdict": "not estimable", "reason": compared.reason}, []
    n, k, cell = compared.n, compared.k, compared.cell
    theta, left, covariance = jackknife(compared.estimate, n, k, cell, np.arange(len(n)))
    if not np.isfinite(left).all():
        alone = compared.documents[~np.isfinite(left).all(-1)][0]
        return row | {"verdict": "not estimable", "reason": f"without {alone} nothing is left to compare"}, []
    if hypothesis.test == "joint":
        return row | _test_jointly(hypothesis, compared, theta, left, covariance), joint_f(left, covariance, len(n))[0]
    row |= {"estimate": theta[0], "se": np.sqrt(covariance[0, 0])}
    if hypothesis.test == "upper_bound":
        rare = compared.corrected and _explain_rarity(hypothesis, compared)
        found = {"verdict": "too rare", "reason": rare} if rare else _test_bound(hypothesis, compared, row["se"])
        return row | found, left[:, 0]
    row["low"], row["high"] = t_interval(theta[0], row["se"], degrees_of_freedom(n))
    row["smallest_detectable"] = DETECTABLE * row["se"]
    if len(n) >= 2 * rules.block:
        blocks = jackknife(compared.estimate, n, k, cell, number_blocks(len(n), rules.block))[2]
        row["se_blocks"] = np.sqrt(blocks[0, 0])
    rare = _explain_rarity(hypothesis, compared)
    if rare:
        if not row["se"] > 0:  # nobody carries the code: no spread is no certainty
            row |= dict.fromkeys(("se", "low", "high", "se_blocks", "smallest_detectable"), np.nan)
        return row | {"verdict": "too rare", "reason": rare}, left[:, 0]
    if hypothesis.test == "stage_change":
        return row | {"verdict": "descriptive only", "reason": "before and after are one series of events"}, left[:, 0]
    if not row["se"] > 0:
        return row | {"verdict": "not estimable", "reason": "documents do not vary, so that no error can be estimated"}, left[
            :, 0
        ]
    return row | _test_difference(hypothesis, compared, row["estimate"], row["se"], rules), left[:, 0]


def _count(hypothesis, compared):
    """Return the counts of a row: documents, those that hold both sides (all voices; two of a joint test), sentences."""
    voices = (compared.n > 0).sum(1)
    needed = 2 if hypothesis.test == "joint" else compared.n.shape[1]
    paired = 0 if hypothesis.test in ("stage_change", "upper_bound") else (voices >= needed).sum()
    counted = {"n_documents": len(voices), "n_paired": paired, "n_sentences": compared.n.sum(), "n_coded": compared.n_coded}
    return {name: int(value) for name, value in counted.items()}


def _explain_rarity(hypothesis, compared):
    """Return why a code is too rare for a test, with the odds ratio where two sides are compared, or None."""
    sentences, documents = compared.hits.sum(0).min(), (compared.hits > 0).sum(0).min()
    if sentences >= RARE_SENTENCES and documents >= RARE_DOCUMENTS:
        return None
    what = "reference sentences" if compared.corrected else "sentences"
    reason = f"{sentences:.0f} {what} in {documents} documents; a test needs {RARE_SENTENCES} in {RARE_DOCUMENTS}"
    if hypothesis.b and not compared.corrected:
        sides = compared.contrast > 0, compared.contrast < 0
        odds = firth_odds_ratio(*(table[:, side].sum() for side in sides for table in (compared.k[..., 0], compared.n)))
        reason += f"; Firth's odds ratio over all sentences is {odds:.2g}"
    return reason


def _test_jointly(hypothesis, compared, theta, left, covariance):
    """Return F and p of a joint test, or why it has none."""
    statistic, p = joint_f(theta, covariance, len(left))
    rare = _explain_rarity(hypothesis, compared)
    if rare:
        return {"estimate": statistic, "verdict": "too rare", "reason": rare}
    if np.isnan(p):
        return {"verdict": "not estimable", "reason": f"{len(left)} documents cannot carry {len(theta)} changes at once"}
    return {"estimate": statistic, "p_jackknife": p, "p": p}


def _test_bound(hypothesis, compared, se):
    """Return interval and exact p of a share against its upper bound."""
    k, n = compared.k.sum(), compared.n.sum()
    effective = effective_sentences(k, n, se, degrees_of_freedom(compared.n), compared.n[:, 0])
    low, high = bound_share(k, n, effective)
    p = bound_p(k, n, effective, hypothesis.bound_points / 100)
    return {"low": low, "high": high, "p_jackknife": p, "p": p}


def _test_difference(hypothesis, compared, estimate, se, rules):
    """Return the p-values of a difference or of an equivalence, with what qualifies them."""
    df, margin, found = degrees_of_freedom(compared.n), None, {}
    found["p_jackknife"] = t_two_sided(estimate, se, df)
    if hypothesis.test == "equivalence":
        margin = hypothesis.margin_points / 100
        found["p_jackknife"], smallest = show_equivalence(estimate, se, df, margin)
        found["reason"] = f"the smallest margin that passes (t-test) is {100 * smallest:.1f} points"
    if hypothesis.test == "within_actor":
        differences, weights = (compared.k[..., 0] / compared.n.sum(0) * compared.contrast).sum(1), np.ones(len(compared.n))
    else:
        differences, weights, paired = pair_documents(compared.n, compared.k, compared.cell, compared.contrast)
        differences = differences[:, 0]
    if hypothesis.test == "difference_in_differences":
        found |= _exchange_periods(differences, weights, compared.late[paired], rules)
    else:
        found |= _swap_labels(weights * differences, weights, margin, rules)
        inside = (weights * differences).sum()
        if margin is None and "p_swap" in found and inside * estimate < 0:
            found |= {
                "verdict": "not detected",
                "reason": f"inside documents that hold both sides it is {100 * inside:+.1f} points",
            }
    return found | {"p": found.get("p_swap", found["p_jackknife"])}


def _swap_labels(parts, weights, margin, rules):
    """Return the p of the label swap by document and by blocks, where enough of them hold both sides.

    For an equivalence (with a margin): the larger p of the two one-sided swaps around minus and plus the margin.
    """
    found = {}
    for name, group in (("p_swap", np.arange(len(parts))), ("p_swap_blocks", number_blocks(len(parts), rules.block))):
        part, weight = np.bincount(group, parts), np.bincount(group, weights)
        if len(part) < MIN_SWAPPED:
            continue
        if margin is None:
            found[name] = flip_signs(part, rules.signs)
        else:
            found[name] = max(flip_signs(weight * margin + side * part, rules.signs, two_sided=False) for side in (1, -1))
    return found


def _exchange_periods(differences, weights, late, rules):
    """Return the p of exchanged periods by document and by blocks of consecutive documents of a period."""
    blocks = np.zeros(len(late), dtype=int)
    blocks[~late] = number_blocks((~late).sum(), rules.block)
    blocks[late] = number_blocks(late.sum(), rules.block) + blocks.max(initial=0) + 1
    found = {}
    for name, group in (("p_swap", np.arange(len(late))), ("p_swap_blocks", blocks)):
        weight, is_late = np.bincount(group, weights), np.bincount(group, late) > 0
        spoken = weight > 0
        mean = np.bincount(group, weights * differences)[spoken] / weight[spoken]
        if min(is_late[spoken].sum(), (~is_late[spoken]).sum()) >= MIN_PERIOD:
            found[name] = permute_periods(mean, weight[spoken], is_late[spoken], len(rules.signs), rules.seed)
    return found

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
    effective_documents,
    effective_sentences,
    explain_thinness,
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
from framings.multiplicities import adjust_westfall_young
from framings.schemas import ASSESSMENTS, Column, Contract, check
from framings.scores import flip_scores, flip_scores_jointly, score_comparison
from framings.tallies import refuse_mixed_languages

VERDICTS = {
    "supported": "the estimate has the sign that the claim expects (any, where it expects none) and Holm's p is at most 5 %",
    "opposite sign": "Holm's p is at most 5 %, against the claim",
    "not detected": "no difference is shown; the smallest detectable effect says how large one could have gone unseen",
    "equivalent": "the difference is shown to lie within the margin declared beforehand, as the claim expects",
    "not shown equivalent": "the difference is not shown to lie within the margin, which does not show that it lies outside",
    "descriptive only": "estimate and interval without a test, because before and after are one series of events",
    "too rare": f"fewer than {RARE_SENTENCES} sentences or {RARE_DOCUMENTS} documents carry the code: described, not tested",
    "not estimable": "too few documents or sentences, or no kind of event in which all compared actors speak; with an estimate: so much hangs on a few documents that no test would hold its level",
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
CONTRASTS = ("difference", "difference_in_differences", "within_actor")  # tests that flips can judge together
MIN_PERIOD = 4  # paired documents in either period: with fewer, no exchange of periods could reach 5 %


@dataclass(frozen=True)
class Rules:
    """How a comparison is tested: ``signs`` (draws, documents), whose columns are those of ``documents``, the seed of exchanged
    periods, documents in a block. A document has the same signs in every test, which lets tests be judged together. ``beside``:
    whether blocks and score flips are computed too, or the p of record alone."""

    signs: np.ndarray
    documents: pd.Index
    seed: int = 1
    block: int = 3
    beside: bool = True

    def of(self, documents):
        """Return the signs (draws, documents) of the named documents."""
        return self.signs[:, self.documents.get_indexer(documents)]


def draw_rules(documents, swaps=9999, seed=1, block=3):
    """Return the ``Rules`` of a run for all its document ids, in the order of their days."""
    return Rules(draw_signs(len(documents), swaps, seed), pd.Index(documents), seed, block)


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
    one named. Beside the p of record stand the null-imposed sign flip of effective scores with its inverted interval
    (``framings.scores``), all three by blocks of ``block`` consecutive documents, and Westfall and Young's adjustment from
    the same flips. A code in under 20 sentences or 5 documents is described only, except against an upper bound, whose p is
    exact. ``VERDICTS`` says what each verdict means. ``tallies`` hold one coder's codes in one language; ``hypotheses``
    is what ``read_hypotheses`` gives, ``stages`` the table STAGES. Tallies of pseudo-outcomes (``framings.correction``) go
    through the same tests; ``evidence``, tallies of the reference codes behind them, then says how rare a code is and gives
    n_coded, also of a code against an upper bound; shares among a code are not estimable. ``gates``, as ``gate_codes`` of
    ``framings.agreement`` gives them, head a test exploratory whose codes coders do not agree on; such a test adjusts no other.
    """
    refuse_mixed_languages(tallies)
    needed = {code for hypothesis in hypotheses.hypotheses for code in hypothesis.needed_codes}
    counts = count_documents(tallies, [code for code in tallies.columns if code in needed], evidence)
    rules = draw_rules(counts.documents["document_id"], swaps, seed, block)
    confirmatory = {family.id: family.confirmatory for family in hypotheses.families}
    rows, left, shares = [], [], {}
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
            found, without = assess_comparison(hypothesis, compared, rules)
            if not np.isnan(found.get("p", np.nan)) and hypothesis.test in CONTRASTS:
                shares[len(rows)] = list_contributions(hypothesis, compared, "p_swap" in found)
            rows.append(row | found)
            left.append(pd.DataFrame({"document_id": compared.documents[: len(without)], "estimate": without}).assign(**key))
    table = _conclude(pd.DataFrame(rows, columns=list(ASSESSMENTS.columns)), shares, rules)
    left = pd.concat(left) if left else pd.DataFrame(columns=list(LEFT_OUT.columns))
    return check(table, ASSESSMENTS), check(left, LEFT_OUT)


def _describe(hypothesis):
    """Return what a row says before anything is computed."""
    words = {name: getattr(hypothesis, name) for name in ("family", "test", "claim", "contrast", "sign")}
    counted = dict.fromkeys(("n_documents", "n_paired", "n_sentences", "n_coded"), 0)
    return words | counted | dict.fromkeys(NUMBERS, np.nan) | {"verdict": "", "reason": None}


def _conclude(table, shares, rules):
    """Return the table with Holm's and Westfall and Young's p within family and window, and a verdict where none is given yet.

    ``shares`` maps rows of contrasts to what ``list_contributions`` gives for them.
    """
    together = table.groupby(["family", "window_id", "confirmatory"])
    holm = together["p"].transform(lambda p: adjust_holm(p.to_numpy(float)))
    table = table.assign(p_holm=holm, p_westfall_young=np.nan)
    for rows in together.indices.values():
        tested = [row for row in rows if row in shares]
        if tested:
            table.loc[tested, "p_westfall_young"] = _adjust_together([shares[row] for row in tested], rules)
    verdicts = [row.verdict or judge(row.test, row.sign, row.estimate, row.p_holm) for row in table.itertuples()]
    return table.assign(verdict=verdicts)


def _adjust_together(shares, rules):
    """Return Westfall and Young's p-values of the contrasts of one family, from their contributions by document."""
    flipped = np.zeros((len(rules.documents), len(shares)))
    for test, (documents, contributions, _) in enumerate(shares):
        flipped[rules.documents.get_indexer(documents), test] = contributions
    heard = np.flatnonzero(flipped.any(1))
    return adjust_westfall_young(flipped[heard], np.array([observed for *_, observed in shares]), rules.signs[:, heard])


def list_contributions(hypothesis, compared, by_swap):
    """Return (documents, contributions, sum to judge) of a contrast: what the label swap flips, or else the effective scores."""
    if by_swap and hypothesis.test != "difference_in_differences":
        differences, weights, paired = _pair(hypothesis, compared)
        return compared.documents[paired], weights * differences, (weights * differences).sum()
    scores = score_comparison(hypothesis, compared, np.arange(len(compared.n)))
    return compared.documents, scores.a_left[:, 0], scores.a[:, 0].sum()


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


def assess_comparison(hypothesis, compared, rules):
    """Return the numbers of a row of ASSESSMENTS (a dict) and the leave-one-document-out estimates (documents,).

    ``compared`` is what ``lay_out_comparison`` gives, ``rules`` what ``draw_rules`` gives. A verdict stands in the row only where
    it does not follow from p, and there is no p then.
    """
    row = _count(hypothesis, compared)
    if compared.reason:
        return row | {"verdict": "not estimable", "reason": compared.reason}, []
    n, k, cell = compared.n, compared.k, compared.cell
    theta, left, covariance = jackknife(compared.estimate, n, k, cell, np.arange(len(n)))
    if not np.isfinite(left).all():
        alone = compared.documents[~np.isfinite(left).all(-1)][0]
        return row | {"verdict": "not estimable", "reason": f"without {alone} nothing is left to compare"}, []
    if hypothesis.test == "joint":
        return row | _test_jointly(hypothesis, compared, theta, left, covariance, rules), joint_f(left, covariance, len(n))[0]
    row |= {"estimate": theta[0], "se": np.sqrt(covariance[0, 0])}
    if hypothesis.test == "upper_bound":
        rare = compared.corrected and _explain_rarity(hypothesis, compared)
        found = {"verdict": "too rare", "reason": rare} if rare else _test_bound(hypothesis, compared, row["se"])
        return row | found, left[:, 0]
    effective = effective_documents(n, cell, compared.contrast, compared.late)
    thin = None if hypothesis.test == "stage_change" else explain_thinness(effective)
    df = max(int((n > 0).sum(0).min()) - 1, 1) if thin else degrees_of_freedom(n)
    row["low"], row["high"] = t_interval(theta[0], row["se"], df)
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
    if thin:
        return row | {"verdict": "not estimable", "reason": thin}, left[:, 0]
    if not row["se"] > 0:
        return row | {"verdict": "not estimable", "reason": "documents do not vary, so that no error can be estimated"}, left[
            :, 0
        ]
    return row | _test_difference(hypothesis, compared, row["estimate"], row["se"], row.get("se_blocks", np.nan), rules), left[
        :, 0
    ]


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
    what = ("reference sentence" if compared.corrected else "sentence") + ("" if round(sentences) == 1 else "s")
    where = f"{documents} document{'' if documents == 1 else 's'}"
    reason = f"{sentences:.0f} {what} in {where}; a test needs {RARE_SENTENCES} in {RARE_DOCUMENTS}"
    if hypothesis.b and not compared.corrected:
        sides = compared.contrast > 0, compared.contrast < 0
        odds = firth_odds_ratio(*(table[:, side].sum() for side in sides for table in (compared.k[..., 0], compared.n)))
        reason += f"; Firth's odds ratio over all sentences is {odds:.2g}"
    return reason


def _test_jointly(hypothesis, compared, theta, left, covariance, rules):
    """Return F and p of a joint test, or why it has none."""
    statistic, p = joint_f(theta, covariance, len(left))
    rare = _explain_rarity(hypothesis, compared)
    if rare:
        return {"estimate": statistic, "verdict": "too rare", "reason": rare}
    if np.isnan(p):
        return {"verdict": "not estimable", "reason": f"{len(left)} documents cannot carry {len(theta)} changes at once"}
    found = {"estimate": statistic, "p_jackknife": p, "p": p}
    if not rules.beside:
        return found
    blocks = number_blocks(len(left), rules.block)
    by_block = jackknife(compared.estimate, compared.n, compared.k, compared.cell, blocks)
    found["p_jackknife_blocks"] = joint_f(by_block[0], by_block[2], blocks[-1] + 1)[1]
    for name, group, signs in _group(compared.documents, rules):
        scores = score_comparison(hypothesis, compared, group)
        found[f"p_score{name}"] = np.nan if scores is None else flip_scores_jointly(scores, signs)
    return found


def _test_bound(hypothesis, compared, se):
    """Return interval and exact p of a share against its upper bound."""
    k, n = compared.k.sum(), compared.n.sum()
    effective = effective_sentences(k, n, se, degrees_of_freedom(compared.n), compared.n[:, 0])
    low, high = bound_share(k, n, effective)
    p = bound_p(k, n, effective, hypothesis.bound_points / 100)
    return {"low": low, "high": high, "p_jackknife": p, "p": p}


def _test_difference(hypothesis, compared, estimate, se, se_blocks, rules):
    """Return the p-values of a difference or of an equivalence, with what qualifies them."""
    df, found = degrees_of_freedom(compared.n), {}
    margin = hypothesis.margin_points / 100 if hypothesis.test == "equivalence" else None
    df_blocks = number_blocks(len(compared.n), rules.block)[-1]
    for name, error, freedom in (("", se, df), ("_blocks", se_blocks, min(df, df_blocks))):
        p = t_two_sided(estimate, error, freedom) if margin is None else show_equivalence(estimate, error, freedom, margin)[0]
        found[f"p_jackknife{name}"] = p if error > 0 else np.nan
    if margin is not None:
        smallest = show_equivalence(estimate, se, df, margin)[1]
        found["reason"] = f"the smallest margin that passes (t-test) is {100 * smallest:.1f} points"
    differences, weights, paired = _pair(hypothesis, compared)
    if hypothesis.test == "difference_in_differences":
        found |= _exchange_periods(differences, weights, compared.late[paired], rules)
    else:
        found |= _swap_labels(weights * differences, weights, margin, compared.documents[paired], rules)
        inside = (weights * differences).sum()
        if margin is None and "p_swap" in found and inside * estimate < 0:
            found |= {
                "verdict": "not detected",
                "reason": f"inside documents that hold both sides it is {100 * inside:+.1f} points",
            }
    found |= _flip_scores(hypothesis, compared, margin, rules) if rules.beside else {}
    return found | {"p": found.get("p_swap", found["p_jackknife"])}


def _pair(hypothesis, compared):
    """Return the differences inside documents (paired,), their weights and which documents hold both sides (documents,)."""
    if hypothesis.test == "within_actor":
        differences = (compared.k[..., 0] / compared.n.sum(0) * compared.contrast).sum(1)
        return differences, np.ones(len(differences)), np.ones(len(differences), dtype=bool)
    differences, weights, paired = pair_documents(compared.n, compared.k, compared.cell, compared.contrast)
    return differences[:, 0], weights, paired


def _group(documents, rules):
    """Return (suffix, group of each document, signs of the groups) for documents one by one and in blocks."""
    blocks = number_blocks(len(documents), rules.block)
    single = np.arange(len(documents)), rules.of(documents)
    if not rules.beside:
        return [("", *single)]
    return [("", *single), ("_blocks", blocks, rules.signs[:, : blocks.max(initial=-1) + 1])]


def _flip_scores(hypothesis, compared, margin, rules):
    """Return p of the effective-score sign flip by document with its inverted interval, and p by blocks."""
    found = {}
    for name, group, signs in _group(compared.documents, rules):
        scores = score_comparison(hypothesis, compared, group)
        flipped = {} if scores is None else flip_scores(scores, signs, margin)
        if flipped:
            found[f"p_score{name}"] = flipped["p"]
            found |= {} if name else {"score_low": flipped["low"], "score_high": flipped["high"]}
    return found


def _swap_labels(parts, weights, margin, documents, rules):
    """Return the p of the label swap by document and by blocks, where enough of them hold both sides.

    For an equivalence (with a margin): the larger p of the two one-sided swaps around minus and plus the margin.
    """
    found = {}
    for name, group, signs in _group(documents, rules):
        part, weight = np.bincount(group, parts), np.bincount(group, weights)
        if len(part) < MIN_SWAPPED:
            continue
        if margin is None:
            p = flip_signs(part, signs)
        else:
            p = max(flip_signs(weight * margin + side * part, signs, two_sided=False) for side in (1, -1))
        found[f"p_swap{name}"] = p
    return found


def _exchange_periods(differences, weights, late, rules):
    """Return the p of exchanged periods by document and by blocks of consecutive documents of a period."""
    blocks = np.zeros(len(late), dtype=int)
    blocks[~late] = number_blocks((~late).sum(), rules.block)
    blocks[late] = number_blocks(late.sum(), rules.block) + blocks.max(initial=0) + 1
    found = {}
    for name, group in (("p_swap", np.arange(len(late))), ("p_swap_blocks", blocks))[: 1 + rules.beside]:
        weight, is_late = np.bincount(group, weights), np.bincount(group, late) > 0
        spoken = weight > 0
        mean = np.bincount(group, weights * differences)[spoken] / weight[spoken]
        if min(is_late[spoken].sum(), (~is_late[spoken]).sum()) >= MIN_PERIOD:
            found[name] = permute_periods(mean, weight[spoken], is_late[spoken], len(rules.signs), rules.seed)
    return found

"""The tipping point: how much more a coder must err on one side than on the other for a result to be nothing but error.

A side's coded share is q = p (1 - FN) + (1 - p) FP, with p the true share, FN the rate at which the coder misses the code and FP
the rate at which it sees the code where it is not. With k = 1 - FN - FP this is q = FP + k p, so that sides on which the coder
errs alike differ by k times their true difference. Where it errs alike but for d more false positives on side a,

    q_a - q_b = k (p_a - p_b) + d (1 - p_a), and for d more false negatives on side b, q_a - q_b = k (p_a - p_b) + d p_b.

The d that leaves nothing, or just as much as the verdict needs, follows by setting k (p_a - p_b) to that. For corrected codes the
coder is who gave the reference codes, and FP = FN = 0 to begin with; for one actor's code against another code, sides are codes.
"""

import numpy as np
from scipy.special import stdtrit

from framings.estimates import LEVEL, degrees_of_freedom, show_equivalence, standardised_difference, sum_cells, t_two_sided
from framings.schemas import Column, Contract

ERRORS = {
    "false positives": "false positive rate",
    "false negatives": "false negative rate",
    "share gained": "share gained",
}  # the last: false positives minus false negatives, of all sentences
TIPPABLE = ("difference", "equivalence", "within_actor")

TIPPINGS = Contract(
    "tippings", "an error of coding that could differ between the sides of a contrast", ("coder_id", "hypothesis_id", "window_id", "error"),
    {
        "coder_id": Column("text", "whose codes"),
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "error": Column("text", "which error differs", values=tuple(ERRORS)),
        "side_a": Column("text", "actors, or the code, from which the other side is subtracted"),
        "side_b": Column("text", "the other side"),
        "share_a": Column("number", "coded share of side a", missing=True),
        "share_b": Column("number", "coded share of side b", missing=True),
        "to_zero": Column("number", "rate on side a minus rate on side b that alone would make the estimate", missing=True),
        "to_verdict": Column("number", "that leaves the estimate at the edge of the jackknife's verdict at 5 %", missing=True),
        "observed": Column("number", "the same difference as it was observed", missing=True),
        "observed_low": Column("number", "lower end of its 95 % interval", missing=True),
        "observed_high": Column("number", "upper end", missing=True),
        "observed_of": Column("text", "whose error was observed, against what", missing=True),
        "within_observed": Column("bool", "whether the observed interval reaches the tipping point of the verdict; False where nothing was observed"),
        "reason": Column("text", "why a number is missing", missing=True),
    },
)  # fmt: skip


def tip_false_positives(share_a, share_b, to=0.0, false_positive=0.0, false_negative=0.0):
    """Return the excess of the false positive rate of side a over that of side b that leaves the estimate at ``to``.

    The rates given are those of the side that errs less; missing where no rate up to 1 is enough. A coder finds 30 % on side a
    and 20 % on side b. Were 20 % true of both, it would invent the code in 12.5 % of the 80 % of sentences of side a without it:

    >>> round(tip_false_positives(0.3, 0.2), 6), round(tip_false_positives(0.2, 0.3), 6)
    (0.125, -0.125)
    """
    excess = share_a - share_b - to
    _, true = _find_truth(excess > 0, share_a, share_b, to, false_positive, false_negative)
    return _within_rates(np.sign(excess), abs(excess), 1 - true, false_positive)


def tip_false_negatives(share_a, share_b, to=0.0, false_positive=0.0, false_negative=0.0):
    """Return the excess of the false negative rate of side a over that of side b that leaves the estimate at ``to``.

    As ``tip_false_positives``. Were 30 % true of both sides, the coder would miss a third of what side b says:

    >>> round(tip_false_negatives(0.3, 0.2), 6)
    -0.333333
    """
    excess = share_a - share_b - to
    _, true = _find_truth(excess < 0, share_a, share_b, to, false_positive, false_negative)
    return _within_rates(-np.sign(excess), abs(excess), true, false_negative)


def _find_truth(a_errs, share_a, share_b, to, false_positive, false_negative):
    """Return k and the true share of the side that errs more, when the difference of true shares is to / k."""
    k = 1 - false_negative - false_positive
    if not k > 0:
        return np.nan, np.nan
    sound = ((share_b if a_errs else share_a) - false_positive) / k
    return k, np.clip(sound + (to if a_errs else -to) / k, 0, 1)


def _within_rates(sign, excess, sentences, base):
    """Return the signed rate that makes ``excess`` of so large a part of sentences, missing where it and the base exceed 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.divide(excess, sentences) if sentences > 0 else np.inf
    return float(sign * rate) if rate + base <= 1 else np.nan


def combine_intervals(weights, estimates, lows, highs):
    """Return estimate, low and high of a weighted sum of independent estimates, from their intervals (Zou and Donner 2008).

    >>> [round(float(value), 3) for value in combine_intervals([1, -1], [0.3, 0.1], [0.27, 0.06], [0.34, 0.15])]
    [0.2, 0.142, 0.257]
    """
    weights, estimates, lows, highs = (np.asarray(values, dtype=float) for values in (weights, estimates, lows, highs))
    centre, below, above = (weights * estimates).sum(), weights * (estimates - lows), weights * (highs - estimates)
    down, up = np.where(weights > 0, below, above), np.where(weights > 0, above, below)
    return centre, centre - np.sqrt((down**2).sum()), centre + np.sqrt((up**2).sum())


# A hypothesis ---------------------------------------------------------------------------------------------------------


def tip_hypothesis(hypothesis, counts, compared, row, accuracy=None, confusions=None):
    """Return rows of TIPPINGS (dicts) of one hypothesis: each error with its tipping points and what was observed.

    ``compared`` is what ``lay_out_comparison`` makes of ``counts``, ``row`` the row of ASSESSMENTS. ``accuracy`` is CODER_ACCURACY,
    ``confusions`` CODER_CONFUSIONS: of corrected codes the error of reference codes is told from two coders who gave them apart.
    """
    sides = name_sides(hypothesis)
    key = {"coder_id": row.coder_id, "hypothesis_id": row.hypothesis_id, "window_id": row.window_id}
    key |= {"side_a": sides[0], "side_b": sides[1], "within_observed": False}
    if hypothesis.test not in TIPPABLE or np.isnan(row.low) or not row.se > 0:
        why = f"not worked out for a {hypothesis.test} test" if hypothesis.test not in TIPPABLE else "no estimate with an error"
        return [key | {"error": "share gained", "reason": why}]
    share_a, share_b = measure_sides(hypothesis, counts, compared)
    edge = find_edge(hypothesis, row, degrees_of_freedom(compared.n))
    rows = []
    for error, measure in ERRORS.items():
        found = {"error": error, "share_a": share_a, "share_b": share_b}
        for name, to in (("to_zero", 0.0), ("to_verdict", edge)):
            found[name] = _tip(error, share_a, share_b, to, _base_rates(hypothesis, row, accuracy, share_a - share_b - to))
        found |= observe_difference(hypothesis, row.coder_id, measure, accuracy, confusions)
        reached = found["to_verdict"]
        if not np.isnan(reached) and not np.isnan(found.get("observed_low", np.nan)):
            found["within_observed"] = bool(
                found["observed_high"] >= reached if reached > 0 else found["observed_low"] <= reached
            )
        elif np.isnan(reached) and not found.get("reason"):
            found["reason"] = "no rate of this error up to 1 would be enough"
        rows.append(key | found)
    return rows


def _tip(error, share_a, share_b, to, rates):
    """Return the tipping point of one error."""
    if error == "share gained":
        return share_a - share_b - to
    tip = tip_false_positives if error == "false positives" else tip_false_negatives
    return tip(share_a, share_b, to, *rates)


def name_sides(hypothesis):
    """Return the two sides of a contrast in words."""
    if hypothesis.test == "within_actor":
        return hypothesis.codes[0], hypothesis.other_code
    return " and ".join(hypothesis.a), " and ".join(hypothesis.b) or "none"


def measure_sides(hypothesis, counts, compared):
    """Return the coded shares of both sides, standardised as their difference is."""
    if hypothesis.test == "within_actor":
        n, codes = counts.voices(hypothesis.a).sum(0), (hypothesis.codes[0], hypothesis.other_code)
        return tuple(float((counts.voices(hypothesis.a, code).sum(0) / n).mean()) for code in codes)
    n, k = (sum_cells(values, compared.cell, compared.cell.max() + 1) for values in (compared.n, compared.k))
    return tuple(float(standardised_difference(n, k, np.maximum(side * compared.contrast, 0))[0]) for side in (1, -1))


def find_edge(hypothesis, row, df):
    """Return the estimate at which the jackknife's verdict at 5 % would turn, the error being the same."""
    if hypothesis.test == "equivalence":
        inside = hypothesis.margin_points / 100 - stdtrit(df, 1 - LEVEL) * row.se
        return np.copysign(max(inside, 0), row.estimate)
    reach = stdtrit(df, 1 - LEVEL / 2) * row.se
    if abs(row.estimate) > reach:
        return np.copysign(reach, row.estimate)
    return reach if hypothesis.sign == "+" else -reach if hypothesis.sign == "-" else np.copysign(reach, row.estimate)


def _base_rates(hypothesis, row, accuracy, excess):
    """Return false positive and false negative rate of the coder over all actors; none of reference codes, or where unknown."""
    if accuracy is None or row.coder_id in ("corrected", "sample"):
        return 0.0, 0.0
    code = hypothesis.other_code if hypothesis.test == "within_actor" and excess > 0 else hypothesis.codes[0]
    known = accuracy[(accuracy["coder_id"] == row.coder_id) & (accuracy["code"] == code)]
    known = known[(known["actor_id"] == "all") & (known["stage_id"] == "all")].set_index("measure")["estimate"]
    rates = [known.get(measure, np.nan) for measure in ("false positive rate", "false negative rate")]
    return tuple(0.0 if np.isnan(rate) else float(rate) for rate in rates)


def observe_difference(hypothesis, coder_id, measure, accuracy=None, confusions=None):
    """Return observed, observed_low, observed_high and observed_of: an error on side a minus on side b, or a reason."""
    of_reference = coder_id in ("corrected", "sample")
    if of_reference and measure != "share gained":
        return {"reason": "no truth stands beside the reference codes"}
    table, where = (confusions, None) if of_reference else (accuracy, coder_id)
    if table is None or not len(table):
        return {"reason": "nobody coded the same sentences a second time"}
    parts = []
    for weight, code, actor in _list_parts(hypothesis):
        rows = table[(table["code"] == code) & (table["actor_id"] == actor)]
        if not of_reference:
            rows = rows[(rows["coder_id"] == where) & (rows["stage_id"] == "all") & (rows["measure"] == measure)]
        names = ("excess", "excess_low", "excess_high") if of_reference else ("estimate", "low", "high")
        cells = rows[list(names)].to_numpy(float)
        if not len(cells) or np.isnan(cells[0]).any():
            return {"reason": f"the error on {code} of {actor} was not measured with an interval"}
        parts.append((weight, *cells[0]))
    of = "first coder's codes minus second's" if of_reference else f"{coder_id} against the reference codes"
    values = combine_intervals(*zip(*parts, strict=True))
    return dict(zip(("observed", "observed_low", "observed_high"), map(float, values), strict=True)) | {"observed_of": of}


def _list_parts(hypothesis):
    """Return (weight, code, actor) of what a contrast adds and subtracts."""
    a, b = hypothesis.a, hypothesis.b
    if hypothesis.test == "within_actor":
        return [
            (sign / len(a), code, actor) for sign, code in ((1, hypothesis.codes[0]), (-1, hypothesis.other_code)) for actor in a
        ]
    sides = ((1, a), (-1, b))
    return [(sign / len(actors), hypothesis.codes[0], actor) for sign, actors in sides for actor in actors]


def shift_estimate(hypothesis, row, tipped, df):
    """Return estimate, low, high and p were the net error as unequal as the worse end of what was observed, or None.

    The worse end is the one that takes the estimate towards the edge of its verdict. p is the jackknife's t.
    """
    found = {error["error"]: error for error in tipped}.get("share gained", {})
    if np.isnan(found.get("observed_low", np.nan)):
        return None
    end = found["observed_high"] if found["to_verdict"] > 0 else found["observed_low"]
    reach, estimate = stdtrit(df, 1 - LEVEL / 2) * row.se, row.estimate - end
    p = t_two_sided(estimate, row.se, df)
    if hypothesis.test == "equivalence":
        p = show_equivalence(estimate, row.se, df, hypothesis.margin_points / 100)[0]
    return {"estimate": estimate, "se": row.se, "low": estimate - reach, "high": estimate + reach, "p": float(p), "end": end}

"""Assessments: every hypothesis put to its test in every window of documents."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

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
    explain_shortage,
    firth_odds_ratio,
    flip_signs,
    jackknife,
    joint_f,
    number_blocks,
    pair_documents,
    permute_periods,
    show_equivalence,
    standardised_difference,
    sum_cells,
    t_interval,
    t_two_sided,
)
from framings.schemas import ASSESSMENTS, Column, Contract, check
from framings.tallies import refuse_mixed_languages

LEFT_OUT = Contract(
    "left_out", "the estimate of a hypothesis without one document", ("coder_id", "hypothesis_id", "window_id", "document_id"),
    {
        "coder_id": Column("text", "whose codes"),
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "document_id": Column("text", "document that is left out"),
        "estimate": Column("number", "the estimate (of a joint test, F) without it; missing where nothing is left to compare", missing=True),
    },
)  # fmt: skip

NUMBERS = [name for name, column in ASSESSMENTS.columns.items() if column.kind == "number"]
MIN_PERIOD = 4  # paired documents that each period needs for its labels to be exchanged


@dataclass(frozen=True)
class Counts:
    """Sentences by document (in the order of days) and actor: ``n`` (documents, actors), ``k`` (documents, actors, codes)."""

    documents: pd.DataFrame  # document_id, date, stage_id, event_type
    actors: list
    codes: list
    n: np.ndarray
    k: np.ndarray

    def within(self, window):
        """Return the counts of the documents of a window's days."""
        days = self.documents["date"]
        rows = (days >= (window.start or "")) & (days <= (window.end or "9999"))
        return Counts(self.documents[rows].reset_index(drop=True), self.actors, self.codes, self.n[rows], self.k[rows])

    def voice(self, actor, code=None):
        """Return sentences (documents,) of an actor, or those that carry a code; zero for an actor who is silent."""
        if actor not in self.actors:
            return np.zeros(len(self.documents))
        column = self.actors.index(actor)
        return self.n[:, column] if code is None else self.k[:, column, self.codes.index(code)]


@dataclass(frozen=True)
class Comparison:
    """What a test compares: ``n`` and ``k`` (documents, voices[, codes]), the cells, and ``estimate`` as a function of totals.

    ``hits`` (documents, codes) are sentences that carry the code, whatever is subtracted in ``k``. ``late`` (documents,)
    marks the later period of a difference in differences. ``reason`` says why nothing can be estimated.
    """

    documents: np.ndarray
    n: np.ndarray
    k: np.ndarray
    hits: np.ndarray
    cell: np.ndarray
    contrast: np.ndarray
    estimate: Callable
    late: np.ndarray | None = None
    reason: str | None = None


def assess_hypotheses(
    tallies, hypotheses, stages, coder_id, swaps=9999, seed=1, block=3, min_documents=3, min_sentences=100, language=None
):
    """Return the table ASSESSMENTS, a row a hypothesis and window, and the table LEFT_OUT behind its standard errors.

    Estimates are differences of shares standardised to the stage and event types in which all compared actors speak
    (``framings.estimates.standardised_difference``). p of record: the label swap within documents where at least six
    documents hold both sides, else the leave-one-document-out jackknife; Holm within family and window. Equivalence is
    shown by two one-sided tests, by swap and by t. A change of stage has no p-value. A joint test has Hotelling's F of
    the changes over stages of each actor's difference to the first one named. A code in under 20 sentences or 5 documents
    is not tested, except against an upper bound, whose p is exact. ``VERDICTS`` in framings.estimates says what each
    verdict means. ``tallies`` hold one coder's codes and one language; ``stages`` is the table STAGES.
    """
    refuse_mixed_languages(tallies)
    needed = {code for hypothesis in hypotheses.hypotheses for code in hypothesis.needed_codes}
    counts = count_documents(tallies, [code for code in tallies.columns if code in needed])
    order = list(stages["stage_id"])
    signs = draw_signs(len(counts.documents), swaps, seed)
    rows, left = [], []
    for window in hypotheses.windows:
        within = counts.within(window)
        for hypothesis in hypotheses.hypotheses:
            key = {"coder_id": coder_id, "hypothesis_id": hypothesis.id, "window_id": window.id}
            family = next(family for family in hypotheses.families if family.id == hypothesis.family)
            row = _describe(hypothesis) | key | {"confirmatory": family.confirmatory and window.confirmatory}
            lacking = [code for code in hypothesis.needed_codes if code not in counts.codes]
            if lacking:
                rows.append(row | {"verdict": "not coded", "reason": f"{coder_id} was not asked for {' and '.join(lacking)}"})
                continue
            compared = lay_out_comparison(hypothesis, within, order, min_documents, min_sentences)
            found, without = _assess(hypothesis, compared, signs, seed, swaps, block)
            rows.append(row | found)
            left.append(pd.DataFrame({"document_id": compared.documents[: len(without)], "estimate": without}).assign(**key))
    table = pd.DataFrame(rows, columns=list(ASSESSMENTS.columns))
    table["p_holm"] = table.groupby(["family", "window_id"])["p"].transform(lambda p: adjust_holm(p.to_numpy(float)))
    signs_of = {hypothesis.id: hypothesis.sign for hypothesis in hypotheses.hypotheses}
    verdicts = [judge(row.test, signs_of[row.hypothesis_id], row.estimate, row.p_holm) for row in table.itertuples()]
    table["verdict"] = table["verdict"].where(table["verdict"].notna(), pd.Series(verdicts, dtype=object))
    left = pd.concat(left) if left else pd.DataFrame(columns=list(LEFT_OUT.columns))
    return check(table, ASSESSMENTS), check(left, LEFT_OUT)


def judge(test, sign, estimate, p):
    """Return the verdict on a hypothesis that could be tested.

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


def count_documents(tallies, codes):
    """Return the ``Counts`` of a table of tallies, documents in the order of their days."""
    documents = tallies[["document_id", "date", "stage_id", "event_type"]].drop_duplicates("document_id")
    documents = documents.sort_values(["date", "document_id"], ignore_index=True)
    actors = sorted(tallies["actor_id"].unique())
    place = (
        pd.Index(documents["document_id"]).get_indexer(tallies["document_id"]),
        pd.Index(actors).get_indexer(tallies["actor_id"]),
    )
    n, k = np.zeros((len(documents), len(actors))), np.zeros((len(documents), len(actors), len(codes)))
    np.add.at(n, place, tallies["n_sentences"].to_numpy(float))
    np.add.at(k, place, tallies[codes].to_numpy(float))
    return Counts(documents, actors, codes, n, k)


def lay_out_comparison(hypothesis, counts, stages, min_documents=3, min_sentences=100):
    """Return the ``Comparison`` of a hypothesis: the documents of the cells in which all its voices speak.

    A reason stands in it where a voice has too few documents or sentences there (of a difference in differences: in
    either period).
    """
    if hypothesis.test == "joint":
        return _lay_out_joint(hypothesis, counts, stages, min_documents, min_sentences)
    names, base, coded, hits, contrast = _voices(hypothesis, counts)
    late = (counts.documents["date"] >= hypothesis.split_date).to_numpy() if hypothesis.split_date else None
    cell = _number_cells(hypothesis.test, counts.documents, late)
    shared = (sum_cells(base, cell, cell.max(initial=0) + 1) > 0).all(1)[cell] & (base.sum(1) > 0)
    n, cell = base[shared], cell[shared]
    estimate = partial(standardised_difference, contrast=contrast)
    periods = {"": np.full(len(n), True)}
    if late is not None:
        late = late[shared]
        of_late = np.bincount(cell, late, minlength=cell.max(initial=0) + 1) > 0
        estimate = partial(_change_of_difference, contrast=contrast, late=of_late)
        periods = {"before " + hypothesis.split_date: ~late, "from " + hypothesis.split_date: late}
    reason = _explain_voices(names, n, periods, min_documents, min_sentences)
    if (coded[..., 0] > base).any():
        reason = f"{hypothesis.codes[0]} stands in sentences without {hypothesis.among}; among needs a code that includes it"
    return Comparison(
        documents=counts.documents["document_id"].to_numpy()[shared],
        n=n, k=coded[shared], hits=hits[shared].sum(1)[:, None], cell=cell, contrast=contrast, estimate=estimate, late=late, reason=reason,
    )  # fmt: skip


def _voices(hypothesis, counts):
    """Return names, sentences, coded sentences, hits and contrast of the voices that a test compares."""
    code, a, b = hypothesis.codes[0], hypothesis.a, hypothesis.b
    voices = [(actor, None) for actor in (*a, *b)]
    contrast = [1 / len(a)] * len(a) + [-1 / len(b)] * len(b)
    if hypothesis.test == "stage_change":
        voices = [(actor, stage) for stage in (hypothesis.late, hypothesis.early) for actor in a]
        contrast = [1 / len(a)] * len(a) + [-1 / len(a)] * len(a)
    present = [1.0 if stage is None else (counts.documents["stage_id"] == stage).to_numpy(float) for _, stage in voices]

    def stack(code):
        columns = [counts.voice(actor, code) * here for (actor, _), here in zip(voices, present, strict=True)]
        return np.column_stack(columns)

    coded = hits = stack(code)
    if hypothesis.other_code:
        other = stack(hypothesis.other_code)
        coded, hits = coded - other, coded + other
    names = [actor if stage is None else f"{actor} in {stage}" for actor, stage in voices]
    return names, stack(hypothesis.among), coded[..., None], hits, np.array(contrast)


def _number_cells(test, documents, late):
    """Return the cell (documents,) within which voices are compared."""
    if test in ("within_actor", "upper_bound"):
        return np.zeros(len(documents), dtype=int)
    kind = documents["event_type"] if test == "stage_change" else documents["stage_id"] + " " + documents["event_type"]
    return pd.factorize(kind if late is None else kind + np.where(late, " late", " early"), sort=True)[0]


def _change_of_difference(n, k, contrast, late):
    """Return the standardised difference over the cells ``late`` minus that over the others."""
    parts = [standardised_difference(n[..., cells, :], k[..., cells, :, :], contrast) for cells in (late, ~late)]
    return parts[0] - parts[1]


def _explain_voices(names, n, periods, min_documents, min_sentences):
    """Return the shortage of the first voice that has too little talk in a period, or None."""
    for period, rows in periods.items():
        for name, spoken in zip(names, n[rows].T, strict=True):
            shortage = explain_shortage(int((spoken > 0).sum()), spoken.sum(), min_documents, min_sentences)
            if shortage:
                return f"{name} {period}".rstrip() + f": {shortage} in documents of the kinds in which all compared actors speak"
    return None


def _lay_out_joint(hypothesis, counts, stages, min_documents, min_sentences):
    """Return the comparison of a joint test: for each actor but the first, the stages in which both have enough talk.

    ``estimate`` gives, for each such actor, each stage after its first and each code, the difference to the first actor
    in that stage minus the difference in the first: (..., changes). All are zero if leaders differ alike in every stage.
    """
    base = np.column_stack([counts.voice(actor) for actor in hypothesis.a])
    coded = np.stack(
        [np.column_stack([counts.voice(actor, code) for actor in hypothesis.a]) for code in hypothesis.codes], axis=-1
    )
    stage = counts.documents["stage_id"].to_numpy()
    cell = _number_cells("joint", counts.documents, None)
    totals = sum_cells(base, cell, cell.max(initial=0) + 1)
    stage_of = dict(zip(cell.tolist(), stage, strict=True))
    bearing, strata = np.zeros(base.shape, dtype=bool), []
    for actor in range(1, len(hypothesis.a)):
        shared = (totals[:, [0, actor]] > 0).all(1)
        found = []
        for name in stages:
            rows = shared[cell] & (stage == name)
            spoken = base[rows][:, [0, actor]]
            if all(explain_shortage((s > 0).sum(), s.sum(), min_documents, min_sentences) is None for s in spoken.T):
                found.append(np.array([i for i in stage_of if stage_of[i] == name and shared[i]]))
                bearing[np.ix_(rows, [0, actor])] = True
        strata += [(actor, found[0], cells) for cells in found[1:]]
    counted = bearing * base
    kept = counted.sum(1) > 0 if strata else np.zeros(len(base), dtype=bool)
    return Comparison(
        documents=counts.documents["document_id"].to_numpy()[kept],
        n=counted[kept], k=coded[kept] * bearing[kept][..., None], hits=(coded * bearing[..., None])[kept].sum(1), cell=cell[kept],
        contrast=np.array([-1.0, 1.0]), estimate=partial(_changes_over_stages, strata=strata),
        reason=None if strata else f"in fewer than two stages {hypothesis.a[0]} and another actor have {min_documents} documents and "
        f"{min_sentences} sentences in events of a kind",
    )  # fmt: skip


def _changes_over_stages(n, k, strata):
    """Return the changes (..., strata * codes): difference of an actor to the first in a stage minus that in its first stage."""
    changes = []
    for actor, first, later in strata:
        pair = [[0, actor]]
        parts = [
            standardised_difference(n[..., cells[:, None], pair], k[..., cells[:, None], pair, :], np.array([-1.0, 1.0]))
            for cells in (later, first)
        ]
        changes.append(parts[0] - parts[1])
    return np.concatenate(changes, axis=-1)


def _describe(hypothesis):
    """Return what a row says before anything is computed."""
    words = {name: getattr(hypothesis, name) for name in ("family", "test", "claim", "contrast", "sign")}
    return (
        words
        | {"n_documents": 0, "n_paired": 0, "n_sentences": 0, "n_coded": 0}
        | dict.fromkeys(NUMBERS, np.nan)
        | {"reason": None, "verdict": None}
    )


def _assess(hypothesis, compared, signs, seed, swaps, block):
    """Return the numbers of a row and the leave-one-document-out estimates (documents,)."""
    n, hits = compared.n, compared.hits
    paired = (n > 0).all(1) if hypothesis.b else (n > 0).sum(1) > (hypothesis.test == "joint")
    row = {
        "n_documents": len(n), "n_paired": 0 if hypothesis.test in ("stage_change", "upper_bound") else int(paired.sum()),
        "n_sentences": int(n.sum()), "n_coded": int(_coded(hypothesis, compared)),
    }  # fmt: skip
    if compared.reason:
        return row | {"verdict": "not estimable", "reason": compared.reason}, []
    theta, left, covariance = jackknife(compared.estimate, n, compared.k, compared.cell, np.arange(len(n)))
    if not np.isfinite(left).all():
        alone = compared.documents[~np.isfinite(left).all(-1)][0]
        return row | {"verdict": "not estimable", "reason": f"without {alone} no kind of document is left to compare"}, []
    if hypothesis.test == "joint":
        return _finish_joint(row, hits, theta, left, covariance)
    row |= {"estimate": theta[0], "se": np.sqrt(covariance[0, 0])}
    if hypothesis.test == "upper_bound":
        return row | _bound(hypothesis, compared, row["se"]), left[:, 0]
    df = degrees_of_freedom(n)
    row["low"], row["high"] = t_interval(theta[0], row["se"], df)
    row["smallest_detectable"] = DETECTABLE * row["se"]
    if len(n) >= 2 * block:
        blocks = number_blocks(len(n), block)
        row["se_blocks"] = np.sqrt(jackknife(compared.estimate, n, compared.k, compared.cell, blocks)[2][0, 0])
    rare = _explain_rarity(hypothesis, compared)
    if rare:
        return row | {"verdict": "too rare", "reason": rare}, left[:, 0]
    if hypothesis.test == "stage_change":
        return row | {"verdict": "descriptive only", "reason": "before and after are one series of events: no p-value"}, left[
            :, 0
        ]
    if not row["se"] > 0:
        return row | {"verdict": "not estimable", "reason": "the documents do not vary, so that no error can be estimated"}, left[
            :, 0
        ]
    return row | _p_values(hypothesis, compared, row, df, signs, seed, swaps, block), left[:, 0]


def _coded(hypothesis, compared):
    """Return how many sentences carry the code (of a joint test, its first; of a contrast of codes, the first)."""
    if hypothesis.test == "within_actor":  # hits are both codes together, k their difference
        return (compared.hits[:, 0].sum() + compared.k.sum()) / 2
    return compared.hits[:, 0].sum() if compared.hits.size else 0


def _explain_rarity(hypothesis, compared):
    """Return why a code is too rare for a test, with the odds ratio where two sides are compared, or None."""
    sentences, documents = compared.hits.sum(0).min(), (compared.hits > 0).sum(0).min()
    if sentences >= RARE_SENTENCES and documents >= RARE_DOCUMENTS:
        return None
    reason = f"{int(sentences)} sentences in {int(documents)} documents carry the code; a test needs {RARE_SENTENCES} in {RARE_DOCUMENTS}"
    if hypothesis.b:
        of_a, of_b = compared.contrast > 0, compared.contrast < 0
        counts = [table[:, side].sum() for side in (of_a, of_b) for table in (compared.k[..., 0], compared.n)]
        reason += f"; Firth's odds ratio is {firth_odds_ratio(*counts):.2g}"
    return reason


def _finish_joint(row, hits, theta, left, covariance):
    """Return the row of a joint test and F without each document at the same covariance."""
    statistic, p = joint_f(theta, covariance, len(left))
    without = joint_f(left, covariance, len(left))[0]
    row["estimate"] = statistic
    if hits.sum(0).min() < RARE_SENTENCES or (hits > 0).sum(0).min() < RARE_DOCUMENTS:
        return row | {
            "verdict": "too rare",
            "reason": f"a code stands in fewer than {RARE_SENTENCES} sentences or {RARE_DOCUMENTS} documents",
        }, without
    if np.isnan(p):
        return row | {
            "verdict": "not estimable",
            "reason": f"{len(left)} documents cannot carry {len(theta)} changes at once",
        }, without
    return row | {
        "p_jackknife": p,
        "p": p,
        "reason": f"F with {len(theta)} and {len(left) - len(theta)} degrees of freedom",
    }, without


def _bound(hypothesis, compared, se):
    """Return interval and p of a share against its upper bound."""
    k, n = compared.k.sum(), compared.n.sum()
    effective = effective_sentences(k, n, se, degrees_of_freedom(compared.n), compared.n[:, 0])
    low, high = bound_share(k, n, effective)
    p = bound_p(k, n, effective, hypothesis.bound_points / 100)
    return {"low": low, "high": high, "p_jackknife": p, "p": p}


def _p_values(hypothesis, compared, row, df, signs, seed, swaps, block):
    """Return the p-values of a test of differences, and a reason where the paired documents point the other way."""
    margin = (hypothesis.margin_points or 0) / 100
    found = {"p_jackknife": t_two_sided(row["estimate"], row["se"], df)}
    reason = None
    if hypothesis.test == "equivalence":
        found["p_jackknife"], smallest = show_equivalence(row["estimate"], row["se"], df, margin)
        reason = f"the smallest margin that the t-test would pass is {100 * smallest:.1f} points"
    if hypothesis.test == "within_actor":
        parts = (compared.k[..., 0] / compared.n.sum(0) * compared.contrast).sum(1)
        differences, weights = parts, np.full(len(parts), 1.0)
    else:
        differences, weights, paired = pair_documents(compared.n, compared.k, compared.cell, compared.contrast)
        differences = differences[:, 0]
    if hypothesis.test == "difference_in_differences":
        late = compared.late[paired]
        found |= _permuted(differences, weights, late, swaps, seed, block)
    else:
        parts = weights * differences
        for name, group in (("p_swap", np.arange(len(parts))), ("p_swap_blocks", number_blocks(len(parts), block))):
            if len(parts) and group[-1] + 1 >= MIN_SWAPPED:
                sums = [np.bincount(group, part) for part in (parts, weights)]
                found[name] = _swap(*sums, signs, margin if hypothesis.test == "equivalence" else None)
        opposed = hypothesis.test == "difference" and "p_swap" in found and parts.sum() * row["estimate"] < 0
        if opposed:
            reason = f"inside documents that hold both sides the difference is {100 * parts.sum():+.1f} points, of the other sign: no p-value"
    found["p"] = found.get("p_swap", found["p_jackknife"])
    return found | {"reason": reason}


def _swap(parts, weights, signs, margin):
    """Return the p of the label swap; of equivalence, the larger p of the two one-sided swaps around the margins."""
    if margin is None:
        return flip_signs(parts, signs)
    return max(flip_signs(weights * margin + side * parts, signs, two_sided=False) for side in (1, -1))


def _permuted(differences, weights, late, draws, seed, block):
    """Return p-values of exchanged periods, by document and by blocks of consecutive documents within a period."""
    found = {}
    early_blocks = number_blocks((~late).sum(), block)
    group = np.zeros(len(late), dtype=int)
    group[~late], group[late] = early_blocks, early_blocks.max(initial=-1) + 1 + number_blocks(late.sum(), block)
    for name, number in (("p_swap", np.arange(len(late))), ("p_swap_blocks", group)):
        if len(late) == 0:
            continue
        weight = np.bincount(number, weights)
        mean, is_late = np.bincount(number, weights * differences) / weight, np.bincount(number, late) > 0
        if min(is_late.sum(), (~is_late).sum()) >= MIN_PERIOD:
            found[name] = permute_periods(mean, weight, is_late, draws, seed)
    return found

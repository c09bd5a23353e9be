"""Sensitivities: every confirmatory test once more with one thing changed, and whether its verdict stands."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from framings.assessments import Rules, assess_comparison, draw_rules, judge
from framings.changes import CHANGES, UNTESTED, summarise_changes
from framings.comparisons import lay_out_comparison
from framings.estimates import adjust_holm, degrees_of_freedom, show_equivalence
from framings.linear_ways import LINEAR, assess_linearly
from framings.progress import show_progress
from framings.schemas import Column, Contract, check
from framings.tipping import TIPPINGS, shift_estimate, tip_hypothesis
from framings.variations import (
    Units,
    vary_circumstances,
    vary_documents,
    vary_indicators,
    vary_languages,
    vary_sentences,
)

KINDS = (
    "document",
    "indicator",
    "event type",
    "stage",
    "dual codes",
    "delivery",
    "turns as units",
    "language",
    "coder",
    "window",
    "way of inference",
    "blocks",
    "adjusted model",
    "coding error",
)

SENSITIVITIES = Contract(
    "sensitivities", "a confirmatory hypothesis tested with one thing changed", ("coder_id", "hypothesis_id", "window_id", "kind", "change"),
    {
        "coder_id": Column("text", "whose codes give the verdict that is varied"),
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "kind": Column("text", "what kind of change", values=KINDS),
        "change": Column("text", "what was left out, taken alone or put in its place"),
        "n_documents": Column("int", "documents that bear on the contrast then", low=0),
        "n_sentences": Column("int", "sentences (turns, where turns are units)", low=0),
        "estimate": Column("number", "the estimate then (of a joint test, F)", missing=True),
        "se": Column("number", "its leave-one-document-out standard error", missing=True, low=0),
        "low": Column("number", "lower end of the 95 % interval", missing=True),
        "high": Column("number", "upper end", missing=True),
        "p": Column("number", "the p of record then", missing=True, low=0, high=1),
        "p_holm": Column("number", "Holm's p, the family's other p-values as they are", missing=True, low=0, high=1),
        "verdict": Column("text", "the verdict then, by the rule of the main one"),
        "changes_verdict": Column("bool", "whether a test gives another verdict then; False where too little is left to test"),
        "reason": Column("text", "why there is no number or test, or what should be known of it", missing=True),
    },
)  # fmt: skip

# The p-values of ASSESSMENTS that could have been of record instead, by what they are called here.
OTHER_WAYS = {
    ("way of inference", "label swap"): ("p_swap", "se"),
    ("way of inference", "leave-one-document-out jackknife"): ("p_jackknife", "se"),
    ("way of inference", "score sign flip"): ("p_score", "se"),
    ("blocks", "label swap"): ("p_swap_blocks", "se_blocks"),
    ("blocks", "leave-one-block-out jackknife"): ("p_jackknife_blocks", "se_blocks"),
    ("blocks", "score sign flip"): ("p_score_blocks", "se_blocks"),
}


@dataclass(frozen=True)
class Tables:
    """What stands beside the sentences: other estimates of the same hypotheses, and what is known of errors and languages.

    ``assessments`` of all coders, ``adjusted``, ``left_out``; ``twins`` and ``twin_tallies`` (TALLIES by the dictionary, of all languages);
    ``answers`` as ``mark_answers`` gives them; ``accuracy`` (CODER_ACCURACY) and ``confusions`` (CODER_CONFUSIONS) or None.
    """

    assessments: pd.DataFrame
    adjusted: pd.DataFrame
    left_out: pd.DataFrame
    answers: pd.DataFrame
    twins: pd.DataFrame
    twin_tallies: pd.DataFrame
    accuracy: pd.DataFrame | None = None
    confusions: pd.DataFrame | None = None


@dataclass(frozen=True)
class Settings:
    """How a variation is tested: stages in order, rules of the flips, the least a voice needs."""

    stages: list
    rules: Rules
    min_documents: int
    min_sentences: int

    def lay_out(self, hypothesis, counts, few_units=False):
        """Return the ``Comparison`` of a hypothesis."""
        return lay_out_comparison(hypothesis, counts, self.stages, self.min_documents, 0 if few_units else self.min_sentences)


def vary_analysis(
    units: Units,
    tables: Tables,
    hypotheses,
    stages,
    composites,
    coder_id,
    swaps=9999,
    seed=1,
    block=3,
    min_documents=3,
    min_sentences=100,
):
    """Return (SENSITIVITIES, CHANGES, TIPPINGS) of the hypotheses of confirmatory families in confirmatory windows.

    A document, a kind of event, a stage, a wording or member of a code, dual-coded sentences left out; prepared speech and
    answers alone; turns as units; each language of events that stand in both; other coders, windows, ways of inference, blocks;
    the adjusted model; coding as unequal as observed. The verdict is that of the main analysis's rule (``judge``), Holm's p
    recomputed as if this hypothesis alone had changed. Hypotheses whose codes coders do not agree on are varied too; what they
    lack is told in CHANGES, as for those that are too rare or not estimable.
    """
    codes = list(dict.fromkeys(c for h in hypotheses.hypotheses for c in h.needed_codes if c in units.values))
    counts, declared = units.count(codes), {family.id for family in hypotheses.families if family.confirmatory}
    rules = draw_rules(counts.documents["document_id"], swaps, seed, block)
    settings = Settings(list(stages["stage_id"]), replace(rules, beside=False), min_documents, min_sentences)
    ours = tables.assessments[tables.assessments["coder_id"] == coder_id].set_index(["hypothesis_id", "window_id"], drop=False)
    varied, changes, tipped = [], [], []
    for window in (window for window in hypotheses.windows if window.confirmatory):
        for hypothesis in show_progress([one for one in hypotheses.hypotheses if one.family in declared], "hypotheses varied"):
            row = next(ours.loc[[(hypothesis.id, window.id)]].itertuples(index=False))
            within = counts.within(window) if set(hypothesis.needed_codes) <= set(codes) else None
            compared = None if within is None else settings.lay_out(hypothesis, within)
            errors = (
                [] if within is None else tip_hypothesis(hypothesis, within, compared, row, tables.accuracy, tables.confusions)
            )
            found = _vary_hypothesis(hypothesis, row, units, tables, settings, window, within, compared, errors, composites)
            family = _find_family(ours, row)
            found = [_conclude(one, row, family) for one in found]
            varied, tipped = varied + found, tipped + errors
            changes.append(summarise_changes(hypothesis, row, within, compared, found, errors))
    frames = ((varied, SENSITIVITIES), (changes, CHANGES), (tipped, TIPPINGS))
    return tuple(check(round_numbers(pd.DataFrame(rows, columns=list(contract.columns))), contract) for rows, contract in frames)


def round_numbers(table):
    """Return the table with its numbers rounded to 12 digits, so that two machines write the same."""
    return table.assign(**{name: table[name].astype(float).round(12) for name in table.select_dtypes("number")})


def _vary_hypothesis(hypothesis, row, units, tables, settings, window, within, compared, errors, composites):
    """Return what is found under each change of one hypothesis in one window (dicts with kind and change)."""
    found = []
    if compared is not None and not compared.reason:
        left = tables.left_out[(tables.left_out["coder_id"] == row.coder_id) & (tables.left_out["window_id"] == window.id)]
        left = left[left["hypothesis_id"] == hypothesis.id].set_index("document_id")["estimate"]
        influence = (left - row.estimate).abs().fillna(np.inf).to_dict()
        variations = vary_documents(hypothesis, within, influence) + vary_circumstances(hypothesis, within, compared)
        variations += vary_indicators(hypothesis, units, window, compared, composites)
        variations += vary_sentences(hypothesis, units, window, tables.answers)
        found += [_test_variation(variation, settings) for variation in variations]
    found += _vary_language(hypothesis, tables, settings, window)
    found += [_read_row(other, kind, name) for kind, name, other in _list_others(tables.assessments, row)]
    found += _list_ways(row, settings.rules.block) + _read_model(tables.adjusted, hypothesis, row, compared)
    found += _add_linear_ways(hypothesis, row, compared, len(settings.rules.signs), settings.rules.seed)
    return found + _shift_coding(hypothesis, row, compared, errors)


def _test_variation(variation, settings):
    """Return what is found when a variation takes the place of the main analysis."""
    compared = settings.lay_out(variation.hypothesis, variation.counts, variation.few_units)
    found = assess_comparison(variation.hypothesis, compared, settings.rules)[0]
    notes = [note for note in (found.get("reason"), variation.note) if note]
    return found | {"kind": variation.kind, "change": variation.change, "reason": "; ".join(notes) or None}


def _vary_language(hypothesis, tables, settings, window):
    """Return what each language gives for the events that stand in both, or one row that says why nothing does."""
    variations = vary_languages(hypothesis, tables.twin_tallies, tables.twins, window)
    if variations:
        return [_test_variation(variation, settings) for variation in variations]
    why = "no twins in this corpus: no event that is analysed stands in two languages"
    return [{"kind": "language", "change": "one language against the other", "reason": why, "verdict": ""}]


def _list_others(assessments, row):
    """Return (kind, name, row) of the same hypothesis by other coders, and in other windows."""
    same = assessments[assessments["hypothesis_id"] == row.hypothesis_id]
    coders = same[(same["window_id"] == row.window_id) & (same["coder_id"] != row.coder_id)]
    windows = same[(same["window_id"] != row.window_id) & (same["coder_id"] == row.coder_id)]
    rows = [("coder", other.coder_id, other) for other in coders.itertuples(index=False)]
    return rows + [("window", other.window_id, other) for other in windows.itertuples(index=False)]


def _read_row(other, kind, name):
    """Return what a row of ASSESSMENTS says, as found under a change."""
    names = ("n_documents", "n_sentences", "estimate", "se", "low", "high", "p", "reason")
    found = {"kind": kind, "change": name} | {column: getattr(other, column) for column in names}
    return found | ({"verdict": other.verdict} if np.isnan(other.p) or _is_forced(other) else {})


def _is_forced(row):
    """Return whether a row's verdict is not what its p says: a difference that turns round inside documents is not detected."""
    return not np.isnan(row.p) and row.verdict != judge(row.test, row.sign, row.estimate, row.p_holm)


def _list_ways(row, block):
    """Return what the other p-values of a row would have made of it."""
    same, found = {"n_documents": row.n_documents, "n_sentences": row.n_sentences, "estimate": row.estimate}, []
    of_record = "p_jackknife" if np.isnan(row.p_swap) else "p_swap"
    for (kind, change), (name, error) in OTHER_WAYS.items():
        p = getattr(row, name)
        if not np.isnan(p) and not np.isnan(row.p) and name != of_record:
            given = {"verdict": row.verdict} if _is_forced(row) else {}
            given["reason"] = _warn_few_blocks(row.n_paired // block) if name == "p_swap_blocks" else None
            found.append(same | {"kind": kind, "change": change, "se": getattr(row, error), "p": p} | given)
    return found


def _add_linear_ways(hypothesis, row, compared, draws, seed):
    """Return what the linear model's two ways make of a hypothesis that was tested."""
    if hypothesis.test not in LINEAR or np.isnan(row.p):
        return []
    same = {"kind": "way of inference", "n_documents": row.n_documents, "n_sentences": row.n_sentences}
    forced = {"verdict": row.verdict} if _is_forced(row) else {}
    return [
        same | {"change": name} | found | (forced if "p" in found else {"verdict": ""})
        for name, found in assess_linearly(compared, draws, seed).items()
    ]


def _warn_few_blocks(n):
    """Return that so few blocks cannot give a small p, or None where they can."""
    return f"{n} blocks can give no p below {2.0 ** (1 - n):.3f}" if 2.0 ** (1 - n) > 0.005 else None


def _read_model(adjusted, hypothesis, row, compared):
    """Return what the binomial model says of the same contrast; of an equivalence by two one-sided t-tests."""
    keys = [(adjusted[name] == getattr(row, name)) for name in ("coder_id", "hypothesis_id", "window_id")]
    found = []
    for other in adjusted[np.logical_and.reduce(keys)].itertuples(index=False):
        p = other.p_jackknife if np.isnan(other.p_score) else other.p_score
        if hypothesis.test == "equivalence" and not np.isnan(p):
            p = show_equivalence(other.estimate, other.se, degrees_of_freedom(compared.n), hypothesis.margin_points / 100)[0]
        numbers = {name: getattr(other, name) for name in ("n_documents", "estimate", "se", "low", "high", "reason")}
        untested = {"verdict": row.verdict if np.isnan(row.p) else "not estimable"} if np.isnan(p) else {}
        change = {"kind": "adjusted model", "change": "binomial model with equal stage, kind and length"}
        found.append(change | numbers | {"n_sentences": row.n_sentences, "p": p} | untested)
    return found


def _shift_coding(hypothesis, row, compared, errors):
    """Return what the estimate would be were coding as unequal as the worse end of what was observed."""
    if not errors or "share_a" not in errors[-1] or np.isnan(row.p):
        return []
    shifted = shift_estimate(hypothesis, row, errors, degrees_of_freedom(compared.n))
    base = {"kind": "coding error", "n_documents": row.n_documents, "n_sentences": row.n_sentences}
    if shifted is None:
        return [base | {"change": "as unequal as observed", "reason": errors[-1]["reason"], "verdict": ""}]
    change = f"{100 * shifted.pop('end'):+.1f} points of net error between the sides, the worse end of what was observed"
    note = f"p of the jackknife's t; observed: {errors[-1]['observed_of']}"
    return [base | shifted | {"change": change.replace("-", "\N{MINUS SIGN}"), "reason": note}]


def _find_family(ours, row):
    """Return the p-values of the other hypotheses that are adjusted together with this row's."""
    together = ours[
        (ours["family"] == row.family) & (ours["window_id"] == row.window_id) & (ours["confirmatory"] == row.confirmatory)
    ]
    return together.loc[together["hypothesis_id"] != row.hypothesis_id, "p"].to_numpy(float)


def _conclude(found, row, others):
    """Return a row of SENSITIVITIES from what was found under a change: Holm's p, verdict, whether it is another one."""
    blank = dict.fromkeys(("estimate", "se", "low", "high", "p"), np.nan) | {"n_documents": 0, "n_sentences": 0, "reason": None}
    key = {name: getattr(row, name) for name in ("coder_id", "hypothesis_id", "window_id")}
    found = key | blank | {name: value for name, value in found.items() if name in SENSITIVITIES.columns}
    found["p_holm"] = adjust_holm(np.append(others, found["p"]))[-1]
    if "verdict" not in found:
        found["verdict"] = judge(row.test, row.sign, found["estimate"], found["p_holm"])
    if found["verdict"] == "":  # nothing was there to try
        return found | {"verdict": "not tried", "changes_verdict": False}
    return found | {"changes_verdict": found["verdict"] != row.verdict and found["verdict"] not in UNTESTED}

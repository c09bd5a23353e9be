"""Rarities: what can be said of a code that is too rare for a test, side by side, with bounds and without a p-value."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from framings.comparisons import count_documents, lay_out_comparison
from framings.estimates import (
    ASSUMED_CORRELATION,
    RARE_DOCUMENTS,
    RARE_SENTENCES,
    bound_share,
    effective_sentences,
    sum_cells,
)
from framings.firth import FirthError, fit_firth, profile_interval
from framings.schemas import TALLIES, Column, Contract, check
from framings.tallies import match_evidence, refuse_mixed_languages

SENTENCES, REFERENCES = "sentences", "reference codes among the sentences read"
RARITIES = Contract(
    "rarities", "one side of a contrast whose code is too rare for a test",
    ("coder_id", "hypothesis_id", "window_id", "code", "side"),
    {
        "coder_id": Column("text", "whose codes"),
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "contrast": Column("text", "what is subtracted from what"),
        "code": Column("text", "code that is counted"),
        "side": Column("text", "actors (in a stage or period) whose sentences are counted, in the order of the contrast"),
        "counted": Column("text", "what is counted; of corrected codes, whose sums are no counts, the reference codes behind them", values=(SENTENCES, REFERENCES)),
        "n_documents": Column("int", "documents in which the side speaks", low=0),
        "n_sentences": Column("int", "sentences of the side", low=0),
        "n_read": Column("int", "sentences that the coder read: all, or those drawn for reference codes", low=0),
        "n_coded": Column("int", "sentences read that carry the code", low=0),
        "n_documents_coded": Column("int", "documents with such a sentence", low=0),
        "share": Column("number", "share of sentences; of corrected codes the corrected one, at least n_coded / n_sentences", missing=True, low=0, high=1),
        "upper": Column("number", "upper end of the share's 95 % interval, for sentences alike within documents", missing=True, low=0, high=1),
        "correlation": Column("number", "assumed between sentences of a document, as to whether they carry the code", low=0, high=1),
        "n_correlated": Column("int", "codes from which that correlation is estimated; 0: assumed beforehand", low=0),
        "log_odds": Column("number", "Firth's log odds ratio of the first side against the second, in the first side's row; of reference codes unweighted", missing=True),
        "log_odds_low": Column("number", "lower end of its 95 % profile interval, which takes sentences as independent", missing=True),
        "log_odds_high": Column("number", "upper end", missing=True),
        "adjusted_for": Column("text", "what is held equal in the odds ratio; missing where there is none", missing=True),
        "note": Column("text", "that it is described, not tested, and why"),
    },
)  # fmt: skip

READ = Contract(
    "read", "a turn with the sentences in it that were drawn for reference codes", ("document_id", "turn"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn", low=0),
        "n_read": Column("int", "sentences drawn", low=1),
        "weight": Column("number", "sum of 1 / p, p the probability with which each was drawn", low=1),
        "squares": Column("number", "sum of 1 / p²", low=1),
    },
)  # fmt: skip
READ_COLUMNS = ("n_read", "weight", "squares")
LEAST_CODES = 5  # codes with enough sentences from which a correlation is estimated; with fewer it is assumed


@dataclass(frozen=True)
class Side:
    """One side of a contrast by document: sentences ``n``, those ``read``, ``hits`` among them, sums of (pseudo-)outcomes ``k``.

    All are (documents,); ``late`` is 1, 0 or, where there are no periods, 0. ``weight`` and ``squares`` sum 1/p and 1/p² of
    the sentences read.
    """

    code: str
    name: str
    first: bool
    late: bool
    n: np.ndarray
    k: np.ndarray
    hits: np.ndarray
    read: np.ndarray
    weight: np.ndarray
    squares: np.ndarray


def describe_rarities(
    tallies,
    assessments,
    hypotheses,
    stages,
    coder_id,
    correlation=None,
    min_documents=3,
    min_sentences=100,
    evidence=None,
    read=None,
):
    """Return the table RARITIES: for each hypothesis and window of ``assessments`` that is too rare, a row a side and code.

    ``tallies``, ``hypotheses``, ``stages`` and the minima are those that the table ASSESSMENTS was made with. The upper bound
    is Clopper and Pearson's at the effective number of sentences (``bound_rare_share``); ``correlation`` between the sentences
    of a document is estimated from the common codes where it is None (``estimate_common_correlation``). The log odds ratio is
    Firth's over the sentences, with stage and kind of event held equal where that is identified; its profile interval takes
    sentences as independent and is no test. Tallies of pseudo-outcomes come with ``evidence``, tallies of the reference codes
    behind them, and ``read`` (table READ): counts, bound and odds are then of reference codes among the sentences read.
    """
    refuse_mixed_languages(tallies)
    if (evidence is None) != (read is None):
        raise ValueError("pseudo-outcomes need both evidence and read: reference codes, and the sentences they were sought in")
    turns = _lay_out_turns(tallies, evidence, read)
    rare = assessments[(assessments["coder_id"] == coder_id) & (assessments["verdict"] == "too rare")]
    needed = {code for hypothesis in hypotheses.hypotheses for code in hypothesis.needed_codes}
    counts = count_documents(tallies, [code for code in tallies.columns if code in needed], evidence)
    windows, tested = ({each.id: each for each in group} for group in (hypotheses.windows, hypotheses.hypotheses))
    found = (correlation, 0) if correlation is not None else estimate_common_correlation(turns)
    rows = []
    for given in rare.itertuples():
        hypothesis, within = tested[given.hypothesis_id], counts.within(windows[given.window_id])
        compared = lay_out_comparison(hypothesis, within, list(stages["stage_id"]), min_documents, min_sentences)
        sides = list_sides(hypothesis, compared, turns)
        about = within.documents.set_index("document_id").loc[compared.documents]
        odds = _estimate_odds(hypothesis, sides, about)
        key = {
            "coder_id": coder_id,
            "hypothesis_id": hypothesis.id,
            "window_id": given.window_id,
            "contrast": hypothesis.contrast,
        }
        key["note"] = _say_untested(given.reason)
        for number, side in enumerate(sides):
            row = key | _describe_side(side, evidence is not None, *found)
            rows.append(row | (odds if number == 0 else dict.fromkeys(odds)))
    return check(pd.DataFrame(rows, columns=list(RARITIES.columns)), RARITIES)


def count_read(frame, sample):
    """Return the table READ from the coding frame (sentence_id, document_id, turn) and the drawn sentences, SAMPLE."""
    drawn = frame[["sentence_id", "document_id", "turn"]].merge(sample[["sentence_id", "p"]], on="sentence_id")
    drawn = drawn.assign(n_read=1, weight=1 / drawn["p"], squares=1 / drawn["p"] ** 2)
    return check(drawn.groupby(["document_id", "turn"], as_index=False)[list(READ_COLUMNS)].sum(), READ)


def _say_untested(reason):
    """Return the sentence that a rarity is described, not tested, from the reason of its assessment."""
    return f"described, not tested: {reason.split(';')[0]}, and a test needs {RARE_SENTENCES} in {RARE_DOCUMENTS}"


# Sides ----------------------------------------------------------------------------------------------------------------


def _lay_out_turns(tallies, evidence, read):
    """Return the turns with, for each code, its sums and, as '<code> seen', sentences seen to carry it; n_read, weight, squares."""
    codes = [name for name in tallies.columns if name not in TALLIES.columns]
    seen = tallies[codes].to_numpy(float) if evidence is None else match_evidence(tallies, evidence, codes)
    table = pd.concat([tallies, pd.DataFrame(seen, tallies.index, [f"{code} seen" for code in codes])], axis=1)
    if read is None:
        return table.assign(**dict.fromkeys(READ_COLUMNS, tallies["n_sentences"]))
    return table.merge(check(read, READ), on=["document_id", "turn"], how="left").fillna(dict.fromkeys(READ_COLUMNS, 0))


def list_sides(hypothesis, compared, turns):
    """Return the ``Side`` objects of a comparison, in the order of its contrast; of a joint test one a voice and code."""
    voices, late = range(len(compared.voices)), compared.late
    codes = hypothesis.codes if hypothesis.test == "joint" else (hypothesis.codes[0], *filter(None, (hypothesis.other_code,)))
    if hypothesis.test in ("joint", "within_actor", "upper_bound"):
        groups = [((voice,), None) for voice in voices] if hypothesis.test == "joint" else [(tuple(voices), None)]
        return [_count_side(hypothesis, compared, turns, code, *group) for code in codes for group in groups]
    parts = [tuple(voice for voice in voices if side * compared.contrast[voice] > 0) for side in (1, -1)]
    periods = [None] if late is None else [True, False]
    return [_count_side(hypothesis, compared, turns, codes[0], part, period) for period in periods for part in parts]


def _count_side(hypothesis, compared, turns, code, voices, late):
    """Return the ``Side`` of some voices and, where there are periods, of the documents of the later or the earlier one."""
    used = compared.n[:, voices] > 0
    if late is not None:
        used &= (compared.late == late)[:, None]
    document = pd.Index(compared.documents).get_indexer(turns["document_id"])
    names = [compared.voices[voice] for voice in voices]
    actors = [hypothesis.a[voice % len(hypothesis.a)] for voice in voices] if hypothesis.test == "stage_change" else names
    voice = pd.Index(actors).get_indexer(turns["actor_id"])
    inside = (document >= 0) & (voice >= 0)
    inside[inside] = used[document[inside], voice[inside]]
    columns = turns.loc[inside, [code, f"{code} seen", *READ_COLUMNS]].to_numpy(float)
    k, hits, read, weight, squares = sum_cells(columns, document[inside], len(used)).T
    n = (compared.n[:, voices] * used).sum(1)
    if hypothesis.among:  # the share is one of the sentences with that code, all of which were read
        read = weight = squares = n
    period = {True: f" from {hypothesis.split_date}", False: f" before {hypothesis.split_date}", None: ""}[late]
    first = bool(voices) and compared.contrast[voices[0]] > 0 if hypothesis.test != "joint" else False
    return Side(code, " and ".join(names) + period, first, bool(late), n, k, hits, read, weight, squares)


def _describe_side(side, corrected, correlation, n_correlated):
    """Return the columns of a side's counts, share and bound."""
    row = {"code": side.code, "side": side.name, "counted": REFERENCES if corrected else SENTENCES}
    row |= {"correlation": round(correlation, 12), "n_correlated": n_correlated}
    totals = {"n_documents": (side.n > 0).sum(), "n_sentences": side.n.sum(), "n_read": side.read.sum()}
    totals |= {"n_coded": side.hits.sum(), "n_documents_coded": (side.hits > 0).sum()}
    row |= {name: int(value) for name, value in totals.items()}
    if not side.n.sum():
        return row | {"share": np.nan, "upper": np.nan}
    bound = _bound_corrected if corrected else _bound_counted
    return row | dict(zip(("share", "upper"), (round(float(end), 12) for end in bound(side, correlation)), strict=True))


def _bound_counted(side, correlation):
    """Return the share and its upper bound from counts."""
    return side.hits.sum() / side.n.sum(), bound_rare_share(side.hits, side.n, correlation)


def _bound_corrected(side, correlation):
    """Return the corrected share and its upper bound, whose effective number of sentences is that of the sentences read.

    The leave-one-document-out error of a corrected share is near nil where no reference code was found, and is not used.
    """
    # ASSUME: a corrected share that rests on few reference codes is known no better than from the sentences read alone, drawn
    # with unequal weights (Kish 1965) and alike within documents.
    read, n = side.read.sum(), side.n.sum()
    share = np.clip(side.k.sum() / n, side.hits.sum() / n, 1)
    if not read:
        return share, 1.0
    effective = min(side.weight.sum() ** 2 / side.squares.sum(), read) / design_effect(side.read, correlation)
    return share, max(bound_share(share * read, read, effective)[1], share)


# Bounds and correlation -----------------------------------------------------------------------------------------------


def design_effect(sizes, correlation):
    """Return by how much the variance of a share grows when sentences of documents of ``sizes`` (documents,) correlate.

    Two documents of 11 sentences correlated by .1 have the variance of half as many:

    >>> design_effect(np.array([11.0, 11]), 0.1)
    2.0
    """
    sizes = np.asarray(sizes, dtype=float)
    return float(1 + ((sizes**2).sum() / sizes.sum() - 1) * correlation)


def bound_rare_share(k, n, correlation=ASSUMED_CORRELATION):
    """Return the upper end of the 95 % interval of sum(k) / sum(n) over documents, (documents,) each, for a rare code.

    Clopper and Pearson's at the smaller of two numbers of effective sentences: that of the leave-one-document-out error
    (Korn and Graubard 1998) and n over the design effect of ``correlation``. A handful of coded sentences in as many
    documents shows no spread, which is no sign that sentences are independent.

    0 of 60 in independent sentences, by the rule of 1 - .025^(1/60), and in 3 documents of 20 that correlate by .1:

    >>> zero, sizes = np.zeros(3), np.full(3, 20.0)
    >>> round(bound_rare_share(zero, sizes, 0.0), 4), round(bound_rare_share(zero, sizes, 0.1), 4)
    (0.0596, 0.1633)
    """
    k, n = (np.asarray(values, dtype=float)[np.asarray(n) > 0] for values in (k, n))
    total, coded, documents = n.sum(), k.sum(), len(n)
    se = 0.0
    if documents > 1:
        left = (coded - k) / (total - n)
        se = np.sqrt((documents - 1) / documents * ((left - coded / total) ** 2).sum())
    effective = effective_sentences(coded, total, se, max(documents - 1, 1), n, correlation)
    effective = np.minimum(effective, total / design_effect(n, correlation))
    return float(bound_share(coded, total, effective)[1])


def estimate_correlation(k, n, group=None):
    """Return the correlation within documents of binary codes, (codes,), from coded k (documents, codes) of n (documents,) sentences.

    The estimator of analysis of variance (Ridout, Demetrio and Firth 1999): with MSB and MSW the mean squares between and
    within documents and m0 their adjusted mean size, (MSB - MSW) / (MSB + (m0 - 1) MSW). ``group`` (documents,) numbers
    speakers from 0, whose different shares are then no correlation. Missing where nothing varies; it may be negative.

    Two documents of 2, both sentences coded in one and none in the other: MSB = 1, MSW = 0. One coded in either: 0, 1/2.

    >>> estimate_correlation(np.array([[2.0, 1], [0, 1]]), np.array([2.0, 2]))
    array([ 1., -1.])
    """
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    group = np.zeros(len(n), dtype=int) if group is None else np.asarray(group)
    groups = int(group.max()) + 1
    sizes, coded, squared = (sum_cells(values, group, groups) for values in (n, k, n**2))
    spoken = sizes > 0
    squares = (k**2 / n[:, None]).sum(0)
    between = (squares - (coded[spoken] ** 2 / sizes[spoken, None]).sum(0)) / (len(n) - spoken.sum())
    within = (k.sum(0) - squares) / (n.sum() - len(n))
    m0 = (n.sum() - (squared[spoken] / sizes[spoken]).sum()) / (len(n) - spoken.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return (between - within) / (between + (m0 - 1) * within)


def estimate_common_correlation(turns):
    """Return (correlation, number of codes): the upper quartile over the codes that are common enough for a test, in [0, 1].

    ``turns`` has, for each code, a column '<code> seen', of n_read sentences. With fewer than five such codes the
    correlation is ``ASSUMED_CORRELATION``. The upper quartile, because a bound should err to the safe side; rarer codes
    correlate less on this scale, in the corpora at hand too.
    """
    seen = [name for name in turns.columns if name.endswith(" seen")]
    spoken = turns.groupby(["actor_id", "document_id"])[["n_read", *seen]].sum()
    spoken = spoken[spoken["n_read"] > 0]
    if len(spoken) <= spoken.index.get_level_values(0).nunique():
        return ASSUMED_CORRELATION, 0
    k, n = spoken[seen].to_numpy(float), spoken["n_read"].to_numpy(float)
    common = (k.sum(0) >= RARE_SENTENCES) & ((k > 0).sum(0) >= RARE_DOCUMENTS)
    found = estimate_correlation(k[:, common], n, pd.factorize(spoken.index.get_level_values(0))[0])
    found = found[np.isfinite(found)]
    if len(found) < LEAST_CODES:
        return ASSUMED_CORRELATION, 0
    return float(np.clip(np.quantile(found, 0.75), 0, 1)), len(found)


# Odds -----------------------------------------------------------------------------------------------------------------


def _estimate_odds(hypothesis, sides, about):
    """Return log odds ratio, its profile interval and what is held equal; missing where the claim is no contrast of sides."""
    missing = dict.fromkeys(("log_odds", "log_odds_low", "log_odds_high"), np.nan) | {"adjusted_for": None}
    if hypothesis.test not in ("difference", "equivalence", "difference_in_differences", "stage_change"):
        return missing
    factors = ["event_type"] if hypothesis.test == "stage_change" else ["stage_id", "event_type"]
    words = {"stage_id": "stage", "event_type": "event type"}
    for held in (factors, []):
        x, k, n = lay_out_odds(sides, about[held], hypothesis.split_date is not None)
        if x is None:
            continue
        try:
            fit, ends = fit_firth(x, k, n), profile_interval(x, k, 1, n)
        except FirthError:
            continue
        names = ("log_odds", "log_odds_low", "log_odds_high")
        odds = {name: round(float(value), 9) for name, value in zip(names, (fit.b[1], *ends), strict=True)}
        return odds | {"adjusted_for": " and ".join(words[name] for name in held) or "nothing"}
    return missing


def lay_out_odds(sides, factors, periods):
    """Return the design (rows, p), coded and read sentences (rows,) by side and kind of document; None thrice where not identified.

    Column 1 is the tested one: the first side or, with ``periods``, the first side in the later one. ``factors`` is a table
    (documents, factors) whose dummies are held equal; those that add nothing are dropped.
    """
    cell = factors.astype(str).agg(" ".join, axis=1).to_numpy() if factors.shape[1] else np.full(len(factors), "all")
    kinds = factors.assign(cell=cell).drop_duplicates("cell").set_index("cell").sort_index()
    place = kinds.index.get_indexer(cell)
    rows = []
    for side in sides:
        n, k = (np.bincount(place, values, len(kinds)) for values in (side.read, side.hits))
        rows.append(np.column_stack([np.full(len(kinds), side.first), np.full(len(kinds), side.late), k, n]))
    first, late, k, n = np.concatenate(rows).astype(float).T
    dummies = pd.get_dummies(kinds, drop_first=True).to_numpy(float) if kinds.shape[1] else np.zeros((len(kinds), 0))
    tested = first * late if periods else first
    others = [np.ones(len(n)), *([first, late] if periods else []), *np.tile(dummies, (len(sides), 1)).T]
    said = n > 0
    kept = []
    for column in others:
        if np.linalg.matrix_rank(np.column_stack([*kept, column[said]])) > len(kept):
            kept.append(column[said])
    x = np.column_stack([kept[0], tested[said], *kept[1:]]) if kept else np.zeros((0, 0))
    if not len(x) or np.linalg.matrix_rank(x) < x.shape[1]:
        return None, None, None
    return x, k[said], n[said]

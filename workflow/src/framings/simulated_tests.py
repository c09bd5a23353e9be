"""Simulated tests: the pipeline's own inference on data sets of which the truth is known, hit or miss, beside what it does not do."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr
from scipy.stats import chi2

from framings.adjusted import adjust_contrasts, fit_logit
from framings.assessments import assess_comparison, assess_hypotheses, draw_rules
from framings.comparisons import Counts, lay_out_comparison
from framings.correction import correct_codes, mark_evidence, sample_alone
from framings.estimates import LEVEL, estimate_prevalence
from framings.hypotheses import Family, Hypotheses, Hypothesis, Window
from framings.sampling import sample_sentences
from framings.simulated_counts import World, draw_counts, draw_shares, expect_contrast, expect_share, lay_out_tallies

TRUE_CODES, AS_TRUTH, CORRECTED, ALONE = "true codes", "machine codes as truth", "corrected", "sample alone"
METHODS = {
    "p": "of record",
    "p_jackknife": "jackknife",
    "p_swap": "label swap",
    "p_score": "score flip",
    "p_jackknife_blocks": "jackknife, blocks",
    "p_swap_blocks": "label swap, blocks",
    "p_score_blocks": "score flip, blocks",
}
NAIVE, CLUSTERED = "naive logit", "cluster-robust z"
INTERVALS = {"jackknife": ("low", "high"), "score flip": ("score_low", "score_high")}


@dataclass(frozen=True)
class Errors:
    """How a machine errs: ``sensitivity`` and ``specificity`` (actors, codes), and how many sentences are drawn for reference codes."""

    sensitivity: np.ndarray
    specificity: np.ndarray
    n_drawn: int


@dataclass(frozen=True)
class Design:
    """What is simulated and tested. ``levels`` (actors, codes) and ``spread`` are logits (``framings.simulated_counts``), ``part`` the
    document's part of the effects' variance, ``drift`` what drifts, ``alike`` the correlation of effects of two codes.

    ``truth`` is null, planted, margin or bound; ``kind`` says what is measured: a contrast, a family of tests, the adjusted model,
    shares, or a contrast of machine codes, whose ``errors`` are known.
    """

    id: str
    group: str
    title: str
    truth: str
    kind: str
    world: World
    hypotheses: tuple
    codes: tuple
    levels: np.ndarray
    spread: float
    part: float
    drift: str = ""
    alike: float = 0.0
    errors: Errors | None = None

    @property
    def stages(self):
        """The ids of stages, in their order."""
        return sorted(self.world.documents["stage_id"].unique())

    @property
    def registered(self):
        """The hypotheses as the pipeline reads them: one window, one confirmatory family."""
        family = Family("simulated", "Simulated", True)
        return Hypotheses((Window("all", "All", None, None, True),), (family,), self.hypotheses, "", {})


def make_hypothesis(test, codes, a, b=(), **more):
    """Return a hypothesis for a simulation."""
    sign = {"equivalence": "0", "upper_bound": "-", "joint": "two-sided"}.get(test, "+")
    name = more.pop("id", "H")
    return Hypothesis(name, "simulated", test, tuple(codes), tuple(a), tuple(b), sign, "simulated", "simulated", **more)


def simulate_design(design, sets, swaps=999, first=0):
    """Return a table, a row a data set, of hits: columns (coder, measure, method), 1 hit, 0 none, missing where not defined.

    Data set number i is the same whatever ``sets`` and ``first`` are.
    """
    run = {
        "contrast": _try_contrast,
        "family": _try_family,
        "adjusted": _try_adjusted,
        "shares": _try_shares,
        "coded": _try_coded,
    }
    seed = int.from_bytes(design.id.encode()[-24:], "big")
    rows = [
        run[design.kind](design, np.random.default_rng([seed, number]), swaps, number) for number in range(first, first + sets)
    ]
    table = pd.DataFrame(rows)
    return table.set_axis(pd.MultiIndex.from_tuples(table.columns, names=["coder", "measure", "method"]), axis=1)


def _draw(design, generator):
    """Return the Counts of a data set."""
    return draw_counts(
        generator, design.world, design.codes, design.levels, design.spread, design.part, design.drift, design.alike
    )


def _try_contrast(design, generator, swaps, number):
    """Return the hits of all tests of a contrast, of its intervals, and of the usual logits beside them."""
    counts = _draw(design, generator)
    hypothesis, rules = design.hypotheses[0], draw_rules(counts.documents["document_id"], swaps, number)
    hits, compared = _assess(design, counts, rules, TRUE_CODES)
    if hypothesis.test not in ("equivalence", "upper_bound"):
        for method, p in zip((NAIVE, CLUSTERED), judge_usually(hypothesis, compared, counts), strict=True):
            hits[TRUE_CODES, "rejections", method] = _reject(p)
    return hits


def _assess(design, counts, rules, coder):
    """Return the hits of the pipeline's tests of the first hypothesis, and its Comparison; a contrast that it does not test has none."""
    hypothesis = design.hypotheses[0]
    compared = lay_out_comparison(hypothesis, counts, design.stages)
    row, _ = assess_comparison(hypothesis, compared, rules)
    tested = not np.isnan(row.get("p", np.nan))
    hits = {(coder, "rejections", name): _reject(row.get(key, np.nan)) if tested else np.nan for key, name in METHODS.items()}
    if design.truth == "planted":
        true = expect_contrast(design.world, hypothesis, compared, design.codes, design.levels, design.spread)
        for name, ends in INTERVALS.items():
            hits[coder, "coverage", name] = _cover(*(row.get(end, np.nan) for end in ends), true)
    return hits, compared


def _reject(p):
    """Return whether p rejects at 5 %, missing where p is."""
    return np.nan if np.isnan(p) else float(p <= LEVEL)


def _cover(low, high, true):
    """Return whether an interval holds the truth, missing where there is none."""
    return np.nan if np.isnan(low) or np.isnan(true) else float(low <= true <= high)


def _try_family(design, generator, swaps, number):
    """Return whether any test of a family rejects: as they stand, after Holm, after Westfall and Young."""
    tallies = lay_out_tallies(_draw(design, generator))
    stages = pd.DataFrame({"stage_id": design.stages})
    table, _ = assess_hypotheses(tallies, design.registered, stages, "simulated", swaps=swaps, seed=number)
    names = {"p": "no adjustment", "p_holm": "Holm", "p_westfall_young": "Westfall and Young"}
    return {(TRUE_CODES, "family-wise error", name): float((table[key] <= LEVEL).any()) for key, name in names.items()}


def _try_adjusted(design, generator, swaps, number):
    """Return the hits of the adjusted contrast."""
    counts, hypothesis = _draw(design, generator), design.hypotheses[0]
    stages = pd.DataFrame({"stage_id": design.stages})
    row = adjust_contrasts(lay_out_tallies(counts), design.registered, stages, "simulated", swaps, number).iloc[0]
    hits = {(TRUE_CODES, "rejections", f"adjusted, {name}"): _reject(row[key]) for key, name in list(METHODS.items())[1:4:2]}
    if design.truth == "planted":
        compared = lay_out_comparison(hypothesis, counts, design.stages)
        inside = np.isin(design.world.documents["document_id"], compared.documents)
        voices = [design.world.actors.index(name) for name in compared.voices]
        weight = design.world.n[inside][:, voices].sum(1)
        expected = expect_share(design.levels[None, voices, 0] + design.world.level[inside, None], design.spread)
        true = float(weight @ expected @ compared.contrast / weight.sum())
        hits[TRUE_CODES, "coverage", "adjusted, jackknife"] = _cover(row["low"], row["high"], true)
    return hits


def _try_shares(design, generator, swaps, number):
    """Return whether the interval of each actor's share holds the truth, where there is one; the actors of the first hypothesis."""
    counts, actors = _draw(design, generator), design.hypotheses[0].a
    stages = pd.DataFrame({"stage_id": design.stages})
    shares = estimate_prevalence(lay_out_tallies(counts), stages, "simulated", design.codes)
    shares = shares[shares["stage_id"] == "all"].set_index(["actor_id", "code"])
    hits = {}
    for actor in actors:
        place = design.world.actors.index(actor)
        n, row = design.world.n[:, place], shares.loc[(actor, design.codes[0])]
        true = n @ expect_share(design.levels[place, 0] + design.world.level, design.spread) / n.sum()
        hits[TRUE_CODES, "coverage", "share" if len(actors) == 1 else f"share of {actor}"] = _cover(row["low"], row["high"], true)
    return hits


# Machine codes --------------------------------------------------------------------------------------------------------


def _try_coded(design, generator, swaps, number):
    """Return the hits of a contrast with true codes, machine codes taken as truth, corrected ones, and the reference sample alone."""
    rules, hits = draw_rules(design.world.documents["document_id"], swaps, number), {}
    for coder, counts in draw_coded(design, generator, number).items():
        found, compared = _assess(design, counts, rules, coder)
        hits |= found
        if coder == AS_TRUTH:
            usual = judge_usually(design.hypotheses[0], compared, counts)
            hits |= {(coder, "rejections", method): _reject(p) for method, p in zip((NAIVE, CLUSTERED), usual, strict=True)}
    return hits


def draw_coded(design, generator, number):
    """Return {coder: Counts} of one data set: sentences with true codes, a machine's, a sample drawn and what comes of it."""
    world, codes = design.world, list(design.codes)
    document, actor = (np.repeat(place, world.n[np.nonzero(world.n)].astype(int)) for place in np.nonzero(world.n))
    shares = draw_shares(generator, world, design.levels, design.spread, design.part, design.drift, design.alike)
    truth = (generator.random((len(document), len(codes))) < shares[document, actor]).astype(float)
    chance = np.where(truth > 0, design.errors.sensitivity[actor], 1 - design.errors.specificity[actor])
    machine = (generator.random(chance.shape) < chance).astype(float)
    frame = _frame_sentences(world, document, actor, machine)
    truth, machine = (pd.DataFrame(values, index=pd.Index(frame["sentence_id"]), columns=codes) for values in (truth, machine))
    sample = sample_sentences(frame, design.errors.n_drawn, number)
    reference = truth.loc[sample["sentence_id"]]
    outcomes = {TRUE_CODES: truth, AS_TRUTH: machine, CORRECTED: correct_codes(machine, reference, sample, frame, seed=number)}
    outcomes[ALONE] = sample_alone(reference, sample, frame)
    sums = {coder: _sum_voices(outcome.to_numpy(), document, actor, world) for coder, outcome in outcomes.items()}
    seen = _sum_voices(mark_evidence(reference, sample, frame).to_numpy(), document, actor, world)
    rests = {coder: coder in (CORRECTED, ALONE) for coder in sums}
    fixed = world.documents, list(world.actors), codes, world.n
    return {coder: Counts(*fixed, k, seen if rests[coder] else k, corrected=rests[coder]) for coder, k in sums.items()}


def _frame_sentences(world, document, actor, machine):
    """Return the frame of sentences (documents and actors by number) from which reference sentences are drawn.

    Strata know the machine's first code and its last, as they know the two families in a corpus.
    """
    number = pd.Series(np.arange(len(document))).astype(str).str.zfill(6)
    frame = world.documents.iloc[document][["document_id", "stage_id"]].reset_index(drop=True)
    names = np.array(["none", "OS", "RS", "OS+RS"])
    families = names[(machine[:, 0] + (2 * machine[:, -1] if machine.shape[1] > 1 else 0)).astype(int)]
    return frame.assign(sentence_id=number, text="", actor_id=np.array(world.actors)[actor], families=families)


def _sum_voices(values, document, actor, world):
    """Return the sums (documents, actors, codes) of values (sentences, codes)."""
    sums = np.zeros((*world.n.shape, values.shape[1]))
    np.add.at(sums, (document, actor), values)
    return sums


# What others do -------------------------------------------------------------------------------------------------------


def judge_usually(hypothesis, compared, counts):
    """Return the p of a contrast from a logit that takes sentences for independent, and from one with cluster-robust (CR1) errors.

    The model has the cells' levels and what the test has as its null; z (or chi² of a joint test) of the tested columns.
    """
    x, tested, k, n, document = _design_logit(hypothesis, compared, counts)
    b = fit_logit(x, k, n)
    if b is None:
        return np.nan, np.nan
    p = 1 / (1 + np.exp(-x @ b))
    bread = np.linalg.pinv((x * (n * p * (1 - p))[:, None]).T @ x, hermitian=True)
    sums = np.zeros((document.max() + 1, x.shape[1]))
    np.add.at(sums, document, x * (k - n * p)[:, None])
    groups = len(np.unique(document))
    robust = groups / (groups - 1) * bread @ (sums.T @ sums) @ bread
    return tuple(_wald(b[tested], covariance[np.ix_(tested, tested)]) for covariance in (bread, robust))


def _wald(b, covariance):
    """Return the p of b'V^-1 b against chi², which for one coefficient is z."""
    if len(b) == 1:
        return float(2 * ndtr(-abs(b[0]) / np.sqrt(covariance[0, 0]))) if covariance[0, 0] > 0 else np.nan
    return float(chi2.sf(b @ np.linalg.pinv(covariance) @ b, len(b)))


def _design_logit(hypothesis, compared, counts):
    """Return columns (rows, p), which of them are tested, coded and all sentences and the document of each voice in a document."""
    if hypothesis.test == "within_actor":
        k = np.concatenate([counts.voices(hypothesis.a, code).sum(1) for code in (hypothesis.codes[0], hypothesis.other_code)])
        n = np.tile(counts.voices(hypothesis.a).sum(1), 2)
        document, second = np.tile(np.arange(len(counts.documents)), 2), np.repeat([0.0, 1.0], len(counts.documents))
        heard = n > 0
        return np.column_stack([np.ones(len(n)), second])[heard], [1], k[heard], n[heard], document[heard]
    document, voice = np.nonzero(compared.n)
    dummies = np.eye(compared.cell.max() + 1)[compared.cell[document]]
    dummies = dummies[:, dummies.any(0)]
    if hypothesis.test == "joint":
        changes = compared.estimate.keywords["changes"]
        tested = [(voice == pair[1]) & np.isin(compared.cell[document], later) for pair, _, later in changes]
        own = [voice == one for one in sorted({pair[1] for pair, _, _ in changes})]
        columns, q = [*own, *tested], len(tested)
    else:
        columns, q = [compared.contrast[voice]], 1
        if compared.late is not None:
            columns.append(compared.contrast[voice] * compared.late[document])
    x = np.column_stack([dummies, *columns]).astype(float)
    rows = document, voice
    return x, list(range(x.shape[1] - q, x.shape[1])), compared.k[rows][:, 0], compared.n[rows], document

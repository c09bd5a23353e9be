"""Measure how often the project's inference rejects true nulls and covers true values, on simulated counts.

Run ``python benchmarks/calibrate_small.py [data sets]`` (1,000 take about a CPU-minute). Each data set mirrors the
design: 47 documents in two stages and three kinds of event, two to four of four speakers each, about 30 sentences a
speaker and document, latent intraclass correlation .10, half of it common to the document and half the speaker's own.
Prints, for each situation, the share of true nulls rejected at 5 % (or the coverage of 95 % intervals) in per cent with
its exact binomial bounds.
"""

import sys

import numpy as np
import pandas as pd
from scipy.special import betaincinv, expit, fdtrc, logit

from framings.adjusted import build_design, estimate_effect, score_documents
from framings.estimates import (
    bound_share,
    draw_signs,
    effective_sentences,
    flip_signs,
    jackknife,
    joint_f,
    number_blocks,
    pair_documents,
    permute_periods,
    show_equivalence,
    standardised_difference,
    sum_cells,
    t_two_sided,
)

PAIR = np.array([1.0, -1])
VARIANCE = 0.10 / 0.90 * np.pi**2 / 3  # of the latent effects, for an intraclass correlation of .10


def simulate_counts(generator, share, documents=47, gap=0.0, present=(1, 1, 0.45, 0.3), codes=1, drift=0.0):
    """Return n (documents, 4), k (documents, 4, codes), cell and stage; ``gap`` is added to the first speaker's logit."""
    shape = (documents, 4, codes)
    common, own = (np.sqrt(VARIANCE / 2) * generator.standard_normal(size) for size in ((documents, 1, codes), shape))
    if drift:  # each speaker's own effect wanders from document to document with unchanged variance
        for late in range(1, documents):
            own[late] = drift * own[late - 1] + np.sqrt(1 - drift**2) * own[late]
    stage, event = np.arange(documents) * 2 // documents, generator.integers(0, 3, documents)
    latent = logit(share) + common + own + 0.4 * (event[:, None, None] - 1) + 0.4 * stage[:, None, None]
    latent[:, 0] += gap
    spoken = generator.random((documents, 4)) < np.array(present)
    n = spoken * (1 + generator.negative_binomial(2, 2 / 31, size=(documents, 4)))
    k = generator.binomial(n[:, :, None], expit(latent))
    return n.astype(float), k.astype(float), stage * 3 + event, stage


def contrast_p(n, k, cell, signs):
    """Return the p-values of a contrast of two voices: jackknife, swap, swap of blocks, jackknife over blocks, score."""
    kept = (sum_cells(n, cell, 6) > 0).all(1)[cell] & (n.sum(1) > 0)
    n, k, cell = n[kept], k[kept], cell[kept]
    if len(n) == 0 or min((n > 0).sum(0)) < 3:  # not estimable
        return None
    documents = np.arange(len(n))
    found = {}
    for name, group in (("jackknife", documents), ("jackknife, blocks", number_blocks(len(n), 3))):
        theta, _, covariance = jackknife(lambda n, k: standardised_difference(n, k, PAIR), n, k, cell, group)
        se = np.sqrt(covariance[0, 0])
        found[name] = t_two_sided(theta[0], se, group.max())
        if name == "jackknife":
            found |= {"theta": theta[0], "se": se, "df": group.max(), "few": min((n > 0).sum(0)) - 1}
            found["jackknife, df of the rarer speaker"] = t_two_sided(theta[0], se, found["few"])
    differences, weights, paired = pair_documents(n, k, cell, PAIR)
    parts = weights * differences[:, 0]
    found["swap"] = flip_signs(parts, signs) if len(parts) > 5 else np.nan
    found["swap, blocks"] = flip_signs(np.bincount(number_blocks(len(parts), 3), parts), signs) if len(parts) > 17 else np.nan
    return found | {"D": differences[:, 0], "weights": weights, "paired": np.flatnonzero(kept)[paired]}


def report(title, hits):
    """Print a share in per cent with its exact 95 % bounds."""
    hits = np.array(hits, dtype=float)
    hits = hits[~np.isnan(hits)]
    x, n = hits.sum(), len(hits)
    if n < 50:
        return print(f"{title:90s} too few data sets in which it is defined")
    low, high = betaincinv(max(x, 1e-9), n - x + 1, 0.025), betaincinv(x + 1, max(n - x, 1e-9), 0.975)
    return print(f"{title:90s} {100 * x / n:5.1f}  [{100 * low:.1f}, {100 * high:.1f}]  of {n}")


def reject(p):
    """Return whether p rejects at 5 %, missing where p is."""
    return np.nan if np.isnan(p) else p <= 0.05


METHODS = ("jackknife", "jackknife, df of the rarer speaker", "swap", "swap, blocks", "jackknife, blocks")


def measure_contrasts(sets, signs):
    """Report type-I errors of a contrast of two speakers and of its change between stages."""
    situations = {
        "15 %": {"share": 0.15},
        "5 %": {"share": 0.05},
        "2 %": {"share": 0.02},
        "15 %, second speaker in a fifth of documents": {"share": 0.15, "present": (1, 0.2, 0.5, 0.5)},
        "15 %, second speaker in a tenth of documents": {"share": 0.15, "present": (1, 0.1, 0.5, 0.5)},
        "15 %, drift of each speaker (.6)": {"share": 0.15, "drift": 0.6},
    }
    for number, (title, design) in enumerate(situations.items()):
        generator = np.random.default_rng([7, number])
        rejected, changed = {name: [] for name in METHODS}, []
        for repeat in range(sets):
            n, k, cell, stage = simulate_counts(generator, **design)
            found = contrast_p(n[:, :2], k[:, :2], cell, signs)
            if found is None:
                continue
            for name in METHODS:
                rejected[name].append(reject(found[name]))
            late = stage[found["paired"]] == 1
            if min(late.sum(), (~late).sum()) > 3:
                changed.append(permute_periods(found["D"], found["weights"], late, 499, repeat) <= 0.05)
        for name in METHODS:
            report(f"null contrast, {title}: {name}", rejected[name])
        report(f"null change of a contrast, {title}: permuted stages", changed)


def measure_few(sets, signs):
    """Report type-I errors of the jackknife by the number of documents in which the rarer of two speakers speaks."""
    generator, found = np.random.default_rng(11), {}
    for _ in range(4 * sets):
        n, k, cell, _ = simulate_counts(generator, 0.15, present=(1, 0.14, 0.5, 0.5))
        result = contrast_p(n[:, :2], k[:, :2], cell, signs)
        if result:
            size = "3 or 4" if result["few"] < 4 else "5 to 7" if result["few"] < 7 else "8 or more"
            found.setdefault(size, []).append(result)
    for size in sorted(found):
        for name in METHODS[:2]:
            report(f"null contrast, second speaker in {size} documents: {name}", [reject(r[name]) for r in found[size]])


def measure_adjusted(sets, signs):
    """Report type-I errors of the adjusted contrast: jackknife of the average marginal effect and score sign flip."""
    generator, by_jackknife, by_score = np.random.default_rng(12), [], []
    for _ in range(sets):
        n, k, cell, stage = simulate_counts(generator, 0.15)
        document, actor = np.nonzero(n[:, :2])
        n, k = n[document, actor], k[document, actor, 0]
        kinds = {"stage_id": stage[document].astype(str), "event_type": (cell[document] % 3).astype(str)}
        turns = pd.DataFrame(kinds | {"n_words": n * 15})
        design = build_design(actor, 2, turns)
        effect = estimate_effect(design, actor, k, n, document, PAIR)
        if "estimate" in effect:
            by_jackknife.append(t_two_sided(effect["estimate"], effect["se"], document.max()) <= 0.05)
        null = np.column_stack([np.ones(len(n)), design[0][:, 2:-1]])  # without the actors and their change of stage
        scores = score_documents(PAIR[actor], null, k, n, document)
        if scores is not None:
            by_score.append([flip_signs(each, signs, observed=scores[0].sum()) <= 0.05 for each in scores])
    report("null contrast, 15 %: adjusted, jackknife", by_jackknife)
    report("null contrast, 15 %: adjusted, score sign flip, scores of the full fit", np.array(by_score)[:, 0])
    report("null contrast, 15 %: adjusted, score sign flip, scores without the document", np.array(by_score)[:, 1])


def interactions(n, k, stages=2, events=3):
    """Return, from totals by cell, change between stages of each speaker's difference to the first: (..., 3 * codes)."""
    parts = []
    for voice in range(1, n.shape[-1]):
        pair = [voice, 0]
        by_stage = [
            standardised_difference(
                n[..., s * events : (s + 1) * events, pair], k[..., s * events : (s + 1) * events, pair, :], PAIR
            )
            for s in range(stages)
        ]
        parts.append(by_stage[1] - by_stage[0])
    return np.concatenate(parts, axis=-1)


def measure_joint(sets):
    """Report type-I errors of the joint leader x stage test for one and two codes (3 and 6 degrees of freedom)."""
    for codes in (1, 2):
        generator = np.random.default_rng([8, codes])
        plain, hotelling = [], []
        for _ in range(sets):
            n, k, cell, _ = simulate_counts(generator, 0.15, codes=codes)
            theta, _, covariance = jackknife(interactions, n, k, cell, np.arange(len(n)))
            q, documents = len(theta), len(n)
            statistic, p = joint_f(theta, covariance, documents)
            plain.append(reject(fdtrc(q, documents - 1, statistic * (documents - 1) / (documents - q))))
            hotelling.append(reject(p))
        report(f"null leader x stage, {q} df: F(q, G - 1)", plain)
        report(f"null leader x stage, {q} df: Hotelling F(q, G - q)", hotelling)


def measure_intervals(sets):
    """Report the coverage of intervals of shares and contrasts, and the error of equivalence tests at their margin."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(60)
    for share, documents in ((0.15, 47), (0.15, 12), (0.03, 47), (0.03, 12), (0.01, 20)):
        generator = np.random.default_rng([9, documents, int(share * 100)])
        latent = np.sqrt(VARIANCE) * nodes + logit(share)
        true = (expit(latent) * mass).sum() / mass.sum()
        held, on_logit = [], []
        for _ in range(sets):
            effects = np.sqrt(VARIANCE) * generator.standard_normal(documents)
            n = 1.0 + generator.negative_binomial(2, 2 / 31, size=documents)
            k = generator.binomial(n.astype(int), expit(logit(share) + effects)).astype(float)
            theta = k.sum() / n.sum()
            off = (k.sum() - k) / (n.sum() - n) - theta
            se = np.sqrt((documents - 1) / documents * (off**2).sum())
            low, high = bound_share(k.sum(), n.sum(), effective_sentences(k.sum(), n.sum(), se, documents - 1, n))
            held.append(low <= true <= high)
            on_logit.append(0 < theta < 1 and abs(logit(theta) - logit(true)) <= 2.02 * se / (theta * (1 - theta)))
        report(f"95 % interval of a share of {100 * true:.1f} %, {documents} documents: Korn-Graubard", held)
        report(f"95 % interval of a share of {100 * true:.1f} %, {documents} documents: logit", on_logit)
    generator = np.random.default_rng(10)
    gap = 0.5
    true = sum(
        s * (expit(np.sqrt(VARIANCE) * nodes + logit(0.15) + s0) * mass).sum() / mass.sum() for s, s0 in ((1, gap), (-1, 0))
    )
    held, equivalent, signs = [], [], draw_signs(47, 99, 1)
    for _ in range(sets):
        n, k, cell, _ = simulate_counts_flat(generator, gap)
        found = contrast_p(n, k, cell, signs)
        held.append(t_two_sided(found["theta"] - true, found["se"], found["df"]) > 0.05)
        equivalent.append(show_equivalence(found["theta"], found["se"], found["df"], true)[0] <= 0.05)
    report(f"95 % interval of a contrast of {100 * true:.1f} points: jackknife", held)
    report("equivalence shown at a margin that is the true difference", equivalent)


def simulate_counts_flat(generator, gap):
    """Return counts of two speakers whose shares do not vary by event or stage, so that the true contrast is one number."""
    n, _, cell, stage = simulate_counts(generator, 0.15)
    effects = np.sqrt(VARIANCE / 2) * (generator.standard_normal((47, 1)) + generator.standard_normal((47, 2)))
    k = generator.binomial(n[:, :2].astype(int), expit(logit(0.15) + effects + np.array([gap, 0])))
    return n[:, :2], k[:, :, None].astype(float), cell, stage


if __name__ == "__main__":
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    measure_contrasts(sets, draw_signs(60, 999, 1))
    measure_few(sets, draw_signs(60, 99, 1))
    measure_adjusted(sets // 2, draw_signs(60, 999, 1))
    measure_joint(sets)
    measure_intervals(sets)

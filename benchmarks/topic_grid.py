"""What the grid of topic models costs, and whether it is as good as scikit-learn's NMF left to itself.

Run from the project's root, on one thread:

    python benchmarks/topic_grid.py                                                    # simulated counts of 1,000 documents' size
    python benchmarks/topic_grid.py results/<corpus>/topics/counts.npz results/<corpus>/topics/turns.parquet

Ratios compare the same (K, seed) in the same run: CPU and error of fit_topics with those of NMF as scikit-learn has it by
default (random start, tolerance 1e-4, at most 200 sweeps) and of NMF until it is flat (tolerance 1e-6). An error ratio of 1 is
as good, below 1 better. Similarity is the mean cosine of matched topics; from another start NMF may end in another optimum, so
that "similarity to flat" is to be held against "flat to flat", that of NMF's own flat fits from different seeds.
"""

import sys
import time
import warnings

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.decomposition import NMF
from threadpoolctl import threadpool_limits

from framings.factors import factorise, fit_topics, relative_error, unit_rows, weigh_counts
from framings.topics import match_topics

KS, SEEDS = range(5, 16), range(20)
COMPARED_KS, COMPARED_SEEDS = (5, 8, 10, 12, 15), range(3)


def simulate_counts(n_turns=2500, n_terms=2500, n_topics=12, words=100, seed=1):
    """Return (counts, topic_turns): turns that mix few of ``n_topics`` topics over a vocabulary with Zipf's frequencies."""
    draw = np.random.default_rng(seed)
    common = 1 / np.arange(1, n_terms + 1)
    topics = np.stack([draw.permutation(common) * draw.gamma(0.3, size=n_terms) for _ in range(n_topics)]) + 0.1 * common
    topics /= topics.sum(axis=1, keepdims=True)
    mixes = draw.dirichlet(np.full(n_topics, 0.2), n_turns)
    counts = sparse.csr_matrix(draw.poisson(draw.gamma(3, words / 3, (n_turns, 1)) * (mixes @ topics)).astype(np.int32))
    turns = pd.DataFrame({"document_id": [f"d{i // 8:04d}" for i in range(n_turns)], "turn": np.arange(n_turns) % 8})
    return counts, turns.assign(discovery=True)


def timed(work, *arguments, **options):
    """Return (result, CPU seconds) of a call."""
    start = time.process_time()
    return work(*arguments, **options), time.process_time() - start


def compare_fit(counts, turns, data, k, seed, flats):
    """Return one row of the comparison: CPU seconds and errors of the three ways, and similarities of their topics.

    ``flats`` collects the topics of the flat fits of each K, so that each is compared with those before it.
    """
    default, cpu_default = timed(NMF(k, init="random", random_state=seed).fit, data)
    flat, cpu_flat = timed(NMF(k, init="random", random_state=seed, tol=1e-6, max_iter=3000).fit, data)
    # Fitting K from one seed projects the data anew; the grid does so once. That cost is counted in the grid's CPU below.
    ours = fit_topics(counts, turns, [k], [seed], part_of_documents=1)
    amounts, topics, _ = factorise(data, np.ones((k, data.shape[0])), ours["weights"], 3000, 1e-6)
    size = sparse.linalg.norm(data)
    before, flats[k] = flats.get(k, []), [*flats.get(k, []), unit_rows(flat.components_)]
    return {
        "k": k,
        "seed": seed,
        "cpu_default": cpu_default,
        "cpu_flat": cpu_flat,
        "error": ours["error"][0],
        "error / default": ours["error"][0] / (default.reconstruction_err_ / size),
        "error / flat": ours["error"][0] / (flat.reconstruction_err_ / size),
        "error / own flat": ours["error"][0] / relative_error(data, amounts, topics),
        "similarity to own flat": match_topics(ours["weights"], unit_rows(topics)).mean(),
        "similarity to flat": match_topics(ours["weights"], unit_rows(flat.components_)).mean(),
        "flat to flat": np.mean([match_topics(flats[k][-1], other).mean() for other in before]) if before else np.nan,
        "default to flat": match_topics(unit_rows(default.components_), unit_rows(flat.components_)).mean(),
    }


def main(paths):
    """Print the comparison and the cost of the whole grid."""
    counts, turns = (sparse.load_npz(paths[0]), pd.read_parquet(paths[1])) if paths else simulate_counts()
    discovery = turns["discovery"].to_numpy()
    data = weigh_counts(counts, discovery)[discovery].astype(np.float64)
    print(f"{data.shape[0]} discovery turns, {data.shape[1]} terms, {data.nnz} weights above nil")
    flats = {}
    table = pd.DataFrame([compare_fit(counts, turns, data, k, seed, flats) for k in COMPARED_KS for seed in COMPARED_SEEDS])
    print(table.groupby("k").mean().drop(columns="seed").round(4).to_string(), "\n")
    print(table.drop(columns=["k", "seed"]).mean().round(5).to_string(), "\n")
    for part in (1.0, 0.8):
        fits, cpu = timed(fit_topics, counts, turns, KS, SEEDS, part_of_documents=part)
        n = len(fits["k"])
        print(f"grid of {n} fits on {part:.0%} of the documents: {cpu:.1f} CPU-s, {fits['iterations'].mean():.0f} sweeps a fit")
        for way in ("default", "flat"):
            alone = np.interp(fits["k"], COMPARED_KS, table.groupby("k")[f"cpu_{way}"].mean()).sum()
            print(f"  the same {n} fits by NMF ({way}), from the mean CPU above: {alone:.0f} CPU-s; ratio {cpu / alone:.3f}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # NMF's default stops before it has converged, and says so each time
    with threadpool_limits(1):
        main(sys.argv[1:])

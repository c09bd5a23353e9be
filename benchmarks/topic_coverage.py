"""Count how often intervals of topic shares over draws hold the share that the same measure gives on very many documents.

Simulated: four topics of twenty terms, mixed in one turn a document round .4, .3, .2 and .1, a third of the documents for discovery.
Usage: python benchmarks/topic_coverage.py LENGTH DOCUMENTS CORPORA  (figures in docs/topics.md: 60 60 150, 200 60 150, 60 120 150)
"""

import sys
import time

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import t as student
from threadpoolctl import threadpool_limits

from framings.factors import fit_topics
from framings.topic_draws import draw_topics
from framings.topics import choose_topics

MEANS, OWN = np.array([0.4, 0.3, 0.2, 0.1]), 20


def simulate(seed, n_documents, length):
    """Return (counts, turns, terms, speakers)."""
    words = np.full((4, 4 * OWN), 0.05)
    for topic, weights in enumerate(np.random.default_rng(99).gamma(2, 1, (4, OWN))):
        words[topic, topic * OWN : (topic + 1) * OWN] = weights
    words /= words.sum(axis=1, keepdims=True)
    draw = np.random.default_rng(seed)
    mixtures = draw.dirichlet(4 * MEANS, n_documents)
    counts = sparse.csr_matrix(np.stack([draw.multinomial(length, mixture @ words) for mixture in mixtures]).astype(np.int32))
    turns = pd.DataFrame({"document_id": [f"d{i:04d}" for i in range(n_documents)], "turn": 0, "stage_id": "all of it"})
    turns = turns.assign(discovery=np.arange(n_documents) % 3 == 0, n_words=100, n_sentences=10, n_terms=length)
    names = [f"{'abcd'[i // OWN]}{i:02d}" for i in range(4 * OWN)]
    terms = pd.DataFrame({"term": names, "n_documents": 9, "n_turns": 9, "n_uses": 9})
    return counts, turns, terms, turns[["document_id", "turn"]].assign(actor_id="X")


def name_topics(tables):
    """Return the first letter of each topic's strongest term."""
    return tables["words"].groupby("topic")["term"].first().str[0]


def main(length, n_documents, n_corpora):
    """Print the coverage of intervals over draws and of those over documents alone."""
    counts, turns, terms, _ = simulate(12345, 6000, length)
    big = choose_topics([fit_topics(counts, turns, [4], [0], part_of_documents=1)], counts, turns, terms)
    truth = big["shares"][~big["shares"]["discovery"]].groupby("topic")["share"].mean().rename(name_topics(big))
    begun, covered, alone, away, errors = time.process_time(), [], [], [], []
    for seed in range(n_corpora):
        counts, turns, terms, speakers = simulate(seed, n_documents, length)
        parts = [fit_topics(counts, turns, [4], range(20))]
        found = choose_topics(parts, counts, turns, terms)
        table = draw_topics(found, parts, counts, turns, terms, speakers, seed=seed)
        table = table[(table["stage_id"] == "all") & table["share"].notna()]
        aim = table["topic"].map(name_topics(found)).map(truth)
        covered += list(aim.between(table["low"], table["high"]))
        reach = student.ppf(0.975, table["n_documents"] - 1) * table["se_within"]
        alone += list((table["share"] - aim).abs() <= reach)
        away += list(table["share"] - aim)
        errors += list(table["se"])
    print(f"measured on 6,000 documents: {truth.sort_index().round(3).to_dict()}")
    print(f"{len(covered)} intervals: {np.mean(covered):.1%} cover, over documents alone {np.mean(alone):.1%}")
    print(f"standard deviation {np.std(away):.4f}, mean error {np.mean(errors):.4f}, {time.process_time() - begun:.0f} CPU s")


if __name__ == "__main__":
    with threadpool_limits(1):
        main(*(int(word) for word in sys.argv[1:4]))

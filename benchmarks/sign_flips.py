"""Measure what 9,999 sign flips cost against refitting a model for each draw, and how much memory they take.

Run ``python benchmarks/sign_flips.py``. A made corpus of 2,000 documents and 100,000 sentences by two speakers; one code. Ours:
sums by document, effective scores with and without each document, 9,999 flips, the p-value and the inverted interval. Instead of
it a user would refit statsmodels' binomial GLM (on sums by turn, which is kinder than on sentences) for each draw: a wild
bootstrap of 20 draws is timed and scaled up. Both run in this process, in turn, on one thread.
"""

import resource
import time

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.special import expit
from threadpoolctl import threadpool_limits

from framings.comparisons import count_documents, lay_out_comparison
from framings.estimates import draw_signs
from framings.hypotheses import Hypothesis
from framings.scores import flip_scores, score_comparison

DOCUMENTS, SENTENCES, DRAWS, REFITS = 2000, 100_000, 9999, 20


def make_tallies():
    """Return tallies of two speakers, one turn each a document, 25 sentences a turn, with document effects."""
    generator = np.random.default_rng(1)
    size = SENTENCES // (2 * DOCUMENTS)
    document = np.repeat(np.arange(DOCUMENTS), 2)
    latent = -1.7 + 0.6 * generator.standard_normal(DOCUMENTS)[document]
    return pd.DataFrame(
        {
            "document_id": [f"d{number:05d}" for number in document],
            "turn": np.tile([0, 1], DOCUMENTS),
            "actor_id": np.tile(["A", "B"], DOCUMENTS),
            "date": [f"{2000 + number // 100}-01-{1 + number % 28:02d}" for number in document],
            "stage_id": [f"S{number * 4 // DOCUMENTS}" for number in document],
            "event_type": [("talks", "forum", "interview")[number % 3] for number in document],
            "language": "en",
            "n_words": size * 15,
            "n_sentences": size,
            "X": generator.binomial(size, expit(latent)),
        }
    )


def flip(tallies, hypothesis, signs):
    """Return p and interval of the contrast by sign flips, from the tallies."""
    compared = lay_out_comparison(hypothesis, count_documents(tallies, ["X"]), ["S0", "S1", "S2", "S3"])
    return flip_scores(score_comparison(hypothesis, compared, np.arange(len(compared.n))), signs)


def refit(tallies, generator):
    """Fit the binomial GLM once to outcomes with flipped residuals of their documents, as a bootstrap that refits does."""
    design = pd.get_dummies(tallies[["stage_id", "event_type"]], drop_first=True).to_numpy(float)
    design = np.column_stack([np.ones(len(design)), tallies["actor_id"] == "A", design])
    n, share = tallies["n_sentences"].to_numpy(float), tallies["X"] / tallies["n_sentences"]
    sign = np.repeat(generator.integers(0, 2, DOCUMENTS) * 2 - 1, 2)
    drawn = np.clip(share.mean() + sign * (share - share.mean()), 0, 1)
    return sm.GLM(drawn, design, family=sm.families.Binomial(), var_weights=n).fit().params.iloc[1]


def main():
    """Time both and print seconds, ratio and memory."""
    tallies = make_tallies()
    hypothesis = Hypothesis("H", "f", "difference", ("X",), ("A",), ("B",), "+", "", "")
    flip(tallies, hypothesis, draw_signs(DOCUMENTS, 99, 1))
    generator, ours, theirs, drawing = np.random.default_rng(2), [], [], []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for _ in range(5):
        start = time.process_time()
        signs = draw_signs(DOCUMENTS, DRAWS, 1)
        middle = time.process_time()
        result = flip(tallies, hypothesis, signs)
        ours.append(time.process_time() - middle)
        drawing.append(middle - start)
        start = time.process_time()
        for _ in range(REFITS):
            refit(tallies, generator)
        theirs.append((time.process_time() - start) / REFITS * DRAWS)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"p {result['p']:.4f}, interval {100 * result['low']:.1f} to {100 * result['high']:.1f} points")
    print(
        f"ours, from tallies to p and interval: {np.median(ours):.3f} s; drawing the signs once a run: {np.median(drawing):.3f} s"
    )
    print(f"refitting statsmodels for {DRAWS} draws: {np.median(theirs):.0f} s (from {REFITS})")
    ratios = np.array(theirs) / (np.array(ours) + np.array(drawing))
    print(f"ratio, drawing included: median {np.median(ratios):.0f}, from {ratios.min():.0f} to {ratios.max():.0f}")
    print(f"peak memory of the process {after:.0f} MB, {after - before:.0f} MB above what was there before")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()

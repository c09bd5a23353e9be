"""Measure how often corrected 95 % intervals hold the truth, over simulated rounds of coding, beside uncorrected ones.

Run ``python benchmarks/cover_corrected.py [rounds]`` from the top of the project after a demo run (200 rounds take about
five minutes on two free cores). A round draws about 700 sentences with a seed of its own; planted codes are the reference,
the dictionary's are the predictions. Two questions are asked:

- new corpora: does the interval hold the contrast and the shares that the design plants? Each corpus is simulated anew and
  coded five times, because the interval speaks of documents that might have been held as well, not of these alone.
- the demo corpus: does it hold what coding every sentence of this corpus would give? The documents are then fixed, only the
  draw of sentences varies, and an interval that allows for other documents is wider than that question needs.

"rare" are contrasts that the pipeline describes and does not test, and shares with under 20 coded sentences. The binomial
bounds take intervals for independent, which those of one corpus are not: read them as a lower limit of the uncertainty.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import betaincinv
from yaml import CSafeLoader, load

from framings.assessments import assess_hypotheses
from framings.codebook import read_codebook
from framings.correction import add_composites, correct_codes, mark_evidence, sample_alone, spread_codes
from framings.estimates import estimate_prevalence
from framings.frames import code_frames
from framings.inputs import read_corpus
from framings.recovery import plant_contrast
from framings.sampling import sample_sentences
from framings.simulation import simulate_corpus
from framings.storage import read_kept, read_relevant, read_tables
from framings.tallies import tally_outcomes

DEMO, RESULTS, CODEBOOK = Path("data/corpora/demo"), Path("results/demo"), "data/reference/codebook.yaml"
WANTED, DRAWS_OF_ONE, SWAPS = 450, 5, 99  # strata get 12 sentences at least, so that 450 wanted are about 700 drawn
TESTED = ("difference", "equivalence", "difference_in_differences", "within_actor")
CODERS = ("dictionary", "planted", "corrected", "sample alone")


@cache
def read_design():
    """Return stages, hypotheses, codebook, the design and the grammars of the demo corpus."""
    _, stages, _, hypotheses = read_corpus(DEMO, CODEBOOK)
    grammars = {path.stem[-2:]: load(path.read_text("utf-8"), CSafeLoader) for path in DEMO.glob("grammar_*.yaml")}
    design = load((DEMO / "design.yaml").read_text("utf-8"), CSafeLoader)
    return stages, hypotheses, read_codebook(Path(CODEBOOK).read_text("utf-8")), design, grammars


def simulate_tables(seed, n_documents=60):
    """Return the five tables that tallies read and CODES of both coders, of a new English corpus, and the planted shares."""
    _, _, codebook, design, grammars = read_design()
    corpus = simulate_corpus(design, grammars, n_documents, seed)
    documents = corpus.register[corpus.register["language"].eq("en") & corpus.register["note"].eq("simulated")]
    turns = corpus.turns[corpus.turns["document_id"].isin(documents["document_id"])].assign(n_words=1)
    sentences = corpus.sentences.merge(turns.loc[turns["content"] == "relevant", ["document_id", "turn"]])
    number = sentences["turn"].astype(str).str.zfill(3) + ":" + sentences["sentence"].astype(str).str.zfill(3)
    sentences = sentences.assign(sentence_id=sentences["document_id"] + ":" + number)
    planted = sentences[["sentence_id", "codes"]].assign(code=sentences["codes"].str.split(";")).explode("code")
    codes = {"dictionary": code_frames(sentences, documents, codebook)[1], "planted": planted}
    marks = turns.assign(relevant=turns["content"] == "relevant")
    return (documents, turns, turns, sentences, marks), codes, corpus.planted


def read_demo():
    """Return the same of the corpus in results/demo."""
    kept = [
        read_kept([RESULTS / name / "00.parquet"], RESULTS / "duplicates.parquet")
        for name in ("documents", "turns", "speakers", "marks")
    ]
    kept[0] = kept[0][kept[0]["language"] == "en"]
    sentences = read_relevant(RESULTS / "sentences/00.parquet", RESULTS / "passages/00.parquet")
    codes = {coder: read_tables(RESULTS / f"codes/{coder}/00.parquet") for coder in ("dictionary", "planted")}
    return (*kept[:3], sentences, kept[3]), codes, read_tables(RESULTS / "simulated/planted.parquet")


def list_frame(documents, turns, speakers, sentences, marks):
    """Return the sentences that may be drawn, with what strata are made of."""
    key = ["document_id", "turn"]
    said = turns.loc[turns["kind"] == "speech", key].merge(speakers.loc[speakers["actor_id"].notna(), [*key, "actor_id"]])
    said = said.merge(marks.loc[marks["relevant"] & marks["stage_id"].notna(), [*key, "stage_id"]])
    said = said[said["document_id"].isin(documents["document_id"])]
    return sentences[["sentence_id", *key, "text"]].merge(said, on=key)


def measure_corpus(number, seeds):
    """Return coverage rows (what, coder, key, round, estimate, low, high, se, truth, complete) of rounds of coding of one corpus.

    ``number`` None is the corpus in results/demo. truth: by design; complete: the estimate were every sentence coded.
    """
    stages, hypotheses, codebook, *_ = read_design()
    tables, codes, shares = read_demo() if number is None else simulate_tables(1000 + number)
    frame = list_frame(*tables)
    needed = sorted({code for one in hypotheses.hypotheses for code in one.needed_codes})
    names = list(codebook.codes["code"])
    matrices = {
        coder: add_composites(spread_codes(table, frame["sentence_id"], names), codebook.composites)[needed]
        for coder, table in codes.items()
    }
    everything = add_composites(spread_codes(codes["dictionary"], frame["sentence_id"], names), codebook.composites)
    families = everything[["RS_any", "OS_any"]].to_numpy() > 0
    frame["families"] = np.array(["none", "OS", "RS", "OS+RS"])[families @ [2, 1]]
    uncorrected = {
        coder: measure(tally_outcomes(*tables, matrix), coder, stages, hypotheses) for coder, matrix in matrices.items()
    }
    truth = plant_truth(tally_outcomes(*tables, matrices["planted"]), shares, stages, hypotheses)
    complete = uncorrected["planted"].set_index(["what", "key"])["estimate"].rename("complete")
    found = [table.assign(round=-1) for table in uncorrected.values()]
    for seed in seeds:
        sample = sample_sentences(frame, WANTED, seed)
        reference = matrices["planted"].loc[sample["sentence_id"]]
        evidence = tally_outcomes(*tables, mark_evidence(reference, sample, frame))
        for coder, outcomes in (
            ("corrected", correct_codes(matrices["dictionary"], reference, sample, frame, seed=seed)),
            ("sample alone", sample_alone(reference, sample, frame)),
        ):
            tallies = tally_outcomes(*tables, outcomes)
            found.append(measure(tallies, coder, stages, hypotheses, evidence).assign(round=seed, n_drawn=len(sample)))
    table = pd.concat(found, ignore_index=True).join(truth, on=["what", "key"]).join(complete, on=["what", "key"])
    return table.assign(corpus=-1 if number is None else number)


def measure(tallies, coder, stages, hypotheses, evidence=None):
    """Return the contrasts and shares of one coder: what, key, estimate, se, low, high, rare."""
    tests, _ = assess_hypotheses(tallies, hypotheses, stages, coder, swaps=SWAPS, evidence=evidence)
    tests = tests[tests["test"].isin(TESTED) & tests["se"].notna()].rename(columns={"hypothesis_id": "key"})
    codes = [name for name in tallies if name[:2] in ("RS", "OS") and "_" not in name]
    cells = estimate_prevalence(tallies, stages, coder, codes, evidence=evidence).rename(columns={"share": "estimate"})
    cells = cells[cells["estimate"].notna() & (cells["stage_id"] != "all")]
    cells = cells.assign(key=cells["code"] + " " + cells["actor_id"] + " " + cells["stage_id"], rare=cells["n_coded"] < 20)
    columns = ["what", "coder", "key", "estimate", "se", "low", "high", "rare", "n_coded"]
    both = (tests.assign(what="contrast", rare=tests["verdict"] == "too rare"), cells.assign(what="share"))
    return pd.concat([table.assign(coder=coder)[columns] for table in both])


def plant_truth(tallies, shares, stages, hypotheses):
    """Return what the design plants, a Series by what and key."""
    truth = {("share", f"{row.code} {row.actor_id} {row.stage_id}"): row.share for row in shares.itertuples()}
    truth |= {
        ("contrast", one.id): plant_contrast(one, shares, tallies, stages) for one in hypotheses.hypotheses if one.test in TESTED
    }
    series = pd.Series(truth, name="truth")
    return series.rename_axis(["what", "key"])


def report(table, target):
    """Print by what and coder: intervals, how many hold the target (with Clopper-Pearson bounds), bias, spread and SE."""
    table = table[table[target].notna() & ((table["coder"] != "planted") | (target == "truth"))]
    for (what, coder, rare), rows in table.groupby(["what", "coder", "rare"], sort=True):
        inside = ((rows["low"] <= rows[target]) & (rows[target] <= rows["high"])).to_numpy()
        k, n, error = inside.sum(), len(rows), rows["estimate"] - rows[target]
        low, high = betaincinv(max(k, 0.5), n - k + 1, 0.025), betaincinv(k + 1, max(n - k, 0.5), 0.975)
        print(
            f"  {what + (', rare' if rare else ''):15} {coder:13} {100 * k / n:5.1f} % of {n:6d} ({100 * low:.1f} to {100 * high:.1f}); "
            f"bias {100 * error.mean():+.2f}, root mean square error {100 * np.sqrt((error**2).mean()):.2f}, "
            f"SE {100 * np.sqrt((rows['se'] ** 2).mean()):.2f} points"
        )


def main(rounds):
    """Print the coverage in new corpora and in the demo corpus."""
    seeds = list(range(2, 2 + rounds))
    jobs = [(number, seeds[number * DRAWS_OF_ONE : (number + 1) * DRAWS_OF_ONE]) for number in range(rounds // DRAWS_OF_ONE)]
    jobs += [(None, part) for part in np.array_split(seeds, 8)]
    with ProcessPoolExecutor(2) as pool:
        tables = list(pool.map(measure_corpus, *zip(*jobs, strict=True)))
    table = pd.concat(tables, ignore_index=True)

    new, demo = table[table["corpus"] >= 0], table[table["corpus"] < 0].drop_duplicates(["what", "coder", "key", "round"])
    print(f"{rounds} rounds; sentences drawn: {table['n_drawn'].mean():.0f}")
    print("New corpora: the contrasts and shares that the design plants")
    report(new, "truth")
    print("The demo corpus: the contrasts and shares that the design plants")
    report(demo, "truth")
    print("The demo corpus: what coding every sentence would give")
    report(demo, "complete")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)

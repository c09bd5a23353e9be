"""What is measured of a corpus so that others can simulate it, against numbers worked by hand and against a known truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_tallies import make_hypotheses, make_tallies

from framings.designs import DESIGN, correlate_sample, estimate_correlation, measure_design, read_design, write_design
from framings.simulated_counts import build_full_world, build_world, draw_counts, expect_share, solve_level

ROOT = Path(__file__).resolve().parents[1]
CORPORA = [path for path in sorted((ROOT / "data/corpora").iterdir()) if (path / "calibration").is_dir()]


def test_the_intraclass_correlation_is_that_of_a_textbook_analysis_of_variance():
    """Three documents of one actor, 4 of 4, 2 of 4, 0 of 4: MSB = 8 x (.25 + 0 + .25) / 2 = 1, MSW = 1 / 9, (1 - 1/9) / (1 + 3/9)."""
    n, k = np.full(3, 4.0), np.array([4.0, 2, 0])
    found, pairs = estimate_correlation(n, k, np.arange(3), np.zeros(3, dtype=int))
    assert found == pytest.approx((1 - 1 / 9) / (1 + 3 / 9))
    assert np.isnan(pairs)


def test_an_actor_s_own_share_is_no_correlation():
    """Two actors with shares of .5 and .1 in every document: nothing clusters but by actor."""
    n, k = np.full(8, 10.0), np.array([5.0, 1] * 4)
    assert estimate_correlation(n, k, np.repeat(np.arange(4), 2), np.tile([0, 1], 4))[0] < 0


def test_correlations_are_recovered_from_simulated_counts():
    """200 data sets of 47 documents: the mean estimates come within .01 of .08 in all, half of it the document's."""
    world = build_full_world(np.array([20, 25, 30, 35]))
    world = type(world)(world.documents, world.actors, world.n, np.zeros(len(world.documents)))
    m, spread = solve_level(0.15, 0.08)
    row, voice = np.nonzero(world.n)
    found = []
    for number in range(200):
        counts = draw_counts(np.random.default_rng(number), world, ["X"], np.full((4, 1), m), spread, 0.5)
        found.append(estimate_correlation(counts.n[row, voice], counts.k[row, voice, 0], row, voice))
    assert np.mean(found, axis=0) == pytest.approx([0.08, 0.04], abs=0.01)


def test_the_correlation_of_a_sample_counts_pairs_by_their_weights():
    """Voices (1, 1), (0, 0), (1, 0): mean .5; products .25, .25, -.25 each twice of six pairs: .0833 / .25."""
    y, voice = np.array([1.0, 1, 0, 0, 1, 0]), np.repeat(np.arange(3), 2)
    assert correlate_sample(y, np.ones(6), voice, np.zeros(6, dtype=int)) == pytest.approx(1 / 3)
    heavy = np.array([1.0, 1, 1, 1, 0.001, 0.001])  # the third voice hardly counts
    assert correlate_sample(y, heavy, voice, np.zeros(6, dtype=int)) == pytest.approx(1, abs=0.01)


def test_a_world_has_the_talk_of_its_documents():
    """Sentences by document and actor, in the order of days; levels lie evenly about zero."""
    rows = [
        ("b", "2012-02-01", "S2", "forum", "EAST", 7),
        ("a", "2012-01-01", "S1", "talks", "EAST", 3),
        ("a", "2012-01-01", "S1", "talks", "WEST", 5),
    ]
    columns = ["document_id", "date", "stage_id", "event_type", "actor_id", "n_sentences"]
    world = build_world(pd.DataFrame(rows, columns=columns))
    assert world.documents["document_id"].tolist() == ["a", "b"] and world.n.tolist() == [[3, 5], [7, 0]]
    assert world.level == pytest.approx([0.4 - 0.2, -0.4 + 0.2])


def test_expected_shares_agree_with_a_long_draw():
    """400,000 draws of the effect against 60 nodes of quadrature."""
    z = np.random.default_rng(1).standard_normal(400_000)
    assert float(expect_share(-2.0, 0.9)) == pytest.approx((1 / (1 + np.exp(2 - 0.9 * z))).mean(), abs=0.001)


def test_a_design_survives_being_written(tmp_path):
    """Read back it is the same four tables, text and numbers; without reference codes two of them are empty."""
    hypotheses = make_hypotheses('test: difference, code: A1, a: NORTH, b: EAST, sign: "+"')
    tallies = make_tallies(36)
    design = measure_design(tallies, tallies, "dictionary", hypotheses)
    assert design["documents"]["n_sentences"].sum() == tallies["n_sentences"].sum()
    assert len(design["coders"]) == len(design["sample"]) == 0
    paths = [tmp_path / f"{name}.csv" for name in DESIGN]
    write_design(design, paths)
    back = read_design(paths)
    assert all(back[name].equals(design[name]) for name in ("documents", "codes"))


@pytest.mark.parametrize("folder", CORPORA, ids=lambda path: path.name)
def test_a_kept_design_keeps_its_contracts_and_holds_no_text(folder):
    """Its documents are those of the register where there is one, and no cell is longer than a name."""
    design = read_design([folder / "calibration" / f"{name}.csv" for name in DESIGN])
    register = folder / "documents.csv"
    if register.exists():
        assert set(design["documents"]["document_id"]) <= set(pd.read_csv(register)["document_id"])
    longest = max(table[name].astype(str).str.len().max() for table in design.values() for name in table if len(table))
    assert longest < 60


@pytest.mark.parametrize("folder", CORPORA, ids=lambda path: path.name)
def test_a_kept_design_is_that_of_the_corpus_as_built(folder):
    """Where the workflow has measured the corpus, byte for byte."""
    own = ROOT / "results" / folder.name / "design"
    if not own.is_dir():
        pytest.skip(f"results/{folder.name}/design is not at hand; it needs the pages of the corpus")
    for name in DESIGN:
        assert (own / f"{name}.csv").read_bytes() == (folder / "calibration" / f"{name}.csv").read_bytes(), name

"""What more documents or codes would bring: by hand, and against simulated rounds of coding."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_tallies import STAGES, make_hypotheses, make_tallies

from framings.comparisons import count_documents, lay_out_comparison
from framings.designs import DESIGN, measure_design, read_design
from framings.inputs import read_corpus
from framings.plans import Clustering, codes_part, component_variance, factor, plan_contrasts, residual_variance, tell_plans
from framings.simulated_designs import list_designs
from framings.simulated_tests import draw_coded

ROOT = Path(__file__).resolve().parents[1]
DIFFERENCE = 'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"'


def lay_out(tallies, entry=DIFFERENCE):
    """Return the comparison of a hypothesis over all documents."""
    hypothesis = make_hypotheses(entry).hypotheses[0]
    return lay_out_comparison(hypothesis, count_documents(tallies, ["A1", "B1"]), list(STAGES["stage_id"]))


def plan(entry=DIFFERENCE, documents=48, **goal):
    """Return the rows of the plan of a hypothesis on made tallies."""
    tallies, hypotheses = make_tallies(documents), make_hypotheses(entry)
    design = measure_design(tallies, tallies, "dictionary", hypotheses)
    return plan_contrasts(tallies, hypotheses, STAGES, "dictionary", design, **({"detectable_points": 5, "power": 0.8} | goal))


def test_the_variance_of_a_contrast_of_independent_sentences_is_that_of_two_shares():
    """One cell, .2 of 40 and .2 of 60 sentences: .16 (1/40 + 1/60), whatever the documents."""
    compared = lay_out(make_tallies(12))
    n = np.tile([10.0, 15.0], (4, 1))
    one = replace(compared, n=n, k=np.zeros((4, 2, 1)), cell=np.zeros(4, dtype=int))
    assert component_variance(one, 0.2, Clustering(0.0, 0.5, 10)) == pytest.approx(0.16 * (1 / 40 + 1 / 60))


def test_what_voices_of_a_document_share_falls_out_of_their_contrast():
    """All of the correlation the document's, turns of ten sentences: .16 (2/40 + .1 x (2 x 9/40 - 2 x 10/40)): less than without it."""
    n = np.full((4, 2), 10.0)
    one = replace(lay_out(make_tallies(12)), n=n, k=np.zeros((4, 2, 1)), cell=np.zeros(4, dtype=int))
    assert component_variance(one, 0.2, Clustering(0.1, 1.0, 10)) == pytest.approx(0.16 * (2 / 40 + 0.1 * (18 / 40 - 20 / 40)))


def test_codes_drawn_with_a_quarter_cost_three_times_the_variance():
    """(1 - p) / p = 3, 100 sentences a side in one cell: 3 x (1/100 + 1/100)."""
    n = np.full((10, 2), 10.0)
    one = replace(lay_out(make_tallies(12)), n=n, k=np.zeros((10, 2, 1)), cell=np.zeros(10, dtype=int))
    assert codes_part(one, np.array([3.0, 3.0])) == pytest.approx(0.06)


def test_a_better_machine_leaves_less_to_be_coded():
    """Share .2, sensitivity and specificity .9: .26 coded, of these .18 right; .02 of .74 missed."""
    coders = pd.DataFrame(
        {"coder_id": ["trained"], "actor_id": ["all"], "code": ["X"], "sensitivity": [0.9], "specificity": [0.9]}
    )
    assert residual_variance(0.2, "X", coders) == pytest.approx(0.18 * (1 - 0.18 / 0.26) + 0.02 * (1 - 0.02 / 0.74))


def test_the_usual_factor_is_that_of_the_assessments():
    """2.85 standard errors at 80 % power; more power needs more."""
    assert factor("difference", 0.8) == pytest.approx(2.85, abs=0.01) and factor("difference", 0.9) > 3.2


def test_a_goal_that_is_reached_needs_nothing():
    """Twenty points are found with 48 documents as they are."""
    assert plan(detectable_points=20)["documents_needed"].tolist() == [0]


def test_the_documents_that_are_planned_bring_the_goal():
    """With as many more documents of the usual size the error of the joined estimate is just what the goal needs."""
    row = plan(detectable_points=2).iloc[-1]
    assert row["source"] == "jackknife" and row["documents_needed"] > 0
    more = make_tallies(48 + int(row["documents_needed"]))
    hypotheses = make_hypotheses(DIFFERENCE)
    design = measure_design(more, more, "dictionary", hypotheses)
    then = plan_contrasts(more, hypotheses, STAGES, "dictionary", design, 2, 0.8).iloc[-1]
    assert then["detectable"] == pytest.approx(0.02, rel=0.15)


def test_a_silent_voice_needs_documents_from_nothing():
    """WEST never speaks: nothing can be found now, and the reason says so."""
    table = plan('test: difference, code: A1, a: NORTH, b: WEST, sign: "+"')
    assert np.isnan(table["detectable"][0]) and table["documents_needed"][0] > 0 and "0 documents, 3 needed" in table["reason"][0]
    assert "cannot be estimated now" in tell_plans(table)[0]


def test_a_rare_code_needs_documents_until_it_can_be_tested():
    """RARE stands in three sentences of NORTH: a test needs twenty, however small its error."""
    row = plan('test: difference, code: RARE, a: NORTH, b: EAST, sign: "+"', detectable_points=30).iloc[-1]
    assert row["documents_needed"] > 0 and "20 sentences" in row["reason"]


def test_both_parts_of_the_error_agree_with_simulated_rounds_of_coding():
    """The real corpus's contrast within a leader, 60 data sets: mean squared errors with all codes, and what a sample adds."""
    folder = ROOT / "data/corpora/eaeu"
    _, stages, _, hypotheses = read_corpus(folder, ROOT / "data/reference/codebook.yaml")
    tables = read_design([folder / "calibration" / f"{name}.csv" for name in DESIGN])
    design = next(one for one in list_designs(tables, hypotheses, list(stages["stage_id"])) if one.id == "within_coded_planted")
    estimates = {"true codes": [], "corrected": []}
    for number in range(60):
        for coder, counts in draw_coded(design, np.random.default_rng(number), number).items():
            if coder in estimates:
                compared = lay_out_comparison(design.hypotheses[0], counts, design.stages)
                totals = compared.n.sum(0)[None], compared.k.sum(0)[None]
                estimates[coder].append(compared.estimate(*totals)[0])
    added = np.var(np.subtract(estimates["corrected"], estimates["true codes"]))
    pi = design.errors.n_drawn / design.world.n.sum()
    codes = list(zip(("FUN", "RS_any"), (0, 1), strict=True))
    shares = [tables["codes"].set_index("code").loc[code, "share"] for code, _ in codes]
    predicted = sum(residual_variance(share, code, tables["coders"]) for share, (code, _) in zip(shares, codes, strict=True))
    predicted *= codes_part(compared, np.array([(1 - pi) / pi]))
    assert added == pytest.approx(predicted, rel=0.45)  # 60 draws tell a variance to 18 %, and strata make it smaller
    components = sum(component_variance(compared, share, Clustering(0.0968, 0.5, 25)) for share in shares)
    assert np.var(estimates["true codes"]) == pytest.approx(components, rel=0.5)

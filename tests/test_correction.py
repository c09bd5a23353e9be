"""Corrected codes are the reference codes where all were read, and unbiased where only some were drawn."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_tallies import STAGES, make_hypotheses, make_tallies
from scipy.special import expit

from framings.adjusted import adjust_contrasts, estimate_linear_effect
from framings.assessments import assess_hypotheses
from framings.codebook import evaluate_composites
from framings.correction import (
    CorrectionError,
    add_composites,
    correct_codes,
    fit_ridge,
    mark_evidence,
    sample_alone,
    solve_dsl,
    spread_codes,
)
from framings.estimates import estimate_prevalence
from framings.tallies import tally_outcomes

REFERENCE = Path(__file__).parents[2] / "shared" / "reference"
ENTRY = 'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"'
needs_reference = pytest.mark.skipif(
    not REFERENCE.exists(), reason="the reference data sets stand in ../shared/reference, which is not part of the project"
)


def make_matrix(**columns):
    """Return a codes matrix from lists by code, sentences s0, s1, ..."""
    matrix = pd.DataFrame(columns, dtype=float)
    return matrix.set_axis([f"s{i}" for i in range(len(matrix))])


def make_frame(documents, actors=None, stage="ST1"):
    """Return a frame of sentences s0, s1, ... in these documents."""
    ids = [f"s{i}" for i in range(len(documents))]
    return pd.DataFrame(
        {"sentence_id": ids, "document_id": documents, "actor_id": actors or "NORTH", "stage_id": stage, "families": "none"}
    )


def make_sample(**p):
    """Return a sample from sentence ids and their probabilities."""
    return pd.DataFrame({"sentence_id": list(p), "p": list(p.values())})


def make_world(n=900, seed=3):
    """Return frame, true codes and predictions of a coder who errs by leader, in 30 documents."""
    generator = np.random.default_rng(seed)
    actors = np.where(generator.random(n) < 0.5, "NORTH", "EAST")
    truth = (generator.random(n) < 0.3).astype(float)
    wrong = generator.random(n) < np.where(actors == "NORTH", 0.05, 0.35)
    frame = make_frame([f"d{i % 30:02}" for i in range(n)], list(actors))
    return frame, make_matrix(A1=truth), make_matrix(A1=np.where(wrong, 1 - truth, truth))


# Pseudo-outcomes ------------------------------------------------------------------------------------------------------


def test_where_every_sentence_is_coded_the_outcome_is_its_reference_code_exactly():
    """With p = 1 the prediction drops out: Y~ = g + (Y - g)."""
    frame, truth, predictions = make_world()
    sample = make_sample(**dict.fromkeys(frame["sentence_id"], 1.0))
    pd.testing.assert_frame_equal(correct_codes(predictions, truth, sample, frame), truth, check_names=False)
    pd.testing.assert_frame_equal(sample_alone(truth, sample, frame), truth, check_names=False)


def test_with_too_little_to_learn_from_g_is_the_weighted_mean_of_the_other_documents():
    """d1 learns (0 / .5 + 1 / .25) / (1 / .5 + 1 / .25) = 2/3 from d2, and d2 learns 1 from d1."""
    reference, predictions = make_matrix(A1=[1, np.nan, 0, 1]).dropna(), make_matrix(A1=[0, 0, 0, 0])
    sample = make_sample(s0=0.5, s2=0.5, s3=0.25)
    found = correct_codes(predictions, reference, sample, make_frame(["d1", "d1", "d2", "d2"]), splits=3, folds=2)
    assert found["A1"].tolist() == pytest.approx([2 / 3 + (1 - 2 / 3) / 0.5, 2 / 3, 1 + (0 - 1) / 0.5, 1 + (1 - 1) / 0.25])


def test_the_sample_alone_weighs_each_drawn_sentence_by_those_of_its_stratum_that_it_stands_for():
    """Two of three were drawn in one stratum, one of two in the other, whatever p was."""
    frame = make_frame(list("aaabb"), ["NORTH"] * 3 + ["EAST"] * 2)
    reference = make_matrix(A1=[1, 0, 0, 1, 0]).loc[["s0", "s2", "s3"]]
    sample = make_sample(s0=0.5, s2=0.5, s3=0.4)
    assert sample_alone(reference, sample, frame)["A1"].tolist() == [1.5, 0, 0, 2, 0]
    assert mark_evidence(reference, sample, frame)["A1"].tolist() == [1, 0, 0, 1, 0]


def test_the_order_of_rows_changes_nothing():
    """To the last bit."""
    frame, truth, predictions = make_world(300)
    drawn = frame["sentence_id"][::3]
    sample = make_sample(**dict.fromkeys(drawn, 1 / 3))
    first = correct_codes(predictions, truth.loc[drawn], sample, frame)
    mixed = [table.sample(frac=1, random_state=1) for table in (predictions, truth.loc[drawn], sample, frame)]
    second = correct_codes(*mixed)
    assert second.index.tolist() == mixed[3]["sentence_id"].tolist()
    pd.testing.assert_frame_equal(first, second.loc[first.index])


def test_over_many_draws_the_corrected_share_of_each_leader_is_right_and_the_predicted_is_not():
    """40 draws of a quarter: the mean error stays within three of its standard errors, and NORTH's is read more precisely."""
    frame, truth, predictions = make_world()
    rows = {actor: (frame["actor_id"] == actor).to_numpy() for actor in ("NORTH", "EAST")}
    generator, errors = np.random.default_rng(8), {"corrected": [], "alone": []}
    for _ in range(40):
        drawn = frame["sentence_id"][generator.random(len(frame)) < 0.25]
        sample = make_sample(**dict.fromkeys(drawn, 0.25))
        for name, outcome in (
            ("corrected", correct_codes(predictions, truth.loc[drawn], sample, frame, splits=2)),
            ("alone", sample_alone(truth.loc[drawn], sample, frame)),
        ):
            errors[name].append([(outcome - truth)["A1"][mask].mean() for mask in rows.values()])
    assert (predictions - truth)["A1"][rows["EAST"]].mean() > 0.1
    corrected, alone = (np.array(errors[name]) for name in ("corrected", "alone"))
    assert (np.abs(corrected.mean(0)) < 3 * corrected.std(0) / np.sqrt(40)).all()
    assert corrected[:, 0].std() < 0.75 * alone[:, 0].std()


def test_composites_of_codes_are_those_of_the_codebook_and_of_probabilities_lie_between():
    """any, all and not on all eight patterns of three codes."""
    parts = {
        "EITHER": {"any": ("A", "B"), "all": (), "not": ()},
        "ONLY": {"any": (), "all": ("EITHER",), "not": ("C",)},
        "ABSENT": {"any": ("Z",), "all": (), "not": ()},
    }
    matrix = pd.DataFrame([[i & 1, i >> 1 & 1, i >> 2] for i in range(8)], columns=list("ABC"), dtype=float)
    found = add_composites(matrix, parts)
    known = {name: parts[name] for name in ("EITHER", "ONLY")}
    assert found.columns.tolist() == ["A", "B", "C", "EITHER", "ONLY"]  # of Z nobody was asked
    assert (found[["EITHER", "ONLY"]] == evaluate_composites(matrix == 1, known)).all().all()
    assert add_composites(matrix * 0.4 + 0.1, parts)["ONLY"].between(0.1, 0.9).all()


def test_codes_spread_to_a_matrix_and_none_is_no_code():
    """A sentence that carries only NONE has a row of zeros; codes of sentences outside the frame are left out."""
    codes = pd.DataFrame({"sentence_id": ["s0", "s0", "s1", "s9"], "code": ["A", "B", "NONE", "A"]})
    assert spread_codes(codes, ["s0", "s1", "s2"], ["A", "B"]).to_numpy().tolist() == [[1, 1], [0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reference": ["s0"]}, "1 of 2 drawn sentences have no reference code, the first s2"),
        ({"predictions": ["s0", "s1", "s2"]}, "sentence s3 has no prediction"),
        ({"sample": []}, "no sentence of the frame was drawn"),
    ],
)
def test_tables_that_do_not_fit_are_refused_with_the_sentence(change, message):
    """The first that lacks a code or a prediction is named."""
    matrix = make_matrix(A1=[1, 0, 1, 0])
    predictions = matrix.loc[change.get("predictions", matrix.index)]
    reference, sample = matrix.loc[change.get("reference", ["s0", "s2"])], make_sample(s0=0.5, s2=0.5)
    sample = sample[sample["sentence_id"].isin(change.get("sample", ["s0", "s2"]))]
    with pytest.raises(CorrectionError, match=message):
        correct_codes(predictions, reference, sample, make_frame(list("aabb")))


# Through the tests ----------------------------------------------------------------------------------------------------


def test_pseudo_outcomes_are_summed_by_turn_and_a_hole_in_the_frame_is_refused():
    """Turn 0 of a sums 1.5 and -.25; document b, in another language, has no outcome and no row."""
    turns = pd.DataFrame({"document_id": ["a", "a", "b"], "turn": [0, 1, 0], "kind": "speech", "n_words": 9})
    speakers, marks = turns.assign(actor_id="NORTH"), turns.assign(relevant=True, stage_id="ST1")
    documents = pd.DataFrame({"document_id": ["a", "b"], "date": "2012-01-01", "event_type": "forum", "language": ["en", "ru"]})
    sentences = turns.loc[[0, 0, 1, 2], ["document_id", "turn"]].assign(sentence_id=["s0", "s1", "s2", "s3"])
    outcomes = make_matrix(A1=[1.5, -0.25, 0.5])
    found = tally_outcomes(documents, turns, speakers, sentences, marks, outcomes)
    assert found[["document_id", "turn", "n_sentences", "A1"]].to_numpy().tolist() == [["a", 0, 2, 1.25], ["a", 1, 1, 0.5]]
    with pytest.raises(ValueError, match="sentence s1 has no outcome"):
        tally_outcomes(documents, turns, speakers, sentences, marks, outcomes.drop("s1"))


def assess(tallies, evidence=None, entry=ENTRY):
    """Return the row of the whole window."""
    table, _ = assess_hypotheses(tallies, make_hypotheses(entry), STAGES, "c", swaps=999, evidence=evidence)
    return table.set_index("window_id").loc["whole"]


def halve_codes(tallies):
    """Return tallies whose A1 is moved by half a sentence up and down in turn: fractions, and some below zero."""
    return tallies.assign(A1=tallies["A1"] + np.where(np.arange(len(tallies)) % 2, 0.5, -0.5))


def test_with_everything_coded_corrected_tallies_give_the_numbers_of_counts():
    """Estimate, error, p and counts agree; so do shares."""
    tallies = make_tallies(24, shares={("A1", "NORTH"): 0.35, ("A1", "EAST"): 0.15}, actors=("NORTH", "EAST"))
    as_numbers = tallies.assign(A1=tallies["A1"].astype(float))
    pd.testing.assert_series_equal(assess(tallies), assess(as_numbers, evidence=tallies))
    shares = [estimate_prevalence(tallies, STAGES, "c", ["A1"], evidence=given) for given in (None, tallies)]
    pd.testing.assert_frame_equal(*shares)


def test_evidence_and_not_the_sum_of_outcomes_says_whether_a_code_is_rare():
    """The outcomes sum to hundreds, but one reference sentence in four documents is behind them."""
    tallies = make_tallies(24, shares={("A1", "NORTH"): 0.35, ("A1", "EAST"): 0.15}, actors=("NORTH", "EAST"))
    few = tallies.assign(A1=(np.arange(len(tallies)) % 12 == 0).astype(int))
    row = assess(halve_codes(tallies), few)
    assert row["verdict"] == "too rare" and row["n_coded"] == few["A1"].sum() == 4
    assert row["reason"] == "4 reference sentences in 4 documents; a test needs 20 in 5"
    assert np.isnan(row["p"]) and row["smallest_detectable"] == pytest.approx(2.85 * row["se"])
    shares = estimate_prevalence(halve_codes(tallies), STAGES, "c", ["A1"], evidence=few)
    assert "reference codes in 4 documents, 5 needed" in set(shares["reason"]) and shares["share"].isna().all()
    bound = "test: upper_bound, code: A1, a: NORTH, bound_points: 50"
    assert assess(halve_codes(tallies), few, bound)["verdict"] == "too rare"


def test_a_share_estimated_below_zero_is_moved_to_zero_and_its_interval_stays_in_bounds():
    """Contracts hold for outcomes that sum to less than nothing."""
    tallies = make_tallies(12, actors=("NORTH", "EAST"))
    below = tallies.assign(A1=np.where(np.arange(len(tallies)) % 3, 0.2, -1.0))
    shares = estimate_prevalence(below, STAGES, "c", ["A1"], evidence=tallies.assign(A1=1))
    whole = shares[shares["stage_id"] == "all"]
    assert (whole["share"] == 0).all() and (whole["low"] == 0).all() and whole["high"].between(0, 1).all()


def test_evidence_from_another_frame_is_refused():
    """The turn that it lacks is named."""
    tallies = make_tallies(6)
    with pytest.raises(ValueError, match="the evidence lacks turn"):
        assess(tallies, tallies.iloc[1:])


def test_the_adjusted_contrast_of_pseudo_outcomes_is_that_of_a_linear_model_refitted_without_each_document():
    """Brute force by least squares, to 1e-9."""
    generator = np.random.default_rng(2)
    document, actor, n = np.repeat(np.arange(8), 4), np.tile([0, 1], 16), generator.integers(2, 9, 32).astype(float)
    k, other = n * generator.normal(0.2 + 0.1 * actor, 0.3), generator.normal(size=32)
    scenarios = np.stack([np.column_stack([np.full(32, a == 0), np.full(32, a == 1), other, other * a]) for a in (0, 1)]).astype(
        float
    )

    def fit(rows):
        x = scenarios[actor, np.arange(32)][rows]
        root = np.sqrt(n[rows])
        b = np.linalg.lstsq(x * root[:, None], k[rows] / root, rcond=None)[0]
        return np.average((scenarios[1] - scenarios[0])[rows] @ b, weights=n[rows])

    without = np.array([fit(document != one) for one in range(8)])
    found = estimate_linear_effect(scenarios, actor, k, n, document, np.array([-1.0, 1.0]))
    assert found["estimate"] == pytest.approx(fit(document >= 0), abs=1e-9)
    assert found["se"] == pytest.approx(np.sqrt(7 / 8 * ((without - fit(document >= 0)) ** 2).sum()), abs=1e-9)


def test_outcomes_below_zero_have_an_adjusted_contrast():
    """A binomial model of them could have none."""
    tallies = make_tallies(24, shares={("A1", "NORTH"): 0.35, ("A1", "EAST"): 0.15}, actors=("NORTH", "EAST"))
    row = adjust_contrasts(halve_codes(tallies), make_hypotheses(ENTRY), STAGES, "c", swaps=999, evidence=tallies).iloc[0]
    assert (
        row["low"] < 0.2 < row["high"]
        and row["p_jackknife"] < 0.05
        and row["estimate"] == pytest.approx(row["unadjusted"], abs=0.03)
    )


# Against the R package dsl --------------------------------------------------------------------------------------------


def read_case(name):
    """Return a data set of the package: table, labelled, (y, x) of the model as read, predictions, link, R/p."""
    table = pd.read_csv(REFERENCE / "dsl" / f"{name.removesuffix('_cl')}.csv")
    outcome, terms, coded, link = {
        "data_lm": ("Y", ["X1", "X2", "X3", "X4", "X5"], ["Y"], "identity"),
        "data_logit": ("Y", ["X1", "X2", "X4"], ["Y", "X1"], "expit"),
        "data_unequal": ("Y", ["X1", "X2", "X3"], ["Y"], "expit"),
    }.get(
        name,
        (
            "SendOrNot",
            ["countyWrong", "prefecWrong", "connect2b", "prevalence", "regionj", "groupIssue"],
            ["countyWrong"],
            "expit",
        ),
    )
    drawn = table[coded[0]].notna().to_numpy()
    p = table["sample_prob"].to_numpy() if "sample_prob" in table else np.ones(len(table))
    return table, drawn, outcome, terms, coded, link, drawn / (p * drawn.mean() / p.mean())  # the package scales p so


def solve_case(name, first_stage, cluster=None):
    """Return the coefficients and errors of a case with columns predicted by ``first_stage(table, column, drawn)``."""
    table, drawn, outcome, terms, coded, link, weight = read_case(name)
    known = table.fillna(0.0).assign(one=1.0)
    guessed = known.assign(**{column: first_stage(table, column, drawn) for column in coded})
    x, drawn_x = (side[["one", *terms]].to_numpy() for side in (guessed, known))
    return solve_dsl(x, guessed[outcome].to_numpy(), drawn_x, known[outcome].to_numpy(), weight, link, cluster)


def predict_linearly(table, column, drawn):
    """Return the least-squares fit on the predictions, learnt from all drawn rows (as the oracle's first stage)."""
    given = [name for name in table if name.startswith("pred_")]
    x = np.column_stack([np.ones(len(table)), table[given]])
    return x @ np.linalg.lstsq(x[drawn], table.loc[drawn, column], rcond=None)[0]


@needs_reference
@pytest.mark.parametrize(
    ("case", "tolerance", "ratio"),
    [
        ("data_lm", 1e-4, 3e-4),
        ("data_logit", 1e-4, 3e-4),
        ("data_unequal", 1e-4, 3e-4),
        ("PanChen", 4e-4, 3e-4),
        ("PanChen_cl", 4e-4, 3e-4),
    ],
)
def test_the_moment_equations_are_those_of_the_package(case, tolerance, ratio):
    """The package's own functions, run with the same first stage; PanChen's clusters are its rows modulo 40."""
    table = pd.read_csv(REFERENCE / "dsl" / "oracle_R_linear_first_stage.csv").query("case == @case")
    cluster = np.arange(1412) % 40 if case.endswith("_cl") else None
    b, se = solve_case(case, predict_linearly, cluster)
    assert np.abs(b - table["est"]).max() < tolerance
    assert np.abs(se / table["se"] - 1).max() < ratio


def cross_fit(seed):
    """Return a first stage learnt from four fifths of the rows for the other fifth: logistic for a 0/1 column, else a forest."""

    def first_stage(table, column, drawn):
        from sklearn.ensemble import RandomForestRegressor

        fold = np.random.default_rng(seed).permutation(len(table)) % 5
        others = [name for name in table if not table[name].isna().any() and name != "sample_prob"]
        x = np.column_stack([np.ones(len(table)), table[others]])
        found, y = np.empty(len(table)), table[column].to_numpy()
        for one in range(5):
            learn, expect = drawn & (fold != one), fold == one
            if set(np.unique(y[learn])) == {0.0, 1.0}:
                found[expect] = expit(x[expect] @ fit_ridge(x[None, learn], y[None, learn], np.ones(learn.sum()))[0])
            elif column == "Y":  # as in the vignette; a line fits these data better than its forest does
                forest = RandomForestRegressor(100, min_samples_leaf=5, random_state=seed, n_jobs=1)
                found[expect] = forest.fit(x[learn], y[learn]).predict(x[expect])
            else:
                found[expect] = x[expect] @ np.linalg.lstsq(x[learn], y[learn], rcond=None)[0]
        return found

    return first_stage


@needs_reference
@pytest.mark.parametrize("case", ["PanChen_logit", "data_lm", "data_logit", "data_unequal"])
def test_the_vignettes_come_out_within_a_third_of_an_error(case):
    """Medians over ten splits; estimates within .3 SE, errors within 7 %, though their first stage is a random forest."""
    expected = json.loads((REFERENCE / "expected.json").read_text("utf-8"))["dsl_vignettes"][case]
    b, se = map(
        np.array,
        zip(*(solve_case(case.replace("PanChen_logit", "PanChen"), cross_fit(i)) for i in range(10)), strict=True),
    )
    middle = np.median(b, axis=0)
    error = np.sqrt(np.median(se**2 + (b - middle) ** 2, axis=0))
    assert (np.abs(middle - expected["est"]) / expected["se"]).max() < 0.3
    assert np.abs(error / expected["se"] - 1).max() < 0.07


def test_a_regression_on_pseudo_outcomes_is_least_squares_with_errors_by_cluster():
    """The mean of 1, 2, 6 in clusters {1, 2} and {6} is 3; its error is sqrt(((-2 - 1)² + 3²)) / 3."""
    b, se = solve_dsl(np.ones((3, 1)), np.array([1.0, 2, 6]), cluster=["a", "a", "b"])
    assert b[0] == pytest.approx(3) and se[0] == pytest.approx(np.sqrt(18) / 3)

"""Accuracy of coders against reference codes: rates by hand, weights, parts, resamples."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from sklearn.metrics import average_precision_score

from framings.coder_accuracy import compare_coders, measure_coders
from framings.coder_outcomes import (
    RATIOS,
    CoderAccuracyError,
    count_outcomes,
    divide_outcomes,
    draw_average_precision,
    draw_calibration_error,
)
from framings.resamples import bound_success, draw_documents, sum_documents, total_draws

COMPOSITES = {"RS_any": {"title": "Any", "any": ("RS01", "RS02"), "all": (), "not": ()}}
ALL = ("all", "all")


def make_corpus(n_documents=30, per_document=10):
    """Return (frame, p): sentences of two actors in turn, two stages; those of odd number were drawn with probability 1/4."""
    n = n_documents * per_document
    names = [f"d{number // per_document:02}:s{number:04}" for number in range(n)]
    documents = [name[:3] for name in names]
    frame = pd.DataFrame({"actor_id": ["X", "Y"] * (n // 2), "document_id": documents}, index=pd.Index(names, name="sentence_id"))
    frame["stage_id"] = np.where(frame["document_id"] < f"d{n_documents // 2:02}", "ST1", "ST2")
    return frame, pd.Series(np.where(np.arange(n) % 2, 0.25, 1.0), index=frame.index)


def spread(frame, **columns):
    """Return a matrix of the frame's sentences from code=list of values."""
    return pd.DataFrame(columns, index=frame.index, dtype=float)


def draw_matrices(seed=0, miss=0.2, add=0.05, n_documents=30):
    """Return (frame, p, reference, matrix): two codes, and a coder that misses and adds at these rates."""
    generator = np.random.default_rng(seed)
    frame, p = make_corpus(n_documents)
    truth = generator.random((len(frame), 2)) < [0.3, 0.1]
    given = np.where(truth, generator.random(truth.shape) > miss, generator.random(truth.shape) < add)
    return frame, p, *(pd.DataFrame(table.astype(float), frame.index, ["RS01", "RS02"]) for table in (truth, given))


def pick(table, code, measure, actor="all", stage="all", coder="c"):
    """Return the one row of a measure."""
    rows = table[(table["coder_id"] == coder) & (table["code"] == code) & (table["measure"] == measure)]
    rows = rows[(rows["actor_id"] == actor) & (rows["stage_id"] == stage)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_measures_of_a_fourfold_table_by_hand():
    """6 found, 2 added, 4 missed, 88 rightly left alone."""
    values = {name: float(divide_outcomes(np.array([6.0, 2, 4, 88]), name)) for name in RATIOS}
    assert values == pytest.approx(
        {
            "precision": 6 / 8, "recall": 6 / 10, "F1": 12 / 18, "specificity": 88 / 90, "false positive rate": 2 / 90,
            "false negative rate": 4 / 10, "error rate": 6 / 100, "share gained": 8 / 100 - 10 / 100,
        }
    )  # fmt: skip
    assert np.isnan(divide_outcomes(np.array([0.0, 0, 0, 5]), "F1"))
    assert count_outcomes(np.array([1.0, 0, 1, 0]), np.array([1.0, 1, 0, 0])).tolist() == np.eye(4).tolist()


def test_sentences_stand_for_one_over_p():
    """10 sentences found with p 1 and 10 missed with p 1/4: recall is 10 / (10 + 40), not a half."""
    frame, p = make_corpus()
    truth = [1.0] * 20 + [0.0] * 280
    given = [1.0, 0.0] * 10 + [0.0] * 280
    table = measure_coders({"c": spread(frame, RS01=given)}, spread(frame, RS01=truth), p, frame, {})
    row = pick(table, "RS01", "recall")
    assert row["estimate"] == pytest.approx(0.2) and (row["n"], row["n_mistakes"], row["n_documents"]) == (20, 10, 2)
    assert row["reason"] == "interval by sentences, only 2 documents"
    assert pick(table, "RS01", "precision")["estimate"] == 1
    assert pick(table, "RS01", "share gained")["estimate"] == pytest.approx((10 - 50) / 750)  # 150 + 4 x 150 sentences
    assert pick(table, "RS01", "F1")["estimate"] == pytest.approx(2 * 0.2 / 1.2)
    assert pick(table, "RS01", "specificity")["n"] == 280


def test_parts_are_the_actors_and_stages():
    """The coder misses nothing of X and half of Y; adds only in the second stage."""
    frame, p = make_corpus()
    truth = spread(frame, RS01=np.tile([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], 30), RS02=np.zeros(300))
    given = truth.copy()
    given.loc[(frame["actor_id"] == "Y") & (np.arange(300) // 10 % 2 == 0), "RS01"] = 0
    given.loc[(frame["stage_id"] == "ST2") & (np.arange(300) % 10 == 4), "RS01"] = 1
    table = measure_coders({"c": given}, truth, p, frame, COMPOSITES)
    assert pick(table, "RS01", "false negative rate", "X")["estimate"] == 0
    row = pick(table, "RS01", "false negative rate", "Y")
    assert row["estimate"] == pytest.approx(0.5) and (row["n"], row["n_mistakes"], row["n_reference"]) == (30, 15, 30)
    assert 0.3 < row["low"] < 0.5 < row["high"] < 0.7
    assert pick(table, "RS01", "false positive rate", stage="ST1")["n_mistakes"] == 0
    row = pick(table, "RS01", "false positive rate", stage="ST2")
    assert (row["n"], row["n_mistakes"], row["n_sentences"]) == (120, 15, 150)
    assert pick(table, "RS_any", "recall", "X", "ST1")["estimate"] == 1  # cells are given for composites
    cells = table[(table["actor_id"] != "all") & (table["stage_id"] != "all")]
    assert set(cells["code"]) == {"RS_any"} and len(set(cells["actor_id"] + cells["stage_id"])) == 4


def test_the_parts_sum_to_the_whole():
    """Mistakes and sentences of the actors, of the stages and of the cells add up."""
    frame, p, reference, matrix = draw_matrices()
    table = measure_coders({"c": matrix}, reference, p, frame, COMPOSITES, draws=50)
    rows = table[(table["code"] == "RS_any") & (table["measure"] == "false positive rate")]
    whole = pick(table, "RS_any", "false positive rate")[["n", "n_mistakes", "n_sentences"]].tolist()
    actor, stage = rows["actor_id"] != "all", rows["stage_id"] != "all"
    for part in (actor & ~stage, stage & ~actor, actor & stage):
        assert rows.loc[part, ["n", "n_mistakes", "n_sentences"]].sum().tolist() == whole


def test_too_few_sentences_give_counts_and_no_rate():
    """Nine sentences with the code, none with another: reasons instead of numbers."""
    frame, p = make_corpus()
    truth = spread(frame, RS01=np.arange(300) % 30 == 3, RS02=np.zeros(300))
    truth.iloc[3] = 0
    table = measure_coders({"c": truth}, truth, p, frame, {})
    row = pick(table, "RS01", "recall")
    assert np.isnan(row["estimate"]) and row["n"] == 9 and row["reason"] == "too few: 9 of the 10 sentences needed"
    assert pick(table, "RS02", "recall")["reason"] == "undefined: no sentence to measure it on"
    assert pick(table, "RS02", "specificity")["estimate"] == 1
    assert not len(table[(table["code"] == "RS02") & (table["actor_id"] == "X") & (table["measure"] == "recall")])


def test_no_mistake_seen_is_no_certainty():
    """Thirty documents without one: the interval ends where thirty of thirty do."""
    frame, p = make_corpus()
    truth = spread(frame, RS01=np.arange(300) % 10 < 3)
    table = measure_coders({"c": truth}, truth, p, frame, {})
    for measure in ("precision", "recall", "F1", "specificity"):
        row = pick(table, "RS01", measure)
        assert row["estimate"] == row["high"] == 1 and row["low"] == pytest.approx(0.025 ** (1 / 30))
    row = pick(table, "RS01", "false positive rate")
    assert row["estimate"] == row["low"] == 0 and row["high"] == pytest.approx(1 - 0.025 ** (1 / 30))


def test_few_documents_give_a_wider_interval_than_their_sentences_would():
    """80 sentences of one document, a quarter wrong: as wide as from some nine, since they hang together."""
    n = 80
    frame = pd.DataFrame(
        {"actor_id": "X", "stage_id": "ST1", "document_id": "d1"}, index=[f"s{number:02}" for number in range(n)]
    )
    truth, given = spread(frame, RS01=np.ones(n)), spread(frame, RS01=np.arange(n) % 4 > 0)
    row = pick(measure_coders({"c": given}, truth, pd.Series(1.0, frame.index), frame, {}), "RS01", "recall")
    effective = n / (1 + (n - 1) * 0.1)
    assert row["estimate"] == 0.75 and effective == pytest.approx(8.99, abs=0.01)
    assert row["low"] == pytest.approx(0.38, abs=0.02) and row["high"] == pytest.approx(0.96, abs=0.02)
    assert row["reason"] == "interval by sentences, only 1 documents"


def test_probabilities_are_cut_and_scored():
    """At a threshold of .5; average precision and calibration only where there are probabilities."""
    frame, p, reference, matrix = draw_matrices()
    scores = (reference * 0.4 + 0.3).clip(0.05, 0.95)
    table = measure_coders({"c": scores, "dictionary": matrix}, reference, p, frame, COMPOSITES, draws=200)
    assert pick(table, "RS01", "F1")["estimate"] == 1 and pick(table, "RS01", "average precision")["estimate"] == 1
    assert pick(table, "RS01", "average precision")["low"] < 1
    row = pick(table, "RS01", "calibration error")
    assert (
        row["estimate"] == pytest.approx(0.3, abs=0.02) and "with perfect probabilities chance would give about" in row["reason"]
    )
    assert set(table.loc[table["measure"] == "average precision", "coder_id"]) == {"c"}
    low = measure_coders({"c": scores}, reference, p, frame, COMPOSITES, threshold=0.8, draws=50)
    assert np.isnan(pick(low, "RS01", "precision")["estimate"]) and pick(low, "RS01", "recall")["estimate"] == 0


def test_decisions_may_come_beside_probabilities():
    """Rates are of the decisions, average precision of the probabilities; a column for a composite is taken as it is."""
    frame, p, reference, matrix = draw_matrices()
    generator = np.random.default_rng(4)
    decisions = matrix.assign(RS_any=0.0)
    scores = pd.DataFrame(generator.random((len(frame), 3)) * 0.9 + 0.05, frame.index, ["RS01", "RS02", "RS_any"])
    table = measure_coders({"c": decisions}, reference, p, frame, COMPOSITES, probabilities={"c": scores}, draws=50)
    plain = measure_coders({"c": matrix}, reference, p, frame, COMPOSITES, draws=50)
    assert pick(table, "RS01", "F1")["estimate"] == pick(plain, "RS01", "F1")["estimate"]
    assert pick(table, "RS_any", "recall")["estimate"] == 0 and pick(plain, "RS_any", "recall")["estimate"] > 0.5
    assert 0 < pick(table, "RS_any", "average precision")["estimate"] < 0.6


def test_average_precision_is_that_of_scikit_learn():
    """With ties and weights, and for every resample."""
    generator = np.random.default_rng(2)
    truth, scores = (generator.random(200) < 0.2) * 1.0, np.round(generator.random(200), 1)
    weights = generator.integers(1, 5, (6, 200)) * 1.0
    found = draw_average_precision(truth, scores, weights)
    expected = [average_precision_score(truth, scores, sample_weight=row) for row in weights]
    assert found == pytest.approx(expected, abs=1e-12)


def test_calibration_error_by_hand():
    """Ten bins of two sentences each with probabilities .1 and truths that make gaps of .1 and .4."""
    scores = np.repeat(np.linspace(0.05, 0.95, 10), 2)
    truth = np.tile([0.0, 1.0], 10)  # half of each bin
    error, by_chance = draw_calibration_error(truth, scores, np.ones((1, 20)))
    assert error[0] == pytest.approx(np.abs(np.linspace(0.05, 0.95, 10) - 0.5).mean())
    spread = np.sqrt(2 * np.linspace(0.05, 0.95, 10) * (1 - np.linspace(0.05, 0.95, 10)))
    assert by_chance == pytest.approx(np.sqrt(2 / np.pi) * spread.sum() / 20)


def test_chance_alone_gives_the_calibration_error_that_is_told():
    """Over 300 samples of a coder with right probabilities the mean error is what the table says chance would give."""
    generator = np.random.default_rng(8)
    errors, told = [], []
    for _ in range(300):
        scores = generator.beta(1, 5, 500)
        error, by_chance = draw_calibration_error((generator.random(500) < scores) * 1.0, scores, np.ones((1, 500)))
        errors.append(error[0])
        told.append(by_chance)
    assert np.mean(errors) == pytest.approx(np.mean(told), rel=0.05)


def test_intervals_of_a_weighted_share_hold_the_true_value():
    """Of 300 weighted samples of clustered sentences about 95 % of the intervals of F1 hold the F1 that holds everywhere."""
    generator, held, sets, true = np.random.default_rng(6), 0, 300, 2 * 0.15 / (0.15 + 0.04 + 0.2)
    documents, drawn_documents = np.repeat(np.arange(80), 30), draw_documents(80, 1000, seed=1)
    for _ in range(sets):
        truth = generator.random(len(documents)) < generator.beta(2, 8, 80)[documents]
        given = np.where(truth, generator.random(len(documents)) > 0.25, generator.random(len(documents)) < 0.05)
        p = np.where(given, 0.6, 0.2)
        drawn = generator.random(len(documents)) < p
        outcomes = count_outcomes(truth[drawn] * 1.0, given[drawn] * 1.0)
        weighted = sum_documents(outcomes / p[drawn, None], documents[drawn], 80)
        bears, wrong = (
            sum_documents(outcomes @ np.array(part), documents[drawn], 80) > 0 for part in ([1, 1, 1, 0], [0, 1, 1, 0])
        )
        values = divide_outcomes(total_draws(weighted, drawn_documents), "F1")
        _, low, high = bound_success(values, bears.sum(), wrong.sum())
        held += low <= true <= high
    assert binom.cdf(held, sets, 0.95) > 0.005 and held < sets


def test_differences_of_coders_use_the_same_resamples():
    """A coder against itself differs by nothing; a better one by more than half of what wide intervals would allow."""
    frame, p, reference, matrix = draw_matrices()
    better = matrix.where(np.random.default_rng(1).random(matrix.shape) < 0.5, reference)
    predictions = {"dictionary": matrix, "again": matrix, "trained": better}
    table = compare_coders(predictions, reference, p, frame, COMPOSITES, "dictionary", "again")
    assert (table[["estimate", "low", "high"]] == 0).all().all()
    table = compare_coders(predictions, reference, p, frame, COMPOSITES, "trained", "dictionary", goal=0.05)
    row = table.set_index("code").loc["RS_any"]
    both = measure_coders(predictions, reference, p, frame, COMPOSITES)
    values = [pick(both, "RS_any", "F1", coder=coder) for coder in ("trained", "dictionary")]
    assert row["estimate"] == pytest.approx(values[0]["estimate"] - values[1]["estimate"])
    assert row["low"] > 0 and row["high"] - row["low"] < sum(value["high"] - value["low"] for value in values)
    assert row["reason"].startswith("the goal of +0.05 is reached")
    missed = compare_coders(predictions, reference, p, frame, COMPOSITES, "dictionary", "trained", goal=0.1)
    assert set(missed["reason"]) == {"the goal of +0.10 is not reached"}


def test_a_rare_code_has_no_difference():
    """Four reference sentences are too few to say which coder is better."""
    frame, p = make_corpus()
    truth = spread(frame, RS01=np.arange(300) % 75 == 0)
    table = compare_coders({"a": truth, "b": 1 - truth}, truth, p, frame, {}, "a", "b", goal=0.1)
    assert (
        np.isnan(table["estimate"][0])
        and table["reason"][0] == "too few: the code stands in 4 reference sentences of 4 documents"
    )


def test_a_coder_is_measured_where_it_coded():
    """Half of the sentences, one of two codes: the other code and its composite have no rows; nothing is read as absent."""
    frame, p, reference, matrix = draw_matrices()
    matrix["RS02"] = np.nan
    table = measure_coders({"c": matrix.iloc[:150]}, reference, p, frame, COMPOSITES, draws=50)
    assert set(table["code"]) == {"RS01"} and pick(table, "RS01", "error rate")["n_sentences"] == 150


def test_predictions_that_do_not_meet_the_reference_are_refused():
    """Other sentence ids; a reference sentence without a probability."""
    frame, p, reference, matrix = draw_matrices()
    with pytest.raises(CoderAccuracyError, match="c coded none of the reference sentences"):
        measure_coders({"c": matrix.rename(index=lambda name: f"x{name}")}, reference, p, frame, COMPOSITES)
    with pytest.raises(CoderAccuracyError, match="d00:s0000 has no inclusion probability"):
        measure_coders({"c": matrix}, reference, p.iloc[1:], frame, COMPOSITES)


def test_equal_input_gives_equal_tables():
    """Rows in another order, the same seed: the same table."""
    frame, p, reference, matrix = draw_matrices(n_documents=12)
    table = measure_coders({"c": matrix}, reference, p, frame, COMPOSITES, draws=50)
    order = np.random.default_rng(0).permutation(len(frame))
    again = measure_coders({"c": matrix.iloc[order]}, reference.iloc[order[::-1]], p, frame, COMPOSITES, draws=50)
    pd.testing.assert_frame_equal(table, again)

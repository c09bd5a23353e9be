"""The adjusted contrasts agree with a general-purpose fit and with brute force."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_tallies import STAGES, make_hypotheses, make_tallies

from framings.adjusted import add_circumstances, adjust_contrasts, build_design, estimate_effect, fit_logit, sum_effective_scores

COLLAPSED = Path(__file__).parents[2] / "shared" / "reference" / "wild" / "collapsed.csv"
ENTRY = 'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"'
GAP = {("A1", "NORTH"): 0.35, ("A1", "EAST"): 0.15}


def adjust(tallies, entry=ENTRY):
    """Return the row of the whole window."""
    table = adjust_contrasts(tallies, make_hypotheses(entry), STAGES, "dictionary", swaps=999)
    return table.set_index("window_id").loc["whole"]


def fit_elsewhere(turns):
    """Return the average marginal effect of statsmodels' fit of the same model."""
    import statsmodels.api as sm

    length = np.log(turns["n_words"]) - np.log(turns["n_words"]).mean()

    def design(north):
        stage, forum = turns["stage_id"] == "ST2", turns["event_type"] == "forum"
        return np.column_stack([np.ones(len(turns)), north, stage, forum, length, north * stage]).astype(float)

    own = (turns["actor_id"] == "NORTH").to_numpy(float)
    counts = np.column_stack([turns["A1"], turns["n_sentences"] - turns["A1"]])
    fit = sm.GLM(counts, design(own), family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200)
    effect = fit.predict(design(np.ones(len(turns)))) - fit.predict(design(np.zeros(len(turns))))
    return np.average(effect, weights=turns["n_sentences"])


def test_the_effect_and_its_error_agree_with_statsmodels_refitted_without_each_document():
    """To 1e-8, over twelve documents."""
    turns = make_tallies(12, shares=GAP, actors=("NORTH", "EAST"))
    row = adjust(turns)
    theta = fit_elsewhere(turns)
    without = np.array([fit_elsewhere(turns[turns["document_id"] != name]) for name in turns["document_id"].unique()])
    assert row["estimate"] == pytest.approx(theta, abs=1e-8)
    assert row["se"] == pytest.approx(np.sqrt(11 / 12 * ((without - theta) ** 2).sum()), abs=1e-8)


def test_adjusted_and_unadjusted_agree_where_there_is_nothing_to_adjust_for():
    """Every document holds both: the two differ by less than a point; the score test finds the planted difference."""
    row = adjust(make_tallies(shares=GAP))
    assert row["estimate"] == pytest.approx(row["unadjusted"], abs=0.01)
    assert row["low"] < 0.2 < row["high"] and row["p_score"] < 0.01 and row["p_jackknife"] < 0.01
    assert row["n_turns"] == 96 and row["n_documents"] == 48


def test_a_difference_of_length_is_taken_out():
    """Both say A1 in the same share at the same length, but NORTH speaks short and short turns say more of it."""
    tallies = make_tallies(300, seed=4, actors=("NORTH", "EAST"))
    generator = np.random.default_rng(5)
    north = tallies["actor_id"] == "NORTH"
    words = np.exp(generator.normal(5, 0.6, len(tallies)) - 0.5 * north)
    share = 1 / (1 + np.exp(-(-1.4 - 0.8 * (np.log(words) - 5))))
    tallies = tallies.assign(n_words=words.astype(int) + 1, A1=generator.binomial(tallies["n_sentences"], share))
    row = adjust(tallies)
    assert row["unadjusted"] > 0.03 and abs(row["estimate"]) < 0.015


def test_separation_is_told():
    """EAST never says A1."""
    tallies = make_tallies(shares={("A1", "EAST"): 0.0})
    row = adjust(tallies)
    assert "the model separates" in row["reason"] and pd.isna(row["estimate"]) and row["unadjusted"] > 0.1


def test_one_document_that_holds_a_model_together_is_told():
    """EAST says A1 in the second stage in one document alone: without it the model separates."""
    tallies = make_tallies(actors=("NORTH", "EAST"))
    silent = (tallies["actor_id"] == "EAST") & (tallies["stage_id"] == "ST2") & (tallies["document_id"] != "d040")
    row = adjust(tallies.assign(A1=tallies["A1"].where(~silent, 0)))
    assert row["reason"] == "the model separates without one of 1 documents"


def test_too_little_gives_a_reason():
    """A silent actor, a rare code, a code that nobody was asked for."""
    reasons = [
        adjust(make_tallies(), entry)["reason"]
        for entry in (ENTRY.replace("NORTH", "WEST"), ENTRY.replace("A1", "RARE"), ENTRY.replace("A1", "OTHER"))
    ]
    assert reasons[0].startswith("WEST: 0 documents, 3 needed")
    assert reasons[1].startswith("a model needs 20 sentences")
    assert reasons[2] == "dictionary was not asked for OTHER"


def test_columns_that_add_nothing_are_dropped():
    """Each stage has its own kind of event: the dummy of the event repeats that of the stage, and the effect stands."""
    turns = make_tallies(12, shares=GAP, actors=("NORTH", "EAST"))
    turns = turns.assign(event_type=turns["stage_id"].map({"ST1": "forum", "ST2": "bilateral"}))
    actor = (turns["actor_id"] == "EAST").to_numpy(int)
    assert build_design(actor, 2, turns).shape == (2, 24, 5)
    assert adjust(turns)["estimate"] == pytest.approx(0.2, abs=0.06)


def test_a_mean_of_actors_is_compared_with_one():
    """Half of NORTH's and EAST's share minus SOUTH's: (.35 + .15) / 2 - .2."""
    row = adjust(make_tallies(96, shares=GAP), 'test: difference, code: A1, a: [NORTH, EAST], b: SOUTH, sign: "+"')
    assert row["estimate"] == pytest.approx(0.05, abs=0.03) and row["estimate"] == pytest.approx(row["unadjusted"], abs=0.01)


def test_the_fit_of_two_shares_is_their_logits():
    """2 of 10 and 5 of 10."""
    x = np.array([[1.0, 0], [1, 1]])
    assert fit_logit(x, np.array([2.0, 5]), np.array([10.0, 10])) == pytest.approx([np.log(2 / 8), np.log(8 / 2)])
    assert fit_logit(x, np.array([0.0, 5]), np.array([10.0, 10])) is None
    assert (
        "separates"
        in estimate_effect(np.stack([x, x]), np.array([0, 1]), np.array([0.0, 5]), np.array([10.0, 10]), np.arange(2), x[1])[
            "reason"
        ]
    )


@pytest.mark.skipif(not COLLAPSED.exists(), reason="reference data are not at hand (../shared/reference/wild/collapsed.csv)")
def test_effective_scores_give_the_published_score_statistic():
    """WildBootTests.jl: t = 1.8479 for post_self = .04, scores recentred and with its small-sample factor."""
    table = pd.read_csv(COLLAPSED).dropna()
    null = np.column_stack([np.ones(len(table)), table["selfemployed"], table["post"]])
    y = (table["hasinsurance"] - 0.04 * table["post_self"]).to_numpy()
    residual = y - null @ np.linalg.lstsq(null, y, rcond=None)[0]
    year = pd.factorize(table["year"])[0]
    scores = sum_effective_scores(table["post_self"].to_numpy(), null, residual, np.ones(len(table)), year)
    factor = np.sqrt((8 - 1) / 8 * (16 - 4) / (16 - 1))
    assert factor * scores.sum() / np.sqrt(((scores - scores.mean()) ** 2).sum()) == pytest.approx(1.8479, abs=1e-4)


def test_being_host_is_taken_out_where_it_is_known():
    """Hosts say more of A1 and NORTH is nearly always host: with the host held equal the two do not differ."""
    generator = np.random.default_rng(5)
    tallies = make_tallies(300, seed=5, actors=("NORTH", "EAST"))
    host = np.where(tallies["actor_id"] == "NORTH", generator.random(len(tallies)) < 0.8, generator.random(len(tallies)) < 0.2)
    tallies["A1"] = generator.binomial(tallies["n_sentences"], np.where(host, 0.4, 0.1))
    known = tallies[["document_id", "turn"]].assign(host=np.where(host, "host", "guest"), translated=False)
    raw, held = adjust(tallies), adjust(add_circumstances(tallies, known))
    assert raw["low"] > 0.1 and held["low"] < 0 < held["high"]

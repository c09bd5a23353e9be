"""Single leaders between stages: the parts of a joint test, by hand and as a difference in differences."""

import numpy as np
import pandas as pd
import pytest
from made_tallies import STAGES, make_hypotheses, make_tallies

from framings.assessments import assess_hypotheses
from framings.interactions import contrast_stages

DATED = STAGES.assign(start=[None, "2014-01-10"])
JOINT = "test: joint, codes: [A1, B1], actors: [NORTH, EAST, WEST]"


def contrast(tallies, stages=DATED, **settings):
    """Return INTERACTIONS of the whole window by code and actor."""
    table = contrast_stages(tallies, make_hypotheses(JOINT), stages, "dictionary", swaps=999, **settings)
    return table[table["window_id"] == "whole"].set_index(["code", "actor_id"])


def test_a_change_is_worked_by_hand():
    """EAST minus NORTH: .1 - .3 in the first stage, .4 - .2 in the second: +.4."""
    shares = {("ST1", "NORTH"): 15, ("ST1", "EAST"): 5, ("ST2", "NORTH"): 10, ("ST2", "EAST"): 20}
    rows = [(f"{stage}{d}", turn, actor, date, stage, 50, shares[stage, actor] + d % 2 * (1 if actor == "EAST" else 0))
            for stage, date in (("ST1", "2012-01-01"), ("ST2", "2014-06-01")) for d in range(6)
            for turn, actor in enumerate(("NORTH", "EAST"))]  # fmt: skip
    tallies = pd.DataFrame(rows, columns=["document_id", "turn", "actor_id", "date", "stage_id", "n_sentences", "A1"])
    row = contrast(tallies.assign(B1=tallies["A1"], event_type="forum", language="en", n_words=9)).loc[("A1", "EAST")]
    assert row["estimate"] == pytest.approx(0.4) and (row["early"], row["late"], row["other_id"]) == ("ST1", "ST2", "NORTH")
    assert (row["n_documents"], row["n_paired"], row["n_sentences"]) == (12, 12, 1200)
    # Shares of EAST of .1 and .12 by turns: leaving one out moves a mean of six by a fifth of its distance from the mean, .01.
    assert row["se"] == pytest.approx(np.sqrt(11 / 12 * 12 * (0.01 / 5) ** 2))
    assert row["p_swap"] < 0.01 and row["p_score"] < 0.01 and row["p_jackknife"] < 0.001


def test_it_is_the_difference_in_differences_of_the_two_stages():
    """The same numbers as the test of that name, split on the later stage's first day."""
    tallies = make_tallies()
    entry = 'test: difference_in_differences, code: A1, a: EAST, b: NORTH, split_date: 2014-01-10, sign: "two-sided"'
    expected = assess_hypotheses(tallies, make_hypotheses(entry), STAGES, "dictionary", swaps=999)[0].iloc[1]
    row = contrast(tallies).loc[("A1", "EAST")]
    for name in ("estimate", "se", "low", "high", "p_jackknife", "p_swap", "p_score"):
        assert row[name] == pytest.approx(expected[name], abs=1e-11)


def test_who_says_too_little_has_a_reason():
    """WEST is silent; an actor heard in one stage alone has nothing to change from."""
    table = contrast(make_tallies())
    assert table.loc[("A1", "WEST"), "reason"] == (
        "NORTH and WEST have enough talk of shared kinds in no stage; 0 documents of the window hold talk of both"
    )
    assert pd.isna(table.loc[("A1", "WEST"), ["early", "late", "estimate"]]).all()
    early = make_tallies()
    early = early[(early["actor_id"] != "EAST") | (early["stage_id"] == "ST2")].reset_index(drop=True)
    row = contrast(early).loc[("B1", "EAST")]
    assert row["early"] == "ST2" and "in ST2 alone; 24 documents of the window hold talk of both" in row["reason"]


def test_a_split_whose_last_cell_nobody_shares_is_estimated():
    """The kind of event last by alphabet has talk of one side only: the cells of either period are still told apart."""
    tallies = make_tallies()
    alone = (tallies["event_type"] == "forum") & (tallies["actor_id"] == "EAST") & (tallies["stage_id"] == "ST2")
    row = contrast(tallies[~alone].reset_index(drop=True)).loc[("A1", "EAST")]
    assert np.isfinite(row["estimate"]) and row["n_documents"] == 40

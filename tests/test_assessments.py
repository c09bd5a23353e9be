"""Hypotheses put to their tests on tallies with known shares."""

import numpy as np
import pandas as pd
import pytest
from made_tallies import STAGES, make_hypotheses, make_tallies

from framings.assessments import LEFT_OUT, VERDICTS, assess_hypotheses
from framings.schemas import ASSESSMENTS, check

GAP = {("A1", "NORTH"): 0.35, ("A1", "EAST"): 0.15}


def assess(*entries, tallies=None, **settings):
    """Return assessments (by hypothesis, of the whole window) and the table of left-out documents."""
    tallies = make_tallies(shares=GAP) if tallies is None else tallies
    table, left = assess_hypotheses(tallies, make_hypotheses(*entries), STAGES, "dictionary", **({"swaps": 999} | settings))
    assert set(table["verdict"]) <= set(VERDICTS)
    return table[table["window_id"] == "whole"].set_index("hypothesis_id"), left


def test_a_planted_difference_is_supported_and_its_reverse_is_of_opposite_sign():
    """20 points between NORTH and EAST; p-values by swap, blocks and jackknife are all small."""
    table, _ = assess(
        'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"', 'test: difference, code: A1, a: EAST, b: NORTH, sign: "+"'
    )
    assert table["verdict"].tolist() == ["supported", "opposite sign"]
    assert table.loc["H1", "estimate"] == pytest.approx(0.2, abs=0.04)
    assert table.loc["H1", "estimate"] == -table.loc["H2", "estimate"]
    assert (table[["p_swap", "p_swap_blocks", "p_jackknife"]] < 0.01).all(axis=None)
    assert table.loc["H1", "low"] < 0.2 < table.loc["H1", "high"]
    assert table.loc["H1", ["n_documents", "n_paired"]].tolist() == [48, 48]


def test_numbers_of_a_row_are_worked_by_hand():
    """Six documents of one kind with 50 sentences each: D = .2, .1, .1, 0, .1, .1; tau is their mean and every number follows."""
    rows = [(f"d{d}", actor, 50, k) for d, pair in enumerate([(15, 5), (10, 5), (9, 4), (6, 6), (10, 5), (8, 3)]) for actor, k in
            zip(("NORTH", "EAST"), pair, strict=True)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["document_id", "actor_id", "n_sentences", "A1"])
    table = table.assign(
        turn=table["actor_id"].map({"NORTH": 0, "EAST": 1}), date="2012-01-01", stage_id="ST1", event_type="forum"
    )
    found, left = assess(
        'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"', tallies=table.assign(language="en", n_words=9)
    )
    row, d = found.loc["H1"], np.array([0.2, 0.1, 0.1, 0, 0.1, 0.1])
    assert row["estimate"] == pytest.approx(0.1)
    without = (0.6 - d) / 5
    assert left.query("window_id == 'whole'")["estimate"].tolist() == pytest.approx(without.tolist())
    assert row["se"] == pytest.approx(np.sqrt(5 / 6 * ((without - 0.1) ** 2).sum()))
    assert row["p_swap"] == 2 / 2**5  # the document with D = 0 moves nothing; only all + and all - reach .6
    assert pd.isna(row["p_swap_blocks"])  # two blocks
    blocks = np.array([0.2 / 3, 0.4 / 3])
    assert row["se_blocks"] == pytest.approx(np.sqrt(1 / 2 * ((blocks - 0.1) ** 2).sum()))
    assert row["smallest_detectable"] == pytest.approx(2.85 * row["se"])
    assert (row["n_coded"], row["n_sentences"], row["p"], row["p_holm"]) == (86, 600, row["p_swap"], row["p_swap"])


def test_holm_adjusts_within_family_and_window():
    """Three of one family, one of another; not-tested ones do not count."""
    table, _ = assess(
        'test: difference, code: B1, a: NORTH, b: EAST, sign: "+"',
        'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"',
        'test: difference, code: RARE, a: NORTH, b: EAST, sign: "+"',
        'family: second, test: difference, code: A1, a: SOUTH, b: EAST, sign: "+"',
    )
    assert table.loc["H2", "p_holm"] == pytest.approx(2 * table.loc["H2", "p"])
    assert table.loc["H4", "p_holm"] == table.loc["H4", "p"]
    assert pd.isna(table.loc["H3", ["p", "p_holm"]]).all()
    assert table["confirmatory"].tolist() == [True, True, True, False]


def test_a_rare_code_is_described_and_not_tested():
    """Three sentences: the estimate and its interval stand, with Firth's odds ratio."""
    row = assess('test: difference, code: RARE, a: NORTH, b: EAST, sign: "+"')[0].loc["H1"]
    assert row["verdict"] == "too rare" and row["estimate"] > 0 and pd.isna(row["p"])
    assert row["reason"].startswith("3 sentences in 3 documents; a test needs 20 in 5; Firth's odds ratio")


def test_what_cannot_be_estimated_says_why():
    """An actor who is silent, a code that nobody was asked for, a stage that the window does not hold."""
    table, _ = assess(
        'test: difference, code: A1, a: WEST, b: EAST, sign: "+"',
        'test: difference, code: OTHER, a: NORTH, b: EAST, sign: "+"',
        'test: difference, code: A1, a: [NORTH, WEST], b: EAST, sign: "+"',
        'test: difference_in_differences, code: A1, a: NORTH, b: EAST, split_date: 2020-01-01, sign: "+"',
    )
    assert table["verdict"].tolist() == ["not estimable", "not coded", "not estimable", "not estimable"]
    assert table.loc["H1", "reason"] == "WEST: 0 documents, 3 needed, in kinds of event that are compared"
    assert table.loc["H2", "reason"] == "dictionary was not asked for OTHER"
    assert table.loc["H4", "reason"].startswith("NORTH from 2020-01-01: 0 documents, 3 needed")
    assert table[["estimate", "se", "p", "low"]].isna().all(axis=None)


def test_equivalence_is_shown_within_a_wide_margin_only():
    """B1 is equal: within 8 points but not within 1; the smallest margin is told. A1 differs by 20."""
    table, _ = assess(
        "test: equivalence, code: B1, a: NORTH, b: EAST, margin_points: 8",
        "test: equivalence, code: B1, a: NORTH, b: EAST, margin_points: 1",
        "test: equivalence, code: A1, a: NORTH, b: EAST, margin_points: 8",
    )
    assert table["verdict"].tolist() == ["equivalent", "not shown equivalent", "not shown equivalent"]
    smallest = float(table.loc["H1", "reason"].split()[-2])
    assert 1 < smallest < 8
    assert table.loc["H3", "p_swap"] > 0.99


def test_a_change_of_stage_has_an_interval_and_no_p_value():
    """Before and after are one series of events."""
    row = assess('test: stage_change, code: A1, a: [NORTH, EAST], late: ST2, early: ST1, sign: "+"')[0].loc["H1"]
    assert row["verdict"] == "descriptive only" and row["low"] < row["estimate"] < row["high"] and pd.isna(row["p"])
    assert abs(row["estimate"]) < 0.08


def test_a_share_among_others_has_those_as_its_base():
    """A1 among A_any: sentences are those with A_any; among a code that does not include it, a reason."""
    tallies = make_tallies()
    table, _ = assess(
        "test: stage_change, code: A1, among: A_any, a: NORTH, late: ST2, early: ST1, sign: '+'",
        "test: stage_change, code: A1, among: RARE, a: NORTH, late: ST2, early: ST1, sign: '+'",
        tallies=tallies,
    )
    assert table.loc["H1", "n_sentences"] == tallies.query("actor_id == 'NORTH'")["A_any"].sum()
    assert table.loc["H2", "verdict"] == "not estimable" and "takes a code that includes it" in table.loc["H2", "reason"]


def test_a_change_of_a_difference_is_found_by_exchanging_periods():
    """NORTH gains 25 points from 2014 on, EAST nothing."""
    tallies = make_tallies()
    gains = (tallies["actor_id"] == "NORTH") & (tallies["date"] >= "2014-01-01")
    tallies["A1"] += np.where(gains, tallies["n_sentences"] // 4, 0)
    entry = "test: difference_in_differences, code: {}, a: NORTH, b: EAST, split_date: 2014-01-01, sign: '+'"
    table, _ = assess(entry.format("A1"), entry.format("B1"), tallies=tallies)
    assert table["verdict"].tolist() == ["supported", "not detected"]
    assert table.loc["H1", "estimate"] == pytest.approx(0.25, abs=0.06)
    assert table.loc["H1", "p_swap_blocks"] < 0.05


def test_two_codes_are_compared_inside_the_same_talk():
    """A1 minus B1 is about 10 points; its swap exchanges the codes within each document."""
    tallies = make_tallies()
    row = assess("test: within_actor, code: A1, other_code: B1, a: [NORTH, EAST], sign: '+'", tallies=tallies)[0].loc["H1"]
    spoken = tallies.query("actor_id != 'SOUTH'").groupby("actor_id")[["A1", "B1", "n_sentences"]].sum()
    assert row["estimate"] == pytest.approx(((spoken["A1"] - spoken["B1"]) / spoken["n_sentences"]).mean())
    assert row["verdict"] == "supported" and row["n_coded"] == spoken["A1"].sum()


def test_an_upper_bound_is_tested_even_for_a_rare_code():
    """3 in about 1,300 sentences are shown to be under 1 %; a share of 10 % is not under 1 % or 9 %."""
    table, _ = assess(
        "test: upper_bound, code: RARE, a: NORTH, bound_points: 1",
        "test: upper_bound, code: B1, a: NORTH, bound_points: 1",
        "test: upper_bound, code: RARE, a: EAST, bound_points: 5",
    )
    assert table["verdict"].tolist() == ["supported", "not detected", "supported"]
    assert table.loc["H3", ["estimate", "low"]].tolist() == [0, 0] and 0 < table.loc["H3", "high"] < 0.05


def test_a_joint_test_finds_leaders_who_change_differently():
    """A third of EAST's second stage is about A1; with no change the test is silent."""
    still, moved = make_tallies(), make_tallies()
    late = (moved["actor_id"] == "EAST") & (moved["stage_id"] == "ST2")
    moved["A1"] += np.where(late, moved["n_sentences"] // 3, 0)
    entry = "test: joint, codes: [A1, B1], actors: [NORTH, EAST, SOUTH]"
    found, _ = assess(entry, tallies=moved)
    assert found.loc["H1", "verdict"] == "supported" and found.loc["H1", "p"] < 0.001
    silent, left = assess(entry, tallies=still)
    assert silent.loc["H1", "verdict"] == "not detected" and pd.isna(silent.loc["H1", "p_swap"])
    assert len(left.query("window_id == 'whole'")) == 48


def test_one_stage_has_no_interaction():
    """The early window lies in the first stage."""
    table, _ = assess_hypotheses(
        make_tallies(), make_hypotheses("test: joint, codes: [A1], actors: [NORTH, EAST]"), STAGES, "dictionary", swaps=99
    )
    row = table.set_index("window_id").loc["early"]
    assert row["verdict"] == "not estimable" and "fewer than two stages" in row["reason"] and row["n_documents"] == 0


def test_windows_hold_their_days():
    """24 of 48 monthly documents lie before 2014."""
    hypotheses = make_hypotheses('test: difference, code: A1, a: NORTH, b: EAST, sign: "+"')
    table, left = assess_hypotheses(make_tallies(), hypotheses, STAGES, "dictionary", swaps=99)
    assert table.set_index("window_id")["n_documents"].to_dict() == {"early": 24, "whole": 48}
    assert left.groupby("window_id").size().to_dict() == {"early": 24, "whole": 48}
    check(table, ASSESSMENTS), check(left, LEFT_OUT)


def test_few_pairs_leave_the_word_to_the_jackknife():
    """Side by side in five documents only, though each speaks in more than twenty."""
    tallies = make_tallies(shares=GAP, actors=("NORTH", "EAST"))
    number = tallies["document_id"].str[1:].astype(int)
    alone = (number >= 5) & ((number % 2 == 0) == (tallies["actor_id"] == "EAST"))
    row = assess('test: difference, code: A1, a: NORTH, b: EAST, sign: "+"', tallies=tallies[~alone])[0].loc["H1"]
    assert row["n_paired"] == 5 and pd.isna(row["p_swap"]) and row["p"] == row["p_jackknife"]


def test_documents_that_hold_both_sides_overrule_those_that_do_not():
    """Inside shared documents EAST leads throughout, by size of documents alone NORTH does: no verdict for NORTH."""
    tallies = make_tallies(shares={("A1", "NORTH"): 0.1, ("A1", "EAST"): 0.3}, actors=("NORTH", "EAST"))
    extra = tallies[tallies["actor_id"] == "NORTH"].assign(document_id=lambda t: "x" + t["document_id"], n_sentences=200, A1=180)
    row = assess('test: difference, code: A1, a: NORTH, b: EAST, sign: "+"', tallies=pd.concat([tallies, extra]))[0].loc["H1"]
    assert row["estimate"] > 0.3 and row["p_swap"] < 0.01 and row["verdict"] == "not detected"
    assert row["reason"].startswith("inside documents that hold both sides it is -")


def test_order_of_rows_and_repetition_change_nothing():
    """Shuffled tallies give the same bytes."""
    tallies = make_tallies(shares=GAP)
    entries = 'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"', "test: joint, codes: [A1], actors: [NORTH, EAST]"
    first, second = (
        assess_hypotheses(table, make_hypotheses(*entries), STAGES, "dictionary", swaps=199)
        for table in (tallies, tallies.sample(frac=1, random_state=2))
    )
    for one, other in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_no_talk_at_all_is_not_estimable():
    """An empty table of tallies still answers for every hypothesis and window."""
    table, left = assess_hypotheses(
        make_tallies().iloc[:0],
        make_hypotheses(
            'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"', "test: joint, codes: [A1], actors: [NORTH, EAST]"
        ),
        STAGES,
        "dictionary",
        swaps=99,
    )
    assert table["verdict"].tolist() == ["not estimable"] * 4 and left.empty


def test_a_contrast_that_hangs_on_few_documents_is_described_and_not_tested():
    """EAST has nearly all of its talk in two documents: in effect about two carry the contrast; there is an interval, and no p."""
    tallies = make_tallies(shares=GAP)
    east = tallies["actor_id"] == "EAST"
    heard = tallies["document_id"].isin(["d003", "d004", "d030", "d033", "d040"])
    tallies = tallies[~east | heard].reset_index(drop=True)
    big = (tallies["actor_id"] == "EAST") & tallies["document_id"].isin(["d003", "d030"])
    tallies.loc[big, ["n_sentences", "A1"]] = 400, 60
    table, left = assess('test: difference, code: A1, a: NORTH, b: EAST, sign: "+"', tallies=tallies)
    row = table.loc["H1"]
    assert row["verdict"] == "not estimable" and row["reason"].startswith("the documents weigh as ")
    assert pd.isna(row["p"]) and row["low"] < row["estimate"] < row["high"] and len(left)

"""What was planted beside what was found, on tables small enough to work by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest

from framings.hypotheses import Hypothesis, Window
from framings.recovery import compare_coding, compare_contrasts, compare_shares, compare_text, match_truth, plant_contrast

STAGES = pd.DataFrame({"stage_id": ["ST1", "ST2"], "start": [None, "2014-07-01"]})
# NORTH speaks 300 + 100 sentences in the two stages, EAST 100 + 100, WEST none in ST1; the tallies of NORTH stand in two rows.
TALLIES = pd.DataFrame(
    [
        ("NORTH", "ST1", "2012-01-01", 250),
        ("NORTH", "ST1", "2013-01-01", 50),
        ("NORTH", "ST2", "2015-01-01", 100),
        ("EAST", "ST1", "2012-01-01", 100),
        ("EAST", "ST2", "2015-01-01", 100),
        ("WEST", "ST2", "2015-01-01", 900),
    ],
    columns=["actor_id", "stage_id", "date", "n_sentences"],
)
SHARES = {
    "A1": {"NORTH": (0.10, 0.30), "EAST": (0.04, 0.08), "WEST": (0.5, 0.5)},
    "B1": {"NORTH": (0.02, 0.02), "EAST": (0.01, 0.03)},
}
PLANTED = pd.DataFrame(
    [
        (code, actor, stage, share)
        for code, actors in SHARES.items()
        for actor, shares in actors.items()
        for stage, share in zip(("ST1", "ST2"), shares, strict=True)
    ],
    columns=["code", "actor_id", "stage_id", "share"],
)


def sentences_of(*rows):
    """Return sentences that the workflow found, from (turn, text); each has as many words as its text has spaces plus one."""
    table = pd.DataFrame(rows, columns=["turn", "text"]).assign(document_id="d1")
    number = table.groupby("turn").cumcount()
    table["sentence_id"] = [f"d1:t{turn:03d}:s{place:02d}" for turn, place in zip(table["turn"], number, strict=True)]
    return table.assign(n_words=table["text"].str.count(" ") + 1)


def truth_of(*rows):
    """Return sentences as planted, from (turn, text, codes)."""
    table = pd.DataFrame(rows, columns=["turn", "text", "codes"]).assign(document_id="d1")
    return table.assign(sentence=table.groupby("turn").cumcount(), n_words=table["text"].str.count(" ") + 1)


def coded(table):
    """Return pairs of sentence and code."""
    return list(zip(table["sentence_id"], table["code"], strict=True))


def claim(test, a, b=(), code="A1", **further):
    """Return a hypothesis."""
    return Hypothesis("H1", "f", test, (code,), a, b, "+", "c", "g", **further)


# Sentences ------------------------------------------------------------------------------------------------------------


def test_truth_goes_to_the_sentence_of_the_same_text():
    """Codes go to the sentence of the same text whatever its spaces; a sentence without a code gets none."""
    found = sentences_of((0, "One\xa0two."), (0, "Three."))
    codes = match_truth(found, truth_of((0, "Three.", ""), (0, "One two.", "A1;B1")), "7")
    assert coded(codes) == [("d1:t000:s00", "A1"), ("d1:t000:s00", "B1")]
    assert set(codes["coder_id"]) == {"planted"} and set(codes["coder_kind"]) == {"simulation_truth"}
    assert set(codes["codebook_version"]) == {"7"}


def test_a_text_that_occurs_twice_is_matched_in_its_order():
    """Of two sentences with one text the first has the codes of the first that was planted."""
    found = sentences_of((0, "Yes."), (1, "Yes."))
    codes = match_truth(found, truth_of((0, "Yes.", "A1"), (1, "Yes.", "B1")), "7")
    assert coded(codes) == [("d1:t000:s00", "A1"), ("d1:t001:s00", "B1")]


def test_a_sentence_cut_differently_gets_no_code():
    """Where one planted sentence was found as two, neither half gets its codes, and other sentences keep theirs."""
    found = sentences_of((0, "On Feb."), (0, "5 we met."), (0, "Good."))
    codes = match_truth(found, truth_of((0, "On Feb. 5 we met.", "A1"), (0, "Good.", "B1")), "7")
    assert coded(codes) == [("d1:t000:s02", "B1")]


def test_reported_speech_of_the_editors_is_no_truth():
    """The editors' words (turn -1) match no sentence of a speaker, even with the same text."""
    assert coded(match_truth(sentences_of((0, "Yes.")), truth_of((-1, "Yes.", "A1")), "7")) == []


def test_text_is_compared_by_sentence_beginning_and_words():
    """Of 4 planted sentences 3 are found among 5, of 2 beginnings 1; of 7 words by a person 4 are found under the name, among 9."""
    truth = truth_of((0, "One two.", ""), (0, "Three four. Five.", ""), (0, "Six seven.", ""), (1, "Eight nine.", ""))
    found = sentences_of((0, "One two."), (0, "Three four."), (0, "Five."), (0, "Six seven."), (0, "Eight nine."))
    people = pd.DataFrame({"document_id": "d1", "turn": [0, 1], "speaker_id": ["ann", None]})
    speakers = pd.DataFrame({"document_id": "d1", "turn": [0], "speaker_id": ["ann"]})
    table = compare_text(found, speakers, truth, people).set_index("what")
    counts = table[["n_true", "n_found", "n_right"]]
    assert counts.loc["sentences, cut as planted"].tolist() == [4, 5, 3]
    assert table.loc["sentences, cut as planted", ["recall", "precision"]].tolist() == [3 / 4, 3 / 5]
    assert counts.loc["beginnings of turns"].tolist() == [2, 1, 1]
    # planted under ann: 2 + 3 + 2 words; found under ann: 2 + 2 + 1 + 2 + 2; right: 2 + 2
    assert counts.loc["words under the speaker's name"].tolist() == [7, 9, 4]


def test_a_wrong_name_is_neither_recalled_nor_precise():
    """Words found under another person's name count as found, not as right."""
    truth, found = truth_of((0, "One two.", ""), (1, "Three.", "")), sentences_of((0, "One two."), (1, "Three."))
    people = pd.DataFrame({"document_id": "d1", "turn": [0, 1], "speaker_id": ["ann", "ben"]})
    table = compare_text(found, people.assign(speaker_id="ann"), truth, people).set_index("what")
    assert table.loc["words under the speaker's name", ["n_true", "n_found", "n_right"]].tolist() == [3, 3, 2]


# Codes and shares -----------------------------------------------------------------------------------------------------


def test_coding_is_compared_by_code_and_actor():
    """A1 was planted in 3 sentences and found in 2, in 1 of them rightly; outside the estimates and other codes do not count."""
    rows = [("s1", "A1", "planted"), ("s2", "A1", "planted"), ("s3", "A1", "planted"), ("s1", "A1", "dictionary")]
    rows += [("s4", "A1", "dictionary"), ("s9", "A1", "planted"), ("s1", "PROC", "dictionary"), ("s4", "B1", "dictionary")]
    codes = pd.DataFrame(rows, columns=["sentence_id", "code", "coder_id"])
    tallied = pd.DataFrame({"sentence_id": ["s1", "s2", "s3", "s4"], "actor_id": ["NORTH", "NORTH", "EAST", "EAST"]})
    table = compare_coding(codes, tallied, ["A1", "B1", "A_any"]).set_index(["code", "actor_id"])
    counts = table[["n_true", "n_found", "n_right"]]
    assert counts.loc[("A1", "all")].tolist() == [3, 2, 1]
    assert counts.loc[("A1", "NORTH")].tolist() == [2, 1, 1]
    assert counts.loc[("A1", "EAST")].tolist() == [1, 1, 0]
    assert table.loc[("A1", "all"), ["recall", "precision"]].tolist() == [1 / 3, 1 / 2]
    assert counts.loc[("B1", "all")].tolist() == [0, 1, 0]
    assert pd.isna(table.loc[("B1", "all"), "recall"]) and table.loc[("B1", "all"), "precision"] == 0
    assert set(table.index.get_level_values("code")) == {"A1", "B1"}


def test_shares_stand_beside_each_other():
    """A planted share stands beside both estimates of its cell; an estimate for all stages has no planted share."""
    rows = [("planted", "ST1", 0.12), ("dictionary", "ST1", 0.09), ("planted", "all", 0.2), ("dictionary", "all", 0.1)]
    rows += [("planted", "ST2", None), ("dictionary", "ST2", 0.25)]
    prevalence = pd.DataFrame(rows, columns=["coder_id", "stage_id", "share"]).assign(code="A1", actor_id="NORTH")
    table = compare_shares(PLANTED, prevalence).set_index("stage_id")[["planted", "by_planted_codes", "by_dictionary"]]
    assert table.loc["ST1"].tolist() == [0.10, 0.12, 0.09]
    assert table.loc["ST2", ["planted", "by_dictionary"]].tolist() == [0.30, 0.25] and pd.isna(
        table.loc["ST2", "by_planted_codes"]
    )
    assert len(table) == 2


# Contrasts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("test", ["difference", "equivalence"])
def test_a_difference_weighs_stages_by_both_sides(test):
    """Stages weigh 400 : 200 by the sentences of NORTH and EAST together; WEST's 900 do not count."""
    expected = (400 * (0.10 - 0.04) + 200 * (0.30 - 0.08)) / 600
    assert plant_contrast(claim(test, ("NORTH",), ("EAST",)), PLANTED, TALLIES, STAGES) == pytest.approx(expected)


def test_a_side_of_two_is_their_mean():
    """Against NORTH and EAST stands the mean of their shares; with all three, stages weigh 400 : 1100."""
    expected = 0.5 - (400 * (0.10 + 0.04) / 2 + 1100 * (0.30 + 0.08) / 2) / 1500
    assert plant_contrast(claim("difference", ("WEST",), ("NORTH", "EAST")), PLANTED, TALLIES, STAGES) == pytest.approx(expected)


def test_a_difference_in_differences_is_late_minus_early():
    """(.30 - .08) - (.10 - .04) = .16 where the split is the first day of ST2; a stage without a first day is early."""
    hypothesis = claim("difference_in_differences", ("NORTH",), ("EAST",), split_date="2014-07-01")
    assert plant_contrast(hypothesis, PLANTED, TALLIES, STAGES) == pytest.approx(0.16)


def test_a_change_of_stage_is_the_later_minus_the_earlier():
    """.30 - .10 = .20 for NORTH."""
    hypothesis = claim("stage_change", ("NORTH",), late="ST2", early="ST1")
    assert plant_contrast(hypothesis, PLANTED, TALLIES, STAGES) == pytest.approx(0.20)


def test_within_an_actor_stages_weigh_by_his_own_sentences():
    """A1 - B1 is .15 - .02 for NORTH (300 : 100) and .06 - .02 for EAST (100 : 100), .085 on average."""
    hypothesis = claim("within_actor", ("NORTH", "EAST"), other_code="B1")
    assert plant_contrast(hypothesis, PLANTED, TALLIES, STAGES) == pytest.approx(0.085)


def test_an_upper_bound_is_held_against_the_share():
    """NORTH's share is (300 * .10 + 100 * .30) / 400 = .15."""
    assert plant_contrast(claim("upper_bound", ("NORTH",), bound_points=4.0), PLANTED, TALLIES, STAGES) == pytest.approx(0.15)


@pytest.mark.parametrize(
    "hypothesis",
    [
        claim("joint", ("NORTH", "EAST")),
        claim("difference", ("NORTH",), ("EAST",), among="B1"),
        claim("difference", ("NORTH",), ("EAST",), code="C1"),
        claim("upper_bound", ("SOUTH",)),
    ],
    ids=["joint", "among a code", "a code that was not planted", "an actor who is silent"],
)
def test_some_contrasts_are_not_planted(hypothesis):
    """A joint test has no single contrast, and what was not planted is missing, not zero."""
    assert pd.isna(plant_contrast(hypothesis, PLANTED, TALLIES, STAGES))


def test_contrasts_stand_beside_each_other_by_window():
    """In the window that ends before ST2 the planted contrast is that of ST1 alone; each coder's estimate keeps its columns."""
    windows = (Window("early", "Early", None, "2014-06-30", True), Window("all", "All", None, None, True))
    book = SimpleNamespace(windows=windows, hypotheses=(claim("difference", ("NORTH",), ("EAST",)),))
    rows = [
        (coder, "H1", window, number) for coder, number in (("planted", 0.1), ("dictionary", 0.2)) for window in ("all", "early")
    ]
    assessments = pd.DataFrame(rows, columns=["coder_id", "hypothesis_id", "window_id", "estimate"])
    assessments = assessments.assign(claim="c", contrast="x", low=-1.0, high=1.0, p_holm=0.5, verdict="v")
    table = compare_contrasts(PLANTED, book, assessments, TALLIES, STAGES).set_index("window_id")
    assert table.loc["early", "planted"] == pytest.approx(0.06)
    assert table.loc["all", "planted"] == pytest.approx((400 * 0.06 + 200 * 0.22) / 600)
    assert set(table["estimate_planted_codes"]) == {0.1} and set(table["estimate_dictionary"]) == {0.2}

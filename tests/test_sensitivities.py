"""Every confirmatory test once more with one thing changed: the changes by hand, and what is made of them."""

import numpy as np
import pandas as pd
import pytest
from made_tallies import STAGES, make_hypotheses, make_tallies

from framings.adjusted import adjust_contrasts
from framings.assessments import assess_hypotheses
from framings.canvas import save_png
from framings.changes import describe_kind, show_estimate
from framings.comparisons import count_documents
from framings.deliveries import mark_answers
from framings.estimates import adjust_holm, show_equivalence
from framings.sensitivities import Tables, vary_analysis
from framings.tallies import tally_codes
from framings.variations import (
    INFLUENTIAL,
    MOST_DOCUMENTS,
    Units,
    build_outcomes,
    lay_out_units,
    list_members,
    name_without,
    vary_documents,
    vary_languages,
)
from framings.what_would_change import claim_changes, what_would_change

GAP = {("A1", "NORTH"): 0.35, ("A1", "EAST"): 0.15}
DIFFERENCE = 'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"'
WHOLE = make_hypotheses(DIFFERENCE).windows[1]


def make_units(tallies, dual=(), rests=None):
    """Return ``Units`` whose sums are the tallies: in each turn the first sentences carry A1, A_any and RARE, the last ones B1."""
    rows = tallies.loc[tallies.index.repeat(tallies["n_sentences"])].reset_index(drop=True)
    number = rows.groupby(["document_id", "turn"]).cumcount()
    values = {code: (number < rows[code]).astype(float) for code in ("A1", "A_any", "RARE")}
    values["B1"] = (number >= rows["n_sentences"] - rows["B1"]).astype(float)
    rows["sentence_id"] = rows["document_id"] + ":" + rows["turn"].astype(str) + ":" + number.astype(str)
    names = ["sentence_id", "document_id", "turn", "actor_id", "date", "stage_id", "event_type"]
    return Units(rows[names], pd.DataFrame(values), None, np.isin(np.arange(len(rows)), dual), rests or {})


def lay_tables(tallies, hypotheses, others=(), answers=None):
    """Return the ``Tables`` beside made tallies; ``others`` maps further coders to their tallies."""
    found = [
        assess_hypotheses(table, hypotheses, STAGES, coder, swaps=999)
        for coder, table in {"dictionary": tallies, **dict(others)}.items()
    ]
    turns = tallies[["document_id", "turn"]]
    return Tables(
        assessments=pd.concat([table for table, _ in found], ignore_index=True),
        left_out=pd.concat([left for _, left in found], ignore_index=True),
        adjusted=adjust_contrasts(tallies, hypotheses, STAGES, "dictionary", swaps=99),
        answers=turns.assign(is_answer=False) if answers is None else answers,
        twins=pd.DataFrame({"document_id": [], "twin_id": []}, dtype=str),
        twin_tallies=tallies[:0],
    )


def vary(*entries, tallies=None, units=None, composites=None, **beside):
    """Return SENSITIVITIES, CHANGES (by hypothesis) and TIPPINGS of made tallies."""
    tallies, hypotheses = make_tallies(shares=GAP) if tallies is None else tallies, make_hypotheses(*entries)
    units, tables = units or make_units(tallies), lay_tables(tallies, hypotheses, **beside)
    varied, changes, tippings = vary_analysis(units, tables, hypotheses, STAGES, composites or {}, "dictionary", swaps=999)
    return varied, changes.set_index("hypothesis_id"), tippings


def of_kind(varied, kind, hypothesis="H1"):
    """Return the rows of a kind by what was changed."""
    return varied[(varied["kind"] == kind) & (varied["hypothesis_id"] == hypothesis)].set_index("change")


def test_sentences_sum_to_the_tallies():
    """Documents, actors, sentences and coded sentences are those that the tallies count."""
    tallies, codes = make_tallies(10), ["A1", "B1"]
    counts, expected = make_units(tallies).count(codes), count_documents(tallies, codes)
    assert counts.documents.equals(expected.documents) and counts.actors == expected.actors
    for name in ("n", "k", "hits"):
        np.testing.assert_array_equal(getattr(counts, name), getattr(expected, name))


def test_a_document_left_out_is_an_analysis_without_it():
    """Twelve documents, all patterns of signs: estimate, error and p are those of a corpus that lacks the document."""
    tallies = make_tallies(12, shares=GAP)
    varied, _, _ = vary(DIFFERENCE, tallies=tallies)
    rows = of_kind(varied, "document")
    assert sorted(rows.index) == sorted(tallies["document_id"].unique())
    less = tallies[tallies["document_id"] != "d004"].reset_index(drop=True)
    expected = assess_hypotheses(less, make_hypotheses(DIFFERENCE), STAGES, "dictionary", swaps=999)[0].iloc[1]
    for name in ("n_documents", "n_sentences", "estimate", "se", "low", "high", "p"):
        assert rows.loc["d004", name] == pytest.approx(expected[name])
    assert rows.loc["d004", "verdict"] == expected["verdict"]


def test_kinds_of_event_and_stages_are_left_out_one_by_one():
    """Two kinds and two stages: what is left is what the other gives alone."""
    tallies = make_tallies(shares=GAP)
    varied, _, _ = vary(DIFFERENCE, tallies=tallies)
    for kind, column, values in (("event type", "event_type", ["bilateral", "forum"]), ("stage", "stage_id", ["ST1", "ST2"])):
        rows = of_kind(varied, kind)
        assert rows.index.tolist() == values
        less = tallies[tallies[column] != values[0]].reset_index(drop=True)
        expected = assess_hypotheses(less, make_hypotheses(DIFFERENCE), STAGES, "dictionary", swaps=9)[0].iloc[1]
        assert rows.loc[values[0], "estimate"] == pytest.approx(expected["estimate"])


def test_the_others_of_the_family_keep_their_p_values():
    """Holm's p of a variation is that of its p among the unchanged p-values of the family."""
    entries = [
        DIFFERENCE,
        'test: difference, code: B1, a: NORTH, b: EAST, sign: "+"',
        'test: difference, code: A1, a: SOUTH, b: EAST, sign: "+"',
    ]
    varied, changes, _ = vary(*entries)
    row = of_kind(varied, "document").loc["d007"]
    assert row["p_holm"] == pytest.approx(adjust_holm([row["p"], changes.loc["H2", "p"], changes.loc["H3", "p"]])[0])


def test_a_sentence_loses_a_code_with_its_only_wording():
    """Of three wordings one bears 30 sentences of NORTH alone: without it they do not count, in numerator alone."""
    tallies = make_tallies(shares=GAP)
    units = make_units(tallies)
    carried = np.flatnonzero((units.values["A1"] > 0) & (units.table["actor_id"] == "NORTH"))
    units = make_units(tallies, rests={"A1": {"trust*": carried[:30], "faith": carried[30:35]}, "B1": {"order": carried[:9]}})
    varied, _, _ = vary(DIFFERENCE, tallies=tallies, units=units)
    rows = of_kind(varied, "indicator")
    assert rows.index.tolist() == ["A1: “trust*”", "A1: “faith”"]  # by how much rests on them; of A1 alone
    lost = units.count(["A1"], lost={"A1": carried[:30]})
    north = lost.actors.index("NORTH")
    assert lost.k[:, north].sum() == units.count(["A1"]).k[:, north].sum() - 30
    assert lost.n.sum() == len(units.table)
    assert rows["estimate"].iloc[0] < rows["estimate"].iloc[1]


def test_dual_sentences_leave_numerator_and_denominator():
    """Ten dual sentences of EAST that carry A1: EAST has ten sentences and ten coded ones less."""
    tallies = make_tallies(shares=GAP)
    units = make_units(tallies)
    dual = np.flatnonzero((units.values["A1"] > 0) & (units.table["actor_id"] == "EAST"))[:10]
    varied, _, _ = vary(DIFFERENCE, tallies=tallies, units=make_units(tallies, dual=dual))
    row, main = of_kind(varied, "dual codes").iloc[0], of_kind(varied, "way of inference").iloc[0]
    assert row.name == "10 sentences with codes of two families left out"
    assert row["n_sentences"] == main["n_sentences"] - 10 and row["estimate"] > main["estimate"]


def test_each_turn_counts_once_by_hand():
    """One document of a kind, three of them: turns of 10 and 40 sentences weigh alike, as mean of their shares."""
    rows = [(f"d{d}", turn, actor, n, k) for d in range(6) for turn, (actor, n, k) in enumerate(
        [("NORTH", 10, 5), ("NORTH", 40, 4 + d), ("EAST", 20, 2)])]  # fmt: skip
    table = pd.DataFrame(rows, columns=["document_id", "turn", "actor_id", "n_sentences", "A1"])
    table = table.assign(
        B1=0, A_any=table["A1"], RARE=0, date="2012-01-01", stage_id="ST1", event_type="forum", language="en", n_words=9
    )
    varied, _, _ = vary(DIFFERENCE, tallies=table)
    row = of_kind(varied, "turns as units").iloc[0]
    assert row["estimate"] == pytest.approx(np.mean([(0.5 + (4 + d) / 40) / 2 for d in range(6)]) - 0.1)
    assert row["n_sentences"] == 18  # turns


def test_answers_follow_questions_and_strangers():
    """After a question, after somebody who is no actor, and all of an interview; the turn after an answer is prepared again."""
    documents = pd.DataFrame({"document_id": ["d1", "d2"], "event_type": ["forum", "interview"]})
    kinds = ["speech", "question", "speech", "speech", "speech", "speech"]
    turns = pd.DataFrame({"document_id": ["d1"] * 6 + ["d2"], "turn": [*range(6), 0], "kind": [*kinds, "speech"]})
    actors = ["NORTH", None, "NORTH", "EAST", None, "EAST", "NORTH"]
    speakers = turns[["document_id", "turn"]].assign(actor_id=actors)
    found = mark_answers(documents, turns, speakers)
    assert found.set_index(["document_id", "turn"])["is_answer"].to_dict() == {
        ("d1", 0): False, ("d1", 2): True, ("d1", 3): False, ("d1", 4): False, ("d1", 5): True, ("d2", 0): True,
    }  # fmt: skip


def test_prepared_speech_and_answers_are_tested_apart():
    """Half of the turns of each actor are answers, in which NORTH never carries A1: only prepared speech differs."""
    tallies = make_tallies(shares=GAP)
    answers = tallies[["document_id", "turn"]].assign(is_answer=tallies["document_id"].str[1:].astype(int) % 2 == 0)
    silent = (answers["is_answer"] & (tallies["actor_id"] == "NORTH")).to_numpy()
    tallies.loc[silent, ["A1", "A_any"]] = 0
    varied, _, _ = vary(DIFFERENCE, tallies=tallies, answers=answers)
    rows = of_kind(varied, "delivery")
    assert rows.loc["answers alone", "verdict"] == "opposite sign" and rows.loc["prepared speech alone", "verdict"] == "supported"


def test_a_composite_is_tried_without_each_member():
    """Members of an 'any' composite that a hypothesis reads, each in the sentences that no other member holds."""
    composites = {
        "A_any": {"title": "t", "any": ("A1", "B1"), "all": (), "not": ()},
        "ONE": {"title": "t", "any": ("A1",), "all": (), "not": ()},
    }
    hypotheses = make_hypotheses('test: difference, code: A_any, a: NORTH, b: EAST, sign: "+"').hypotheses
    extra = list_members(hypotheses, composites)
    assert {name: parts["any"] for name, parts in extra.items()} == {
        name_without("A_any", "A1"): ("B1",),
        name_without("A_any", "B1"): ("A1",),
    }
    frame = pd.DataFrame({"sentence_id": ["s1", "s2", "s3"]})
    codes = pd.DataFrame({"sentence_id": ["s1", "s2", "s2"], "code": ["A1", "A1", "B1"], "coder_id": "dictionary"})
    values, hits, given = build_outcomes("dictionary", frame, composites, extra, (codes, ["A1", "B1"]))
    assert hits is None and given is values
    with pytest.raises(ValueError, match="no code by 'planted'"):
        build_outcomes("planted", frame, composites, extra, (codes, ["A1", "B1"]))
    assert values[["A_any", name_without("A_any", "A1"), name_without("A_any", "B1")]].to_numpy().tolist() == [
        [1, 0, 1],
        [1, 1, 1],
        [0, 0, 0],
    ]


def test_units_are_dual_by_families_and_rest_on_single_wordings():
    """A sentence with codes of both families is dual; a composite of one code rests on that code's wordings."""
    tallies = make_tallies(1)
    frame = pd.DataFrame({"sentence_id": ["s2", "s1"], "document_id": "d000", "turn": 0})
    given = pd.DataFrame({"A1": [1.0, 1], "B1": [0.0, 1], "ONE": [1.0, 1]}, index=["s2", "s1"])
    matches = pd.DataFrame({"sentence_id": ["s2", "s1", "s1"], "code": "A1", "pattern": ["x", "x", "y"], "negated": False})
    families = {"A": {"codes": ("A1",)}, "B": {"codes": ("B1", "OFF")}}
    units = lay_out_units(
        frame, tallies, (given, None, given), families, matches, {"ONE": {"any": ("A1",), "all": (), "not": ()}}
    )
    assert units.table["sentence_id"].tolist() == ["s1", "s2"] and units.dual.tolist() == [True, False]
    assert {code: {name: rows.tolist() for name, rows in found.items()} for code, found in units.rests.items()} == {
        "A1": {"x": [1]}, "ONE": {"x": [1]},
    }  # fmt: skip


def test_of_very_many_documents_the_most_influential_are_left_out():
    """Above a hundred, twenty, and the note says so."""
    counts = count_documents(make_tallies(MOST_DOCUMENTS + 1), ["A1"])
    hypothesis = make_hypotheses(DIFFERENCE).hypotheses[0]
    influence = {name: float(number) for number, name in enumerate(counts.documents["document_id"])}
    found = vary_documents(hypothesis, counts, influence)
    assert [one.change for one in found] == [f"d{d:03d}" for d in range(MOST_DOCUMENTS, MOST_DOCUMENTS - INFLUENTIAL, -1)]
    assert found[0].note == "one of the 20 of 101 documents whose absence moves the estimate most"


def test_each_language_is_tested_on_the_events_that_stand_in_both():
    """Two events in two languages and one in one: the Russian page answers to the id of the English one."""
    tallies = make_tallies(3)
    russian = tallies[tallies["document_id"] != "d002"].assign(language="ru", A1=0)
    russian["document_id"] = russian["document_id"] + "-ru"
    twins = pd.DataFrame({"document_id": ["d000", "d001"], "twin_id": ["d000-ru", "d001-ru"]})
    hypothesis = make_hypotheses(DIFFERENCE).hypotheses[0]
    english, other = vary_languages(hypothesis, pd.concat([tallies, russian]), twins, WHOLE)
    assert (english.change, other.change) == ("en", "ru")
    assert english.counts.documents["document_id"].tolist() == other.counts.documents["document_id"].tolist() == ["d000", "d001"]
    assert english.counts.k.sum() > 0 == other.counts.k.sum()
    assert vary_languages(hypothesis, tallies, twins[:0], WHOLE) == []


def test_no_twins_give_no_tallies_and_a_reason():
    """A corpus without twins: the tallies of none of its documents are empty, the row says why nothing was tried."""
    varied, changes, _ = vary(DIFFERENCE)
    row = of_kind(varied, "language").iloc[0]
    assert row["verdict"] == "not tried" and row["reason"].startswith("no twins in this corpus") and not row["changes_verdict"]
    assert changes.loc["H1", "by_language"] == row["reason"]


def test_a_hypothesis_without_any_change_of_verdict_says_so():
    """Twenty planted points: nothing tried gives another verdict, every kind is told, and the numbers are those of the row."""
    tallies = make_tallies(shares=GAP)
    varied, changes, tippings = vary(DIFFERENCE, tallies=tallies, others={"other": tallies}.items())
    row, main = changes.loc["H1"], lay_tables(tallies, make_hypotheses(DIFFERENCE)).assessments.iloc[1]
    assert row["what_would_change"] == f"None of {row['n_variations']} changes tried gives another verdict than “supported”."
    assert row["verdict"] == "supported" and row["n_changing"] == 0 and pd.isna(row["missing"])
    for name in ("estimate", "p", "p_holm", "p_swap", "p_score", "p_jackknife_blocks", "smallest_detectable"):
        assert row[name] == pytest.approx(main[name])
    assert row["by_document"].startswith("48 tried, +") and "none changes the verdict" in row["by_document"]
    assert of_kind(varied, "coder")["verdict"].tolist() == ["supported"]
    assert set(tippings["error"]) == {"false positives", "false negatives", "share gained"}
    assert row["tipping"].startswith(
        "For the whole estimate to be an error of the predictions of the dictionary, their net error"
    )


def test_another_coder_that_finds_nothing_changes_the_verdict():
    """The other coder's tallies hold no difference."""
    varied, changes, _ = vary(DIFFERENCE, others={"other": make_tallies(seed=3)}.items())
    row = of_kind(varied, "coder").loc["other"]
    assert row["verdict"] == "not detected" and row["changes_verdict"]
    assert "by the codes of other: “not detected”" in changes.loc["H1", "what_would_change"]


def test_what_is_missing_is_counted():
    """Too rare: who speaks where, and how many sentences carry the code; not estimable: how many documents there are."""
    _, changes, _ = vary(
        'test: difference, code: RARE, a: NORTH, b: EAST, sign: "+"', 'test: difference, code: A1, a: WEST, b: EAST, sign: "+"'
    )
    rare, silent = changes.loc["H1", "missing"], changes.loc["H2", "missing"]
    assert rare.startswith("of 48 documents of the window NORTH in 48 (") and rare.endswith(
        "RARE: 3 sentences in 3 documents; a test needs 20 in 5"
    )
    assert "WEST in 0 (0 sentences)" in silent and "WEST: 0 documents, 3 needed" in silent
    assert (
        changes.loc["H1", "what_would_change"].startswith("None of")
        and "makes it testable" in changes.loc["H1", "what_would_change"]
    )
    assert pd.isna(changes.loc["H1", "tipping"])


def test_hypotheses_of_other_families_and_windows_are_not_varied():
    """Confirmatory families in confirmatory windows alone."""
    varied, changes, _ = vary(DIFFERENCE, 'family: second, test: difference, code: A1, a: SOUTH, b: EAST, sign: "+"')
    assert changes.index.tolist() == ["H1"] and set(varied["window_id"]) == {"whole"}


def test_joint_and_bound_and_equivalence_are_varied_too():
    """Every test has its documents left out; estimates are told as what they are."""
    varied, changes, _ = vary(
        "test: joint, codes: [A1], actors: [NORTH, EAST]",
        "test: upper_bound, code: A1, a: NORTH, bound_points: 60",
        "test: equivalence, code: B1, a: NORTH, b: EAST, margin_points: 6",
        'test: within_actor, code: A1, other_code: B1, a: NORTH, sign: "+"',
        'test: difference_in_differences, code: A1, a: NORTH, b: EAST, split_date: 2014-01-01, sign: "+"',
    )
    assert all(len(of_kind(varied, "document", f"H{number}")) == 48 for number in range(1, 6))
    assert "F = " in changes.loc["H1", "by_document"] and " %" in changes.loc["H2", "by_document"]
    assert show_estimate(0.05, "equivalence") == "+5.0 points"


def test_a_kind_is_told_by_its_range_and_what_moves_most():
    """Three variations, one of which leaves too little to test."""
    row = next(pd.DataFrame({"estimate": [0.1], "test": ["difference"], "verdict": ["supported"]}).itertuples())
    one = {"kind": "document", "verdict": "supported", "changes_verdict": False, "reason": None}
    found = [one | {"change": "a", "estimate": 0.12}, one | {"change": "b", "estimate": 0.05}]
    assert (
        describe_kind(found, row)
        == "2 tried, +5.0 points to +12.0 points; none changes the verdict, b moves it most (+5.0 points)"
    )
    found.append(one | {"change": "c", "estimate": np.nan, "verdict": "too rare"})
    found[1] |= {"verdict": "not detected", "changes_verdict": True}
    assert describe_kind(found, row) == (
        "3 tried, +5.0 points to +12.0 points, 1 too little to test, 1 without an estimate; 1 changes the verdict, most of all b: not detected"
    )
    assert describe_kind([], row) is None


def test_tallies_of_no_document_are_empty():
    """Twins are tallied in all languages; where there are none, the table has no row."""
    from types import SimpleNamespace

    codes = pd.DataFrame({"code": ["A1"]})
    book = SimpleNamespace(codes=codes, composites={})
    documents = pd.DataFrame({"document_id": [], "date": [], "event_type": [], "language": []}, dtype=str)
    turns = pd.DataFrame({"document_id": ["d1"], "turn": [0], "kind": ["speech"], "n_words": [9]})
    speakers, marks = (
        turns[["document_id", "turn"]].assign(actor_id="NORTH"),
        turns[["document_id", "turn"]].assign(relevant=True, stage_id="ST1"),
    )
    sentences = turns[["document_id", "turn"]].assign(sentence_id="s1")
    carried = pd.DataFrame({"sentence_id": ["s1"], "code": ["A1"], "coder_id": ["dictionary"]})
    assert tally_codes(documents, turns, speakers, sentences, marks, carried, book).empty


def test_the_model_of_an_equivalence_is_judged_by_its_margin():
    """The model's p tests a difference of zero; what counts for an equivalence is both one-sided tests against the margin."""
    entry = "test: equivalence, code: B1, a: NORTH, b: EAST, margin_points: 9"
    tallies, hypotheses = make_tallies(), make_hypotheses(entry)
    varied, _, _ = vary(entry, tallies=tallies)
    row, model = of_kind(varied, "adjusted model").iloc[0], lay_tables(tallies, hypotheses).adjusted.iloc[1]
    assert row["verdict"] == "equivalent" and model["p_jackknife"] > 0.05
    assert row["p"] == pytest.approx(show_equivalence(model["estimate"], model["se"], 47, 0.09)[0])


def test_few_blocks_are_told_with_the_smallest_p_that_they_can_give():
    """Twenty-one documents make seven blocks: 2 of 128 patterns of signs."""
    varied, _, _ = vary(DIFFERENCE, tallies=make_tallies(21, shares=GAP))
    row = of_kind(varied, "blocks").loc["label swap"]
    assert row["reason"] == "7 blocks can give no p below 0.016" and row["p"] == 2 / 128


def test_the_figure_draws_tested_hypotheses_and_tells_the_others():
    """A block for the tested one; the rare one and the joint one are named; the heading counts verdicts that some change overturns."""
    entries = [
        DIFFERENCE,
        'test: difference, code: RARE, a: NORTH, b: EAST, sign: "+"',
        "test: joint, codes: [A1], actors: [NORTH, EAST]",
    ]
    varied, changes, _ = vary(*entries, others={"other": make_tallies(seed=3)}.items())
    changes, tests = changes.reset_index(), {"H1": "difference", "H2": "difference", "H3": "joint"}
    figure = what_would_change(varied, changes, tests, "subtitle", True)
    words = [text.get_text() for text in figure.axes[0].texts]
    assert "H1" in words and "1 tried, 1 overturns it" in words and "SIMULATED DATA" in words
    assert any(word.startswith("too rare: H2; no difference of shares: H3.") for word in words)
    assert save_png(figure) == save_png(what_would_change(varied, changes, tests, "subtitle", True))
    assert " ".join(words[:2]).startswith(claim_changes(changes)) and claim_changes(changes).endswith(
        "on a choice or on a part of the material"
    )
    assert claim_changes(changes[changes["hypothesis_id"] == "H2"]) == "None of 1 confirmatory hypotheses could be tested"

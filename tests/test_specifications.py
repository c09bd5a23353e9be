"""Facts about specifications and their curves."""

import itertools

import numpy as np
import pandas as pd
import pytest
from made_talk import BOOK, RELEVANCE, SETTINGS, STAGES, make_codes, make_hypotheses, make_tables, make_talk
from matplotlib.backends.backend_agg import FigureCanvasAgg

from framings import curves as curves_module
from framings.assessments import assess_hypotheses
from framings.canvas import save_png, save_svg
from framings.comparisons import Comparison
from framings.correction import stack_outcomes
from framings.curves import CURVES, draw_curve, explore_specifications, judge_jointly
from framings.curves_figure import claim_curves, specification_curve
from framings.estimates import draw_signs
from framings.hypotheses import Hypothesis
from framings.schemas import empty
from framings.scores import Scores, flip_scores, score_comparison
from framings.selections import Talk, gather_talk, list_selections, move_stages, weigh_sentences
from framings.specifications import SPECIFICATIONS, Coder, Scored, spread_coders

SHARES = {("A1", "NORTH"): 0.3, ("A1", "EAST"): 0.15}
DIFFERENCE = Hypothesis("H", "f", "difference", ("X",), ("A",), ("B",), "+", "", "")


def spread(talk, shares=None, seed=1):
    """Return the dictionary and a noisy trained, sample and corrected coder of the talk within the record's window."""
    ids = talk.sentences.loc[talk.sentences["distance"] <= 15, "sentence_id"]
    codes, generator = make_codes(talk, shares, seed), np.random.default_rng(seed)
    dictionary = spread_coders(talk, ["A1", "B1"], codes, BOOK)[0].values[talk.sentences["sentence_id"].isin(ids)]
    likely = pd.DataFrame(np.clip(0.15 + 0.6 * dictionary + generator.normal(0, 0.12, dictionary.shape), 0, 1), ids, ["A1", "B1"])
    drawn = generator.random(len(ids)) < 0.5
    outcomes = {
        "trained": (likely > 0.4) * 1.0,
        "sample": pd.DataFrame(2.0 * dictionary * drawn[:, None], ids, ["A1", "B1"]),
        "evidence": pd.DataFrame(dictionary * drawn[:, None], ids, ["A1", "B1"]),
        "corrected": likely + 2 * drawn[:, None] * (dictionary - likely),
    }
    return spread_coders(talk, ["A1", "B1"], codes, BOOK, stack_outcomes(outcomes), likely)


def explore(talk, coders, coder_id="corrected", **settings):
    """Return the two tables of the made hypotheses."""
    return explore_specifications(talk, coders, ["A1", "B1"], make_hypotheses(), STAGES, RELEVANCE, coder_id, SETTINGS | settings)


@pytest.fixture(scope="module")
def explored():
    """The tables of talk in which North says A1 twice as often."""
    talk = make_talk()
    return explore(talk, spread(talk, SHARES))


# Selections -----------------------------------------------------------------------------------------------------------


def test_a_turn_after_a_question_is_an_answer_and_so_is_all_talk_of_an_interview():
    """In document 0, an interview, every turn is; in document 1 turn 3 alone."""
    found = make_talk().sentences.drop_duplicates(["document_id", "turn"]).set_index(["document_id", "turn"])
    assert found.loc["d00", "answer"].tolist() == [True] * 4
    assert found.loc["d01", "answer"].to_dict() == {0: False, 1: False, 3: True, 4: False}
    assert found.loc["d01", "first"].to_dict() == {0: True, 1: True, 3: False, 4: False}
    assert found.loc["d03", "retranslated"].to_dict() == {0: False, 1: False, 3: False, 4: True}


def test_questions_other_languages_and_turns_without_an_actor_are_no_talk():
    """A Russian document and turn 2, a question, are left out; documents stand in the order of days."""
    tables = make_tables()
    tables[0].loc[5, "language"] = "ru"
    talk = gather_talk(*tables, "en")
    assert "d05" not in set(talk.sentences["document_id"]) and 2 not in set(talk.sentences["turn"])
    assert talk.documents["date"].is_monotonic_increasing and len(talk.documents) == 35


def test_weights_make_words_turns_or_documents_count_alike():
    """Three sentences of 3, 5 and 4 words in turns 1, 1, 2 of one document; the last in a document of its own, or not selected."""
    table = pd.DataFrame({"document_id": list("ddde"), "turn": [1, 1, 2, 1], "actor_id": "A", "n_words": [3, 5, 4, 8]})
    every = np.ones(4, dtype=bool)
    assert weigh_sentences(table, every, "sentences").tolist() == [1, 1, 1, 1]
    assert weigh_sentences(table, every, "words") == pytest.approx([0.6, 1.0, 0.8, 1.6])
    assert weigh_sentences(table, every, "turns") == pytest.approx([2 / 3, 2 / 3, 4 / 3, 4 / 3])
    assert weigh_sentences(table, every, "documents") == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
    assert weigh_sentences(table, np.array([True, False, True, False]), "turns").tolist() == [1, 0, 1, 0]


def test_stages_move_without_a_gap_or_an_overlap():
    """Half a year earlier the second begins on 1 January; the end of the first stands the day before."""
    moved = move_stages(STAGES, -6)
    assert moved["end"].iloc[0] == "2012-12-31" and moved["start"].iloc[1] == "2013-01-01"


def test_the_first_selection_is_the_records_and_no_two_are_alike():
    """Weights and groups of documents differ in every two; of too many the record's is among those drawn."""
    talk = make_talk()
    for most in (40, 10**6):
        found = list_selections(talk, STAGES, **RELEVANCE, most=most)
        first = found[0]
        assert (first.weighting, first.sample, first.stages) == ("sentences", "all turns", "stages of record")
        assert first.weight.tolist() == (talk.sentences["distance"] <= 15).astype(float).tolist()
        prints = {(one.weight.round(9).tobytes(), tuple(pd.factorize(one.stage_id)[0])) for one in found}
        assert len(prints) == len(found) <= most
    assert len(found) > 200


def test_a_choice_that_changes_no_sentence_is_no_choice():
    """Where no turn was retranslated and nobody speaks farther than 15 sentences from a mention, both choices fall away."""
    talk = make_talk()
    sentences = talk.sentences.assign(retranslated=False, distance=talk.sentences["distance"].clip(upper=15))
    found = list_selections(Talk(sentences, talk.documents), STAGES, **RELEVANCE, most=10**6)
    assert "without retranslated turns" not in {one.sample for one in found}
    assert not {"within 30 sentences", "whole turn"} & {one.relevance for one in found}


# Specifications -------------------------------------------------------------------------------------------------------


def test_each_hypothesis_has_at_least_a_hundred_specifications(explored):
    """All of them can be tested on this talk for the first; one of them is the main analysis."""
    specifications, curves = explored
    assert (curves["n_specifications"] >= 100).all() and (curves["n_estimable"] >= 100).all()
    assert specifications.groupby("hypothesis_id")["is_record"].sum().eq(1).all()
    assert set(specifications["coder"]) == {"dictionary", "trained", "sample", "corrected"}
    assert set(specifications.loc[specifications["coder"] == "trained", "threshold"].fillna(0)) == {0.0, 0.3, 0.5}


def test_the_specification_of_record_is_the_test_of_the_main_analysis(explored):
    """By the dictionary: the standardised difference, p and the interval of the score test are those of ``assess_hypotheses``."""
    talk = make_talk()
    coders = spread(talk, SHARES)
    specifications = explore(talk, coders, "dictionary")[0]
    near = talk.sentences["distance"] <= 15
    sentences = talk.sentences.assign(A1=coders[0].values[:, 0], B1=coders[0].values[:, 1], n_sentences=1)[near]
    tallies = sentences.groupby(["document_id", "turn", "actor_id"], as_index=False)[["n_words", "n_sentences", "A1", "B1"]].sum()
    tallies = tallies.merge(talk.documents, on="document_id").assign(language="en")
    tests = assess_hypotheses(tallies, make_hypotheses(), STAGES, "dictionary", swaps=499)[0].set_index("hypothesis_id")
    record = specifications[specifications["is_record"]].set_index("hypothesis_id")
    assert record["standardised"].to_numpy() == pytest.approx(tests["estimate"].to_numpy(), abs=1e-12)
    assert record["p_score"].to_numpy() == pytest.approx(tests["p_score"].to_numpy(), abs=1e-12)
    assert record[["low", "high"]].to_numpy() == pytest.approx(tests[["score_low", "score_high"]].to_numpy(), abs=1e-8)
    assert record["n_sentences"].tolist() == tests["n_sentences"].tolist()


def test_all_specifications_estimate_the_same_contrast():
    """Where every sentence of North and none of East carries the code, no choice matters: each estimate is 1, that within North 0."""
    talk = make_talk()
    carried = talk.sentences["actor_id"].eq("NORTH").to_numpy(float)
    values = np.column_stack([carried, carried])
    coders = [Coder(name, None, values, values) for name in ("dictionary", "corrected")]
    specifications = explore(talk, coders)[0]
    found = specifications.dropna(subset="estimate").groupby("hypothesis_id")["estimate"]
    assert found.size().min() >= 100
    for hypothesis, value in (("H1", 1), ("H2", 1), ("H3", 0)):
        assert found.get_group(hypothesis).to_numpy() == pytest.approx(value, abs=1e-9)


def test_weighted_estimates_by_hand(explored):
    """Within North, with turns alike: the mean over turns of the share of A1 less that of B1, by the dictionary."""
    talk = make_talk()
    dictionary = spread(talk, SHARES)[0].values
    sentences = talk.sentences.assign(d=dictionary[:, 0] - dictionary[:, 1])
    sentences = sentences[(sentences["distance"] <= 15) & (sentences["actor_id"] == "NORTH")]
    rows = explored[0].query("hypothesis_id == 'H3' and coder == 'dictionary' and sample == 'all turns'")
    rows = rows[rows["relevance"] == "within 15 sentences"].set_index("weighting")["estimate"]
    assert rows["sentences"] == pytest.approx(sentences["d"].mean())
    assert rows["words"] == pytest.approx(np.average(sentences["d"], weights=sentences["n_words"]))
    assert rows["turns"] == pytest.approx(sentences.groupby(["document_id", "turn"])["d"].mean().mean())
    assert rows["documents"] == pytest.approx(sentences.groupby("document_id")["d"].mean().mean())


def test_a_coder_enters_only_where_it_was_asked_about_every_sentence(explored):
    """Beyond the record's window there are no reference codes and no predictions but the dictionary's."""
    specifications = explored[0]
    wide = specifications[specifications["relevance"].isin(["within 30 sentences", "whole turn"])]
    assert len(wide) and set(wide["coder"]) == {"dictionary"}


def test_a_specification_with_few_coded_sentences_is_not_tested():
    """A code in a hundredth of the sentences: estimates without p, a reason for each, and for the curve."""
    talk = make_talk()
    specifications, curves = explore(talk, spread(talk, dict.fromkeys(itertools.product(("A1", "B1"), ("NORTH", "EAST")), 0.005)))
    row = curves.set_index("hypothesis_id").loc["H1"]
    assert row["n_estimable"] < 100 and "100 needed" in row["reason"] and np.isnan(row["p_median"])
    rare = specifications[specifications["reason"].notna()]
    assert rare["p_score"].isna().all() and rare["reason"].str.contains("a test needs 20 in 5").all()


def test_a_corpus_without_talk_has_curves_that_say_so():
    """No documents: three rows with a reason, no specification."""
    talk = gather_talk(*(table.iloc[:0] for table in make_tables()), "en")
    specifications, curves = explore(talk, [])
    assert len(specifications) == 0 and curves["reason"].notna().all() and len(curves) == 3


def test_the_order_of_rows_does_not_matter(explored):
    """Shuffled tables give the same tables, byte for byte."""
    tables = [table.sample(frac=1, random_state=3) for table in make_tables()]
    talk = gather_talk(*tables, "en")
    again = explore(talk, spread(make_talk(), SHARES))
    for one, other in zip(explored, again, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


# Curves ---------------------------------------------------------------------------------------------------------------


def make_scored(n_specifications=7, n_documents=18, shift=0.0, seed=1):
    """Return the ``Scored`` of specifications that add noise of their own to the scores they share, and a table for them."""
    generator = np.random.default_rng(seed)
    own = generator.normal(shift, 1, n_documents)[:, None] + generator.normal(0, 0.6, (n_documents, n_specifications))
    b = generator.uniform(0.5, 1.5, (n_documents, n_specifications))
    b = b / b.sum(0)
    scored = Scored(np.arange(n_specifications), (own * b).sum(0), own * b, b)
    table = pd.DataFrame({"is_record": False, "estimate": scored.estimate, "reason": None}, index=range(n_specifications))
    return scored, table


def test_joint_p_values_are_those_of_a_loop_over_draws():
    """Each draw flips the signs of the documents in all specifications, and its curve is judged as the observed one is."""
    scored, _ = make_scored(shift=0.35)
    signs = draw_signs(18, 399, 1)
    spread_ = np.sqrt((scored.a**2).sum(0))
    drawn = np.array(
        [[sum(sign * value for sign, value in zip(row, column, strict=True)) for column in scored.a.T] for row in signs]
    )
    significant = [
        [(1 + sum(abs(other) >= abs(value) for other in column)) / 400 <= 0.05 for value in [observed]]
        for observed, column in zip(scored.estimate, drawn.T, strict=True)
    ]
    share = sum(one[0] and value > 0 for one, value in zip(significant, scored.estimate, strict=True))
    shares = [
        sum(sum(abs(o) >= abs(v) for o in column) <= 20 and v > 0 for v, column in zip(row, drawn.T, strict=True))
        for row in drawn
    ]
    expected = {
        "p_median": (1 + sum(abs(np.median(row)) >= abs(np.median(scored.estimate)) for row in drawn)) / 400,
        "p_mean_z": (1 + sum(abs((row / spread_).mean()) >= abs((scored.estimate / spread_).mean()) for row in drawn)) / 400,
        "p_share": (1 + sum(one >= share for one in shares)) / 400,
    }
    found = judge_jointly(scored.estimate, spread_, signs @ scored.a, "+")
    assert {name: found[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(("margin", "n_documents"), [(None, 18), (0.9, 18), (None, 9), (0.9, 9)])
def test_each_p_and_interval_is_that_of_the_score_test(margin, n_documents):
    """With drawn and with all patterns of signs, for a difference and for an equivalence."""
    scored, table = make_scored(n_documents=n_documents, shift=0.3)
    signs = draw_signs(n_documents, 399, 1)
    table, _ = draw_curve(table, scored, signs, "0" if margin else "+", margin)
    for k in range(len(table)):
        a, b = scored.a[:, [k]], scored.b[:, [k]]
        expected = flip_scores(Scores(a, b, a, b), signs, margin)
        assert table.loc[k, "p_score"] == pytest.approx(expected["p"])
        assert table.loc[k, ["low", "high"]].tolist() == pytest.approx([expected["low"], expected["high"]], abs=1e-6)


def test_specifications_that_are_one_specification_have_its_p():
    """Repeated, a contrast's joint median and mean z have the p of the contrast itself."""
    scored, _ = make_scored(1, shift=0.4)
    signs = draw_signs(18, 399, 1)
    single = flip_scores(Scores(scored.a, scored.b, scored.a, scored.b), signs)["p"]
    many = np.repeat(scored.a, 5, axis=1)
    found = judge_jointly(np.repeat(scored.estimate, 5), np.sqrt((many**2).sum(0)), signs @ many, "two-sided")
    assert found["p_median"] == found["p_mean_z"] == pytest.approx(single)


def test_an_equivalence_is_judged_against_both_margins(monkeypatch):
    """Estimates about zero are within a wide margin, by each statistic, and not within a narrow one."""
    monkeypatch.setattr(curves_module, "LEAST", 5)
    scored, table = make_scored(n_documents=40)
    signs = draw_signs(40, 399, 1)
    wide, narrow = (draw_curve(table.copy(), scored, signs, "0", margin)[1] for margin in (1.0, 0.05))
    assert max(wide["p_median"], wide["p_share"], wide["p_mean_z"]) < 0.02
    assert min(narrow["p_median"], narrow["p_share"], narrow["p_mean_z"]) > 0.2
    assert wide["n_claimed"] == 7 and wide["mean_z"] > narrow["mean_z"]


def simulate_null(generator, n_documents=24):
    """Return scores of 12 specifications of one corpus without a difference: 3 coders with errors, 2 samples, 2 weightings."""
    n = generator.integers(8, 30, (n_documents, 2)).astype(float)
    share = np.clip(0.2 + generator.normal(0, 0.07, (n_documents, 1)), 0.02, 0.9)
    true = generator.binomial(n.astype(int), share)
    parts, cell = [], np.arange(n_documents) % 3
    for coder, sample, weighting in itertools.product(range(3), range(2), range(2)):
        given = generator.binomial(true, 1 - 0.15 * coder) + generator.binomial((n - true).astype(int), 0.05 * coder)
        kept = np.arange(n_documents) % 4 > 0 if sample else np.ones(n_documents, dtype=bool)
        scale = n.mean(0) / n if weighting else np.ones_like(n)
        compared = Comparison(
            documents=np.arange(n_documents)[kept], voices=("A", "B"), n=(n * scale)[kept], k=(given * scale)[kept][..., None],
            hits=given, cell=cell[kept], contrast=np.array([1.0, -1]), estimate=None,
        )  # fmt: skip
        scores, a = score_comparison(DIFFERENCE, compared, np.arange(kept.sum())), np.zeros(n_documents)
        a[kept] = scores.a_left[:, 0] / scores.b.sum()
        parts.append((scores.estimate, a))
    return np.array([one for one, _ in parts]), np.column_stack([a for _, a in parts])


def test_a_true_null_is_rejected_in_about_five_percent_of_corpora_by_the_joint_tests_alone():
    """In 600 simulated corpora each joint test rejects 2.5 to 7.5 %; some single specification does in more than 12 %."""
    generator, signs = np.random.default_rng(7), draw_signs(24, 299, 1)
    found = []
    for _ in range(600):
        estimate, a = simulate_null(generator)
        drawn = signs @ a
        joint = judge_jointly(estimate, np.sqrt((a**2).sum(0)), drawn, "+")
        single = (1 + (np.abs(drawn) >= np.abs(estimate)).sum(0)) / 300
        found.append([joint["p_median"], joint["p_share"], joint["p_mean_z"], single.min()])
    median, share, mean_z, smallest = (np.array(found) <= 0.05).mean(0)
    print(f"rejected: median {median:.3f}, share {share:.3f}, mean z {mean_z:.3f}; some specification {smallest:.3f}")
    assert 0.025 <= median <= 0.075 and 0.025 <= mean_z <= 0.075 and share <= 0.075
    assert smallest > 0.12


# The figure -----------------------------------------------------------------------------------------------------------


def draw(explored, simulated=True, kept=("H1", "H2", "H3")):
    """Return the figure of the made curves."""
    tables = [table[table["hypothesis_id"].isin(kept)] for table in explored]
    claims = {one.id: one.claim for one in make_hypotheses().hypotheses}
    return specification_curve(*tables, claims, {"H1": 0.15}, "made-up talk", simulated, "corrected", "Coded by invention.")


@pytest.mark.parametrize("kept", [("H1",), ("H1", "H3"), ("H1", "H2", "H3")])
def test_no_text_of_the_figure_leaves_the_page_or_meets_another(explored, kept):
    """One curve drawn wide, two and three side by side; all letters at least 6 points high."""
    figure = draw(explored, kept=kept)
    renderer, size = FigureCanvasAgg(figure).get_renderer(), figure.get_size_inches() * figure.dpi
    said = [text for text in figure.axes[0].texts if text.get_text() != "SIMULATED"]
    boxes = [text.get_window_extent(renderer).padded(-1) for text in said]
    assert all(box.x0 > 5 and box.y0 > 5 and box.x1 < size[0] - 5 and box.y1 < size[1] - 5 for box in boxes)
    assert not [
        (a.get_text(), b.get_text())
        for (a, one), (b, other) in itertools.combinations(zip(said, boxes, strict=True), 2)
        if one.overlaps(other)
    ]
    assert min(text.get_fontsize() for text in said) >= 6


def test_the_figure_says_counts_joint_p_and_simulated(explored):
    """The numbers are those of the table; real data carry no such words."""
    said = [text.get_text() for text in draw(explored).axes[0].texts]
    row = explored[1].set_index("hypothesis_id").loc["H1"]
    assert f"{row['n_claimed']} of {row['n_estimable']} as claimed, {row['n_significant']} with p ≤ 5 %" in said
    assert "SIMULATED DATA" in said and "trained coder, p ≥ 0.3" in said and "estimate from the planted codes" in said
    assert not [text.get_text() for text in draw(explored, False).axes[0].texts if "imulated" in text.get_text()]


def test_each_specification_has_a_tick_at_each_of_its_choices(explored):
    """H1 alone: as many ticks as specifications, in each of the five dimensions."""
    n = int(explored[1].set_index("hypothesis_id").loc["H1", "n_estimable"])
    lines = [line for line in draw(explored, kept=("H1",)).axes[0].lines if line.get_solid_capstyle() == "butt"]
    segments = sum(int(np.isnan(line.get_ydata()).sum()) for line in lines)
    assert segments == n + 5 * n  # an interval each, and five ticks


def test_two_drawings_have_the_same_bytes_and_no_curves_give_a_page(explored):
    """Nothing random enters the files; without tables the heading says that there is no curve."""
    assert save_svg(draw(explored)) == save_svg(draw(explored))
    nothing = specification_curve(empty(SPECIFICATIONS), empty(CURVES), {})
    assert save_png(nothing) and "No hypothesis can be estimated" in nothing.axes[0].texts[0].get_text()


def test_the_heading_counts_hypotheses_that_the_curves_support():
    """A median of the wrong sign supports nothing however small its p."""
    rows = pd.DataFrame(
        [("H1", "+", 0.1, 0.01, 200), ("H2", "+", -0.1, 0.01, 200), ("H3", "0", 0.01, 0.2, 200)],
        columns=["hypothesis_id", "sign", "median", "p_median", "n_estimable"],
    )
    assert claim_curves(rows) == "Taken together, the specifications of 1 of 3 hypotheses support the claim"
    assert claim_curves(rows.iloc[[1]]) == "H2: taken together, 200 specifications do not support the claim"

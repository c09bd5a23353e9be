"""Rare codes are described side by side: counts, bounds that hold for alike sentences, and finite odds; nothing is tested."""

import numpy as np
import pandas as pd
import pytest
from made_tallies import STAGES, make_hypotheses, make_tallies

from framings.assessments import assess_hypotheses
from framings.estimates import ASSUMED_CORRELATION, bound_share, effective_sentences, firth_odds_ratio
from framings.firth import fit_firth
from framings.rarities import (
    RARITIES,
    bound_rare_share,
    count_read,
    describe_rarities,
    design_effect,
    estimate_common_correlation,
    estimate_correlation,
)
from framings.schemas import SAMPLE, check
from framings.storage import read_tables

DIFFERENCE = 'test: difference, code: RARE, a: NORTH, b: EAST, sign: "+"'
EQUIVALENCE = "test: equivalence, code: RARE, a: EAST, b: NORTH, margin_points: 5"
CHANGE = 'test: stage_change, code: RARE, a: NORTH, late: ST2, early: ST1, sign: "-"'
PERIODS = 'test: difference_in_differences, code: RARE, a: NORTH, b: EAST, split_date: 2014-01-01, sign: "-"'
WITHIN = 'test: within_actor, code: RARE, other_code: B1, a: EAST, sign: "-"'
JOINT = "test: joint, codes: [RARE, A1], actors: [NORTH, EAST]"
SHARED = 'test: difference, code: RARE, a: [NORTH, SOUTH], b: EAST, sign: "+"'


def describe(*entries, tallies=None, correlation=ASSUMED_CORRELATION, **behind):
    """Return the rarities of the whole window for hypotheses H1, H2, ..."""
    tallies, hypotheses = make_tallies() if tallies is None else tallies, make_hypotheses(*entries)
    evidence = {name: behind[name] for name in ("evidence",) if name in behind}
    assessments, _ = assess_hypotheses(tallies, hypotheses, STAGES, "dictionary", swaps=99, **evidence)
    table = describe_rarities(tallies, assessments, hypotheses, STAGES, "dictionary", correlation, **behind)
    return table[table["window_id"] == "whole"].reset_index(drop=True)


def draw_documents(generator, documents, share, correlation):
    """Return coded and all sentences of documents of 5 to 60, whose shares are beta-distributed so that sentences correlate."""
    n = generator.integers(5, 60, documents)
    spread = 1 / correlation - 1
    return generator.binomial(n, generator.beta(share * spread, (1 - share) * spread, documents)).astype(float), n.astype(float)


def test_either_side_has_its_counts_and_its_bound():
    """RARE: NORTH says it in three sentences of the first three documents, EAST never."""
    table, turns = describe(DIFFERENCE), make_tallies()
    assert list(table.columns) == list(RARITIES.columns)
    assert table["side"].tolist() == ["NORTH", "EAST"]
    assert table["n_coded"].tolist() == [3, 0] and table["n_documents_coded"].tolist() == [3, 0]
    sizes = [turns.loc[turns["actor_id"] == actor, "n_sentences"].to_numpy(float) for actor in ("NORTH", "EAST")]
    assert table["n_sentences"].tolist() == table["n_read"].tolist() == [size.sum() for size in sizes]
    assert table["share"].tolist() == pytest.approx([3 / sizes[0].sum(), 0])
    effective = sizes[1].sum() / design_effect(sizes[1], 0.1)
    assert table["upper"][1] == pytest.approx(1 - 0.025 ** (1 / effective), abs=1e-9)
    assert table["upper"][0] > table["upper"][1] and (table["counted"] == "sentences").all()


def test_a_rarity_says_that_it_is_described_not_tested():
    """In every row, with the counts that the assessment gives."""
    notes = describe(DIFFERENCE, JOINT)["note"]
    assert (notes == "described, not tested: 3 sentences in 3 documents, and a test needs 20 in 5").all()


def test_what_is_common_enough_is_not_here():
    """A1 is tested; another coder's rarities are another coder's."""
    assert len(describe(DIFFERENCE.replace("RARE", "A1"))) == 0
    tallies, hypotheses = make_tallies(), make_hypotheses(DIFFERENCE)
    assessments, _ = assess_hypotheses(tallies, hypotheses, STAGES, "dictionary", swaps=99)
    assert len(describe_rarities(tallies, assessments, hypotheses, STAGES, "planted")) == 0


def test_the_odds_ratio_holds_stage_and_kind_of_event_equal():
    """As a Firth fit to the eight rows of side x stage x kind of event; finite though EAST never says it."""
    row, turns = describe(DIFFERENCE).iloc[0], make_tallies(actors=("NORTH", "EAST", "SOUTH"))
    turns = turns[turns["actor_id"] != "SOUTH"]
    cells = turns.groupby(["actor_id", "stage_id", "event_type"], as_index=False)[["RARE", "n_sentences"]].sum()
    dummies = [cells["actor_id"] == "NORTH", cells["stage_id"] == "ST2", cells["event_type"] == "forum"]
    fit = fit_firth(np.column_stack([np.ones(8), *dummies]).astype(float), cells["RARE"], cells["n_sentences"])
    assert row["log_odds"] == pytest.approx(fit.b[1], abs=1e-8) and row["adjusted_for"] == "stage and event type"
    assert row["log_odds_low"] < row["log_odds"] < row["log_odds_high"]
    reverse = describe(EQUIVALENCE).iloc[0]
    assert reverse["log_odds"] == pytest.approx(-row["log_odds"], abs=1e-8)


def test_a_change_of_stage_is_adjusted_for_the_kind_of_event():
    """The stage is what is compared; NORTH says RARE in the first stage alone."""
    table = describe(CHANGE)
    assert table["side"].tolist() == ["NORTH in ST2", "NORTH in ST1"] and table["n_coded"].tolist() == [0, 3]
    assert table["adjusted_for"][0] == "event type" and table["log_odds"][0] < 0 and pd.isna(table["log_odds"][1])


def test_a_difference_in_differences_has_four_sides_and_the_odds_of_its_interaction():
    """NORTH and EAST from 2014 and before; one coded sentence more for each half makes it finite."""
    table = describe(PERIODS)
    assert table["side"].tolist() == [f"{actor} {when} 2014-01-01" for when in ("from", "before") for actor in ("NORTH", "EAST")]
    assert table["n_coded"].tolist() == [0, 0, 3, 0]
    assert np.isfinite(table["log_odds"][0]) and table["log_odds_low"][0] < 0 < table["log_odds_high"][0]


def test_claims_that_are_no_contrast_of_sides_have_counts_without_odds():
    """Two codes of one actor stand in the same sentences; a joint claim has many contrasts."""
    few = make_tallies().assign(B1=lambda table: (table["turn"] == 1) * (table.index % 30 == 1))
    table = describe(WITHIN, JOINT, tallies=few)
    within, joint = (table[table["hypothesis_id"] == name] for name in ("H1", "H2"))
    assert within[["code", "side"]].to_numpy().tolist() == [["RARE", "EAST"], ["B1", "EAST"]]
    assert within["n_coded"].tolist() == [0, few["B1"].sum()]
    assert joint[["code", "side"]].to_numpy().tolist() == [
        [code, actor] for code in ("RARE", "A1") for actor in ("NORTH", "EAST")
    ]
    assert table["log_odds"].isna().all() and table["adjusted_for"].isna().all()


def test_a_mean_of_actors_is_one_side():
    """Its sentences are counted together."""
    table, turns = describe(SHARED), make_tallies()
    assert table["side"].tolist() == ["NORTH and SOUTH", "EAST"]
    assert table["n_sentences"][0] == turns.loc[turns["actor_id"] != "EAST", "n_sentences"].sum()


# Corrected codes ------------------------------------------------------------------------------------------------------


def correct(tallies, read):
    """Return the tallies as pseudo-outcomes of .01 a sentence, and the evidence behind them: codes of RARE in the turns read."""
    evidence = tallies.assign(RARE=tallies["RARE"] * tallies["turn"].isin(read["turn"]))
    numbers = {code: tallies[code] * 1.0 for code in ("A1", "B1", "A_any")}
    return tallies.assign(RARE=0.01 * tallies["n_sentences"], **numbers), evidence


def read_turns(tallies, rows, n_read=5, p=0.25):
    """Return READ with ``n_read`` sentences drawn in each of the turns ``rows``."""
    read = tallies.loc[rows, ["document_id", "turn"]].reset_index(drop=True)
    return read.assign(n_read=n_read, weight=n_read / p, squares=n_read / p**2)


def test_corrected_codes_are_counted_by_the_reference_codes_behind_them():
    """Five sentences of each turn were read: the bound is of 5 a document, the share is the corrected one."""
    plain = make_tallies()
    read = read_turns(plain, plain.index)
    tallies, evidence = correct(plain, read)
    table = describe(DIFFERENCE, tallies=tallies, evidence=evidence, read=read)
    assert (table["counted"] == "reference codes among the sentences read").all()
    assert table["n_read"].tolist() == [240, 240] and table["n_coded"].tolist() == [3, 0]
    assert table["share"].tolist() == pytest.approx([0.01, 0.01])
    effective = 240 / design_effect(np.full(48, 5.0), 0.1)
    assert table["upper"][0] == pytest.approx(bound_share(2.4, 240, effective)[1], abs=1e-9)
    rows = [(3, 240), (0, 240)]
    assert table["log_odds"][0] == pytest.approx(np.log(firth_odds_ratio(*rows[0], *rows[1])), abs=0.3)


def test_a_corrected_share_is_no_less_than_what_was_read():
    """Three sentences carry RARE for sure, whatever the correction subtracts; sentences drawn rarely bound less."""
    plain = make_tallies()
    read = read_turns(plain, plain.index)
    tallies, evidence = correct(plain, read)
    tallies["RARE"] = -0.02 * tallies["n_sentences"]
    table = describe(DIFFERENCE, tallies=tallies, evidence=evidence, read=read)
    assert table["share"].tolist() == pytest.approx([3 / table["n_sentences"][0], 0])
    uneven = read.assign(squares=4 * read["squares"])
    assert describe(DIFFERENCE, tallies=tallies, evidence=evidence, read=uneven)["upper"][1] > table["upper"][1]


def test_where_adjusting_is_not_identified_the_two_by_two_table_stands():
    """NORTH was read in forums only, EAST elsewhere only: a half is added to each count of the plain table."""
    plain = make_tallies()
    forum = plain["event_type"] == "forum"
    read = read_turns(plain, ((plain["actor_id"] == "NORTH") & forum) | ((plain["actor_id"] == "EAST") & ~forum))
    tallies, evidence = correct(plain, read)
    evidence["RARE"] *= forum
    row = describe(DIFFERENCE, tallies=tallies, evidence=evidence, read=read).iloc[0]
    assert row["adjusted_for"] == "nothing" and (row["n_read"], row["n_coded"]) == (80, 1)
    assert row["log_odds"] == pytest.approx(np.log(firth_odds_ratio(1, 80, 0, 160)), abs=1e-8)


def test_a_side_of_which_nothing_was_read_is_not_bounded():
    """Its upper bound is one, and there are no odds."""
    plain = make_tallies()
    read = read_turns(plain, plain["actor_id"] == "NORTH")
    tallies, evidence = correct(plain, read)
    table = describe(DIFFERENCE, tallies=tallies, evidence=evidence, read=read)
    assert table["n_read"][1] == 0 and table["upper"][1] == 1 and table["log_odds"].isna().all()


def test_pseudo_outcomes_without_the_sentences_read_are_refused():
    """Counts of reference codes say nothing without what they were sought in."""
    plain = make_tallies()
    with pytest.raises(ValueError, match="need both evidence and read"):
        describe(DIFFERENCE, evidence=plain)


def test_sentences_drawn_are_counted_by_turn():
    """Two of turn 1 with p = .5 and .25, one of turn 2; weights 1/p."""
    frame = pd.DataFrame({"sentence_id": ["a", "b", "c", "d"], "document_id": "d1", "turn": [1, 1, 2, 2]})
    sample = pd.DataFrame({"sentence_id": ["a", "b", "d"], "stratum": "s", "p": [0.5, 0.25, 1.0], "text_hash": "", "round": "1"})
    read = count_read(frame, check(sample, SAMPLE))
    assert read[["turn", "n_read", "weight", "squares"]].to_numpy().tolist() == [[1, 2, 6, 20], [2, 1, 1, 1]]


# Bounds and correlation -----------------------------------------------------------------------------------------------


def test_without_correlation_or_spread_the_bound_is_clopper_and_pearsons():
    """0 of 100: 1 - .025^(1/100); two documents of which one is empty do not matter."""
    bound = bound_rare_share(np.zeros(4), np.array([50.0, 25, 25, 0]), 0.0)
    assert bound == pytest.approx(1 - 0.025**0.01)
    assert bound_rare_share(np.array([1.0]), np.array([30.0]), 0.1) == pytest.approx(bound_share(1, 30, 30 / 3.9)[1])


def test_more_alike_sentences_bound_a_share_less_tightly():
    """The bound grows with the correlation, coded sentences or none."""
    n = np.full(20, 25.0)
    for k in (np.zeros(20), np.arange(20) == 3):
        bounds = [bound_rare_share(k * 1.0, n, correlation) for correlation in (0.0, 0.05, 0.1, 0.3)]
        assert bounds == sorted(bounds) and len(set(bounds)) > 1


@pytest.mark.parametrize(("documents", "share"), [(10, 0.02), (40, 0.005), (40, 0.01), (40, 0.02)])
def test_the_bound_covers_the_share_where_sentences_correlate(documents, share):
    """300 simulated data sets, correlation .10: at least 93 % of upper ends lie above the share, all data sets or those too rare."""
    generator = np.random.default_rng(11)
    sets = [draw_documents(generator, documents, share, 0.1) for _ in range(300)]
    covered = np.array([bound_rare_share(k, n, 0.1) >= share for k, n in sets])
    rare = np.array([k.sum() < 20 or (k > 0).sum() < 5 for k, _ in sets])
    assert covered.mean() >= 0.93 and rare.sum() > 60 and covered[rare].mean() >= 0.93


def test_the_spread_between_documents_alone_would_not_cover():
    """Why the correlation is a floor: in 40 documents with a share of 1 %, the leave-one-out error covers 91 %, independence 86 %."""
    generator = np.random.default_rng(12)
    sets = [draw_documents(generator, 40, 0.01, 0.1) for _ in range(600)]

    def bound_by_spread(k, n):
        left = (k.sum() - k) / (n.sum() - n)
        se = np.sqrt(39 / 40 * ((left - k.sum() / n.sum()) ** 2).sum())
        return bound_share(k.sum(), n.sum(), effective_sentences(k.sum(), n.sum(), se, 39, n))[1]

    assert np.mean([bound_by_spread(k, n) >= 0.01 for k, n in sets]) < 0.93
    assert np.mean([bound_share(k.sum(), n.sum(), n.sum())[1] >= 0.01 for k, n in sets]) < 0.93


def test_the_correlation_of_a_worked_example():
    """Documents of 2, 2 and 4 with 2, 0 and 2 coded: squares 4/2 + 0 + 4/4 = 3, total 4²/8 = 2.

    MSB = (3 - 2)/2, MSW = (4 - 3)/5, m0 = (8 - 24/8)/2 = 2.5: (.5 - .2)/(.5 + 1.5 x .2) = .375.
    """
    assert estimate_correlation(np.array([[2.0], [0], [2]]), np.array([2.0, 2, 4])) == pytest.approx([0.375])


def test_speakers_who_differ_are_no_correlation():
    """One always says it, one never; within each documents are alike: nothing varies."""
    k, n = np.array([[5.0], [5], [0], [0]]), np.full(4, 5.0)
    assert estimate_correlation(k, n)[0] == 1
    assert np.isnan(estimate_correlation(k, n, np.array([0, 0, 1, 1]))[0])


@pytest.mark.parametrize("correlation", [0.02, 0.1, 0.3])
def test_the_correlation_is_found_again(correlation):
    """Mean over 200 simulated data sets of 60 documents: within .01 of .02 and .1, within .02 of .3."""
    generator = np.random.default_rng(5)
    sets = (draw_documents(generator, 60, 0.15, correlation) for _ in range(200))
    found = [estimate_correlation(k[:, None], n)[0] for k, n in sets]
    assert np.mean(found) == pytest.approx(correlation, abs=max(0.01, correlation / 15))


def test_the_correlation_of_a_corpus_is_the_upper_quartile_of_its_common_codes():
    """Eight codes of which two are too rare: of the six others; with four others it is assumed."""
    generator = np.random.default_rng(6)
    turns = pd.DataFrame({"actor_id": "NORTH", "document_id": [f"d{d}" for d in range(60)], "n_read": 30})
    for code in range(6):
        chance = generator.beta(0.15 * 9, 0.85 * 9, 60)
        turns[f"C{code} seen"] = generator.binomial(30, chance) * 1.0
    turns["R0 seen"], turns["R1 seen"] = 0.0, (turns.index < 4) * 1.0
    own = estimate_correlation(turns[[f"C{code} seen" for code in range(6)]].to_numpy(), np.full(60, 30.0))
    assert estimate_common_correlation(turns) == (pytest.approx(np.quantile(own, 0.75)), 6)
    assert estimate_common_correlation(turns.drop(columns=["C0 seen", "C1 seen"])) == (ASSUMED_CORRELATION, 0)


def test_without_common_codes_the_table_says_that_the_correlation_is_assumed():
    """The made-up tallies have three."""
    table = describe(DIFFERENCE, correlation=None)
    assert (table["correlation"] == ASSUMED_CORRELATION).all() and (table["n_correlated"] == 0).all()


@pytest.mark.slow
def test_the_rule_describes_what_the_assessments_call_too_rare(built):
    """Every hypothesis and window with that verdict of the headline's coder and the dictionary, and no other."""
    finished = built.run("--", "results/demo/rarities.parquet")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    results = built.folder / "results/demo"
    table, assessments = (read_tables(results / f"{name}.parquet") for name in ("rarities", "assessments"))
    key = ["coder_id", "hypothesis_id", "window_id"]
    rare = assessments[(assessments["verdict"] == "too rare") & assessments["coder_id"].isin(["corrected", "dictionary"])]
    assert set(map(tuple, table[key].to_numpy())) == set(map(tuple, rare[key].to_numpy()))
    assert (table["n_coded"] <= table["n_read"]).all()

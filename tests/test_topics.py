"""Facts about topics: planted ones are found, matching and scores are as worked by hand, nothing hangs on order."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from framings.factors import explain_too_little, factorise, fit_topics, relative_error, weigh_counts
from framings.products import render_table
from framings.report import TABLE_LOOKS
from framings.topic_links import link_topics_codes, list_codes, share_topics_by_actor
from framings.topics import choose_k, choose_topics, match_topics, measure_coherence, measure_exclusivity

N_TOPICS, N_TERMS, N_DOCUMENTS = 4, 80, 60
OWN = N_TERMS // N_TOPICS  # terms of each planted topic


def plant(seed=0):
    """Return (counts, topic_turns, terms, planted topic of each turn): four topics of twenty terms each, with noise."""
    draw = np.random.default_rng(seed)
    keys = [(f"d{i:02d}", turn) for i in range(N_DOCUMENTS) for turn in range(3)]
    planted = draw.integers(0, N_TOPICS, len(keys))
    rates = np.full((len(keys), N_TERMS), 0.05)
    for row, topic in enumerate(planted):
        rates[row, topic * OWN : (topic + 1) * OWN] = 1.0
    counts = sparse.csr_matrix(draw.poisson(rates).astype(np.int32))
    turns = pd.DataFrame(keys, columns=["document_id", "turn"]).assign(stage_id="early")
    turns["discovery"] = [int(key[1:]) % 3 == 0 for key, _ in keys]
    turns = turns.assign(n_words=100, n_sentences=10, n_terms=np.asarray(counts.sum(axis=1)).ravel())
    terms = pd.DataFrame(
        {"term": [f"{'abcd'[i // OWN]}{i:02d}" for i in range(N_TERMS)], "n_documents": 9, "n_turns": 9, "n_uses": 9}
    )
    return counts, turns, terms, planted


@pytest.fixture(scope="module")
def planted():
    """The planted corpus, its grid and the tables chosen from it."""
    counts, turns, terms, truth = plant()
    parts = [fit_topics(counts, turns, range(2, 7), seeds) for seeds in (range(4), range(4, 8))]
    return counts, turns, terms, truth, parts, choose_topics(parts, counts, turns, terms)


def test_planted_topics_are_found(planted):
    """Four topics are chosen, all stable, and the strongest terms of each are those of one planted topic."""
    tables = planted[-1]
    assert len(tables["topics"]) == N_TOPICS
    assert tables["topics"]["kept"].all()
    first_letters = tables["words"]["term"].str[0].groupby(tables["words"]["topic"]).unique()
    assert sorted("".join(letters) for letters in first_letters) == ["a", "b", "c", "d"]


def test_turns_go_to_their_planted_topic_also_outside_the_discovery_third(planted):
    """The largest share of at least 95 % of all turns is the planted topic's."""
    _, turns, _, truth, _, tables = planted
    letter = tables["words"].groupby("topic")["term"].first().str[0]
    shares = tables["shares"].pivot(index=["document_id", "turn"], columns="topic", values="share")
    assert len(shares) == len(turns)
    found = shares.idxmax(axis=1).map(letter)
    assert (found.to_numpy() == np.array(list("abcd"))[truth]).mean() >= 0.95
    assert np.allclose(shares.sum(axis=1), 1)


def test_each_k_has_one_reason_and_one_is_chosen(planted):
    """The table of choice names every K, and says why."""
    choice = planted[-1]["choice"]
    assert list(choice["k"]) == [2, 3, 4, 5, 6]
    assert choice["chosen"].sum() == 1
    assert choice["reason"].str.startswith(("Chosen:", "Not chosen:")).all()
    assert choice.loc[choice["chosen"], "reason"].str.contains("4 of 4 topics return").all()


def test_parts_of_the_grid_join_to_the_whole(planted):
    """A fit depends on its own K and seed only: two parts hold the same fits as one, and order does not matter."""
    counts, turns, terms, _, parts, tables = planted
    whole = fit_topics(counts, turns, range(2, 7), range(8))
    for other in ([whole], parts[::-1]):
        again = choose_topics(other, counts, turns, terms)
        for name, table in tables.items():
            pd.testing.assert_frame_equal(table, again[name], check_exact=True)


def test_fits_are_as_good_as_many_more_sweeps_of_scikit_learn(planted):
    """Carried on for 2,000 sweeps, the error falls by less than one part in a thousand."""
    counts, turns = planted[:2]
    discovery = turns["discovery"].to_numpy()
    part = fit_topics(counts, turns, [4], [0], part_of_documents=1)
    data = weigh_counts(counts, discovery)[discovery].astype(np.float64)
    turn_weights, topics, _ = factorise(data, np.ones((4, data.shape[0])), part["weights"], 2000, 1e-9)
    assert part["error"][0] / relative_error(data, turn_weights, topics) == pytest.approx(1, abs=1e-3)


def test_relative_error_by_hand():
    """Of the matrix with 3 and 4 on its diagonal, the factor that holds only the 4 leaves 3 of 5."""
    data = sparse.csr_matrix(np.diag([3.0, 4.0]))
    assert relative_error(data, np.array([[0.0, 4.0]]), np.array([[0.0, 1.0]])) == pytest.approx(0.6)


def test_weights_are_those_of_the_discovery_turns():
    """A kept turn's weights use the discovery turns' document frequencies: log(3/3) + 1 = 1 and log(3/2) + 1 = 1.405."""
    counts = sparse.csr_matrix([[1, 0], [1, 1], [1, 1]], dtype=np.int32)
    weights = weigh_counts(counts, np.array([True, True, False])).toarray()
    assert weights[2, 1] / weights[2, 0] == pytest.approx(np.log(3 / 2) + 1, rel=1e-6)
    assert np.allclose(np.linalg.norm(weights, axis=1), 1)


def test_matching_prefers_the_best_sum():
    """Greedy pairing would give .9 + .1; the assignment gives .8 + .7."""
    cosines = np.array([[0.9, 0.8], [0.7, 0.1]])
    assert match_topics(cosines, np.eye(2)).tolist() == [0.8, 0.7]


def test_coherence_by_hand():
    """Two terms in two of four turns each, together in one, are independent: NPMI is nil."""
    present = sparse.csr_matrix([[1, 1], [1, 0], [0, 1], [0, 0]])
    assert measure_coherence(np.array([[2.0, 1.0]]), present, 2).tolist() == [0.0]
    half = sparse.csr_matrix([[1, 1], [1, 0], [0, 0], [0, 0]])  # log(.25 / (.5 × .25)) / -log(.25) = .5
    assert measure_coherence(np.array([[2.0, 1.0]]), half, 2)[0] == pytest.approx(0.5)


def test_exclusivity_by_hand():
    """Terms with three quarters and all of their weight in a topic give (.75 + 1) / 2; the other topic gets (.25 + 0) / 2."""
    assert measure_exclusivity(np.array([[3.0, 1.0], [1.0, 0.0]]), 2).tolist() == [0.875, 0.125]


def make_grid(kept, npmi):
    """Return fits and stability for {K: kept flags} and {K: coherence of its topics}."""
    stability = pd.DataFrame(
        [(k, i, flag, 0.2, npmi[k][i], 0.5) for k, flags in kept.items() for i, flag in enumerate(flags)],
        columns=["k", "factor", "kept", "overlap", "npmi", "exclusivity"],
    )
    return pd.DataFrame({"k": list(kept), "error": 0.9}), stability


def test_an_unstable_k_is_not_chosen_however_coherent():
    """Of K = 2 (both stable) and K = 3 (one of three), 2 is chosen."""
    grid = make_grid({2: [True, True], 3: [True, False, False]}, {2: [0.2, 0.3], 3: [0.3, 0.4, 0.2]})
    choice = choose_k(*grid, 0.8).set_index("k")
    assert choice["chosen"].to_dict() == {2: True, 3: False}
    assert "not stable enough" in choice.loc[3, "reason"]


def test_more_topics_are_taken_only_where_more_return():
    """Five topics of which four return serve no better than four that all return."""
    grid = make_grid({4: [True] * 4, 5: [True] * 4 + [False]}, {4: [0.2, 0.3, 0.2, 0.3], 5: [0.2, 0.3, 0.2, 0.3, 0.25]})
    choice = choose_k(*grid, 0.8).set_index("k")
    assert choice["chosen"].to_dict() == {4: True, 5: False}
    assert choice.loc[5, "reason"].endswith("K = 4 has as many such topics or more.")


def test_halves_of_one_topic_do_not_count():
    """Three stable topics of which two overlap serve worse than two that do not."""
    fits, stability = make_grid({2: [True, True], 3: [True, True, True]}, {2: [0.2, 0.3], 3: [0.2, 0.3, 0.25]})
    stability["overlap"] = [0.1, 0.1, 0.1, 0.5, 0.5]
    choice = choose_k(fits, stability, 0.6).set_index("k")
    assert choice["chosen"].to_dict() == {2: True, 3: False}
    assert choice.loc[3, ["n_stable", "n_own"]].tolist() == [3, 1]


def test_where_nothing_is_stable_the_reason_says_so():
    """The K of which most returns is shown, with a warning in its reason."""
    grid = make_grid({2: [False, False], 3: [True, False, False]}, {2: [0.2, 0.3], 3: [0.3, 0.4, 0.2]})
    choice = choose_k(*grid, 0.8).set_index("k")
    assert choice["chosen"].to_dict() == {2: False, 3: True}
    assert "no K is stable enough" in choice.loc[3, "reason"]


def test_too_little_text_is_a_sentence_and_empty_tables():
    """Nine discovery turns cannot carry two topics; every table is there, and the choice says why it is empty."""
    counts, turns, terms, _ = plant()
    few = (turns["document_id"] < "d09").to_numpy()
    counts, turns = counts[few], turns[few].reset_index(drop=True)
    discovery = turns["discovery"].to_numpy()
    assert explain_too_little(counts, discovery, 1) is None
    parts = [fit_topics(counts, turns, range(2, 7), range(2))]
    tables = choose_topics(parts, counts, turns, terms)
    needs = "Not estimable: 2 topics need 10 discovery turns and terms, and there are 9 and 80; add documents."
    assert tables["choice"]["reason"].iloc[0] == needs
    assert not tables["choice"]["chosen"].any()
    assert all(len(table) == 0 for name, table in tables.items() if name != "choice")
    tallies = turns[["document_id", "turn", "n_sentences"]].assign(A=1)
    assert len(link_topics_codes(tables["shares"], tables["topics"], turns, tallies, ["A"])) == 0
    speakers = turns[["document_id", "turn"]].assign(actor_id="X")
    assert len(share_topics_by_actor(tables["shares"], tables["topics"], turns, speakers)) == 0


def test_no_text_at_all_is_no_crash():
    """A corpus without a turn of the language gives the same sentence."""
    nothing = sparse.csr_matrix((0, 0), dtype=np.int32)
    turns = plant()[1].iloc[:0]
    tables = choose_topics([fit_topics(nothing, turns, [5], [0])], nothing, turns, plant()[2].iloc[:0])
    assert "there are 0 and 0" in tables["choice"]["reason"].iloc[0]


def test_a_k_that_is_too_large_for_the_text_is_left_out_with_a_sentence():
    """Twelve discovery turns carry two topics, not three."""
    counts, turns, terms, _ = plant()
    few = (turns["document_id"] < "d12").to_numpy()
    turns = turns[few].reset_index(drop=True)
    tables = choose_topics([fit_topics(counts[few], turns, [2, 3], range(3))], counts[few], turns, terms)
    assert tables["choice"]["chosen"].tolist() == [True, False]
    assert tables["choice"]["reason"].iloc[1].startswith("Not estimable: 3 topics need 15")
    assert len(tables["topics"]) == 2


def hand_tables():
    """Return shares, topics and topic_turns of three turns in three documents: words 100, 100, 200; first topic .2, .4, .6."""
    turns = pd.DataFrame(
        {"document_id": ["a", "b", "c"], "turn": 0, "discovery": False, "n_words": [100, 100, 200], "n_sentences": 40}
    )
    shares = turns[["document_id", "turn", "discovery"]].merge(pd.DataFrame({"topic": ["topic_01", "topic_02"]}), how="cross")
    shares["share"] = [0.2, 0.8, 0.4, 0.6, 0.6, 0.4]
    return shares, pd.DataFrame({"topic": ["topic_01", "topic_02"], "label": ["x", "y"]}), turns


def test_actor_shares_by_hand():
    """(20 + 40 + 120) / 400 = .45; without a document .5333, .4667, .3; the jackknife se is sqrt(2/3 × .02972) = .1408."""
    shares, topics, turns = hand_tables()
    speakers = pd.DataFrame({"document_id": ["a", "b", "c"], "turn": 0, "actor_id": "X"})
    row = share_topics_by_actor(shares, topics, turns, speakers).iloc[0]
    assert (row["share"], row["n_documents"], row["n_sentences"]) == (pytest.approx(0.45), 3, 120)
    assert row["se"] == pytest.approx(np.sqrt(2 / 3 * ((160 / 300 - 0.45) ** 2 + (140 / 300 - 0.45) ** 2 + (0.3 - 0.45) ** 2)))


def test_too_few_documents_give_a_reason_and_no_number():
    """An actor with two documents has no share."""
    shares, topics, turns = hand_tables()
    speakers = pd.DataFrame({"document_id": ["a", "b", "c"], "turn": 0, "actor_id": ["X", "X", None]})
    table = share_topics_by_actor(shares, topics, turns, speakers)
    assert table["share"].isna().all()
    assert set(table["reason"]) == {"2 documents, 3 needed"}


def test_discovery_turns_enter_no_estimate():
    """A turn to which the topics were fitted counts neither for actors nor for links."""
    shares, topics, turns = hand_tables()
    shares.loc[shares["document_id"] == "a", "discovery"] = True
    speakers = pd.DataFrame({"document_id": ["a", "b", "c"], "turn": 0, "actor_id": "X"})
    assert set(share_topics_by_actor(shares, topics, turns, speakers)["n_documents"]) == {2}
    tallies = turns[["document_id", "turn", "n_sentences"]].assign(A=[1, 2, 4])
    assert set(link_topics_codes(shares, topics, turns, tallies, ["A"])["n_documents"]) == {2}


def test_links_agree_with_numpy_and_with_the_jackknife_written_out(planted):
    """The correlation over turns and its interval equal those from leaving documents out one by one."""
    turns, shares, topics = planted[1], planted[-1]["shares"], planted[-1]["topics"]
    draw = np.random.default_rng(1)
    tallies = turns[["document_id", "turn"]].assign(n_sentences=draw.integers(5, 40, len(turns)))
    tallies["A"] = draw.binomial(tallies["n_sentences"], 0.3)
    row = link_topics_codes(shares, topics, turns, tallies, ["A"]).query("unit == 'turn' and topic == 'topic_02'").iloc[0]
    data = shares[(shares["topic"] == "topic_02") & ~shares["discovery"]].merge(tallies, on=["document_id", "turn"])

    def correlate(rows):
        weight = rows["n_sentences"].to_numpy()
        covariance = np.cov(rows["share"], rows["A"] / weight, fweights=weight)
        return covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])

    documents = data["document_id"].unique()
    left = np.arctanh([correlate(data[data["document_id"] != key]) for key in documents])
    n, z = len(documents), np.arctanh(correlate(data))
    reach = 2.0226909 * np.sqrt((n - 1) / n * ((left - z) ** 2).sum())  # t(.975, 39)
    assert n == 40
    assert (row["r"], row["low"], row["high"]) == pytest.approx((np.tanh(z), np.tanh(z - reach), np.tanh(z + reach)), abs=1e-6)


def test_a_planted_link_between_topic_and_code_is_found(planted):
    """A code that follows one topic correlates with it, and with no other upwards."""
    _, turns, _, truth, _, tables = planted
    tallies = turns[["document_id", "turn", "n_sentences"]].assign(A=np.where(truth == 0, 6, 1))
    links = link_topics_codes(tables["shares"], tables["topics"], turns, tallies, ["A"]).query("unit == 'turn'")
    assert links["label"].str.startswith("a").eq(links["low"] > 0).all()


def test_a_code_that_never_occurs_has_a_reason(planted):
    """No variance, no correlation."""
    turns = planted[1]
    tallies = turns[["document_id", "turn", "n_sentences"]].assign(A=0)
    links = link_topics_codes(planted[-1]["shares"], planted[-1]["topics"], turns, tallies, ["A"])
    assert links["r"].isna().all()
    assert set(links["reason"]) == {"the topic or the code does not vary"}


def test_corrected_codes_are_linked_by_their_outcomes_and_counted_by_their_evidence():
    """Pseudo-outcomes give r, also below zero; the documents that carry the code are those of the reference codes."""
    shares, topics, turns = hand_tables()
    keys = turns[["document_id", "turn"]]
    outcomes, evidence = keys.assign(n_sentences=40, A=[-4.0, 4.0, 12.0]), keys.assign(A=[0, 1, 2])[::-1]
    links = link_topics_codes(shares, topics, turns, outcomes, ["A"], "corrected", evidence, min_documents=2)
    assert set(links["coder_id"]) == {"corrected"} and set(links["n_documents_coded"]) == {2}
    assert links.loc[links["topic"] == "topic_01", "r"].tolist() == pytest.approx([1, 1])
    with pytest.raises(ValueError, match="the evidence lacks the code A"):
        link_topics_codes(shares, topics, turns, outcomes, ["A"], "corrected", keys)


def test_a_released_correlation_and_its_ends_are_on_one_scale():
    """The page of links shows r and both ends as numbers, none as a percentage."""
    shares, topics, turns = hand_tables()
    tallies = turns[["document_id", "turn", "n_sentences"]].assign(A=[1, 4, 3])
    links = link_topics_codes(shares, topics, turns, tallies, ["A"], min_documents=2).iloc[:1].assign(low=-0.25, high=0.5)
    page = render_table(links, "t", "c", looks=TABLE_LOOKS["topic_links"])
    assert "<td class=n>−0.250</td><td class=n>0.500</td>" in page


def test_codes_are_the_columns_that_the_contract_leaves_open():
    """Keys and sizes of a tally are no codes."""
    assert list_codes(pd.DataFrame(columns=["document_id", "turn", "n_words", "RS01", "OS_any"])) == ["RS01", "OS_any"]

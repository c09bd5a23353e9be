"""Facts about topic shares drawn from many fits: combined as worked by hand, covering, free of the order of rows."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import t as student

from framings.factors import fit_topics
from framings.topic_draws import combine_draws, draw_terms, draw_topics, share_cells
from framings.topics import choose_topics

MEANS, OWN = np.array([0.4, 0.3, 0.2, 0.1]), 20


def simulate(seed, n_documents, length=100):
    """Return (counts, turns, terms, speakers): one turn a document, topics mixed round ``MEANS``, four topics of twenty terms."""
    words = np.full((4, 4 * OWN), 0.05)
    for topic, weights in enumerate(np.random.default_rng(99).gamma(2, 1, (4, OWN))):
        words[topic, topic * OWN : (topic + 1) * OWN] = weights
    words /= words.sum(axis=1, keepdims=True)
    draw = np.random.default_rng(seed)
    mixtures = draw.dirichlet(4 * MEANS, n_documents)
    counts = sparse.csr_matrix(np.stack([draw.multinomial(length, mixture @ words) for mixture in mixtures]).astype(np.int32))
    turns = pd.DataFrame({"document_id": [f"d{i:04d}" for i in range(n_documents)], "turn": 0})
    turns["stage_id"] = np.where(np.arange(n_documents) % 2, "late", "early")
    turns["discovery"] = np.arange(n_documents) % 3 == 0
    turns = turns.assign(n_words=100, n_sentences=10, n_terms=length)
    names = [f"{'abcd'[i // OWN]}{i:02d}" for i in range(4 * OWN)]
    terms = pd.DataFrame({"term": names, "n_documents": 9, "n_turns": 9, "n_uses": 9})
    speakers = turns[["document_id", "turn"]].assign(actor_id=np.where(np.arange(n_documents) % 5, "X", "Y"))
    return counts, turns, terms, speakers


@pytest.fixture(scope="module")
def fitted():
    """A simulated corpus, its fits and what was chosen from them."""
    counts, turns, terms, speakers = simulate(0, 90)
    parts = [fit_topics(counts, turns, [4], range(6))]
    return choose_topics(parts, counts, turns, terms), parts, counts, turns, terms, speakers


def test_draws_that_agree_leave_the_interval_over_documents():
    """Without variance between draws the error is the jackknife's, with documents - 1 degrees of freedom."""
    m, share, within, between, se, low, high = combine_draws([np.full(2, 0.3)] * 3, [np.full(2, 0.0004)] * 3, 8, 4)
    assert (m, share, between) == (6, pytest.approx(0.3), 0)
    assert within == pytest.approx(0.02) and se == pytest.approx(0.02)
    assert high - share == pytest.approx(0.02 * student.ppf(0.975, 7)) == pytest.approx(share - low)


def test_fits_without_the_topic_have_no_part():
    """A third fit that lacks the topic changes nothing but is not counted: the worked example of ``combine_draws``."""
    shares = [np.array([0.31, 0.33]), np.array([0.33, 0.35]), np.full(2, np.nan)]
    found = combine_draws(shares, [np.full(2, 1e-4)] * 2 + [np.full(2, np.nan)], 11, 4)
    assert found.round(4).tolist() == [4.0, 0.33, 0.01, 0.0245, 0.0283, 0.2347, 0.4253]


def test_a_share_and_its_jackknife_variance_by_hand():
    """Words 100, 100, 200 and shares .2, .4, .6: .45; the variance is 2/3 × (.0833² + .0167² + .15²)."""
    amounts = np.array([[[1.0, 4.0], [2.0, 3.0], [3.0, 2.0], [0.0, 0.0]]])  # the last turn has no topic and no part
    share, variance = share_cells(amounts, np.array([100.0, 100, 200, 900]), [(np.arange(4), np.array([0, 1, 2, 2]))])
    assert share[0, 0].tolist() == pytest.approx([0.45, 0.55])
    assert variance[0, 0, 0] == pytest.approx(2 / 3 * ((160 / 300 - 0.45) ** 2 + (140 / 300 - 0.45) ** 2 + 0.15**2))


def test_drawn_terms_are_as_many_and_the_turns_own():
    """Row sums stay; no term appears that the turn does not use; the mean of many draws is the count."""
    counts = sparse.csr_matrix(np.random.default_rng(1).poisson(1.0, (5, 8)).astype(np.int32))
    generator = np.random.default_rng(2)
    drawn = [draw_terms(counts, generator).toarray() for _ in range(2000)]
    assert all((table.sum(axis=1) == counts.toarray().sum(axis=1)).all() for table in drawn)
    assert not np.mean(drawn, axis=0)[counts.toarray() == 0].any()
    assert np.abs(np.mean(drawn, axis=0) - counts.toarray()).max() < 0.2


def test_the_order_of_rows_does_not_matter(fitted):
    """Turns, counts, shares and speakers in another order give the same table to the last bit; so does a second run."""
    found, parts, counts, turns, terms, speakers = fitted
    table = draw_topics(found, parts, counts, turns, terms, speakers, n_draws=18)
    order = np.random.default_rng(3).permutation(len(turns))
    mixed = found | {"shares": found["shares"].sample(frac=1, random_state=1)}
    again = draw_topics(mixed, parts, counts[order], turns.iloc[order].reset_index(drop=True), terms, speakers[::-1], n_draws=18)
    pd.testing.assert_frame_equal(table, again, check_exact=True)
    pd.testing.assert_frame_equal(table, draw_topics(*fitted, n_draws=18), check_exact=True)
    other = draw_topics(*fitted, n_draws=18, seed=2)
    assert (table["share"] - other["share"]).abs().max() < 0.03


def test_each_cell_has_its_counts_and_shares_add_up(fitted):
    """X and Y speak early, late and in all; shares of topics that all fits hold add up to 1; se is no less than its parts."""
    table = draw_topics(*fitted, n_draws=24)
    assert set(zip(table["actor_id"], table["stage_id"], strict=True)) == {(a, s) for a in "XY" for s in ("early", "late", "all")}
    cell = table[(table["actor_id"] == "X") & (table["stage_id"] == "all")]
    kept = fitted[3][~fitted[3]["discovery"]].merge(fitted[5])
    assert set(cell["n_documents"]) == {(kept["actor_id"] == "X").sum()}
    assert (cell["n_fits"] == 6).all() and (cell["n_draws"] == 24).all()
    assert cell["share"].sum() == pytest.approx(1)
    assert (cell["se"] >= np.maximum(cell["se_within"], cell["se_between"])).all()


def test_a_thin_cell_and_a_loose_topic_have_a_reason_and_no_number(fitted):
    """Y is early or late in 6 documents with 60 sentences; a topic that does not return is not told."""
    found, *rest = fitted
    table = draw_topics(found, *rest, n_draws=12)
    thin = table[(table["actor_id"] == "Y") & (table["stage_id"] == "early")]
    assert thin["share"].isna().all() and thin["reason"].str.endswith("sentences, 100 needed").all()
    loose = found | {"topics": found["topics"].assign(kept=found["topics"]["topic"] != "topic_02")}
    table = draw_topics(loose, *rest, n_draws=12)
    assert set(table.loc[table["topic"] == "topic_02", "reason"]) == {"the topic is not stable: it is in 6 of 6 fits"}
    assert table.loc[table["topic"] == "topic_02", "high"].isna().all()


def test_each_fit_has_two_draws_at_least(fitted):
    """Six fits and one draw asked for make twelve."""
    assert (draw_topics(*fitted, n_draws=1)["n_draws"] == 12).all()


def test_one_fit_tells_nothing_of_other_fits(fitted):
    """From a single start no topic is stable: every cell has a reason, none a number."""
    _, _, counts, turns, terms, speakers = fitted
    parts = [fit_topics(counts, turns, [4], [0])]
    table = draw_topics(choose_topics(parts, counts, turns, terms), parts, counts, turns, terms, speakers)
    assert table["share"].isna().all() and table["reason"].str.startswith("the topic is not stable").all()


def test_no_topics_give_an_empty_table(fitted):
    """Where no topic was chosen there is nothing to draw."""
    found, parts, counts, turns, terms, speakers = fitted
    nothing = {name: table.iloc[:0] for name, table in found.items()}
    assert len(draw_topics(nothing, parts, counts, turns, terms, speakers)) == 0


def test_the_interval_covers_where_documents_alone_do_not():
    """On 20 simulated corpora of 60 documents at least 90 % of the intervals hold the share that 3,000 documents give.

    An interval that takes the model for the truth holds fewer. (Over 150 corpora: docs/topics.md.)
    """

    def name(tables):
        return tables["words"].groupby("topic")["term"].first().str[0]

    counts, turns, terms, _ = simulate(12345, 3000)
    big = choose_topics([fit_topics(counts, turns, [4], [0], part_of_documents=1)], counts, turns, terms)
    truth = big["shares"][~big["shares"]["discovery"]].groupby("topic")["share"].mean().rename(name(big))
    covered, alone = [], []
    for seed in range(20):
        counts, turns, terms, speakers = simulate(seed, 60)
        parts = [fit_topics(counts, turns, [4], range(10))]
        found = choose_topics(parts, counts, turns, terms)
        table = draw_topics(found, parts, counts, turns, terms, speakers.assign(actor_id="X"), n_draws=40)
        table = table[(table["stage_id"] == "all") & table["share"].notna()]
        aim = table["topic"].map(name(found)).map(truth)
        covered += list(aim.between(table["low"], table["high"]))
        alone += list((table["share"] - aim).abs() <= student.ppf(0.975, 39) * table["se_within"])
    assert len(covered) >= 75
    assert np.mean(covered) >= 0.9
    assert np.mean(alone) < np.mean(covered) - 0.05

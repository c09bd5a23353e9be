"""What the primitives of inference give on tables small enough to work by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framings.estimates import (
    adjust_holm,
    bound_p,
    bound_share,
    degrees_of_freedom,
    draw_signs,
    effective_documents,
    effective_sentences,
    enumerate_signs,
    estimate_prevalence,
    firth_odds_ratio,
    flip_signs,
    jackknife,
    joint_f,
    number_blocks,
    pair_documents,
    permute_periods,
    show_equivalence,
    standardised_difference,
    sum_cells,
    t_interval,
    t_two_sided,
)
from framings.schemas import PREVALENCE

CBPP = Path(__file__).parents[2] / "shared" / "reference" / "cbpp.csv"
PAIR = np.array([1.0, -1.0])
# Three documents of one kind: sentences of A and B, and how many of them carry the code.
N = np.array([[10.0, 10], [10, 10], [20, 20]])
K = np.array([[4.0, 1], [2, 2], [4, 2]])[..., None]
CELL = np.zeros(3, dtype=int)


def difference(n, k):
    """Return A minus B."""
    return standardised_difference(n, k, PAIR)


def test_difference_is_the_difference_of_ratios_within_one_cell():
    """10 of 40 sentences against 5 of 40."""
    assert difference(sum_cells(N, CELL, 1), sum_cells(K, CELL, 1)) == pytest.approx([0.125])


def test_difference_weighs_cells_by_the_sentences_of_both():
    """(.4 - .1) weighs 20 of 60, (.1 - .2) weighs 40 of 60; a cell in which B is silent does not count."""
    n = np.array([[10.0, 10], [20, 20], [50, 0]])
    k = np.array([[4.0, 1], [2, 4], [50, 0]])[..., None]
    assert difference(n, k) == pytest.approx([0.3 / 3 - 0.1 * 2 / 3])


def test_difference_is_missing_where_no_cell_is_shared():
    """A speaks in one kind of event, B in another."""
    assert np.isnan(difference(np.array([[5.0, 0], [0, 5]]), np.zeros((2, 2, 1)))).all()


def test_difference_to_a_mean_is_to_the_mean_of_shares():
    """.5 minus the mean of .1 and .3, though the actors' sentences differ in number."""
    n, k = np.array([[10.0, 10, 30]]), np.array([[5.0, 1, 9]])[..., None]
    assert standardised_difference(n, k, np.array([1, -0.5, -0.5])) == pytest.approx([0.3])


def test_jackknife_leaves_each_document_out_and_centres_at_the_estimate():
    """Without each: 6/30 - 4/30, 8/30 - 3/30, 6/20 - 3/20; V = 2/3 of the squared distances to .125."""
    theta, left, covariance = jackknife(difference, N, K, CELL, np.arange(3))
    assert theta == pytest.approx([0.125])
    assert left[:, 0] == pytest.approx([2 / 30, 5 / 30, 3 / 20])
    squares = (2 / 30 - 0.125) ** 2 + (5 / 30 - 0.125) ** 2 + (3 / 20 - 0.125) ** 2
    assert covariance == pytest.approx(np.array([[2 / 3 * squares]]))
    assert covariance[0, 0] ** 0.5 == pytest.approx(0.0619886, abs=1e-7)


def test_jackknife_over_blocks_leaves_whole_blocks_out():
    """Documents 0 and 1 together: what is left is 4/20 - 2/20; without document 2: 6/20 - 3/20."""
    _, left, covariance = jackknife(difference, N, K, CELL, np.array([0, 0, 1]))
    assert left[:, 0] == pytest.approx([0.1, 0.15])
    assert covariance[0, 0] == pytest.approx((0.025**2 + 0.025**2) / 2)


def test_jackknife_says_when_nothing_is_left():
    """B speaks in one document alone: without it there is no estimate, and no error."""
    n = np.array([[10.0, 10], [10, 0], [10, 0]])
    _, left, covariance = jackknife(difference, n, np.zeros((3, 2, 1)), CELL, np.arange(3))
    assert np.isnan(left[0, 0]) and left[1, 0] == 0 and np.isnan(covariance).all()


@pytest.mark.skipif(not CBPP.exists(), reason="reference data are not at hand (../shared/reference/cbpp.csv)")
def test_jackknife_agrees_with_published_cluster_errors():
    """Logits of four periods over 15 herds: CR3, a one-step approximation of leaving a herd out, is within 3 %."""
    table = pd.read_csv(CBPP)
    herd, period = pd.factorize(table["herd"])[0], table["period"].to_numpy(int) - 1
    n, k = np.zeros((15, 4)), np.zeros((15, 4, 1))
    np.add.at(n, (herd, period), table["size"].to_numpy(float))
    np.add.at(k, (herd, period, 0), table["incidence"].to_numpy(float))

    def coefficients(n, k):
        odds = k[..., 0, :, 0] / (n[..., 0, :] - k[..., 0, :, 0])
        return np.concatenate([np.log(odds[..., :1]), np.log(odds[..., 1:] / odds[..., :1])], axis=-1)

    theta, _, covariance = jackknife(coefficients, n, k, np.zeros(15, dtype=int), np.arange(15))
    assert theta == pytest.approx([-1.269023489367, -1.17076272514, -1.301405333854, -1.782278607001], abs=1e-7)
    published = [0.2989622113941, 0.4857335963349, 0.5356990460006, 0.4315981441657]
    assert np.sqrt(np.diag(covariance)) == pytest.approx(published, rel=0.03)


def test_blocks_are_consecutive_and_the_rest_joins_the_last():
    """Eight documents make blocks of three and five; two make one."""
    assert number_blocks(8, 3).tolist() == [0, 0, 0, 1, 1, 1, 1, 1]
    assert number_blocks(2, 3).tolist() == [0, 0]


def test_pairs_add_up_to_the_difference_where_sides_speak_alike():
    """D is .3, 0, .1; documents weigh by their sentences, so the sum is tau."""
    differences, weights, paired = pair_documents(N, K, CELL, PAIR)
    assert differences[:, 0] == pytest.approx([0.3, 0, 0.1])
    assert weights == pytest.approx([0.25, 0.25, 0.5])
    assert paired.all()


def test_pairs_hold_both_sides_and_weigh_by_precision():
    """4 and 12 sentences give 1 / (1/4 + 1/12) = 3, 12 and 12 give 6; the document of A alone is no pair."""
    n, k = np.array([[4.0, 12], [12, 12], [30, 0]]), np.zeros((3, 2, 1))
    _, weights, paired = pair_documents(n, k, CELL, PAIR)
    assert paired.tolist() == [True, True, False]
    assert weights == pytest.approx([1 / 3, 2 / 3])


def test_swap_tries_every_pattern_of_a_few_documents():
    """.075 and .05 (the third document moves nothing): 2 of 4 patterns reach .125."""
    assert flip_signs(np.array([0.075, 0, 0.05]), None) == 0.5


def test_swap_agrees_with_the_exact_reference():
    """Ten published differences: 14 of 1,024 patterns."""
    x = np.array([0.8, -0.2, 1.4, 0.9, 0.3, 1.1, -0.4, 0.7, 0.6, 1])
    assert flip_signs(x, None) == 0.013671875
    t = x.mean() / (x.std(ddof=1) / np.sqrt(10))
    assert t_two_sided(t, 1, 9) == pytest.approx(0.007338810850065)


def test_swap_drawn_at_random_agrees_with_all_patterns():
    """Fourteen documents are too many to try all; 9,999 draws come within .01."""
    x = np.random.default_rng(3).normal(0.4, 1, 14)
    sums = np.abs(enumerate_signs(14) @ x)
    exact = (sums >= abs(x.sum()) - 1e-12).mean()
    assert flip_signs(x, draw_signs(20, 9999, 1)) == pytest.approx(exact, abs=0.01)


def test_swap_never_gives_zero():
    """Twenty documents that all agree: one of B + 1."""
    assert flip_signs(np.ones(20), draw_signs(20, 999, 1)) == pytest.approx(0.001)


def test_one_sided_swap_counts_large_sums():
    """3 + 1 + 2 is the largest of eight sums; its negative is the smallest."""
    assert flip_signs(np.array([3.0, 1, 2]), None, two_sided=False) == 1 / 8
    assert flip_signs(-np.array([3.0, 1, 2]), None, two_sided=False) == 1


def test_exchanged_periods_agree_with_all_exchanges():
    """Early .1 to .4, late .5 to .8: 2 of 70 exchanges are as far apart."""
    d = np.arange(1, 9) / 10
    late = np.arange(8) > 3
    assert permute_periods(d, np.full(8, 1 / 8), late, 9999, 1) == pytest.approx(2 / 70, abs=0.006)


def test_joint_statistic_is_hotellings():
    """theta'V^-1 theta / q = 2; times 8/9 against F(2, 8), whose tail is (1 + 2F/8)^-4."""
    statistic, p = joint_f(np.array([1.0, 1]), np.eye(2) / 2, 10)
    assert statistic == pytest.approx(16 / 9)
    assert p == pytest.approx((1 + 2 * 16 / 9 / 8) ** -4)


def test_joint_statistic_is_missing_where_documents_cannot_carry_it():
    """A singular covariance, and as many changes as documents."""
    assert np.isnan(joint_f(np.ones(2), np.ones((2, 2)), 10)).all()
    assert np.isnan(joint_f(np.ones(2), np.eye(2), 2)).all()


def test_holm_agrees_with_the_reference_and_skips_missing():
    """Six published p-values, with a missing one among them."""
    p = [0.005, 0.009, np.nan, 0.02, 0.04, 0.2, 0.8]
    assert adjust_holm(p) == pytest.approx([0.03, 0.045, np.nan, 0.08, 0.12, 0.4, 0.8], nan_ok=True)


def test_equivalence_is_shown_just_beyond_the_smallest_margin():
    """The smallest margin has p of exactly 5 %."""
    _, smallest = show_equivalence(-0.02, 0.01, 40, 0.05)
    assert smallest == pytest.approx(0.02 + 0.01 * 1.6838510)
    assert show_equivalence(-0.02, 0.01, 40, smallest)[0] == pytest.approx(0.05)


def test_interval_uses_t_and_stays_between_minus_one_and_one():
    """t with 9 degrees of freedom is 2.2621572."""
    assert t_interval(0.1, 0.02, 9) == pytest.approx((0.1 - 0.045243144, 0.1 + 0.045243144))
    assert t_interval(0.9, 0.2, 9)[1] == 1


def test_degrees_of_freedom_follow_the_rarer_voice_when_it_is_very_rare():
    """Ten documents, of which B speaks in four or five."""
    few, enough = np.ones((10, 2)), np.ones((10, 2))
    few[4:, 1] = enough[5:, 1] = 0
    assert (degrees_of_freedom(few), degrees_of_freedom(enough)) == (3, 9)


def test_firth_adds_a_half_to_each_count():
    """3 of 10 against 0 of 10: 3.5 * 10.5 / (0.5 * 7.5)."""
    assert firth_odds_ratio(3, 10, 0, 10) == pytest.approx(9.8)


def test_share_of_zero_is_bounded_by_an_effective_number():
    """20 documents of 10 sentences: 200 / (1 + 9 * .1) = 105.3 effective, upper end 1 - .025^(1/105.3)."""
    effective = effective_sentences(np.array(0.0), 200.0, np.array(0.0), 19, np.full(20, 10.0))
    assert effective == pytest.approx(200 / 1.9)
    low, high = bound_share(np.array(0.0), 200.0, effective)
    assert low == 0 and high == pytest.approx(1 - 0.025 ** (1.9 / 200))
    assert bound_p(0.0, 200.0, effective, high) == pytest.approx(0.025)


def test_share_has_the_exact_interval_where_sentences_are_independent():
    """Clopper and Pearson's interval of 2 in 10 is .0252 to .5561."""
    low, high = bound_share(np.array(2.0), 10.0, np.array(10.0))
    assert (low, high) == pytest.approx((0.0252107, 0.5560955), abs=1e-6)


TALLIES = pd.DataFrame(
    [
        ("d1", 0, "NORTH", "2012-01-01", "ST1", 10, 4, 0), ("d1", 1, "NORTH", "2012-01-01", "ST1", 10, 2, 0),
        ("d2", 0, "NORTH", "2012-02-01", "ST1", 10, 1, 0), ("d3", 0, "NORTH", "2012-03-01", "ST1", 10, 1, 0),
        ("d4", 0, "NORTH", "2015-03-01", "ST2", 90, 9, 0), ("d4", 1, "EAST", "2015-03-01", "ST2", 3, 3, 0),
    ],
    columns=["document_id", "turn", "actor_id", "date", "stage_id", "n_sentences", "A1", "B1"],
).assign(event_type="forum", language="en", n_words=50)  # fmt: skip
STAGES = pd.DataFrame({"stage_id": ["ST1", "ST2"]})


def test_prevalence_is_a_ratio_with_a_leave_one_document_out_error():
    """8 of 40; without each document 2/20, 7/30, 7/30."""
    table = estimate_prevalence(TALLIES, STAGES, "dictionary", ["A1", "B1"], min_sentences=40).set_index(list(PREVALENCE.key))
    cell = table.loc[("dictionary", "A1", "NORTH", "ST1")]
    assert (cell["n_documents"], cell["n_sentences"], cell["n_coded"], cell["share"]) == (3, 40, 8, 0.2)
    assert cell["se"] ** 2 == pytest.approx(2 / 3 * (0.1**2 + 2 * (1 / 30) ** 2))
    assert 0 < cell["low"] < 0.2 < cell["high"] < 1
    zero = table.loc[("dictionary", "B1", "NORTH", "ST1")]
    assert (zero["share"], zero["se"], zero["low"]) == (0, 0, 0) and 0.05 < zero["high"] < 0.3


def test_prevalence_gives_a_reason_instead_of_a_number():
    """One document, or too few sentences; an actor who is silent in a stage has a row too."""
    table = estimate_prevalence(TALLIES, STAGES, "dictionary", ["A1"], min_sentences=41).set_index(["actor_id", "stage_id"])
    assert table.loc[("NORTH", "ST2"), "reason"] == "1 document, 3 needed"
    assert table.loc[("NORTH", "ST1"), "reason"] == "40 sentences, 41 needed"
    assert table.loc[("EAST", "ST1"), "reason"] == "0 documents, 3 needed"
    assert table.loc[("NORTH", "ST1"), ["share", "se", "low", "high"]].isna().all()
    assert table.loc[("NORTH", "all"), "share"] == pytest.approx(17 / 130)


def test_prevalence_refuses_two_languages():
    """English and Russian pages never enter one table of estimates."""
    mixed = TALLIES.assign(language=["en", "en", "ru", "en", "en", "en"])
    with pytest.raises(ValueError, match="en and ru; keep one language"):
        estimate_prevalence(mixed, STAGES, "dictionary", ["A1"])


def test_prevalence_of_nobody_is_an_empty_table():
    """No relevant turn: no row, the same columns."""
    table = estimate_prevalence(TALLIES.iloc[:0], STAGES, "dictionary", ["A1"])
    assert table.empty and list(table.columns) == list(PREVALENCE.columns)


def test_effective_documents_are_all_of_them_where_they_weigh_alike():
    """Eight alike count as eight; with one voice in two of them about two count, however often the other is heard."""
    pair, cell = np.array([1.0, -1]), np.zeros(8, dtype=int)
    even = np.full((8, 2), 20.0)
    assert effective_documents(even, cell, pair) == pytest.approx(8)
    seldom = even * np.array([[1, d < 2] for d in range(8)])
    # Documents of both: h = 20 (1 + 1.9) / 160² + 58 / 40²; of one: 58 / 160². So (2 x 17/16 + 6/16)² over 2 x (17/16)² + 6/16².
    assert effective_documents(seldom, cell, pair) == pytest.approx(2.5**2 / (2 * (17 / 16) ** 2 + 6 / 256))


def test_periods_of_a_change_weigh_alike():
    """Two early documents and twenty late ones: a change hangs on the early ones."""
    late = np.arange(22) > 1
    assert effective_documents(np.full((22, 2), 20.0), late.astype(int), np.array([1.0, -1]), late) == pytest.approx(
        1.1**2 / (0.5 + 0.0005)
    )

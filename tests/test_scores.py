"""Effective scores against other implementations: a general least squares fit, and dense matrices."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from made_tallies import STAGES, make_hypotheses, make_tallies
from scipy.linalg import fractional_matrix_power

from framings.comparisons import count_documents, lay_out_comparison
from framings.estimates import draw_signs
from framings.multiplicities import adjust_westfall_young
from framings.scores import flip_scores, flip_scores_jointly, score_comparison

DIFFERENCE = 'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"'
GAP = {("A1", "NORTH"): 0.3, ("A1", "EAST"): 0.2}


def lay_out(tallies, entry=DIFFERENCE):
    """Return (hypothesis, comparison) over the whole window."""
    hypothesis = make_hypotheses(entry).hypotheses[0]
    codes = [name for name in tallies.columns if name in ("A1", "A2", "B1")]
    return hypothesis, lay_out_comparison(hypothesis, count_documents(tallies, codes), list(STAGES["stage_id"]))


def spread(compared):
    """Return sums y, sentences n, voice indicator columns, cell dummies and document of each voice in a document."""
    document, voice = np.nonzero(compared.n)
    cells = np.eye(compared.cell.max() + 1)[compared.cell[document]]
    return compared.k[document, voice, 0], compared.n[document, voice], voice, cells[:, cells.any(0)], document


def test_the_score_is_zero_at_the_weighted_least_squares_estimate():
    """With levels of cells and two voices: statsmodels' WLS of shares, weighted by sentences, to 1e-10."""
    hypothesis, compared = lay_out(make_tallies(40, shares=GAP, actors=("NORTH", "EAST")))
    y, n, voice, cells, _ = spread(compared)
    fit = sm.WLS(y / n, np.column_stack([voice == 0, cells]).astype(float), weights=n).fit()
    scores = score_comparison(hypothesis, compared, np.arange(len(compared.n)))
    assert scores.estimate == pytest.approx(fit.params[0], abs=1e-10)


def test_a_mean_of_two_against_a_third_leaves_the_difference_of_the_two_free():
    """The estimate is that of the linear model with each of three voices its own distance, combined."""
    tallies = make_tallies(60, shares=GAP, actors=("NORTH", "EAST", "SOUTH"))
    hypothesis, compared = lay_out(tallies, 'test: difference, code: A1, a: [NORTH, SOUTH], b: EAST, sign: "+"')
    y, n, voice, cells, _ = spread(compared)
    design = np.column_stack([voice == 0, voice == 1, cells]).astype(float)  # distances from EAST, the last
    fit = sm.WLS(y / n, design, weights=n).fit()
    scores = score_comparison(hypothesis, compared, np.arange(len(compared.n)))
    assert scores.estimate == pytest.approx(fit.params[:2].mean(), abs=1e-10)


def test_what_is_flipped_are_scores_adjusted_for_leverage():
    """For each document, and for each block of three: (I - H)^-1/2 times the residuals, worked with dense matrices, to 1e-9."""
    hypothesis, compared = lay_out(make_tallies(30, shares=GAP, actors=("NORTH", "EAST")))
    y, n, voice, cells, document = spread(compared)
    root, tested = np.sqrt(n), np.where(voice == 0, 0.5, -0.5)
    x = cells * root[:, None]
    hat = x @ np.linalg.inv(x.T @ x) @ x.T
    rest, residual = tested - (hat @ (tested * root)) / root, y / root - hat @ (y / root)
    for size in (1, 3):
        group = np.arange(len(compared.n)) // size
        scores = score_comparison(hypothesis, compared, group)
        for one in range(group.max() + 1):
            mine = group[document] == one
            adjusted = fractional_matrix_power(np.eye(mine.sum()) - hat[np.ix_(mine, mine)], -0.5) @ residual[mine]
            assert scores.a[one, 0] == pytest.approx((rest * root * residual)[mine].sum(), abs=1e-9)
            assert scores.a_left[one, 0] == pytest.approx((rest * root)[mine] @ adjusted, abs=1e-9)


def test_a_document_that_alone_holds_a_cell_is_heard_by_the_difference_of_its_voices_alone():
    """Its own level is fitted by itself: adding as many coded sentences to both voices changes nothing."""
    hypothesis, compared = lay_out(make_tallies(30, shares=GAP, actors=("NORTH", "EAST")))
    alone = replace(compared, cell=np.where(np.arange(len(compared.n)) == 4, compared.cell.max() + 1, compared.cell))
    more = alone.k.copy()
    more[4] += 0.1 * alone.n[4, :, None]
    found = [score_comparison(hypothesis, replace(alone, k=k), np.arange(len(alone.n))) for k in (alone.k, more)]
    assert np.allclose(found[0].a_left, found[1].a_left) and np.isfinite(found[0].a_left).all()


def test_the_interval_ends_where_the_flips_begin_to_reject():
    """Just inside either end p is over 5 %, just outside it is not; the estimate lies inside."""
    hypothesis, compared = lay_out(make_tallies(40, shares=GAP, actors=("NORTH", "EAST")))
    scores, signs = score_comparison(hypothesis, compared, np.arange(len(compared.n))), draw_signs(len(compared.n), 1999, 3)
    found = flip_scores(scores, signs)
    assert found["low"] < scores.estimate < found["high"]

    def p(tau):
        sums, observed = signs @ (scores.a_left[:, 0] - tau * scores.b_left[:, 0]), (scores.a - tau * scores.b).sum()
        return (1 + (np.abs(sums) >= abs(observed) - 1e-9).sum()) / 2000

    assert p(0) == pytest.approx(found["p"])
    for end, out in ((found["low"], -1e-6), (found["high"], 1e-6)):
        assert p(end - out) > 0.05 >= p(end + out)


def test_an_equivalence_has_the_larger_of_its_two_one_sided_p():
    """By hand from the same flips around minus and plus the margin."""
    hypothesis, compared = lay_out(make_tallies(40, shares={}, actors=("NORTH", "EAST")))
    scores, signs = score_comparison(hypothesis, compared, np.arange(len(compared.n))), draw_signs(len(compared.n), 999, 3)
    one_sided = []
    for side in (1, -1):
        tau = -side * 0.05
        sums, observed = side * (signs @ (scores.a_left - tau * scores.b_left)[:, 0]), side * (scores.a - tau * scores.b).sum()
        one_sided.append((1 + (sums >= observed - 1e-9).sum()) / 1000)
    assert flip_scores(scores, signs, margin=0.05)["p"] == pytest.approx(max(one_sided))


def test_five_documents_say_too_little_to_be_flipped():
    """No pattern of five signs is rarer than 1 in 16 on two sides."""
    hypothesis, compared = lay_out(make_tallies(5, shares=GAP, actors=("NORTH", "EAST")))
    assert flip_scores(score_comparison(hypothesis, compared, np.arange(len(compared.n))), draw_signs(5, 99, 1)) == {}


def test_the_joint_statistic_is_that_of_a_loop_over_flips():
    """S'V^-1 S for every draw, computed one by one."""
    tallies = make_tallies(48, shares={("A1", "NORTH"): 0.3}, actors=("NORTH", "EAST", "SOUTH"))
    hypothesis, compared = lay_out(tallies, "test: joint, codes: [A1, B1], actors: [NORTH, EAST, SOUTH]")
    scores, signs = score_comparison(hypothesis, compared, np.arange(len(compared.n))), draw_signs(len(compared.n), 199, 2)
    inverse, whole = np.linalg.inv(sum(np.outer(s, s) for s in scores.a_left)), scores.a.sum(0)
    sums = [sum(sign * s for sign, s in zip(row, scores.a_left, strict=True)) for row in signs]
    reached = sum(s @ inverse @ s >= whole @ inverse @ whole - 1e-9 for s in sums)
    assert flip_scores_jointly(scores, signs) == pytest.approx((1 + reached) / 200)


def test_score_flips_reject_about_one_true_null_in_twenty():
    """300 data sets of 40 documents with document effects; the rate lies within its exact 99.9 % bounds of 5 %."""
    rejected, signs = 0, draw_signs(40, 399, 1)
    for seed in range(300):
        hypothesis, compared = lay_out(make_tallies(40, seed=1000 + seed, actors=("NORTH", "EAST")))
        rejected += flip_scores(score_comparison(hypothesis, compared, np.arange(len(compared.n))), signs)["p"] <= 0.05
    assert 4 <= rejected <= 30


def test_westfall_young_is_that_of_a_naive_loop():
    """Step down by hand: the largest statistic of all tests, then of all but the strongest, and so on."""
    generator = np.random.default_rng(4)
    flipped = generator.standard_normal((20, 3)) + np.array([0.9, 0.5, 0.0])
    signs = draw_signs(20, 499, 5)
    z, observed = flipped / np.sqrt((flipped**2).sum(0)), flipped.sum(0)
    order, expected, running = np.argsort(-np.abs(z.sum(0))), np.empty(3), 0.0
    for place, test in enumerate(order):
        rest = order[place:]
        reached = sum(np.abs(row @ z[:, rest]).max() >= abs(z[:, test].sum()) - 1e-9 for row in signs)
        running = max(running, (1 + reached) / 500)
        expected[test] = running
    assert adjust_westfall_young(flipped, observed, signs) == pytest.approx(expected)

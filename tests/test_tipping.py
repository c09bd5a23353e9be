"""How unequal coding would have to be: the algebra by hand, and against coders that really err so."""

import numpy as np
import pandas as pd
import pytest
from made_tallies import STAGES, make_hypotheses, make_tallies

from framings.assessments import assess_hypotheses
from framings.comparisons import count_documents, lay_out_comparison
from framings.estimates import t_two_sided
from framings.tipping import (
    TIPPINGS,
    combine_intervals,
    find_edge,
    observe_difference,
    shift_estimate,
    tip_false_negatives,
    tip_false_positives,
    tip_hypothesis,
)

GAP = {("A1", "NORTH"): 0.35, ("A1", "EAST"): 0.15}


def code_truth(share, false_positive, false_negative, n=2_000_000, seed=1):
    """Return the share that a coder finds who errs at these rates among n sentences of which ``share`` carry the code."""
    generator = np.random.default_rng(seed)
    truth, chance = generator.random(n) < share, generator.random(n)
    return np.where(truth, chance >= false_negative, chance < false_positive).mean()


def test_false_positives_are_worked_by_hand():
    """30 % against 20 %: an eighth of the 80 % without the code; half of it leaves 5 points; the sign follows the side."""
    assert tip_false_positives(0.3, 0.2) == pytest.approx(0.1 / 0.8)
    assert tip_false_positives(0.2, 0.3) == pytest.approx(-0.1 / 0.8)
    assert tip_false_positives(0.3, 0.2, to=0.05) == pytest.approx(0.05 / 0.75)  # 25 % are true of side a then
    assert tip_false_positives(0.2, 0.2) == 0


def test_false_negatives_are_worked_by_hand():
    """30 % against 20 %: a third of what 30 % say was missed on side b."""
    assert tip_false_negatives(0.3, 0.2) == pytest.approx(-1 / 3)
    assert tip_false_negatives(0.2, 0.3) == pytest.approx(1 / 3)
    assert tip_false_negatives(0.3, 0.2, to=0.05) == pytest.approx(-0.05 / 0.25)


def test_an_error_that_could_not_be_so_large_is_missing():
    """No coder misses more than everything: 10 points of which side b says nothing cannot come from what it missed of 5 %."""
    assert np.isnan(tip_false_negatives(0.05, -0.05))
    assert np.isnan(tip_false_positives(0.95, 0.05, false_positive=0.2, false_negative=0.1))
    assert np.isnan(tip_false_positives(0.5, 0.4, false_positive=0.6, false_negative=0.5))  # worse than chance


@pytest.mark.parametrize("to", [0.0, 0.04])
@pytest.mark.parametrize(("share_a", "share_b"), [(0.32, 0.21), (0.18, 0.27)])
def test_coders_who_err_by_the_tipping_point_find_the_difference(share_a, share_b, to):
    """Two million sentences a side, 4 % false positives and 20 % false negatives to begin with: the made coder finds both shares."""
    to, (fp, fn) = np.copysign(to, share_a - share_b), (0.04, 0.2)
    k = 1 - fp - fn
    for tip, side in ((tip_false_positives, "fp"), (tip_false_negatives, "fn")):
        excess = tip(share_a, share_b, to, fp, fn)
        errs_on_a = excess > 0
        sound = share_b if errs_on_a else share_a
        true_sound = (sound - fp) / k
        true_erring = true_sound + (to / k if errs_on_a else -to / k)
        rates = {"fp": fp, "fn": fn} | {side: (fp if side == "fp" else fn) + abs(excess)}
        found_erring = code_truth(true_erring, rates["fp"], rates["fn"])
        found_sound = code_truth(true_sound, fp, fn, seed=2)
        assert found_sound == pytest.approx(sound, abs=0.001)
        assert found_erring == pytest.approx(share_a if errs_on_a else share_b, abs=0.001)


def test_intervals_of_independent_estimates_are_combined():
    """Zou and Donner: the ends lie a root of summed squares away; of one estimate the interval is its own."""
    assert combine_intervals([1], [0.2], [0.1], [0.4]) == pytest.approx((0.2, 0.1, 0.4))
    centre, low, high = combine_intervals([1, -1], [0.3, 0.1], [0.27, 0.06], [0.34, 0.15])
    assert (centre, low, high) == pytest.approx((0.2, 0.2 - np.hypot(0.03, 0.05), 0.2 + np.hypot(0.04, 0.04)))


def tip(entry, accuracy=None, confusions=None, coder_id="dictionary", tallies=None):
    """Return the hypothesis, its row of ASSESSMENTS, its comparison and {error: row of TIPPINGS} in the whole window."""
    tallies, book = make_tallies(shares=GAP) if tallies is None else tallies, make_hypotheses(entry)
    hypothesis, window = book.hypotheses[0], book.windows[1]
    table, _ = assess_hypotheses(tallies, book, STAGES, coder_id, swaps=99)
    row = next(table[table["window_id"] == "whole"].itertuples(index=False))
    counts = count_documents(tallies, list(hypothesis.needed_codes)).within(window)
    compared = lay_out_comparison(hypothesis, counts, ["ST1", "ST2"])
    rows = tip_hypothesis(hypothesis, counts, compared, row, accuracy, confusions)
    assert set(rows[0]) <= set(TIPPINGS.columns)
    return hypothesis, row, compared, {found["error"]: found for found in rows}


def test_the_sides_of_a_hypothesis_differ_by_its_estimate():
    """Of actors: standardised shares; of codes: both shares of the same sentences. The net error that explains all is the estimate."""
    for entry in ('test: difference, code: A1, a: NORTH, b: [EAST, SOUTH], sign: "+"',
                  'test: within_actor, code: A1, other_code: B1, a: [NORTH, EAST], sign: "+"'):  # fmt: skip
        _, row, _, found = tip(entry)
        net = found["share gained"]
        assert net["share_a"] - net["share_b"] == pytest.approx(row.estimate)
        assert net["to_zero"] == pytest.approx(row.estimate)
        assert net["to_verdict"] == pytest.approx(row.low)  # what is left of the interval


def test_at_the_edge_of_its_verdict_the_jackknife_gives_five_percent():
    """Shifted by the net error at the edge the t-test's p is .05, from either side of it."""
    for sign, gap in (("+", GAP), ("+", {}), ("-", {})):
        entry = f'test: difference, code: A1, a: NORTH, b: EAST, sign: "{sign}"'
        hypothesis, row, _, _ = tip(entry, tallies=make_tallies(shares=gap))
        edge = find_edge(hypothesis, row, 47)
        assert t_two_sided(edge, row.se, 47) == pytest.approx(0.05)
        assert gap or np.sign(edge) == {"+": 1, "-": -1}[sign]


def made_accuracy(rates, measure="share gained", coder_id="dictionary"):
    """Return as much of CODER_ACCURACY as is read, from {actor: (estimate, low, high)}."""
    rows = [(coder_id, "A1", actor, "all", measure, *values) for actor, values in rates.items()]
    return pd.DataFrame(rows, columns=["coder_id", "code", "actor_id", "stage_id", "measure", "estimate", "low", "high"])


def test_the_observed_difference_of_errors_stands_beside_the_tipping_point():
    """Net errors of +3 and −4 points: 7 points apart, with an interval that does or does not reach what would overturn it."""
    near = made_accuracy({"NORTH": (0.03, 0.0, 0.06), "EAST": (-0.04, -0.06, -0.02)})
    hypothesis, row, _, found = tip('test: difference, code: A1, a: NORTH, b: EAST, sign: "+"', accuracy=near)
    net = found["share gained"]
    assert [net[name] for name in ("observed", "observed_low", "observed_high")] == pytest.approx(
        [0.07, 0.07 - np.hypot(0.03, 0.02), 0.07 + np.hypot(0.03, 0.02)]
    )
    assert net["observed_of"] == "dictionary against the reference codes" and not net["within_observed"]
    shifted = shift_estimate(hypothesis, row, list(found.values()), 47)
    assert shifted["estimate"] == pytest.approx(row.estimate - net["observed_high"])
    far = made_accuracy({"NORTH": (0.1, 0.0, 0.2), "EAST": (-0.04, -0.06, -0.02)})
    hypothesis, row, _, found = tip('test: difference, code: A1, a: NORTH, b: EAST, sign: "+"', accuracy=far)
    assert found["share gained"]["within_observed"]
    assert shift_estimate(hypothesis, row, list(found.values()), 47)["p"] > 0.05


def test_rates_of_the_coder_raise_the_tipping_point():
    """With 5 % false positives and 30 % false negatives everywhere, fewer sentences are truly without the code."""
    rates = pd.concat(
        [made_accuracy({"all": (0.05, 0, 1)}, "false positive rate"), made_accuracy({"all": (0.3, 0, 1)}, "false negative rate")]
    )
    entry = 'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"'
    plain, found = tip(entry)[-1], tip(entry, accuracy=rates)[-1]
    b, gap = found["share gained"]["share_b"], found["share gained"]["to_zero"]
    assert plain["false positives"]["to_zero"] == pytest.approx(gap / (1 - b))
    assert found["false positives"]["to_zero"] == pytest.approx(gap / (1 - (b - 0.05) / 0.65))


def test_the_error_of_reference_codes_is_told_from_two_coders():
    """Corrected codes: what one coder gave more often than the other, by actor; without a second coder nothing is known."""
    confusions = pd.DataFrame(
        {
            "code": "A1",
            "actor_id": ["NORTH", "EAST"],
            "excess": [0.01, 0.02],
            "excess_low": [0.0, 0.0],
            "excess_high": [0.03, 0.03],
        }
    )
    hypothesis = make_hypotheses('test: difference, code: A1, a: NORTH, b: EAST, sign: "+"').hypotheses[0]
    seen = observe_difference(hypothesis, "corrected", "share gained", None, confusions)
    assert seen["observed"] == pytest.approx(-0.01) and seen["observed_of"] == "first coder's codes minus second's"
    assert "reason" in observe_difference(hypothesis, "corrected", "false positive rate", None, confusions)
    assert observe_difference(hypothesis, "corrected", "share gained")["reason"].startswith("nobody coded")
    lacking = observe_difference(hypothesis, "corrected", "share gained", None, confusions[:1])
    assert lacking == {"reason": "the error on A1 of EAST was not measured with an interval"}


def test_tests_without_two_sides_say_so():
    """A joint test and an upper bound have no tipping point here."""
    for entry in ("test: joint, codes: [A1], actors: [NORTH, EAST]", "test: upper_bound, code: A1, a: NORTH, bound_points: 60"):
        assert tip(entry)[-1]["share gained"]["reason"].startswith("not worked out for a")

"""Firth's estimates agree with R's logistf, with closed forms, and with a maximisation by other means."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from framings.estimates import firth_odds_ratio
from framings.firth import (
    FirthError,
    assess_coefficient,
    fit_firth,
    penalised_log_likelihood,
    profile_height,
    profile_interval,
)

# Urinary tract infections (Foxman and others 1997), the example sex2 of R's logistf: pattern of age, oc, vic, vicl, vis and dia, women
# with an infection, all women. Published: logistf's output for case ~ age + oc + vic + vicl + vis + dia (georgheinze/logistf).
SEX2 = """
000010 1 2; 001000 14 16; 001010 3 4; 001100 10 18; 001110 12 30; 001111 1 1; 010000 44 86; 010001 3 3; 010010 0 1; 011000 15 16;
011001 1 1; 011010 2 2; 011100 7 12; 011110 3 9; 101000 2 2; 101010 1 1; 101011 1 1; 101100 1 3; 101110 0 4; 101111 1 1;
110000 5 19; 110010 0 1; 111000 3 4; 111110 0 2"""
SEX2_B = [0.12025405, -1.10598131, -0.06881673, 2.26887464, -2.11140817, -0.78831694, 3.09601166]
SEX2_95 = [
    (-0.8185591, 1.07315122), (-1.9737884, -0.30742514), (-0.9414363, 0.78920202), (1.2730216, 3.43543273),
    (-3.2608611, -1.11773495), (-1.6080879, 0.01518468), (0.7745682, 8.03029352),
]  # fmt: skip
SEX2_90 = [
    (-0.6673577, 0.9177303), (-1.8277045, -0.4328451), (-0.7986318, 0.6507581), (1.4248338, 3.2325326),
    (-3.0613215, -1.2704704), (-1.4743338, -0.1137542), (1.0835108, 6.8752016),
]  # fmt: skip
SEX2_CHI2 = [0.06286298, 7.50773092, 0.02467044, 22.93139022, 19.10407252, 3.69740975, 7.89693139]
SEX2_P = [8.020268e-01, 6.143472e-03, 8.751911e-01, 1.678877e-06, 1.237805e-05, 5.449701e-02, 4.951873e-03]

# Endometrial cancer (Heinze and Schemper 2002, after Agresti): neovasculation, pulsatility, 100 x endometrium height, by histology low
# and high. All 13 women with neovasculation are high, so that the ordinary estimate is infinite. Published: logistf's output.
LOW = """
0 13 164; 0 16 226; 0 8 314; 0 34 268; 0 20 128; 0 5 231; 0 17 180; 0 10 168; 0 26 156; 0 17 231; 0 8 201; 0 7 189; 0 20 315;
0 10 123; 0 18 127; 0 16 176; 0 18 200; 0 28 150; 0 11 133; 0 19 237; 0 10 182; 0 10 313; 0 18 131; 0 14 192; 0 21 164; 0 11 201; 0 17 188;
0 25 193; 0 16 211; 0 19 129; 0 15 172; 0 33 75; 0 24 192; 0 29 202; 0 15 229; 0 12 233; 0 3 290; 0 20 170; 0 23 141; 0 12 225;
0 22 154; 0 42 197; 0 15 175; 0 13 216; 0 14 257; 0 19 137; 0 12 361; 0 13 204; 0 10 217"""
HIGH = """
0 8 264; 0 29 88; 0 12 127; 0 20 137; 1 38 97; 1 22 114; 1 7 88; 1 25 91; 1 15 58; 0 7 97; 0 48 184; 0 12 111; 0 19 161; 0 2 118;
1 22 144; 1 40 118; 1 5 93; 1 0 117; 0 21 119; 0 15 106; 0 12 169; 1 49 27; 0 6 184; 0 5 130; 0 17 96; 1 11 101; 1 21 98; 0 5 35;
1 19 102; 0 33 85"""
ENDOMETRIAL_B = [3.77455951, 2.92927330, -0.03475175, -2.60416387]
ENDOMETRIAL_95 = [(1.0825371, 7.20928050), (0.6097244, 7.85463171), (-0.1244587, 0.04045547), (-4.3651832, -1.23272106)]


def read_sex2():
    """Return design, infected and all women."""
    rows = [row.split() for row in SEX2.split(";")]
    x = np.array([[1, *map(int, pattern)] for pattern, _, _ in rows], dtype=float)
    return x, *(np.array([float(row[place]) for row in rows]) for place in (1, 2))


def read_endometrial():
    """Return design and 1 for high histology."""
    groups = [np.array([row.split() for row in text.split(";")], dtype=float) for text in (LOW, HIGH)]
    x = np.concatenate(groups) * [1, 1, 0.01]
    return np.column_stack([np.ones(len(x)), x]), np.repeat([0.0, 1], [len(group) for group in groups])


def maximise(x, k, n, held=None, value=0.0):
    """Return coefficients and height of the penalised likelihood found by scipy's BFGS on its own formula."""

    def depth(free):
        b = free if held is None else np.insert(free, held, value)
        p = np.clip(expit(x @ b), 1e-300, 1 - 1e-16)
        information = np.einsum("i,ij,ik->jk", n * p * (1 - p), x, x)
        return -(k @ np.log(p) + (n - k) @ np.log1p(-p) + np.log(np.linalg.det(information)) / 2)

    found = minimize(depth, np.zeros(x.shape[1] - (held is not None)), method="BFGS", options={"gtol": 1e-9})
    return found.x, -found.fun


def test_estimates_intervals_and_p_values_equal_logistf():
    """sex2: coefficients, 95 and 90 % profile intervals, chi² and p of seven coefficients, to the digits logistf settles (1e-5)."""
    x, k, n = read_sex2()
    assert (k.sum(), n.sum()) == (130, 239)
    assert fit_firth(x, k, n).b == pytest.approx(SEX2_B, abs=1e-6)
    for column in range(7):
        assert profile_interval(x, k, column, n) == pytest.approx(SEX2_95[column], abs=1e-5)
        assert profile_interval(x, k, column, n, level=0.9) == pytest.approx(SEX2_90[column], abs=1e-5)
        assert assess_coefficient(x, k, column, n) == pytest.approx((SEX2_CHI2[column], SEX2_P[column]), rel=1e-5)


def test_separated_data_give_the_published_finite_estimates():
    """Endometrial cancer: 79 women, neovasculation 2.93 with an interval from .61 to 7.85."""
    x, y = read_endometrial()
    assert (len(y), y.sum(), x[y == 0, 1].sum()) == (79, 30, 0)
    assert fit_firth(x, y).b == pytest.approx(ENDOMETRIAL_B, abs=1e-5)
    for column in range(4):
        assert profile_interval(x, y, column) == pytest.approx(ENDOMETRIAL_95[column], abs=1e-5)


@pytest.mark.parametrize("counts", [(3, 40, 1, 55), (0, 12, 5, 20), (0, 12, 0, 20), (12, 12, 0, 20)])
def test_a_two_by_two_table_has_a_half_added_to_each_count(counts):
    """Among them tables with empty cells, a code that nobody uses, and one that only one side uses, always."""
    k_a, n_a, k_b, n_b = map(float, counts)
    fit = fit_firth([[1, 1], [1, 0]], [k_a, k_b], [n_a, n_b])
    assert np.exp(fit.b[1]) == pytest.approx(firth_odds_ratio(k_a, n_a, k_b, n_b), rel=1e-9)
    assert fit.b[0] == pytest.approx(np.log((k_b + 0.5) / (n_b - k_b + 0.5)), abs=1e-9)


@pytest.mark.parametrize("data", [read_sex2, lambda: (*read_endometrial(), np.ones(79))])
def test_a_maximisation_by_other_means_comes_to_the_same_place(data):
    """scipy's BFGS: the coefficients to 1e-4, the height to 1e-8, of the whole model and with a coefficient held at nought."""
    x, k, n = data()
    fit, (b, height) = fit_firth(x, k, n), maximise(x, k, n)
    assert fit.b == pytest.approx(b, abs=1e-4) and fit.log_likelihood == pytest.approx(height, abs=1e-8)
    assert profile_height(x, k, 1, 0.0, n) == pytest.approx(maximise(x, k, n, held=1)[1], abs=1e-8)


def test_the_profile_falls_by_half_the_quantile_at_both_ends():
    """3.841 / 2, at 95 %."""
    x, k, n = read_sex2()
    top = fit_firth(x, k, n).log_likelihood
    for end in profile_interval(x, k, 2, n):
        assert top - profile_height(x, k, 2, end, n) == pytest.approx(3.841458820694124 / 2, abs=1e-8)


def test_rows_of_counts_and_rows_of_sentences_are_the_same_model():
    """To 1e-9; rows without a sentence change nothing."""
    x, k, n = read_sex2()
    row = np.repeat(np.arange(len(n)), n.astype(int))
    y = np.concatenate([np.arange(size) < coded for coded, size in zip(k, n, strict=True)]).astype(float)
    assert fit_firth(x[row], y).b == pytest.approx(fit_firth(x, k, n).b, abs=1e-9)
    padded = fit_firth(np.vstack([x, np.ones(7)]), np.append(k, 0), np.append(n, 0))
    assert padded.b == pytest.approx(fit_firth(x, k, n).b, abs=1e-12)


def test_what_has_no_estimate_is_refused():
    """Dependent columns, more coded than there are; at an impossible place the likelihood is nil."""
    with pytest.raises(FirthError, match="rank 1"):
        fit_firth([[1, 1], [1, 1]], [1, 2], [3, 3])
    with pytest.raises(FirthError, match="more than all"):
        fit_firth([[1, 1], [1, 0]], [4, 2], [3, 3])
    assert penalised_log_likelihood(np.array([[1.0, 1], [1, 0]]), np.ones(2), np.ones(2), np.array([0.0, 1e4])) == -np.inf

"""The contrast of a comparison as one of a linear model: the same estimate; its p-values against statsmodels and by hand."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from test_assessments import STAGES, make_hypotheses, make_tallies

from framings.comparisons import count_documents, lay_out_comparison
from framings.estimates import sum_cells
from framings.linear_ways import CR2, WILD, assess_linearly, lay_out_rows, restate

DIFFERENCE = 'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"'
WITHIN = 'test: within_actor, code: A1, other_code: B1, a: NORTH, sign: "+"'


def compare(entry, n=48, **settings):
    """Return the comparison of a hypothesis on made tallies."""
    hypothesis = make_hypotheses(entry).hypotheses[0]
    return lay_out_comparison(hypothesis, count_documents(make_tallies(n, **settings), ["A1", "B1"]), list(STAGES["stage_id"]))


@pytest.mark.parametrize("entry", [DIFFERENCE, WITHIN])
def test_the_estimate_is_that_of_the_comparison(entry):
    """To twelve digits, from the model's coefficients and from the restated model's first one."""
    compared = compare(entry)
    cells = int(compared.cell.max()) + 1
    expected = compared.estimate(sum_cells(compared.n, compared.cell, cells), sum_cells(compared.k, compared.cell, cells))[0]
    found = assess_linearly(compared, draws=99)
    assert found[CR2]["estimate"] == pytest.approx(expected, abs=1e-12)
    x, y, weights, _, contrast = lay_out_rows(compared)
    x, y = restate(x, y, weights, contrast)
    assert np.linalg.lstsq(x, y, rcond=None)[0][0] == pytest.approx(expected, abs=1e-12)


def test_the_bootstrap_t_is_that_of_statsmodels_clustered_error():
    """The observed t of the restated model, with the CR1S error, is the one that statsmodels gives the contrast of the weighted model."""
    compared = compare(DIFFERENCE)
    x, y, weights, document, contrast = lay_out_rows(compared)
    fit = sm.WLS(y, x, weights=weights).fit(cov_type="cluster", cov_kwds={"groups": document, "use_correction": True})
    expected = float(np.squeeze(fit.t_test(contrast).tvalue))
    again = restate(x, y, weights, contrast)
    other = sm.OLS(again[1], again[0]).fit(cov_type="cluster", cov_kwds={"groups": document, "use_correction": True})
    assert other.tvalues[0] == pytest.approx(expected, rel=1e-9)
    assert assess_linearly(compared, draws=999)[WILD]["p"] < 0.05 or abs(expected) < 2.5


def test_the_mean_of_one_voice_has_the_error_of_a_weighted_mean():
    """Within one actor there is one share: CR2's error by the formula of a mean of documents that weigh w_d.

    V = sum of w_d² e_d² / (1 - w_d), with w_d the document's part of the sentences and e_d its distance from the mean.
    """
    compared = compare(WITHIN)
    n, k = compared.n[:, 0], compared.k[:, 0, 0]
    w, e = n / n.sum(), k / n - k.sum() / n.sum()
    assert assess_linearly(compared, draws=99)[CR2]["se"] == pytest.approx(np.sqrt((w**2 * e**2 / (1 - w)).sum()), rel=1e-9)


def test_shares_that_rest_on_one_document_are_told():
    """Two of the eight shares, of NORTH in two cells, after that actor is silenced in all but one document of each."""
    compared = compare(DIFFERENCE)
    n, k = compared.n.copy(), compared.k.copy()
    for cell in (0, 1):
        silent = np.flatnonzero((compared.cell == cell) & (n[:, 0] > 0))[1:]
        n[silent, 0], k[silent, 0] = 0, 0
    assert assess_linearly(compared, draws=99)[CR2]["reason"] is None
    lone = assess_linearly(replace(compared, n=n, k=k), draws=99)[CR2]
    assert lone["reason"].startswith("2 of 8 shares of a voice in a cell rest on one document")


def test_one_document_has_no_clustered_error():
    """Neither way gives a number; both say why."""
    compared = compare(WITHIN)
    one = replace(compared, n=compared.n[:1], k=compared.k[:1], cell=compared.cell[:1])
    found = assess_linearly(one, draws=99)
    assert found[CR2] == found[WILD] == {"reason": "one cluster alone has no clustered error"}

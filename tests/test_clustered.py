"""Cluster-robust errors agree with R's clubSandwich and geepack, with statsmodels, and with their definitions written out."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from framings.clustered import (
    KINDS,
    ClusteredError,
    ClusteredFit,
    assess_contrast,
    assess_jointly,
    estimate_covariance,
    fit_clustered,
    fit_exchangeable,
    satterthwaite_df,
    weigh_clusters,
)
from framings.estimates import adjust_holm, flip_signs

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT.parent / "shared/reference"
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference data are not here (../shared/reference)")
CBPP = {
    "coef": [-1.269023489367, -1.17076272514, -1.301405333854, -1.782278607001],
    "CR0": [0.2750260646519, 0.4395695018787, 0.4956489991375, 0.3879079188303],
    "CR1": [0.2846790227066, 0.4549976612757, 0.513045455741, 0.4015228424715],
    "CR1S": [0.2851881361197, 0.4558113686225, 0.5139629744276, 0.4022409166829],
    "CR2": [0.2867136076262, 0.4619713597604, 0.5151578130742, 0.4089314335018],
    "CR3": [0.2989622113941, 0.4857335963349, 0.5356990460006, 0.4315981441657],
    "df": [12.469850577545, 11.510121276691, 11.570331871768, 8.760002350795],
    "p": [0.000754645593005, 0.02693451506194, 0.02723681566189, 0.001948827001072],
    "HTZ": (7.01981055069, 3, 8.67873880259, 0.01062009007096),
    "gee": [-1.283499074471, -0.9739591044308, -1.088931430222, -1.489084138691],
    "gee_se": [0.2735584114557, 0.391255009976, 0.4393062804976, 0.2951759529567],
    "gee_alpha": 0.02987931564016,
}
OHIO = {
    "coef": [-1.900495291198, -0.1412359152299, 0.3138258297107, 0.07083184263504],
    "se": [0.1190869781638, 0.0582008895183, 0.1878418139012, 0.08827885750329],
    "alpha": 0.3545310113175,
}


def read_cbpp():
    """Return design, infected cattle, herd's cattle and herd of lme4's cbpp."""
    table = pd.read_csv(REFERENCE / "cbpp.csv")
    x = np.column_stack([np.ones(len(table)), *(table["period"] == period for period in (2, 3, 4))]).astype(float)
    return x, table["incidence"].to_numpy(float), table["size"].to_numpy(float), pd.factorize(table["herd"])[0]


def read_ohio():
    """Return design, wheezing and child of geepack's ohio."""
    table = pd.read_csv(REFERENCE / "ohio.csv")
    x = np.column_stack([np.ones(len(table)), table["age"], table["smoke"], table["age"] * table["smoke"]]).astype(float)
    return x, table["resp"].to_numpy(float), pd.factorize(table["id"])[0]


def simulate(seed=7, clusters=18):
    """Return a simulated design, coded sentences, sentences and documents of unequal size."""
    generator = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), generator.integers(2, 9, clusters))
    x = np.column_stack([np.ones(len(cluster)), generator.normal(size=len(cluster)), cluster % 3 == 0]).astype(float)
    n = generator.integers(3, 15, len(cluster)).astype(float)
    off = generator.normal(0, 0.7, clusters)[cluster]
    return x, generator.binomial(n.astype(int), expit(x @ [-1.2, 0.4, 0.5] + off)).astype(float), n, cluster


def spell_out(x, k, n, cluster):
    """Return the same data with a row a sentence, 0 or 1."""
    row = np.repeat(np.arange(len(k)), n.astype(int))
    y = np.concatenate([np.arange(size) < coded for coded, size in zip(k, n, strict=True)]).astype(float)
    return x[row], y, cluster[row]


def errors(fit, kind):
    """Return the standard errors of the coefficients."""
    return np.sqrt(np.diag(estimate_covariance(fit, kind)))


def stop_as_glm(x, k, n, cluster):
    """Return the fit to 0/1 rows as R's glm leaves it: its tolerance 1e-8, the inverse information of the last but one step."""
    y, size = np.tile([1.0, 0], len(k)), np.column_stack([k, n - k]).ravel()
    x, cluster = np.repeat(x, 2, axis=0)[size > 0], np.repeat(cluster, 2)[size > 0]
    y, size = y[size > 0], size[size > 0]
    mean, before = (y + 0.5) / 2, np.inf
    logits = np.log(mean / (1 - mean))
    while True:
        weighted = x * (size * mean * (1 - mean))[:, None]
        inverse = np.linalg.inv(weighted.T @ x)
        b = inverse @ weighted.T @ (logits + (y - mean) / (mean * (1 - mean)))
        logits = x @ b
        mean = expit(logits)
        deviance = -2 * (size * np.log(np.where(y == 1, mean, 1 - mean))).sum()
        if abs(deviance - before) < 1e-8 * (abs(deviance) + 0.1):
            break
        before = deviance
    variance = mean * (1 - mean)
    residual = np.sqrt(size) * (y - mean) / np.sqrt(variance)
    return ClusteredFit(b, inverse, x * np.sqrt(size * variance)[:, None], residual, variance, cluster, size.sum())


@needs_reference
def test_the_numbers_here_are_those_of_the_reference():
    """They are copied so that the tests can be read; expected.json is where they come from."""
    given = json.loads((REFERENCE / "expected.json").read_text(encoding="utf-8"))
    for kind in ("coef", *KINDS):
        assert given["cbpp"][kind] == CBPP[kind]
    assert given["cbpp"]["CR2_df_satt"] == CBPP["df"] and given["cbpp"]["CR2_p_satt"] == CBPP["p"]
    assert tuple(given["cbpp"]["HTZ"][name] for name in ("F", "df1", "df2", "p")) == CBPP["HTZ"]
    assert given["cbpp"]["gee_exch"] == {"coef": CBPP["gee"], "se": CBPP["gee_se"], "alpha": CBPP["gee_alpha"]}
    assert {name: given["ohio"][name] for name in OHIO} == OHIO


@needs_reference
@pytest.mark.parametrize("kind", KINDS)
def test_errors_equal_club_sandwich_at_the_step_where_glm_stops(kind):
    """Coefficients to 1e-11, CR0 to CR3 to 1e-10."""
    fit = stop_as_glm(*read_cbpp())
    assert fit.b == pytest.approx(CBPP["coef"], abs=1e-11)
    assert errors(fit, kind) == pytest.approx(CBPP[kind], abs=1e-10)


@needs_reference
@pytest.mark.parametrize("kind", KINDS)
def test_errors_at_the_maximum_differ_from_glms_by_its_tolerance(kind):
    """Newton steps to the end: coefficients within 3e-8 of R's, errors within 7e-5."""
    x, k, n, cluster = read_cbpp()
    fit = fit_clustered(x, k, cluster, n)
    assert fit.b == pytest.approx(CBPP["coef"], abs=3e-8)
    assert errors(fit, kind) == pytest.approx(CBPP[kind], abs=7e-5)


@needs_reference
def test_degrees_of_freedom_and_the_joint_test_equal_club_sandwich_at_the_step_where_glm_stops():
    """Satterthwaite's df and p and Hotelling's T² with Zhang's df (HTZ), to 1e-9."""
    fit = stop_as_glm(*read_cbpp())
    found = [assess_contrast(fit, row) for row in np.eye(4)]
    assert [each.df for each in found] == pytest.approx(CBPP["df"], abs=1e-9)
    assert [each.p for each in found] == pytest.approx(CBPP["p"], abs=1e-9)
    joint = assess_jointly(fit, np.eye(4)[1:])
    assert (joint.f, joint.df1, joint.df2, joint.p) == pytest.approx(CBPP["HTZ"], abs=1e-9)


@needs_reference
def test_degrees_of_freedom_at_the_maximum_differ_from_glms_by_its_tolerance():
    """Within 1e-4 of their size; F and its df within 3e-4."""
    x, k, n, cluster = read_cbpp()
    fit = fit_clustered(x, k, cluster, n)
    assert [satterthwaite_df(fit, row) for row in np.eye(4)] == pytest.approx(CBPP["df"], rel=1e-4)
    joint = assess_jointly(fit, np.eye(4)[1:])
    assert (joint.f, joint.df1, joint.df2) == pytest.approx(CBPP["HTZ"][:3], rel=3e-4)
    assert joint.p == pytest.approx(CBPP["HTZ"][3], abs=1e-5)


@pytest.mark.parametrize("data", [pytest.param(read_cbpp, marks=needs_reference), simulate])
def test_the_fit_equals_statsmodels(data):
    """GLM with cov_type='cluster' (CR1S and CR0) and GEE with bias_reduced (CR3), on 0/1 rows, to 1e-8."""
    x, k, n, cluster = data()
    fit, (rows, y, groups) = fit_clustered(x, k, cluster, n), spell_out(x, k, n, cluster)
    model = sm.GLM(y, rows, family=sm.families.Binomial())
    for kind, correction in (("CR1S", True), ("CR0", False)):
        other = model.fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": correction})
        assert fit.b == pytest.approx(other.params, abs=1e-8) and errors(fit, kind) == pytest.approx(other.bse, abs=1e-8)
    gee = sm.GEE(y, rows, groups=groups, family=sm.families.Binomial(), cov_struct=sm.cov_struct.Independence())
    other = gee.fit(cov_type="bias_reduced", ctol=1e-12, maxiter=200)
    assert fit.b == pytest.approx(other.params, abs=1e-8)
    assert errors(fit, "CR3") == pytest.approx(other.bse, abs=1e-8)


def test_rows_of_counts_and_rows_of_sentences_are_the_same_model():
    """All kinds of errors, degrees of freedom and the joint test, to 1e-10."""
    x, k, n, cluster = simulate()
    rows, y, groups = spell_out(x, k, n, cluster)
    one, other = fit_clustered(x, k, cluster, n), fit_clustered(rows, y, groups)
    for kind in KINDS:
        assert errors(one, kind) == pytest.approx(errors(other, kind), abs=1e-10)
    assert satterthwaite_df(one, [0, 1, 0]) == pytest.approx(satterthwaite_df(other, [0, 1, 0]), abs=1e-9)
    assert assess_jointly(one, np.eye(3)[1:]).f == pytest.approx(assess_jointly(other, np.eye(3)[1:]).f, abs=1e-9)


def test_cr3_is_the_jackknife_of_a_linear_model():
    """Least squares: sum over clusters of (b_(-g) - b)(b_(-g) - b)', refitted."""
    x, k, n, cluster = simulate()
    y = k / n
    fit = fit_clustered(x, y, cluster, family="linear")
    off = [fit_clustered(x[cluster != g], y[cluster != g], cluster[cluster != g], family="linear").b - fit.b for g in range(18)]
    assert estimate_covariance(fit, "CR3") == pytest.approx(np.transpose(off) @ off, abs=1e-12)


def work_out(x, target, residual, cluster, contrasts):
    """Return CR2 (p, p), Satterthwaite's df of each contrast and Zhang's eta from matrices with a row an observation.

    ``x`` holds the derivatives of the means, ``target`` the variances of the outcomes, weights are their inverses.
    """
    inverse, n_rows = np.linalg.inv((x / target[:, None]).T @ x), len(x)
    maker = np.eye(n_rows) - x @ inverse @ (x / target[:, None]).T
    root, meat, terms = np.sqrt(target), np.zeros((x.shape[1], x.shape[1])), []
    for g in np.unique(cluster):
        own = np.flatnonzero(cluster == g)
        inner = root[own, None] * (maker @ np.diag(target) @ maker.T)[np.ix_(own, own)] * root[own]
        values, vectors = np.linalg.eigh(inner)
        adjusted = root[own, None] * ((vectors / np.sqrt(values)) @ vectors.T) * root[own]
        push = inverse @ (x[own] / target[own, None]).T @ adjusted
        meat += np.outer(push @ residual[own], push @ residual[own])
        terms.append(contrasts @ push @ maker[own])
    terms = np.array(terms)
    p = np.einsum("gqi,i,hri->qrgh", terms, target, terms)
    df = [np.trace(p[q, q]) ** 2 / (p[q, q] ** 2).sum() for q in range(len(contrasts))]
    values, vectors = np.linalg.eigh(np.einsum("qrgg->qr", p))
    p = np.einsum("sq,qrgh,rt->stgh", (vectors / np.sqrt(values)) @ vectors.T, p, (vectors / np.sqrt(values)) @ vectors.T)
    q = len(contrasts)
    pairs = [(s, t) for s in range(q) for t in range(q)]
    return meat, df, q * (q + 1) / sum((p[s, s] * p[t, t] + p[s, t] * p[t, s]).sum() for s, t in pairs)


@pytest.mark.parametrize("family", ["binomial", "linear"])
def test_the_errors_are_what_their_definition_gives_row_by_row(family):
    """CR2, Satterthwaite's df and HTZ from the residual maker of all observations, to 1e-9; linear with weights."""
    x, k, n, cluster = simulate(3, 10)
    contrasts = np.array([[0.0, 1, 0], [0, 1, -1]])
    if family == "binomial":
        fit, (x, y, cluster) = fit_clustered(x, k, cluster, n), spell_out(x, k, n, cluster)
        mean = expit(x @ fit.b)
        target, residual = mean * (1 - mean), y - mean
        x = x * target[:, None]
    else:
        fit = fit_clustered(x, k / n, cluster, weights=n, family="linear")
        target, residual = 1 / n, k / n - x @ fit.b
    covariance, df, eta = work_out(x, target, residual, cluster, contrasts)
    assert estimate_covariance(fit, "CR2") == pytest.approx(covariance, abs=1e-9)
    assert [satterthwaite_df(fit, row) for row in contrasts] == pytest.approx(df, abs=1e-8)
    joint, off = assess_jointly(fit, contrasts), contrasts @ fit.b
    wald = off @ np.linalg.solve(contrasts @ covariance @ contrasts.T, off)
    assert (joint.df2, joint.f) == pytest.approx((eta - 1, (eta - 1) / (2 * eta) * wald), abs=1e-8)
    assert joint.p == pytest.approx(f_distribution.sf(joint.f, 2, joint.df2), abs=1e-12)


def test_a_joint_test_of_one_contrast_is_its_t_test():
    """F = t², df2 = Satterthwaite's."""
    x, k, n, cluster = simulate()
    fit = fit_clustered(x, k, cluster, n)
    single, joint = assess_contrast(fit, [0, 0, 1], null=0.2), assess_jointly(fit, [[0, 0, 1]], null=0.2)
    assert joint.f == pytest.approx(((single.estimate - 0.2) / single.se) ** 2) and joint.df2 == pytest.approx(single.df)
    assert joint.p == pytest.approx(single.p) and single.p == pytest.approx(
        2 * t_distribution.sf(abs(single.estimate - 0.2) / single.se, single.df)
    )


def test_clusters_of_equal_make_have_one_degree_of_freedom_less_than_there_are():
    """The mean of 8 equal clusters under CR2: 7, as a t-test of the clusters' means."""
    y, cluster = np.random.default_rng(1).normal(size=32), np.repeat(np.arange(8), 4)
    fit = fit_clustered(np.ones((32, 1)), y, cluster, family="linear")
    means = y.reshape(8, 4).mean(1)
    assert satterthwaite_df(fit, [1]) == pytest.approx(7)
    assert errors(fit, "CR2")[0] == pytest.approx(means.std(ddof=1) / np.sqrt(8))


def test_a_cluster_that_a_coefficient_rests_on_alone_adds_nothing():
    """Its residuals are nil: errors stay finite."""
    x, k, n, cluster = simulate()
    fit = fit_clustered(np.column_stack([x[:, :2], cluster == 4]), k, cluster, n)
    assert np.isfinite(errors(fit, "CR2")).all() and np.isfinite(errors(fit, "CR3")).all()


@needs_reference
def test_the_gee_equals_geepack_on_cbpp_at_the_step_where_it_stops():
    """Six steps: coefficients, errors and correlation to 1e-10; at the solution within its tolerance."""
    x, k, n, cluster = read_cbpp()
    b = fit_clustered(x, k, cluster, n).b
    for _ in range(6):
        informations, scores, _, _ = weigh_clusters(x, k, n, cluster, b, True)
        b = b + np.linalg.solve(informations.sum(0), scores.sum(0))
    informations, scores, alpha, _ = weigh_clusters(x, k, n, cluster, b, True)
    inverse = np.linalg.inv(informations.sum(0))
    assert b == pytest.approx(CBPP["gee"], abs=1e-10) and alpha == pytest.approx(CBPP["gee_alpha"], abs=1e-10)
    assert np.sqrt(np.diag(inverse @ scores.T @ scores @ inverse)) == pytest.approx(CBPP["gee_se"], abs=1e-10)
    solved = fit_exchangeable(x, k, cluster, n)
    assert solved.b == pytest.approx(CBPP["gee"], abs=3e-5) and solved.alpha == pytest.approx(CBPP["gee_alpha"], abs=1e-6)
    assert np.sqrt(np.diag(solved.covariance)) == pytest.approx(CBPP["gee_se"], abs=5e-6)


@needs_reference
def test_the_gee_equals_geepack_on_ohio():
    """Coefficients within 2e-7, errors within 1e-8; alpha with geepack's dispersion, one step behind, to 1e-8."""
    x, y, child = read_ohio()
    fit = fit_exchangeable(x, y, child)
    assert fit.b == pytest.approx(OHIO["coef"], abs=2e-7)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(OHIO["se"], abs=1e-8)
    before = weigh_clusters(x, y, np.ones(len(y)), child, fit_clustered(x, y, child).b, True)[3]
    assert fit.alpha == pytest.approx(OHIO["alpha"], abs=1e-4)
    assert fit.alpha * fit.phi / before == pytest.approx(OHIO["alpha"], abs=1e-7)


def test_the_gee_solves_the_equations_that_statsmodels_solves():
    """At the correlation that statsmodels holds fixed: coefficients and robust errors of its step, on simulated data."""
    x, k, n, cluster = simulate()
    rows, y, groups = spell_out(x, k, n, cluster)
    fit = fit_exchangeable(x, k, cluster, n)
    same = fit_exchangeable(rows, y, groups)
    assert (fit.alpha, fit.phi) == pytest.approx((same.alpha, same.phi)) and fit.b == pytest.approx(same.b, abs=1e-9)
    held = sm.cov_struct.Exchangeable()
    held.dep_params = fit.alpha
    model = sm.GEE(y, rows, groups=groups, family=sm.families.Binomial(), cov_struct=held)
    other = model.fit(start_params=fit.b, params_niter=200, first_dep_update=10**6, ctol=1e-12, maxiter=200)
    assert fit.b == pytest.approx(other.params, abs=1e-7)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(other.standard_errors("robust"), abs=1e-7)


def test_models_without_an_estimate_are_refused_in_words():
    """Dependent columns, separation, unknown names."""
    x, k, n, cluster = simulate()
    with pytest.raises(ClusteredError, match="rank 3"):
        fit_clustered(np.column_stack([x, x[:, 2]]), k, cluster, n)
    with pytest.raises(ClusteredError, match="separation"):
        fit_clustered(x, np.where(x[:, 2] > 0, 0, k), cluster, n)
    with pytest.raises(ClusteredError, match="family 'probit' is unknown"):
        fit_clustered(x, k, cluster, n, family="probit")
    with pytest.raises(ClusteredError, match="covariance 'CR4' is unknown"):
        estimate_covariance(fit_clustered(x, k, cluster, n), "CR4")


def test_holm_and_the_exact_sign_flip_equal_their_references():
    """Six p-values as R's p.adjust; ten differences, of whose 1,024 patterns of signs 14 reach the sum."""
    assert adjust_holm([0.005, 0.009, 0.02, 0.04, 0.2, 0.8]) == pytest.approx([0.03, 0.045, 0.08, 0.12, 0.4, 0.8])
    x = np.array([0.8, -0.2, 1.4, 0.9, 0.3, 1.1, -0.4, 0.7, 0.6, 1])
    assert flip_signs(x, None) == pytest.approx(0.013671875, abs=1e-15) == 14 / 1024

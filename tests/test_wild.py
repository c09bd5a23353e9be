"""The wild cluster bootstraps agree with WildBootTests.jl, with refitting every draw, and hold their level."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framings.clustered import ClusteredError, estimate_covariance, fit_clustered
from framings.wild import WEIGHTS, bootstrap_score, bootstrap_t, draw_weights

COLLAPSED = Path(__file__).resolve().parents[2] / "shared/reference/wild/collapsed.csv"
needs_reference = pytest.mark.skipif(
    not COLLAPSED.exists(), reason="the reference data are not here (../shared/reference/wild/collapsed.csv)"
)
TOLERANCE = 0.006  # of the reference, which drew at random


def read_collapsed():
    """Return design, outcome and year of the reference, rows with missing cells dropped."""
    table = pd.read_csv(COLLAPSED).dropna()
    x = np.column_stack([np.ones(len(table)), table["selfemployed"], table["post"], table["post_self"]])
    return x, table["hasinsurance"].to_numpy(), pd.factorize(table["year"])[0]


def simulate(seed, clusters=12):
    """Return a simulated design, outcome without effect of column 1, and clusters whose rows are alike."""
    generator = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), generator.integers(2, 7, clusters))
    x = np.column_stack([np.ones(len(cluster)), generator.normal(size=len(cluster)) + (cluster % 3 == 0), cluster % 2])
    y = x[:, 2] + generator.normal(size=clusters)[cluster] + generator.normal(size=len(cluster))
    return x, y, cluster


@needs_reference
def test_the_restricted_bootstrap_gives_the_published_t_and_p():
    """post_self = .04 by 8 years: t 2.0194; p .0757 with Webb's weights, .0597 with normal ones."""
    webb, normal = (bootstrap_t(*read_collapsed(), 3, 0.04, weights, 99_999) for weights in ("webb", "normal"))
    assert webb.t == normal.t == pytest.approx(2.0194, abs=5e-5)
    assert webb.p == pytest.approx(0.0757, abs=TOLERANCE) and normal.p == pytest.approx(0.0597, abs=TOLERANCE)


@needs_reference
def test_the_score_bootstrap_gives_the_published_t_and_p():
    """t 1.8479; p .0903 with Mammen's weights."""
    found = bootstrap_score(*read_collapsed(), 3, 0.04, "mammen", 99_999)
    assert found.t == pytest.approx(1.8479, abs=5e-5) and found.p == pytest.approx(0.0903, abs=TOLERANCE)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_cluster_sums_give_what_refitting_every_draw_gives(weights):
    """199 draws (all 256 of Rademacher): outcome made anew, model fitted anew, t with its CR1S error, to the last count."""
    x, y, cluster = simulate(1, 8)
    found = bootstrap_t(x, y, cluster, 1, 0.3, weights, 199)
    null = np.delete(x, 1, axis=1)
    offset = y - 0.3 * x[:, 1]
    fitted = null @ np.linalg.lstsq(null, offset, rcond=None)[0]

    def refit(outcome):
        fit = fit_clustered(x, outcome, cluster, family="linear")
        return (fit.b[1] - 0.3) / np.sqrt(estimate_covariance(fit, "CR1S")[1, 1])

    drawn = draw_weights(8, weights, 199)
    t = np.array([refit(0.3 * x[:, 1] + fitted + v[cluster] * (offset - fitted)) for v in drawn])
    assert found.t == pytest.approx(refit(y), abs=1e-10)
    # Multipliers that are all alike give the observed t again: it counts among all patterns of signs only.
    beyond, level = (np.abs(t) > abs(found.t) * (1 + 1e-9)).sum(), np.isclose(np.abs(t), abs(found.t), rtol=1e-9).sum()
    expected = (beyond + level) / 256 if weights == "rademacher" else (1 + beyond) / 200
    assert found.p == expected and found.enumerated == (weights == "rademacher")


@pytest.mark.parametrize("weights", WEIGHTS)
def test_multipliers_have_mean_nought_and_variance_one(weights):
    """200,000 of them; Mammen's have third moment one."""
    drawn = draw_weights(20, weights, 10_000, seed=3)
    assert drawn.mean() == pytest.approx(0, abs=0.01) and drawn.var() == pytest.approx(1, abs=0.01)
    assert (drawn**3).mean() == pytest.approx(1.0 if weights == "mammen" else 0.0, abs=0.03)


def test_few_clusters_have_all_their_patterns_tried():
    """Up to 13 clusters, each pattern once; with 14 they are drawn, and the same seed draws the same."""
    assert draw_weights(13).shape == (8192, 13) and len(np.unique(draw_weights(5), axis=0)) == 32
    assert draw_weights(14, draws=99).shape == (99, 14)
    assert (draw_weights(14, "webb", 99, 5) == draw_weights(14, "webb", 99, 5)).all()


def test_true_nulls_are_rejected_as_often_as_the_level():
    """600 simulated data sets of 12 unequal clusters, at 10 %: 7 to 13 %; the score bootstrap, which refits nothing, up to 17 %."""
    sets = [simulate(100 + draw) for draw in range(600)]
    refitted, scored = (
        np.mean([test(*data, 1, weights="rademacher").p <= 0.1 for data in sets]) for test in (bootstrap_t, bootstrap_score)
    )
    assert 0.07 < refitted < 0.13 and refitted <= scored < 0.17


def test_the_test_of_an_effect_that_is_there_finds_it():
    """A coefficient of 2 with an error of about .2."""
    x, y, cluster = simulate(5)
    assert bootstrap_t(x, y + 2 * x[:, 1], cluster, 1).p < 0.02 and bootstrap_t(x, y + 2 * x[:, 1], cluster, 1, 2.0).p > 0.05


def test_what_cannot_be_tested_is_refused():
    """Dependent columns, unknown weights."""
    x, y, cluster = simulate(5)
    with pytest.raises(ClusteredError, match="rank 3"):
        bootstrap_t(np.column_stack([x, x[:, 1]]), y, cluster, 1)
    with pytest.raises(ClusteredError, match="weights 'rade' are unknown"):
        bootstrap_t(x, y, cluster, 1, weights="rade")

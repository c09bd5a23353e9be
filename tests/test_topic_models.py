"""Facts about the second topic model: absent it says how to install it, present it finds what was planted."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import minimize

from framings.factors import fit_topics
from framings.topic_models import VERSION, ModelError, compare_models, fit_structural, lay_out_design
from framings.topics import choose_topics, match_topics


def plant(seed=0, n=240, k=4, n_terms=120):
    """Return (counts, covariate, mixtures, topics, terms): the covariate raises the first topic and lowers the second."""
    draw = np.random.default_rng(seed)
    topics, x = draw.dirichlet(np.full(n_terms, 0.05), k), draw.integers(0, 2, n).astype(float)
    eta = draw.normal(0, 0.7, (n, k - 1)) + x[:, None] * np.array([1.2, -1.0, 0.0])
    mixtures = np.exp(np.column_stack([eta, np.zeros(n)]))
    mixtures /= mixtures.sum(axis=1, keepdims=True)
    counts = np.stack([draw.multinomial(120, mixture @ topics) for mixture in mixtures]).astype(np.int32)
    return sparse.csr_matrix(counts), x, mixtures, topics, [f"w{i:03d}" for i in range(n_terms)]


def test_where_the_package_is_absent_the_sentence_says_how_to_install_it(monkeypatch):
    """The extra is named with its version, which pyproject.toml pins."""
    monkeypatch.setitem(sys.modules, "topica", None)
    counts, x, _, _, terms = plant(n=20)
    with pytest.raises(ModelError, match=rf"not installed; install it with: pip install topica=={VERSION}"):
        fit_structural(counts, x[:, None], counts, terms, 4)
    assert f'stm = ["topica=={VERSION}"]' in Path("pyproject.toml").read_text(encoding="utf-8")


def test_the_design_leaves_out_the_base_and_gathers_single_turns():
    """Of actors A (3), B (2), C and D (1 each) A is the base, C and D are one; a missing stage is a stage of its own."""
    turns = pd.DataFrame({"actor_id": ["A", "A", "A", "B", "B", "C", "D"], "stage_id": ["s", "s", "s", "s", "s", None, None]})
    assert lay_out_design(turns).T.tolist() == [[0, 0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 1, 1]]
    assert lay_out_design(turns.assign(actor_id="A", stage_id="s")).shape == (7, 0)


def test_planted_topics_and_their_covariate_are_found():
    """Each planted topic has a partner with a cosine over .9; the difference that the covariate makes is right to .06."""
    pytest.importorskip("topica", reason="the optional package topica is not installed")
    counts, x, mixtures, planted, terms = plant()
    topics, shares = fit_structural(counts, x[:, None], counts, terms, 4, starts=3)
    units = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (planted, topics)]
    assert match_topics(*units).min() > 0.9
    partner = (units[0] @ units[1].T).argmax(axis=1)
    effect, truth = (table[x == 1].mean(axis=0) - table[x == 0].mean(axis=0) for table in (shares[:, partner], mixtures))
    assert np.abs(effect - truth).max() < 0.06
    again = fit_structural(counts, x[:, None], counts, terms, 4, starts=3)
    assert (again[0] == topics).all() and (again[1] == shares).all()


def test_a_turns_mixture_is_the_mode_of_its_posterior():
    """topica's mean of each turn is the maximum that scipy finds of the published objective (Roberts, Stewart and Airoldi 2016)."""
    topica = pytest.importorskip("topica", reason="the optional package topica is not installed")
    counts, x, _, _, terms = plant(n=60)
    words = [[terms[j] for j, n in enumerate(row) for _ in range(n)] for row in counts.toarray()]
    model = topica.STM(4, seed=1)
    model.fit(topica.Corpus.from_documents(words, vocabulary=terms), x[:, None], num_threads=1, convergence_tol=1e-9, iters=3000)
    precision, prior = np.linalg.inv(model.topic_covariance), np.column_stack([np.ones(60), x]) @ model.prevalence_effects
    for d, row in enumerate(counts.toarray()[:10]):

        def loss(eta, row=row, d=d):
            mixture = np.exp(np.append(eta, 0.0))
            mixture /= mixture.sum()
            away = eta - prior[d]
            return -(row @ np.log(mixture @ model.topic_word + 1e-300) - away @ precision @ away / 2)

        assert minimize(loss, prior[d], method="BFGS").x == pytest.approx(model.eta_mean[d], abs=5e-3)


def test_topics_of_record_stand_beside_their_partners():
    """On four planted topics of twenty terms both models agree: cosines over .8, shares of each actor within ten points."""
    pytest.importorskip("topica", reason="the optional package topica is not installed")
    from test_topic_draws import simulate

    counts, turns, terms, speakers = simulate(0, 120)
    found = choose_topics([fit_topics(counts, turns, [4], range(4))], counts, turns, terms)
    table = compare_models(found, counts, turns, terms, speakers, starts=3)
    assert table["partner"].nunique() == 4 and (table["cosine"] > 0.8).all() and (table["r"] > 0.8).all()
    assert (table["label"].str[0] == table["partner_label"].str[0]).all()
    assert table["difference"].abs().max() < 0.1
    assert table.loc[table["n_sentences"] < 100, "share"].isna().all()

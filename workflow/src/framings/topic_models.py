"""Topic models compared: do other topics, from a structural topic model of the same text, tell the same of actors and stages?

The second model is that of the optional package topica (Apache-2.0), a port of R's stm to Rust. What was checked of it stands in
docs/topics.md.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer

from framings.estimates import explain_shortage
from framings.schemas import Column, Contract, check, empty
from framings.topic_draws import list_cells, list_turns, share_cells
from framings.topics import N_LABEL_WORDS, pair_topics, spread_weights

VERSION = "0.62.0"  # the release that was checked

TOPICS_COMPARED = Contract(
    "topics_compared", "a topic of record and its partner in the structural model, in the talk of an actor in a stage, or in all",
    ("topic", "actor_id", "stage_id"),
    {
        "topic": Column("text", "topic of record"),
        "label": Column("text", "its strongest terms"),
        "partner": Column("text", "its partner among the topics of the structural model"),
        "partner_label": Column("text", "the partner's strongest terms"),
        "cosine": Column("number", "cosine of their term weights, both times the terms' inverse document frequency", low=0, high=1),
        "r": Column("number", "correlation of their shares over turns kept for tests", missing=True, low=-1, high=1),
        "actor_id": Column("text", "actor"),
        "stage_id": Column("text", "stage, or all"),
        "n_documents": Column("int", "documents kept for tests in which the actor speaks on integration", low=0),
        "n_turns": Column("int", "turns", low=0),
        "n_sentences": Column("int", "sentences", low=0),
        "share": Column("number", "share of the topic of record, weighted by words", missing=True, low=0, high=1),
        "partner_share": Column("number", "share of its partner, weighted by words", missing=True, low=0, high=1),
        "difference": Column("number", "partner_share - share", missing=True, low=-1, high=1),
        "reason": Column("text", "why the cell is not estimable; missing where it is", missing=True),
    },
)  # fmt: skip


class ModelError(ValueError):
    """The second model cannot be fitted; the message is one plain sentence."""


def compare_models(found, counts, topic_turns, terms, speakers, starts=20, seed=1, min_documents=3, min_sentences=100):
    """Return TOPICS_COMPARED: the topics of record beside those of a structural topic model with as many topics.

    Both models see the discovery turns alone. The structural model's prior of a turn's topics depends on actor and stage (no
    interaction; actors and stages of one turn are taken together as "other"); turns kept for tests are shared out under a prior
    that does not, so that no likeness or difference of actors is put in. ``found`` has the tables topics, weights and shares.
    """
    turns = list_turns(found["shares"], topic_turns, speakers)
    if not len(turns):
        return empty(TOPICS_COMPARED)
    discovery, names = topic_turns["discovery"].to_numpy(), list(found["topics"]["topic"])
    actors = topic_turns[["document_id", "turn"]].merge(speakers, how="left", on=["document_id", "turn"])["actor_id"].to_numpy()
    design = lay_out_design(topic_turns.assign(actor_id=actors)[discovery])
    kept = counts[turns["row"].to_numpy()]
    topics, partner_shares = fit_structural(counts[discovery], design, kept, list(terms["term"]), len(names), starts, seed)
    rarity = TfidfTransformer().fit(counts[discovery]).idf_
    rare = topics * rarity / np.linalg.norm(topics * rarity, axis=1, keepdims=True)
    cosines, partners = pair_topics(spread_weights(found["weights"], found["topics"], terms), rare)
    wide = found["shares"].pivot(index=["document_id", "turn"], columns="topic", values="share")[names]
    shares = wide.loc[pd.MultiIndex.from_frame(turns[["document_id", "turn"]])].to_numpy()
    partner_shares = partner_shares[:, partners]
    cells, members = list_cells(turns)
    words = turns["n_words"].to_numpy(float)
    sides = [share_cells(np.nan_to_num(table)[None], words, members)[0][0] for table in (shares, partner_shares)]
    cells["reason"] = [
        explain_shortage(row.n_documents, row.n_sentences, min_documents, min_sentences) for row in cells.itertuples()
    ]
    short, pieces, spelt = cells["reason"].notna().to_numpy(), [], terms["term"].to_numpy(dtype=object)
    for i, row in enumerate(found["topics"].itertuples()):
        ours, theirs = (np.where(short, np.nan, side[:, i]) for side in sides)
        strongest = np.argsort(-rare[partners[i]], kind="stable")[:N_LABEL_WORDS]
        about = {
            "topic": row.topic, "label": row.label, "partner": f"stm_{partners[i] + 1:02d}",
            "partner_label": ", ".join(spelt[strongest]), "cosine": cosines[i],
            "r": _correlate(shares[:, i], partner_shares[:, i]),
        }  # fmt: skip
        pieces.append(cells.assign(**about, share=ours, partner_share=theirs, difference=theirs - ours))
    return check(pd.concat(pieces, ignore_index=True), TOPICS_COMPARED)


def lay_out_design(turns):
    """Return the covariates (turn x dummy) of actor and stage; the most frequent of each is the base, those of one turn are "other".

    >>> lay_out_design(pd.DataFrame({"actor_id": ["A", "A", "B", "B", "A"], "stage_id": ["s", "s", "s", "t", "t"]})).tolist()
    [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    """
    columns = []
    for name in ("actor_id", "stage_id"):
        values = turns[name].astype(object).where(turns[name].notna(), "none")
        counts = values.value_counts()
        values = values.where(~values.isin(counts.index[counts < 2]), "other")
        base = sorted(values.unique(), key=lambda value: (-(values == value).sum(), value))[0]
        columns += [(values == value).to_numpy(float) for value in sorted(values.unique()) if value != base]
    return np.column_stack(columns) if columns else np.zeros((len(turns), 0))


def fit_structural(counts, design, kept, terms, k, starts=20, seed=1):
    """Return (topics, shares): topic x term probabilities of a structural topic model of ``counts``, and the shares (turn x topic) of ``kept``.

    Roberts, Stewart and Airoldi (JASA 111, 2016), fitted by topica in one thread from its spectral start and ``starts`` random
    ones; the fit with the highest bound is kept, for fits differ. Turns without a term of the vocabulary have no part in the fit,
    and NaN shares. Raises ``ModelError`` where topica is absent.
    """
    try:
        from topica import STM, Corpus
    except ImportError as error:
        raise ModelError(f"the package topica is not installed; install it with: pip install topica=={VERSION}") from error
    full, filled = (np.diff(table.indptr) > 0 for table in (counts, kept))
    corpus = Corpus.from_documents(_spell_out(counts[full], terms), vocabulary=terms)
    covariates = design[full] if design.shape[1] else np.zeros((int(full.sum()), 1))
    models = [STM(k, seed=seed), *(STM(k, seed=seed + i, init="random") for i in range(starts))]
    for model in models:
        model.fit(corpus, covariates, num_threads=1, iters=1000)
    best = max(models, key=lambda model: model.bound)
    place = pd.Index(best.vocabulary).get_indexer(terms)
    topics = np.where(place >= 0, np.asarray(best.topic_word)[:, np.maximum(place, 0)], 0.0)
    shares = np.full((kept.shape[0], k), np.nan)
    shares[filled] = best.transform(corpus.transform(_spell_out(kept[filled], terms)))
    return topics, shares


def _spell_out(counts, terms):
    """Return the turns as lists of terms, each as often as it is used."""
    counts, spelt = sparse.csr_matrix(counts), np.array(terms, dtype=object)
    uses = np.repeat(spelt[counts.indices], counts.data)
    ends = np.concatenate([[0], np.cumsum(counts.data)])[counts.indptr]
    return [list(uses[start:end]) for start, end in pairwise(ends)]


def _correlate(x, y):
    """Return the correlation of two shares over turns that have both, NaN where one does not vary."""
    both = ~np.isnan(x) & ~np.isnan(y)
    if both.sum() < 3 or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
        return np.nan
    return float(np.corrcoef(x[both], y[both])[0, 1])

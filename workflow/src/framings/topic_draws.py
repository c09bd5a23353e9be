"""Topic draws: the share of each topic by actor and stage, with the uncertainty of the topics themselves.

A share of a topic is measured with a model that was fitted to some documents from some random start. An interval over documents
alone takes the model for the truth; here each draw takes another fit, and draws the turns' words anew.
"""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import t as student

from framings.estimates import explain_shortage
from framings.factors import factorise, weigh_counts
from framings.schemas import Column, Contract, check, empty
from framings.topics import gather_fits, pair_topics, spread_weights

ALL_STAGES = "all"
ROUGH, FINE = 1e-3, 1e-5  # a projection ends where a sweep moves the amounts by less than this part of what the first one did

TOPIC_STAGES = Contract(
    "topic_stages", "a topic in the talk of an actor in a stage, or in all", ("topic", "actor_id", "stage_id"),
    {
        "topic": Column("text", "topic"),
        "label": Column("text", "its strongest terms"),
        "actor_id": Column("text", "actor"),
        "stage_id": Column("text", "stage, or all"),
        "n_documents": Column("int", "documents kept for tests in which the actor speaks on integration", low=0),
        "n_turns": Column("int", "turns", low=0),
        "n_sentences": Column("int", "sentences", low=0),
        "n_fits": Column("int", "fits of the chosen K that hold the topic", low=0),
        "n_draws": Column("int", "draws from these", low=0),
        "share": Column("number", "mean over draws of the topic's share, weighted by words", missing=True, low=0, high=1),
        "se_within": Column("number", "root of the mean leave-one-document-out variance in a draw", missing=True, low=0),
        "se_between": Column("number", "standard error from the fits and from the words of the turns", missing=True, low=0),
        "se": Column("number", "root of the variances within and between, with what a mean of few draws adds", missing=True, low=0),
        "low": Column("number", "lower end of the 95 % interval", missing=True, low=0, high=1),
        "high": Column("number", "upper end", missing=True, low=0, high=1),
        "reason": Column("text", "why the cell is not estimable; missing where it is", missing=True),
    },
)  # fmt: skip


def draw_topics(
    found, parts, counts, topic_turns, terms, speakers, n_draws=200, seed=1, part_of_documents=0.8, min_similarity=0.8,
    min_documents=3, min_sentences=100,
):  # fmt: skip
    """Return TOPIC_STAGES: topic shares by actor and stage by the method of composition, in documents kept out of the fit.

    ``found`` has the tables choice, topics, weights and shares of ``choose_topics``, ``parts`` are the fits it chose from. A draw
    takes one of the fits of the chosen K (each in its turn; a fit is a random start and ``part_of_documents`` of the discovery
    documents), pairs its topics with those of record (Hungarian method), draws each turn's terms anew from the turn's own (as
    many, with replacement), shares them out by least squares as ``refine_topics`` does, and leaves out one document at a time. The
    draws of a topic are those whose fit holds it, with a cosine of at least ``min_similarity``: in another fit its partner is
    another topic. A stable topic is in half of the fits at least, so that 200 draws (never under two of each fit) give it 100; ``combine_draws`` puts them
    together. (Method of composition: Tanner, Tools for Statistical Inference, 1996; for topics Roberts and others, AJPS 58, 2014.)
    A topic that is not stable, and a cell under ``min_documents`` or ``min_sentences``, has a reason and no number. The order of
    rows does not matter.
    """
    turns = list_turns(found["shares"], topic_turns, speakers)
    if not len(turns):
        return empty(TOPIC_STAGES)
    cells, members = list_cells(turns)
    fits, cosines = _align_fits(found, parts, terms)
    n_draws = max(n_draws, 2 * len(fits))
    held = cosines >= min_similarity
    words, discovery = turns["n_words"].to_numpy(float), topic_turns["discovery"].to_numpy()
    base, kept = counts[discovery], counts[turns["row"].to_numpy()]
    generator, draws = np.random.default_rng(seed), []
    for i, topics in enumerate(fits):
        many = len(range(i, n_draws, len(fits)))
        start = np.tile(_project(base, kept, topics, None, FINE), (many, 1))
        drawn = sparse.vstack([draw_terms(kept, generator) for _ in range(many)], format="csr")
        amounts = _project(base, drawn, topics, start, ROUGH).reshape(many, len(turns), -1)
        draws.append(np.where(held[i], np.stack(share_cells(amounts, words, members)), np.nan))
    # A variance over parts of the documents, drawn without replacement, is this much smaller than one over documents (Shao and Wu
    # 1989, delete-d jackknife); over all documents fits differ by their start alone.
    ratio = max(1.0, part_of_documents / (1 - part_of_documents)) if part_of_documents < 1 else 1.0
    columns = combine_draws(*zip(*draws, strict=True), cells["n_documents"].to_numpy()[:, None], ratio)
    return _tabulate(found["topics"], cells, columns, held, min_documents, min_sentences)


def combine_draws(shares, variances, n_documents, ratio=1.0):
    """Return (m, share, se_within, se_between, se, low, high) from shares and variances, lists of fits of arrays of draws (first axis).

    Rubin's rules (Multiple Imputation for Nonresponse in Surveys, 1987) for two kinds of draws: of words within a fit, and of fits.
    The share is the mean of the fits that hold the topic (others are NaN), its variance T = W + (1 + 1/m) B + (ratio + 1/F) V. W is
    the mean variance in one of the m draws (leaving out documents), B that between draws of words from one fit, V that between
    the F fits less the part B/(m/F) that words have in it; ``ratio`` is that of the variance over discovery documents to V.
    ``se_between`` is the root of B + ratio V. The interval is Student's with the degrees of freedom of a sum of three variances
    (Welch and Satterthwaite): 1 / df = (part of W)² / (n_documents - 1) + (part of B)² / (m - F) + (part of V)² / (F - 1). Rubin's
    own take W for known, which is wrong of few documents, and 200 draws of 20 fits tell about fits what 20 tell. Barnard and Rubin
    (1999) take from the documents what the draws miss, as if values of these documents were missing, and give under one degree
    of freedom where fits differ much. Ends are cut at 0 and 1.

    Two fits of two draws, 31 and 33 %, 33 and 35 %, with a variance of .0001 in each, 11 documents and ratio 4: share .33,
    B = .0002, V = .0002 - .0002/2 = .0001, T = .0001 + 5/4 .0002 + 9/2 .0001 = .0008, parts 1/8, 5/16 and 9/16,
    1 / df = .0016 + .0488 + .3164, df = 2.73, whose 97.5 % point is 3.371: the interval reaches 3.371 × .0283 = .0953.

    >>> combine_draws([np.array([0.31, 0.33]), np.array([0.33, 0.35])], [np.full(2, 1e-4)] * 2, 11, 4).round(4).tolist()
    [4.0, 0.33, 0.01, 0.0245, 0.0283, 0.2347, 0.4253]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.stack([draws.mean(axis=0) for draws in shares])
        held, sizes = ~np.isnan(means), np.array([len(draws) for draws in shares], dtype=float)
        n_fits, m = held.sum(axis=0), np.tensordot(sizes, held, 1)
        share, within, words = (
            np.nansum(table, axis=0) / n_fits
            for table in (means, [v.mean(axis=0) for v in variances], [draws.var(axis=0, ddof=1) for draws in shares])
        )
        fits = np.maximum(np.nansum((means - share) ** 2, axis=0) / (n_fits - 1) - words * n_fits / m, 0)
        pieces = np.stack([within, (1 + 1 / m) * words, (ratio + 1 / n_fits) * fits])
        total = pieces.sum(axis=0)
        freedom = np.stack(np.broadcast_arrays(n_documents - 1.0, m - n_fits, n_fits - 1.0))
        df = 1 / ((pieces / np.where(total > 0, total, 1)) ** 2 / freedom).sum(axis=0)
        reach = np.where(total == 0, 0.0, student.ppf(0.975, df) * np.sqrt(total))
    low, high = np.clip(share - reach, 0, 1), np.clip(share + reach, 0, 1)
    return np.stack([m, share, np.sqrt(within), np.sqrt(words + ratio * fits), np.sqrt(total), low, high])


def draw_terms(counts, generator):
    """Return counts of the same shape: each row's terms drawn anew, as many, with replacement from its own.

    >>> draw_terms(sparse.csr_matrix([[0, 3, 0], [2, 0, 0]]), np.random.default_rng(0)).toarray().tolist()
    [[0, 3, 0], [2, 0, 0]]
    """
    counts = counts.tocsr()
    uses = np.repeat(counts.indices, counts.data)  # term of each use, row after row
    ends = np.concatenate([[0], np.cumsum(counts.data)])[counts.indptr]
    sizes = np.diff(ends)
    row = np.repeat(np.arange(counts.shape[0]), sizes)
    chosen = ends[row] + (generator.random(len(uses)) * sizes[row]).astype(np.int64)
    return sparse.coo_matrix((np.ones(len(uses), np.int32), (row, uses[chosen])), shape=counts.shape).tocsr()


def share_cells(amounts, words, members):
    """Return (shares, variances), each draw x cell x topic: means weighted by words, and leave-one-document-out variances.

    ``amounts`` (draw x turn x topic) are the topics' amounts in the turns; a turn without any has no part in its draw. ``words``
    (turn,) are weights; ``members`` names of each cell the turns and, beside each, its document, numbered from 0.
    """
    total = amounts.sum(axis=2)
    weight = np.where(total > 0, words, 0.0)
    parts = amounts * (weight / np.where(total > 0, total, 1.0))[:, :, None]
    shares, variances = (np.full((len(amounts), len(members), amounts.shape[2]), np.nan) for _ in range(2))
    for i, (turns, document) in enumerate(members):
        n = int(document.max()) + 1
        of_document = np.zeros((n, len(turns)))
        of_document[document, np.arange(len(turns))] = 1
        sums, sizes = of_document @ parts[:, turns], (of_document @ weight[:, turns].T).T
        whole, size = sums.sum(axis=1), sizes.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares[:, i] = whole / size[:, None]
            without = (whole[:, None] - sums) / (size[:, None] - sizes)[:, :, None]
            variances[:, i] = (n - 1) / n * ((without - shares[:, i][:, None]) ** 2).sum(axis=1)
    return shares, variances


def list_turns(shares, topic_turns, speakers):
    """Return the turns of actors that are shared out and kept for tests, in the order of their keys, each with its row."""
    key = ["document_id", "turn"]
    kept = shares.loc[~shares["discovery"], key].drop_duplicates()
    actors = speakers.loc[speakers["actor_id"].notna(), [*key, "actor_id"]]
    turns = topic_turns.assign(row=np.arange(len(topic_turns))).merge(kept, on=key).merge(actors, on=key)
    return turns.sort_values(key, ignore_index=True)


def list_cells(turns):
    """Return (table of cells, list of (turns of the cell, document of each from 0)): each actor and stage, and all stages."""
    cells, members = [], []
    for actor, mine in turns.groupby("actor_id", sort=True):
        for stage in [*sorted(mine["stage_id"].dropna().unique()), ALL_STAGES]:
            of_cell = mine if stage == ALL_STAGES else mine[mine["stage_id"] == stage]
            document, found = pd.factorize(of_cell["document_id"])
            members.append((of_cell.index.to_numpy(), document))
            cells.append((actor, stage, len(found), len(of_cell), int(of_cell["n_sentences"].sum())))
    return pd.DataFrame(cells, columns=["actor_id", "stage_id", "n_documents", "n_turns", "n_sentences"]), members


def _align_fits(found, parts, terms):
    """Return (topics of each fit of the chosen K in the order of the topics of record, a topic's weights adding up to 1;
    fit x topic cosines with the topics of record)."""
    record = spread_weights(found["weights"], found["topics"], terms)
    fits, weights = gather_fits(parts)
    chosen = found["choice"].loc[found["choice"]["chosen"], "k"].iloc[0]
    of_k = [weights[i].astype(np.float64) for i in np.flatnonzero(fits["k"] == chosen)]
    pairs = [pair_topics(record, topics) for topics in of_k]
    aligned = [topics[partners] for topics, (_, partners) in zip(of_k, pairs, strict=True)]
    aligned = [topics / np.maximum(topics.sum(axis=1, keepdims=True), 1e-12) for topics in aligned]
    return aligned, np.stack([cosines for cosines, _ in pairs])


def _project(base, counts, topics, start, tolerance):
    """Return the least-squares amounts (turn x topic) of ``topics`` in turns, weighted by the document frequencies of ``base``."""
    fitted = np.arange(base.shape[0] + counts.shape[0]) < base.shape[0]
    data = weigh_counts(sparse.vstack([base, counts], format="csr"), fitted).astype(np.float64)[~fitted]
    start = np.full((len(topics), data.shape[0]), 1.0) if start is None else start.T
    return factorise(data, start, topics, most=200, tolerance=tolerance, fixed=True)[0].T


def _tabulate(topics, cells, columns, held, min_documents, min_sentences):
    """Return TOPIC_STAGES from the cells and the seven columns (column x cell x topic)."""
    short = [explain_shortage(row.n_documents, row.n_sentences, min_documents, min_sentences) for row in cells.itertuples()]
    names, pieces = ["n_draws", "share", "se_within", "se_between", "se", "low", "high"], []
    for i, row in enumerate(topics.itertuples()):
        loose = None if row.kept else f"the topic is not stable: it is in {held[:, i].sum()} of {len(held)} fits"
        reason = pd.Series([loose or why for why in short], dtype=object)
        values = dict(zip(names, np.where(reason.notna(), np.nan, columns[:, :, i]), strict=True))
        values["n_draws"] = columns[0, :, i].astype(int)
        pieces.append(cells.assign(topic=row.topic, label=row.label, n_fits=held[:, i].sum(), reason=reason, **values))
    return check(pd.concat(pieces, ignore_index=True), TOPIC_STAGES)

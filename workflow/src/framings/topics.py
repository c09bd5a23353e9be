"""Topics: factors that return from other seeds, the number of them chosen with reasons, and their shares in every turn.

Topics serve discovery and convergent validity. They are fitted to the discovery documents only; see docs/topics.md.
"""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from framings.factors import explain_too_little, factorise, unit_rows, weigh_counts
from framings.schemas import Column, Contract, check, empty

N_LABEL_WORDS = 4
# ASSUME: topics of one fit whose weights have a larger cosine than this are halves of one topic. Halves of planted topics had .45
# to .53, different topics of real transcripts .15 to .35.
MAX_OVERLAP = 0.4

TOPIC_FITS = Contract(
    "topic_fits", "a factorisation with K topics from one random start", ("k", "seed"),
    {
        "k": Column("int", "number of topics", low=1),
        "seed": Column("int", "seed of the random start", low=0),
        "error": Column("number", "length of the residual over the length of the data", low=0),
        "iterations": Column("int", "sweeps of coordinate descent", low=0),
        "similarity": Column("number", "mean cosine of its topics with their partners elsewhere", missing=True, low=0, high=1),
        "reference": Column("bool", "whether the other fits of this K are compared with it: it is the most like them"),
    },
)  # fmt: skip

TOPIC_STABILITY = Contract(
    "topic_stability", "a topic of the reference fit of one K", ("k", "factor"),
    {
        "k": Column("int", "number of topics", low=1),
        "factor": Column("int", "number of the topic in the reference fit, from 0", low=0),
        "label": Column("text", "its strongest terms"),
        "n_seeds": Column("int", "other fits in which it was sought", low=0),
        "similarity": Column("number", "median over these of the cosine with its partner", missing=True, low=0, high=1),
        "kept": Column("bool", "whether the median reaches the similarity asked for: the topic is stable"),
        "overlap": Column("number", "largest cosine with another topic of the same fit", low=0, high=1),
        "npmi": Column("number", "coherence: mean normalised mutual information of its strongest terms", low=-1, high=1),
        "exclusivity": Column("number", "mean share of its strongest terms' weight that is its own", low=0, high=1),
    },
)  # fmt: skip

TOPIC_CHOICE = Contract(
    "topic_choice", "a number of topics that was tried, or for which there was too little text", ("k",),
    {
        "k": Column("int", "number of topics", low=1),
        "error": Column("number", "smallest relative error over seeds", missing=True, low=0),
        "n_stable": Column("int", "topics that return from other seeds", low=0),
        "n_own": Column("int", "of these, topics that are not half of another: overlap at most .4", low=0),
        "share_own": Column("number", "n_own / k", missing=True, low=0, high=1),
        "npmi": Column("number", "mean coherence of its topics", missing=True, low=-1, high=1),
        "npmi_se": Column("number", "standard error of that mean over topics", missing=True, low=0),
        "exclusivity": Column("number", "mean exclusivity of its topics", missing=True, low=0, high=1),
        "chosen": Column("bool", "whether the topics of record have this number"),
        "reason": Column("text", "one sentence: why it was chosen or not"),
    },
)  # fmt: skip

TOPICS = Contract(
    "topics", "a topic of record", ("topic",),
    {
        "topic": Column("text", "topic_01 is the topic with the largest share"),
        "label": Column("text", "its strongest terms"),
        "share": Column("number", "mean share in the discovery turns, weighted by words", low=0, high=1),
        "n_turns": Column("int", "turns, of all that are shared out, in which it has the largest share", low=0),
        "n_seeds": Column("int", "fits in which it was sought", low=0),
        "similarity": Column("number", "median over these of the cosine with its partner", low=0, high=1),
        "kept": Column("bool", "whether it is stable; one that is not is shown, not interpreted"),
        "overlap": Column("number", "largest cosine with another topic", low=0, high=1),
        "npmi": Column("number", "coherence", low=-1, high=1),
        "exclusivity": Column("number", "exclusivity", low=0, high=1),
    },
)  # fmt: skip

TOPIC_WORDS = Contract(
    "topic_words", "one of the strongest terms of a topic", ("topic", "rank"),
    {
        "topic": Column("text", "topic"),
        "rank": Column("int", "1 is the strongest", low=1),
        "term": Column("text", "term"),
        "weight": Column("number", "weight in the topic, whose weights add up to 1", low=0, high=1),
    },
)  # fmt: skip

TOPIC_WEIGHTS = Contract(
    "topic_weights", "a term of a topic of record", ("topic", "term"),
    {
        "topic": Column("text", "topic"),
        "term": Column("text", "term"),
        "weight": Column("number", "weight in the topic, whose weights add up to 1; terms without weight are absent", low=0, high=1),
    },
)  # fmt: skip

TOPIC_SHARES = Contract(
    "topic_shares", "a turn and a topic; turns that use no term of any topic are absent", ("document_id", "turn", "topic"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn", low=0),
        "topic": Column("text", "topic"),
        "share": Column("number", "the topic's part of the turn's fitted weight; a turn's add up to 1", low=0, high=1),
        "discovery": Column("bool", "whether the topics were fitted to it; then it enters no test of topics"),
    },
)  # fmt: skip


def choose_topics(parts, counts, topic_turns, terms, min_similarity=0.8, min_stable=0.8, n_words=10):
    """Return a dict of tables: fits, stability, choice, topics, words, weights, shares (contracts of this module).

    ``parts`` are results of ``fit_topics`` that together hold the grid. For each K the fit most like the others is the reference;
    a topic of it is stable where its median cosine with its Hungarian partner in the other fits reaches ``min_similarity``.
    ``choose_k`` says which K is chosen; its reference fit is then carried on until it is flat, and shared out to all turns.
    A K for which there is too little text has a sentence in ``choice``; where that is true of each, the other tables are empty.
    """
    discovery = topic_turns["discovery"].to_numpy()
    untried = _list_untried(parts, counts, discovery)
    if not sum(len(part["k"]) for part in parts):
        return _no_topics(untried)
    present, names = (counts[discovery] > 0).astype(np.float64), terms["term"].to_numpy(dtype=object)
    fits, weights = gather_fits(parts)
    fits, stability = compare_fits(fits, weights, present, names, min_similarity, n_words)
    choice = choose_k(fits, stability, min_stable)
    of_k = fits["k"] == choice.loc[choice["chosen"], "k"].iloc[0]
    start = weights[int(np.flatnonzero(of_k & fits["reference"])[0])]
    final, shares = refine_topics(start, counts, topic_turns)
    others = [weights[i] for i in np.flatnonzero(of_k & ~fits["reference"])]
    topics = _describe_topics(final, shares, others, topic_turns, present, names, min_similarity, n_words)
    return {
        "fits": check(fits, TOPIC_FITS),
        "stability": check(stability, TOPIC_STABILITY),
        "choice": check(pd.concat([choice, untried]) if len(untried) else choice, TOPIC_CHOICE),
        "topics": check(topics, TOPICS),
        "words": check(_list_words(final, names, n_words), TOPIC_WORDS),
        "weights": check(_list_weights(final, names), TOPIC_WEIGHTS),
        "shares": check(_list_shares(shares, topic_turns), TOPIC_SHARES),
    }


def match_topics(topics, others):
    """Return for each row of ``topics`` its cosine with its partner among the rows of ``others`` (all of length 1).

    Partners are assigned one to one so that the cosines add up to the most (Hungarian method).

    >>> match_topics(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.6, 0.8], [1.0, 0.0]])).tolist()
    [1.0, 0.8]
    """
    return pair_topics(topics, others)[0]


def pair_topics(topics, others):
    """Return (cosines, partners) of ``match_topics``: which row of ``others`` is the partner of each of ``topics``.

    Of K topics and fewer others, those left over have the partner -1 and the cosine 0.
    """
    cosines, partners = np.zeros(len(topics)), np.full(len(topics), -1)
    table = topics @ others.T
    rows, columns = linear_sum_assignment(-table)
    cosines[rows], partners[rows] = table[rows, columns], columns
    return cosines, partners


def compare_fits(fits, weights, present, names, min_similarity, n_words):
    """Return (fits with similarity and reference, stability) after matching the topics of all fits of each K.

    ``weights`` is the list of topic x term arrays (rows of length 1) of the fits, ``present`` turn x term, whether a discovery
    turn uses a term, ``names`` the terms.
    """
    similarity, reference, stability = np.full(len(fits), np.nan), np.zeros(len(fits), dtype=bool), []
    for k, rows in fits.groupby("k").indices.items():
        matched = np.stack([np.stack([match_topics(weights[i], weights[j]) for j in rows]) for i in rows])
        matched[np.arange(len(rows)), np.arange(len(rows))] = np.nan  # a fit is not its own witness
        if len(rows) > 1:
            similarity[rows] = np.nanmean(matched, axis=(1, 2))
        first = int(np.argmax(np.nan_to_num(similarity[rows])))
        reference[rows[first]] = True
        witnesses = np.delete(matched[first], first, axis=0)
        stability.append(_judge_topics(k, weights[rows[first]], witnesses, present, names, min_similarity, n_words))
    similarity = np.minimum(similarity, 1.0)
    return fits.assign(similarity=similarity, reference=reference), pd.concat(stability, ignore_index=True)


def _judge_topics(k, weights, witnesses, present, names, min_similarity, n_words):
    """Return TOPIC_STABILITY of one K from the cosines (other fit x topic) of the reference fit's topics with their partners."""
    median = np.minimum(np.median(witnesses, axis=0), 1.0) if len(witnesses) else np.full(k, np.nan)
    return pd.DataFrame(
        {
            "k": k,
            "factor": np.arange(k),
            "label": [_label(row, names) for row in weights],
            "n_seeds": len(witnesses),
            "similarity": median,
            "kept": median >= min_similarity,
            "overlap": measure_overlap(weights),
            "npmi": measure_coherence(weights, present, n_words),
            "exclusivity": measure_exclusivity(weights, n_words),
        }
    )


def measure_coherence(weights, present, n_words):
    """Return each topic's mean normalised pointwise mutual information over pairs of its ``n_words`` strongest terms.

    Probabilities are shares of the turns in ``present`` (turn x term, 0 or 1). A pair that never meets counts -1.

    >>> from scipy import sparse
    >>> turns = sparse.csr_matrix([[1, 1, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]])
    >>> measure_coherence(np.array([[2, 1, 0, 0], [0, 0, 2, 1], [2, 0, 1, 0.0]]), turns, 2).tolist()
    [1.0, 0.0, -1.0]
    """
    coherence = []
    for row in weights:
        top = present[:, np.argsort(-row, kind="stable")[:n_words]].toarray()
        together = top.T @ top / len(top)
        alone = np.diag(together)
        first, second = np.triu_indices(len(alone), 1)
        both, chance = together[first, second], alone[first] * alone[second]
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(both >= 1, 1.0, np.log(both / chance) / -np.log(both))
        coherence.append(float(np.mean(np.where(both > 0, values, -1.0))))
    return np.array(coherence)


def measure_exclusivity(weights, n_words):
    """Return for each topic the mean, over its ``n_words`` strongest terms, of its part in the term's weight in all topics.

    >>> measure_exclusivity(np.array([[3.0, 1.0, 0.0], [1.0, 0.0, 2.0]]), 1).tolist()
    [0.75, 1.0]
    """
    part = weights / np.maximum(weights.sum(axis=0), 1e-12)
    top = np.argsort(-weights, axis=1, kind="stable")[:, :n_words]
    return np.take_along_axis(part, top, axis=1).mean(axis=1)


def measure_overlap(weights):
    """Return for each topic (rows of length 1) its largest cosine with another of the same fit.

    >>> measure_overlap(np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])).round(6).tolist()
    [0.6, 0.8, 0.8]
    """
    cosines = weights @ weights.T
    np.fill_diagonal(cosines, 0)
    return np.clip(cosines.max(axis=1), 0, 1)


def choose_k(fits, stability, min_stable):
    """Return TOPIC_CHOICE: for each K its error, stability, coherence and exclusivity, whether it is chosen, and why.

    A topic counts where it is stable and no half of another (``MAX_OVERLAP``). K qualifies where at least ``min_stable`` of its
    topics count and their mean coherence lies within one standard error of the best. Of these the one with the most topics that
    count is chosen, the smallest of equals: more topics only where they return. Where none qualifies, the most coherent K with
    enough topics that count; where there is none, the K with the largest part of them.
    """
    stability = stability.assign(own=stability["kept"] & (stability["overlap"] <= MAX_OVERLAP))
    table = stability.groupby("k").agg(
        n_stable=("kept", "sum"), n_own=("own", "sum"), share_own=("own", "mean"), npmi=("npmi", "mean"), npmi_se=("npmi", "sem"),
        exclusivity=("exclusivity", "mean"),
    )  # fmt: skip
    table.insert(0, "error", fits.groupby("k")["error"].min())
    best = table.loc[table["npmi"].idxmax()]
    needed = best["npmi"] - (best["npmi_se"] if best["npmi_se"] > 0 else 0)
    stable, coherent = table["share_own"] >= min_stable, table["npmi"] >= needed
    if (stable & coherent).any():
        chosen = table.loc[stable & coherent, "n_own"].idxmax()
        rule = "of the K that are stable and coherent enough it has the most such topics"
    elif stable.any():
        chosen, rule = table.loc[stable, "npmi"].idxmax(), "no stable K is coherent enough, and this is the most coherent of them"
    else:
        chosen, rule = table["share_own"].idxmax(), "no K is stable enough, and of this one most topics return"
    table["chosen"] = table.index == chosen
    table["reason"] = [_give_reason(row, min_stable, needed, chosen, rule) for row in table.itertuples()]
    return table.reset_index()


def _give_reason(row, min_stable, needed, chosen, rule):
    """Return the sentence that says why a K was chosen or not."""
    facts = (
        f"{row.n_own} of {row.Index} topics return from other seeds and are no half of another ({min_stable:.0%} needed) "
        f"and mean coherence is {row.npmi:.3f} (at least {needed:.3f} needed)"
    )
    if row.Index == chosen:
        return f"Chosen: {facts}; {rule}."
    failed = [word for word, bad in (("stable", row.share_own < min_stable), ("coherent", row.npmi < needed)) if bad]
    return f"Not chosen: {facts}; " + (
        f"not {' nor '.join(failed)} enough." if failed else f"K = {chosen} has as many such topics or more."
    )


def refine_topics(start, counts, topic_turns):
    """Return (topics, shares): topics carried on from ``start`` until they are flat, the one with the largest share first.

    ``topics`` is topic x term, rows of length 1; ``shares`` turn x topic for all turns, rows adding up to 1, or NaN where a turn
    uses no term of any topic. A turn's shares are its least-squares amounts of the topics, each topic's weights adding up to 1.
    """
    discovery = topic_turns["discovery"].to_numpy()
    data = weigh_counts(counts, discovery).astype(np.float64)
    fitted = np.full((len(start), int(discovery.sum())), 1.0 / len(start))
    fitted = factorise(data[discovery], fitted, start, most=200, tolerance=1e-4, fixed=True)[0]
    topics = factorise(data[discovery], fitted, start, most=1000, tolerance=1e-5)[1]
    topics = topics / np.maximum(topics.sum(axis=1, keepdims=True), 1e-12)
    even = np.full((len(topics), data.shape[0]), 1.0)
    amounts = factorise(data, even, topics, most=200, tolerance=1e-5, fixed=True)[0].T
    total = amounts.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, amounts / np.where(total > 0, total, 1), np.nan)
    order = np.argsort(-_mean_shares(shares, topic_turns), kind="stable")
    return unit_rows(topics[order]), shares[:, order]


def _mean_shares(shares, topic_turns):
    """Return each topic's mean share in the discovery turns, weighted by words."""
    used = topic_turns["discovery"].to_numpy() & ~np.isnan(shares[:, 0])
    return np.average(shares[used], axis=0, weights=topic_turns.loc[used, "n_words"])


def _describe_topics(final, shares, others, topic_turns, present, names, min_similarity, n_words):
    """Return TOPICS."""
    similarity = (
        np.minimum(np.median([match_topics(final, other) for other in others], axis=0), 1.0) if others else np.zeros(len(final))
    )
    talk = shares[~np.isnan(shares[:, 0])]
    return pd.DataFrame(
        {
            "topic": _topic_ids(len(final)),
            "label": [_label(row, names) for row in final],
            "share": _mean_shares(shares, topic_turns),
            "n_turns": np.bincount(talk.argmax(axis=1), minlength=len(final)),
            "n_seeds": len(others),
            "similarity": similarity,
            "kept": similarity >= min_similarity,
            "overlap": measure_overlap(final),
            "npmi": measure_coherence(final, present, n_words),
            "exclusivity": measure_exclusivity(final, n_words),
        }
    )


def _list_words(final, names, n_words):
    """Return TOPIC_WORDS."""
    top = np.argsort(-final, axis=1, kind="stable")[:, :n_words]
    weights = final / np.maximum(final.sum(axis=1, keepdims=True), 1e-12)
    return pd.DataFrame(
        {
            "topic": np.repeat(_topic_ids(len(final)), top.shape[1]),
            "rank": np.tile(np.arange(1, top.shape[1] + 1), len(final)),
            "term": names[top.ravel()],
            "weight": np.take_along_axis(weights, top, axis=1).ravel(),
        }
    )


def _list_weights(final, names):
    """Return TOPIC_WEIGHTS, topic by topic, the terms in their order."""
    weights = final / np.maximum(final.sum(axis=1, keepdims=True), 1e-12)
    topic, term = np.nonzero(weights)
    ids = _topic_ids(len(final))
    return pd.DataFrame({"topic": ids[topic], "term": names[term], "weight": weights[topic, term]})


def spread_weights(weights, topics, terms):
    """Return the topics of record as an array, topic x term in the order of the tables TOPICS and TERMS, rows of length 1."""
    spread = np.zeros((len(topics), len(terms)))
    rows = pd.Index(topics["topic"]).get_indexer(weights["topic"])
    spread[rows, pd.Index(terms["term"]).get_indexer(weights["term"])] = weights["weight"]
    return spread / np.maximum(np.linalg.norm(spread, axis=1, keepdims=True), 1e-12)


def _list_shares(shares, topic_turns):
    """Return TOPIC_SHARES, turn by turn."""
    talk = ~np.isnan(shares[:, 0])
    table = topic_turns.loc[talk, ["document_id", "turn", "discovery"]]
    table = table.loc[table.index.repeat(shares.shape[1])]
    return table.assign(topic=np.tile(_topic_ids(shares.shape[1]), int(talk.sum())), share=shares[talk].ravel())


def gather_fits(parts):
    """Return (table of k, seed, error, iterations in the order of k and seed, list of their topic x term weights)."""
    table = pd.concat([pd.DataFrame({name: part[name] for name in ("k", "seed", "error", "iterations")}) for part in parts])
    weights = [block for part in parts for block in np.split(part["weights"], np.cumsum(part["k"])[:-1])]
    order = np.lexsort([table["seed"], table["k"]])
    return table.iloc[order].reset_index(drop=True), [weights[i] for i in order]


def _topic_ids(n):
    """Return topic_01, topic_02, …"""
    return np.array([f"topic_{i + 1:02d}" for i in range(n)], dtype=object)


def _label(weights, names):
    """Return the strongest terms, the strongest first."""
    return ", ".join(names[np.argsort(-weights, kind="stable")[:N_LABEL_WORDS]])


def _list_untried(parts, counts, discovery):
    """Return rows of TOPIC_CHOICE for the K for which there is too little text, each with its sentence."""
    ks = sorted({int(k) for part in parts for k in part["too_large"]})
    rows = [{"k": k, "n_stable": 0, "n_own": 0, "chosen": False, "reason": explain_too_little(counts, discovery, k)} for k in ks]
    return pd.DataFrame(rows, columns=list(TOPIC_CHOICE.columns)).astype({"error": float})


def _no_topics(untried):
    """Return the tables where topics are not estimable: empty but for the sentences that say so."""
    contracts = {
        "fits": TOPIC_FITS,
        "stability": TOPIC_STABILITY,
        "topics": TOPICS,
        "words": TOPIC_WORDS,
        "weights": TOPIC_WEIGHTS,
        "shares": TOPIC_SHARES,
    }
    return {name: empty(contract) for name, contract in contracts.items()} | {"choice": check(untried, TOPIC_CHOICE)}

"""Topic links: what topics have to do with actors and with codes, in the documents to which no topic was fitted."""

import numpy as np
import pandas as pd
from scipy.stats import t as student

from framings.estimates import explain_shortage
from framings.schemas import TALLIES, Column, Contract, check
from framings.tallies import match_evidence

TOPIC_ACTORS = Contract(
    "topic_actors", "a topic in the talk of an actor", ("topic", "actor_id"),
    {
        "topic": Column("text", "topic"),
        "label": Column("text", "its strongest terms"),
        "actor_id": Column("text", "actor"),
        "n_documents": Column("int", "documents kept for tests in which the actor speaks on integration", low=0),
        "n_turns": Column("int", "turns", low=0),
        "n_sentences": Column("int", "sentences", low=0),
        "share": Column("number", "mean share of the topic, weighted by words", missing=True, low=0, high=1),
        "se": Column("number", "leave-one-document-out standard error", missing=True, low=0),
        "low": Column("number", "lower end of the 95 % interval", missing=True, low=0, high=1),
        "high": Column("number", "upper end", missing=True, low=0, high=1),
        "reason": Column("text", "why the cell is not estimable; missing where it is", missing=True),
    },
)  # fmt: skip

TOPIC_LINKS = Contract(
    "topic_links", "the correlation of a topic's share with a code's share of the sentences", ("coder_id", "unit", "topic", "code"),
    {
        "coder_id": Column("text", "whose codes"),
        "unit": Column("text", "what the correlation runs over, weighted by sentences", values=("turn", "document")),
        "topic": Column("text", "topic"),
        "label": Column("text", "its strongest terms"),
        "code": Column("text", "code or composite"),
        "n_documents": Column("int", "documents kept for tests", low=0),
        "n_units": Column("int", "turns or documents", low=0),
        "n_documents_coded": Column("int", "documents that carry the code; of corrected codes, reference codes of it", low=0),
        "r": Column("number", "correlation; missing where one side does not vary", missing=True, low=-1, high=1),
        "low": Column("number", "lower end of the 95 % interval", missing=True, low=-1, high=1),
        "high": Column("number", "upper end", missing=True, low=-1, high=1),
        "reason": Column("text", "why there is no interval; missing where there is", missing=True),
    },
)  # fmt: skip


def share_topics_by_actor(shares, topics, topic_turns, speakers, min_documents=3, min_sentences=100):
    """Return TOPIC_ACTORS: each actor's mean topic shares, in the documents that were kept out of the fit.

    The mean weighs turns by words; its standard error leaves out one document at a time, its interval is Student's with
    documents - 1 degrees of freedom. Under ``min_documents`` or ``min_sentences`` there is a reason and no number.
    """
    names = list(topics["topic"])
    turns = _kept_turns(shares, topic_turns, names).merge(
        speakers.loc[speakers["actor_id"].notna(), ["document_id", "turn", "actor_id"]], on=["document_id", "turn"]
    )
    rows = []
    for actor, mine in turns.groupby("actor_id", sort=True):
        words = mine["n_words"].to_numpy(dtype=float)
        document, found = pd.factorize(mine["document_id"])
        amounts = _sum_by(document, mine[names].to_numpy() * words[:, None])
        n_sentences = int(mine["n_sentences"].sum())
        reason = explain_shortage(len(found), n_sentences, min_documents, min_sentences)
        values = np.full((4, len(names)), np.nan) if reason else _jackknife_share(amounts, _sum_by(document, words))
        rows += [
            (topic, actor, len(found), len(mine), n_sentences, *values[:, i], reason) for i, topic in enumerate(names)
        ]  # fmt: skip
    columns = [name for name in TOPIC_ACTORS.columns if name != "label"]
    table = pd.DataFrame(rows, columns=columns).merge(topics[["topic", "label"]], on="topic")
    return check(table.sort_values(["topic", "actor_id"]), TOPIC_ACTORS)


def link_topics_codes(shares, topics, topic_turns, tallies, codes, coder_id="dictionary", evidence=None, min_documents=5):
    """Return TOPIC_LINKS: how a topic's share and a code's share go together over turns and over documents.

    ``tallies`` has one row a turn of speech by an actor and counts of coded sentences in the columns ``codes``; turns of the
    discovery documents are left out. A unit's weight is its number of sentences. The interval is that of Fisher's z with a
    leave-one-document-out standard error and documents - 1 degrees of freedom; a code in fewer than ``min_documents``
    documents has no interval. Exploratory: no p-value.

    Tallies of pseudo-outcomes come with ``evidence``, tallies of the reference codes behind them: these say which documents carry
    a code. A correlation with pseudo-outcomes is nearer to nil than one with true codes, for their sampling error is in their
    variance; its sign and whether its interval holds nil are not affected.
    """
    names, codes = list(topics["topic"]), list(codes)
    absent = [code for code in codes if code not in tallies.columns]
    if absent:
        raise ValueError(f"table tallies has no column {absent[0]!r}; name codes of the codebook")
    turns = _kept_turns(shares, topic_turns, names).drop(columns=["n_words", "n_sentences"])
    turns = turns.merge(tallies[["document_id", "turn", "n_sentences", *codes]], on=["document_id", "turn"])
    weight = turns["n_sentences"].to_numpy(dtype=float)
    x, y = turns[names].to_numpy() * weight[:, None], turns[codes].to_numpy(dtype=float)
    document, found = pd.factorize(turns["document_id"])
    seen = y if evidence is None else match_evidence(turns, evidence, codes)
    n_coded = (_sum_by(document, seen) > 0).sum(axis=0)
    rows = []
    for unit, of_unit in (("turn", np.arange(len(turns))), ("document", document)):
        totals = _sum_by(of_unit, weight)
        of_document = np.zeros(len(totals), dtype=np.int64)
        of_document[of_unit] = document
        r, low, high = _jackknife_correlation(_sum_by(of_unit, x), _sum_by(of_unit, y), totals, of_document)
        for i, topic in enumerate(names):
            for j, code in enumerate(codes):
                reason = _explain_no_interval(r[i, j], low[i, j], n_coded[j], min_documents)
                ends = (np.nan, np.nan) if reason else (low[i, j], high[i, j])
                rows.append((unit, topic, code, len(found), len(totals), int(n_coded[j]), r[i, j], *ends, reason))
    columns = [name for name in TOPIC_LINKS.columns if name not in ("coder_id", "label")]
    table = pd.DataFrame(rows, columns=columns).merge(topics[["topic", "label"]], on="topic", how="left")
    return check(table.assign(coder_id=coder_id), TOPIC_LINKS)


def list_codes(tallies):
    """Return the names of the columns of TALLIES that count codes, in order."""
    return [name for name in tallies.columns if name not in TALLIES.columns]


def _kept_turns(shares, topic_turns, names):
    """Return the turns outside the discovery documents, a column a topic, with their words and sentences."""
    wide = shares[~shares["discovery"]].pivot(index=["document_id", "turn"], columns="topic", values="share")
    wide = wide.reindex(columns=names).reset_index()
    return wide.merge(topic_turns[["document_id", "turn", "n_words", "n_sentences"]], on=["document_id", "turn"])


def _sum_by(group, values):
    """Return the sums of the rows of ``values`` in each group, groups numbered from 0."""
    sums = np.zeros((int(group.max()) + 1 if len(group) else 0, *values.shape[1:]))
    np.add.at(sums, group, values)
    return sums


def _jackknife_share(amounts, words):
    """Return (share, se, low, high), each an array over topics, from amounts (document x topic) and words (document)."""
    n, total = len(words), amounts.sum(axis=0)
    share = total / words.sum()
    without = (total - amounts) / (words.sum() - words)[:, None]
    se = np.sqrt((n - 1) / n * ((without - share) ** 2).sum(axis=0))
    reach = student.ppf(0.975, n - 1) * se
    return np.stack([share, se, np.clip(share - reach, 0, 1), np.clip(share + reach, 0, 1)]).clip(0, None)


def _jackknife_correlation(x, y, weight, document):
    """Return (r, low, high), topic x code, from sums x (unit x topic), y (unit x code) over units of size ``weight``.

    A unit's shares are its sums over its weight, so that Σ w x² = Σ X² / w for its sum X: all that a correlation needs are sums
    over units, and those without a document are the whole less that document's.
    """
    pieces = {
        "w": weight[:, None, None],
        "x": x[:, :, None],
        "y": y[:, None, :],
        "xx": (x**2 / weight[:, None])[:, :, None],
        "yy": (y**2 / weight[:, None])[:, None, :],
        "xy": x[:, :, None] * y[:, None, :] / weight[:, None, None],
    }
    sums = {name: _sum_by(document, piece) for name, piece in pieces.items()}
    whole = _correlate({name: piece.sum(axis=0) for name, piece in sums.items()})
    without = _correlate({name: piece.sum(axis=0) - piece for name, piece in sums.items()})
    n = len(sums["w"])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.arctanh(whole)
        reach = student.ppf(0.975, max(n - 1, 1)) * np.sqrt((n - 1) / max(n, 1) * ((np.arctanh(without) - z) ** 2).sum(axis=0))
        return whole, np.tanh(z - reach), np.tanh(z + reach)


def _correlate(sums):
    """Return the weighted correlation from weighted sums, NaN where a variance is nil."""
    w = np.maximum(sums["w"], 1e-300)
    xx, yy = sums["xx"] - sums["x"] ** 2 / w, sums["yy"] - sums["y"] ** 2 / w
    level = (xx > 1e-12 * w) & (yy > 1e-12 * w)
    r = (sums["xy"] - sums["x"] * sums["y"] / w) / np.sqrt(np.where(level, xx * yy, 1.0))
    return np.where(level, np.clip(r, -1, 1), np.nan)


def _explain_no_interval(r, low, n_coded, min_documents):
    """Return why a correlation has no interval, or None."""
    if np.isnan(r):
        return "the topic or the code does not vary"
    if n_coded < min_documents:
        return f"{n_coded} documents carry the code, {min_documents} needed"
    return "too few documents vary" if np.isnan(low) else None

"""Confusions: in whose sentences two coders differ, and what the one gave where the other gave something else."""

from itertools import combinations

import numpy as np
import pandas as pd

from framings.codings import NO_CODE, bound_measures, interval_columns, lay_out_codings, map_sentences
from framings.resamples import bound_draws, draw_documents, sum_documents, total_draws
from framings.schemas import Column, Contract, check

LEAST_DOCUMENTS = 5  # with a sentence that carries the code: with fewer, no interval

CONFUSIONS_BY_ACTOR = Contract(
    "confusions_by_actor", "a code in the sentences of an actor, as two coders gave it", ("code", "actor_id", "first_id", "second_id"),
    {
        "code": Column("text", "code or composite of the codebook"),
        "actor_id": Column("text", "actor, or 'all'"),
        "first_id": Column("text", "one coder"),
        "second_id": Column("text", "the other"),
        "n_sentences": Column("int", "sentences that both coded", low=0),
        "n_documents": Column("int", "documents that hold them", low=0),
        "n_both": Column("int", "sentences to which both gave the code", low=0),
        "n_only_first": Column("int", "only the first", low=0),
        "n_only_second": Column("int", "only the second", low=0),
        "n_neither": Column("int", "neither", low=0),
        **interval_columns("alpha", "Krippendorff's alpha"),
        "excess": Column("number", "share to which the first gave it less that to which the second did, in [-1, 1]", missing=True, low=-1, high=1),
        "excess_low": Column("number", "lower end of its 95 % interval, drawing documents", missing=True, low=-1, high=1),
        "excess_high": Column("number", "upper end", missing=True, low=-1, high=1),
        "reason": Column("text", "why a number is not given; missing where all are", missing=True),
    },
)  # fmt: skip

EXCHANGES = Contract(
    "exchanges", "a code that one coder gave and the other did not, with what the other gave instead", ("first_id", "second_id", "code", "instead"),
    {
        "first_id": Column("text", "who gave the code"),
        "second_id": Column("text", "who did not"),
        "code": Column("text", "the code"),
        "instead": Column("text", f"a code that the second gave and the first did not; {NO_CODE}: there is none"),
        "n_sentences": Column("int", "sentences", low=1),
        "n_documents": Column("int", "documents that hold them", low=1),
    },
)  # fmt: skip


def count_confusions(coded, codes, documents_of, composites, actors_of, seed=1, draws=1000):
    """Return the table CONFUSIONS_BY_ACTOR: for each two coders, code and actor, who gave the code and who did not.

    ``excess`` says by how much the first finds the code more often: where it differs between actors, the choice of a coder
    changes their contrast. ``actors_of`` maps sentences to actors (or to any other part, such as the language read).
    """
    codings, pieces = lay_out_codings(coded, codes["code"], composites), []
    actors = map_sentences(codings.sentences, actors_of)
    documents = map_sentences(codings.sentences, documents_of)
    for first, second in combinations(range(len(codings.coders)), 2):
        pair = codings.given[[first, second]]
        read = ~np.isnan(pair).any((0, 2))
        for actor in ["all", *sorted(set(actors[read]))]:
            rows = read if actor == "all" else read & (actors == actor)
            place, names = pd.factorize(documents[rows], sort=True)
            piece = _confuse_pair(pair[:, rows], place, seed, draws)
            key = {"code": codings.codes, "actor_id": actor, "n_sentences": int(rows.sum()), "n_documents": len(names)}
            key |= {"first_id": codings.coders[first], "second_id": codings.coders[second]}
            pieces.append(pd.DataFrame(key | piece))
    table = pd.concat(pieces) if pieces else pd.DataFrame(columns=list(CONFUSIONS_BY_ACTOR.columns))
    order = {name: number for number, name in enumerate(codings.codes)}
    return check(table.sort_values("code", key=lambda name: name.map(order), kind="stable"), CONFUSIONS_BY_ACTOR)


def count_exchanges(coded, codes, documents_of):
    """Return the table EXCHANGES: what a coder gave where another gave a code that it did not, the most frequent first.

    In a sentence each code that only the first gave meets each code that only the second gave, or NONE.
    """
    codings = lay_out_codings(coded, codes["code"])
    documents, rows = map_sentences(codings.sentences, documents_of), []
    for first, second in combinations(range(len(codings.coders)), 2):
        for one, other in ((first, second), (second, first)):
            pair = codings.given[[one, other]]
            for place in np.flatnonzero((pair[0] != pair[1]).any(1) & ~np.isnan(pair).any((0, 2))):
                mine, theirs = (np.flatnonzero(pair[side, place] > pair[1 - side, place]) for side in (0, 1))
                instead = [codings.codes[code] for code in theirs] or [NO_CODE]
                names = codings.coders[one], codings.coders[other]
                rows += [(*names, codings.codes[code], name, documents[place]) for code in mine for name in instead]
    key = list(EXCHANGES.key)
    counts = pd.DataFrame(rows, columns=[*key, "document_id"]).groupby(key)["document_id"].agg(["size", "nunique"])
    counts = counts.reset_index().rename(columns={"size": "n_sentences", "nunique": "n_documents"})
    return check(counts.sort_values(["n_sentences", *key], ascending=[False, True, True, True, True]), EXCHANGES)


def _confuse_pair(pair, documents, seed, draws):
    """Return the columns of two coders' codings (2, sentences, codes) of one actor."""
    counts, bounds = bound_measures(pair, documents, np.ones(len(documents)), seed, draws)
    size = documents.max(initial=-1) + 1
    first, second = pair > 0
    both, none = (first & second).sum(0), (~first & ~second).sum(0)
    columns = {"n_both": both, "n_only_first": (first & ~second).sum(0), "n_only_second": (~first & second).sum(0)}
    surplus = np.stack([pair[0] - pair[1], np.ones_like(pair[0])], axis=-1)
    totals = total_draws(sum_documents(surplus, documents, size), draw_documents(size, draws, seed))
    excess = bound_draws(totals[..., 0] / totals[..., 1], size)
    reason = np.where(counts["n_either"] == 0, "neither coder gave it", None)
    few = (size < LEAST_DOCUMENTS) | (counts["n_documents_either"] < LEAST_DOCUMENTS)
    reason = np.where(few & (counts["n_either"] > 0), "too few documents for intervals", reason)
    for name, bound in (("alpha", bounds["alpha"]), ("excess", excess)):
        columns |= {name: bound[0]} | {
            name + end: np.where(few, np.nan, at) for end, at in zip(("_low", "_high"), bound[1:], strict=True)
        }
    return columns | {"n_neither": none, "reason": reason}

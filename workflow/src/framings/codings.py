"""Codings: the rows of several coders laid out side by side, and measures of their agreement with intervals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from framings.codebook import evaluate_composites
from framings.coefficients import CodingsError, compute_measures, count_binary
from framings.resamples import bound_success, draw_documents, sum_documents, total_draws
from framings.schemas import Column

NO_CODE = "NONE"  # how a row says that its sentence carries no code


@dataclass(frozen=True)
class Codings:
    """Codes by coder: ``given`` (coders, sentences, codes) is 1 or 0, and missing where the coder did not read the sentence."""

    coders: list
    sentences: np.ndarray
    codes: list
    given: np.ndarray


def lay_out_codings(coded, codes, composites=None):
    """Return the ``Codings`` of a table CODED of several coders: its coders and sentences in alphabetical order.

    A coder read the sentences in which it has a row, be it NONE. ``composites`` of the codes become further columns. Raises
    ``CodingsError`` where coders read different texts under one sentence id, a code is unknown, or stands
    beside NONE.
    """
    versions = coded.drop_duplicates(["sentence_id", "text_hash"])
    if (twice := versions["sentence_id"].duplicated()).any():
        name = versions["sentence_id"][twice].iloc[0]
        raise CodingsError(f"sentence {name} was coded in two versions (text_hash differs); code it again in one")
    stray = coded.loc[~coded["code"].isin([*codes, NO_CODE]), "code"]
    if len(stray):
        raise CodingsError(f"code {stray.iloc[0]!r} is not in the codebook; correct it or leave its rows out")
    none = coded.loc[coded["code"] == NO_CODE, ["sentence_id", "coder_id"]]
    both = none.merge(coded[coded["code"] != NO_CODE], on=["sentence_id", "coder_id"])
    if len(both):
        raise CodingsError(
            f"sentence {both['sentence_id'][0]}: {both['coder_id'][0]} gave {NO_CODE} and a code; keep one of them"
        )
    coders, sentences = sorted(coded["coder_id"].unique()), np.array(sorted(coded["sentence_id"].unique()), dtype=object)
    row, place = pd.Index(coders).get_indexer(coded["coder_id"]), pd.Index(sentences).get_indexer(coded["sentence_id"])
    column = pd.Index(list(codes)).get_indexer(coded["code"])
    given, read = np.zeros((len(coders), len(sentences), len(codes)), dtype=bool), np.zeros((len(coders), len(sentences)), bool)
    read[row, place] = True
    given[row[column >= 0], place[column >= 0], column[column >= 0]] = True
    names = [*codes, *(composites or {})]
    carried = pd.DataFrame(given.reshape(-1, len(codes)), columns=list(codes))
    carried = pd.concat([carried, evaluate_composites(carried, composites or {})], axis=1)[names].to_numpy(float)
    return Codings(coders, sentences, names, np.where(read[..., None], carried.reshape(*read.shape, len(names)), np.nan))


def map_sentences(sentences, values_of):
    """Return the value of each sentence, or raise where one has none."""
    values = pd.Series(values_of).reindex(sentences)
    if values.isna().any():
        raise CodingsError(
            f"sentence {sentences[values.isna()][0]} was coded but is not known (not drawn, or its id has changed)"
        )
    return values.to_numpy()


def keep_paired(codings):
    """Return the codings of the sentences that two or more coders read."""
    kept = (~np.isnan(codings.given[..., :1])).sum((0, 2)) > 1
    return Codings(codings.coders, codings.sentences[kept], codings.codes, codings.given[:, kept])


def bound_measures(given, documents, weights, seed, draws):
    """Return ({n_either, n_every, n_documents_either}, {measure: (estimate, low, high)}), each (codes,)."""
    size = documents.max(initial=-1) + 1
    values = compute_measures(
        total_draws(sum_documents(count_binary(given, weights), documents, size), draw_documents(size, draws, seed))
    )
    either, every = np.nanmax(given, axis=0, initial=0) > 0, np.nanmin(given, axis=0, initial=1) > 0
    hit, held, lacked = (sum_documents(part * 1.0, documents, size) > 0 for part in (either & ~every, either, ~every))
    bearing = {"positive_agreement": held, "alpha": held, "negative_agreement": lacked}
    bounds = {}
    for name, drawn in values.items():
        docs = bearing.get(name, np.ones_like(held)).sum(0)
        bounds[name] = bound_success(drawn, docs, hit.sum(0))
    return {"n_either": either.sum(0), "n_every": every.sum(0), "n_documents_either": held.sum(0)}, bounds


def interval_columns(name, about, low=None):
    """Return the three columns of a measure and its 95 % interval."""
    column = {name: Column("number", about, missing=True, low=low, high=1)}
    return column | {
        f"{name}_low": Column("number", "lower end of its 95 % interval, drawing documents", missing=True, low=low, high=1),
        f"{name}_high": Column("number", "upper end", missing=True, low=low, high=1),
    }

"""Coefficients: Krippendorff's alpha, Gwet's AC1 and shares of codings that are alike.

The first functions take one code as a table of coders and units, with missing codings; the last two take many codes that are
given or not, as sums over sentences, so that thousands of resamples cost one product of matrices.
"""

import numpy as np
import pandas as pd


class CodingsError(ValueError):
    """Codings that cannot be compared; the message is one plain sentence."""


def krippendorff_alpha(codes_by_coder, metric="nominal"):
    """Return Krippendorff's alpha of codings (coders, units), missing where a coder did not code a unit (Krippendorff 2011).

    ``metric`` is nominal, ordinal, interval or ratio; but for nominal the codes are numbers. Units coded once do not count.
    The result is missing where there is no variation (or no unit coded twice), because alpha is then 0 / 0.

    >>> round(krippendorff_alpha([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]), 6)
    0.095238
    """
    values, counts = count_values(codes_by_coder, numbers=metric != "nominal")
    coincidences = count_coincidences(counts)
    totals = coincidences.sum(1)
    distances = _square_distances(np.asarray(values), totals, metric)
    expected = (totals[:, None] * totals * distances).sum()
    return float(1 - (totals.sum() - 1) * (coincidences * distances).sum() / expected) if expected > 0 else np.nan


def gwet_ac1(codes_by_coder):
    """Return Gwet's AC1 of codings (coders, units) with missing ones (Gwet 2008); missing where fewer than two codes occur."""
    _, counts = count_values(codes_by_coder)
    size = counts.sum(1)
    chance = (counts[size > 0] / size[size > 0, None]).mean(0)
    if len(chance) < 2 or not (size > 1).any():
        return np.nan
    by_chance = (chance * (1 - chance)).sum() / (len(chance) - 1)
    return float((agree_by_unit(counts).mean() - by_chance) / (1 - by_chance))


def observed_agreement(codes_by_coder):
    """Return the mean over units coded at least twice of the share of pairs of codings that are alike."""
    alike = agree_by_unit(count_values(codes_by_coder)[1])
    return float(alike.mean()) if len(alike) else np.nan


def specific_agreement(codes_by_coder, value):
    """Return the probability that a second coder gives ``value`` where one gave it (Cicchetti and Feinstein 1990).

    With codes 1 and 0 this is positive agreement for 1, 2a / (2a + b + c), and negative agreement for 0; missing where
    nobody gave it.
    """
    values, counts = count_values(codes_by_coder)
    if value not in values:
        return np.nan
    row = count_coincidences(counts)[list(values).index(value)]
    return float(row[list(values).index(value)] / row.sum()) if row.sum() else np.nan


def count_values(codes_by_coder, numbers=True):
    """Return the values that occur, in order, and how many coders gave each to each unit, (units, values)."""
    codes = np.asarray(codes_by_coder, dtype=float if numbers else object)
    if codes.ndim != 2:
        raise CodingsError(f"codes by coder have {codes.ndim} dimensions; give one row a coder and one column a unit")
    number, values = pd.factorize(codes.ravel(), sort=True)
    number, units = number.reshape(codes.shape), np.broadcast_to(np.arange(codes.shape[1]), codes.shape)
    counts = np.zeros((codes.shape[1], len(values)))
    np.add.at(counts, (units[number >= 0], number[number >= 0]), 1)
    return values, counts


def count_coincidences(counts):
    """Return the coincidences (values, values) of counts (units, values): pairs of codings of a unit, each unit counting m."""
    paired = counts[counts.sum(1) > 1]
    weighted = paired / (paired.sum(1, keepdims=True) - 1)
    return weighted.T @ paired - np.diag(weighted.sum(0))


def agree_by_unit(counts):
    """Return for each unit coded at least twice the share of pairs of codings that are alike, from counts (units, values)."""
    paired = counts[counts.sum(1) > 1]
    size = paired.sum(1)
    return (paired * (paired - 1)).sum(1) / (size * (size - 1))


def _square_distances(values, totals, metric):
    """Return the squared distances (values, values) of a metric; ``totals`` (values,) are the marginals of coincidences."""
    if metric == "nominal":
        return 1.0 - np.eye(len(values))
    if metric == "ordinal":
        middle = np.cumsum(totals) - totals / 2  # from the middle of one value's codings to the middle of the other's
        return (middle[:, None] - middle) ** 2
    differences = (values[:, None] - values) ** 2
    if metric == "interval":
        return differences
    if metric == "ratio":
        return differences / np.maximum((values[:, None] + values) ** 2, 1e-300)
    raise CodingsError(f"metric {metric!r} is unknown; give nominal, ordinal, interval or ratio")


# Many codes and many resamples at once --------------------------------------------------------------------------------


def count_binary(given, weights):
    """Return what the measures need of each sentence and code, (sentences, codes, 7), from codings (coders, sentences, codes).

    Coincidences of 1 with 1, of 1 with 0 and of 0 with 0; share of pairs alike; 1 where coded twice; share of coders who gave
    it; 1 where coded at all; each times the sentence's weight (sentences,).
    """
    size, ones = (~np.isnan(given)).sum(0).astype(float), np.nansum(given, axis=0)
    paired, zeros = size > 1, size - ones
    pairs = np.where(paired, size - 1, np.inf)
    mixed = ones * zeros / pairs
    columns = [ones * (ones - 1) / pairs, mixed, zeros * (zeros - 1) / pairs]
    columns += [np.where(paired, 1 - 2 * mixed / np.maximum(size, 1), 0), paired]
    columns += [ones / np.maximum(size, 1), size > 0]
    return np.stack(columns, axis=-1) * weights[:, None, None]


def compute_measures(totals):
    """Return {measure: (...)} of totals (..., 7) of ``count_binary``: Krippendorff's alpha, AC1, shares alike."""
    both, mixed, none, alike, paired, share, coded = np.moveaxis(totals, -1, 0)
    ones, zeros = both + mixed, none + mixed
    with np.errstate(invalid="ignore", divide="ignore"):
        observed, chance = alike / paired, share / coded
        by_chance = 2 * chance * (1 - chance)
        return {
            "alpha": np.where(ones * zeros > 0, 1 - (ones + zeros - 1) * mixed / (ones * zeros), np.nan),
            "ac1": (observed - by_chance) / (1 - by_chance),
            "observed_agreement": observed,
            "positive_agreement": both / ones,
            "negative_agreement": none / zeros,
        }

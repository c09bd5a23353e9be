"""Error rates: how often the pipeline's tests reject what is true, find what is there, and how often its intervals hold the truth.

Each rate stands with its exact binomial interval. What must lie within bounds was declared before any outcome was seen, each with
its reason (``GATES``); a rate fails where its whole interval lies outside.
"""

import numpy as np
import pandas as pd

from framings.estimates import bound_share
from framings.schemas import Column, Contract, check
from framings.simulated_tests import ALONE, AS_TRUTH, CLUSTERED, CORRECTED, NAIVE, TRUE_CODES, simulate_design

REJECTED, POWER, COVERED, FAMILY_WISE = "false rejections", "power", "coverage", "family-wise error"
REJECTION_BAND, COVERAGE_BAND = (0.03, 0.07), (0.93, 0.97)
SIDES = ("both", "above", "below", "none")

ERROR_RATES = Contract(
    "error_rates", "how often a method is right or wrong in data sets simulated by a design", ("design_id", "coder", "measure", "method"),
    {
        "design_id": Column("text", "design"),
        "group_id": Column("text", "group of designs that are simulated together"),
        "design": Column("text", "what is simulated"),
        "coder": Column("text", "whose codes are tested", values=(TRUE_CODES, AS_TRUTH, CORRECTED, ALONE)),
        "measure": Column("text", "what is counted at 5 %", values=(REJECTED, POWER, COVERED, FAMILY_WISE)),
        "method": Column("text", "test or interval; of record: the p-value that verdicts rest on"),
        "n_sets": Column("int", "data sets in which it is defined", low=0),
        "n_hits": Column("int", "of these, with a rejection, or with the truth inside the interval", low=0),
        "rate": Column("number", "n_hits / n_sets", missing=True, low=0, high=1),
        "low": Column("number", "lower end of the exact (Clopper-Pearson) 95 % interval", missing=True, low=0, high=1),
        "high": Column("number", "upper end", missing=True, low=0, high=1),
        "gate": Column("text", "on which side of its band (3 to 7 %, coverage 93 to 97 %) it would fail", values=SIDES),
        "why": Column("text", "why it is gated so"),
        "passes": Column("text", "yes, no, or – where it is not gated or seldom defined", values=("yes", "no", "–")),
    },
)  # fmt: skip

STRESS = "a declared stress: no test claims to withstand this dependence; blocks are printed beside it for that"
CAUTIOUS = "it may err on the side of caution only"
# First match counts. (what it matches among design_id, truth, drift, coder, measure, method; side; why)
GATES = (
    ({"coder": (AS_TRUTH,)}, "none", "what the correction is there to avoid"),
    ({"coder": (ALONE,)}, "none", "stands beside the corrected codes; no verdict rests on it"),
    ({"method": (NAIVE, CLUSTERED)}, "none", "what is often done; for comparison, no verdict rests on it"),
    ({"method": ("no adjustment",)}, "none", "what the adjustments are there to avoid"),
    ({"measure": (POWER,)}, "none", "how much can be found is told, not demanded"),
    ({"drift": ("document", "voice")}, "none", STRESS),
    ({"measure": (FAMILY_WISE,)}, "above", f"Holm bounds the error of a family from above whatever the dependence; {CAUTIOUS}"),
    ({"truth": ("margin",)}, "above", f"two one-sided tests together reject at most as often as one; {CAUTIOUS}"),
    ({"truth": ("bound",)}, "above", f"the exact test of a share is discrete and bounds its error from above; {CAUTIOUS}"),
    ({"tested": (False,)}, "below", f"the contrast is too thin for a test; {CAUTIOUS}"),
    ({"method": ("jackknife, blocks", "label swap, blocks", "score flip, blocks")}, "above", f"a check beside the p of record, with few units; {CAUTIOUS}"),
    ({"kind": ("shares",)}, "below", "Clopper and Pearson's interval is cautious by construction; it may be too wide, not too narrow"),
    ({}, "both", "a confirmatory verdict or a printed interval rests on it"),
)  # fmt: skip
LEAST_DEFINED = 0.5  # part of the data sets in which a method must be defined to be gated


def measure_error_rates(designs, sets, swaps=999):
    """Return the table ERROR_RATES of designs, a row a design, coder, measure and method; methods never defined have no row."""
    tables = [count_hits(design, simulate_design(design, sets, swaps)) for design in designs]
    return check(pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(ERROR_RATES.columns)), ERROR_RATES)


def count_hits(design, hits):
    """Return the rows of ERROR_RATES of one design from its hits, as ``simulate_design`` gives them."""
    rows = []
    for (coder, measure, method), cells in hits.items():
        n, k = int(cells.notna().sum()), int(cells.sum())
        if n == 0 and method != "of record":
            continue
        measure = {"rejections": POWER if design.truth == "planted" else REJECTED}.get(measure, measure)
        low, high = (float(end) for end in bound_share(k, n, n)) if n else (np.nan, np.nan)
        tested = (coder, "rejections", "of record") not in hits or bool(hits[coder, "rejections", "of record"].notna().any())
        row = {
            "design_id": design.id,
            "group_id": design.group,
            "design": design.title,
            "coder": coder,
            "measure": measure,
            "method": method,
        }
        row |= {"n_sets": n, "n_hits": k, "rate": k / n if n else np.nan, "low": round(low, 6), "high": round(high, 6)}
        gate, why = find_gate(row | {"truth": design.truth, "drift": design.drift, "kind": design.kind, "tested": tested})
        enough = n >= LEAST_DEFINED * len(hits)
        passes = "–" if gate == "none" or not enough else "yes" if keep_band(measure, gate, low, high) else "no"
        rows.append(row | {"gate": gate, "why": why, "passes": passes})
    return pd.DataFrame(rows, columns=list(ERROR_RATES.columns))


def find_gate(facts):
    """Return (side, why) of the first of ``GATES`` that matches.

    >>> find_gate({"method": "naive logit", "coder": "true codes", "measure": "false rejections"})[0]
    'none'
    """
    return next((side, why) for matches, side, why in GATES if all(facts.get(name) in values for name, values in matches.items()))


def keep_band(measure, gate, low, high):
    """Return whether a rate whose interval is [low, high] keeps its band: not wholly outside on a side that is gated.

    >>> keep_band("coverage", "both", 0.91, 0.929), keep_band("false rejections", "above", 0.001, 0.02)
    (False, True)
    """
    least, most = COVERAGE_BAND if measure == COVERED else REJECTION_BAND
    return not ((gate in ("both", "above") and low > most) or (gate in ("both", "below") and high < least))


def explain_failures(table):
    """Return a sentence on the rates that left their band, or an empty text where none did."""
    failed = table[table["passes"] == "no"]
    if failed.empty:
        return ""
    told = [
        f"{row.method} in “{row.design}” ({row.coder}): {row.measure} {100 * row.rate:.1f} % [{100 * row.low:.1f}, {100 * row.high:.1f}]"
        for row in failed.itertuples()
    ]
    return f"{len(failed)} of {(table['passes'] != '–').sum()} gated rates lie wholly outside their band (3 to 7 %, coverage 93 to 97 %): {'; '.join(told)}"


class ErrorRatesError(ValueError):
    """Rates that verdicts rest on have left their bands; the message is one plain sentence."""


def refuse_failures(table):
    """Raise ``ErrorRatesError`` where a gated rate lies wholly outside its band."""
    told = explain_failures(table)
    if told:
        raise ErrorRatesError(told)


def read_rates(table):
    """Return the sentences by which the report reads the table: what the tests keep, what the usual ones do, what is not tested."""
    sets = int(table["n_sets"].max())
    gated = table[table["passes"] != "–"]
    kept, n = int((gated["passes"] == "yes").sum()), len(gated)
    null = table[(table["coder"] == TRUE_CODES) & (table["measure"] == REJECTED) & ~table["design_id"].str.contains("drift")]
    span = {method: 100 * null.loc[null["method"] == method, "rate"] for method in ("of record", NAIVE)}
    first = (
        f"In {sets} simulated data sets for each design, {'all' if kept == n else kept} of {n} rates that should stay within their band do; "
        f"the p of record rejects {_range(span['of record'])} % of true nulls at 5 %."
    )
    second = f"A logit that takes sentences for independent rejects {_range(span[NAIVE])} %"
    taken = table[(table["coder"] == AS_TRUTH) & (table["measure"] == REJECTED) & (table["method"] == "of record")]
    corrected = table[(table["coder"] == CORRECTED) & (table["measure"] == REJECTED) & (table["method"] == "of record")]
    if len(taken):
        second += f"; machine codes that err unequally, taken as truth, {_range(100 * taken['rate'])} %, corrected ones {_range(100 * corrected['rate'])} %"
    thin = table[(table["method"] == "of record") & (table["n_sets"] == 0) & (table["measure"] == REJECTED)]
    thin = thin.loc[~thin["design_id"].str.contains("drift"), "design"]
    third = f" Not tested, because too few documents carry the contrast: {'; '.join(thin)}." if len(thin) else ""
    return f"{first} {second}.{third}"


def _range(rates):
    """Return the smallest and the largest of rates in words."""
    low, high = (f"{value:.1f}" for value in (rates.min(), rates.max()))
    return low if low == high else f"{low} to {high}"

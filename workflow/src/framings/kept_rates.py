"""Kept rates: the table of error rates as a file of the corpus, with what it was made from, so that everybody can show it.

The first lines begin with # and name a module of the inference or a table of the design, with the first 16 digits of its SHA-256.
"""

import hashlib
import io
from pathlib import Path

import pandas as pd

from framings.designs import DESIGN
from framings.error_rates import ERROR_RATES, read_rates
from framings.schemas import ContractError, check

# What a rate depends on: the inference, and what simulates data for it. Other modules that these import carry no statistics.
INFERENCE = (
    "adjusted", "assessments", "comparisons", "correction", "error_rates", "estimates", "multiplicities", "sampling", "scores",
    "simulated_counts", "simulated_designs", "simulated_tests",
)  # fmt: skip
OTHERS = (
    "agreement", "codebook", "codings", "coefficients", "designs", "hypotheses", "mappings", "resamples", "schemas", "tallies", "texts",
)  # fmt: skip


def fingerprint_files(paths, names):
    """Return {name: first 16 digits of the SHA-256} of those files whose stem is among ``names``, in their order."""
    found = {Path(path).stem: Path(path) for path in paths}
    return {name: hashlib.sha256(found[name].read_bytes()).hexdigest()[:16] for name in names if name in found}


def fingerprint(code, design):
    """Return {name: hash} of the modules of the inference and the tables of the design, from paths of files."""
    return fingerprint_files(code, INFERENCE) | {
        f"design {name}": mark for name, mark in fingerprint_files(design, DESIGN).items()
    }


def render_rates(table, prints):
    """Return the text of the kept file."""
    head = "".join(f"# {name} {mark}\n" for name, mark in prints.items())
    shown = table.assign(rate=table["rate"].round(6))
    return head + shown.to_csv(index=False, lineterminator="\n")


def read_rates_file(path):
    """Return (ERROR_RATES, {name: hash}) from a kept file; raises ``ContractError`` where it is none."""
    text = Path(path).read_text(encoding="utf-8")
    head = [line[2:].rsplit(" ", 1) for line in text.splitlines() if line.startswith("# ")]
    if not head or any(len(parts) != 2 for parts in head):
        raise ContractError(f"{path} does not begin with what it was made from; make it with framings calibration keep")
    table = pd.read_csv(io.StringIO(text), comment=None, skiprows=len(head), keep_default_na=False, na_values=[""])
    return check(table, ERROR_RATES), dict(head)


def find_changes(kept, now):
    """Return the names of what has changed since the rates were measured, as one text; empty where nothing has.

    >>> find_changes({"scores": "a", "design codes": "b"}, {"scores": "a", "design codes": "c"})
    'design codes'
    """
    return ", ".join(sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name)))


def tell_state(changes, sets):
    """Return the sentence that says whether rates still belong to the code and the corpus as they are."""
    if not changes:
        return f"Measured on {sets} data sets a design with the inference and the design of this very run."
    return f"Measured on {sets} data sets a design before these changed: {changes}. `snakemake calibrate` measures anew."


def review_rates(table, kept, now):
    """Return {"reading", "state", "changed", "n_sets"}: what the report says of the rates, and of their being up to date."""
    sets, changes = int(table["n_sets"].max()), find_changes(kept, now)
    return {"reading": read_rates(table), "state": tell_state(changes, sets), "changed": changes, "n_sets": sets}

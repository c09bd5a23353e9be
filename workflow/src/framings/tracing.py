"""Tracing: from a number of the report back to the turns, sentences, paragraphs and pages behind it, and to the code of each step.

On the way everything that can be made again at once is made again and compared: the cell, the count or the estimate, the place of
each sentence in its paragraph, the fingerprint of each page. A walk is a plain dict that goes into JSON.
"""

import difflib
import functools
import json
import re
from pathlib import Path

import pandas as pd

from framings.entries import count_over, make_entry, select_rows
from framings.schemas import REFERENCE_NOTE
from framings.steps import find_maker, hash_code, list_code, read_steps
from framings.storage import read_tables

PLACE = re.compile(r"(?:t-)?(\w+)[:-](\d+)(?::(\w+))?")
BEHIND = ("codes", "marks", "sentences", "speakers", "turns", "documents")  # tables between a tally and a page, the nearest first


class TraceError(ValueError):
    """A number cannot be traced; the message is one plain sentence."""


class Results:
    """The results of a corpus in the checkout ``root``, read as far as they are asked for."""

    def __init__(self, root, corpus, pages=None):
        self.root, self.corpus, self.pages = Path(root), corpus, pages
        self.folder, self.hand = self.root / "results" / corpus, self.root / "data/corpora" / corpus
        self.tables = {}
        self.simulated = (self.hand / "design.yaml").exists()
        if not (self.folder / "numbers.json").exists():
            raise TraceError(
                f"{self.folder / 'numbers.json'} is not there; run snakemake --cores all --config corpus={corpus} first"
            )

    @functools.cached_property
    def numbers(self):
        """All entries by id."""
        return json.loads((self.folder / "numbers.json").read_text(encoding="utf-8"))

    @functools.cached_property
    def steps(self):
        """All rules by name."""
        return read_steps(self.root)

    def table(self, file):
        """Return a table in Parquet by its path inside the results; ``*`` stands for all shards, in their order."""
        if file not in self.tables:
            paths = sorted(self.folder.glob(file))
            if not paths:
                raise TraceError(f"{self.folder / file} is not there; build it with snakemake first")
            self.tables[file] = read_tables(paths)
        return self.tables[file]

    def has(self, file):
        """Whether a file of the results is there."""
        return any(self.folder.glob(file))

    @functools.cached_property
    def names(self):
        """Titles of codes and actors."""
        return json.loads((self.folder / "names.json").read_text(encoding="utf-8"))

    @functools.cached_property
    def by_model(self):
        """Whether a language model coded some of the drawn sentences."""
        files = (self.hand / "codes").glob("*.csv")
        return any(",language_model," in path.read_text(encoding="utf-8") for path in files)

    @functools.cached_property
    def corpus_files(self):
        """(known speakers, STAGES, Codebook, Hypotheses) of the corpus."""
        from framings.inputs import read_corpus

        return read_corpus(self.hand, self.root / "data/reference/codebook.yaml")


def find_entry(results, name):
    """Return the entry of a number by its id, or of a cell of a released table by TABLE:ROW:COLUMN.

    Raises ``TraceError`` with the nearest ids where there is none.
    """
    if name in results.numbers:
        return results.numbers[name]
    files = {e["table"]: {key: e[key] for key in ("rule", "file", "csv")} for e in results.numbers.values()}
    place = PLACE.fullmatch(name)
    if place and place[3] and place[1] in files:
        table, row, column = results.table(files[place[1]]["file"]), int(place[2]), place[3]
        if column in table and row < len(table):
            value = table[column].iloc[row]
            value = None if pd.isna(value) else value
            return (
                make_entry(value, str(value), place[1], row, column, f"row {row}", "cell") | files[place[1]] | {"printed": False}
            )
    near = (
        difflib.get_close_matches(name, results.numbers, 4)
        or [known for known in results.numbers if name.lower() in known.lower()][:4]
    )
    hint = f"; did you mean {' or '.join(near)}?" if near else "; framings trace --list shows all"
    raise TraceError(f"there is no number {name!r} in the report of {results.corpus}{hint}")


def trace_number(results, name, n_sentences=3):
    """Return the walk from a number: {number, table, step, talk, sentences, note, steps, checks}, as ``framings trace --json`` prints it."""
    from framings.tracing_talk import find_talk

    entry = find_entry(results, name)
    table = results.table(entry["file"])
    walk = {"number": {"id": name} | entry, "table": describe_place(entry, table), "checks": []}
    walk["checks"].append(check_number(entry, table))
    walk["step"] = describe_step(results, entry["rule"])
    talk = find_talk(results, entry, table, n_sentences) or {}
    walk["checks"] += talk.pop("checks", [])
    walk["talk"], walk["sentences"] = talk.pop("about", None), talk.pop("sentences", [])
    walk["note"] = describe_kind(results, walk["talk"] or {})
    walk["steps"] = [describe_step(results, rule) | {"made": made} for made, rule in list_steps(results, talk.get("files", []))]
    return walk


def describe_kind(results, talk):
    """Return what should be known of the codes that a walk shows: simulated, reference codes of a language model, predictions."""
    from framings.coder_names import explain_codes

    coder = talk.get("coder")
    note = REFERENCE_NOTE if coder not in (None, "dictionary", "planted") and not results.simulated and results.by_model else ""
    told = note if coder == "reference" else explain_codes(coder, note) if coder else ""
    return f"SIMULATED DATA. {told}".strip() if results.simulated else told


def describe_place(entry, table):
    """Return where a number stands: file, rule, column, and the row or the rows that are counted."""
    place = {key: entry[key] for key in ("file", "csv", "rule", "column")}
    if entry["row"] < 0:
        rows = select_rows(table, entry["where"])
        return place | {
            "how": entry["how"],
            "where": entry["where"],
            "n_rows": len(rows),
            "rows": [int(k) for k in rows.index[:20]],
        }
    cells = table.iloc[entry["row"]] if entry["row"] < len(table) else pd.Series(dtype=object)
    whole = {name: None if pd.isna(cell) else getattr(cell, "item", lambda cell=cell: cell)() for name, cell in cells.items()}
    return place | {"row": entry["row"], "csv_line": entry["row"] + 2, "cells": whole}


def check_number(entry, table):
    """Return the check that the table still gives the number that ``numbers.json`` holds."""
    if entry["row"] < 0:
        found, what = count_over(table, entry["how"], entry["column"], entry["where"]), f"counted again ({entry['how']})"
    else:
        there = entry["column"] in table and entry["row"] < len(table)
        found, what = table[entry["column"]].iloc[entry["row"]] if there else None, "the cell of the table"
    return compare(what, found, entry["value"])


def compare(what, found, expected, note=""):
    """Return a check: what was found again, what it should be, and whether they are equal (numbers to six digits).

    >>> compare("share", 0.12345678, 0.123457)["equal"], compare("share", 0.1, 0.2)["equal"], compare("share", None, None)["equal"]
    (True, False, True)
    """
    found, expected = (None if value is None or pd.isna(value) else value for value in (found, expected))
    found, expected = (value.item() if hasattr(value, "item") else value for value in (found, expected))
    if isinstance(found, float) and isinstance(expected, float | int):
        equal = abs(found - expected) <= 6e-7 * max(1, abs(expected))
    else:
        equal = found == expected
    return {"what": what, "found": found, "expected": expected, "equal": bool(equal), "note": note}


def describe_step(results, rule):
    """Return what a rule does and the code that it runs, with one fingerprint over all of it as it stands now."""
    step = results.steps.get(rule)
    if step is None:
        return {"rule": rule, "says": "", "defined": "", "code": [], "sha256": ""}
    code = list_code(results.root, rule)
    defined = f"{step.file}:{step.line}"
    return {"rule": rule, "says": step.says, "defined": defined, "code": code, "sha256": hash_code(results.root, code)}


def list_steps(results, files):
    """Return [(file inside the results, rule that makes it)] for ``files`` and the tables between them and a page, without repeats."""
    steps = []
    for file in files:
        path = f"results/{results.corpus}/{file}".replace("*", "00")
        rule = find_maker(results.steps, path)
        if rule and rule not in [known for _, known in steps]:
            steps.append((file, rule))
    return steps

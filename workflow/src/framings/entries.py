"""Entries of ``numbers.json``: a number with where it was read from, or the recipe by which it was counted over rows."""

import numpy as np
import pandas as pd

ENTRY = {
    "value": "the number, rounded to six digits",
    "text": "the number as it is printed",
    "table": "released table that it was read from",
    "row": "row of the table, from 0; -1 where it is counted over rows",
    "column": "column of the table; empty where rows are counted",
    "key": "the row, or what is counted, in words",
    "how": "cell, or how it is counted (COUNTS)",
    "where": "which rows are counted: {column: values, or present or absent}",
    "rule": "rule of the workflow that made the table",
    "file": "the table in Parquet, under results/<corpus>/",
    "csv": "the table as released, under results/<corpus>/; row k stands in its line k + 2",
    "printed": "whether the report prints it",
}
COUNTS = {
    "rows": lambda rows, column: len(rows),
    "distinct": lambda rows, column: len(rows.drop_duplicates(column.split())),
    "sum": lambda rows, column: rows[column].sum(),
    "largest": lambda rows, column: rows[column].max(),
    "first year": lambda rows, column: int(rows[column].min()[:4]),
    "last year": lambda rows, column: int(rows[column].max()[:4]),
}
LIKE = "verdicts alike to those of "


def select_rows(table, where):
    """Return the rows of a table in which each column has one of the values named, or is present or absent.

    >>> table = pd.DataFrame({"kind": ["a", "a", "b"], "p": [0.1, None, 0.2]})
    >>> select_rows(table, {"kind": ["a"], "p": "present"}).index.tolist()
    [0]
    """
    kept = pd.Series(True, index=table.index)
    for column, wanted in where.items():
        cells = table[column]
        kept &= cells.notna() if wanted == "present" else cells.isna() if wanted == "absent" else cells.isin(wanted)
    return table[kept]


def count_over(table, how, column="", where=None):
    """Return the number that a recipe counts over rows of a table; ``how`` is one of COUNTS, or ``LIKE`` with a coder.

    >>> table = pd.DataFrame({"kind": ["a", "a", "b"], "n": [1, 2, 4]})
    >>> int(count_over(table, "sum", "n", {"kind": ["a"]})), count_over(table, "distinct", "kind")
    (3, 2)
    """
    if how.startswith(LIKE):
        return count_alike(table, how.removeprefix(LIKE), where or {})
    return COUNTS[how](select_rows(table, where or {}), column)


def count_alike(tests, coder_id, where):
    """Return how many of a coder's tests (ASSESSMENTS), as far as ``where`` selects them, have its verdict from every other coder."""
    key = ["hypothesis_id", "window_id"]
    mine = select_rows(tests[tests["coder_id"] == coder_id], where)[[*key, "verdict"]]
    others = tests.loc[tests["coder_id"] != coder_id, [*key, "verdict"]].merge(mine, on=key, suffixes=("_other", ""))
    unlike = others.loc[others["verdict_other"] != others["verdict"], key].drop_duplicates()
    return len(mine) - len(unlike)


def make_entry(value, text, table, row, column, key, how, where=None):
    """Return the entry of a number, without its source: plain values that go into JSON."""
    value = value.item() if isinstance(value, np.generic) else value
    value = round(value, 6) if isinstance(value, float) else value
    entry = {"value": value, "text": text, "table": table, "row": int(row), "column": column, "key": key}
    return entry | {"how": how, "where": where or {}}

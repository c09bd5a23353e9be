"""Exports on disk, so that equal tables give equal bytes. Apart from ``framings.storage``, so that a change here reruns the exports alone.

A CSV cell that a spreadsheet would run as a formula gets an apostrophe in front, as in every CSV file of the project; the Parquet file
beside it has the text as it is.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from framings.products import RUNS_IN_SPREADSHEETS

ROWS = 1_000_000  # written at a time
MARKET = "%%MatrixMarket matrix coordinate integer general\n"


def write_texts(table, csv, parquet):
    """Write a pandas table as CSV and Parquet; return how many CSV cells got an apostrophe."""
    _write_parquet(pa.Table.from_pandas(table, preserve_index=False), parquet)
    return write_rows(table, csv)


def write_rows(table, csv):
    """Write a pandas table as CSV; return how many cells got an apostrophe."""
    n_disarmed, disarmed = 0, {}
    for name in table.columns:
        if pd.api.types.is_bool_dtype(table[name]):  # R takes no other spelling for logical values
            disarmed[name] = np.where(table[name], "TRUE", "FALSE")
        elif not pd.api.types.is_numeric_dtype(table[name]):
            risky = [isinstance(cell, str) and cell.lstrip().startswith(RUNS_IN_SPREADSHEETS) for cell in table[name]]
            if any(risky):
                disarmed[name] = np.where(risky, "'" + table[name].fillna("").astype(str), table[name])
                n_disarmed += sum(risky)
    pyarrow.csv.write_csv(pa.Table.from_pandas(table.assign(**disarmed), preserve_index=False), csv)
    return n_disarmed


def write_tokens(tokens, csv, parquet):
    """Write the Arrow table of tokens as CSV and Parquet, a stretch of rows at a time."""
    plain = pa.schema([(name, pa.int32() if name == "position" else pa.string()) for name in tokens.column_names])
    with pyarrow.csv.CSVWriter(csv, plain) as file:
        for first in range(0, len(tokens), ROWS):
            file.write_table(tokens.slice(first, ROWS).cast(plain))
    _write_parquet(tokens, parquet)


def _write_parquet(table, path):
    pyarrow.parquet.write_table(table.replace_schema_metadata(None), path, compression="zstd")


def write_market(counts, path):
    """Write a CSR matrix of whole numbers as Matrix Market, rows and columns counted from 1."""
    row = np.repeat(np.arange(1, counts.shape[0] + 1), np.diff(counts.indptr))
    cells = pa.table(
        [pa.array(row), pa.array(counts.indices.astype(np.int64) + 1), pa.array(counts.data)], names=["row", "column", "n"]
    )
    with Path(path).open("wb") as file:
        file.write(f"{MARKET}{counts.shape[0]} {counts.shape[1]} {counts.nnz}\n".encode())
        pyarrow.csv.write_csv(cells, file, pyarrow.csv.WriteOptions(include_header=False, delimiter=" "))


def write_lines(lines, path):
    """Write lines of text in UTF-8."""
    Path(path).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_text(text, path):
    """Write text in UTF-8 into a folder that is made where it is not there."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

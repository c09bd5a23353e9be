"""Tables on disk: the one module that opens files, so that the rest of the library takes and returns tables."""

import hashlib
import re
from pathlib import Path

import pandas as pd

from framings.schemas import ContractError, check


def read_tables(paths):
    """Return the tables of all shards as one, in the order of their paths; one path may be given bare."""
    paths = [paths] if isinstance(paths, str | Path) else list(paths)
    return pd.concat([pd.read_parquet(path) for path in paths], ignore_index=True)


def read_relevant(sentences, passages):
    """Return the sentences, from the shards at these paths, that the passages mark as talk about integration."""
    passages = read_tables(passages)
    return read_tables(sentences).merge(passages.loc[passages["relevant"], ["sentence_id"]], on="sentence_id")


def read_kept(paths, duplicates):
    """Return the tables of all shards without the documents that repeat another, which the table DUPLICATES at a path leaves out."""
    table, copies = read_tables(paths), pd.read_parquet(duplicates)
    return table[~table["document_id"].isin(copies.loc[copies["left_out"], "other_id"])].reset_index(drop=True)


def write_matrix(matrix, path):
    """Write a codes matrix (index sentence_id, a column a code)."""
    write_table(matrix.rename_axis(index="sentence_id").reset_index(), path)


def read_matrix(path):
    """Return a codes matrix that ``write_matrix`` wrote."""
    return pd.read_parquet(path).set_index("sentence_id")


def write_table(table, path):
    """Write a table so that equal tables give equal bytes."""
    table.to_parquet(path, index=False, compression="zstd")


def read_hand_table(path, contract):
    """Return a table kept by hand as CSV, every cell text, empty cells missing.

    Raises ``ContractError`` with file, row (as a spreadsheet counts: the heading is row 1) and column.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError) as error:
        raise ContractError(f"{path} cannot be read as a CSV table in UTF-8: {error}; save it again as CSV (UTF-8)") from error
    absent = [name for name in contract.columns if name not in table.columns]
    if absent and len(table.columns) == 1 and (found := re.search("[;\t]", table.columns[0])):
        mark = "semicolons" if found[0] == ";" else "tabs"
        raise ContractError(f"{path}: its cells are separated by {mark}; save it again as CSV with commas (UTF-8)")
    if absent:
        raise ContractError(f"{path}: column {absent[0]!r} is absent; add it to the first row")
    known = contract.columns | contract.optional
    unknown = [name for name in table.columns if name not in known]
    if unknown:
        raise ContractError(f"{path}: column {unknown[0]!r} is unknown; remove it or rename it to one of {', '.join(known)}")
    table = table.apply(lambda cells: cells.str.strip()).replace("", None)
    for name, rule in known.items():
        if name in table.columns:
            _refuse_first_bad_cell(table[name], rule, path)
    return check(table, contract)


def _refuse_first_bad_cell(cells, rule, path):
    """Raise a sentence naming the first cell that is missing or not one of the known values."""
    bad = cells.isna() if not rule.missing else pd.Series(False, index=cells.index)
    if bad.any():
        raise ContractError(f"{path}, row {bad.idxmax() + 2}, column {cells.name!r}: the cell is empty; it takes {rule.about}")
    if rule.values:
        bad = ~cells.isin(rule.values) & cells.notna()
        if bad.any():
            row = bad.idxmax()
            known = ", ".join(rule.values)
            raise ContractError(f"{path}, row {row + 2}, column {cells.name!r}: {cells[row]!r} is not one of {known}")


def page_reader(folder):
    """Return a function that gives the bytes of a page in ``folder`` by its file name, or None where it is absent."""
    folder = Path(folder).resolve()

    def read_page(name):
        path = (folder / name).resolve()
        if path.parent != folder or not path.is_file():
            return None
        return path.read_bytes()

    return read_page


def hash_file(path):
    """Return the SHA-256 of a file as hexadecimal text."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()

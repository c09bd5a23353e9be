"""Withholding: tables without the text of documents that may not be passed on, and files that would still give it away.

Which documents those are is said by the register (``framings.redistribution``). A cell of page text gives way to a reference to
its page; any other file in which a run of ``RUN`` words of such a text still stands, one that no free text and no title has, is
named, so that it can be left out.
"""

import re
from html import unescape
from pathlib import Path

import pandas as pd

from framings.redistribution import refer
from framings.storage import write_table

TEXT_COLUMNS = ("text", "lead")  # what holds running text of a page, in whatever table
# ASSUME: fewer than eight words in a row of a page whose text may not be passed on are no passage of it: labels, titles, topic words stay.
RUN = 8
WORD = re.compile(r"\w+")
MARKUP = re.compile(r"<[^>]*>")
TABLES = (".csv", ".parquet")
READABLE = (".html", ".json", ".svg", ".md", ".txt", ".yaml", ".tex")


def withhold_texts(table, urls, withheld, runs=frozenset()):
    """Return a table whose page text is replaced by a reference in the rows of withheld documents; the same object where there are none.

    ``urls``: {document_id: address}. Where ``runs`` of withheld words are given, so is every other cell that holds one.
    Without a column ``document_id`` the key before the first colon of ``sentence_id`` tells the document.

    >>> rows = pd.DataFrame({"document_id": ["a", "b"], "paragraph": [3, 0], "text": ["One.", "Two."]})
    >>> withhold_texts(rows, {"a": "http://site.example/1"}, {"a"})["text"].tolist()
    ['[text withheld: http://site.example/1, paragraph 3]', 'Two.']
    """
    owner = find_owners(table) if withheld else None
    if owner is None or not (hidden := owner.isin(withheld)).any():
        return table
    places = table.get("paragraph", {})
    for name in table.columns:
        cells = [(row, cell) for row, cell in table.loc[hidden, name].items() if isinstance(cell, str)]
        gone = [row for row, cell in cells if name in TEXT_COLUMNS or not runs.isdisjoint(_runs(cell))]
        if gone:
            references = [refer(urls.get(owner[row], owner[row]), places.get(row)) for row in gone]
            kept = table[name].copy()
            kept.loc[gone] = references
            table = table.assign(**{name: kept})
    return table


def find_owners(table):
    """Return the document that each row belongs to, or None where no column tells."""
    if "document_id" in table:
        return table["document_id"]
    return table["sentence_id"].str.split(":").str[0] if "sentence_id" in table else None


def copy_table(source, target, urls, withheld, runs=frozenset()):
    """Copy a CSV or Parquet table, its bytes unchanged where nothing in it is withheld; return whether something was."""
    source, target = Path(source), Path(target)
    table = read_table(source)
    kept = withhold_texts(table, urls, withheld, runs)
    if kept is table:
        target.write_bytes(source.read_bytes())
    elif source.suffix == ".csv":
        kept.to_csv(target, index=False, lineterminator="\n")
    else:
        write_table(kept, target)
    return kept is not table


def collect_runs(texts):
    """Return the set of all runs of ``RUN`` words in texts, lower case."""
    return {run for text in texts for run in _runs(text)}


def find_leaks(folder, names, runs, withheld=frozenset()):
    """Return those of the named files of a folder in which a run of withheld words stands, in the order given.

    Of a table, the rows of documents that are not ``withheld`` do not count: they are those documents' own words.
    """
    if not runs:
        return []
    paths = [(name, Path(folder, name)) for name in names]
    tables = [name for name, path in paths if path.suffix in TABLES and _table_holds(read_table(path), runs, withheld)]
    texts = [name for name, path in paths if path.suffix in READABLE and _text_holds(path, runs)]
    return [name for name in names if name in tables or name in texts]


def read_table(path):
    """Return a CSV table with every cell as text, or a Parquet table as it is."""
    return pd.read_csv(path, dtype=str, keep_default_na=False) if path.suffix == ".csv" else pd.read_parquet(path)


def _table_holds(table, runs, withheld):
    owner = find_owners(table)
    rows = table if owner is None else table[owner.isin(withheld)]
    cells = (cell for name in rows for cell in rows[name].dropna().unique() if isinstance(cell, str))
    return any(not runs.isdisjoint(_runs(cell)) for cell in cells)


def _text_holds(path, runs):
    text = path.read_text(encoding="utf-8", errors="replace")
    text = unescape(MARKUP.sub("", text)) if path.suffix in (".html", ".svg") else text.replace("\\n", " ").replace('\\"', '"')
    return not runs.isdisjoint(_runs(text))


def _runs(text):
    words = WORD.findall(text.lower())
    return {" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}

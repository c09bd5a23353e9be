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
READABLE = (".csv", ".html", ".json", ".svg", ".md", ".txt", ".yaml", ".tex")


def withhold_texts(table, urls, withheld):
    """Return a table whose page text is replaced by a reference in the rows of withheld documents; the same object where there are none.

    ``urls``: {document_id: address}. Without a column ``document_id`` the key before the first colon of ``sentence_id`` is used.

    >>> rows = pd.DataFrame({"document_id": ["a", "b"], "paragraph": [3, 0], "text": ["One.", "Two."]})
    >>> withhold_texts(rows, {"a": "http://site.example/1"}, {"a"})["text"].tolist()
    ['[text withheld: http://site.example/1, paragraph 3]', 'Two.']
    """
    columns = [name for name in TEXT_COLUMNS if name in table]
    if not columns or not withheld:
        return table
    owner = table["document_id"] if "document_id" in table else table["sentence_id"].str.split(":").str[0]
    hidden = owner.isin(withheld)
    if not hidden.any():
        return table
    places = table["paragraph"] if "paragraph" in table else [None] * len(table)
    for name in columns:
        cells = zip(table[name], owner, places, hidden, strict=True)
        kept = [refer(urls.get(key, key), place) if gone and pd.notna(cell) else cell for cell, key, place, gone in cells]
        table = table.assign(**{name: pd.Series(kept, index=table.index, dtype=table[name].dtype)})
    return table


def copy_table(source, target, urls, withheld):
    """Copy a CSV or Parquet table, its bytes unchanged where nothing in it is withheld; return whether something was."""
    source, target = Path(source), Path(target)
    is_csv = source.suffix == ".csv"
    table = pd.read_csv(source, dtype=str, keep_default_na=False) if is_csv else pd.read_parquet(source)
    kept = withhold_texts(table, urls, withheld)
    if kept is table:
        target.write_bytes(source.read_bytes())
    elif is_csv:
        kept.to_csv(target, index=False, lineterminator="\n")
    else:
        write_table(kept, target)
    return kept is not table


def collect_runs(texts):
    """Return the set of all runs of ``RUN`` words in texts, lower case."""
    return {run for text in texts for run in _runs(text)}


def find_leaks(folder, names, runs):
    """Return those of the named files of a folder in which a run of withheld words stands, in the order given."""
    if not runs:
        return []
    return [name for name in names if name.endswith(READABLE) and _holds_run(Path(folder, name), runs)]


def _holds_run(path, runs):
    text = path.read_text(encoding="utf-8", errors="replace")
    text = unescape(MARKUP.sub("", text)) if path.suffix in (".html", ".svg") else text.replace("\\n", " ").replace('\\"', '"')
    return not runs.isdisjoint(_runs(text))


def _runs(text):
    words = WORD.findall(text.lower())
    return {" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}

"""Pages on tables: every contract of the library as reference, with the rule that writes the table."""

import importlib
import re
from pathlib import Path

CHAPTERS = {
    "": "Kept by people and by commands, and tables that no file holds",
    "documents": "Documents",
    "turns": "Turns, speakers, sentences",
    "topics": "Topics",
    "frames": "Frames",
    "coders": "Coders",
    "estimates": "Estimates",
    "calibration": "Calibration",
    "report": "Report",
    "exports": "Exports",
    "simulation": "Simulation",
}
RULE = re.compile(r"^rule (\w+):\n(.*?)(?=^\S|\Z)", re.M | re.S)
OUTPUT = re.compile(r"^    output:\n((?: {8,}.*\n|\n)+)", re.M)
CONTRACT = re.compile(r"^([A-Z_]+) = Contract\(", re.M)
KINDS = {"text": "text", "int": "whole number", "number": "number", "bool": "true or false"}


def find_contracts(library):
    """Return [(module path inside the library, Contract)] of every table, in the order of modules."""
    found = []
    for path in sorted(Path(library).rglob("*.py")):
        names = CONTRACT.findall(path.read_text(encoding="utf-8"))
        inside = path.relative_to(library)
        module = importlib.import_module(".".join(["framings", *inside.with_suffix("").parts])) if names else None
        found += [(inside.as_posix(), getattr(module, name)) for name in names]
    return found


def find_outputs(rules):
    """Return [(chapter, rule, path)] of every table that the rule files in a folder write, paths as they stand there."""
    found = []
    for path in sorted(Path(rules).glob("*.smk")):
        for name, body in RULE.findall(path.read_text(encoding="utf-8")):
            written = OUTPUT.search(body)
            paths = re.findall(r"\"([^\"]*\.(?:parquet|csv))\"", written[1]) if written else []
            found += [(path.stem, name, where) for where in paths]
    return found


def name_tables(path):
    """Return the names of contracts that a file may keep, by its path.

    >>> name_tables("results/{corpus}/turns/{shard}.parquet"), name_tables("{RESULTS}topics/words.parquet")
    (['turns'], ['topic_words', 'topics_words'])
    >>> name_tables("results/{corpus}/simulated/turns.parquet"), name_tables("results/{corpus}/coding/frame.parquet")
    (['truth_turns', 'simulated_turns'], ['frame'])
    """
    parts = re.sub(r"^(results/\{+corpus\}+/|\{RESULTS\})|\.\w+$", "", path).split("/")
    if len(parts) == 1:
        return parts
    if parts[0] == "topics":
        return [parts[1]] if parts[1] in ("topics", "terms") else [f"topic_{parts[1]}", f"topics_{parts[1]}"]
    if parts[0] == "simulated":
        return [f"truth_{parts[1]}", parts[1] if parts[1] in ("planted", "traps") else f"simulated_{parts[1]}"]
    return [parts[1]] if parts[0] == "coding" else [parts[0]]


def describe_tables(library, rules):
    """Return the page of all tables as Markdown: what a row is, key, columns, rule and file, module of the contract."""
    order = {chapter: place for place, chapter in enumerate(CHAPTERS)}
    outputs = sorted(find_outputs(rules), key=lambda output: order.get(output[0], len(order)))
    chapters = {chapter: [] for chapter in CHAPTERS}
    for module, contract in find_contracts(library):
        own = outputs if "/" not in module else []  # tables of exchange/ go to coders and come back from them
        makers = [output for output in own if contract.name in name_tables(output[2])]
        chapters.setdefault(makers[0][0] if makers else "", []).append(_describe(module, contract, makers))
    lines = [
        "# Tables",
        "",
        "Written by `make docs` from the contracts in the library, which every job checks its table against. A table is named after what one of its",
        "rows is. Paths are those of the rules: `{corpus}` is the corpus, `{shard}` a part of its documents. Released copies are in `results/<corpus>/tables/`.",
    ]
    for chapter, told in chapters.items():
        if told:
            lines += ["", f"## {CHAPTERS.get(chapter, chapter.capitalize())}", *(line for table in told for line in table)]
    return "\n".join(lines) + "\n"


def _describe(module, contract, makers):
    """Return the lines on one table."""
    written = "; ".join(
        dict.fromkeys(f"`{rule}` writes `{path.replace('{{', '{').replace('}}', '}')}`" for _, rule, path in makers)
    )
    key = ", ".join(f"`{name}`" for name in contract.key)
    facts = [f"One row is {contract.row}.", f"Key: {key}." if key else "", f"Rule {written}." if written else ""]
    lines = ["", f"### {contract.name}", "", " ".join(fact for fact in [*facts, f"Contract: `{module}`."] if fact), ""]
    lines += ["| column | type | meaning |", "| --- | --- | --- |"]
    lines += [_describe_column(name, column) for name, column in contract.columns.items()]
    lines += [_describe_column(name, column, " (the column may be absent)") for name, column in contract.optional.items()]
    if contract.open_columns:
        lines.append(f"| … | {KINDS[contract.open_columns]} | further columns, each named after what it holds |")
    return lines


def _describe_column(name, column, remark=""):
    """Return the row on one column."""
    takes = KINDS[column.kind]
    if column.low is not None or column.high is not None:
        ends = ["…" if end is None else f"{end:g}" for end in (column.low, column.high)]
        takes += f", {ends[0]} to {ends[1]}" if column.high is not None else f", {ends[0]} or more"
    about = column.about + (f"; one of: {', '.join(map(str, column.values))}" if column.values else "")
    about += ("; may be empty" if column.missing else "") + remark
    return f"| `{name}` | {takes} | {about.replace('|', chr(92) + '|').replace('<', '&lt;')} |"

"""Programs behind results: which rule makes a product, on which lines, and what its jobs took."""

import ast
import csv
import re
from pathlib import Path

PLUMBING = ("framings.jobs", "framings.storage")  # imported by adapters to log, read and write
LIBRARY = "workflow/src"


def list_calls(root, script):
    """Return [(line, function, place)] of the library functions that a script calls, in the order of its lines.

    ``line`` is that of the first call in the script; ``place`` is ``file:line`` of the definition, relative to ``root``.
    """
    tree = ast.parse(Path(root, script).read_text(encoding="utf-8"))
    modules = {
        alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module.startswith("framings.") and node.module not in PLUMBING
        for alias in node.names
    }
    lines = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in modules:
            lines[node.func.id] = min(node.lineno, lines.get(node.func.id, node.lineno))
    found = []
    for name, line in sorted(lines.items(), key=lambda item: (item[1], item[0])):
        path = f"{LIBRARY}/{modules[name].replace('.', '/')}.py"
        found.append((line, f"{modules[name]}.{name}", f"{path}:{find_definition(Path(root, path), name)}"))
    return found


def find_definition(path, name):
    """Return the line on which a module defines a function or class; 1 where it does not."""
    nodes = ast.parse(Path(path).read_text(encoding="utf-8")).body
    return next((node.lineno for node in nodes if getattr(node, "name", None) == name), 1)


def find_output(root, script, output):
    """Return the line of a script that names an output of its rule, else the first that names any; 1 where none does."""
    lines = Path(root, script).read_text(encoding="utf-8").splitlines()
    for sign in (rf"output\.{output}\b", rf"output\[['\"]{output}['\"]\]", rf"\.{output}\b", r"\boutput\b"):
        found = next((number for number, line in enumerate(lines, 1) if re.search(sign, line) and "import" not in line), None)
        if found:
            return found
    return 1


def read_benchmarks(folder, corpus, rules):
    """Return [(rule, jobs, seconds, MB)] of the rules whose last run was measured: seconds summed over jobs, the most memory.

    ``folder`` holds <rule>/<corpus>.tsv or <rule>/<corpus>/*.tsv as Snakemake writes them; rules come in the order given.
    """
    found = []
    for rule in rules:
        paths = [Path(folder, rule, f"{corpus}.tsv"), *sorted(Path(folder, rule, corpus).rglob("*.tsv"))]
        rows = [row for path in paths if path.is_file() for row in _read_rows(path)]
        if rows:
            seconds = sum(_number(row.get("s")) for row in rows)
            found.append((rule, len(rows), seconds, max(_number(row.get("max_rss")) for row in rows)))
    return found


def _read_rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _number(cell):
    """Return a cell as number, 0 where Snakemake could not measure it."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return 0.0

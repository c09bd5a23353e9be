"""Steps of the workflow, read from its rule files: what each rule does, which files it makes, which code it runs.

The rule files are read as text, so that a walk through results needs no Snakemake; a test holds this reading against Snakemake's.
"""

import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

RULE = re.compile(r"^( *)rule (\w+):\n((?:\1 +.*\n|\s*\n)*)", re.M)
PIECE = re.compile(r'(f?)"((?:results/|\{RESULTS\})[^"]+)"')
HOLE = re.compile(r"\{+[^{}]*\}+")


@dataclass(frozen=True)
class Step:
    """A rule: its name, its docstring, the rule file and line in which it stands, and patterns of the files that it makes."""

    name: str
    says: str
    file: str
    line: int
    makes: tuple


def read_steps(base):
    """Return {rule: Step} of the rule files of the checkout ``base``, in the order of their names."""
    steps = {}
    for path in sorted(Path(base, "workflow/rules").glob("*.smk")):
        text = path.read_text(encoding="utf-8")
        for found in RULE.finditer(text):
            _, name, body = found.groups()
            said = re.search(r'"""(.+?)"""', body, re.S)
            line = text.count("\n", 0, found.start()) + 1
            makes = tuple(_list_outputs(body))
            steps[name] = Step(name, said.group(1) if said else "", f"workflow/rules/{path.name}", line, makes)
    return dict(sorted(steps.items()))


def _list_outputs(body):
    """Return the patterns of the files under results that a rule's output names; a hole is what braces leave open."""
    block = re.search(r"^( +)output:\n((?:\1 +.*\n)+)", body, re.M)
    for formatted, text in PIECE.findall(block.group(2) if block else ""):
        yield text.replace("{RESULTS}", "results/{corpus}/") if formatted else text


def find_maker(steps, path):
    """Return the name of the rule that makes a file, or None; of several that could, the one that leaves least of its name open.

    >>> steps = {name: Step(name, "", "", 1, (makes,)) for name, makes in (("a", "results/{c}/t/{x}.p"), ("b", "results/{c}/t/one.p"))}
    >>> find_maker(steps, "results/demo/t/one.p"), find_maker(steps, "results/demo/t/two.p"), find_maker(steps, "elsewhere")
    ('b', 'a', None)
    """
    found = [
        (len(HOLE.findall(pattern)), name)
        for name, step in steps.items()
        for pattern in step.makes
        if re.fullmatch("[^/]+".join(map(re.escape, HOLE.split(pattern))), path)
    ]
    return min(found)[1] if found else None


@functools.cache
def list_imported(base, path):
    """Return the library modules that a Python file or a notebook imports itself, always as `from framings.x import y`."""
    names = re.findall(r'^ *"?from (framings[.\w]+) import ', Path(path).read_text(encoding="utf-8"), re.M)
    return [Path(base, "workflow/src", *name.split(".")).with_suffix(".py") for name in names]


def list_code(base, rule, *notebooks):
    """Return the adapter of a rule and every library module that it or ``notebooks`` import, directly or through others.

    Paths are relative to ``base``. Notebooks are no part of the list, as they are inputs of their own.
    """
    base = Path(base)
    found, queue = set(), [base / "workflow/scripts" / f"{rule}.py", *(base / name for name in notebooks)]
    while queue:
        path = queue.pop()
        if path not in found:
            found.add(path)
            queue += list_imported(base, path)
    return sorted(str(path.relative_to(base)) for path in found)


def hash_code(base, paths):
    """Return the SHA-256 of the files ``paths`` under ``base``, names and bytes in order."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path}\0".encode() + Path(base, path).read_bytes() + b"\0")
    return digest.hexdigest()

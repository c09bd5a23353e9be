"""The house's own rules of style, as far as a machine can see them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ADAPTERS = sorted((ROOT / "workflow/scripts").glob("*.py"))
RULE_FILES = sorted((ROOT / "workflow/rules").glob("*.smk"))
LIBRARY = sorted((ROOT / "workflow/src/framings").rglob("*.py"))
# One locked environment serves every rule (make, or environment.yml for conda users), so that rules name none of their own.
ALLOWED_LINTS = {"Specify a conda environment or container for each rule."}


def rules():
    """Return the text of every rule by its name."""
    found = {}
    for path in [ROOT / "Snakefile", *RULE_FILES]:
        for block in re.split(r"\n(?=rule )", path.read_text(encoding="utf-8"))[1:]:
            found[re.match(r"rule (\w+)", block).group(1)] = block
    return found


def test_snakemake_lint_finds_nothing_but_the_allowed():
    """`snakemake --lint` names no fault other than those allowed above with their reason."""
    call = [sys.executable, "-m", "snakemake", "--lint"]
    finished = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    titles = set(re.findall(r"^ {4}\* (.+):$", finished.stdout + finished.stderr, re.M))
    assert titles == ALLOWED_LINTS


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.stem)
def test_an_adapter_is_short_and_defines_nothing(path):
    """An adapter has at most 25 lines that are not blank, no function, and a rule of its name."""
    text = path.read_text(encoding="utf-8")
    assert sum(bool(line.strip()) for line in text.splitlines()) <= 25
    assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda) for node in ast.walk(ast.parse(text)))
    assert path.stem in rules()


@pytest.mark.parametrize(("name", "block"), rules().items(), ids=rules())
def test_a_rule_says_what_it_does_and_takes_its_code_as_input(name, block):
    """Every rule but those that only gather has a docstring, a log, a benchmark, its code as input, and an adapter of its own name."""
    if name in ("all", "archive", "export", "package"):
        return
    assert re.match(rf'rule {name}:\n    """.+\."""\n', block)
    assert f'code=code("{name}")' in block
    assert f'"logs/{name}/' in block and f'"benchmarks/{name}/' in block
    assert f'"../scripts/{name}.py"' in block


def test_rule_files_are_short():
    """No rule file is longer than the report's."""
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= 260 for path in RULE_FILES)


def test_nothing_is_unpickled_and_no_yaml_is_loaded_unsafely():
    """No module loads pickles or YAML with arbitrary objects."""
    text = "".join(path.read_text(encoding="utf-8") for path in [*LIBRARY, *ADAPTERS, *RULE_FILES])
    assert not re.search(r"pickle|joblib|unsafe_load|yaml\.load\((?!text, Loader=_Loader)|allow_pickle=True", text)


@pytest.mark.parametrize("path", [*LIBRARY, *ADAPTERS], ids=lambda path: path.stem)
def test_the_library_is_imported_in_the_one_form_that_is_followed(path):
    """Every import of the library reads `from framings.x import y`, at the start of a line, so that code() finds it."""
    text = path.read_text(encoding="utf-8")
    parsed = {
        node.module if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name for name in parsed if name.startswith("framings")} == set(
        re.findall(r"^ *from (framings[.\w]+) import ", text, re.M)
    )

"""Facts about the notebooks: stored clean, reading only, the same page in every run; and about results opened from Python."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient.exceptions import CellExecutionError

from framings.notebooks import NotebookError, execute_notebook, render_notebook
from framings.opening import Results, ResultsError, open_results

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def list_files(folder):
    """Return every file below a folder with its content's fingerprint."""
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def folder(tmp_path):
    """A folder of results with a table in one file, one in two shards, one in a folder of tables, and names."""
    results = tmp_path / "results/made"
    (results / "turns").mkdir(parents=True)
    (results / "tallies").mkdir()
    pd.DataFrame({"x": [1]}).to_parquet(results / "inclusion.parquet")
    for shard in ("00", "01"):
        pd.DataFrame({"shard": [shard]}).to_parquet(results / f"turns/{shard}.parquet")
    pd.DataFrame({"y": [2]}).to_parquet(results / "tallies/dictionary.parquet")
    (results / "names.json").write_text('{"actors": {"NORTH": "Aldo"}}', encoding="utf-8")
    return results


def make_notebook(*cells):
    """Return a notebook with cells of code."""
    made = [nbformat.v4.new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(cells)]
    return nbformat.v4.new_notebook(cells=made)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs_counts_and_with_ids_of_its_own(path):
    """No output, no execution count, words for ids (so that the page never changes by chance), imports of the library as code() sees them."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in ids)
    for cell in notebook.cells:
        assert cell["cell_type"] == "markdown" or (cell["outputs"] == [] and cell["execution_count"] is None)
        assert all(
            re.match(r"from framings\.\w+ import ", line)
            for line in cell["source"].splitlines()
            if "import framings" in line or "from framings" in line
        )
    assert notebook["metadata"].keys() <= {"kernelspec", "language_info"}


def test_the_rule_runs_every_notebook_there_is():
    """The list of the workflow is the folder."""
    text = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")
    listed = re.findall(r'"(\w+)"', re.search(r"NOTEBOOKS = \[(.*?)\]", text).group(1))
    assert sorted(listed) == [path.stem for path in NOTEBOOKS]


def test_the_question_of_the_template_is_three_cells():
    """Choose, test, read what is behind it."""
    template = nbformat.read(ROOT / "notebooks/template.ipynb", as_version=4)
    assert [cell["id"] for cell in template.cells if cell["cell_type"] == "code"] == ["question", "test", "behind"]


def test_tables_are_opened_by_name_and_read_once(folder):
    """A file, shards as one table, a table in a folder; each reader has a copy of its own."""
    results = Results(folder)
    assert list(results["turns"]["shard"]) == ["00", "01"] and "tallies/dictionary" in results and "prevalence" not in results
    mine = results["inclusion"]
    mine.loc[0, "x"] = 99
    (folder / "inclusion.parquet").unlink()
    assert results["inclusion"].loc[0, "x"] == 1
    assert results.names["actors"] == {"NORTH": "Aldo"} and results.coder_id == "dictionary" and not results.simulated
    assert results.names_of_tables == ["tallies/dictionary", "turns"]


def test_what_is_not_there_is_named_with_what_is(folder, monkeypatch):
    """An unknown table, figure or corpus ends in a sentence that says what to do."""
    with pytest.raises(ResultsError, match=r"no table 'inclusoin'.*inclusion"):
        Results(folder)["inclusoin"]
    with pytest.raises(ResultsError, match="no figure 'nothing'"):
        Results(folder).figure("nothing")
    monkeypatch.chdir(folder.parents[1])
    with pytest.raises(ResultsError, match="run the workflow first"):
        open_results("other")


def test_results_are_found_by_name_from_a_folder_below_and_by_the_variable(folder, monkeypatch):
    """As a reader in notebooks/ and as the workflow open them."""
    below = folder.parents[1] / "notebooks"
    below.mkdir()
    monkeypatch.chdir(below)
    assert open_results("made").folder == folder and open_results(folder).folder == folder
    monkeypatch.setenv("FRAMINGS_RESULTS", str(folder))
    monkeypatch.setenv("FRAMINGS_CODER", "trained")
    assert open_results().folder == folder and open_results().coder_id == "trained"


def test_a_notebook_that_only_reads_runs_and_leaves_everything_as_it_was(folder):
    """It sees the results that it is told of; the page is UTF-8, has a title, loads nothing and is the same twice."""
    source = "from framings.opening import open_results\nopen_results().names['actors']"
    before = list_files(folder)
    pages = [render_notebook(execute_notebook(make_notebook(source), folder, "dictionary"), "made") for _ in range(2)]
    assert (
        pages[0] == pages[1] and "Aldo" in pages[0] and '<meta charset="utf-8">' in pages[0] and "<title>made</title>" in pages[0]
    )
    assert not re.search(r"(src|href)=\"?https?:", pages[0])
    assert list_files(folder) == before


@pytest.mark.parametrize(
    "source",
    [
        "open(f'{R}/new.txt', 'w')",
        "from pathlib import Path; Path(R, 'names.json').write_text('{}')",
        "import os; os.remove(f'{R}/names.json')",
        "import os; os.open(f'{R}/new.bin', os.O_CREAT | os.O_WRONLY)",
        "import shutil; shutil.rmtree(R)",
    ],
)
def test_a_write_is_refused_where_it_happens(folder, source):
    """Writing, replacing, removing: refused with a sentence; the folder is as it was. (In a process of its own, as a kernel is.)"""
    before = list_files(folder)
    guarded = f"from framings.notebooks import forbid_writing; forbid_writing(); R = {str(folder)!r}; {source}"
    finished = subprocess.run(
        [sys.executable, "-c", guarded],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow/src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1 and "reads results and writes nothing" in finished.stderr
    assert list_files(folder) == before


def test_a_notebook_that_writes_is_caught_in_its_kernel_and_one_that_writes_past_python_by_what_it_leaves(folder):
    """Python's own write fails in its cell; a table that a library writes in its own way is found afterwards."""
    with pytest.raises(CellExecutionError, match="writes nothing"):
        execute_notebook(make_notebook("open('note.txt', 'w')"), folder, "dictionary")
    past = "import pyarrow as pa, pyarrow.parquet as pq\npq.write_table(pa.table({'x': [1]}), 'left.parquet')"
    with pytest.raises(NotebookError, match=r"left\.parquet"):
        execute_notebook(make_notebook(past), folder, "dictionary")


@pytest.mark.slow
def test_all_notebooks_ran_on_the_simulated_corpus_and_say_that_it_is_simulated(built):
    """Each has its page; nothing beside the pages came into the folder of notebooks."""
    pages = built.folder / "results/demo/notebooks"
    assert sorted(page.stem for page in pages.iterdir()) == [path.stem for path in NOTEBOOKS]
    for page in pages.iterdir():
        text = page.read_text(encoding="utf-8")
        assert "Traceback" not in text and ("imulated data" in text or page.stem == "template")
    assert sorted(path.name for path in (built.folder / "notebooks").iterdir()) == [path.name for path in NOTEBOOKS]


@pytest.mark.slow
def test_the_report_of_snakemake_holds_figures_and_main_tables_with_their_captions(built):
    """Written offline from what is there; each figure's caption has n, unit and interval, and says that the data are simulated."""
    finished = built.run("--report", "results/demo/snakemake-report.html")
    assert finished.returncode == 0, finished.stderr
    page = (built.folder / "results/demo/snakemake-report.html").read_text(encoding="utf-8")
    for figure in (built.folder / "results/demo/figures").glob("*.svg"):
        assert figure.name in page
        lines = figure.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
        assert "Simulated data: no real person said any of this." in lines
        assert any(line.startswith("Unit: ") for line in lines) and any(line.startswith("Interval: ") for line in lines)
    assert page.count("Drawn 183 mm wide") >= 11 and "system-message" not in page and "prevalence.html" in page
    (built.folder / "results/demo/snakemake-report.html").unlink()

"""Run the notebooks on the results."""

from pathlib import Path

import nbformat

from framings.jobs import open_log
from framings.notebooks import execute_notebook, render_notebook

log = open_log(snakemake.log[0], "run_notebooks")
results = Path(snakemake.input.names).parent
for path, page in zip(snakemake.input.notebooks, snakemake.output.pages, strict=True):
    notebook = execute_notebook(nbformat.read(path, as_version=4), results, snakemake.params.coder)
    Path(page).write_text(render_notebook(notebook, f"{Path(page).stem}: {results.name}"), encoding="utf-8")
    log.info("%s: %d cells run", Path(path).name, len(notebook.cells))

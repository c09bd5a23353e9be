"""Run the notebook on the results."""

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from framings.jobs import open_log

log = open_log(snakemake.log[0], "run_notebook")
os.environ["FRAMINGS_RESULTS"] = str(Path(snakemake.output.page).parents[1].resolve())
notebook = nbformat.read(snakemake.input.notebook, as_version=4)
NotebookClient(notebook, timeout=600, kernel_name="python3", record_timing=False).execute()
page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
Path(snakemake.output.page).write_text(page, encoding="utf-8")
log.info("%d cells run", len(notebook.cells))

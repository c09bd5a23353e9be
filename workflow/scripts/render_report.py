"""Write the report."""

import json
from pathlib import Path

from framings.explorer_page import render_explorer
from framings.jobs import open_log
from framings.report import render_report
from framings.storage import read_tables

log = open_log(snakemake.log[0], "render_report")
given, settings = snakemake.input, snakemake.params
shown = ("documents", "inclusion", "prevalence", "assessments", "left_out", "topics", "unresolved", "evidence")
tables = {name: read_tables(given[name]) for name in shown}
tables |= {name: read_tables(path) for name, path in zip(settings.extra, given.extra, strict=True)}
read = ("template", "numbers", "names", "explorer")
template, *read = (Path(given[name]).read_text(encoding="utf-8") for name in read)
numbers, names, bundle = (json.loads(text) for text in read)
figures = {Path(path).stem: Path(path).read_bytes() for path in given.figures}
corpus = {"id": snakemake.wildcards.corpus, "title": settings.title, "registration": settings.registration}
provenance = {"codebook": f"version {names['codebook_version']}"} | settings.provenance
coded = settings.coder, settings.reference_note
parts = [Path(path).read_text(encoding="utf-8") for path in given.parts]
explorer = render_explorer(bundle, parts, corpus["id"], settings.simulated, names, *coded)
said = names["what_is_measured"], *coded, explorer
page = render_report(template, corpus, settings.simulated, numbers, figures, tables, names, provenance, *said)
Path(snakemake.output.report).write_text(page, encoding="utf-8")
log.info("the report is at %s", snakemake.output.report)

"""Write the report, and every number that it prints."""

import json
from pathlib import Path

from framings.citations import cite_tables
from framings.explorer_page import render_explorer
from framings.jobs import open_log
from framings.report import render_report
from framings.storage import read_tables

log = open_log(snakemake.log[0], "render_report")
given, settings = snakemake.input, snakemake.params
paths = {name: given[name] for name in settings.shown} | dict(zip(settings.extra, given.extra, strict=True))
tables = {name: read_tables(path) for name, path in paths.items()}
files = [given.names, given.get("review"), given.template, given.literature, given.explorer, *given.parts]
names, review, template, literature, *parts = [Path(path).read_text(encoding="utf-8") if path else "null" for path in files]
names, review, coded = json.loads(names), json.loads(review), (settings.coder, settings.reference_note)
cite = cite_tables(tables, paths, settings.makers, settings.coder)
figures = {Path(path).stem: Path(path).read_bytes() for path in given.figures}
corpus = {"id": snakemake.wildcards.corpus, "title": settings.title, "registration": settings.registration}
provenance = {"codebook": f"version {names['codebook_version']}"} | settings.provenance
explorer = render_explorer(*parts, corpus["id"], settings.simulated, names, *coded)
told = names, provenance, names["what_is_measured"], *coded, review, explorer, literature
page = render_report(template, corpus, settings.simulated, cite, figures, tables, *told)
Path(snakemake.output.report).write_text(page, encoding="utf-8")
Path(snakemake.output.numbers).write_text(json.dumps(cite.list_numbers(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
log.info("the report is at %s", snakemake.output.report)

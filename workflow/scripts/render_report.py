"""Write the report."""

import json
from pathlib import Path

import pandas as pd
import yaml
from framings.codebook import read_codebook
from framings.jobs import open_log
from framings.report import render_report
from framings.schemas import STAGES
from framings.storage import read_hand_table, read_tables

log = open_log(snakemake.log[0], "render_report")
given, settings = snakemake.input, snakemake.params
tables = {name: read_tables(given[name]) for name in ("documents", "inclusion", "prevalence", "assessments", "left_out", "topics", "unresolved", "evidence")}
tables |= {name: read_tables(path) for name, path in zip(settings.recovery, given.recovery, strict=True)}
numbers, names = (json.loads(Path(given[name]).read_text(encoding="utf-8")) for name in ("numbers", "names"))
codebook = read_codebook(Path(given.codebook).read_text(encoding="utf-8"))
prints = {row.file: f"SHA-256 {row.sha256}" for row in pd.read_csv(given.inputs).itertuples()}
provenance = {"codebook": f"version {codebook.version}", "settings": yaml.safe_dump(settings.settings, sort_keys=False)} | prints
page = render_report(
    Path(given.template).read_text(encoding="utf-8"),
    {"id": snakemake.wildcards.corpus, "title": settings.title},
    settings.simulated,
    numbers,
    {Path(path).stem: Path(path).read_bytes() for path in given.figures},
    tables,
    names | {"stages": read_hand_table(given.stages, STAGES)},
    provenance,
    codebook.what_is_measured,
)
Path(snakemake.output.report).write_text(page, encoding="utf-8")
log.info("the report is at %s", snakemake.output.report)

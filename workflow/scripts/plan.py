"""Plan what more documents or reference codes would bring."""

from pathlib import Path

from framings.designs import read_design
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.plans import PLAN_CAPTION, PLAN_LOOKS, PLAN_TITLE, plan_contrasts, tell_plans
from framings.products import render_csv, render_table, round_numbers
from framings.storage import read_tables

log = open_log(snakemake.log[0], "plan")
given, settings = snakemake.input, snakemake.params
_, stages, _, hypotheses = read_corpus(Path(given.corpus[0]).parent, given.codebook)
evidence = read_tables(given.evidence) if settings.coder in ("sample", "corrected") else None
limits = {name: settings.settings[name] for name in ("min_documents", "min_sentences")}
design, tallies = read_design(given.design), read_tables(given.tallies)
plans = plan_contrasts(tallies, hypotheses, stages, settings.coder, design, **settings.goal, evidence=evidence, **limits)
Path(snakemake.output.table).write_text(render_csv(plans), encoding="utf-8")
told = PLAN_TITLE, PLAN_CAPTION, settings.reference_note, settings.simulated
page = render_table(round_numbers(plans), *told, looks=PLAN_LOOKS)
Path(snakemake.output.page).write_text(page, encoding="utf-8")
for sentence in tell_plans(plans):
    log.info("%s", sentence)

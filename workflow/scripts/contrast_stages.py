"""Contrast single leaders between stages."""

from pathlib import Path

from framings.inputs import read_corpus
from framings.interactions import contrast_stages
from framings.jobs import open_log
from framings.storage import read_tables, write_table

log = open_log(snakemake.log[0], "contrast_stages")
_, stages, _, hypotheses = read_corpus(Path(snakemake.input.corpus[0]).parent, snakemake.input.codebook)
coder = snakemake.params.coder
evidence = read_tables(snakemake.input.evidence) if coder in ("sample", "corrected") else None
tallies = read_tables(snakemake.input.tallies)
interactions = contrast_stages(tallies, hypotheses, stages, coder, evidence=evidence, **snakemake.params.settings)
write_table(interactions, snakemake.output.interactions)
log.info("%d changes of single leaders, %d estimable", len(interactions), interactions["estimate"].notna().sum())

"""Estimate the contrasts from a model."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from framings.adjusted import add_circumstances, adjust_contrasts
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.storage import read_tables, write_table

log = open_log(snakemake.log[0], "adjust_contrasts")
_, stages, _, hypotheses = read_corpus(Path(snakemake.input.corpus[0]).parent, snakemake.input.codebook)
coder = snakemake.params.coder
evidence = read_tables(snakemake.input.evidence) if coder in ("sample", "corrected") else None
with threadpool_limits(1):
    tallies = read_tables(snakemake.input.tallies)
    tallies = add_circumstances(tallies, read_tables(snakemake.input.circumstances))
    adjusted = adjust_contrasts(tallies, hypotheses, stages, coder, evidence=evidence, **snakemake.params.settings)
write_table(adjusted, snakemake.output.adjusted)
log.info("%d contrasts adjusted, %d not estimable", adjusted["estimate"].notna().sum(), adjusted["estimate"].isna().sum())

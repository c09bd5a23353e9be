"""Estimate shares by actor and stage, for each coder."""

import pandas as pd

from framings.estimates import estimate_prevalence
from framings.jobs import open_log
from framings.schemas import STAGES, TALLIES
from framings.storage import read_hand_table, read_tables, write_table
from framings.unasked import add_unasked

log = open_log(snakemake.log[0], "estimate_prevalence")
stages = read_hand_table(snakemake.input.stages, STAGES)
evidence, tables = (read_tables(snakemake.input.evidence) if snakemake.input.get("evidence") else None), []
for coder, path in zip(snakemake.params.coders, snakemake.input.tallies, strict=True):
    tallies = read_tables(path)
    codes = [name for name in tallies if name not in TALLIES.columns]
    least = snakemake.params.min_documents, snakemake.params.min_sentences
    seen = evidence if coder in ("sample", "corrected") else None
    tables.append(estimate_prevalence(tallies, stages, coder, codes, *least, seen))
prevalence = add_unasked(pd.concat(tables, ignore_index=True))
write_table(prevalence, snakemake.output.prevalence)
log.info("%d shares estimated, %d not estimable", prevalence["share"].notna().sum(), prevalence["share"].isna().sum())

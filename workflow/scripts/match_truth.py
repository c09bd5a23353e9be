"""Attach the planted codes to the sentences of a shard."""

from pathlib import Path

from framings.codebook import read_codebook
from framings.jobs import open_log
from framings.recovery import match_truth
from framings.storage import read_tables, write_table

log = open_log(snakemake.log[0], "match_truth")
codebook = read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8"))
sentences, truth = read_tables(snakemake.input.sentences), read_tables(snakemake.input.truth)
codes = match_truth(sentences, truth, codebook.version)
write_table(codes, snakemake.output.codes)
log.info("%d planted codes on %d sentences", len(codes), codes["sentence_id"].nunique())

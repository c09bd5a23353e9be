"""Change one thing at a time in every confirmatory test."""

from pathlib import Path

from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.sensitivities import vary_analysis
from framings.storage import write_table
from framings.varied import read_beside, read_units

log = open_log(snakemake.log[0], "vary_analysis")
given, settings = snakemake.input, snakemake.params
_, stages, book, hypotheses = read_corpus(Path(given.corpus[0]).parent, given.codebook)
units, composites = read_units(given, settings.coder, hypotheses, book, settings.kinds, settings.coding_seed)
tables = read_beside(given, book)
varied, changes, tippings = vary_analysis(units, tables, hypotheses, stages, composites, settings.coder, **settings.estimates)
write_table(varied, snakemake.output.sensitivities)
write_table(changes, snakemake.output.changes)
write_table(tippings, snakemake.output.tippings)
tried, changing = changes[["n_variations", "n_changing"]].sum()
log.info("%d changes tried on %d confirmatory hypotheses; %d give another verdict", tried, len(changes), changing)

"""Write how often each turn uses each word."""

from pathlib import Path

from framings.export_files import write_lines, write_market, write_rows
from framings.export_notes import describe_matrices
from framings.jobs import open_log
from framings.matrices import count_features, write_ldac_lines
from framings.storage import read_tables

log, made = open_log(snakemake.log[0], "export_matrices"), snakemake.output
turns, language = read_tables(snakemake.input.turns), snakemake.params.language
counts, features, docvars = count_features(turns, language)
write_market(counts, made.counts)
write_lines(write_ldac_lines(counts), made.documents)
for path in (made.features, made.vocab):
    write_lines(features, path)
for path in (made.docvars, made.meta):
    write_rows(docvars, path)
n_withheld = turns.loc[turns["withheld"], "document_id"].nunique()
readme = describe_matrices(counts.shape, language, n_withheld, snakemake.params.simulated)
Path(made.readme).write_text(readme, encoding="utf-8")
log.info("%d turns, %d words, %d cells that are not zero", *counts.shape, counts.nnz)

"""Estimate every hypothesis in hundreds of ways, and test them together."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from framings.agreement import gate_codes
from framings.curves import explore_specifications
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.selections import gather_talk
from framings.specifications import spread_coders
from framings.storage import read_kept, read_matrix, read_tables, write_table

log, given = open_log(snakemake.log[0], "explore_specifications"), snakemake.input
_, stages, book, hypotheses = read_corpus(Path(given.corpus[0]).parent, given.codebook)
names = ("documents", "turns", "speakers", "sentences", "marks", "passages")
talk = gather_talk(*(read_kept(given[name], given.duplicates) for name in names), snakemake.params.language)
codes = sorted({code for hypothesis in hypotheses.hypotheses for code in hypothesis.needed_codes})
coded = (read_tables(given.outcomes), read_matrix(given.probabilities)) if given.get("outcomes") else ()
coders = spread_coders(talk, codes, read_tables(given.dictionary), book, *coded)
gates = gate_codes(read_tables(given.agreement)) if given.get("agreement") else None
with threadpool_limits(1):
    found = explore_specifications(talk, coders, codes, hypotheses, stages, *snakemake.params.settings, gates=gates)
for table, path in zip(found, snakemake.output, strict=True):
    write_table(table, path)
log.info("%d specifications of %d hypotheses, %d tested jointly", *map(len, found), found[1]["p_median"].notna().sum())

"""Correct the trained coder's codes by the reference codes, and tally them."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from framings.codebook import read_codebook
from framings.coded import read_coding
from framings.correction import add_composites, list_outcomes, stack_outcomes
from framings.jobs import open_log
from framings.references import choose_reference, spread_reference
from framings.storage import read_kept, read_matrix, read_relevant, read_tables, write_table
from framings.tallies import tally_outcomes

log = open_log(snakemake.log[0], "correct_codes")
given, book = snakemake.input, read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8"))
sample, coded, _ = read_coding(given.sample, given.coded, frame := read_tables(given.frame))
matrices = [read_matrix(given.probabilities), read_matrix(given.given)]
matrices.append(spread_reference(choose_reference(coded, snakemake.params.kinds), book, families=False))
with threadpool_limits(1):
    outcomes = list_outcomes(
        *(add_composites(matrix, book.composites) for matrix in matrices), sample, frame, snakemake.params.seed
    )
write_table(stack_outcomes(outcomes), snakemake.output.outcomes)
tables = [read_kept(given[name], given.duplicates) for name in ("documents", "turns", "speakers")]
tables += [read_relevant(given.sentences, given.passages), read_tables(given.marks)]
for name, outcome in outcomes.items():
    write_table(tally_outcomes(*tables, outcome), snakemake.output[name])
log.info("codes of %d sentences corrected by the reference codes of %d", len(frame), len(matrices[2]))

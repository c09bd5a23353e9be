"""Correct the trained coder's codes by the reference codes, and tally them."""

from threadpoolctl import threadpool_limits

from framings.coded import read_asked, read_coding
from framings.correction import add_composites, list_outcomes, stack_outcomes
from framings.jobs import open_log
from framings.references import choose_reference, spread_reference
from framings.storage import read_kept, read_matrix, read_relevant, read_tables, write_table
from framings.tallies import tally_outcomes

log = open_log(snakemake.log[0], "correct_codes")
given = snakemake.input
sample, coded, _ = read_coding(given.sample, given.coded, frame := read_tables(given.frame))
reference = choose_reference(coded, snakemake.params.kinds)
book = read_asked(given.codebook, reference)
matrices = [read_matrix(given.probabilities), read_matrix(given.given)]
matrices.append(spread_reference(reference, book, families=False))
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

"""Measure dictionary and trained coder against the reference codes."""

from threadpoolctl import threadpool_limits

from framings.coded import read_asked, read_coding
from framings.coder_accuracy import compare_coders, measure_coders
from framings.correction import spread_codes
from framings.jobs import open_log
from framings.references import choose_reference, spread_reference
from framings.storage import read_matrix, read_tables, write_table

log = open_log(snakemake.log[0], "measure_coders")
given = snakemake.input
frame = read_tables(given.frame)
sample, coded, _ = read_coding(given.sample, given.coded, frame)
reference = choose_reference(coded, snakemake.params.kinds)
book = read_asked(given.codebook, reference)
reference = spread_reference(reference, book, families=False)
dictionary = spread_codes(read_tables(given.dictionary), frame["sentence_id"], list(reference))
coders = {"dictionary": dictionary, "trained": read_matrix(given.given)}
chance, scores = sample.set_index("sentence_id")["p"], {"trained": read_matrix(given.probabilities)}
with threadpool_limits(1):
    given = coders, reference, chance, frame.set_index("sentence_id"), book.composites
    accuracy = measure_coders(*given, scores, seed=snakemake.params.seed)
    differences = compare_coders(*given, "trained", "dictionary", goal=0.1, seed=snakemake.params.seed)
write_table(accuracy, snakemake.output.accuracy)
write_table(differences, snakemake.output.differences)
log.info("%d coders measured on %d sentences", len(coders), len(reference))

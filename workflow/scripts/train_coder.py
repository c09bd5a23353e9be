"""Train a coder and let it code the frame."""

import numpy as np
from threadpoolctl import threadpool_limits

from framings.coded import read_asked, read_coding
from framings.coders import cross_fit, write_coder
from framings.jobs import open_log
from framings.references import choose_reference, list_groups, spread_reference
from framings.storage import read_tables, write_matrix

log = open_log(snakemake.log[0], "train_coder")
given = snakemake.input
frame = read_tables(given.frame)
sample, coded, _ = read_coding(given.sample, given.coded, frame)
reference = choose_reference(coded, snakemake.params.kinds)
book = read_asked(given.codebook, reference)
reference = spread_reference(reference, book)
with threadpool_limits(1):
    fitted = cross_fit(frame, read_tables(given.matches), reference, sample, list_groups(book), snakemake.params.seed)
write_matrix(fitted.probabilities, snakemake.output.probabilities)
write_matrix(fitted.given.astype(float), snakemake.output.given)
np.savez(snakemake.output.coder, **write_coder(fitted.trained))
log.info("%d sentences coded after learning from %d", len(frame), len(reference))

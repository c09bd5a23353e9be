"""Measure the design of the corpus."""

from pathlib import Path

from framings.coded import read_coding, restrict_codebook
from framings.correction import add_composites
from framings.designs import measure_design, write_design
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.references import choose_reference, spread_reference
from framings.storage import read_tables

log = open_log(snakemake.log[0], "measure_design")
given, settings = snakemake.input, snakemake.params
_, _, book, hypotheses = read_corpus(Path(given.corpus[0]).parent, given.codebook)
known = {}
if given.get("frame"):
    sample, coded, _ = read_coding(given.sample, given.coded, frame := read_tables(given.frame))
    book = restrict_codebook(book, reference := choose_reference(coded, settings.kinds))
    reference = add_composites(spread_reference(reference, book, families=False), book.composites)
    known = {"accuracy": read_tables(given.accuracy), "reference": reference, "sample": sample, "frame": frame}
design = measure_design(read_tables(given.dictionary), read_tables(given.headline), settings.coder, hypotheses, **known)
write_design(design, snakemake.output.design)
log.info("%d documents, %d codes, %d reference sentences", *(len(design[name]) for name in ("documents", "codes", "sample")))

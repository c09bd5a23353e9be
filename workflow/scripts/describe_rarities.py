"""Describe what is too rare for a test, for the coder of the headline and the dictionary."""

from pathlib import Path

import pandas as pd

from framings.coded import read_coding
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.rarities import count_read, describe_rarities
from framings.storage import read_tables, write_table

log = open_log(snakemake.log[0], "describe_rarities")
given, settings = snakemake.input, snakemake.params.settings
_, stages, _, hypotheses = read_corpus(Path(given.corpus[0]).parent, given.codebook)
behind = {}
if given.evidence:
    sample, _, _ = read_coding(given.sample, given.coded, frame := read_tables(given.frame))
    behind = {"evidence": read_tables(given.evidence), "read": count_read(frame, sample)}
pieces, assessments = [], read_tables(given.assessments)
for coder, path in zip(snakemake.params.coders, given.tallies, strict=True):
    seen = behind if coder in ("sample", "corrected") else {}
    pieces.append(describe_rarities(read_tables(path), assessments, hypotheses, stages, coder, **settings, **seen))
write_table(pd.concat(pieces, ignore_index=True), snakemake.output.rarities)
log.info("%d sides of contrasts too rare for a test", sum(map(len, pieces)))

"""Code the sentences of a shard with the dictionary."""

from pathlib import Path

from framings.codebook import read_codebook
from framings.frames import code_frames
from framings.jobs import open_log
from framings.storage import read_tables, write_table

log = open_log(snakemake.log[0], "code_frames")
codebook = read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8"))
sentences = read_tables(snakemake.input.sentences)
documents = read_tables(snakemake.input.documents)
matches, codes = code_frames(sentences, documents, codebook, negation_window=snakemake.params.negation_window)
write_table(matches, snakemake.output.matches)
write_table(codes, snakemake.output.codes)
log.info("%d matches; %d of %d sentences carry a code", len(matches), codes["sentence_id"].nunique(), len(sentences))

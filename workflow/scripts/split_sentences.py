"""Split the speech of a shard into sentences."""

from pathlib import Path

from framings.jobs import open_log
from framings.sentences import read_abbreviations, split_sentences
from framings.storage import read_tables, write_table

log = open_log(snakemake.log[0], "split_sentences")
names = ("documents", "turns", "paragraphs", "spans")
abbreviations = {name: read_abbreviations(Path(snakemake.input[name]).read_text(encoding="utf-8")) for name in ("en", "ru")}
sentences = split_sentences(*(read_tables(snakemake.input[name]) for name in names), abbreviations)
write_table(sentences, snakemake.output.sentences)
log.info("%d sentences", len(sentences))

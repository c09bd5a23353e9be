"""Split the documents of a shard into speaker turns."""

from framings.jobs import open_log
from framings.storage import read_tables, write_table
from framings.turns import segment_turns

log = open_log(snakemake.log[0], "segment_turns")
turns, spans = segment_turns(read_tables(snakemake.input.documents), read_tables(snakemake.input.paragraphs))
write_table(turns, snakemake.output.turns)
write_table(spans, snakemake.output.spans)
log.info("%d turns in %d documents", len(turns), turns["document_id"].nunique())

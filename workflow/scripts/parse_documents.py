"""Read the pages of a shard."""

from framings.documents import parse_documents
from framings.jobs import open_log
from framings.schemas import CORRECTIONS, REGISTER
from framings.shards import shard_of
from framings.storage import page_reader, read_hand_table, write_table

log = open_log(snakemake.log[0], "parse_documents")
register = read_hand_table(snakemake.input.register, REGISTER).sort_values("document_id")  # rows in any order, one result
shard = [shard_of(key, snakemake.params.n_shards) == snakemake.wildcards.shard for key in register["document_id"]]
corrections = read_hand_table(snakemake.input.corrections, CORRECTIONS) if snakemake.input.get("corrections") else None
documents, paragraphs, removed = parse_documents(register[shard], page_reader(snakemake.params.pages), corrections)
write_table(documents, snakemake.output.documents)
write_table(paragraphs, snakemake.output.paragraphs)
write_table(removed, snakemake.output.removed)
for row in documents[documents["status"] == "refused"].itertuples():
    log.warning("%s is left out: %s", row.document_id, row.reason)
counts = documents["status"].value_counts()
log.info("%d documents registered: %s", len(documents), ", ".join(f"{n} {status}" for status, n in sorted(counts.items())))

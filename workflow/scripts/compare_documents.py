"""Find documents that repeat each other."""

from framings.duplicates import compare_documents, left_out_ids
from framings.jobs import open_log
from framings.storage import read_tables, write_table

log = open_log(snakemake.log[0], "compare_documents")
documents, paragraphs = read_tables(snakemake.input.documents), read_tables(snakemake.input.paragraphs)
duplicates, twins = compare_documents(documents, paragraphs)
write_table(duplicates, snakemake.output.duplicates)
write_table(twins, snakemake.output.twins)
n_read = int((documents["status"] == "parsed").sum())
n_out = len(left_out_ids(duplicates))
log.info("%d documents read, %d left out as copies; %d pairs in two languages", n_read, n_out, len(twins))

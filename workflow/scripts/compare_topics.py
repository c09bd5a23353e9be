"""Hold the topics of record against those of a structural topic model; needs the optional package topica."""

from scipy import sparse

from framings.jobs import open_log
from framings.storage import read_tables, write_table
from framings.topic_models import compare_models

log = open_log(snakemake.log[0], "compare_topics")
found = {name: read_tables(snakemake.input[name]) for name in ("topics", "weights", "shares")}
turns, terms, speakers = (read_tables(snakemake.input[name]) for name in ("turns", "terms", "speakers"))
compared = compare_models(found, sparse.load_npz(snakemake.input.counts), turns, terms, speakers, **snakemake.params)
write_table(compared, snakemake.output.compared)
compared.to_csv(snakemake.output.csv, index=False, float_format="%.4f", lineterminator="\n")
near = compared.drop_duplicates("topic")
log.info("%d of %d topics have a partner with a cosine of .5 or more", (near["cosine"] >= 0.5).sum(), len(near))

"""Choose the topics of record and share them out to all turns."""

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from framings.jobs import open_log
from framings.storage import read_tables, write_table
from framings.topic_links import share_topics_by_actor
from framings.topics import choose_topics

log = open_log(snakemake.log[0], "choose_topics")
turns, terms = (read_tables(snakemake.input[name]) for name in ("turns", "terms"))
parts = [dict(np.load(path)) for path in snakemake.input.fits]
with threadpool_limits(1):
    found = choose_topics(parts, sparse.load_npz(snakemake.input.counts), turns, terms, **snakemake.params)
found["actors"] = share_topics_by_actor(found["shares"], found["topics"], turns, read_tables(snakemake.input.speakers))
for name, table in found.items():
    write_table(table, snakemake.output[name])
chosen = found["choice"][found["choice"]["chosen"]]
log.info("%s", chosen["reason"].iloc[0] if len(chosen) else found["choice"]["reason"].iloc[0])

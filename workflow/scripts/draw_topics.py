"""Draw topic shares by actor and stage from all fits."""

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from framings.jobs import open_log
from framings.storage import read_tables, write_table
from framings.topic_draws import draw_topics

log = open_log(snakemake.log[0], "draw_topics")
found = {name: read_tables(snakemake.input[name]) for name in ("choice", "topics", "weights", "shares")}
turns, terms, speakers = (read_tables(snakemake.input[name]) for name in ("turns", "terms", "speakers"))
parts = [dict(np.load(path)) for path in snakemake.input.fits]
with threadpool_limits(1):
    counts = sparse.load_npz(snakemake.input.counts)
    stages = draw_topics(found, parts, counts, turns, terms, speakers, **snakemake.params)
write_table(stages, snakemake.output.stages)
log.info("%d topic shares by actor and stage, %d not estimable", stages["share"].notna().sum(), stages["share"].isna().sum())

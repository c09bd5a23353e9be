"""Fit a part of the grid of topic models."""

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from framings.factors import fit_topics
from framings.jobs import open_log
from framings.storage import read_tables

log = open_log(snakemake.log[0], "fit_topics")
with threadpool_limits(1):
    fits = fit_topics(sparse.load_npz(snakemake.input.counts), read_tables(snakemake.input.turns), **snakemake.params)
np.savez(snakemake.output.fits, **fits)
log.info("%d topic models fitted; too little text for K in %s", len(fits["k"]), fits["too_large"].tolist())

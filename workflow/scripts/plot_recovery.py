"""Draw the figures of the recovery."""

from framings.canvas import write_figures
from framings.figures import contrasts_recovered, shares_recovered
from framings.jobs import open_log
from framings.storage import read_tables

log = open_log(snakemake.log[0], "plot_recovery")
title = snakemake.params.title
drawn = {
    "shares_recovered": shares_recovered(read_tables(snakemake.input.shares), title),
    "contrasts_recovered": contrasts_recovered(read_tables(snakemake.input.contrasts), title),
}
write_figures(drawn, snakemake.output)
log.info("%d figures drawn", len(drawn))

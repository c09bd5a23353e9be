"""Draw the figures of the recovery."""

from pathlib import Path

from framings.canvas import save_png, save_svg
from framings.figures import contrasts_recovered, shares_recovered
from framings.jobs import open_log
from framings.storage import read_tables

log = open_log(snakemake.log[0], "plot_recovery")
title = snakemake.params.title
drawn = {
    "shares_recovered": shares_recovered(read_tables(snakemake.input.shares), title),
    "contrasts_recovered": contrasts_recovered(read_tables(snakemake.input.contrasts), title),
}
for path in map(Path, snakemake.output):
    path.write_bytes({".png": save_png, ".svg": save_svg}[path.suffix](drawn[path.stem]))
log.info("%d figures drawn", len(drawn))

"""Put the rates of all groups together and draw them."""

from pathlib import Path

from framings.canvas import write_figures
from framings.error_rate_figures import error_rates
from framings.jobs import open_log
from framings.kept_rates import fingerprint, render_rates
from framings.storage import read_tables

log = open_log(snakemake.log[0], "collect_error_rates")
given = snakemake.input
table = read_tables(given.rates)
Path(snakemake.output.table).write_text(render_rates(table, fingerprint(given.inference, given.design)), encoding="utf-8")
write_figures({"error_rates": error_rates(table, snakemake.params.title)}, {}, {}, snakemake.output.figures)
log.info("%d rates of %d designs", len(table), table["design_id"].nunique())

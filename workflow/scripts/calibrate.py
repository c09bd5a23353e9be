"""Refuse error rates that have left their bands."""

from framings.error_rates import read_rates, refuse_failures
from framings.jobs import open_log
from framings.kept_rates import read_rates_file

log = open_log(snakemake.log[0], "calibrate")
table, _ = read_rates_file(snakemake.input.table)
log.info("%s The table is %s, the figure beside it.", read_rates(table), snakemake.input.table)
refuse_failures(table)

"""Simulate a group of designs and count rejections and coverage."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from framings.designs import read_design
from framings.error_rates import measure_error_rates
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.simulated_designs import list_designs
from framings.storage import write_table

log = open_log(snakemake.log[0], "simulate_error_rates")
_, stages, _, hypotheses = read_corpus(Path(snakemake.input.corpus[0]).parent, snakemake.input.codebook)
designs = list_designs(read_design(snakemake.input.design), hypotheses, list(stages["stage_id"]))
mine = [design for design in designs if design.group == snakemake.wildcards.group]
with threadpool_limits(1):
    write_table(measure_error_rates(mine, snakemake.params.sets), snakemake.output.rates)
log.info("%s: %d designs, %d data sets each", snakemake.wildcards.group, len(mine), snakemake.params.sets)

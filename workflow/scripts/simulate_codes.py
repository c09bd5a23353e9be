"""Let simulated coders code a sample."""

from pathlib import Path

from framings.codebook import read_codebook
from framings.jobs import open_log
from framings.simulation_codes import simulate_codes
from framings.storage import read_tables

log = open_log(snakemake.log[0], "simulate_codes")
codes = read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8")).codes["code"]
frame, planted = read_tables(snakemake.input.frame), read_tables(snakemake.input.planted)
sample, coded = simulate_codes(frame, planted, codes, snakemake.params.n_wanted, snakemake.params.seed)
sample.to_csv(snakemake.output.sample, index=False, lineterminator="\n", float_format="%.6f")
coded.to_csv(snakemake.output.coded, index=False, lineterminator="\n")
log.info("%d simulated sentences coded, all of it simulated", len(sample))

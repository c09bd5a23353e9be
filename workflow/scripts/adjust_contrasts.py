"""Estimate the contrasts from a model."""

from pathlib import Path

from framings.adjusted import adjust_contrasts
from framings.codebook import read_codebook
from framings.hypotheses import read_hypotheses
from framings.jobs import open_log
from framings.schemas import KNOWN_SPEAKERS, STAGES
from framings.storage import read_hand_table, read_tables, write_table
from threadpoolctl import threadpool_limits

log = open_log(snakemake.log[0], "adjust_contrasts")
stages = read_hand_table(snakemake.input.stages, STAGES)
codebook = read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8"))
actors = read_hand_table(snakemake.input.speakers, KNOWN_SPEAKERS)["actor_id"].dropna().unique()
text = Path(snakemake.input.hypotheses).read_text(encoding="utf-8")
hypotheses = read_hypotheses(text, [*codebook.codes["code"], *codebook.composites], actors, stages["stage_id"])
with threadpool_limits(1):
    adjusted = adjust_contrasts(read_tables(snakemake.input.tallies), hypotheses, stages, "dictionary", **snakemake.params)
write_table(adjusted, snakemake.output.adjusted)
log.info("%d contrasts adjusted, %d not estimable", adjusted["estimate"].notna().sum(), adjusted["estimate"].isna().sum())

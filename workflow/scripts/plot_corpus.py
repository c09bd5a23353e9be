"""Draw the figures of the corpus."""

import json
from pathlib import Path

from framings.canvas import write_figures
from framings.figures import coverage_over_time, inclusion_flow, topics_by_actor
from framings.jobs import open_log
from framings.schemas import STAGES
from framings.storage import read_hand_table, read_tables

log = open_log(snakemake.log[0], "plot_corpus")
names = json.loads(Path(snakemake.input.names).read_text(encoding="utf-8"))
documents, inclusion, words, topics = (
    read_tables(snakemake.input[name]) for name in ("documents", "inclusion", "words", "topics")
)
stages = read_hand_table(snakemake.input.stages, STAGES)
look = {"subtitle": snakemake.params.title, "simulated": snakemake.params.simulated}
drawn = {
    "inclusion_flow": inclusion_flow(inclusion, names["actors"], **look),
    "coverage_over_time": coverage_over_time(documents, words, names["actors"], stages, **look),
    "topics_by_actor": topics_by_actor(topics, names["actors"], **look),
}
write_figures(drawn, snakemake.output)
log.info("%d figures drawn", len(drawn))

"""Place the turns of a shard in their stage and count their mentions of integration."""

from framings.jobs import open_log
from framings.marks import mark_turns
from framings.schemas import RELEVANCE, STAGES
from framings.storage import read_hand_table, read_tables, write_table

log = open_log(snakemake.log[0], "mark_turns")
tables = (read_tables(snakemake.input[name]) for name in ("documents", "turns", "sentences"))
relevance = read_hand_table(snakemake.input.relevance, RELEVANCE)
stages = read_hand_table(snakemake.input.stages, STAGES)
marks, passages = mark_turns(*tables, relevance, stages, **snakemake.params)
write_table(marks, snakemake.output.marks)
write_table(passages, snakemake.output.passages)
n_turns, n_sentences = marks["relevant"].sum(), passages["relevant"].sum()
log.info("%d of %d turns and %d of their sentences are talk about integration", n_turns, len(marks), n_sentences)

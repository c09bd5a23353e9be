"""Describe what the corpus holds and what is left of it."""

import json
from pathlib import Path

from framings.codebook import read_codebook
from framings.hypotheses import read_hypotheses
from framings.jobs import open_log
from framings.products import collect_names, count_inclusion, count_words, list_unresolved, pick_evidence
from framings.schemas import KNOWN_SPEAKERS, STAGES
from framings.storage import read_hand_table, read_relevant, read_tables, write_table

log = open_log(snakemake.log[0], "describe_corpus")
documents, turns, speakers, marks, matches, sentences = (
    read_tables(snakemake.input[name]) for name in ("documents", "turns", "speakers", "marks", "matches", "sentences")
)
relevant = read_relevant(snakemake.input.sentences, snakemake.input.passages)
known, stages = read_hand_table(snakemake.input.known, KNOWN_SPEAKERS), read_hand_table(snakemake.input.stages, STAGES)
codebook = read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8"))
text = Path(snakemake.input.hypotheses).read_text(encoding="utf-8")
hypotheses = read_hypotheses(text, [*codebook.codes["code"], *codebook.composites], known["actor_id"].dropna().unique(), stages["stage_id"])
inclusion = count_inclusion(documents, turns, speakers, marks, sentences, relevant, snakemake.params.language)
names = collect_names(codebook, known, stages, hypotheses, inclusion)
write_table(inclusion, snakemake.output.inclusion)
write_table(count_words(documents, turns, speakers), snakemake.output.words)
write_table(list_unresolved(turns, speakers), snakemake.output.unresolved)
write_table(pick_evidence(matches, relevant, documents, turns, speakers, marks, names["codes"]), snakemake.output.evidence)
Path(snakemake.output.names).write_text(json.dumps(names, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
log.info("%s", "; ".join(f"{row.step}: {row.n_documents}" for row in inclusion[inclusion["actor_id"].isna()].itertuples()))

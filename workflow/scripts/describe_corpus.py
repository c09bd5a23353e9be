"""Describe what the corpus holds and what is left of it."""

import json
from pathlib import Path

from framings.duplicates import left_out_ids
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.products import collect_names, count_inclusion, count_words, list_unresolved, pick_evidence
from framings.storage import read_relevant, read_tables, write_table

log = open_log(snakemake.log[0], "describe_corpus")
documents, turns, speakers, marks = (read_tables(snakemake.input[name]) for name in ("documents", "turns", "speakers", "marks"))
sentences, relevant = read_tables(snakemake.input.sentences), read_relevant(snakemake.input.sentences, snakemake.input.passages)
copies = left_out_ids(read_tables(snakemake.input.duplicates))
known, stages, codebook, hypotheses = read_corpus(Path(snakemake.input.corpus[0]).parent, snakemake.input.codebook)
inclusion = count_inclusion(documents, turns, speakers, marks, sentences, relevant, snakemake.params.language, copies)
names = collect_names(codebook, known, stages, hypotheses, inclusion)
matches = read_tables(snakemake.input.matches)
write_table(inclusion, snakemake.output.inclusion)
write_table(count_words(documents, turns, speakers), snakemake.output.words)
write_table(list_unresolved(turns, speakers), snakemake.output.unresolved)
relevant = relevant[~relevant["document_id"].isin(copies)]
write_table(pick_evidence(matches, relevant, documents, turns, speakers, marks, names["codes"]), snakemake.output.evidence)
Path(snakemake.output.names).write_text(json.dumps(names, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
steps = inclusion[inclusion["actor_id"].isna()]
log.info("documents left: %s", ", ".join(f"{row.n_documents} {row.step}" for row in steps.itertuples()))

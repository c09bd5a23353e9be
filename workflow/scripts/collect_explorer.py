"""Collect what the report's explorer shows."""

import json
from pathlib import Path

from framings.coded import name_unasked, read_coding
from framings.explorer import collect_explorer
from framings.explorer_charts import bundle_vega, draw_charts
from framings.explorer_page import bundle_explorer, write_bundle
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.redistribution import list_withheld
from framings.schemas import REGISTER
from framings.storage import read_hand_table, read_tables

log = open_log(snakemake.log[0], "collect_explorer")
given = snakemake.input
tables = {name: read_tables(given[name]) for name in snakemake.params.tables}
tables |= {"coded": read_coding(given.sample, given.coded, tables["frame"])[1]} if given.coded else {}
names = json.loads(Path(given.names).read_text(encoding="utf-8"))
_, _, codebook, hypotheses = read_corpus(Path(given.corpus[0]).parent, given.codebook)
withheld = list_withheld(read_hand_table(given.register, REGISTER))
unasked = name_unasked(codebook, tables.get("coded"))
core, texts = collect_explorer(tables, names, codebook.composites, hypotheses, withheld, unasked=unasked)
bundle = bundle_explorer(core, texts, draw_charts(), bundle_vega())
Path(snakemake.output.explorer).write_text(write_bundle(bundle), encoding="utf-8")
log.info("%d documents, %d of them withheld; %d shards of text", len(core["documents"]["id"]), len(withheld), len(texts))

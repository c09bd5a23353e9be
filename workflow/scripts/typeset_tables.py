"""Set the main tables for print."""

import json
from pathlib import Path

from framings.jobs import open_log
from framings.publication_tables import lay_out_tables, render_latex
from framings.storage import read_tables
from framings.word_tables import render_word

log, given = open_log(snakemake.log[0], "typeset_tables"), snakemake.input
tables = {name: read_tables(given[name]) for name in ("assessments", "prevalence", "adjusted", "agreement") if given[name]}
names = json.loads(Path(given.names).read_text(encoding="utf-8"))
options = snakemake.params
laid = lay_out_tables(tables, names, options.coder, options.reference_note, options.simulated)
for table, tex, word in zip(laid, snakemake.output.tex, snakemake.output.word, strict=True):
    Path(tex).write_text(render_latex(table), encoding="utf-8")
    Path(word).write_text(render_word(table), encoding="utf-8")
log.info("%d tables set", len(laid))

"""Write tables as they are released."""

import json
from pathlib import Path

from framings.jobs import open_log
from framings.products import render_csv, render_table, round_numbers
from framings.report import TABLE_LOOKS, TABLE_TITLES, caption_table
from framings.storage import read_tables

log = open_log(snakemake.log[0], "release_tables")
caption = json.loads(Path(snakemake.input.names).read_text(encoding="utf-8"))["what_is_measured"]
extra = dict(zip(snakemake.params.extra, snakemake.input.extra, strict=True))
tables = {name: read_tables(extra.get(name) or snakemake.input[name]) for name in snakemake.params.tables}
for name, csv, html in zip(snakemake.params.tables, snakemake.output.csv, snakemake.output.html, strict=True):
    Path(csv).write_text(render_csv(tables[name]), encoding="utf-8")
    page = render_table(
        round_numbers(tables[name]),
        TABLE_TITLES[name],
        caption_table(name, caption, snakemake.params.coder, snakemake.params.reference_note),
        simulated=snakemake.params.simulated,
        looks=TABLE_LOOKS.get(name),
    )
    Path(html).write_text(page, encoding="utf-8")
log.info("%d tables released", len(tables))

"""Write documents, turns, sentences and tokens for other tools."""

from pathlib import Path

from framings.duplicates import left_out_ids
from framings.export_files import write_texts, write_tokens
from framings.export_notes import describe_texts
from framings.interchange import list_texts, list_tokens
from framings.jobs import open_log
from framings.redistribution import list_withheld
from framings.schemas import REGISTER
from framings.storage import read_hand_table, read_tables

log, given = open_log(snakemake.log[0], "export_texts"), snakemake.input
names = ("documents", "paragraphs", "turns", "speakers", "spans", "sentences", "marks", "passages", "codes")
tables = {name: read_tables(given[name]) for name in names}
withheld = list_withheld(read_hand_table(given.register, REGISTER))
levels = list_texts(tables, left_out_ids(read_tables(given.duplicates)), withheld)
files = list(zip(snakemake.output.tables[::2], snakemake.output.tables[1::2], strict=True))
n_disarmed = sum(write_texts(table, *pair) for table, pair in zip(levels.values(), files, strict=False))
tokens = list_tokens(levels["turns"])
write_tokens(tokens, *files[-1])
readme = describe_texts(levels | {"tokens": tokens}, n_disarmed, snakemake.params.simulated)
Path(snakemake.output.readme).write_text(readme, encoding="utf-8")
log.info("%s, %d tokens", ", ".join(f"{len(table)} {name}" for name, table in levels.items()), len(tokens))

"""Draw all figures."""

import json
from pathlib import Path

from framings.canvas import write_figures
from framings.figures import draw_figures
from framings.jobs import open_log
from framings.schemas import STAGES
from framings.storage import read_hand_table, read_tables

log = open_log(snakemake.log[0], "plot_figures")
given, settings = snakemake.input, snakemake.params
shown = ("documents", "inclusion", "words", "topics", "prevalence", "assessments")
shown += ("sensitivities", "changes", "specifications", "curves")
tables = {name: read_tables(given[name]) for name in shown}
tables |= {name: read_tables(path) for name, path in zip(settings.recovery, given.recovery, strict=True)}
names = json.loads(Path(given.names).read_text(encoding="utf-8"))
stages = read_hand_table(given.stages, STAGES)
state = json.loads(Path(given.review).read_text(encoding="utf-8"))["state"] if given.get("review") else ""
look = settings.title, settings.simulated, settings.coder, settings.reference_note
drawn = draw_figures(tables, names, stages, *look, state)
write_figures(drawn, snakemake.output)
log.info("%d figures drawn", len(drawn))

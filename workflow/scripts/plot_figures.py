"""Draw all figures."""

import json
from pathlib import Path

from framings.canvas import write_figures
from framings.captions import caption_figures
from framings.figures import draw_figures, plan_tall
from framings.jobs import open_log
from framings.parts import draw_parts
from framings.schemas import STAGES
from framings.storage import read_hand_table, read_tables

log = open_log(snakemake.log[0], "plot_figures")
given, settings = snakemake.input, snakemake.params
shown = ("documents", "inclusion", "words", "topics", "prevalence", "assessments")
shown += ("sensitivities", "changes", "specifications", "curves")
tables = {name: read_tables(given[name]) for name in shown}
tables |= {name: read_tables(path) for name, path in zip(settings.recovery, given.recovery, strict=True)}
names = json.loads(Path(given.names).read_text(encoding="utf-8"))
coded = settings.simulated, settings.coder, settings.reference_note
state = json.loads(Path(given.review).read_text(encoding="utf-8"))["state"] if given.get("review") else ""
drawn = draw_figures(tables, names, read_hand_table(given.stages, STAGES), settings.title, *coded, state)
parts = {name: draw_parts(plan) for name, plan in plan_tall(tables, names, settings.title, *coded).items()}
captions = caption_figures(tables, names, {name: len(parts.get(name, "1")) for name in drawn}, *coded)
write_figures(drawn, parts, captions, snakemake.output)
log.info("%d figures drawn", len(drawn))

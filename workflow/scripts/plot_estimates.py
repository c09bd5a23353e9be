"""Draw the figures of the estimates."""

import json
from pathlib import Path

from framings.canvas import write_figures
from framings.figures import (
    frames_by_actor_and_stage,
    hypotheses_forest,
    main_subframes_by_actor_and_stage,
    subframes_by_actor_and_stage,
)  # fmt: skip
from framings.jobs import open_log
from framings.storage import read_tables

log = open_log(snakemake.log[0], "plot_estimates")
names = json.loads(Path(snakemake.input.names).read_text(encoding="utf-8"))
prevalence, assessments = read_tables(snakemake.input.prevalence), read_tables(snakemake.input.assessments)
look = {"subtitle": snakemake.params.title, "simulated": snakemake.params.simulated}
people = (names["actors"], names["stages"])
drawn = {
    "frames_by_actor_and_stage": frames_by_actor_and_stage(prevalence, names["families"], *people, **look),
    "main_subframes_by_actor_and_stage": main_subframes_by_actor_and_stage(prevalence, names["codes"], *people, **look),
    "subframes_by_actor_and_stage": subframes_by_actor_and_stage(prevalence, names["codes"], *people, **look),
    "hypotheses_forest": hypotheses_forest(assessments, names["hypothesis_families"], names["windows"], names["margins"], **look),
}
write_figures(drawn, snakemake.output)
log.info("%d figures drawn", len(drawn))

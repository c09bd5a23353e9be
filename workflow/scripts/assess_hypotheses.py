"""Put the hypotheses to their tests, for each coder."""

from pathlib import Path

import pandas as pd
from framings.assessments import assess_hypotheses
from framings.codebook import read_codebook
from framings.hypotheses import read_hypotheses
from framings.jobs import open_log
from framings.schemas import KNOWN_SPEAKERS, STAGES
from framings.storage import read_hand_table, read_tables, write_table

log = open_log(snakemake.log[0], "assess_hypotheses")
stages = read_hand_table(snakemake.input.stages, STAGES)
codebook = read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8"))
actors = read_hand_table(snakemake.input.speakers, KNOWN_SPEAKERS)["actor_id"].dropna().unique()
text = Path(snakemake.input.hypotheses).read_text(encoding="utf-8")
hypotheses = read_hypotheses(text, [*codebook.codes["code"], *codebook.composites], actors, stages["stage_id"])
pairs = [
    assess_hypotheses(read_tables(path), hypotheses, stages, coder, **snakemake.params.settings)
    for coder, path in zip(snakemake.params.coders, snakemake.input.tallies, strict=True)
]
write_table(pd.concat([table for table, _ in pairs]), snakemake.output.assessments)
write_table(pd.concat([left for _, left in pairs]), snakemake.output.left_out)
counts = pairs[0][0]["verdict"].value_counts()
log.info("%s", ", ".join(f"{n} {verdict}" for verdict, n in counts.items()))

"""Check the files kept by hand."""

from pathlib import Path

import pandas as pd
from framings.codebook import read_codebook
from framings.documents import check_register
from framings.hypotheses import read_hypotheses
from framings.jobs import open_log
from framings.marks import check_relevance, check_stages
from framings.schemas import KNOWN_SPEAKERS, REGISTER, RELEVANCE, STAGES
from framings.speakers import check_known_speakers
from framings.storage import hash_file, read_hand_table

log = open_log(snakemake.log[0], "check_inputs")
given = snakemake.input
register = check_register(read_hand_table(given.register, REGISTER), given.register)
known = check_known_speakers(read_hand_table(given.speakers, KNOWN_SPEAKERS), given.speakers)
stages = check_stages(read_hand_table(given.stages, STAGES))
check_relevance(read_hand_table(given.relevance, RELEVANCE))
codebook = read_codebook(Path(given.codebook).read_text(encoding="utf-8"))
text = Path(given.hypotheses).read_text(encoding="utf-8")
hypotheses = read_hypotheses(text, [*codebook.codes["code"], *codebook.composites], known["actor_id"].dropna().unique(), stages["stage_id"])
names = ("register", "speakers", "stages", "relevance", "hypotheses", "codebook")
files = [(str(given[name]), hash_file(given[name])) for name in names]
pd.DataFrame(files, columns=["file", "sha256"]).to_csv(snakemake.output.inputs, index=False, lineterminator="\n")
log.info("%d documents, %d persons in office, %d stages, %d hypotheses are in order", len(register), len(known), len(stages), len(hypotheses.hypotheses))

"""Put the hypotheses to their tests, for each coder."""

from pathlib import Path

import pandas as pd

from framings.agreement import gate_codes
from framings.assessments import assess_hypotheses
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.storage import read_tables, write_table

log = open_log(snakemake.log[0], "assess_hypotheses")
_, stages, _, hypotheses = read_corpus(Path(snakemake.input.corpus[0]).parent, snakemake.input.codebook)
gates = gate_codes(read_tables(snakemake.input.agreement)) if snakemake.input.get("agreement") else None
seen = dict.fromkeys(("sample", "corrected"), read_tables(snakemake.input.evidence) if gates else None)
rules = snakemake.params.settings | {"gates": gates}
pairs = [
    assess_hypotheses(read_tables(path), hypotheses, stages, coder, evidence=seen.get(coder), **rules)
    for coder, path in zip(snakemake.params.coders, snakemake.input.tallies, strict=True)
]
write_table(pd.concat([table for table, _ in pairs]), snakemake.output.assessments)
write_table(pd.concat([left for _, left in pairs]), snakemake.output.left_out)
counts = pairs[0][0]["verdict"].value_counts()
log.info("%d tests: %s", counts.sum(), ", ".join(f"{n} {verdict}" for verdict, n in counts.items()))

"""Read the kept error rates and tell whether they are up to date."""

import json
from pathlib import Path

from framings.jobs import open_log
from framings.kept_rates import fingerprint, read_rates_file, review_rates
from framings.storage import write_table

log = open_log(snakemake.log[0], "review_error_rates")
table, prints = read_rates_file(snakemake.input.table)
review = review_rates(table, prints, fingerprint(snakemake.input.inference, snakemake.input.design))
write_table(table, snakemake.output.table)
Path(snakemake.output.review).write_text(json.dumps(review, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
log.info("%s", review["state"])

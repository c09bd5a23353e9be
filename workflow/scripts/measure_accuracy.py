"""Measure how well the text was read, against the marks of readers."""

from pathlib import Path

from framings.floors import CHECKS, measure_accuracy
from framings.jobs import open_log
from framings.schemas import KNOWN_SPEAKERS
from framings.storage import read_hand_table, read_tables, write_table

log = open_log(snakemake.log[0], "measure_accuracy")
given = snakemake.input
checks = {Path(path).stem: read_hand_table(path, CHECKS[Path(path).stem]) for path in given.checks}
names = ("documents", "paragraphs", "turns", "spans", "speakers", "sentences", "marks")
tables = {name: read_tables(given[name]) for name in names}
accuracy, mistakes, confusions = measure_accuracy(checks, tables, read_hand_table(given.known, KNOWN_SPEAKERS))
write_table(accuracy, snakemake.output.accuracy)
write_table(mistakes, snakemake.output.mistakes)
write_table(confusions, snakemake.output.confusions)
log.info("%d mistakes in %d documents marked by readers", len(mistakes), len(checks["documents"]))

"""Build the replication package and pack it."""

from pathlib import Path

from framings.jobs import open_log
from framings.package_files import write_zip
from framings.packages import build_package
from framings.schemas import REGISTER
from framings.storage import read_hand_table, read_tables

log, given, chosen = open_log(snakemake.log[0], "build_package"), snakemake.input, snakemake.params
results = Path(snakemake.output.packed).parent
facts = build_package(
    Path.cwd(),
    snakemake.output.folder,
    results,
    [str(Path(path).relative_to(results)) for path in given.products],
    read_hand_table(given.register, REGISTER),
    read_tables(given.sentences),
    read_tables(given.documents),
    chosen.settings,
    chosen.programs,
    chosen.facts,
)
write_zip(snakemake.output.folder, snakemake.output.packed)
log.info("%s holds the package; left out for withheld text: %s", snakemake.output.packed, ", ".join(facts["leaks"]) or "nothing")

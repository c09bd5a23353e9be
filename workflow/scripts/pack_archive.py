"""Pack pages, register and fingerprints for a deposit."""

from pathlib import Path

from framings.jobs import open_log
from framings.packing import pack_archive

log = open_log(snakemake.log[0], "pack_archive")
n_pages = pack_archive(
    snakemake.input.register, Path(snakemake.params.pages), snakemake.params.corpus, Path(snakemake.output.archive)
)
log.info("%d pages packed; deposit the folder %s", n_pages, snakemake.output.archive)

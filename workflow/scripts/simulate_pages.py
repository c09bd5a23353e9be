"""Write the simulated corpus."""

from pathlib import Path

from yaml import CSafeLoader, load

from framings.jobs import open_log
from framings.simulation import simulate_corpus
from framings.storage import write_table

log = open_log(snakemake.log[0], "simulate_pages")
design = load(Path(snakemake.input.design).read_text(encoding="utf-8"), CSafeLoader)
grammars = {Path(path).stem[-2:]: load(Path(path).read_text(encoding="utf-8"), CSafeLoader) for path in snakemake.input.grammars}
corpus = simulate_corpus(design, grammars, snakemake.params.n_documents, design["seed"])
folder = Path(snakemake.output.pages)
folder.mkdir(parents=True)
for name, page in corpus.pages.items():
    (folder / name).write_bytes(page)
corpus.register.to_csv(snakemake.output.register, index=False, lineterminator="\n")
for name in ("sentences", "turns", "planted", "traps"):
    write_table(getattr(corpus, name), snakemake.output[name])
log.info("%d simulated pages of %d registered documents written", len(corpus.pages), len(corpus.register))

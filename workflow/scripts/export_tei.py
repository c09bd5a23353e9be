"""Write every document as TEI, and the corpus that holds them."""

from pathlib import Path

from framings.export_notes import describe_tei
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.redistribution import read_terms
from framings.schemas import CODED, REGISTER
from framings.storage import read_hand_table, read_tables
from framings.tei import TABLES, encode_corpus, encode_documents, gather_codes

log, given, target = open_log(snakemake.log[0], "export_tei"), snakemake.input, Path(snakemake.output.tei)
coded, simulated = [read_hand_table(path, CODED) for path in given.coded], snakemake.params.simulated
terms = read_terms(read_hand_table(given.register, REGISTER), simulated)
names, coders, _ = [], {}, (target / "documents").mkdir(parents=True)
for *tables, sentences, codes in (map(read_tables, paths) for paths in zip(*(given[name] for name in TABLES), strict=True)):
    codes = gather_codes(codes, coded, sentences)
    coders |= dict(zip(codes["coder_id"], codes["coder_kind"], strict=True))
    for name, text in encode_documents(*tables, sentences, codes, terms):
        names.append(name)
        (target / "documents" / f"{name}.xml").write_text(text, encoding="utf-8")
known, _, codebook, _ = read_corpus(Path(given.corpus[0]).parent, given.codebook)
n_withheld = len(terms.withheld.intersection(names))
root = encode_corpus(snakemake.params.title, sorted(names), known, codebook, coders, simulated, n_withheld)
(target / "corpus.xml").write_text(root, encoding="utf-8")
(target / "README.md").write_text(describe_tei(len(names), n_withheld, simulated), encoding="utf-8")
log.info("%d documents, coded by %s; text of %d withheld", len(names), sorted(coders), n_withheld)

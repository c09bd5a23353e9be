"""Write every document as TEI, and the corpus that holds them."""

from pathlib import Path

from framings.export_files import write_text
from framings.export_notes import describe_tei
from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.redistribution import read_terms
from framings.schemas import CODED, REGISTER
from framings.storage import read_hand_table, read_tables
from framings.tei import TABLES, encode_corpus, encode_documents, gather_codes

log, given, target = open_log(snakemake.log[0], "export_tei"), snakemake.input, Path(snakemake.output.tei)
coded, names, coders = [read_hand_table(path, CODED) for path in given.coded], [], {}
terms = read_terms(read_hand_table(given.register, REGISTER), snakemake.params.simulated)
for *tables, sentences, codes in (map(read_tables, paths) for paths in zip(*(given[name] for name in TABLES), strict=True)):
    codes = gather_codes(codes, coded, sentences)
    coders |= dict(zip(codes["coder_id"], codes["coder_kind"], strict=True))
    for name, text in encode_documents(*tables, sentences, codes, terms):
        names.append(name)
        write_text(text, target / "documents" / f"{name}.xml")
known, _, codebook, _ = read_corpus(Path(given.corpus[0]).parent, given.codebook)
about = (snakemake.params.simulated, terms.count_withheld(names))
root = encode_corpus(snakemake.params.title, sorted(names), known, codebook, coders, *about)
write_text(root, target / "corpus.xml")
write_text(describe_tei(len(names), *about), target / "README.md")
log.info("%d documents, coded by %s; text of %d withheld", len(names), sorted(coders), about[1])

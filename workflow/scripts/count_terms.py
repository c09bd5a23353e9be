"""Count terms by turn."""

from pathlib import Path

from scipy import sparse

from framings.jobs import open_log
from framings.schemas import KNOWN_SPEAKERS
from framings.storage import read_hand_table, read_kept, read_relevant, write_table
from framings.terms import count_terms, list_name_tokens, read_stopwords

log = open_log(snakemake.log[0], "count_terms")
documents, turns, marks = (
    read_kept(snakemake.input[name], snakemake.input.duplicates) for name in ("documents", "turns", "marks")
)
sentences = read_relevant(snakemake.input.sentences, snakemake.input.passages)
stopwords = read_stopwords(Path(snakemake.input.stopwords).read_text(encoding="utf-8"))
names = list_name_tokens(read_hand_table(snakemake.input.speakers, KNOWN_SPEAKERS))
counts, turns, terms = count_terms(documents, turns, sentences, marks, stopwords=stopwords, names=names, **snakemake.params)
sparse.save_npz(snakemake.output.counts, counts, compressed=False)
write_table(turns, snakemake.output.turns)
write_table(terms, snakemake.output.terms)
log.info("%d turns, %d of them for discovery; %d terms", len(turns), turns["discovery"].sum(), len(terms))

"""Count coded sentences by turn, for each coder."""

from pathlib import Path

from framings.codebook import read_codebook
from framings.jobs import open_log
from framings.storage import read_kept, read_relevant, read_tables, write_table
from framings.tallies import keep_language, tally_codes

log = open_log(snakemake.log[0], "tally_codes")
codebook = read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8"))
documents, turns, speakers, marks = (
    read_kept(snakemake.input[name], snakemake.input.duplicates) for name in ("documents", "turns", "speakers", "marks")
)
sentences = read_relevant(snakemake.input.sentences, snakemake.input.passages)
codes = read_tables(snakemake.input.codes)
sought = set(codebook.patterns["code"])  # OFF has no pattern: nobody looked for it
for coder, path in zip(snakemake.params.coders, snakemake.output.tallies, strict=True):
    tallies = tally_codes(documents, turns, speakers, sentences, marks, codes[codes["coder_id"] == coder], codebook, sought)
    tallies, n_other = keep_language(tallies, snakemake.params.language)
    write_table(tallies, path)
    n_sentences = tallies["n_sentences"].sum()
    log.info(
        "%s: %d relevant turns, %d sentences; %d documents in other languages left out", coder, len(tallies), n_sentences, n_other
    )

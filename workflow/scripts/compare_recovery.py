"""Set what was planted beside what was recovered."""

from pathlib import Path

from framings.inputs import read_corpus
from framings.jobs import open_log
from framings.recovery import compare_coding, compare_contrasts, compare_shares, compare_text
from framings.storage import read_relevant, read_tables, write_table

log = open_log(snakemake.log[0], "compare_recovery")
given = snakemake.input
_, stages, _, hypotheses = read_corpus(Path(snakemake.input.corpus[0]).parent, given.codebook)
speakers, planted, tallies = (read_tables(given[name]) for name in ("speakers", "planted", "tallies"))
places = tallies[["document_id", "turn", "actor_id"]]
tallied = read_relevant(given.sentences, given.passages).merge(places)[["sentence_id", "actor_id"]]
truth = (read_tables(given.truth_sentences), read_tables(given.truth_turns))
coders = snakemake.params.coders
shares, tests = (read_tables(given[name]).query("coder_id in @coders") for name in ("prevalence", "assessments"))
found = {
    "text": compare_text(read_tables(given.sentences), speakers, *truth),
    "coding": compare_coding(read_tables(given.codes), tallied, planted["code"].unique()),
    "shares": compare_shares(planted, shares),
    "contrasts": compare_contrasts(planted, hypotheses, tests, tallies, stages),
}
for name, table in found.items():
    write_table(table, snakemake.output[name])
rows = (f"{row.what}: recall {row.recall:.4f}, precision {row.precision:.4f}" for row in found["text"].itertuples())
log.info("%s", "; ".join(rows))

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
key = ["document_id", "turn"]
tallied = read_relevant(given.sentences, given.passages).merge(tallies[[*key, "actor_id"]], on=key)[["sentence_id", "actor_id"]]
truth = (read_tables(given.truth_sentences), read_tables(given.truth_turns))
found = {
    "text": compare_text(read_tables(given.sentences), speakers, *truth),
    "coding": compare_coding(read_tables(given.codes), tallied, planted["code"].unique()),
    "shares": compare_shares(planted, read_tables(given.prevalence)),
    "contrasts": compare_contrasts(planted, hypotheses, read_tables(given.assessments), tallies, stages),
}
for name, table in found.items():
    write_table(table, snakemake.output[name])
log.info(
    "%s", "; ".join(f"{row.what}: recall {row.recall:.4f}, precision {row.precision:.4f}" for row in found["text"].itertuples())
)

"""Measure how far coders agree."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from framings.agreement import AGREEMENT, measure_agreement
from framings.codebook import read_codebook
from framings.coded import measure_asked, read_coding
from framings.confusions import CONFUSIONS_BY_ACTOR, count_confusions
from framings.jobs import open_log
from framings.references import REFERENCE
from framings.storage import read_tables, write_table

log = open_log(snakemake.log[0], "measure_agreement")
given, book = snakemake.input, read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8"))
frame = read_tables(given.frame)
sample, coded, n_shifted = read_coding(given.sample, given.coded, frame)
coded, by_sentence = coded[coded["coder_id"] != REFERENCE], frame.set_index("sentence_id")
given, chance = (coded, book, by_sentence["document_id"]), sample.set_index("sentence_id")["p"]
with threadpool_limits(1):
    agreement = measure_asked(measure_agreement, AGREEMENT, *given, snakemake.params.seed, p=chance)
confusions = measure_asked(count_confusions, CONFUSIONS_BY_ACTOR, *given, by_sentence["actor_id"], snakemake.params.seed)
write_table(agreement, snakemake.output.agreement)
write_table(confusions, snakemake.output.confusions)
passed = agreement["status"].eq("confirmatory").sum()
log.info("%d of %d codes pass their gate; %d sentences coded under another text left out", passed, len(agreement), n_shifted)

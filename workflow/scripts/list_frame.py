"""List the sentences that coders are asked about."""

from pathlib import Path

from framings.codebook import read_codebook
from framings.jobs import open_log
from framings.references import list_frame
from framings.storage import read_kept, read_relevant, read_tables, write_table

log = open_log(snakemake.log[0], "list_frame")
codes = read_codebook(Path(snakemake.input.codebook).read_text(encoding="utf-8")).codes
families = codes[codes["kind"] == "sub-frame"].set_index("code")["family"]
documents, turns = (read_kept(snakemake.input[name], snakemake.input.duplicates) for name in ("documents", "turns"))
speakers, marks, given = (read_tables(snakemake.input[name]) for name in ("speakers", "marks", "codes"))
sentences = read_relevant(snakemake.input.sentences, snakemake.input.passages)
frame = list_frame(documents, turns, speakers, sentences, marks, given, families, snakemake.params.language)
write_table(frame, snakemake.output.frame)
log.info(
    "%d sentences in %d documents; %s", len(frame), frame["document_id"].nunique(), frame["families"].value_counts().to_dict()
)

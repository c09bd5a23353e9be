"""Name the speakers of a shard."""

from framings.jobs import open_log
from framings.schemas import KNOWN_SPEAKERS
from framings.speakers import resolve_speakers
from framings.storage import read_hand_table, read_tables, write_table

log = open_log(snakemake.log[0], "resolve_speakers")
turns = read_tables(snakemake.input.turns)
known = read_hand_table(snakemake.input.speakers, KNOWN_SPEAKERS)
speakers = resolve_speakers(read_tables(snakemake.input.documents), turns, known)
write_table(speakers, snakemake.output.speakers)
labelled = turns["n_words"][speakers["resolution"] != "role without a name"].sum()
lost = turns["n_words"][speakers["resolution"] == "unresolved"].sum()
log.info("%d turns, %.2f %% of the words under a name stay unresolved", len(turns), 100 * lost / max(labelled, 1))

"""Say of every turn of a shard whether its speaker is at home and whether its words are translated."""

from framings.circumstances import PLACES, describe_circumstances
from framings.jobs import open_log
from framings.schemas import KNOWN_SPEAKERS, empty
from framings.storage import read_hand_table, read_tables, write_table

log = open_log(snakemake.log[0], "describe_circumstances")
documents, turns, speakers = (read_tables(snakemake.input[name]) for name in ("documents", "turns", "speakers"))
known = read_hand_table(snakemake.input.known, KNOWN_SPEAKERS)
places = read_hand_table(snakemake.input.places, PLACES) if snakemake.input.get("places") else empty(PLACES)
table = describe_circumstances(documents, turns, speakers, known, places)
write_table(table, snakemake.output.circumstances)
log.info(
    "%d turns: %d by a host, %d by a guest, %d translated",
    len(table),
    *((table["host"] == side).sum() for side in ("host", "guest")),
    table["translated"].sum(),
)

"""Get the registered pages that are not at hand."""

from pathlib import Path

from framings.fetching import fetch_pages, summarise_fetch
from framings.jobs import open_log
from framings.schemas import REGISTER
from framings.storage import read_hand_table

log = open_log(snakemake.log[0], "fetch_pages")
settings = {name: snakemake.params[name] for name in ("archives", "wayback", "live", "contact", "pause")}
register = read_hand_table(snakemake.input.register, REGISTER)
pages = Path(snakemake.params.pages)
kept = {"journal": pages.parent / "fetched.csv", "crawl": pages.parent / "crawl.warc.gz"}
fetched = fetch_pages(register, pages, **kept, **settings)
log.info("%s Each attempt is in %s.", summarise_fetch(fetched), kept["journal"])

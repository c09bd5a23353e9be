"""Correlate topic shares and coded shares, for the dictionary and the coder that counts."""

import pandas as pd

from framings.jobs import open_log
from framings.storage import read_tables, write_table
from framings.topic_links import link_topics_codes, list_codes

log = open_log(snakemake.log[0], "link_topics")
shares, topics, turns = (read_tables(snakemake.input[name]) for name in ("shares", "topics", "turns"))
evidence, tables = (read_tables(snakemake.input.evidence) if snakemake.input.get("evidence") else None), []
for coder, path in zip(snakemake.params.coders, snakemake.input.tallies, strict=True):
    tallies, seen = read_tables(path), evidence if coder in ("sample", "corrected") else None
    tables.append(link_topics_codes(shares, topics, turns, tallies, list_codes(tallies), coder, seen))
links = pd.concat(tables, ignore_index=True)
write_table(links, snakemake.output.links)
log.info("%d correlations of topics and codes, %d with an interval", len(links), links["low"].notna().sum())

"""Library of the framings workflow: pure functions, table in, table out; no paths, no Snakemake, no config."""

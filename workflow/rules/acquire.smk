# The gate. Reads the register; puts pages that are not at hand into the pages folder, and packs a corpus for a deposit.
# Neither rule is part of `all`: only fetch_pages uses the network.


rule fetch_pages:
    """Get the registered pages that are not at hand: from archives, the Wayback Machine, the sites. Call it again to go on."""
    input:
        register=ancient(REGISTER),
        code=code("fetch_pages"),
    log:
        f"logs/fetch_pages/{CORPUS}.log",
    benchmark:
        f"benchmarks/fetch_pages/{CORPUS}.tsv"
    params:
        **config["fetch"],
        pages=PAGES,
    script:
        "../scripts/fetch_pages.py"


rule pack_archive:
    """Pack the pages, the register and their fingerprints for a deposit from which everything can be built again."""
    input:
        register=ancient(REGISTER),
        pages=[path for shard in SHARDS for path in saved_pages(shard)],
        code=code("pack_archive"),
    output:
        archive=directory(f"results/{CORPUS}/archive"),
    log:
        f"logs/pack_archive/{CORPUS}.log",
    benchmark:
        f"benchmarks/pack_archive/{CORPUS}.tsv"
    params:
        pages=PAGES,
        corpus=CORPUS,
    script:
        "../scripts/pack_archive.py"


rule archive:
    """Gather what a deposit needs."""
    input:
        rules.pack_archive.output.archive,

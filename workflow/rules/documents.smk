# The gate and the cloakroom. Reads saved pages; writes documents and paragraphs. Markup stays here.


rule parse_documents:
    """Read every registered page: title, date, place, tags, paragraphs; each character kept or removed with a reason."""
    input:
        register=REGISTER if SIMULATED else ancient(REGISTER),
        pages=pages,
        corrections=[] if SIMULATED else ancient(CORRECTIONS),
        code=code("parse_documents"),
    output:
        documents="results/{corpus}/documents/{shard}.parquet",
        paragraphs="results/{corpus}/paragraphs/{shard}.parquet",
        removed="results/{corpus}/removed/{shard}.parquet",
    log:
        "logs/parse_documents/{corpus}/{shard}.log",
    benchmark:
        "benchmarks/parse_documents/{corpus}/{shard}.tsv"
    params:
        pages=PAGES,
        n_shards=config["shards"],
        registered=lambda wildcards: fingerprint(registered(REGISTER, wildcards.shard) + registered(CORRECTIONS, wildcards.shard)),
    script:
        "../scripts/parse_documents.py"


rule compare_documents:
    """Find documents that repeat each other, decide which stay, and link one event's text in two languages."""
    input:
        documents=shards("documents"),
        paragraphs=shards("paragraphs"),
        code=code("compare_documents"),
    output:
        duplicates="results/{corpus}/duplicates.parquet",
        twins="results/{corpus}/twins.parquet",
    log:
        "logs/compare_documents/{corpus}.log",
    benchmark:
        "benchmarks/compare_documents/{corpus}.tsv"
    script:
        "../scripts/compare_documents.py"

# The cloakroom. Reads saved pages; writes documents and paragraphs. Markup stays here.


rule parse_documents:
    """Read every registered page: title, date, place, tags, paragraphs; each character kept or removed with a reason."""
    input:
        register=REGISTER if SIMULATED else ancient(REGISTER),
        pages=pages,
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
        registered=lambda wildcards: fingerprint(registered(wildcards.shard)),
    script:
        "../scripts/parse_documents.py"

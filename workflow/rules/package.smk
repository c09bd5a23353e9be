# The replication package. Reads the code and all that `all` makes; writes results/<corpus>/package and package.zip.
# `snakemake package` makes it; it is no part of `all`. Raw pages are not in it.


rule build_package:
    """Gather code, settings, register, tables, figures and report with checksums, metadata and a README for reviewers."""
    input:
        checkout=lambda wildcards: list_checkout(".", CORPUS),
        products=lambda wildcards: list(trace_products()),
        register=REGISTER,
        sentences=shards("sentences"),
        documents=shards("documents"),
        code=code("build_package"),
    output:
        folder=directory("results/{corpus}/package"),
        packed="results/{corpus}/package.zip",
    log:
        "logs/build_package/{corpus}.log",
    benchmark:
        "benchmarks/build_package/{corpus}.tsv"
    params:
        facts={"title": TITLE, "simulated": SIMULATED, "note": NOTE, "benchmarks": "benchmarks"},
        settings=portable_settings(config),
        programs=list_programs,
    script:
        "../scripts/build_package.py"


rule package:
    """Make the replication package."""
    input:
        f"{RESULTS}package.zip",

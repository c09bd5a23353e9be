# The replication package. Reads the code and all that `all` makes; writes results/<corpus>/package and package.zip.
# `snakemake package` makes it; it is no part of `all`. Raw pages are not in it.

MADE = ["report.html", "checksums.txt", "audit.csv"]  # what stands at the end of a run; the rest is found by walking back


@functools.cache
def trace_products():
    """Return {path: (rule, name of the output)} of every file that leads to the last products, and of what the same jobs write."""
    found, queue = {}, [f"{RESULTS}{name}" for name in MADE]
    while queue:
        path = queue.pop()
        maker = next((rule for rule in workflow.rules if rule.is_producer(path)), None)
        if path in found or maker is None:
            continue
        wildcards = maker.get_wildcards(path)
        for name, files in maker.output.items():
            files = [files] if isinstance(files, str) else files
            found |= {str(file.apply_wildcards(wildcards)): (maker, name) for file in files if not file.is_directory}
        queue += [str(file).replace("{corpus}", CORPUS).format(**wildcards) for file in maker.input if not callable(file)]
    return dict(sorted(found.items()))


def list_programs(wildcards):
    """Return which rule and output makes each product, where rules stand, and which tables a released table is a copy of."""
    makers, given = trace_products(), rules.release_tables.input
    about = {}
    for rule in workflow.rules:
        if any(rule is maker for maker, _ in makers.values()):
            file, script = f"workflow/rules/{Path(rule.snakefile).name}", f"workflow/scripts/{rule.name}.py"
            about[rule.name] = {"file": file, "line": rule.lineno, "script": script, "about": (rule.docstring or "").strip()}
    copied = {name: given[name] if name in given.keys() else f"{RESULTS}{name}.parquet" for name in TABLES}
    origins = {name: [paths] if isinstance(paths, str) else paths for name, paths in copied.items()}
    return {
        "rules": about,
        "makers": {path.removeprefix(RESULTS): (rule.name, name) for path, (rule, name) in makers.items()},
        "sources": {
            f"tables/{name}.csv": [str(path).replace("{corpus}", CORPUS).removeprefix(RESULTS) for path in paths]
            for name, paths in origins.items()
        },
    }


rule build_package:
    """Gather code, settings, register, tables, figures and report with checksums, metadata and a README for reviewers."""
    input:
        checkout=lambda wildcards: list_code(".", CORPUS),
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

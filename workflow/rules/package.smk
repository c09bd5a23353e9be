# The replication package. Reads the code and all that `all` makes; writes results/<corpus>/package and package.zip.
# `snakemake package` makes it; it is no part of `all`. Raw pages are not in it.

MADE = ["report.html", "checksums.txt", "audit.csv"]  # what stands at the end of a run; the rest is found by walking back


@functools.cache
def trace_products():
    """Return {path: rule} of every file that leads to the last products, and of what the same jobs write."""
    found, queue = {}, [f"{RESULTS}{name}" for name in MADE]
    while queue:
        path = queue.pop()
        maker = next((rule for rule in workflow.rules if rule.is_producer(path)), None)
        if path in found or maker is None:
            continue
        wildcards = maker.get_wildcards(path)
        outputs = [file for file in maker.output if not file.is_directory]
        found |= {str(file.apply_wildcards(wildcards)): maker for file in outputs}
        fill = lambda file: file.apply_wildcards(wildcards) if hasattr(file, "apply_wildcards") else file
        queue += [str(fill(file)) for file in maker.input if not callable(file)]
    return dict(sorted(found.items()))


def list_products(wildcards):
    """Return the paths of all products of the run."""
    return list(trace_products())


def list_programs(wildcards):
    """Return which rule makes each product, where the rule and its script stand, and which tables a released table is a copy of."""
    makers, given = trace_products(), rules.release_tables.input
    about = {}
    for rule in workflow.rules:
        if rule in makers.values():
            place = {"file": f"workflow/rules/{Path(rule.snakefile).name}", "line": rule.lineno}
            about[rule.name] = place | {"script": f"workflow/scripts/{rule.name}.py", "about": (rule.docstring or "").strip()}
    inside = {path.removeprefix(RESULTS): rule.name for path, rule in makers.items()}
    copied = {name: given[name] if name in given.keys() else f"{RESULTS}{name}.parquet" for name in TABLES}
    origins = {name: [paths] if isinstance(paths, str) else list(paths) for name, paths in copied.items()}
    sources = {
        f"tables/{name}.csv": [path.replace("{corpus}", CORPUS).removeprefix(RESULTS) for path in paths]
        for name, paths in origins.items()
    }
    return {"makers": inside, "rules": about, "sources": sources}


rule build_package:
    """Gather code, settings, register, tables, figures and report with checksums, metadata and a README for reviewers."""
    input:
        checkout=lambda wildcards: list_code(".", CORPUS),
        products=list_products,
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

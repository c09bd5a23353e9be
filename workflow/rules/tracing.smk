# Which rules make the products: found by walking back from the last ones. Used by the replication package.

import functools

MADE = ["report.html", "checksums.txt", "audit.csv"]  # what stands at the end of a run; the rest is found by walking back


@functools.cache
def trace_products():
    """Return the maker and the name of the output, by path, of every file that leads to the last products, and of what the same jobs write."""
    found, queue = {}, [f"{RESULTS}{name}" for name in MADE]
    while queue:
        path = queue.pop()
        maker = next((one for one in workflow.rules if one.is_producer(path)), None)
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
    for step in workflow.rules:
        if any(step is maker for maker, _ in makers.values()):
            file, script = f"workflow/rules/{Path(step.snakefile).name}", f"workflow/scripts/{step.name}.py"
            line = STEPS[step.name].line  # in the file; Snakemake counts lines of what it makes of the file
            about[step.name] = {"file": file, "line": line, "script": script, "about": (step.docstring or "").strip()}
    copied = {name: given[name] if name in given.keys() else f"{RESULTS}{name}.parquet" for name in TABLES}
    origins = {name: [paths] if isinstance(paths, str) else paths for name, paths in copied.items()}
    return {
        "rules": about,
        "makers": {path.removeprefix(RESULTS): (maker.name, name) for path, (maker, name) in makers.items()},
        "sources": {
            f"tables/{name}.csv": [str(path).replace("{corpus}", CORPUS).removeprefix(RESULTS) for path in paths]
            for name, paths in origins.items()
        },
    }

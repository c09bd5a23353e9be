"""What would snakemake run? Called in a checkout with a JSON list of variants; prints the planned rules of each as JSON.

A variant is {"settings": a file for --configfile, "edit": a file that gets one more line, "lose": files that are away, "targets":
[...]}, all optional. Snakemake and pandas are imported once and every dry run is a fork of its own, so that none sees another and
each costs a third of a call.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import pandas  # noqa: F401  for all the dry runs, whose rule files import it
from snakemake.cli import main

REMARK = b"\n# a remark\n"
EMPTY = (".csv", ".ipynb")  # no remark can stand in these: an edit adds an empty line
PLAN = ["--dry-run", "--quiet", "host", "--cores", "1"]


def plan(settings="small.yaml", targets=(), **_):
    """Return the sorted names of the rules that a dry run would run, or raise with what snakemake said."""
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if not child:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            main([*PLAN, "--configfile", settings, "--", *targets])
            os._exit(70)  # main() ends the process itself
        _, status = os.waitpid(child, 0)
        said.seek(0)
        lines = said.read().splitlines()
    if status:
        raise RuntimeError("\n".join(lines))
    return sorted({line.removeprefix("rule ").rstrip(":") for line in lines if line.startswith("rule ")} - {"all"})


def plan_changed(variant):
    """Return the plan while a file holds one more line, or files are away; bytes and time stamps are put back."""
    changed = [Path(name) for name in [variant.get("edit"), *variant.get("lose", [])] if name]
    before = {path: (path.read_bytes(), path.stat()) for path in changed if path.is_file()}
    try:
        for path, (content, _) in before.items():
            path.write_bytes(content + (b"\n" if path.suffix in EMPTY else REMARK)) if "edit" in variant else path.unlink()
        return plan(**variant)
    finally:
        for path, (content, stamp) in before.items():
            path.write_bytes(content)
            os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


if __name__ == "__main__":
    json.dump([plan_changed(variant) for variant in json.load(sys.stdin)], sys.stdout)

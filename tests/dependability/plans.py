"""What would snakemake run? Called in a checkout with a JSON list of variants; prints the planned rules of each as JSON.

A variant is {"settings": a file for --configfile, "edit": a file that gets one more line, "targets": [...]}, all optional. Snakemake
is imported once and every dry run is a fork of its own, so that none sees another and each costs a third of a call.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from snakemake.cli import main

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


def plan_edited(variant):
    """Return the plan while the file of the variant holds one more line; bytes and time stamp are put back."""
    if "edit" not in variant:
        return plan(**variant)
    path = Path(variant["edit"])
    before, stamp = path.read_bytes(), path.stat()
    path.write_bytes(before + b"\n# a remark\n")
    try:
        return plan(**variant)
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


if __name__ == "__main__":
    json.dump([plan_edited(variant) for variant in json.load(sys.stdin)], sys.stdout)

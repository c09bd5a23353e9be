"""Confinement: work on a file that nobody vouches for, in a process of its own with bounds on time and memory."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

MOST_SECONDS, MOST_MEMORY = 5, 1_500_000_000  # of the processor; of the process's address space


class ConfinementError(ValueError):
    """The work was not done; the message is one plain phrase."""


def run_confined(module, function, raw, seconds=MOST_SECONDS, memory=MOST_MEMORY):
    """Return what ``function`` of ``module`` (a name) makes of the bytes ``raw``: anything that JSON holds.

    It runs in a process of its own that ends after so many seconds of the processor, or with more memory than allowed.
    Raises ``ConfinementError`` with the message of the ValueError that it raised, or with the bound that it met.
    """
    # ASSUME: seconds of the processor, not of the clock, so that a busy machine refuses no file that an idle one takes; the
    # clock ends only what sleeps. Where the system knows no such bounds (Windows) the clock alone ends it.
    package = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    code = f"from framings.confinement import serve_work; serve_work({module!r}, {function!r}, {seconds!r}, {memory!r})"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=raw, capture_output=True, timeout=4 * seconds, check=False, env=os.environ | {"PYTHONPATH": path},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ConfinementError(f"it takes more than {4 * seconds} seconds to read") from error
    if done.returncode < 0:
        raise ConfinementError(f"it takes more than {seconds} seconds of the processor, or too much memory, to read")
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise ConfinementError("it broke the program that reads it") from error
    if "problem" in answer:
        raise ConfinementError(answer["problem"])
    return answer["result"]


def serve_work(module, function, seconds, memory):
    """Do the work in the confined process: bytes from standard input, the answer as JSON to standard output."""
    _bound_process(seconds, memory)
    try:
        answer = {"result": getattr(importlib.import_module(module), function)(sys.stdin.buffer.read())}
    except ValueError as error:
        answer = {"problem": str(error)}
    except MemoryError:
        answer = {"problem": f"it takes more than {memory // 1_000_000:,} MB of memory to read"}
    except RecursionError:
        answer = {"problem": "its parts are nested too deep"}
    json.dump(answer, sys.stdout)


def _bound_process(seconds, memory):
    """Set bounds on this process, as far as the system knows them."""
    try:
        import resource
    except ImportError:
        return
    for kind, bound in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(kind, (bound, bound))
        except (ValueError, OSError):
            continue

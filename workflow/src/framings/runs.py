"""One run at a time on a corpus: a lock that the system itself lets go of when its holder ends, however it ends.

A run holds ``<corpus>.lock`` as long as it lives, its jobs hold ``<corpus>.jobs`` together. After kill -9 or a power cut there is
nothing to clean up: who is dead holds no lock. Where the system knows no such locks (Windows, some network file systems) nothing
is refused.
"""

import datetime
import os
import socket
import sys
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

LOCK, HOLDER = "FRAMINGS_RUN_LOCK", "FRAMINGS_RUN_HOLDER"  # what a run tells its jobs: the path of its lock, and who holds it
SECONDS_TRIED = 0.5  # somebody who only looks holds a lock for an instant
HELD = {}  # path -> open file whose lock lasts as long as this process


class RunError(ValueError):
    """The run cannot begin, or the job has lost its run; the message is one plain sentence."""


def is_alive(path):
    """Return whether a run holds the lock at ``path``."""
    if not Path(path).exists():
        return False
    with Path(path).open("r+", encoding="utf-8") as file:
        return not _take(file, exclusive=False)


def begin_run(path, was_alive=False):
    """Hold the lock at ``path`` until this process ends, and wait for jobs that a killed run left at work.

    Raises ``RunError`` where another run holds it, or held it while this one was planning (``was_alive``).
    """
    path = Path(path).resolve()
    if path in HELD:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+", encoding="utf-8")
    if was_alive or not _take(file, exclusive=True, seconds=SECONDS_TRIED):
        holder = _read(file) or "a process that gives no name"
        file.close()
        raise RunError(
            f"another run is at work on corpus {path.stem} ({holder}); wait until it has ended, or end it, then call this again. "
            "Nothing was changed"
        )
    holder = f"process {os.getpid()} on {socket.gethostname()}, begun {datetime.datetime.now():%Y-%m-%d %H:%M:%S.%f}"
    file.truncate(0)
    file.write(holder)
    file.flush()
    HELD[path] = file
    os.environ |= {LOCK: str(path), HOLDER: holder}
    with path.with_suffix(".jobs").open("a+", encoding="utf-8") as jobs:
        if not _take(jobs, exclusive=True):
            print("Waiting for jobs that an ended run left at work.", file=sys.stderr, flush=True)
            _take(jobs, exclusive=True, seconds=None)


def join_run():
    """Hold, in a job, the lock of the jobs of its run; raises ``RunError`` where that run was ended before the job began to work.

    Nothing happens where an adapter is called without a run, or on another machine than its run.
    """
    if LOCK not in os.environ or f" on {socket.gethostname()}, " not in os.environ[HOLDER]:
        return
    path = Path(os.environ[LOCK])
    jobs = path.with_suffix(".jobs")
    HELD[jobs] = jobs.open("a+", encoding="utf-8")
    _take(HELD[jobs], exclusive=False, seconds=SECONDS_TRIED)
    if fcntl and not (is_alive(path) and path.read_text(encoding="utf-8") == os.environ[HOLDER]):
        raise RunError("the run that began this job has ended; the job writes nothing")


def _read(file):
    """Return what an open lock file says about its holder."""
    file.seek(0)
    return file.read().strip()


def _take(file, exclusive, seconds=0.0):
    """Return whether the lock of an open file was taken within ``seconds`` (None: however long it takes)."""
    if fcntl is None:
        return True
    end = None if seconds is None else time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if end is not None and time.monotonic() >= end:
                return False
            time.sleep(0.05)
        except OSError:  # a file system without locks
            return True

"""What every job shares: a log that also speaks to the terminal, and faults told in one sentence."""

import contextlib
import errno
import logging
import os
import sys
import traceback
from pathlib import Path

from framings.runs import join_run

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def explain(error):
    """Return the one sentence that an error which is nobody's slip is told in, or None where its trace is wanted.

    >>> explain(ValueError("row 3: the cell is empty"))
    'REFUSED: row 3: the cell is empty'
    >>> explain(OSError(28, "No space left on device", "results/demo/prevalence.parquet"))
    'STOPPED: the disk is full (No space left on device: results/demo/prevalence.parquet); free some space and call the same again'
    """
    if isinstance(error, ValueError):
        return f"REFUSED: {error}"
    if isinstance(error, OSError) and error.errno in FULL:
        why = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
        return f"STOPPED: the disk is full ({why}); free some space and call the same again"
    return None


def open_log(path, name):
    """Return a logger that writes to ``path`` and, one sentence a line, to the terminal.

    From here on an error that ``explain`` knows (a refusal: bad input, a broken contract; a full disk) ends the job with its
    sentence alone on the terminal; the trace goes to the log. Other errors keep their trace.
    """
    log = logging.getLogger(name)
    log.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a log that cannot be written, on a full disk, says nothing about the work

    def tell(kind, error, trace):
        with contextlib.suppress(OSError), Path(path).open("a", encoding="utf-8") as file:
            traceback.print_exception(kind, error, trace, file=file)
        sentence = explain(error)
        if sentence is None:
            traceback.print_exception(kind, error, trace)
        else:
            print(f"{name}: {sentence}", file=sys.stderr)
        sys.stderr.flush()
        os._exit(1)

    sys.excepthook = tell
    for handler in (logging.FileHandler(path, mode="w", encoding="utf-8"), logging.StreamHandler(sys.stderr)):
        handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        log.addHandler(handler)
    join_run()
    return log

"""What every job shares: a log that also speaks to the terminal, and faults told in one sentence."""

import logging
import os
import sys
import traceback
from pathlib import Path


def open_log(path, name):
    """Return a logger that writes to ``path`` and, one sentence a line, to the terminal.

    From here on a ``ValueError`` (a refusal: bad input, a broken contract) ends the job with its sentence alone
    on the terminal; the trace goes to the log. Other errors keep their trace.
    """
    log = logging.getLogger(name)
    log.setLevel(logging.INFO)
    for handler in (logging.FileHandler(path, mode="w", encoding="utf-8"), logging.StreamHandler(sys.stderr)):
        handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        log.addHandler(handler)

    def tell(kind, error, trace):
        with Path(path).open("a", encoding="utf-8") as file:
            traceback.print_exception(kind, error, trace, file=file)
        if not issubclass(kind, ValueError):
            traceback.print_exception(kind, error, trace)
        else:
            print(f"{name}: REFUSED: {error}", file=sys.stderr)
        sys.stderr.flush()
        os._exit(1)

    sys.excepthook = tell
    return log

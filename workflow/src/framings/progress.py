"""Progress: long work shows a bar where somebody watches a terminal, and nothing in logs and pipes."""

import sys


def show_progress(items, what, total=None):
    """Return an iterator over ``items`` that moves a bar on the terminal's error stream; without a terminal nothing is shown.

    ``what`` is the plural of what an item is, ``total`` their number where they have no length. The bar is gone when all is done.
    """
    if not sys.stderr.isatty():
        return iter(items)
    from tqdm import tqdm

    return iter(tqdm(items, desc=what, total=total, unit="", file=sys.stderr, leave=False, dynamic_ncols=True))

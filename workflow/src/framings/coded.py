"""Codes on disk: what coders gave and what was drawn for them, as far as it fits the sentences of today.

Apart from ``framings.storage``, so that a change of sampling or reference codes reruns what reads them and nothing else.
"""

from pathlib import Path

import pandas as pd

from framings.references import keep_unshifted
from framings.schemas import CODED, SAMPLE
from framings.storage import read_hand_table


def read_coding(sample, coded, frame):
    """Return (SAMPLE, CODED of all coders as far as their texts are those of the frame, sentences left out) from CSV files at these paths."""
    sample = read_hand_table(sample, SAMPLE)
    tables = [read_hand_table(path, CODED) for path in ([coded] if isinstance(coded, str | Path) else coded)]
    kept, n_shifted = keep_unshifted(pd.concat(tables, ignore_index=True), frame)
    return sample[sample["sentence_id"].isin(kept["sentence_id"])].reset_index(drop=True), kept, n_shifted

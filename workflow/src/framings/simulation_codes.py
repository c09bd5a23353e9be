"""Simulated coders: reference codes that are the planted truth of a drawn sample, and two coders who err about it at random."""

import numpy as np
import pandas as pd

from framings.references import NO_CODE, REFERENCE
from framings.sampling import sample_sentences
from framings.schemas import CODED, check

MISSED, INVENTED = 0.04, 0.001  # shares of codes that a simulated coder overlooks, and gives where there are none
VERSION, DAY = "planted", "2026-01-01"


def simulate_codes(frame, planted, codes, n_wanted, seed):
    """Return (SAMPLE, CODED) of a round of coding that never took place: coders coder_a, coder_b and reference.

    ``planted`` holds the true codes of all sentences (CODES); ``reference`` gives them without error. Everything is
    simulated and says so (coder_kind simulation_truth).
    """
    sample = sample_sentences(frame, n_wanted, seed)
    ids, codes = pd.Index(sample["sentence_id"]), pd.Index(codes)
    truth = np.zeros((len(ids), len(codes)), dtype=bool)
    rows, columns = ids.get_indexer(planted["sentence_id"]), codes.get_indexer(planted["code"])
    truth[rows[(rows >= 0) & (columns >= 0)], columns[(rows >= 0) & (columns >= 0)]] = True
    draw, tables = np.random.default_rng(seed), []
    for coder in ("coder_a", "coder_b", REFERENCE):
        chance = draw.random(truth.shape)
        seen = truth if coder == REFERENCE else np.where(truth, chance >= MISSED, chance < INVENTED)
        tables.append(_list_codes(sample, codes, seen, coder))
    return sample, check(pd.concat(tables, ignore_index=True), CODED)


def _list_codes(sample, codes, seen, coder):
    """Return the rows of CODED of one coder, who saw the codes (sentences, codes)."""
    row, column = np.nonzero(seen)
    none = np.flatnonzero(~seen.any(axis=1))
    given = np.concatenate([codes.to_numpy()[column], np.full(len(none), NO_CODE, dtype=object)])
    table = sample[["sentence_id", "text_hash"]].iloc[np.concatenate([row, none])].assign(code=given)
    told = {"coder_kind": "simulation_truth", "codebook_version": VERSION, "round": "1", "language_read": "en", "coded_on": DAY}
    table = table.assign(coder_id=coder, model=None, prompt_sha256=None, **told)
    return table.sort_values(["sentence_id", "code"])[list(CODED.columns)]

"""Sampling: sentences drawn for coders with known probability, so that a draw can be extended without redrawing what is coded."""

import hashlib

import numpy as np
import pandas as pd

from framings.schemas import SAMPLE, check

LEAST = 12  # sentences wanted from each stratum, as far as it holds them


def sample_sentences(frame, n_wanted, seed=1, round_name="1", earlier=None):
    """Return SAMPLE: sentences of ``frame`` drawn by strata, each with its inclusion probability, in the order of ``frame``.

    ``frame`` holds sentence_id, text, actor_id, stage_id and families (predicted: RS, OS, OS+RS or none), one row a sentence.
    A stratum is an actor in a stage with predicted families. Each sentence has a number in [0, 1) that depends on ``seed``
    and its id alone and is drawn where it lies below the stratum's probability (Poisson sampling with permanent random
    numbers; Ohlsson 1995): draws are independent, spread over all documents, and a larger ``n_wanted`` only adds sentences.
    The wanted size is shared out by the square root of the strata's sizes, at least ``LEAST`` each; the size drawn varies
    about it. ``earlier``, a SAMPLE, keeps its rows and probabilities; strata never get a smaller probability than they had.
    """
    strata = frame["actor_id"] + " " + frame["stage_id"] + " " + frame["families"]
    p = strata.map(share_out(strata.value_counts().sort_index(), n_wanted))
    if earlier is not None:
        p = np.maximum(p, strata.map(earlier.groupby("stratum")["p"].max()).fillna(0))
    drawn = np.array([draw_number(seed, key) for key in frame["sentence_id"]]) < p.to_numpy()
    table = pd.DataFrame(
        {
            "sentence_id": frame["sentence_id"],
            "stratum": strata,
            "p": p,
            "text_hash": frame["text"].map(hash_text),
            "round": round_name,
        }
    )[drawn].reset_index(drop=True)
    if earlier is not None:
        rounds = table["sentence_id"].map(earlier.set_index("sentence_id")["round"])
        table["round"] = rounds.fillna(table["round"])
    return check(table, SAMPLE)


def share_out(sizes, n_wanted):
    """Return the probability of each stratum, a Series like ``sizes``: by the square root of its size, at least LEAST sentences.

    >>> share_out(pd.Series({"a": 4, "b": 900}), 100).round(3).to_dict()
    {'a': 1.0, 'b': 0.104}
    """
    wanted = n_wanted * np.sqrt(sizes) / np.sqrt(sizes).sum()
    return np.minimum(1, np.maximum(wanted, LEAST) / sizes)


def draw_number(seed, sentence_id):
    """Return the permanent random number of a sentence, in [0, 1)."""
    return int.from_bytes(hashlib.sha256(f"{seed} {sentence_id}".encode()).digest()[:7], "big") / 2**56


def hash_text(text):
    """Return the first 16 digits of the SHA-256 of a text.

    >>> hash_text("")
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(text.encode()).hexdigest()[:16]

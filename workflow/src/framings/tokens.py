"""The tokens of many texts as arrays of numbers: what patterns are looked up in."""

from dataclasses import dataclass

import numpy as np

from framings.texts import tokenise

BLOCK = 1024  # texts laid out at a time: bounds memory, not results
PUNCTUATION = '!"#%&()*,./:;<=>?[]{}«»„“”‘’…–—'  # none of it is part of a token at its edge


@dataclass(frozen=True)
class Tokens:
    """The tokens of many texts as arrays of one length, and the sorted vocabulary that ``word`` numbers."""

    vocabulary: list
    word: np.ndarray
    text: np.ndarray
    start: np.ndarray
    end: np.ndarray


def number_tokens(texts, case_sensitive=False):
    """Return the ``Tokens`` of ``texts``; each distinct chunk between spaces is cut into tokens once."""
    cutter, blocks = _Cutter(case_sensitive), [texts[first : first + BLOCK] for first in range(0, len(texts), BLOCK)]
    chunks = [np.fromiter(map(cutter.__getitem__, " ".join(block).split(" ")), np.int32) for block in blocks]
    vocabulary = sorted({token for token, _, _ in cutter.cuts})
    number = {token: place for place, token in enumerate(vocabulary)}
    table = np.array([(number[token], start, end) for token, start, end in cutter.cuts], np.int32).reshape(-1, 3).T.copy()
    count, width = np.array(cutter.counts, np.int32), np.array(cutter.widths, np.int32)
    del cutter, number
    columns = np.empty((4, sum(int(count[block].sum()) for block in chunks)), np.int32)
    done = 0
    for at, block in enumerate(blocks):
        laid = _lay_out(chunks[at], [text.count(" ") + 1 for text in block], table, count, width)
        columns[:, done : done + laid.shape[1]] = laid
        columns[1, done : done + laid.shape[1]] += at * BLOCK
        done += laid.shape[1]
        chunks[at] = None
    return Tokens(vocabulary, *columns)


class _Cutter(dict):
    """Numbers of the distinct chunks; cuts: their tokens, one after another; counts and widths: tokens and characters of each."""

    def __init__(self, case_sensitive):
        super().__init__()
        self.case_sensitive, self.cuts, self.counts, self.widths = case_sensitive, [], [], []

    def __missing__(self, chunk):
        self[chunk] = number = len(self.counts)
        core = chunk.strip(PUNCTUATION)
        if core.isascii() and core.isalnum():
            start = chunk.index(core)
            cuts = [(core.lower(), start, start + len(core))]
        else:
            cuts = tokenise(chunk)
        if self.case_sensitive:
            cuts = [(chunk[start:end], start, end) for _, start, end in cuts]
        self.cuts += cuts
        self.counts.append(len(cuts))
        self.widths.append(len(chunk))
        return number


def _lay_out(chunk, n_chunks, table, count, width):
    """Return rows word, text, start, end of the tokens of texts that consist of ``n_chunks`` chunks each."""
    text = np.repeat(np.arange(len(n_chunks), dtype=np.int32), n_chunks)
    span = width[chunk] + 1
    offset = np.cumsum(span) - span
    offset -= offset[np.cumsum(n_chunks) - n_chunks][text]
    row = spread_runs((np.cumsum(count) - count)[chunk], count[chunk])
    offset, text = np.repeat(offset, count[chunk]), np.repeat(text, count[chunk])
    return np.stack([table[0][row], text, offset + table[1][row], offset + table[2][row]])


def spread_runs(first, count):
    """Return the concatenated runs first, first + 1, …, first + count - 1.

    >>> spread_runs(np.array([4, 0]), np.array([2, 3])).tolist()
    [4, 5, 0, 1, 2]
    """
    return np.repeat(first - (np.cumsum(count) - count), count) + np.arange(count.sum())

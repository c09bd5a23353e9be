"""Matrices: how often each turn uses each word, as quanteda and stm read it.

Rows are turns, columns words in alphabetical order. The counts are plain: no stop word, rare word or number is left out, so that whoever
analyses them decides. A turn without any word has no row, for stm refuses it; a text that may not be passed on has none either.
"""

from itertools import pairwise

import numpy as np
from scipy import sparse

from framings.tokens import number_tokens

DOCVARS = (
    "doc_id", "document_id", "turn", "date", "language", "event_type", "stage_id", "kind", "speaker_id", "actor_id", "relevant", "n_words",
)  # fmt: skip


def count_features(turns, language=None):
    """Return (counts, features, docvars) of TEXTS_OF_TURNS: a CSR matrix (turn x word) of int32, the words, and a row of DOCVARS a row.

    Only turns in ``language`` count where one is given, for languages are never pooled; documents that repeat another and withheld
    texts have no row.

    >>> import pandas as pd
    >>> turns = pd.DataFrame({"doc_id": ["a:t000", "a:t001"], "text": ["our union, our aim", "…"], "left_out": False, "withheld": False})
    >>> counts, features, docvars = count_features(turns.reindex(columns=[*turns.columns, *DOCVARS[1:]]))
    >>> counts.toarray().tolist(), features, docvars["doc_id"].tolist()
    ([[1, 2, 1]], ['aim', 'our', 'union'], ['a:t000'])
    """
    turns = turns[~turns["left_out"] & ~turns["withheld"]]
    turns = turns[turns["language"] == language] if language else turns
    tokens = number_tokens(turns["text"].tolist())
    ones = np.ones(len(tokens.word), dtype=np.int32)
    counts = sparse.csr_matrix((ones, (tokens.text, tokens.word)), shape=(len(turns), len(tokens.vocabulary)), dtype=np.int32)
    counts.sum_duplicates()
    filled = np.flatnonzero(np.diff(counts.indptr))
    return counts[filled], tokens.vocabulary, turns[list(DOCVARS)].iloc[filled].reset_index(drop=True)


def write_ldac_lines(counts):
    """Return the rows of a CSR matrix in Blei's LDA-C format: number of words, then word:count, words numbered from 0.

    >>> write_ldac_lines(sparse.csr_matrix([[0, 2, 1], [1, 0, 0]]))
    ['2 1:2 2:1', '1 0:1']
    """
    pairs = [f"{word}:{n}" for word, n in zip(counts.indices.tolist(), counts.data.tolist(), strict=True)]
    ends = counts.indptr.tolist()
    return [f"{last - first} {' '.join(pairs[first:last])}" for first, last in pairwise(ends)]

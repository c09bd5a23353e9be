"""Features of sentences for a trained coder: words, pairs of words, pieces of words, what the dictionary found, and length.

Counting knows no codes and no training sentences: which columns a model keeps, and how it weighs them, it learns from its
training sentences alone (``learn_columns``).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from framings.tokens import number_tokens

BLOCKS = ("words", "pieces", "hits", "context")
PIECES = (3, 4, 5)  # letters of a piece of a word; the word's borders count as one each
LEAST_TEXTS = 2  # training sentences in which a word, pair or piece must occur
SCALES = {"hits": 1.0, "context": 0.5}


@dataclass(frozen=True)
class Counts:
    """What is counted in each sentence: for each block of ``BLOCKS`` a sparse matrix (sentence x column) and its column names."""

    matrices: dict
    names: dict


@dataclass(frozen=True)
class Columns:
    """The columns of one block that a model uses: their names and weights (inverse document frequency, or a constant)."""

    block: str
    names: np.ndarray
    weights: np.ndarray


def count_features(sentences, hits, codes, families=None, blocks=BLOCKS):
    """Return the ``Counts`` of ``sentences`` (sentence_id, document_id, turn, text; in the order of the text).

    ``hits`` is MATCHES: one row a match of the dictionary; ``codes`` are the codes whose matches are counted, ``families`` maps
    the name of a family to its codes, whose matches are counted together. The blocks: ``words``, words and pairs of words;
    ``pieces``, runs of 3 to 5 letters within a word; ``hits``, matches that count and, apart, negated ones, of each code and
    family, and the length; ``context``, whether the sentence before and the one after in the same turn have matches.

    >>> sentences = pd.DataFrame({"sentence_id": ["a"], "document_id": ["d"], "turn": [0], "text": ["Our trust, our union."]})
    >>> hits = pd.DataFrame({"sentence_id": ["a"], "code": ["OS10"], "negated": [False]})
    >>> counts = count_features(sentences, hits, ["OS10"])
    >>> counts.names["words"].tolist()
    ['our', 'trust', 'union', 'our trust', 'our union', 'trust our']
    >>> counts.matrices["words"].toarray().tolist()
    [[2.0, 1.0, 1.0, 1.0, 1.0, 1.0]]
    """
    matrices, names = {}, {}
    if "words" in blocks or "pieces" in blocks:
        tokens = number_tokens(sentences["text"].tolist())
        words = _count_pairs(tokens.text, tokens.word, (len(sentences), len(tokens.vocabulary)))
        vocabulary = np.array(tokens.vocabulary, dtype=str)
        if "words" in blocks:
            pairs, pair_names = _count_word_pairs(tokens, vocabulary, len(sentences))
            matrices["words"], names["words"] = sparse.hstack([words, pairs], "csr"), np.concatenate([vocabulary, pair_names])
        if "pieces" in blocks:
            spelled, names["pieces"] = _spell_words(tokens.vocabulary)
            matrices["pieces"] = (words @ spelled).tocsr()
    found, names_found = _count_hits(sentences, hits, codes, families or {})
    if "hits" in blocks:
        length = np.log1p([len(text) / 20 for text in sentences["text"]])[:, None] / 2
        matrices["hits"] = sparse.csr_matrix(np.hstack([np.minimum(found, 2), length]))
        names["hits"] = np.append(names_found, "length")
    if "context" in blocks:
        matrices["context"] = sparse.csr_matrix(_look_around(sentences, found > 0))
        names["context"] = np.array([f"{side}:{name}" for side in ("before", "after") for name in names_found], dtype=str)
    for matrix in matrices.values():
        matrix.sort_indices()
    return Counts(matrices, names)


def learn_columns(counts, rows):
    """Return the ``Columns`` of each block learnt from the sentences in ``rows``: those that occur there, and their weights."""
    learnt = []
    for block, matrix in counts.matrices.items():
        part = matrix[rows]
        n_texts = np.bincount(part.indices, minlength=matrix.shape[1])
        least = 1 if block in SCALES else LEAST_TEXTS
        kept = np.flatnonzero(n_texts >= least)
        weights = np.full(len(kept), SCALES[block]) if block in SCALES else np.log((1 + len(rows)) / (1 + n_texts[kept])) + 1
        learnt.append(Columns(block, counts.names[block][kept], weights.astype(np.float32)))
    return learnt


def weigh_features(counts, learnt, rows):
    """Return the sparse matrix (sentence x columns of all blocks in ``learnt``) of weighted features of ``rows``.

    Words and pieces: (1 + log count) x weight, each block of a sentence divided by its length; others: value x weight.
    A column that was not counted in these sentences is zero.
    """
    parts = []
    for columns in learnt:
        matrix = counts.matrices[columns.block][rows]
        matrix = _pick_columns(matrix, counts.names[columns.block], columns.names)
        is_text = columns.block not in SCALES
        matrix.data = (1 + np.log(matrix.data) if is_text else matrix.data) * columns.weights.astype(float)[matrix.indices]
        if is_text:
            row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
            matrix.data /= np.sqrt(np.bincount(row, matrix.data**2, minlength=matrix.shape[0]))[row]
        parts.append(matrix)
    return sparse.hstack(parts, "csr")


def _pick_columns(matrix, names, wanted):
    """Return the columns of ``matrix`` called ``wanted``, in that order; zeros for a name it lacks."""
    place = pd.Index(names).get_indexer(wanted)
    target = np.full(len(names), -1, dtype=np.int32)
    target[place[place >= 0]] = np.flatnonzero(place >= 0)
    column = target[matrix.indices]
    kept = column >= 0
    ends = np.concatenate([[0], np.cumsum(kept)])[matrix.indptr]
    return sparse.csr_matrix((matrix.data[kept], column[kept], ends), shape=(matrix.shape[0], len(wanted)))


def _count_pairs(row, column, shape):
    """Return the sparse matrix of how often each (row, column) occurs."""
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=shape)


def _count_word_pairs(tokens, vocabulary, n_texts):
    """Return (matrix, names) of pairs of neighbouring words of a text."""
    together = np.flatnonzero(tokens.text[1:] == tokens.text[:-1])
    first, second = tokens.word[together].astype(np.int64), tokens.word[together + 1]
    pair, column = np.unique(first * len(vocabulary) + second, return_inverse=True)
    left, right = np.divmod(pair, max(len(vocabulary), 1))
    names = np.array([f"{vocabulary[a]} {vocabulary[b]}" for a, b in zip(left, right, strict=True)], dtype=str)
    return _count_pairs(tokens.text[together], column, (n_texts, len(pair))), names


def _spell_words(vocabulary):
    """Return (matrix word x piece, names of pieces): how often each piece stands in each word.

    >>> _spell_words(["we"])[1].tolist()
    [' we', ' we ', 'we ']
    """
    word, piece = [], []
    for number, text in enumerate(vocabulary):
        bordered = f" {text} "
        found = [bordered[start : start + n] for n in PIECES for start in range(len(bordered) - n + 1)]
        piece += found
        word += [number] * len(found)
    column, names = pd.factorize(np.array(piece, dtype=object), sort=True)
    return _count_pairs(np.array(word, dtype=int), column, (len(vocabulary), len(names))), np.array(names, dtype=str)


def _count_hits(sentences, hits, codes, families):
    """Return (array sentence x column, names): matches that count, and negated ones, of each code and each family."""
    row = pd.Index(sentences["sentence_id"]).get_indexer(hits["sentence_id"])
    column = pd.Index(codes).get_indexer(hits["code"])
    kept = (row >= 0) & (column >= 0)
    counts = np.zeros((2, len(sentences), len(codes)))
    np.add.at(counts, (hits["negated"].to_numpy(dtype=int)[kept], row[kept], column[kept]), 1)
    member = np.array([[code in members for members in families.values()] for code in codes], dtype=float)
    together = [np.hstack([part, part @ member]) if families else part for part in counts]
    names = [*codes, *families]
    return np.hstack(together), np.array([*names, *(f"not:{name}" for name in names)], dtype=str)


def _look_around(sentences, found):
    """Return the array (sentence x 2 columns of ``found``) of what the sentences before and after in the same turn hold."""
    turn = sentences["document_id"].astype(str).to_numpy(dtype=object), sentences["turn"].to_numpy()
    same = np.ones(max(len(sentences) - 1, 0), dtype=bool)
    for key in turn:
        same &= key[1:] == key[:-1]
    around = np.zeros((len(sentences), 2 * found.shape[1]))
    around[1:, : found.shape[1]] = found[:-1] * same[:, None]
    around[:-1, found.shape[1] :] = found[1:] * same[:, None]
    return around

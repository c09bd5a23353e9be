"""The dictionary coder: where the codebook's patterns stand in sentences.

All patterns are looked up in one pass over token numbers: each word of a pattern is resolved to the words of the
vocabulary that it matches, the rarest word of the pattern gives the candidate places, and its other words are checked there.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import pandas as pd

from framings.codebook import LANGUAGES, NEGATION
from framings.schemas import CODES, MATCHES, check
from framings.texts import tokenise

HIT_COLUMNS = ("text", "code", "pattern", "start", "end", "negated")


@dataclass(frozen=True)
class Tokens:
    """The tokens of many texts as arrays of one length, and the sorted vocabulary that ``word`` numbers."""

    vocabulary: list
    word: np.ndarray
    text: np.ndarray
    start: np.ndarray
    end: np.ndarray


def code_frames(sentences, documents, codebook, negation_window=3):
    """Return (matches, codes) of the codebook's patterns in the sentences, each in its document's language.

    A sentence carries a code where at least one match of the code is neither masked by a near miss nor negated, that is
    preceded by a negation word at most ``negation_window`` tokens before it in the same sentence. ``matches`` keeps the
    negated ones, with offsets into the sentence.
    """
    language = sentences["document_id"].map(documents.set_index("document_id")["language"])
    if language.isna().any():
        stray = sentences["document_id"][language.isna()].iloc[0]
        raise ValueError(f"table sentences names the document {stray!r}, which table documents lacks")
    hits = match_patterns(sentences["text"], language, codebook.patterns, negation_window)
    hits.insert(0, "sentence_id", sentences["sentence_id"].to_numpy()[hits.pop("text")])
    codes = hits.loc[~hits["negated"], ["sentence_id", "code"]].drop_duplicates()
    codes = codes.assign(coder_id="dictionary", coder_kind="dictionary", codebook_version=codebook.version)
    return check(hits, MATCHES), check(codes, CODES)


def match_patterns(texts, languages, patterns, negation_window=3, case_sensitive=False):
    """Return the matches of ``patterns`` in ``texts``: text (its position), code, pattern, start, end, negated.

    ``languages`` holds the language of each text; ``patterns`` has the columns code, language, pattern, tokens, is_mask of
    ``framings.codebook.Codebook``. Within a code matches do not overlap: of those that begin at the same token the longest
    counts, and the next begins after its end. Tokens covered by a near miss of the code are in no match of it.
    Sorted by text, code, start. Matches of the codebook's negation words are used, not returned.

    >>> patterns = pd.DataFrame(
    ...     [("OS10", "en", "trust", "trust", False), ("OS10", "en", "trust fund", "trust fund", True)],
    ...     columns=["code", "language", "pattern", "tokens", "is_mask"],
    ... )
    >>> match_patterns(["The trust fund rests on trust."], ["en"], patterns)[["code", "start", "end"]].values.tolist()
    [['OS10', 24, 29]]
    """
    texts, languages = np.asarray(texts, dtype=object), np.asarray(languages, dtype=object)
    order = {code: number for number, code in enumerate(patterns["code"].unique())}
    found = []
    for language in LANGUAGES:
        chosen, rows = np.flatnonzero(languages == language), np.flatnonzero(patterns["language"] == language)
        if len(chosen) and len(rows):
            tokens = number_tokens(texts[chosen], case_sensitive)
            hits = _match_rows(tokens, patterns, rows, order, negation_window)
            last = hits["place"] + hits["length"] - 1
            found.append(
                (chosen[tokens.text[hits["place"]]], hits["row"], tokens.start[hits["place"]], tokens.end[last], hits["negated"])
            )
    if not found:
        return pd.DataFrame({name: [] for name in HIT_COLUMNS}).astype({"text": int, "start": int, "end": int, "negated": bool})
    text, row, start, end, negated = (np.concatenate(column) for column in zip(*found, strict=True))
    code = patterns["code"].to_numpy()[row]
    sort = np.lexsort((start, [order[name] for name in code], text))
    columns = (text, code, patterns["pattern"].to_numpy()[row], start, end, negated)
    return pd.DataFrame({name: column[sort] for name, column in zip(HIT_COLUMNS, columns, strict=True)})


def number_tokens(texts, case_sensitive=False):
    """Return the ``Tokens`` of ``texts``; each distinct chunk between spaces is cut into tokens once."""
    joined = " ".join(texts)
    chunks = joined.split(" ")
    chunk, distinct = pd.factorize(np.array(chunks, dtype=object))
    width = np.fromiter(map(len, chunks), np.int64, len(chunks)) + 1
    pieces = [tokenise(text) for text in distinct]
    if case_sensitive:
        pieces = [
            [(text[start:end], start, end) for _, start, end in piece] for text, piece in zip(distinct, pieces, strict=True)
        ]
    vocabulary = sorted({token for piece in pieces for token, _, _ in piece})
    number = {token: place for place, token in enumerate(vocabulary)}
    table = np.array([(number[token], start, end) for piece in pieces for token, start, end in piece], np.int64).reshape(-1, 3)
    count = np.fromiter(map(len, pieces), np.int64, len(pieces))
    first = np.cumsum(count) - count  # row of each chunk's first token in the table
    repeats = count[chunk]
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    row = np.repeat(first[chunk], repeats) + within
    offset = np.repeat(np.cumsum(width) - width, repeats)
    begins = np.cumsum([0, *(len(text) + 1 for text in texts)])
    text = np.searchsorted(begins, offset, side="right") - 1
    shift = offset - begins[text]
    return Tokens(vocabulary, table[row, 0], text, shift + table[row, 1], shift + table[row, 2])


def find_words(glob, vocabulary):
    """Return the places in the sorted ``vocabulary`` of the words that ``glob`` matches, None for a lone ``*``.

    >>> find_words("stabili?*", ["stability", "stabilisation", "stable"]).tolist()
    [0, 1]
    """
    if glob == "*":
        return None
    prefix = re.match(r"[^*?]*", glob).group()
    low = bisect_left(vocabulary, prefix)
    if prefix == glob:
        return np.arange(low, low + (vocabulary[low : low + 1] == [glob]))
    high = bisect_left(vocabulary, prefix + "\U0010ffff") if prefix else len(vocabulary)
    if glob == prefix + "*":
        return np.arange(low, high)
    fits = re.compile("".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in glob)).fullmatch
    return np.array([place for place in range(low, high) if fits(vocabulary[place])], dtype=np.int64)


def _match_rows(tokens, patterns, rows, order, negation_window):
    """Return the matches that count of the patterns in ``rows``: arrays row, place, length, negated."""
    row, place, length = _find_places(tokens, patterns["tokens"].to_numpy()[rows])
    row = rows[row]
    code = np.array([order[name] for name in patterns["code"]])[row]
    mask = patterns["is_mask"].to_numpy(dtype=bool)[row]
    size = len(tokens.word)
    covered = np.unique(_spread(code[mask] * size + place[mask], length[mask]))
    touched = np.zeros(len(row), dtype=bool)
    for step in range(length.max(initial=0)):
        touched |= (step < length) & np.isin(code * size + place + step, covered)
    open_ = np.flatnonzero(~mask & ~touched)
    kept = open_[_keep_leftmost_longest(code[open_], place[open_], length[open_])]
    denies = code[kept] == order.get(NEGATION, -1)
    negations = np.unique(place[kept[denies]] + length[kept[denies]] - 1)
    kept = kept[~denies]
    negated = np.zeros(len(kept), dtype=bool)
    for step in range(1, negation_window + 1):
        before = place[kept] - step
        negated |= np.isin(before, negations) & (tokens.text[np.maximum(before, 0)] == tokens.text[place[kept]])
    return {"row": row[kept], "place": place[kept], "length": length[kept], "negated": negated}


def _find_places(tokens, patterns):
    """Return arrays (number of the pattern, place of its first token, number of tokens) of all matches, overlaps included."""
    by_word = np.argsort(tokens.word, kind="stable")
    ends = np.cumsum(np.bincount(tokens.word, minlength=len(tokens.vocabulary)))
    begins = ends - np.bincount(tokens.word, minlength=len(tokens.vocabulary))
    known, found = {}, []
    for number, pattern in enumerate(patterns):
        slots = pattern.split(" ")
        for slot in slots:
            if slot not in known:
                known[slot] = find_words(slot, tokens.vocabulary)
        words = {step: known[slot] for step, slot in enumerate(slots) if known[slot] is not None}
        counts = {step: int((ends[ids] - begins[ids]).sum()) for step, ids in words.items()}
        rarest = min(counts, key=counts.get)
        if not counts[rarest]:
            continue
        place = by_word[_spread(begins[words[rarest]], (ends - begins)[words[rarest]])] - rarest
        place = place[(place >= 0) & (place + len(slots) <= len(tokens.word))]
        place = place[tokens.text[place] == tokens.text[place + len(slots) - 1]]
        for step, ids in words.items():
            if step != rarest:
                place = place[np.isin(tokens.word[place + step], ids)]
        found.append((np.full(len(place), number), place, np.full(len(place), len(slots))))
    if not found:
        return (np.zeros(0, dtype=np.int64),) * 3
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))


def _spread(first, count):
    """Return the concatenated runs first, first + 1, …, first + count - 1."""
    return np.repeat(first - (np.cumsum(count) - count), count) + np.arange(count.sum())


def _keep_leftmost_longest(code, place, length):
    """Return the positions of the matches that remain when each code is read from left to right without overlap."""
    kept, last_code, free = [], -1, 0
    order = np.lexsort((-length, place, code))
    for match, its_code, first, tokens in zip(order.tolist(), *(a[order].tolist() for a in (code, place, length)), strict=True):
        if its_code != last_code or first >= free:
            kept.append(match)
            last_code, free = its_code, first + tokens
    return np.array(kept, dtype=np.int64)

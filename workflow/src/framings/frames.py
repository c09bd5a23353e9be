"""The dictionary coder: where the codebook's patterns stand in sentences.

All patterns are looked up in one pass over token numbers: each word of a pattern is resolved to the words of the
vocabulary that it matches, the rarest word of the pattern gives the candidate places, and its other words are checked there,
all patterns together.
"""

import re
from bisect import bisect_left

import numpy as np
import pandas as pd

from framings.codebook import LANGUAGES, NEGATION
from framings.schemas import CODES, MATCHES, check
from framings.tokens import number_tokens, spread_runs

BATCH = 100_000  # candidate places checked at a time: bounds memory, not results
HIT_COLUMNS = ("text", "code", "pattern", "start", "end", "negated")


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
    covered = np.unique(spread_runs(code[mask] * size + place[mask], length[mask]))
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
    slots = [pattern.split(" ") for pattern in patterns]
    sets = _Sets(sorted({slot for row in slots for slot in row}), tokens.vocabulary)
    frequency = np.bincount(tokens.word, minlength=len(tokens.vocabulary))
    counts = {name: np.inf if ids is None else frequency[ids].sum() for name, ids in sets.words.items()}
    rarest = np.array([min(range(len(row)), key=[counts[name] for name in row].__getitem__) for row in slots], np.int64)
    length = np.array([len(row) for row in slots], np.int64)
    table = np.zeros((len(slots), length.max(initial=0)), np.int64)
    for number, row in enumerate(slots):
        table[number, : len(row)] = [sets.number[name] for name in row]
    seeds = [sets.words[row[step]] for row, step in zip(slots, rarest.tolist(), strict=True)]
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for row, place in _list_candidates(tokens.word, len(tokens.vocabulary), seeds):
        place = place - rarest[row]
        inside = (place >= 0) & (place + length[row] <= len(tokens.word))
        row, place = row[inside], place[inside]
        whole = tokens.text[place] == tokens.text[place + length[row] - 1]
        row, place = row[whole], place[whole]
        for step in range(table.shape[1]):
            asked = np.flatnonzero((step < length[row]) & (step != rarest[row]))
            fails = asked[~sets.hold(table[row[asked], step], tokens.word[place[asked] + step])]
            row, place = np.delete(row, fails), np.delete(place, fails)
        found.append((row, place))
    row, place = (np.concatenate(column) for column in zip(*found, strict=True))
    return row, place, length[row]


class _Sets:
    """The words of the vocabulary that each glob matches; those that are no range of it are kept as keys too."""

    def __init__(self, globs, vocabulary):
        self.number = {glob: number for number, glob in enumerate(globs)}
        self.words = {glob: find_words(glob, vocabulary) for glob in globs}
        self.size = len(vocabulary)
        self.low, self.high = np.zeros(len(globs), np.int64), np.zeros(len(globs), np.int64)
        self.gappy, keys = np.zeros(len(globs), dtype=bool), [np.zeros(0, np.int64)]
        for number, ids in enumerate(self.words.values()):
            if ids is None:
                self.high[number] = self.size
            elif len(ids):
                self.low[number], self.high[number] = ids[0], ids[-1] + 1
                self.gappy[number] = ids[-1] + 1 - ids[0] > len(ids)
                keys += [number * self.size + ids] if self.gappy[number] else []
        self.keys = np.concatenate(keys)

    def hold(self, number, word):
        """Return whether each word is in the set of its number."""
        held = (self.low[number] <= word) & (word < self.high[number])
        gappy = np.flatnonzero(held & self.gappy[number])
        held[gappy] = np.isin(number[gappy] * self.size + word[gappy], self.keys)
        return held


def _list_candidates(word, size, seeds):
    """Yield arrays (number of a seed, place of a token that is one of the seed's words), some ``BATCH`` at a time, by number."""
    needed = np.zeros(size, dtype=bool)
    for ids in seeds:
        needed[ids] = True
    places = np.flatnonzero(needed[word])
    n_places = np.bincount(word[places], minlength=size)
    places = places[np.argsort(word[places], kind="stable")]
    first = np.cumsum(n_places) - n_places
    row = np.repeat(np.arange(len(seeds)), [len(ids) for ids in seeds])
    ids = np.concatenate([np.zeros(0, np.int64), *seeds])
    cuts = np.flatnonzero(np.diff(np.cumsum(n_places[ids]) // BATCH)) + 1
    for part in np.split(np.arange(len(ids)), cuts):
        count = n_places[ids[part]]
        yield np.repeat(row[part], count), places[spread_runs(first[ids[part]], count)]


def _keep_leftmost_longest(code, place, length):
    """Return the positions of the matches that remain when each code is read from left to right without overlap."""
    kept, last_code, free = [], -1, 0
    order = np.lexsort((-length, place, code))
    for match, its_code, first, tokens in zip(order.tolist(), *(a[order].tolist() for a in (code, place, length)), strict=True):
        if its_code != last_code or first >= free:
            kept.append(match)
            last_code, free = its_code, first + tokens
    return np.array(kept, dtype=np.int64)

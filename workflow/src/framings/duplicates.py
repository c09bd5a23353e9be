"""Duplicates: documents that repeat each other, and documents that are one text in two languages."""

import re
from itertools import combinations

import numpy as np
import pandas as pd

from framings.days import count_days
from framings.schemas import DUPLICATES, TWINS, check

WORD = re.compile(r"\w+")
RUN = 5  # words of a run
SKETCH = 16  # runs that stand for a document when it is looked for in all others
OWNER_BITS = np.uint64(24)
MOST_HOLDERS = 64  # a run in more documents is a formula and finds nothing
FEWEST_WORDS, FEWEST_WORDS_ANY_DAY = 30, 100
REPORTED, REPEATED, CONTAINED = 0.5, 0.9, 0.95
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class TwinError(ValueError):
    """A model would see one text twice; the message is one plain sentence."""


def compare_documents(documents, paragraphs):
    """Return the tables DUPLICATES and TWINS of the documents whose text is at hand.

    Duplicates are sought within a language, by runs of five words (letters and digits, case ignored). MinHash finds the
    candidates: the 16 runs of a document with the smallest hashes are looked up in all documents, which finds copies as
    well as parts of a longer text (a sketch of the bottom k: Broder 1997, On the resemblance and containment of
    documents). The similarity of each candidate pair is then counted exactly. Pairs are listed from a Jaccard
    similarity of .5, or where .95 of the shorter text is in the longer. The rule that resolves them:

    - Texts of fewer than 30 words are not compared.
    - One document repeats another if their similarity is at least .9, or at least .95 of the shorter is in the longer,
      and they are at most one day apart; on any days only if their words are the same and at least 100.
    - Of two such documents the one with more words stays, then the earlier one, then the one with the smaller key.
    - A document is left out only if it repeats one that stays, so that of equal documents exactly one stays, and no
      text is lost because it is like one that is itself left out.
    """
    # ASSUME: notes of a few sentences on like events (telephone calls, greetings) repeat each other word for word on
    # different days and are documents of their own; a text of 100 words that returns word for word is the same text.
    # ASSUME: in a text of fewer than 99 words one word exchanged, say a name, already breaks the similarity of .9; longer texts
    # of one day that differ so little are one text, published again with a correction.
    # ASSUME: two runs that differ have different 64-bit hashes (for 10 million runs the chance of a clash is below 1 in 100,000).
    texts = _gather_texts(documents, paragraphs)
    rows = []
    for _, group in texts.groupby("language", sort=True):
        rows += _compare_group(group.reset_index(drop=True))
    table = pd.DataFrame(rows, columns=list(DUPLICATES.columns))
    table = table.sort_values(["document_id", "other_id"], ignore_index=True)
    return check(table, DUPLICATES), _link_twins(documents)


def left_out_ids(duplicates):
    """Return the set of the ids of documents left out because another one holds their text."""
    return set(duplicates.loc[duplicates["left_out"], "other_id"])


def refuse_twins(document_ids, twins):
    """Raise ``TwinError`` where two documents of one model are the same text in two languages."""
    together = set(document_ids)
    for first, second in zip(twins["document_id"], twins["twin_id"], strict=True):
        if first in together and second in together:
            raise TwinError(f"{first} and {second} are one text in two languages; fit a model on one language at a time")


def _link_twins(documents):
    """Return TWINS: documents of one source with the site's own number in two languages."""
    items = {}
    for key, source, language in documents[["document_id", "source", "language"]].itertuples(index=False):
        items.setdefault((source, key.removeprefix(f"{source}-{language}-")), []).append((language, key))
    rows = [
        (first[1], second[1], first[0], second[0])
        for spoken in items.values()
        for first, second in combinations(sorted(spoken), 2)
        if first[0] != second[0]
    ]
    return check(pd.DataFrame(sorted(rows), columns=list(TWINS.columns)), TWINS)


def _gather_texts(documents, paragraphs):
    """Return document_id, language, date, words (as numbers) and n_words of the texts compared, in the order in which they stay."""
    spoken, numbers, rows = {}, _Numbers(), []
    paragraphs = paragraphs.sort_values(["document_id", "paragraph"])
    for key, text in zip(paragraphs["document_id"], paragraphs["text"], strict=True):
        spoken.setdefault(key, []).append(text)
    for key, language, date in documents[["document_id", "language", "date"]].sort_values("document_id").itertuples(index=False):
        chunks = " ".join(spoken.get(key, [])).split()
        words = np.fromiter(map(numbers.__getitem__, chunks), np.uint64, len(chunks))
        words = words[words > 0]
        if len(words) >= FEWEST_WORDS:
            rows.append((key, language, date, words, len(words)))
    table = pd.DataFrame(rows, columns=["document_id", "language", "date", "words", "n_words"])
    return table.sort_values(["n_words", "date", "document_id"], ascending=[False, True, True], ignore_index=True)


def _compare_group(texts):
    """Return the rows of DUPLICATES of the texts of one language, given in the order in which they stay."""
    runs = _hash_runs(texts["words"])
    pairs = {}
    for first, second in sorted(_find_candidates(runs) | _find_same(texts["words"])):
        common = len(np.intersect1d(runs[first], runs[second], assume_unique=True))
        similarity = common / (len(runs[first]) + len(runs[second]) - common)
        contained = common / min(len(runs[first]), len(runs[second]))
        if similarity >= REPORTED or contained >= CONTAINED:
            same = np.array_equal(texts["words"][first], texts["words"][second])
            apart = count_days(texts["date"][first], texts["date"][second])
            repeats, reason = _judge(same, similarity, contained, apart, texts["n_words"][second])
            pairs[first, second] = common, similarity, _relate(same, similarity), repeats, reason
    kept_by = _resolve({pair: found[3] for pair, found in pairs.items()})
    keys, sizes, rows = texts["document_id"], texts["n_words"], []
    for (first, second), (common, similarity, relation, _, reason) in pairs.items():
        if first in kept_by and second in kept_by:  # each is listed with the one that stays for it
            continue
        stays, other = (second, first) if first in kept_by else (first, second)
        if kept_by.get(other, stays) != stays:
            reason = f"left out already as a repeat of {keys[kept_by[other]]}"
        contained = common / len(runs[other])
        counts = sizes[stays], sizes[other]
        rows.append((keys[stays], keys[other], relation, similarity, contained, *counts, other in kept_by, reason))
    return rows


def _relate(same, similarity):
    """Return the relation of two texts as DUPLICATES names it."""
    if same:
        return "same text"
    return "near duplicate" if similarity >= REPORTED else "part of the other"


def _judge(same, similarity, contained, apart, n_words):
    """Return whether the shorter of two texts repeats the longer one, and the rule that says so."""
    if same and n_words >= FEWEST_WORDS_ANY_DAY:
        return True, f"the same words, {FEWEST_WORDS_ANY_DAY} or more"
    if similarity < REPEATED and contained < CONTAINED:
        return False, "alike, but each has words of its own"
    if apart > 1:
        return False, f"{apart} days apart"
    if similarity >= REPEATED:
        return True, f"similarity of {REPEATED} or more, at most a day apart"
    return True, f"{CONTAINED} or more of it is in the longer text, at most a day apart"


def _resolve(repeats):
    """Return {position left out: position that stays} from {(earlier, later in the order): whether one repeats the other}."""
    kept_by = {}
    for first, second in sorted((pair for pair, so in repeats.items() if so), key=lambda pair: pair[::-1]):
        if first not in kept_by:
            kept_by.setdefault(second, first)
    return kept_by


def _find_same(words):
    """Return the pairs (first, later) of positions whose words are all the same; of a group all pairs with its first."""
    seen = {}
    return {(first, place) for place, text in enumerate(words) if (first := seen.setdefault(text.tobytes(), place)) != place}


def _hash_runs(texts):
    """Return the sorted distinct hashes (uint64) of the runs of five words of each text, an array of numbers of words."""
    hashes = []
    for codes in texts:
        run = codes[: len(codes) - RUN + 1].copy()
        for place in range(1, RUN):
            run *= MULTIPLIER
            run += codes[place : len(codes) - RUN + 1 + place]
        run ^= run >> np.uint64(31)
        run *= np.uint64(0xBF58476D1CE4E5B9)
        run ^= run >> np.uint64(29)
        run.sort()
        hashes.append(run[_is_new(run)])
    return hashes


class _Numbers(dict):
    """The number of the word in a chunk between spaces, letters and digits only, case ignored; 0 where there is no word."""

    def __init__(self):
        self.words = {"": 0}

    def __missing__(self, chunk):
        self[chunk] = number = self.words.setdefault("".join(WORD.findall(chunk.lower())), len(self.words))
        return number


def _is_new(values):
    """Return for each of the sorted values whether it differs from the one before."""
    return np.concatenate([[True], values[1:] != values[:-1]])


def _find_candidates(runs):
    """Return the pairs (first, later) of positions that share a fifth or more of the sketch of one of them."""
    if len(runs) < 2:
        return set()
    sizes = np.array([len(run) for run in runs])
    owners = np.repeat(np.arange(len(runs), dtype=np.uint64), sizes)
    flat = np.concatenate(runs) >> OWNER_BITS
    held = np.sort((flat << OWNER_BITS) | owners)  # all runs by hash, with their owner in the last bits
    hashes, holders = held >> OWNER_BITS, (held & ((np.uint64(1) << OWNER_BITS) - np.uint64(1))).astype(np.int64)
    smallest = _rank_within(sizes) < 4 * SKETCH
    asked, sought = owners[smallest].astype(np.int64), flat[smallest]
    starts = np.searchsorted(hashes, sought, "left")
    counts = np.searchsorted(hashes, sought, "right") - starts
    telling = counts <= MOST_HOLDERS
    asked, starts, counts = asked[telling], starts[telling], counts[telling]
    chosen = _rank_within(np.bincount(asked, minlength=len(runs))) < SKETCH
    asked, starts, counts = asked[chosen], starts[chosen], counts[chosen]
    askers = np.repeat(asked, counts)
    found = holders[np.repeat(starts, counts) + _rank_within(counts)]
    pairs, shared = np.unique((askers * len(runs) + found)[askers != found], return_counts=True)
    first, second = np.divmod(pairs, len(runs))
    enough = shared * 5 >= np.bincount(asked, minlength=len(runs))[first]
    return {(min(pair), max(pair)) for pair in zip(first[enough].tolist(), second[enough].tolist(), strict=True)}


def _rank_within(sizes):
    """Return 0, 1, 2, … within each group, for groups of these sizes in a row.

    >>> _rank_within(np.array([2, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)

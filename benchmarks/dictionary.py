"""How fast the dictionary's patterns are looked up, beside Python's regular expressions and spaCy doing the same look-up.

Usage: python benchmarks/dictionary.py FOLDER_OR_TAR_OF_PAGES [STEP]

All English patterns and near misses of the codebook over the sentences of Kremlin pages. Times are CPU seconds from texts to hits,
tokenising included, in one run. The rivals look for what this project looks for:

- regular expressions: an alternation for each code, longest pattern first, and one for its near misses;
- spaCy's PhraseMatcher: it knows no wild cards, so it is given the wordings of each pattern that occur in these very sentences,
  found beforehand at no cost to it: a bound, not a way to code a new text;
- spaCy's Matcher: token patterns, a word with a wild card as an expression; on every twentieth sentence unless told otherwise.

Near misses and negation are settled by this project alone. spaCy is in no lock file: install it next to the project for a run.
"""

import re
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np

from framings.codebook import NEGATION, read_codebook
from framings.documents import parse_documents
from framings.frames import match_patterns, number_tokens
from framings.sentences import read_abbreviations, split_sentences
from framings.texts import fold_token
from framings.turns import segment_turns

REFERENCE = Path(__file__).parents[1] / "data/reference"
JOB, ROUNDS = 500, 3  # pages read at a time; the fastest of so many rounds counts
LETTERS = r"[^\W_]"
INNER = r"(?:[^\W_]|['’‘ʼ＇‐‑﹣－-](?=[^\W_]))"


def read_sentences(place):
    """Return the texts of all sentences of the pages."""
    from parse_pages import read_pages, write_register

    pages, texts = dict(read_pages(place)), []
    names = sorted(pages)
    languages = {name: read_abbreviations((REFERENCE / f"abbreviations_{name}.txt").read_text("utf-8")) for name in ("en", "ru")}
    for start in range(0, len(names), JOB):
        part = {name: pages[name] for name in names[start : start + JOB]}
        documents, paragraphs, _ = parse_documents(write_register(part), part.get)
        turns, spans = segment_turns(documents, paragraphs)
        texts += split_sentences(documents, turns, paragraphs, spans, languages)["text"].tolist()
    return texts


def write_expression(tokens):
    """Return a regular expression that finds a folded pattern in folded text."""
    words = [re.escape(word).replace(r"\*", f"{INNER}*").replace(r"\?", INNER) for word in tokens.split(" ")]
    return r"[\W_]+".join(f"{INNER}+" if word == f"{INNER}*" else word for word in words)


def prepare_expressions(patterns):
    """Return a function of texts that counts the spans of each code by one alternation for each code and one for its near misses."""
    programs = []
    for _, rows in patterns.groupby(["code", "is_mask"], sort=False):
        choices = "|".join(map(write_expression, sorted(rows["tokens"], key=lambda tokens: (-tokens.count(" "), -len(tokens)))))
        programs.append(re.compile(rf"(?<!\w)(?<!\w['-])(?:{choices})(?!\w)(?!['-]\w)"))

    def count(texts):
        return sum(1 for text in map(fold_token, texts) for program in programs for _ in program.finditer(text))

    return count


def prepare_matcher(patterns):
    """Return a function of texts that counts the matches of spaCy's Matcher."""
    import spacy
    from spacy.matcher import Matcher

    english = spacy.blank("en")
    matcher = Matcher(english.vocab)
    for (code, is_mask), rows in patterns.groupby(["code", "is_mask"], sort=False):
        matcher.add(f"{code}/{is_mask}", [[_describe_word(word) for word in tokens.split(" ")] for tokens in rows["tokens"]])
    return lambda texts: sum(len(matcher(document)) for document in english.pipe(texts))


def _describe_word(word):
    """Return a word of a pattern as spaCy's Matcher takes it."""
    if word == "*":
        return {}
    if "*" not in word and "?" not in word:
        return {"LOWER": word}
    return {"LOWER": {"REGEX": "^" + re.escape(word).replace(r"\*", ".*").replace(r"\?", ".") + "$"}}


def prepare_phrases(patterns, texts):
    """Return a function of texts that counts the matches of spaCy's PhraseMatcher, given the wordings that occur in ``texts``."""
    import spacy
    from spacy.matcher import PhraseMatcher

    english = spacy.blank("en")
    matcher = PhraseMatcher(english.vocab, attr="LOWER")
    free = patterns.assign(code=[f"{row.code}/{number}" for number, row in enumerate(patterns.itertuples())], is_mask=False)
    hits = match_patterns(texts, ["en"] * len(texts), free)
    wordings = {code.split("/")[0]: set() for code in free["code"]}
    for text, code, start, end in hits[["text", "code", "start", "end"]].itertuples(index=False):
        wordings[code.split("/")[0]].add(texts[text][start:end].lower())
    for code, phrases in wordings.items():
        matcher.add(code, list(map(english.make_doc, sorted(phrases))))
    return lambda texts: sum(len(matcher(document)) for document in english.pipe(texts))


def time_call(function, *arguments):
    """Return (CPU seconds, result) of a call."""
    start = time.process_time()
    result = function(*arguments)
    return time.process_time() - start, result


def measure_memory(texts, patterns):
    """Return (bytes of the token table, peak bytes allocated by the look-up) over all texts."""
    tokens = number_tokens(texts)
    table = sum(column.nbytes for column in (tokens.word, tokens.text, tokens.start, tokens.end))
    n_tokens = len(tokens.word)
    del tokens
    languages = np.array(["en"] * len(texts), dtype=object)
    tracemalloc.start()
    match_patterns(texts, languages, patterns)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return n_tokens, table, peak


def main(place, step="20"):
    """Print all measurements."""
    import spacy

    texts = read_sentences(place)
    book = read_codebook((REFERENCE / "codebook.yaml").read_text(encoding="utf-8"))
    patterns = book.patterns[(book.patterns["language"] == "en") & (book.patterns["code"] != NEGATION)].reset_index(drop=True)
    n_tokens, table, peak = measure_memory(texts, patterns)
    print(f"{len(texts)} sentences, {n_tokens} tokens, {len(patterns)} patterns and near misses")
    print(f"memory: token table {table / 1e6:.1f} MB, peak of the look-up {peak / 1e6:.1f} MB, ratio {peak / table:.2f}\n")
    cutting = min(time_call(number_tokens, texts)[0] for _ in range(ROUNDS))
    english = spacy.blank("en")
    cutting_by_spacy = min(time_call(lambda: sum(map(len, english.pipe(texts))))[0] for _ in range(ROUNDS))
    ways = {
        "this project": (lambda texts: len(match_patterns(texts, ["en"] * len(texts), patterns)), texts, cutting, ROUNDS),
        "regular expressions": (prepare_expressions(patterns), texts, None, 1),
        "spaCy PhraseMatcher": (prepare_phrases(patterns, texts), texts, cutting_by_spacy, ROUNDS),
        "spaCy Matcher": (prepare_matcher(patterns), texts[:: int(step)], None, 1),
    }
    print("| way | sentences | spans found | CPU seconds | the same for all sentences | of these tokenising | ratio |")
    print("|---|---|---|---|---|---|---|")
    own = None
    for name, (run, given, tokenising, rounds) in ways.items():
        spent, found = min(time_call(run, given) for _ in range(rounds))
        every = spent * len(texts) / len(given)
        own = own or every
        part = "" if tokenising is None else f"{tokenising:.2f}"
        print(f"| {name} | {len(given)} | {found} | {spent:.2f} | {every:.2f} | {part} | {every / own:.1f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

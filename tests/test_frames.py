"""Facts about the dictionary coder, against rules worked by hand, a naive coder and the cases of another library."""

import functools
import json
import random
import re
import time
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from framings.codebook import NEGATION, fold_pattern, read_codebook
from framings.frames import code_frames, find_words, match_patterns, number_tokens
from framings.texts import tokenise

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
COLUMNS = ["code", "language", "pattern", "tokens", "is_mask"]
NEGATIONS = [(NEGATION, "not", False), (NEGATION, "not only", True)]


def table(rows, language="en", fold=fold_pattern):
    """A table of patterns from (code, pattern, is_mask)."""
    return pd.DataFrame([(code, language, pattern, fold(pattern), mask) for code, pattern, mask in rows], columns=COLUMNS)


def found(text, rows, **options):
    """The matches in one English text as (code, matched words, negated)."""
    hits = match_patterns([text], ["en"], table(rows), **options)
    return [(hit.code, text[hit.start : hit.end], hit.negated) for hit in hits.itertuples()]


@functools.cache
def compile_naively(pattern):
    """One regular expression for each word of a pattern."""
    return [re.compile(re.escape(token).replace(r"\*", ".*").replace(r"\?", ".")) for token in fold_pattern(pattern).split()]


def code_naively(text, rows, window=3):
    """The same rules with loops and one regex a pattern token: the reference of the property test."""
    tokens = tokenise(text)

    def places(pattern):
        globs = compile_naively(pattern)
        for first in range(len(tokens) - len(globs) + 1):
            words = [token for token, _, _ in tokens[first : first + len(globs)]]
            if all(glob.fullmatch(word) for glob, word in zip(globs, words, strict=True)):
                yield first, first + len(globs)

    def read(code):
        masks = [span for name, pattern, mask in rows if mask and name == code for span in places(pattern)]
        masked = {place for span in masks for place in range(*span)}
        spans = {span for name, pattern, mask in rows if not mask and name == code for span in places(pattern)}
        spans = sorted((span for span in spans if not masked & set(range(*span))), key=lambda span: (span[0], -span[1]))
        kept = []
        for span in spans:
            if not kept or span[0] >= kept[-1][1]:
                kept.append(span)
        return kept

    negations = {end - 1 for _, end in read(NEGATION)}
    return sorted(
        (code, tokens[first][1], tokens[end - 1][2], any(first - step in negations for step in range(1, window + 1)))
        for code in {row[0] for row in rows} - {NEGATION}
        for first, end in read(code)
    )


def test_words_follow_each_other_whatever_punctuation_stands_between():
    """A pattern of two words matches across a comma, not across a word, and keeps its offsets."""
    rows = [("RS05", "stability security", False)]
    assert found("For stability, security and peace.", rows) == [("RS05", "stability, security", False)]
    assert found("For stability and security.", rows) == []


def test_wild_cards_stay_inside_a_word():
    """A star stands for any run of characters of one word, a question mark for one, a lone star for one word."""
    rows = [("A", "stabili?ation", False), ("B", "independen*", False), ("C", "largest * in", False)]
    assert found("Stabilization, stabilisation; INDEPENDENCE!", rows) == [
        ("A", "Stabilization", False), ("A", "stabilisation", False), ("B", "INDEPENDENCE", False),
    ]  # fmt: skip
    assert found("the largest market in Asia, the largest common market in Asia, the largest in Asia", rows) == [
        ("C", "largest market in", False)
    ]


def test_the_longest_match_counts_once_in_a_code_and_again_in_another():
    """Nested matches of one code count once; a span may serve two codes."""
    rows = [("A", "crisis", False), ("A", "economic crisis", False), ("B", "crisis", False)]
    assert found("an economic crisis", rows) == [("A", "economic crisis", False), ("B", "crisis", False)]


def test_overlapping_matches_of_a_code_are_read_from_the_left():
    """Of A-B and B-C in A-B-C the first counts; after its end the next may begin."""
    rows = [("K", "a b", False), ("K", "b c d", False), ("K", "c", False)]
    assert found("a b c d", rows) == [("K", "a b", False), ("K", "c", False)]


def test_near_misses_are_masked_first_and_only_in_their_code():
    """Words covered by a near miss are in no match of its code, even of a longer one, and free for other codes."""
    rows = [("A", "trust", False), ("A", "the trust", False), ("A", "trust fund", True), ("B", "trust", False)]
    hits = found("The trust fund rests on trust.", rows)
    assert hits == [("A", "trust", False), ("B", "trust", False), ("B", "trust", False)]


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("It is not a crisis", True),
        ("It is not yet a crisis", True),
        ("It is not a true crisis", True),
        ("It is not what some call a crisis", False),
        ("A crisis it is not", False),
        ("It is not only a crisis", False),
    ],
)
def test_a_negation_reaches_three_words_ahead(text, negated):
    """The window counts words before the match; a near miss of the negation does not negate."""
    assert found(text, [("A", "crisis", False), *NEGATIONS]) == [("A", "crisis", negated)]


def test_the_window_is_exactly_as_wide_as_asked():
    """With a window of 3 the fourth word back does not count, with 4 it does."""
    rows = [("A", "crisis", False), *NEGATIONS]
    assert found("not one two three crisis", rows) == [("A", "crisis", False)]
    assert found("not one two three crisis", rows, negation_window=4) == [("A", "crisis", True)]


def test_nothing_crosses_from_one_sentence_into_the_next():
    """Neither a pattern nor a negation reaches over the end of a text."""
    patterns = table([("A", "crisis", False), ("A", "oil price*", False), *NEGATIONS])
    hits = match_patterns(["It was not", "a crisis of oil", "prices"], ["en"] * 3, patterns)
    assert hits[["text", "code", "negated"]].values.tolist() == [[1, "A", False]]


def test_each_language_has_its_patterns():
    """A Russian pattern is not looked for in an English text, and the reverse."""
    patterns = pd.concat([table([("A", "crisis", False)]), table([("A", "кризис*", False), ("B", "партнёр*", False)], "ru")])
    texts = ["crisis кризис", "crisis кризиса партнеров и Партнёр"]
    hits = match_patterns(texts, ["en", "ru"], patterns.reset_index(drop=True))
    assert [(n, code, texts[n][a:b]) for n, code, a, b in hits[["text", "code", "start", "end"]].values.tolist()] == [
        (0, "A", "crisis"), (1, "A", "кризиса"), (1, "B", "партнеров"), (1, "B", "Партнёр"),
    ]  # fmt: skip


def test_no_text_and_no_hit_give_an_empty_table():
    """The columns are there even where nothing is."""
    for texts in ([], ["", "—"], ["nothing here"]):
        hits = match_patterns(texts, ["en"] * len(texts), table([("A", "crisis", False)]))
        assert hits.empty and list(hits.columns) == ["text", "code", "pattern", "start", "end", "negated"]


def test_words_are_found_in_a_sorted_vocabulary():
    """Prefix, inner wild card, leading star, plain word and absent word."""
    words = sorted(["stability", "stable", "state", "estate", "stab"])
    assert [words[place] for place in find_words("stab*", words)] == ["stab", "stability", "stable"]
    assert [words[place] for place in find_words("st??e", words)] == ["state"]
    assert [words[place] for place in find_words("*state", words)] == ["estate", "state"]
    assert [words[place] for place in find_words("stable", words)] == ["stable"]
    assert find_words("union", words).size == 0 and find_words("*", words) is None


def test_tokens_of_many_texts_are_those_of_each():
    """The chunked tokeniser gives the tokens and offsets of the plain one, whatever white space there is."""
    texts = ["", "The people’s  well-being:\t2.5%", " ", "Ещё — раз ", "a\u2028b"]
    tokens = number_tokens(texts)
    words = [tokens.vocabulary[word] for word in tokens.word]
    mine = list(zip(tokens.text.tolist(), words, tokens.start.tolist(), tokens.end.tolist(), strict=True))
    assert mine == [(number, *token) for number, text in enumerate(texts) for token in tokenise(text)]


WORDS = st.sampled_from(["a", "b", "ab", "abc", "not", "only", "b-a", "c,", "A"])
GLOBS = st.sampled_from(["a", "b", "ab", "a*", "*b", "?b", "*", "not", "b-?"])
PATTERNS = st.lists(
    st.tuples(st.sampled_from("XY"), st.lists(GLOBS, min_size=1, max_size=3).map(" ".join), st.booleans()), min_size=1, max_size=7
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=9).map(" ".join), min_size=1, max_size=4), PATTERNS)
def test_the_engine_agrees_with_a_naive_coder(texts, rows):
    """On generated texts and patterns, masks and negations included, both give the same spans and negations."""
    rows = [row for row in rows if set(row[1]) - set("* ")] + NEGATIONS
    hits = match_patterns(texts, ["en"] * len(texts), table(rows))
    for number, text in enumerate(texts):
        mine = hits[hits["text"] == number][["code", "start", "end", "negated"]].values.tolist()
        assert sorted(map(tuple, mine)) == code_naively(text, rows)


ENGLISH = ["a", "b", "ab", "abc", "not", "only", "b-a", "c,", "A", "ca’b", "—", "2.5"]
RUSSIAN = ["а", "б", "аб", "абв", "не", "только", "б-а", "Ещё,", "А", "1,5", "«б»"]
ENGLISH_GLOBS = ["a", "b", "ab", "a*", "*b", "?b", "*", "not", "b-?", "a?c", "*a*", "2*"]
RUSSIAN_GLOBS = ["а", "б", "аб", "а*", "*б", "?б", "*", "не", "б-?", "еще", "е?е", "1*"]


def draw_patterns(draw, language):
    """Some patterns and near misses of two codes, and the negation words, as rows (code, pattern, is_mask)."""
    globs, (no, only) = {"en": (ENGLISH_GLOBS, ("not", "not only")), "ru": (RUSSIAN_GLOBS, ("не", "не только"))}[language]
    rows = [
        (draw.choice("XY"), " ".join(draw.choices(globs, k=draw.randint(1, 3))), draw.random() < 0.3)
        for _ in range(draw.randint(2, 9))
    ]
    return [row for row in dict.fromkeys(rows) if set(row[1]) - set("* ")] + [(NEGATION, no, False), (NEGATION, only, True)]


def test_ten_thousand_texts_are_coded_as_by_a_naive_coder():
    """40 codebooks of two languages, 250 texts each: the same spans and negations, near misses and language by text included."""
    draw, n_spans, n_negated = random.Random(8), 0, 0
    for number in range(40):
        rows = {language: draw_patterns(draw, language) for language in ("en", "ru")}
        languages = draw.choices(["en", "ru"], k=250)
        texts = [
            " ".join(draw.choices(ENGLISH if (language == "en") == (draw.random() < 0.9) else RUSSIAN, k=draw.randint(0, 10)))
            for language in languages
        ]
        window = draw.randint(0, 4)
        patterns = pd.concat([table(rows[language], language) for language in rows], ignore_index=True)
        hits = match_patterns(texts, languages, patterns, negation_window=window)
        mine = [[] for _ in texts]
        for text, *span in hits[["text", "code", "start", "end", "negated"]].values.tolist():
            mine[text].append(tuple(span))
        for text, language, spans in zip(texts, languages, mine, strict=True):
            assert sorted(spans) == code_naively(text, rows[language], window), (number, text)
        n_spans, n_negated = n_spans + len(hits), n_negated + int(hits["negated"].sum())
    assert n_spans > 8_000 and n_negated > 500


def test_blocks_and_batches_change_nothing(monkeypatch):
    """Texts laid out one by one and candidates checked one by one give what large blocks give."""
    draw = random.Random(9)
    patterns = table([("X", "a b", False), ("X", "a*", False), ("Y", "* b", False), ("Y", "ab b", True), *NEGATIONS])
    texts = [" ".join(draw.choices(ENGLISH, k=draw.randint(0, 12))) for _ in range(60)]
    whole = match_patterns(texts, ["en"] * 60, patterns)
    monkeypatch.setattr("framings.tokens.BLOCK", 1)
    monkeypatch.setattr("framings.frames.BATCH", 1)
    pd.testing.assert_frame_equal(match_patterns(texts, ["en"] * 60, patterns), whole)
    assert len(whole) > 60


def test_the_look_up_needs_less_memory_than_twice_its_table_of_tokens():
    """On 400,000 tokens of a codebook's words, the peak of what is allocated is under twice four columns of 4 bytes."""
    draw = random.Random(10)
    words = [f"w{number}" for number in range(2000)]
    texts = [" ".join(draw.choices(words, k=20)) for _ in range(20_000)]
    rows = [("A", f"w{number} w{number + 1}*", False) for number in range(300)]
    tracemalloc.start()
    match_patterns(texts, ["en"] * len(texts), table(rows))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 400_000 * 16


def quanteda_cases():
    path = SHARED / "reference/quanteda/tokens_lookup_cases.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"texts": {}, "cases": []}


def test_the_cases_of_quanteda_hold():
    """Inputs and expected counts of quanteda's tests of dictionary look-up, case-sensitive ones included."""
    if not (cases := quanteda_cases())["cases"]:
        pytest.skip("the reference cases are not here (../shared/reference/quanteda)")
    for case in cases["cases"]:
        strict = not case.get("case_insensitive", True)
        texts = [case["text"]] if "text" in case else list(cases["texts"].values())
        rows = [(key, pattern, False) for key, patterns in case["dict"].items() for pattern in patterns]
        patterns = table(rows, fold=str if strict else fold_pattern)
        hits = match_patterns(texts, ["en"] * len(texts), patterns, case_sensitive=strict)
        if isinstance(case["expect"], list):
            assert sorted(hits["code"]) == sorted(case["expect"]), case["id"]
            continue
        for key, counts in case["expect"].items():
            code, _, only = key.partition("_")
            mine = [int(((hits["code"] == code) & (hits["text"] == number)).sum()) for number in range(len(texts))]
            assert (mine[list(cases["texts"]).index(only)] if only else mine) == counts, (case["id"], key)


@pytest.fixture(scope="module")
def book():
    return read_codebook((ROOT / "data/reference/codebook.yaml").read_text(encoding="utf-8"))


def place_texts(*texts):
    """Tables of sentences and documents from (language, text)."""
    documents = pd.DataFrame({"document_id": ["d-en", "d-ru"], "language": ["en", "ru"]})
    names = ["sentence_id", "document_id", "text"]
    rows = [(f"d-{language}:t000:s{number:02d}", f"d-{language}", text) for number, (language, text) in enumerate(texts)]
    return pd.DataFrame(rows, columns=names), documents


def test_codes_leave_out_what_is_negated_and_matches_keep_it(book):
    """A code is given once a sentence, in the document's language; markers are codes like the others."""
    sentences, documents = place_texts(
        ("en", "Friendship, trust and friendship."), ("en", "It is not a global crisis."), ("ru", "Наша дружба и кризис доверия.")
    )
    matches, codes = code_frames(sentences, documents, book)
    assert codes[["sentence_id", "code"]].values.tolist() == [
        ["d-en:t000:s00", "OS10"], ["d-ru:t000:s02", "OS10"], ["d-ru:t000:s02", "valence_negative"],
    ]  # fmt: skip
    assert (codes["coder_kind"] == "dictionary").all() and (codes["codebook_version"] == book.version).all()
    assert matches.loc[matches["negated"], "code"].tolist() == ["RS01", "valence_negative"]
    texts = dict(zip(sentences["sentence_id"], sentences["text"], strict=True))
    shown = [texts[match.sentence_id][match.start : match.end] for match in matches.itertuples() if match.code == "OS10"]
    assert shown == ["Friendship", "trust", "friendship", "дружба", "доверия"]


def test_a_sentence_of_an_unknown_document_is_refused(book):
    """The message names the document."""
    sentences, documents = place_texts(("en", "Friendship."))
    with pytest.raises(ValueError, match="names the document 'd-en', which table documents lacks"):
        code_frames(sentences, documents.iloc[1:], book)


def write_hostile_texts(book):
    """Five texts of 50 kB: one word, one hyphenated word, words of one letter, and patterns begun again and again, whole and cut."""
    live = [tokens.replace("*", "a") for tokens in book.patterns["tokens"]]
    starts = " ".join(tokens.rpartition(" ")[0] or tokens[:-1] for tokens in live)
    often = max(live, key=lambda tokens: tokens.count(" "))
    texts = ["a" * 50_000, "a-" * 25_000, "not " * 12_500, starts * 50, f"{often} " * 5000]
    return [text[:50_000] for text in texts]


def test_no_pattern_is_slow_on_hostile_texts(book):
    """All patterns together take less than 100 ms for each text and language, so each pattern does."""
    match_patterns(["warm", "греть"], ["en", "ru"], book.patterns)
    for text in write_hostile_texts(book):
        for language in ("en", "ru"):
            spent = []
            for _ in range(3):
                start = time.process_time()
                match_patterns([text], [language], book.patterns)
                spent.append(time.process_time() - start)
                if spent[-1] < 0.1:
                    break
            assert len(text) == 50_000 and min(spent) < 0.1, (text[:40], language, spent)


def test_the_authors_own_readings_are_recovered_to_the_measured_degree(book, capsys):
    """Of the codes that the articles' authors gave to passages they print, the dictionary finds as many as when measured."""
    path = SHARED / "codebook.yaml"
    if not path.exists():
        pytest.skip("the passages are not here (../shared/codebook.yaml)")
    quotes = yaml.safe_load(path.read_text(encoding="utf-8"))["gold_quotes"]
    frames = set(book.codes.loc[book.codes["kind"] == "sub-frame", "code"])
    hits = match_patterns([quote["text"] for quote in quotes], ["en"] * len(quotes), book.patterns)
    given_codes = [set(hits.loc[(hits["text"] == n) & ~hits["negated"], "code"]) & frames for n in range(len(quotes))]
    expected = [set(quote["expect"]) for quote in quotes]
    n_found = sum(len(mine & theirs) for mine, theirs in zip(given_codes, expected, strict=True))
    n_more = sum(len(mine - theirs) for mine, theirs in zip(given_codes, expected, strict=True))
    with capsys.disabled():
        print(f"\nauthors' readings: {n_found} of {sum(map(len, expected))} codes found, {n_more} further codes given")
    assert n_found >= 17 and n_more <= 5

"""What is known of duplicates: which documents repeat each other, which one stays, and what is a twin."""

import itertools
import random
import time

import numpy as np
import pandas as pd
import pytest

from framings.duplicates import TwinError, compare_documents, left_out_ids, refuse_twins

VOCABULARY = [f"{first}{last}" for first in ("star", "moon", "dust", "ring", "comet") for last in "abcdefghijklmnopqrstuvwxyz"]


def write_words(n_words, seed):
    """Return so many words of a text without repetitions."""
    return random.Random(seed).choices(VOCABULARY, k=n_words)


def compare(*texts):
    """Return DUPLICATES of texts given as (document id, day, words)."""
    documents = pd.DataFrame(
        [(key, key.split("-")[0], key.split("-")[1], day) for key, day, _ in texts],
        columns=["document_id", "source", "language", "date"],
    )
    paragraphs = pd.DataFrame(
        [(key, 0, " ".join(words)) for key, _, words in texts], columns=["document_id", "paragraph", "text"]
    )
    return compare_documents(documents, paragraphs)[0]


def test_similarity_is_counted_by_hand():
    """Of two texts of 40 words whose last 9 differ, 27 of 45 distinct runs are common: similarity .6, .75 contained."""
    words = [f"w{number}" for number in range(40)]
    (row,) = compare(
        ("k-en-1", "2010-01-01", words), ("k-en-2", "2010-01-01", words[:31] + [f"v{number}" for number in range(9)])
    ).itertuples()
    assert (row.similarity, row.contained) == (27 / 45, 27 / 36)
    assert (row.n_words, row.n_words_other, row.relation, row.left_out) == (40, 40, "near duplicate", False)


def test_letters_alone_count():
    """Case, punctuation, quotation marks and line breaks make no other text."""
    words = write_words(120, 1)
    spoken = [word.upper() + "," if place % 3 else f"“{word}”\n" for place, word in enumerate(words)]
    (row,) = compare(("k-en-1", "2010-01-01", words), ("k-en-2", "2014-01-01", ["—", *spoken, "..."])).itertuples()
    assert (row.relation, row.similarity, row.left_out) == ("same text", 1, True)


@pytest.mark.parametrize(
    ("n_words", "days", "left_out"),
    [(100, 4000, True), (99, 4000, False), (99, 2, False), (99, 1, True), (30, 0, True), (29, 0, None), (0, 0, None)],
)
def test_the_same_words_on_other_days_are_a_formula_if_short(n_words, days, left_out):
    """The same text is left out on any day from 100 words, within a day from 30; shorter texts are not compared."""
    words = write_words(n_words, 2)
    day = str(np.datetime64("2010-01-01") + days)
    table = compare(("k-en-1", "2010-01-01", words), ("k-en-2", day, words))
    assert table["left_out"].tolist() == ([] if left_out is None else [left_out])


def test_a_copy_with_a_correction_is_left_out_only_within_a_day():
    """A text of 300 words with one word exchanged is left out on the next day, and only reported after that."""
    words = write_words(300, 3)
    mended = [*words[:100], "mended", *words[101:]]
    for day, left_out in (("2010-01-02", True), ("2010-01-03", False)):
        (row,) = compare(("k-en-1", "2010-01-01", words), ("k-en-2", day, mended)).itertuples()
        assert (row.relation, row.left_out, row.document_id) == ("near duplicate", left_out, "k-en-1")


def test_notes_that_differ_in_a_name_are_documents_of_their_own():
    """Two notes of 60 words on one day that differ in one name are reported, and both stay."""
    words = write_words(60, 4)
    table = compare(
        ("k-en-1", "2010-01-01", [*words[:20], "ann", *words[20:]]), ("k-en-2", "2010-01-01", [*words[:20], "bob", *words[20:]])
    )
    assert table["left_out"].tolist() == [False] and table["similarity"].iloc[0] > 0.5


def test_a_part_of_a_longer_text_is_found_and_left_out():
    """A note of 60 words inside a transcript of 5,000 of the same day is left out; the transcript stays, whatever its key."""
    words = write_words(5000, 5)
    (row,) = compare(("k-en-1", "2010-01-01", words[2000:2060]), ("k-en-2", "2010-01-01", words)).itertuples()
    assert (row.document_id, row.other_id, row.relation, row.left_out) == ("k-en-2", "k-en-1", "part of the other", True)
    assert row.contained == 1 and row.similarity < 0.02


def test_the_longer_then_the_earlier_then_the_smaller_key_stays():
    """Of two texts the longer stays; of equally long ones the earlier; of those of one day the one with the smaller key."""
    words = write_words(200, 6)
    first = compare(("k-en-1", "2010-01-01", words), ("k-en-2", "2010-01-02", [*words, "more"]))
    second = compare(("k-en-1", "2010-01-02", words), ("k-en-2", "2010-01-01", words))
    third = compare(("k-en-2", "2010-01-01", words), ("k-en-1", "2010-01-01", words))
    assert [left_out_ids(table) for table in (first, second, third)] == [{"k-en-1"}, {"k-en-1"}, {"k-en-2"}]


def test_of_equal_documents_exactly_one_stays_in_whatever_order_they_come():
    """Nine equal documents in three groups, in 20 orders: three stay, always the same, and each pair names one that stays."""
    texts = [
        (f"k-en-{3 * group + copy}", f"2010-01-0{copy + 1}", write_words(150, group)) for group in range(3) for copy in range(3)
    ]
    tables = []
    for seed in range(20):
        random.Random(seed).shuffle(texts)
        tables.append(compare(*texts))
    assert all(table.equals(tables[0]) for table in tables)
    assert left_out_ids(tables[0]) == {f"k-en-{number}" for number in (1, 2, 4, 5, 7, 8)}
    assert not set(tables[0]["document_id"]) & left_out_ids(tables[0])


def test_what_is_like_a_document_left_out_but_not_like_one_that_stays_stays():
    """In a chain of texts each like the next, one is left out only if it repeats one that stays, so no words are lost."""
    words = [f"w{number}" for number in range(460)]
    texts = [(f"k-en-{step}", "2010-01-01", words[20 * step : 20 * step + 400]) for step in range(4)]
    table = compare(*texts)
    assert left_out_ids(table) == {"k-en-1", "k-en-3"}
    assert set(table["document_id"]) == {"k-en-0", "k-en-2"}


def test_languages_are_never_compared():
    """The same words registered in two languages are no duplicates."""
    words = write_words(200, 7)
    assert len(compare(("k-en-1", "2010-01-01", words), ("k-ru-2", "2010-01-01", words))) == 0


def test_all_pairs_found_are_those_of_an_exact_count():
    """Among 160 texts, 80 of them more or less changed copies, the pairs listed are those that comparing all pairs gives."""
    dice = random.Random(8)
    originals = [write_words(dice.randrange(30, 250), seed) for seed in range(80)]
    copies = []
    for words in originals:
        changed = [f"x{dice.random()}" if dice.random() < 0.08 * dice.random() else word for word in words]
        copies.append(changed[: max(30, int(len(words) * dice.choice([1, 1, 0.7, 0.4])))])
    texts = [(f"k-en-{number:03}", "2010-01-01", words) for number, words in enumerate(originals + copies)]
    runs = {key: {tuple(words[place : place + 5]) for place in range(len(words) - 4)} for key, _, words in texts}
    expected = set()
    for (first, one), (second, other) in itertools.combinations(runs.items(), 2):
        common = len(one & other)
        if common / len(one | other) >= 0.5 or common / min(len(one), len(other)) >= 0.95:
            expected.add(frozenset((first, second)))
    table = compare(*texts)
    found = {frozenset(pair) for pair in table[["document_id", "other_id"]].itertuples(index=False)}
    assert 40 < len(expected) < 80
    assert found == expected


def test_comparing_is_linear_and_quick():
    """1,000 documents of 1,500 words take about a second of one processor; the test allows three for a busy machine."""
    words = np.array([f"w{number}" for number in range(20_000)])
    chosen = np.random.default_rng(0).zipf(1.2, (1000, 1500)) % 20_000
    texts = [(f"k-en-{number}", "2010-01-01", words[row]) for number, row in enumerate(chosen)]
    start = time.process_time()
    assert len(compare(*texts)) == 0
    assert time.process_time() - start < 3


def test_formulas_in_all_documents_cost_nothing_and_find_nothing():
    """600 documents that share a formula of 60 words among 200 of their own give no pair."""
    formula = write_words(60, 9)
    texts = [
        (f"k-en-{number}", "2010-01-01", [*formula, *(f"w{number}x{place}" for place in range(200))]) for number in range(2000)
    ]
    assert len(compare(*texts)) == 0


def test_twins_are_one_item_in_two_languages():
    """The same number of the same site in two languages is a pair; another site or another number is none."""
    documents = pd.DataFrame(
        [
            (key, key.split("-")[0], key.split("-")[1], "2010-01-01")
            for key in ("k-ru-1", "k-en-1", "k-en-2", "m-ru-2", "k-ru-3-a", "k-en-3-a")
        ],
        columns=["document_id", "source", "language", "date"],
    )
    twins = compare_documents(documents, pd.DataFrame(columns=["document_id", "paragraph", "text"]))[1]
    assert twins.to_numpy().tolist() == [["k-en-1", "k-ru-1", "en", "ru"], ["k-en-3-a", "k-ru-3-a", "en", "ru"]]
    refuse_twins(["k-en-1", "k-en-2", "k-ru-3-a"], twins)
    with pytest.raises(
        TwinError, match="k-en-3-a and k-ru-3-a are one text in two languages; fit a model on one language at a time"
    ):
        refuse_twins(["k-en-3-a", "m-ru-2", "k-ru-3-a"], twins)

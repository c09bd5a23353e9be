"""Facts about terms and the discovery third."""

import hashlib

import pandas as pd

from framings.terms import count_terms, draw_discovery, list_name_tokens, name_terms, read_stopwords


def make_tables(texts, language="en", stages=None):
    """Return documents, turns, sentences and marks for {document: [text of a turn, …]}; every turn is relevant speech."""
    keys = [(document, turn) for document, spoken in texts.items() for turn in range(len(spoken))]
    flat = [texts[document][turn] for document, turn in keys]
    documents = pd.DataFrame({"document_id": list(texts), "language": language})
    turns = pd.DataFrame(keys, columns=["document_id", "turn"]).assign(kind="speech")
    sentences = turns[["document_id", "turn"]].assign(text=flat, n_words=[len(text.split()) for text in flat])
    stage = [(stages or {}).get(document, "early") for document, _ in keys]
    marks = turns[["document_id", "turn"]].assign(stage_id=stage, n_mentions=1, relevant=True)
    return documents, turns, sentences, marks


def count_all(tables, stopwords=frozenset(), language="en", **settings):
    """Return counts of every term that any discovery turn uses."""
    return count_terms(*tables, language, stopwords, **({"min_words": 1, "min_documents": 1, "max_share": 1.0} | settings))


def test_the_third_with_the_smallest_hashes_is_drawn_in_each_stage():
    """Of six early and four late documents, two and one with the smallest SHA-256 of their id are drawn."""
    ids = [f"doc-{i}" for i in range(10)]
    stages = {key: "early" if i < 6 else "late" for i, key in enumerate(ids)}
    documents, _, _, marks = make_tables({key: ["x"] for key in ids}, stages=stages)
    by_hash = sorted(ids, key=lambda key: hashlib.sha256(key.encode()).hexdigest())
    expected = [key for key in by_hash if stages[key] == "early"][:2] + [key for key in by_hash if stages[key] == "late"][:1]
    drawn = draw_discovery(documents, marks)
    assert sorted(drawn.loc[drawn["discovery"], "document_id"]) == sorted(expected)


def test_thirds_are_rounded_to_the_nearest_whole_document():
    """One document gives none, two give one, three one, four one, five two."""
    sizes = []
    for n in range(1, 6):
        documents, _, _, marks = make_tables({f"d{i}": ["x"] for i in range(n)})
        sizes.append(int(draw_discovery(documents, marks)["discovery"].sum()))
    assert sizes == [0, 1, 1, 1, 2]


def test_languages_and_documents_without_a_stage_are_strata_of_their_own():
    """Three English and three Russian documents of no stage give one each."""
    documents, _, _, marks = make_tables({f"d{i}": ["x"] for i in range(6)})
    documents["language"] = ["en", "ru"] * 3
    drawn = draw_discovery(documents, marks.assign(stage_id=None))
    assert drawn.groupby("language")["discovery"].sum().to_dict() == {"en": 1, "ru": 1}


def test_relevance_does_not_move_a_document_into_the_discovery_third():
    """The draw looks at ids, languages and stages only."""
    documents, _, _, marks = make_tables({f"d{i}": ["x", "y"] for i in range(9)})
    marks["relevant"] = [i % 3 == 0 for i in range(len(marks))]
    pd.testing.assert_frame_equal(draw_discovery(documents, marks), draw_discovery(documents, marks.assign(relevant=True)))


def test_counts_by_hand():
    """Trade occurs twice in one turn and once, as a plural, in another; grammar, numbers and short tokens are no terms."""
    texts = {"a": ["The trade of oil: trade in 2015."], "b": ["Trades, an oil’s price"], "c": ["Us"], "d": ["price"]}
    counts, index, terms = count_all(make_tables(texts), stopwords={"the", "of", "in", "an"})
    drawn = set(index.loc[index["discovery"], "document_id"])
    everywhere = {("a", "trade"): 2, ("a", "oil"): 1, ("b", "trade"): 1, ("b", "oil"): 1, ("b", "price"): 1, ("d", "price"): 1}
    vocabulary = sorted({term for (document, term) in everywhere if document in drawn})
    assert list(terms["term"]) == vocabulary
    assert list(index["document_id"]) == ["a", "b", "c", "d"]
    dense = pd.DataFrame(counts.toarray(), index=index["document_id"], columns=terms["term"]).stack()
    found = {key: int(n) for key, n in dense[dense > 0].items()}
    assert found == {key: n for key, n in everywhere.items() if key[1] in vocabulary}
    assert list(index["n_terms"]) == counts.toarray().sum(axis=1).tolist()


def test_only_discovery_documents_make_the_vocabulary():
    """A term that stands only in documents kept for tests is no term."""
    texts = {f"d{i}": [f"shared{'abcdefghi'[i]} common"] for i in range(9)}
    _, index, terms = count_all(make_tables(texts))
    expected = {f"shared{'abcdefghi'[int(key[1])]}" for key in index.loc[index["discovery"], "document_id"]} | {"common"}
    assert set(terms["term"]) == expected
    assert len(expected) == 4


def test_rare_and_ubiquitous_terms_are_left_out():
    """With two documents needed and half of the turns allowed, of four documents' terms one remains."""
    texts = {f"d{i:02d}": ["common " + ("pair" if i % 2 else "other") + f" single{'abcdefghijkl'[i]}"] for i in range(12)}
    tables = make_tables(texts)
    drawn = draw_discovery(tables[0], tables[3]).query("discovery")["document_id"]
    pairs = sum(int(key[1:]) % 2 for key in drawn)
    _, _, terms = count_all(tables, min_documents=2, max_share=0.75)
    assert len(drawn) == 4
    assert set(terms["term"]) == {name for name, n in (("pair", pairs), ("other", 4 - pairs)) if 2 <= n <= 3}


def test_questions_other_languages_irrelevant_and_short_turns_are_no_rows():
    """Of five turns one is relevant English speech of enough words."""
    documents, turns, sentences, marks = make_tables({"a": ["w w w", "w w w", "w w w", "w"], "b": ["w w w"]})
    documents["language"] = ["en", "ru"]
    turns["kind"] = ["speech", "question", "speech", "speech", "speech"]
    marks["relevant"] = [True, True, False, True, True]
    _, index, _ = count_all((documents, turns, sentences, marks), min_words=3)
    assert list(zip(index["document_id"], index["turn"], strict=True)) == [("a", 0)]


def test_only_the_sentences_at_hand_are_counted():
    """Where a turn's other sentences were left out beforehand, its words and terms are those of the rest."""
    documents, turns, sentences, marks = make_tables({"a": ["one two three", "four five"]})
    _, index, _ = count_all((documents, turns, sentences.iloc[:1], marks))
    assert index[["turn", "n_words", "n_sentences"]].to_numpy().tolist() == [[0, 3, 1]]


def test_the_order_of_the_rows_does_not_matter():
    """Reversed tables give the same counts, turns and terms."""
    tables = make_tables({f"d{i}": [f"alpha beta{'xyz'[i % 3]} gamma", "beta delta"] for i in range(9)})
    counts, index, terms = count_all(tables)
    again, index_again, terms_again = count_all([table.iloc[::-1] for table in tables])
    assert (counts != again).nnz == 0
    pd.testing.assert_frame_equal(index, index_again)
    pd.testing.assert_frame_equal(terms, terms_again)


def test_a_corpus_without_talk_gives_empty_tables():
    """No turns of the language: no rows, no terms, no crash."""
    counts, index, terms = count_all(make_tables({"a": ["one two three"]}), language="ru")
    assert counts.shape == (0, 0)
    assert len(index) == len(terms) == 0


def test_plurals_go_to_their_singular_in_english_only():
    """Countries is country, ties is tie; goods, customs and process stay; Russian forms stay apart."""
    words = ["countries", "country", "ties", "tie", "goods", "good", "customs", "custom", "process"]
    numbers, terms = name_terms(words, "en", set())
    assert [terms[i] for i in numbers] == ["country", "country", "tie", "tie", "goods", "good", "customs", "custom", "process"]
    numbers, terms = name_terms(["страны", "страна"], "ru", set())
    assert [terms[i] for i in numbers] == ["страны", "страна"]


def test_names_of_persons_can_be_left_out():
    """Tokens of names and of their further forms are folded like the text's."""
    known = pd.DataFrame({"name": ["Tarik Osmonbek", "Ёлена Д."], "forms": ["T. Osmonbekov", None]})
    assert list_name_tokens(known) == {"tarik", "osmonbek", "t", "osmonbekov", "елена", "д"}


def test_stopwords_have_comments():
    """Lines that start with # are no words."""
    assert read_stopwords("# the list\nof and\n\n  # more\nan") == {"of", "and", "an"}

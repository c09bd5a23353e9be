"""Terms: what is counted before topics are sought, on turns of speech about integration in one language."""

import hashlib

import numpy as np
import pandas as pd
from scipy import sparse

from framings.schemas import Column, Contract, check
from framings.texts import fold_token, tokenise

# Plurals that mean something else than their singular.
PLURALS_APART = frozenset(["affairs", "arms", "customs", "economics", "goods", "means", "news", "politics", "works"])

DISCOVERY = Contract(
    "discovery", "a document with turns, drawn for the discovery of topics or kept for tests", ("document_id",),
    {
        "document_id": Column("text", "key of the register"),
        "language": Column("text", "language of the page", values=("en", "ru")),
        "stage_id": Column("text", "stage of the document's date; missing where no stage holds it", missing=True),
        "hash": Column("text", "SHA-256 of the document id: the lot it drew"),
        "discovery": Column("bool", "whether topics are fitted to it; such a document enters no test of topics"),
    },
)  # fmt: skip

TOPIC_TURNS = Contract(
    "topic_turns", "a relevant turn of speech of one language: a row of the count matrix, in its order", ("document_id", "turn"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn", low=0),
        "stage_id": Column("text", "stage of the document's date", missing=True),
        "discovery": Column("bool", "whether topics are fitted to it"),
        "n_words": Column("int", "words of the sentences that were counted", low=0),
        "n_sentences": Column("int", "sentences that were counted", low=1),
        "n_terms": Column("int", "of these, words that count as terms of the vocabulary", low=0),
    },
)  # fmt: skip

TERMS = Contract(
    "terms", "a term of the vocabulary: a column of the count matrix, in its order", ("term",),
    {
        "term": Column("text", "folded token; a plural stands under its singular where both occur"),
        "n_documents": Column("int", "discovery documents that use it", low=0),
        "n_turns": Column("int", "discovery turns that use it", low=0),
        "n_uses": Column("int", "uses in discovery turns", low=0),
    },
)  # fmt: skip


def draw_discovery(documents, marks):
    """Return DISCOVERY: in each language and stage, the third of the documents whose ids have the smallest SHA-256.

    A third of n is n / 3 rounded to the nearest whole number. The draw looks at ids, stages and languages only, so
    that no pattern, setting or word moves a document into it or out of it.
    """
    stages = marks.drop_duplicates("document_id").set_index("document_id")["stage_id"]
    table = documents.loc[documents["document_id"].isin(stages.index), ["document_id", "language"]].copy()
    table["stage_id"] = table["document_id"].map(stages)
    table["hash"] = [hashlib.sha256(key.encode()).hexdigest() for key in table["document_id"]]
    stratum = [table["language"], table["stage_id"].fillna("")]
    rank, size = (table.groupby(stratum)["hash"].transform(how) for how in (lambda h: h.rank(), "size"))
    table["discovery"] = rank <= (size + 1) // 3
    return check(table.sort_values("document_id"), DISCOVERY)


def read_stopwords(text):
    """Return the set of folded words of a list: separated by white space, lines that start with # left out.

    >>> sorted(read_stopwords("# articles\\nthe an\\nЁлка"))
    ['an', 'the', 'елка']
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {fold_token(word) for line in lines for word in line.split()}


def list_name_tokens(known):
    """Return the set of folded tokens of the persons' names and further forms in speakers.csv (KNOWN_SPEAKERS).

    >>> sorted(list_name_tokens(pd.DataFrame({"name": ["Ana Ode-Bell"], "forms": ["A. Odé;Anna Ode"]})))
    ['a', 'ana', 'anna', 'ode', 'ode-bell', 'odé']
    """
    texts = [*known["name"], *known["forms"].dropna()]
    return {token for text in texts for token, _, _ in tokenise(text)}


def count_terms(
    documents, turns, sentences, marks, language, stopwords, names=frozenset(), min_words=20, min_documents=3, max_share=0.4
):
    """Return (counts, TOPIC_TURNS, TERMS): how often each relevant turn of speech in ``language`` uses each term.

    ``counts`` is a CSR matrix (turn x term) of int32 in the order of the two tables. Of a turn counts what ``sentences`` holds of
    it: all of its sentences, or only those that speak of integration. Turns under ``min_words`` words are
    left out: they hold too little to have a topic, and weigh next to nothing where shares are weighted by words.
    ``stopwords`` and ``names`` are sets of folded tokens that are no terms, nor are numbers and tokens under three letters.
    The vocabulary is made from the discovery documents alone: terms in at least ``min_documents`` of them and in at
    most ``max_share`` (0 to 1) of their turns, so that the text kept for tests has no part in the model.
    """
    index = _list_turns(documents, turns, sentences, marks, language, min_words)
    in_chunks, chunks, index["n_sentences"] = _count_chunks(sentences, index)
    words_of_chunk = [[token for token, _, _ in tokenise(chunk)] for chunk in chunks]
    flat = [word for words in words_of_chunk for word in words]
    term_of_word, terms = name_terms(flat, language, set(stopwords) | set(names))
    chunk_of_word = np.repeat(np.arange(len(chunks)), [len(words) for words in words_of_chunk])
    counts = in_chunks @ _incidence(chunk_of_word, term_of_word, (len(chunks), len(terms)))
    table = _tally_terms(counts, terms, index)
    most = max_share * index["discovery"].sum()
    chosen = ((table["n_documents"] >= min_documents) & (table["n_turns"] <= most)).to_numpy()
    counts = counts[:, chosen]
    counts.sort_indices()
    index["n_terms"] = np.asarray(counts.sum(axis=1)).ravel()
    return counts, check(index, TOPIC_TURNS), check(table[chosen], TERMS)


def name_terms(words, language, stopwords):
    """Return (term number of each word or -1, sorted terms) for a list of folded words.

    A possessive ending is dropped, and an English plural in s, es or ies goes to its singular where that is among the words too
    (after D. Harman, "How effective is suffixing?", JASIS 42, 1991). Russian word forms stay apart.

    >>> name_terms(["country's", "countries", "country", "gas", "ga", "2015", "the"], "en", {"the"})
    (array([ 0,  0,  0,  1, -1, -1, -1]), ['country', 'gas'])
    """
    bare = [word.removesuffix("'s").removesuffix("'") for word in words]
    known = {word for word in bare if len(word) > 2 and not any(sign.isdigit() for sign in word)} - stopwords
    term = {word: _singular(word, known) if language == "en" else word for word in known}
    terms = sorted(set(term.values()))
    number = {name: i for i, name in enumerate(terms)}
    return np.array([number[term[word]] if word in term else -1 for word in bare], dtype=np.int64), terms


def _singular(word, known):
    """Return the singular of an English plural where it is a known word, else the word."""
    for ending, instead in (("ies", "y"), ("es", "e"), ("es", ""), ("s", "")):
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and stem in known and not word.endswith(("ss", "us", "is")) and word not in PLURALS_APART:
            return stem
    return word


def _list_turns(documents, turns, sentences, marks, language, min_words):
    """Return the relevant turns of speech of one language with stage and discovery flag, sorted by key."""
    drawn = draw_discovery(documents, marks)
    drawn = drawn.loc[drawn["language"] == language, ["document_id", "discovery"]]
    relevant = marks.loc[marks["relevant"], ["document_id", "turn", "stage_id"]]
    speech = turns.loc[turns["kind"] == "speech", ["document_id", "turn"]]
    words = sentences.groupby(["document_id", "turn"], as_index=False)["n_words"].sum()
    table = speech.merge(relevant, on=["document_id", "turn"]).merge(drawn, on="document_id")
    table = table.merge(words[words["n_words"] >= min_words], on=["document_id", "turn"])
    return table.sort_values(["document_id", "turn"], ignore_index=True)


def _count_chunks(sentences, index):
    """Return (turn x chunk counts, chunks, sentences a turn); a chunk is what stands between white space in a listed turn.

    A token never spans white space, so each different chunk is cut into tokens once: about 20 times fewer than uses.
    """
    row_of = {key: row for row, key in enumerate(zip(index["document_id"], index["turn"], strict=True))}
    number, ids, rows, sizes = {}, [], [], []
    columns = (sentences[name].to_numpy(dtype=object) for name in ("document_id", "turn", "text"))
    for document_id, turn, text in zip(*columns, strict=True):
        row = row_of.get((document_id, turn))
        if row is not None:
            chunks = text.split()
            ids += [number.setdefault(chunk, len(number)) for chunk in chunks]
            rows.append(row)
            sizes.append(len(chunks))
    counts = _incidence(np.repeat(np.array(rows, dtype=np.int64), sizes), ids, (len(index), len(number)))
    return counts, list(number), np.bincount(np.array(rows, dtype=np.int64), minlength=len(index))


def _incidence(rows, columns, shape):
    """Return the CSR matrix that counts each pair of row and column; a negative column counts nothing."""
    rows, columns = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
    kept = columns >= 0
    return sparse.coo_matrix((np.ones(int(kept.sum()), dtype=np.int32), (rows[kept], columns[kept])), shape=shape).tocsr()


def _tally_terms(counts, terms, index):
    """Return TERMS of all columns, counted on the discovery turns."""
    fitted = index["discovery"].to_numpy()
    found = counts[fitted].tocoo()
    document = pd.factorize(index.loc[fitted, "document_id"])[0]
    pairs = np.unique(document[found.row].astype(np.int64) * len(terms) + found.col) if found.nnz else np.zeros(0, dtype=np.int64)
    return pd.DataFrame(
        {
            "term": terms,
            "n_documents": np.bincount(pairs % max(len(terms), 1), minlength=len(terms)),
            "n_turns": np.bincount(found.col, minlength=len(terms)),
            "n_uses": np.bincount(found.col, weights=found.data, minlength=len(terms)).astype(np.int64),
        }
    )

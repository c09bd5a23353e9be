"""The audit at the end of a run: tables keep their contracts and fit each other, character by character."""

import pandas as pd

from framings.schemas import (
    CODES,
    DOCUMENTS,
    MARKS,
    MATCHES,
    PARAGRAPHS,
    PASSAGES,
    REMOVED,
    SENTENCES,
    SPANS,
    SPEAKERS,
    TURNS,
    Column,
    Contract,
    check,
)  # fmt: skip

AUDIT = Contract(
    "audit", "a statement checked on the results", ("statement",),
    {
        "statement": Column("text", "what must be true"),
        "n_checked": Column("int", "rows looked at", low=0),
        "n_broken": Column("int", "rows for which it is not true", low=0),
    },
)  # fmt: skip

CONTRACTS = {
    "documents": DOCUMENTS,
    "paragraphs": PARAGRAPHS,
    "removed": REMOVED,
    "turns": TURNS,
    "spans": SPANS,
    "speakers": SPEAKERS,
    "sentences": SENTENCES,
    "marks": MARKS,
    "passages": PASSAGES,
    "matches": MATCHES,
    "codes": CODES,
}


def audit_results(tables):
    """Return AUDIT for a dict of the tables named in ``CONTRACTS``; raises ``ContractError`` where a contract is broken."""
    tables = {name: check(tables[name], contract) for name, contract in CONTRACTS.items()}
    documents, paragraphs, sentences = tables["documents"], tables["paragraphs"], tables["sentences"]
    kept = documents[documents["status"] == "parsed"]
    balance = kept["n_chars_kept"] + kept["n_chars_removed"] != kept["n_chars_body"]
    printed = paragraphs.groupby("document_id", sort=False)["text"].agg(_n_visible).reindex(kept["document_id"], fill_value=0)
    source = paragraphs.set_index(["document_id", "paragraph"])["text"]
    cuts = source.loc[pd.MultiIndex.from_frame(sentences[["document_id", "paragraph"]])].to_numpy()
    bounds = zip(cuts, sentences["start"], sentences["end"], sentences["text"], strict=True)
    wrong_cuts = sum(text[start:end] != sentence for text, start, end, sentence in bounds)
    facts = [
        ("kept and removed characters add up to the body of each document", len(kept), int(balance.sum())),
        (
            "the paragraphs of a document hold the characters counted as kept",
            len(kept),
            int((printed.to_numpy() != kept["n_chars_kept"]).sum()),
        ),
        ("spans cover each character of each paragraph once", len(paragraphs), _n_uncovered(paragraphs, tables["spans"])),
        ("each sentence is the text of its place in its paragraph", len(sentences), wrong_cuts),
        (
            "each turn has one speaker row",
            len(tables["turns"]),
            _n_unmatched(tables["turns"], tables["speakers"], ["document_id", "turn"]),
        ),
        (
            "each turn has one stage and relevance row",
            len(tables["turns"]),
            _n_unmatched(tables["turns"], tables["marks"], ["document_id", "turn"]),
        ),
        (
            "each code belongs to a sentence",
            len(tables["codes"]),
            int((pd.Index(sentences["sentence_id"]).get_indexer(tables["codes"]["sentence_id"]) < 0).sum()),
        ),
        ("each dictionary code has a match that counts", *_codes_without_match(tables["codes"], tables["matches"])),
    ]
    return check(pd.DataFrame(facts, columns=list(AUDIT.columns)), AUDIT)


def _n_visible(texts):
    """Return the number of characters of the texts that are not white space."""
    return sum(len("".join(text.split())) for text in texts)


def _n_uncovered(paragraphs, spans):
    """Return how many paragraphs are not covered exactly once by their spans."""
    spans = spans.sort_values(["document_id", "paragraph", "start"])
    last = spans.groupby(["document_id", "paragraph"])["end"].shift(fill_value=0)
    gaps = spans.loc[spans["start"] != last, ["document_id", "paragraph"]].drop_duplicates()
    reach = spans.groupby(["document_id", "paragraph"])["end"].max().rename("reach").reset_index()
    ends = paragraphs.assign(length=paragraphs["text"].str.len()).merge(reach, how="left", on=["document_id", "paragraph"])
    return len(gaps) + int((ends["reach"].fillna(0) != ends["length"]).sum())


def _n_unmatched(left, right, key):
    """Return how many keys stand in one table alone."""
    return len(left[key].merge(right[key], how="outer", on=key, indicator=True).query("_merge != 'both'"))


def _codes_without_match(codes, matches):
    """Return how many dictionary codes were checked and how many lack a match that is not negated."""
    given = codes.loc[codes["coder_kind"] == "dictionary", ["sentence_id", "code"]]
    counted = matches.loc[~matches["negated"], ["sentence_id", "code"]].drop_duplicates()
    return len(given), len(given) - len(given.merge(counted, on=["sentence_id", "code"]))

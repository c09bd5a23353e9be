"""Agreement: how far coders who work apart give the same codes, and which codes are good enough for a confirmatory test."""

import numpy as np
import pandas as pd

from framings.codings import bound_measures, interval_columns, keep_paired, lay_out_codings, map_sentences
from framings.schemas import Column, Contract, check

FAMILY_GATE, CODE_GATE = 0.80, 0.667
# ASSUME: with fewer sentences or documents that carry a code for any coder, agreement on it cannot be judged.
LEAST_SENTENCES, LEAST_DOCUMENTS = 10, 5
MEASURES = ("alpha", "alpha_weighted", "ac1", "observed_agreement", "positive_agreement", "negative_agreement")
KINDS = ("sub-frame", "residual", "marker", "family", "composite")

AGREEMENT = Contract(
    "agreement", "a code or composite, with how far the coders agree on it", ("code",),
    {
        "code": Column("text", "code or composite of the codebook"),
        "kind": Column("text", "what it is; family: the composite of all sub-frames of a family", values=KINDS),
        "coders": Column("text", "who coded, separated by ', '"),
        "coder_kinds": Column("text", "what kinds of coder they are, separated by ', '"),
        "models": Column("text", "language models among them, separated by ', '; missing where there are none", missing=True),
        "n_sentences": Column("int", "sentences coded by two or more", low=0),
        "n_documents": Column("int", "documents that hold them", low=0),
        "n_either": Column("int", "of these sentences, those to which at least one coder gave the code", low=0),
        "n_every": Column("int", "those to which every coder of the sentence gave it", low=0),
        "n_documents_either": Column("int", "documents with a sentence to which at least one coder gave it", low=0),
        **interval_columns("alpha", "Krippendorff's alpha (nominal), each sentence counting once"),
        **interval_columns("alpha_weighted", "the same, sentences counting 1 / p: what it would be had all sentences been coded"),
        **interval_columns("ac1", "Gwet's AC1, which rare codes do not depress"),
        **interval_columns("observed_agreement", "share of pairs of codings that are alike", low=0),
        **interval_columns("positive_agreement", "given that one coder gave the code, probability that the other did", low=0),
        **interval_columns("negative_agreement", "given that one coder did not give it, probability that the other did not", low=0),
        "gate": Column("number", "least alpha for a confirmatory test", low=0, high=1),
        "status": Column("text", "whether tests of it may be confirmatory", values=("confirmatory", "exploratory")),
        "reason": Column("text", "why, in words"),
    },
    # then n_positive_<coder>: sentences (of those coded by two or more) to which this coder gave it; missing: was not asked for it
    open_columns="int", open_missing=True,
)  # fmt: skip


def measure_agreement(coded, codes, documents_of, composites, seed=1, draws=1000, p=None):
    """Return the table AGREEMENT, a row a code and composite, over the sentences that two or more coders read.

    ``coded`` (CODED) holds the rows of coders who worked apart, without adjudicated ones. ``codes`` is the codebook's table of
    codes (code, kind, family), ``composites`` the codebook's. ``documents_of`` maps sentences to documents, ``p`` to their
    inclusion probabilities (default: equal). Alpha is the plain one; ``alpha_weighted`` lets each sentence stand for 1 / p,
    because a sample that favours predicted codes has more positives than the texts. Intervals draw documents with replacement
    and are never narrower than exact ones for the share of documents with a disagreement (``framings.resamples``).

    The gate is alpha >= .80 for a family, >= .667 for any other code or composite, which is judged by itself: what a test
    reads is the composite's own 0 or 1, whose agreement may be better or worse than that of its members. With under 10
    sentences or 5 documents to which anybody gave it, agreement cannot be judged and the status is exploratory.
    """
    codings = keep_paired(lay_out_codings(coded, codes["code"], composites))
    weights = np.ones(len(codings.sentences)) if p is None else 1 / map_sentences(codings.sentences, p).astype(float)
    documents = pd.factorize(map_sentences(codings.sentences, documents_of), sort=True)[0]
    plain, bounds = bound_measures(codings.given, documents, np.ones(len(weights)), seed, draws)
    weighted = bound_measures(codings.given, documents, weights * len(weights) / max(weights.sum(), 1), seed, draws)[1]
    bounds |= {"alpha_weighted": weighted["alpha"]}
    table = {"code": codings.codes, "kind": _name_kinds(codes, composites), "coders": ", ".join(codings.coders)}
    table |= {"coder_kinds": ", ".join(sorted(coded["coder_kind"].unique())), "n_sentences": len(codings.sentences)}
    table |= {"models": ", ".join(sorted(set(coded["model"].dropna()) - {""})) or None}
    table |= {"n_documents": documents.max(initial=-1) + 1} | plain
    for name in MEASURES:
        for suffix, values in zip(("", "_low", "_high"), bounds[name], strict=True):
            table[name + suffix] = values
    positive = np.nansum(codings.given, axis=1).astype(int)
    table |= {f"n_positive_{coder}": positive[number] for number, coder in enumerate(codings.coders)}
    table = pd.DataFrame(table)
    table["gate"] = np.where(table["kind"] == "family", FAMILY_GATE, CODE_GATE)
    verdicts = [_judge(row) for row in table.itertuples()]
    table["status"] = ["confirmatory" if passes else "exploratory" for passes, _ in verdicts]
    return check(table.assign(reason=[reason for _, reason in verdicts]), AGREEMENT)


def gate_codes(agreement):
    """Return {code: (passes, reason)} of the table AGREEMENT: whether a test of the code or composite may be confirmatory."""
    return {row.code: (row.status == "confirmatory", row.reason) for row in agreement.itertuples()}


def explain_gate(needed_codes, gates):
    """Return why a test that reads ``needed_codes`` is exploratory by ``gate_codes``, or None where all of them pass.

    >>> explain_gate(("OS05", "OS09"), {"OS05": (True, "alpha .81")})
    'OS09: nobody measured how far coders agree on it'
    """
    unknown = (False, "nobody measured how far coders agree on it")
    failed = [f"{code}: {reason}" for code in needed_codes for passes, reason in [gates.get(code, unknown)] if not passes]
    return "; ".join(failed) or None


def _name_kinds(codes, composites):
    """Return the kind of each code and composite; a composite of just the sub-frames of a family is a family."""
    families = [set(rows["code"]) for _, rows in codes[codes["kind"] == "sub-frame"].groupby("family")]
    pure = {name: not parts["all"] and not parts["not"] and set(parts["any"]) in families for name, parts in composites.items()}
    return [*codes["kind"], *("family" if whole else "composite" for whole in pure.values())]


def _judge(row):
    """Return (whether a row of AGREEMENT passes its gate, why)."""
    if row.n_sentences == 0:
        return False, "no sentence was coded by two coders"
    if row.n_either == 0:
        return False, "undefined: no coder gave it to any sentence"
    if np.isnan(row.alpha):
        return False, "undefined: every coder gave it to every sentence"
    told = f"alpha {row.alpha:.3f}"
    if row.n_either < LEAST_SENTENCES or row.n_documents_either < LEAST_DOCUMENTS:
        needs = f"{LEAST_SENTENCES} in {LEAST_DOCUMENTS} are needed to judge"
        sentences = f"{row.n_either} {'sentence' if row.n_either == 1 else 'sentences'}"
        documents = f"{row.n_documents_either} {'document' if row.n_documents_either == 1 else 'documents'}"
        return False, f"too few: given to {sentences} in {documents}; {needs} ({told})"
    if row.alpha < row.gate:
        return False, f"{told} is below {row.gate:g}"
    told += f" is at least {row.gate:g}"
    if row.alpha_low < row.gate:
        told += f", though its interval reaches down to {row.alpha_low:.3f}"
    if row.alpha_weighted < row.gate:
        told += f"; in all sentences it would be {row.alpha_weighted:.3f} (weighted by 1 / p)"
    return True, told

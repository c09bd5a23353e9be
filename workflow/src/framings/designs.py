"""Designs: how a corpus is built, as counts alone, so that its error rates can be measured by simulation without its pages.

Three tables of facts: how many sentences each actor has in each document, how common and how clustered the codes are, and how
well coders give them. They hold no text, and anybody can simulate data sets of this design from them.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from framings.schemas import Column, Contract, check

FAMILIES = ("RS_any", "OS_any")
LEAST_PAIRED = 30  # documents with two voices: with fewer, how alike two voices of a document are cannot be told
RATES = {
    "recall": "sensitivity",
    "false negative rate": "sensitivity",
    "specificity": "specificity",
    "false positive rate": "specificity",
}
DIGITS = 6

DESIGN_DOCUMENTS = Contract(
    "calibration/documents.csv", "an actor's talk on integration in a document", ("document_id", "actor_id"),
    {
        "document_id": Column("text", "key of the register"),
        "date": Column("text", "day of the event"),
        "stage_id": Column("text", "stage"),
        "event_type": Column("text", "kind of event"),
        "actor_id": Column("text", "actor"),
        "n_sentences": Column("int", "relevant sentences of the actor in the document", low=1),
        "n_words": Column("int", "words of the actor's turns that hold them", low=0),
    },
)  # fmt: skip

DESIGN_CODES = Contract(
    "calibration/codes.csv", "a code with how common it is and how much it clusters", ("code",),
    {
        "code": Column("text", "code or composite"),
        "n_sentences": Column("int", "sentences", low=0),
        "n_coded": Column("int", "sentences to which the dictionary gives it", low=0),
        "share": Column("number", "share of sentences by the coder that counts", low=0, high=1),
        "coder_id": Column("text", "whose share it is"),
        "correlation": Column("number", "of two sentences of a voice in a document (the dictionary's codes; ANOVA)", missing=True),
        "correlation_document": Column("number", "of sentences of two voices of a document (product moment)", missing=True),
        "correlation_reference": Column("number", "of two sentences of a voice in a document, by the reference codes", missing=True),
        "n_reference": Column("int", "reference sentences that carry it", low=0),
        "n_documents": Column("int", "documents", low=0),
        "n_paired": Column("int", "of these, documents in which two or more actors speak", low=0),
    },
)  # fmt: skip

DESIGN_CODERS = Contract(
    "calibration/coders.csv", "how well a coder gives a code to an actor's sentences", ("coder_id", "code", "actor_id"),
    {
        "coder_id": Column("text", "whose codes are measured"),
        "code": Column("text", "code or composite"),
        "actor_id": Column("text", "actor, or 'all'"),
        "sensitivity": Column("number", "share of reference sentences with the code that it finds", missing=True, low=0, high=1),
        "specificity": Column("number", "share of those without the code that it leaves without", missing=True, low=0, high=1),
        "n_positive": Column("int", "reference sentences with the code", low=0),
        "n_negative": Column("int", "those without it", low=0),
    },
)  # fmt: skip

DESIGN_SAMPLE = Contract(
    "calibration/sample.csv", "a stratum of the reference sample", ("stratum",),
    {
        "stratum": Column("text", "actor, stage and predicted families"),
        "n_sentences": Column("int", "sentences that it was drawn from", low=0),
        "n_drawn": Column("int", "sentences drawn", low=0),
        "p": Column("number", "mean probability with which they were drawn", missing=True, low=0, high=1),
    },
)  # fmt: skip

DESIGN = {"documents": DESIGN_DOCUMENTS, "codes": DESIGN_CODES, "coders": DESIGN_CODERS, "sample": DESIGN_SAMPLE}


def measure_design(tallies, headline, coder_id, hypotheses, accuracy=None, reference=None, sample=None, frame=None):
    """Return {"documents", "codes", "coders", "sample"}: the design of a corpus, tables of the contracts above.

    ``tallies`` are the dictionary's, ``headline`` those of ``coder_id``, the coder that counts; of one language both. ``codes``
    holds the families and what confirmatory hypotheses compare, as far as all coders were asked for it. ``accuracy`` is CODER_ACCURACY, ``reference`` a codes matrix of
    reference codes with composites, ``sample`` SAMPLE and ``frame`` what it was drawn from; without them coders and sample are empty.
    """
    confirmatory = {family.id for family in hypotheses.families if family.confirmatory}
    tested = [hypothesis for hypothesis in hypotheses.hypotheses if hypothesis.family in confirmatory]
    needed = sorted({code for hypothesis in tested for code in hypothesis.needed_codes} | set(FAMILIES))
    tables = [tallies, headline, *([] if reference is None else [reference])]
    needed = [code for code in needed if all(code in table.columns for table in tables)]
    key = ["document_id", "date", "stage_id", "event_type", "actor_id"]
    documents = (
        tallies.groupby(key, as_index=False)[["n_sentences", "n_words"]].sum().sort_values(["date", *key], ignore_index=True)
    )
    return {
        "documents": check(documents, DESIGN_DOCUMENTS),
        "codes": check(
            _measure_codes(tallies, headline, coder_id, needed).assign(**_measure_reference(reference, sample, frame, needed)),
            DESIGN_CODES,
        ),
        "coders": check(_measure_coders(accuracy, needed), DESIGN_CODERS),
        "sample": check(_measure_sample(sample, frame), DESIGN_SAMPLE),
    }


def _measure_codes(tallies, headline, coder_id, codes):
    """Return the rows of DESIGN_CODES."""
    voices = tallies.groupby(["document_id", "actor_id"], as_index=False)[["n_sentences", *codes]].sum()
    document, actor = (pd.factorize(voices[name], sort=True)[0] for name in ("document_id", "actor_id"))
    n, rows = voices["n_sentences"].to_numpy(float), []
    paired = int((np.bincount(document) > 1).sum())
    for code in codes:
        found = estimate_correlation(n, voices[code].to_numpy(float), document, actor)
        share = float(np.clip(headline[code].sum() / headline["n_sentences"].sum(), 0, 1))
        row = {"code": code, "n_sentences": int(n.sum()), "n_coded": int(voices[code].sum()), "share": round(share, DIGITS)}
        row |= {"coder_id": coder_id, "correlation": round(found[0], DIGITS), "correlation_document": round(found[1], DIGITS)}
        rows.append(row | {"n_documents": int(document.max(initial=-1) + 1), "n_paired": paired})
    return pd.DataFrame(rows, columns=list(DESIGN_CODES.columns))


def estimate_correlation(n, k, document, actor):
    """Return how alike two sentences of a voice in a document are, and two sentences of different voices of a document.

    ``n`` and ``k`` (voices in documents,) are sentences and how many carry the code, ``document`` and ``actor`` number them.
    The first is the ANOVA estimator of the intraclass correlation, within actors, so that actors may differ in their shares:
    (MSB - MSW) / (MSB + (n0 - 1) MSW) (Donner 1986). The second is the mean product of two voices' deviations from their
    actors' shares over the mean binomial variance; missing with under 30 documents of two voices.

    Two documents of one actor, all of whose ten sentences carry the code or none: MSB 5, MSW 0.

    >>> estimate_correlation(np.array([10.0, 10]), np.array([10.0, 0]), np.arange(2), np.zeros(2, dtype=int))
    (1.0, nan)
    """
    of_actor, coded, documents = np.bincount(actor, n), np.bincount(actor, k), np.bincount(actor)
    share = (coded / np.maximum(of_actor, 1))[actor]
    between, within = (n * (k / n - share) ** 2).sum(), (k * (1 - k / n)).sum()
    df_between, df_within = (documents - 1).clip(0).sum(), n.sum() - len(n)
    size = (of_actor - np.bincount(actor, n**2) / np.maximum(of_actor, 1)).sum() / max(df_between, 1)
    msb, msw = between / max(df_between, 1), within / max(df_within, 1)
    total = msb + (size - 1) * msw
    correlation = float((msb - msw) / total) if df_between and total > 0 else np.nan
    rest, variance = k - n * share, (n * share * (1 - share)).sum() / n.sum()
    products = np.bincount(document, rest) ** 2 - np.bincount(document, rest**2)
    pairs = np.bincount(document, n) ** 2 - np.bincount(document, n**2)
    known = (np.bincount(document) > 1).sum() >= LEAST_PAIRED and variance > 0
    return correlation, float(products.sum() / pairs.sum() / variance) if known else np.nan


def _measure_reference(reference, sample, frame, codes):
    """Return the columns correlation_reference and n_reference."""
    if reference is None:
        return {"correlation_reference": np.nan, "n_reference": 0}
    facts, p = frame.set_index("sentence_id").loc[reference.index], sample.set_index("sentence_id")["p"].loc[reference.index]
    voice, actor = (
        pd.factorize(cells, sort=True)[0] for cells in (facts["document_id"] + " " + facts["actor_id"], facts["actor_id"])
    )
    y = {code: reference[code].to_numpy(float) for code in codes}
    found = [correlate_sample(y[code], 1 / p.to_numpy(float), voice, actor) for code in codes]
    return {"correlation_reference": np.round(found, DIGITS), "n_reference": [int(y[code].sum()) for code in codes]}


def correlate_sample(y, weight, voice, actor):
    """Return how alike two sentences of a voice in a document are, from sentences (n,) that were drawn independently.

    ``weight`` is 1 / p: a pair of sentences stands for the product of their weights. The mean product of two sentences' deviations
    from their actors' shares, over the mean binomial variance; missing where the code is in no sentence or in every one.

    >>> y, voice = np.array([1.0, 1, 0, 0]), np.array([0, 0, 1, 1])
    >>> correlate_sample(y, np.ones(4), voice, np.zeros(4, dtype=int))
    1.0
    """
    share = (np.bincount(actor, weight * y) / np.bincount(actor, weight))[actor]
    rest, variance = weight * (y - share), (weight * share * (1 - share)).sum() / weight.sum()
    products = (np.bincount(voice, rest) ** 2 - np.bincount(voice, rest**2)).sum()
    pairs = (np.bincount(voice, weight) ** 2 - np.bincount(voice, weight**2)).sum()
    return float(products / pairs / variance) if variance > 0 and pairs > 0 else np.nan


def _measure_coders(accuracy, codes):
    """Return the rows of DESIGN_CODERS from the rates of CODER_ACCURACY over all stages; recall is one minus the false negatives."""
    columns = list(DESIGN_CODERS.columns)
    if accuracy is None:
        return pd.DataFrame(columns=columns)
    rows = accuracy[accuracy["measure"].isin(RATES) & accuracy["code"].isin(codes) & (accuracy["stage_id"] == "all")]
    rows = rows.assign(
        rate=rows["measure"].map(RATES),
        estimate=rows["estimate"].where(~rows["measure"].str.startswith("false"), 1 - rows["estimate"]),
    )
    rows = rows.drop_duplicates(["coder_id", "code", "actor_id", "rate"])
    wide = rows.pivot(index=columns[:3], columns="rate", values=["estimate", "n"])
    found = pd.DataFrame(index=wide.index)
    for rate, number in (("sensitivity", "n_positive"), ("specificity", "n_negative")):
        found[rate] = wide[("estimate", rate)].astype(float).round(DIGITS)
        found[number] = wide[("n", rate)].fillna(0).astype(int)
    return found.reset_index()[columns]


def _measure_sample(sample, frame):
    """Return the rows of DESIGN_SAMPLE."""
    if sample is None:
        return pd.DataFrame(columns=list(DESIGN_SAMPLE.columns))
    # ASSUME: the sample was drawn from the frame as it stands; a later change of the frame moves n_sentences, not p.
    sizes = (frame["actor_id"] + " " + frame["stage_id"] + " " + frame["families"]).value_counts()
    drawn = sample.groupby("stratum")["p"].agg(["size", "mean"])
    strata = sorted(set(sizes.index) | set(drawn.index))
    table = pd.DataFrame({"stratum": strata})
    table["n_sentences"] = table["stratum"].map(sizes).fillna(0).astype(int)
    table["n_drawn"] = table["stratum"].map(drawn["size"]).fillna(0).astype(int)
    return table.assign(p=table["stratum"].map(drawn["mean"]).round(DIGITS))


def write_design(design, paths):
    """Write the tables of a design as CSV to ``paths``, whose names say which table each holds."""
    for path in map(Path, paths):
        path.write_text(design[path.stem].to_csv(index=False, lineterminator="\n"), encoding="utf-8")


def read_design(paths):
    """Return the tables of a design, as ``measure_design`` gives them, from CSV files."""
    return {Path(path).stem: check(pd.read_csv(path), DESIGN[Path(path).stem]) for path in paths}

"""Floors: all measures of accuracy in one table, why each mistake that is left happened, and the floors nobody may fall below."""

import pandas as pd

from framings.accuracy import measure_relevance, measure_sentences, measure_turns
from framings.checks import CheckError
from framings.ratios import COUNTS, estimate_ratios
from framings.schemas import (
    ACCURACY,
    CHECKED_DOCUMENTS,
    CHECKED_RELEVANCE,
    CHECKED_SEGMENTS,
    CHECKED_SENTENCES,
    MISTAKES,
    Column,
    Contract,
    check,
)

CAUSES = Contract(
    "checks/causes.csv", "why a mistake happens that is left", ("measure", "document_id", "paragraph", "start"),
    {
        "measure": Column("text", "measure as in table mistakes"),
        "document_id": Column("text", "key of the register"),
        "paragraph": Column("text", "number of the paragraph"),
        "start": Column("text", "first character in it"),
        "cause": Column("text", "what on the page leads the workflow astray"),
    },
)  # fmt: skip

FLOORS = Contract(
    "checks/floors.csv", "an estimate over all checked documents that may not fall", ("measure",),
    {
        "measure": Column("text", "measure as in table accuracy"),
        "floor": Column("text", "smallest estimate that is accepted, in [0, 1]"),
        "reason": Column("text", "where the number comes from"),
    },
)  # fmt: skip

CHECKS = {
    "documents": CHECKED_DOCUMENTS,
    "segments": CHECKED_SEGMENTS,
    "sentences": CHECKED_SENTENCES,
    "relevance": CHECKED_RELEVANCE,
    "causes": CAUSES,
    "floors": FLOORS,
}


def measure_accuracy(checks, tables, known):
    """Return (ACCURACY, MISTAKES, CONFUSIONS) of everything that readers marked.

    ``checks`` maps the names in ``CHECKS`` to hand tables: documents and segments at least. ``tables`` maps the names of the
    workflow's tables to them: documents, paragraphs, turns, spans, speakers, sentences, marks. ``known``: KNOWN_SPEAKERS.
    Documents that are not parsed are left out; the measure 'checked documents at hand' counts them.
    """
    marked, texts = checks["documents"], [tables[name] for name in ("documents", "paragraphs", "turns", "spans", "speakers")]
    accuracy, mistakes, confusions = measure_turns(marked, checks["segments"], *texts, known)
    parts = [(accuracy, mistakes)]
    if "sentences" in checks:
        given = (tables[name] for name in ("paragraphs", "spans", "sentences"))
        parts.append(measure_sentences(checks["sentences"], *given, marked))
    if "relevance" in checks:
        given = (tables[name] for name in ("marks", "turns", "spans"))
        parts.append(measure_relevance(checks["relevance"], *given, marked))
    rows = [*count_agreement(checks), *_count_documents(marked, tables["documents"])]
    accuracy = pd.concat([part for part, _ in parts] + [check(pd.DataFrame(rows), ACCURACY)], ignore_index=True)
    mistakes = pd.concat([part for _, part in parts], ignore_index=True)
    mistakes = mistakes.sort_values(["document_id", "paragraph", "start", "measure"], ignore_index=True)
    if "causes" in checks:
        mistakes = describe_mistakes(mistakes, checks["causes"])
    return check(accuracy, ACCURACY), check(mistakes, MISTAKES), confusions


def count_agreement(checks):
    """Return rows of ACCURACY: the share of marks on which the two readers agreed, for each table of marks."""
    rows = []
    for name, unit in (("segments", "marks of turns"), ("sentences", "paragraphs of sentences"), ("relevance", "relevance")):
        if name in checks:
            counts = pd.DataFrame({"document_id": checks[name]["document_id"], "right": checks[name]["readers"] == "both"})
            counts = counts.assign(right=counts["right"].astype("int64"), total=1)
            if name == "segments":  # a mark that the third reading took away has no row here, so documents count the differences
                counts = counts[counts["right"] == 1]
                given = checks["documents"].astype({"n_disagreements": "int64"})
                differing = given[["document_id"]].assign(right=0, total=given["n_disagreements"])
                counts = pd.concat([counts, differing])
            counts = counts.assign(n=counts["total"], n_mistakes=counts["total"] - counts["right"])
            rows += estimate_ratios(f"readers agree: {unit}", counts[["document_id", *COUNTS]], {"all": None})
    return rows


def _count_documents(checked, documents):
    """Return the rows of ACCURACY that count the checked documents at hand: all, and by what kind of reader marked them."""
    parsed = checked["document_id"].isin(documents.loc[documents["status"] == "parsed", "document_id"])
    parts = {"all": checked.index} | {f"read by: {kind}": rows.index for kind, rows in checked.groupby("reader_kind")}
    rows = []
    for part, index in parts.items():
        n = int(parsed[index].sum())
        cells = {
            "measure": "checked documents at hand",
            "part": part,
            "estimate": n / max(len(index), 1),
            "low": None,
            "high": None,
        }
        rows.append(cells | {"n": len(index), "n_documents": n, "n_mistakes": 0, "goal": None})
    return rows


def describe_mistakes(mistakes, causes):
    """Return MISTAKES with the causes of ``causes`` (table CAUSES); a mistake without one has none."""
    causes = check(causes, CAUSES).astype({"paragraph": "int64", "start": "int64"})
    key = list(MISTAKES.key)
    return check(mistakes.drop(columns="cause").merge(causes, on=key, how="left"), MISTAKES)


def check_floors(accuracy, floors):
    """Return ``accuracy`` unchanged, or raise ``CheckError`` naming the first measure whose estimate is below its floor.

    Only estimates over the whole sample count; one that is missing, for want of pages, falls below nothing.
    """
    whole = accuracy[accuracy["part"] == "all"].set_index("measure")["estimate"]
    for row, (measure, floor) in enumerate(check(floors, FLOORS)[["measure", "floor"]].itertuples(index=False), start=2):
        if measure not in whole.index:
            raise CheckError(f"checks/floors.csv, row {row}: {measure!r} is no measure; measures are {', '.join(whole.index)}")
        try:
            least = float(floor)
        except ValueError as error:
            raise CheckError(f"checks/floors.csv, row {row}: {floor!r} is no number; write a share such as 0.995") from error
        if whole[measure] < least - 1e-9:
            raise CheckError(
                f"{measure}: the estimate {whole[measure]:.5f} is below its floor {least}; see table mistakes for what went wrong"
            )
    return accuracy

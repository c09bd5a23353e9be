"""The jury, as the report tells it: how far coders agree, what the gates let pass, and how well each coder gives the codes."""

import pandas as pd
from markupsafe import Markup

MAIN_MEASURES = ("F1", "precision", "recall", "average precision", "calibration error")
BIASES = ("false positive rate", "false negative rate", "share gained")
AGREEMENTS = ("alpha", "alpha_weighted", "ac1", "observed_agreement", "positive_agreement", "negative_agreement")
ONE_MODEL = "All coders are one language model: their agreement says how steadily it reads, not that other readers would agree."
UNITS = {"alpha": 2, "alpha_weighted": 2, "ac1": 2}  # digits of what is a coefficient; all else is printed in percent


def describe_agreement(agreement):
    """Return {coders, coder_kinds, note, n_sentences, n_documents, n_confirmatory, codes} of the table AGREEMENT.

    note: ``ONE_MODEL`` where that is so, else None. codes: a row a code, families first: {code, kind, n_either, status, reason} and each measure as a link to its row of table
    agreement with its interval, a dash where there is none.
    """
    order = agreement["kind"].map({"family": 0}).fillna(1)
    rows = agreement.assign(place=range(len(agreement))).iloc[order.argsort(kind="stable")]
    first = agreement.iloc[0]
    return {
        "coders": first["coders"],
        "coder_kinds": first["coder_kinds"],
        "note": ONE_MODEL if first["coder_kinds"] == "language_model" and ", " not in str(first["models"]) else None,
        "n_sentences": int(first["n_sentences"]),
        "n_documents": int(first["n_documents"]),
        "n_confirmatory": int((agreement["status"] == "confirmatory").sum()),
        "codes": [
            {name: row[name] for name in ("code", "kind", "n_either", "status", "reason")}
            | {name: _link_agreement(row, name) for name in AGREEMENTS}
            for _, row in rows.iterrows()
        ],
    }


def describe_coders(accuracy, codes):
    """Return [{code, coder_id, n_reference, measures}] of the table CODER_ACCURACY over all sentences, for ``codes`` in turn.

    measures: {F1, precision, …: a link to the row of table coder_accuracy with its interval, or why there is none}.
    """
    whole = accuracy[(accuracy["actor_id"] == "all") & (accuracy["stage_id"] == "all")]
    return [
        {
            "code": code,
            "coder_id": coder,
            "n_reference": int(rows["n_reference"].iloc[0]),
            "measures": _link_measures(rows, MAIN_MEASURES),
        }
        for code in codes
        for coder, rows in whole[whole["code"] == code].groupby("coder_id", sort=False)
    ]


def describe_biases(accuracy, codes):
    """Return [{code, coder_id, actor_id, n_sentences, n_reference, measures}]: the errors by actor that bias contrasts."""
    parts = accuracy[(accuracy["actor_id"] != "all") & (accuracy["stage_id"] == "all")]
    return [
        {"code": code, "coder_id": coder, "actor_id": actor, "measures": _link_measures(rows, BIASES)}
        | {name: int(rows[name].iloc[0]) for name in ("n_sentences", "n_reference")}
        for code in codes
        for (coder, actor), rows in parts[parts["code"] == code].groupby(["coder_id", "actor_id"], sort=False)
    ]


def _link_agreement(row, name):
    """Return a measure of agreement as a link to its row, with its interval."""
    if pd.isna(row[name]):
        return "–"
    return _link(
        "agreement", row["place"], f"{row['code']}, {name}", row[name], row[f"{name}_low"], row[f"{name}_high"], UNITS.get(name)
    )


def _link_measures(rows, measures):
    """Return {measure: link with interval, or why there is no number} for the rows of one code, coder and part."""
    found = {row.measure: row for row in rows.itertuples()}
    linked = {}
    for measure in measures:
        row = found.get(measure)
        linked[measure] = "–" if row is None else row.reason
        if row is not None and not pd.isna(row.estimate):
            about = f"{row.coder_id}, {row.code}, {measure}"
            linked[measure] = _link("coder_accuracy", row.Index, about, row.estimate, row.low, row.high)
    return linked


def _link(table, place, about, estimate, low, high, digits=None):
    """Return a number in percent (as it is with ``digits``) as a link to its row of ``table``, with its interval."""
    scale, digits = (1, digits) if digits else (100, 1)
    link = Markup('<a class="num" href="#t-{}-{}" title="{}: {}">{:.{}f}</a>')
    shown = link.format(table, place, table, about, scale * estimate, digits)
    if pd.isna(low):
        return shown
    return shown + Markup(' <span class="w">({:.{}f} to {:.{}f})</span>').format(scale * low, digits, scale * high, digits)

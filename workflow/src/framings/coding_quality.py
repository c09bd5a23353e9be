"""How well frames were coded, and what another coder would have found, as the report tells it.

Numbers are links to the rows of the tables from which they were read, as those of the prose are.
"""

import re

import pandas as pd
from markupsafe import Markup

from framings.coder_names import list_coders, name_coder, name_shortly
from framings.products import show_value

# Measures of the report's tables: by code, and by actor (those whose differences between actors bias a contrast).
BY_CODE = {
    "average precision": "average precision",
    "precision": "precision",
    "recall": "recall",
    "F1": "F1",
    "calibration error": "calibration error",
}
BY_ACTOR = {
    "false positive rate": "given wrongly",
    "false negative rate": "missed",
    "share gained": "share gained",
}
AGREEMENTS = {
    "alpha": "alpha",
    "ac1": "AC1",
    "positive_agreement": "positive agreement",
    "negative_agreement": "negative agreement",
}
BROAD = ("family", "composite")  # kinds of code that are shown first


def compare_verdicts(assessments, names, coder_id):
    """Return {coders, corrects, confirmatory, exploratory, n, n_alike} of the tests that several coders' codes were put to, or None for one coder.

    coders: their names, the one that counts first. corrects: whether one corrects. confirmatory and exploratory: [{id, claim, contrast, window, cells}], a cell
    {estimate, interval, verdict, reason, differs} a coder, None where it has no such test. n and n_alike: confirmatory tests
    that the counting coder's estimate exists for, and those of them in which every coder's verdict is the same.
    """
    coders = list_coders(assessments, coder_id)
    if len(coders) == 1:
        return None
    rows = {(r.hypothesis_id, r.window_id, r.coder_id): r for r in assessments.itertuples()}
    groups = {True: [], False: []}
    for row in rows.values():
        if row.coder_id == coder_id:
            cells = [rows.get((row.hypothesis_id, row.window_id, coder)) for coder in coders]
            window = names["windows"].get(row.window_id, row.window_id)
            entry = {"id": row.hypothesis_id, "claim": row.claim, "contrast": row.contrast, "window": window}
            groups[bool(row.confirmatory)].append(entry | {"cells": [_describe_test(cell, row.verdict) for cell in cells]})
    judged = [test for test in groups[True] if test["cells"][0]["estimate"]]
    alike = [test for test in judged if not any(cell and cell["differs"] for cell in test["cells"])]
    return {
        "coders": [name_coder(coder) for coder in coders],
        "corrects": "corrected" in coders,
        "confirmatory": groups[True],
        "exploratory": groups[False],
        "n": len(judged),
        "n_alike": len(alike),
    }


def _describe_test(row, verdict):
    """Return the cell of one coder's test, or None where it has none."""
    if row is None:
        return None
    kind = {"joint": "number", "upper_bound": "percent"}.get(row.test, "points")
    cell = {"verdict": row.verdict, "differs": row.verdict != verdict, "estimate": None, "interval": None, "reason": None}
    if pd.isna(row.estimate):
        return cell | {"reason": row.reason if pd.notna(row.reason) else "too little talk"}
    text = ("F = " if row.test == "joint" else "") + show_value(row.estimate, kind)
    cell["estimate"] = _link("assessments", row, text, f"{row.coder_id}, {row.hypothesis_id}, {row.window_id}")
    if pd.notna(row.low):
        cell["interval"] = f"{show_value(row.low, kind)} to {show_value(row.high, kind)}"
    return cell


def describe_agreement(agreement, names):
    """Return {n_sentences, n_documents, coders, models, measures, broad, narrow, gates} of the table AGREEMENT.

    models: the language models among the coders, empty where there are none. broad and narrow: rows of families and composites, and of all other codes, with links. gates: [{what, gate, n, passed}] by
    kind of code, ``passed`` naming the codes that may enter confirmatory tests.
    """
    rows = [_describe_code(row, names) for row in agreement.itertuples()]
    gates = []
    for kind, part in sorted(agreement.groupby("kind", sort=False), key=lambda group: group[0] not in BROAD):
        passed = part.loc[part["status"] == "confirmatory", "code"]
        gates.append({"what": kind, "gate": f"{part['gate'].iloc[0]:g}", "n": len(part), "passed": list(passed)})
    return {
        "n_sentences": show_value(agreement["n_sentences"].max(), "count"),
        "n_documents": show_value(agreement["n_documents"].max(), "count"),
        "coders": agreement["coders"].iloc[0].split(", "),
        "models": [] if pd.isna(agreement["models"].iloc[0]) else agreement["models"].iloc[0].split(", "),
        "measures": list(AGREEMENTS.values()),
        "broad": [row for row in rows if row["kind"] in BROAD],
        "narrow": [row for row in rows if row["kind"] not in BROAD],
        "gates": gates,
    }


def _describe_code(row, names):
    """Return a code's row of the report's table of agreement."""
    measures = [
        _link_interval("agreement", row, *(getattr(row, name + end) for end in ("", "_low", "_high")), f"{name}, {row.code}")
        for name in AGREEMENTS
    ]
    return {
        "code": row.code,
        "title": _title(row.code, names),
        "kind": row.kind,
        "measures": measures,
        "n": show_value(row.n_either, "count"),
        "passes": row.status == "confirmatory",
        "reason": row.reason,
    }


def describe_accuracy(accuracy, names):
    """Return {coders, n_sentences, n_documents, measures, families, codes, errors, by_actor} of the table CODER_ACCURACY.

    families and codes: [{code, title, n, coder, cells}], a row a coder. by_actor: the same with ``actor`` for families.
    """
    rows = {(r.coder_id, r.code, r.actor_id, r.measure): r for r in accuracy[accuracy["stage_id"] == "all"].itertuples()}
    coders = list(dict.fromkeys(accuracy["coder_id"]))
    codes = list(dict.fromkeys(accuracy["code"]))
    whole = accuracy[accuracy["actor_id"] == "all"]
    by_code = [_describe_measures(rows, coder, code, "all", BY_CODE, names) for code in codes for coder in coders]
    by_code = [row for row in by_code if row]
    by_actor = [
        _describe_measures(rows, coder, code, actor, BY_ACTOR, names)
        for code in names["families"]
        for actor in names["actors"]
        for coder in coders
    ]
    return {
        "coders": [name_shortly(coder) for coder in coders],
        "n_sentences": show_value(whole["n_sentences"].max(), "count"),
        "n_documents": show_value(whole["n_documents"].max(), "count"),
        "measures": list(BY_CODE.values()),
        "families": [row for row in by_code if row["code"] in names["families"]],
        "codes": [row for row in by_code if row["code"] not in names["families"]],
        "errors": list(BY_ACTOR.values()),
        "by_actor": [row for row in by_actor if row],
    }


def _describe_measures(rows, coder, code, actor, measures, names):
    """Return a coder's measures for a code in an actor's sentences as a row of the report, or None where there is none."""
    found = [rows.get((coder, code, actor, measure)) for measure in measures]
    some = next((row for row in found if row is not None), None)
    if some is None:
        return None
    cells = [
        "–" if row is None else _link_interval("coder_accuracy", row, row.estimate, row.low, row.high, f"{row.measure}, {row.coder_id}, {row.code}")
        for row in found
    ]  # fmt: skip
    reasons = [row.reason for row in found if row is not None and pd.isna(row.estimate) and pd.notna(row.reason)]
    return {
        "code": code,
        "title": _title(code, names),
        "actor": names["actors"].get(actor, actor),
        "coder": name_shortly(coder),
        "n": show_value(some.n_reference, "count"),
        "cells": cells,
        "reason": reasons[0] if reasons and all(cell == "–" for cell in cells) else None,
    }


def describe_goals(differences):
    """Return [{coder, other, code, measure, estimate, goal, reason}] of the table CODER_DIFFERENCES where a goal was set."""
    return [
        {
            "coder": name_shortly(row.coder_id),
            "other": name_shortly(row.other_id),
            "code": row.code,
            "measure": row.measure,
            "estimate": _link_interval("coder_differences", row, row.estimate, row.low, row.high, f"{row.measure}, {row.code}"),
            "goal": _show_rate(row.goal),
            "reason": row.reason if pd.notna(row.reason) else "",
        }
        for row in differences[differences["goal"].notna()].itertuples()
    ]


def describe_candidates(candidates, names):
    """Return {measures, rows} of the table CANDIDATES for families, the best average precision first.

    rows: [{title, learner, features, n, cells}], a cell a measure.
    """
    measures = ("average_precision", "precision", "recall", "f1", "calibration_error")
    shown = candidates[candidates["code"].isin(list(names["families"]))]
    shown = shown.sort_values(["code", "average_precision"], ascending=[True, False], kind="stable")
    rows = []
    for row in shown.itertuples():
        where = f"{row.learner}, {row.features}, {row.code}"
        cells = [_link("coders_tried", row, _show_rate(getattr(row, name)), where) for name in measures]
        entry = {"title": _title(row.code, names), "learner": row.learner, "features": row.features}
        rows.append(entry | {"n": show_value(row.n_positive, "count"), "cells": cells})
    return {"measures": list(BY_CODE.values()), "rows": rows}


def select_accuracy(accuracy, names):
    """Return the rows of CODER_ACCURACY that the report shows: all sentences by code, families by actor; rows keep their numbers."""
    whole = (accuracy["actor_id"] == "all") & accuracy["measure"].isin(list(BY_CODE))
    by_actor = accuracy["actor_id"].isin(list(names["actors"])) & accuracy["code"].isin(list(names["families"]))
    return accuracy[(accuracy["stage_id"] == "all") & (whole | (by_actor & accuracy["measure"].isin(list(BY_ACTOR))))]


def _show_rate(value):
    """Return a rate as journals print it: two decimals, no zero before the point."""
    return (
        "–"
        if pd.isna(value)
        else re.sub(r"^(-?)0\.", r"\1.", f"{value:.2f}").replace("-.00", ".00").replace("-", "\N{MINUS SIGN}")
    )


def _title(code, names):
    """Return what a code is called, as far as the names say."""
    return names.get("titles", {}).get(code) or names["families"].get(code) or names["codes"].get(code, (code, ""))[0]


def _link(table, row, text, where):
    """Return a number as a link to its row of a table."""
    link = Markup('<a class="num" href="#t-{}-{}" title="{}: {}">{}</a>')
    return link.format(table, row.Index, table.replace("_", " "), where, text)


def _link_interval(table, row, value, low, high, where):
    """Return a number with its interval as a link to its row; a dash where there is none."""
    if pd.isna(value):
        return "–"
    linked = _link(table, row, _show_rate(value), where)
    if pd.isna(low):
        return linked
    return linked + Markup(' <span class="w">({} to {})</span>').format(_show_rate(low), _show_rate(high))

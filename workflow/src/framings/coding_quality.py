"""How well frames were coded, and what another coder would have found, as the report tells it.

Numbers are cited (``framings.citations``), as those of the prose are: ``cite`` has the tables.
"""

import pandas as pd

from framings.citations import NO_NUMBER, quote_words
from framings.coder_names import list_coders, name_coder, name_shortly
from framings.entries import LIKE

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


def compare_verdicts(cite, names, coder_id):
    """Return {coders, corrects, confirmatory, exploratory} of the tests that several coders' codes were put to, or None for one coder.

    coders: their names, the one that counts first. corrects: whether one corrects. confirmatory and exploratory: [{id, claim, contrast, window, cells}], a cell
    {estimate, interval, verdict, reason, differs} a coder, None where it has no such test. Cites as ``by_coder.n`` how many
    confirmatory tests the counting coder could be put to, as ``by_coder.n_alike`` in how many of them all verdicts are the same.
    """
    assessments = cite.tables["assessments"]
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
            groups[bool(row.confirmatory)].append(entry | {"cells": [_describe_test(cite, cell, row.verdict) for cell in cells]})
    judged = {"confirmatory": [True], "p": "present"}
    mine = judged | {"coder_id": [coder_id]}
    cite.over("by_coder.n", "assessments", "rows", "", mine, key="confirmatory tests with a p-value")
    alike = LIKE + coder_id
    cite.over(
        "by_coder.n_alike", "assessments", alike, "", judged, key="of these, tests in which every coder's verdict is the same"
    )
    return {
        "coders": [name_coder(coder) for coder in coders],
        "corrects": "corrected" in coders,
        "confirmatory": groups[True],
        "exploratory": groups[False],
    }


def _describe_test(cite, row, verdict):
    """Return the cell of one coder's test, or None where it has none."""
    if row is None:
        return None
    kind = {"joint": "number", "upper_bound": "percent"}.get(row.test, "points")
    cell = {"verdict": row.verdict, "differs": row.verdict != verdict, "estimate": None, "interval": None, "reason": None}
    if pd.isna(row.estimate) or row.verdict == "too rare":
        return cell | {"reason": cite.words("assessments", row, "reason") if pd.notna(row.reason) else "too little talk"}
    cell["estimate"] = ("F = " if row.test == "joint" else "") + cite.cell("assessments", row, "estimate", kind)
    if pd.notna(row.low):
        cell["interval"] = cite.cell("assessments", row, "low", kind) + " to " + cite.cell("assessments", row, "high", kind)
    return cell


def describe_agreement(cite, names):
    """Return {n_sentences, n_documents, coders, models, measures, broad, narrow, gates} of the table AGREEMENT.

    models: the language models among the coders, empty where there are none. broad and narrow: rows of families and composites, and of
    all other codes, with cited numbers. gates: [{what, gate, n, n_passed, one, passed}] by kind of code, ``passed`` naming the codes that
    may enter confirmatory tests, ``one`` whether it is a single one.
    """
    agreement = cite.tables["agreement"]
    rows = [_describe_code(cite, row, names) for row in agreement.itertuples()]
    groups = sorted(agreement.groupby("kind", sort=False), key=lambda group: group[0] not in BROAD)
    sizes = {
        column: cite.over(
            f"agreement.{column}", "agreement", "largest", column, key=f"coded {column[2:]}, the largest of all codes"
        )
        for column in ("n_sentences", "n_documents")
    }
    return sizes | {
        "coders": agreement["coders"].iloc[0].split(", "),
        "models": [] if pd.isna(agreement["models"].iloc[0]) else agreement["models"].iloc[0].split(", "),
        "measures": list(AGREEMENTS.values()),
        "broad": [row for row in rows if row["kind"] in BROAD],
        "narrow": [row for row in rows if row["kind"] not in BROAD],
        "gates": [_describe_gate(cite, kind, part) for kind, part in groups],
    }


def _describe_gate(cite, kind, part):
    """Return what the gate of one kind of code let pass."""
    passed = list(part.loc[part["status"] == "confirmatory", "code"])
    of, name = {"kind": [kind]}, kind.replace(" ", "_")
    return {
        "what": kind,
        "gate": cite.cell("agreement", part.index[0], "gate", "plain"),
        "n": cite.over(f"agreement.{name}.n", "agreement", "rows", "", of, key=f"codes of the kind {kind}"),
        "n_passed": cite.over(
            f"agreement.{name}.n_passed", "agreement", "rows", "", of | {"status": ["confirmatory"]}, key=f"{kind}: past the gate"
        ),
        "one": len(passed) == 1,
        "passed": passed,
    }


def _describe_code(cite, row, names):
    """Return a code's row of the report's table of agreement."""
    measures = [cite.interval("agreement", row, (name, f"{name}_low", f"{name}_high")) for name in AGREEMENTS]
    return {
        "code": row.code,
        "title": _title(row.code, names),
        "kind": row.kind,
        "measures": measures,
        "n": cite.cell("agreement", row, "n_either", "count"),
        "passes": row.status == "confirmatory",
        "reason": cite.words("agreement", row, "reason"),
        "hint": row.reason,
    }


def describe_accuracy(cite, names):
    """Return {coders, n_sentences, n_documents, measures, families, codes, errors, by_actor} of the table CODER_ACCURACY.

    families and codes: [{code, title, n, coder, cells}], a row a coder. by_actor: the same with ``actor`` for families.
    """
    accuracy = cite.tables["coder_accuracy"]
    rows = {(r.coder_id, r.code, r.actor_id, r.measure): r for r in accuracy[accuracy["stage_id"] == "all"].itertuples()}
    coders = list(dict.fromkeys(accuracy["coder_id"]))
    codes = list(dict.fromkeys(accuracy["code"]))
    whole = {"actor_id": ["all"]}
    by_code = [_describe_measures(cite, rows, coder, code, "all", BY_CODE, names) for code in codes for coder in coders]
    by_code = [row for row in by_code if row]
    by_actor = [
        _describe_measures(cite, rows, coder, code, actor, BY_ACTOR, names)
        for code in names["families"]
        for actor in names["actors"]
        for coder in coders
    ]
    return {
        "coders": [name_shortly(coder) for coder in coders],
        "n_sentences": cite.over(
            "coder_accuracy.n_sentences", "coder_accuracy", "largest", "n_sentences", whole, key="sentences with reference codes"
        ),
        "n_documents": cite.over(
            "coder_accuracy.n_documents", "coder_accuracy", "largest", "n_documents", whole, key="documents with reference codes"
        ),
        "measures": list(BY_CODE.values()),
        "families": [row for row in by_code if row["code"] in names["families"]],
        "codes": [row for row in by_code if row["code"] not in names["families"]],
        "errors": list(BY_ACTOR.values()),
        "by_actor": [row for row in by_actor if row],
    }


def _describe_measures(cite, rows, coder, code, actor, measures, names):
    """Return a coder's measures for a code in an actor's sentences as a row of the report, or None where there is none."""
    found = [rows.get((coder, code, actor, measure)) for measure in measures]
    some = next((row for row in found if row is not None), None)
    if some is None:
        return None
    cells = [NO_NUMBER if row is None else cite.interval("coder_accuracy", row) for row in found]
    reasons = [row for row in found if row is not None and pd.isna(row.estimate) and pd.notna(row.reason)]
    return {
        "code": code,
        "title": _title(code, names),
        "actor": names["actors"].get(actor, actor),
        "coder": name_shortly(coder),
        "n": cite.cell("coder_accuracy", some, "n_reference", "count"),
        "cells": cells,
        "reason": cite.words("coder_accuracy", reasons[0], "reason") if reasons and set(cells) == {NO_NUMBER} else None,
    }


def describe_goals(cite):
    """Return {n, n_judged, n_reached, one, rows} of the table CODER_DIFFERENCES where a goal was set, or None where none was.

    rows: [{coder, other, code, measure, estimate, goal, reason}]; judged are those with an estimate, reached those at or above the goal.
    """
    differences = cite.tables["coder_differences"]
    differences = differences[differences["goal"].notna()]
    if differences.empty:
        return None
    rows = [
        {
            "coder": name_shortly(row.coder_id),
            "other": name_shortly(row.other_id),
            "code": row.code,
            "measure": row.measure,
            "estimate": cite.interval("coder_differences", row),
            "goal": cite.cell("coder_differences", row, "goal", "rate"),
            "reason": quote_words("coder_differences", row.reason.capitalize()) if pd.notna(row.reason) else "",
        }
        for row in differences.itertuples()
    ]
    reached = differences[differences["estimate"] >= differences["goal"]]
    where = {"goal": "present", "estimate": "present"}
    counted = {
        "n": cite.over("goals.n", "coder_differences", "rows", where={"goal": "present"}),
        "n_judged": cite.over("goals.n_judged", "coder_differences", "rows", where=where),
        "n_reached": cite.over(
            "goals.n_reached", "coder_differences", "rows", where=where | {"reason": [*reached["reason"].unique()]}
        ),
    }
    return counted | {"one": len(reached) == 1, "rows": rows}


def describe_candidates(cite, names):
    """Return {measures, rows} of the table CANDIDATES for families, the best average precision first.

    rows: [{title, learner, features, n, cells}], a cell a measure.
    """
    measures = ("average_precision", "precision", "recall", "f1", "calibration_error")
    candidates = cite.tables["coders_tried"]
    shown = candidates[candidates["code"].isin(list(names["families"]))]
    shown = shown.sort_values(["code", "average_precision"], ascending=[True, False], kind="stable")
    rows = []
    for row in shown.itertuples():
        cells = [cite.cell("coders_tried", row, name, "rate") for name in measures]
        entry = {"title": _title(row.code, names), "learner": row.learner, "features": row.features}
        rows.append(entry | {"n": cite.cell("coders_tried", row, "n_positive", "count"), "cells": cells})
    return {"measures": list(BY_CODE.values()), "rows": rows}


def select_accuracy(accuracy, names):
    """Return the rows of CODER_ACCURACY that the report shows: all sentences by code, families by actor; rows keep their numbers."""
    whole = (accuracy["actor_id"] == "all") & accuracy["measure"].isin(list(BY_CODE))
    by_actor = accuracy["actor_id"].isin(list(names["actors"])) & accuracy["code"].isin(list(names["families"]))
    return accuracy[(accuracy["stage_id"] == "all") & (whole | (by_actor & accuracy["measure"].isin(list(BY_ACTOR))))]


def _title(code, names):
    """Return what a code is called, as far as the names say."""
    return names.get("titles", {}).get(code) or names["families"].get(code) or names["codes"].get(code, (code, ""))[0]

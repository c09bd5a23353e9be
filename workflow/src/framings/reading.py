"""How well the text was read, as the report tells it: main measures, agreement of the readers, and mistakes by cause."""

import pandas as pd
from markupsafe import Markup

from framings.products import show_value

# Measures of the table in the report, by their names there.
MAIN_MEASURES = {
    "turn boundaries: F1": "where a turn begins (F1)",
    "speakers: turns": "who speaks, by turns",
    "speakers: words": "who speaks, by words",
    "labels resolved: words": "words under labels that are resolved",
    "kinds: characters": "kind of text, by characters",
    "sentence boundaries: F1": "where a sentence ends (F1)",
    "relevance of turns: precision": "talk about integration: precision",
    "relevance of turns: recall": "talk about integration: recall",
}
HELD_OUT, AGREEMENT = "half: held-out", "readers agree: "


def describe_reading(accuracy, mistakes):
    """Return {at_hand, n_by_models, agreement, measures, causes} of the tables ACCURACY and MISTAKES for the report's section on reading.

    at_hand: the row that counts the checked documents. n_by_models: how many of them language models marked. agreement: [(unit, percent)]. measures: [{title, all, held_out, n, wrong,
    goal}]. causes: [{cause, measures, n_mistakes, n_documents, n_words}], the most frequent first. Estimates are links to the
    rows of table accuracy from which they were read.
    """
    rows = {(row.measure, row.part): row for row in accuracy.itertuples()}
    agreed = [(name, row) for (name, _), row in rows.items() if name.startswith(AGREEMENT)]
    return {
        "at_hand": rows["checked documents at hand", "all"],
        "n_by_models": getattr(rows.get(("checked documents at hand", "read by: language_model")), "n", 0),
        "agreement": [(name.removeprefix(AGREEMENT), link_estimate(row)) for name, row in agreed],
        "measures": [
            _describe(title, rows[name, "all"], rows.get((name, HELD_OUT)))
            for name, title in MAIN_MEASURES.items()
            if (name, "all") in rows
        ],
        "causes": count_causes(mistakes),
    }


def _describe(title, row, held_out):
    """Return one measure as the report prints it, over all documents and in the held-out half."""
    return {
        "title": title,
        "all": _link_interval(row),
        "held_out": _link_interval(held_out),
        "n": show_value(row.n, "count"),
        "wrong": show_value(row.n_mistakes, "count"),
        "goal": show_value(row.goal, "percent"),
    }


def link_estimate(row):
    """Return an estimate in percent as a link to its row of table accuracy."""
    link = Markup('<a class="num" href="#t-accuracy-{}" title="accuracy: {}, {}">{:.2f}</a>')
    return link.format(row.Index, row.measure, row.part, 100 * row.estimate)


def _link_interval(row):
    """Return an estimate as ``link_estimate`` does, with its interval; a dash where there is none."""
    if row is None or pd.isna(row.estimate):
        return "–"
    return link_estimate(row) + Markup(' <span class="w">({:.1f} to {:.1f})</span>').format(100 * row.low, 100 * row.high)


def count_causes(mistakes):
    """Return the mistakes counted by cause, the most frequent first."""
    counts = mistakes.fillna({"cause": "not looked into"}).groupby("cause")
    counts = counts.agg(
        measures=("measure", lambda names: ", ".join(sorted(set(names)))),
        n_mistakes=("measure", "size"),
        n_documents=("document_id", "nunique"),
        n_words=("n_words", "sum"),
    )
    return counts.reset_index().sort_values(["n_mistakes", "cause"], ascending=[False, True]).to_dict("records")

"""How well the text was read, as the report tells it: main measures, agreement of the readers, and mistakes by cause."""

from framings.citations import NO_NUMBER

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
HELD_OUT, AGREEMENT, UNKNOWN = "half: held-out", "readers agree: ", "not looked into"


def describe_reading(cite):
    """Return {at_hand, n_at_hand, models, agreement, measures, causes} of the tables ACCURACY and MISTAKES for the report's section on reading.

    at_hand and n_at_hand: marked documents, and those of them at hand. models: how many of them language models marked, or None.
    agreement: [(unit, percent)]. measures: [{title, all, held_out, n, wrong, goal, missed}], missed in the held-out half. causes: [{cause, measures, n_mistakes,
    n_documents, n_words}], the most frequent first. Numbers are cited.
    """
    rows = {(row.measure, row.part): row for row in cite.tables["accuracy"].itertuples()}
    agreed = [(name, row) for (name, _), row in rows.items() if name.startswith(AGREEMENT)]
    at_hand, models = rows["checked documents at hand", "all"], rows.get(("checked documents at hand", "read by: language_model"))
    return {
        "at_hand": cite.cell("accuracy", at_hand, "n", "count"),
        "n_at_hand": cite.cell("accuracy", at_hand, "n_documents", "count"),
        "models": cite.cell("accuracy", models, "n", "count") if models is not None and models.n else None,
        "agreement": [
            (name.removeprefix(AGREEMENT), cite.cell("accuracy", row, "estimate", "fine percent")) for name, row in agreed
        ],
        "measures": [
            _describe(cite, title, rows[name, "all"], rows.get((name, HELD_OUT)))
            for name, title in MAIN_MEASURES.items()
            if (name, "all") in rows
        ],
        "causes": [_cite_cause(cite, cause) for cause in count_causes(cite.tables["mistakes"])],
    }


def _describe(cite, title, row, held_out):
    """Return one measure as the report prints it, over all documents and in the held-out half."""
    ends = {"kind": "fine percent"}
    return {
        "title": title,
        "all": cite.interval("accuracy", row, **ends),
        "held_out": NO_NUMBER if held_out is None else cite.interval("accuracy", held_out, **ends),
        "n": cite.cell("accuracy", row, "n", "count"),
        "wrong": cite.cell("accuracy", row, "n_mistakes", "count"),
        "goal": cite.cell("accuracy", row, "goal", "percent"),
        "missed": held_out is not None and bool(held_out.estimate < row.goal),
    }


def _cite_cause(cite, cause):
    """Return a cause of mistakes with its counts cited."""
    rows, name = (
        {"cause": "absent" if cause["cause"] == UNKNOWN else [cause["cause"]]},
        f"mistakes.{'_'.join(cause['cause'].split())}",
    )
    recipes = {"n_mistakes": ("rows", ""), "n_documents": ("distinct", "document_id"), "n_words": ("sum", "n_words")}
    counts = {
        column: cite.over(f"{name}.{column}", "mistakes", *recipe, rows, key=f"{column[2:]}, cause: {cause['cause']}")
        for column, recipe in recipes.items()
    }
    return cause | counts


def count_causes(mistakes):
    """Return the mistakes counted by cause, the most frequent first."""
    counts = mistakes.fillna({"cause": UNKNOWN}).groupby("cause")
    counts = counts.agg(
        measures=("measure", lambda names: ", ".join(sorted(set(names)))),
        n_mistakes=("measure", "size"),
        n_documents=("document_id", "nunique"),
        n_words=("n_words", "sum"),
    )
    return counts.reset_index().sort_values(["n_mistakes", "cause"], ascending=[False, True]).to_dict("records")

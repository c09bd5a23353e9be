"""The court, as the report tells it: each confirmatory verdict with all that it rests on and all that could overturn it."""

import pandas as pd

# Columns of CHANGES in the order of authority, and how they are called.
WAYS = {"p_swap": "label swap", "p_jackknife": "jackknife", "p_score": "score flip"}


def describe_court(changes, curves, names, cite):
    """Return {"tested", "untested"} of the table CHANGES: rows a hypothesis, each number a citation.

    tested: {id, window, claim, contrast, verdict, unit, estimate, score, ways: [(name, p, p by blocks)], holm, detectable, tried,
    overturned, what, curve: {n, claimed, low, median, high, p} or None, tipping}. untested: {id, window, claim, contrast, verdict,
    missing}. ``cite`` is a ``framings.citations.Citations`` over the tables changes and curves.
    """
    places = {(row.hypothesis_id, row.window_id): row for row in curves.itertuples() if row.n_estimable}
    tested, untested = [], []
    for row in changes[changes["confirmatory"]].itertuples():
        about = {
            "id": row.hypothesis_id,
            "window": names["windows"].get(row.window_id, row.window_id),
            "claim": row.claim,
            "contrast": row.contrast,
            "verdict": row.verdict,
        }
        if pd.isna(row.p):
            untested.append(about | {"missing": cite.words("changes", row, "missing") if pd.notna(row.missing) else "–"})
            continue
        tested.append(about | _weigh(row, places.get((row.hypothesis_id, row.window_id)), cite))
    return {"tested": tested, "untested": untested}


def _weigh(row, curve, cite):
    """Return what a verdict rests on: estimate, intervals, p-values, what would change it and its curve."""

    def cell(column, kind):
        return cite.cell("changes", row, column, kind)

    points = pd.notna(row.low)  # a joint test has a statistic and no interval
    return {
        "estimate": cite.interval("changes", row, kind="points", end_kind="points") if points else cell("estimate", "number"),
        "unit": "points" if points else "F",
        "score": (cell("score_low", "points"), cell("score_high", "points")) if pd.notna(row.score_low) else None,
        "ways": [
            {"name": name, "p": cell(column, "p"), "blocks": cell(f"{column}_blocks", "p")} for column, name in WAYS.items()
        ],
        "holm": cell("p_holm", "p"),
        "detectable": cell("smallest_detectable", "percent"),
        "tried": cell("n_variations", "count"),
        "overturned": cell("n_changing", "count"),
        "what": cite.words("changes", row, "what_would_change") if pd.notna(row.what_would_change) else "nothing that was tried",
        "tipping": cite.words("changes", row, "tipping") if pd.notna(row.tipping) else None,
        "curve": None if curve is None else _sum_up(curve, cite),
    }


def _sum_up(curve, cite):
    """Return the numbers of a specification curve."""
    kinds = {
        "n_estimable": "count",
        "n_claimed": "count",
        "lowest": "points",
        "median": "points",
        "highest": "points",
        "p_median": "p",
    }
    return {column: cite.cell("curves", curve, column, kind) for column, kind in kinds.items()}

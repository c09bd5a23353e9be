"""The captions of figures, as a journal wants them: what is shown, n, unit, interval, whose codes, and what talk can show."""

from framings.canvas import count
from framings.coder_names import explain_codes
from framings.figure_notes import ABOUT, About

SIZE = "Drawn 183 mm wide (two columns), smallest letters 6 points; too fine for one column of 89 mm."


def caption_figures(tables, names, pages, simulated, coder_id="dictionary", reference_note=""):
    """Return the caption of every figure in ``pages`` ({figure: pages of its PDF}) as text, a line a matter.

    ``tables`` are those that the figures are drawn from, ``names`` the collected names. A figure that nobody described here
    gets its name and what holds for all.
    """
    captions = {}
    for figure, n_pages in pages.items():
        about = ABOUT.get(figure, About(figure.replace("_", " ").capitalize(), "see the axis", "see the note", "Other"))
        lines = [f"{about.shows}."]
        if simulated or figure == "error_rates":
            lines.append("Simulated data: no real person said any of this.")
        if n := count_shown(figure, tables, names, coder_id):
            lines.append(f"n: {n}.")
        lines += [f"Unit: {about.unit}.", f"Interval: {about.interval}."]
        if about.coded:
            whose = "planted_codes" if about.category == "Recovery" else coder_id
            said = {"planted_codes": "True codes of a simulated corpus beside codes given by a dictionary."}
            lines += [
                f"Codes: {said.get(whose) or explain_codes(whose, reference_note)}",
                f"Measured: {names['what_is_measured']}",
            ]
        printed = f" The PDF has {n_pages} pages, each at most 230 mm high." if n_pages > 1 else ""
        captions[figure] = "\n".join([*lines, f"Size: {SIZE}{printed}"]) + "\n"
    return captions


def count_shown(figure, tables, names, coder_id):
    """Return what n is in a figure: documents, sentences, tests, in words; nothing where it is not known."""
    if figure in ("inclusion_flow", "coverage_over_time"):
        return _count_corpus(tables["inclusion"])
    if figure == "topics_by_actor":
        return _count_topics(tables["topics"], names["actors"])
    if figure.endswith("by_actor_and_stage"):
        return _count_actors(tables["prevalence"], names["actors"], coder_id)
    if figure in ("hypotheses_forest", "what_would_change"):
        return _count_tests(tables["assessments"], coder_id, figure == "what_would_change")
    if figure == "specification_curve":
        drawn = tables["curves"][tables["curves"]["reason"].isna()]
        hypotheses = "1 hypothesis" if len(drawn) == 1 else f"{len(drawn)} hypotheses"
        return f"{_some(drawn['n_estimable'].sum(), 'specification')} of {hypotheses}" if len(drawn) else "no curve"
    if figure == "error_rates":
        return f"{count(tables['error_rates']['n_sets'].max())} simulated data sets a design"
    if figure == "shares_recovered":
        known = tables["recovery_shares"][["planted", "by_planted_codes", "by_dictionary"]].notna().all(axis=1)
        return f"{count(known.sum())} cells of code, actor and stage"
    if figure == "contrasts_recovered":
        return f"{tables['recovery_contrasts']['planted'].notna().sum()} contrasts"
    return ""


def _count_corpus(inclusion):
    steps = inclusion[inclusion["actor_id"].isna()]
    if steps.empty:
        return "no document"
    first, last = steps.iloc[0], steps.iloc[-1]
    return (
        f"{count(first['n_documents'])} registered documents; compared are {count(last['n_sentences'])} sentences in "
        f"{count(last['n_turns'])} turns of {count(last['n_documents'])} documents"
    )


def _count_topics(topics, actors):
    most = topics.groupby("actor_id")[["n_turns", "n_documents"]].max()
    return "; ".join(
        f"{name} {_some(most.loc[actor, 'n_turns'], 'turn')} in {_some(most.loc[actor, 'n_documents'], 'document')}"
        for actor, name in actors.items()
        if actor in most.index
    )


def _count_actors(prevalence, actors, coder_id):
    whole = prevalence[(prevalence["coder_id"] == coder_id) & (prevalence["stage_id"] == "all")].drop_duplicates("actor_id")
    whole = whole.set_index("actor_id")
    return "; ".join(
        f"{name} {_some(whole.loc[actor, 'n_sentences'], 'sentence')} in {_some(whole.loc[actor, 'n_documents'], 'document')}"
        for actor, name in actors.items()
        if actor in whole.index
    )


def _count_tests(assessments, coder_id, confirmatory):
    rows = assessments[(assessments["coder_id"] == coder_id) & assessments["estimate"].notna()]
    rows = rows[rows["confirmatory"]] if confirmatory else rows
    if rows.empty:
        return "no test could be estimated"
    spans = [_span(rows[column]) for column in ("n_documents", "n_sentences")]
    return f"{len(rows)} tests, each on {spans[0]} documents and {spans[1]} sentences (its own: table assessments)"


def _some(number, what):
    """Return a count with its noun.

    >>> _some(1, "turn"), _some(2, "turn")
    ('1 turn', '2 turns')
    """
    return f"{count(number)} {what}{'' if number == 1 else 's'}"


def _span(numbers):
    """Return the range of counts in words.

    >>> import pandas as pd
    >>> _span(pd.Series([3, 12]))
    '3 to 12'
    """
    low, high = count(numbers.min()), count(numbers.max())
    return low if low == high else f"{low} to {high}"

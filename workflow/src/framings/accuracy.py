"""Accuracy: how well turns, speakers, kinds, sentences and relevance were read, against the marks of readers."""

import pandas as pd

from framings.checks import (
    EDITORS,
    PLACE,
    SPOKEN,
    CheckError,
    choose_checked,
    find_starts,
    lay_marks,
    name_found,
    name_marked,
    overlay_spans,
    skip_spaces,
)
from framings.ratios import COUNTS, estimate_ratios
from framings.schemas import ACCURACY, CHECKED_RELEVANCE, CHECKED_SENTENCES, MISTAKES, Column, Contract, check

GOALS = {"turn boundaries: F1": 0.995, "speakers: words": 0.995, "sentence boundaries: F1": 0.99, "labels resolved: words": 0.99}
UNIT = ["document_id", "paragraph", "start"]
FOUND = ["expected", "found", "n_words"]

CONFUSIONS = Contract(
    "confusions", "a kind of text by the hand marks and by the workflow", ("expected", "found"),
    {
        "expected": Column("text", "kind by the hand marks"),
        "found": Column("text", "kind by the workflow"),
        "n_chars": Column("int", "characters that are not white space", low=1),
        "n_documents": Column("int", "documents that hold them", low=1),
    },
)  # fmt: skip


def measure_turns(checked_documents, segments, documents, paragraphs, turns, spans, speakers, known):
    """Return (ACCURACY rows, MISTAKES rows, CONFUSIONS) of boundaries, speakers and kinds, overall, by half and by stratum.

    A boundary is right where the workflow begins a turn in the same paragraph and its label ends at the same place, white
    space aside. A speaker is right by turn where the workflow gives the floor to the same person at the turn's first word,
    and by word for each word that is speech for the marks or for the workflow; a stranger to ``known`` is right where the
    turn is unresolved under the printed name. A kind is right by character that is not white space. Labels are resolved by
    word of the workflow's speech under a label with a name; this measure needs no marks.
    """
    checked, paragraphs = choose_checked(checked_documents, documents, paragraphs)
    marked, truth = lay_marks(segments, paragraphs)
    marked["who"] = name_marked(marked, known)
    found = find_starts(turns, spans)
    found["who"] = name_found(found, speakers)
    pieces = _name_pieces(overlay_spans(truth, spans, paragraphs), marked, found)
    places = _match_boundaries(marked, found, paragraphs)
    parts, rows = _list_parts(checked), _measure_overlap("turn boundaries", places, _list_parts(checked))
    for measure, units in _list_units(pieces, speakers).items():
        rows += estimate_ratios(measure, units, parts, GOALS.get(measure))
    wrong = [_list_wrong_boundaries(places, pieces), _list_wrong_speakers(pieces), _list_wrong_kinds(pieces)]
    mistakes = _place_halves(pd.concat(wrong, ignore_index=True), checked)
    kinds = pieces[pieces["n_chars"] > 0].groupby(["kind", "kind_found"])
    kinds = kinds.agg(n_chars=("n_chars", "sum"), n_documents=("document_id", "nunique")).reset_index()
    kinds = kinds.rename(columns={"kind": "expected", "kind_found": "found"})
    return check(pd.DataFrame(rows), ACCURACY), check(mistakes, MISTAKES), check(kinds, CONFUSIONS)


def _list_parts(checked):
    """Return the parts of the sample: all, its halves and its strata, each with its documents."""
    parts = {"all": None}
    for column in ("half", "years", "length"):
        parts |= {f"{column}: {name}": set(mine["document_id"]) for name, mine in checked.groupby(column)}
    return parts


def _list_halves(checked):
    """Return the parts of the sample without its strata."""
    return {part: documents for part, documents in _list_parts(checked).items() if part.startswith(("all", "half"))}


def _place_halves(mistakes, checked):
    """Return the mistakes with the half of the sample that their document belongs to, and no cause yet."""
    halves = mistakes["document_id"].map(checked.set_index("document_id")["half"])
    return mistakes.assign(half=halves.astype(object), cause=None)[list(MISTAKES.columns)]


def _name_pieces(pieces, marked, found):
    """Return the pieces with who has the floor by the marks (``who``) and by the workflow (``who_found``)."""
    for turn, who, table in (("turn", "who", marked), ("turn_found", "who_found", found)):
        names = table[["document_id", "turn", "who"]].rename(columns={"turn": turn, "who": who})
        pieces = pieces.merge(names, on=["document_id", turn], how="left")
        pieces[who] = pieces[who].fillna(EDITORS)
    return pieces


def _match_boundaries(marked, found, paragraphs):
    """Return the boundaries of turns: document, paragraph, place (where the label ends) and whether marked and found."""
    tables = []
    for table in (marked, found):
        table = table.merge(paragraphs[[*PLACE, "text"]], on=PLACE)
        table["place"] = [skip_spaces(*cells) for cells in zip(table["text"], table["label_end"], strict=True)]
        tables.append(table[[*PLACE, "place", "start", "who", "label_end"]])
    places = tables[0].merge(tables[1], on=[*PLACE, "place"], how="outer", suffixes=("", "_found"))
    return places.assign(is_marked=places["start"].notna(), is_found=places["start_found"].notna())


def _measure_overlap(name, places, parts, weight=1.0):
    """Return the rows of precision, recall and F1 of ``places``, which are marked, found, or both."""
    marked, found = places["is_marked"].astype(float), places["is_found"].astype(float)
    both, key = marked * found, places["document_id"]
    rows = []
    for measure, right, total in (("precision", both, found), ("recall", both, marked), ("F1", 2 * both, marked + found)):
        wrong = (right < total).astype(int)
        columns = [key, right * weight, total * weight, (total > 0).astype(int), wrong]
        counts = pd.DataFrame(dict(zip(["document_id", *COUNTS], columns, strict=True)))
        rows += estimate_ratios(f"{name}: {measure}", counts, parts, GOALS.get(f"{name}: {measure}"))
    return rows


def _list_units(pieces, speakers):
    """Return the units of the measures of turns, words and characters, as tables for ``estimate_ratios``."""
    first = pieces[pieces["turn"] >= 0].assign(silent=lambda table: ~table["kind"].isin(SPOKEN))
    first = first.sort_values(["silent", *UNIT]).drop_duplicates(["document_id", "turn"])
    spoken = pieces[(pieces["kind"].isin(SPOKEN) | pieces["kind_found"].isin(SPOKEN)) & (pieces["n_words"] > 0)]
    heard = spoken[spoken["kind_found"].isin(SPOKEN)].merge(
        speakers[["document_id", "turn", "resolution"]].rename(columns={"turn": "turn_found"}), on=["document_id", "turn_found"]
    )
    heard = heard[heard["resolution"] != "role without a name"]
    return {
        "speakers: turns": _count_units(first, first["who"] == first["who_found"], 1),
        "speakers: words": _count_units(spoken, _has_same_speaker(spoken), spoken["n_words"]),
        "kinds: characters": _count_units(pieces, pieces["kind"] == pieces["kind_found"], pieces["n_chars"]),
        "labels resolved: words": _count_units(heard, heard["resolution"] != "unresolved", heard["n_words"]),
    }


def _count_units(table, is_right, sizes):
    """Return the rows of ``table`` as units of a size that are right or wrong."""
    columns = {"right": sizes * is_right, "total": sizes, "n": sizes, "n_mistakes": sizes * ~is_right}
    return table[["document_id"]].assign(**columns)


def _has_same_speaker(pieces):
    """Return whether each piece is speech by the marks and by the workflow, of the same person."""
    return pieces["kind"].isin(SPOKEN) & pieces["kind_found"].isin(SPOKEN) & (pieces["who"] == pieces["who_found"])


def _list_wrong_boundaries(places, pieces):
    """Return the mistakes of boundaries, one a paragraph and first character, with the words of the turn by the marks or not."""
    words = pieces[pieces["kind"].isin(SPOKEN) | pieces["kind_found"].isin(SPOKEN)]
    words = words.groupby(PLACE)["n_words"].sum().rename("n_words").reset_index()
    rows = []
    for side, suffix in (("expected", ""), ("found", "_found")):
        mine = places[places["is_marked" if side == "expected" else "is_found"] & ~(places["is_marked"] & places["is_found"])]
        length = (mine["label_end" + suffix] - mine["start" + suffix]).astype("int64")
        text = "turn of " + mine["who" + suffix] + ", label of " + length.astype(str) + " characters"
        rows.append(mine[PLACE].assign(start=mine["start" + suffix].astype("int64"), **{side: text}))
    both = rows[0].merge(rows[1], on=UNIT, how="outer").fillna({"expected": "no turn begins", "found": "no turn begins"})
    both = both.merge(words, on=PLACE, how="left").fillna({"n_words": 0}).astype({"n_words": "int64"})
    return both.assign(measure="turn boundary")[["measure", *UNIT, *FOUND]]


def _list_wrong_speakers(pieces):
    """Return the mistakes of speakers, one a pair of turns, at its first word."""
    spoken = pieces["kind"].isin(SPOKEN) | pieces["kind_found"].isin(SPOKEN)
    wrong = pieces[spoken & ~_has_same_speaker(pieces) & (pieces["n_words"] > 0)]
    wrong = wrong.assign(
        expected=wrong["who"].where(wrong["kind"].isin(SPOKEN), EDITORS),
        found=wrong["who_found"].where(wrong["kind_found"].isin(SPOKEN), EDITORS),
    )
    pairs = wrong.groupby(["document_id", "turn", "turn_found", "expected", "found"], sort=False)
    table = pairs.agg(paragraph=("paragraph", "first"), start=("start", "first"), n_words=("n_words", "sum")).reset_index()
    return table.assign(measure="speaker")[["measure", *UNIT, *FOUND]]


def _list_wrong_kinds(pieces):
    """Return the mistakes of kinds, one a run of text that is mistaken in the same way, at its first character."""
    inked = pieces[pieces["n_chars"] > 0]
    sorts = inked[["document_id", "kind", "kind_found"]]
    runs = inked.assign(run=sorts.ne(sorts.shift()).any(axis=1).cumsum())[inked["kind"] != inked["kind_found"]]
    runs = runs.rename(columns={"kind": "expected", "kind_found": "found"}).groupby(["run", "document_id", "expected", "found"])
    table = runs.agg(paragraph=("paragraph", "first"), start=("start", "first"), n_words=("n_words", "sum")).reset_index()
    return table.assign(measure="kind")[["measure", *UNIT, *FOUND]]


def measure_sentences(checked, paragraphs, spans, sentences, checked_documents):
    """Return (ACCURACY rows, MISTAKES rows) of sentence boundaries inside speech, overall, by half and by how they were drawn.

    A boundary is the first character after white space behind the end of a sentence; it counts where it and the character
    before it lie in one span of speech or of a question, so the ends of paragraphs, labels and directions do not.
    """
    places = _match_ends(check(checked, CHECKED_SENTENCES), paragraphs, spans, sentences)
    rows = _measure_overlap("sentence boundaries", places, _list_halves(checked_documents))
    for drawn, mine in places.groupby("drawn"):
        rows += _measure_overlap("sentence boundaries", mine, {f"drawn: {drawn}": None})
    wrong = places[places["is_marked"] != places["is_found"]]
    words = {True: "a sentence ends", False: "no sentence ends"}
    wrong = wrong.assign(expected=wrong["is_marked"].map(words), found=wrong["is_found"].map(words), n_words=0)
    mistakes = _place_halves(wrong.assign(measure="sentence boundary"), checked_documents)
    return check(pd.DataFrame(rows), ACCURACY), check(mistakes, MISTAKES)


def _match_ends(checked, paragraphs, spans, sentences):
    """Return the boundaries of sentences inside speech: document, paragraph, start, how drawn, and whether marked and found."""
    checked = checked.astype({"paragraph": "int64"}).assign(row=range(2, len(checked) + 2))
    checked = checked.merge(paragraphs[[*PLACE, "text"]], on=PLACE)
    spoken = spans[spans["kind"].isin(SPOKEN)].groupby(PLACE)[["start", "end"]].apply(lambda rows: rows.to_numpy().tolist())
    ends, places = sentences.groupby(PLACE)["end"].apply(list), []
    for mark in checked.itertuples(index=False):
        key, marked = (mark.document_id, mark.paragraph), list(map(int, mark.ends.split()))
        if marked[-1] > len(mark.text):
            raise CheckError(
                f"checks/sentences.csv, row {mark.row}: the end {marked[-1]} lies outside paragraph {mark.paragraph} of "
                f"{mark.document_id} ({len(mark.text)} characters); correct it, or read the page again if it has changed"
            )
        inside = {}
        for side, group in (("marked", marked), ("found", ends.get(key, []))):
            behind = ((end, skip_spaces(mark.text, end)) for end in group)
            stretches = spoken.get(key, [])
            inside[side] = {place for end, place in behind if any(start < end and place < stop for start, stop in stretches)}
        for place in sorted(inside["marked"] | inside["found"]):
            places.append((*key, mark.drawn, place, place in inside["marked"], place in inside["found"]))
    return pd.DataFrame(places, columns=[*PLACE, "drawn", "start", "is_marked", "is_found"])


def measure_relevance(checked, marks, turns, spans, checked_documents):
    """Return (ACCURACY rows, MISTAKES rows) of the relevance of turns: precision and recall over all turns of the corpus.

    A judged turn counts as found where the workflow's turn at its first character is marked relevant. Each weighs as many
    turns as it stands for: those of its stratum by those drawn from it.
    """
    checked = check(checked, CHECKED_RELEVANCE).astype(
        {"paragraph": "int64", "start": "int64", "n_stratum": float, "n_drawn": float}
    )
    checked = checked[checked["document_id"].isin(turns["document_id"])]
    held = checked.merge(spans[[*PLACE, "start", "end", "turn"]], on=PLACE, suffixes=("", "_span"), how="left")
    held = held[(held["start_span"] <= held["start"]) & (held["start"] < held["end"])]
    held = held.merge(marks[["document_id", "turn", "relevant"]], on=["document_id", "turn"], suffixes=("", "_found"))
    held = held.merge(turns[["document_id", "turn", "n_words"]], on=["document_id", "turn"])
    units = checked.merge(held[[*UNIT, "relevant_found", "n_words"]], on=UNIT, how="left").fillna({"n_words": 0})
    units = units.assign(is_marked=units["relevant"] == "yes", is_found=units["relevant_found"].eq(True))
    weight = units["n_stratum"] / units["n_drawn"]
    rows = _measure_overlap("relevance of turns", units, _list_halves(checked_documents), weight)
    wrong, words = units[units["is_marked"] != units["is_found"]], {True: "relevant", False: "not relevant"}
    wrong = wrong.assign(expected=wrong["is_marked"].map(words), found=wrong["is_found"].map(words))
    mistakes = _place_halves(wrong.assign(measure="relevance"), checked_documents)
    return check(pd.DataFrame(rows), ACCURACY), check(mistakes, MISTAKES)

"""Deliveries: whether a turn was prepared or given in answer to somebody."""

import pandas as pd

ANSWERING = ("interview", "press_conference")  # kinds of event that consist of questions and answers


def mark_answers(documents, turns, speakers):
    """Return document_id, turn and is_answer of every turn of speech.

    A turn answers where its document is an interview or a press conference, or where the turn before it in its document is a
    question, or speech of somebody who is no actor. All other turns count as prepared.
    """
    key = ["document_id", "turn"]
    table = turns[[*key, "kind"]].merge(speakers[[*key, "actor_id"]], on=key, how="left")
    table = table.merge(documents[["document_id", "event_type"]], on="document_id").sort_values(key, ignore_index=True)
    # ASSUME: who speaks after a question or after somebody from outside the circle of actors answers him; all of an interview or
    # press conference is unprepared, its opening words included. The pages do not say what was read from a sheet.
    asked = (table["kind"] == "question") | table["actor_id"].isna()
    after = asked.groupby(table["document_id"]).shift(fill_value=False).astype(bool)
    table["is_answer"] = table["event_type"].isin(ANSWERING) | after
    return table.loc[table["kind"] == "speech", [*key, "is_answer"]].reset_index(drop=True)


def match_answers(sentences, answers):
    """Return whether each sentence (a row with document_id and turn) stands in an answer; in no marked turn it stands in none."""
    key = ["document_id", "turn"]
    marked = pd.MultiIndex.from_frame(answers.loc[answers["is_answer"], key])
    return pd.MultiIndex.from_frame(sentences[key]).isin(marked)

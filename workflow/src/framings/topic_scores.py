"""Topic scores: how often people gave the right answer to tasks about topics, by topic, with exact intervals."""

import hashlib
import re

import numpy as np
import pandas as pd

from framings.estimates import bound_share
from framings.schemas import Column, Contract, ContractError, check
from framings.topic_tasks import KINDS, LETTERS, TaskError

ALL_TOPICS = "all"

TOPIC_ANSWERS = Contract(
    "topic_answers", "what a person answered to a task", (),  # ``score_answers`` refuses a second answer, and names the file
    {
        "task_id": Column("text", "task"),
        "coder_id": Column("text", "who answered"),
        "answer": Column("text", "a, b, c or d", values=LETTERS),
    },
)  # fmt: skip

TOPIC_SCORES = Contract(
    "topic_scores", "a person's answers to one kind of task about a topic, or about all", ("kind", "coder_id", "topic"),
    {
        "kind": Column("text", "kind of task", values=KINDS),
        "coder_id": Column("text", "who answered"),
        "topic": Column("text", "topic, or all"),
        "n_answers": Column("int", "tasks answered", low=1),
        "n_right": Column("int", "of these, right", low=0),
        "precision": Column("number", "n_right / n_answers; one in four by guessing", low=0, high=1),
        "low": Column("number", "lower end of the exact 95 % interval (Clopper and Pearson)", low=0, high=1),
        "high": Column("number", "upper end", low=0, high=1),
    },
)  # fmt: skip


def check_seal(key, sealed, head):
    """Raise ``TaskError`` where the bytes of the key are not those that were sealed.

    ``sealed`` is the text of sealed.txt, ``head`` the first line of tasks.csv: both name the SHA-256 of the key.
    """
    digest = hashlib.sha256(key).hexdigest()
    for name, text in (("sealed.txt", sealed), ("tasks.csv", head)):
        named = re.search(r"\b[0-9a-f]{64}\b", text)
        if not named:
            raise TaskError(f"{name} names no SHA-256 of the key; take the file that was exported")
        if named.group() != digest:
            raise TaskError(f"key.csv is not the key that {name} seals: its SHA-256 is {digest[:12]}…, not {named.group()[:12]}…")


def score_answers(answers, key, path="answers"):
    """Return TOPIC_SCORES of TOPIC_ANSWERS: right answers by kind, coder and topic, and for all topics of a kind.

    The interval takes a coder's tasks for independent, as they are drawn. Coders are not pooled: two answers to one task are not.
    Raises ``ContractError`` for an answer to no task of the key, and for a second answer, with the row of the file at ``path``.
    """
    twice = answers.duplicated(["task_id", "coder_id"])
    if twice.any():
        row = int(twice.to_numpy().argmax())
        task, coder = answers.iloc[row][["task_id", "coder_id"]]
        raise ContractError(f"{path}, row {row + 2}, column 'task_id': {coder} answers {task} twice; keep one answer")
    unknown = ~answers["task_id"].isin(key["task_id"])
    if unknown.any():
        row = int(unknown.to_numpy().argmax())
        raise ContractError(
            f"{path}, row {row + 2}, column 'task_id': {answers['task_id'].iloc[row]!r} is no task of this key; "
            f"the tasks are {key['task_id'].min()} to {key['task_id'].max()}"
        )
    table = answers.merge(key, on="task_id", suffixes=("", "_right"))
    table = table.assign(right=table["answer"] == table["answer_right"])
    table = pd.concat([table, table.assign(topic=ALL_TOPICS)])
    scores = table.groupby(["kind", "coder_id", "topic"], as_index=False)["right"].agg(n_answers="size", n_right="sum")
    n, k = scores["n_answers"].to_numpy(float), scores["n_right"].to_numpy(float)
    low, high = bound_share(k, n, n)
    scores = scores.assign(precision=k / n, low=np.round(low, 12), high=np.round(high, 12))
    order = scores["topic"] != ALL_TOPICS
    return check(
        scores.assign(order=order).sort_values(["kind", "coder_id", "order", "topic"]).drop(columns="order"), TOPIC_SCORES
    )

"""Topic tasks: what people are asked, to see whether topics mean something and whether their labels fit; with a sealed key.

Two kinds. Word sets: four sets of four terms, three of one topic and one of another; which is the other? (Random four-word-set
intrusion of Ying, Montgomery and Stewart, "Topics, concepts, and measurement", Political Analysis 30, 2022, after the word
intrusion of Chang and others, "Reading tea leaves", NIPS 2009.) Labels: a turn's text and the labels of four topics; which fits
best? ("Optimal label", ibid.) By guessing one in four is right.
"""

import csv
import hashlib
import io

import numpy as np
import pandas as pd

from framings.exchange.spreadsheets import disarm_text
from framings.schemas import Column, Contract, check

KINDS = ("word_sets", "labels")
LETTERS = ("a", "b", "c", "d")
N_STRONGEST, SET_SIZE = 20, 4  # terms that sets are drawn from, terms in a set
# ASSUME: a turn is asked about where one topic has at least two fifths of it and no other topic on offer half as much: of other
# turns no one label is right.
LEAST_SHARE, MOST_OTHER = 0.4, 0.5
MOST_WORDS = 200  # of a turn's text are shown, cut after a sentence

TOPIC_TASKS = Contract(
    "topic_tasks", "a question about topics", ("task_id",),
    {
        "task_id": Column("text", "key; its number says nothing about topics"),
        "kind": Column("text", "word_sets: which set does not belong? labels: which fits the text best?", values=KINDS),
        "document_id": Column("text", "document of the text", missing=True),
        "turn": Column("int", "turn of the text", missing=True, low=0),
        "text": Column("text", "what the turn says on integration, from its beginning", missing=True),
        **{f"option_{letter}": Column("text", "four terms of one topic, or the label of a topic") for letter in LETTERS},
    },
)  # fmt: skip

TOPIC_KEY = Contract(
    "topic_key", "the right answer of a task", ("task_id",),
    {
        "task_id": Column("text", "task"),
        "kind": Column("text", "kind of task", values=KINDS),
        "topic": Column("text", "topic that the task is about: of three of the sets, or of the turn"),
        "answer": Column("text", "letter of the right option", values=LETTERS),
    },
)  # fmt: skip


class TaskError(ValueError):
    """Tasks cannot be made or scored; the message is one plain sentence."""


def make_topic_tasks(topics, weights, shares, sentences, each=5, seed=1):
    """Return (TOPIC_TASKS, TOPIC_KEY): ``each`` tasks of both kinds about every topic, or as many as there are turns for.

    ``sentences`` hold what turns say on integration. Turns of discovery documents are not asked about. Order of tasks and of
    options is drawn by ``seed``: the same tables and seed give the same tasks.
    """
    if each < 1:
        raise TaskError(f"{each} tasks about each topic are none; take 1 or more")
    found = _make_word_sets(topics, weights, each, seed) + _make_labels(topics, shares, sentences, each, seed)
    if not found:
        raise TaskError(f"there are {len(topics)} topics; word sets need 2 with {N_STRONGEST} terms, labels need 4")
    order = np.random.default_rng(seed).permutation(len(found))
    ids = [f"task_{i + 1:03d}" for i in range(len(found))]
    table = pd.DataFrame([found[i] for i in order]).assign(task_id=ids)
    return check(table.reindex(columns=list(TOPIC_TASKS.columns)), TOPIC_TASKS), check(table[list(TOPIC_KEY.columns)], TOPIC_KEY)


def seal_tasks(tasks, key):
    """Return {file name: bytes}: tasks.csv, key.csv and sealed.txt, which holds the SHA-256 of key.csv, as does the head of tasks.csv."""
    raw = key.to_csv(index=False, lineterminator="\n").encode()
    digest = hashlib.sha256(raw).hexdigest()
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([f"# SHA-256 of the sealed key: {digest}"])
    writer.writerow(list(TOPIC_TASKS.columns))
    shown = tasks.astype(object).where(tasks.notna(), "")
    writer.writerows([[disarm_text(str(cell)) for cell in row] for row in shown.itertuples(index=False)])
    return {
        "tasks.csv": b"\xef\xbb\xbf" + stream.getvalue().encode(),
        "key.csv": raw,
        "sealed.txt": f"{digest}  key.csv\n".encode(),
    }


def _make_word_sets(topics, weights, each, seed):
    """Return tasks on word sets as dicts: twelve of a topic's strongest terms in three sets, four of another's that are none of them."""
    ranked = weights.sort_values(["topic", "weight", "term"], ascending=[True, False, True])
    strongest = {topic: list(rows["term"].head(N_STRONGEST)) for topic, rows in ranked.groupby("topic")}
    found = []
    for number, topic in enumerate(topics["topic"]):
        draw, own = np.random.default_rng([seed, 0, number]), strongest.get(topic, [])
        foreign = {other: [term for term in terms if term not in own] for other, terms in strongest.items() if other != topic}
        foreign = [terms for _, terms in sorted(foreign.items()) if len(terms) >= SET_SIZE]
        if len(own) < 3 * SET_SIZE or not foreign:
            continue
        for _ in range(each):
            mine = np.split(draw.choice(own, 3 * SET_SIZE, replace=False), 3)
            other = draw.choice(foreign[draw.integers(len(foreign))], SET_SIZE, replace=False)
            found.append({"kind": "word_sets", "topic": topic} | _shuffle([", ".join(s) for s in (other, *mine)], draw))
    return found


def _make_labels(topics, shares, sentences, each, seed):
    """Return tasks on labels as dicts, about turns outside the discovery documents in which one topic stands out."""
    names, label = list(topics["topic"]), dict(zip(topics["topic"], topics["label"], strict=True))
    kept = shares[~shares["discovery"]].pivot(index=["document_id", "turn"], columns="topic", values="share")
    kept = kept.reindex(columns=names).sort_index()
    said = dict(list(sentences.groupby(["document_id", "turn"])))
    strongest, found = kept.to_numpy().argmax(axis=1) if len(kept) else np.zeros(0), []
    for number, topic in enumerate(names):
        draw = np.random.default_rng([seed, 1, number])
        turns = [row for row in np.flatnonzero(strongest == number) if kept.iat[row, number] >= LEAST_SHARE]
        turns = [
            row for row in turns if kept.index[row] in said and (kept.iloc[row] < MOST_OTHER * kept.iat[row, number]).sum() >= 3
        ]
        for row in draw.permutation(turns)[:each]:
            others = np.flatnonzero(kept.iloc[row] < MOST_OTHER * kept.iat[row, number])
            options = [label[topic], *(label[names[i]] for i in draw.choice(others, 3, replace=False))]
            document_id, turn = kept.index[row]
            place = {"document_id": document_id, "turn": turn, "text": _cut_text(said[document_id, turn])}
            found.append({"kind": "labels", "topic": topic} | place | _shuffle(options, draw))
    return found


def _shuffle(options, draw):
    """Return the options, of which the first is right, in a drawn order, with the letter of the right one."""
    order = draw.permutation(len(options))
    shown = {f"option_{letter}": options[i] for letter, i in zip(LETTERS, order, strict=True)}
    return shown | {"answer": LETTERS[int(np.flatnonzero(order == 0)[0])]}


def _cut_text(sentences):
    """Return the first sentences of a turn, up to ``MOST_WORDS`` words but at least one."""
    ahead = sentences["n_words"].cumsum()
    return " ".join(sentences.loc[(ahead <= MOST_WORDS) | (ahead == sentences["n_words"]), "text"])

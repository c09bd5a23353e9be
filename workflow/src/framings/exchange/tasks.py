"""Coding tasks: what a coder is shown of a drawn sentence, and the places in it that carry a code."""

import hashlib

import pandas as pd

from framings.codebook import CodebookError
from framings.masking import mask_text
from framings.sampling import hash_text
from framings.schemas import Column, Contract, check

NO_CODE = "NONE"  # chosen by the coder where no code holds: a sentence without any choice is not coded yet
NO_CODE_TITLE = "No code holds"
AROUND = 32  # characters kept before and after a marked place, by which it is found again
OPEN, CLOSE = ">>> ", " <<<"  # stand around the sentence where a tool shows a single text

TASKS = Contract(
    "tasks", "a drawn sentence as coders see it: masked, with its neighbours in the turn", ("task_id",),
    {
        "task_id": Column("text", "opaque key that coders see; the only tie to the sentence is this table"),
        "sentence_id": Column("text", "sentence"),
        "text_hash": Column("text", "hash of the sentence's unmasked text, as in codes/sample.csv"),
        "round": Column("text", "round of coding"),
        "before": Column("text", "sentence before it in the turn, masked; empty at the beginning"),
        "text": Column("text", "the sentence, masked; missing where its text is no longer the one that was drawn", missing=True),
        "after": Column("text", "sentence after it in the turn, masked; empty at the end"),
    },
)  # fmt: skip
SHOWN = ("task_id", "before", "text", "after")  # all that leaves the house

SPANS = Contract(
    "spans", "a place in the masked sentence of a task that carries a code", ("task_id", "code", "start", "end"),
    {
        "task_id": Column("text", "task"),
        "code": Column("text", "code of the codebook"),
        "start": Column("int", "first character in the masked sentence, counted in Unicode code points", low=0),
        "end": Column("int", "one past the last character", low=1),
        "quote": Column("text", "the characters between them"),
        "prefix": Column("text", f"up to {AROUND} characters before the quote"),
        "suffix": Column("text", f"up to {AROUND} characters after the quote"),
    },
)  # fmt: skip


class ExchangeError(ValueError):
    """A file of codes, or a wish, with which nothing can be done; the message is one plain sentence."""


def make_tasks(sample, sentences, masks, seed=1):
    """Return TASKS for the drawn sentences: masked, with one sentence of context each side, in an order that hides their place.

    ``sample``: SAMPLE; ``sentences``: SENTENCES of the corpus, in the order of speech; ``masks``: see ``mask_text``. The key
    of a task depends on ``seed``, sentence and text alone, so that a larger sample keeps the keys it had. No two tasks from
    the same turn follow each other as long as others can stand between them. ``text`` is missing where the sentence has
    gone or its text is no longer the one that was drawn.
    """
    sentences = sentences.drop_duplicates("sentence_id")
    turns = sentences.groupby(["document_id", "turn"], sort=False)["text"]
    shown = pd.DataFrame(
        {"text": sentences["text"], "before": turns.shift(1), "after": turns.shift(-1), "turn_id": turns.ngroup()}
    ).set_index(sentences["sentence_id"])
    tasks = sample[["sentence_id", "text_hash", "round"]].join(shown, on="sentence_id")
    keys = tasks["sentence_id"] + " " + tasks["text_hash"]
    tasks["task_id"] = [
        f"t{hashlib.sha256(f'{seed} {key}'.encode()).hexdigest()[:11]}" for key in keys
    ]  # a letter first: no number
    same = [isinstance(text, str) and hash_text(text) == old for text, old in zip(tasks["text"], tasks["text_hash"], strict=True)]
    tasks["text"] = tasks["text"].where(same, None)
    for name in ("before", "text", "after"):
        empty = None if name == "text" else ""
        tasks[name] = [mask_text(cell, masks) if isinstance(cell, str) else empty for cell in tasks[name]]
    tasks = tasks.sort_values("task_id").reset_index(drop=True)
    return check(tasks.loc[part_neighbours(tasks["turn_id"].fillna(-1)), list(TASKS.columns)], TASKS)


def part_neighbours(groups):
    """Return the positions of ``groups`` in an order in which equal groups do not follow each other, as far as that can be.

    >>> part_neighbours(["a", "a", "b", "c"])
    [0, 2, 1, 3]
    """
    order, waiting = [], []
    for position, group in enumerate(groups):
        order_group = groups[order[-1]] if order else None
        if group == order_group:
            waiting.append(position)
            continue
        order.append(position)
        for other in waiting:
            if groups[other] != group:
                waiting.remove(other)
                order.append(other)
                break
    for other in waiting:
        gaps = (
            gap
            for gap in range(len(order) + 1)
            if all(groups[near] != groups[other] for near in order[max(gap - 1, 0) : gap + 1])
        )
        order.insert(next(gaps, len(order)), other)
    return order


def list_codes(codebook):
    """Return the codes a coder chooses from as a table: code, title, family, definition; the last row is ``NO_CODE``.

    Sub-frames have their family's name; residual codes and markers have "Other codes" and "Markers".
    """
    rows = []
    for row in codebook.codes.to_dict("records"):
        family = codebook.families[row["family"]]["name"].capitalize() if row["family"] else ""
        family = f"{row['family']}: {family}" if family else {"residual": "Other codes", "marker": "Markers"}[row["kind"]]
        rows.append({"code": row["code"], "title": row["title"], "family": family, "definition": row["definition"]})
    if any(row["code"] == NO_CODE for row in rows):
        raise CodebookError(f"the codebook has a code {NO_CODE}, which stands for 'no code holds'; give it another name")
    about = "Chosen where no other code holds; a sentence without any choice counts as not coded yet."
    return pd.DataFrame([*rows, {"code": NO_CODE, "title": NO_CODE_TITLE, "family": "Other codes", "definition": about}])


def make_spans(tasks, places):
    """Return SPANS for ``places`` (task_id, code, start, end), with the quote and what stands around it."""
    texts = tasks.set_index("task_id")["text"]
    rows = []
    for place in places[["task_id", "code", "start", "end"]].to_dict("records"):
        text = texts.get(place["task_id"])
        if not isinstance(text, str) or not 0 <= place["start"] < place["end"] <= len(text):
            raise ExchangeError(f"task {place['task_id']} has no characters {place['start']} to {place['end']}; mark it again")
        rows.append(place | quote_span(text, place["start"], place["end"]))
    table = pd.DataFrame(rows, columns=list(SPANS.columns)).drop_duplicates(list(SPANS.key))
    return check(table.sort_values(list(SPANS.key)), SPANS)


def quote_span(text, start, end):
    """Return quote, prefix and suffix of a place in a text.

    >>> quote_span("one two three", 4, 7)
    {'quote': 'two', 'prefix': 'one ', 'suffix': ' three'}
    """
    return {"quote": text[start:end], "prefix": text[max(0, start - AROUND) : start], "suffix": text[end : end + AROUND]}


def render_task(task):
    """Return (text, offset): a task as a single text for tools that show but one, and where the sentence begins in it.

    >>> render_task({"before": "Good day.", "text": "We met.", "after": ""})
    ('Good day. >>> We met. <<<', 14)
    """
    head = f"{task['before']} {OPEN}" if task["before"] else OPEN
    return f"{head}{task['text']}{CLOSE}{' ' + task['after'] if task['after'] else ''}", len(head)


def list_shown(tasks):
    """Return the tasks that can be shown as dicts of what coders may see."""
    return tasks.loc[tasks["text"].notna(), list(SHOWN)].to_dict("records")


def group_spans(spans):
    """Return {task_id: [span, ...]} of a SPANS table, or of None."""
    return {} if spans is None else {key: part.to_dict("records") for key, part in spans.groupby("task_id")}

"""doccano: tasks out as JSONL, its JSONL export in, for text classification (several labels) and for sequence labelling.

doccano shows one text, so the sentence stands between marks, with its neighbours around it. Its places count code points.
Formats: https://doccano.github.io/doccano/ (an export is a zip with one JSONL file an annotator, or one of all).
"""

import json

from framings.exchange.answers import Answer
from framings.exchange.rendered import add_place, begin_answer
from framings.exchange.tasks import group_spans, list_codes, list_shown, render_task


def write_doccano(tasks, spans=None):
    """Return the bytes of a JSONL file for doccano: ``label`` is an empty list, or the SPANS as (start, end, code)."""
    marked = group_spans(spans)
    lines = []
    for task in list_shown(tasks):
        text, offset = render_task(task)
        places = marked.get(task["task_id"], [])
        line = {"text": text, "label": [[span["start"] + offset, span["end"] + offset, span["code"]] for span in places]}
        quotes = [{name: span[name] for name in ("quote", "prefix", "suffix")} for span in places]
        lines.append(line | {"task_id": task["task_id"]} | ({"quotes": quotes} if quotes else {}))
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def write_labels(codebook):
    """Return the bytes of the list of labels that doccano imports (JSON)."""
    return (json.dumps([{"text": code} for code in list_codes(codebook)["code"]], indent=1) + "\n").encode()


def read_doccano(raw, what, annotator=""):
    """Return the answers in a JSONL export of doccano, one a line; ``annotator`` is whose file it is."""
    lines = raw.decode("utf-8-sig", errors="replace").split("\n")
    return [_read_line(line, f"line {number}", annotator) for number, line in enumerate(lines, 1) if line.strip()]


def _read_line(line, place, annotator):
    """Return the answer that a line of the file gives."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        entry = None
    if not isinstance(entry, dict) or "\ufffd" in line:
        return Answer(place, "", fault="it is no JSON record in UTF-8; export it again")
    meta = entry.get("meta") if isinstance(entry.get("meta"), dict) else {}
    task_id, text = str(entry.get("task_id", meta.get("task_id", ""))), entry.get("text", entry.get("data"))
    if not isinstance(text, str):
        return Answer(place, task_id, annotator=annotator, fault="it has no text; export the project as JSONL")
    answer = begin_answer(place, task_id, text, annotator)
    for name in ("label", "labels", "entities", "cats"):
        labels = entry.get(name) or []
        for label in labels if isinstance(labels, list) else [labels]:
            _read_label(label, answer, text)
    return answer


def _read_label(label, answer, text):
    """Add a label of doccano: a name, or a place as (start, end, name) or as a record."""
    if isinstance(label, dict):
        label = [label.get("start_offset"), label.get("end_offset"), label.get("label")]
    if isinstance(label, str):
        answer.names.append(label)
    elif isinstance(label, list) and len(label) == 3 and all(type(side) is int for side in label[:2]):
        add_place(answer, str(label[2]), text, *label[:2])
    else:
        answer.fault = f"{label!r} is no label; export the project as JSONL"

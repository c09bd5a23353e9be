"""Label Studio: tasks and labelling interface out, its JSON export in.

Formats: https://labelstud.io/guide/tasks and https://labelstud.io/guide/export (JSON, not JSON-MIN). Predictions are proposals
of a machine and never read as codes. Places in a text are counted in UTF-16 units by the browser; the quote settles it.
"""

import json
from xml.etree import ElementTree

from framings.exchange.answers import Answer
from framings.exchange.offsets import place_quote
from framings.exchange.tasks import ExchangeError, group_spans, list_codes, list_shown

CHOICES, LABELS, TEXT = "codes", "places", "text"


def write_labelstudio(tasks, spans=None):
    """Return the bytes of a JSON file of tasks for Label Studio; SPANS, if any, go in as predictions."""
    marked = group_spans(spans)
    entries = []
    for task in list_shown(tasks):
        entry = {"data": task}
        if task["task_id"] in marked:
            result = [_write_place(number, span, task["text"]) for number, span in enumerate(marked[task["task_id"]])]
            entry["predictions"] = [{"model_version": "marked", "result": result}]
        entries.append(entry)
    return (json.dumps(entries, ensure_ascii=False, indent=1) + "\n").encode()


def write_interface(codebook, places=False):
    """Return the bytes of the labelling interface (XML): the codes as choices, several allowed; ``places``: also as marks on the text."""
    codes = list_codes(codebook)
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Header", value="Code the middle sentence; the others are its neighbours.")
    for name in ("before", TEXT, "after"):
        ElementTree.SubElement(view, "Text", name=name, value=f"${name}")
    kinds = [("Choices", "Choice", CHOICES, {"choice": "multiple", "showInline": "false"})]
    if places:
        kinds.append(("Labels", "Label", LABELS, {}))
    for tag, item, name, more in kinds:
        parent = ElementTree.SubElement(view, tag, name=name, toName=TEXT, **more)
        for row in codes.to_dict("records"):
            about = " ".join(row["definition"].split())
            ElementTree.SubElement(parent, item, value=f"{row['code']} {row['title']}", alias=row["code"], hint=about)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="utf-8") + b"\n"


def read_labelstudio(raw, what):
    """Return the answers in a JSON export of Label Studio, one for each annotation that was not cancelled."""
    try:
        entries = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ExchangeError(f"{what} is no JSON in UTF-8 ({error}); export it again") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ExchangeError(f"{what} is no list of tasks; export it from Label Studio as JSON")
    if entries and not any("data" in entry for entry in entries):
        raise ExchangeError(f"{what} has no 'data' in its tasks; export it from Label Studio as JSON, not JSON-MIN")
    answers = []
    for number, entry in enumerate(entries, 1):
        answers += _read_entry(entry, f"task {number}")
    return answers


def _write_place(number, span, text):
    """Return a result of Label Studio that marks a place, counted as browsers count."""
    start, end = (len(text[: span[side]].encode("utf-16-le")) // 2 for side in ("start", "end"))
    value = {"start": start, "end": end, "text": span["quote"], "labels": [span["code"]]}
    around = {"prefix": span["prefix"], "suffix": span["suffix"]}
    return {"id": f"m{number}", "from_name": LABELS, "to_name": TEXT, "type": "labels", "value": value, "meta": around}


def _read_entry(entry, place):
    """Return the answers about one task."""
    data = entry.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("task_id"), str):
        return [Answer(place, "", fault="it has no task_id; export the project with the data it was given")]
    shown = data[TEXT] if isinstance(data.get(TEXT), str) else None
    answers = []
    given = entry.get("annotations") or []
    for number, annotation in enumerate(given if isinstance(given, list) else [given], 1):
        answer = Answer(f"{place}, annotation {number}", data["task_id"], shown)
        if not isinstance(annotation, dict) or not isinstance(annotation.get("result"), list):
            answer.fault = "the annotation has no list of results; export the project again"
        elif annotation.get("was_cancelled"):
            continue
        else:
            answer.annotator = _name_annotator(annotation.get("completed_by"))
            for result in annotation["result"]:
                _read_result(result, answer)
        answers.append(answer)
    return answers


def _name_annotator(who):
    """Return the name of an annotator, whom Label Studio gives by number or as a record."""
    return str(who.get("email") or who.get("id") or "") if isinstance(who, dict) else "" if who is None else str(who)


def _read_result(result, answer):
    """Add what one result of an annotation says to the answer."""
    value = result.get("value") if isinstance(result, dict) else None
    if not isinstance(value, dict):
        answer.fault = "a result of the annotation has no value; export the project again"
    elif "choices" in value:
        answer.names += (
            [str(name) for name in value["choices"]] if isinstance(value["choices"], list) else [str(value["choices"])]
        )
    elif "labels" in value:
        start, end, quote = value.get("start"), value.get("end"), value.get("text")
        whole = isinstance(start, int) and isinstance(end, int) and answer.shown is not None
        place = place_quote(answer.shown, start, end, quote if isinstance(quote, str) else None) if whole else None
        if place is None or not isinstance(value["labels"], list):
            answer.fault = f"characters {start} to {end} of the text are not {quote!r}; mark the place again"
        else:
            answer.spans += [(str(name), *place) for name in value["labels"]]

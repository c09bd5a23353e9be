"""Codes go out to the tools of scholars and come back as they were chosen."""

import json
from xml.etree import ElementTree

import pandas as pd
import pytest
from made_tasks import CODEBOOK, CODER, choose_codes, list_pairs, write_tasks

from framings.exchange.answers import Coder
from framings.exchange.formats import FORMATS, export_tasks, import_codes, recognise_format
from framings.exchange.packing import pack_members
from framings.exchange.tasks import ExchangeError, make_spans

TASKS = write_tasks()
CHOSEN = choose_codes(TASKS)
PAIRS = sorted((task_id, code) for task_id, codes in CHOSEN.items() for code in codes)


def take(raw, name="back", **more):
    """Return what is imported from the bytes of a file."""
    return import_codes(raw, name, TASKS, CODEBOOK, CODER, **more)


def find_id(word):
    """Return the key of the first task whose sentence has a word."""
    return TASKS.loc[TASKS["text"].str.contains(word, regex=False), "task_id"].iloc[0]


def mark_words(*words):
    """Return SPANS of every place where a word stands, as RS01, and of all sentences as OS01."""
    rows = []
    for task in TASKS.to_dict("records"):
        rows.append((task["task_id"], "OS01", 0, len(task["text"])))
        for word in words:
            start = task["text"].find(word)
            rows += [(task["task_id"], "RS01", start, start + len(word))] if start >= 0 else []
    return make_spans(TASKS, pd.DataFrame(rows, columns=["task_id", "code", "start", "end"]))


def code_labelstudio(chosen=CHOSEN, places=None, who=7):
    """Return the bytes of what Label Studio exports after somebody has coded."""
    entries = json.loads(export_tasks(TASKS, CODEBOOK, "labelstudio")["labelstudio.json"])
    for number, entry in enumerate(entries, 1):
        value = {"choices": sorted(chosen.get(entry["data"]["task_id"], []))}
        result = [{"from_name": "codes", "to_name": "text", "type": "choices", "value": value}] if value["choices"] else []
        entry |= {"id": number, "annotations": [{"id": number, "completed_by": who, "was_cancelled": False, "result": result}]}
        entry["predictions"] = [{"result": [{"type": "choices", "value": {"choices": ["RS02"]}}]}]
    return json.dumps(entries).encode()


def code_doccano(chosen=CHOSEN):
    """Return the bytes of what doccano exports after somebody has coded."""
    lines = export_tasks(TASKS, CODEBOOK, "doccano")["doccano.jsonl"].decode().splitlines()
    entries = [json.loads(line) for line in lines]
    for number, entry in enumerate(entries):
        entry |= {"id": number, "label": sorted(chosen.get(entry["task_id"], [])), "Comments": []}
    return "\n".join(json.dumps(entry) for entry in entries).encode()


@pytest.mark.parametrize("format_name", FORMATS)
def test_two_exports_have_equal_bytes(format_name):
    """The same tasks give the same files, of which coders see no more than they should."""
    once, again = (export_tasks(TASKS, CODEBOOK, format_name) for _ in range(2))
    assert once == again
    name, raw = next(iter(once.items()))
    assert recognise_format(raw, name) == format_name
    assert not any(word in raw for raw in once.values() for word in (b"file-en", b"Jane", b"Arland"))


@pytest.mark.parametrize("write", [code_labelstudio, code_doccano])
def test_codes_come_back_as_chosen(write):
    """Export, coding, import: the rows are those that were chosen, with nothing to look at."""
    found = take(write())
    assert list_pairs(TASKS, found.codes) == PAIRS
    assert found.problems == []
    assert set(found.codes["codebook_version"]) == {"9.1"}
    assert set(found.codes["coder_id"]) == {"coder_a"}


def test_uncoded_is_not_none():
    """A task without a choice is no row and is told; NONE is a choice."""
    left = find_id("storm")
    for write in (code_labelstudio, code_doccano):
        found = take(write({task: codes for task, codes in CHOSEN.items() if task != left}))
        assert list_pairs(TASKS, found.codes) == [pair for pair in PAIRS if pair[0] != left]
        assert found.problems == [f"back: 1 task ({left}) is without a choice; choose a code, or NONE where none holds"]


def test_unknown_code_is_refused_with_the_nearest():
    """One sentence with a code that is none is left out, and the others stay."""
    wrong = find_id("storm")
    found = take(code_labelstudio(CHOSEN | {wrong: {"RS1", "OS01"}}))
    assert list_pairs(TASKS, found.codes) == [pair for pair in PAIRS if pair[0] != wrong]
    assert found.problems[0].endswith("annotation 1: 'RS1' is no code; did you mean RS01?")


def test_none_beside_a_code_is_refused():
    """NONE contradicts any other code."""
    wrong = find_id("storm")
    found = take(code_doccano(CHOSEN | {wrong: {"NONE", "RS01"}}))
    assert f"task {wrong} has NONE beside RS01; take one of them away" in found.problems[0]


def test_changed_text_unknown_and_double_tasks_are_refused_one_by_one():
    """Each is told where it stands; what is right stays."""
    entries = json.loads(code_labelstudio())
    shifted, foreign = entries[0]["data"], entries[1]["data"]
    shifted["text"] += " And more."
    lost = {shifted["task_id"], foreign["task_id"]}
    foreign["task_id"] = "000000000000"
    entries += [entries[2], json.loads(json.dumps(entries[3]))]
    entries[-1]["annotations"][0]["result"] = [{"value": {"choices": ["RS02", "FUN"]}}]
    lost |= {entries[3]["data"]["task_id"]}
    found = take(json.dumps(entries).encode())
    assert list_pairs(TASKS, found.codes) == [pair for pair in PAIRS if pair[0] not in lost]
    told = "\n".join(found.problems)
    assert "task 1, annotation 1: the text of task" in told
    assert "'000000000000' is not in the sample" in told
    assert "more than once with the same codes; taken once" in told
    assert "coded more than once and differently" in told
    assert "of the sample not in the file" in told


def test_text_that_changed_at_home_is_refused():
    """A task whose sentence has another text by now takes no codes."""
    tasks = TASKS.copy()
    tasks.loc[0, "text"] = None
    found = import_codes(code_labelstudio(), "back", tasks, CODEBOOK, CODER)
    assert "has changed since it was drawn; draw and code it anew" in found.problems[0]
    assert found.codes["sentence_id"].nunique() == len(TASKS) - 1


def test_codes_of_one_of_several_annotators_are_taken():
    """Where two have coded in one project, the caller says whose codes to take."""
    entries = json.loads(code_labelstudio())
    other = json.loads(code_labelstudio({task: {"FUN"} for task in CHOSEN}, who={"id": 9, "email": "b@example.org"}))
    for entry, twin in zip(entries, other, strict=True):
        entry["annotations"] += twin["annotations"]
    raw = json.dumps(entries).encode()
    with pytest.raises(ExchangeError, match=r"work of 2 annotators \(7, b@example.org\); say whose codes to take"):
        take(raw)
    assert list_pairs(TASKS, take(raw, annotator="7").codes) == PAIRS
    assert set(take(raw, annotator="b@example.org").codes["code"]) == {"FUN"}
    with pytest.raises(ExchangeError, match="holds no codes by 'x'"):
        take(raw, annotator="x")


def test_zip_of_doccano_holds_one_file_an_annotator():
    """doccano packs an export; the name of the file is the annotator."""
    raw = pack_members({"anna.jsonl": code_doccano(), "ben.jsonl": code_doccano({task: {"FUN"} for task in CHOSEN})})
    assert list_pairs(TASKS, take(raw, annotator="anna").codes) == PAIRS


def test_places_marked_for_label_studio_come_back():
    """Marks go out in the units of a browser with their quote, and come back in code points."""
    spans = mark_words("storm", "home", "said")
    entries = json.loads(export_tasks(TASKS, CODEBOOK, "labelstudio", spans)["labelstudio.json"])
    for entry in entries:
        for result in entry["predictions"][0]["result"]:
            start, end = result["value"]["start"] * 2, result["value"]["end"] * 2
            assert entry["data"]["text"].encode("utf-16-le")[start:end].decode("utf-16-le") == result["value"]["text"]
        entry["annotations"] = entry.pop("predictions")
    found = take(json.dumps(entries).encode())
    assert found.problems == []
    assert found.spans.equals(spans)
    value = entries[0]["annotations"][0]["result"][0]["value"]
    value["start"], value["end"] = value["start"] + 1, value["end"] + 1
    found = take(json.dumps(entries).encode())
    assert len(found.codes["sentence_id"].unique()) == len(TASKS) - 1
    assert "mark the place again" in found.problems[0]


def test_places_marked_for_doccano_come_back():
    """Marks of sequence labelling, as triples or as records, come back as they were."""
    spans = mark_words("storm", "home", "said")
    raw = export_tasks(TASKS, CODEBOOK, "doccano", spans)["doccano.jsonl"]
    entries = [json.loads(line) for line in raw.decode().splitlines()]
    quotes = {(task, quote) for task, quote in zip(spans["task_id"], spans["quote"], strict=True)}
    assert {(entry["task_id"], entry["text"][start:end]) for entry in entries for start, end, _ in entry["label"]} == quotes
    assert take(raw).spans.equals(spans)
    for entry in entries:
        entry["entities"] = [{"start_offset": start, "end_offset": end, "label": code} for start, end, code in entry.pop("label")]
    found = take("\n".join(map(json.dumps, entries)).encode())
    assert found.spans.equals(spans)
    assert found.problems == []


def test_mark_outside_the_sentence_is_refused():
    """A mark that lies in the context says nothing about the sentence."""
    entries = [json.loads(line) for line in code_doccano().decode().splitlines()]
    entry = next(entry for entry in entries if not entry["text"].startswith(">>>"))
    entry["label"] = [[0, 2, "RS01"]]
    found = take("\n".join(map(json.dumps, entries)).encode())
    assert "'RS01' marks characters 0 to 2, which are not in the sentence" in found.problems[0]


def test_interface_offers_every_code_and_none():
    """The labelling interface has a choice for each code, several allowed."""
    interface = export_tasks(TASKS, CODEBOOK, "labelstudio", mark_words("storm"))["labelstudio-interface.xml"]
    view = ElementTree.fromstring(interface)
    assert view.find("Choices").get("choice") == "multiple"
    assert [choice.get("alias") for choice in view.iter("Choice")] == ["RS01", "RS02", "OS01", "FUN", "warm", "NONE"]
    assert [label.get("alias") for label in view.iter("Label")] == ["RS01", "RS02", "OS01", "FUN", "warm", "NONE"]
    assert {text.get("value") for text in view.iter("Text")} == {"$before", "$text", "$after"}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"[{]", "is no JSON in UTF-8"),
        (b"[" * 100_000, "is no JSON in UTF-8"),
        (b"[1, 2]", "is no list of tasks"),
        (b'[{"id": 1, "text": "a", "codes": "RS01"}]', "not JSON-MIN"),
        (b"<CodeBook xmlns='urn:QDA-XML:codebook:1.0'/>", "is a codebook, not a file of codes"),
        (b"\xd0\xcf\x11\xe0 old", "save it as .xlsx"),
        (b"\0\1\2\3", "is no file that a tool for coding makes"),
        (b"PK\3\4 broken", "is no whole zip file"),
        (pack_members({"a.txt": b"a"}), "is a zip file with neither"),
        (b"", "has no column task_id"),
    ],
)
def test_file_that_is_none_is_refused_in_a_sentence(raw, told):
    """What holds no codes is refused as a whole, with what it is and the cure."""
    with pytest.raises(ExchangeError, match=f"back .*{told}|back.*{told}"):
        take(raw)


def test_odd_entries_are_refused_one_by_one():
    """Entries of the wrong shape are told; the others stay."""
    entries = json.loads(code_labelstudio())
    odd = [{"data": None}, {"data": {"task_id": TASKS["task_id"][0]}, "annotations": [5, {"result": [None]}]}]
    found = take(json.dumps([*odd, *entries]).encode())
    assert list_pairs(TASKS, found.codes) == PAIRS
    assert len(found.problems) == 3
    lines = code_doccano() + b'\n5\n{"text": 3}\n{"text": "a", "label": [[1]]}\n\xff\n'
    found = take(lines)
    assert list_pairs(TASKS, found.codes) == PAIRS
    assert len(found.problems) == 4


@pytest.mark.parametrize(
    ("coder", "told"),
    [
        (Coder("../a", "human_trained", "2020-01-01"), "is no name for a coder"),
        (Coder("coder_a", "robot", "2020-01-01"), "is no kind of coder"),
        (Coder("coder_a", "human_trained", "1.1.2020"), "is no day of coding"),
        (Coder("coder_a", "language_model", "2020-01-01"), "state its model"),
        (Coder("coder_a", "human_expert", "2020-01-01", "fr"), "is no language"),
    ],
)
def test_coder_is_checked_before_anything_is_read(coder, told):
    """Who coded is given by the caller and must be usable."""
    with pytest.raises(ExchangeError, match=told):
        import_codes(b"", "back", TASKS, CODEBOOK, coder)

"""REFI-QDA projects go out with every selection in its place, and come back from any tool."""

import io
import json
import time
import zipfile
from xml.etree import ElementTree

import pandas as pd
import pytest
from made_tasks import CODEBOOK, CODER, choose_codes, list_pairs, write_tasks

from framings.exchange.formats import export_tasks, import_codes
from framings.exchange.packing import pack_members, repack
from framings.exchange.refi import make_guid, write_qdpx
from framings.exchange.tasks import ExchangeError, make_spans

Q = "{urn:QDA-XML:project:1.0}"
TASKS = write_tasks()
CHOSEN = choose_codes(TASKS)
PAIRS = sorted((task_id, code) for task_id, codes in CHOSEN.items() for code in codes)


def take(raw, **more):
    """Return what is imported from the bytes of a project."""
    return import_codes(raw, "back", TASKS, CODEBOOK, CODER, **more)


def mark_everything():
    """Return SPANS of every pair of neighbouring characters and of every whole sentence."""
    rows = []
    for task in TASKS.to_dict("records"):
        length = len(task["text"])
        rows += [(task["task_id"], "RS01", start, start + 2) for start in range(length - 1)]
        rows += [(task["task_id"], code, 0, length) for code in ("RS02", "OS01")]
    return make_spans(TASKS, pd.DataFrame(rows, columns=["task_id", "code", "start", "end"]))


def change_project(change, raw=None):
    """Return a project after ``change`` (element tree, {name: bytes}) was done to it."""
    members = repack(raw or code_project())
    tree = ElementTree.fromstring(members["project.qde"])
    change(tree, members)
    members["project.qde"] = ElementTree.tostring(tree, encoding="utf-8")
    return pack_members(members)


def code_project(whole=False):
    """Return a project in which a coder has marked the sentence of each task, or coded its whole source."""
    members = repack(write_qdpx(TASKS, CODEBOOK))
    tree = ElementTree.fromstring(members["project.qde"])
    user = tree.find(f"{Q}Users/{Q}User").get("guid")
    for source in tree.iter(f"{Q}TextSource"):
        text = members[source.get("plainTextPath").replace("internal://", "sources/")].decode()
        place = {"startPosition": str(text.find(">>> ") + 4), "endPosition": str(text.rfind(" <<<")), "guid": make_guid(text)}
        parent = source if whole else ElementTree.SubElement(source, f"{Q}PlainTextSelection", place)
        for code in sorted(CHOSEN[source.get("name")]):
            coding = ElementTree.SubElement(parent, f"{Q}Coding", guid=make_guid(text, code), creatingUser=user)
            ElementTree.SubElement(coding, f"{Q}CodeRef", targetGUID="{" + make_guid("code", code).upper() + "}")
    return pack_members(members | {"project.qde": ElementTree.tostring(tree, encoding="utf-8")})


@pytest.mark.parametrize("whole", [False, True])
def test_codes_in_a_project_come_back(whole):
    """Marked sentences or coded sources: the rows are those that were chosen."""
    found = take(code_project(whole))
    assert list_pairs(TASKS, found.codes) == PAIRS
    assert found.problems == []


def test_every_exported_selection_cut_from_its_source_is_the_quote():
    """All selections, over emoji, line ends of two characters, Cyrillic and combining marks, hold what was coded."""
    spans = mark_everything()
    members = repack(write_qdpx(TASKS, CODEBOOK, spans))
    tree = ElementTree.fromstring(members["project.qde"])
    n_equal = n_codings = 0
    for source in tree.iter(f"{Q}TextSource"):
        text = members[source.get("plainTextPath").replace("internal://", "sources/")].decode()
        for selection in source.iter(f"{Q}PlainTextSelection"):
            start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
            told = json.loads(selection.find(f"{Q}Description").text)
            assert text[start:end] == told["quote"]
            assert text[:start].endswith(told["prefix"]) and text[end:].startswith(told["suffix"])
            n_equal += 1
            n_codings += len(selection.findall(f"{Q}Coding"))
    assert n_codings == len(spans)
    assert n_equal == len(spans[["task_id", "start", "end"]].drop_duplicates()) > 280
    found = take(write_qdpx(TASKS, CODEBOOK, spans))
    assert found.spans.equals(spans)
    assert found.problems == []


@pytest.mark.parametrize("units", ["utf-16", "joined", "both"])
def test_other_ways_of_counting_are_told_by_the_quote(units):
    """A tool that counts UTF-16 units, or a line end as one character, marks the same places."""
    spans = mark_everything()

    def count(text):
        text = text if units == "utf-16" else text.replace("\r\n", "\n")
        return len(text) if units == "joined" else len(text.encode("utf-16-le")) // 2

    def change(tree, members):
        for source in tree.iter(f"{Q}TextSource"):
            text = members[source.get("plainTextPath").replace("internal://", "sources/")].decode()
            for selection in source.iter(f"{Q}PlainTextSelection"):
                for side in ("startPosition", "endPosition"):
                    selection.set(side, str(count(text[: int(selection.get(side))])))

    lines = spans["quote"].str.contains("[\r\n]") & (units != "utf-16")  # a place inside such a line end has no number there
    found = take(change_project(change, write_qdpx(TASKS, CODEBOOK, spans[~lines])))
    assert found.problems == []
    assert found.spans.equals(spans[~lines].reset_index(drop=True))


def test_name_of_a_selection_settles_how_it_was_counted():
    """Without our description, a name that is the quote tells the unit; any other name leaves code points, the end not included."""
    task = TASKS[TASKS["text"].str.contains("said [person]", regex=False)].iloc[0]
    start = task["text"].index("said")
    spans = make_spans(TASKS, pd.DataFrame([{"task_id": task["task_id"], "code": "RS01", "start": start, "end": start + 4}]))

    def change(name, shift):
        def rename(tree, members):
            selection = next(tree.iter(f"{Q}PlainTextSelection"))
            selection.remove(selection.find(f"{Q}Description"))
            selection.set("name", name)
            for side in ("startPosition", "endPosition"):
                selection.set(side, str(int(selection.get(side)) + shift))

        return take(change_project(rename, write_qdpx(TASKS, CODEBOOK, spans))).spans["quote"].to_list()

    assert change("said", 2) == ["said"]  # two emoji before it take two units each
    assert change("my selection", 0) == ["said"]
    assert change("my selection", 2) == ["id ["]


def test_shifted_selection_is_refused_and_the_others_stay():
    """A selection whose characters are not its quote is told with file, source, code and cure."""
    spans = mark_everything()
    spans = spans[spans["code"] == "OS01"]

    def change(tree, members):
        selection = next(tree.iter(f"{Q}PlainTextSelection"))
        for side in ("startPosition", "endPosition"):
            selection.set(side, str(int(selection.get(side)) - 2))

    found = take(change_project(change, write_qdpx(TASKS, CODEBOOK, spans)))
    first = TASKS["task_id"].iloc[0]
    assert found.codes["sentence_id"].nunique() == len(TASKS) - 1
    assert found.problems[0].startswith(f"back, source '{first}': the selection of 'OS01 Home', characters ")
    assert found.problems[0].endswith("mark the place again")
    assert len(found.problems) == 1


def test_shifted_source_is_refused_and_the_others_stay():
    """A source whose sentence was edited, or whose marks are gone, is left out."""

    def change(tree, members):
        names = sorted(name for name in members if name.startswith("sources/"))
        members[names[0]] = members[names[0]].replace(b" <<<", b"! <<<")
        members[names[1]] = b"Another text."

    found = take(change_project(change))
    assert found.codes["sentence_id"].nunique() == len(TASKS) - 2
    told = "\n".join(found.problems)
    assert "is not the one that was exported" in told
    assert "the marks >>> and <<< around the sentence are gone" in told


def test_project_of_another_tool_is_read():
    """A mark of byte order, names with .txt, texts inside the XML, other folders' capitals, memos and further users do no harm."""

    def change(tree, members):
        tree.set("origin", "Another tool 3")
        ElementTree.SubElement(tree.find(f"{Q}Users"), f"{Q}User", guid=make_guid("b"), name="B")
        ElementTree.SubElement(ElementTree.SubElement(tree, f"{Q}Notes"), f"{Q}Note", guid=make_guid("n"))
        for number, source in enumerate(tree.iter(f"{Q}TextSource")):
            source.set("name", source.get("name").upper() + ".txt")
            name = source.get("plainTextPath").replace("internal://", "sources/")
            raw = members.pop(name)
            if number % 2 and b"\r" not in raw:
                ElementTree.SubElement(source, f"{Q}PlainTextContent").text = raw.decode()
                del source.attrib["plainTextPath"]
            else:
                members[name.replace("sources/", "Sources/")] = b"\xef\xbb\xbf" + raw + b"\r\n"

    found = take(change_project(change))
    assert list_pairs(TASKS, found.codes) == PAIRS
    assert found.problems == []


def test_project_of_two_coders_gives_the_one_who_is_asked_for():
    """Users of a project are annotators."""

    def change(tree, members):
        ElementTree.SubElement(tree.find(f"{Q}Users"), f"{Q}User", guid=make_guid("b"), name="B")
        coding = ElementTree.SubElement(next(tree.iter(f"{Q}TextSource")), f"{Q}Coding", creatingUser=make_guid("b"))
        ElementTree.SubElement(coding, f"{Q}CodeRef", targetGUID=make_guid("code", "warm"))

    raw = change_project(change)
    with pytest.raises(ExchangeError, match=r"2 annotators \(B, coder\)"):
        take(raw)
    assert list_pairs(TASKS, take(raw, annotator="coder").codes) == PAIRS
    assert list_pairs(TASKS, take(raw, annotator="B").codes) == [(TASKS["task_id"].iloc[0], "warm")]


def test_project_and_codebook_are_read_by_their_models(tmp_path):
    """What is written keeps the models made from the schemas of the standard."""
    from pyrefiqda import RefiCodebook, RefiProject

    files = export_tasks(TASKS, CODEBOOK, "refi")
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    project = RefiProject.load(tmp_path / "tasks.qdpx", extract_dir=tmp_path / "out")
    assert [source.name for source in project.sources.text_source] == list(TASKS["task_id"])
    book = RefiCodebook.load(tmp_path / "codebook.qdc")
    assert next(code.name for folder in book.codes.code for code in folder.code) == "RS01 Storm, and shelter"
    assert [folder.is_codable for folder in book.codes.code] == [False] * 4


def write_bomb():
    """Return a project whose source unpacks to 60 MB."""
    return change_project(lambda tree, members: members.update({"sources/a.txt": b" " * 60_000_000}))


def write_project(xml):
    """Return a project with this XML."""
    return pack_members({"project.qde": xml})


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (write_project(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><Project>&b;</Project>'), "declares DOCTYPE"),
        (write_project(b"<Project>"), "is no whole XML"),
        (write_project(b"<a/>"), "is no project of REFI-QDA"),
        (write_project(b"<a>" * 200_000 + b"</a>" * 200_000), "is no"),
        (write_project(b'<?xml version="1.0" encoding="utf-7"?><a/>'), "is no XML in UTF-8"),
        (pack_members({"a.qde": b"<a/>", "b.qde": b"<a/>"}), "holds 2 projects"),
        (pack_members({"x/a.qde": b"<a/>"}), "holds 0 projects"),
        (pack_members({"a.qde": b"<a/>"} | {f"sources/{number}": b"" for number in range(20_001)}), "more than 20,000 entries"),
        (write_bomb(), "unpacks to more than|as a bomb does"),
    ],
)
def test_hostile_project_is_refused_at_once(raw, told):
    """Entities, bombs and files that are no project are refused in a sentence, within two seconds."""
    began = time.perf_counter()
    with pytest.raises(ExchangeError, match=told):
        take(raw)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "path", ["internal://../project.qde", "internal:///etc/hostname", "relative://a.txt", "file:///etc/hostname"]
)
def test_path_that_leads_elsewhere_is_not_followed(path, tmp_path, monkeypatch):
    """A source can name a text among the sources and nothing else; nothing is unpacked to disk."""
    monkeypatch.chdir(tmp_path)
    found = take(change_project(lambda tree, members: next(tree.iter(f"{Q}TextSource")).set("plainTextPath", path)))
    assert f"its text {path!r} is not among the sources of the project" in found.problems[0]
    assert found.codes["sentence_id"].nunique() == len(TASKS) - 1
    assert not list(tmp_path.iterdir())


def test_broken_members_are_refused_one_by_one():
    """A selection without numbers, a code that is in no codebook, a text that is none: each is told, the others stay."""

    def change(tree, members):
        selections = list(tree.iter(f"{Q}PlainTextSelection"))
        selections[0].set("startPosition", "-1")
        selections[1].set("endPosition", "9" * 4000)
        next(selections[2].iter(f"{Q}CodeRef")).set("targetGUID", make_guid("nothing"))
        last = list(tree.iter(f"{Q}TextSource"))[-1]
        members[last.get("plainTextPath").replace("internal://", "sources/")] = b"\xff\xfe\xfd"

    found = take(change_project(change))
    assert found.codes["sentence_id"].nunique() == len(TASKS) - 4
    assert len(found.problems) == 4


def test_project_has_no_day_and_no_order_of_chance():
    """Members have one old date and stand in the order of the tasks."""
    with zipfile.ZipFile(io.BytesIO(export_tasks(TASKS, CODEBOOK, "refi")["tasks.qdpx"])) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "project.qde"
        assert b"DateTime" not in archive.read("project.qde")

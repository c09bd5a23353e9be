"""Checking a corpus: every fault is found, each in a line with its place and its cure."""

import hashlib
import re
from random import Random

import pandas as pd
import pytest
from made_corpora import TALK, make_row, write_corpus, write_register
from made_pages import write_page

from framings.checking import check_corpus, find_corpus, sum_up
from framings.cli import main
from framings.faults import collect_faults
from framings.schemas import CODED


@pytest.fixture
def corpus(tmp_path):
    """A corpus with one document whose page is at hand, and nothing wrong."""
    folder = write_corpus(tmp_path, [make_row(sha256=hashlib.sha256(write_page(TALK)).hexdigest())])
    (folder / "pages/101.html").write_bytes(write_page(TALK))
    (folder / "speakers.csv").write_text(
        "\n".join(line for line in (folder / "speakers.csv").read_text(encoding="utf-8").splitlines() if ",2014-12-31" not in line)
        + "\n", encoding="utf-8",
    )  # fmt: skip
    return folder


def check(folder):
    """Return the findings on a corpus as lines."""
    return [str(finding) for finding in check_corpus(folder.parents[2], folder, folder / "pages")]


def append(path, *lines):
    """Append lines to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def test_a_corpus_without_fault_is_fine(corpus, capsys):
    """Exit code 0 and one sentence; offices for other years are no fault of it."""
    lines = check(corpus)
    assert all(line.startswith("note") and "held on the day of no document" in line for line in lines), lines
    assert main(["check"], root=corpus.parents[2]) == 0
    assert "stops the workflow" in capsys.readouterr().out
    assert sum_up([], "garden") == "The corpus garden is fine."


def test_all_faults_of_a_table_are_told_each_with_its_row(corpus):
    """Not only the first, and rows as they stand in the file."""
    rows = [
        make_row(101), make_row(102, date="May"), make_row(103, language="de"), make_row(104, page="../x.html"), make_row(101, page="1.html"),
        make_row(106, title=""), make_row(107, event_type="party"), make_row(108, sha256="abc"),
    ]  # fmt: skip
    (corpus / "documents.csv").write_bytes(write_register(rows))
    stops = [line for line in check(corpus) if line.startswith("STOPS")]
    places = sorted(re.search(r"documents.csv, row (\d+), column '(\w+)'", line).groups() for line in stops)
    assert places == [
        ("3", "date"), ("4", "language"), ("5", "page"), ("6", "document_id"), ("7", "title"), ("8", "event_type"), ("9", "sha256"),
    ]  # fmt: skip


def test_faults_of_all_files_are_told_at_once(corpus, capsys):
    """Settings, register, corrections, people, stages, relevance, hypotheses."""
    root = corpus.parents[2]
    append(root / "config.yaml", "topcs: {}")
    append(corpus / "corrections.csv", "kremlin-en-999,date,2017-10-11,why", "kremlin-en-101,colour,red,why")
    append(corpus / "speakers.csv", "ann-poe,Ann Poe,,,2015,,,,", "bob-poe,Jane Doe,,,,,,,")
    append(corpus / "stages.csv", "ST9,Late,2016-01-01,2016-02-01,invented", "ST8,Later,tomorrow,,invented")
    append(corpus / "relevance.csv", "de,garten*,invented")
    append(corpus / "documents.csv", "x")
    said = "\n".join(check(corpus))
    for piece in (
        "config.yaml: config key 'topcs' is unknown; did you mean 'topics'?", "corrections.csv, row 2, column 'document_id'",
        "corrections.csv, row 3, column 'field'", "speakers.csv, row 15, column 'start'", "speakers.csv, row 16, column 'name'",
        "stages.csv, row 6", "stages.csv, row 7", "relevance.csv, row 8, column 'language'", "documents.csv, row 3",
    ):  # fmt: skip
        assert piece in said, f"{piece}\n{said}"
    assert main(["check"], root=root) == 1
    assert "would stop the workflow" in capsys.readouterr().out


def test_files_that_are_absent_or_unreadable_are_told(corpus):
    """Each with what it is."""
    (corpus / "stages.csv").unlink()
    (corpus / "relevance.csv").write_bytes(b"\xff\xfe\x00")
    (corpus / "corrections.csv").write_text("document_id,field\n", encoding="utf-8")
    said = "\n".join(check(corpus))
    for piece in ("stages.csv: it is not there", "relevance.csv", "corrections.csv: column 'value' is absent"):
        assert piece in said
    assert "BytesIO" not in said


def test_pages_missing_changed_refused_and_stray_are_told(corpus):
    """None of them stops the workflow; each has its cure."""
    append(corpus / "documents.csv", *write_register([
        make_row(102), make_row(103), make_row(104, sha256="a" * 64), make_row(105), make_row(106, date="2015-01-01"),
    ]).decode().splitlines()[1:])  # fmt: skip
    for number, raw in ((104, write_page(TALK, 104)), (105, write_page(TALK, 999)), (106, write_page(TALK, 106))):
        (corpus / f"pages/{number}.html").write_bytes(raw)
    (corpus / "pages/stray.html").write_bytes(b"x")
    lines = check(corpus)
    assert not any(line.startswith("STOPS") for line in lines)
    said = "\n".join(lines)
    for piece in (
        "2 of 6 pages are missing: kremlin-en-102 (102.html), kremlin-en-103 (103.html)", "fetch_pages", "framings add",
        "row 5 is left out: kremlin-en-104: 104.html is not the page registered", "row 6 is left out: kremlin-en-105",
        "row 7 is left out: kremlin-en-106: the page is dated 2017-10-11, the register says 2015-01-01",
        "1 file without a registered document: stray.html",
    ):  # fmt: skip
        assert piece in said, f"{piece}\n{said}"


def test_a_document_registered_twice_is_told(corpus):
    """Under another form of its address, or with another's page."""
    other = make_row(
        102, document_id="kremlin-en-102", url="https://en.special.kremlin.ru/events/councils/101/print", page="101.html"
    )
    append(corpus / "documents.csv", write_register([other]).decode().splitlines()[1])
    said = "\n".join(check(corpus))
    assert "row 3, column 'url'" in said
    assert "is the address of kremlin-en-101, not of kremlin-en-102, which is registered too" in said
    assert "row 3, column 'page': 101.html is that of row 2 too" in said


def test_labels_of_the_last_run_and_names_that_look_alike_are_told(corpus):
    """With the nearest names; Cyrillic letters in a Latin name are found."""
    results = corpus.parents[2] / "results/garden"
    results.mkdir(parents=True)
    table = {"label": ["Max Rau"], "n_turns": [3], "n_documents": [1], "nearest": ["Max Ray Roe"], "example": ["kremlin-en-101"]}
    pd.DataFrame(table).to_parquet(results / "unresolved.parquet")
    append(corpus / "speakers.csv", "jane-two,J\u0430ne Doe,,,,,,,")
    said = "\n".join(check(corpus))
    assert (
        "nobody answers to the label 'Max Rau' (3 turns in the last run, e.g. kremlin-en-101); known and near: Max Ray Roe"
        in said
    )
    assert "mixed scripts" in said


def test_documents_outside_all_stages_are_counted(corpus):
    """By year."""
    append(corpus / "documents.csv", write_register([make_row(102, date="1999-05-05")]).decode().splitlines()[1])
    assert any("1 document in no stage (1 of 1999)" in line for line in check(corpus))


def test_coders_of_an_older_codebook_are_told(corpus):
    """A note names coder, codes, both versions and the cure; it goes once the sentences are coded from the newer codebook."""
    book = corpus.parents[1] / "reference/codebook.yaml"
    told = "ann,human_trained,2.1.0,1,en,,,2026-12-01"
    (corpus / "codes").mkdir()
    path = corpus / "codes/ann.csv"
    path.write_text(",".join(CODED.columns) + f"\nd1:t000:s00,abc,RS01,{told}\nd1:t000:s01,abd,NONE,{told}\n", encoding="utf-8")
    before = check(corpus)
    assert not any("ann" in line for line in before)
    text = book.read_text(encoding="utf-8").replace("version: 2.1.0", "version: 2.2.0", 1)
    book.write_text(text.replace("      - id: RS12\n", '      - id: RS12\n        since: "2.2.0"\n', 1), encoding="utf-8")
    (line,) = set(check(corpus)) - set(before)
    assert line.startswith(
        f"note   {path}: ann coded 2 sentences from version 2.1.0 of the codebook and was not asked for RS12 (since 2.2.0), "
    )
    assert (
        "nor therefore for RS_any, RS_brake, PRUDENCE, which need it" in line and "framings code export --corpus garden" in line
    )
    path.write_text(path.read_text(encoding="utf-8").replace("2.1.0", "2.2.0"), encoding="utf-8")
    assert check(corpus) == before
    append(path, "d1:t000:s02,abe,RS01,ann,nobody,2.2.0,1,en,,,2026-12-01")
    assert any(line.startswith("STOPS") and "ann.csv, row 4" in line and "coder_kind" in line for line in check(corpus))


def test_a_simulated_corpus_takes_no_documents(corpus):
    """Its register is written by a rule."""
    (corpus / "design.yaml").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="simulated"):
        find_corpus(corpus.parents[2], {"corpus": "garden", "pages": ""})


def test_damaged_files_never_bring_the_command_down(corpus, capsys):
    """Cut, overwritten, with other separators, with an open quotation mark: a sentence each time."""
    random = Random(1)
    for path in (*sorted(corpus.glob("*.*")), corpus.parents[2] / "config.yaml"):
        whole = path.read_bytes()
        noise = bytearray(whole)
        for _ in range(5):
            noise[random.randrange(len(noise))] = random.randrange(256)
        damaged = (whole[: random.randrange(len(whole))], bytes(noise), whole.replace(b",", b";"), b'"' + whole)
        path.write_bytes(random.choice(damaged))
        assert main(["check"], root=corpus.parents[2]) in (0, 1), path
        assert "Traceback" not in capsys.readouterr().err
        path.write_bytes(whole)


def test_a_reader_that_finds_no_row_ends_the_search(tmp_path):
    """A sentence without a row is told once."""
    (tmp_path / "x.csv").write_text("a\n1\n", encoding="utf-8")

    def read(file, name):
        raise ValueError("nothing fits")

    table, findings = collect_faults(tmp_path / "x.csv", read)
    assert table is None
    assert [finding.sentence for finding in findings] == [f"{tmp_path / 'x.csv'}: nothing fits"]

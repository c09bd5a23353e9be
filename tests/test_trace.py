"""Facts about walks from numbers of the report to paragraphs and pages, on the small simulated corpus."""

import json
import shutil

import pandas as pd
import pytest

from framings.cli import main
from framings.entries import ENTRY, count_over, select_rows
from framings.steps import find_maker, read_steps
from framings.storage import hash_file, read_tables
from framings.tracing import Results, TraceError, trace_number

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(built):
    """The results of the small simulated corpus."""
    return Results(built.folder, "demo")


def pick(results, table, column, **cells):
    """Return the name of a number of a table and column whose row has the given cells and a number."""
    for name, entry in results.numbers.items():
        if (entry["table"], entry["column"], entry["how"]) == (table, column, "cell") and entry["value"]:
            row = results.table(entry["file"]).iloc[entry["row"]]
            if all(row[key] == cell for key, cell in cells.items()) and row.get("n_coded", 1) > 0:
                return name
    raise AssertionError(f"no number of {table}, {column}")


def test_every_number_is_an_entry_with_rule_file_row_and_column(built, results):
    """The columns are those of the contract; the cell or the count is the value, and the released CSV has the same row."""
    for name, entry in results.numbers.items():
        assert set(entry) == set(ENTRY), name
        table = results.table(entry["file"])
        found = (
            count_over(table, entry["how"], entry["column"], entry["where"])
            if entry["row"] < 0
            else table[entry["column"]][entry["row"]]
        )
        assert found == pytest.approx(entry["value"], abs=1e-6), name
        assert entry["rule"] in results.steps and (results.folder / entry["csv"]).exists()
    some = results.numbers[pick(results, "prevalence", "share", stage_id="all")]
    released = pd.read_csv(results.folder / some["csv"])
    assert released["share"][some["row"]] == pytest.approx(some["value"], abs=1e-4)


def test_rules_read_as_text_are_those_of_snakemake(built):
    """Each file of the results that Snakemake lists is made by the rule that the reading of the rule files names."""
    summary = built.run("--detailed-summary").stdout.splitlines()
    heads = summary[0].split("\t")
    file, rule = heads.index("output_file"), heads.index("rule")
    steps, seen = read_steps(built.folder), 0
    for line in summary[1:]:
        cells = line.split("\t")
        if cells[file].endswith(".parquet"):
            assert find_maker(steps, cells[file]) == cells[rule], cells[file]
            seen += 1
    assert seen > 30


def test_three_numbers_lead_to_three_paragraphs(results):
    """A share, a contrast and a count: made again they are equal, sentences stand in their paragraphs, pages have their fingerprint."""
    names = [
        pick(results, "prevalence", "share", coder_id="corrected", stage_id="all"),
        pick(results, "assessments", "estimate", coder_id="corrected", test="difference"),
        "relevant.n_sentences",
    ]
    paragraphs = results.table("paragraphs/*.parquet").set_index(["document_id", "paragraph"])["text"]
    for name in names:
        walk = trace_number(results, name, 2)
        assert all(check["equal"] for check in walk["checks"]), name
        assert any("made again" in check["what"] or "counted over" in check["what"] for check in walk["checks"])
        sentence = walk["sentences"][0]
        text = paragraphs[sentence["page"]["document_id"], sentence["paragraph"]]
        assert text[sentence["start"] : sentence["end"]] == sentence["text"]
        page = results.root / sentence["page"]["file"]
        assert hash_file(page) == sentence["page"]["sha256"] == sentence["page"]["registered_sha256"]
        rules = [walk["step"]["rule"], *(step["rule"] for step in walk["steps"])]
        assert {"split_sentences", "segment_turns", "parse_documents"} <= set(rules)
        assert all(f"workflow/scripts/{step['rule']}.py" in step["code"] and step["sha256"] for step in walk["steps"])


def test_the_turns_of_a_share_add_up_to_it(results):
    """n and k over the listed turns are those of its row; the dictionary's sentences are as many as k."""
    shares = read_tables(results.folder / "prevalence.parquet")
    row = select_rows(shares, {"coder_id": ["dictionary"], "stage_id": ["all"], "share": "present"}).query("n_coded > 3").index[0]
    walk = trace_number(results, f"prevalence:{row}:share")
    talk, code = walk["talk"], shares["code"][row]
    assert sum(turn["n_sentences"] for turn in talk["turns"]) == shares["n_sentences"][row]
    assert sum(turn[code] for turn in talk["turns"]) == shares["n_coded"][row] == talk["n_coded"][code]
    assert walk["sentences"] and all(sentence["matches"] for sentence in walk["sentences"])
    assert any(check["what"].startswith(f"sentences that carry {code}") and check["equal"] for check in walk["checks"])


def test_what_was_changed_is_noticed(built, results, tmp_path):
    """A share altered in its table, a paragraph, and a byte of a page: the walk names each, and the command ends with 1."""
    copy = tmp_path / "checkout"
    shutil.copytree(built.folder, copy, ignore=shutil.ignore_patterns("figures", ".snakemake"))
    name = pick(results, "prevalence", "share", coder_id="corrected", stage_id="all")
    entry = results.numbers[name]
    sentence = trace_number(results, name, 1)["sentences"][0]
    shares = pd.read_parquet(copy / "results/demo/prevalence.parquet")
    shares.loc[entry["row"], "share"] += 0.01
    shares.to_parquet(copy / "results/demo/prevalence.parquet")
    path = copy / "results/demo/paragraphs/00.parquet"
    paragraphs = pd.read_parquet(path)
    here = (paragraphs["document_id"] == sentence["page"]["document_id"]) & (paragraphs["paragraph"] == sentence["paragraph"])
    paragraphs.loc[here, "text"] = "Another text."
    paragraphs.to_parquet(path)
    page = copy / sentence["page"]["file"]
    page.write_bytes(page.read_bytes() + b" ")
    walk = trace_number(Results(copy, "demo"), name, 1)
    wrong = [check["what"] for check in walk["checks"] if not check["equal"]]
    assert [what.split(",")[0].split(" of ")[0] for what in wrong] == [
        "the cell",
        "share",
        f"sentence {sentence['sentence_id']} in its paragraph",
        "SHA-256",
    ]
    assert main(["trace", name, "--corpus", "demo"], root=copy) == 1


def test_every_kind_of_number_leads_at_least_to_its_row(results):
    """One number of each table, column and way of counting is walked; nothing differs."""
    kinds = {(entry["table"], entry["column"], entry["how"]): name for name, entry in results.numbers.items()}
    for name in kinds.values():
        walk = trace_number(results, name, 1)
        assert all(check["equal"] for check in walk["checks"]), (name, walk["checks"])
        assert walk["step"]["code"] and walk["table"]["file"]


def test_the_command_lists_tells_and_helps(built, results, capsys):
    """--list finds by words, the walk is told as text and as JSON, a misspelt name is refused with the nearest."""
    assert main(["trace", "--list", "relevant.n_", "--corpus", "demo"], root=built.folder) == 0
    assert "relevant.n_sentences" in capsys.readouterr().out
    assert main(["trace", "relevant.n_sentences", "--corpus", "demo", "--json"], root=built.folder) == 0
    assert json.loads(capsys.readouterr().out)["number"]["table"] == "inclusion"
    assert main(["trace", "relevant.n_sentences", "--corpus", "demo"], root=built.folder) == 0
    told = capsys.readouterr().out
    assert "EQUAL" in told and "NOTE    SIMULATED DATA." in told and "SHA-256 as registered" in told and "describe_corpus" in told
    assert main(["trace", "relevant.n_sentence", "--corpus", "demo"], root=built.folder) == 1
    assert "did you mean relevant.n_sentences" in capsys.readouterr().err


def test_results_that_are_not_there_are_named_with_the_cure(tmp_path):
    """Without numbers.json the message says what to run."""
    with pytest.raises(TraceError, match="run snakemake --cores all --config corpus=demo first"):
        Results(tmp_path, "demo")

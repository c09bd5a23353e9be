"""What the command teaches, what a run says at its end, and the pages written from code."""

import csv
import json
import sys
from pathlib import Path

import pytest
from made_corpora import make_row, write_corpus

from framings.cli import build_parser, main
from framings.guide import GROUPS, list_commands
from framings.progress import show_progress
from framings.summaries import describe_missing, describe_tests, summarise_run
from framings.table_pages import find_contracts, find_outputs


def call(capsys, *arguments):
    """Return (exit code, what was printed)."""
    code = main([*arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def leaves(parser, name=()):
    """Yield (name, parser) of each command that can be run."""
    below = list_commands(parser)
    for word, (_, child) in below.items():
        yield from leaves(child, (*name, word))
    if not below:
        yield " ".join(name), parser


LEAVES = list(leaves(build_parser()))


def test_without_a_command_the_guide_is_shown_and_nothing_passes_for_done(capsys):
    """The code is 2: a script whose command went missing must not go on."""
    code, said = call(capsys)
    assert code == 2
    assert said == build_parser().format_help()


def test_the_guide_names_every_command_and_what_to_do_first():
    """By what it is for; a command of no group would stand under 'and'."""
    said = build_parser().format_help()
    assert said.index("first time here?") < said.index("framings add")
    assert all(f"framings {name}" in said for name in list_commands(build_parser()))
    assert set(list_commands(build_parser())) <= {name for names in GROUPS.values() for name in names}
    assert max(map(len, said.splitlines())) <= 130


@pytest.mark.parametrize(("name", "parser"), LEAVES, ids=[name for name, _ in LEAVES])
def test_every_command_shows_an_example_of_itself(name, parser):
    """In its help, or in that of the command it belongs to."""
    assert f"framings {name}" in parser.epilog


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["chekc"], "did you mean 'check'?"),
        (["code", "imprt"], "did you mean 'import'?"),
        (["check", "--corpsu", "eaeu"], "did you mean '--corpus'?"),
        (["add", "x", "--langage", "en"], "did you mean '--language'?"),
        (["add", "x", "--dry-runn"], "did you mean '--dry-run'?"),
    ],
)
def test_a_misspelt_word_is_answered_by_what_was_meant(capsys, typed, meant):
    """Commands, actions, options."""
    code, said = call(capsys, *typed)
    assert code == 2
    assert meant in said


def test_far_from_every_command_nothing_is_guessed(capsys):
    """The commands are listed."""
    said = call(capsys, "xyzzy")[1]
    assert "did you mean" not in said
    assert "there are add, check" in said


@pytest.fixture
def results(tmp_path):
    """The folder of a run of three tests."""
    (tmp_path / "tables").mkdir()
    names = {
        "registered.n_documents": 5,
        "at_hand.excluded": 2,
        "relevant.n_documents": 3,
        "relevant.n_sentences": 40,
        "actors.n": 2,
    }
    (tmp_path / "numbers.json").write_text(json.dumps({name: {"value": value} for name, value in names.items()}))
    with (tmp_path / "tables/assessments.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["coder_id", "confirmatory", "verdict"])
        writer.writerows(
            [["corrected", "True", "supported"], ["corrected", "False", "supported"], ["planted", "True", "too rare"]]
        )
    return f"{tmp_path}/"


def test_a_run_ends_with_where_to_look_and_what_to_know(results):
    """Report, talk, tests of the coder that counts, warnings one a line."""
    lines = summarise_run(set(), results, "corrected", registration="H3 changed since.", calibrated=False, note="By a model.")
    assert lines == [
        f"Done. Open {results}report.html; figures/, tables/ and notebooks/ lie beside it.",
        "  5 documents registered; in 3 of them 40 sentences of talk about integration by 2 actors",
        "  1 confirmatory test (codes: corrected): 1 supported",
        "  note: 2 registered pages are not at hand: `framings check` lists what is missing, with the cure",
        "  note: H3 changed since",
        "  note: By a model",
        f"  note: the error rates of these tests were not measured: snakemake --cores all --config corpus={Path(results).name} -- calibrate",
    ]


def test_other_targets_have_a_sentence_of_their_own(results):
    """A rule aside says where its files are, a file is named, and neither speaks of the report."""
    assert summarise_run({"export"}, results, "corrected") == [
        f"Done. TEI, text tables and matrices are in {results}exports/, each with a README."
    ]
    assert summarise_run({"a.csv"}, results, "corrected") == ["Done: a.csv"]
    assert summarise_run({"all"}, results, "corrected")[0].startswith("Done. Open")


def test_a_summary_never_fails(tmp_path):
    """Where the tables are not there, or say less, it says less."""
    assert len(summarise_run(set(), f"{tmp_path}/", "corrected")) == 1
    assert describe_missing({}) == ""
    assert (
        describe_missing({"at_hand.excluded": {"value": 1}}, simulated=True)
        == "1 registered page is not at hand: the simulation leaves some out"
    )
    assert describe_tests([], "trained").startswith("no confirmatory tests (codes: trained)")


def test_a_bar_is_for_those_who_watch(monkeypatch, capsys):
    """On a terminal it moves on the error stream; elsewhere nothing is printed, and the items are the same."""
    assert list(show_progress([1, 2, 3], "hypotheses")) == [1, 2, 3]
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert list(show_progress(iter([1, 2, 3]), "hypotheses", 3)) == [1, 2, 3]
    assert "hypotheses" in capsys.readouterr().err


def test_every_contract_stands_on_the_page_of_tables(pytestconfig):
    """And each released table has its rule."""
    root = pytestconfig.rootpath
    page = (root / "docs/tables.md").read_text(encoding="utf-8")
    contracts = find_contracts(root / "workflow/src/framings")
    assert all(f"### {contract.name}\n" in page for _, contract in contracts)
    assert {"ASSESSMENTS", "TURNS"} <= {contract.name.upper() for _, contract in contracts}
    assert ("estimates", "assess_hypotheses", "results/{corpus}/left_out.parquet") in find_outputs(root / "workflow/rules")
    assert "Rule `segment_turns` writes `results/{corpus}/turns/{shard}.parquet`" in page


def test_a_corpus_without_a_title_is_told_before_it_stops_anything(tmp_path, capsys):
    """The title is the first line of the README of its folder."""
    corpus = write_corpus(tmp_path / "project")
    title = corpus / "README.md"
    for spoil, told in (
        (lambda: title.write_text("#\n"), "its first line is the title"),
        (title.unlink, "README.md is not there"),
    ):
        spoil()
        assert main(["check"], root=corpus.parents[2]) == 1
        assert told in capsys.readouterr().out


def test_a_simulated_corpus_is_checked_without_its_register(tmp_path, capsys):
    """Register and pages are the workflow's; the rest of the folder is looked at, and documents are still refused."""
    corpus = write_corpus(tmp_path / "project")
    (corpus / "design.yaml").write_text("{}\n")
    (corpus / "documents.csv").unlink()
    assert main(["check"], root=corpus.parents[2]) == 0
    assert "is fine" in capsys.readouterr().out
    (corpus / "stages.csv").unlink()
    assert main(["check"], root=corpus.parents[2]) == 1
    assert main(["add", "x.html"], root=corpus.parents[2]) == 1
    assert "takes no documents" in capsys.readouterr().err


def test_one_page_of_two_may_be_missing_but_not_both(tmp_path, capsys):
    """A corpus without any page is refused by the workflow, and the check says so beforehand."""
    corpus = write_corpus(tmp_path / "project")
    with (corpus / "documents.csv").open("a", newline="") as file:
        csv.writer(file).writerows([make_row().values(), make_row(document_id="kremlin-en-102", page="102.html").values()])
    assert main(["check"], root=corpus.parents[2]) == 1
    assert "STOPS  data/corpora/garden/pages: 2 of 2 pages are missing" in capsys.readouterr().out
    (corpus / "pages/102.html").write_text("<p>another page</p>")
    main(["check"], root=corpus.parents[2])
    assert "note   data/corpora/garden/pages: 1 of 2 pages are missing" in capsys.readouterr().out

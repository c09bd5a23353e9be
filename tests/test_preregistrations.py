"""Hypotheses are registered: their schema, their register of versions, the page that tells them, and the report that calls a change out."""

import csv
import datetime
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml
from made_corpora import write_corpus
from test_report import read_text, write_report

from framings.checking import check_corpus
from framings.cli import main
from framings.hypotheses import FREE, NO_AMONG, SIGNS, TESTS, HypothesesError, read_hypotheses
from framings.inputs import check_inputs, read_corpus
from framings.preregistrations import RULES, render_preregistration
from framings.registering import append_row
from framings.registrations import (
    REGISTRATIONS,
    RegistrationError,
    check_registration,
    check_registrations,
    compare_registration,
    make_registration,
    read_registrations,
)
from framings.schemas import ContractError, empty
from framings.settings import complete_settings

ROOT = Path(__file__).resolve().parents[1]
CODEBOOK = ROOT / "data/reference/codebook.yaml"
CORPORA = sorted(path.parent.name for path in ROOT.glob("data/corpora/*/hypotheses.yaml"))
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/hypotheses.schema.yaml").read_text(encoding="utf-8"))
ENTRY = SCHEMA["properties"]["hypotheses"]["items"]
RULE_OF = {rule["if"]["properties"]["test"]["const"]: rule["then"] for rule in ENTRY["allOf"]}
ALL_KEYS = {
    "id",
    "family",
    "test",
    "claim",
    "ground",
    "strength",
    "sign",
    "among",
    *(key for keys in TESTS.values() for key in keys),
}


def read_text_of(corpus):
    """Return the text of a corpus's hypotheses."""
    return (ROOT / "data/corpora" / corpus / "hypotheses.yaml").read_text(encoding="utf-8")


def plain(text):
    """Return YAML as JSON has it, days as text."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def faults(book):
    """Return the messages of the schema on a book."""
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(book)]


# The schema ---------------------------------------------------------------------------------------------------------


def test_the_schema_is_one():
    """It keeps the rules of JSON Schema."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_schema_and_reader_know_the_same_tests_and_keys():
    """Each test needs the same keys, takes the same signs, and refuses all other keys, in both."""
    assert set(ENTRY["properties"]["test"]["enum"]) == set(RULE_OF) == set(TESTS)
    assert set(ENTRY["properties"]) == ALL_KEYS
    assert set(ENTRY["required"]) == {"id", "family", "test", "claim", "ground"}
    for test, needed in TESTS.items():
        rule = RULE_OF[test]
        free = {key for key in FREE if key != "among" or test not in NO_AMONG}
        refused = {key for key, value in rule["properties"].items() if value is False}
        assert rule["required"] == list(needed)
        assert refused == ALL_KEYS - {*ENTRY["required"], *needed, *free}
        assert tuple(rule["properties"]["sign"]["enum"]) == SIGNS.get(test, ("+", "-", "two-sided"))


def test_every_level_of_the_schema_is_closed_and_every_key_described():
    """No key passes unseen."""
    levels = [SCHEMA, *(SCHEMA["properties"][name]["items"] for name in ("windows", "families", "hypotheses"))]
    assert all(level["additionalProperties"] is False for level in levels)
    assert all(rule["description"] for level in levels for rule in level["properties"].values())


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_files_of_all_corpora_keep_the_schema_and_name_it(corpus):
    """Their first line leads an editor to the schema."""
    text = read_text_of(corpus)
    assert faults(plain(text)) == []
    path = ROOT / "data/corpora" / corpus / text.splitlines()[0].partition("$schema=")[2]
    assert path.resolve() == ROOT / "workflow/schemas/hypotheses.schema.yaml"


def mutate(place, **changes):
    """Return the book of the eaeu corpus with one entry changed; a key whose value is ... is taken out."""
    book = plain(read_text_of("eaeu"))
    section, name = place.split(" ")
    entry = next(entry for entry in book[section] if entry["id"] == name)
    entry.update(changes)
    for key in [key for key, value in entry.items() if value is ...]:
        del entry[key]
    return book


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        ("hypotheses H1", {"test": "diference"}), ("hypotheses H1", {"sign": "plus"}), ("hypotheses H1", {"sign": "0"}),
        ("hypotheses H1", {"sign": ...}), ("hypotheses H1", {"clam": "x"}), ("hypotheses H1", {"claim": ""}), ("hypotheses H1", {"claim": 5}),
        ("hypotheses H1", {"ground": ...}), ("hypotheses H1", {"strength": None}), ("hypotheses H1", {"margin_points": 5}),
        ("hypotheses H1", {"code": ["OS05", "OS09"]}), ("hypotheses H1", {"a": []}), ("hypotheses H1", {"a": ["PUTIN", "PUTIN"], "b": "EEC"}),
        ("hypotheses H1", {"id": "H 1"}), ("hypotheses H1", {"among": None}), ("hypotheses H4", {"sign": "+"}),
        ("hypotheses H4", {"margin_points": 0}), ("hypotheses H4", {"margin_points": "5"}), ("hypotheses H4", {"margin_points": True}),
        ("hypotheses H4", {"margin_points": ...}), ("hypotheses H5b", {"split_date": "20131024"}), ("hypotheses H5b", {"split_date": ...}),
        ("hypotheses H15", {"b": ["EEC"]}), ("hypotheses H15", {"late": ...}), ("hypotheses H21", {"actors": ["PUTIN"]}),
        ("hypotheses H21", {"sign": "+"}), ("hypotheses H21", {"among": "RS_any"}), ("hypotheses H22", {"other_code": ...}),
        ("hypotheses H23", {"bound_points": 101}), ("hypotheses H23", {"a": ["PUTIN", "EEC"]}), ("windows holdout", {"confirmatory": "yes"}),
        ("windows holdout", {"start": "February 2016"}), ("windows holdout", {"end": ...}), ("windows holdout", {"reason": 3}),
        ("windows holdout", {"titel": "x"}), ("families headline", {"confirmatory": ...}), ("families headline", {"title": ["x"]}),
    ],
)  # fmt: skip
def test_what_the_schema_refuses_the_reader_refuses_in_one_sentence(place, changes):
    """Editor and workflow do not contradict each other."""
    book = mutate(place, **changes)
    assert faults(book)
    known, stages, codebook, _ = read_corpus(ROOT / "data/corpora/eaeu", CODEBOOK)
    codes = [*codebook.codes["code"], *codebook.composites]
    with pytest.raises(HypothesesError) as error:
        read_hypotheses(yaml.safe_dump(book), codes, known["actor_id"].dropna().unique(), stages["stage_id"])
    assert "\n" not in str(error.value)


# The hash -----------------------------------------------------------------------------------------------------------


def test_order_and_layout_leave_the_hash_and_a_changed_claim_does_not():
    """Each entry has a hash of its own; that of the claim alone changes."""
    text = read_text_of("eaeu")
    book = yaml.safe_load(text)
    turned = yaml.safe_dump({section: entries[::-1] for section, entries in book.items()})
    first, again = read_hypotheses(text), read_hypotheses(turned)
    assert first.sha256 == again.sha256
    changed = read_hypotheses(text.replace("Shared memory and the story", "Shared memories and the story"))
    assert changed.sha256 != first.sha256
    assert {name for name, digest in changed.entries.items() if digest != first.entries[name]} == {"H2"}


def test_the_hash_rests_on_what_is_written_and_on_nothing_else():
    """Worked by hand: keys at their default are left out, so that keys that are added to the reader later change no old hash."""
    text = (
        "windows: [{id: w, title: All, start: null, end: 2016-01-31, confirmatory: true}]\n"
        "families: [{id: F, title: First, confirmatory: false}]\n"
        'hypotheses: [{id: H1, family: F, test: difference, code: A, a: N, b: [E], sign: "+", claim: c, ground: g}]\n'
    )

    def sha(mapping):
        return hashlib.sha256(json.dumps(mapping, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    window = sha({"id": "w", "title": "All", "start": None, "end": "2016-01-31", "confirmatory": True})
    family = sha({"id": "F", "title": "First", "confirmatory": False})
    said = {
        "id": "H1",
        "family": "F",
        "test": "difference",
        "codes": ["A"],
        "a": ["N"],
        "b": ["E"],
        "sign": "+",
        "claim": "c",
        "ground": "g",
    }
    assert read_hypotheses(text).sha256 == sha({"window.w": window, "family.F": family, "H1": sha(said)})


# The register -------------------------------------------------------------------------------------------------------


def write_version(folder, old, new):
    """Change the hypotheses of a corpus."""
    path = folder / "hypotheses.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_hypotheses_of_every_corpus_are_registered(corpus):
    """Whoever changes them registers the change."""
    assert check_registration(ROOT / "data/corpora" / corpus).status == "registered"


@pytest.mark.parametrize("corpus", CORPORA)
def test_registered_versions_are_those_of_the_version_history(corpus):
    """Each registered hash but the last is that of a committed file, where the history is at hand."""
    path = f"data/corpora/{corpus}/hypotheses.yaml"
    call = ["git", "log", "--format=%H", "--", path]
    finished = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    commits = finished.stdout.split()
    if finished.returncode or not commits:
        pytest.skip("no version history here")
    texts = [
        subprocess.run(["git", "show", f"{c}:{path}"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
        for c in commits
    ]
    committed = {read_hypotheses(text).sha256 for text in texts if text}
    registered = list(read_registrations(ROOT / "data/corpora" / corpus / "registrations.csv")["sha256"])
    if len(committed) < len(registered) - 1:
        pytest.skip("the history is cut short")
    assert set(registered[:-1]) <= committed


@pytest.fixture
def study(tmp_path):
    """A project with the eaeu corpus's hypotheses, speakers, stages and registrations, without documents."""
    folder = write_corpus(tmp_path / "project", name="study")
    for name in ("hypotheses.yaml", "registrations.csv", "speakers.csv", "stages.csv", "relevance.csv"):
        shutil.copy(ROOT / "data/corpora/eaeu" / name, folder / name)
    return folder


def test_a_corpus_without_a_register_was_never_registered(study):
    """The check works without registrations.csv, and says what is missing."""
    (study / "registrations.csv").unlink()
    found = check_registration(study)
    assert (found.status, found.day, found.version) == ("never registered", None, None)
    assert "was never registered: nothing shows that its 27 hypotheses were written down before" in found.sentence


def test_what_was_added_changed_and_removed_is_named(study):
    """By id, windows and families too."""
    write_version(study, "confirmatory: true\n    reason", "confirmatory: false\n    reason")
    write_version(
        study, "a: [EEC]\n    b: [NAZARBAYEV]\n    margin_points: 5", "a: [EEC]\n    b: [NAZARBAYEV]\n    margin_points: 9"
    )
    write_version(study, "- id: H22b", "- id: H99")
    found = check_registration(study)
    assert found.status == "changed"
    assert (found.added, found.changed, found.removed) == (("H99",), ("window.holdout", "H8b"), ("H22b",))
    assert (
        "differs from the version registered on 2026-11-30: added H99; changed window holdout, H8b; removed H22b;"
        in found.sentence
    )
    assert "verdicts are those of an unregistered version" in found.sentence


def test_going_back_to_an_earlier_version_is_a_change_too(study):
    """The sentence says which version the file says again."""
    write_version(study, "margin_points: 3", "margin_points: 4")
    table, changed = (
        read_registrations(study / "registrations.csv"),
        read_hypotheses((study / "hypotheses.yaml").read_text("utf-8")),
    )
    row = make_registration(changed, table, "2027-01-01", "the margin of H12 is wider")
    (study / "registrations.csv").write_bytes(
        append_row((study / "registrations.csv").read_bytes(), row, list(REGISTRATIONS.columns))
    )
    assert check_registration(study).version == 4
    write_version(study, "margin_points: 4", "margin_points: 3")
    assert "changed H12;" in check_registration(study).sentence
    assert "It says again what version 3 said." in check_registration(study).sentence


def test_register_appends_a_row_of_today_and_refuses_where_nothing_changed(study, capsys):
    """Every other byte of the register stays."""
    root, path = study.parents[2], study / "registrations.csv"
    call = ["register", "--corpus", "study", "--reason", " =H4 was\nsharpened, before coding "]
    before = path.read_bytes()
    assert main(call, root=root) == 1
    assert "framings: nothing changed since version 3, registered on 2026-11-30" in capsys.readouterr().err
    assert path.read_bytes() == before
    write_version(study, "citizens' well-being", "people's well-being")
    assert main(call, root=root) == 0
    said = capsys.readouterr().out
    assert "version 4, 27 hypotheses" in said and "against version 3: changed H4\n" in said
    assert path.read_bytes().startswith(before)
    *_, row = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    assert (row["version"], row["day"]) == ("4", datetime.date.today().isoformat())
    assert row["reason"] == "'=H4 was sharpened, before coding"
    assert check_registration(study).status == "registered"


def test_register_begins_a_register_and_works_for_a_simulated_corpus(study, capsys):
    """The first row comes with the heading; a simulated corpus has hypotheses as well."""
    (study / "registrations.csv").unlink()
    (study / "design.yaml").write_text("simulated: true\n", encoding="utf-8")
    assert main(["register", "--corpus", "study", "--reason", "first"], root=study.parents[2]) == 0
    assert list(read_registrations(study / "registrations.csv")["version"]) == [1]


@pytest.mark.parametrize("arguments", [["--corpus", "nowhere", "--reason", "x"], ["--corpus", "study", "--reason", " "]])
def test_register_refuses_in_one_sentence(study, capsys, arguments):
    """An unknown corpus, an empty reason."""
    write_version(study, "citizens' well-being", "people's well-being")
    assert main(["register", *arguments], root=study.parents[2]) == 1
    error = capsys.readouterr().err
    assert error.startswith("framings: ") and error.count("\n") == 1


def test_a_register_does_not_go_back_in_time(study):
    """Not by the clock of the machine."""
    write_version(study, "margin_points: 3", "margin_points: 4")
    hypotheses = read_hypotheses((study / "hypotheses.yaml").read_text(encoding="utf-8"))
    with pytest.raises(RegistrationError, match="look at the clock"):
        make_registration(hypotheses, read_registrations(study / "registrations.csv"), "2026-11-29", "x")


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("version", 3, r"row 3, column 'version': 3 is wrong; it is 2"),
        ("day", "2026-11-21", "row 3, column 'day': .* not before that of the row above"),
        ("day", "May", "row 3, column 'day'"),
        ("sha256", "abc", "row 3, column 'sha256': 'abc' is wrong; it takes 64"),
        ("n_hypotheses", 26, "row 3, column 'n_hypotheses': 26 is wrong; the entries of the row are 27"),
        ("entries", "H1=ab", "row 3, column 'entries'"),
    ],
)
def test_a_wrong_row_of_the_register_is_named(column, value, sentence):
    """File, row as a spreadsheet counts, column."""
    table = read_registrations(ROOT / "data/corpora/eaeu/registrations.csv")
    table.loc[1, column] = value
    with pytest.raises(ContractError, match=f"r.csv, {sentence}"):
        check_registrations(table, "r.csv")


def test_check_tells_an_unregistered_change_in_one_line_that_stops_nothing(study):
    """And nothing where all is registered; a register that cannot be read would stop the workflow."""
    root, pages = study.parents[2], study / "pages"
    assert not [f for f in check_corpus(root, study, pages) if "registrations" in f.sentence]
    write_version(study, "citizens' well-being", "people's well-being")
    (found,) = (f for f in check_corpus(root, study, pages) if "registrations" in f.sentence)
    assert not found.stops and "changed H4;" in found.sentence and "framings register --corpus study --reason" in found.sentence
    assert "\n" not in found.sentence
    (study / "registrations.csv").write_text("version,day\n", encoding="utf-8")
    (found,) = (f for f in check_corpus(root, study, pages) if "registrations" in f.sentence)
    assert found.stops


def test_the_register_is_among_the_files_that_a_run_is_made_from(study):
    """Its fingerprint is printed where it exists."""
    assert any(name.endswith("registrations.csv") for name in check_inputs(study, CODEBOOK))
    (study / "registrations.csv").unlink()
    assert not any(name.endswith("registrations.csv") for name in check_inputs(study, CODEBOOK))


# The report ---------------------------------------------------------------------------------------------------------


def test_a_changed_claim_is_called_out_in_the_report(study):
    """Above the abstract, with the entry; the run does not stop."""
    before = check_registration(study)
    write_version(study, "citizens' well-being", "people's well-being")
    after = check_registration(study)
    assert before.sha256 != after.sha256
    text = read_text(write_report(registration=vars(after)))
    banner, abstract = text.index("UNREGISTERED HYPOTHESES."), text.index("Two accounts explain")
    assert banner < abstract
    assert "differs from the version registered on 2026-11-30: changed H4; verdicts are those of an unregistered version" in text
    assert after.sha256 in text and before.sha256 in text


def test_registered_hypotheses_are_named_with_their_day_and_without_a_banner(study):
    """And with the reason of the version, where it is not the first."""
    found = check_registration(study)
    text = read_text(write_report(registration=vars(found)))
    assert "UNREGISTERED" not in text
    assert "registered on 2026-11-30 as version 3" in text and "It replaced version 2: " in text
    assert found.sha256 in text


def test_hypotheses_that_were_never_registered_are_called_out(study):
    """A corpus may do without; its report says so."""
    (study / "registrations.csv").unlink()
    text = read_text(write_report(registration=vars(check_registration(study))))
    assert "UNREGISTERED HYPOTHESES. hypotheses.yaml was never registered" in text


# The page -----------------------------------------------------------------------------------------------------------


def preregister(corpus, registrations=None, hypotheses=None):
    """Return the preregistration of a corpus with default settings."""
    folder = ROOT / "data/corpora" / corpus
    known, stages, codebook, book = read_corpus(folder, CODEBOOK)
    settings = complete_settings({}, yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8")))
    template = (ROOT / "docs/preregistration.md.j2").read_text(encoding="utf-8")
    table = read_registrations(folder / "registrations.csv") if registrations is None else registrations
    return render_preregistration(template, corpus, hypotheses or book, codebook, stages, known, settings, table)


def test_the_page_is_up_to_date():
    """`make docs` writes docs/preregistration.md as it stands (with the title of the corpus, which stands in its README)."""
    written = (ROOT / "docs/preregistration.md").read_text(encoding="utf-8")
    assert written.partition("\n")[2] == preregister("eaeu").partition("\n")[2]


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_page_tells_every_hypothesis_with_all_that_decides_it(corpus):
    """Claim, source, outcome, contrast, estimand, test, sign, support and counter-evidence, by names and not by ids alone."""
    page = preregister(corpus)
    *_, book = read_corpus(ROOT / "data/corpora" / corpus, CODEBOOK)
    assert page.splitlines()[2] == f"Content hash of the hypotheses (SHA-256): `{book.sha256}`"
    sections = dict(re.findall(r"^#### (\w+)\. (.+?)(?=^#{2,4} |\Z)", page, re.M | re.S))
    assert list(sections) == [one.id for family in book.families for one in book.hypotheses if one.family == family.id]
    for one in book.hypotheses:
        section = sections[one.id]
        assert section.startswith(one.claim) and one.ground in section
        kinds = ("Read off", "Outcome", "Contrast", "Estimand", "Test of record", "Expected sign", "Support", "Evidence against")
        assert all(f"- **{kind}:** " in section for kind in kinds)
        assert all(f"`{code}`" in section for code in one.needed_codes)
        assert not re.search(r"\b(PUTIN|NAZARBAYEV|LUKASHENKO|ST\d)\b", section)
        margin = one.margin_points or one.bound_points
        assert not margin or f":** {margin:g} " in section
    assert all(
        row.sha256[:12] in page for row in read_registrations(ROOT / f"data/corpora/{corpus}/registrations.csv").itertuples()
    )


def test_the_page_says_which_windows_confirm_and_why():
    """One window confirms, with the reason that the file gives."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (confirmatory|exploratory) \| (.+?) \|$", preregister("eaeu"), re.M)
    assert [(title, days) for title, days, kind, _ in rows if kind == "confirmatory"] == [
        ("Hold-out", "2016-02-01 to 2019-03-19")
    ]
    assert all(reason != "not said" for *_, reason in rows)


def test_the_page_takes_its_numbers_from_the_modules_that_decide():
    """A gate that is moved moves on the page."""
    page = preregister("eaeu")
    assert f"Under {RULES['rare_sentences']} sentences or {RULES['rare_documents']} documents" in page
    assert f"at least {RULES['family_gate']:.2f} for a family and {RULES['code_gate']:.3f} for any other" in page
    assert f"{RULES['detectable']:g} standard errors" in page and "9,999 random ones" in page and "blocks of 3" in page


def test_the_page_of_an_unregistered_version_says_so():
    """A changed claim, an empty register."""
    text = read_text_of("eaeu").replace("citizens' well-being", "people's well-being")
    assert "differs from the version registered" in preregister("eaeu", hypotheses=read_hypotheses(text))
    page = preregister("eaeu", registrations=empty(REGISTRATIONS))
    assert "was never registered" in page and "| none | | | | |" in page


def test_a_page_holds_no_cell_that_breaks_its_table():
    """Bars and brackets in a reason are escaped."""
    table = read_registrations(ROOT / "data/corpora/eaeu/registrations.csv")
    table.loc[2, "reason"] = "a | b <script>"
    assert r"a \| b &lt;script>" in preregister("eaeu", registrations=table)
    assert compare_registration(read_hypotheses(read_text_of("eaeu")), table).status == "registered"

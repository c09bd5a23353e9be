"""Hypotheses are read as written, and refused in one sentence that names the entry."""

from pathlib import Path

import pytest
import yaml

from framings.hypotheses import HypothesesError, read_hypotheses

CODES, ACTORS, STAGES = ["A1", "B1", "A_any"], ["NORTH", "EAST", "SOUTH"], ["ST1", "ST2"]
ROOT = Path(__file__).parents[1]


def book(**changes):
    """Return hypotheses with one entry, changed."""
    entry = {"id": "H1", "family": "F", "test": "difference", "code": "A1", "a": ["NORTH"], "b": ["EAST"], "sign": "+"}
    entry |= {"claim": "North says A more", "ground": "an article, l. 3"} | changes
    return {
        "windows": [{"id": "w", "title": "All", "start": None, "end": "2016-01-31", "confirmatory": True}],
        "families": [{"id": "F", "title": "Family", "confirmatory": False}],
        "hypotheses": [{key: value for key, value in entry.items() if value is not None}],
    }


def read(content):
    """Read hypotheses given as a mapping or as text."""
    return read_hypotheses(content if isinstance(content, str) else yaml.safe_dump(content), CODES, ACTORS, STAGES)


def test_an_entry_is_read_as_written():
    """Names become tuples, days text, the contrast words."""
    read_book = read(book(b=["EAST", "SOUTH"], among="A_any"))
    (hypothesis,) = read_book.hypotheses
    assert (hypothesis.codes, hypothesis.a, hypothesis.b, hypothesis.sign) == (("A1",), ("NORTH",), ("EAST", "SOUTH"), "+")
    assert hypothesis.contrast == "NORTH − mean(EAST, SOUTH), among A_any"
    assert hypothesis.needed_codes == ("A1", "A_any")
    assert (read_book.windows[0].start, read_book.windows[0].end) == (None, "2016-01-31")


@pytest.mark.parametrize(
    ("changes", "contrast"),
    [
        ({"test": "equivalence", "margin_points": 5, "sign": None}, "NORTH − EAST, within 5 points"),
        ({"test": "difference_in_differences", "split_date": "2013-10-24"}, "(NORTH − EAST) from 2013-10-24 minus before"),
        ({"test": "stage_change", "b": None, "late": "ST2", "early": "ST1"}, "NORTH, ST2 − ST1"),
        ({"test": "within_actor", "b": None, "other_code": "B1"}, "A1 − B1, NORTH"),
        ({"test": "upper_bound", "b": None, "bound_points": 1, "sign": None}, "NORTH below 1 %"),
        (
            {
                "test": "joint",
                "a": None,
                "b": None,
                "code": None,
                "sign": None,
                "codes": ["A1", "B1"],
                "actors": ["NORTH", "EAST"],
            },
            "(EAST) − NORTH over stages, A1 and B1",
        ),
    ],
)
def test_each_test_has_its_keys(changes, contrast):
    """Every kind of test reads, and says what it subtracts from what."""
    assert read(book(**changes)).hypotheses[0].contrast == contrast


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "A_ayn"}, "hypothesis H1, code: 'A_ayn' is unknown; did you mean 'A_any'?"),
        ({"a": ["NROTH"]}, "hypothesis H1, a: 'NROTH' is unknown; did you mean 'NORTH'?"),
        ({"test": "diference"}, "hypothesis H1, test: 'diference' is unknown; did you mean 'difference'?"),
        ({"family": "G"}, "hypothesis H1, family: 'G' is unknown; known are F"),
        ({"clam": "x"}, "hypothesis H1: key 'clam' is unknown; did you mean 'claim'?"),
        ({"margin_points": 5}, "hypothesis H1: key 'margin_points' is unknown; known are"),
        ({"ground": None}, "hypothesis H1: key 'ground' is missing or empty"),
        ({"sign": "plus"}, "hypothesis H1, sign: 'plus' does not go with difference"),
        ({"test": "equivalence", "margin_points": 0, "sign": "0"}, "hypothesis H1, margin_points: 0 is not a number of points"),
        ({"test": "equivalence", "margin_points": 5}, "hypothesis H1, sign: '+' does not go with equivalence"),
        (
            {"test": "difference_in_differences", "split_date": "2013-02-30"},
            "hypothesis H1, split_date: '2013-02-30' is not a day",
        ),
        ({"b": ["NORTH"]}, "hypothesis H1: NORTH stands on both sides"),
        ({"b": ["EAST", "EAST"]}, "hypothesis H1, b: EAST is written twice"),
        (
            {"test": "upper_bound", "a": ["NORTH", "EAST"], "b": None, "bound_points": 1, "sign": None},
            "an upper bound is for one actor",
        ),
        (
            {"test": "stage_change", "b": None, "late": "ST3", "early": "ST1"},
            "hypothesis H1, late: 'ST3' is unknown; did you mean 'ST",
        ),
    ],
)
def test_a_wrong_entry_is_refused_in_one_sentence(changes, sentence):
    """The sentence names hypothesis, key and the nearest known name."""
    with pytest.raises(HypothesesError) as error:
        read(book(**changes))
    assert sentence in str(error.value) and "\n" not in str(error.value)


def test_wrong_files_are_refused_in_one_sentence():
    """A key twice, an id twice, a window backwards, a date that is no day, no mapping, no entries."""
    text = yaml.safe_dump(book())
    twice = book() | {"hypotheses": book()["hypotheses"] * 2}
    backwards = book() | {
        "windows": [{"id": "w", "title": "W", "start": "2016-02-01", "end": "2016-01-31", "confirmatory": True}]
    }
    open_word = book() | {"windows": [{"id": "w", "title": "W", "start": None, "end": None, "confirmatory": "yes"}]}
    for content, sentence in (
        (text.replace("  claim:", "  code: B1\n  claim:"), "key 'code' occurs twice"),
        (twice, "hypotheses: the id 'H1' occurs twice"),
        (backwards, "windows w: it starts on 2016-02-01 and ends before"),
        (open_word, "windows w: confirmatory is 'yes'; write true or false"),
        (text.replace("'2016-01-31'", "2016-02-30"), "a date is no day of the calendar"),
        ("- H1", "hypotheses.yaml is no mapping"),
        (book() | {"hypotheses": []}, "key 'hypotheses' is missing or empty"),
        (book() | {"hypothesis": []}, "key 'hypothesis' is unknown; did you mean 'hypotheses'?"),
    ):
        with pytest.raises(HypothesesError) as error:
            read(content)
        assert sentence in str(error.value)


def test_the_hash_changes_with_what_is_said_and_not_with_layout():
    """A comment leaves it, a sign changes it."""
    text = yaml.safe_dump(book())
    assert read(text).sha256 == read("# a comment\n" + text).sha256 != read(book(sign="-")).sha256
    assert len(read(text).sha256) == 64


def test_the_real_study_declares_its_hypotheses():
    """27 hypotheses, three windows of which the hold-out alone confirms; codes and actors are known."""
    codebook = yaml.safe_load((ROOT / "data/reference/codebook.yaml").read_text(encoding="utf-8"))
    codes = [entry["id"] for family in codebook["families"].values() for entry in family["subframes"]]
    codes += [entry["id"] for section in ("residual", "markers", "composites") for entry in codebook[section]]
    text = (ROOT / "data/corpora/eaeu/hypotheses.yaml").read_text(encoding="utf-8")
    study = read_hypotheses(text, codes, ["PUTIN", "NAZARBAYEV", "LUKASHENKO", "EEC"], ["ST1", "ST2", "ST3", "ST4", "ST5"])
    assert len(study.hypotheses) == 27
    assert [window.id for window in study.windows if window.confirmatory] == ["holdout"]
    assert {hypothesis.test for hypothesis in study.hypotheses if hypothesis.family == "S0_shared"} == {"equivalence"}

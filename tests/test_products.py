"""Facts about derived tables, tables as files, and the numbers that prose may cite."""

import csv
import io
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from gallery_tables import SUBFRAMES, make_assessments, make_documents, make_matches, make_prevalence, make_talk, make_topics
from payloads import FORMULAS, HOSTILE

from framings import schemas
from framings.products import (
    count_inclusion,
    count_words,
    list_unresolved,
    name_actors,
    pick_evidence,
    quote_numbers,
    render_csv,
    render_table,
    show_value,
)  # fmt: skip


class Tags(HTMLParser):
    """Collects the elements and attributes of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def read_tags(html):
    parser = Tags()
    parser.feed(html)
    return parser


@pytest.fixture(scope="module")
def corpus():
    documents = make_documents()
    return documents, *make_talk(documents)


def test_the_flow_balances_at_every_step(corpus):
    """What is left plus what is left out is what was there before, and the actors' rows add up to the last step."""
    documents, turns, speakers, marks, sentences = corpus
    flow = count_inclusion(documents, turns, speakers, marks, sentences, sentences[::2], "en")
    steps = flow[flow["actor_id"].isna()].set_index("step_id")
    for unit, column in (("documents", "n_documents"), ("turns", "n_turns"), ("sentences", "n_sentences")):
        before = None
        for step in steps.itertuples():
            if step.unit == unit and before is not None:
                assert before - step.excluded == getattr(step, column), step
            before = getattr(step, column)
    actors = flow[flow["actor_id"].notna()]
    for column in ("n_turns", "n_sentences", "n_words"):
        assert actors[column].sum() == steps.loc["relevant", column]


def test_each_loss_has_its_reason():
    """One of three documents has no page, one is refused; one turn of the third is an actor's, half of it near a mention."""
    documents = make_documents(3).assign(status=["parsed", "page missing", "refused"], language="en")
    rows = [
        ("speech", "NORTH", "full name", True), ("question", None, "role without a name", True),
        ("speech", None, "unresolved", True),
        ("speech", None, "surname", True), ("speech", "NORTH", "full name", False),
    ]  # fmt: skip
    key = {"document_id": documents["document_id"][0], "turn": range(5)}
    turns = pd.DataFrame(key | {"kind": [r[0] for r in rows], "n_words": 10})
    speakers = pd.DataFrame(key | {"actor_id": [r[1] for r in rows], "resolution": [r[2] for r in rows]})
    marks = pd.DataFrame(key | {"stage_id": "ST1", "relevant": [r[3] for r in rows]})
    sentences = pd.concat([pd.DataFrame(key | {"n_words": 6}), pd.DataFrame(key | {"n_words": 4})])
    near = sentences[sentences["n_words"] == 4]
    flow = count_inclusion(documents, turns, speakers, marks, sentences, near).set_index("step_id")
    assert flow["excluded"].to_dict() == {
        "registered": 0, "at_hand": 1, "read": 1, "spoken": 0, "speech": 1,
        "named": 1, "compared": 1, "staged": 0, "mentioned": 1, "relevant": 1, "actor": 0,
    }  # fmt: skip
    assert flow.loc["relevant", ["n_turns", "n_sentences", "n_words"]].tolist() == [1, 1, 4]


def test_words_are_counted_in_speech_of_actors(corpus):
    """The sum over actors and years is the sum of words of speech by an actor."""
    documents, turns, speakers, _, _ = corpus
    words = count_words(documents, turns, speakers)
    expected = turns["n_words"][(turns["kind"] == "speech") & speakers["actor_id"].notna()].sum()
    assert words["n_words"].sum() == expected


def test_unresolved_labels_are_listed_with_the_most_frequent_first(corpus):
    """Questions are not labels that somebody should have resolved."""
    _, turns, speakers, _, _ = corpus
    listed = list_unresolved(turns, speakers)
    assert listed["n_turns"].is_monotonic_decreasing
    assert listed["n_turns"].sum() == ((speakers["resolution"] == "unresolved") & (turns["kind"] == "speech")).sum()


def test_evidence_is_drawn_by_lot_one_sentence_a_document(corpus):
    """Three sentences of three documents and three actors; the same on every draw and in any order of the rows; none negated."""
    documents, turns, speakers, marks, sentences = corpus
    matches = make_matches(sentences)
    drawn = pick_evidence(matches, sentences, documents, turns, speakers, marks, SUBFRAMES)
    again = pick_evidence(matches[::-1], sentences[::-1], documents[::-1], turns[::-1], speakers[::-1], marks[::-1], SUBFRAMES)
    pd.testing.assert_frame_equal(drawn, again)
    assert len(drawn) == 3 and drawn["document_id"].nunique() == 3 and drawn["actor_id"].nunique() == 3
    assert not set(drawn["sentence_id"]) & set(matches.loc[matches["negated"], "sentence_id"])
    assert all(row.text[slice(*map(int, row.spans.split(":")))] == "shared memory" for row in drawn.itertuples())


def test_an_actor_of_one_person_has_the_persons_name_and_a_body_its_own():
    """Two chairs of one commission are the commission."""
    rows = [
        ("p1", "Ann One", "N", "Northland"),
        ("p2", "Bo Two", "C", "Commission"),
        ("p3", "Cy Three", "C", "Commission"),
        ("p4", "Di", None, "X"),
    ]
    known = pd.DataFrame(rows, columns=["speaker_id", "name", "actor_id", "country"])
    assert name_actors(known) == {"N": "Ann One", "C": "Commission"}


def test_no_hostile_text_becomes_an_element_of_a_table():
    """Forty payloads in cells, title, caption and note add no element and no attribute."""
    table = pd.DataFrame({"label": HOSTILE, "share": 0.1})
    page = read_tags(render_table(table, "".join(HOSTILE), "".join(HOSTILE), "".join(HOSTILE), True))
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "p",
        "span",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert set(page.tags) <= allowed and page.tags.count("tr") == len(HOSTILE) + 1
    assert set(page.attributes) <= {"lang", "charset", "name", "content", "class", "id", "http-equiv"}
    assert len(HOSTILE) == 40


def test_cells_that_a_spreadsheet_would_run_are_quoted_and_numbers_are_not():
    """An apostrophe stands before = + - @ in text, line ends become spaces; negative numbers stay numbers."""
    table = pd.DataFrame({"text": FORMULAS, "number": [-1.5] * len(FORMULAS), "count": [-2] * len(FORMULAS)})
    rows = list(csv.DictReader(io.StringIO(render_csv(table), newline="")))
    assert [row["text"] for row in rows] == ["'" + re.sub("[\r\n]", " ", formula) for formula in FORMULAS]
    assert {(row["number"], row["count"]) for row in rows} == {("-1.5", "-2")}


def test_released_numbers_are_rounded_and_missing_ones_empty():
    """Last bits that differ between machines do not reach a file."""
    a, b = (render_csv(pd.DataFrame({"x": [0.1 + e, -1e-9, None]})) for e in (0.0, 2e-14))
    assert a == b == 'x\n0.1\n0.0\n""\n'


def test_values_are_printed_by_kind():
    """Dashes for missing numbers, true minus, no negative zero."""
    shown = [
        show_value(-0.0001, "percent"),
        show_value(-0.0001, "points"),
        show_value(None, "p"),
        show_value(True),
        show_value(0.9999, "p"),
    ]
    assert shown == ["0.0", "0.0", "–", "yes", "1"]


def test_every_quoted_number_stands_in_the_row_it_names(corpus):
    """Shares, bounds and test columns are read back from the released tables by table and row."""
    documents, turns, speakers, marks, sentences = corpus
    tables = {
        "inclusion": count_inclusion(documents, turns, speakers, marks, sentences, sentences),
        "prevalence": make_prevalence(),
        "assessments": make_assessments(),
    }
    unresolved = list_unresolved(turns, speakers)
    numbers = quote_numbers(documents, *tables.values(), make_topics(), unresolved)
    checked = 0
    for name, number in numbers.items():
        if number["row"] >= 0:
            column = name.rsplit(".", 1)[1]
            row = tables[number["table"]].iloc[number["row"]]
            assert number["value"] == pytest.approx(row[column if column in row.index else "share"], abs=1e-6), name
            checked += 1
    assert checked > 1000
    assert numbers["tests.n_holds"]["value"] == 3 and numbers["tests.n_holds"]["text"] == "3"


def test_a_cell_without_a_number_gives_none_to_quote(corpus):
    """The commission is not estimable in the first stage; its share has no name."""
    documents, turns, speakers, marks, sentences = corpus
    flow, unresolved = count_inclusion(documents, turns, speakers, marks, sentences, sentences), list_unresolved(turns, speakers)
    numbers = quote_numbers(documents, flow, make_prevalence(), make_assessments(), make_topics(), unresolved)
    assert "share.RS_any.BODY.ST1" not in numbers and "share.RS_any.BODY.ST3" in numbers
    assert numbers["cells.n"]["value"] == 20 and numbers["cells.n_estimable"]["value"] == 17


def test_empty_tables_can_be_quoted():
    """No documents, no talk, no tests: counts of zero."""
    empty = [schemas.empty(c) for c in (schemas.DOCUMENTS, schemas.TURNS, schemas.SPEAKERS, schemas.MARKS, schemas.SENTENCES)]
    flow, unresolved = count_inclusion(*empty, empty[-1]), list_unresolved(*empty[1:3])
    numbers = quote_numbers(
        empty[0], flow, schemas.empty(schemas.PREVALENCE), schemas.empty(schemas.ASSESSMENTS), make_topics()[:0], unresolved
    )
    assert numbers["relevant.n_sentences"]["value"] == 0 and numbers["tests.n"]["value"] == 0

"""Facts about stages and mentions of integration."""

import pandas as pd
import pytest

from framings.marks import MarksError, check_stages, find_stages, mark_turns

STAGES = [("A", "before", None, "2011-12-31"), ("B", "between", "2012-01-01", "2014-12-31"), ("C", "after", "2015-01-01", None)]


def stages(rows=STAGES):
    return pd.DataFrame(rows, columns=["stage_id", "name", "start", "end"]).assign(source="made up")


def relevance(*rows):
    return pd.DataFrame(rows, columns=["language", "pattern"]).assign(reason="made up")


def talk():
    documents = pd.DataFrame({"document_id": ["d1", "d2"], "language": ["en", "ru"], "date": ["2011-12-31", "2015-01-01"]})
    turns = pd.DataFrame({"document_id": ["d1", "d1", "d2"], "turn": [0, 1, 0]})
    sentences = pd.DataFrame(
        {
            "sentence_id": ["d1:0", "d1:1", "d1:2", "d2:0"],
            "document_id": ["d1", "d1", "d1", "d2"],
            "turn": [0, 0, 1, 0],
            "text": [
                "The Northern Union grows.",
                "The union of the north is not a northern union.",
                "Thank you.",
                "Северный союз растёт.",
            ],
        }
    )
    return documents, turns, sentences


def test_mentions_are_counted_in_the_turn_and_in_its_language():
    """Denied mentions count too: the turn speaks of the union all the same."""
    marks, _ = mark_turns(*talk(), relevance(("en", "northern union"), ("ru", "северн* союз*")), stages())
    assert marks["n_mentions"].tolist() == [2, 0, 1]
    assert marks["relevant"].tolist() == [True, False, True]
    assert marks["stage_id"].tolist() == ["A", "A", "C"]


def test_overlapping_patterns_count_one_mention():
    """The longest pattern counts once."""
    marks, _ = mark_turns(*talk(), relevance(("en", "union"), ("en", "northern union")), stages())
    assert marks["n_mentions"].tolist() == [3, 0, 0]


def test_the_threshold_is_a_choice():
    """With two mentions asked for, one is not enough."""
    marks, _ = mark_turns(*talk(), relevance(("en", "northern union"), ("ru", "союз")), stages(), min_mentions=2)
    assert marks["relevant"].tolist() == [True, False, False]


def test_the_first_and_last_day_belong_to_the_stage():
    """An open stage has no end; a day outside every stage has none."""
    assert find_stages(["1990-01-01", "2011-12-31", "2012-01-01", "2030-01-01"], stages()) == ["A", "A", "B", "C"]
    assert find_stages(["2013-06-01"], stages(STAGES[::2])) == [None]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("D", "x", "2014-12-31", "2014-12-31"), "row 5: stage D shares 2014-12-31 with stage B in row 3"),
        (("D", "x", None, None), "row 5: stage D shares 0001-01-01 with stage A in row 2"),
        (("D", "x", "2014-02-30", None), "row 5, column start: '2014-02-30' is no day"),
        (("D", "x", "2014-1-1", None), "row 5, column start: '2014-1-1' is no day"),
        (("D", "x", None, "1 May"), "row 5, column end: '1 May' is no day"),
        (("D", "x", "2014-05-02", "2014-05-01"), "row 5: stage D ends on 2014-05-01, before it starts on 2014-05-02"),
    ],
)
def test_stages_that_overlap_or_are_no_days_are_refused(row, says):
    """The message names the row as counted in the file."""
    with pytest.raises(MarksError) as caught:
        check_stages(stages([*STAGES, row]))
    assert says in str(caught.value)


def test_a_relevance_pattern_that_is_none_is_refused_by_row():
    """The message names the row and what is wrong."""
    with pytest.raises(MarksError, match=r"relevance.csv, row 3: '\*' holds no word"):
        mark_turns(*talk(), relevance(("en", "union"), ("en", "*")), stages())


def test_a_turn_of_an_unknown_document_is_refused():
    """The message names the document."""
    documents, turns, sentences = talk()
    with pytest.raises(MarksError, match="names the document 'd3', which table documents lacks"):
        mark_turns(documents, turns.assign(document_id="d3"), sentences, relevance(("en", "union")), stages())


def test_sentences_far_from_a_mention_do_not_count():
    """In a turn of eight sentences with its mention in the second, a window of 2 keeps the first four."""
    documents = pd.DataFrame({"document_id": ["d"], "language": ["en"], "date": ["2013-01-01"]})
    turns = pd.DataFrame({"document_id": ["d"], "turn": [0]})
    texts = ["We meet.", "The union grows.", *["Roads are long."] * 6]
    sentences = pd.DataFrame({"sentence_id": [f"d:{i}" for i in range(8)], "document_id": "d", "turn": 0, "text": texts})
    marks, passages = mark_turns(documents, turns, sentences, relevance(("en", "union")), stages(), window=2)
    assert marks["relevant"].tolist() == [True]
    assert passages["distance"].tolist() == [1, 0, 1, 2, 3, 4, 5, 6]
    assert passages["relevant"].tolist() == [True] * 4 + [False] * 4

"""What is counted for inference, and what is not."""

import pandas as pd
import pytest

from framings.codebook import read_codebook
from framings.schemas import TALLIES
from framings.tallies import keep_language, tally_codes

BOOK = read_codebook("""
version: 1
what_is_measured: talk
families:
  RS:
    name: one
    subframes:
      - {id: A1, name: a, title: A, definition: d, en: [alpha]}
      - {id: A2, name: b, title: B, definition: d, en: [beta]}
markers:
  - {id: far, name: f, title: F, definition: d, en: [far]}
composites:
  - {id: A_any, title: either, any: [A1, A2]}
  - {id: A_far, title: both, all: [A_any, far]}
""")
DOCUMENTS = pd.DataFrame(
    [("d1", "2012-01-01", "forum", "en"), ("d2", "2012-02-01", "address", "ru")],
    columns=["document_id", "date", "event_type", "language"],
)
TURNS = pd.DataFrame(
    [
        ("d1", 0, "speech", 30),
        ("d1", 1, "question", 9),
        ("d1", 2, "speech", 12),
        ("d1", 3, "speech", 12),
        ("d1", 4, "speech", 1),
        ("d2", 0, "speech", 8),
    ],
    columns=["document_id", "turn", "kind", "n_words"],
)
SPEAKERS = pd.DataFrame(
    [("d1", 0, "NORTH"), ("d1", 1, "NORTH"), ("d1", 2, None), ("d1", 3, "EAST"), ("d1", 4, "EAST"), ("d2", 0, "EAST")],
    columns=["document_id", "turn", "actor_id"],
)
MARKS = pd.DataFrame(
    [
        ("d1", 0, "ST1", True),
        ("d1", 1, "ST1", True),
        ("d1", 2, "ST1", True),
        ("d1", 3, "ST1", True),
        ("d1", 4, "ST1", True),
        ("d2", 0, "ST1", True),
    ],
    columns=["document_id", "turn", "stage_id", "relevant"],
)
SENTENCES = pd.DataFrame(
    [
        ("d1:0:0", "d1", 0),
        ("d1:0:1", "d1", 0),
        ("d1:0:2", "d1", 0),
        ("d1:1:0", "d1", 1),
        ("d1:2:0", "d1", 2),
        ("d1:3:0", "d1", 3),
        ("d2:0:0", "d2", 0),
    ],
    columns=["sentence_id", "document_id", "turn"],
)
CODES = pd.DataFrame(
    [
        ("d1:0:0", "A1"),
        ("d1:0:0", "A2"),
        ("d1:0:1", "far"),
        ("d1:0:2", "A2"),
        ("d1:0:2", "far"),
        ("d1:1:0", "A1"),
        ("d1:2:0", "A1"),
    ],
    columns=["sentence_id", "code"],
).assign(coder_id="dictionary")


def tally(**changes):
    """Return the tallies of the tables above, some of them changed."""
    tables = {
        "documents": DOCUMENTS,
        "turns": TURNS,
        "speakers": SPEAKERS,
        "sentences": SENTENCES,
        "marks": MARKS,
        "codes": CODES,
    }
    return tally_codes(**(tables | {"codebook": BOOK} | changes))


def test_relevant_speech_by_actors_is_counted():
    """Not the question, not the turn of nobody's, not the turn without a sentence."""
    table = tally()
    assert table[["document_id", "turn", "actor_id", "n_sentences"]].values.tolist() == [
        ["d1", 0, "NORTH", 3],
        ["d1", 3, "EAST", 1],
        ["d2", 0, "EAST", 1],
    ]
    assert list(table.columns) == [*TALLIES.columns, "A1", "A2", "far", "A_any", "A_far"]


def test_a_sentence_counts_once_and_composites_hold_within_a_sentence():
    """Sentence 0 has A1 and A2, sentence 1 far, sentence 2 A2 and far: either in two, both in one."""
    assert tally().loc[0, ["A1", "A2", "far", "A_any", "A_far"]].tolist() == [1, 2, 2, 2, 1]


def test_turns_outside_every_stage_or_not_relevant_do_not_count():
    """A missing stage and an irrelevant turn."""
    marks = MARKS.assign(stage_id=[None, *["ST1"] * 5], relevant=[True, True, True, False, True, True])
    assert tally(marks=marks)["document_id"].tolist() == ["d2"]


def test_what_a_coder_was_not_asked_for_has_no_column():
    """Without the marker there is no composite of it either."""
    assert list(tally(coded=["A1", "A2"]).columns[len(TALLIES.columns) :]) == ["A1", "A2", "A_any"]


def test_coders_are_not_mixed():
    """One plain sentence names them."""
    codes = pd.concat([CODES, CODES.assign(coder_id="planted")])
    with pytest.raises(ValueError, match=r"2 coders are mixed \(dictionary, planted\)"):
        tally(codes=codes)


def test_no_code_at_all_gives_zeros():
    """A coder who found nothing."""
    assert tally(codes=CODES.iloc[:0])["A_any"].tolist() == [0, 0, 0]


def test_order_of_the_tables_does_not_matter():
    """Shuffled shards give the same tallies."""
    shuffled = {
        name: table.sample(frac=1, random_state=1)
        for name, table in (
            ("documents", DOCUMENTS),
            ("turns", TURNS),
            ("speakers", SPEAKERS),
            ("sentences", SENTENCES),
            ("codes", CODES),
        )
    }
    pd.testing.assert_frame_equal(tally(**shuffled), tally())


def test_other_languages_are_left_out_and_counted():
    """One Russian document beside the English one."""
    kept, n_other = keep_language(tally(), "en")
    assert kept["document_id"].tolist() == ["d1", "d1"] and n_other == 1

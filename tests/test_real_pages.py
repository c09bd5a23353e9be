"""The 291 real pages: every character accounted for, and the speakers that a reader sees.

The sequences below were established by reading the pages, not from the output of the code.
"""

import csv
from itertools import groupby
from pathlib import Path

import pandas as pd
import pytest

from framings.documents import parse_documents
from framings.schemas import KNOWN_SPEAKERS, REGISTER
from framings.speakers import resolve_speakers
from framings.turns import segment_turns

FOLDER = Path(__file__).parents[2] / "shared" / "corpus" / "kremlin"
PAGES = FOLDER / "pages"
pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason="the real pages (../shared/corpus/kremlin/pages) are not here")

# One letter a speaker in the sequences of the pages; ? is somebody unnamed.
LETTERS = {
    "P": ("vladimir-putin", "Vladimir Putin", "President of Russia", "2012-05-07", None, "PUTIN"),
    "M": ("dmitry-medvedev", "Dmitry Medvedev", "President of Russia", "2008-05-07", "2012-05-06", "MEDVEDEV"),
    "Z": ("nursultan-nazarbayev", "Nursultan Nazarbayev", "President of Kazakhstan", "1991-12-16", "2019-03-19", "NAZARBAYEV"),
    "K": ("alexander-lukashenko", "Alexander Lukashenko", "President of Belarus", "1994-07-20", None, "LUKASHENKO"),
    "S": ("serzh-sargsyan", "Serzh Sargsyan", "President of Armenia", "2008-04-09", "2018-04-09", "SARGSYAN_S"),
    "T": ("tigran-sargsyan", "Tigran Sargsyan", "Chairman of the Commission Board", "2016-02-01", "2020-01-31", "EEC"),
    "V": ("viktor-khristenko", "Viktor Khristenko", "Chairman of the Commission Board", "2012-02-01", "2016-01-31", "EEC"),
    "N": ("nikol-pashinyan", "Nikol Pashinyan", "Prime Minister of Armenia", "2018-05-08", None, "PASHINYAN"),
    "D": ("igor-dodon", "Igor Dodon", "President of Moldova", "2016-12-23", "2020-12-24", None),
    "X": ("xi-jinping", "Xi Jinping", None, None, None, None),
    "R": ("rumen-radev", "Rumen Radev", None, None, None, None),
    "L": ("peter-pellegrini", "Peter Pellegrini", None, None, None, None),
    "G": ("antonio-guterres", "Antonio Guterres", None, None, None, None),
    "H": ("sophie-shevardnadze", "Sophie Shevardnadze", None, None, None, None),
}
SEQUENCES = {
    "55819": "P S P K P Z P D P T P T P Z P",
    "17916": "P V P V P V P",
    "51737": "P T P",
    "8021": "? M ? M ? M",
    "59531": "P N P",
    "60707": (
        "H P H X H R H R H N H L H G H X H P H G H L H P "  # the speeches, and the first round
        "H P H P H X H P H P H P H P H R H R H N H N H N H N H P N "  # Belt and Road, the Union and the EU
        "H P H P H P H P H P H P H P H P H R P H R P H L H R H R L P "  # neighbours, gas and sanctions
        "H N H X H P H R L H G H P H X P H P"  # what to change, Korea, farewell
    ),
}


@pytest.fixture(scope="module")
def tables():
    """Return documents, paragraphs, removed pieces, turns, spans and speakers of all real pages."""
    with (FOLDER / "documents.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    register = pd.DataFrame(
        {
            "document_id": ["kremlin-en-" + row["id"] for row in listed],
            "source": "kremlin", "language": "en", "event_type": "other", "seed_document": "no", "note": None, "speaker": None,
            **{column: [row[column] or None for row in listed] for column in ("url", "date", "title", "place", "sha256")},
            "page": [row["id"] + ".html" for row in listed],
        }
    )[list(REGISTER.columns)]  # fmt: skip
    documents, paragraphs, removed = parse_documents(register, lambda name: (PAGES / name).read_bytes())
    turns, spans = segment_turns(documents, paragraphs)
    columns = ["speaker_id", "name", "office", "start", "end", "actor_id"]
    known = pd.DataFrame(list(LETTERS.values()), columns=columns).reindex(columns=list(KNOWN_SPEAKERS.columns)).astype(object)
    return documents, paragraphs, removed, turns, spans, resolve_speakers(documents, turns, known)


def test_all_pages_are_read_and_every_character_is_accounted_for(tables):
    """All 291 are parsed under their registered fingerprint, with their day; kept and removed make the body."""
    documents, paragraphs, removed, *_ = tables
    assert documents["status"].value_counts().to_dict() == {"parsed": 291}
    assert (documents["n_chars_body"] == documents["n_chars_kept"] + documents["n_chars_removed"]).all()
    inked = lambda texts: texts.str.replace(r"\s+", "", regex=True).str.len()  # noqa: E731 (used twice in one line)
    kept = inked(paragraphs["text"]).groupby(paragraphs["document_id"]).sum()
    assert kept.to_dict() == documents.set_index("document_id")["n_chars_kept"].to_dict()
    assert removed["n_chars"].sum() == documents["n_chars_removed"].sum()
    assert documents["page_date"].isna().sum() == 21  # announcements carry no day
    assert documents["reason"].notna().sum() == 0


def test_every_character_has_one_function(tables):
    """The spans of each paragraph follow each other from its first character to its last."""
    _, paragraphs, _, _, spans, _ = tables
    keys = ["document_id", "paragraph"]
    lengths = paragraphs.assign(length=paragraphs["text"].str.len()).set_index(keys)["length"]
    ends = spans.groupby(keys)["end"]
    assert ends.max().sort_index().equals(lengths.sort_index().rename("end"))
    assert (spans["start"] == ends.shift(fill_value=0)).all()


@pytest.mark.parametrize("number", list(SEQUENCES))
def test_the_speakers_are_those_that_a_reader_sees(tables, number):
    """The full sequence of speakers, turn by turn."""
    *_, speakers = tables
    letters = {person[0]: letter for letter, person in LETTERS.items()}
    mine = speakers[speakers["document_id"] == f"kremlin-en-{number}"]
    found = [letters[person] if isinstance(person, str) else "?" for person in mine["speaker_id"]]
    assert " ".join(found) == " ".join(SEQUENCES[number].split())


def test_the_turns_of_a_meeting_are_counted(tables):
    """55819: fifteen turns, the Sargsyans apart, a direction and no read-out after the floor is given."""
    *_, spans, speakers = tables
    mine = speakers[speakers["document_id"] == "kremlin-en-55819"]
    assert len(mine) == 15
    assert mine["actor_id"].value_counts().to_dict() == {
        "PUTIN": 8, "EEC": 2, "NAZARBAYEV": 2, "SARGSYAN_S": 1, "LUKASHENKO": 1,
    }  # fmt: skip
    held = spans[spans["document_id"] == "kremlin-en-55819"]
    assert [kind for kind, _ in groupby(held["kind"])][:4] == ["read-out", "heading", "label", "speech"]
    assert (held["kind"] == "stage direction").sum() == 1


@pytest.mark.parametrize(
    ("number", "n_turns", "n_questions"),
    [("39477", 0, 0), ("26838", 0, 0), ("56663", 0, 0), ("17156", 0, 0), ("13679", 3, 0), ("56318", 9, 2), ("59844", 10, 2)],
)
def test_read_outs_have_no_turns_and_halls_ask(tables, number, n_turns, n_questions):
    """Reported speech, a written message and a note for the press are nobody's turns; voices from the hall are questions."""
    *_, turns, _, _ = tables
    mine = turns[turns["document_id"] == f"kremlin-en-{number}"]
    assert (len(mine), (mine["kind"] == "question").sum()) == (n_turns, n_questions)


def test_the_sites_quotations_are_not_said_twice(tables):
    """13679 sets two phrases of the president off as quotations; they leave the text with their reason."""
    _, _, removed, *_ = tables
    mine = removed[removed["document_id"] == "kremlin-en-13679"]
    assert mine["reason"].str.startswith("quotation set off").sum() == 2


def test_one_broken_byte_is_told(tables):
    """63123 holds a byte that is no UTF-8; the page is read without it."""
    _, _, removed, *_ = tables
    assert removed[removed["reason"] == "byte that is not UTF-8"][["document_id", "text"]].to_numpy().tolist() == [
        ["kremlin-en-63123", "0xe3"]
    ]

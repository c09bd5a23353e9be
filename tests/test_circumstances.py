"""Who is at home and whose words are translated, from places, labels and offices."""

import pandas as pd

from framings.circumstances import PLACES, describe_circumstances, find_countries
from framings.schemas import check

KNOWN = pd.DataFrame(
    {
        "speaker_id": ["ann", "ann", "bo", "cy", "cy"],
        "actor_id": ["ANN", None, None, None, "COMMISSION"],
        "country": ["Northland", "Northland", "Eastland", "Northland", "The Union's Commission"],
    }
)
ACTORS = {"ann": "ANN", "cy": "COMMISSION"}
SPOKEN = check(pd.DataFrame({"place": ["Upper Nord", "Nord", "Ost"], "country": ["Eastland", "Northland", "Eastland"]}), PLACES)


def describe(place, speaker, remark=""):
    """Return (host, translated) of one turn."""
    documents = pd.DataFrame({"document_id": ["d"], "place": [place]})
    turns = pd.DataFrame({"document_id": ["d"], "turn": [0], "remark": [remark]})
    speakers = pd.DataFrame({"document_id": ["d"], "turn": [0], "speaker_id": [speaker], "actor_id": [ACTORS.get(speaker)]})
    row = describe_circumstances(documents, turns, speakers, KNOWN, SPOKEN).iloc[0]
    return row["host"], bool(row["translated"])


def test_a_speaker_is_host_at_home_and_guest_elsewhere():
    """The country of the place is compared with the speaker's; words around the place do not matter."""
    assert describe("The Castle, Nord", "ann") == ("host", False)
    assert describe("Ost", "ann") == ("guest", False)
    assert describe("Ost", "bo") == ("host", False)


def test_nothing_is_guessed_where_place_or_home_is_unknown():
    """No place, a place not listed, nobody named, or an official of a body that is no state."""
    for place, speaker in ((None, "ann"), ("Far Away", "ann"), ("Nord", None), ("Nord", "cy")):
        assert describe(place, speaker)[0] == "unknown"


def test_the_longest_place_counts_and_only_whole_words():
    """Upper Nord is not Nord, and Nordstrom is neither."""
    assert find_countries(["Upper Nord", "nord", "Nordstrom"], SPOKEN) == ["Eastland", "Northland", None]


def test_a_translation_is_known_from_the_label():
    """Both spellings; other remarks are none."""
    assert [describe("Nord", "bo", remark)[1] for remark in ("retranslated", "Re-translated", "laughing", "")] == [
        True,
        True,
        False,
        False,
    ]

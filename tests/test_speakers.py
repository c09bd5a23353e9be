"""Who stands behind a label."""

import pandas as pd
import pytest

from framings.schemas import KNOWN_SPEAKERS, ContractError
from framings.speakers import check_known_speakers, resolve_speakers

KNOWN = [
    ("ada-king", "Ada King", "Ada Kyng;Ада Кинг", "Ruler;President of Northland", "2010-01-01", "2015-06-30", "NORTH"),
    ("ada-king", "Ada King", "", "First President of Northland", "2015-07-01", "", ""),
    ("bo-reed", "Bo Reed", "", "President of Northland", "2015-07-01", "", "NORTH"),
    ("max-lane", "Max Lane", "Maks Layn", "President of Southland", "2008-01-01", "2018-04-09", "SOUTH"),
    ("tim-lane", "Tim Lane", "", "Chairman of the Board of the Joint Commission", "2016-02-01", "2020-01-31", "COMMISSION"),
    ("ivo-van-der-berg", "Ivo van der Berg", "", "Minister of Trade", "", "", ""),
]  # fmt: skip


def known(*more):
    """Return the small table of speakers, with further rows."""
    columns = ["speaker_id", "name", "forms", "office", "start", "end", "actor_id"]
    table = pd.DataFrame([*KNOWN, *more], columns=columns).replace("", None)
    return table.reindex(columns=list(KNOWN_SPEAKERS.columns)).astype(object)


def resolve(label, name, office="", day="2014-05-29", kind="speech"):
    """Return person, actor, resolution and nearest names for one label on one day."""
    documents = pd.DataFrame({"document_id": ["d"], "date": [day]})
    turns = pd.DataFrame(
        {"document_id": ["d"], "turn": [0], "kind": [kind], "label": [label], "name": [name], "office": [office]}
    )
    row = resolve_speakers(documents, turns, known()).astype(object).where(lambda table: table.notna(), None).iloc[0]
    return row["speaker_id"], row["actor_id"], row["resolution"], row["nearest"]


@pytest.mark.parametrize("name", ["Ada King", "ADA KING", "AdaKing", "Ada  Kyng", "Áda King", "Ада Кинг", "adaking"])
def test_a_full_name_is_found_in_any_dress(name):
    """Case, spaces, accents and listed spellings do not matter."""
    assert resolve(name, name) == ("ada-king", "NORTH", "full name", None)


def test_the_actor_depends_on_the_day():
    """A person speaks for an actor from the first to the last day in office, both included."""
    assert resolve("Ada King", "Ada King", day="2015-06-30")[1] == "NORTH"
    assert resolve("Ada King", "Ada King", day="2015-07-01")[:2] == ("ada-king", None)
    assert resolve("Ada King", "Ada King", day="2009-12-31")[:2] == ("ada-king", None)
    assert resolve("Bo Reed", "Bo Reed", day="2015-07-01")[1] == "NORTH"


def test_namesakes_never_mix():
    """Max and Tim Lane keep apart by name; the bare surname is nobody's while both are in office."""
    assert resolve("President of Southland Max Lane", "Max Lane", "President of Southland", "2017-10-11")[0] == "max-lane"
    assert resolve("Joint Commission Board Chairman Tim Lane", "Tim Lane", day="2017-10-11")[:2] == ("tim-lane", "COMMISSION")
    assert resolve("Lane", "Lane", day="2017-10-11")[:3] == (None, None, "unresolved")
    assert resolve("Lane", "Lane", day="2012-01-01")[::2] == ("max-lane", "surname")
    assert resolve("T. Lane", "T. Lane", day="2012-01-01")[::2] == ("tim-lane", "surname")


def test_an_unknown_namesake_is_not_given_to_a_known_one():
    """Another given name with a known surname stays unresolved, with the nearest names."""
    assert resolve("Ann Lane", "Ann Lane", "Deputy Minister") == (None, None, "unresolved", "Max Lane; Tim Lane")
    assert resolve("Mara Lane", "Mara Lane", day="2012-01-01")[2] == "unresolved"


def test_a_surname_with_an_office_is_dated():
    """An office held that day tells whose surname it is, and forgives another spelling of the given name."""
    assert resolve("President Lane", "Lane", "President", "2017-01-01")[::2] == ("max-lane", "surname and office")
    assert resolve("President of Southland Maximus Lane", "Maximus Lane", "President of Southland")[2] == "surname and office"
    assert (
        resolve("President of Southland Maximus Lane", "Maximus Lane", "President of Southland", "2019-01-01")[2] == "unresolved"
    )


@pytest.mark.parametrize("name", ["A.King", "A. King", "A.KING", "А.Кинг"])
def test_initials_are_enough_for_one(name):
    """Initials with a surname find the only person who bears them, in both scripts."""
    assert resolve(name, name)[::2] == ("ada-king", "surname")


def test_an_office_alone_names_its_holder_that_day():
    """The same office leads to another person after a change; a near office leads to nobody."""
    assert resolve("President of Northland", "", "President of Northland", "2014-01-01")[:3] == ("ada-king", "NORTH", "role")
    assert (
        resolve("President of the Republic of Northland", "", "President of the Republic of Northland", "2016-01-01")[0]
        == "bo-reed"
    )
    assert resolve("Vice President of Northland", "", "Vice President of Northland")[2] == "unresolved"


@pytest.mark.parametrize("office", ["Ruler", "President of Lakeland", "Lakeland President"])
def test_each_office_of_a_cell_names_its_holder(office):
    """A cell of speakers.csv may hold several offices separated by ';': each of them counts by itself, none needs the others."""
    offices = "Ruler; President of Lakeland ;Lakeland President"
    table = known(("dora-vane", "Dora Vane", "", offices, "2018-01-01", "", "LAKE"), ("eve-vane", "Eve Vane", "", "", "", "", ""))
    documents = pd.DataFrame({"document_id": ["d"], "date": ["2020-01-01"]})
    turns = pd.DataFrame({"document_id": "d", "turn": [0, 1], "kind": "speech", "name": ["", "Vane"], "office": office})
    found = resolve_speakers(documents, turns.assign(label=[office, f"{office} Vane"]), table)
    assert found["speaker_id"].tolist() == ["dora-vane", "dora-vane"]
    assert found["resolution"].tolist() == ["role", "surname and office"]


def test_a_speaker_may_be_a_country():
    """Where a register names who speaks, the turn has no label; a name of one word is a full name too."""
    table = known(("northland", "Northland", "Republic of Northland", "", "", "", "NORTHLAND"))
    documents = pd.DataFrame({"document_id": ["d"], "date": ["2014-05-29"]})
    names = ["Northland", "Republic of Northland", "Ada King", "Nortland"]
    turns = pd.DataFrame(
        {"document_id": "d", "turn": range(4), "kind": "speech", "label": ["", "", "–", ""], "name": names, "office": ""}
    )
    found = resolve_speakers(documents, turns, table)
    assert found["speaker_id"].tolist()[:3] == ["northland", "northland", "ada-king"]
    assert found["resolution"].tolist() == ["full name", "full name", "full name", "unresolved"]
    assert found["nearest"][3] == "Northland"


@pytest.mark.parametrize(
    ("name", "office", "nearest"),
    [
        ("Maximilian Konstantin Lane", "", "Max Lane; Tim Lane"),
        ("Bo Read", "", "Bo Reed"),
        ("", "Vice President of Northland", "Bo Reed; Ada King; Max Lane"),
        ("Quentin Xylophone", "Cook", None),
        ("", "Cook", None),
    ],
)
def test_an_unresolved_label_comes_with_the_nearest_names(name, office, nearest):
    """Near are like names, bearers of the surname, and, where there is no name, holders of like offices."""
    assert resolve(f"{office} {name}".strip(), name, office, "2017-01-01")[2:] == ("unresolved", nearest)


def test_roles_without_a_name_are_nobody():
    """A question from the hall has no speaker and no nearest name."""
    assert resolve("Question", "", "Question", kind="question") == (None, None, "role without a name", None)


def test_names_inside_labels_are_found():
    """A name with particles, with a word before it that is no name, or glued to its office is found."""
    assert resolve("Minister of Trade Ivo van der Berg", "Ivo van der Berg")[0] == "ivo-van-der-berg"
    assert resolve("Paramedic Ada King", "Paramedic Ada King")[::2] == ("ada-king", "full name")
    assert resolve("PresidentofNorthlandAdaKing", "PresidentofNorthlandAdaKing")[::2] == ("ada-king", "full name")
    assert resolve("Ada King (retranslated)", "Ada King")[0] == "ada-king"


def test_a_look_alike_letter_makes_no_person():
    """A Latin name with one Cyrillic letter is not merged; the name it resembles is shown."""
    assert resolve("Bo Rееd", "Bo Rееd", day="2016-01-01") == (None, None, "unresolved", "Bo Reed")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            ("cy-fox", "Cy Fox", "Ada Kyng", "", "", "", ""),
            "row 8, column 'forms': 'Ada Kyng' is a name of 'ada-king' too",
        ),
        (("cy-fox", "ADA KING", "", "", "", "", ""), "row 8, column 'name': 'ADA KING' is a name of 'ada-king' too"),
        (("cy-fox", "Cy Fox", "", "", "2010-02-30", "", ""), "row 8, column 'start': '2010-02-30' is no day"),
        (("cy-fox", "Cy Fox", "", "", "", "May 2010", ""), "row 8, column 'end': 'May 2010' is no day"),
        (("cy-fox", "Cy Fox", "", "", "2012-01-01", "2011-01-01", ""), "row 8, column 'end': 2011-01-01 is before the start"),
        (
            ("bo-reed", "Bo Reed", "", "Mayor", "2016-01-01", "", "CITY"),
            "row 8, column 'actor_id': 'bo-reed' is 'CITY' here and",
        ),
    ],
)
def test_a_bad_table_of_speakers_is_refused_with_row_and_column(row, sentence):
    """One spelling for two people, a day that is none, two actors at once: each is named with its row."""
    with pytest.raises(ContractError) as error:
        check_known_speakers(known(row), "speakers.csv")
    assert str(error.value).startswith("speakers.csv, ")
    assert sentence in str(error.value)


def test_no_turns_give_an_empty_table():
    """A shard without turns is no error."""
    documents = pd.DataFrame({"document_id": ["d"], "date": ["2014-05-29"]})
    turns = pd.DataFrame(columns=["document_id", "turn", "kind", "label", "name", "office"])
    assert len(resolve_speakers(documents, turns, known())) == 0

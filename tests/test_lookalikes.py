"""Facts about names that are not what they look like, and about cleaning twice."""

import random
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framings.lookalikes import ALIKE, find_lookalikes
from framings.schemas import KNOWN_SPEAKERS
from framings.sources.text import read_page
from framings.speakers import resolve_speakers
from framings.texts import INVISIBLE, normalise_text

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
PEOPLE = [
    "Jane Doe",
    "John Roe",
    "Serzh Garden",
    "Tigran Garden",
    "Héctor Zoë",
    "Иван Сосновский",
    "Пётр Йорданов",
    "Max van der Mee",
    "Ann Carson",
    "Oto Bach",
]
TWINS = {}
for foreign, latin in ALIKE.items():
    TWINS.setdefault(latin, []).append(foreign)
    TWINS.setdefault(foreign, []).append(latin)
HIDDEN = "\u200b\u200d\u00ad\u2060\ufeff\u200e\u2066\u061c\u034f\ufe0f\u180e\x07\x9d"


def perturb(name, kind, rng):
    """Return a name changed in one way that a reader hardly sees."""
    places = range(len(name))
    if kind == "look-alike letters":
        place = rng.choice([place for place in places if name[place] in TWINS])
        return name[:place] + rng.choice(TWINS[name[place]]) + name[place + 1 :]
    if kind == "invisible characters":
        for _ in range(rng.randint(1, 3)):
            place = rng.randrange(len(name) + 1)
            name = name[:place] + rng.choice(HIDDEN) + name[place:]
        return name
    if kind == "letters taken apart":
        return unicodedata.normalize("NFD", name)
    if kind == "spaces":
        return " " + name.replace(" ", rng.choice(["  ", "\u00a0", " \u2009", "\t"])) + "\n"
    return rng.choice([name.upper(), name.lower(), name.title(), name.swapcase()])


KINDS = ("look-alike letters", "invisible characters", "letters taken apart", "spaces", "case")
RNG = random.Random(20)
PERTURBED = [(name, kind, perturb(name, kind, RNG)) for name in PEOPLE for kind in KINDS for _ in range(4)]


def resolve(names, office=""):
    """Return who the names resolve to among the ten people, as the workflow does it: cleaned first."""
    known = pd.DataFrame(
        [(f"person-{number}", name, None, "Gardener", None, None, None, None, None) for number, name in enumerate(PEOPLE)],
        columns=list(KNOWN_SPEAKERS.columns),
    )
    names = [normalise_text(name) for name in names]
    turns = pd.DataFrame({"turn": range(len(names)), "label": names, "name": names}).assign(
        document_id="d", kind="speech", office=office
    )
    documents = pd.DataFrame({"document_id": ["d"], "date": ["2017-10-11"]})
    return (
        resolve_speakers(documents, turns, known)["speaker_id"].astype(object).where(lambda cells: cells.notna(), None).tolist()
    )


def test_two_hundred_perturbed_names_make_no_new_and_no_merged_people():
    """What is only hidden, taken apart, spaced or in another case is the same person; look-alike letters are nobody's."""
    assert len(PERTURBED) == 200
    found = resolve([name for _, _, name in PERTURBED])
    for (name, kind, changed), person in zip(PERTURBED, found, strict=True):
        right = f"person-{PEOPLE.index(name)}"
        assert person == (None if kind == "look-alike letters" else right), (name, kind, changed)


def test_an_office_beside_a_perturbed_name_leads_to_nobody_else():
    """With the office before it a name with a foreign letter is the right person or nobody."""
    for (name, _, _), person in zip(PERTURBED, resolve([name for _, _, name in PERTURBED], "Gardener"), strict=True):
        assert person in (None, f"person-{PEOPLE.index(name)}")


def test_every_look_alike_name_is_reported_and_no_other():
    """Each of the names with foreign letters is reported with the known name; the known names themselves are not."""
    table = find_lookalikes([changed for _, _, changed in PERTURBED], PEOPLE)
    like = dict(table.loc[table["problem"] == "look-alike letters", ["name", "like"]].values)
    assert like == {changed: normalise_text(name) for name, kind, changed in PERTURBED if kind == "look-alike letters"}
    hidden = set(table.loc[table["problem"] == "invisible characters", "name"])
    assert hidden >= {changed for _, kind, changed in PERTURBED if kind == "invisible characters"}
    assert find_lookalikes(PEOPLE).empty


def test_names_of_two_alphabets_are_reported_without_a_twin():
    """A mixture is suspicious in itself; accents, initials and hyphens are not."""
    assert find_lookalikes(["Иван Roe"]).values.tolist() == [["Иван Roe", "mixed scripts", None]]
    assert find_lookalikes(["J. Doe-Zoë", "Jane Doe", "José", "Jose", "Пётр", "Петр", "O’Neil"]).empty


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(text):
    """The cleaner leaves what it has cleaned as it is, and no invisible character."""
    once = normalise_text(text)
    assert normalise_text(once) == once == unicodedata.normalize("NFC", once)
    assert not INVISIBLE.search(once)


def test_every_character_is_cleaned_once_and_for_all():
    """True of each character of Unicode alone and between letters and marks."""
    for code in range(0x110000):
        for text in (chr(code), f"a{chr(code)}\u0301"):
            once = normalise_text(text)
            assert normalise_text(once) == once, hex(code)


def test_no_white_space_is_thought_invisible():
    """What separates words stays a separator."""
    assert not [hex(code) for code in range(0x110000) if chr(code).isspace() and INVISIBLE.match(chr(code))]


def test_real_texts_are_cleaned_once_and_for_all():
    """The lines of all real speeches and pages: cleaning twice is cleaning once."""
    if not CORPUS.exists():
        pytest.skip("the real texts are not here (../shared/corpus)")
    texts = [line for path in (CORPUS / "ungdc").glob("*.txt") for line in path.read_text(encoding="utf-8-sig").split("\n")]
    for path in (CORPUS / "kremlin" / "pages").glob("*.html"):
        texts += path.read_bytes().decode("utf-8", "replace").split("\n")
    assert len(texts) > 50_000
    for text in texts:
        once = normalise_text(text)
        assert normalise_text(once) == once
    for path in (CORPUS / "ungdc").glob("*_47_*.txt"):
        assert all(normalise_text(part.text) == part.text for part in read_page(path.read_bytes(), "x").paragraphs)

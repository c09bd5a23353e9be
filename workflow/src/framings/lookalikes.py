"""Look-alike names: letters of one alphabet that pass for those of another, and characters that nobody sees."""

import unicodedata

import pandas as pd

from framings.texts import normalise_text

SCRIPTS = (
    "LATIN",
    "CYRILLIC",
    "GREEK",
    "ARMENIAN",
    "HEBREW",
    "ARABIC",
    "GEORGIAN",
    "CJK",
    "HANGUL",
    "HIRAGANA",
    "KATAKANA",
    "FULLWIDTH",
)
# Letters that are drawn alike in most fonts: Cyrillic and Greek ones, each with the Latin letter it passes for.
ALIKE = dict(zip("АВЕЅІЈКМНОРСТУХԌԚԜҺаеѕіјорсухԁһԛԝҽѵԍ", "ABESIJKMHOPCTYXGQWhaesijopcyxdhqwevg", strict=True))
ALIKE |= dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹοανικρυχϲϳıɑɡƖ", "ABEZHIKMNOPTYXCoavikpuxcjiagl", strict=True))
COLUMNS = ("name", "problem", "like")


def find_lookalikes(names, known=()):
    """Return a table of the names that may not be what they look like: name, problem, the known name it looks like.

    The problem is ``mixed scripts`` (letters of two alphabets in one name), ``look-alike letters`` (a known name but for
    letters of another alphabet), or ``invisible characters`` (those, or marks apart from their letters). Names are only
    reported: nothing here says that two of them are one person. One row a name and problem, sorted; ``known`` are the
    names to compare with, all of ``names`` where it is empty.

    >>> find_lookalikes(["J\\u0430ne Doe", "Jane Doe", "John\\u200b Roe"]).values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['John\\u200b Roe', 'invisible characters', 'John Roe'],
     ['Jаne Doe', 'look-alike letters', 'Jane Doe'],
     ['Jаne Doe', 'mixed scripts', 'Jane Doe']]
    """
    names = sorted(set(names))
    twins = {}
    for other in sorted(set(known) or set(names)):
        other = normalise_text(other)
        if len(list_scripts(other)) < 2:
            twins.setdefault(draw_name(other), []).append(other)
    rows = []
    for name in names:
        plain = normalise_text(name)
        like = next((other for other in twins.get(draw_name(plain), ()) if other.casefold() != plain.casefold()), None)
        if " ".join(name.split()) != plain:
            rows.append((name, "invisible characters", plain))
        if len(list_scripts(plain)) > 1:
            rows.append((name, "mixed scripts", like))
        if like is not None:
            rows.append((name, "look-alike letters", like))
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype="object")
    return table.sort_values(["problem", "name"], kind="stable", ignore_index=True)


def draw_name(name):
    """Return what a name looks like: without case and spaces, each letter as the Latin one it passes for.

    >>> draw_name("Се") == draw_name("ce"), draw_name("Cé") == draw_name("Ce")
    (True, False)
    """
    plain = unicodedata.normalize("NFKD", name)
    drawn = "".join(ALIKE.get(letter, letter) for letter in plain if letter.isalnum() or unicodedata.combining(letter))
    return "".join(ALIKE.get(letter, letter) for letter in drawn.casefold())


def list_scripts(name):
    """Return the alphabets of the letters in a name, in alphabetical order.

    >>> list_scripts("Jane Roe"), list_scripts("Иванов Ltd")
    (['LATIN'], ['CYRILLIC', 'LATIN'])
    """
    words = (unicodedata.name(letter, "").split(" ")[0].split("-")[0] for letter in name if letter.isalpha())
    return sorted({word for word in words if word in SCRIPTS})

"""Facts about text and tokens."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from framings.texts import TOKEN, fold_token, normalise_text, tokenise


def words(text):
    return [token for token, _, _ in tokenise(text)]


def test_white_space_of_every_kind_becomes_one_space():
    """No-break, thin and line-separating spaces fold like ordinary ones."""
    assert normalise_text("\u2003a\u00a0\u2009b\r\n\tc\u2028") == "a b c"


def test_invisible_characters_vanish_without_leaving_a_gap():
    """Zero-width characters, direction marks and soft hyphens are not part of a word."""
    assert normalise_text("\ufeffinte\u00adgra\u200btion\u200e") == "integration"


def test_letters_are_composed():
    """A decomposed й is one letter after normalisation, so it matches the codebook's."""
    assert normalise_text("и\u0306") == "й"


def test_inner_hyphens_and_apostrophes_belong_to_the_word():
    """Words with a hyphen or an apostrophe inside are one token each."""
    assert words("an anti-crisis fund, the People's Republic, good‑neighbourly") == [
        "an", "anti-crisis", "fund", "the", "people's", "republic", "good-neighbourly",
    ]  # fmt: skip


def test_typographic_variants_are_the_same_token():
    """Curly and straight apostrophes and all hyphens fold together."""
    assert words("people’s people's peopleʼs") == ["people's"] * 3
    assert words("well-being well‐being well‑being") == ["well-being"] * 3


def test_dashes_and_outer_marks_separate():
    """A dash is no hyphen, and quotation marks or a trailing apostrophe are not part of a word."""
    assert words("Moscow–Minsk — ‘states’ peoples' -x-") == ["moscow", "minsk", "states", "peoples", "x"]


def test_numbers_keep_their_point_and_comma():
    """A decimal, a thousand and a dotted date are one token each; the stop after a year is not."""
    assert words("2.5 or 1,000 on 29.05.2014, in 1994.") == ["2.5", "or", "1,000", "on", "29.05.2014", "in", "1994"]


def test_russian_yo_and_stress_marks_fold():
    """ё equals е, and a stress mark inside a word does not split it."""
    assert words("Ещё партнёры, бо\u0301льшая") == ["еще", "партнеры", "большая"]


@given(st.text(max_size=80))
def test_offsets_point_at_the_token(text):
    """The characters at the offsets fold to the token, tokens do not overlap, and no letter is left outside."""
    tokens, last = tokenise(text), 0
    for token, start, end in tokens:
        assert last <= start < end and fold_token(text[start:end]) == token
        assert not any(character.isalnum() for character in text[last:start] if unicodedata.category(character)[0] in "LN")
        last = end
    assert not any(unicodedata.category(character)[0] == "L" for character in text[last:])


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text):
    """normalise_text is idempotent, and its result holds no invisible character."""
    once = normalise_text(text)
    assert normalise_text(once) == once and TOKEN.findall(once) == TOKEN.findall(normalise_text(once))

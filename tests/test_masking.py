"""What coders do not see."""

import pandas as pd

from framings.masking import build_masks, mask_text
from framings.schemas import KNOWN_SPEAKERS

KNOWN = pd.DataFrame(
    [
        {"speaker_id": "a", "name": "Jane Doe", "forms": "Jeanne Doe;J. Doe", "actor_id": "DOE"},
        {"speaker_id": "b", "name": "Max Oak"},
    ]
).reindex(columns=list(KNOWN_SPEAKERS.columns))
WORDS = pd.DataFrame({"word": ["Arland", "Arland Republic", "Arlandic"], "mask": ["[state]", "[state]", "[state's]"]})


def test_names_states_and_days_are_replaced():
    """Every spelling of a name, the longest word first, days with and without a year; an actor's surname counts alone."""
    masks = build_masks(KNOWN, WORDS)
    said = "Mr Doe and Jeanne Doe of the Arland Republic met Max Oak in May 2014; on March 5 Arlandic oaks stood, as in 1999."
    shown = "Mr [person] and [person] of the [state] met [person] in [date]; on [date] [state's] oaks stood, as in [date]."
    assert mask_text(said, masks) == shown


def test_parts_of_words_and_other_surnames_stay():
    """A mask covers whole words alone; the surname of somebody who is no actor may be a plain word and stays."""
    masks = build_masks(KNOWN, WORDS)
    assert mask_text("Arlandia’s oak, and Oak Street 2014a", masks) == "Arlandia’s oak, and Oak Street 2014a"


def test_masking_twice_changes_nothing():
    """What is masked holds nothing to mask."""
    masks = build_masks(KNOWN, WORDS)
    once = mask_text("Jane Doe, Arland, 5 May 2014", masks)
    assert mask_text(once, masks) == once == "[person], [state], [date]"

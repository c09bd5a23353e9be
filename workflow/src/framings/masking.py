"""Masking: what would tell a coder who speaks, where and when is replaced, so that the sentence is coded and not its speaker."""

import re

from framings.schemas import Column, Contract

MASKS = Contract(
    "masks.csv", "a word that coders do not see", ("word",),
    {"word": Column("text", "word or words as printed"), "mask": Column("text", "what stands in its place, in square brackets")},
)  # fmt: skip

MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
)
DATE = re.compile(
    rf"\b(?:\d{{1,2}} (?:{MONTHS})(?:,? \d{{4}})?|(?:{MONTHS}) \d{{1,2}}(?:,? \d{{4}})?|(?:{MONTHS}) \d{{4}}|(?:19|20)\d\d)\b"
)


def build_masks(known, words):
    """Return masks for ``mask_text``: the names of all known speakers, the words of MASKS tables, days and years.

    ``known``: KNOWN_SPEAKERS; ``words``: MASKS. Surnames count alone where their bearer has an actor.
    """
    # ASSUME: states, cities and persons give the speaker away; what is said about them can be coded without their names.
    names = {form.strip() for cell in (*known["name"], *known["forms"].dropna()) for form in cell.split(";")}
    names |= {name.split()[-1] for name in known.loc[known["actor_id"].notna(), "name"]}
    table = dict.fromkeys(filter(None, names), "[person]") | dict(zip(words["word"], words["mask"], strict=True))
    ends = "|".join(map(re.escape, sorted(table, key=lambda word: (-len(word), word))))
    return re.compile(rf"(?<!\w)(?:{ends})(?!\w)"), table


def mask_text(text, masks):
    """Return ``text`` without names, states, cities and dates.

    >>> masks = re.compile(r"(?<!\\w)(?:Jane Doe|Arland)(?!\\w)"), {"Jane Doe": "[person]", "Arland": "[state]"}
    >>> mask_text("Jane Doe came to Arland on 5 May 2014, in Arland’s spring.", masks)
    '[person] came to [state] on [date], in [state]’s spring.'
    """
    pattern, table = masks
    return DATE.sub("[date]", pattern.sub(lambda match: table[match.group()], text))

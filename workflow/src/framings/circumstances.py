"""Circumstances: whether a speaker is at home, and whether the page gives a translation of what was said."""

import re

from framings.schemas import Column, Contract, check

PLACES = Contract(
    "places.csv", "a place and the state it lies in", ("place",),
    {
        "place": Column("text", "words that stand in a document's place, e.g. Sochi"),
        "country": Column("text", "state, spelt as in speakers.csv"),
    },
)  # fmt: skip

HOSTS = ("host", "guest", "unknown")

CIRCUMSTANCES = Contract(
    "circumstances", "a turn and the circumstances it was spoken in", ("document_id", "turn"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn", low=0),
        "host": Column("text", "whether the event takes place in the speaker's country; unknown: no place, or no country", values=HOSTS),
        "translated": Column("bool", "whether the label says that the words are an interpreter's, retranslated from another language"),
    },
)  # fmt: skip

TRANSLATED = re.compile(r"\b(?:re-?)?translat|переведено|в переводе|обратный перевод", re.IGNORECASE)


def describe_circumstances(documents, turns, speakers, known, places):
    """Return the table CIRCUMSTANCES of all turns.

    A speaker is the host where a place of ``places`` (PLACES) stands in the document's place and lies in the speaker's country
    or, while in an office whose talk is compared, in the actor's (``known`` is KNOWN_SPEAKERS, ``speakers`` SPEAKERS). The longest place counts where several stand there.

    >>> import pandas as pd
    >>> places = pd.DataFrame({"place": ["Moscow", "Moscow Hill"], "country": ["Russia", "Elsewhere"]})
    >>> find_countries(["The Kremlin, Moscow", "Moscow Hill", None], places)
    ['Russia', 'Elsewhere', None]
    """
    here = documents[["document_id"]].assign(here=find_countries(documents["place"].tolist(), places))
    known = known.dropna(subset=["country"])
    of_speaker, of_actor = (known.drop_duplicates(key).set_index(key)["country"] for key in ("speaker_id", "actor_id"))
    table = turns[["document_id", "turn", "remark"]].merge(here, how="left", on="document_id")
    table = table.merge(speakers[["document_id", "turn", "speaker_id", "actor_id"]], how="left", on=["document_id", "turn"])
    # ASSUME: an official of a union's body is at home nowhere: the body is no state of the list of places.
    home = table["actor_id"].map(of_actor).fillna(table["speaker_id"].map(of_speaker))
    told = table["here"].notna() & home.isin(set(places["country"]))
    host = (table["here"] == home).map({True: "host", False: "guest"}).where(told, "unknown")
    translated = table["remark"].fillna("").str.contains(TRANSLATED)
    return check(table[["document_id", "turn"]].assign(host=host, translated=translated), CIRCUMSTANCES)


def find_countries(names, places):
    """Return the country of each place name, None where no known place stands in it."""
    known = sorted(zip(places["place"], places["country"], strict=True), key=lambda pair: -len(pair[0]))
    patterns = [(re.compile(rf"(?<!\w){re.escape(place)}(?!\w)", re.IGNORECASE), country) for place, country in known]
    return [
        next((country for pattern, country in patterns if pattern.search(name)), None) if isinstance(name, str) else None
        for name in names
    ]

"""Speakers: who stands behind a label, by the names and dated offices of the corpus's speakers.csv."""

import difflib
import re
import unicodedata
from collections import defaultdict
from functools import cache

import pandas as pd

from framings.days import is_day
from framings.schemas import SPEAKERS, ContractError, check

ALWAYS, EVER = "0000-00-00", "9999-99-99"
# Words that tell no office from another.
FILLERS = frozenset(["of", "the", "and", "republic", "республики"])


def resolve_speakers(documents, turns, known):
    """Return the table SPEAKERS: who speaks in each turn, and for which actor by the offices held on the document's day.

    In this order: the full name in any of its spellings, whatever the case and the spaces; a surname, or a name of another
    spelling with the same first letter, together with the words of an office held that day; a surname alone or with
    initials, if one known person bears it, or one in office that day; the words of an office alone. A name that is not in
    ``known`` is never given to a namesake: it stays unresolved, with the nearest known names.
    """
    # ASSUME: who holds no office with an actor on the day of the event speaks for no actor (before and after a term).
    check_known_speakers(known)
    people = _People(known)
    find_nearest = cache(people.find_nearest)
    day_of = dict(zip(documents["document_id"], documents["date"], strict=True))

    @cache
    def resolve(kind, label, name, office, day):
        if kind == "question":
            return None, None, "role without a name", None
        person, resolution = people.find(label, name, office, day)
        if person is None:
            return None, None, "unresolved", find_nearest(name, office)
        return person, people.find_actor(person, day), resolution, None

    columns = ("document_id", "turn", "kind", "label", "name", "office")
    rows = [
        (document, turn, *resolve(kind, label, name, office, day_of[document]))
        for document, turn, kind, label, name, office in zip(*(turns[column].tolist() for column in columns), strict=True)
    ]
    return check(pd.DataFrame(rows, columns=list(SPEAKERS.columns)), SPEAKERS)


def check_known_speakers(known, file="speakers.csv"):
    """Return the table of known speakers unchanged, or raise ``ContractError`` naming file, row and column.

    Refuses days that are none or in the wrong order, a spelling of a name shared by two people, and two actors for one
    person on one day. Rows are counted by the index, the heading being row 1.
    """
    owners, terms = {}, defaultdict(list)
    for row, entry in zip(known.index + 2, known.to_dict("records"), strict=True):
        for column in ("start", "end"):
            if _has(entry[column]) and not is_day(entry[column]):
                raise ContractError(f"{file}, row {row}, column {column!r}: {entry[column]!r} is no day; write it as YYYY-MM-DD")
        start, end = _term(entry)
        if end < start:
            raise ContractError(f"{file}, row {row}, column 'end': {end} is before the start {start}; correct one of them")
        for column, form in [("name", entry["name"]), *(("forms", form) for form in _split(entry["forms"]))]:
            owner, first = owners.setdefault(squeeze_name(form), (entry["speaker_id"], row))
            if owner != entry["speaker_id"]:
                raise ContractError(
                    f"{file}, row {row}, column {column!r}: {form!r} is a name of {owner!r} too (row {first}); "
                    f"a spelling belongs to one person, remove it from one of the rows"
                )
        if _has(entry["actor_id"]):
            for other, start_other, end_other, row_other in terms[entry["speaker_id"]]:
                if other != entry["actor_id"] and start <= end_other and start_other <= end:
                    raise ContractError(
                        f"{file}, row {row}, column 'actor_id': {entry['speaker_id']!r} is {entry['actor_id']!r} here and "
                        f"{other!r} in row {row_other} on the same days; correct the days or the actor"
                    )
            terms[entry["speaker_id"]].append((entry["actor_id"], start, end, row))
    return known


def squeeze_name(name):
    """Return a name in lower case, without accents and without anything but letters and digits.

    >>> squeeze_name("Jean-Claude O’Düe"), squeeze_name("J. DOE"), squeeze_name("JaneDoe")
    ('jeanclaudeodue', 'jdoe', 'janedoe')
    """
    plain = unicodedata.normalize("NFKD", name).lower()
    return "".join(character for character in plain if character.isalnum())


class _People:
    """The known people, by spelling, surname, initials and office."""

    def __init__(self, known):
        self.names, self.by_name, self.by_surname, self.by_initials = {}, {}, defaultdict(set), defaultdict(set)
        self.terms, self.givens, self.holders = defaultdict(list), defaultdict(set), {}
        for entry in known.to_dict("records"):
            person = entry["speaker_id"]
            offices = [_office_words(office) for office in _split(entry["office"])]
            actor = entry["actor_id"] if _has(entry["actor_id"]) else None
            self.terms[person].append((*_term(entry), offices, actor))
            self.names.setdefault(person, entry["name"])
            self.holders |= {office.lower(): person for office in _split(entry["office"])}
            for form in [entry["name"], *_split(entry["forms"])]:
                self._add_form(person, form)

    def _add_form(self, person, form):
        """Enter a spelling of a person's name with the surname and the initials that follow from it."""
        self.by_name[squeeze_name(form)] = person
        words = form.replace(".", ". ").split()
        if len(words) > 1:
            self.by_surname[squeeze_name(words[-1])].add(person)
            self.givens[person].add(squeeze_name(words[0])[:1])
            for given in (words[:1], words[:-1]):
                self.by_initials[squeeze_name("".join(word[0] for word in given) + words[-1])].add(person)

    def find(self, label, name, office, day):
        """Return the person behind a label and what identified the person, or (None, None)."""
        words = re.sub(r"\s*[(\[][^()\[\]]*[)\]]?$", "", label).split()
        lasts = [len(words)] if name else range(len(words), 1, -1)
        stretches = (" ".join(words[first:last]) for last in lasts for first in range(last - 1))
        for form in (name, *stretches):
            if person := self.by_name.get(squeeze_name(form)):
                return person, "full name"
        if not name:
            return self._choose({person for person in self.terms if self._holds(person, office, day, exact=True)}, day, "role")
        if len(words) == 1 and (ends := [form for form in self.by_name if len(form) > 5 and squeeze_name(label).endswith(form)]):
            return self.by_name[max(ends, key=len)], "full name"
        parts = name.replace(".", ". ").split()
        namesakes = self.by_surname.get(squeeze_name(parts[-1]), set())
        if len(parts) > 1:
            namesakes = {person for person in namesakes if squeeze_name(parts[0])[:1] in self.givens[person]}
        holders = {person for person in namesakes if office and self._holds(person, office, day)}
        if len(holders) == 1:
            return holders.pop(), "surname and office"
        if len(parts) == 1:
            return self._choose(namesakes, day, "surname")
        return self._choose(self.by_initials.get(squeeze_name(name), set()), day, "surname")

    def _choose(self, people, day, resolution):
        """Return the only one of ``people``, or the only one in office on ``day``, with the resolution; else (None, None)."""
        if len(people) > 1:
            people = {person for person in people if any(start <= day <= end for start, end, _, _ in self.terms[person])}
        return (*people, resolution) if len(people) == 1 else (None, None)

    def _holds(self, person, office, day, exact=False):
        """Return whether a person holds an office on a day; unless ``exact``, one's words may be among the other's."""
        printed = _office_words(office)
        held = (words for start, end, offices, _ in self.terms[person] if start <= day <= end for words in offices)
        return any(words == printed or (not exact and (words <= printed or printed <= words)) for words in held)

    def find_actor(self, person, day):
        """Return the actor for whom a person speaks on a day, or None."""
        return next((actor for start, end, _, actor in self.terms[person] if actor and start <= day <= end), None)

    def find_nearest(self, name, office):
        """Return the up to three known names most like ``name``, or of the holders of offices most like ``office`` where there
        is no name, separated by '; ', or None. Who bears the surname is near, however unlike the rest of the name is.
        """
        known = self.holders if not name else {form.lower(): person for person, form in self.names.items()}
        near = difflib.get_close_matches((name or office).lower(), known, n=3, cutoff=0.6)
        namesakes = sorted(self.by_surname.get(squeeze_name(name.split()[-1]), ())) if name else []
        people = dict.fromkeys([*(known[match] for match in near), *namesakes])
        return "; ".join(self.names[person] for person in list(people)[:3]) or None


def _office_words(office):
    """Return the words that make an office, in lower case."""
    return frozenset(re.findall(r"[^\W_]+", office.lower())) - FILLERS


def _term(entry):
    """Return the first and the last day of a row's office; open ends sort before and after all days."""
    return (entry["start"] if _has(entry["start"]) else ALWAYS), (entry["end"] if _has(entry["end"]) else EVER)


def _split(cell):
    """Return the texts that a cell holds, separated by ';'."""
    return [text.strip() for text in cell.split(";") if text.strip()] if _has(cell) else []


def _has(cell):
    """Return whether a cell holds text."""
    return isinstance(cell, str) and cell != ""

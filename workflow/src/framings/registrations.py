"""Registrations: which version of the hypotheses was written down when, and whether the file still says the same."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from framings.days import is_day
from framings.hypotheses import read_hypotheses
from framings.schemas import Column, Contract, ContractError, empty
from framings.storage import read_hand_table

SHORT = 8  # hexadecimal digits kept of the hash of an entry
ENTRY = re.compile(rf"(?:window\.|family\.)?[A-Za-z][A-Za-z0-9_]*:[0-9a-f]{{{SHORT}}}")
UNREGISTERED = ("changed", "never registered")

REGISTRATIONS = Contract(
    "registrations", "a version of hypotheses.yaml that was written down", ("version",),
    {
        "version": Column("int", "number of the version, 1, 2, ...", low=1),
        "day": Column("text", "day on which the file came to say this, YYYY-MM-DD"),
        "sha256": Column("text", "SHA-256 of what the file says, as framings.hypotheses gives it"),
        "n_hypotheses": Column("int", "hypotheses in it", low=1),
        "reason": Column("text", "why it was registered: what changed, and what was known by then"),
        "entries": Column("text", "each entry with the first 8 digits of its SHA-256, as H1:ab12cd34, separated by spaces"),
    },
)  # fmt: skip


class RegistrationError(ValueError):
    """A version cannot be registered; the message is one plain sentence."""


@dataclass(frozen=True)
class Registration:
    """How the hypotheses stand to their last registration.

    status: registered, changed, or never registered; sentence: the same for a reader, with the entries that differ;
    sha256: of what the hypotheses say now; day, version, registered_sha256 and reason of the last registration, None where
    there is none; added, changed, removed: ids of entries that differ from it.
    """

    status: str
    sentence: str
    sha256: str
    day: str | None = None
    version: int | None = None
    registered_sha256: str | None = None
    reason: str | None = None
    added: tuple = ()
    changed: tuple = ()
    removed: tuple = ()

    @property
    def differing(self):
        """What differs, in words."""
        told = [("added", self.added), ("changed", self.changed), ("removed", self.removed)]
        return "; ".join(f"{what} {', '.join(map(_name_entry, ids))}" for what, ids in told if ids)


def compare_registration(hypotheses, registrations):
    """Return the ``Registration`` of ``hypotheses`` (what ``read_hypotheses`` gives) against the table REGISTRATIONS.

    Entries are told apart by their short hashes, so that the sentence names what was added, changed or removed since. A
    version that was registered once and then replaced counts as changed too, and the sentence says so.
    """
    mine = hypotheses.sha256
    if not len(registrations):
        return Registration("never registered", (
            f"hypotheses.yaml was never registered: nothing shows that its {len(hypotheses.hypotheses)} hypotheses "
            f"were written down before they were tried (content SHA-256 {mine[:12]}…)."
        ), mine)  # fmt: skip
    last = registrations.iloc[-1]
    found = {"sha256": mine, "day": last["day"], "version": int(last["version"])}
    found |= {"registered_sha256": last["sha256"], "reason": last["reason"]}
    if last["sha256"] == mine:
        sentence = (
            f"The hypotheses are those registered on {last['day']} as version {last['version']} (content SHA-256 {mine[:12]}…)."
        )
        return Registration("registered", sentence, **found)
    changed = Registration("changed", "", **found, **_find_differing(hypotheses.entries, read_entries(last["entries"])))
    earlier = registrations[registrations["sha256"] == mine]
    back = f" It says again what version {earlier.iloc[-1]['version']} said." if len(earlier) else ""
    return replace(changed, sentence=(
        f"hypotheses.yaml differs from the version registered on {last['day']}: "
        f"{changed.differing or 'in entries that the register does not name'}; verdicts are those of an unregistered version "
        f"(content SHA-256 {mine[:12]}…, registered {last['sha256'][:12]}…).{back}"
    ))  # fmt: skip


def make_registration(hypotheses, registrations, day, reason):
    """Return the row of REGISTRATIONS, as a dict, that registers ``hypotheses`` on ``day``.

    Raises ``RegistrationError`` where they say what the last registered version says, where no reason is given, or where
    the last version is of a later day.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise RegistrationError("the reason is empty; say what changed and what was known by then")
    if len(registrations):
        last = registrations.iloc[-1]
        if last["sha256"] == hypotheses.sha256:
            raise RegistrationError(f"nothing changed since version {last['version']}, registered on {last['day']}")
        if last["day"] > day:
            raise RegistrationError(f"version {last['version']} is registered on {last['day']}, after {day}; look at the clock")
    return {
        "version": 1 + (int(registrations["version"].iloc[-1]) if len(registrations) else 0),
        "day": day,
        "sha256": hypotheses.sha256,
        "n_hypotheses": len(hypotheses.hypotheses),
        "reason": reason,
        "entries": write_entries(hypotheses.entries),
    }


def write_entries(entries):
    """Return {id: SHA-256} as the text of the column ``entries``.

    >>> write_entries({"window.all": "0123456789abcdef", "H1": "fedcba9876543210"})
    'window.all:01234567 H1:fedcba98'
    """
    return " ".join(f"{name}:{digest[:SHORT]}" for name, digest in entries.items())


def read_entries(text):
    """Return {id: short hash} of a cell of the column ``entries``.

    >>> read_entries("window.all:01234567 H1:fedcba98")
    {'window.all': '01234567', 'H1': 'fedcba98'}
    """
    return dict(entry.split(":") for entry in text.split())


def read_registrations(path):
    """Return the table REGISTRATIONS kept at ``path``, empty where there is no file; raises one sentence at the first fault."""
    if not Path(path).exists():
        return empty(REGISTRATIONS)
    return check_registrations(read_hand_table(path, REGISTRATIONS), str(path))


def check_registrations(table, file="registrations.csv"):
    """Return the table unchanged, or raise ``ContractError`` naming file, row and column of the first fault.

    Versions count up from 1, days do not go back, a version differs from the one before, entries are as many as counted.
    """
    day, sha256 = "", ""
    for number, row in enumerate(table.itertuples(index=False), start=1):
        counted = sum("." not in name for name in row.entries.split())
        for column, wrong, cure in (
            ("version", row.version != number, f"it is {number}: versions count up from 1"),
            ("day", not is_day(row.day) or row.day < day, "it takes a day, YYYY-MM-DD, not before that of the row above"),
            ("sha256", not re.fullmatch("[0-9a-f]{64}", row.sha256), "it takes 64 hexadecimal digits"),
            ("sha256", row.sha256 == sha256, "it is that of the row above; a row is a version that differs"),
            ("entries", not all(map(ENTRY.fullmatch, row.entries.split())), "it takes entries such as H1:ab12cd34"),
            ("n_hypotheses", counted != row.n_hypotheses, f"the entries of the row are {counted} hypotheses"),
        ):
            if wrong:
                raise ContractError(f"{file}, row {number + 1}, column {column!r}: {getattr(row, column)!r} is wrong; {cure}")
        day, sha256 = row.day, row.sha256
    return table


def check_registration(folder):
    """Return the ``Registration`` of the hypotheses in the folder of a corpus; a corpus without registrations.csv has none."""
    folder = Path(folder)
    hypotheses = read_hypotheses((folder / "hypotheses.yaml").read_text(encoding="utf-8"))
    return compare_registration(hypotheses, read_registrations(folder / "registrations.csv"))


def _find_differing(now, before):
    """Return the ids added, changed and removed between two mappings of ids to hashes; the earlier ones are short."""
    return {
        "added": tuple(name for name in now if name not in before),
        "changed": tuple(name for name in now if name in before and now[name][:SHORT] != before[name]),
        "removed": tuple(name for name in before if name not in now),
    }


def _name_entry(name):
    """Return what an entry is called in a sentence.

    >>> _name_entry("window.holdout"), _name_entry("H1")
    ('window holdout', 'H1')
    """
    return name.replace(".", " ", 1)

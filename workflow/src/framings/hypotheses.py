"""Hypotheses: claims written down before they are tried, each with its test, its contrast and where it comes from."""

import difflib
import hashlib
import json
import re
from dataclasses import MISSING, asdict, dataclass

import yaml

from framings.days import is_day
from framings.mappings import TwiceError, load_mapping

# What each test needs beside id, family, test, claim and ground.
TESTS = {
    "difference": ("code", "a", "b", "sign"),
    "equivalence": ("code", "a", "b", "margin_points"),
    "difference_in_differences": ("code", "a", "b", "split_date", "sign"),
    "stage_change": ("code", "a", "late", "early", "sign"),
    "joint": ("codes", "actors"),
    "within_actor": ("code", "other_code", "a", "sign"),
    "upper_bound": ("code", "a", "bound_points"),
}
EVERY_TEST = ("id", "family", "test", "claim", "ground")
FREE = ("strength", "sign", "among")  # further keys; among: only sentences with this code are looked at
SIGNS = {"equivalence": ("0",), "joint": ("two-sided",), "upper_bound": ("-",)}  # all others: + or - or two-sided
NO_AMONG = ("joint", "within_actor")
TEXTS = ("claim", "ground", "strength", "title", "reason")  # keys that hold prose
ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class HypothesesError(ValueError):
    """The hypotheses cannot be used; the message is one plain sentence with the entry and its key."""


@dataclass(frozen=True)
class Window:
    """Days whose documents a hypothesis is tried on, both ends included; None is open. ``reason``: why these days."""

    id: str
    title: str
    start: str | None
    end: str | None
    confirmatory: bool
    reason: str = ""


@dataclass(frozen=True)
class Family:
    """Hypotheses whose p-values are adjusted together."""

    id: str
    title: str
    confirmatory: bool


@dataclass(frozen=True)
class Hypothesis:
    """A claim and its test. ``codes`` are coded shares of the actors ``a`` (minus the mean of ``b``); unused keys are empty."""

    id: str
    family: str
    test: str
    codes: tuple
    a: tuple
    b: tuple
    sign: str
    claim: str
    ground: str
    strength: str = ""
    among: str | None = None
    other_code: str | None = None
    margin_points: float | None = None
    bound_points: float | None = None
    split_date: str | None = None
    late: str | None = None
    early: str | None = None

    @property
    def contrast(self):
        """What is subtracted from what, in words."""
        left = _mean_of(self.a)
        of = f", among {self.among}" if self.among else ""
        return {
            "difference": lambda: f"{left} − {_mean_of(self.b)}",
            "equivalence": lambda: f"{left} − {_mean_of(self.b)}, within {self.margin_points:g} points",
            "difference_in_differences": lambda: f"({left} − {_mean_of(self.b)}) from {self.split_date} minus before",
            "stage_change": lambda: f"{left}, {self.late} − {self.early}",
            "joint": lambda: f"({', '.join(self.a[1:])}) − {self.a[0]} over stages, {' and '.join(self.codes)}",
            "within_actor": lambda: f"{self.codes[0]} − {self.other_code}, {left}",
            "upper_bound": lambda: f"{left} below {self.bound_points:g} %",
        }[self.test]() + of

    @property
    def needed_codes(self):
        """All codes whose counts the test reads."""
        return (*self.codes, *filter(None, (self.other_code, self.among)))


@dataclass(frozen=True)
class Hypotheses:
    """A corpus's windows, families and hypotheses, and the SHA-256 of what they say: comments, layout and order do not count.

    ``entries`` has the SHA-256 of each entry by its id; an id of a window or a family has ``window.`` or ``family.`` before it.
    """

    windows: tuple
    families: tuple
    hypotheses: tuple
    sha256: str
    entries: dict


def read_hypotheses(text, codes=None, actors=None, stages=None):
    """Return the ``Hypotheses`` written in ``text`` (YAML), or raise ``HypothesesError`` at the first entry that is wrong.

    ``codes`` (with composites), ``actors`` and ``stages`` are the known ids; a misspelt one is refused with the nearest.
    Names of a kind that is not given are taken as they stand.
    """
    book = _load(text)
    _refuse_keys(book, "hypotheses.yaml", ("windows", "families", "hypotheses"))
    windows = tuple(_read_window(entry) for entry in _entries(book, "windows", Window))
    families = tuple(Family(**entry) for entry in _entries(book, "families", Family))
    known = {"codes": codes, "actors": actors, "stages": stages, "families": [family.id for family in families]}
    known = {kind: None if names is None else list(names) for kind, names in known.items()}
    hypotheses = tuple(_read_hypothesis(entry, known) for entry in _list_of(book, "hypotheses"))
    for kind, entries in (("windows", windows), ("families", families), ("hypotheses", hypotheses)):
        ids = [entry.id for entry in entries]
        twice = [name for name in ids if ids.count(name) > 1]
        if twice:
            raise HypothesesError(f"{kind}: the id {twice[0]!r} occurs twice; rename one")
    hashed = {f"window.{entry.id}": _hash(_say(entry)) for entry in windows}
    hashed |= {f"family.{entry.id}": _hash(_say(entry)) for entry in families}
    hashed |= {entry.id: _hash(_say(entry)) for entry in hypotheses}
    return Hypotheses(windows, families, hypotheses, _hash(hashed), hashed)


def _say(entry):
    """Return what an entry says: keys left at their default are left out, so that a new kind of key changes no old hash."""
    defaults = {name: field.default for name, field in entry.__dataclass_fields__.items() if field.default is not MISSING}
    return {key: value for key, value in asdict(entry).items() if key not in defaults or value != defaults[key]}


def _hash(mapping):
    """Return the SHA-256 of a mapping, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(mapping, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _load(text):
    """Return the mapping in ``text``."""
    try:
        book = load_mapping(text)
    except yaml.MarkedYAMLError as error:
        raise HypothesesError(f"hypotheses.yaml, line {error.problem_mark.line + 1}: not YAML ({error.problem})") from error
    except TwiceError as error:
        raise HypothesesError(f"hypotheses.yaml, line {error.line}: key {error.key!r} occurs twice; keep one") from error
    except ValueError as error:  # YAML takes 2016-02-30 for a date
        raise HypothesesError(f"hypotheses.yaml: a date is no day of the calendar ({error}); write YYYY-MM-DD") from error
    if not isinstance(book, dict):
        raise HypothesesError("hypotheses.yaml is no mapping; it has the keys windows, families and hypotheses")
    return book


def _list_of(book, section):
    """Return the entries of a section, each a mapping with an id in text."""
    entries = book.get(section)
    if not isinstance(entries, list) or not entries:
        raise HypothesesError(f"hypotheses.yaml: {section} is missing or empty; give a list of entries")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not ID.fullmatch(entry["id"]):
            raise HypothesesError(f"hypotheses.yaml: entry {number} of {section} has no id of letters, digits and _; give it one")
    return entries


def _entries(book, section, kind):
    """Return the entries of windows or families with the keys of their dataclass."""
    fields = kind.__dataclass_fields__
    needed = [name for name, field in fields.items() if field.default is MISSING]
    for entry in _list_of(book, section):
        place = f"{section} {entry['id']}"
        _refuse_keys(entry, place, needed, [name for name in fields if name not in needed])
        if not isinstance(entry["confirmatory"], bool):
            raise HypothesesError(f"{place}: confirmatory is {entry['confirmatory']!r}; write true or false")
    return book[section]


def _read_window(entry):
    """Return a window with its days as text."""
    place = f"windows {entry['id']}"
    days = {key: None if entry[key] is None else _read_day(entry[key], place, key) for key in ("start", "end")}
    if days["start"] and days["end"] and days["start"] > days["end"]:
        raise HypothesesError(f"{place}: it starts on {days['start']} and ends before, on {days['end']}; exchange them")
    return Window(**(entry | days))


def _read_hypothesis(entry, known):
    """Return one hypothesis, its keys, names and values checked."""
    place = f"hypothesis {entry['id']}"
    test = _refuse_unknown(entry.get("test"), TESTS, place, "test")
    keys = (*EVERY_TEST, *TESTS[test])
    _refuse_keys(entry, place, keys, [key for key in FREE if key != "among" or test not in NO_AMONG])
    _refuse_unknown(entry["family"], known["families"], place, "family")
    actors = {side: _names(entry, side, known["actors"], place) for side in ("a", "b", "actors") if side in entry}
    for name in set(actors.get("a", ())) & set(actors.get("b", ())):
        raise HypothesesError(f"{place}: {name} stands on both sides; remove it from a or b")
    if test == "upper_bound" and len(actors["a"]) > 1:
        raise HypothesesError(f"{place}, a: an upper bound is for one actor; write one entry for each")
    if test != "joint" and isinstance(entry["code"], list):
        raise HypothesesError(f"{place}, code: {entry['code']} is a list; {test} takes one code, a composite where it is several")
    if test == "joint" and len(actors["actors"]) < 2:
        raise HypothesesError(f"{place}, actors: a joint test compares at least two actors; name another")
    fields = {key: entry[key] for key in ("id", "family", "test", "claim", "ground", "strength") if key in entry}
    for key in ("other_code", "among"):
        if key in entry:
            fields[key] = _refuse_unknown(entry[key], known["codes"], place, key)
    for key in ("late", "early"):
        if key in entry:
            fields[key] = _refuse_unknown(entry[key], known["stages"], place, key)
    for key in ("margin_points", "bound_points"):
        if key in entry:
            fields[key] = _read_points(entry[key], place, key)
    if "split_date" in entry:
        fields["split_date"] = _read_day(entry["split_date"], place, "split_date")
    return Hypothesis(
        **fields,
        codes=_names(entry, "codes" if test == "joint" else "code", known["codes"], place),
        a=actors.get("actors", actors.get("a")),
        b=actors.get("b", ()),
        sign=_read_sign(entry, test, place),
    )


def _refuse_keys(mapping, place, required, free=()):
    """Raise where a key is unknown (with the nearest known one), missing or empty."""
    for key in mapping:
        if key not in (*required, *free):
            raise HypothesesError(f"{place}: key {key!r} is unknown; {_nearest(key, [*required, *free])}")
    for key in required:
        if key not in mapping or (mapping[key] in ("", [], None) and key not in ("start", "end")):
            raise HypothesesError(f"{place}: key {key!r} is missing or empty; it is needed here")
    for key in TEXTS:
        if not isinstance(mapping.get(key, ""), str):
            raise HypothesesError(f"{place}, {key}: {mapping[key]!r} is no text; put it in quotation marks")


def _refuse_unknown(name, known, place, key):
    """Return ``name``, or raise where it is not known, with the nearest known one; ``known`` None takes any."""
    if not isinstance(name, str) or not name:
        raise HypothesesError(f"{place}, {key}: {name!r} is no name; write it in letters")
    if known is not None and name not in known:
        raise HypothesesError(f"{place}, {key}: {name!r} is unknown; {_nearest(name, list(known))}")
    return name


def _nearest(name, known):
    """Return a hint at the nearest known name."""
    folded = {other.lower(): other for other in known}
    near = difflib.get_close_matches(str(name).lower(), folded, n=1, cutoff=0.6)
    return f"did you mean {folded[near[0]]!r}?" if near else f"known are {', '.join(known)}"


def _names(entry, key, known, place):
    """Return one name or a list of them as a tuple, each known and written once."""
    names = entry[key] if isinstance(entry[key], list) else [entry[key]]
    for name in names:
        _refuse_unknown(name, known, place, key)
        if names.count(name) > 1:
            raise HypothesesError(f"{place}, {key}: {name} is written twice; keep one")
    return tuple(names)


def _read_points(value, place, key):
    """Return percentage points in (0, 100]."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 100:
        raise HypothesesError(f"{place}, {key}: {value!r} is not a number of points above 0 and up to 100")
    return float(value)


def _read_day(value, place, key):
    """Return a day as YYYY-MM-DD."""
    if not is_day(str(value)):
        raise HypothesesError(f"{place}, {key}: {value!r} is not a day; write YYYY-MM-DD")
    return str(value)


def _read_sign(entry, test, place):
    """Return the sign that the claim expects; equivalence, joint and upper_bound have only one."""
    allowed = SIGNS.get(test, ("+", "-", "two-sided"))
    sign = entry.get("sign", allowed[0])
    if sign not in allowed:
        raise HypothesesError(f"{place}, sign: {sign!r} does not go with {test}; write one of {allowed}, in quotation marks")
    return sign


def _mean_of(actors):
    """Return actors in words: one by name, several as their mean."""
    return actors[0] if len(actors) == 1 else f"mean({', '.join(actors)})"

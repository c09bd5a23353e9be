"""The codebook: codes, the patterns that stand for them, and composites of codes."""

import re
from dataclasses import dataclass, replace

import pandas as pd
import yaml

from framings.mappings import TwiceError, load_mapping
from framings.texts import fold_token, tokenise

LANGUAGES = ("en", "ru")
NEGATION = "negation"  # pseudo-code of the negation words in the table of patterns
COMPOSITE_PARTS = ("any", "all", "not")
SECTIONS = ("version", "what_is_measured", "decision_order", "attributes", "negation", "families", "residual", "markers")
SECTIONS += ("composites", "collisions")
TEXTS = ("name", "title", "definition", "direction_default", "include", "exclude", "ground")
CODE_KEYS = ("id", *TEXTS, "since", "borderline", "examples", "counterexample", *LANGUAGES, "near_miss")
ATTRIBUTE_KEYS = ("id", "title", "applies_to", "definition", "values")
CODE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")


class CodebookError(ValueError):
    """A codebook that cannot be used; the message is one plain sentence with the place of the entry."""


@dataclass(frozen=True)
class Codebook:
    """A codebook as tables.

    codes: one row a code in the order of the file: code, kind (sub-frame, residual, marker), family (of a sub-frame,
    else empty), name, title, definition, direction_default, include, exclude, ground (empty where not given), since (version of
    the codebook that introduced or redefined it; empty: no coder worked without it), borderline, examples as (language, text),
    counterexample as (text, why) or empty. A residual code without patterns is never found by the dictionary.
    patterns: one row a pattern: code, language, pattern as written, tokens (folded, separated by a space), is_mask (a
    near miss). The negation words are here too, under the code ``NEGATION``.
    families: family id -> name, definition and the ids of its sub-frames. composites: id -> title, any, all, not.
    collisions: mappings cue, codes, rule. decision_order: what a coder asks, one step after another. attributes: mappings id,
    title, applies_to, definition, values (value -> definition): what a coder says of a sentence besides its codes.
    """

    version: str
    what_is_measured: str
    codes: pd.DataFrame
    patterns: pd.DataFrame
    families: dict
    composites: dict
    collisions: tuple
    decision_order: tuple = ()
    attributes: tuple = ()


def read_codebook(text):
    """Return the ``Codebook`` written in ``text`` (YAML), or raise ``CodebookError`` naming the first entry that is wrong."""
    book = _load_mapping(text)
    _refuse_keys(book, SECTIONS, "the codebook", required=("version", "what_is_measured", "families"))
    families, entries = {}, []
    for family, content in book["families"].items():
        path = f"families.{family}"
        _refuse_keys(content, ("name", "definition", "subframes"), path, required=("name", "subframes"))
        members = [(entry, f"{path}.subframes", "sub-frame", family) for entry in content["subframes"]]
        entries += members
        families[family] = {
            "name": content["name"],
            "definition": content.get("definition", ""),
            "codes": tuple(_read_id(entry, path) for entry, path, *_ in members),
        }
    for section, kind in (("residual", "residual"), ("markers", "marker")):
        entries += [(entry, section, kind, "") for entry in book.get(section) or []]
    codes, patterns = _read_codes(entries, str(book["version"]))
    negation = book.get("negation") or {}
    _refuse_keys(negation, (*LANGUAGES, "near_miss"), "negation")
    patterns += _read_patterns(negation, NEGATION, "negation")
    patterns = pd.DataFrame(patterns, columns=["code", "language", "pattern", "tokens", "is_mask"])
    known = {row["code"] for row in codes}
    collisions = _read_collisions(book.get("collisions") or [], known)
    _refuse_twins(patterns, families, collisions)
    return Codebook(
        version=str(book["version"]),
        what_is_measured=" ".join(str(book["what_is_measured"]).split()),
        codes=pd.DataFrame(codes),
        patterns=patterns,
        families=families,
        composites=_read_composites(book.get("composites") or [], known),
        collisions=collisions,
        decision_order=tuple(book.get("decision_order") or ()),
        attributes=_read_attributes(book.get("attributes") or []),
    )


def fold_pattern(pattern):
    """Return a pattern as folded tokens separated by a space; raise ``ValueError`` with a sentence where it is none.

    In a token ``*`` stands for any run of its characters and ``?`` for one; a lone ``*`` is exactly one token.

    >>> fold_pattern("People’s  Republic*")
    "people's republic*"
    """
    if not isinstance(pattern, str):
        raise ValueError(f"{pattern!r} is not text; put it in quotation marks")
    tokens = pattern.split()
    if not any(set(token) - set("*?") for token in tokens):
        raise ValueError(f"{pattern!r} holds no word")
    for token in tokens:
        filled = re.sub(r"[*?]", "x", token)
        if [span for _, *span in tokenise(filled)] != [[0, len(filled)]]:
            raise ValueError(f"{token!r} in {pattern!r} is not one word; write words separated by spaces, without punctuation")
    return " ".join(map(fold_token, tokens))


def parse_version(text):
    """Return a version as numbers that can be compared, or None where it is not text of numbers and dots; 2.2 is 2.2.0.

    >>> parse_version("2.10.0") > parse_version("2.9"), parse_version("planted")
    (True, None)
    """
    if not isinstance(text, str) or not VERSION.fullmatch(text):
        return None
    numbers = [int(number) for number in text.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def keep_asked(codebook, version):
    """Return the ``Codebook`` without the codes that a coder of ``version`` was not asked for, and without what needs them.

    Codes introduced or redefined ``since`` a later version go, and with them their patterns, their collision rules, families of
    which none is left, and composites that need one of them, be it through another composite. A version that is not of
    numbers and dots is older than all.
    """
    known = parse_version(version) or ()
    asked = codebook.codes["since"].map(lambda since: not since or parse_version(since) <= known).astype(bool)
    if asked.all():
        return codebook
    left = set(codebook.codes.loc[asked, "code"])
    families = {
        name: family | {"codes": tuple(code for code in family["codes"] if code in left)}
        for name, family in codebook.families.items()
    }
    return replace(
        codebook,
        codes=codebook.codes[asked].reset_index(drop=True),
        patterns=codebook.patterns[codebook.patterns["code"].isin([*left, NEGATION])].reset_index(drop=True),
        families={name: family for name, family in families.items() if family["codes"]},
        composites=keep_known(codebook.composites, left),
        collisions=tuple(entry for entry in codebook.collisions if left.issuperset(entry["codes"])),
    )


def keep_known(composites, codes):
    """Return the composites that need no code but ``codes`` and composites of them.

    >>> one = {"any": ("A",), "all": (), "not": ()}
    >>> list(keep_known({"X": one, "Y": one | {"not": ("B",)}, "Z": one | {"all": ("Y",)}}, ["A"]))
    ['X']
    """
    known, kept = set(codes), {}
    for name, parts in composites.items():
        if known.issuperset(member for key in COMPOSITE_PARTS for member in parts[key]):
            kept[name] = parts
            known.add(name)
    return kept


def find_families(codebook):
    """Return {composite: family} of the composites that stand for a family: one that holds just its sub-frames.

    Where no composite holds all of them, one counts that holds those of an earlier version, the latest first: a scholar may add a
    sub-frame and keep the composite's list as it was.
    """
    pure = {frozenset(parts["any"]): name for name, parts in codebook.composites.items() if not parts["all"] and not parts["not"]}
    since, found = dict(zip(codebook.codes["code"], codebook.codes["since"], strict=True)), {}
    for family, content in codebook.families.items():
        added = sorted({parse_version(since[code]) for code in content["codes"] if since[code]}, reverse=True)
        earlier = [[code for code in content["codes"] if (parse_version(since[code]) or ()) < version] for version in added]
        stands = [pure[frozenset(codes)] for codes in (content["codes"], *earlier) if frozenset(codes) in pure]
        found |= {stands[0]: family} if stands else {}
    return found


def evaluate_composites(carried, composites):
    """Return a boolean column for each composite, in order, from a boolean frame with a column for each code.

    A composite holds in a row where at least one of ``any`` holds (if given), each of ``all``, and none of ``not``.
    """
    known = {name: carried[name] for name in carried.columns}
    for name, parts in composites.items():
        lacking = [member for key in COMPOSITE_PARTS for member in parts[key] if member not in known]
        if lacking:
            raise CodebookError(f"composite {name}: the frame has no column {lacking[0]!r}; give one for each code")
        holds = pd.Series(True, index=carried.index)
        if parts["any"]:
            holds &= pd.concat([known[member] for member in parts["any"]], axis=1).any(axis=1)
        for member in parts["all"]:
            holds &= known[member]
        for member in parts["not"]:
            holds &= ~known[member]
        known[name] = holds
    return pd.DataFrame({name: known[name] for name in composites}, index=carried.index)


def _load_mapping(text):
    """Return the YAML mapping in ``text``."""
    try:
        book = load_mapping(text)
    except TwiceError as error:
        raise CodebookError(
            f"line {error.line}: key {error.key!r} occurs twice (first in line {error.first}); keep one"
        ) from error
    except yaml.MarkedYAMLError as error:
        raise CodebookError(f"line {error.problem_mark.line + 1}: not YAML ({error.problem})") from error
    if not isinstance(book, dict):
        raise CodebookError("the codebook is no mapping; it starts with 'version:'")
    return book


def _refuse_keys(mapping, allowed, path, required=()):
    """Raise where ``mapping`` is none, has a key that is not allowed, or lacks a required one."""
    if not isinstance(mapping, dict):
        raise CodebookError(f"{path}: expected keys and values, found {mapping!r}")
    for key in mapping:
        if key not in allowed:
            raise CodebookError(f"{path}: unknown key {key!r}; allowed are {', '.join(allowed)}")
    for key in required:
        if mapping.get(key) in (None, "", [], {}):
            raise CodebookError(f"{path}: key {key!r} is missing or empty")


def _read_id(entry, path):
    """Return the id of an entry."""
    code = entry.get("id") if isinstance(entry, dict) else None
    if not isinstance(code, str) or not CODE_ID.fullmatch(code):
        raise CodebookError(f"{path}: an entry has the id {code!r}; write letters, digits and _ beginning with a letter")
    return code


def _read_codes(entries, version):
    """Return rows of the tables of codes and of patterns from (entry, path, kind, family) of the codebook of a version."""
    codes, patterns, seen = [], [], set()
    for entry, section, kind, family in entries:
        code = _read_id(entry, section)
        path = f"{section}.{code}"
        if code in seen or code == NEGATION:
            raise CodebookError(f"{path}: the id {code!r} is already used; rename one")
        seen.add(code)
        _refuse_keys(entry, CODE_KEYS, path, required=("name", "title", "definition"))
        row = {"code": code, "kind": kind, "family": family} | {key: entry.get(key) or "" for key in TEXTS}
        row |= {"since": _read_since(entry, path, version)}
        codes.append(row | {"borderline": tuple(entry.get("borderline") or ())} | _read_examples(entry, path))
        found = _read_patterns(entry, code, path)
        if kind != "residual" and not any(not pattern[-1] for pattern in found):
            raise CodebookError(f"{path}: no pattern in any language; give at least one")
        patterns += found
    return codes, patterns


def _read_since(entry, path, version):
    """Return the version of the codebook that introduced or redefined a code, empty where the entry does not say."""
    if "since" not in entry:
        return ""
    since, own = parse_version(entry["since"]), parse_version(version)
    if since is None:
        raise CodebookError(f'{path}: since is {entry["since"]!r}; write a version of the codebook as text, as in since: "2.2.0"')
    if own is None:
        raise CodebookError(f"{path}: since needs a codebook whose version is numbers and dots, and this one's is {version!r}")
    if since > own:
        raise CodebookError(
            f"{path}: since {entry['since']!r} is above the codebook's own version {version!r}; raise 'version', or correct it"
        )
    return entry["since"]


def _read_examples(entry, path):
    """Return the examples of a code as (language, text) and its counterexample as (text, why), empty where there is none."""
    examples, counter = entry.get("examples") or {}, entry.get("counterexample") or {}
    _refuse_keys(examples, LANGUAGES, f"{path}.examples")
    _refuse_keys(counter, ("text", "why"), f"{path}.counterexample", required=("text", "why") if counter else ())
    texts = tuple((language, text) for language in LANGUAGES for text in examples.get(language) or ())
    return {"examples": texts, "counterexample": tuple(counter[key] for key in ("text", "why")) if counter else ()}


def _read_attributes(entries):
    """Return the attributes, each checked to have an id of its own, a title, a definition and values."""
    seen = set()
    for entry in entries:
        path = f"attributes.{_read_id(entry, 'attributes')}"
        _refuse_keys(entry, ATTRIBUTE_KEYS, path, required=ATTRIBUTE_KEYS)
        if entry["id"] in seen:
            raise CodebookError(f"{path}: the id {entry['id']!r} is already used; rename one")
        seen.add(entry["id"])
    return tuple(entries)


def _read_collisions(entries, codes):
    """Return the rules that tell neighbouring codes apart, each checked to name codes of the codebook."""
    for number, entry in enumerate(entries):
        path = f"collisions[{number}]"
        _refuse_keys(entry, ("cue", "codes", "rule"), path, required=("cue", "codes", "rule"))
        for code in entry["codes"]:
            if code not in codes:
                raise CodebookError(f"{path}: {code!r} is no code of the codebook")
    return tuple(entries)


def _refuse_twins(patterns, families, collisions):
    """Raise where two codes of a family share a pattern and no collision rule names both."""
    told_apart = [set(entry["codes"]) for entry in collisions]
    for family in families.values():
        ours = patterns[patterns["code"].isin(family["codes"]) & ~patterns["is_mask"]]
        for (_, tokens), rows in ours.groupby(["language", "tokens"]):
            both = set(rows["code"])
            if len(both) > 1 and not any(both <= rule for rule in told_apart):
                raise CodebookError(
                    f"{' and '.join(sorted(both))} share the pattern {tokens!r}; write a collision rule that names both, or drop one"
                )


def _read_patterns(entry, code, path):
    """Return rows (code, language, pattern, tokens, is_mask) of an entry's patterns and near misses."""
    near_miss = entry.get("near_miss") or {}
    _refuse_keys(near_miss, LANGUAGES, f"{path}.near_miss")
    rows, seen = [], {}
    for source, where, is_mask in ((entry, path, False), (near_miss, f"{path}.near_miss", True)):
        for language in LANGUAGES:
            for number, pattern in enumerate(source.get(language) or []):
                place = f"{where}.{language}[{number}]"
                try:
                    tokens = fold_pattern(pattern)
                except ValueError as error:
                    raise CodebookError(f"{place}: {error}") from error
                if (language, tokens) in seen:
                    raise CodebookError(
                        f"{place}: {pattern!r} occurs twice in {code} (first at {seen[language, tokens]}); keep one"
                    )
                seen[language, tokens] = place
                rows.append((code, language, pattern, tokens, is_mask))
    return rows


def _read_composites(entries, codes):
    """Return composites by id, each member checked to be a code or a composite written above."""
    composites = {}
    for entry in entries:
        name = _read_id(entry, "composites")
        path = f"composites.{name}"
        _refuse_keys(entry, ("id", "title", *COMPOSITE_PARTS), path, required=("title",))
        if name in codes or name in composites:
            raise CodebookError(f"{path}: the id {name!r} is already used; rename one")
        parts = {key: tuple(entry.get(key) or ()) for key in COMPOSITE_PARTS}
        if not any(parts.values()):
            raise CodebookError(f"{path}: no members; give any, all or not")
        for key, members in parts.items():
            for member in members:
                if member not in codes and member not in composites:
                    raise CodebookError(f"{path}.{key}: {member!r} is neither a code nor a composite written above it")
        composites[name] = {"title": entry["title"], **parts}
    return composites

"""Facts about the codebook: what is read, what is refused, and that each of its patterns can be found."""

from pathlib import Path

import pandas as pd
import pytest

from framings.codebook import (
    NEGATION,
    CodebookError,
    evaluate_composites,
    find_families,
    fold_pattern,
    keep_asked,
    read_codebook,
)
from framings.frames import match_patterns

BOOK = Path(__file__).parents[1] / "data/reference/codebook.yaml"
SMALL = """
version: 1.0.0
what_is_measured: talk, not motive
negation: {en: ["not"], near_miss: {en: [not only]}}
families:
  RS:
    name: security
    subframes:
      - {id: RS01, name: shock, title: Shock, definition: a shock, en: [crisis, "oil price*"], ru: [кризис*],
         near_miss: {en: [crisis meeting]}}
  OS:
    name: self
    subframes:
      - {id: OS01, name: rank, title: Rank, definition: a rank, en: [great power]}
residual:
  - {id: FUN, name: trade, title: Trade, definition: trade, en: [trade]}
composites:
  - {id: RS_any, title: Any, any: [RS01]}
  - {id: ONLY_RANK, title: Rank alone, all: [OS01], not: [RS_any, FUN]}
"""


@pytest.fixture(scope="module")
def book():
    return read_codebook(BOOK.read_text(encoding="utf-8"))


def refusal(old, new):
    """The message with which the small codebook is refused after one change."""
    assert SMALL.count(old) == 1
    with pytest.raises(CodebookError) as caught:
        read_codebook(SMALL.replace(old, new))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_codebook_becomes_tables():
    """Codes keep their order and kind; patterns keep their spelling, folded tokens and whether they mask."""
    small = read_codebook(SMALL)
    assert small.codes[["code", "kind", "family"]].values.tolist() == [
        ["RS01", "sub-frame", "RS"], ["OS01", "sub-frame", "OS"], ["FUN", "residual", ""],
    ]  # fmt: skip
    assert small.families["RS"]["codes"] == ("RS01",) and small.version == "1.0.0"
    rows = small.patterns[small.patterns["code"] == "RS01"]
    assert rows["pattern"].tolist() == ["crisis", "oil price*", "кризис*", "crisis meeting"]
    assert rows["is_mask"].tolist() == [False, False, False, True]
    assert small.patterns[small.patterns["code"] == NEGATION]["pattern"].tolist() == ["not", "not only"]


def test_composites_are_evaluated_sentence_by_sentence():
    """any, all and not combine, also over composites written above."""
    carried = pd.DataFrame({"RS01": [True, False, True], "OS01": [True, True, False], "FUN": [False] * 3})
    result = evaluate_composites(carried, read_codebook(SMALL).composites)
    assert result["RS_any"].tolist() == [True, False, True]
    assert result["ONLY_RANK"].tolist() == [False, True, False]


def test_a_frame_without_a_code_is_refused():
    """A composite needs a column for each of its members."""
    with pytest.raises(CodebookError, match="composite RS_any: the frame has no column 'RS01'"):
        evaluate_composites(pd.DataFrame({"OS01": [True]}), read_codebook(SMALL).composites)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version: 1.0.0", "version: 1.0.0\nversion: 2", "line 3: key 'version' occurs twice (first in line 2)"),
        ("version: 1.0.0", "version: [", "not YAML"),
        ("what_is_measured: talk, not motive", "", "the codebook: key 'what_is_measured' is missing or empty"),
        ("residual:", "residuals:", "unknown key 'residuals'"),
        ("en: [great power]", "en: [great power], pattern: [x]", "OS.subframes.OS01: unknown key 'pattern'"),
        ("en: [great power]", "en: [great power, Great  Power]", "OS01.en[1]: 'Great  Power' occurs twice in OS01"),
        ("near_miss: {en: [crisis meeting]}", "near_miss: {en: [Crisis]}", "RS01.near_miss.en[0]: 'Crisis' occurs twice in RS01"),
        ("near_miss: {en: [crisis meeting]}", "near_miss: {de: [Krise]}", "RS01.near_miss: unknown key 'de'"),
        ("en: [great power]", 'en: ["great, power"]', "OS01.en[0]: 'great,' in 'great, power' is not one word"),
        ("en: [great power]", 'en: [""]', "OS01.en[0]: '' holds no word"),
        ("en: [great power]", 'en: ["* *"]', "OS01.en[0]: '* *' holds no word"),
        ("en: [great power]", "en: [no]", "OS01.en[0]: False is not text; put it in quotation marks"),
        ("en: [great power]", "en: []", "OS01: no pattern in any language"),
        ("id: OS01", "id: RS01", "OS.subframes.RS01: the id 'RS01' is already used"),
        ("id: OS01", "id: OS 01", "an entry has the id 'OS 01'"),
        ("all: [OS01], ", "all: [OS99], ", "composites.ONLY_RANK.all: 'OS99' is neither a code nor a composite written above it"),
        ("any: [RS01]", "any: []", "composites.RS_any: no members"),
        ("id: RS_any", "id: FUN", "composites.FUN: the id 'FUN' is already used"),
        (
            "id: OS01,",
            "id: OS01, since: 1.0,",
            "OS.subframes.OS01: since is 1.0; write a version of the codebook as text, as in since",
        ),
        ("id: OS01,", "id: OS01, since: soon,", "OS01: since is 'soon'; write a version"),
        ("id: OS01,", "id: OS01, since: ,", "OS01: since is None; write a version"),
        (
            "id: OS01,",
            'id: OS01, since: "1.0.1",',
            "OS01: since '1.0.1' is above the codebook's own version '1.0.0'; raise 'version'",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old, new, says):
    """Each mistake gets one sentence with the path or the line of the entry."""
    assert says in refusal(old, new)


def test_a_version_of_no_numbers_says_nothing_of_since():
    """Where the codebook's own version cannot be compared, no code can be since one."""
    with pytest.raises(
        CodebookError, match=r"OS01: since needs a codebook whose version is numbers and dots, and this one's is 'draft'"
    ):
        read_codebook(SMALL.replace("1.0.0", "draft").replace("id: OS01,", 'id: OS01, since: "1.0",'))


# Version 2.10.0: shock and trade are old, rank came with 2.2.0, debt with 2.10.0.
GROWN = (
    SMALL.replace("version: 1.0.0", "version: 2.10.0")
    .replace("id: OS01,", 'id: OS01, since: "2.2.0",')
    .replace("  OS:\n", '      - {id: RS02, since: "2.10.0", name: debt, title: Debt, definition: a debt, en: [debt]}\n  OS:\n')
    .replace(
        "any: [RS01]}",
        "any: [RS01, RS02]}\n  - {id: OLD, title: Old, any: [RS01]}\n  - {id: FAR, title: Far, any: [OLD, RS_any]}",
    )
    + "collisions:\n  - {cue: debt, codes: [RS01, RS02], rule: owed}\n  - {cue: trade, codes: [RS01, FUN], rule: sold}\n"
)


@pytest.mark.parametrize(
    ("version", "codes", "composites", "families"),
    [
        (
            "2.10.0",
            ["RS01", "RS02", "OS01", "FUN"],
            ["RS_any", "OLD", "FAR", "ONLY_RANK"],
            {"RS": ("RS01", "RS02"), "OS": ("OS01",)},
        ),
        (
            "2.10",
            ["RS01", "RS02", "OS01", "FUN"],
            ["RS_any", "OLD", "FAR", "ONLY_RANK"],
            {"RS": ("RS01", "RS02"), "OS": ("OS01",)},
        ),
        ("2.9.9", ["RS01", "OS01", "FUN"], ["OLD"], {"RS": ("RS01",), "OS": ("OS01",)}),
        ("2.2", ["RS01", "OS01", "FUN"], ["OLD"], {"RS": ("RS01",), "OS": ("OS01",)}),
        ("2.1.0", ["RS01", "FUN"], ["OLD"], {"RS": ("RS01",)}),
        ("pilot", ["RS01", "FUN"], ["OLD"], {"RS": ("RS01",)}),
    ],
)
def test_a_coder_of_an_older_version_was_not_asked_for_newer_codes(version, codes, composites, families):
    """Versions are compared number by number; what needs a newer code goes with it, also through another composite and as a "not"."""
    asked = keep_asked(read_codebook(GROWN), version)
    assert asked.codes["code"].tolist() == codes
    assert list(asked.composites) == composites
    assert {name: family["codes"] for name, family in asked.families.items()} == families
    assert set(asked.patterns["code"]) == {*codes, NEGATION}
    assert [entry["cue"] for entry in asked.collisions] == (["debt", "trade"] if "RS02" in codes else ["trade"])


def test_a_codebook_without_since_is_known_to_all():
    """Old codebooks and old codes go on as they were."""
    small = read_codebook(SMALL)
    assert keep_asked(small, "0.1") is small and small.codes["since"].tolist() == [""] * 3


def test_a_composite_stands_for_its_family_also_when_it_was_kept_as_it_was():
    """The composite of all sub-frames first, else that of the latest earlier version, else none."""
    assert find_families(read_codebook(GROWN)) == {"RS_any": "RS"}
    kept = read_codebook(GROWN.replace("any: [RS01, RS02]}", "all: [RS01, RS02]}"))
    assert find_families(kept) == {"OLD": "RS"}
    assert (
        find_families(read_codebook(GROWN.replace("any: [RS01, RS02]}", "any: [RS02]}").replace("any: [RS01]}", "any: [FUN]}")))
        == {}
    )


def test_the_projects_codebook_has_26_sub_frames_in_two_families(book):
    """13 regime-security and 13 ontological-security codes, each with a ground, a direction and patterns in both languages."""
    frames = book.codes[book.codes["kind"] == "sub-frame"]
    assert frames["code"].tolist() == [f"{family}{n:02d}" for family in ("RS", "OS") for n in range(1, 14)]
    assert (frames[["ground", "include", "exclude", "direction_default"]] != "").all(axis=None)
    live = book.patterns[~book.patterns["is_mask"]]
    assert (live.groupby("code")["language"].nunique() == 2).all()
    masked = set(book.patterns[book.patterns["is_mask"]]["code"])
    assert set(frames["code"]) <= masked


def test_the_composites_that_hypotheses_name_exist(book):
    """Every composite used by the study is defined."""
    names = "RS_any OS_any RS_driver RS_brake SOVEREIGNTY_EQUALITY FOUNDING_MEMORY GLOBAL_OUTREACH WELLBEING EU_NEGATIVE "
    names += "EU_MODEL PRUDENCE NATIONAL_INTEREST FORCE_COST AUDIENCE_BUSINESS"
    assert set(names.split()) <= set(book.composites)
    assert set(book.composites["RS_driver"]["any"]) | set(book.composites["RS_brake"]["any"]) == set(book.families["RS"]["codes"])


def test_every_pattern_of_the_codebook_finds_itself(book):
    """A sentence made of a pattern, its wild cards filled in, carries the pattern's code: no near miss covers it."""
    live = book.patterns[~book.patterns["is_mask"] & (book.patterns["code"] != NEGATION)].reset_index(drop=True)
    filled = ["… " + tokens.replace("*", "a") + " …" for tokens in live["tokens"]]
    hits = match_patterns(filled, live["language"], book.patterns)
    found = set(zip(hits["text"], hits["code"], strict=True))
    silent = [live["pattern"][row] for row, code in enumerate(live["code"]) if (row, code) not in found]
    assert silent == []


def fits(first, second):
    """Whether some word is matched by both tokens, each a stem with or without a final star."""
    for one, other in zip(first, second, strict=False):
        if "*" in (one, other):
            return True
        if one != other:
            return False
    return len(first) == len(second) or "*" in (first[len(second) :] or second[len(first) :])[:1]


def test_every_near_miss_can_mask_something(book):
    """Each near miss can share words with a pattern of its code; another could be removed."""
    live = book.patterns[~book.patterns["is_mask"]].groupby(["code", "language"])["tokens"]
    live = live.apply(lambda rows: [row.split() for row in rows])
    idle = []
    for code, language, tokens in book.patterns[book.patterns["is_mask"]][["code", "language", "tokens"]].values.tolist():
        mask = tokens.split()
        pairs = [
            [(mask[i], pattern[i - shift]) for i in range(max(0, shift), min(len(mask), shift + len(pattern)))]
            for pattern in live[code, language]
            for shift in range(1 - len(pattern), len(mask))
        ]
        if not any(all(fits(*pair) for pair in overlap) for overlap in pairs):
            idle.append((code, tokens))
    assert idle == []


def merge(mask, pattern):
    """The shortest text in which a near miss and a pattern share words, None where they cannot."""
    for shift in range(1 - len(pattern), len(mask)):
        places = range(min(0, shift), max(len(mask), shift + len(pattern)))
        pairs = [[words[i] for words, i in ((mask, at), (pattern, at - shift)) if 0 <= i < len(words)] for at in places]
        if all(len(pair) == 1 or fits(*pair) for pair in pairs):
            # Of two globs that fit one word, the one without a star or else the longer stem fills both.
            return " ".join(min(pair, key=lambda word: ("*" in word, -len(word))).replace("*", "x") for pair in pairs)
    return None


def test_every_near_miss_takes_a_hit_away(book):
    """A text in which a near miss and a pattern of its code share words has other hits of the code without near misses."""
    patterns = book.patterns.replace({"code": {NEGATION: "N"}})
    live = patterns[~patterns["is_mask"]].groupby(["code", "language"])["tokens"].apply(list)
    masks = patterns[patterns["is_mask"]].reset_index(drop=True)
    texts = []
    for code, language, tokens in zip(masks["code"], masks["language"], masks["tokens"], strict=True):
        merged = (merge(tokens.split(), pattern.split()) for pattern in live[code, language])
        texts.append(next(text for text in merged if text))
    spans = []
    for chosen in (patterns, patterns[~patterns["is_mask"]]):
        hits = match_patterns(texts, masks["language"], chosen.reset_index(drop=True))
        hits = hits[hits["code"] == masks["code"].to_numpy()[hits["text"]]]
        spans.append({text: set(zip(rows["start"], rows["end"], strict=True)) for text, rows in hits.groupby("text")})
    idle = [masks["pattern"][text] for text in range(len(texts)) if not spans[1][text] - spans[0].get(text, set())]
    assert idle == []


def test_no_pattern_of_one_word_is_a_short_stem(book):
    """A single word with a wild card has at least four letters before it, so that it does not catch unrelated words."""
    single = [tokens for tokens in book.patterns["tokens"] if " " not in tokens and "*" in tokens[1:]]
    assert [tokens for tokens in single if len(tokens.partition("*")[0]) < 4] == ["отц*-основател*"]


def test_patterns_fold_like_text():
    """Typographic apostrophes, hyphens, capitals and ё in a pattern are those of a text."""
    assert fold_pattern("People’s Good‑neighbo* Ещё") == "people's good-neighbo* еще"


def test_what_is_measured_is_said(book):
    """The sentence that every caption repeats says that a low share is no evidence against the account."""
    assert "no evidence against" in book.what_is_measured


def test_a_coder_finds_what_to_do_in_the_codebook(book):
    """Each code has two examples or more in both languages and a counterexample; steps, attributes and residual codes are there."""
    for code in book.codes.itertuples():
        assert {language for language, _ in code.examples} == {"en", "ru"}, code.code
        assert len(code.examples) >= (3 if code.kind == "sub-frame" else 2) and len(code.counterexample) == 2, code.code
    texts = [text for examples in book.codes["examples"] for _, text in examples] + [
        text for text, _ in book.codes["counterexample"]
    ]
    assert len(texts) == len(set(texts)) and all(text[-1] in ".?!" for text in texts)
    assert book.codes.loc[book.codes["kind"] == "residual", "code"].tolist() == ["FUN", "PROC", "OFF"]
    names = [attribute["id"] for attribute in book.attributes]
    assert names == ["direction_RS", "direction_OS", "object", "other", "other_valence", "enlargement_stance", "negation"]
    assert list(book.attributes[0]["values"]) == ["driver", "brake", "none"] and len(book.decision_order) == 8
    assert list(book.attributes[1]["values"]) == ["boost", "threat", "defence"]
    defaults = book.codes[book.codes["kind"] == "sub-frame"].groupby("family")["direction_default"].agg(set)
    assert defaults["RS"] == {"driver", "brake"} and defaults["OS"] == {"boost"}


def test_a_pattern_of_two_codes_of_a_family_needs_a_collision_rule():
    """Without a rule the codebook is refused; with one that names both codes it is read; other families are free."""
    old = "near_miss: {en: [crisis meeting]}}"
    twin = old + "\n      - {id: RS02, name: bloc, title: Bloc, definition: a bloc, en: [Oil  price*, great power]}"
    assert "RS01 and RS02 share the pattern 'oil price*'; write a collision rule that names both" in refusal(old, twin)
    rule = "collisions:\n  - {cue: oil, codes: [RS02, RS01], rule: price RS01}\n"
    assert read_codebook(SMALL.replace(old, twin) + rule).collisions[0]["cue"] == "oil"
    wrong = refusal("composites:", "collisions: [{cue: oil, codes: [RS01, RS99], rule: x}]\ncomposites:")
    assert "collisions[0]: 'RS99' is no code of the codebook" in wrong


def test_only_a_residual_code_may_have_no_pattern():
    """People give it; the dictionary does not look for it."""
    book = read_codebook(SMALL.replace("definition: trade, en: [trade]", "definition: trade"))
    assert "FUN" in set(book.codes["code"]) and "FUN" not in set(book.patterns["code"])


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("examples: {de: [x]}, en: [trade]", "residual.FUN.examples: unknown key 'de'"),
        ("counterexample: {text: x}, en: [trade]", "residual.FUN.counterexample: key 'why' is missing or empty"),
        ("en: [trade]}\nattributes:\n  - {id: object", "attributes.object: key 'title' is missing or empty"),
    ],
)
def test_what_is_wrong_in_guidance_is_named(new, says):
    """Examples, counterexamples and attributes have closed keys too."""
    assert says in refusal("en: [trade]", new)

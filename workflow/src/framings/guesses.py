"""Guesses: what a name, a title or a text lets one propose, for somebody to confirm."""

import hashlib
import re

from framings.filenames import LONGEST_KEY, write_key
from framings.texts import tokenise

COMMON = {"en": ("the", "of", "and", "to", "in", "that", "is"), "ru": ("и", "в", "на", "не", "что", "с", "мы")}
# ASSUME: a title tells the kind of event by its first phrase in this list; a reader of the register can always correct it.
KINDS = (
    ("phone_call", r"telephone|by phone|phone call|телефон"),
    ("press_statement", r"(?:press|media) statement|statements? (?:to|for) the (?:press|media)|заявлени\w+ для (?:прессы|сми)"),
    ("interview", r"interview|интервью"),
    ("press_conference", r"(?:news|press) conference|journalists|direct line|media questions|пресс-конференц|журналист|прямая линия"),
    ("message", r"greeting|congratulat|condolence|message|telegram|поздрав|приветстви|соболезнован|телеграмм"),
    ("other", r"\bwill (?:meet|visit|take part|hold|attend|host)|\barrived\b|accredit\w+ to cover|состоится|прибыл"),
    ("law", r"\blaw\b|ratif|amending|закон|ратификац"),
    ("address", r"\baddress\b|credence|credentials|inauguration|послани|обращени|верительн"),
    ("council_meeting", r"(?:supreme|interstate|intergovernmental)\b.*\bcouncil|session of .*\bcouncil|(?:высш|межгосударственн|межправительственн)\w+\b.*\bсовет"),
    ("commission_meeting", r"\bcommission\b.*\b(?:board|council|meeting)|\bколлеги\w+.*\bкомисси"),
    ("forum", r"forum|\bclub\b|congress|conference|exhibition|plenary session|business (?:community|representatives|leaders)|форум|клуб|съезд"),
    ("multilateral", r"summit|\bleaders\b|trilateral|\bpresidents of \w+, |heads of state|informal meeting|саммит|лидер|глав\w* государств"),
    ("domestic", r"security council|state council|government|cabinet|ministry|\bboard\b|council for|meeting on |совещани|заседани\w+ (?:совета|правительств)"),
    ("bilateral", r"\btalks\b|\bnegotiations\b|\bmeet(?:ings?|s)?\b.*\bwith\b|\bmeets\b|\bmet with\b|переговоры|встреч"),
)  # fmt: skip


def write_number(stem):
    """Return the name of a file as part of a document's id; where it is cut or empty, digits of a hash tell it from others.

    >>> write_number("ARM 47 (1992)"), write_number("Речь")
    ('arm-47-1992', 'rech')
    """
    number = write_key(stem)
    if len(number) < LONGEST_KEY and re.search("[a-z0-9]", number) and number != "document":
        return number
    return f"{number[:60].rstrip('-_.')}-{hashlib.sha256(stem.encode('utf-8', 'replace')).hexdigest()[:8]}"


def write_title(stem):
    """Return the name of a file as a title.

    >>> write_title("Speech_in_the garden")
    'Speech in the garden'
    """
    return re.sub(r"[\s_]+", " ", stem).strip()


def guess_event_type(title):
    """Return the kind of event that a title speaks of.

    >>> guess_event_type("Telephone conversation with President of Iceland Jane Doe"), guess_event_type("On gardens")
    ('phone_call', 'other')
    """
    return next((kind for kind, phrase in KINDS if re.search(phrase, title, re.IGNORECASE)), "other")


def guess_language(text):
    """Return the language of a text by its commonest words, or None.

    >>> guess_language("The end of the day is in sight."), guess_language("Ende gut, alles gut.")
    ('en', None)
    """
    # ASSUME: in English and in Russian one word in twelve is among seven; no other language reaches that with the same ones
    # (in Russian, the letter ы must be there as well).
    words = [token for token, _, _ in tokenise(text[:20_000])]
    for language, common in COMMON.items():
        share = sum(word in common for word in words) / max(len(words), 1)
        if share > 1 / 12 and (language != "ru" or "ы" in text):
            return language
    return None

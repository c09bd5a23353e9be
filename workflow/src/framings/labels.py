"""Labels: the words with which a page gives somebody the floor, and the name in them."""

import re
from dataclasses import dataclass, replace


def _word_set(text):
    """Return the words of a text as a set."""
    return frozenset(text.split())


# A label without bold holds none of these and opens with none of those.
SENTENCE_WORDS = _word_set(
    """is are was were be been has had have said says asked told noted added wrote writes replied
    i we you my our his her this that it"""
)
GREETINGS = _word_set("dear distinguished esteemed respected honourable ladies дорогие дорогой уважаемые уважаемый")
# What stands before the first colon outside brackets; a bracket may lack its end or its beginning just before the colon.
HEAD = re.compile(r"((?:[^:()\[\]]|\([^()]*\)|\[[^\[\]]*\]){1,400}?)\s*(?:\(([^():]{1,60})|\))?:")
REMARK = re.compile(r"([^()\[\]]*(?:[(\[][^()\[\]]*[)\]][^()\[\]]+)*?)[(\[]\s*([^()\[\]]*?)\s*[)\]][\s.]*")
GROUP = re.compile(r"(?:\([^()]{1,4000}\)|\[[^\[\]]{1,4000}\])[.:]?\s*")
GLUED_NAME = re.compile(r"(?:(?:[^\W\d_]{1,2}\.-?)+|[A-ZА-ЯЁ][^\W\d_-]*[a-zа-яё])[A-ZА-ЯЁ][^\W\d_]+(?:-[^\W\d_]+)*")
INITIAL = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+")
NAME_WORD = re.compile(r"(?:[ae]l-|d['’])?[^\W\d_](?:[^\W\d_]|[.'’-](?=[^\W\d_]))*\.?")
PARTICLES = _word_set("al bin da de del der di dos du el ibn la le van von бин ван де фон")
LINKS = _word_set("of the for and in at on to from with в во на по и при из от")
# A label that opens with one of these names nobody, whatever follows.
UNNAMED = re.compile(
    r"(?:(?:video |audio )?questions?|remarks?|reply|replies|responses?|answers?|comments?|exclamations?|voices?|audience|sms"
    r"|text messages?|e-?mail"
    r"|вопрос\w*|реплик\w+|ответ\w*|возглас\w*|голос\w*|выкрик\w*|из зала)(?![\w-])",
    re.IGNORECASE,
)
# A label with one of these and no name names nobody.
ROLES = _word_set(
    """anchor announcer cohost co-host correspondent delegate host hosts interpreter interviewer journalist moderator
    operator participant presenter reporter student translator volunteer volunteers
    ведущая ведущий диктор журналист журналистка корреспондент модератор оператор переводчик участник участница"""
)
# No name holds one of these: a label that ends with one is an office alone.
OFFICES = ROLES | _word_set(
    """academician adviser advisor aide ambassador archbishop bishop cardinal ceo chair chairman chairperson chairwoman
    chancellor chief colonel columnist commander commentator commissioner commission committee coordinator council deputy
    director doctor editor editor-in-chief envoy federation general governor head king leader lieutenant major mayor
    member metropolitan minister ombudsman patriarch premier president prince princess professor prosecutor queen rector
    representative republic secretary secretary-general senator sheikh speaker sultan union writer
    глава губернатор депутат директор комиссии коллегии министр мэр посол председатель премьер-министр президент
    представитель ректор республики руководитель секретарь союза федерации"""
)
LONGEST_PLAIN_LABEL = 400  # characters


@dataclass(frozen=True)
class Head:
    """The label that a paragraph opens with.

    ``end``: where it ends, colon included; ``core``: its text without the remark in brackets; ``name``: the name in it,
    empty where there is none; ``sure``: whether its shape alone makes it a label.
    """

    end: int
    core: str
    remark: str
    name: str
    sure: bool


def find_name(label):
    """Return the name in a label without brackets and colon; empty where it is an office or a role alone.

    The name is the whole label, or what stands before its first comma, if that is two to five words of a name; else the
    last words of a part between commas: a surname with its particles and the given name or initials before it. After
    'of', 'the' and the like two capitalised words are the name of a body, not of a person.

    >>> find_name("President of Iceland Jane van der Doe"), find_name("J. Doe"), find_name("Jane Doe, ship fitter")
    ('Jane van der Doe', 'J. Doe', 'Jane Doe')
    >>> find_name("Chairman of the State Duma"), find_name("Minister of Labour, Head of Staff John Q. Public")
    ('', 'John Q. Public')
    """
    parts = [part.split() for part in label.split(",") if part.strip()]
    if parts and 2 <= len(parts[0]) <= 5 and all(map(_may_be_name, parts[0])) and not _is_particle(parts[0][0]):
        return " ".join(parts[0])
    return next(filter(None, map(_find_last_name, reversed(parts))), "")


def _may_be_name(word):
    """Return whether a word can be part of a name: a particle, or capitalised and no word of an office."""
    return _is_particle(word) or (
        bool(NAME_WORD.fullmatch(word)) and any(map(str.isupper, word[:4])) and word.lower() not in OFFICES | LINKS
    )


def _is_particle(word):
    """Return whether a word is a particle of surnames, such as 'van' or 'bin'."""
    return word.lower() in PARTICLES


def _find_last_name(words):
    """Return the name that ends a list of words, or an empty text."""
    first = len(words)
    while first and _may_be_name(words[first - 1]):
        first -= 1
    run = words[first:]
    if not run or _is_particle(run[-1]):
        return ""
    if GLUED_NAME.fullmatch(run[-1]) and "." in run[-1]:
        return run[-1]
    surname = len(run) - 1
    while surname and _is_particle(run[surname - 1]):
        surname -= 1
    given = max(surname - 1, 0)
    while given and (_is_particle(run[given]) or _is_particle(run[given - 1]) or INITIAL.fullmatch(run[given])):
        given -= 1
    follows_link = first > 0 and words[first - 1].lower() in LINKS
    if surname == 0 or (follows_link and given == 0 and not INITIAL.fullmatch(run[given])):
        follows_office = first > 0 and words[first - 1].lower() in OFFICES and run[0].isascii()
        return " ".join(run) if follows_office and len(run) == 1 else ""
    return " ".join(run[given:])


def find_heads(paragraphs, tags):
    """Return the label of each paragraph of a document, or None where it opens with none.

    ``paragraphs`` are tuples (number, text, bold ranges, italic ranges). Labels of one word and offices alone count only
    where the page has a sure label too. ``tags`` are the names with which the site tagged the page, surname first; they and
    the short labels of the page tell a name from the office before it.
    """
    tagged = {_squeeze("".join(words[i:] + words[:i])) for words in map(str.split, tags.split(";")) for i in range(len(words))}
    heads = [_find_bold_head(text, bold, italic) for _, text, bold, italic in paragraphs]
    if not any(head and head.sure for head in heads):
        heads = [_find_plain_head(text) for _, text, _, _ in paragraphs]
        if not _are_labels(heads, tagged):
            return [None] * len(paragraphs)
    known = {_squeeze(label) for head in heads if head for label in (head.core, head.name) if label}
    heads = [head or _find_bare_head(text, bold, known) for head, (_, text, bold, _) in zip(heads, paragraphs, strict=True)]
    names = tagged | {_squeeze(head.core) for head in heads if head and head.name == head.core and " " in head.core}
    return [head and replace(head, name=_find_known_name(head.core, names) or head.name) for head in heads]


def _are_labels(heads, tagged):
    """Return whether what looks like labels on a page without bold is labels and no list of people with their merits.

    It is where a sure one holds an office, is a role, or names who is tagged; where a name opens the page; and where one
    name opens two paragraphs.
    """
    sure = [head for head in heads if head and head.sure]
    if any(head.name != head.core or _squeeze(head.name) in tagged for head in sure) or (sure and heads[0] is sure[0]):
        return True
    names = [_squeeze(head.name) for head in sure]
    return len(set(names)) < len(names)


def _squeeze(text):
    """Return a text in lower case without any space."""
    return "".join(text.lower().split())


def _find_bold_head(text, bold, italic):
    """Return the label in bold that a paragraph opens with, or None."""
    if not bold or bold[0][0] > 1:
        return None
    match = HEAD.match(text)
    head = _read_head(match) if match and share_styled(text, 0, match.end(1), bold, italic) >= 0.8 else None
    return head if head and (head.sure or share_styled(text, 0, len(text), bold) < 0.95) else None


def _find_plain_head(text):
    """Return the label without bold that a paragraph opens with, or None: a name, beside an office or not, or a role."""
    colon = text.find(":", 0, LONGEST_PLAIN_LABEL)
    words = text[:colon].partition("(")[0].replace(",", " ").lower().split() if colon > 0 else ()
    if not words or words[0] in GREETINGS or not SENTENCE_WORDS.isdisjoint(words):
        return None
    match = HEAD.match(text)
    head = _read_head(match) if match else None
    if not head or re.search(r"[.?!;“”\"](?!\w)", re.sub(r"\b\w\.", "", head.core)):
        return None
    if not head.name or head.name == head.core:
        return head if head.sure or (len(words) <= 4 and not ROLES.isdisjoint((words[0], words[-1]))) else None
    first, comma, rest = head.core.partition(",")
    if comma and head.name == first:
        return head if head.sure and _is_office(rest.split()) else None
    held = not OFFICES.isdisjoint(first.lower().split())
    return head if head.core.endswith(head.name) and words[0] not in LINKS and held else None


def _is_office(words):
    """Return whether the words after a name and a comma are an office or a firm: an office first or last, or a name last."""
    ends = {word.strip(",").lower() for word in (words[0], words[-1])} if words else set()
    return bool(ends & OFFICES) or (bool(words) and words[-1][0].isupper())


def _find_bare_head(text, bold, known):
    """Return the bold label without a colon that a paragraph opens with, or None.

    It is one if the page has the same label with a colon, or if it is a full name with a full stop.
    """
    if not bold or bold[0][0] > 0:
        return None
    end = bold[0][1] + (text[bold[0][1] : bold[0][1] + 1] == ".")
    core, rest = text[:end].rstrip(" .:"), text[end:].lstrip()
    stopped = text[end - 1] == "." and " " in core and find_name(core) == core
    if not (_squeeze(core) in known or stopped) or not rest[:1].isalnum() or rest[0].islower():
        return None
    return Head(end, core, "", find_name(core), False)


def _read_head(match):
    """Return the label in a match of HEAD if it has the shape of one, else None."""
    core, remark = match[1].strip(), (match[2] or "").strip()
    tail = REMARK.fullmatch(core)
    if tail and tail[1].strip():
        core, remark = tail[1].strip(), tail[2]
    words = core.split()
    unnamed = bool(UNNAMED.match(core))
    name = "" if unnamed else find_name(core) or (core if GLUED_NAME.fullmatch(core) else "")
    sure = unnamed or " " in name or bool(GLUED_NAME.fullmatch(name))
    first = words[0].strip(",")
    if not name and not unnamed and first.isalpha() and first.istitle() and first.lower() not in OFFICES:
        name = first if len(words) == 1 or words[0].endswith(",") else ""
    shaped = (
        sure
        or name
        or words[-1].lower() in OFFICES
        or words[0].lower() in ROLES
        or (words[0][0].isupper() and words[-1][0].isupper())
    )
    return Head(match.end(), core, remark, name, sure) if shaped else None


def _find_known_name(core, names):
    """Return the shortest end of two words or more of a label, or what stands before its first comma, that is in ``names``."""
    words, before = core.split(), core.split(",")[0]
    ends = (" ".join(words[first:]) for first in range(len(words) - 2, -1, -1))
    return next((end for end in (*ends, before) if _squeeze(end) in names), "")


def share_styled(text, start, end, ranges, ignored=None):
    """Return the share of the letters and digits in text[start:end] that lie in ``ranges``.

    With ``ignored`` given, what lies in those ranges or in brackets is left out.
    """
    if ranges and ranges[0][0] <= start and ranges[0][1] >= end:
        return 1.0
    left_out = [] if ignored is None else [*ignored, *(match.span() for match in GROUP.finditer(text, start, end))]
    styled, skipped = bytearray(len(text)), bytearray(len(text))
    for marks, spans in ((styled, ranges), (skipped, left_out)):
        for first, last in spans:
            marks[first:last] = b"\1" * (last - first)
    inked = [styled[place] for place in range(start, end) if text[place].isalnum() and not skipped[place]]
    return sum(inked) / len(inked) if inked else 0.0

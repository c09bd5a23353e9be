"""Turns: who has the floor, by the labels that the site prints; every character of a page gets one function."""

import re
from dataclasses import dataclass, replace

import pandas as pd

from framings.schemas import SPANS, TURNS, check
from framings.texts import count_tokens


def _word_set(text):
    """Return the words of a text as a set."""
    return frozenset(text.split())


SENTENCE_WORDS = _word_set("is are was were said says asked my our his her this that it")
# What stands before the first colon outside brackets; a bracket may lack its end just before the colon.
HEAD = re.compile(r"((?:[^:()\[\]]|\([^()]*\)|\[[^\[\]]*\]){1,400}?)\s*(?:\(([^():]{1,60}))?:")
REMARK = re.compile(r"([^()\[\]]*(?:[(\[][^()\[\]]*[)\]][^()\[\]]+)*?)[(\[]\s*([^()\[\]]*?)\s*[)\]][\s.]*")
GROUP = re.compile(r"(?:\([^()]{1,4000}\)|\[[^\[\]]{1,4000}\])[.:]?\s*")
CUT = re.compile(r"<\s?(?:…|\.\s?\.\s?\.)\s?>\s*")
RULE = re.compile(r"[*\s_·•–—-]+")
GLUED_NAME = re.compile(r"(?:(?:[^\W\d_]{1,2}\.-?)+|[A-ZА-ЯЁ][^\W\d_-]*[a-zа-яё])[A-ZА-ЯЁ][^\W\d_]+(?:-[^\W\d_]+)*")
INITIAL = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+")
NAME_WORD = re.compile(r"(?:[ae]l-|d['’])?[^\W\d_](?:[^\W\d_]|[.'’-](?=[^\W\d_]))*\.?")
PARTICLES = _word_set("al bin da de del der di dos du el ibn la le van von бин ван де фон")
LINKS = _word_set("of the for and in at on to from with в во на по и при из от")
# A label that opens with one of these names nobody, whatever follows.
UNNAMED = re.compile(
    r"(?:questions?|remarks?|reply|replies|responses?|answers?|comments?|exclamations?|voices?|audience|sms|e-?mail"
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
    director doctor editor editor-in-chief emir envoy federation general governor head king leader lieutenant major mayor
    member metropolitan minister ombudsman patriarch premier president prince princess professor prosecutor queen rector
    representative republic secretary secretary-general senator sheikh speaker sultan union writer
    глава губернатор депутат директор комиссии коллегии министр мэр посол председатель премьер-министр президент
    представитель ректор республики руководитель секретарь союза федерации"""
)
STAGE = re.compile(
    r"(?:applause|laugh\w*|noise|pause|music|inaudible|smil\w+|(?:the |a )?(?:video|film|minute of silence|moment of silence)"
    r"|documents are signed|in (?:english|russian|german|french)|speak(?:s|ing) in|addressing|shows?|showing"
    r"|аплодисменты|смех|сме[её]тся|шум|пауза|звучит|минута молчания|обращаясь|показывает|демонстрируется"
    r"|ид[её]т видеоролик|по-английски|по-немецки|говорит по)(?!\w)",
    re.IGNORECASE,
)
LONGEST_NOTE = 30  # words of a paragraph in bold or italics that is a heading or direction; a longer one is text
LONGEST_PLAIN_LABEL = 150  # characters
READ_OUT = "read-out"


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


def segment_turns(documents, paragraphs):
    """Return the tables TURNS and SPANS of all documents.

    A paragraph that opens with a label begins a turn. A label is a name or a role in bold (or mostly so) up to a colon,
    with whatever stands in brackets or italics before the colon; a bold name without a colon, where the page has the same
    label with one; and, on a page with no label in bold, a full name up to a colon. A turn lasts until the next label.
    What is printed before the first label is a read-out of the editors. Inside turns, stage directions, marks of
    omission and headings are spans of their own; the spans of a paragraph cover each of its characters once.
    """
    # ASSUME: a page without any label is a read-out or a written text (message, article, statement): nobody's speech. This
    # holds for all known pages that are filed as transcripts and carry no label.
    # ASSUME: after a heading, a rule of asterisks or a mark of omission without a new label the same speaker goes on, as on
    # every known page that was checked by eye.
    held = {key: [] for key in documents["document_id"]}
    columns = ("document_id", "paragraph", "text", "bold", "italic")
    for key, number, text, bold, italic in zip(*(paragraphs[name].tolist() for name in columns), strict=True):
        held[key].append((number, text, _read_ranges(bold), _read_ranges(italic)))
    turns, spans, spoken = [], [], []
    for key, tags in zip(documents["document_id"].tolist(), documents["persons"].tolist(), strict=True):
        turn, base = -1, READ_OUT
        heads = _find_heads(held[key], tags if isinstance(tags, str) else "")
        for (number, text, bold, italic), head in zip(held[key], heads, strict=True):
            if head is not None:
                turn, base, office = turn + 1, *_describe_head(head)
                turns.append((key, turn, base, text[: head.end].rstrip(" .:"), head.name, office, head.remark, number))
                spoken.append([])
            for start, end, kind in _split_paragraph(text, bold, italic, head, base):
                spans.append((key, number, start, end, kind, turn))
                if turn >= 0 and kind == base:
                    spoken[-1].append(text[start:end])
    table = pd.DataFrame(turns, columns=[name for name in TURNS.columns if name != "n_words"])
    table = table.assign(n_words=count_tokens([" ".join(texts) for texts in spoken]))
    return check(table, TURNS), check(pd.DataFrame(spans, columns=list(SPANS.columns)), SPANS)


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


def _read_ranges(text):
    """Return the ranges that PARAGRAPHS writes as 'start:end start:end'."""
    return [tuple(map(int, pair.split(":"))) for pair in text.split()] if text else []


def _find_heads(paragraphs, tags):
    """Return the label of each paragraph of a document, or None where it opens with none.

    Labels of one word and offices alone count only where the page has a sure label too. ``tags`` are the names with which
    the site tagged the page, surname first; they and the short labels of the page tell a name from the office before it.
    """
    tagged = {_squeeze("".join(words[i:] + words[:i])) for words in map(str.split, tags.split(";")) for i in range(len(words))}
    heads = [_find_bold_head(text, bold, italic) for _, text, bold, italic in paragraphs]
    if not any(head and head.sure for head in heads):
        heads = [_find_plain_head(text) for _, text, _, _ in paragraphs]
        if not any(head and (head.name != head.core or _squeeze(head.name) in tagged) for head in heads):
            return [None] * len(paragraphs)
    known = {_squeeze(label) for head in heads if head for label in (head.core, head.name) if label}
    heads = [head or _find_bare_head(text, bold, known) for head, (_, text, bold, _) in zip(heads, paragraphs, strict=True)]
    names = tagged | {_squeeze(head.core) for head in heads if head and head.name == head.core and " " in head.core}
    return [head and replace(head, name=_find_known_name(head.core, names) or head.name) for head in heads]


def _squeeze(text):
    """Return a text in lower case without any space."""
    return "".join(text.lower().split())


def _find_bold_head(text, bold, italic):
    """Return the label in bold that a paragraph opens with, or None."""
    if not bold or bold[0][0] > 1:
        return None
    match = HEAD.match(text)
    head = _read_head(match) if match and _share_styled(text, 0, match.end(1), bold, italic) >= 0.8 else None
    return head if head and (head.sure or _share_styled(text, 0, len(text), bold) < 0.95) else None


def _find_plain_head(text):
    """Return the label without bold that a paragraph opens with, or None: a sure one that ends with a name or is a role."""
    match = HEAD.match(text, 0, LONGEST_PLAIN_LABEL) if ":" in text[:LONGEST_PLAIN_LABEL] else None
    head = _read_head(match) if match else None
    if not head or not head.sure or re.search(r"[,.?!;“”\"](?!\w)", re.sub(r"\b\w\.", "", head.core)):
        return None
    words = head.core.lower().split()
    office = head.core.endswith(head.name) and words[0] not in LINKS and OFFICES & set(words) and not SENTENCE_WORDS & set(words)
    return head if head.core == head.name or office or not head.name else None


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


def _describe_head(head):
    """Return the kind of turn that a label begins and the office or role in it."""
    office = head.core.replace(head.name, "", 1).strip(" ,").replace(" ,", ",") if head.name else head.core
    words = {word.strip(",").lower() for word in office.split()}
    unnamed = not head.name and (UNNAMED.match(head.core) or words & ROLES)
    return "question" if unnamed else "speech", office


def _split_paragraph(text, bold, italic, head, base):
    """Return the spans of a paragraph as (start, end, kind); ``base`` is the kind of what is neither label nor note."""
    pieces, cursor = [], 0
    if head is not None:
        cursor = len(text) - len(text[head.end :].lstrip())
        pieces.append((0, cursor, "label"))
    else:
        whole = _name_whole(text, bold, italic, base)
        if whole:
            return [(0, len(text), whole)]
    notes = [] if base == READ_OUT else [(*match.span(), "cut mark") for match in CUT.finditer(text, cursor)]
    if base != READ_OUT and ("(" in text or "[" in text):
        groups = (match.span() for match in GROUP.finditer(text, cursor))
        notes += [(*span, "stage direction") for span in groups if _is_direction(text, *span, italic)]
    for start, end, kind in sorted(notes):
        if start > cursor:
            pieces.append((cursor, start, base))
        pieces.append((start, end, kind))
        cursor = end
    if cursor < len(text):
        pieces.append((cursor, len(text), base))
    return pieces


def _name_whole(text, bold, italic, base):
    """Return the kind of a paragraph that is all heading, mark of omission or stage direction, or None."""
    if RULE.fullmatch(text):
        return "heading"
    if CUT.fullmatch(text):
        return "cut mark"
    if GROUP.fullmatch(text):
        return "stage direction" if _is_direction(text, 0, len(text), italic) else None
    if not (bold or italic) or text.count(" ") >= LONGEST_NOTE:
        return None
    if _share_styled(text, 0, len(text), bold) >= 0.9:
        return "heading"
    if _share_styled(text, 0, len(text), bold + italic) < 0.9:
        return None
    ends = text.rstrip(")").endswith((".", "!", "…"))
    if UNNAMED.match(text) or (ends and base != READ_OUT):
        return "stage direction"
    return None if ends else "heading"


def _is_direction(text, start, end, italic):
    """Return whether a bracketed group is a stage direction and no aside of the speaker."""
    # ASSUME: a group in italics is one, unless all its words are capitalised (a title); a plain group is one only if it
    # opens as the site's directions do.
    inner = text[start:end].strip("()[]. ")
    words = inner.split()
    if not words:
        return False
    if italic and _share_styled(text, start, end, italic) >= 0.6:
        return bool(STAGE.match(inner)) or words[0] == "To" or any(word[0].islower() for word in words)
    return text[start] == "(" and bool(STAGE.match(inner)) and (inner[0].isupper() or len(words) == 1) and len(words) <= 12


def _share_styled(text, start, end, ranges, ignored=None):
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

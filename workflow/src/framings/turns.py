"""Turns: who has the floor, by the labels that the site prints; every character of a page gets one function."""

import re

import pandas as pd

from framings.dialogues import find_dash_heads
from framings.labels import GROUP, ROLES, UNNAMED, Head, find_heads, share_styled
from framings.schemas import SPANS, TURNS, check
from framings.texts import count_tokens

CUT = re.compile(r"<\s?(?:…|\.\s?\.\s?\.)\s?>\s*")
RULE = re.compile(r"[*\s_·•–—-]+")
STAGE = re.compile(
    r"(?:applause|laugh\w*|noise|pause|music|inaudible|smil\w+|(?:the |a )?(?:video|film|minute of silence|moment of silence)"
    r"|documents are signed|in (?:english|russian|german|french)|speak(?:s|ing) in|addressing|shows?|showing"
    r"|аплодисменты|смех|сме[её]тся|шум|пауза|звучит|минута молчания|обращаясь|показывает|демонстрируется"
    r"|ид[её]т видеоролик|по-английски|по-немецки|говорит по)(?!\w)",
    re.IGNORECASE,
)
SAID_IN = re.compile(r"(?:[\w ]{1,60} )?(?:said|says|spoken|speaks|continues) in [A-ZА-ЯЁ][^\W_]+")
PRONOUN = re.compile(r"(?:I|We|You|He|She|It|They|This|That|These|Those|There|Я|Мы|Вы|Он|Она|Оно|Они|Это|Эти)\b")
LONGEST_PLAIN_NOTE = 12  # words of a direction in brackets that is not in italics
LONGEST_NOTE = 30  # words of a paragraph in bold or italics that is a heading or direction; a longer one is text
READ_OUT = "read-out"


def segment_turns(documents, paragraphs):
    """Return the tables TURNS and SPANS of all documents.

    A paragraph that opens with a label begins a turn. A label is a name or a role in bold (or mostly so) up to a colon,
    with whatever stands in brackets or italics before the colon; a bold name without a colon, where the page has the same
    label with one; and, on a page with no label in bold, a full name or a role up to a colon. A turn lasts until the next
    label. What is printed before the first label is a read-out of the editors. A document without labels is all speech of
    its ``speaker`` where it has one; dashes that open the lines of an interview are then labels. Inside turns, stage
    directions, marks of omission and headings are spans of their own; the spans of a paragraph cover each character once.
    """
    # ASSUME: a page without any label, of which nobody has said who speaks in it, is a read-out or a written text (message,
    # article, statement): nobody's speech. This holds for all known pages that are filed as transcripts and carry no label.
    # ASSUME: after a heading, a rule of asterisks or a mark of omission without a new label the same speaker goes on, as on
    # every known page that was checked by eye.
    held = {key: [] for key in documents["document_id"]}
    columns = ("document_id", "paragraph", "text", "bold", "italic")
    for key, number, text, bold, italic in zip(*(paragraphs[name].tolist() for name in columns), strict=True):
        held[key].append((number, text, _read_ranges(bold), _read_ranges(italic)))
    turns, spans, spoken = [], [], []
    columns = ("document_id", "persons", "speaker")
    for key, tags, speaker in zip(*(documents[name].tolist() for name in columns), strict=True):
        turn, base = -1, READ_OUT
        heads = find_heads(held[key], tags if isinstance(tags, str) else "")
        if isinstance(speaker, str) and not any(heads):
            heads = find_dash_heads([text for _, text, _, _ in held[key]], speaker) or _give_floor(held[key], speaker)
        for (number, text, bold, italic), head in zip(held[key], heads, strict=True):
            if head is not None:
                turn, base, office = turn + 1, *_describe_head(head)
                turns.append((key, turn, base, text[: head.end].rstrip(" .:"), head.name, office, head.remark, number))
                spoken.append([])
            for start, end, kind in split_paragraph(text, bold, italic, head, base):
                spans.append((key, number, start, end, kind, turn))
                if turn >= 0 and kind == base:
                    spoken[-1].append(text[start:end])
    table = pd.DataFrame(turns, columns=[name for name in TURNS.columns if name != "n_words"])
    table = table.assign(n_words=count_tokens([" ".join(texts) for texts in spoken]))
    return check(table, TURNS), check(pd.DataFrame(spans, columns=list(SPANS.columns)), SPANS)


def _read_ranges(text):
    """Return the ranges that PARAGRAPHS writes as 'start:end start:end'."""
    return [tuple(map(int, pair.split(":"))) for pair in text.split()] if text else []


def _give_floor(paragraphs, speaker):
    """Return the labels of a document that one person speaks or wrote: one without characters, where the text begins."""
    said = (place for place, (_, *paragraph) in enumerate(paragraphs) if not _name_whole(*paragraph, "speech"))
    first = next(said, None)
    return [Head(0, "", "", speaker, True) if place == first else None for place in range(len(paragraphs))]


def _describe_head(head):
    """Return the kind of turn that a label begins and the office or role in it."""
    office = head.core.replace(head.name, "", 1).strip(" ,").replace(" ,", ",") if head.name else head.core
    words = {word.strip(",").lower() for word in office.split()}
    unnamed = not head.name and (not head.core or UNNAMED.match(head.core) or words & ROLES)
    return "question" if unnamed else "speech", office


def split_paragraph(text, bold, italic, head, base):
    """Return the spans of a paragraph as (start, end, kind); ``base`` is the kind of what is neither label nor note."""
    pieces, cursor = [], 0
    if head is not None:
        cursor = len(text) - len(text[head.end :].lstrip())
        pieces += [(0, cursor, "label")] * (cursor > 0)
    else:
        whole = _name_whole(text, bold, italic, base)
        if whole:
            return [(0, len(text), whole)]
    notes = [] if base == READ_OUT else [(*match.span(), "cut mark") for match in CUT.finditer(text, cursor)]
    if base != READ_OUT and ("(" in text or "[" in text):
        groups = ((match.start(), _end_group(match)) for match in GROUP.finditer(text, cursor))
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
    if share_styled(text, 0, len(text), bold) >= 0.9:
        return "heading"
    if share_styled(text, 0, len(text), bold + italic) < 0.9:
        return None
    ends = text.rstrip(")").endswith((".", "!", "…"))
    if UNNAMED.match(text) or (ends and base != READ_OUT):
        return "stage direction"
    return None if ends else "heading"


def _end_group(match):
    """Return where a bracketed group ends: before a full stop behind it that closes the sentence in front of it."""
    before = match.string[max(match.start() - 2, 0) : match.start()].rstrip()
    closes = before and before[-1] not in ".!?…:" and match[0].rstrip().endswith(".")
    return match.start() + match[0].rindex(".") if closes else match.end()


def _is_direction(text, start, end, italic):
    """Return whether a bracketed group is a stage direction and no aside of the speaker."""
    # ASSUME: a group in italics is one, unless all its words are capitalised (a title). A plain group is one if it opens as
    # the site's directions do, or is a short sentence with its own full stop and no pronoun in front: of 171 such groups on
    # the known pages with labels, 167 are in italics and none is an aside.
    inner = text[start:end].strip("()[]. ")
    words = inner.split()
    if not words:
        return False
    if italic and share_styled(text, start, end, italic) >= 0.6:
        return bool(STAGE.match(inner)) or words[0] == "To" or any(word[0].islower() for word in words)
    if SAID_IN.fullmatch(inner):
        return True
    stopped = text[start:end].rstrip(".: ").endswith(".)") and inner[0].isupper() and not PRONOUN.match(inner)
    opens = STAGE.match(inner) and (inner[0].isupper() or len(words) == 1)
    return text[start] == "(" and len(words) <= LONGEST_PLAIN_NOTE and bool(opens or stopped)

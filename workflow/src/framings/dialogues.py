"""Dialogues: interviews in which a dash stands for a name, and whose line each dash opens."""

import re
from itertools import pairwise

from framings.labels import Head

# A dash that opens a line of talk; before a small letter it marks an item of a list.
DASH = re.compile(r"[-–—―](?:\s+(?=[\"“„«'(]*\d)|\s*(?=[\"“„«'(]*[A-ZА-ЯЁ]))")
ENDINGS = "?!.…\"”“»')] "


def find_dash_heads(texts, speaker):
    """Return the label of each paragraph of an interview in dashes with ``speaker`` (None: it has none); [] if it is none.

    It is one if at least two paragraphs open with a dash and one of these ends with a question mark; nothing but questions
    is a list. The label of the unnamed questioner has no name; an answer without a dash has a label of no characters.

    >>> heads = find_dash_heads(["Our guest.", "– And roses?", "They grow.", "They smell.", "– Why?"], "Jane Doe")
    >>> [head and (head.end, head.name) for head in heads]
    [None, (2, ''), (0, 'Jane Doe'), None, (2, '')]
    """
    places = [place for place, text in enumerate(texts) if DASH.match(text)]
    lines = [[_asks(text) for text in texts[start:stop]] for start, stop in pairwise([*places, len(texts)])]
    is_list = all(asks == [True] for asks in lines[:-1]) and lines and lines[-1][0]
    if len(lines) < 2 or is_list or not any(asks[0] for asks in lines):
        return []
    heads = [None] * len(texts)
    for (line, offset), name in _tell_voices(lines, speaker).items():
        place = places[line] + offset
        heads[place] = Head(DASH.match(texts[place]).end() if offset == 0 else 0, "", "", name, True)
    return heads


def _asks(text):
    """Return whether a paragraph ends with a question mark, closing marks aside."""
    return "?" in text[len(text.rstrip(ENDINGS)) :]


def _tell_voices(lines, speaker):
    """Return {(line, paragraph in it): name} of the places where the voice changes; '' is the questioner.

    ``lines`` holds, for each line that a dash opens, whether its paragraphs end with a question mark.
    """
    # ASSUME: each dash changes the voice, except that after an answer a line asks only if it ends with a question mark or if
    # it is one paragraph and answered by the next (a remark), and that a question after a remark goes on asking. What follows
    # a question without a dash is its answer if the next dash asks again or there is none, else the rest of the question.
    voices, asked = {}, False
    for number, asks in enumerate(lines):
        answered_next = number + 1 < len(lines) and not lines[number + 1][0]
        if asked and not (asked == "remark" and asks[0]):
            voices[number, 0], asked = speaker, False
        elif asks[0] or (asks[-1] and answered_next):
            voices[number, 0], asked = "", "question"
            until = next((place for place, asking in enumerate(asks) if not asking), len(asks))
            if until < len(asks) and not answered_next:
                voices[number, until], asked = speaker, False
        elif len(asks) == 1 and (answered_next or number + 1 == len(lines)):
            voices[number, 0], asked = "", "remark"
        else:
            voices[number, 0] = speaker
    return voices

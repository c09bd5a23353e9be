"""Lines of plain text: which of them make a paragraph, and which are the furniture of printed pages."""

import re
from collections import Counter
from itertools import pairwise
from statistics import median

from framings.sources.page import Removed, count_inked
from framings.texts import normalise_text

NEW_LINE = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
NUMBER = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
CUT_WORD = re.compile(r"([^\W\d_]+)[-\u2010]$")
SOFT_CUT = re.compile(r"\u00ad[ \t]*(?:\r\n|\n|\r)[ \t]*(?=\w)")  # a soft hyphen at the end of a line is no part of its word
PAGE_WORDS = re.compile(r"\b(?:pages?|p|of|стр|страница|с|из)\b\.?", re.IGNORECASE)
LIST_MARK = re.compile(r"(?:[^\W\d_]{1,3}|\d{1,3})[).]\s|[-–—•*·]\s")
ENDS_OPEN = re.compile(r"[\w,;(«“‘\u2010–—-]$")
LONGEST_LABEL = 100  # characters of the label that opens a paragraph
LONGEST_TITLE = 150  # characters
WRAPPED_SHARE, WIDEST = 0.3, 120


def split_paragraphs(text):
    """Return the paragraphs of a plain text as a list of normalised texts, and the pieces ``Removed`` from it.

    Lines are paragraphs, unless the text is hard-wrapped (three in ten lines begin in lower case): then lines are joined
    up to a blank line, an indented line, a label, or a line that ends a sentence and leaves room for the next word. In any
    text a line that begins in lower case goes on with a line that ends in the middle of a sentence, over the end of a page
    too. Numbers of printed pages are removed, and the hyphens of words cut at the ends of lines.

    >>> split_paragraphs("The town is old. It lies\\nin a wide valley, far\\nfrom the sea.\\nIts people fish.")[0]
    ['The town is old. It lies in a wide valley, far from the sea.', 'Its people fish.']
    """
    lines = NEW_LINE.split(SOFT_CUT.sub("\u00ad", text))
    plain = [normalise_text(line) for line in lines]
    n_unseen = sum(count_inked(line) - count_inked(seen) for line, seen in zip(lines, plain, strict=True) if line != seen)
    removed = [Removed("invisible characters, and marks joined with their letters", n_unseen, "")] * bool(n_unseen)
    numbers = find_page_numbers(plain)
    removed += [Removed("number of a printed page", count_inked(plain[place]), plain[place]) for place in sorted(numbers)]
    kept = [
        (seen, line[:1].isspace(), place > 0 and not plain[place - 1])
        for place, (line, seen) in enumerate(zip(lines, plain, strict=True))
        if seen and place not in numbers
    ]
    groups = _group_lines(kept)
    paragraphs, hyphens = join_lines(groups)
    return paragraphs, removed + hyphens


def find_title(text, paragraphs):
    """Return the first line of a text if it is short, ends no sentence, is no label and stands alone; else an empty text."""
    lines = [normalise_text(line) for line in NEW_LINE.split(text)]
    first = next((place for place, line in enumerate(lines) if line), None)
    if first is None or len(paragraphs) < 2 or lines[first] != paragraphs[0] or len(paragraphs[0]) > LONGEST_TITLE:
        return ""
    if (
        lines[first].rstrip("*_ ").endswith((".", ":", ";", ","))
        or is_label(lines[first])
        or (first + 1 < len(lines) and lines[first + 1])
    ):
        return ""
    return lines[first]


def is_label(line):
    """Return whether a line opens as labels do: a few words, the first a capital, up to a colon."""
    head, colon, _ = line[:LONGEST_LABEL].partition(":")
    return bool(colon) and head[:1].isupper() and not re.search(r"[!?;]|\w{3}\.\s", head) and head.count(" ") < 14


def find_page_numbers(lines):
    """Return the places of lines that hold the number of a printed page and nothing else.

    Such a line holds numbers and no word, and there is a line of that kind with the next number after it or with the one
    before it ahead of it. One alone counts where it is followed by a blank line in the middle of a sentence.

    >>> sorted(find_page_numbers(["8", "a", "06-1 9", "b", "1994", "Page 10 of 12", "c"]))
    [0, 2, 5]
    """
    # ASSUME: no printed page has a number beyond 999; what is larger is a year or the number of a document.
    found = {}
    for place, line in enumerate(lines):
        if 0 < len(line) < 40 and not line.endswith((".", ",", ";", "!", "?", "%")):
            numbers = [int(digits) for digits in NUMBER.findall(line)]
            if numbers and not any(map(str.isalpha, PAGE_WORDS.sub("", line))):
                found[place] = numbers
    places = {}
    for place, numbers in found.items():
        for number in numbers:
            places.setdefault(number, []).append(place)
    return {
        place
        for place, numbers in found.items()
        if any(places.get(n + 1, [-1])[-1] > place or places.get(n - 1, [place])[0] < place for n in numbers)
        or _breaks_sentence(lines, place)
    }


def _breaks_sentence(lines, place):
    """Return whether the line at a place is followed by a blank one and the text before it ends in the middle of a sentence."""
    if place + 1 < len(lines) and lines[place + 1]:
        return False
    before = next((line for line in reversed(lines[max(0, place - 4) : place]) if line), "")
    return len(before) > 20 and bool(ENDS_OPEN.search(before))


def join_lines(groups):
    """Return the lines of each group joined to one text, and the hyphens ``Removed`` where a word was cut in two.

    A hyphen at the end of a line goes only if the word without it stands elsewhere in the text, and the word with it does
    not; or, in a text that cuts its words more often than it keeps their hyphens, if neither half is a word of it.
    """
    # ASSUME: all other hyphens at the ends of lines are the words' own, as all 227 in the 161 speeches known are.
    words = Counter(word.lower() for group in groups for line in group for word in WORD.findall(line))
    judged = [[_judge_hyphen(before, after, words) for before, after in pairwise(group)] for group in groups]
    flat = [judgement for group in judged for judgement in group]
    cuts_words = flat.count("cut") > flat.count("own")
    paragraphs, n_hyphens = [], 0
    for group, judgements in zip(groups, judged, strict=True):
        parts = [group[0]]
        for judgement, after in zip(judgements, group[1:], strict=True):
            goes = judgement == "cut" or (judgement == "unknown" and cuts_words)
            n_hyphens += goes
            parts[-1] = parts[-1][:-1] if goes else parts[-1]
            parts.append(after if judgement else f" {after}")
        paragraphs.append("".join(parts))
    return paragraphs, [Removed("hyphen of a word cut at the end of a line", 1, "-")] * n_hyphens


def _judge_hyphen(before, after, words):
    """Return whether the hyphen between two lines is a 'cut', the word's 'own' or 'unknown'; None where there is none."""
    first, second = CUT_WORD.search(before), WORD.match(after)
    if not first or not second:
        return None
    halves = first[1].lower(), second[0].lower()
    joined, hyphened = words["".join(halves)], words["-".join(halves)]
    if joined and not hyphened and after[0].islower():
        return "cut"
    if hyphened or not after[0].islower() or words[halves[0]] > 1 or words[halves[1]] > 1:
        return "own"
    return "unknown"


def _group_lines(kept):
    """Return the lines, given as (text, whether indented, whether after a blank line), as groups that make a paragraph each."""
    groups = []
    lines = [line for line, _, _ in kept]
    lower = sum(line[0].islower() for line in lines[1:])
    wrapped = len(lines) > 2 and lower >= WRAPPED_SHARE * (len(lines) - 1) and median(map(len, lines)) <= WIDEST
    indents_mean = sum(indented for _, indented, _ in kept) < 0.5 * len(kept)
    longest = sorted(map(len, lines))[int(0.9 * len(lines))] if lines else 0
    for place, (line, indented, after_blank) in enumerate(kept):
        before = lines[place - 1] if place else ""
        ends_open = bool(ENDS_OPEN.search(before))
        goes_on = ends_open and line[0].islower() and not LIST_MARK.match(line) and not is_label(line.capitalize())
        if wrapped and place and not goes_on:
            full = len(before) + 1 + len(line.split(" ", 1)[0]) > 0.9 * longest
            new = after_blank or (indented and indents_mean) or LIST_MARK.match(line) or (is_label(line) and not ends_open)
            goes_on = not new and (ends_open or full or line[0].islower())
        if place and goes_on:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups

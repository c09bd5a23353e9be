"""Sentences by rules: where a stop ends a sentence and where it does not."""

import re

import pandas as pd

from framings.schemas import SENTENCES, check
from framings.texts import count_tokens

SPOKEN = ("speech", "question")
OPENERS = "\"'“”„«‘’([<–—-*•"
CLOSERS = "\"'”“’»)\\]"
STOP = re.compile(rf"[.!?…]+[{CLOSERS}]*(?:(\s+)|(?=[A-ZА-ЯЁ][a-zа-яё]|[IАВИКОСУЯ]\s)(?!(?:Ru|Com|Net|Org)\b))")
INITIALS = re.compile(r"(?:[^\W\d_]\.)*[A-ZА-ЯЁ]|(?:[A-ZА-ЯЁ][a-zа-яё]?\.)+[A-ZА-ЯЁ]")
LEFT_OVER = re.compile(r"[.,;:!?]\s+")  # what a stage direction inside a sentence leaves at the start of the span behind it
ITEM = re.compile(r"\d{1,2}|[IVX]{1,4}")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
NUMBER = " 0"  # an abbreviation before a number only is kept with this ending

# Words that, capitalised after an abbreviation, begin a new sentence and no name.
FIRST_WORDS = """
    a after all also although an and another any are as at because before but by can could did do does during even every
    finally first for from furthermore had has have he hence her here his how however i i'd i'll i'm i've if in indeed is it
    it's its let let's many meanwhile moreover more most my nevertheless next no nor not now of on once one only or our
    please perhaps she should since so some still such thank that that's the their then there there's therefore these they
    this those though through thus to today together under until was we we'd we'll we're we've were what when where which
    while who why will with without would yes yet you your
    а без благодарю более больше был была были было в важно ведь вместе во вообще вот впрочем все всё вы где да дальше далее
    для до его ее её если есть еще ещё же за здесь и из или им именно их итак к как какие какой кроме кстати кто между меня
    мне много мои мой мы на надо наконец напомню нам нас наш наша наше наши не нет ни но ну о об однако он она они оно от
    очень по под поэтому потом потому почему при притом прошу разумеется с сегодня сейчас со спасибо считаю так также там
    тем теперь то тогда того тоже тот ты у уважаемые хочу хотел что чтобы эта эти это этот я
"""
FIRST_WORDS = frozenset(FIRST_WORDS.split())


def read_abbreviations(text):
    """Return the set of abbreviations in ``text``: one a line, lines that begin with # are comments.

    >>> sorted(read_abbreviations("# titles\\nMr.\\nNo. 5\\n"))
    ['mr', 'no 0']
    """
    lines = [line.strip().lower() for line in text.splitlines()]
    entries = [re.fullmatch(r"(.+?)\.(\s*\d+)?", line) or line for line in lines if line and not line.startswith("#")]
    for entry in entries:
        if isinstance(entry, str):
            raise ValueError(f"abbreviation {entry!r} has no stop at its end; write it as in a text, as 'Mr.' or 'No. 5'")
    return frozenset(entry[1] + (NUMBER if entry[2] else "") for entry in entries)


def find_sentences(text, abbreviations=frozenset()):
    """Return the (start, end) of each sentence of ``text``; between them there is only white space.

    A stop ends a sentence unless a lower-case letter follows, the word before it is an abbreviation or an initial (and no
    typical first word of a sentence follows), or it closes the number of a list item. Without a space after the stop only
    a capitalised word after a lower-case one begins a sentence. What holds no word is attached to its neighbour.

    >>> text = "Mr. Lee met J. Doe on Feb. 5. He was glad.They spoke."
    >>> [text[start:end] for start, end in find_sentences(text, {"mr", "feb"})]
    ['Mr. Lee met J. Doe on Feb. 5.', 'He was glad.', 'They spoke.']
    """
    sentences, begin = [], _skip_space(text, 0)
    for match in STOP.finditer(text):
        stop = match.end() if match[1] is None else match.start(1)
        if stop > begin and _ends_sentence(text, begin, match, abbreviations):
            sentences.append((begin, stop))
            begin = match.end()
    end = len(text.rstrip())
    if begin < end:
        if sentences and not WORD.search(text, begin, end):
            begin = sentences.pop()[0]
        sentences.append((begin, end))
    return sentences


def split_sentences(documents, turns, paragraphs, spans, abbreviations):
    """Return the sentences of all spans of speech and of questions: table SENTENCES in the order of the documents.

    ``abbreviations`` maps a language to its set of abbreviations. A sentence never crosses a span, so a stage direction or
    a paragraph ends it; spans without a word give none. Offsets count in the paragraph's text; sentences are numbered from
    0 in each turn.
    """
    spoken = spans[spans["kind"].isin(SPOKEN) & (spans["turn"] >= 0)]
    spoken = spoken.merge(turns[["document_id", "turn"]], how="left", indicator="known")
    if (stray := spoken[spoken["known"] == "left_only"]).size:
        raise ValueError(
            f"table spans names turn {stray['turn'].iloc[0]} of {stray['document_id'].iloc[0]}, which table turns lacks"
        )
    order = {document: number for number, document in enumerate(documents["document_id"])}
    spoken = spoken.merge(paragraphs[["document_id", "paragraph", "text"]]).merge(documents[["document_id", "language"]])
    spoken = spoken.assign(order=spoken["document_id"].map(order)).sort_values(["order", "turn", "paragraph", "start"])
    rows, last, number = [], None, 0
    columns = ("document_id", "turn", "paragraph", "start", "end", "text", "language")
    for document, turn, paragraph, start, end, text, language in zip(*(spoken[name].tolist() for name in columns), strict=True):
        number, last = (number if (document, turn) == last else 0), (document, turn)
        if start and (rest := LEFT_OVER.match(text, start, end)):
            start = rest.end()
        for first, stop in find_sentences(text[start:end], abbreviations[language]):
            sentence = text[start + first : start + stop]
            if WORD.search(sentence):
                key = f"{document}:t{turn:03d}:s{number:02d}"
                rows.append((key, document, turn, paragraph, start + first, start + stop, sentence))
                number += 1
    table = pd.DataFrame(rows, columns=["sentence_id", "document_id", "turn", "paragraph", "start", "end", "text"])
    return check(table.assign(n_words=count_tokens(table["text"])), SENTENCES)


def _ends_sentence(text, begin, match, abbreviations):
    """Return whether the stop in ``match`` ends the sentence that begins at ``begin``."""
    start, glued = match.start(), match[1] is None
    if not WORD.search(text, begin, start):
        return False
    ahead = _skip(text, match.end(), OPENERS + " ")
    if ahead < len(text) and text[ahead].islower():
        return False
    chunk = text[max(text.rfind(" ", begin, start) + 1, begin) : start].strip(OPENERS + CLOSERS)
    before = text[begin:start].rstrip()
    if glued and not (before[-1] in CLOSERS or (before[-2:].isalpha() and before[-2:].islower())):
        return False
    if text[start] != "." or text[start : start + 2] == "..":
        return True
    if ITEM.fullmatch(chunk) and not WORD.search(text, begin, start - len(chunk)):
        return False
    number = NUMBER if text[ahead : ahead + 1].isdigit() else None
    if chunk.lower() in abbreviations or INITIALS.fullmatch(chunk) or (number and chunk.lower() + number in abbreviations):
        word = WORD.match(text, ahead)
        is_initial = word and len(word[0]) == 1 and text[word.end() : word.end() + 1] == "."
        return bool(word) and not is_initial and word[0].lower().replace("’", "'") in FIRST_WORDS
    return True


def _skip(text, place, characters):
    """Return the first place from ``place`` on whose character is not one of ``characters``."""
    while place < len(text) and text[place] in characters:
        place += 1
    return place


def _skip_space(text, place):
    """Return the first place from ``place`` on that is no white space."""
    while place < len(text) and text[place].isspace():
        place += 1
    return place

"""Text and tokens: the one place that says what a word is."""

import re
import unicodedata

# Control characters that are not white space, zero-width characters, marks of direction and of variants, empty letters.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
APOSTROPHES = "'’‘ʼ＇"
HYPHENS = "‐‑﹣－-"  # the ordinary one last: it stands in a character class
FOLDED = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS, "-") | {"ё": "е", "ѐ": "е", "\u0300": None, "\u0301": None}
)
TOKEN = re.compile(rf"[^\W_]+(?:[\u0300\u0301]+[^\W_]*|[{APOSTROPHES}{HYPHENS}][^\W_]+|(?<=\d)[.,]\d[^\W_]*)*")


def normalise_text(text):
    """Return ``text`` in NFC without characters that nobody sees, every run of white space one space, stripped.

    >>> normalise_text(" co\\u00adope\\u200bration\\u00a0in   2014\\n")
    'cooperation in 2014'
    """
    return " ".join(unicodedata.normalize("NFC", INVISIBLE.sub("", text)).split())


def fold_token(token):
    """Return a token as patterns see it: lower case, ё as е, no stress marks, one kind of apostrophe and of hyphen.

    >>> fold_token("People’s"), fold_token("Ещё"), fold_token("well\\u2011being")
    ("people's", 'еще', 'well-being')
    """
    if token.isascii():
        return token.lower()
    return unicodedata.normalize("NFC", token).lower().translate(FOLDED)


def tokenise(text):
    """Return the tokens of ``text`` as a list of (folded token, start, end), offsets in characters of ``text``.

    A token is a run of letters and digits; apostrophes and hyphens inside a word, and points and commas inside a
    number, belong to it. Everything else separates.

    >>> tokenise("The people’s well-being: 2.5%")
    [('the', 0, 3), ("people's", 4, 12), ('well-being', 13, 23), ('2.5', 25, 28)]
    """
    return [(fold_token(match.group()), *match.span()) for match in TOKEN.finditer(text)]


class _Counts(dict):
    """The number of tokens in a chunk between spaces, counted once a distinct chunk."""

    def __missing__(self, chunk):
        self[chunk] = number = len(TOKEN.findall(chunk))
        return number


def count_tokens(texts):
    """Return the number of tokens of each text as a list.

    >>> count_tokens(["The people’s well-being: 2.5%", ""])
    [4, 0]
    """
    counts = _Counts()
    return [sum(map(counts.__getitem__, text.split(" "))) for text in texts]

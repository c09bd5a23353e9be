"""Encodings: the bytes of a page or file -> its text, exactly, or a sentence that says why not."""

import codecs
import re

from framings.sources.page import SourceError

MARKS = {  # the mark of UTF-32 before that of UTF-16, with which it begins
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
NAMED = re.compile(
    rb"""<meta\s[^<>]{0,300}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})"""
    rb"""|<\?xml\s[^<>]{0,99}?encoding=["']([\w.:-]{1,40})""",
    re.IGNORECASE,
)
NAMED_WITHIN = 2048
KNOWN = re.compile(
    r"ascii|utf-(8|16|32)(-[lb]e)?|cp(125\d|866|932|949|950)|iso8859-\d+|koi8-[rtu]|mac-cyrillic|kz1048"
    r"|gb\w+|big5\w*|euc_\w+|shift_jis"
)
WIDE = re.compile(r"utf-(16|32)")
AS_BROWSERS_READ = {"ascii": "cp1252", "iso8859-1": "cp1252", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
SURELY_UTF8 = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]){2}|[\xe0-\xef][\x80-\xbf]{2}")
ONE_BYTE = re.compile(r"cp125\d|cp866|iso8859-\d+|koi8-[rtu]|mac-cyrillic|kz1048")
TURNED_CASE, PLAIN_CASE = re.compile(r"\b[а-яё][А-ЯЁ]{2,}\b"), re.compile(r"\b[А-ЯЁа-яё][а-яё]{2,}\b")
ACCENTS_ALONE, WESTERN_WORD = re.compile(r"\b[À-ÿ]{4,}\b"), re.compile(r"\b(?=\w*[a-z])\w*[À-ÿ]\w*\b")
MOST_REPLACED = 8
CURE = "open it in an editor and save it as UTF-8"


def decode_text(raw, declared=None):
    """Return the text of the bytes ``raw``: nothing replaced, and nothing read in an encoding that it is not in.

    Tried in this order: the byte-order mark; ``declared``, the encoding that an HTTP header or the user names; the one
    that the first 2 kB name themselves (``<meta charset>``, its http-equiv form, an XML declaration); strict UTF-8.
    Raises ``SourceError`` with the offset of the first byte that does not fit, and the cure.

    >>> decode_text("Сад".encode("koi8-r"), "koi8-r"), decode_text("Сад".encode(), "windows-1251")
    ('Сад', 'Сад')
    """
    # ASSUME: bytes that are well-formed UTF-8 throughout and hold two letters of two bytes side by side, or one of three,
    # are UTF-8 whatever is declared: in a one-byte encoding they would be capitals each followed by a sign.
    for mark, encoding in MARKS.items():
        if raw.startswith(mark):
            return _decode(raw[len(mark) :], encoding, len(mark))
    named = (find_codec(declared), find_codec(find_named_encoding(raw), wide=False))
    candidates = [name for name in named if name and (b"\0" in raw or not WIDE.match(name))]
    if SURELY_UTF8.search(raw) and _find_bad_byte(raw) is None:
        candidates = []
    first_problem = None
    for encoding in (*candidates, "utf-8"):
        try:
            return _decode(raw, encoding)
        except SourceError as problem:
            first_problem = first_problem or problem
    raise first_problem


def find_named_encoding(raw):
    """Return the name of the encoding that the first 2 kB of HTML or XML give, or None."""
    found = NAMED.search(raw[:NAMED_WITHIN])
    return (found[1] or found[2]).decode("ascii", "ignore") if found else None


def find_codec(name, wide=True):
    """Return the codec for the ``name`` of a text encoding as browsers take it, or None where it is none we know.

    ``wide`` says whether UTF-16 and UTF-32 may be meant: bytes in which a name could be read are neither.

    >>> find_codec("Windows-1251"), find_codec("latin-1"), find_codec("base64"), find_codec("utf-16", wide=False)
    ('cp1251', 'cp1252', None, None)
    """
    try:
        codec = codecs.lookup((name or "").strip()).name
    except (LookupError, ValueError):
        return None
    codec = AS_BROWSERS_READ.get(codec, codec)
    return codec if KNOWN.fullmatch(codec) and (wide or not WIDE.match(codec)) else None


def _decode(raw, encoding, offset=0):
    """Return the text of ``raw`` in ``encoding``, or raise where a byte does not fit or the text is plainly another one's."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        where = offset + error.start
        raise SourceError(f"the byte at offset {where} (0x{raw[error.start]:02x}) is not {_call(encoding)}; {CURE}") from error
    problem = _find_garbling(raw, text, encoding)
    if problem:
        raise SourceError(f"{problem}; {CURE}")
    return text


def _find_garbling(raw, text, encoding):
    """Return in words why ``text`` cannot be what was written, or None."""
    if "\0" in text:
        where = raw.find(b"\0")
        return f"the byte at offset {where} is zero, so this is no text, or text in UTF-16 without its byte-order mark"
    if text.count("\ufffd") > MOST_REPLACED:
        where = raw.find("\ufffd".encode(encoding))
        return f"{text.count(chr(0xFFFD))} letters, the first at offset {where}, were lost when the file was made"
    if not ONE_BYTE.match(encoding):
        return None
    if raw.isascii():
        return None
    where = next(number for number, byte in enumerate(raw) if byte > 127)
    if _is_mostly_utf8(raw):
        return f"the text is said to be {_call(encoding)} but is UTF-8 with a broken byte at offset {_find_bad_byte(raw)}"
    turned = len(TURNED_CASE.findall(text)) > len(PLAIN_CASE.findall(text))
    if turned or len(ACCENTS_ALONE.findall(text)) > len(WESTERN_WORD.findall(text)):
        return f"the text is said to be {_call(encoding)}, but from offset {where} on it makes no words in it"
    return None


def _is_mostly_utf8(raw):
    """Return whether more characters beyond ASCII are well-formed UTF-8 than bytes are not, and some are not."""
    beyond = [character for character in raw.decode("utf-8", "surrogateescape") if character > "\x7f"]
    n_bad = sum("\udc80" <= character <= "\udcff" for character in beyond)
    return 0 < n_bad < len(beyond) - n_bad


def _find_bad_byte(raw):
    """Return the offset of the first byte that is not UTF-8, or None."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _call(codec):
    """Return the name by which users know a codec."""
    return codec.replace("cp125", "windows-125") if codec.startswith("cp125") else codec.upper()

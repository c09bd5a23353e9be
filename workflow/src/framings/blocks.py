"""Block pages: whether an answer is the page asked for, or a wall, a login, a "not found" that says 200, or half a page."""

import re

from framings.sources.page import SourceError, count_inked

# Phrases, not words of speech: they count in a title or headline, or on a page that says little else.
WALL_PHRASES = (
    r"captcha",
    r"access (?:to (?:this|the) \w{1,30} )?(?:is |has been |was )?(?:temporarily |currently )?(?:denied|blocked|restricted|forbidden)",
    r"checking your browser|just a moment\b|attention required|ddos.?guard|ddos protection|cloudflare",
    r"verify(?:ing)? (?:that )?you are (?:a )?human|(?:are you|you are not) a robot|i.?m not a robot|not a bot",
    r"enable (?:javascript|cookies)|turn on (?:javascript|cookies)",
    r"unusual (?:traffic|activity)|too many requests|rate limit|request (?:was |has been )?(?:blocked|rejected)",
    r"(?:you|your ip\S{0,15})(?: address)? (?:have|has) been blocked|403 forbidden|^\W*forbidden\W*$|i.?m a teapot",
    r"not available in your (?:country|region)|unavailable for legal reasons",
    r"доступ (?:к \w{1,30} )?(?:временно )?(?:запрещ|ограничен|заблокирован|закрыт)|недоступ\w{1,30} (?:в|из) вашей стран",
    r"проверка (?:вашего )?браузера|проверяем ваш браузер|защита от ddos|включите (?:javascript|cookies)",
    r"(?:подтвердите|докажите),? что (?:вы )?не робот|вы не робот|я не робот|введите (?:код|символы) с картинки",
    r"слишком много запросов|запрос (?:был )?(?:заблокирован|отклон[её]н)|ip\S{0,15}(?: адрес)? (?:был )?заблокирован",
)
DOOR_PHRASES = (
    r"(?:log|sign) ?in (?:to|required|with|or)\b|please (?:log|sign) ?in|^\W*(?:log|sign) ?in\W*$",
    r"authori[sz]ation required|enter your password",
    r"войдите (?:в|на|чтобы)|вход в (?:систему|личный кабинет)|введите пароль",
    r"требуется авторизация|необходимо авторизоваться|^\W*авторизация\W*$",
)
GAP_PHRASES = (
    r"(?:page|document|file)(?: you [a-z ]{1,20})?(?: \w{2,5})? ?(?:not|n.t|no longer)(?: be)? (?:found|exist|available)",
    r"404 not found|(?:error|ошибка) ?404|^\W*404\b|^\W*not found\W*$|this page (?:isn.t|is not) available",
    r"no longer available|has been (?:removed|deleted)",
    r"(?:страниц|документ|файл|материал)\w{0,12}(?: \w{1,30})? (?:не (?:найден|существу|обнаруж)|была? удал|удал[её]н)",
    r"запрашиваем\w{1,30} \w{1,30} не (?:найден|существ)",
)
WALLS, DOORS, GAPS = (re.compile("|".join(phrases), re.IGNORECASE) for phrases in (WALL_PHRASES, DOOR_PHRASES, GAP_PHRASES))
TRAPS = re.compile(
    rb"/cdn-cgi/challenge-platform|cf-chl-|ddos-guard\.net|g-recaptcha|h-captcha|smartcaptcha|qrator|_Incapsula_Resource",
    re.IGNORECASE,
)
BLOCKED = {
    401: "(authorisation required)", 403: "(forbidden)", 407: "(authorisation required)", 418: "(refused as a robot)",
    429: "(too many requests)", 451: "(unavailable for legal reasons)",
}  # fmt: skip
# ASSUME: a page with fewer words than this all told, menus included, can be a notice instead of a text; where it is longer,
# the phrases count only in its title and headlines, so that a transcript may speak of passwords and robots; and a body of as
# many words on a page with the site's own markup and number is a page whatever its headline says.
NOTICE_WORDS = 150
ENOUGH = 20  # characters that are not white space
CLOSED = re.compile(rb"</html>\s{0,4000}(?:<!--|\Z)")
WORD = re.compile(r"\w+")


class BlockError(SourceError):
    """A site turned the request away; nothing more should be asked of it now."""


def refuse_block_page(source, raw, asked_id, http_status=None):
    """Return the ``Page`` in the bytes ``raw``, or raise ``SourceError`` where they are anything else than the page asked for.

    A page passes if its reader finds a body and, where the site prints one, the number ``asked_id``; if the body holds
    text; and if nothing on it is a phrase of walls (captcha, access denied), doors (logins) or gaps ("page not found").
    A wall raises ``BlockError``, as does an HTTP status that turns the request away. ``http_status`` is None where
    the bytes come from an archive.
    """
    if http_status in BLOCKED:
        raise BlockError(f"the site answered {http_status} {BLOCKED[http_status]}")
    if http_status not in (None, 200):
        raise SourceError(f"the site answered {http_status}, not 200")
    from framings.sources.readers import SITES, read_page

    page, text, problem = None, "", None
    try:
        page, _ = read_page(source, raw, asked_id)
        text = "\n".join(paragraph.text for paragraph in page.paragraphs)
    except SourceError as error:
        problem = error
    if page and source in SITES and len(WORD.findall(text)) >= NOTICE_WORDS:
        return page
    if wall := find_wall(raw):
        raise BlockError(f"this is no page but a wall ({wall}); get it from an archive, or save it in a browser")
    if notice := find_notice(raw):
        raise SourceError(f"this is no page but a notice ({notice}); check its address")
    if problem:
        raise problem
    if (n_chars := count_inked(text)) < ENOUGH:
        raise SourceError(f"the page holds {n_chars} characters of text, too few for a document; check it in a browser")
    if told := _find_phrase((DOORS, GAPS, WALLS), page.title, text):
        raise SourceError(f"the page says {told!r}; check it in a browser")
    return page


def find_wall(raw):
    """Return the phrase or script by which HTML shows itself as a wall against visitors, or None."""
    if not _is_markup(raw):
        return None
    title, text = _read_signs(raw)
    if phrase := _find_phrase((WALLS,), title, text):
        return phrase
    trap = TRAPS.search(raw)
    return trap[0].decode("ascii") if trap and len(WORD.findall(text)) < NOTICE_WORDS else None


def find_notice(raw):
    """Return the phrase by which HTML shows itself as a login or a "not found", or None."""
    return _find_phrase((DOORS, GAPS), *_read_signs(raw)) if _is_markup(raw) else None


def refuse_cut(raw):
    """Raise ``SourceError`` where HTML does not end in its closing tag; other kinds of file are left to their readers."""
    end = raw[-4000:].lower().replace(b"\0", b"")
    if _is_markup(raw) and not CLOSED.search(end):
        raise SourceError(f"the page breaks off after {len(raw)} bytes (it has no closing </html>); get it again")


def _find_phrase(phrases, title, text):
    """Return the first of the phrases that stands in the title, or in the text where that is short, or None."""
    heads = [head for head in title.split("\n") if head]
    short = [text] if text and len(WORD.findall(text)) < NOTICE_WORDS else []
    for pattern in phrases:
        for place in (*heads, *short):
            if found := pattern.search(place):
                return found[0].strip().lower()
    return None


def _is_markup(raw):
    """Return whether bytes look like HTML."""
    start = raw[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return (start.startswith(b"<") and not start.startswith(b"<?xml-")) or b"<html" in start or b"<body" in start


def _read_signs(raw):
    """Return (title and headlines, one a line; the visible text) of HTML, however badly it is written."""
    from selectolax.lexbor import LexborHTMLParser

    from framings.encodings import decode_text

    try:
        text = decode_text(raw)
    except SourceError:
        text = raw.decode("utf-8", "ignore")
    tree = LexborHTMLParser(text)
    tree.strip_tags(["script", "style", "template"])
    heads = [" ".join(node.text(separator=" ").split()) for node in tree.css("title, h1")]
    body = tree.body
    return "\n".join(heads), " ".join(body.text(separator=" ").split()) if body is not None else ""

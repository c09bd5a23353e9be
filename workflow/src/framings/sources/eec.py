"""News pages of the Eurasian Economic Commission's site as it was made with SharePoint: bytes -> page."""

import re

from framings.encodings import decode_text
from framings.sources.markup import check_balance, language_of, parse_html, read_body, text_of
from framings.sources.own_keys import find_own_keys
from framings.sources.page import Page, SourceError, count_inked
from framings.sources.printed_days import find_printed_day

SHAREPOINT = re.compile(rb"/_layouts/|ms-rtestate-field|MSO_ContentTable|s4-workspace|DeltaPlaceHolderMain")
HOST = re.compile(rb"eurasiancommission\.org|eec\.eaeunion\.org")
FORM, PAGE = re.compile(rb"<form\b[^<>]{1,600}", re.IGNORECASE), re.compile(rb"([\w.-]{1,100})\.aspx", re.IGNORECASE)
BODIES = ("#DeltaPlaceHolderMain", "#MSO_ContentTable", "#s4-workspace", "body")
FIELD = ".ms-rtestate-field"
BOILERPLATE = re.compile(r"(Navigate Up|Sign In|Вход|Войти|Вверх)(\s+\1)*|Navigate Up\s*Sign In", re.IGNORECASE)
CLOCK = re.compile(r"[\s,]*(\d{1,2}:\d\d(:\d\d)?\s*([AP]M)?)?", re.IGNORECASE)
SPOKEN = re.compile(
    r"(?:exclusive\s+)?(?:interview|speech|address|remarks|statement)\s+(?:of|by|with)\s+(?:the\s+)?(.+)", re.IGNORECASE
)
NAME = re.compile(r"[A-ZА-ЯЁ][a-zа-яё]+(?:-[A-ZА-ЯЁ][a-zа-яё]+)?")
ADDRESSEE = re.compile(r"\s(?:to|at)\s|:")
INSIDE_OFFICES = frozenset(["of", "for", "the", "and", "on", "in", "по", "и", "в"])  # what follows is no name
NOT_NAMES = frozenset(
    """agency board business chair chairman chairperson channel collegium commission committee common competition cooperation
    council customs department deputy development director economic economy energy eurasian federation first forum free
    general head industry information integration intergovernmental international interview joint journal magazine market
    member minister ministry national new newspaper policy president press prime regulation republic russian secretary
    single space statement state summit supreme technical television the trade treaty tv union world
    союз совет коллегия комиссия министр председатель член евразийский евразийская экономический экономическая верховный
    таможенный форум новости заседание итоги республика""".split()  # noqa: SIM905 (a list of words is read as words)
)
NOT_WORD = re.compile(r"[\W_]+")
DASH = ("-", "–", "—")


def recognise(raw):
    """Return the name of the news page in ``raw`` (``06-07-2012-1``) if the Commission's SharePoint site made it, else None."""
    if not SHAREPOINT.search(raw) or not HOST.search(raw):
        return None
    own = next((key.number for key in find_own_keys(raw) if key.source == "eec"), None)
    form = FORM.search(raw)
    page = PAGE.search(form[0]) if form else None
    return own or (page[1].decode("ascii", "ignore").lower() if page else None)


def read_page(raw, asked_id):
    """Return the ``Page`` that the bytes ``raw`` hold; ``asked_id`` is the name of the page in its address.

    The title is printed above the text as well and leaves the text there, as do the buttons of the frame and a line with
    nothing but the day. The day is that line's, else that of the address. Of an interview in which dashes stand for
    names, ``speaker`` is who the title names in full. Raises ``SourceError`` with one sentence.
    """
    # ASSUME: no page was at hand; SharePoint's own names of its elements are public, and the rest rests on what collectors
    # tell: buttons, the title twice, days in addresses or month first, dashes without names.
    if not SHAREPOINT.search(raw) or not HOST.search(raw):
        raise SourceError("this is no page of the Commission's SharePoint site (it lacks its elements); save the right page")
    number = recognise(raw)
    if number is not None and number != asked_id:
        raise SourceError(f"the page is named {number}, not {asked_id}; save the right page")
    document = parse_html(decode_text(raw))
    title = text_of(document, "title") or ""
    bodies, days = _find_bodies(document), []
    parts = [read_body(body, find_repeated=lambda marked: _find_furniture(marked, title, days)) for body in bodies]
    paragraphs = tuple(paragraph for kept, _ in parts for paragraph in kept)
    if not paragraphs:
        raise SourceError("the page has no text; save it again")
    day = days[0] if days else (find_printed_day(asked_id) or (None,))[0]
    return check_balance(
        Page(
            title=title, language=_find_language(raw, document), date=day, time=None, place=None, lead=None,
            sections=(), topics=(), persons=(), paragraphs=paragraphs,
            removed=tuple(piece for _, removed in parts for piece in removed),
            n_chars_body=sum(count_inked(body.text(deep=True)) for body in bodies), speaker=find_speaker(title, paragraphs),
        )
    )  # fmt: skip


def find_speaker(title, paragraphs):
    """Return who speaks in an interview or speech that names nobody itself: the person named in full in its title, or None.

    Asked are titles of the forms "Interview by NAME to …" and, where dashes open two paragraphs or more, "NAME: …".
    """
    # ASSUME: initials are no full name, and a Russian name in another case than the nominative is none that can be looked up.
    if spoken := SPOKEN.match(title):
        return _find_name(spoken[1])
    head, colon, _ = title.partition(":")
    if colon and sum(paragraph.text.startswith(DASH) for paragraph in paragraphs) > 1:
        return _find_name(head)
    return None


def _find_name(text):
    """Return the first full name in ``text``: two or three capitalised words side by side, no word of an office, or None."""
    runs, before = [[]], ""
    for word in ADDRESSEE.split(text)[0].replace(",", " , ").split():
        if NAME.fullmatch(word) and word.lower() not in NOT_NAMES and before not in INSIDE_OFFICES:
            runs[-1].append(word)
        else:
            runs.append([])
        before = word
    return next((" ".join(run) for run in runs if len(run) in (2, 3)), None)


def _find_bodies(document):
    """Return the elements that hold the text: the fields of the editor that hold any, else the frame around them."""
    inner = {field.mem_id for field in document.css(f"{FIELD} {FIELD}")}
    fields = [field for field in document.css(FIELD) if field.mem_id not in inner and count_inked(field.text(deep=True))]
    return fields or [found for found in map(document.css_first, BODIES) if found is not None][:1]


def _find_furniture(marked, title, days):
    """Return {index: reason} of the paragraphs that are buttons, copies of the title and lines with a day; fills ``days``."""
    found = {}
    for place, (_, paragraph) in enumerate(marked):
        printed = find_printed_day(paragraph.text, american=True)
        if BOILERPLATE.fullmatch(paragraph.text):
            found[place] = "button of the site"
        elif title and NOT_WORD.sub("", paragraph.text) == NOT_WORD.sub("", title):
            found[place] = "title, printed above the text again"
        elif printed and printed[1] == 0 and CLOCK.fullmatch(paragraph.text, printed[2]):
            found[place] = "day of publication"
            days.append(printed[0])
    return found


def _find_language(raw, document):
    """Return the language in the page's own address, else the one its markup names, or None."""
    return next((key.language for key in find_own_keys(raw) if key.source == "eec"), None) or language_of(document)

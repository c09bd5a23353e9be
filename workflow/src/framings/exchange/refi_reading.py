"""REFI-QDA projects that come back, from whatever tool: read behind guards, and no further than codes and the text they mark.

Nothing is unpacked to disk; a path can name a member of ``sources/`` and nothing else; XML brings no document type and no
entity. Standard: positions count Unicode code points from 0, the end is one past the last. Tools differ where a line ends
(MAXQDA counts two characters, ATLAS.ti one) and beyond the basic plane (some count UTF-16 units); where a selection carries
its quote, that settles it.
"""

import json
import re
from xml.etree import ElementTree

from framings.exchange.answers import Answer
from framings.exchange.offsets import place_quote
from framings.exchange.packing import open_zip, unpack_member
from framings.exchange.refi import PROJECT
from framings.exchange.rendered import add_place, begin_answer
from framings.exchange.tasks import ExchangeError
from framings.guards import MB, GuardError, refuse_entities

MOST_SOURCE = MB
Q = f"{{{PROJECT}}}"
PATH = re.compile(r"internal://([^/\\]+)")


def read_qdpx(raw, what):
    """Return the answers in a project, one for each source and user: its coded selections, and the codes of the whole source."""
    archive = open_zip(raw, what)
    members = {info.filename.lower(): info for info in archive.infolist()}
    named = sorted(name for name in members if name.endswith(".qde") and "/" not in name)
    if len(named) != 1:
        raise ExchangeError(f"{what} holds {len(named)} projects (.qde) where one belongs; export the project again")
    xml = unpack_member(archive, members[named[0]], what)
    try:
        project = ElementTree.fromstring(refuse_entities(xml, f"{what}: {named[0]!r}"))
    except GuardError as error:
        raise ExchangeError(str(error)) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise ExchangeError(f"{what}: the project is no whole XML ({error}); export it again") from error
    if project.tag != f"{Q}Project":
        raise ExchangeError(f"{what}: {named[0]!r} is no project of REFI-QDA; export the project as REFI-QDA (.qdpx)")
    names = {_guid(code.get("guid")): code.get("name") or "" for code in project.iter(f"{Q}Code")}
    users = {_guid(user.get("guid")): user.get("name") or "" for user in project.iter(f"{Q}User")}
    answers = []
    for source in project.iterfind(f"{Q}Sources/{Q}TextSource"):
        answers += _read_source(source, archive, members, names, users, what)
    return answers


def _guid(text):
    """Return a GUID as it is compared; tools write it in braces or capitals."""
    return (text or "").strip("{} ").lower()


def _read_source(source, archive, members, names, users, what):
    """Return the answers that one source holds, one for each user who coded; one without codes where nobody did."""
    name = (source.get("name") or "").strip()
    task_id = re.sub(r"\.(txt|docx|rtf)$", "", name, flags=re.IGNORECASE).lower()
    place = f"source {name!r}"
    text, fault = _read_text(source, archive, members, what)
    if fault:
        return [Answer(place, task_id, fault=fault)]
    answers = {}
    for coding, selection in _list_codings(source):
        who = coding.get("creatingUser") or (selection is not None and selection.get("creatingUser")) or ""
        who = users.get(_guid(who), "")
        answer = answers.setdefault(who, begin_answer(place, task_id, text, who))
        for target in coding.iterfind(f"{Q}CodeRef"):
            _add_code(answer, names.get(_guid(target.get("targetGUID"))), selection, text)
    return list(answers.values()) or [begin_answer(place, task_id, text)]


def _list_codings(source):
    """Yield (coding, its selection or None) of a source."""
    for selection in source.iterfind(f"{Q}PlainTextSelection"):
        for coding in selection.iterfind(f"{Q}Coding"):
            yield coding, selection
    for coding in source.iterfind(f"{Q}Coding"):
        yield coding, None


def _read_text(source, archive, members, what):
    """Return (text of a source, "") or (None, why there is none)."""
    inline, path = source.find(f"{Q}PlainTextContent"), source.get("plainTextPath")
    if path is None:
        if inline is None:
            return None, "it has no plain text; export the project with its texts"
        return inline.text or "", ""
    match = PATH.fullmatch(path)
    info = members.get(f"sources/{match[1].lower()}") if match else None
    if info is None:
        return None, f"its text {path!r} is not among the sources of the project; export the project with its texts inside"
    try:
        return unpack_member(archive, info, what, MOST_SOURCE).decode("utf-8-sig"), ""
    except (ExchangeError, UnicodeDecodeError) as error:
        return None, f"its text cannot be read ({error}); export the project again"


def _add_code(answer, name, selection, text):
    """Add a code of a source or selection to an answer, or the fault that forbids it."""
    if name is None:
        answer.fault = "a coding names a code that is not in the project's codebook; export the project again"
        return
    if selection is None:
        answer.names.append(name)
        return
    start, end = selection.get("startPosition") or "", selection.get("endPosition") or ""
    if re.fullmatch(r"[0-9]{1,9}", start) and re.fullmatch(r"[0-9]{1,9}", end):
        quote, told = _read_quote(selection), selection.get("name") or ""
        if quote is None and place_quote(text, int(start), int(end), told):
            quote = told  # some tools name a selection by what it holds, but a coder may have named it anything
        add_place(answer, name, text, int(start), int(end), quote)
    else:
        answer.fault = f"the selection of {name!r} goes from {start!r} to {end!r}, which are no places; mark the place again"


def _read_quote(selection):
    """Return the quote that we have put into a selection's description, or None."""
    about = selection.find(f"{Q}Description")
    try:
        told = json.loads(about.text) if about is not None and about.text else None
    except (ValueError, RecursionError):
        told = None
    return told["quote"] if isinstance(told, dict) and isinstance(told.get("quote"), str) else None

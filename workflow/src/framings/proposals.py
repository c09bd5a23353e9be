"""Proposals: bytes of a page -> the register row it would have, where each cell is from, and what has to be asked."""

import hashlib
import re
from dataclasses import dataclass, field
from html import unescape

import pandas as pd

from framings.addresses import Key, find_key, list_addresses, split_address
from framings.documents import DOCUMENT_ID, parse_documents
from framings.guesses import COMMON, guess_event_type, guess_language, write_number, write_title
from framings.records import find_number, list_keys
from framings.schemas import REGISTER
from framings.sources.printed_days import find_printed_day
from framings.sources.readers import SITES, find_kind, recognise_page
from framings.sources.readers import read_page as read_any
from framings.speakers import resolve_speakers
from framings.texts import count_tokens, normalise_text
from framings.turns import segment_turns

NOBODY = "nobody"
SUFFIXES = {"record": "json", "html": "html", "mhtml": "mhtml", "docx": "docx", "pdf": "pdf", "text": "txt"}
OPENING = 400  # characters of a text in which its day may be printed


class ProposalError(ValueError):
    """A document cannot be proposed; the message is one plain sentence."""


@dataclass(frozen=True)
class Offer:
    """A document on offer: ``name`` to call it by, its bytes, ``stem`` (its name without ending), and what came with it."""

    name: str
    raw: bytes
    stem: str
    facts: dict = field(default_factory=dict)


@dataclass
class Proposal:
    """A row of the register in the making: ``origins`` says of a column where its cell is from, ``questions`` lists what
    to ask as column -> proposed answer (None: there is none)."""

    offer: Offer
    entry: dict
    page: object
    reader: str
    origins: dict
    questions: dict
    told_nobody: bool = False


@dataclass(frozen=True)
class Review:
    """What the pipeline makes of a document: its row of DOCUMENTS, and one row a turn with speaker and first words."""

    document: dict
    turns: pd.DataFrame
    n_words: int
    n_removed: int


def propose_document(offer, given=None):
    """Return the ``Proposal`` for a document on offer; ``given`` are cells by column that go before all else.

    ``given`` may hold every column that one may choose, and ``id``. Raises ``SourceError`` for a page that no reader takes.
    """
    facts = {**offer.facts, **(given or {})}
    source, language, number, url = identify_document(offer, facts)
    page, reader = read_any(source, offer.raw, number)
    language, origin = _choose_language(facts, language, page)
    document_id = facts.get("id") or f"{source}-{language}-{number}"
    if not DOCUMENT_ID.fullmatch(document_id) or not document_id[0].isalnum():
        raise ProposalError(f"the id {document_id!r} is not 1 to 100 of a-z 0-9 . _ -; give another one with --id")
    cells = dict.fromkeys(REGISTER.columns) | {
        "document_id": document_id, "source": source, "language": language, "seed_document": "no", "note": facts.get("note"),
        "page": facts.get("page") or f"{document_id}.{SUFFIXES[find_kind(offer.raw)]}", "sha256": hashlib.sha256(offer.raw).hexdigest(),
        "url": url or _find_address(source, language, number, offer.stem),
    }  # fmt: skip
    proposal = Proposal(offer, cells, page, reader, {"language": origin}, {})
    _fill_title(proposal, facts)
    _fill_date(proposal, facts)
    cells["speaker"] = None if facts.get("speaker") == NOBODY else facts.get("speaker")
    proposal.told_nobody = facts.get("speaker") == NOBODY
    cells["place"] = facts.get("place") or page.place
    cells["event_type"] = facts.get("event_type")
    if cells["event_type"] is None:
        proposal.questions["event_type"] = guess_event_type(cells["title"] or "")
        proposal.origins["event_type"] = "a guess from the title"
    return proposal


def identify_document(offer, facts):
    """Return (source, language or None, the site's own key, address or None) of a document on offer.

    The address that came with it or that the page gives as its own tells the site; so does the page's markup. What is
    from no known site is ``web`` if it is a web page with an address, else ``file``, named after its file.
    """
    kind, raw, url = find_kind(offer.raw), offer.raw, facts.get("url")
    keys = [find_key(url)] if url else []
    if kind == "record":
        return _identify_record(offer, facts, keys)
    if kind in ("html", "mhtml"):
        recognised = recognise_page(raw)
        addresses = [url] if url else []
        addresses += _find_own_addresses(raw, kind)
        keys = [(find_key(address), address) for address in addresses]
        if recognised:
            key, address = next(((k, a) for k, a in keys if k and (k.source, k.number) == recognised), (None, url))
            return recognised[0], key.language if key else None, recognised[1], address
        for key, address in keys:
            if key:
                return key.source, key.language if key.language in COMMON else None, key.number, address
    elif keys and keys[0] and keys[0].source in SITES:
        return keys[0].source, keys[0].language, keys[0].number, url
    return "file", None, facts.get("number") or write_number(offer.stem), url


def review_documents(entries, raws, known, corrections=None):
    """Return for each row of the register, whose page has the bytes in ``raws``, its ``Review``, or the ``ProposalError`` that refuses it."""
    try:
        return _review_together(entries, raws, known, corrections)
    except ValueError as error:
        if len(entries) == 1:
            return [ProposalError(str(error))]
    return [review_documents([entry], [raw], known, corrections)[0] for entry, raw in zip(entries, raws, strict=True)]


def _review_together(entries, raws, known, corrections):
    """Return what ``review_documents`` does; one row that no register may hold makes all fail."""
    register = pd.DataFrame(entries, columns=list(REGISTER.columns))
    held = dict(zip(register["page"], raws, strict=True))
    documents, paragraphs, removed = parse_documents(register, held.__getitem__, corrections)
    turns, spans = segment_turns(documents, paragraphs)
    speakers = resolve_speakers(documents, turns, known)
    turns = turns.merge(speakers[["document_id", "turn", "speaker_id", "resolution", "nearest"]], on=["document_id", "turn"])
    turns["opening"] = _find_openings(turns, spans, paragraphs)
    n_words = pd.Series(count_tokens(paragraphs["text"]), index=paragraphs["document_id"], dtype=int).groupby(level=0).sum()
    n_removed = removed.groupby("document_id").size()
    reviews = []
    for document in documents.astype(object).where(documents.notna(), None).to_dict("records"):
        key = document["document_id"]
        if document["status"] == "parsed":
            own = turns[turns["document_id"] == key]
            reviews.append(Review(document, own, int(n_words.get(key, 0)), int(n_removed.get(key, 0))))
        else:
            reviews.append(ProposalError(document["reason"].rstrip(".")))
    return reviews


def _identify_record(offer, facts, keys):
    """Return what ``identify_document`` does, for a record of a table."""
    key = keys[0] if keys else None
    if key and key.source in SITES and key.number in list_keys(facts | {"url": facts.get("url")}):
        return key.source, key.language, key.number, facts["url"]
    return "file", None, find_number(facts.get("doc_id", offer.stem)), facts.get("url")


def _find_own_addresses(raw, kind):
    """Return the addresses that a web page gives as its own."""
    from framings.sources.own_keys import ADDRESS, URL, WITHIN

    addresses = []
    if kind == "mhtml":
        from framings.sources.mhtml import unwrap_page

        raw, _, address = unwrap_page(raw)
        addresses = [address] if address else []
    for piece in ADDRESS.findall(raw[:WITHIN]):
        if not piece.lower().startswith(b"<base"):  # the start of a page's links is seldom its own address
            addresses += URL.findall(unescape(piece.decode("utf-8", "replace")))
    return [address for address in addresses if (split_address(address) or ("", ""))[1]]  # no front pages


def _find_address(source, language, number, stem):
    """Return the address of a document where none came with it: a site's usual one, or the name of the file."""
    from urllib.parse import quote

    known = list_addresses(Key(source, language, number)) if source in SITES else []
    return known[0] if known else f"file:{quote(stem)}"


def _choose_language(facts, found, page):
    """Return the language of a document and where it is from; raises where it cannot be told or the register takes it not."""
    choices = ((facts.get("language"), "given"), (found, "the address"), (page.language, "the page"))
    language, origin = next(((value, origin) for value, origin in choices if value), (None, "guessed from its words"))
    language = language or guess_language(" ".join(paragraph.text for paragraph in page.paragraphs))
    if language is None:
        raise ProposalError("its language cannot be told; give it with --language en or --language ru")
    if language not in REGISTER.columns["language"].values:
        raise ProposalError(f"it is in language {language!r}; a corpus takes texts in {' and '.join(COMMON)}")
    return language, origin


def _fill_title(proposal, facts):
    """Put the title into a proposal."""
    title = normalise_text(facts.get("title") or proposal.page.title or "")
    proposal.entry["title"] = title or None
    if not title:
        proposal.questions["title"] = write_title(proposal.offer.stem) or None
        proposal.origins["title"] = "the name of the file"


def _fill_date(proposal, facts):
    """Put the day into a proposal: given, printed on the page, or a guess from the file's name or the first lines."""
    day = facts.get("date") or proposal.page.date
    proposal.entry["date"] = day
    proposal.origins["date"] = "the page" if day and day == proposal.page.date else "given"
    if day:
        return
    opening = " ".join(paragraph.text for paragraph in proposal.page.paragraphs)[:OPENING]
    places = (
        (re.sub("_", " ", proposal.offer.stem), "the name of the file"),
        (proposal.page.title or "", "the title"),
        (opening, "the first lines"),
    )
    found = next(((printed[0], where) for text, where in places if (printed := find_printed_day(text))), (None, ""))
    proposal.questions["date"] = found[0]
    proposal.origins["date"] = f"a guess from {found[1]}" if found[0] else ""


def ask_for_speaker(proposal, review):
    """Put the question who speaks into a proposal whose text names nobody; return whether there is one."""
    # ASSUME: a page of a known site that names nobody is a read-out or a message of its editors; any other text is somebody's.
    if len(review.turns) or review.document["speaker"] or proposal.told_nobody:
        return False
    proposal.questions = {"speaker": NOBODY if proposal.entry["source"] in SITES else None}
    proposal.origins["speaker"] = "the text names nobody"
    return True


def _find_openings(turns, spans, paragraphs):
    """Return the first 200 characters or so of what is said in each turn."""
    text_of = dict(zip(zip(paragraphs["document_id"], paragraphs["paragraph"], strict=True), paragraphs["text"], strict=True))
    said = dict.fromkeys(zip(turns["document_id"], turns["turn"], strict=True), "")
    for span in spans.itertuples():
        turn = (span.document_id, span.turn)
        if turn in said and span.kind not in ("label", "heading") and len(said[turn]) < 200:
            said[turn] += " " + text_of[span.document_id, span.paragraph][span.start : span.end]
    return [text.strip() for text in said.values()]

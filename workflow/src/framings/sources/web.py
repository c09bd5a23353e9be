"""Pages of any other website, whose text is found by its looks (trafilatura): bytes -> page."""

import re
from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate, groupby

from framings.days import is_day
from framings.encodings import decode_text
from framings.sources.markup import check_balance, collect_blocks, language_of, mark_up, parse_html, text_of
from framings.sources.page import Page, Removed, SourceError, count_inked
from framings.texts import normalise_text

UNSEEN = ["script", "style", "noscript", "template", "iframe", "object", "svg"]
EARLIEST, LATEST = "1990-01-01", "2100-01-01"
MOST_BYTES, MOST_TAGS, FAST_FROM_TAGS = 10_000_000, 20_000, 6_000
NOT_WORD = re.compile(r"[\W_]+")
LONG, NEAR, PIECE = 40, 400, 20  # letters
SHARE_FOUND = 0.6
MOST_PAIRS = 100_000  # of lines and blocks compared piece by piece


def read_page(raw, asked_id):
    """Return the ``Page`` that trafilatura finds in the bytes ``raw`` of a web page; ``asked_id`` is not looked for.

    The paragraphs are the page's own blocks whose text stands in what trafilatura gives, so that no letter is changed;
    the body is all text to be seen on the page, and what trafilatura left out is removed with that reason. Raises
    ``SourceError`` for a page in which no text is found.
    """
    # ASSUME: a page of this size is no transcript: of 5,834 known the longest has 340 kB and 4,000 tags.
    n_tags = raw.count(b"<")
    if len(raw) > MOST_BYTES or n_tags > MOST_TAGS:
        raise SourceError(
            f"the page has {len(raw)} bytes and {n_tags} tags, more than {MOST_BYTES} or {MOST_TAGS}; "
            "save the article alone, or its text as .txt"
        )
    document = parse_html(decode_text(raw))
    found = _find_text(document.html or "", fast=n_tags > FAST_FROM_TAGS)
    language = language_of(document)
    title = normalise_text(found.title or "") or text_of(document, "title") or ""
    document.strip_tags(UNSEEN, recursive=True)
    body = document.body
    blocks, removed = collect_blocks(body) if body else ([], [])
    paragraphs, left_out = _choose_blocks(blocks, found.text, title)
    if not paragraphs:
        raise SourceError("no text was found on the page; save the article's own page, or its text as .txt")
    return check_balance(
        Page(
            title=title, language=language, date=found.date if is_day(found.date or "") else None,
            time=None, place=None, lead=None, sections=(), topics=(), persons=(),
            paragraphs=paragraphs, removed=(*removed, *left_out), n_chars_body=count_inked(body.text(deep=True)),
        )
    )  # fmt: skip


def _find_text(source, fast=False):
    """Return what trafilatura finds, with title, date and text; deterministic and without network.

    ``fast`` leaves out its second opinions, whose cost grows with the square of the number of tags.
    """
    from trafilatura import bare_extraction

    # ASSUME: a day is taken only from where a page declares it, not guessed from its text.
    days = {"extensive_search": False, "original_date": True, "min_date": EARLIEST, "max_date": LATEST}
    try:
        found = bare_extraction(
            source, fast=fast, favor_recall=True, include_comments=False, with_metadata=True, date_extraction_params=days
        )
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, AssertionError) as error:
        raise SourceError("the page's markup is too broken to be read; save it again from a browser") from error
    if found is None or not (found.text or "").strip():
        raise SourceError("no text was found on the page; save the article's own page, or its text as .txt")
    return found


def _choose_blocks(blocks, text, title):
    """Return the paragraphs of the blocks that stand in ``text``, and pieces for the blocks that do not."""
    raws = ["".join(run for run, _, _ in runs) for _, runs in blocks]
    texts = list(map(normalise_text, raws))
    lines = list(filter(None, map(normalise_text, text.splitlines())))
    wanted, lost = _match_blocks([_squeeze(text) for text in texts], lines)
    kept, pieces = [], []
    for block, (_, runs), is_wanted in zip(texts, blocks, wanted, strict=True):
        if block and block == title:
            pieces.append(("title, printed above the text again", block))
        elif block and is_wanted:
            kept.append(mark_up(block, runs))
            pieces.append((None, ""))
        elif block:
            pieces.append(("left out by trafilatura", block))
    removed = _join_pieces(pieces)
    if n_unseen := sum(map(count_inked, raws)) - sum(map(count_inked, texts)):
        removed.append(Removed("invisible characters, and marks joined with their letters", n_unseen, ""))
    if lost:
        removed.append(Removed("found by trafilatura, but in no block of the page", 0, " / ".join(lost)))
    return tuple(kept), removed


def _match_blocks(blocks, lines):
    """Return for each block (letters and digits alone) whether it stands in the ``lines``, and the lines that stand in none.

    A long block may stand anywhere; a short one must be a line by itself, not far after the block before it, so that a word
    of the menu is not taken for a word of the text. A block with a note inside is found by the line without that note, and a
    block without letters goes with the block before it.
    """
    squeezed = list(map(_squeeze, lines))
    text = "".join(squeezed)
    lines_at = _place_lines(squeezed)
    place, wanted = 0, []
    for block in blocks:
        if len(block) >= LONG:
            start = text.find(block, place)
            start = text.find(block) if start < 0 else start
        else:
            starts = lines_at.get(block, ())
            after = bisect_left(starts, place)
            start = starts[after] if block and after < len(starts) and starts[after] <= place + NEAR else -1
        place = start + len(block) if start >= 0 else place
        wanted.append(start >= 0 or (len(block) >= LONG and _share_of(block, text) >= SHARE_FOUND))
    lost = _list_lost(lines, blocks, wanted)
    if len(lost) * len(blocks) <= MOST_PAIRS:
        for line in lost[:]:
            shares = ((_share_of(_squeeze(line), block), number) for number, block in enumerate(blocks) if len(block) >= PIECE)
            share, number = max(shares, default=(0, None))
            if share >= SHARE_FOUND:
                wanted[number] = True
                lost.remove(line)
    for number, block in enumerate(blocks):
        wanted[number] = wanted[number - 1] if not block and number else wanted[number]
    return wanted, lost


def _place_lines(squeezed):
    """Return {line: [where it begins in all lines joined]}."""
    places = defaultdict(list)
    for line, start in zip(squeezed, accumulate(map(len, squeezed), initial=0), strict=False):
        places[line].append(start)
    return places


def _list_lost(lines, blocks, wanted):
    """Return the lines whose letters do not stand in the blocks wanted."""
    kept = "".join(block for block, is_wanted in zip(blocks, wanted, strict=True) if is_wanted)
    return [line for line in lines if _squeeze(line) not in kept]


def _squeeze(text):
    """Return the letters and digits of a text: all that extraction leaves unchanged."""
    return NOT_WORD.sub("", text)


def _share_of(squeezed, text):
    """Return which share of a block stands in ``text``, in pieces of 20 characters."""
    pieces = [squeezed[start : start + PIECE] for start in range(0, max(len(squeezed) - PIECE, 0) + 1, PIECE)]
    return sum(piece in text for piece in pieces) / len(pieces)


def _join_pieces(pieces):
    """Return ``Removed`` for (reason or None, text), neighbours with one reason as one piece."""
    groups = [(reason, [text for _, text in group]) for reason, group in groupby(pieces, key=lambda piece: piece[0])]
    return [Removed(reason, sum(map(count_inked, texts)), " / ".join(texts)) for reason, texts in groups if reason]

"""Web pages that a browser saved as one file (MHTML): bytes -> the page's own bytes."""

import re
from email import message_from_bytes
from email.errors import CloseBoundaryNotFoundDefect, MessageError

from framings.encodings import decode_text, find_codec
from framings.sources.page import SourceError

MOST_BYTES, MOST_PARTS, MOST_LEVELS = 100_000_000, 5_000, 10
PART, LEVEL = re.compile(rb"^content-type:", re.I | re.M), re.compile(rb"^content-type:[ \t]*multipart/", re.I | re.M)


def unwrap_page(raw):
    """Return (bytes of the HTML page, their encoding or None, its address or None) of an MHTML file.

    The page is the first part of type text/html, in quoted-printable, base64 or plain, as Chrome, Edge, Opera, Internet
    Explorer and extensions of Firefox write it. Where only the head of that part names an encoding other than UTF-8, the
    bytes are rewritten as UTF-8 with its mark, so that whoever reads them needs no head. Raises ``SourceError`` for a file
    that is cut off or holds no page, and for one of more than 100 MB, 5,000 parts or 10 levels.
    """
    if len(raw) > MOST_BYTES:
        raise SourceError(f"the saved page has {len(raw)} bytes, more than {MOST_BYTES}; save the page alone, as HTML")
    # Counted before anything is parsed: every part has its type, every level the type multipart.
    if len(PART.findall(raw)) > MOST_PARTS or len(LEVEL.findall(raw)) > MOST_LEVELS:
        raise SourceError(
            f"the saved page has more than {MOST_PARTS} parts or {MOST_LEVELS} levels; save the page alone, as HTML"
        )
    try:
        message = message_from_bytes(raw)
        parts = list(message.walk())
        page = next((part for part in parts if part.get_content_type() == "text/html"), None)
        if any(isinstance(defect, CloseBoundaryNotFoundDefect) for part in parts for defect in part.defects):
            raise SourceError("the saved page is cut off before its end; save it again")
        if page is None:
            raise SourceError("the saved page holds no part of type text/html; save the page again, as HTML")
        content = page.get_payload(decode=True) or b""
        charset = find_codec(page.get_content_charset())
        address = page["Content-Location"] or message["Snapshot-Content-Location"]
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError("the saved page is no MHTML that can be read; save the page again, as HTML") from error
    if not content.strip():
        raise SourceError("the saved page is empty; save it again")
    if charset not in (None, "utf-8"):
        content, charset = decode_text(content, charset).encode("utf-8-sig"), "utf-8"
    return content, charset, str(address).strip() if address else None

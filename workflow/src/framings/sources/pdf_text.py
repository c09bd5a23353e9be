"""The text of a PDF, page by page: all that is done with a PDF in the confined process."""

import io
import logging

from pypdf import PdfReader, apply_configuration
from pypdf.errors import DependencyError, PyPdfError

MOST_PAGES = 2_000
MB = 1_000_000


class PdfError(ValueError):
    """The text cannot be had; the message is one plain phrase with the cure."""


class _Warnings(logging.Handler):
    """What pypdf only says in passing: on which pages it left out a part that it could not decode."""

    def __init__(self):
        super().__init__()
        self.page, self.broken = 0, set()

    def emit(self, record):
        """Note the page, if the message tells of text that may be lost."""
        if "Impossible to decode" in str(record.msg):
            self.broken.add(self.page)


def extract_pages(raw):
    """Return {"pages": text of each page, "pictures": whether each holds a picture, "properties": title, author, created}.

    A page whose text could not be taken whole is named under "broken" (numbers from 1). Raises ``PdfError`` for a PDF that needs a password, is damaged, has too many pages, or bursts the bounds of pypdf.
    """
    warnings = _Warnings()
    logger = logging.getLogger("pypdf")
    logger.addHandler(warnings)
    logger.propagate = False
    bounds = dict.fromkeys(
        ("zlib_maximum_output_length", "lzw_maximum_output_length", "run_length_maximum_output_length"), 20 * MB
    )
    with apply_configuration(**bounds):
        try:
            reader = PdfReader(io.BytesIO(raw))
            if reader.is_encrypted and not reader.decrypt(""):
                raise PdfError("it needs a password; save it without one")
            n_pages = reader.get_num_pages()
            if n_pages > MOST_PAGES:
                raise PdfError(f"it has more than {MOST_PAGES:,} pages; split it")
            pages, pictures = [], []
            for number, page in enumerate(reader.pages, 1):
                warnings.page = number
                pages.append(page.extract_text())
                pictures.append(_holds_picture(page))
            found = {"pages": pages, "pictures": pictures, "broken": sorted(warnings.broken)}
            return found | {"properties": _read_properties(reader)}
        except PdfError:
            raise
        except DependencyError as error:
            raise PdfError("it is encrypted in a way that is not supported; print it to a new PDF") from error
        except (
            PyPdfError,
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            OSError,
            ArithmeticError,
            AssertionError,
        ) as error:
            problem = " ".join(str(error).split())[:150] or type(error).__name__
            raise PdfError(f"it is damaged ({problem}); get it again, or print it to a new PDF") from error


def _holds_picture(page):
    """Return whether a page has a picture."""
    try:
        return any(form.get_object().get("/Subtype") == "/Image" for form in page["/Resources"]["/XObject"].values())
    except (KeyError, AttributeError, TypeError, PyPdfError):
        return False


def _read_properties(reader):
    """Return what the PDF says about itself: title, author and the time it was made, each text or None."""
    try:
        found = reader.metadata
        created = found.creation_date if found else None
    except (PyPdfError, ValueError, AttributeError, TypeError):
        return {"title": None, "author": None, "created": None}
    made = created.date().isoformat() if created else None
    return {"title": found and found.title, "author": found and found.author, "created": made}

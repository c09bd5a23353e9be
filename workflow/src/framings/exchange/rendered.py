"""Tasks shown as a single text, as they come back: the sentence between its marks, and the places marked in it."""

from framings.exchange.answers import Answer
from framings.exchange.offsets import place_quote
from framings.exchange.tasks import CLOSE, OPEN


def split_rendered(text):
    """Return (sentence, offset) of a task shown as a single text, or (None, 0) where its marks are gone.

    >>> split_rendered("Good day. >>> We met. <<<")
    ('We met.', 14)
    """
    start, end = text.find(OPEN), text.rfind(CLOSE)
    offset = start + len(OPEN)
    return (text[offset:end], offset) if start >= 0 and offset <= end else (None, 0)


def begin_answer(place, task_id, text, annotator=""):
    """Return an answer about a task that came back as a single text."""
    answer = Answer(place, task_id, split_rendered(text)[0], annotator=annotator)
    if answer.shown is None:
        answer.fault = f"the marks {OPEN.strip()} and {CLOSE.strip()} around the sentence are gone; put the exported text back"
    return answer


def add_place(answer, name, text, start, end, quote=None):
    """Add a place marked in the single text, cut to the sentence; a place that shifted or lies outside of it is a fault."""
    if answer.fault:
        return
    place = place_quote(text, start, end, quote)
    if place is None:
        told = f"do not hold {quote!r}" if quote else "are not in its text"
        answer.fault = f"the selection of {name!r}, characters {start} to {end}, has shifted: they {told}; mark the place again"
        return
    offset = split_rendered(text)[1]
    first, last = max(place[0] - offset, 0), min(place[1] - offset, len(answer.shown))
    if first < last:
        answer.spans.append((name, first, last))
    else:
        answer.fault = f"{name!r} marks characters {start} to {end}, which are not in the sentence; mark the sentence itself"

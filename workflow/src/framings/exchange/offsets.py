"""Offsets: the ways in which tools count characters, told apart by the quote."""


def place_quote(text, start, end, quote=None):
    """Return (start, end) in Unicode code points of a place that a tool marked in ``text``, or None where it is not there.

    With a ``quote`` the cut must equal it, line ends aside; code points are tried first, then UTF-16 units (browsers), then
    code points with a line end of two characters counted as one, then the two together. Without a quote the numbers are
    taken as code points, as REFI-QDA has it.

    >>> place_quote("\\U0001f600 good day", 3, 7, "good"), place_quote("good day", 1, 5, "good")
    ((2, 6), None)
    """
    for units in _count_units(text):
        place = units(start), units(end)
        if None in place or place[0] >= place[1]:
            continue
        if quote is None or fold_lines(text[slice(*place)]) == fold_lines(quote):
            return place
    return None


def fold_lines(text):
    """Return a text with line ends of one character."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _count_units(text):
    """Yield functions from an offset in some unit to one in code points (None where it falls between or outside)."""
    yield lambda offset: offset if 0 <= offset <= len(text) else None
    for wide, joined in ((True, False), (False, True), (True, True)):
        starts, position = {}, 0
        for number, character in enumerate(text):
            if joined and character == "\n" and number and text[number - 1] == "\r":
                continue
            starts[position] = number
            position += 2 if wide and ord(character) > 0xFFFF else 1
        starts[position] = len(text)
        yield starts.get

"""Days as text: YYYY-MM-DD sorts as time does, so that tables need no date type."""

import re
from datetime import date

DAY = re.compile(r"\d{4}-\d\d-\d\d")


def is_day(text):
    """Return whether ``text`` is a day of the calendar written YYYY-MM-DD.

    >>> is_day("2016-02-29"), is_day("2015-02-29"), is_day("29.02.2016")
    (True, False, False)
    """
    try:
        return bool(DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def count_days(first, second):
    """Return the number of days between two days.

    >>> count_days("2016-03-01", "2016-02-28")
    2
    """
    return abs((date.fromisoformat(first) - date.fromisoformat(second)).days)

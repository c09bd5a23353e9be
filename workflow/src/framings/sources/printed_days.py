"""Days as websites print them -> YYYY-MM-DD."""

import re

from framings.days import is_day

ENGLISH = "january february march april may june july august september october november december"
RUSSIAN = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
MONTHS = {name: number for names in (ENGLISH, RUSSIAN) for number, name in enumerate(names.split(), 1)}
NAMES = "|".join(MONTHS)
FORMS = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)"),
    re.compile(rf"\b(?P<n>{NAMES})\s+(?P<d>\d{{1,2}}),?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})\s+(?P<n>{NAMES}),?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(r"\b(?P<d>\d\d)[.-](?P<m>\d\d)[.-](?P<y>\d{4})(?!\d)"),
)
AMERICAN = re.compile(r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b")


def find_printed_day(text, american=False):
    """Return the first day printed in ``text`` as (YYYY-MM-DD, start, end), or None.

    Known are 2012-07-06, July 6 2012, 6 July 2012 (English and Russian), 06.07.2012 and 06-07-2012; and, only where
    ``american`` says that the site writes the month first, 7/6/2012. What is no day of the calendar is passed over.

    >>> find_printed_day("Sochi, 11 октября 2017 года"), find_printed_day("7/6/2012 9:30 AM", american=True)
    (('2017-10-11', 7, 22), ('2012-07-06', 0, 8))
    """
    found = []
    for form in FORMS + (AMERICAN,) * american:
        for match in form.finditer(text):
            parts = match.groupdict()
            month = MONTHS[parts["n"].lower()] if parts.get("n") else int(parts["m"])
            day = f"{parts['y']}-{month:02d}-{int(parts['d']):02d}"
            if is_day(day):
                found.append((match.start(), match.end(), day))
                break
    if not found:
        return None
    start, end, day = min(found)
    return day, start, end

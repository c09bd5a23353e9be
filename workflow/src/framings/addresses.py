"""Addresses: which document a web address stands for, whatever its form, and the forms under which an archive may hold it."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

ARCHIVED = re.compile(
    r"(?:https?://)?(?:www\.)?(?:web|wayback)\.archive\.org(?::\d+)?/web/(?:[\d*]{1,14}[a-z]{0,2}_?/)?(.+)",
    re.IGNORECASE | re.DOTALL,
)
SCHEME = re.compile(r"(https?):/{1,2}(?=[^/])", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x20\x7f]")
UNSAFE = re.compile(r"[^a-z0-9.-]+|\.{2,}")
TRACKING = re.compile(r"utm_.*|fbclid|gclid|yclid|_openstat")
FRONT_PAGE = re.compile(r"/(?:index\.(?:html?|php)|default\.aspx)$", re.IGNORECASE)
LANGUAGES = {"en": "en", "eng": "en", "english": "en", "ru": "ru", "rus": "ru"}
UNKNOWN = "und"  # ISO 639 for a language not determined
MAX_NUMBER = 80

KREMLIN_HOSTS = {"en.kremlin.ru": "en", "en.special.kremlin.ru": "en", "kremlin.ru": "ru", "special.kremlin.ru": "ru"}
SECTIONS = ("president/news", "president/transcripts", "administration", "state-council", "security-council", "councils")
KREMLIN_PAGE = re.compile(
    rf"/(?:events/(?:{'|'.join(SECTIONS)})(?:/copy)?|catalog/persons/\d+/events|d)/0*(\d{{1,9}})(?:/print)?(?:\.html)?"
)
# ASSUME: the site of 2008-2014 (eng.kremlin.ru/news/ID, with its mirrors) counted its items anew in each section, and the
# numbers of its Russian half (kremlin.ru/news/ID) are not those of today: known from
# citations only, so they get keys of their own.
OLD_HOSTS = {"eng.kremlin.ru": "en", "eng.news.kremlin.ru": "en", "news.kremlin.ru": "ru", "kremlin.ru": "ru"}
OLD_PAGE = re.compile(r"/(news|transcripts)/0*(\d{1,9})(?:/print)?(?:\.html)?")
# ASSUME: pages of the archive of 2000-2008 are named /[eng/][text/]SECTION/YYYY/MM/DD/HHMM_typeN…_ID.shtml, as printed in
# books and articles that cite them; no stored page confirms it. The text-only form of a page has the same time and number.
ARCHIVE_HOSTS = ("archive.kremlin.ru", "president.kremlin.ru")
ARCHIVE_PAGE = re.compile(r"/(eng/)?(?:text/)?[a-z]+/(\d{4})/(\d\d)/(?:(\d\d)/)?(?:(\d{4})_)?(?:type\w+?_)?(\d{1,9})\.shtml")

# ASSUME: the Commission kept the names of its pages when it moved: /en/nae/news/Pages/NAME.aspx on the old site is
# /en/news/NAME/ on the new one, where addresses of news from before the move still end in the old day-month-year names.
EEC_HOSTS = ("eurasiancommission.org", "eec.eaeunion.org")
EEC_PAGES = (
    re.compile(r"/(en|ru)/nae/news/pages/([^/]+)\.aspx"),
    re.compile(r"/(?:(en|ru)/)?news/([^/]+)"),
)
# ASSUME: the number at the end of an address names the item, whatever words stand before it; where there is none, the words do.
BELARUS_PAGE = re.compile(r"/(en|ru|be)/(?:events|\w+/view)/((?:[^/]*-)?(\d{3,})|[^/]+)")


@dataclass(frozen=True)
class Key:
    """A document's key: the site, the language of the page, and the site's own number (or name) of the item."""

    source: str
    language: str
    number: str

    @property
    def document_id(self):
        """Return the key as the register writes it.

        >>> Key("kremlin", "en", "55819").document_id
        'kremlin-en-55819'
        """
        return f"{self.source}-{self.language}-{self.number}"


def find_key(url, language=None):
    """Return the ``Key`` of the document behind an address, or None where it is no address of the web.

    All addresses of one item give one key: with http or https, port, www, mirrors, sections, print pages, query strings,
    fragments, slashes at the end, and inside the address of a web archive. An address of no known site has source
    ``web`` and a number made of host and path, with eight digits of a hash at the end wherever signs were changed or
    cut, so that two addresses never share a number. Its language is ``language`` where given, else what the address
    says, else ``und``.

    >>> find_key("https://web.archive.org/web/2019id_/http://en.special.KREMLIN.ru:80/events/councils/55819/print?x#a").document_id
    'kremlin-en-55819'
    >>> find_key("http://example.org/en/news/12/").document_id
    'web-en-example.org_en_news_12'
    """
    parts = split_address(url)
    if parts is None:
        return None
    host, path, query = parts
    plain = path.lower()
    for find in (_find_kremlin, _find_eec, _find_belarus):
        if key := find(host, plain):
            return key
    return Key("web", language or _guess_language(host, plain, query), _write_number(host + path, query))


def split_address(url):
    """Return (host, path, query) of a web address in one spelling, or None where it is none.

    The address is taken out of a web archive's, host in lower case without ``www.`` and port, path decoded and without
    doubled or last slashes and front page, the query sorted and without tracking.

    >>> split_address("HTTP://www.Example.org:80//a//b/?z=1&utm_source=x&b=2#top")
    ('example.org', '/a/b', 'b=2&z=1')
    """
    url = unwrap_address(url)
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if not re.search(r"\w\.\w|^localhost$", host):
        return None
    path = re.sub(r"/{2,}", "/", unquote(parts.path)).rstrip("/")
    pairs = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(pair[0].lower()))
    return host.removeprefix("www."), FRONT_PAGE.sub("", path), urlencode(pairs)


def unwrap_address(url):
    """Return the http or https address itself, out of a web archive's prefix if it is in one, or None.

    >>> unwrap_address("https://web.archive.org/web/20190102030405id_/http:/example.org/a")
    'http://example.org/a'
    >>> unwrap_address("en.kremlin.ru/d/1")
    'http://en.kremlin.ru/d/1'
    """
    if not isinstance(url, str):
        return None
    url = CONTROL.sub("", url)
    while inner := ARCHIVED.fullmatch(url):
        url = inner[1] if SCHEME.match(inner[1]) or ARCHIVED.fullmatch(inner[1]) else "http://" + inner[1]
    if SCHEME.match(url):
        return SCHEME.sub(lambda match: f"{match[1].lower()}://", url, count=1)
    host = url.split("/")[0].lower().removeprefix("www.")
    known = {*KREMLIN_HOSTS, *OLD_HOSTS, *ARCHIVE_HOSTS, *EEC_HOSTS, "president.gov.by"}
    return f"http://{url}" if host in known else None


def list_addresses(key, url=None):
    """Return the addresses under which a web archive may hold the document, best first; ``url`` is the one registered.

    An archive looks up an address without regard to http or https, ``www.`` and slashes at the end, so no two addresses
    differ in these alone. Where the key does not tell the address, the one registered is all there is.

    >>> list_addresses(Key("kremlin", "ru", "7"))[:2]
    ['http://kremlin.ru/events/president/news/7', 'http://kremlin.ru/events/president/transcripts/7']
    """
    forms = [unwrap_address(url)] if url else []
    number, language = key.number, key.language
    if key.source == "kremlin" and number.isdigit():
        main, special = [host for host, spoken in KREMLIN_HOSTS.items() if spoken == language]
        pages = [f"http://{host}/events/{section}/{number}" for section in SECTIONS[:2] for host in (main, special)]
        forms += pages[::2] + pages[1::2] + [page + "/print" for page in pages[::2]]
        forms += [f"http://{main}/events/{section}/{number}" for section in SECTIONS[2:]] + [f"http://{main}/d/{number}"]
    elif key.source == "kremlin" and (old := re.fullmatch(r"old-(news|transcripts)-(\d+)", number)):
        forms += [f"http://{host}/{old[1]}/{old[2]}" for host, spoken in OLD_HOSTS.items() if spoken == language]
    elif key.source == "eec":
        forms += [f"http://{host}/{language}/nae/news/Pages/{number}.aspx" for host in EEC_HOSTS]
        forms += [f"https://{EEC_HOSTS[1]}/{'' if language == 'ru' else language + '/'}news/{number}/"]
    elif key.source == "belarus" and not number.isdigit():
        forms += [f"https://president.gov.by/{language}/events/{number}"]
    found = {}
    for form in filter(None, forms):
        found.setdefault(split_address(form), form)
    return list(found.values())


def _find_kremlin(host, path):
    """Return the key of a page of the president's sites, old or new, or None."""
    if (language := KREMLIN_HOSTS.get(host)) and (page := KREMLIN_PAGE.fullmatch(path)):
        return Key("kremlin", language, page[1])
    if (language := OLD_HOSTS.get(host)) and (page := OLD_PAGE.fullmatch(path)):
        return Key("kremlin", language, f"old-{page[1]}-{page[2]}")
    if host in ARCHIVE_HOSTS and (page := ARCHIVE_PAGE.fullmatch(path)):
        english, *named = page.groups()
        return Key("kremlin", "en" if english else "ru", "-".join(["archive", *filter(None, named)]))
    return None


def _find_eec(host, path):
    """Return the key of a news page of the Commission's old or new site, or None."""
    if host not in EEC_HOSTS:
        return None
    for form in EEC_PAGES:
        if (page := form.fullmatch(path)) and page[2] not in ("default", "page"):
            return Key("eec", page[1] or "ru", _write_number(page[2]))
    return None


def _find_belarus(host, path):
    """Return the key of an event of the Belarusian president's site, or None."""
    if host != "president.gov.by" or not (page := BELARUS_PAGE.fullmatch(path)):
        return None
    return Key("belarus", page[1], page[3] or _write_number(page[2]))


def _guess_language(host, path, query):
    """Return the language that an address names in its path, its host or its query, or ``und``."""
    named = [*path.split("/"), *host.split(".")[:-1], *(value.lower() for _, value in parse_qsl(query))]
    return next((LANGUAGES[part] for part in named if part in LANGUAGES), UNKNOWN)


def _write_number(text, query=""):
    """Return ``text`` as part of a document id: slashes as ``_``, a hash at the end where other signs changed or were cut.

    >>> _write_number("a.org/b-c"), _write_number("a.org/B_c")
    ('a.org_b-c', 'a.org_b-c-02966717')
    """
    whole = f"{text}?{query}" if query else text
    number = "_".join(UNSAFE.sub("-", part).strip("-.") for part in whole.lower().split("/"))
    if number.replace("_", "/") == whole and len(number) <= MAX_NUMBER:
        return number
    return f"{number[: MAX_NUMBER - 9].rstrip('-_')}-{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:8]}"

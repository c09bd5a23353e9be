"""What is known of addresses: which document each form stands for."""

import random
import re
from pathlib import Path

import pandas as pd
import pytest

from framings.addresses import Key, find_key, list_addresses, split_address

CORPORA = Path(__file__).resolve().parents[1] / "data" / "corpora"
DOCUMENT_ID = re.compile(r"[a-z0-9._-]{1,100}")
SECTIONS = ("president/news", "president/transcripts", "administration", "state-council", "security-council", "councils")


def write_variant(number, language, dice):
    """Return one of the many forms of the address of an item."""
    path = dice.choice(
        [f"/events/{section}/{number}" for section in SECTIONS] + [f"/d/{number}", f"/catalog/persons/9/events/{number}"]
    )
    host = dice.choice({"en": ["en.", "www.en.special.", "en.special.", "www.en."], "ru": ["", "www.", "special."]}[language])
    host = dice.choice([str, str.upper, str.title])(f"{host}kremlin.ru") + dice.choice(["", ":80", ":443", "."])
    path += dice.choice(["", "/print", ".html", "/print.html"]) + dice.choice(["", "/", "//"])
    path += dice.choice(["", "?utm_source=x", "?a=b&c=d"]) + dice.choice(["", "#sel=1:2", "#"])
    url = dice.choice(["http", "https", "HTTP"]) + "://" + host + path
    stamp = dice.choice(["20190102030405", "2019", "20190102030405id_", "20190102030405if_", "*"])
    prefix = dice.choice(
        [
            "",
            "",
            f"https://web.archive.org/web/{stamp}/",
            f"http://web.archive.org:80/web/{stamp}/",
            "https://web.archive.org/web/",
        ]
    )
    return prefix + url


def test_many_addresses_of_few_items_give_few_keys():
    """300 forms of the addresses of 50 items, English and Russian, have 50 keys, each item its own."""
    dice = random.Random(7)
    items = [(str(dice.randrange(10, 80_000)), language) for language in ("en", "ru") for _ in range(25)]
    items = list(dict.fromkeys(items))
    assert len(items) == 50
    variants = {write_variant(*item, dice): item for item in items * 8}
    chosen = dict(list(variants.items())[:300])
    found = {url: find_key(url) for url in chosen}
    assert len(chosen) == 300 and len(set(found.values())) == 50
    assert all((key.source, key.number, key.language) == ("kremlin", *chosen[url]) for url, key in found.items())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("en.kremlin.ru/d/55819", "kremlin-en-55819"),
        ("http://kremlin.ru/events/president/news/copy/7", "kremlin-ru-7"),
        ("http://en.kremlin.ru/events/president/news/00042", "kremlin-en-42"),
        ("http://eng.kremlin.ru/news/6007", "kremlin-en-old-news-6007"),
        ("http://eng.news.kremlin.ru/transcripts/5/print", "kremlin-en-old-transcripts-5"),
        ("http://www.kremlin.ru/transcripts/20796#sel=590:1,590:86", "kremlin-ru-old-transcripts-20796"),
        ("http://archive.kremlin.ru/eng/speeches/2007/02/10/0138_type1type2_99.shtml", "kremlin-en-archive-2007-02-10-0138-99"),
        (
            "http://archive.kremlin.ru/eng/text/speeches/2007/02/10/0138_type1type2_99.shtml",
            "kremlin-en-archive-2007-02-10-0138-99",
        ),
        ("http://president.kremlin.ru/text/appears/2005/04/99.shtml", "kremlin-ru-archive-2005-04-99"),
        ("http://eurasiancommission.org/en/nae/news/Pages/25-12-2012-2.aspx", "eec-en-25-12-2012-2"),
        ("https://eec.eaeunion.org/en/news/25-12-2012-2/", "eec-en-25-12-2012-2"),
        ("HTTP://WWW.EURASIANCOMMISSION.ORG/ru/nae/news/pages/25-12-2012-2.aspx?print=1", "eec-ru-25-12-2012-2"),
        ("https://eec.eaeunion.org/news/25-12-2012-2", "eec-ru-25-12-2012-2"),
        ("https://president.gov.by/en/events/a-visit-to-a-farm-8894", "belarus-en-8894"),
        ("https://president.gov.by/ru/events/vizit-na-fermu", "belarus-ru-vizit-na-fermu"),
        ("http://president.gov.by/en/news_en/view/a-visit-8894/", "belarus-en-8894"),
        ("http://en.kremlin.ru/events/president/news", "web-en-en.kremlin.ru_events_president_news"),
        ("http://en.kremlin.ru/events/president/news/8/photos", "web-en-en.kremlin.ru_events_president_news_8_photos"),
        ("https://www.example.am/en/item/2014/05/29/", "web-en-example.am_en_item_2014_05_29"),
        ("http://example.kz/docs/10929/index.html", "web-und-example.kz_docs_10929"),
    ],
)
def test_each_known_form_has_its_key(url, expected):
    """The sites' forms of address, old and new, lead to the site, the language and the site's own number."""
    assert find_key(url).document_id == expected


def test_what_is_no_address_of_the_web_has_no_key():
    """Files, other schemes and broken hosts are not taken for pages."""
    for url in (
        "",
        "55819.html",
        "C:\\pages\\1.html",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "mailto:a@example.org",
        "urn:uuid:1",
        None,
    ):
        assert find_key(url) is None, url
    for url in ("http://", "http://[::1", "https:///path", float("nan")):
        assert find_key(url) is None, url


def test_other_pages_never_share_a_key():
    """Addresses that differ in path or query differ in their keys, even where letters are changed or cut."""
    paths = [
        "a/b",
        "a-b",
        "a_b",
        "A/b",
        "a/b?x=1",
        "a/b?x=2",
        "a%20b",
        "a b c",
        "a/ж",
        "a/з",
        "x" * 200,
        "x" * 201,
        "a/b/" + "y" * 300,
    ]
    keys = [find_key(f"https://example.org/{path}") for path in paths]
    assert len({key.document_id for key in keys}) == len(paths)
    assert all(DOCUMENT_ID.fullmatch(key.document_id) for key in keys)
    same = ["http://example.org/a/b?x=1&utm_source=q", "https://www.example.org:443/a//b/?x=1#top"]
    assert len({find_key(url) for url in same}) == 1


def test_hostile_addresses_give_safe_keys():
    """Whatever an address holds, its key is a plain name without a path, found at once."""
    for url in (
        "http://example.org/../../etc/passwd", "http://example.org/%2e%2e%2f%2e%2e%2fetc", "http://example.org/\x00\r\nSet-Cookie: a",
        "http://" + "a." * 5000 + "org/", "http://example.org/" + "/" * 50_000, "https://web.archive.org/web/1/" * 2000 + "http://a.org/b",
        "http://en.kremlin.ru/d/" + "1" * 50_000, "http://example.org/?" + "a=b&" * 20_000, "http://example.org/\ud800",
    ):  # fmt: skip
        key = find_key(url)
        assert key is None or (DOCUMENT_ID.fullmatch(key.document_id) and ".." not in key.number), url[:60]


def test_addresses_listed_lead_back_to_the_key():
    """Every address under which an archive is asked stands for the same document; none is listed twice."""
    for key in (
        Key("kremlin", "en", "55819"),
        Key("kremlin", "ru", "7"),
        Key("kremlin", "en", "old-news-6"),
        Key("eec", "ru", "25-12-2012-2"),
    ):
        forms = list_addresses(key)
        assert forms and {find_key(form) for form in forms} == {key}
        assert len({split_address(form) for form in forms}) == len(forms)


def test_the_registered_address_is_asked_first():
    """The address in the register comes first, taken out of a web archive's if need be; of other pages it is the only one."""
    key = Key("kremlin", "en", "5")
    assert (
        list_addresses(key, "https://web.archive.org/web/2019/http://en.kremlin.ru/events/councils/5")[0]
        == "http://en.kremlin.ru/events/councils/5"
    )
    assert list_addresses(find_key("http://example.org/a"), "http://example.org/a") == ["http://example.org/a"]
    assert list_addresses(Key("belarus", "en", "8894")) == []


def test_the_register_agrees_with_its_addresses():
    """Each registered address of the president's and the Commission's sites gives the document's own id; no two documents share one."""
    register = pd.read_csv(CORPORA / "eaeu" / "documents.csv", dtype=str, keep_default_na=False)
    keys = {row.document_id: find_key(row.url) for row in register.itertuples()}
    assert len(set(keys.values())) == len(register)
    named = register[register["source"].isin(["kremlin", "eec"])]["document_id"]
    assert len(named) >= 353 and [key for key in named if keys[key].document_id != key] == []

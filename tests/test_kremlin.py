"""What the reader of the president's site makes of a page."""

import random

import pytest
from made_pages import DETAILS, PERSON_NOTE, SEE_ALSO, SLIDER, write_page
from made_sites import write_mirror

from framings.sources.kremlin import read_page, recognise
from framings.sources.own_keys import is_own_page
from framings.sources.page import SourceError, count_inked


def texts(page):
    """Return the texts of a page's paragraphs."""
    return [paragraph.text for paragraph in page.paragraphs]


def test_what_stands_around_the_body_is_read():
    """Title, day, Moscow time, place, lead, sections and tags come without the site's furniture."""
    page = read_page(write_page("<p>Hello.</p>"), "101")
    assert (page.title, page.date, page.time, page.place) == ("Talks on stars", "2017-10-11", "18:45", "Old Garden")
    assert (page.lead, page.language) == ("Two people met in a garden.", "en")
    assert (page.sections, page.topics, page.persons) == (("News", "Transcripts"), ("Stars",), ("Doe Jane", "Roe Max Ray"))


def test_an_announcement_has_no_day():
    """A page without a day of publication is read; the day is missing."""
    assert read_page(write_page("<p>Soon.</p>", date=None), "101").date is None


def test_white_space_is_folded_and_words_keep_their_distance():
    """No-break spaces and hard line breaks become one space; glued tags stay glued."""
    page = read_page(write_page("<p><b>Jane\nDoe:</b>Good\u00a0day,\n all on the\u00a020<sup>th</sup>.</p>"), "101")
    assert texts(page) == ["Jane Doe:Good day, all on the 20th."]
    assert page.paragraphs[0].bold == ((0, 9),)


def test_ranges_count_in_the_normalised_text():
    """Bold and italics hold after folding, removal of invisible characters and joining of split tags."""
    body = (
        "<p> <b>Jane</b> <b>Do\u00ade</b><b>: </b>so <i>\u200bvery</i><i> far</i> &amp; <strong><em>e\u0301cole</em></strong></p>"
    )
    paragraph = read_page(write_page(body), "101").paragraphs[0]
    assert paragraph.text == "Jane Doe: so very far & école"
    assert [paragraph.text[a:b] for a, b in paragraph.bold] == ["Jane Doe:", "école"]
    assert [paragraph.text[a:b] for a, b in paragraph.italic] == ["very far", "école"]


def test_furniture_is_removed_with_its_reason():
    """Notes on persons, sliders, links and details leave the text and are listed."""
    body = f'{SLIDER}<p>We met <a class="person_tag">Jane Doe{PERSON_NOTE}</a> here.</p>{SEE_ALSO}<script>var x=1;</script>'
    page = read_page(write_page(body), "101")
    assert texts(page) == ["We met Jane Doe here."]
    assert [piece.reason for piece in page.removed] == [
        "photographs and captions",
        "note on a person",
        "links to other pages",
        "script",
        "tags and details of publication",
    ]
    assert page.removed[1].text == "Doe Jane Astronomer"


def test_the_characters_add_up():
    """By hand: 7 and 6 visible characters in two paragraphs, a soft hyphen and a zero-width space removed."""
    page = read_page(write_page("<p>One t\u00adwo.</p><p>Three\u200b.</p>", details=""), "101")
    assert (page.n_chars_body, page.n_chars_kept, page.n_chars_removed) == (15, 13, 2)
    assert [(piece.reason, piece.n_chars) for piece in page.removed] == [
        ("invisible characters, and marks joined with their letters", 2)
    ]


def test_blocks_of_every_kind_become_paragraphs():
    """Headings (in bold), lists, line breaks and bare text each make a paragraph, in their order."""
    page = read_page(write_page("bare<h3>Head</h3><ul><li>one</li><li>two</li></ul><p>a<br/>b</p><div>c<p>d</p>e</div>"), "101")
    assert texts(page) == ["bare", "Head", "one", "two", "a", "b", "c", "d", "e"]
    assert page.paragraphs[1].bold == ((0, 4),)


def test_a_quotation_set_off_is_removed_only_where_it_repeats():
    """A block quotation counts once: it goes where the text holds it too, and stays where it stands alone."""
    said = "We counted every star above the old garden wall last night."
    quote = "<blockquote> <p>“We counted every star above the old garden wall.”</p></blockquote>"
    page = read_page(write_page(f"<p>{said}</p>{quote}<blockquote>Nobody else has ever said this before.</blockquote>"), "101")
    assert texts(page) == [said, "Nobody else has ever said this before."]
    assert [piece.text for piece in page.removed if "quotation" in piece.reason] == [
        "“We counted every star above the old garden wall.”"
    ]


def test_one_broken_byte_is_left_out_and_listed():
    """A slip of the site's editors costs a byte, not the page."""
    page = read_page(write_page("<p>We deXlared it.</p>").replace(b"deXlared", b"de\xe3lared"), "101")
    assert texts(page) == ["We delared it."]
    assert [(piece.reason, piece.text) for piece in page.removed if piece.n_chars == 0] == [("byte that is not UTF-8", "0xe3")]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"<html><body><h1>Access denied</h1></body></html>", "holds no article"),
        (write_page("<p>Hi.</p>").replace(b"read__in", b"post"), "no article.read__in"),
        (write_page("<p>Hi.</p>").replace(b"articleBody", b"text"), "no body"),
        (write_page("<p>Hi.</p>", number=102), "event-102, not event-101"),
        (write_page("<p>Hi.</p>")[:900], "cut off before its article ends"),
        (write_page("<p>" + "Привет, сад. " * 9 + "</p>").decode().encode("cp1251", "ignore"), "are not UTF-8"),
        (b"", "holds no article"),
        (write_mirror("<p>Hi.</p>", number=102), "number 102, not 101"),
        (write_mirror("<p>Hi.</p>").replace(b"canonical", b"next"), "no number, not 101"),
        (write_mirror("<p>Hi.</p>").replace(b'class="published"', b""), "no line with its day"),
    ],
)
def test_a_wrong_page_is_refused_in_a_sentence(raw, sentence):
    """Another site, another number, a cut page, another encoding: each is refused by name."""
    with pytest.raises(SourceError, match=sentence):
        read_page(raw, "101")


def test_broken_markup_is_read_or_refused_but_never_crashes():
    """Tags deleted, doubled, cut and nested deep end in a page whose characters add up, or in a sentence."""
    whole = write_page(f"{SLIDER}<p><b>Jane Doe</b>: we <i>met</i>.</p>{SEE_ALSO}<blockquote><p>we met</p></blockquote>" * 3)
    draw = random.Random(7)
    for _ in range(300):
        cut, length = draw.randrange(len(whole)), draw.randrange(60)
        broken = (
            whole[:cut] + draw.choice([b"", whole[cut : cut + length] * 2, b"<p><b>", b"</div></div>"]) + whole[cut + length :]
        )
        try:
            page = read_page(broken, "101")
        except SourceError:
            continue
        assert page.n_chars_body == page.n_chars_kept + page.n_chars_removed
    deep = read_page(write_page("<div>" * 5_000 + "<b>" * 5_000 + "deep", details=""), "101")
    assert sum(count_inked(text) for text in texts(deep)) == deep.n_chars_body > 0
    with pytest.raises(SourceError, match="nested too deep"):
        read_page(write_page("<ul><li>" * 20_000 + "deeper"), "101")


def test_a_page_saved_by_a_browser_is_the_same_page():
    """Attributes and absolute links added, or the whole saved in UTF-16: nothing of the text changes."""
    raw = write_page(f"{SLIDER}<p><b>Jane Doe:</b> we met.</p>")
    saved = raw.replace(b'class="read__in', b'style="top: 0px;" aria-hidden="false" class="is-open read__in').replace(
        b"<p>", b'<p rel="1">'
    )
    saved = b"<!-- saved from url=(0048)http://en.kremlin.ru/events/president/news/101 -->\n" + saved
    assert read_page(saved, "101").paragraphs == read_page(raw, "101").paragraphs
    assert read_page(saved.decode().encode("utf-16"), "101").paragraphs == read_page(raw, "101").paragraphs


def test_of_several_open_articles_the_one_asked_for_counts():
    """A window in which a reader opened one page after the other holds them all."""
    first, second = write_page("<p>One.</p>"), write_page("<p>Two.</p>", number=102)
    both = first.replace(b"</body>", second[second.index(b"<article") : second.index(b"</article>") + 10] + b"</body>")
    assert texts(read_page(both, "102")) == ["Two."] and texts(read_page(both, "101")) == ["One."]


@pytest.mark.parametrize(
    ("language", "published", "expected"),
    [
        ("en", "October 11, 2017, 18:45, Old Garden", ("2017-10-11", "18:45", "Old Garden")),
        ("en", "October 11, 2017, Old Garden", ("2017-10-11", None, "Old Garden")),
        ("en", "October 11, 2017", ("2017-10-11", None, None)),
        ("ru", "11 октября 2017 года, 18:45 Старый сад", ("2017-10-11", "18:45", "Старый сад")),
        ("en", "Soon", (None, None, None)),
    ],
)
def test_a_page_of_a_special_mirror_is_read(language, published, expected):
    """The mirror prints a heading and one line with day, time and place above the text."""
    page = read_page(write_mirror("<p><b>Jane Doe:</b> Hello.</p><p>Bye.</p>", published=published, language=language), "101")
    assert texts(page) == ["Jane Doe: Hello.", "Bye."]
    assert page.paragraphs[0].bold == ((0, 9),)
    assert (page.title, page.language) == ("Talks on stars", language)
    assert (page.date, page.time, page.place) == expected
    assert [piece.reason for piece in page.removed] == ["day, time and place"]


def test_pages_are_recognised_by_the_number_they_carry():
    """Main site and mirror say which item they hold; a page of another site, or a mirror's without address, says nothing."""
    assert recognise(write_page("<p>Hi.</p>", number=102)) == "102"
    assert recognise(write_mirror("<p>Hi.</p>", number=103)) == "103"
    assert recognise(write_mirror("<p>Hi.</p>").replace(b"canonical", b"next")) is None
    assert recognise(b"<html><article><p>kremlin.ru</p></article></html>") is None


@pytest.mark.parametrize(
    ("raw", "asked", "own"),
    [
        (b'<link rel="canonical" href="http://en.kremlin.ru/events/president/news/101/print">', "101", True),
        (b'<link rel="canonical" href="http://en.kremlin.ru/events/president/news/101/print">', "102", False),
        (b'<a href="http://archive.kremlin.ru/">Home</a>', "archive-2006-05-10-105566", True),
        (b'<a href="http://kremlin.ru/">Home</a>', "101", False),
        (b"<p>Welcome</p>", "archive-2006-05-10-105566", False),
    ],
)
def test_a_page_in_an_unknown_form_must_say_whose_it_is(raw, asked, own):
    """Print pages and archives whose markup is not known are read by their looks only if they belong to the document."""
    assert is_own_page(raw, "kremlin", asked) is own


def test_the_details_are_no_text_of_the_body():
    """What stands below the body is one removed piece of its own."""
    page = read_page(write_page(""), "101")
    assert texts(page) == []
    assert [piece.reason for piece in page.removed] == ["tags and details of publication"]
    assert "Publication status" in page.removed[0].text and "Stars" in DETAILS

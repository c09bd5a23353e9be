"""Block pages: walls, doors and gaps are refused, pages are not."""

import re
import time
from pathlib import Path

import pytest
from made_pages import write_page

from framings import blocks
from framings.blocks import BlockError, find_wall, refuse_block_page, refuse_cut
from framings.sources.page import SourceError

REAL = Path(__file__).resolve().parents[1] / "../shared/corpus/kremlin/pages"


def html(title, body, heading=""):
    """Return a small page of HTML."""
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{heading and f'<h1>{heading}</h1>'}{body}</body></html>".encode()


MENU = "<ul>" + "".join(f"<li>Section number {n} of the site and what it is about</li>" for n in range(60)) + "</ul>"
WALLS = {
    "captcha": html("One more step", "<p>Please complete the CAPTCHA below.</p><form><input name=answer></form>"),
    "recaptcha script": html("Hello", "<div class='g-recaptcha' data-sitekey='x'></div>"),
    "access denied": html("Access Denied", "<p>You have no permission to see this. Reference #18</p>", "Access Denied"),
    "access to the page is denied": html("Error", "<p>Access to this resource is temporarily restricted.</p>"),
    "checking your browser": html("garden.example", "<p>Checking your browser before accessing the site.</p>"),
    "just a moment": html("Just a moment...", "<script src='/cdn-cgi/challenge-platform/h/b'></script>"),
    "attention required": html("Attention Required! | Cloudflare", "<p>Sorry, you have been blocked</p>"),
    "challenge script alone": html("", "<script>window._cf_chl_opt={};var s='/cdn-cgi/challenge-platform/x'</script>"),
    "ddos-guard": html("DDoS-Guard", "<p>Please wait a few seconds.</p>"),
    "human": html("Hold on", "<p>Verify you are human to go on.</p>"),
    "robot": html("Hold on", "<label><input type=checkbox> I'm not a robot</label>"),
    "too many requests": html("429", "<p>Too many requests. Slow down.</p>"),
    "country": html("Sorry", "<p>This content is not available in your country.</p>"),
    "teapot": html("I'm a teapot", "<p>short and stout</p>"),
    "long with a menu": html("Access denied", MENU),
    "доступ": html("Доступ запрещён", "<p>Обратитесь к администратору сайта.</p>"),
    "ограничен": html("Ошибка", "<p>Доступ к сайту временно ограничен.</p>"),
    "проверка": html("Подождите", "<p>Проверка браузера перед переходом на сайт</p>"),
    "робот": html("Подождите", "<p>Подтвердите, что вы не робот</p>"),
    "windows-1251": "<html><head><meta charset=windows-1251></head><body><h1>Доступ запрещен</h1></body></html>".encode("cp1251"),
}
OTHERS = {
    "soft 404": html("Page not found", "<p>The page you are looking for does not exist.</p>"),
    "soft 404 in russian": html("Страница не найдена", "<p>Проверьте адрес.</p>"),
    "login": html("Sign in", "<form><input type=password></form><p>Please log in to go on.</p>"),
    "login in russian": html("Вход", "<p>Войдите в систему, чтобы читать дальше.</p>"),
    "notice in the site's own clothes": write_page("<p>The page you requested could not be found.</p>"),
}
READ_BY = ("kremlin", "web")


@pytest.mark.parametrize("source", READ_BY)
def test_twenty_five_block_pages_are_refused(source):
    """Walls, logins and soft 404s in English and Russian: 25 of 25, for a known site and for an unknown one."""
    assert len(WALLS) + len(OTHERS) == 25
    for name, raw in WALLS.items():
        with pytest.raises(BlockError, match="wall"):
            refuse_block_page(source, raw, "101", 200)
        assert find_wall(raw), name
    for name, raw in OTHERS.items():
        with pytest.raises(SourceError) as refusal:
            refuse_block_page(source, raw, "101", 200)
        assert not isinstance(refusal.value, BlockError), name


@pytest.mark.parametrize("status", [401, 403, 418, 429, 451, 404, 500, 302])
def test_status_alone_refuses(status):
    """A good page under a status other than 200 is refused; where the site turned us away, as a block."""
    with pytest.raises(SourceError, match=f"answered {status}") as refusal:
        refuse_block_page("kremlin", write_page("<p>The garden is large and green.</p>"), "101", status)
    assert isinstance(refusal.value, BlockError) == (status in blocks.BLOCKED)


def test_page_passes_if_it_is_the_one_asked_for():
    """A short page with its body and number passes; with another number, an empty body or none it does not."""
    page = write_page("<p>The garden is large and green.</p>")
    assert refuse_block_page("kremlin", page, "101").paragraphs[0].text == "The garden is large and green."
    for raw, asked in ((page, "102"), (write_page("<p>a</p>"), "101"), (page.replace(b"articleBody", b"other"), "101")):
        with pytest.raises(SourceError):
            refuse_block_page("kremlin", raw, asked)


def test_speech_may_name_what_walls_say():
    """A transcript of some length may speak of captchas, passwords and pages not found, even in its headline."""
    talk = "<p>Jane Doe: We planted trees, and then a captcha said access denied, so please log in: page not found. </p>" * 12
    assert refuse_block_page("kremlin", write_page(talk, title="Access denied: talks on gardens"), "101")
    assert refuse_block_page("web", html("Talks on gardens", f"<article><h1>Talks</h1>{talk * 4}</article>"), "")


def test_cut_pages_are_refused_at_every_place():
    """A page of HTML without its end is refused wherever it was cut; with white space or a comment after it, it passes."""
    page = write_page("<p>The garden is large and green.</p>")
    for end in range(1, len(page)):
        with pytest.raises(SourceError, match=f"breaks off after {end} bytes"):
            refuse_cut(page[:end])
    for tail in (b"", b"\r\n \n", b"\n<!-- made in 0.1 s -->\n", b"<!-- a --><!-- b -->"):
        refuse_cut(page + tail)
    refuse_cut(page.replace(b"</html>", b"</HTML>"))
    refuse_cut(b'{"doc_id": "1", "text": "x"}')


def test_phrases_take_linear_time():
    """Each pattern reads five hostile texts of 50,000 characters in under a tenth of a second."""
    patterns = [value for value in vars(blocks).values() if isinstance(value, re.Pattern)]
    hostile = [
        "a " * 25_000,
        "access to the " * 3_600,
        "ip" * 25_000,
        "страниц" * 7_200,
        "</html> <!--" * 4_200,
        "page you " * 5_500,
    ]
    assert len(patterns) >= 5
    for pattern in patterns:
        for text in hostile:
            started = time.process_time()
            pattern.search(text.encode() if isinstance(pattern.pattern, bytes) else text)
            assert time.process_time() - started < 0.1, (pattern.pattern[:40], text[:10])


@pytest.mark.skipif(not REAL.is_dir(), reason="the real pages are not in ../shared")
def test_no_real_page_is_refused():
    """All real pages at hand, the shortest announcements among them, are whole and pass."""
    paths = sorted(REAL.glob("*.html"))
    assert len(paths) == 291
    for path in paths:
        raw = path.read_bytes()
        refuse_cut(raw)
        refuse_block_page("kremlin", raw, path.stem)
        assert find_wall(raw) is None

"""Facts about the report's explorer."""

import functools
import importlib.util
import json
import re
import shutil
import time

import numpy as np
import pytest
from explorer_pages import COMPOSITES, SAID, SOURCE, collect, draw_once, make_tables, open_browser, read_axe, write_page
from test_products import HOSTILE
from test_report import Page

from framings.explorer import pack_block, pack_text, unpack_block
from framings.explorer_page import hash_script
from framings.svgs import embed_svg

HAS_CHARTS = all(importlib.util.find_spec(name) for name in ("altair", "vl_convert"))
HAS_BROWSER = bool(shutil.which("chromium") and shutil.which("chromedriver") and importlib.util.find_spec("selenium"))
needs_charts = pytest.mark.skipif(not HAS_CHARTS, reason="altair or vl-convert-python is not installed")
in_browser = [
    pytest.mark.browser,
    needs_charts,
    pytest.mark.skipif(not HAS_BROWSER, reason="no Chromium with its driver, or no selenium, on this machine"),
]
BLOCK = re.compile(r'<script type="application/octet-stream" id="block-([\w-]+)">([^<]*)</script>')


# The data ----------------------------------------------------------------------------------------------------------


def test_equal_tables_give_equal_bytes():
    """Packing knows no time and no order of chance; what is packed comes back."""
    first, second = (json.dumps([pack_block(part) for part in collect()]) for _ in range(2))
    assert first == second
    assert unpack_block(pack_block({"a": [1, None, "ё </script>"]})) == {"a": [1, None, "ё </script>"]}
    every = pack_text("".join(map(chr, range(0x2000))))
    assert len(set(every)) == 85 and not set(every) & set("<>&\"'\\ ")


def test_the_sentences_behind_a_share_are_those_of_the_tables():
    """For each actor and stage, as many sentences carry the code as a join of frame and codes gives."""
    core, _ = collect()
    tables = make_tables()[0]
    frame, codes = tables["frame"], tables["codes"].query("code == 'OS09'")
    expected = frame[frame["sentence_id"].isin(codes["sentence_id"])].groupby(["actor_id", "stage_id"]).size().to_dict()
    places, actors = np.cumsum(core["sentences"]["document"]), core["sentences"]["actor"]
    found = {}
    for k in np.cumsum(core["given"]["dictionary"]["OS09"]):
        key = actors["of"][actors["at"][k]], core["documents"]["stage"][places[k]]
        found[key] = found.get(key, 0) + 1
    assert found == expected and sum(found.values()) > 50
    assert core["given"]["dictionary"]["OS_any"] == core["given"]["dictionary"]["OS09"]


def test_shares_and_tests_are_copied_not_computed():
    """Every row of the table of shares is there, with its numbers rounded to four digits, and every test."""
    core, _ = collect()
    tables = make_tables()[0]
    shares = core["shares"]
    assert [shares["code"]["of"][k] for k in shares["code"]["at"]] == tables["prevalence"]["code"].tolist()
    given = tables["prevalence"]["share"].round(4)
    assert [value for value in shares["share"] if value is not None] == given.dropna().tolist()
    assert len(core["tests"]) == len(tables["assessments"]) and core["tests"][0]["actors"] == ["NORTH", "EAST"]


def test_a_sentence_is_found_again_in_its_packed_text():
    """Undoing the steps gives paragraph, start and end of each sentence, and so its words."""
    core, shards = collect()
    sentences = make_tables()[0]["sentences"]
    for text in shards[0][:5]:
        rows, p, end, found = np.array(text["n"]).reshape(-1, 4), 0, 0, []
        for k, (_, step, start, length) in enumerate(rows.tolist()):
            start += end if k and not step else 0
            p, end = p + step, start + length
            found.append(text["p"][p][start:end])
        mine = sentences[sentences["document_id"] == core["documents"]["id"][text["d"]]]
        assert found == mine["text"].tolist()


def test_the_text_of_a_withheld_document_is_nowhere_in_the_data():
    """Its sentences keep actor, day and address; nothing else that the page prints."""
    plain = collect()[0]["documents"]["id"][0]
    core, shards = collect(withheld=(plain,))
    assert core["documents"]["withheld"][0] == 1
    text = next(text for shard in shards for text in shard if text["d"] == 0)
    assert text["p"] == [] and text["s"] == [] and text["m"] == [] and len(text["n"]) == 40
    kept = {label for label, actor, _ in text["t"]}
    assert kept <= {"", "NORTH", "EAST", "SOUTH", "BODY"}


def test_texts_beyond_the_budget_are_listed_not_held():
    """Documents with talk on integration come first."""
    core, shards = collect(text_budget=-1)
    assert shards == [] and set(core["documents"]["shard"]) == {-1}
    held = collect()[0]["documents"]["shard"]
    assert min(held) == 0


def test_a_coder_that_read_some_sentences_is_not_said_to_have_denied_the_others():
    """What was read is kept beside what was given."""
    from framings.explorer import list_codes

    tables, names, _ = make_tables()
    some = tables["frame"]["sentence_id"].head(4)
    coded = tables["codes"].head(0).assign(coder_id="x")
    coded = coded.reindex(range(4)).assign(
        sentence_id=some.to_numpy(), coder_id="anna", coder_kind="human_trained", code=["OS09", "NONE", "NONE", "OS01"]
    )
    core = collect()[0]
    place = {name: k for k, name in enumerate(core["documents"]["id"])}
    found = list_codes(tables | {"coded": coded}, place, list(names["titles"]), COMPOSITES)
    assert len(found["read"]["anna"]) == 4 and set(found["given"]["anna"]) == {"OS09", "OS01", "OS_any"}


# Figures -----------------------------------------------------------------------------------------------------------


def test_a_figure_is_made_small_and_keeps_its_texts():
    """Head, comments and idle ids go, scales and places stay; the address ends no attribute."""
    svg = '<?xml version="1.0"?><svg><!-- a --><g id="x"><path id="u" d="M1.23 2L3 4"/><use xlink:href="#u" x="5.43"/>'
    svg += '<g transform="scale(0.015625 -0.015625)"><text>50 % &amp; #1</text></g></g></svg>'
    address = str(embed_svg(svg.encode()))
    assert (
        "scale(0.015625 -0.015625)" in address and "<!--" not in address and "<svg><g><path id='g0' d='M1.23 2L3 4'/>" in address
    )
    assert '"' not in address and "50 %25 &amp;amp; %231" in address and address.startswith("data:image/svg+xml,")


# The page ----------------------------------------------------------------------------------------------------------


@needs_charts
def test_charts_hold_no_data_and_need_no_evaluation():
    """Each names its rows; shares, tests and topics have intervals."""
    charts, vega = draw_once()
    assert set(charts) == {"shares", "frames", "time", "tests", "topics"}
    assert all('"name": "rows"' in json.dumps(spec) for spec in charts.values())
    assert all('"x2": {"field": "high"}' in json.dumps(charts[name]) for name in ("shares", "tests", "topics"))
    assert "expressionInterpreter" in vega


@needs_charts
def test_only_scripts_named_by_their_hash_may_run():
    """The policy allows two scripts, no evaluation, no connection; the page's only live script is one of them, Vega the other."""
    html = write_page()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    live = re.findall(r"<script>(.*?)</script>", html, flags=re.S)
    allowed = re.search(r"script-src ([^;]+);", policy)[1].split(" ")
    assert [hash_script(live[0]), hash_script(draw_once()[1])] == allowed and len(live) == 1
    assert "unsafe-eval" not in policy and "connect-src 'none'" in policy
    assert dict(BLOCK.findall(html)).keys() >= {"core", "vega", "settings", "text-0", "table-prevalence"}


def test_the_script_puts_texts_in_as_texts():
    """No way of the browser to read markup or run text is used."""
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|setTimeout\(\"", SOURCE[1]
    )
    assert "</script" not in SOURCE[1] and "fetch(" not in SOURCE[1]


@needs_charts
def test_no_hostile_text_becomes_an_element_of_the_page_with_an_explorer():
    """Forty payloads through every text leave the elements as they were."""
    plain, page = (Page(write_page(payloads)) for payloads in (tuple(f"harmless {k:02d}" for k in range(40)), tuple(HOSTILE)))
    counts = [{tag: seen.tags.count(tag) for tag in set(seen.tags) - {"tr", "td"}} for seen in (plain, page)]
    assert counts[0] == counts[1] and not page.events


# In a browser ------------------------------------------------------------------------------------------------------


class Reader:
    """A reader with a browser."""

    def __init__(self, browser, folder):
        self.browser, self.folder, self.run = browser, folder, browser.execute_script

    def open(self, name, html, address=""):
        """Open a page and forget what was logged before."""
        path = self.folder / f"{name}.html"
        path.write_text(html, encoding="utf-8")
        self.browser.get("about:blank")
        for kind in ("browser", "performance"):
            self.browser.get_log(kind)
        self.browser.get(path.as_uri() + address)

    def go(self, address):
        """Follow a link within the page."""
        self.run("location.hash = arguments[0]", address)

    def wait(self, script, *values):
        """Return what a script gives as soon as it gives something, within ten seconds."""
        for _ in range(200):
            if found := self.run(f"return {script}", *values):
                return found
            time.sleep(0.05)
        raise AssertionError(f"in ten seconds nothing came of {script}; the list says {self.count()!r}")

    def rest(self, node):
        """Wait until an element stands still in the window: the page may still be scrolling smoothly to what its address names."""
        last = None
        for _ in range(100):
            place = self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'}); return scrollY", node)
            time.sleep(0.15)
            still = self.run("return scrollY")
            if place == still == last:
                return
            last = still
        raise AssertionError("the page does not come to rest")

    def count(self):
        """Return what the list says of itself."""
        return self.run("return document.getElementById('x-count').textContent").replace("\u202f", "")

    def wait_count(self, start):
        self.wait("document.getElementById('x-count').textContent.startsWith(arguments[0])", start)

    def faults(self):
        """Return what the console holds since the page was opened."""
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """Return the addresses asked for since the page was opened, but the page itself and pictures inside it."""
        seen = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        asked = [entry["params"]["request"]["url"] for entry in seen if entry["method"] == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith(("data:image/", "file:"))]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorer")
    browser = open_browser(folder)
    yield Reader(browser, folder)
    browser.quit()


def expected_count(**wanted):
    """Return how many sentences of the frame carry OS09, by actor and stage if asked."""
    tables = make_tables()[0]
    frame = tables["frame"][tables["frame"]["sentence_id"].isin(tables["codes"]["sentence_id"])]
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    return len(frame)


@pytest.mark.usefixtures("reader")
class TestInBrowser:
    """The page as a reader meets it."""

    pytestmark = in_browser

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "x",
            "a" * 2_000_000,
            "".join(c * k for c in "abc" for k in (3, 4, 5, 258, 259, 260)),
            "".join(map(chr, range(0xD7FF))),
            "".join(chr(97 + k * k % 7919 % 26) for k in range(1_300_000)),
        ],
        ids=["nothing", "one", "a long run", "runs of every kind", "every letter", "two blocks"],
    )
    def test_the_script_unpacks_what_python_packed(self, reader, text):
        """The script's unpacking alone, on texts at the edges of bzip2: none, runs, all bytes, more than one block of 900 kB."""
        source = SOURCE[1]
        unpack = source[source.index("  const SIGNS") : source.index("  // Tables of the paper")]
        block = f'<script type="application/octet-stream" id="block-x">{pack_text(text)}</script>'
        page = f"{block}<script>const byId = (id) => document.getElementById(id);\n{unpack}\nunpackText('x').then((t) => {{ window.got = t; }});</script>"
        reader.open("packed", f"<!doctype html><meta charset=utf-8>{page}")
        reader.wait("window.got !== undefined")
        length, digest = reader.run(
            "let h = 0; for (const c of got) h = (31 * h + c.codePointAt(0)) % 1000000007; return [[...got].length, h]"
        )
        expected = functools.reduce(lambda h, c: (31 * h + ord(c)) % 1000000007, text, 0)
        assert (length, digest) == (len(text), expected)

    def test_filters_count_what_the_tables_count_and_back_undoes_them(self, reader):
        """Actor, stage and frame narrow the list; the back button gives the list before."""
        reader.open("plain", write_page(), "#explore?view=shares")
        reader.wait_count(f"{len(make_tables()[0]['frame'])} sentences")
        reader.go("#explore?view=shares&code=OS09&actor=NORTH")
        north = expected_count(actor_id="NORTH")
        reader.wait_count(f"{north} sentence")
        select = "const s = document.getElementById('x-stage'); s.value = 'ST3'; s.dispatchEvent(new Event('change'))"
        reader.run(select)
        fewer = expected_count(actor_id="NORTH", stage_id="ST3")
        reader.wait_count(f"{fewer} sentence")
        assert 0 < fewer < north and "stage=ST3" in reader.browser.current_url
        assert "Single economic space" in reader.count()
        reader.browser.back()
        reader.wait_count(f"{north} sentence")
        assert not reader.faults() and not reader.requests()

    def test_a_mark_of_a_chart_leads_to_the_sentences_behind_it(self, reader):
        """A press on a dot and on a table's button give the same filters; what the dictionary matched is marked."""
        reader.open("plain", write_page(), "#explore?view=shares&code=OS09")
        reader.wait("document.querySelectorAll('.x-chart svg').length === 2 && document.querySelector('.x-item')")
        from selenium.webdriver import ActionChains

        dot = reader.run(
            "const d = [...document.querySelectorAll('.x-chart svg .mark-symbol path')].find((p) => p.__data__?.datum?.stage === 'ST2' && p.__data__.datum.actor === 'EAST');"
            "d.scrollIntoView({block: 'center', behavior: 'instant'}); return d"
        )
        reader.rest(dot)
        ActionChains(reader.browser).move_to_element(dot).click().perform()
        n = expected_count(actor_id="EAST", stage_id="ST2")
        reader.wait("location.hash.includes('actor=EAST') && location.hash.includes('stage=ST2')")
        reader.wait_count(f"{n} sentence")
        marks = reader.wait("[...document.querySelectorAll('.x-item mark')].map((m) => m.textContent)")
        assert set(marks) == {"shared memory"} and len(marks) == min(n, 20)
        button = "[...document.querySelectorAll('#x-view tbody tr')].find((r) => r.textContent.includes('Customs union') && r.textContent.includes('East'))"
        reader.go("#explore?view=shares&code=OS09")
        reader.wait(f"{button} !== undefined")
        reader.run(f"{button}.querySelector('button').click()")
        reader.wait_count(f"{n} sentence")
        assert not reader.faults()

    def test_every_view_draws_its_chart(self, reader):
        """Shares, time, hypotheses and topics; a bar of a year leads to its sentences."""
        reader.open("plain", write_page(), "#explore?view=time&code=OS09")
        reader.wait("document.querySelectorAll('.x-chart svg .mark-rect path').length > 5")
        for view in ("tests", "topics"):
            reader.go(f"#explore?view={view}")
            reader.wait("document.querySelectorAll('.x-chart svg .mark-symbol path').length > 3")
        reader.run("[...document.querySelectorAll('.x-topic button')][0].click()")
        reader.wait_count("5 turns")
        assert not reader.faults() and not reader.requests()

    def test_search_finds_the_one_turn_in_which_a_word_is_said(self, reader):
        """Upper and lower case are one; a phrase in quotation marks stays together; filters apply."""
        reader.open("plain", write_page(), "#explore?view=search&q=STERNwheeler")
        reader.wait_count("1 turn in 1 document")
        assert reader.run("return document.querySelector('.x-item mark').textContent") == "sternwheeler"
        reader.go('#explore?view=search&q="the sternwheeler remember"')
        reader.wait_count("0 turns")
        reader.go('#explore?view=search&q="remember the" sternwheeler')
        reader.wait_count("1 turn in 1 document")
        reader.go("#explore?view=search&q=shared memory")
        spoken = make_tables()[0]["turns"]
        reader.wait_count(str(len(spoken)))
        assert not reader.faults()

    def test_links_lead_to_a_sentence_a_document_a_hypothesis_and_a_row(self, reader):
        """A sentence is framed in its document; a packed table opens at its row; every target exists."""
        sentence = make_tables()[0]["sentences"].set_index("text").loc[SAID, "sentence_id"]
        reader.open("plain", write_page(), f"#s-{sentence}")
        assert reader.wait("document.querySelector('.x-doc .found')?.textContent") == SAID
        assert reader.run("return document.activeElement.id") == f"s-{sentence}"
        assert reader.run("return document.querySelectorAll('.x-doc .direction').length") == 1
        document = sentence.split(":")[0]
        reader.go(f"#d-{document}")
        reader.wait("!document.querySelector('.x-doc .found') && document.activeElement.tagName === 'H3'")
        reader.go("#t-prevalence-3")
        assert reader.wait("document.querySelector('#t-prevalence-3.shown td')?.textContent") == "dictionary"
        reader.go("#h-H2")
        reader.wait("Math.abs(document.getElementById('h-H2').getBoundingClientRect().top) < innerHeight")
        targets = "[...document.querySelectorAll('a.num')].map((a) => a.hash.slice(1))"
        tables = {target.split("-")[1] for target in reader.run(f"return {targets}")}
        for table in sorted(tables):
            reader.go(f"#t-{table}")
            reader.wait("document.querySelector(`[data-table='${arguments[0]}'] table`)", table)
        assert reader.run(f"return {targets}.filter((id) => !document.getElementById(id))") == []
        reader.go("#d-nobody")
        reader.wait("document.getElementById('x-view').textContent.includes('no document or sentence')")
        reader.go("#explore?view=constructor&coder=toString&actor=%E0%A4%A")
        reader.wait("document.querySelector('#x-views [aria-current]').textContent === 'Shares'")
        assert not reader.faults()

    def test_forty_payloads_stay_texts(self, reader):
        """Every view with payloads in title, label, sentence, claim, topic and names: nothing runs, loads, or becomes an element."""
        reader.open("hostile", write_page(tuple(HOSTILE)), "#explore?view=shares&code=OS09")
        reader.run("window.alert = () => { window.hurt = true; }")
        for view in ("shares&code=OS09", "time", "tests", "topics&topic=topic_01", "search&q=shared", "documents"):
            reader.go(f"#explore?view={view}")
            reader.wait("document.querySelector('#x-items *') && !document.querySelector('.x-chart > :empty')")
            for _ in range(3):
                reader.run("const m = document.getElementById('x-more'); if (!m.hidden) m.click()")
                time.sleep(0.1)
        for document in make_tables(tuple(HOSTILE))[0]["turns"]["document_id"].unique():
            reader.go(f"#d-{document}")
            reader.wait("document.querySelector('.x-doc') && location.hash.slice(3)")
        live = "#explorer :is(script, iframe, img, object, embed, base, link, meta, form, video, math, style, textarea, marquee, [onclick], [onerror], [onload])"
        assert reader.run("return document.querySelectorAll(arguments[0]).length", live) == 0
        assert (
            reader.run(
                "return [...document.querySelectorAll('#explorer a')].filter((a) => !/^(#|https?:)/.test(a.getAttribute('href'))).length"
            )
            == 0
        )
        assert not reader.run("return window.hurt") and not reader.requests() and not reader.faults()
        shown = reader.run("return document.querySelector('.x-doc').textContent")
        assert "alert(1)" in shown or "7*7" in shown or "&lt;" in shown or "evil.example" in shown or "&#60;" in shown

    def test_a_withheld_document_is_shown_by_reference(self, reader):
        """Id, speaker, day and link; no word of it can be found."""
        sentence = make_tables()[0]["sentences"].set_index("text").loc[SAID, "sentence_id"]
        document = sentence.split(":")[0]
        reader.open("withheld", write_page(withheld=(document,)), "#explore?view=search&q=sternwheeler")
        reader.wait_count("0 turns")
        reader.go(f"#s-{sentence}")
        assert "may not be redistributed" in reader.wait("document.getElementById('x-view').textContent")
        reader.go(f"#explore?view=shares&doc={document}")
        items = reader.wait("[...document.querySelectorAll('.x-item')].map((item) => item.textContent)")
        assert items and all("may not be redistributed" in item and document in item for item in items)

    def test_axe_finds_nothing_serious(self, reader):
        """No violation that axe-core calls serious or critical, in any view."""
        axe = read_axe()
        if axe is None:
            pytest.skip("no package with axe-core is installed")
        reader.open("plain", write_page(), "#explore?view=shares&code=OS09")
        found, place = [], "document"
        for view in ("shares&code=OS09", "time", "topics&topic=topic_01", "search&q=memory", "document"):
            reader.go(f"#explore?view={view}" if view != "document" else f"#d-{make_tables()[0]['turns']['document_id'].iloc[0]}")
            reader.wait("document.querySelector('#x-items *, .x-doc') && !document.querySelector('.x-chart > :empty')")
            reader.run("document.querySelectorAll('#explorer details').forEach((d) => { d.open = true; })")
            reader.browser.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
            told = "r.violations.map((v) => [v.impact, v.id, v.nodes[0].html.slice(0, 120)])"
            result = reader.browser.execute_async_script(
                f"axe.run({place}, {{resultTypes: ['violations']}}).then((r) => arguments[0]({told}))"
            )
            place = "'#explorer'"  # the paper around it does not change
            found += [(view, *row) for row in result if row[0] in ("serious", "critical")]
        assert found == []

    def test_a_phone_needs_no_sideways_scrolling_and_print_leaves_the_explorer_out(self, reader):
        """At 390 pixels no view is wider than the screen."""
        size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
        reader.open("plain", write_page(), "#explore?view=shares")
        reader.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        widths = {}
        for view in ("shares", "time", "tests", "topics", "search&q=memory", "documents"):
            reader.go(f"#explore?view={view}")
            reader.wait("document.querySelector('#x-items *, .x-topic') && !document.querySelector('.x-chart > :empty')")
            widths[view] = reader.run("return document.documentElement.scrollWidth")
        reader.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        assert set(widths.values()) == {390}
        reader.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        hidden = reader.run("return getComputedStyle(document.getElementById('x-app')).display")
        reader.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        assert hidden == "none"

    def test_the_keyboard_reaches_everything(self, reader):
        """The skip link comes first; filters, views and buttons can be focused; more sentences move the focus to the first new one."""
        from selenium.webdriver.common.keys import Keys

        reader.open("plain", write_page(), "")
        reader.browser.switch_to.active_element.send_keys(Keys.TAB)
        assert reader.run("return document.activeElement.className") == "skip"
        reader.browser.switch_to.active_element.send_keys(Keys.ENTER)
        reader.wait("!document.getElementById('x-app').hidden && document.querySelectorAll('.x-item').length === 20")
        reader.run("document.getElementById('x-more').focus()")
        reader.browser.switch_to.active_element.send_keys(Keys.ENTER)
        reader.wait("document.querySelectorAll('.x-item').length === 40")
        assert reader.wait("document.activeElement === document.querySelectorAll('.x-item')[20]")
        assert not reader.faults()

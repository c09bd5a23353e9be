"""Facts about the page on which coders read the codebook."""

import base64
import hashlib
import itertools
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from framings.codebook import read_codebook
from framings.codebook_pages import render_codebook

ROOT = Path(__file__).parents[1]
TEMPLATE = (ROOT / "docs/codebook.html.j2").read_text(encoding="utf-8")
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></article><svg onload=alert(1)>",
    "{{ 7 * 7 }} & <b>",
]


class Tree(HTMLParser):
    """The tags of a page, their attributes and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.held, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.held.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def book():
    return read_codebook((ROOT / "data/reference/codebook.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(book):
    return render_codebook(TEMPLATE, book)


def test_everything_of_the_codebook_is_on_the_page(book, page):
    """Definitions, rules, examples, steps, attributes and every pattern."""
    text = " ".join(Tree(page).text.split())
    for column in ("title", "definition", "include", "exclude", "ground"):
        assert [value for value in book.codes[column] if " ".join(value.split()) not in text] == []
    shown = [*book.decision_order, *(rule["rule"] for rule in book.collisions), *book.patterns["pattern"], book.what_is_measured]
    shown += [example for examples in book.codes["examples"] for _, example in examples]
    shown += [part for parts in book.codes["counterexample"] for part in parts]
    shown += [text for attribute in book.attributes for text in attribute["values"].values()]
    assert [value for value in shown if " ".join(value.split()) not in text] == []


def test_the_page_stands_alone_and_can_be_read_by_all(page):
    """No other file is asked for; landmarks, labels, languages, one heading of the first level; links lead to ids of the page."""
    tree = Tree(page)
    ids = [held["id"] for _, held in tree.held if "id" in held]
    assert len(ids) == len(set(ids))
    targets = [held["href"] for tag, held in tree.held if tag == "a"]
    assert targets and {target[1:] for target in targets if target[0] == "#"} <= set(ids) and all(t[0] == "#" for t in targets)
    assert not {"link", "img", "iframe"} & set(tree.tags) and not re.search(r"https?://", page)
    assert [tree.tags.count(tag) for tag in ("h1", "main", "header", "nav", "footer", "script")] == [1] * 6
    assert ("label", {"for": "search"}) in tree.held and tree.held[0] == ("html", {"lang": "en"})
    assert sum(held.get("lang") == "ru" for _, held in tree.held) > 60
    assert all(held["aria-labelledby"] in ids for _, held in tree.held if "aria-labelledby" in held)
    levels = [int(tag[1]) for tag in tree.tags if re.fullmatch("h[1-6]", tag)]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def contrast(one, other="#ffffff"):
    """The contrast ratio of two colours as WCAG 2 defines it."""
    parts = [[int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)] for colour in (one, other)]
    light = [
        sum(
            w * (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4)
            for w, c in zip((0.2126, 0.7152, 0.0722), rgb, strict=True)
        )
        for rgb in parts
    ]
    return (max(light) + 0.05) / (min(light) + 0.05)


def test_text_stands_out_from_its_paper():
    """Each colour in which text is set has a contrast of 4.5 or more on white and on the paper of patterns."""
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", TEMPLATE))
    assert round(contrast("#767676"), 2) == 4.54
    for name in ("ink", "soft", "RS", "OS", "residual", "marker"):
        assert contrast(colours[name]) >= 4.5 and contrast(colours[name], colours["paper"]) >= 4.5


def hostile_page():
    """The page of a small codebook all texts of which are hostile."""
    quoted = [text.replace("'", "''") for text in HOSTILE]
    fields = ("title", "definition", "include", "exclude", "ground")
    entry = ", ".join(f"{name}: '{quoted[k % 4]}'" for k, name in enumerate(fields))
    lists = "[" + ", ".join(f"'{text}'" for text in quoted) + "]"
    code = f"- {{id: RS01, name: a, {entry}, borderline: {lists}, examples: {{en: {lists}, ru: {lists}}}, "
    code += f"counterexample: {{text: '{quoted[0]}', why: '{quoted[1]}'}}, en: [crisis]}}"
    attribute = f"- {{id: object, title: '{quoted[0]}', applies_to: '{quoted[1]}', definition: '{quoted[2]}', values: {{a: '{quoted[3]}'}}}}"
    text = (
        f"version: '{quoted[0]}'\nwhat_is_measured: '{quoted[1]}'\ndecision_order: {lists}\nattributes:\n  {attribute}\n"
        f"families:\n  RS:\n    name: '{quoted[2]}'\n    definition: '{quoted[0]}'\n    subframes:\n      {code}\n"
        f"composites:\n  - {{id: ANY, title: '{quoted[2]}', any: [RS01]}}\n"
        f"collisions:\n  - {{cue: '{quoted[1]}', codes: [RS01], rule: '{quoted[2]}'}}\n"
    )
    return render_codebook(TEMPLATE, read_codebook(text))


def test_no_text_of_the_codebook_becomes_an_element():
    """Markup in any field is shown as text."""
    tree = Tree(hostile_page())
    assert tree.tags.count("script") == 1 and not {"img", "svg"} & set(tree.tags)
    assert not any(name.startswith("on") for _, held in tree.held for name in held)
    assert tree.text.count("{{ 7 * 7 }} & <b>") >= 4


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium on this machine")
def test_the_search_leaves_what_holds_the_words(page, tmp_path, book):
    """Searching for a code's example leaves its entry alone; the policy lets the page's own script run and no other."""
    words = "copper currency"
    trial = (
        f'field.value = "{words}"; search(); document.title = "searched";</script><script>document.title = "foreign";</script>'
    )
    trial = page.replace("search();\n</script>", "search();\n" + trial)
    policy = re.compile(r"script-src '[^']+'")
    digest = re.search(r"<script>(.*?)</script>", trial, re.S).group(1)
    hashed = base64.b64encode(hashlib.sha256(digest.encode()).digest()).decode()
    place = tmp_path / "codebook.html"
    place.write_text(policy.sub(f"script-src 'sha256-{hashed}'", trial, count=1), encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    command += ["--disable-background-networking", "--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}"]
    seen = subprocess.run(
        [*command, "--dump-dom", place.as_uri()], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    tree = Tree(seen)
    left = [held["id"] for tag, held in tree.held if tag == "article" and "hidden" not in held]
    assert left == ["RS01"] and "<title>searched</title>" in seen
    assert f"1 of {len(book.codes) + len(book.attributes)} entries" in tree.text

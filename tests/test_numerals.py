"""No numeral stands in the report's source, and every numeral in the report is cited, a setting, or words of a table or a file."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from scipy.special import stdtrit
from test_report import REFERENCE_NOTE, write_coded_report, write_report

from framings.citations import Citations, ReportError
from framings.estimates import DETECTABLE, LEVEL
from framings.report import CONSTANTS, POWER

TEMPLATES = sorted((Path(__file__).parents[1] / "workflow/report").glob("*.j2"))
# Of a template, what is no prose: comments, style sheets and scripts, tags with their attributes. Statements and expressions are left out
# too, but not the text in quotes inside them, which is printed.
NO_PROSE = re.compile(r"\{#.*?#\}|<style\b.*?</style>|<script\b.*?</script>", re.S)
LOGIC = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
# Of a template in Markdown also: commands (in backquotes, or indented), the numbers that open the steps of a list, a hash's name.
NO_PROSE_MD = re.compile(r"`[^`\n]*`|^ {4}.*$|^\d+\. |SHA-256", re.M)
QUOTED = re.compile(r'"([^"]*)"')
# A string in quotes is no prose where it names something: a number or a cell (no space in it).
NAME = re.compile(r"\S*")
PROSE = ("p", "li", "td", "caption", "figcaption", "blockquote", "h1", "h2", "h3", "h4", "summary", "th")
SAID = ("data-number", "data-setting", "data-from", "data-table")
VOID = ("meta", "img", "br", "link", "input", "hr", "wbr", "col", "source", "base", "embed")


def list_prose(template, markdown=False):
    """Return the pieces of a template that are printed as they stand: text outside tags, and sentences in quotes inside expressions."""
    text = NO_PROSE_MD.sub(" ", NO_PROSE.sub(" ", template)) if markdown else NO_PROSE.sub(" ", template)
    pieces = [piece for logic in LOGIC.findall(text) for piece in QUOTED.findall(logic) if not NAME.fullmatch(piece)]
    return [*pieces, re.sub(r"<[^>]*>", " ", LOGIC.sub(" ", text))]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_numeral_stands_in_the_prose_of_a_template(path):
    """Neither in its text nor in a sentence in quotes inside an expression; levels and powers are constants."""
    for piece in list_prose(path.read_text(encoding="utf-8"), markdown=".md" in path.suffixes):
        assert not re.search(r"\d", piece), " ".join(piece.split())[:200]


@pytest.mark.parametrize(
    "typed", ["<p>In 7 cases.</p>", '{{ table(rows, "with 95 % intervals") }}', '{% call figure("a", "5 of them") %}']
)
def test_a_typed_numeral_is_found(typed):
    """In text, in an argument, in a caption; not in a name or an attribute."""
    assert any(re.search(r"\d", piece) for piece in list_prose(typed))
    assert any(re.search(r"\d", piece) for piece in list_prose("It took 7 hours.", markdown=True))
    named = '<h2 id="x1">A</h2>{{ n("share.RS01", 2) }}{{ rows[1] }}<style>b{margin:1em}</style>{# 3 #}'
    assert not any(re.search(r"\d", piece) for piece in list_prose(named))


class Numerals(HTMLParser):
    """Collects the text with digits in the prose of <main> that no element around it says the source of, and the numbers' ids.

    Left out are: the tables at the end (data-table), whose rows have ids and whose columns have headings, so that a cell is named
    table:row:column; what stands in an element with data-from, which is words of a table or of a file of the corpus (claims, titles,
    labels, sentences, reasons, hashes) or the order of figures and tables; <code>; headings of columns, which name measures (F1, AC1).
    """

    def __init__(self, html):
        super().__init__()
        self.open, self.strays, self.ids, self.settings = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids += [attrs["data-number"]] if "data-number" in attrs else []
        self.settings += [attrs["data-setting"]] if "data-setting" in attrs else []
        if tag not in VOID:
            self.open.append((tag, any(name in attrs for name in SAID)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tags = [tag for tag, _ in self.open]
        if re.search(r"\d", data) and "main" in tags and set(PROSE) & set(tags):
            named = any(said for _, said in self.open) or "code" in tags or "thead" in tags
            self.strays += [] if named else [" ".join(data.split())]


@pytest.mark.parametrize(
    "write",
    [
        write_report,
        lambda: write_report(simulated=True),
        write_coded_report,
        lambda: write_coded_report("dictionary", note=REFERENCE_NOTE),
    ],
    ids=["dictionary", "simulated", "corrected", "dictionary beside others"],
)
def test_every_numeral_in_the_prose_says_where_it_is_from(write):
    """Paragraphs, items, captions and cells hold no digit outside an element that names a number, a setting or a file."""
    found = Numerals(write())
    assert found.strays == []
    assert len(found.ids) > 100 and {name for name, _ in CONSTANTS.values()} == set(found.settings)


def test_a_stray_numeral_is_found():
    """A digit in a paragraph of <main> is one, in a number or a heading of columns it is none."""
    html = '<main><p>In 7 of <a data-number="n">9</a></p><table><thead><tr><th>F1</th></tr></thead><tr><td>3</td></tr></table></main><p>1</p>'
    assert Numerals(html).strays == ["In 7 of", "3"]


def test_the_demo_report_holds_no_stray_numeral():
    """The report of the simulated corpus, where it has been built; its numbers are the printed entries of numbers.json."""
    folder = Path(__file__).parents[1] / "results/demo"
    if not (folder / "report.html").exists():
        pytest.skip("results/demo has not been built here")
    found = Numerals((folder / "report.html").read_text(encoding="utf-8"))
    numbers = json.loads((folder / "numbers.json").read_text(encoding="utf-8"))
    if not all("printed" in entry for entry in numbers.values()):
        pytest.skip("results/demo was built by an earlier version")
    assert found.strays == []
    assert set(found.ids) == {name for name, entry in numbers.items() if entry["printed"]}


def test_the_power_in_the_prose_is_that_of_the_smallest_detectable_difference():
    """2.85 standard errors are the sum of t's quantiles for the level and the power with 44 degrees of freedom, to a hundredth or two."""
    assert stdtrit(44, 1 - LEVEL / 2) + stdtrit(44, POWER) == pytest.approx(DETECTABLE, abs=0.02)


def test_a_cell_that_is_not_there_stops_the_report():
    """A table, row or column that nobody gave is named in the message."""
    for call in ('cell("nowhere", 0, "share")', 'cell("prevalence", 0, "shaer")', 'cell("prevalence", 99999, "share")'):
        with pytest.raises(ReportError, match="the report cites"):
            write_report(template="{{ " + call + " }}")


def test_two_numbers_do_not_share_a_name():
    """The same recipe twice is one entry; another recipe under its name is refused."""
    cite = Citations({}, {"t": pd.DataFrame({"kind": ["a", "b"], "n": [1, 2]})})
    assert str(cite.over("all", "t", "sum", "n")) == str(cite.over("all", "t", "sum", "n"))
    with pytest.raises(ReportError, match="two places"):
        cite.over("all", "t", "rows")
    cite.cell("t", 1, "n")
    entry = cite.list_numbers()["t.b.n"]
    assert (entry["value"], entry["row"], entry["column"], entry["file"], entry["printed"]) == (2, 1, "n", "t.parquet", True)

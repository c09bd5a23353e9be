"""Row 19, without a browser: what stands in pages and hand tables stays text in every product that the rules write."""

import csv
import io
import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from payloads import FORMULAS, HOSTILE, TYPESETTING, find_live, is_formula, read_elements
from trials import Trial

pytestmark = pytest.mark.slow

PRODUCTS = ["describe_corpus", "plot_figures", "release_tables", "typeset_tables", "run_notebooks", "collect_explorer"]
PRODUCTS += ["render_report"]
TEXTS = [*HOSTILE, *FORMULAS, *TYPESETTING]


def mixed(number, count):
    """Return one of ``count`` cells that between them hold every payload, each cell beginning with another."""
    return " ".join(TEXTS[(number + k * count) % len(TEXTS)] for k in range(-(-len(TEXTS) // count)))


def poison(folder, table_name, **columns):
    """Put payloads before the texts of some columns of a table of the results; ``columns`` says over how many cells they go."""
    path = folder / f"results/demo/{table_name}.parquet"
    table = pd.read_parquet(path)
    for column, count in columns.items():
        given = table[column].notna()
        table.loc[given, column] = [f"{mixed(k, count)} {text}" for k, text in enumerate(table.loc[given, column])]
    table.to_parquet(path, index=False)


@pytest.fixture(scope="module")
def poisoned(built, tmp_path_factory):
    """A copy of the built checkout whose products are written again from titles, places, labels, sentences, topics and claims that
    are payloads."""
    trial = Trial(tmp_path_factory.mktemp("poisoned") / "checkout", built)
    poison(trial.folder, "documents/00", title=12, place=12, url=12)
    poison(trial.folder, "turns/00", label=12, name=12)
    poison(trial.folder, "sentences/00", text=4)
    poison(trial.folder, "topics/actors", label=4)
    poison(trial.folder, "topics/words", term=12)
    poison(trial.folder, "assessments", claim=4, contrast=4)
    corpus = trial.folder / "data/corpora/demo"
    (corpus / "README.md").write_text(f"# {HOSTILE[0]} {TYPESETTING[0]}\n", encoding="utf-8")
    stages = pd.read_csv(corpus / "stages.csv", dtype=str, keep_default_na=False)
    stages["name"] = [f"{payload} {TYPESETTING[0]}" for payload in HOSTILE[: len(stages)]]
    stages.to_csv(corpus / "stages.csv", index=False)
    targets = [
        f"results/demo/{name}"
        for name in ("report.html", "notebooks/findings.html", "tables/evidence.csv", "tables/word/confirmatory_tests.html")
    ]
    made = trial.run("--allowed-rules", *PRODUCTS, "--forcerun", *PRODUCTS, "--", *targets)
    assert made.returncode == 0, made.stdout + made.stderr
    return trial.folder / "results/demo"


def test_a_payload_that_comes_alive_is_found():
    """Written into a page without care, all markup among the payloads is found; without markup, nothing is."""
    found = [payload for payload in HOSTILE if find_live(f"<p>{payload}</p>", {"html", "head", "body", "p"})]
    markup = [payload for payload in HOSTILE if re.search(r"<\w", payload)]
    assert len(markup) == 32 and set(found) >= set(markup) - {"<body onload=alert(1)>"}
    assert find_live('<p><a href="https://example.org">x</a></p>', {"html", "head", "body", "p", "a"}) == []
    assert [is_formula(cell) for cell in (*FORMULAS, "-1.5", "'=1", "a=b")] == [True] * len(FORMULAS) + [False] * 3


def test_no_payload_comes_alive_in_a_page(built, poisoned, record_property):
    """In report, tables and notebook there is no element, handler or address that the same page without payloads has not."""
    pages = sorted(path.relative_to(poisoned) for path in poisoned.rglob("*.html") if "simulated" not in path.parts)
    assert len(pages) > 20
    for page in pages:
        usual = read_elements((built.folder / "results/demo" / page).read_text(encoding="utf-8")) | {"mark", "td", "tr", "tbody"}
        assert find_live((poisoned / page).read_text(encoding="utf-8"), usual) == [], page
    text = (poisoned / "tables/evidence.csv").read_text(encoding="utf-8")
    arrived = [payload for payload in HOSTILE if payload.replace('"', '""').replace("\x00", "") in text.replace("\x00", "")]
    assert arrived == HOSTILE
    record_property("row 19", f"{len(HOSTILE)} payloads through 11 columns and 2 hand files into {len(pages)} pages: 0 live")


def test_no_payload_becomes_an_element_of_a_figure(built, poisoned):
    """SVG files hold the elements and attributes of the figures without payloads."""
    topics = "figures/topics_by_actor.svg"
    assert (poisoned / topics).read_bytes() != (built.folder / "results/demo" / topics).read_bytes()
    for path in sorted((poisoned / "figures").glob("*.svg")):
        usual = {node.tag for node in ET.parse(built.folder / "results/demo/figures" / path.name).iter()}
        for node in ET.parse(path).iter():
            assert node.tag in usual, (path.name, node.tag)
            assert not [name for name in node.attrib if name.startswith("on")]
            assert not re.search("javascript:|evil", " ".join(node.attrib.values()))


def test_no_cell_of_a_table_is_a_formula(poisoned, record_property):
    """Every cell of every CSV that begins with = + - @, or with white space before one of them, is a number or quoted."""
    tables, cells = sorted((poisoned / "tables").glob("*.csv")), 0
    for path in tables:
        text = path.read_text(encoding="utf-8").replace("\x00", "")
        for row in csv.reader(io.StringIO(text, newline="")):
            cells += len(row)
            assert [cell for cell in row if is_formula(cell)] == [], path.name
    record_property("row 19", f"{len(FORMULAS)} formulas into {len(tables)} tables: 0 of {cells} cells computed by a spreadsheet")


def test_no_payload_is_a_command_of_latex(poisoned):
    """What LaTeX would set in bold, take for a column or a comment, is written as text."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in (poisoned / "tables/tex").glob("*.tex")}
    assert "alert(1)" in texts["confirmatory_tests.tex"]
    assert [name for name, text in texts.items() if TYPESETTING[1] in text or "\\textbf{x}" in text or "\\frac{" in text] == []

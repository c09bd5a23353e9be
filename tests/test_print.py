"""Facts about figures as a journal prints them: size, letters, overlaps, colours, pages, and what their captions say."""

import io
import itertools
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from figure_boxes import find_overlaps, measure_texts
from gallery_tables import ACTORS, HYPOTHESIS_FAMILIES, WINDOWS, add_coders, make_assessments, make_prevalence, make_topics
from matplotlib.colors import to_rgb
from pypdf import PdfReader
from test_figures import CONTRASTS, RECOVERY, draw_all

from framings.canvas import (
    BLUE,
    GREEN,
    INK,
    LEAST,
    ORANGE,
    PRINT_HEIGHT,
    PRINT_WIDTH,
    PURPLE,
    SKY,
    VERMILION,
    open_page,
    save_pdf,
    save_svg,
    say,
)
from framings.captions import caption_figures
from framings.curves_figure import find_runs
from framings.error_rate_figures import error_rates
from framings.error_rates import COVERED, REJECTED
from framings.figure_notes import ABOUT
from framings.figures import contrasts_recovered, shares_recovered, topics_by_actor
from framings.forest import plan_forest
from framings.parts import Block, draw_parts, draw_whole, share_blocks
from framings.svgs import shorten_path


@pytest.fixture(scope="module")
def figures():
    forest = plan_forest(add_coders(make_assessments(26)), HYPOTHESIS_FAMILIES, WINDOWS, {"H6": 5}, "made up", True, "corrected")
    parts = {f"forest, part {k}": part for k, part in enumerate(draw_parts(forest), 1)}
    return draw_all(simulated=True) | {"shares": shares_recovered(RECOVERY), "contrasts": contrasts_recovered(CONTRASTS)} | parts


def test_figures_are_two_columns_wide_with_letters_of_six_points_and_no_label_on_another(figures):
    """183 mm wide as they are; made-up names and titles are longer than those of the corpora."""
    for name, figure in figures.items():
        assert figure.get_size_inches()[0] == pytest.approx(183 / 25.4), name
        assert min(text.get_fontsize() for text in figure.axes[0].texts) >= 6, name
        assert not find_overlaps(figure), name


def test_labels_on_each_other_are_found():
    """Two words at one place overlap, two beside each other do not."""
    page = open_page(1, "heading", "", "", False)
    say(page, 2, 1, "one", LEAST)
    say(page, 3, 1, "two", LEAST)
    assert not find_overlaps(page.figure)
    say(page, 2.05, 1, "three", LEAST)
    assert find_overlaps(page.figure) == [("one", "three")]


def test_a_figure_higher_than_a_page_is_printed_in_parts_that_hold_each_block_once():
    """The forest of 26 hypotheses: parts of at most 230 mm, each with heading and scale, together all hypotheses in their order."""
    tests = add_coders(make_assessments(26))
    plan = plan_forest(tests, HYPOTHESIS_FAMILIES, WINDOWS, {}, "made up", True, "corrected")
    parts, whole = draw_parts(plan), draw_whole(plan)
    assert whole.get_size_inches()[1] > PRINT_HEIGHT and len(parts) > 1
    assert all(part.get_size_inches()[1] <= PRINT_HEIGHT for part in parts)
    said = [[text.get_text() for text in part.axes[0].texts] for part in parts]
    known = set(tests["hypothesis_id"])
    assert [t for words in said for t in words if t in known] == [
        t.get_text() for t in whole.axes[0].texts if t.get_text() in known
    ]
    for k, words in enumerate(said, 1):
        assert plan.title in " ".join(words) and f"made up · part {k} of {len(parts)}" in words and "verdict" in words


def test_a_heading_never_stands_alone_at_the_foot_of_a_page():
    """Three blocks of 2 inches and a heading before the third, on pages of 5: the heading goes with what it heads."""
    block, heading = Block(2, None), Block(0.5, None, heads=True)
    assert share_blocks([block, block, heading, block], 5) == [[block, block], [heading, block]]
    assert share_blocks([block], 1) == [[block]] and share_blocks([], 5) == [[]]


def test_a_pdf_has_its_letters_embedded_no_date_and_the_same_bytes_each_time():
    """TrueType subsets, pages of 183 mm, text that can be searched."""
    topics = make_topics()
    once, again = (save_pdf([topics_by_actor(topics, ACTORS)] * 2) for _ in range(2))
    assert once == again and b"CreationDate" not in once
    reader = PdfReader(io.BytesIO(once))
    assert len(reader.pages) == 2 and float(reader.pages[0].mediabox.width) == pytest.approx(PRINT_WIDTH * 72, abs=0.1)
    assert "Topics serve discovery" in reader.pages[0].extract_text()
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].get_object().values()]
    assert fonts and all("Type3" not in str(font["/Subtype"]) for font in fonts)


def read_path(data):
    """Return the points of a path of straight lines, as a reader of SVG that knows nothing of how it was written would."""
    points, at, start = [], np.zeros(2), np.zeros(2)
    for kind, rest in re.findall(r"([MmLlHhVvz])([^A-Za-z]*)", data):
        numbers = [float(x) for x in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
        if kind == "z":
            at = start
            continue
        step = {"h": (numbers[0], 0), "v": (0, numbers[0])}.get(kind.lower(), tuple(numbers))
        at = np.array(step) if kind in "ML" else at + step
        start = at if kind in "Mm" else start
        points.append(at)
    return np.array(points)


def test_a_shortened_path_is_the_same_line_to_a_hundredth_of_a_point():
    """A thousand random segments: no error adds up, and the text is half as long."""
    points = np.random.default_rng(1).uniform(-500, 500, (1000, 2))
    data = " \n".join(f"{'ML'[k % 2]} {x:.6f} {y:.6f}" for k, (x, y) in enumerate(points))
    short = shorten_path(data)
    assert np.abs(read_path(short) - points).max() < 0.0051 and len(short) < 0.6 * len(data)


def test_a_shrunk_svg_draws_every_glyph(figures):
    """Each use of a glyph or a mark points to one that is there."""
    for name, figure in figures.items():
        root = ElementTree.fromstring(save_svg(figure))
        ids = {element.get("id") for element in root.iter()}
        uses = [e.get("{http://www.w3.org/1999/xlink}href") for e in root.iter() if e.tag.endswith("}use")]
        assert uses and all(use.startswith("#") and use[1:] in ids for use in uses), name


def simulate_deuteranopia(colour):
    """Return a colour as an eye without green cones sees it (Machado, Oliveira and Fernandes 2009, severity 1), linear RGB."""
    matrix = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]])
    return np.clip(matrix @ linear(colour), 0, 1)


def linear(colour):
    """Return a colour in linear RGB."""
    parts = np.array(to_rgb(colour))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lightness(rgb):
    """Return CIE lightness, 0 to 100, of a colour in linear RGB."""
    y = float(rgb @ np.array([0.2126, 0.7152, 0.0722]))
    return 116 * np.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def test_the_two_families_differ_without_green_cones_and_all_colours_stand_out_from_paper():
    """Blue and vermilion stay apart for an eye without green cones; every colour of a mark is darker than paper by 15 of 100 in grey.

    In grey the families are told apart by shape: circle and square, square and triangle, as the figures draw them.
    """
    a, b = simulate_deuteranopia(BLUE), simulate_deuteranopia(VERMILION)
    assert np.abs(a - b).max() > 0.3
    assert all(lightness(linear(colour)) < 85 for colour in (BLUE, VERMILION, SKY, GREEN, ORANGE, PURPLE, INK))


def test_marks_of_the_families_differ_in_shape(figures):
    """No two families share a mark, so that a copy in grey can be read."""
    marks = {
        (line.get_marker(), line.get_markeredgecolor()) for line in figures["frames"].axes[0].lines if line.get_marker() in "os"
    }
    assert {mark for mark, _ in marks} >= {"o", "s"}
    assert len({color for mark, color in marks if mark == "s"}) == 1


def test_runs_of_ticks_that_no_eye_can_part_are_one_line():
    """Ticks at 0, 1, 2 and 5: two runs, or four ticks where they stand apart."""
    kept = np.isin(np.arange(7), [0, 1, 2, 5])
    assert find_runs(kept) == [(0, 2), (5, 5)] and find_runs(kept, apart=True) == [(0, 0), (1, 1), (2, 2), (5, 5)]
    assert find_runs(np.zeros(3, dtype=bool)) == []


NAMES = {"actors": ACTORS, "what_is_measured": "Talk, not motive."}


def test_a_caption_says_n_unit_interval_coder_and_what_talk_shows():
    """Of the shares: sentences and documents of each actor; simulated data and a language model's codes are called so."""
    tables = {"prevalence": make_prevalence()}
    text = caption_figures(tables, NAMES, {"frames_by_actor_and_stage": 1}, True, "dictionary")["frames_by_actor_and_stage"]
    whole = tables["prevalence"].query("coder_id == 'dictionary' and stage_id == 'all' and actor_id == 'NORTH'").iloc[0]
    assert "Simulated data" in text and "Measured: Talk, not motive." in text and "Codes are given by a dictionary" in text
    assert re.search(
        rf"n: Aldo Northman {whole['n_sentences']:,} sentences in {whole['n_documents']} documents".replace(",", "."), text
    )
    tests = caption_figures(
        {"assessments": add_coders(make_assessments(6))}, NAMES, {"hypotheses_forest": 2}, False, "corrected", "A model's."
    )
    assert (
        "A model's." in tests["hypotheses_forest"] and "2 pages" in tests["hypotheses_forest"] and "Simulated" not in str(tests)
    )


def test_every_figure_is_described_and_has_a_caption_for_the_report_of_snakemake():
    """Unit and interval for each; the caption file includes the figure's own caption."""
    root = Path(__file__).resolve().parents[1]
    drawn = re.search(
        r"FIGURES = \[(.*?)\]\nFIGURES \+= \[(.*?)\]", (root / "workflow/rules/common.smk").read_text(encoding="utf-8"), re.S
    )
    names = re.findall(r'"(\w+)"', "".join(drawn.groups()))
    assert set(names) <= set(ABOUT) and all(about.unit and about.interval for about in ABOUT.values())
    for name in ABOUT:
        assert f"/figures/{name}.txt" in (root / f"workflow/report/figures/{name}.rst").read_text(encoding="utf-8")


def test_texts_are_measured_in_points(figures):
    """The heading is about 10 points high and stands at the top."""
    texts = measure_texts(figures["topics"])
    height = figures["topics"].get_size_inches()[1] * 72
    heading = texts[0][1]
    assert 8 < heading[3] - heading[1] < 16 and heading[3] > height - 40


def test_no_caption_is_lost_where_a_figure_is_not_described():
    """A figure that nobody described gets its name and what holds for all; pairs of figures have captions of their own."""
    texts = caption_figures({}, NAMES, {"my_new_figure": 1, "other": 1}, False)
    assert texts["my_new_figure"].startswith("My new figure.") and "183 mm" in texts["other"]
    assert all(a != b for a, b in itertools.combinations(texts.values(), 2))


def test_the_figure_of_error_rates_has_no_label_on_another():
    """Rates in and out of their band, with the word for those outside beside the panel."""
    rows = [
        (design, "true codes", measure, method, 200, rate, rate - 0.02, rate + 0.02, passes)
        for design in ("a made-up design with a name of some length, of two leaders in forty documents", "another")
        for measure, rate, passes in (
            (REJECTED, 0.05, "yes"),
            (REJECTED, 0.7, "no"),
            (COVERED, 0.95, "yes"),
            (COVERED, 0.99, "no"),
        )
        for method in ("jackknife", "label swap", "score flip")
    ]
    columns = ["design", "coder", "measure", "method", "n_sets", "rate", "low", "high", "passes"]
    table = pd.DataFrame(rows, columns=columns).drop_duplicates(["design", "measure", "method"], keep="last")
    figure = error_rates(table.assign(design_id=table["design"]), "made up")
    assert not find_overlaps(figure) and min(text.get_fontsize() for text in figure.axes[0].texts) >= 6
    assert max(box[2] for _, box in measure_texts(figure)) < 183 / 25.4 * 72 - 5

"""Facts about the figures and the page that they are drawn on."""

import hashlib
import itertools
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from gallery_tables import (
    ACTORS,
    FAMILIES,
    HYPOTHESIS_FAMILIES,
    STAGE_NAMES,
    STAGES,
    SUBFRAMES,
    WINDOWS,
    add_coders,
    make_assessments,
    make_documents,
    make_prevalence,
    make_talk,
    make_topics,
)  # fmt: skip
from matplotlib.backends.backend_agg import FigureCanvasAgg

from framings import schemas
from framings.canvas import measure_width, open_page, percent, save_png, save_svg, signed, wrap_lines
from framings.figures import (
    contrasts_recovered,
    coverage_over_time,
    frames_by_actor_and_stage,
    inclusion_flow,
    main_subframes_by_actor_and_stage,
    pick_main_codes,
    shares_recovered,
    subframes_by_actor_and_stage,
    topics_by_actor,
)  # fmt: skip
from framings.forest import claim_verdicts, hypotheses_forest, p_label
from framings.products import count_inclusion, count_words

RECOVERY = pd.DataFrame(
    [("OS01", "NORTH", "ST1", 0.2, 0.19, 0.14), ("OS01", "EAST", "ST1", 0.1, 0.12, 0.07)],
    columns=["code", "actor_id", "stage_id", "planted", "by_planted_codes", "by_dictionary"],
)
CONTRASTS = pd.DataFrame(
    [("H1", "a claim", 0.12, 0.13, 0.09, 0.17, 0.08, 0.04, 0.12), ("H2", "another", 0.0, 0.05, 0.01, 0.09, None, None, None)],
    columns=["hypothesis_id", "claim", "planted", "estimate_planted_codes", "low_planted_codes", "high_planted_codes",
             "estimate_dictionary", "low_dictionary", "high_dictionary"],
)  # fmt: skip


def draw_all(simulated=False):
    """Return every figure of the made-up tables by name."""
    prevalence, documents = make_prevalence(), make_documents()
    turns, speakers, marks, sentences = make_talk(documents)
    inclusion, words = (
        count_inclusion(documents, turns, speakers, marks, sentences, sentences),
        count_words(documents, turns, speakers),
    )
    sub = "made-up corpus"
    return {
        "frames": frames_by_actor_and_stage(prevalence, FAMILIES, ACTORS, STAGE_NAMES, sub, simulated),
        "main": main_subframes_by_actor_and_stage(prevalence, SUBFRAMES, ACTORS, STAGE_NAMES, sub, simulated),
        "map": subframes_by_actor_and_stage(prevalence, SUBFRAMES, ACTORS, STAGE_NAMES, sub, simulated),
        "forest": hypotheses_forest(make_assessments(), HYPOTHESIS_FAMILIES, WINDOWS, {"H6": 5}, sub, simulated),
        "topics": topics_by_actor(make_topics(), ACTORS, sub, simulated),
        "coverage": coverage_over_time(documents, words, ACTORS, STAGES, sub, simulated),
        "inclusion": inclusion_flow(inclusion, ACTORS, sub, simulated),
    }


@pytest.fixture(scope="module")
def figures():
    return draw_all(simulated=True)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_no_text_leaves_the_page(figures):
    """Every text of every figure lies inside the picture, and none is smaller than 5.5 points."""
    for name, figure in figures.items():
        width, height = figure.get_size_inches()
        renderer = FigureCanvasAgg(figure).get_renderer()
        for text in figure.axes[0].texts:
            box = text.get_window_extent(renderer)
            low, high = box.min / figure.dpi, box.max / figure.dpi
            assert low.min() > 0.05, (name, text.get_text())
            assert high[0] < width - 0.05 and high[1] < height - 0.05, (name, text.get_text())
            assert text.get_fontsize() >= 5.5, (name, text.get_text())


def test_simulated_data_are_called_so_on_every_figure(figures):
    """The words stand in the heading, over the body and in the note."""
    for name, figure in figures.items():
        said = texts(figure)
        assert "SIMULATED DATA" in said and "SIMULATED" in said, name
        assert any(text.startswith("Simulated data: no real person") for text in said), name


def test_real_data_are_not_called_simulated():
    """Without the flag the word does not occur."""
    assert not [text for figure in draw_all().values() for text in texts(figure) if "simulated" in text.lower()]


def test_a_cell_that_is_not_estimable_is_drawn_as_such(figures):
    """Three of twenty cells of actor and stage have too little talk: three marks, and the reason in the note."""
    assert texts(figures["frames"]).count("n.e.") == 3
    assert any("2 documents: fewer than 3" in text for text in texts(figures["frames"]))


def test_two_drawings_have_the_same_bytes():
    """Neither a date nor a random id enters the files."""
    digests = [hashlib.sha256(save_png(f) + save_svg(f)).hexdigest() for f in (draw_all()["topics"], draw_all()["topics"])]
    assert digests[0] == digests[1]


def test_an_svg_is_well_formed_and_has_no_date_and_no_text_that_needs_a_typeface(figures):
    """Letters are outlines, so the picture is the same everywhere."""
    svg = save_svg(figures["frames"]).decode()
    tags = {element.tag.split("}")[1] for element in ElementTree.fromstring(svg).iter()}
    assert "text" not in tags and "script" not in tags and "date" not in tags


def test_hostile_text_is_drawn_and_not_run():
    """Dollar signs, comment ends, tags and control characters in labels are letters like others."""
    label = "$x^{$ --> <script>alert(1)</script> \x00 \n \\frac{a}"
    topics = make_topics().assign(label=label)
    svg = save_svg(topics_by_actor(topics, dict.fromkeys(ACTORS, label))).decode()
    assert "script" not in {element.tag.split("}")[1] for element in ElementTree.fromstring(svg).iter()}


def test_empty_tables_give_a_figure_that_says_so():
    """No talk, no tests, no topics: a page with a heading, not a crash."""
    prevalence = schemas.empty(schemas.PREVALENCE)
    assert save_png(frames_by_actor_and_stage(prevalence, FAMILIES, ACTORS, STAGE_NAMES))
    assert save_png(main_subframes_by_actor_and_stage(prevalence, SUBFRAMES, ACTORS, STAGE_NAMES))
    assert save_png(subframes_by_actor_and_stage(prevalence, SUBFRAMES, ACTORS, STAGE_NAMES))
    assert save_png(hypotheses_forest(schemas.empty(schemas.ASSESSMENTS)))
    assert save_png(topics_by_actor(make_topics().iloc[:0], ACTORS))
    documents = schemas.empty(schemas.DOCUMENTS)
    tables = [schemas.empty(c) for c in (schemas.TURNS, schemas.SPEAKERS, schemas.MARKS, schemas.SENTENCES)]
    assert save_png(inclusion_flow(count_inclusion(documents, *tables, tables[-1]), ACTORS))
    assert save_png(coverage_over_time(documents, count_words(documents, *tables[:2]), ACTORS, STAGES))


def test_the_heading_counts_supported_confirmatory_tests():
    """None, one and several supported tests each give a sentence in good grammar."""
    heads = [claim_verdicts(make_assessments(n=5, supported=k)) for k in (0, 1, 2)]
    assert heads[0].startswith("None of ") and "support their claims" in heads[0]
    assert heads[1].startswith("1 of ") and heads[1].endswith("supports its claim")
    assert heads[2].startswith("2 of ") and heads[2].endswith("support their claims")
    assert claim_verdicts(make_assessments().iloc[:0]) == "No confirmatory hypothesis could be tested"


def test_the_main_codes_are_those_with_the_largest_mean_share():
    """Two a family, in the codebook's order."""
    rows = [("dictionary", code, "NORTH", "all", 9, 100, int(100 * s), s, 0.01, s, s, None) for code, s in
            (("RS01", 0.1), ("RS02", 0.3), ("RS03", 0.2), ("OS01", 0.1), ("OS02", 0.1), ("OS03", 0.05))]  # fmt: skip
    prevalence = schemas.check(pd.DataFrame(rows, columns=list(schemas.PREVALENCE.columns)), schemas.PREVALENCE)
    codes = {code: (code, code[:2]) for code in ("RS01", "RS02", "RS03", "OS01", "OS02", "OS03")}
    assert list(pick_main_codes(prevalence, codes, per_family=2)) == ["RS02", "RS03", "OS01", "OS02"]


def test_recovery_is_always_called_simulated():
    """Of .30 planted, .21 are reported: 70 of 100; one of two planted contrasts lies in its interval."""
    shares, contrasts = texts(shares_recovered(RECOVERY)), texts(contrasts_recovered(CONTRASTS))
    assert "SIMULATED DATA" in shares and "SIMULATED DATA" in contrasts
    assert any("reports 70" in text for text in shares)
    assert any(text.startswith("1 of 2 planted contrasts") for text in contrasts)


def test_numbers_are_written_as_a_journal_prints_them():
    """One decimal under ten percent, true minus signs, no negative zero, p without a leading zero."""
    assert [percent(x) for x in (0, 0.0004, 0.0123, 0.0996, 0.5)] == ["0", "<0.1", "1.2", "10", "50"]
    assert [signed(x) for x in (1.25, -1.26, -0.01)] == ["+1.2", "−1.3", "0.0"]
    assert [p_label(p) for p in (0.0002, 0.0312, 1.0, None)] == ["<.001", ".031", "1", "–"]


def test_lines_fit_their_width():
    """Words are broken only where one alone is too wide; an ellipsis ends a text that is cut."""
    lines = wrap_lines("a sentence that is wider than the room it has " + "x" * 80, 1.2, 8)
    assert all(measure_width(line, 8) <= 1.2 for line in lines)
    cut = wrap_lines("one two three four five six seven eight nine ten", 0.8, 8, most=2)
    assert len(cut) == 2 and cut[-1].endswith("…") and measure_width(cut[-1], 8) <= 0.8


def test_the_body_of_a_page_has_the_height_that_was_asked_for():
    """Heading and note make the page higher, never the body smaller."""
    page = open_page(3.0, "a long heading " * 20, "sub", "note " * 200, True)
    assert page.top - page.bottom == pytest.approx(3.0)
    assert page.axes.get_ylim()[1] > 5


def draw_forest(tests, coder="corrected", note="", simulated=False):
    """Return the forest of made-up tests."""
    return hypotheses_forest(tests, HYPOTHESIS_FAMILIES, WINDOWS, {"H6": 5}, "", simulated, coder, note)


def test_four_coders_stand_side_by_side():
    """The legend names each in plain words, the numbers are the headline's, and no text leaves the page or meets another."""
    figure = draw_forest(add_coders(make_assessments(26)), note="Coded by invention.", simulated=True)
    renderer, said = FigureCanvasAgg(figure).get_renderer(), texts(figure)
    for name in ("predictions of the dictionary", "predictions of the trained coder", "coded sample alone"):
        assert name in said
    assert "corrected estimates (numbers, verdicts)" in said and "smallest detectable difference" in said
    assert any(text.endswith("Coded by invention.") for text in said) or "Coded by invention." in " ".join(said)
    boxes = [t.get_window_extent(renderer).padded(-2) for t in figure.axes[0].texts if t.get_text() != "SIMULATED"]
    boxes.sort(key=lambda box: box.y0)
    assert not [(a, b) for k, a in enumerate(boxes) for b in boxes[max(0, k - 30) : k] if a.overlaps(b)]
    width = figure.get_size_inches()[0] * figure.dpi
    assert all(box.x0 > 0 and box.x1 < width for box in boxes)


def test_marks_of_different_coders_differ_in_shape_and_do_not_touch():
    """Squares, triangles and diamonds beside the headline's circle, at least a twentieth of an inch apart in height."""
    figure = draw_forest(add_coders(make_assessments(8)))
    marks = {line.get_marker(): line for line in figure.axes[0].lines}
    assert {"o", "s", "^", "D"} <= set(marks)
    heights = sorted(
        {round(float(y), 4) for line in figure.axes[0].lines if line.get_marker() in "os^D" for y in line.get_ydata()}
    )
    assert min(high - low for low, high in itertools.pairwise(heights)) > 0.05


@pytest.mark.parametrize("kept", [("dictionary", "trained"), ("sample", "corrected"), ("trained", "sample", "corrected")])
def test_any_coders_can_be_set_beside_each_other(kept):
    """Each of them may be the headline."""
    tests = add_coders(make_assessments(6))
    for coder in kept:
        figure = draw_forest(tests[tests["coder_id"].isin(kept)], coder)
        assert sum(text.endswith("(numbers, verdicts)") for text in texts(figure)) == 1


def test_the_true_codes_of_a_simulated_corpus_are_not_set_beside_the_dictionary():
    """With the dictionary and planted codes the forest is that of the dictionary alone."""
    tests = make_assessments(6)
    both = pd.concat([tests, tests.assign(coder_id="planted")], ignore_index=True)
    assert save_svg(draw_forest(both, "dictionary")) == save_svg(draw_forest(tests, "dictionary"))

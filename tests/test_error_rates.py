"""A short calibration: 200 data sets of the real corpus's design, and how rates are gated, kept and read."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from framings.canvas import save_svg
from framings.cli import main
from framings.comparisons import lay_out_comparison
from framings.designs import DESIGN, read_design
from framings.error_rate_figures import error_rates
from framings.error_rates import (
    ERROR_RATES,
    ErrorRatesError,
    count_hits,
    find_gate,
    keep_band,
    measure_error_rates,
    read_rates,
    refuse_failures,
)
from framings.inputs import read_corpus
from framings.kept_rates import INFERENCE, OTHERS, find_changes, fingerprint, read_rates_file, render_rates, review_rates
from framings.simulated_counts import draw_counts, draw_effects
from framings.simulated_designs import GROUPS, list_designs
from framings.simulated_tests import CORRECTED, NAIVE, TRUE_CODES, judge_usually, simulate_design

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "workflow/src/framings"
SETS = 200
KEPT = sorted((ROOT / "data/corpora").glob("*/calibration/rates.csv"))


@pytest.fixture(scope="module")
def designs():
    """The designs of the real corpus by their ids."""
    folder = ROOT / "data/corpora/eaeu"
    _, stages, _, hypotheses = read_corpus(folder, ROOT / "data/reference/codebook.yaml")
    tables = read_design([folder / "calibration" / f"{name}.csv" for name in DESIGN])
    return {design.id: design for design in list_designs(tables, hypotheses, list(stages["stage_id"]))}


@pytest.fixture(scope="module")
def short(designs):
    """The error rates of two gated designs over 200 data sets."""
    return measure_error_rates([designs["within"], designs["full"]], SETS, swaps=399)


def test_the_tests_keep_their_level_in_a_short_calibration(short):
    """Contrasts within one leader and between two: no gated rate lies wholly outside its band."""
    assert (short["passes"] != "–").sum() >= 14
    refuse_failures(short)


def test_the_usual_logit_does_not(short):
    """Sentences taken for independent: more than 15 % of true nulls are rejected in either design."""
    assert (short.loc[short["method"] == NAIVE, "low"] > 0.15).all()


def test_intervals_hold_a_planted_difference(designs):
    """Ten points in a fuller corpus, 200 data sets: coverage by jackknife and by flips keeps its band."""
    table = measure_error_rates([designs["full_planted"]], SETS, swaps=399)
    assert (table.loc[table["measure"] == "coverage", "passes"] == "yes").sum() == 2


def test_a_contrast_that_hangs_on_one_document_is_not_tested(designs):
    """The two leaders as the corpus has them: no p, and an interval that is wide enough."""
    table = measure_error_rates([designs["leaders_planted"]], 40, swaps=99)
    assert table.loc[table["method"] == "of record", "n_sets"].tolist() == [0]
    assert table.loc[table["measure"] == "coverage", "passes"].tolist() == ["yes"]


def test_a_data_set_does_not_depend_on_how_many_are_drawn(designs):
    """The fourth of five is the first of one that begins there."""
    whole = simulate_design(designs["full"], 5, swaps=99)
    assert whole.iloc[3:4].reset_index(drop=True).equals(simulate_design(designs["full"], 1, swaps=99, first=3))


def test_the_correction_removes_what_machine_codes_make_up(designs):
    """Ten data sets: machine codes taken as truth find a difference each time, corrected ones nearly never."""
    hits = simulate_design(designs["full_coded"], 10, swaps=99).xs(
        ("rejections", "of record"), level=["measure", "method"], axis=1
    )
    assert hits["machine codes as truth"].sum() >= 9 and hits[CORRECTED].sum() <= 3


def test_usual_p_values_are_those_of_statsmodels(designs):
    """A binomial GLM with the same columns, plain and cluster-robust (G / (G - 1)), to 1e-6."""
    design = designs["full_planted"]
    counts = draw_counts(np.random.default_rng(5), design.world, design.codes, design.levels, design.spread, design.part)
    compared = lay_out_comparison(design.hypotheses[0], counts, design.stages)
    document, voice = np.nonzero(compared.n)
    cells = np.eye(compared.cell.max() + 1)[compared.cell[document]]
    x = np.column_stack([cells[:, cells.any(0)], compared.contrast[voice]])
    k, n = compared.k[document, voice, 0], compared.n[document, voice]
    model = sm.GLM(np.column_stack([k, n - k]), x, family=sm.families.Binomial())
    plain = model.fit()
    scores = x * (k - n * plain.mu)[:, None]
    sums = np.zeros((document.max() + 1, x.shape[1]))
    np.add.at(sums, document, scores)
    robust = len(sums) / (len(sums) - 1) * plain.normalized_cov_params @ (sums.T @ sums) @ plain.normalized_cov_params
    expected = [plain.pvalues[-1], 2 * sm.stats.stattools.stats.norm.sf(abs(plain.params[-1]) / np.sqrt(robust[-1, -1]))]
    assert judge_usually(design.hypotheses[0], compared, counts) == pytest.approx(expected, rel=1e-6)


# Gates ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "gate", "low", "high", "kept"),
    [
        ("false rejections", "both", 0.069, 0.09, True),
        ("false rejections", "both", 0.071, 0.09, False),
        ("false rejections", "both", 0.001, 0.029, False),
        ("false rejections", "above", 0.001, 0.029, True),
        ("coverage", "both", 0.971, 0.99, False),
        ("coverage", "below", 0.971, 0.99, True),
        ("coverage", "below", 0.90, 0.929, False),
        ("power", "none", 0.0, 0.01, True),
    ],
)
def test_a_rate_fails_where_its_whole_interval_is_outside_its_band(measure, gate, low, high, kept):
    """3 to 7 % for rejections, 93 to 97 % for coverage, on the side that is gated."""
    assert keep_band(measure, gate, low, high) is kept


def test_what_verdicts_rest_on_is_gated_on_both_sides():
    """The p of record and the three tests by document, of true and of corrected codes, without drift; stress is not."""
    for coder in (TRUE_CODES, CORRECTED):
        for method in ("of record", "jackknife", "label swap", "score flip"):
            facts = {
                "coder": coder,
                "measure": "false rejections",
                "method": method,
                "truth": "null",
                "drift": "",
                "tested": True,
            }
            assert find_gate(facts)[0] == "both"
            assert find_gate(facts | {"drift": "voice"})[0] == "none"


def test_a_rate_comes_with_its_exact_interval(designs):
    """10 of 200: 5 % [2.4, 9.0] by Clopper and Pearson; a failing one is refused in a sentence that names it."""
    hits = pd.DataFrame({(TRUE_CODES, "rejections", "jackknife"): [1.0] * 10 + [0.0] * 190})
    row = count_hits(designs["full"], hits).iloc[0]
    assert (row["n_hits"], row["rate"]) == (10, 0.05)
    assert (row["low"], row["high"]) == pytest.approx((0.02424, 0.09004), abs=1e-4)
    bad = count_hits(designs["full"], hits.replace(0.0, 1.0))
    with pytest.raises(ErrorRatesError, match=r"1 of 1 gated rates .* jackknife in “two leaders .*100\.0 %"):
        refuse_failures(bad)


def test_every_design_has_a_known_group_and_an_id_of_its_own(designs):
    """Groups are those that the rules know."""
    rules = (ROOT / "workflow/rules/calibration.smk").read_text(encoding="utf-8")
    named = re.search(r"^CALIBRATED_GROUPS = \[(.+)\]$", rules, re.M).group(1)
    assert {design.group for design in designs.values()} <= set(GROUPS) == set(re.findall(r'"(\w+)"', named))


# Kept rates -----------------------------------------------------------------------------------------------------------


def imported(names):
    """Return the modules that the named ones import, directly or through others, as `code()` finds them."""
    found, queue = set(), list(names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += re.findall(r"^ *from framings\.(\w+) import ", (LIBRARY / f"{name}.py").read_text(encoding="utf-8"), re.M)
    return found


def test_no_module_of_the_inference_escapes_the_fingerprint():
    """Whatever the simulations import is either hashed or named among those that carry no statistics."""
    assert set(INFERENCE) <= imported(["error_rates", "simulated_designs"])
    assert imported(["error_rates", "simulated_designs"]) - set(INFERENCE) == set(OTHERS)


def test_kept_rates_come_back_with_what_they_were_made_from(short, tmp_path):
    """Table and hashes; a change of one module is named, and so is one of the design."""
    path = tmp_path / "rates.csv"
    design = [ROOT / f"data/corpora/eaeu/calibration/{name}.csv" for name in DESIGN]
    prints = fingerprint(sorted(LIBRARY.glob("*.py")), design)
    path.write_text(render_rates(short, prints), encoding="utf-8")
    table, kept = read_rates_file(path)
    assert kept == prints and len(prints) == len(INFERENCE) + len(DESIGN)
    assert table[["design_id", "method", "n_hits"]].equals(short[["design_id", "method", "n_hits"]])
    assert find_changes(kept, prints) == ""
    review = review_rates(table, kept, prints | {"scores": "0", "design codes": "1"})
    assert review["changed"] == "design codes, scores" and "before these changed: design codes, scores" in review["state"]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.parts[-3])
def test_the_kept_calibration_passes_its_gates(path):
    """1,000 data sets a design; no gated rate lies wholly outside its band, and the reading says so."""
    table, _ = read_rates_file(path)
    assert list(table.columns) == list(ERROR_RATES.columns) and table["n_sets"].max() == 1000
    refuse_failures(table)
    assert "1000 simulated data sets" in read_rates(table)


def test_drift_is_what_it_is_called(designs):
    """Effects of consecutive documents correlate by .6, those of documents two apart by .36 (over 400 data sets, within .03)."""
    design = replace(designs["full"], part=1.0)
    drawn = [draw_effects(np.random.default_rng(number), design.world, 1, 1.0, 1.0, "document")[:, 0, 0] for number in range(400)]
    effects = np.array(drawn)
    assert [np.mean(effects[:, lag:] * effects[:, :-lag]) for lag in (1, 2)] == pytest.approx([0.6, 0.36], abs=0.03)


def test_the_figure_names_every_design_and_calls_its_data_simulated(short):
    """Two drawings have the same bytes; a rate outside its band is marked in words."""
    worse = short.assign(passes=["no" if row == 1 else cell for row, cell in enumerate(short["passes"])])
    figure = error_rates(worse, "A corpus", "Measured on 200 data sets.")
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert (
        "SIMULATED DATA" in words and "outside" in words and any("Simulated with the design of: A corpus" in one for one in words)
    )
    assert sum("fuller corpus" in one or "FUN against RS_any" in one for one in words) >= 2
    assert save_svg(figure) == save_svg(error_rates(worse, "A corpus", "Measured on 200 data sets."))


def test_rates_are_kept_by_one_command_with_the_design_they_were_measured_on(short, tmp_path, capsys):
    """`framings calibration keep` copies table and design; on another design it refuses in a sentence; without a table too."""
    results, corpus = tmp_path / "results/made", tmp_path / "data/corpora/made"
    for folder in (results / "calibration", results / "design", corpus):
        folder.mkdir(parents=True)
    for name in ("config.yaml", "workflow/schemas/config.schema.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    assert main(["calibration", "keep", "--corpus", "made"], root=tmp_path) == 1
    assert "snakemake --cores 2 --config corpus=made -- calibrate first" in capsys.readouterr().err
    design = [results / "design" / f"{name}.csv" for name in DESIGN]
    for path in design:
        path.write_bytes((ROOT / "data/corpora/eaeu/calibration" / path.name).read_bytes())
    prints = fingerprint(sorted(LIBRARY.glob("*.py")), design)
    (results / "calibration/rates.csv").write_text(render_rates(short, prints), encoding="utf-8")
    assert main(["calibration", "keep", "--corpus", "made"], root=tmp_path) == 0
    assert {path.name for path in (corpus / "calibration").iterdir()} == {"rates.csv", *(path.name for path in design)}
    (corpus / "calibration/codes.csv").write_text("changed\n", encoding="utf-8")
    assert main(["calibration", "keep", "--corpus", "made"], root=tmp_path) == 1
    assert "was measured on another design" in capsys.readouterr().err
    assert main(["calibration", "design", "--corpus", "made"], root=tmp_path) == 0
    assert main(["calibration", "keep", "--corpus", "made"], root=tmp_path) == 0


def test_every_design_can_be_simulated(designs):
    """Two data sets of each, whatever is measured: no design is refused, and each has a rate of record or of coverage."""
    for design in designs.values():
        table = measure_error_rates([design], 2, swaps=99)
        assert len(table) and set(table["design_id"]) == {design.id}

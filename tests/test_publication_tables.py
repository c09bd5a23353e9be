"""What is known of the tables for print: numbers are those of the results, notes say what they are, and no text in them is a command."""

import re
import shutil
import subprocess

import gallery_tables as gallery
import numpy as np
import pandas as pd
import pytest

from framings.adjusted import ADJUSTED
from framings.products import show_value
from framings.publication_tables import LONG, PublicationTable, escape_latex, lay_out_tables, render_latex
from framings.schemas import check

NASTY = "50 % of R&D_x # $1^2 ~ {a} \\input{/etc/passwd} \\write18{ls} <b> [x] * |y| “q” – … 5 − 2 \t\n end"
NOTE = "Reference codes by language model, not validated by human coders."
PREAMBLE = "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage[landscape,margin=1.5cm]{geometry}\n\\usepackage{booktabs,array,longtable}"


@pytest.fixture
def names(assessments):
    """What ids are called."""
    return {
        "what_is_measured": "Framing in public talk, not motive.",
        "families": gallery.FAMILIES,
        "actors": gallery.ACTORS,
        "stages": gallery.STAGE_NAMES,
        "windows": {},
        "hypothesis_families": {family: f"Family {family}" for family in assessments["family"].unique()},
        "titles": dict(zip(gallery.CODES["code"], gallery.CODES["title"], strict=True)),
    }


@pytest.fixture
def assessments():
    """Tests of the dictionary's codes, the first confirmatory one with a claim that is no plain text."""
    table = gallery.make_assessments()
    table.loc[table.index[table["confirmatory"] & (table["coder_id"] == "dictionary")][0], "claim"] = NASTY
    return table


def lay_out(assessments, names, **options):
    """Return the publication tables by name."""
    sure = assessments.loc[assessments["confirmatory"], ["coder_id", "hypothesis_id", "window_id", "contrast"]]
    adjusted = sure.assign(
        n_turns=90, n_documents=12, estimate=0.0213, se=0.01, low=0.001, high=0.0416, p_jackknife=0.04, reason=None
    )
    tables = {
        "assessments": assessments,
        "prevalence": gallery.make_prevalence(),
        "adjusted": check(adjusted.reindex(columns=list(ADJUSTED.columns)), ADJUSTED),
        "agreement": gallery.make_agreement(),
    }
    return {table.name: table for table in lay_out_tables(tables, names, **options)}


def test_confirmatory_tests_are_all_there_and_alone(assessments, names):
    """The table of tests has a row a confirmatory test of the coder that counts, and its numbers are the table's as printed elsewhere."""
    table = lay_out(assessments, names)["confirmatory_tests"]
    sure = assessments[assessments["confirmatory"] & (assessments["coder_id"] == "dictionary")]
    rows = {row[0]: row for _, rows in table.groups for row in rows}
    assert sorted(rows) == sorted(sure["hypothesis_id"])
    for test in sure.itertuples():
        if test.test == "difference":
            assert rows[test.hypothesis_id][5] == show_value(test.estimate, "points")
            assert rows[test.hypothesis_id][9] == test.verdict


def test_shares_stand_by_actor_and_stage_with_their_intervals(assessments, names):
    """Each actor has a row a stage and one for all; a cell that is not estimable is a dash."""
    table = lay_out(assessments, names)["families_by_actor_and_stage"]
    assert [title for title, _ in table.groups] == list(gallery.ACTORS.values())
    assert {len(rows) for _, rows in table.groups} == {len(gallery.STAGE_NAMES) + 1}
    shares = gallery.make_prevalence()
    for (actor, _), (_, rows) in zip(gallery.ACTORS.items(), table.groups, strict=True):
        for stage, row in zip([*gallery.STAGE_NAMES, "all"], rows, strict=True):
            cell = shares[(shares["code"] == "RS_any") & (shares["actor_id"] == actor) & (shares["stage_id"] == stage)].iloc[0]
            assert row[3] == show_value(cell["share"], "percent")
            assert (row[3] == "–") == bool(np.isnan(cell["share"]))


def test_every_table_says_unit_interval_and_that_talk_is_no_motive(assessments, names):
    """Notes name the unit and the interval; where codes count they say what these are, that talk is no motive, and that data are simulated."""
    for name, table in lay_out(assessments, names, coder_id="corrected", reference_note=NOTE, simulated=True).items():
        notes = " ".join(table.notes)
        assert "95 %" in notes, name
        assert NOTE in notes, name
        assert "Simulated data" in notes, name
        if name != "agreement_of_coders":
            assert "not motive" in notes and "points" in notes + " points" * ("per cent" in notes), name


def test_latex_prints_text_as_it_is(assessments, names):
    """No character of a claim reaches LaTeX as a command: a backslash, brace or per cent sign is written out, and a row stays one line."""
    text = render_latex(lay_out(assessments, names)["confirmatory_tests"])
    line = next(line for line in text.splitlines() if "R\\&D" in line)
    assert "\\textbackslash{}input\\{/etc/passwd\\}" in line
    assert "50 \\% of R\\&D\\_x \\# \\$1\\textasciicircum{}2" in line
    assert line.endswith(" \\\\")
    assert not re.search(r"\\(input|write)\b", text)
    assert escape_latex("[5]*") == "{[}5{]}{*}"


def test_latex_has_the_shape_that_booktabs_asks_for(assessments, names):
    """Every row has as many cells as the heading, the three rules stand in their order, and only long tables break over pages."""
    for table in lay_out(assessments, names).values():
        text = render_latex(table)
        rows = [line for line in text.splitlines() if line.endswith("\\\\") and " & " in line]
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(table.columns) - 1}
        assert text.index("\\toprule") < text.index("\\midrule") < text.rindex("\\bottomrule")
        assert ("\\begin{longtable}" in text) == (table.n_rows > LONG)
        assert f"\\label{{tab:{table.name}}}" in text
        assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not here; Debian: texlive-latex-recommended")
def test_latex_compiles(assessments, names, tmp_path):
    """pdflatex sets all tables, the one that is no plain text too, without an error or a character that it lacks."""
    tables = lay_out(assessments, names)
    for name, table in tables.items():
        (tmp_path / f"{name}.tex").write_text(render_latex(table), encoding="utf-8")
    lines = [PREAMBLE, "\\begin{document}", *(f"\\input{{{name}}}" for name in tables), "\\end{document}"]
    (tmp_path / "all.tex").write_text("\n".join(lines), encoding="utf-8")
    call = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in done.stdout


def test_word_pages_are_equal_escaped_and_quiet(assessments, names):
    """The page for Word has every cell, runs nothing, asks no network for anything, and is the same in every call."""
    pytest.importorskip("great_tables", reason="great_tables is not here")
    from framings.word_tables import render_word

    for table in lay_out(assessments, names).values():
        page = render_word(table)
        assert page == render_word(table)
        assert not re.search(r"<script|https?://|@import|url\(", page)
        text = pd.Series(re.findall(r"<td[^>]*>(.*?)</td>", page, re.S))
        assert len(text) >= table.n_rows * len(table.columns)
        assert "not motive" in page or table.name == "agreement_of_coders"
    nasty = PublicationTable("x", "<i>T</i>", (("<b>", 3.0),), (("<u>", [["<img src=x onerror=alert(1)>"]]),), ("<s>",))
    assert not re.search(r"<(img|u|s|b)>|<img", render_word(nasty))

"""The workflow as a whole: it runs what must run, once, and gives the same bytes on one core and on two."""

import os

import pytest
from conftest import Checkout

pytestmark = pytest.mark.slow

EVERYTHING_BEHIND_A_FIGURE = {"plot_corpus", "plot_estimates", "render_report", "verify_results"}


def checksums(checkout):
    """Return the lines of the file that lists every product with its SHA-256."""
    return (checkout.folder / "results/demo/checksums.txt").read_text(encoding="utf-8").splitlines()


def test_a_second_run_does_nothing(built):
    """With everything built, snakemake says so and runs no job."""
    assert built.jobs() == set()
    assert "Nothing to be done" in built.run().stderr


def test_one_core_gives_the_same_bytes_as_two(built, tmp_path):
    """A run from scratch on one core lists the same checksums for every table, figure and page."""
    alone = Checkout(tmp_path / "alone")
    finished = alone.run(cores=1)
    assert finished.returncode == 0, finished.stderr
    assert checksums(alone) == checksums(built)


def test_an_edit_two_imports_away_reruns_exactly_its_dependants(built):
    """A changed line in the drawing surface, which adapters reach through the figures, reruns figures and what holds them."""
    module = built.folder / "workflow/src/framings/canvas.py"
    before = module.read_text(encoding="utf-8")
    module.write_text(before + "\n# a remark\n", encoding="utf-8")
    try:
        assert built.jobs() == EVERYTHING_BEHIND_A_FIGURE
        assert built.run().returncode == 0
        assert built.jobs() == set()
    finally:
        module.write_text(before, encoding="utf-8")


def test_touching_a_file_reruns_nothing(built):
    """A newer time stamp on an unchanged module or input is no reason to rerun."""
    built.run()
    for path in ("workflow/src/framings/texts.py", "workflow/scripts/segment_turns.py", "data/corpora/demo/speakers.csv"):
        os.utime(built.folder / path)
    assert built.jobs() == set()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("corpsu=demo", "config key 'corpsu' is unknown; did you mean 'corpus'?"),
        ("topics={sedes: 3}", "config key 'topics.sedes' is unknown; did you mean 'topics.seeds'?"),
        ("corpus=nowhere", "config key 'corpus': there is no folder data/corpora/nowhere/; known corpora are demo, eaeu"),
    ],
)
def test_a_wrong_setting_is_refused_before_any_job(built, wrong, sentence):
    """A misspelt key or an unknown corpus ends the call with one sentence."""
    finished = built.run(config=[wrong])
    assert finished.returncode != 0
    assert sentence in finished.stderr + finished.stdout

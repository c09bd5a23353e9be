"""Row 16: whoever ends a run with kill -9 gets the same bytes by calling the same command again."""

import random
import time

import pytest
from trials import FULL, Trial, kill, read_results

pytestmark = pytest.mark.slow

KILLS = range(20) if FULL else range(2)
LONGEST = 25 if FULL else 8  # seconds; an undisturbed run takes longer


@pytest.fixture(scope="module")
def whole(built):
    """The bytes of an undisturbed run."""
    return read_results(built.folder)


@pytest.mark.parametrize("number", KILLS)
def test_a_killed_run_is_resumed_by_the_same_call(built, whole, tmp_path, record_property, number):
    """Killed at a random moment, with its jobs (even numbers) or leaving them orphaned (odd), the run called again ends with equal
    checksums, and in between no half file passes for finished.

    Full: from scratch. Short: with figures, notebook, report and audit to make.
    """
    trial = Trial(tmp_path / "checkout", None if FULL else built)
    trial.make_stale(f"# killed {number}")
    moment = random.Random(number).uniform(0.5, LONGEST)
    run = trial.start()
    time.sleep(moment)
    kill(run, everybody=number % 2 == 0)
    if number % 2 == 0:
        assert trial.half_files(whole) == []
    marked = len(trial.unfinished())
    again = trial.run()
    assert again.returncode == 0, again.stdout + again.stderr
    assert read_results(trial.folder).keys() == whole.keys()
    assert trial.checksums() == (built.folder / "results/demo/checksums.txt").read_text(encoding="utf-8")
    assert trial.half_files(whole) == [] and trial.unfinished() == set()
    assert trial.jobs() == set()
    record_property("row 16", f"killed after {moment:.1f} s, {marked} outputs begun; resumed, checksums equal")

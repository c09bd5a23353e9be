"""Row 16: whoever ends a run with kill -9 gets the same bytes by calling the same command again."""

import random
import time

import pytest
from trials import FULL, Trial, kill, read_results

pytestmark = pytest.mark.slow

KILLS = range(20) if FULL else range(2)
JOBS = 38 if FULL else 3  # finished jobs of an undisturbed run, before the one that only gathers
LONGEST = 1.5  # seconds after one of them


@pytest.fixture(scope="module")
def whole(built):
    """The bytes of an undisturbed run."""
    return read_results(built.folder)


@pytest.mark.parametrize("number", KILLS)
def test_a_killed_run_is_resumed_by_the_same_call(built, whole, tmp_path, record_property, number):
    """Killed at a random moment, with its jobs (even numbers) or leaving them orphaned (odd), the run called again ends with equal
    checksums; in between no half file passes for finished, and nothing is left to do afterwards.

    The moment is drawn as a number of finished jobs and seconds after the last of them, so that it falls anywhere in the run on a
    fast machine and a slow one. Full: a run from scratch. Short: one with figures, notebook, report and audit to make.
    """
    trial = Trial(tmp_path / "checkout", None if FULL else built)
    trial.make_stale(f"# killed {number}")
    draw = random.Random(number)
    jobs, seconds = draw.randrange(JOBS), draw.uniform(0, LONGEST)
    run = trial.start()
    trial.wait_until_alive(run)
    trial.wait_for_jobs(run, jobs)
    time.sleep(seconds)
    assert run.poll() is None
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
    record_property("row 16", f"killed {seconds:.1f} s after {jobs} jobs, {marked} outputs begun; resumed, checksums equal")

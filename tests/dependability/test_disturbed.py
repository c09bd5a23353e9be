"""Row 17: a second run is refused, a full disk stops with a sentence, and no half file is ever accepted."""

import re
import resource
import shutil
import subprocess
import sys

import pytest
from trials import FULL, LOCK, Trial, file_corpus, read_results

from framings.runs import is_alive

pytestmark = pytest.mark.slow

REFUSAL = r"another run is at work on corpus demo \(process \d+ on .+, begun .+\); wait until it has ended, or end it"
HOLD = f"import time; from framings.runs import begin_run; begin_run({LOCK!r}); print('held', flush=True); time.sleep(600)"
ONLY_FULL = pytest.mark.skipif(not FULL, reason="part of `make dependability`")
FULL_DISK = "STOPPED: the disk is full"
SIZES = [0.2, 0.6, 1, 1.5, 2, 3, 5, 8, 12, 16] if FULL else []  # MiB left for the results of a run from scratch, which needs 27
LIMITS = [3, 20, 60, 100, 150, 300, 600] if FULL else [150]  # KiB at which every file is cut


@pytest.fixture(scope="module")
def whole(built):
    """The bytes of an undisturbed run."""
    return read_results(built.folder)


@pytest.fixture
def holder(built, tmp_path):
    """A stale copy of the built checkout, and a process that holds the lock of its corpus as a run does."""
    trial = Trial(tmp_path / "checkout", built)
    trial.make_stale()
    _, options = trial.call()
    process = subprocess.Popen([sys.executable, "-c", HOLD], **options, stdout=subprocess.PIPE)
    assert process.stdout.readline() == "held\n"
    yield trial, process
    process.kill()
    process.wait()


def test_a_second_run_is_refused_and_changes_nothing(holder, record_property):
    """While the lock is held a call ends with one sentence and results as they were, and a dry run is answered; kill -9 of the holder
    frees it."""
    trial, process = holder
    before = {path: path.stat().st_mtime_ns for path in trial.folder.joinpath("results").rglob("*")}
    content = read_results(trial.folder)
    refused = trial.run()
    assert refused.returncode != 0 and re.search(REFUSAL, refused.stderr), refused.stderr
    assert read_results(trial.folder) == content
    assert {path: path.stat().st_mtime_ns for path in trial.folder.joinpath("results").rglob("*")} == before
    assert "render_report" in trial.jobs()
    process.kill()
    process.wait()
    assert not is_alive(trial.folder / LOCK)
    record_property("row 17", "second run refused, 0 files changed; lock of a killed run in nobody's way")


@ONLY_FULL
def test_two_calls_at_once_end_with_the_same_bytes(built, tmp_path, whole, record_property):
    """While a run is at work a second on the same corpus is refused and one on another corpus is not; both that ran are right."""
    trial = Trial(tmp_path / "checkout", built)
    trial.make_stale()
    file_corpus(built, trial.folder)
    first = trial.start()
    trial.wait_until_alive(first)
    second = trial.start("--", "all")
    other = trial.run("--", "results/filed/documents/00.parquet", config=["corpus=filed"])
    assert second.wait() != 0
    assert other.returncode == 0, other.stderr
    assert first.wait() == 0
    assert trial.half_files(whole) == [] and trial.jobs() == set()
    record_property("row 17", "of two runs at once one refused; a run on another corpus beside it went through; checksums equal")


def resume(trial, built, whole):
    """Call a stopped run again and check that everything is there and equal."""
    again = trial.run()
    assert again.returncode == 0, again.stdout + again.stderr
    assert trial.checksums() == (built.folder / "results/demo/checksums.txt").read_text(encoding="utf-8")
    assert trial.half_files(whole) == [] and read_results(trial.folder).keys() == whole.keys()


@pytest.mark.parametrize("limit", LIMITS)
def test_a_file_that_cannot_be_written_whole_is_not_accepted(built, whole, tmp_path, record_property, limit):
    """Where the system cuts every file at a size, the run stops with a sentence and what passes for finished is whole."""
    trial = Trial(tmp_path / "checkout", None if FULL else built)
    trial.make_stale()
    call, options = trial.call()
    size = limit * 1024, limit * 1024
    cut = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, size)}
    stopped = subprocess.run(call, **options, **cut, capture_output=True, check=False)
    assert stopped.returncode != 0
    assert FULL_DISK in stopped.stderr or "File too large" in stopped.stderr, stopped.stderr
    assert trial.half_files(whole) == []
    resume(trial, built, whole)
    record_property(
        "row 17", f"files cut at {limit} KiB: stopped with a sentence, 0 half files accepted, resumed, checksums equal"
    )


@pytest.fixture
def small_disk(tmp_path):
    """A function that mounts a small disk at a folder and one that changes its size; skips where this may not be done."""
    mounted = []

    def mount(folder, megabytes):
        options = f"size={int(megabytes * 1024)}k"
        options = f"remount,{options}" if folder in mounted else options
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
        mounted.append(folder)

    if not shutil.which("mount"):
        pytest.skip("no small disk can be mounted here: there is no mount")
    yield mount
    for folder in set(mounted):
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("size", SIZES)
def test_a_full_disk_under_the_results_stops_with_a_sentence(built, whole, tmp_path, small_disk, record_property, size):
    """A run from scratch whose results outgrow their disk stops with a sentence; with more room it goes on to equal bytes."""
    trial = Trial(tmp_path / "checkout")
    (trial.folder / "results").mkdir()
    small_disk(trial.folder / "results", size)
    stopped = trial.run()
    assert stopped.returncode != 0 and FULL_DISK in stopped.stderr, stopped.stderr
    assert trial.half_files(whole) == []
    small_disk(trial.folder / "results", 100)
    resume(trial, built, whole)
    record_property(
        "row 17", f"{size} MiB for the results: stopped with a sentence, 0 half files accepted, resumed, checksums equal"
    )


@ONLY_FULL
def test_a_disk_that_is_full_for_everything_stops_and_accepts_nothing_half(built, whole, tmp_path, small_disk, record_property):
    """Where Snakemake's own records do not fit either, nothing half is accepted, and with more room the run goes on."""
    (tmp_path / "disk").mkdir()
    small_disk(tmp_path / "disk", 200)
    trial = Trial(tmp_path / "disk/checkout", built)
    trial.make_stale()
    for path in (trial.folder / "results/demo/figures").iterdir():
        path.unlink()
    used = 200 - shutil.disk_usage(tmp_path / "disk").free / 2**20
    small_disk(tmp_path / "disk", used + 1)
    stopped = trial.run()
    assert stopped.returncode != 0
    assert FULL_DISK in stopped.stderr or "No space left on device" in stopped.stderr, stopped.stderr
    assert trial.half_files(whole) == []
    small_disk(tmp_path / "disk", 200)
    resume(trial, built, whole)
    record_property("row 17", "disk full for records as well: stopped, 0 half files accepted, resumed, checksums equal")

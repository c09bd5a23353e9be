"""Facts about the lock of a run: who is dead holds none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from framings.runs import RunError, begin_run, is_alive, join_run

LIBRARY = {"PYTHONPATH": str(Path(__file__).resolve().parents[1] / "workflow/src")}
RUN = "import time; from framings.runs import begin_run; begin_run('runs/demo.lock'); print('begun', flush=True); time.sleep({})"
JOB = "import time; from framings.runs import join_run; join_run(); print('at work', flush=True); time.sleep(2)"


def begin(folder, seconds=600):
    """Return a process that holds the lock of a run in ``folder``."""
    call = [sys.executable, "-c", RUN.format(seconds)]
    run = subprocess.Popen(call, cwd=folder, env=os.environ | LIBRARY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "begun\n"
    return run


def end(run):
    """Kill a process and wait until it is gone."""
    run.kill()
    run.wait()


def test_a_second_run_is_told_who_holds_the_lock_and_a_killed_one_holds_none(tmp_path, monkeypatch):
    """The refusal names process, machine and time; after kill -9 the lock is free without any clean-up."""
    monkeypatch.chdir(tmp_path)
    run = begin(tmp_path)
    try:
        assert is_alive("runs/demo.lock") and not is_alive("runs/eaeu.lock")
        with pytest.raises(RunError, match=rf"at work on corpus demo \(process {run.pid} on .+, begun \d{{4}}-.+\); wait"):
            begin_run("runs/demo.lock")
    finally:
        end(run)
    assert not is_alive("runs/demo.lock")


def test_a_run_that_was_planned_beside_another_is_refused_even_when_that_has_ended(tmp_path):
    """Its plan may be out of date."""
    with pytest.raises(RunError, match="wait until it has ended"):
        begin_run(tmp_path / "demo.lock", was_alive=True)


def test_a_file_that_nobody_holds_is_no_run(tmp_path):
    """What is written in the file of the lock does not matter."""
    (tmp_path / "demo.lock").write_text("process 1 on moon, begun yesterday", encoding="utf-8")
    assert not is_alive(tmp_path / "demo.lock")


def test_a_job_whose_run_was_killed_writes_nothing_and_one_at_work_is_waited_for(tmp_path):
    """A job that begins to work after its run has ended stops with a sentence; the next run waits for one that was at work."""
    run = begin(tmp_path)
    who = (tmp_path / "runs/demo.lock").read_text(encoding="utf-8")
    told = os.environ | LIBRARY | {"FRAMINGS_RUN_LOCK": str(tmp_path / "runs/demo.lock"), "FRAMINGS_RUN_HOLDER": who}
    call = [sys.executable, "-c", JOB]
    working = subprocess.Popen(call, env=told, stdout=subprocess.PIPE, text=True)
    assert working.stdout.readline() == "at work\n"
    end(run)
    late = subprocess.run(call, env=told, capture_output=True, text=True, check=False)
    assert late.returncode != 0 and "the run that began this job has ended; the job writes nothing" in late.stderr
    following = begin(tmp_path, seconds=0)
    assert working.poll() == 0
    assert "Waiting for jobs that an ended run left at work." in following.communicate()[1]


def test_without_a_run_or_on_another_machine_a_job_just_works(monkeypatch):
    """An adapter called by hand, or by a cluster that passes the variables on, is not stopped."""
    monkeypatch.delenv("FRAMINGS_RUN_LOCK", raising=False)
    join_run()
    monkeypatch.setenv("FRAMINGS_RUN_LOCK", "/nowhere/demo.lock")
    monkeypatch.setenv("FRAMINGS_RUN_HOLDER", "process 1 on another-machine, begun 2026-01-01")
    join_run()

"""What the tests of dependability share: copies of a built checkout, runs that can be killed, what Snakemake takes for finished."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64decode

from conftest import Checkout

from framings.runs import is_alive

FULL = bool(os.environ.get("FRAMINGS_FULL"))  # set by `make dependability`
LOCK = ".snakemake/runs/demo.lock"
FIGURE_CODE = "workflow/src/framings/canvas.py"  # a changed remark here reruns figures, notebook, report and audit


class Trial(Checkout):
    """A checkout in which runs are begun, ended and compared with a run that nothing befell."""

    def __init__(self, folder, built=None):
        """Make a fresh checkout in ``folder``, or, given ``built``, a copy of that one with its results and time stamps."""
        if built is None:
            super().__init__(folder)
        else:
            shutil.copytree(built.folder, folder, symlinks=True)
            self.folder = folder

    def call(self, *arguments, cores=2):
        """Return the arguments and the keywords of a snakemake process that ``subprocess`` can begin."""
        call = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", "small.yaml", *arguments]
        environment = os.environ | {"PYTHONPATH": str(self.folder / "workflow/src")}
        return call, {"cwd": self.folder, "env": environment, "text": True}

    def start(self, *arguments):
        """Return a run that is under way, in a process group of its own; what it says goes to run.txt."""
        call, options = self.call(*arguments)
        with (self.folder / "run.txt").open("w", encoding="utf-8") as said:
            return subprocess.Popen(call, **options, start_new_session=True, stdout=said, stderr=said)

    def wait_until_alive(self, run):
        """Wait until a run holds the lock."""
        end = time.monotonic() + 120
        while not is_alive(self.folder / LOCK):
            assert run.poll() is None and time.monotonic() < end, (self.folder / "run.txt").read_text(encoding="utf-8")
            time.sleep(0.05)

    def wait_for_jobs(self, run, number):
        """Wait until so many jobs of a run have finished, or the run has."""
        while run.poll() is None and (self.folder / "run.txt").read_text(encoding="utf-8").count("Finished jobid") < number:
            time.sleep(0.02)

    def make_stale(self, remark="# a remark"):
        """Change the code of the figures by a remark, so that a run has figures, notebook, report and audit to make."""
        with (self.folder / FIGURE_CODE).open("a", encoding="utf-8") as file:
            file.write(f"\n{remark}\n")

    def checksums(self):
        """Return the file that lists every product with its SHA-256."""
        return (self.folder / "results/demo/checksums.txt").read_text(encoding="utf-8")

    def unfinished(self):
        """Return the outputs that Snakemake will make again because a run that has ended was at work on them."""
        marks = self.folder / ".snakemake/incomplete"
        names = [path.relative_to(marks).as_posix() for path in marks.rglob("*") if path.is_file()] if marks.exists() else []
        return {urlsafe_b64decode("".join(part.removeprefix("@") for part in name.split("/"))).decode() for name in names}

    def half_files(self, whole):
        """Return the files among the results that pass for finished though they differ from those of the undisturbed run."""
        marked = tuple(self.unfinished())
        return [
            name
            for name, content in read_results(self.folder).items()
            if name not in marked and not name.startswith(tuple(f"{mark}/" for mark in marked)) and content != whole.get(name)
        ]


def read_results(folder):
    """Return the bytes of every result by its path, without Snakemake's own time stamps."""
    paths = sorted(path for path in (folder / "results/demo").rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.name != ".snakemake_timestamp"}


def kill(run, everybody=True):
    """End a run by kill -9: its whole process group, or the main process alone, which leaves its jobs at work."""
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGKILL) if everybody else os.kill(run.pid, signal.SIGKILL)
    run.wait()


def file_corpus(built, folder, shuffled=None):
    """Write into a checkout the corpus `filed`: register, pages and codes of the demo as files at hand, as the real study has them.

    ``shuffled`` takes the path of a table kept by hand and puts its rows into another order.
    """
    source, made = built.folder / "data/corpora/demo", built.folder / "results/demo/simulated"
    corpus = folder / "data/corpora/filed"
    (corpus / "codes").mkdir(parents=True)
    for path in source.iterdir():
        if path.is_file() and path.name != "design.yaml" and not path.name.startswith("grammar_"):
            shutil.copy(path, corpus)
    (corpus / "corrections.csv").write_text("document_id,field,value,reason\n", encoding="utf-8")
    for name, place in (("documents.csv", corpus), ("sample.csv", corpus / "codes"), ("coded.csv", corpus / "codes")):
        shutil.copy(made / name, place)
    tables = [corpus / "documents.csv", corpus / "relevance.csv", corpus / "codes/sample.csv", corpus / "codes/coded.csv"]
    for path in tables if shuffled else []:
        shuffled(path)
    (corpus / "pages").mkdir()
    with (corpus / "documents.csv").open(encoding="utf-8-sig", newline="") as file:
        names = [row["page"] for row in csv.DictReader(file)]
    for name in names:  # written in the order of the register, so that a folder may list them in another
        if (made / "pages" / name).exists():
            shutil.copy(made / "pages" / name, corpus / "pages")

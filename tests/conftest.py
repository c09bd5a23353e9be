"""What the workflow tests share: a copy of the checkout in which a small run has been made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", "results", "logs", ".snakemake", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis", "*.tsv"
)
SMALL = "demo_documents: 24\ntopics: {k_min: 4, k_max: 5, seeds: 4}\nestimates: {swaps: 199}\n"


class Checkout:
    """A copy of the checkout in which snakemake can be called."""

    def __init__(self, folder):
        shutil.copytree(ROOT, folder, ignore=LEFT_BEHIND)
        self.folder = folder
        (folder / "small.yaml").write_text(SMALL, encoding="utf-8")

    def run(self, *arguments, cores=2, config=()):
        """Return the finished process of a snakemake call, its output as text; without ``config`` the simulated corpus is small."""
        call = [sys.executable, "-m", "snakemake", "--cores", str(cores)]
        call += ["--config", *config] if config else ["--configfile", "small.yaml"]
        call += arguments
        environment = os.environ | {"PYTHONPATH": str(self.folder / "workflow/src")}
        return subprocess.run(call, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def jobs(self, *arguments, **options):
        """Return the names of the rules that a dry run would run, without those that only gather."""
        finished = self.run("--dry-run", "--quiet", "host", *arguments, **options)
        assert finished.returncode == 0, finished.stderr
        lines = (finished.stdout + finished.stderr).splitlines()
        return {line.removeprefix("rule ").rstrip(":") for line in lines if line.startswith("rule ")} - {"all"}


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A copy of the checkout with the small simulated corpus built on two cores."""
    checkout = Checkout(tmp_path_factory.mktemp("built") / "checkout")
    finished = checkout.run()
    assert finished.returncode == 0, finished.stdout + finished.stderr
    checkout.said = finished.stdout
    return checkout


def pytest_terminal_summary(terminalreporter):
    """Write the figures that tests recorded as properties, a line each."""
    reports = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    lines = sorted({f"{row}: {figure}" for report in reports for row, figure in report.user_properties})
    if lines:
        terminalreporter.section("dependability")
        for line in lines:
            terminalreporter.write_line(line)

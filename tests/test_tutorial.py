"""The tutorial: each of its commands is run, in its order, and prints what the page says."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import SMALL

from framings.cli import build_parser
from framings.guide import list_commands

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?P<built><!-- built -->\n)?```sh\n(?P<call>.*?)```\n(?:(?P<between>(?:(?!```).)*?)\n```text\n(?P<said>.*?)```)?", re.S
)
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def list_steps():
    """Return [(commands, what they print or None, whether the shared run has done them)] of the page; prose may stand between."""
    return [(found["call"], found["said"], bool(found["built"])) for found in BLOCK.finditer(PAGE)]


def agree(said, wanted):
    """Whether what was printed is what the page shows, dots standing for anything, nothing included."""
    said = f"begin\n{said}\nend" if wanted.strip().startswith("...") else said
    said = f"{said}\nend" if wanted.strip().endswith("...") else said
    return doctest.OutputChecker().check_output(wanted, said, LIKE)


def test_its_settings_are_those_of_the_shared_run():
    """So that the run need not be made twice."""
    assert yaml.safe_load((ROOT / "docs/tutorial.yaml").read_text(encoding="utf-8")) == yaml.safe_load(SMALL)


@pytest.mark.slow
def test_each_command_prints_what_the_page_says(built, tmp_path):
    """In a copy of the checkout, from the first run to the text of one's own."""
    folder = tmp_path / "checkout"
    shutil.copytree(built.folder, folder, symlinks=True)
    (folder / ".venv/bin").mkdir(parents=True)
    for name, module in (("python", ""), ("snakemake", "-m snakemake"), ("framings", "-m framings.cli")):
        program = folder / ".venv/bin" / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    known = list_commands(build_parser())
    environment = os.environ | {"PYTHONPATH": str(folder / "workflow/src")}
    for call, wanted, done in list_steps():
        if not all(name in known for name in re.findall(r"bin/framings (\w+)", call)):
            assert "framings trace" in call  # runs as soon as the command is there
            continue
        if done:
            assert agree(built.said, wanted), built.said
            continue
        finished = subprocess.run(
            ["bash", "-e", "-c", call], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        said = finished.stdout + finished.stderr
        assert finished.returncode == 0, f"{call}\n{said}"
        assert wanted is None or agree(finished.stderr + finished.stdout, wanted), f"{call}\nprints\n{said}\nnot\n{wanted}"

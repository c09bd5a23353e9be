"""What a fresh machine installs: one list of dependencies, two locks, one environment."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("requirements.lock", "requirements-test.lock")


def read_lock(name):
    """Return the pinned versions of a lock by package, and its blocks of text."""
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
    pins = {}
    for block in blocks:
        package, version = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", block).groups()
        pins[re.sub(r"[-_.]+", "-", package).lower()] = version
    return pins, blocks


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(name):
    """A lock pins each package by hash and names no host, so that it installs from any index."""
    _, blocks = read_lock(name)
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_the_lock_satisfies_every_declared_dependency():
    """Each dependency of pyproject.toml stands in the lock with a version that it allows."""
    for name, extras in ((LOCKS[0], ("build",)), (LOCKS[1], ("build", "test"))):
        pins, _ = read_lock(name)
        declared = PROJECT["dependencies"] + [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
        for line in declared:
            requirement = Requirement(line)
            assert requirement.specifier.contains(pins[requirement.name.lower()]), line


def test_the_test_tools_change_no_locked_version():
    """The lock with the test tools contains the plain lock unchanged."""
    plain, _ = read_lock(LOCKS[0])
    tools, _ = read_lock(LOCKS[1])
    assert plain.items() <= tools.items()


def test_the_conda_environment_uses_the_same_lock():
    """environment.yml names a Python that the project allows, pip, and the lock, and nothing else."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, packages = environment["dependencies"]
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.removeprefix("python=") + ".0")
    assert pip == "pip"
    assert packages == {"pip": ["-r requirements.lock"]}


def test_the_citation_file_cites_both_articles():
    """CITATION.cff has the fields that its format requires and both articles with their DOIs."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= citation.keys()
    assert citation["version"] == PROJECT["version"]
    assert {work["doi"] for work in citation["references"]} == {"10.1080/03932729.2018.1488404", "10.1080/15387216.2017.1415763"}

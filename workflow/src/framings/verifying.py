"""Verifying: `framings verify` checks the sums of a replication package, runs it again and names the first cell that differs."""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd
import yaml

from framings.package_files import OWN_RUN, SUMS, PackageError, check_sums, copy_files, read_sums

ABOUT = """\
Verify a replication package that `snakemake package` made: its checksums first; then its code is run again with its settings in
a temporary folder, the package is made once more, and every file is compared. Where a table differs, the first differing row
and column are named with both values. The command ends with 0 where all is equal, else with 1."""
EXAMPLES = """\
examples:
  framings verify results/demo/package.zip
  framings verify package/ --pages ~/pages --cores 2     a corpus of real pages, which no package holds
  framings verify package/ --no-run                      the checksums alone

before:  snakemake --cores all package"""
TABLES = (".csv", ".parquet")
TEXTS = (
    ".json",
    ".html",
    ".svg",
    ".yaml",
    ".yml",
    ".md",
    ".txt",
    ".tex",
    ".py",
    ".smk",
    ".j2",
    ".ipynb",
    ".lock",
    ".toml",
    ".cff",
)


def add_verify_parser(commands, shape):
    """Add the command ``verify`` to the parsers of commands."""
    verify = commands.add_parser(
        "verify", help="run a replication package again and compare", description=ABOUT, epilog=EXAMPLES, **shape
    )
    verify.add_argument("package", metavar="PACKAGE", type=Path, help="folder or zip file that `snakemake package` made")
    verify.add_argument("--pages", metavar="FOLDER", type=Path, help="the raw pages; a simulated corpus needs none")
    verify.add_argument("--cores", metavar="N", default="all", help="cores to use; all by default")
    verify.add_argument("--no-run", action="store_true", help="check the sums alone")
    verify.add_argument("--any-versions", action="store_true", help="go on where installed packages differ from the lock")
    verify.set_defaults(run=run_verify, rootless=True)


def run_verify(options):
    """Verify a package and return the exit code."""
    with tempfile.TemporaryDirectory(prefix="framings-verify-") as scratch:
        folder = open_package(options.package, scratch)
        if not report_sums(folder):
            return 1
        if options.no_run:
            return 0
        settings = read_settings(folder)
        if options.pages is None and not Path(folder, "code/data/corpora", settings["corpus"], "design.yaml").exists():
            raise PackageError(
                f"the corpus {settings['corpus']} needs its raw pages: give --pages FOLDER (README.md says how to get them)"
            )
        if options.pages is not None and not options.pages.is_dir():
            raise PackageError(f"--pages {options.pages} is no folder; give the one that holds the raw pages")
        if not check_versions(folder, options.any_versions):
            return 1
        again = run_again(folder, Path(scratch, "checkout"), settings["corpus"], options.pages, options.cores)
        return 1 if again is None else report_differences(folder, again)


def open_package(path, scratch):
    """Return the folder of a package, unpacked into ``scratch`` where it is a zip file."""
    if path.is_dir():
        return path
    if not zipfile.is_zipfile(path):
        raise PackageError(f"{path} is neither a folder nor a zip file; give what `snakemake package` made")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(Path(scratch, "unpacked"))
    tops = [folder for folder in Path(scratch, "unpacked").iterdir() if (folder / SUMS).is_file()]
    if len(tops) != 1:
        raise PackageError(f"{path} holds no folder with {SUMS}; give what `snakemake package` made")
    return tops[0]


def report_sums(folder):
    """Print what the package's own sums say and return whether all files are as listed."""
    absent, changed = check_sums(folder)
    for name in absent:
        print(f"{name}: listed in {SUMS}, and not there")
    for name in changed:
        print(f"{name}: not the file that {SUMS} lists")
    n_listed = len(read_sums(folder))
    if absent or changed:
        n_other = len(absent) + len(changed)
        are = "is" if n_other == 1 else "are"
        print(f"{n_other} of {n_listed} files {are} not as the package was made; get it again. Nothing was run.", flush=True)
        return False
    print(f"1. {n_listed} files have the checksums that the package lists.", flush=True)
    return True


def read_settings(folder):
    """Return the settings of the packaged run."""
    path = Path(folder, "settings.yaml")
    settings = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    if not isinstance(settings, dict) or not isinstance(settings.get("corpus"), str):
        raise PackageError(f"{path} names no corpus; get the package again")
    return settings


def check_versions(folder, tolerant=False):
    """Print which installed packages differ from the lock of a package and return whether to go on."""
    differing = compare_versions(Path(folder, "code/requirements.lock").read_text(encoding="utf-8"))
    for name, (locked, installed) in differing.items():
        print(f"{name}: the lock says {locked}, installed is {installed or 'none'}")
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    if differing and not tolerant:
        differ = "package differs" if len(differing) == 1 else "packages differ"
        print(f"{len(differing)} {differ} from code/requirements.lock; install it as README.md says, or add --any-versions.")
        return False
    print(f"2. {python}; {'packages differ' if differing else 'all packages are those of the lock'}.", flush=True)
    return True


def compare_versions(lock):
    """Return {package: (locked, installed or None)} of the packages of a lock's text that differ here; markers are minded.

    >>> compare_versions("no-such-package==1.0 ; sys_platform == 'nowhere' \\\\\\n    --hash=sha256:00\\n")
    {}
    >>> compare_versions("no-such-package==1.0 \\\\\\n    --hash=sha256:00\\n")
    {'no-such-package': ('1.0', None)}
    """
    from packaging.requirements import Requirement

    differing = {}
    for line in re.findall(r"^[A-Za-z0-9].*", lock, re.M):
        needed = Requirement(line.rstrip("\\ "))
        if needed.marker is not None and not needed.marker.evaluate():
            continue
        try:
            installed = version(needed.name)
        except PackageNotFoundError:
            installed = None
        if installed is None or not needed.specifier.contains(installed, prereleases=True):
            differing[needed.name] = (str(needed.specifier).removeprefix("=="), installed)
    return differing


def run_again(folder, checkout, corpus, pages, cores):
    """Run a package's code in a folder of its own and return the package it makes; None where the run fails, which is printed."""
    code = [name.removeprefix("code/") for name in read_sums(folder) if name.startswith("code/")]
    copy_files(code, Path(folder, "code"), checkout)
    copy_files(["settings.yaml"], folder, checkout)
    call = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", "settings.yaml"]
    call += ["--config", f"pages={pages.resolve()}"] if pages else []
    environment = os.environ | {"PYTHONPATH": str(checkout.resolve() / "workflow/src")}
    print(f"3. Running the workflow for {corpus} again; its own lines follow.", flush=True)
    finished = subprocess.run([*call, "--", "package"], cwd=checkout, env=environment, check=False)
    if finished.returncode:
        print("The run stopped; its lines above say why. Nothing was compared.")
        return None
    return checkout / f"results/{corpus}/package"


def report_differences(folder, again):
    """Print how two packages differ and return the exit code."""
    names = list_differing(folder, again)
    if not names:
        n_compared = len([name for name in read_sums(folder) if name not in OWN_RUN])
        print(f"4. All equal: {n_compared} files came out again, byte by byte.")
        return 0
    print(f"4. {names[0]}: {tell_difference(Path(folder, names[0]), Path(again, names[0]))}")
    if len(names) > 1:
        more = ", ".join(names[1:9]) + (", …" if len(names) > 9 else "")
        print(f"{len(names) - 1} more {'file differs' if len(names) == 2 else 'files differ'}: {more}")
    return 1


def list_differing(folder, again):
    """Return the files that are not equal in two packages or in one alone: tables first, then by name; files of one's own run aside."""
    ours, theirs = read_sums(folder), read_sums(again)
    names = [name for name in ours.keys() | theirs.keys() if name not in OWN_RUN and ours.get(name) != theirs.get(name)]
    return sorted(names, key=lambda name: (not name.startswith("results/"), not name.endswith(TABLES), name))


def tell_difference(first, second):
    """Return in a sentence how two files with one name differ: the first row and column of a table, the first line of a text."""
    for path, where in ((second, "the package alone"), (first, "the new run alone")):
        if not path.is_file():
            return f"in {where}"
    if first.suffix in TABLES:
        return tell_cell(read_cells(first), read_cells(second))
    if first.suffix in TEXTS:
        lines = [path.read_text(encoding="utf-8", errors="replace").splitlines() for path in (first, second)]
        number = next((n for n, pair in enumerate(zip(*lines, strict=False), 1) if pair[0] != pair[1]), min(map(len, lines)) + 1)
        return f"line {number} differs"
    return "its bytes differ"


def read_cells(path):
    """Return a table for comparison: of a CSV file every cell as text, of a Parquet file as typed."""
    return pd.read_csv(path, dtype=str, keep_default_na=False) if path.suffix == ".csv" else pd.read_parquet(path)


def tell_cell(ours, theirs):
    """Return in a sentence where two tables first differ, by row and then by column; rows are counted as a spreadsheet does.

    >>> tell_cell(pd.DataFrame({"code": ["a", "b"], "n": [1, 2]}), pd.DataFrame({"code": ["a", "b"], "n": [1, 3]}))
    "row 3, column 'n': the package has 2, the new run 3"
    """
    if list(ours.columns) != list(theirs.columns):
        return f"the package has the columns {', '.join(ours.columns)}; the new run {', '.join(theirs.columns)}"
    n_rows = min(len(ours), len(theirs))
    first = None
    for name in ours.columns:
        left, right = (table[name].iloc[:n_rows].astype(object) for table in (ours, theirs))
        differing = ~((left == right).fillna(False).astype(bool) | (left.isna() & right.isna()))
        if differing.any():
            row = int(differing.to_numpy().argmax())
            first = (row, name) if first is None or row < first[0] else first
    if first:
        row, name = first
        shown = [_show(table[name].iloc[row]) for table in (ours, theirs)]
        return f"row {row + 2}, column {name!r}: the package has {shown[0]}, the new run {shown[1]}"
    if len(ours) != len(theirs):
        return f"row {n_rows + 2}: the package has {len(ours)} rows, the new run {len(theirs)}; those before are equal"
    kinds = [name for name in ours.columns if ours[name].dtype != theirs[name].dtype]
    return f"column {kinds[0]!r}: another type" if kinds else "the same cells, written in other bytes"


def _show(cell):
    """Return a cell as it is told: text in quotes, at most 80 characters."""
    text = repr(cell.item() if hasattr(cell, "item") else cell)
    return text if len(text) <= 80 else f"{text[:77]}…"

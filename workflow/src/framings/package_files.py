"""Files of a replication package: which of the checkout's go in, how sums are listed and read, and a zip of equal bytes.

The list goes by the known layout of the project, not by git, so that a package can be packed again from its own copy.
"""

import re
import shutil
import zipfile
from pathlib import Path

from framings.storage import hash_file

STAMP = (2000, 1, 1, 0, 0, 0)
SUMS = "SHA256SUMS"
OWN_RUN = ("README.md", SUMS)  # hold run times of one machine: not compared with another run
TOP = (
    "Snakefile", "config.yaml", "environment.yml", "requirements.lock", "requirements-test.lock", "pyproject.toml", "Makefile",
    "LICENSE", "CITATION.cff", "README.md", "CHANGELOG.md",
)  # fmt: skip
FOLDERS = ("workflow", "profiles", "notebooks", "docs", "data/reference")
LEFT_BEHIND = re.compile(
    r"(^|/)(__pycache__|\.ipynb_checkpoints|[^/]+\.egg-info)/|(^|/)\.[^/]+$|^data/corpora/[^/]+/(pages|archives)/"
    r"|^data/corpora/[^/]+/(fetched\.csv|crawl\.warc\.gz)$"
)


class PackageError(ValueError):
    """A package cannot be made or read; the message is one plain sentence."""


def list_checkout(root, corpus):
    """Return the paths, relative to the checkout ``root`` and sorted, of all that a corpus's run needs besides its pages."""
    root = Path(root)
    found = [root / name for name in TOP if (root / name).is_file()]
    for folder in (*FOLDERS, f"data/corpora/{corpus}"):
        found += [path for path in (root / folder).rglob("*") if path.is_file()]
    names = {path.relative_to(root).as_posix() for path in found}
    return sorted(name for name in names if not LEFT_BEHIND.search(name))


def copy_files(names, source, target):
    """Copy files, given by relative paths, from one folder into another."""
    for name in names:
        path = Path(target, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(source, name), path)


def list_files(folder):
    """Return the relative paths of all files in a folder, sorted; without the mark that Snakemake leaves in a finished folder."""
    paths = (path for path in Path(folder).rglob("*") if path.is_file() and path.name != ".snakemake_timestamp")
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def write_sums(folder):
    """Write SHA256SUMS of all other files of a folder into it; ``sha256sum -c SHA256SUMS`` checks them."""
    lines = [f"{hash_file(Path(folder, name))}  {name}\n" for name in list_files(folder) if name != SUMS]
    Path(folder, SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def read_sums(folder):
    """Return {relative path: SHA-256} as SHA256SUMS of a folder says; raises ``PackageError`` where there is none or it is damaged."""
    path = Path(folder, SUMS)
    if not path.is_file():
        raise PackageError(f"{folder} has no {SUMS}; give the folder that `snakemake package` made, or its zip file")
    sums = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
        if not found or found[2].startswith("/") or ".." in found[2].split("/"):
            raise PackageError(f"{path}, line {number} is no checksum of a file in the package")
        sums[found[2]] = found[1]
    return sums


def check_sums(folder):
    """Return the names of listed files that are absent and of those whose bytes have changed, both sorted."""
    sums = read_sums(folder)
    absent = [name for name in sorted(sums) if not Path(folder, name).is_file()]
    return absent, [name for name in sorted(set(sums) - set(absent)) if hash_file(Path(folder, name)) != sums[name]]


def write_zip(folder, path):
    """Write a folder as a zip file, sorted, all with one old date: equal folders give equal bytes."""
    folder = Path(folder)
    with zipfile.ZipFile(path, "w") as archive:
        for name in list_files(folder):
            info = zipfile.ZipInfo(f"{folder.name}/{name}", STAMP)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(info, (folder / name).read_bytes(), compresslevel=6)

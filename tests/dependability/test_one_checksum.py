"""Row 18: time zone, locale, hash seed, cores and the order of input change no byte."""

import random
import re
import shutil
import subprocess
from functools import partial

import pytest
from conftest import Checkout
from trials import FULL, file_corpus

pytestmark = pytest.mark.slow

ZONES = ["UTC", "Asia/Vladivostok", "America/Los_Angeles"]
LOCALES = ["C", "ru_RU.UTF-8", "tr_TR.UTF-8"]
# A Latin square: each zone meets each locale once; cores, hash seed and order of input alternate over it.
GRID = [
    (zone, locale, 1 + (a + b) % 2, 7 * a + b, (a + b) % 3) for a, zone in enumerate(ZONES) for b, locale in enumerate(LOCALES)
]
TRIED = GRID if FULL else [("Asia/Vladivostok", "tr_TR.UTF-8", 1, 12, 1)]
SHUFFLED = (
    "relevance.csv",
)  # in speakers.csv and stages.csv the order of rows is the order in which people and stages are shown


@pytest.fixture(scope="module")
def locales(tmp_path_factory):
    """A folder with the locales that this machine can make; where it can make none, their names alone are set."""
    folder = tmp_path_factory.mktemp("locales")
    for name in LOCALES[1:]:
        if shutil.which("localedef"):
            language, charset = name.split(".")
            subprocess.run(["localedef", "-i", language, "-f", charset, folder / name], capture_output=True, check=False)
    return folder


def shuffle(path, seed):
    """Write the rows of a CSV table in another order; 0 leaves it."""
    if seed:
        heading, *rows = path.read_text(encoding="utf-8").splitlines()
        random.Random(seed).shuffle(rows)
        path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")


def released(checkout, corpus="demo"):
    """Return the bytes of every product by its name; the report without the fingerprints of the files it was made from."""
    folder = checkout.folder / "results" / corpus
    names = [line.split("  ")[1] for line in (folder / "checksums.txt").read_text(encoding="utf-8").splitlines()]
    found = {name: (folder / name).read_bytes() for name in names}
    return found | {"report.html": re.sub(rb"\b[0-9a-f]{64}\b", b"", found["report.html"])}


def differing(found, expected):
    """Return the names of products that two runs do not share."""
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


@pytest.mark.parametrize(("zone", "locale", "cores", "seed", "order"), TRIED)
def test_no_setting_of_the_machine_changes_a_byte(
    built, tmp_path, locales, record_property, monkeypatch, zone, locale, cores, seed, order
):
    """A run from scratch elsewhere, on one core or two, with the patterns of relevance in another order, gives the same bytes."""
    settings = {"TZ": zone, "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": str(seed)}
    made = (locales / locale).exists()
    for name, value in (settings | ({"LOCPATH": str(locales)} if made else {})).items():
        monkeypatch.setenv(name, value)
    checkout = Checkout(tmp_path / "checkout")
    for name in SHUFFLED:
        shuffle(checkout.folder / "data/corpora/demo" / name, order)
    finished = checkout.run(cores=cores)
    assert finished.returncode == 0, finished.stderr
    assert differing(released(checkout), released(built)) == []
    if not order:
        sums = "results/demo/checksums.txt"
        assert (checkout.folder / sums).read_bytes() == (built.folder / sums).read_bytes()
    shown = locale if made or locale == "C" else f"{locale} (name only, not made on this machine)"
    record_property("row 18", f"{zone}, {shown}, hash seed {seed}, {cores} cores, rows in order {order}: one checksum")


@pytest.mark.skipif(not FULL, reason="part of `make dependability`")
def test_the_order_of_register_pages_and_codes_changes_no_byte(built, tmp_path, record_property):
    """A corpus of saved pages whose register, patterns, codes and folder of pages are shuffled gives the same products."""
    found = []
    for name, shuffled in (("plain", None), ("shuffled", partial(shuffle, seed=1))):
        checkout = Checkout(tmp_path / name)
        file_corpus(built, checkout.folder, shuffled)
        finished = checkout.run("--configfile", "small.yaml", config=["corpus=filed"])
        assert finished.returncode == 0, finished.stderr
        found.append(released(checkout, "filed"))
    assert differing(*found) == []
    record_property("row 18", f"register, pages, codes and patterns shuffled: {len(found[0])} products, one checksum each")

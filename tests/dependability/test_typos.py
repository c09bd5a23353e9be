"""Row 14 and the rest of row 20: every misspelt key is refused before any job, and so is a key that stands twice.

One misspelling of each key and the sentence for it are tested in tests/test_settings.py, three calls of snakemake in
tests/test_workflow.py; here are all slips of one finger.
"""

from pathlib import Path

import pytest
import yaml
from test_settings import SCHEMA, leaves, nested
from trials import FULL

from framings.settings import SettingsError, complete_settings, refuse_twins

ROOT = Path(__file__).resolve().parents[2]
ALPHABET = "abcdefghijklmnopqrstuvwxyz_"


def slips(name):
    """Return every text that one slip makes of a name: a character left out, doubled, swapped with the next or, in full, replaced."""
    found = {name[:k] + name[k + 1 :] for k in range(len(name))}
    found |= {name[: k + 1] + name[k:] for k in range(len(name))}
    found |= {name[:k] + name[k + 1] + name[k] + name[k + 2 :] for k in range(len(name) - 1)}
    if FULL:
        found |= {name[:k] + other + name[k + 1 :] for k in range(len(name)) for other in ALPHABET}
    found |= {name.upper(), name.capitalize(), name.replace("_", "-"), f" {name}", f"{name}:"}
    return sorted(found - {name, ""})


def test_no_slip_of_one_finger_passes(record_property):
    """Each key with each slip is refused, and nearly always the right key is offered."""
    tried = hinted = 0
    for path in leaves(SCHEMA):
        siblings = {other[-1] for other in leaves(SCHEMA) if other[:-1] == path[:-1]}
        for wrong in set(slips(path[-1])) - siblings:
            with pytest.raises(SettingsError) as refusal:
                complete_settings(nested((*path[:-1], wrong), 1), SCHEMA)
            tried += 1
            hinted += f"did you mean {'.'.join(path)!r}?" in str(refusal.value)
    assert hinted / tried > 0.95
    record_property(
        "row 14", f"{len(leaves(SCHEMA))} keys, {tried} misspellings: {tried} refused, {hinted} with the right key offered"
    )


def test_a_key_that_stands_twice_is_refused_with_both_lines(record_property):
    """Every key of config.yaml repeated at its own level is refused with file and lines."""
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    tried = 0
    for number, line in enumerate(lines, start=1):
        key = line.strip().split(":")[0]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        end = next(
            (k for k in range(number, len(lines)) if not lines[k].startswith(" " * (len(line) - len(line.lstrip()) + 1))),
            len(lines),
        )
        twice = "\n".join([*lines[:end], f"{line.split(':')[0]}: 1", *lines[end:]])
        with pytest.raises(SettingsError) as refusal:
            refuse_twins(twice, "config.yaml")
        assert str(refusal.value) == f"config.yaml, line {end + 1}: key {key!r} occurs twice (first in line {number}); keep one"
        tried += 1
    refuse_twins(text, "config.yaml")
    assert tried == len(leaves(SCHEMA))
    record_property("row 20", f"{tried} keys of config.yaml written twice: {tried} refused with both lines")


@pytest.mark.slow
@pytest.mark.parametrize("option", [["--configfile", "twice.yaml"], []][: 2 if FULL else 1], ids=" ".join)
def test_snakemake_stops_at_a_key_that_stands_twice(built, option):
    """Which Snakemake alone would read as the last of the two, in config.yaml and in a file given on the command line."""
    name = option[-1] if option else "config.yaml"
    path = built.folder / name
    before = path.read_text(encoding="utf-8") if path.exists() else yaml.safe_dump({"shards": 2})
    path.write_text(before + "shards: 3\n", encoding="utf-8")
    try:
        finished = built.run("--dry-run", *option, config=["corpus=demo"])
    finally:
        path.write_text(before, encoding="utf-8")
    assert finished.returncode != 0
    assert f"{name}, line {before.count(chr(10)) + 1}: key 'shards' occurs twice" in finished.stdout + finished.stderr

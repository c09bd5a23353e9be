"""Settings are closed, complete and described."""

from pathlib import Path

import pytest
import yaml

from framings.settings import SettingsError, complete_settings

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def leaves(rule, path=()):
    """Return the path of every key of a schema, sections included."""
    found = []
    for key, inner in rule.get("properties", {}).items():
        found += [(*path, key), *leaves(inner, (*path, key))]
    return found


def nested(path, value):
    """Return settings that hold one value at a path."""
    for key in reversed(path):
        value = {key: value}
    return value


def test_the_config_file_spells_out_every_default():
    """config.yaml and the schema's defaults are the same settings."""
    assert complete_settings({}, SCHEMA) == CONFIG == complete_settings(CONFIG, SCHEMA)


def test_the_first_line_names_the_schema():
    """An editor that reads line 1 of config.yaml finds the schema."""
    first = (ROOT / "config.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first.endswith("$schema=workflow/schemas/config.schema.yaml")


@pytest.mark.parametrize("path", leaves(SCHEMA), ids=".".join)
def test_a_misspelt_key_is_refused_with_the_right_one(path):
    """Each key with its last two letters swapped, or one doubled, is refused and the right one offered."""
    name = path[-1]
    wrong = name[:-2] + name[-1] + name[-2] if name[-1] != name[-2] else name + name[-1]
    with pytest.raises(SettingsError, match=rf"{wrong}' is unknown; did you mean '{'.'.join(path)}'"):
        complete_settings(nested((*path[:-1], wrong), 1), SCHEMA)


def test_a_wrong_value_is_refused_with_what_the_key_takes():
    """A text where a number belongs is one sentence with the bounds."""
    with pytest.raises(SettingsError) as refusal:
        complete_settings({"topics": {"seeds": "many"}}, SCHEMA)
    assert (
        str(refusal.value) == "config key 'topics.seeds': 'many' is not of type 'integer'; it takes a whole number from 2 to 200"
    )


def test_every_key_is_described_and_closed():
    """Each key has a description and a default, and each section refuses keys that it does not list."""

    def sections(rule):
        yield rule
        for inner in rule.get("properties", {}).values():
            if inner["type"] == "object":
                yield from sections(inner)

    for section in sections(SCHEMA):
        assert section["additionalProperties"] is False
        for rule in section["properties"].values():
            assert rule["description"].endswith(".")
            assert "default" in rule

"""Settings: checked against a closed schema before any job, filled with defaults, described for readers."""

import difflib

import jsonschema

from framings.mappings import TwiceError, load_mapping


class SettingsError(ValueError):
    """The settings cannot be used; the message is one plain sentence a fault."""


def refuse_twins(text, name):
    """Raise ``SettingsError`` where a key occurs twice in a file of settings, which Snakemake would read as its last value.

    >>> refuse_twins("corpus: demo\\nshards: 2\\ncorpus: eaeu\\n", "config.yaml")
    Traceback (most recent call last):
    framings.settings.SettingsError: config.yaml, line 3: key 'corpus' occurs twice (first in line 1); keep one
    """
    try:
        load_mapping(text)
    except TwiceError as error:
        place = f"{name}, line {error.line}"
        raise SettingsError(f"{place}: key {error.key!r} occurs twice (first in line {error.first}); keep one") from error


def complete_settings(given, schema):
    """Return ``given`` with every default of ``schema`` filled in, at every level, or raise ``SettingsError``.

    Unknown keys are refused with the nearest known one; wrong values with what the key takes.

    >>> schema = {"type": "object", "additionalProperties": False, "properties": {"corpus": {"type": "string", "default": "demo"}}}
    >>> complete_settings({}, schema)
    {'corpus': 'demo'}
    >>> complete_settings({"corpsu": "demo"}, schema)
    Traceback (most recent call last):
    framings.settings.SettingsError: config key 'corpsu' is unknown; did you mean 'corpus'?
    """
    validator = jsonschema.Draft202012Validator(schema)
    faults = [sentence for error in validator.iter_errors(given) for sentence in _sentences(error)]
    if faults:
        raise SettingsError("\n".join(sorted(faults)))
    return _filled(given, schema)


def portable_settings(settings):
    """Return settings without those that say where pages lie and come from: these differ between machines and change no result."""
    return {key: value for key, value in settings.items() if key not in ("pages", "fetch")}


def _filled(given, schema):
    """Return one level of settings with its defaults, keys in the schema's order."""
    filled = {}
    for key, rule in schema.get("properties", {}).items():
        value = given.get(key, rule.get("default"))
        filled[key] = _filled(value, rule) if rule.get("type") == "object" else value
    return filled


def list_seeds(settings, schema, above=""):
    """Return [(key, value, meaning)] of all settings that fix random numbers, by the schema's own words.

    >>> rules = {"properties": {"topics": {"properties": {"seeds": {"description": "random starts"}}}}}
    >>> list_seeds({"topics": {"seeds": 20}}, rules)
    [('topics.seeds', 20, 'random starts')]
    """
    found = []
    for key, value in settings.items():
        rule = schema.get("properties", {}).get(key, {})
        if isinstance(value, dict):
            found += list_seeds(value, rule, f"{above}{key}.")
        elif key in ("seed", "seeds", "swaps", "draws"):
            found.append((f"{above}{key}", value, rule.get("description", "")))
    return found


def _sentences(error):
    """Yield one plain sentence for each fault that a validation error holds."""
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(known), key=str):
            near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
            hint = f"did you mean {'.'.join([*map(str, path), near[0]])!r}?" if near else f"known keys are {', '.join(known)}"
            yield f"config key {'.'.join(map(str, [*path, key]))!r} is unknown; {hint}"
    else:
        yield f"config key {'.'.join(map(str, path))!r}: {error.message}; it takes {_takes(error.schema)}"


def _takes(rule):
    """Return in words what a key takes."""
    if "enum" in rule:
        return "one of " + ", ".join(map(repr, rule["enum"]))
    words = {
        "integer": "a whole number",
        "number": "a number",
        "string": "a text",
        "boolean": "true or false",
        "array": "a list of texts",
        "object": "further keys",
    }[rule["type"]]
    bounds = [
        f"{name} {rule[key]}" for key, name in (("minimum", "from"), ("maximum", "to"), ("pattern", "matching")) if key in rule
    ]
    return " ".join([words, *bounds])


def describe_settings(schema):
    """Return the table of all keys as Markdown: key, what it takes, default, meaning."""
    lines = [
        "# Settings",
        "",
        schema["description"],
        "",
        "Written from `workflow/schemas/config.schema.yaml` by `make docs`; change the schema, not this page.",
        "",
        "| key | takes | default | meaning |",
        "| --- | --- | --- | --- |",
        *_rows(schema, ""),
    ]
    return "\n".join(lines) + "\n"


def _rows(schema, prefix):
    """Yield a Markdown row for each key, sections before their keys."""
    for key, rule in schema["properties"].items():
        default = "" if rule["type"] == "object" else f"`{rule['default']!r}`".replace("'", '"')
        takes = _takes(rule).replace("|", "\\|")
        yield f"| `{prefix}{key}` | {takes} | {default} | {rule['description']} |"
        if rule["type"] == "object":
            yield from _rows(rule, f"{prefix}{key}.")

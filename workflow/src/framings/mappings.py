"""YAML written by hand: a key that occurs twice is refused, not silently overwritten."""

import yaml


class TwiceError(ValueError):
    """A key occurs twice; ``line`` and ``first`` are where, from 1."""

    def __init__(self, key, line, first):
        super().__init__(f"line {line}: key {key!r} occurs twice")
        self.key, self.line, self.first = key, line, first


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML with duplicate keys refused."""

    def construct_mapping(self, node, deep=False):
        seen = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                raise TwiceError(key.value, line, seen[key.value])
            seen[key.value] = line
        return super().construct_mapping(node, deep)


def load_mapping(text):
    """Return what the YAML in ``text`` holds; raises ``TwiceError`` for a key that occurs twice in a mapping.

    >>> load_mapping("a: 1\\nb: 2\\na: 3")
    Traceback (most recent call last):
    framings.mappings.TwiceError: line 3: key 'a' occurs twice
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - the loader derives from SafeLoader

"""Literature: the works that the report refers to, from data/reference/references.yaml."""

import yaml
from markupsafe import Markup

from framings.mappings import TwiceError, load_mapping

KEYS = ("id", "cite", "text")


class LiteratureError(ValueError):
    """A list of references that cannot be used; the message is one plain sentence."""


def read_literature(text):
    """Return the references by id, in the order of the file: {id: {"cite", "text", "doi" (empty where it has none)}}.

    >>> read_literature('[{id: a1, cite: A 1, text: "A. (1). B."}]')
    {'a1': {'cite': 'A 1', 'text': 'A. (1). B.', 'doi': ''}}
    """
    try:
        entries = load_mapping(text)
    except (TwiceError, yaml.YAMLError) as error:
        raise LiteratureError(f"references.yaml cannot be read ({' '.join(str(error).split())}); mend it there") from error
    found = {}
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
        lacking = [key for key in KEYS if not isinstance(entry, dict) or not isinstance(entry.get(key), str) or not entry[key]]
        if lacking:
            raise LiteratureError(f"references.yaml, entry {number}: {lacking[0]} is missing or no text; write it")
        unknown = entry.keys() - {*KEYS, "doi"}
        if unknown:
            raise LiteratureError(
                f"references.yaml, entry {number}: unknown key {min(unknown)!r}; an entry takes {', '.join(KEYS)}, doi"
            )
        if entry["id"] in found:
            raise LiteratureError(f"references.yaml, entry {number}: the id {entry['id']!r} stands twice; give it another")
        found[entry["id"]] = {"cite": entry["cite"], "text": entry["text"], "doi": str(entry.get("doi") or "")}
    return found


def refer(literature, name):
    """Return how a work is cited, as a link to its place in the report's list; raises ``LiteratureError`` for an unknown id."""
    if name not in literature:
        raise LiteratureError(f"the report refers to {name!r}, which is not in references.yaml; add it there")
    return Markup('<a href="#ref-{}" data-from="references.yaml">{}</a>').format(name, literature[name]["cite"])


def render_literature(literature):
    """Return the references as a page in Markdown, in the order of authors."""
    lines = [
        f"- {work['text']}" + (f" [doi:{work['doi']}](https://doi.org/{work['doi']})" if work["doi"] else "")
        for work in sort_literature(literature)
    ]
    return "\n".join(["# References", "", "Made by `make docs` from `data/reference/references.yaml`.", "", *lines]) + "\n"


def sort_literature(literature):
    """Return the works with their ids, in the order of authors and years."""
    works = [{"id": name} | work for name, work in literature.items()]
    return sorted(works, key=lambda work: work["text"].casefold())

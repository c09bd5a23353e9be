"""The codebook as a page that a coder reads, searches and prints."""

import base64
import hashlib

import jinja2
from markupsafe import Markup

from framings.codebook import COMPOSITE_PARTS, LANGUAGES, NEGATION

LANGUAGE_NAMES = {"en": "English", "ru": "Russian"}
SECTION_TITLES = {"residual": "Residual codes", "marker": "Markers"}
SECTION_NOTES = {
    "residual": "For sentences that carry no sub-frame.",
    "marker": "Given beside any other code. Composites and attributes are made from them.",
}
PART_NAMES = {"any": "at least one of", "all": "all of", "not": "none of"}
# Shows the entries that hold every word of the search; the count is read out by screen readers.
SCRIPT = """
"use strict";
const field = document.getElementById("search"), count = document.getElementById("count");
const fold = text => text.toLowerCase().replaceAll("ё", "е");
const entries = [...document.querySelectorAll(".entry")].map(node => [node, fold(node.textContent)]);
function search() {
  const words = fold(field.value).split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const [node, text] of entries) shown += !(node.hidden = !words.every(word => text.includes(word)));
  for (const part of document.querySelectorAll("section.part")) part.hidden = !part.querySelector(".entry:not([hidden])");
  count.textContent = words.length ? `${shown} of ${entries.length} entries` : `${entries.length} entries`;
}
field.addEventListener("input", search);
field.form.addEventListener("submit", event => event.preventDefault());
document.getElementById("tools").hidden = false;
addEventListener("hashchange", () => { const node = document.getElementById(location.hash.slice(1));
  if (node && node.closest("[hidden]")) { field.value = ""; search(); node.scrollIntoView(); } });
search();
"""


def render_codebook(template, codebook):
    """Return ``codebook`` as an HTML page: ``template`` is the text of codebook.html.j2.

    The page needs no other file and no network; all text of the codebook is escaped; the one script is named by its hash.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return environment.from_string(template).render(
        book=codebook,
        parts=_list_parts(codebook),
        composites=[_describe_composite(name, parts) for name, parts in codebook.composites.items()],
        negation=_describe_patterns(codebook.patterns, NEGATION),
        titles=dict(zip(codebook.codes["code"], codebook.codes["title"], strict=True)),
        languages=LANGUAGE_NAMES,
        script=Markup(SCRIPT),
        script_hash=digest,
    )


def _list_parts(codebook):
    """Return the parts of the page that hold codes: id, title, note, entries; families first."""
    codes = codebook.codes
    parts = [(name, f["name"].capitalize(), f["definition"], codes["family"] == name) for name, f in codebook.families.items()]
    parts += [(kind, title, SECTION_NOTES[kind], codes["kind"] == kind) for kind, title in SECTION_TITLES.items()]
    return [
        {"id": name, "title": title, "note": note, "entries": [_describe_code(row, codebook) for row in codes[mine].itertuples()]}
        for name, title, note, mine in parts
        if mine.any()
    ]


def _describe_code(row, codebook):
    """Return a code with its patterns and the collision rules that name it."""
    rules = [entry for entry in codebook.collisions if row.code in entry["codes"]]
    return {"row": row, "patterns": _describe_patterns(codebook.patterns, row.code), "rules": rules}


def _describe_patterns(patterns, code):
    """Return (language, patterns, near misses) of a code for each language in which it has any."""
    rows = patterns[patterns["code"] == code]
    sides = {
        language: [
            rows.loc[(rows["language"] == language) & (rows["is_mask"] == masks), "pattern"].tolist() for masks in (False, True)
        ]
        for language in LANGUAGES
    }
    return [(language, live, masks) for language, (live, masks) in sides.items() if live or masks]


def _describe_composite(name, parts):
    """Return a composite with its members in words."""
    return {
        "id": name,
        "title": parts["title"],
        "parts": [(PART_NAMES[key], parts[key]) for key in COMPOSITE_PARTS if parts[key]],
    }

"""The explorer's place in the report: its section, style, script, packed data, and what the page then allows.

Everything is in the page: no script of another place runs, nothing is fetched, and no text is evaluated as code. Scripts run
only if their SHA-256 stands in the page's policy.
"""

import base64
import hashlib
import json

import jinja2
import pandas as pd
from markupsafe import Markup

from framings.explorer import pack_block, pack_text
from framings.products import LOOKS, show_value

POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {scripts}; connect-src 'none'; base-uri 'none'; "
    "form-action 'none'"
)


def bundle_explorer(core, shards, charts, vega):
    """Return what the rule writes: the packed core, texts and Vega, the charts, and Vega's hash."""
    return {
        "core": pack_block(core),
        "texts": [pack_block(shard) for shard in shards],
        "charts": charts,
        "vega": pack_text(vega),
        "vega_hash": hash_script(vega),
    }


def render_explorer(bundle, html, js, css, corpus, simulated, names, coder, note=""):
    """Return {"policy", "skip", "head", "section", "tail"} for the report's template, all but the policy as safe markup.

    ``bundle``: as ``write_bundle`` wrote it. ``html``, ``js``, ``css``: the texts of explorer.html.j2, explorer.js, explorer.css.
    ``corpus``: its id. ``coder``: the headline's. ``note``: what should be known of the reference codes. Text of the
    corpus is in the packed blocks alone.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    bundle = json.loads(bundle)
    settings = {"corpus": corpus, "simulated": simulated, "coder": coder, "note": note, "measured": names["what_is_measured"]}
    blocks = {"core": bundle["core"], "vega": bundle["vega"]} | {f"text-{k}": text for k, text in enumerate(bundle["texts"])}
    blocks |= {"settings": pack_block(settings | {"charts": bundle["charts"]})}
    return {
        "policy": POLICY.format(scripts=f"{hash_script(js)} {bundle['vega_hash']}"),
        "skip": Markup('<a class="skip" href="#explorer">Skip to the explorer</a>'),
        "head": Markup("<style>{}</style>").format(Markup(css)),
        "section": Markup(environment.from_string(html).render(**settings)),
        "tail": Markup("\n").join([*(write_block(*block) for block in blocks.items()), Markup(f"<script>{js}</script>")]),
    }


def write_block(name, packed):
    """Return a packed block as an element that no browser runs or shows."""
    return Markup('<script type="application/octet-stream" id="block-{}">{}</script>').format(name, packed)


def pack_rows(table, anchor, looks=None):
    """Return a table packed for the page's script, with the same headings, cells and row ids as ``products.render_rows`` gives.

    >>> from framings.explorer import unpack_block
    >>> rows = unpack_block(pack_rows(pd.DataFrame({"n_coded": [1200]}), "t-x"))
    >>> rows["heads"], rows["ids"], rows["cells"]
    ([['with the code', 1]], ['t-x-0'], [['1\\u202f200']])
    """
    looks, heads, cells = LOOKS | (looks or {}), [], []
    for name in table.columns:
        head, kind = looks.get(name, (name.replace("_", " "), ""))
        kind = looks.get(name, (name, ""))[1] or ("number" if pd.api.types.is_float_dtype(table[name]) else "")
        heads.append([head, int(bool(kind) or pd.api.types.is_integer_dtype(table[name]))])
        cells.append([show_value(value, kind) for value in table[name]])
    return pack_block({"heads": heads, "ids": [f"{anchor}-{k}" for k in table.index], "cells": cells})


def hash_script(text):
    """Return a script's source expression for a Content-Security-Policy.

    >>> hash_script("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}'"


def write_bundle(bundle):
    """Return the bundle as JSON text, in the order of its keys."""
    return json.dumps(bundle, ensure_ascii=False, sort_keys=True) + "\n"

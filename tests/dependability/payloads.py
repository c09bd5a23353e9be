"""Texts that must stay texts wherever they are shown: markup, templates, addresses, formulas, and marks of typesetting."""

import re

from selectolax.lexbor import LexborHTMLParser

HOSTILE = [
    "<script>alert(1)</script>", "</td><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
    "\"><script>alert(1)</script>", "'><script>alert(1)</script>", "<iframe src=javascript:alert(1)>", "<body onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>", "<math><mtext><script>alert(1)</script>", "<style>*{display:none}</style>",
    "</style><script>1</script>", "</title><script>alert(1)</script>", "<!-- --><script>alert(1)</script>",
    "--><script>alert(1)</script>", "]]><script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;",
    "{{ 7*7 }}", "{% raw %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>", "<object data=javascript:alert(1)>", "<embed src=x>",
    "<form action=javascript:alert(1)><input type=submit>", "<base href=//evil.example>",
    "<link rel=stylesheet href=//evil.example>", "<meta http-equiv=refresh content=0>", "<marquee onstart=alert(1)>",
    "<input autofocus onfocus=alert(1)>", "javascript:alert(1)", "\u202e<script>", "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<<script>script>alert(1)<</script>/script>", "<ScRiPt>alert(1)</sCrIpT>", "<button onclick=alert(1)>x",
    "<textarea></textarea><script>alert(1)</script>",
]  # fmt: skip
FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "\r=1", "\n=1", " =1", "＝1+1"]
TYPESETTING = ["$\\frac{$ and $x_$", "\\textbf{x} & 50 % _ # ~ ^"]
LIVE_ADDRESS = re.compile(r"^\s*(?:javascript|vbscript|data:text|//)|evil\.example", re.I)
ADDRESSES = ("href", "src", "action", "formaction", "data", "xlink:href", "srcset", "poster", "content", "style")


def find_live(html, usual):
    """Return what a payload would have brought to life on a page: elements that are not among the usual ones, handlers, addresses."""
    found = []
    for node in LexborHTMLParser(html).root.traverse(include_text=False):
        if node.tag not in usual and not node.tag.startswith(("-", "!", "_")):
            found.append(f"element {node.tag}")
        for name, value in node.attributes.items():
            if name.startswith("on"):
                found.append(f"handler {name} of {node.tag}")
            elif name in ADDRESSES and value and LIVE_ADDRESS.search(value):
                found.append(f"address {value} of {node.tag}")
        if node.tag in ("script", "style") and "alert(1)" in (node.text() or ""):
            found.append(f"payload inside {node.tag}")
    return found


def read_elements(html):
    """Return the names of the elements of a page."""
    return {node.tag for node in LexborHTMLParser(html).root.traverse(include_text=False)}


def is_formula(cell):
    """Return whether a spreadsheet would compute a cell: it begins like a formula and is no number."""
    if not re.match(r"[\s\x00]*[=+\-@＝＋－＠]", cell):
        return False
    return not re.fullmatch(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", cell)

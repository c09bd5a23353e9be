"""Redistribution: whose text may be passed on, under which licence, and what stands in its place where it may not.

The register says it document by document, in two columns that it need not have: ``redistribute`` (yes or no; empty or no
such column: yes) and ``licence``. Whatever leaves the project with sentences in it asks here.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import pandas as pd

WITHHELD = "text withheld"
# ASSUME: pages of kremlin.ru carry CC BY 4.0 in their footer, as every page at hand does; credit the site.
SITE_LICENCES = {"kremlin.ru": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")}
SIMULATED = ("MIT", "https://opensource.org/license/mit")
UNKNOWN = ("The text belongs to its source, under that source's own terms.", "")


@dataclass(frozen=True)
class Terms:
    """What a register says of passing texts on: {document: (licence, address)}, {document: SHA-256 of its page}, ids of withheld ones."""

    licences: dict
    fingerprints: dict
    withheld: frozenset

    def count_withheld(self, documents):
        """Return how many of these documents are withheld."""
        return len(self.withheld.intersection(documents))


def read_terms(register, simulated=False):
    """Return the ``Terms`` of a register."""
    fingerprints = dict(zip(register["document_id"], register["sha256"], strict=True))
    return Terms(list_licences(register, simulated), fingerprints, list_withheld(register))


def may_redistribute(register):
    """Return a Series of bool by document_id: whether the text of each document of the register may be passed on.

    >>> may_redistribute(pd.DataFrame({"document_id": ["a", "b"], "redistribute": ["no", None]})).to_dict()
    {'a': False, 'b': True}
    >>> may_redistribute(pd.DataFrame({"document_id": ["a"]})).to_dict()
    {'a': True}
    """
    said = register["redistribute"] if "redistribute" in register else pd.Series("yes", index=register.index)
    return pd.Series(said.ne("no").to_numpy(bool), index=register["document_id"].to_numpy())


def list_withheld(register):
    """Return the set of ids of the documents whose text may not be passed on."""
    allowed = may_redistribute(register)
    return frozenset(allowed.index[~allowed])


def list_licences(register, simulated=False):
    """Return {document_id: (licence, its address or empty)}: the register's own word first, then what is known of the site.

    >>> pages = {"document_id": ["a", "b"], "url": ["http://en.kremlin.ru/1", "http://kremlin.ru.example/2"]}
    >>> [name for name, _ in list_licences(pd.DataFrame(pages)).values()]
    ['CC BY 4.0', "The text belongs to its source, under that source's own terms."]
    """
    said = register["licence"] if "licence" in register else [None] * len(register)
    licences = {}
    for document, url, own in zip(register["document_id"], register["url"], said, strict=True):
        host = read_host(url)
        known = next((terms for site, terms in SITE_LICENCES.items() if host == site or host.endswith("." + site)), UNKNOWN)
        licences[document] = (own, "") if isinstance(own, str) else SIMULATED if simulated else known
    return licences


def refer(url, paragraph=None):
    """Return the reference that stands in place of a text which may not be passed on; ``paragraph`` counts from 0.

    >>> refer("http://site.example/1", 4)
    '[text withheld: http://site.example/1, paragraph 4]'
    """
    place = "" if paragraph is None else f", paragraph {paragraph}"
    return f"[{WITHHELD}: {url}{place}]"


def read_host(url):
    """Return the host of an address, empty where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""

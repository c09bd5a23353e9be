"""Codes on disk: what coders gave and what was drawn for them, as far as it fits the sentences and the codebook of today.

Apart from ``framings.storage``, so that a change of sampling or reference codes reruns what reads them and nothing else.
"""

from pathlib import Path

import pandas as pd

from framings.codebook import keep_asked, parse_version, read_codebook
from framings.references import NO_CODE, REFERENCE, keep_unshifted
from framings.schemas import CODED, SAMPLE, check
from framings.storage import read_hand_table

SIMULATED = "simulation_truth"  # kind of coders who are made from the codebook as it is


def read_coding(sample, coded, frame):
    """Return (SAMPLE, CODED of all coders as far as their texts are those of the frame, sentences left out) from CSV files at these paths."""
    sample = read_hand_table(sample, SAMPLE)
    tables = [read_hand_table(path, CODED) for path in ([coded] if isinstance(coded, str | Path) else coded)]
    kept, n_shifted = keep_unshifted(pd.concat(tables, ignore_index=True), frame)
    return sample[sample["sentence_id"].isin(kept["sentence_id"])].reset_index(drop=True), kept, n_shifted


def read_asked(codebook, coded):
    """Return the ``Codebook`` at a path without what the coders of ``coded`` (CODED) were not asked for: see ``restrict_codebook``."""
    return restrict_codebook(read_codebook(Path(codebook).read_text(encoding="utf-8")), coded)


def restrict_codebook(codebook, coded):
    """Return the ``Codebook`` as all coders of ``coded`` (CODED) knew it: as ``keep_asked`` does for the oldest of their versions.

    Whoever coded from an older version than a code was introduced in was not asked for it: that it is not among the given codes
    says nothing. Simulated coders know all codes.
    """
    versions = list_versions(coded)
    return keep_asked(codebook, versions[0]) if versions else codebook


def list_versions(coded):
    """Return the versions of the codebook that CODED was coded from, the oldest first; simulated coders aside."""
    versions = coded.loc[coded["coder_kind"] != SIMULATED, "codebook_version"].unique()
    return sorted(versions, key=lambda version: (parse_version(version) or (), version))


def split_asked(codebook, coded):
    """Return [(Codebook, CODED)]: first what all coders were asked for, then what came later, with the rows given since then.

    Each codebook is that of its rows, and all their codes are of it: a sentence that keeps none has NONE. Codes for which fewer
    than two coders were asked are in none of them.
    """
    found = []
    for version in list_versions(coded):
        asked, rows = keep_asked(codebook, version), _keep_since(coded, version)
        if not found or (len(asked.codes) > len(found[-1][0].codes) and rows["coder_id"].nunique() > 1):
            found.append((asked, _keep_codes(rows, codebook, asked)))
    return found or [(codebook, coded)]


def measure_asked(measure, contract, coded, codebook, documents_of, *rest, **options):
    """Return the table that ``measure`` makes of CODED, each code among the coders who were asked for it.

    ``measure`` takes (coded, codes, documents_of, composites, ...) and gives a table of ``contract`` with a column ``code``. A code
    that was not asked of two coders, and a composite that needs it, has no row.
    """
    tables, known = [], set()
    for asked, rows in split_asked(codebook, coded):
        table = measure(rows, asked.codes, documents_of, asked.composites, *rest, **options)
        tables.append(table[~table["code"].isin(known)])
        known |= {*asked.codes["code"], *asked.composites}
    if len(tables) == 1:
        return tables[0]
    order = {name: place for place, name in enumerate([*codebook.codes["code"], *codebook.composites])}
    table = pd.concat(tables, ignore_index=True)
    return check(table.sort_values("code", key=lambda names: names.map(order), kind="stable"), contract)


def list_unasked(codebook, coded):
    """Return [(coder_id, version, number of sentences, codes, composites)] that coders of CODED were not asked for, by coder and version."""
    found = []
    for (coder, version), rows in coded[coded["coder_kind"] != SIMULATED].groupby(["coder_id", "codebook_version"]):
        asked = keep_asked(codebook, version)
        lacking = [code for code in codebook.codes["code"] if code not in set(asked.codes["code"])]
        if lacking:
            unmade = [name for name in codebook.composites if name not in asked.composites]
            found.append((coder, version, rows["sentence_id"].nunique(), lacking, unmade))
    return found


def name_unasked(codebook, coded):
    """Return {coder: codes and composites that it was not asked for}; the trained coder knows what the reference codes know."""
    names = {}
    for coder, _, _, codes, composites in () if coded is None else list_unasked(codebook, coded):
        names.setdefault(coder, set()).update(codes, composites)
    return names | ({"trained": names[REFERENCE]} if REFERENCE in names else {})


def _keep_since(coded, version):
    """Return the rows of CODED that were given from this version of the codebook or a later one, or by simulation."""
    later = coded["codebook_version"].map(lambda given: (parse_version(given) or ()) >= (parse_version(version) or ()))
    return coded[later.astype(bool) | (coded["coder_kind"] == SIMULATED)]


def _keep_codes(coded, codebook, asked):
    """Return CODED without the codes of ``codebook`` that are not in ``asked``, NONE where a coder's sentence keeps none."""
    gone = coded["code"].isin(codebook.codes["code"]) & ~coded["code"].isin(asked.codes["code"])
    if not gone.any():
        return coded
    key = ["sentence_id", "coder_id"]
    emptied = gone.groupby([coded[name] for name in key]).transform("all")
    bare = coded[emptied].drop_duplicates(key).assign(code=NO_CODE)
    return pd.concat([coded[~gone], bare]).sort_values([*key, "code"], ignore_index=True)

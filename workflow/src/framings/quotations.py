"""Quotations: passages whose codes their own authors gave, as an acceptance test for every coder."""

import pandas as pd

from framings.schemas import Column, Contract, check

QUOTATIONS = Contract(
    "quotations", "a printed passage with a reading of its own, and what a coder made of it", ("coder_id", "quotation_id"),
    {
        "coder_id": Column("text", "whose codes"),
        "quotation_id": Column("text", "key of the passage"),
        "n_expected": Column("int", "codes that the reading asks for", low=0),
        "n_recovered": Column("int", "of these, codes that the coder gave", low=0),
        "n_extra": Column("int", "further codes that the coder gave", low=0),
        "recovered": Column("text", "codes recovered, separated by a space; empty where none"),
        "missed": Column("text", "codes expected and not given"),
        "extra": Column("text", "codes given and not expected"),
    },
)  # fmt: skip


def score_quotations(quotations, codes_of, counted=None):
    """Return the table QUOTATIONS: for each coder and passage, the codes recovered, missed and added.

    ``quotations`` are mappings with id and expect (codes); ``codes_of`` maps each coder to {quotation id: codes given}. A
    passage that a coder did not read has no row of its. Only codes in ``counted`` (default: all) count as given.

    >>> readings = [{"id": "Q1", "expect": ["OS12"]}, {"id": "Q2", "expect": ["RS02", "OS05"]}]
    >>> table = score_quotations(readings, {"dictionary": {"Q1": {"OS12", "RS01"}, "Q2": {"RS02"}}})
    >>> table[["n_recovered", "n_extra", "missed"]].values.tolist()
    [[1, 1, ''], [1, 0, 'OS05']]
    """
    rows = []
    for coder, given_by_id in codes_of.items():
        for quotation in quotations:
            if quotation["id"] not in given_by_id:
                continue
            given, expected = set(given_by_id[quotation["id"]]), set(quotation["expect"])
            given = given if counted is None else given & set(counted)
            sets = {"recovered": expected & given, "missed": expected - given, "extra": given - expected}
            row = {"coder_id": coder, "quotation_id": quotation["id"], "n_expected": len(expected)}
            row |= {"n_recovered": len(sets["recovered"]), "n_extra": len(sets["extra"])}
            rows.append(row | {name: " ".join(sorted(codes)) for name, codes in sets.items()})
    return check(pd.DataFrame(rows, columns=list(QUOTATIONS.columns)), QUOTATIONS)


def sum_quotations(scores):
    """Return {coder_id, n_quotations, n_expected, n_recovered, n_extra} of the table QUOTATIONS, a row a coder."""
    sums = scores.groupby("coder_id", sort=False)[["n_expected", "n_recovered", "n_extra"]].sum()
    return sums.assign(n_quotations=scores.groupby("coder_id").size()).reset_index()

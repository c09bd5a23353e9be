"""Unasked: what a coder was not asked for stands in tables as missing, with the reason, and never as nothing found."""

import numpy as np
import pandas as pd

from framings.schemas import PREVALENCE, check


def add_unasked(prevalence):
    """Return PREVALENCE of several coders with rows without numbers for the codes of the first coder that another was not asked for.

    They stand behind the coder's other rows, for each actor and stage that it has, and their reason says that they are not coded.
    """
    coders, pieces = prevalence["coder_id"].unique(), []
    codes = prevalence.loc[prevalence["coder_id"] == coders[0], "code"].unique() if len(coders) else ()
    for coder in coders:
        ours = prevalence[prevalence["coder_id"] == coder]
        cells = ours.drop_duplicates(["actor_id", "stage_id"]).assign(**dict.fromkeys(("share", "se", "low", "high"), np.nan))
        lacking = [code for code in codes if code not in set(ours["code"])]
        pieces += [ours] + [
            cells.assign(code=code, n_coded=None, reason=f"not coded: {coder} was not asked for {code}") for code in lacking
        ]
    return check(pd.concat(pieces, ignore_index=True), PREVALENCE) if pieces else prevalence

"""Made-up tallies with known shares, for the tests of assessments and of the adjusted model."""

import numpy as np
import pandas as pd

from framings.hypotheses import read_hypotheses
from framings.schemas import TALLIES, check

STAGES = pd.DataFrame({"stage_id": ["ST1", "ST2"]})
WINDOWS = """
windows:
  - {id: early, title: Early, start: null, end: 2013-12-31, confirmatory: false}
  - {id: whole, title: Whole, start: null, end: null, confirmatory: true}
families:
  - {id: first, title: First, confirmatory: true}
  - {id: second, title: Second, confirmatory: false}
hypotheses:
"""


def make_tallies(n_documents=48, seed=1, shares=None, actors=("NORTH", "EAST", "SOUTH")):
    """Return tallies of monthly documents in two stages and two kinds of event; ``shares`` maps (code, actor) to a share.

    A1 is common (.2), B1 less so (.1), A_any at least as common as A1, RARE has three sentences in all.
    """
    generator, rows = np.random.default_rng(seed), []
    shares = {"A1": 0.2, "B1": 0.1} | (shares or {})
    for d in range(n_documents):
        year, month = 2012 + d // 12, d % 12 + 1
        for turn, actor in enumerate(actors):
            n = int(generator.integers(15, 40))
            a1, b1 = (generator.binomial(n, shares.get((code, actor), shares[code])) for code in ("A1", "B1"))
            either = min(n, a1 + int(generator.binomial(n - a1, 0.1)))
            rows.append((f"d{d:03d}", turn, actor, f"{year}-{month:02d}-10", n * 12, n, a1, b1, either, int(d < 3 and turn == 0)))
    columns = ["document_id", "turn", "actor_id", "date", "n_words", "n_sentences", "A1", "B1", "A_any", "RARE"]
    table = pd.DataFrame(rows, columns=columns).assign(language="en")
    day = table["document_id"].str[1:].astype(int)
    table["stage_id"] = np.where(day < n_documents // 2, "ST1", "ST2")
    table["event_type"] = np.where(day % 3 == 0, "forum", "bilateral")
    return check(table, TALLIES)


def make_hypotheses(*entries, codes=("A1", "B1", "A_any", "RARE", "OTHER")):
    """Return hypotheses H1, H2, ... (of family first) from lines such as 'test: joint, codes: [A1], actors: [EAST, WEST]'."""
    lines = []
    for number, entry in enumerate(entries, start=1):
        family = "" if "family" in entry else "family: first, "
        lines.append(f"  - {{id: H{number}, {family}claim: c, ground: g, {entry}}}")
    actors = ["NORTH", "EAST", "SOUTH", "WEST"]
    return read_hypotheses(WINDOWS + "\n".join(lines) + "\n", list(codes), actors, ["ST1", "ST2"])

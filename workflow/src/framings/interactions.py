"""Interactions: how each single leader's distance to the first one changes from stage to stage. Exploratory, no adjustment.

A joint test says whether leaders change differently over stages at all; these rows say who, on which code and when.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from framings.assessments import assess_comparison, draw_rules
from framings.comparisons import count_documents, lay_out_comparison
from framings.schemas import Column, Contract, check
from framings.tallies import refuse_mixed_languages

INTERACTIONS = Contract(
    "interactions", "a change of one actor's difference to another from one stage to a later one",
    ("coder_id", "hypothesis_id", "window_id", "code", "actor_id", "late"),
    {
        "coder_id": Column("text", "whose codes"),
        "hypothesis_id": Column("text", "the joint hypothesis that it is a part of"),
        "window_id": Column("text", "window of documents"),
        "code": Column("text", "code or composite"),
        "actor_id": Column("text", "actor"),
        "other_id": Column("text", "actor who is subtracted, the first one named"),
        "early": Column("text", "the first stage in which both can be compared; missing where there is none", missing=True),
        "late": Column("text", "the later stage; missing where there is none", missing=True),
        "n_documents": Column("int", "documents that bear on it", low=0),
        "n_paired": Column("int", "of these, documents in which both speak", low=0),
        "n_sentences": Column("int", "sentences", low=0),
        "n_coded": Column("int", "sentences that carry the code", low=0),
        "estimate": Column("number", "difference of shares in the later stage minus that in the early one", missing=True),
        "se": Column("number", "leave-one-document-out (CV3) standard error", missing=True, low=0),
        "low": Column("number", "lower end of the 95 % interval", missing=True),
        "high": Column("number", "upper end", missing=True),
        "p_jackknife": Column("number", "two-sided p of the jackknife t", missing=True, low=0, high=1),
        "p_swap": Column("number", "p of exchanging the stages among documents that hold both", missing=True, low=0, high=1),
        "p_score": Column("number", "p of the score sign flip", missing=True, low=0, high=1),
        "reason": Column("text", "why there is no number or p; missing where there is", missing=True),
    },
)  # fmt: skip


def contrast_stages(
    tallies, hypotheses, stages, coder_id, swaps=9999, seed=1, block=3, min_documents=3, min_sentences=100, evidence=None
):
    """Return the table INTERACTIONS of the joint hypotheses in every window: exploratory, p-values as they are.

    For each code and each actor after the first: the difference of their shares, standardised as in ``assess_hypotheses``, in a
    later stage minus that in the first stage in which both have enough talk. Error and p-values are those of a difference in
    differences whose documents are those of the two stages. ``evidence`` as in ``assess_hypotheses``.
    """
    refuse_mixed_languages(tallies)
    joint = [one for one in hypotheses.hypotheses if one.test == "joint" and set(one.codes) <= set(tallies.columns)]
    counts = count_documents(tallies, list(dict.fromkeys(code for one in joint for code in one.codes)), evidence)
    rules = draw_rules(counts.documents["document_id"], swaps, seed, block)
    least, rows = (min_documents, min_sentences), []
    for window in hypotheses.windows:
        within = counts.within(window)
        for hypothesis in joint:
            for actor in hypothesis.a[1:]:
                key = {"coder_id": coder_id, "hypothesis_id": hypothesis.id, "window_id": window.id}
                key |= {"actor_id": actor, "other_id": hypothesis.a[0]}
                early, lates = choose_stages(hypothesis, actor, within, list(stages["stage_id"]), least)
                for code in hypothesis.codes:
                    given = hypothesis, code, actor, early
                    rows += [key | _contrast(*given, late, within, stages, rules, least) for late in lates or [None]]
    table = pd.DataFrame(rows, columns=list(INTERACTIONS.columns))
    return check(table.assign(**{name: table[name].astype(float).round(12) for name in NUMBERS}), INTERACTIONS)


NUMBERS = ("estimate", "se", "low", "high", "p_jackknife", "p_swap", "p_score")


def choose_stages(hypothesis, actor, counts, stages, least):
    """Return the first stage in which the actor and the first one named can be compared (None: no stage), and those after it."""
    pair = _make_pair(hypothesis, hypothesis.codes[0], actor, "difference")
    for place, stage in enumerate(stages):
        if (
            lay_out_comparison(pair, counts.take((counts.documents["stage_id"] == stage).to_numpy()), stages, *least).reason
            is None
        ):
            return stage, stages[place + 1 :]
    return None, []


def _make_pair(hypothesis, code, actor, test, split_date=None):
    """Return the hypothesis that an actor's share of a code differs from that of the first actor named."""
    return replace(hypothesis, test=test, codes=(code,), a=(actor,), b=hypothesis.a[:1], sign="two-sided", split_date=split_date)


def _contrast(hypothesis, code, actor, early, late, counts, stages, rules, least):
    """Return the numbers of one change, or the reason why there are none."""
    blank = dict.fromkeys(("n_documents", "n_paired", "n_sentences", "n_coded"), 0) | dict.fromkeys(NUMBERS, np.nan)
    row = blank | {"code": code, "early": early, "late": late, "reason": None}
    if late is None:
        n_both = int((counts.voices((hypothesis.a[0], actor)) > 0).all(1).sum())
        where = f"{early} alone" if early else "no stage"
        both = f"{n_both} {'document of the window holds' if n_both == 1 else 'documents of the window hold'} talk of both"
        return row | {"reason": f"{hypothesis.a[0]} and {actor} have enough talk of shared kinds in {where}; {both}"}
    start = stages.set_index("stage_id")["start"][late]
    both = counts.take(counts.documents["stage_id"].isin([early, late]).to_numpy())
    pair = _make_pair(hypothesis, code, actor, "difference_in_differences", start)
    found = assess_comparison(pair, lay_out_comparison(pair, both, list(stages["stage_id"]), *least), rules)[0]
    return row | {name: value for name, value in found.items() if name in row}

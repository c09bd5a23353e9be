"""Plans: how small a difference could be found now, and how many documents or reference codes would bring that to a goal.

The squared error of a corrected contrast has two parts, se² = A + B. A comes from the documents: others might have been held. It
shrinks with their number. B comes from coding a sample only: se² of sums of (R/p)(Y - g) over draws of sentences. It shrinks with
the number of reference codes, and is zero when every sentence is coded or codes are taken as they are.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from framings.comparisons import count_documents, lay_out_comparison
from framings.estimates import LEAST_EFFECTIVE, RARE_DOCUMENTS, RARE_SENTENCES, effective_documents, jackknife, sum_cells
from framings.schemas import Column, Contract, check
from framings.simulated_designs import measure_clustering

PLANS = Contract(
    "plan", "a confirmatory contrast in one window, with what it could find and what it would take", ("hypothesis_id", "window_id"),
    {
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "contrast": Column("text", "what is subtracted from what"),
        "coder_id": Column("text", "whose codes"),
        "n_documents": Column("int", "documents that bear on it", low=0),
        "n_paired": Column("int", "of these, documents in which all its voices speak", low=0),
        "n_reference": Column("int", "reference sentences among them, about", low=0),
        "se_documents": Column("number", "root of A: error for which documents were held", missing=True, low=0),
        "se_codes": Column("number", "root of B: error for which sentences were coded", missing=True, low=0),
        "source": Column("text", "where A comes from: the jackknife, or variance components of the corpus where the code is too rare for it"),
        "detectable": Column("number", "difference found with the power that is aimed at", missing=True, low=0),
        "goal": Column("number", "difference that should be found", low=0, high=1),
        "documents_needed": Column("int", "more documents in which all its voices speak, coded as densely as now, that reach the goal", missing=True, low=0),
        "codes_needed": Column("int", "more reference sentences in the documents as they are that reach it; missing where none can", missing=True, low=0),
        "reason": Column("text", "what to know; missing where there is nothing", missing=True),
    },
)  # fmt: skip

PLAN_TITLE = "What each confirmatory contrast could find, and what it would take"
PLAN_CAPTION = (
    "Shares and differences in percentage points. Each row asks how large a difference the documents and reference codes at hand could show, "
    "and how many more of either would show the difference aimed at, were the corpus's sentences as alike as now. It promises nothing "
    "about what will be found."
)
# Heads of columns and how their numbers are shown, where they are other than in other tables.
PLAN_LOOKS = {
    "n_documents": ("documents", "count"), "n_paired": ("with all voices", "count"), "n_reference": ("reference sentences", "count"),
    "se_documents": ("error from documents", "percent"), "se_codes": ("error from codes", "percent"), "source": ("error known from", ""),
    "detectable": ("could be found now", "percent"), "goal": ("aimed at", "percent"),
    "documents_needed": ("more documents needed", "count"), "codes_needed": ("or more codes", "count"), "reason": ("to know", ""),
}  # fmt: skip
PLANNED = ("difference", "equivalence", "within_actor")
FREEDOM = 45  # documents behind the t of the factor; 2.85 for 80 % power
LEAST_SHARE = 0.005
MOST = 100_000  # documents or codes: more than that is no plan


@dataclass(frozen=True)
class Clustering:
    """What varies: ``correlation`` of sentences of a voice in a document, ``part`` of it that voices of a document share, and
    ``size``, the sentences of a voice in a document (median)."""

    correlation: float
    part: float
    size: float

    def variance(self, share, n):
        """Return the variance of the share of n sentences of a voice in a document."""
        return share * (1 - share) * (1 + (n - 1) * self.correlation) / n


def factor(test, power):
    """Return how many standard errors a difference must have to be found: two-sided at 5 %, or shown to be nil (equivalence).

    >>> round(factor("difference", 0.8), 2), round(factor("equivalence", 0.8), 2)
    (2.86, 2.96)
    """
    if test == "equivalence":
        return float(stdtrit(FREEDOM, 0.95) + ndtri((1 + power) / 2))
    return float(stdtrit(FREEDOM, 0.975) + ndtri(power))


def plan_contrasts(
    tallies, hypotheses, stages, coder_id, design, detectable_points, power, evidence=None, min_documents=3, min_sentences=100
):
    """Return the table PLANS: every confirmatory contrast in every confirmatory window; joint tests and bounds have no plan.

    ``design`` holds the tables of ``framings.designs``. Where the code is carried by too few sentences or documents for the
    jackknife to tell, and where the contrast cannot be estimated, A follows from the share, the correlation and the sizes of turns.
    """
    confirmatory = {family.id for family in hypotheses.families if family.confirmatory}
    tested = [one for one in hypotheses.hypotheses if one.family in confirmatory and one.test in PLANNED and not one.among]
    counts = count_documents(tallies, sorted({code for one in tested for code in one.needed_codes if code in tallies}), evidence)
    size = design["documents"]["n_sentences"].median() if len(design["documents"]) else 25.0
    clustering, rows = Clustering(*measure_clustering(design["codes"]), float(size)), []
    for window in hypotheses.windows if len(counts.documents) else ():
        for hypothesis in tested if window.confirmatory else ():
            if not all(code in counts.codes for code in hypothesis.needed_codes):
                continue
            compared = lay_out_comparison(
                hypothesis, counts.within(window), list(stages["stage_id"]), min_documents, min_sentences
            )
            row = {"hypothesis_id": hypothesis.id, "window_id": window.id, "contrast": hypothesis.contrast, "coder_id": coder_id}
            rows.append(row | _plan(hypothesis, compared, design, clustering, detectable_points / 100, power))
    return check(pd.DataFrame(rows, columns=list(PLANS.columns)), PLANS)


def _plan(hypothesis, compared, design, clustering, goal, power):
    """Return the numbers of one row."""
    shares = [_share_of(design["codes"], code) for code in (*hypothesis.codes[:1], *filter(None, [hypothesis.other_code]))]
    many, times = compared.reason is None, factor(hypothesis.test, power)
    a, source = _documents_part(compared, shares, clustering) if many else (np.inf, "variance components")
    residual = sum(
        residual_variance(share, code, design["coders"])
        for share, code in zip(shares, [*hypothesis.codes, hypothesis.other_code], strict=False)
    )
    dearth, drawn = _dearth(hypothesis, compared, design) if compared.corrected else (np.zeros(len(compared.voices)), 0)
    b = residual * codes_part(compared, dearth) if many else 0.0
    a = (
        max(a - b, sum(share * (1 - share) for share in shares) * codes_part(compared, 1.0))
        if many and source == "jackknife"
        else a
    )
    target, pair = (goal / times) ** 2, pair_variance(shares, clustering, compared.contrast, hypothesis.test == "within_actor")
    pair += residual * float((compared.contrast**2 * dearth).sum()) / clustering.size
    now = a + b
    row = {"n_documents": len(compared.n), "n_paired": int((compared.n > 0).all(1).sum()), "n_reference": round(drawn)}
    row |= {"se_documents": np.sqrt(a) if many else np.nan, "se_codes": np.sqrt(b) if many else np.nan, "source": source}
    row |= {"detectable": times * np.sqrt(now) if many else np.nan, "goal": goal}
    documents = 0 if now <= target else int(np.ceil(pair * (1 / target - (1 / now if many else 0))))
    codes = None if not compared.corrected or not many else 0 if now <= target else _more_codes(a, b, target, dearth, drawn)
    least = _least_needed(compared, shares, clustering, dearth)
    if (codes is not None and max(least["codes"], codes) > compared.n.sum() - drawn) or least["effective"]:
        codes = None
    why = compared.reason if not many else "no number of codes alone reaches it" if compared.corrected and codes is None else None
    if least["documents"] > documents:
        there = f"{min(shares) * compared.n.sum():.0f} of {compared.n.sum():.0f} sentences" if many else "no sentence"
        rare = f"the code is rare: a test needs {RARE_SENTENCES} sentences seen to carry it, and about {there} here do"
        why = f"{compared.reason}; {rare}" if not many else rare
    documents = max(documents, least["documents"], least["effective"])
    return row | {
        "documents_needed": min(documents, MOST),
        "codes_needed": None if codes is None else max(codes, least["codes"]),
        "reason": why,
    }


def _least_needed(compared, shares, clustering, dearth):
    """Return how many more documents, and codes, a test needs whatever its error: enough that carry the code, enough that weigh.

    A test needs 20 sentences with each side's code and 5 effective documents. Of corrected codes those count that readers gave.
    """
    share, voices = min(shares), compared.n.shape[1]
    lacking = max(RARE_SENTENCES - compared.n_coded, 0)
    density = 1 / (1 + float(np.mean(dearth)))
    effective = 0.0
    if compared.reason is None:
        effective = effective_documents(compared.n, compared.cell, compared.contrast)
    return {
        "documents": int(np.ceil(lacking / (share * clustering.size * voices * density))),
        "codes": int(np.ceil(lacking / share)) if compared.corrected else 0,
        "effective": int(np.ceil(max(LEAST_EFFECTIVE - effective, 0))),
    }


def _share_of(codes, code):
    """Return the share of a code in the corpus, at least LEAST_SHARE from either end."""
    known = codes.set_index("code")["share"]
    return float(np.clip(known.get(code, LEAST_SHARE), LEAST_SHARE, 1 - LEAST_SHARE))


def _documents_part(compared, shares, clustering):
    """Return (squared error, where it comes from): the jackknife's where enough carries the code, else from variance components."""
    if compared.hits.sum() >= RARE_SENTENCES and (compared.hits > 0).sum() >= RARE_DOCUMENTS:
        covariance = jackknife(compared.estimate, compared.n, compared.k, compared.cell, np.arange(len(compared.n)))[2]
        if np.isfinite(covariance).all() and covariance[0, 0] > 0:
            return float(covariance[0, 0]), "jackknife"
    return sum(component_variance(compared, share, clustering) for share in shares), "variance components"


def _weights(compared):
    """Return what a sentence of a voice in a document adds to the contrast when it carries the code (documents, voices)."""
    totals = sum_cells(compared.n, compared.cell, compared.cell.max() + 1)
    weight = np.where((totals > 0).all(1), totals.sum(1), 0)
    return compared.contrast * (weight / weight.sum())[compared.cell][:, None] / np.maximum(totals, 1)[compared.cell]


def component_variance(compared, share, clustering):
    """Return the variance of a contrast of a code of this share: of sentences, of voices in documents, and of documents."""
    weight, n, rho = _weights(compared), compared.n, clustering.correlation
    own = (weight**2 * n * (1 + np.maximum(n - 1, 0) * rho)).sum()
    both = ((weight * n).sum(1) ** 2 - ((weight * n) ** 2).sum(1)).sum() * rho * clustering.part
    return float(share * (1 - share) * (own + both))


def codes_part(compared, dearth):
    """Return sum of squared weights of sentences, each times its voice's ``dearth`` of codes, the mean of (1 - p) / p."""
    return float((_weights(compared) ** 2 * compared.n * dearth).sum())


def pair_variance(shares, clustering, contrast, within):
    """Return the variance of what one more document says, in which each voice has the usual number of sentences."""
    total = sum(clustering.variance(share, clustering.size) for share in shares)
    common = sum(share * (1 - share) * clustering.correlation * clustering.part for share in shares)
    squares = float((contrast**2).sum())
    return total * squares if within else total * squares + common * (float(contrast.sum()) ** 2 - squares)


def residual_variance(share, code, coders):
    """Return what is left of the variance of a code when a machine's prediction is known, from its sensitivity and specificity.

    >>> coders = pd.DataFrame({"coder_id": ["trained"], "actor_id": ["all"], "code": ["X"], "sensitivity": [1.0], "specificity": [1.0]})
    >>> residual_variance(0.2, "X", coders), round(residual_variance(0.2, "Y", coders), 2)
    (0.0, 0.16)
    """
    known = coders[(coders["code"] == code) & (coders["coder_id"] == "trained") & (coders["actor_id"] == "all")].dropna()
    if known.empty:
        return share * (1 - share)
    sensitivity, specificity = known[["sensitivity", "specificity"]].iloc[0]
    given = share * sensitivity + (1 - share) * (1 - specificity)
    right = share * np.array([sensitivity, 1 - sensitivity])
    parts = np.array([given, 1 - given])
    return float((right - right**2 / np.where(parts > 0, parts, 1)).sum())


def _dearth(hypothesis, compared, design):
    """Return each voice's mean of (1 - p) / p over its sentences (voices,), and about how many of them have reference codes."""
    sample = design["sample"].assign(actor_id=design["sample"]["stratum"].str.split(" ").str[0])
    sample = sample.assign(p=(sample["n_drawn"] / sample["n_sentences"]).clip(upper=1))
    found, drawn = [], 0.0
    for actor, spoken in zip((*hypothesis.a, *hypothesis.b), compared.n.sum(0), strict=True):
        mine = sample[(sample["actor_id"] == actor) & (sample["n_drawn"] > 0)]
        size = mine["n_sentences"].sum()
        found.append((mine["n_sentences"] * (1 - mine["p"]) / mine["p"]).sum() / size if size else 0.0)
        drawn += spoken * mine["n_drawn"].sum() / size if size else 0
    return np.array(found), drawn


def _more_codes(a, b, target, dearth, drawn):
    """Return how many more codes bring a + b down to the target, or None where a alone is above it.

    With s times as many codes (1 - p) / p becomes about ((1 + d) / s - 1), d the dearth now.
    """
    if a >= target or b <= 0:
        return None
    d = float(dearth.mean())
    times = (1 + d) / (1 + d * (target - a) / b)
    return int(min(np.ceil((times - 1) * drawn), MOST))


def tell_plans(plans):
    """Return the plan in sentences, one a contrast."""
    told = []
    for row in plans.itertuples():
        now = "cannot be estimated now" if pd.isna(row.detectable) else f"finds {100 * row.detectable:.1f} points now"
        needs = (
            "nothing more is needed"
            if row.documents_needed == 0
            else f"{row.documents_needed} more documents with all its voices"
        )
        if pd.notna(row.codes_needed) and row.documents_needed:
            needs += f" or {row.codes_needed} more reference sentences"
        told.append(f"{row.hypothesis_id} ({row.contrast}, {row.window_id}) {now}; for {100 * row.goal:g} points: {needs}.")
    return told

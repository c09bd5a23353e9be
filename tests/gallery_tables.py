"""Made-up tables that keep the contracts, for the tests of figures, products and report."""

import itertools

import numpy as np
import pandas as pd

from framings import schemas
from framings.agreement import AGREEMENT
from framings.candidates import CANDIDATES
from framings.coder_accuracy import CODER_ACCURACY, MEASURES, SCORED
from framings.topic_links import TOPIC_ACTORS

ACTORS = {
    "NORTH": "Aldo Northman",
    "EAST": "Berta von Eastern-Longname",
    "SOUTH": "Cyril Southgate",
    "BODY": "Commission of the Union",
}
STAGES = pd.DataFrame(
    [
        ("ST1", "Free trade zone", None, "2009-12-31", "made up"),
        ("ST2", "Customs union", "2010-01-01", "2011-12-31", "made up"),
        ("ST3", "Single economic space", "2012-01-01", "2014-12-31", "made up"),
        ("ST4", "Union launched, crisis", "2015-01-01", "2016-06-30", "made up"),
        ("ST5", "Union consolidated", "2016-07-01", None, "made up"),
    ],
    columns=["stage_id", "name", "start", "end", "source"],
)
STAGE_NAMES = dict(zip(STAGES["stage_id"], STAGES["name"], strict=True))
TITLES = [
    "economic vulnerability", "bloc competition and market encirclement", "external interference and regime change",
    "material support", "protective solidarity and order", "facade legitimation", "emulation of legitimate practice",
    "delegitimation of western norms", "partner leverage and sovereignty cost", "domestic backlash",
    "weak institutions and manual control", "gradualism and conditional commitment", "regime model and way of life protection",
    "great power and regional leadership", "union as global pole and outreach", "place in world and civilisational bonds",
    "mirroring of core and periphery", "statehood, sovereignty and equality", "national prestige and recognition",
    "multi-ethnic harmony and bridge", "progress and modernisation narrative", "shared memory and founding romanticism",
    "routinised neighbour relations", "othering of a rival bloc", "popular consensus and wellbeing",
    "contestation as distinctiveness",
]  # fmt: skip
CODES = pd.DataFrame(
    [
        (f"{'RS' if k < 13 else 'OS'}{k % 13 + 1:02d}", title, "RS" if k < 13 else "OS", "sub-frame")
        for k, title in enumerate(TITLES)
    ]
    + [("RS_any", "Regime security", "RS", "composite"), ("OS_any", "Ontological security", "OS", "composite")],
    columns=["code", "title", "family", "kind"],
)
SUBFRAMES = {r.code: (r.title, r.family) for r in CODES.itertuples() if r.kind == "sub-frame"}
FAMILIES = {"RS_any": "Regime security", "OS_any": "Ontological security"}


def make_book(words=("what counts", "what belongs to it", "what does not")):
    """Return the codebook as ``products.tell_codebook`` tells it, with the same words for each code."""
    words = [words[k % len(words)] for k in range(3)]
    codes = {code: ["sub-frame", *words] for code in SUBFRAMES} | {"FUN": ["residual", *words]}
    families = {name: [f"{FAMILIES[f'{name}_any']} ({name})", words[0]] for name in ("RS", "OS")}
    return {"families": families, "codes": codes, "composites": dict.fromkeys(FAMILIES, words[0])}


def make_prevalence(seed=1, gaps=True):
    """Return shares of every code by actor and stage; some cells are not estimable."""
    rng, rows = np.random.default_rng(seed), []
    for code in CODES["code"]:
        level = rng.uniform(0.15, 0.3) if code.endswith("any") else rng.uniform(0.002, 0.09)
        for a, actor in enumerate(ACTORS):
            for s, stage in enumerate([*STAGES["stage_id"], "all"]):
                n = [900, 610, 333, 150][a] * (5 if stage == "all" else 1)
                gone = gaps and (a, s) in {(3, 0), (3, 1), (2, 0)}
                n_documents = 2 if gone else 8 * (5 if stage == "all" else 1)
                share = float(np.clip(rng.normal(level, level / 4), 0, 1))
                coded = round(share * n)
                share, se = (None, None) if gone else (coded / n, 0.02 if code.endswith("any") else 0.008)
                reason = f"{n_documents} documents: fewer than 3" if gone else None
                bounds = (None, None) if gone else (max(0, share - 2 * se), min(1, share + 2 * se))
                rows.append(("dictionary", code, actor, stage, n_documents, n, coded, share, se, *bounds, reason))
    return schemas.check(pd.DataFrame(rows, columns=list(schemas.PREVALENCE.columns)), schemas.PREVALENCE)


WINDOWS = {"seed": "The articles' own window", "holdout": "Hold-out", "all": "All days"}
HYPOTHESIS_FAMILIES = {
    "first": "Leader claims of the first article",
    "shared": "Claims said to be shared (equivalence)",
    "second": "Leader claims of the second article",
    "headline": "The question of the project",
    "exploratory": "Exploratory",
}


def make_assessments(n=25, supported=3, seed=2):
    """Return ``n`` hypotheses in two windows, of which ``supported`` hold in the confirmatory window."""
    rng, rows = np.random.default_rng(seed), []
    for k in range(n):
        family = list(HYPOTHESIS_FAMILIES)[min(4, k * 5 // n)]
        test = {"shared": "equivalence", "headline": "joint"}.get(family, "difference")
        for window in WINDOWS:
            sure = window == "holdout" and family != "exploratory"
            se = float(rng.uniform(0.01, 0.04))
            wins = k < supported
            estimate = (4 * se if wins else float(rng.normal(0, 0.02))) if test != "joint" else 1.84
            gone, joint = k % 11 == 7, test == "joint"
            p = None if gone else (0.0004 if wins else float(rng.uniform(0.08, 0.99)))
            like = "equivalent" if wins else "not shown equivalent"
            verdict = "not estimable" if gone else like if test == "equivalence" else "supported" if wins else "not detected"
            rows.append(
                (
                    "dictionary", f"H{k + 1}", window, family, sure, test,
                    f"claim number {k + 1} says that one president voices this theme more often than the other does in public",
                    "BODY − mean(NORTH, EAST)" if k % 3 == 0 else "NORTH − EAST", "0" if test == "equivalence" else "+",
                    40, 30, 2000, 200, None if gone else estimate, None if gone else se,
                    None if gone or joint else estimate - 2.02 * se, None if gone or joint else estimate + 2.02 * se,
                    None if gone else se * 1.1, p, p, p, p, None if gone else min(1.0, p * 5), None if gone else 2.85 * se,
                    verdict,
                    "2 documents: fewer than 5" if gone else None,
                )
            )  # fmt: skip
    new = ("p_jackknife_blocks", "p_score", "p_score_blocks", "score_low", "score_high", "p_westfall_young")
    table = pd.DataFrame(rows, columns=[name for name in schemas.ASSESSMENTS.columns if name not in new])
    return schemas.check(table.assign(**dict.fromkeys(new, np.nan)), schemas.ASSESSMENTS)


def make_topics(n=12, seed=3):
    """Return topic shares by actor."""
    rng, words = np.random.default_rng(seed), "market energy border memory youth transport council customs labour gas rail border"
    rows = []
    for k in range(n):
        label = ", ".join(rng.permutation(words.split())[:6])
        for a, actor in enumerate(ACTORS):
            share, n = float(rng.dirichlet(np.ones(8))[0]), [400, 300, 200, 9][a]
            numbers = (share, 0.02, max(0, share - 0.04), min(1, share + 0.04), None)
            numbers = numbers if a < 3 else (None, None, None, None, "2 documents, 3 needed")
            rows.append((f"topic_{k + 1:02d}", label, actor, 9, n, 5 * n, *numbers))
    return schemas.check(pd.DataFrame(rows, columns=list(TOPIC_ACTORS.columns)), TOPIC_ACTORS)


def make_documents(n=60, seed=4):
    """Return registered documents of which a few are missing and one is refused."""
    rng, rows = np.random.default_rng(seed), []
    for k in range(n):
        status = "refused" if k == 7 else "page missing" if k % 9 == 4 else "parsed"
        day = f"{2008 + int(rng.integers(0, 14))}-{int(rng.integers(1, 13)):02d}-{int(rng.integers(1, 28)):02d}"
        reason = {"refused": "the page is of another event", "page missing": "no page in the pages folder"}.get(status)
        rows.append(
            (f"made-en-{k:03d}", status, reason, None, "made", "made", ["en", "ru"][k % 5 == 3], f"https://example.org/events/{k}", day, day,
             "12:00", f"Meeting number {k} of the council", "Capital", None, "lead", "", "", "", "council_meeting",
             "yes" if k % 4 == 0 else "no", 4, 400, 400, 0)
        )  # fmt: skip
    return schemas.check(pd.DataFrame(rows, columns=list(schemas.DOCUMENTS.columns)), schemas.DOCUMENTS)


def make_talk(documents, seed=5):
    """Return turns, speakers, marks and sentences of the documents that were read."""
    rng, turns, speakers, marks, sentences = np.random.default_rng(seed), [], [], [], []
    for d in documents[documents["status"] == "parsed"].itertuples():
        for t in range(5):
            kind, who = ("question", None) if t == 3 else ("speech", [*ACTORS, None][int(rng.integers(0, 5))])
            turns.append((d.document_id, t, kind, who or "Guest", who or "Guest", "", "", t, 24))
            named = "full name" if who else "unresolved" if t == 1 else "surname"
            speakers.append(
                (d.document_id, t, None if named == "unresolved" else f"p-{(who or 'guest').lower()}", who, named, None)
            )
            marks.append((d.document_id, t, "ST3", int(t % 2), bool(rng.random() < 0.7)))
            for s in range(2):
                text = f"Sentence {s} of the turn on the customs market and its old shared memory in year {d.date[:4]}."
                sentences.append(
                    (f"{d.document_id}:t{t:03d}:s{s:02d}", d.document_id, t, t, s * 90, s * 90 + len(text), 12, text)
                )
    frames = (turns, schemas.TURNS), (speakers, schemas.SPEAKERS), (marks, schemas.MARKS), (sentences, schemas.SENTENCES)
    return [schemas.check(pd.DataFrame(rows, columns=list(contract.columns)), contract) for rows, contract in frames]


def make_matches(sentences):
    """Return a match of one code in every sentence, a negated one in each tenth."""
    start = sentences["text"].str.find("shared memory")
    table = pd.DataFrame(
        {"sentence_id": sentences["sentence_id"], "code": "OS09", "pattern": "shared memory", "start": start, "end": start + 13}
    )
    table["negated"] = [k % 10 == 9 for k in range(len(table))]
    return schemas.check(table, schemas.MATCHES)


CODERS = ("dictionary", "trained", "sample", "corrected")


def add_coders(assessments, seed=6):
    """Return tests of the dictionary with those of a trained coder, of the sample alone and corrected ones below them.

    The sample's errors are three times as large; every ninth of its tests is not estimable, and so is H4 of the corrected coder.
    """
    rng, tables = np.random.default_rng(seed), [assessments]
    for coder, wider in (("trained", 1.0), ("sample", 3.0), ("corrected", 1.6)):
        table, joint = assessments.assign(coder_id=coder), assessments["test"] == "joint"
        shift = np.where(joint, 0, rng.normal(0, 0.01 * wider, len(table)))
        table["estimate"] += shift
        for column in ("se", "smallest_detectable"):
            table[column] *= wider
        for column, sign in (("low", -1), ("high", 1)):
            table[column] = (table["estimate"] + sign * 2.02 * table["se"]).where(table[column].notna())
        gone = (
            (np.arange(len(table)) % 9 == 5) if coder == "sample" else (table["hypothesis_id"] == "H4") & (coder == "corrected")
        )
        numbers = ["estimate", "se", "low", "high", "p", "p_holm", "smallest_detectable"]
        table.loc[gone, numbers] = None
        table.loc[gone, "verdict"], table.loc[gone, "reason"] = "not estimable", "reference codes in 2 documents, 5 needed"
        weak = ~gone & (table["verdict"] == "supported") & (table["low"] < 0)
        table.loc[weak, "verdict"] = "not detected"
        tables.append(table)
    return schemas.check(pd.concat(tables, ignore_index=True), schemas.ASSESSMENTS)


def copy_shares(prevalence):
    """Return shares of the dictionary with the same shares, a fifth larger, as those of the other coders."""
    others = [prevalence.assign(coder_id=coder, share=(prevalence["share"] * 1.2).clip(upper=1)) for coder in CODERS[1:]]
    return schemas.check(pd.concat([prevalence, *others], ignore_index=True), schemas.PREVALENCE)


def make_agreement(seed=7):
    """Return the agreement of two coders on every code; the families pass their gate, the last sub-frame was hardly given."""
    rng, rows = np.random.default_rng(seed), []
    for r in CODES.itertuples():
        whole = r.kind == "composite"
        alpha = 0.84 if whole else float(rng.uniform(0.4, 0.95))
        rare, gate = r.code == "OS13", 0.8 if whole else 0.667
        row = {
            "code": r.code,
            "kind": "family" if whole else r.kind,
            "coders": "coder_a, coder_b",
            "coder_kinds": "language_model",
        }
        row |= {"n_sentences": 900, "n_documents": 60, "n_either": 4 if rare else 90, "n_every": 3, "n_documents_either": 4}
        for name in ("alpha", "alpha_weighted", "ac1", "observed_agreement", "positive_agreement", "negative_agreement"):
            row |= {name: alpha, f"{name}_low": alpha - 0.05, f"{name}_high": alpha + 0.05}
        passes = alpha >= gate and not rare
        row |= {"gate": gate, "status": "confirmatory" if passes else "exploratory"}
        why = f"alpha {alpha:.3f} is {'at least' if alpha >= gate else 'below'} {gate:g}"
        rows.append(row | {"reason": "too few: given to 4 sentences in 4 documents" if rare else why})
    table = pd.DataFrame(rows).assign(models="model-x")
    return schemas.check(table.reindex(columns=list(AGREEMENT.columns)), AGREEMENT)


def make_coder_accuracy(seed=8):
    """Return how well two coders give the reference codes: all sentences for every code, families also by actor."""
    rng, rows = np.random.default_rng(seed), []
    for coder, code, actor in itertools.product(("dictionary", "trained"), CODES["code"], ("all", *ACTORS)):
        if actor != "all" and code not in FAMILIES:
            continue
        for measure in MEASURES:
            if (coder == "dictionary" and measure == "calibration error") or (actor != "all" and measure in SCORED):
                continue
            value = float(rng.uniform(0.02, 0.2) if "rate" in measure else rng.uniform(0.3, 0.9))
            gone = actor == "BODY"
            low, high = (None, None) if gone else (max(-1, value - 0.06), min(1, value + 0.06))
            reason = "4 documents: fewer than 5" if gone else None
            rows.append((coder, code, actor, "all", measure, None if gone else value, low, high, 80, 9, 40, 60, 900, reason))
    return schemas.check(pd.DataFrame(rows, columns=list(CODER_ACCURACY.columns)), CODER_ACCURACY)


def make_coders_tried():
    """Return three candidates for the trained coder, judged on the families."""
    rows = [
        (learner, features, code, 120, precision, 0.6, 0.5, 0.55, 0.04)
        for learner, features, precision in (
            ("dictionary", "patterns", 0.41),
            ("logistic", "all", 0.62),
            ("boosting", "all", 0.58),
        )
        for code in FAMILIES
    ]
    return schemas.check(pd.DataFrame(rows, columns=list(CANDIDATES.columns)), CANDIDATES)

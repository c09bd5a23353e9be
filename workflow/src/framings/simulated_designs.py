"""Simulated designs: what is simulated to measure error rates, from the corpus's own design and from a fuller one.

The list was written before any outcome was seen. Groups are jobs; each design has its own random numbers.
"""

from dataclasses import replace

import numpy as np

from framings.comparisons import count_documents, lay_out_comparison
from framings.simulated_counts import build_full_world, build_world, find_level, solve_level
from framings.simulated_tests import Design, Errors, make_hypothesis

# Longest first.
GROUPS = ("coders", "within_coders", "adjusted", "family", "changes", "full", "within", "rare", "claims", "leaders")
LEAST_CORRELATION, LEAST_POSITIVE = 0.01, 50
PLANTED = 0.10  # a difference of ten points
FULL_REFERENCE = 600  # reference sentences of a fuller corpus, as in methods: about what a corpus is given
ERRORS = (0.15, 0.05)  # by how much sensitivity and false positive rate lie above and below their mean for the two leaders
RARE, MARGIN, TESTS = 0.02, 0.05, 8
DRIFTS = {"document": "drift of documents", "voice": "drift of each leader"}


def list_designs(tables, hypotheses, stages):
    """Return the designs of a corpus: ``tables`` {"documents", "codes", "coders", "sample"} of ``framings.designs``.

    ``stages`` are ids of stages. Of the corpus itself: the contrast of two leaders and the contrast within one that confirmatory
    hypotheses have most documents for. A corpus without such a contrast has none of these.
    """
    measured = _Measures(tables)
    full = build_full_world(tables["documents"]["n_sentences"].to_numpy())
    found = []
    for test, build in (("difference", _design_leaders), ("within_actor", _design_within)):
        observed = choose_observed(tables["documents"], hypotheses, stages, test)
        found += build(measured, *observed) if observed else []
    found += _design_full(measured, full) + _design_changes(measured, full) + _design_claims(measured, full)
    return found + _design_coders(measured, full) + _design_family(measured, full)


class _Measures:
    """What was measured of a corpus: shares, one correlation, coding errors, the number of reference sentences."""

    def __init__(self, tables):
        self.codes, coders = tables["codes"].set_index("code"), tables["coders"]
        self.correlation, self.part = measure_clustering(tables["codes"])
        self.common = self.codes.loc[[name for name in ("RS_any", "OS_any") if name in self.codes.index], "share"].idxmax()
        self.share = float(np.clip(self.codes.loc[self.common, "share"], 0.02, 0.9))
        self.spread = solve_level(self.share, self.correlation)[1]
        of_all = coders[(coders["actor_id"] == "all") & (coders["coder_id"] == "trained")].set_index("code")
        self.errors = {code: (row.sensitivity, row.specificity) for code, row in of_all.iterrows() if row.notna().all()}
        self.n_drawn = int(tables["sample"]["n_drawn"].sum())

    def level(self, share):
        """Return the level of a share."""
        return find_level(round(float(share), 9), self.spread)

    def shape(self):
        """Return what all designs of the corpus share."""
        return {"spread": self.spread, "part": self.part}


def measure_clustering(codes):
    """Return (correlation of two sentences of a voice in a document, part of it that voices of a document share), from DESIGN_CODES."""
    # ASSUME: one correlation serves all codes, the mean over those with at least 50 reference sentences (else over all
    # of the dictionary's codes): estimates of single codes vary by chance more than they tell.
    known = codes["correlation_reference"][codes["n_reference"] >= LEAST_POSITIVE].dropna()
    known = known if len(known) else codes["correlation"].dropna()
    correlation = max(float(known.mean()), LEAST_CORRELATION) if len(known) else LEAST_CORRELATION
    pairs = codes["correlation_document"].dropna()
    # ASSUME: where two voices of a document are too seldom heard to tell, half of the correlation is the document's.
    return correlation, float(np.clip(pairs.mean() / correlation, 0, 1)) if len(pairs) else 0.5


def choose_observed(documents, hypotheses, stages, test):
    """Return (world, hypothesis) of the confirmatory hypothesis of a kind of test with most documents in a confirmatory window, or None."""
    confirmatory, best = {family.id for family in hypotheses.families if family.confirmatory}, None
    # A contrast of shares needs no codes to be laid out; the table has none.
    counts = count_documents(documents.assign(CODE=0), ["CODE"])
    for window in hypotheses.windows if len(documents) else ():
        for hypothesis in hypotheses.hypotheses:
            if (
                hypothesis.test != test
                or hypothesis.family not in confirmatory
                or not window.confirmatory
                or len(hypothesis.b) > 1
            ):
                continue
            bare = replace(hypothesis, codes=("CODE",), other_code=None, among=None)
            compared = lay_out_comparison(bare, counts.within(window), list(stages))
            if compared.reason is None and (best is None or len(compared.documents) > best[0]):
                rows = documents["document_id"].isin(compared.documents) & documents["actor_id"].isin(hypothesis.a + hypothesis.b)
                best = len(compared.documents), build_world(documents[rows]), hypothesis
    return best[1:] if best else None


def _vary(design, *changes):
    """Return a design and its variants: (what its id and title add, changed fields)."""
    made = [design]
    for (add, words), fields in changes:
        made.append(replace(design, id=f"{design.id}_{add}", title=f"{design.title}, {words}", **fields))
    return made


def _drifts(*kinds):
    """Return the variants with drift."""
    return [((f"drift_{kind}", DRIFTS[kind]), {"drift": kind}) for kind in kinds]


def _design_leaders(measured, world, hypothesis):
    """Return the contrast of two leaders as the corpus has it."""
    a, b = hypothesis.a, hypothesis.b
    levels = np.full((len(world.actors), 1), measured.level(measured.share))
    planted = _raise_actors(measured, world, levels, a)
    who = f"{' and '.join(a)} against {' and '.join(b)}, as the corpus has them ({len(world.documents)} documents)"
    base = Design(
        "leaders",
        "leaders",
        who,
        "null",
        "contrast",
        world,
        (make_hypothesis("difference", ["X"], a, b),),
        ("X",),
        levels,
        **measured.shape(),
    )
    return _vary(base, *_drifts("document", "voice"), (("planted", "10 points planted"), {"truth": "planted", "levels": planted}))


def _raise_actors(measured, world, levels, actors):
    """Return levels with the shares of ``actors`` ten points higher."""
    raised = levels.copy()
    raised[[world.actors.index(name) for name in actors]] = measured.level(measured.share + PLANTED)
    return raised


def _design_within(measured, world, hypothesis):
    """Return the contrast of two codes within an actor as the corpus has it, of true and of corrected codes."""
    pair = hypothesis.codes[0], hypothesis.other_code
    shares = [float(measured.codes.loc[code, "share"]) for code in pair]
    equal = np.full((len(world.actors), 2), measured.level(np.mean(shares)))
    apart = np.tile([measured.level(share) for share in shares], (len(world.actors), 1))
    tested = make_hypothesis("within_actor", ["X"], hypothesis.a, other_code="Y")
    what = (
        f"{pair[0]} against {pair[1]} of {' and '.join(hypothesis.a)}, as the corpus has them ({len(world.documents)} documents)"
    )
    base = Design("within", "within", what, "null", "contrast", world, (tested,), ("X", "Y"), equal, **measured.shape())
    planted = (("planted", f"{100 * (shares[0] - shares[1]):+.0f} points planted"), {"truth": "planted", "levels": apart})
    found = _vary(base, *_drifts("document"), planted)
    if all(code in measured.errors for code in pair) and measured.n_drawn:
        rates = np.array([measured.errors[code] for code in pair]).T
        errors = Errors(*(np.tile(rate, (len(world.actors), 1)) for rate in rates), _scale_sample(measured, world))
        coded = {"kind": "coded", "group": "within_coders", "errors": errors}
        found += _vary(
            base,
            (("coded", "coded by a machine"), coded),
            (("coded_planted", f"coded by a machine, {planted[0][1]}"), coded | planted[1]),
        )[1:]
    return found


def _scale_sample(measured, world):
    """Return how many reference sentences fall to a part of the corpus."""
    return max(round(measured.n_drawn * world.n.sum() / measured.codes["n_sentences"].max()), 50)


def _design_full(measured, world):
    """Return contrasts of two leaders in a fuller corpus, and of a rare code there."""
    tested = (make_hypothesis("difference", ["X"], ["A"], ["B"]),)
    levels = np.full((len(world.actors), 1), measured.level(measured.share))
    title = f"two leaders in a fuller corpus ({len(world.documents)} documents)"
    base = Design("full", "full", title, "null", "contrast", world, tested, ("X",), levels, **measured.shape())
    planted = {"truth": "planted", "levels": _raise_actors(measured, world, levels, ["A"])}
    found = _vary(base, *_drifts("document", "voice"), (("planted", "10 points planted"), planted))
    adjusted = {"kind": "adjusted", "group": "adjusted"}
    found += _vary(
        base,
        (("adjusted", "adjusted model"), adjusted),
        (("adjusted_planted", "adjusted model, 10 points planted"), adjusted | planted),
    )[1:]
    rare = np.full((len(world.actors), 1), measured.level(RARE))
    shares = {
        "kind": "shares",
        "group": "rare",
        "truth": "planted",
        "hypotheses": (make_hypothesis("upper_bound", ["X"], ["A"], bound_points=100 * RARE),),
    }
    bound = {"truth": "bound", "levels": rare - _tilt(measured, world, rare), "hypotheses": shares["hypotheses"], "group": "rare"}
    return (
        found
        + _vary(
            base,
            (("rare", "a code of 2 %"), {"levels": rare, "group": "rare"}),
            (("bound", "a share that is just its upper bound of 2 %"), bound),
            (("share", f"share of {100 * measured.share:.0f} %"), shares),
            (("share_rare", "share of 2 %"), shares | {"levels": rare}),
        )[1:]
    )


def _tilt(measured, world, levels):
    """Return by how much levels must fall for the expected share of the first actor over all documents to be RARE."""
    from scipy.optimize import brentq

    from framings.simulated_counts import expect_share

    n = world.n[:, 0]
    return brentq(lambda d: float(n @ expect_share(levels[0, 0] - d + world.level, measured.spread) / n.sum()) - RARE, -3, 3)


def _design_changes(measured, world):
    """Return changes of a contrast from an earlier to a later period: of one leader, and of three jointly."""
    split = world.documents["date"].iloc[len(world.documents) // 2]
    single = make_hypothesis("difference_in_differences", ["X"], ["A"], ["B"], split_date=split)
    joint = make_hypothesis("joint", ["X"], ["A", "B", "C", "D"])
    levels = np.full((len(world.actors), 1), measured.level(measured.share))
    title = f"change of a contrast of two leaders ({len(world.documents)} documents)"
    base = Design("change", "changes", title, "null", "contrast", world, (single,), ("X",), levels, **measured.shape())
    together = replace(
        base,
        id="joint",
        title=f"leader by stage, jointly ({len(world.documents)} documents, two to four speakers)",
        hypotheses=(joint,),
    )
    return _vary(base, *_drifts("voice")) + _vary(together, *_drifts("document", "voice"))


def _design_claims(measured, world):
    """Return claims of likeness: a difference that is just the margin, and none at all."""
    tested = (make_hypothesis("equivalence", ["X"], ["A"], ["B"], margin_points=100 * MARGIN),)
    levels = np.full((len(world.actors), 1), measured.level(measured.share))
    at_margin = _reach_margin(measured, world, levels)
    title = f"likeness of two leaders, margin 5 points ({len(world.documents)} documents)"
    base = Design(
        "margin",
        "claims",
        f"{title}, a difference that is just the margin",
        "margin",
        "contrast",
        world,
        tested,
        ("X",),
        at_margin,
        **measured.shape(),
    )
    alike = replace(base, id="alike", title=f"{title}, no difference", truth="planted", levels=levels)
    return [base, alike]


def _reach_margin(measured, world, levels):
    """Return levels at which the expected contrast of A and B is the margin."""
    from scipy.optimize import brentq

    from framings.comparisons import Counts
    from framings.simulated_counts import expect_contrast

    hypothesis, k = make_hypothesis("difference", ["X"], ["A"], ["B"]), np.zeros((*world.n.shape, 1))
    compared = lay_out_comparison(
        hypothesis,
        Counts(world.documents, list(world.actors), ["X"], world.n, k, k),
        sorted(world.documents["stage_id"].unique()),
    )

    def excess(gap):
        raised = levels + gap * (np.array(world.actors) == "A")[:, None]
        return expect_contrast(world, hypothesis, compared, ("X",), raised, measured.spread) - MARGIN

    return levels + brentq(excess, 0, 4) * (np.array(world.actors) == "A")[:, None]


def _design_coders(measured, world):
    """Return the contrast of two leaders whose sentences a machine codes with errors that differ between them."""
    base = _design_full(measured, world)[0]
    sensitivity, specificity = measured.errors.get(measured.common, (0.7, 0.95))
    tilt = np.zeros((len(world.actors), 1))
    tilt[[world.actors.index("A"), world.actors.index("B")], 0] = 1, -1
    errors = Errors(
        *(
            np.clip(mean + sign * by * tilt, 0.02, 0.98)
            for mean, by, sign in ((sensitivity, ERRORS[0], 1), (specificity, ERRORS[1], -1))
        ),
        FULL_REFERENCE,
    )
    coded = {"kind": "coded", "group": "coders", "errors": errors}
    words = f"coded by a machine that errs by leader, {FULL_REFERENCE} reference sentences"
    planted = {"truth": "planted", "levels": _raise_actors(measured, world, base.levels, ["A"])}
    return _vary(base, (("coded", words), coded), (("coded_planted", f"{words}, 10 points planted"), coded | planted))[1:]


def _design_family(measured, world):
    """Return a family of true nulls whose effects are correlated."""
    codes = tuple(f"X{number}" for number in range(TESTS))
    tested = tuple(make_hypothesis("difference", [code], ["A"], ["B"], id=code) for code in codes)
    levels = np.full((len(world.actors), TESTS), measured.level(measured.share))
    title = f"a family of {TESTS} correlated true nulls ({len(world.documents)} documents)"
    return [Design("family", "family", title, "null", "family", world, tested, codes, levels, alike=0.5, **measured.shape())]

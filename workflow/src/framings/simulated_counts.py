"""Simulated counts: data sets of a known design, of which the truth is known, as counts by document and voice.

A sentence of voice v in document d carries code c with probability expit(m + e + D + V): m is the voice's level, e the level of
the document's stage and kind of event, D an effect of the document that all its voices share, V the voice's own in that document.
Effects are normal; each may drift, that is, be correlated from one document to the next.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit

from framings.comparisons import Counts

NODES, MASS = np.polynomial.hermite_e.hermegauss(60)
MASS = MASS / MASS.sum()
DRIFT = 0.6  # correlation of an effect with that in the document before
STEP = 0.4  # logits between the lowest and the middle, and the middle and the highest, kind of event
FULL, PRESENCE = 47, {"A": 1, "B": 1, "C": 0.45, "D": 0.3}  # documents, and probability of each speaker, of a fuller corpus


@dataclass(frozen=True)
class World:
    """Who says how much where: ``documents`` in the order of days (document_id, date, stage_id, event_type), ``actors``,
    ``n`` (documents, actors) sentences, ``level`` (documents,) the logit of stage and kind of event."""

    documents: pd.DataFrame
    actors: tuple
    n: np.ndarray
    level: np.ndarray


def build_world(table):
    """Return the ``World`` of a table DESIGN_DOCUMENTS; kinds of event lie evenly between -STEP and STEP, stages within half of that."""
    documents = table[["document_id", "date", "stage_id", "event_type"]].drop_duplicates("document_id")
    documents = documents.sort_values(["date", "document_id"], ignore_index=True)
    actors = tuple(sorted(table["actor_id"].unique()))
    n = np.zeros((len(documents), len(actors)))
    row, column = (
        pd.Index(names).get_indexer(cells)
        for names, cells in ((documents["document_id"], table["document_id"]), (actors, table["actor_id"]))
    )
    np.add.at(n, (row, column), table["n_sentences"].to_numpy(float))
    level = _spread_evenly(documents["event_type"], STEP) + _spread_evenly(documents["stage_id"], STEP / 2)
    return World(documents, actors, n, level)


def _spread_evenly(names, reach):
    """Return a value for each cell (cells,): its name's place among all names, from -reach to reach; 0 where there is one name."""
    place, known = pd.factorize(names, sort=True)
    return (2 * place / (len(known) - 1) - 1) * reach if len(known) > 1 else np.zeros(len(place))


def build_full_world(sizes, seed=1):
    """Return a fuller ``World``: 47 documents in two stages and three kinds of event, two to four speakers each.

    ``sizes`` are sentences of a voice in a document, as observed; each voice's are drawn from them.
    """
    generator, rows = np.random.default_rng(seed), []
    for d in range(FULL):
        event = "event " + str(generator.integers(0, 3))
        for actor, presence in PRESENCE.items():
            n, here = int(generator.choice(np.sort(sizes))), generator.random() < presence
            day = f"{2012 + d // 12}-{d % 12 + 1:02d}-15"
            rows += [(f"d{d:02d}", day, f"S{1 + 2 * d // FULL}", event, actor, n)] if here else []
    columns = ["document_id", "date", "stage_id", "event_type", "actor_id", "n_sentences"]
    return build_world(pd.DataFrame(rows, columns=columns))


@lru_cache(maxsize=256)
def solve_level(share, correlation):
    """Return (m, s): expit(m + s z), z standard normal, has the mean ``share`` and the variance correlation * share * (1 - share).

    That is the intraclass correlation of 0/1 codes on their own scale, which can be observed, not that of the logits.

    >>> m, s = solve_level(0.1, 0.05)
    >>> p = expit(m + s * NODES)
    >>> round(float(p @ MASS), 6), round(float((p - 0.1) ** 2 @ MASS) / 0.09, 6)
    (0.1, 0.05)
    """

    def excess(s):
        return float((expit(find_level(share, s) + s * NODES) - share) ** 2 @ MASS) - correlation * share * (1 - share)

    s = brentq(excess, 1e-6, 6, xtol=1e-10)
    return find_level(share, s), s


def expect_share(m, s):
    """Return the mean of expit(m + s z), z standard normal, for each m."""
    return expit(np.asarray(m)[..., None] + s * NODES) @ MASS


def draw_effects(generator, world, n_codes, spread, part, drift="", alike=0.0):
    """Return latent effects (documents, actors, codes) of standard deviation ``spread``, ``part`` of whose variance is the document's.

    ``drift`` says what is correlated from document to document: "document" effects or each "voice"'s own. ``alike`` is the
    correlation of the effects of two codes.
    """
    rows, voices = world.n.shape
    effects = []
    for name, width in (("document", 1), ("voice", voices)):
        common, own = (generator.standard_normal((rows, width, codes)) for codes in (1, n_codes))
        each = np.sqrt(alike) * common + np.sqrt(1 - alike) * own
        for late in range(1, rows if name == drift else 1):
            each[late] = DRIFT * each[late - 1] + np.sqrt(1 - DRIFT**2) * each[late]
        effects.append(each)
    return spread * (np.sqrt(part) * effects[0] + np.sqrt(1 - part) * effects[1])


def draw_shares(generator, world, levels, spread, part, drift="", alike=0.0):
    """Return the probability of each code in each voice of each document (documents, actors, codes); ``levels`` (actors, codes)."""
    effects = draw_effects(generator, world, levels.shape[1], spread, part, drift, alike)
    return expit(levels + world.level[:, None, None] + effects)


def draw_counts(generator, world, codes, *shares):
    """Return the ``Counts`` of a simulated data set; ``shares`` as for ``draw_shares``."""
    k = generator.binomial(world.n[:, :, None].astype(int), draw_shares(generator, world, *shares)).astype(float)
    return Counts(world.documents, list(world.actors), list(codes), world.n, k, k)


def expect_contrast(world, hypothesis, compared, codes, levels, spread):
    """Return what a contrast is in expectation, over the documents and weights of ``compared``.

    Every document's expected share is known, so that the estimator, which is linear in the counts, is known in expectation.
    """
    row = pd.Index(world.documents["document_id"]).get_indexer(compared.documents)
    expected = expect_share(levels[None] + world.level[row, None, None], spread)  # documents, actors, codes
    voices = [world.actors.index(name) for name in compared.voices]
    k = compared.n * expected[:, voices, codes.index(hypothesis.codes[0])]
    if hypothesis.other_code:
        k = k - compared.n * expected[:, voices, codes.index(hypothesis.other_code)]
    n_cells = compared.cell.max() + 1
    totals = np.zeros((2, n_cells, len(voices)))
    np.add.at(totals, (slice(None), compared.cell), np.stack([compared.n, k]))
    return float(compared.estimate(totals[0], totals[1][..., None])[0])


def lay_out_tallies(counts):
    """Return counts as a table TALLIES of one language, a turn a voice in a document, each of 15 words a sentence."""
    document, actor = np.nonzero(counts.n)
    table = counts.documents.iloc[document].reset_index(drop=True)
    n = counts.n[document, actor].astype(int)
    table = table.assign(turn=actor, actor_id=np.array(counts.actors)[actor], language="en", n_words=15 * n, n_sentences=n)
    return table.assign(**{code: counts.k[document, actor, place].astype(int) for place, code in enumerate(counts.codes)})


@lru_cache(maxsize=256)
def find_level(share, spread):
    """Return the m at which expit(m + spread z) has the mean ``share``."""
    return brentq(lambda m: float(expect_share(m, spread)) - share, -40, 40, xtol=1e-12)

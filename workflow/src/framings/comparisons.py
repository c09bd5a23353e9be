"""Comparisons: what a hypothesis compares, laid out as counts by document and voice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from framings.estimates import explain_shortage, standardised_difference, sum_cells
from framings.tallies import match_evidence

SECOND_MINUS_FIRST = np.array([-1.0, 1.0])


@dataclass(frozen=True)
class Counts:
    """Sentences by document (in the order of days) and actor: ``n`` (documents, actors), ``k`` (documents, actors, codes).

    ``hits`` is like ``k`` and counts sentences seen to carry a code; of pseudo-outcomes, whose sums ``k`` holds and which
    are then called ``corrected``, it counts the reference codes behind them.
    """

    documents: pd.DataFrame  # document_id, date, stage_id, event_type
    actors: list
    codes: list
    n: np.ndarray
    k: np.ndarray
    hits: np.ndarray
    corrected: bool = False

    def within(self, window):
        """Return the counts of the documents of a window's days."""
        days = self.documents["date"]
        return self.take(((days >= (window.start or "")) & (days <= (window.end or "9999"))).to_numpy())

    def take(self, rows):
        """Return the counts of the documents marked by ``rows`` (documents,)."""
        kept = {name: getattr(self, name)[rows] for name in ("n", "k", "hits")}
        return replace(self, documents=self.documents[rows].reset_index(drop=True), **kept)

    def voices(self, actors, code=None, of="k"):
        """Return the sentences (documents, voices) of actors, or k or hits of a code; zero for one who is silent."""
        table = self.n if code is None else getattr(self, of)[..., self.codes.index(code)]
        silent = np.zeros(len(self.documents))
        return np.column_stack([table[:, self.actors.index(name)] if name in self.actors else silent for name in actors])


@dataclass(frozen=True)
class Comparison:
    """What a test compares: ``n`` (documents, voices) and ``k`` (documents, voices, codes), cells (documents,), contrast.

    ``estimate`` is a function of totals by cell. ``hits`` (documents, codes) are sentences that carry the code, whatever
    ``k`` subtracts; ``n_coded`` of them carry the first code of the test. ``late`` (documents,) marks the later period of
    a difference in differences. ``reason`` says why nothing can be estimated; else it is None. Where the codes are
    ``corrected``, ``k`` sums pseudo-outcomes, and hits and n_coded count reference codes.
    """

    documents: np.ndarray
    voices: tuple
    n: np.ndarray
    k: np.ndarray
    hits: np.ndarray
    cell: np.ndarray
    contrast: np.ndarray
    estimate: Callable
    late: np.ndarray | None = None
    reason: str | None = None
    n_coded: int = 0
    corrected: bool = False


def count_documents(tallies, codes, evidence=None):
    """Return the ``Counts`` of a table of tallies, documents in the order of their days.

    ``evidence``: for tallies of pseudo-outcomes, the tallies of the reference codes behind them, with the same turns.
    """
    documents = tallies[["document_id", "date", "stage_id", "event_type"]].drop_duplicates("document_id")
    documents = documents.sort_values(["date", "document_id"], ignore_index=True)
    actors, codes = sorted(tallies["actor_id"].unique()), list(codes)
    row = pd.Index(documents["document_id"]).get_indexer(tallies["document_id"])
    column = pd.Index(actors).get_indexer(tallies["actor_id"])
    n, k = np.zeros((len(documents), len(actors))), np.zeros((len(documents), len(actors), len(codes)))
    np.add.at(n, (row, column), tallies["n_sentences"].to_numpy(float))
    np.add.at(k, (row, column), tallies[codes].to_numpy(float))
    if evidence is None:
        return Counts(documents, actors, codes, n, k, k)
    hits = np.zeros_like(k)
    np.add.at(hits, (row, column), match_evidence(tallies, evidence, codes))
    return Counts(documents, actors, codes, n, k, hits, corrected=True)


def lay_out_comparison(hypothesis, counts, stages, min_documents=3, min_sentences=100):
    """Return the ``Comparison`` of a hypothesis: the documents of the cells in which all its voices speak.

    A reason stands in it where a voice has too few documents or sentences there (of a difference in differences, in
    either period). ``stages`` are the ids of stages in their order.
    """
    if hypothesis.test == "joint":
        return _lay_out_joint(hypothesis, counts, stages, min_documents, min_sentences)
    voices, n, k, hits, n_coded, contrast = _lay_out_voices(hypothesis, counts)
    late = (counts.documents["date"] >= hypothesis.split_date).to_numpy() if hypothesis.split_date else None
    cell = _number_cells(hypothesis.test, counts.documents, late)
    kept = _share_cells(n, cell)[cell] & (n.sum(1) > 0)
    estimate, periods = partial(standardised_difference, contrast=contrast), {"": kept}
    if late is not None:
        estimate = partial(_change_of_difference, contrast=contrast, late=np.bincount(cell[kept], late[kept]) > 0)
        periods = {f" before {hypothesis.split_date}": kept & ~late, f" from {hypothesis.split_date}": kept & late}
    reason = _explain_voices(voices, n, periods, min_documents, min_sentences)
    if hypothesis.among and counts.corrected:
        reason = f"shares among sentences with {hypothesis.among} are not corrected: how many there are is itself estimated"
    elif hypothesis.among and (k[..., 0] > n).any():
        reason = f"{hypothesis.codes[0]} stands in sentences without {hypothesis.among}; 'among' takes a code that includes it"
    return Comparison(
        documents=counts.documents["document_id"].to_numpy()[kept],
        voices=voices,
        n=n[kept],
        k=k[kept],
        hits=hits[kept].sum(1)[:, None],
        cell=cell[kept],
        contrast=contrast,
        estimate=estimate,
        late=None if late is None else late[kept],
        reason=reason,
        n_coded=int(n_coded[kept].sum()),
        corrected=counts.corrected,
    )


def _lay_out_voices(hypothesis, counts):
    """Return names, sentences n, coded sentences k, hits, those of the first code, and contrast of the voices that a test compares."""
    a, b = hypothesis.a, hypothesis.b
    actors, names, here = (*a, *b), (*a, *b), 1.0
    contrast = [1 / len(a)] * len(a) + [-1 / len(b) for _ in b]
    if hypothesis.test == "stage_change":  # each actor has two voices, one in either stage
        stages = np.repeat([hypothesis.late, hypothesis.early], len(a))
        actors, here = (*a, *a), counts.documents["stage_id"].to_numpy()[:, None] == stages
        names = tuple(f"{actor} in {stage}" for actor, stage in zip(actors, stages, strict=True))
        contrast += [-1 / len(a)] * len(a)
    k, first = (counts.voices(actors, hypothesis.codes[0], of) * here for of in ("k", "hits"))
    hits = first
    if hypothesis.other_code:
        k = k - counts.voices(actors, hypothesis.other_code)
        hits = first + counts.voices(actors, hypothesis.other_code, "hits")
    # ASSUME: a share among a code has that code's count as its denominator; only counts, not pseudo-outcomes, can be one.
    n = counts.voices(actors, None if counts.corrected else hypothesis.among) * here
    return names, n, k[..., None], hits, first, np.array(contrast)


def _number_cells(test, documents, late=None):
    """Return the cell (documents,) within which voices are compared: stage and event type, as far as the test has them."""
    if test in ("within_actor", "upper_bound"):
        return np.zeros(len(documents), dtype=int)
    kind = documents["event_type"] if test == "stage_change" else documents["stage_id"] + " " + documents["event_type"]
    return pd.factorize(kind if late is None else kind + np.where(late, " late", " early"), sort=True)[0]


def _share_cells(n, cell):
    """Return which cells (cells,) hold talk of every voice."""
    return (sum_cells(n, cell, cell.max(initial=-1) + 1) > 0).all(1)


def _change_of_difference(n, k, contrast, late):
    """Return the standardised difference over the cells ``late`` minus that over the others."""
    after, before = (standardised_difference(n[..., cells, :], k[..., cells, :, :], contrast) for cells in (late, ~late))
    return after - before


def _explain_voices(voices, n, periods, min_documents, min_sentences):
    """Return the shortage of the first voice that has too little talk in a period, or None."""
    for period, rows in periods.items():
        for name, spoken in zip(voices, n[rows].T, strict=True):
            shortage = explain_shortage(int((spoken > 0).sum()), spoken.sum(), min_documents, min_sentences)
            if shortage:
                return f"{name}{period}: {shortage}" + (", in kinds of event that are compared" if len(voices) > 1 else "")
    return None


def _lay_out_joint(hypothesis, counts, stages, min_documents, min_sentences):
    """Return the comparison of a joint test: for each actor but the first, the stages in which both have enough talk.

    ``estimate`` gives, for each such actor, each stage after its first and each code, the difference to the first actor
    in that stage minus the difference in the first: (..., changes). All are zero where leaders differ alike in every stage.
    """
    n = counts.voices(hypothesis.a)
    k, hits = (np.stack([counts.voices(hypothesis.a, code, of) for code in hypothesis.codes], axis=-1) for of in ("k", "hits"))
    stage, cell = counts.documents["stage_id"].to_numpy(), _number_cells("joint", counts.documents)
    used, changes = np.zeros(n.shape, dtype=bool), []
    for voice in range(1, len(hypothesis.a)):
        pair = [0, voice]
        shared = _share_cells(n[:, pair], cell)[cell]
        estimable = []
        for name in stages:
            rows = shared & (stage == name)
            if _explain_voices(pair, n[:, pair], {"": rows}, min_documents, min_sentences) is None:
                estimable.append(np.unique(cell[rows]))
                used[np.ix_(rows, pair)] = True
        changes += [(pair, estimable[0], cells) for cells in estimable[1:]]
    reason = None
    if not changes:
        used[:] = False
        reason = f"{hypothesis.a[0]} and another actor are estimable together in fewer than two stages"
    kept = (used & (n > 0)).any(1)
    k, hits = k * used[..., None], (hits * used[..., None])[kept].sum(1)
    return Comparison(
        documents=counts.documents["document_id"].to_numpy()[kept],
        voices=hypothesis.a,
        n=(n * used)[kept],
        k=k[kept],
        hits=hits,
        cell=cell[kept],
        contrast=SECOND_MINUS_FIRST,
        estimate=partial(_changes_over_stages, changes=changes),
        reason=reason,
        n_coded=int(hits[:, 0].sum()),
        corrected=counts.corrected,
    )


def _changes_over_stages(n, k, changes):
    """Return (..., changes * codes): the difference of a pair over the cells of a stage minus that over its first stage."""
    found = []
    for pair, first, later in changes:
        after, before = (
            standardised_difference(n[..., cells[:, None], pair], k[..., cells[:, None], pair, :], SECOND_MINUS_FIRST)
            for cells in (later, first)
        )
        found.append(after - before)
    return np.concatenate(found, axis=-1)

"""Variations: what a test reads, changed in one respect at a time, so that one sees what its verdict hangs on."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from framings.codebook import COMPOSITE_PARTS, evaluate_composites
from framings.comparisons import Counts, count_documents
from framings.correction import add_composites, list_outcomes, spread_codes
from framings.deliveries import match_answers
from framings.hypotheses import Hypothesis

MOST_DOCUMENTS = 100  # with more, only the most influential documents are left out
INFLUENTIAL = 20
MOST_PATTERNS = 10  # wordings left out of a code, those on which most sentences rest
NEED_REFERENCE = ("trained", "sample", "corrected")


@dataclass(frozen=True)
class Variation:
    """A change of one kind: the counts and the hypothesis that take the place of the main ones; a note where one is due."""

    kind: str
    change: str
    counts: Counts
    hypothesis: Hypothesis
    note: str | None = None
    few_units: bool = False  # units are turns, so that a minimum of sentences has no meaning


@dataclass(frozen=True)
class Units:
    """Sentences that count and what they carry.

    ``table`` (document_id, turn, sentence_id, actor_id, date, stage_id, event_type), ``values`` and ``hits`` codes matrices, a row
    a sentence in the same order. ``hits`` are the reference codes behind pseudo-outcomes, None where values are counts.
    ``dual`` (sentences,) marks those with codes of two families; ``rests`` maps a code to {pattern: sentences (positions) that
    carry it through no other wording}.
    """

    table: pd.DataFrame
    values: pd.DataFrame
    hits: pd.DataFrame | None
    dual: np.ndarray
    rests: dict

    @cached_property
    def places(self):
        """Documents in the order of their days, actors, and for each sentence the positions of its document and its actor."""
        documents = self.table[["document_id", "date", "stage_id", "event_type"]].drop_duplicates("document_id")
        documents = documents.sort_values(["date", "document_id"], ignore_index=True)
        actors = sorted(self.table["actor_id"].unique())
        row = pd.Index(documents["document_id"]).get_indexer(self.table["document_id"])
        return documents, actors, row * len(actors) + pd.Index(actors).get_indexer(self.table["actor_id"])

    def count(self, codes, kept=None, weight=None, lost=None):
        """Return the ``Counts`` of codes: of the sentences ``kept``, each as much as ``weight``, codes ``lost`` = {code: positions}.

        A document without a kept sentence stays, silent.
        """
        documents, actors, cell = self.places
        kept = np.ones(len(self.table)) if kept is None else kept.astype(float)
        weight, shape = kept if weight is None else kept * weight, (len(documents), len(actors))

        def add(values):
            return np.bincount(cell, values, shape[0] * shape[1]).reshape(shape)

        def carry(matrix, code, scale):
            values = matrix[code].to_numpy(float) * scale
            if code in (lost or {}):
                values[lost[code]] = 0
            return add(values)

        seen = self.values if self.hits is None else self.hits
        k, hits = (
            np.stack([carry(matrix, code, scale) for code in codes], axis=-1)
            for matrix, scale in ((self.values, weight), (seen, kept))
        )
        return Counts(documents, actors, list(codes), np.round(add(weight), 9), k, hits, self.hits is not None)


def lay_out_units(frame, tallies, outcomes, families, matches, composites):
    """Return the ``Units`` of a corpus.

    ``frame`` names the sentences, ``tallies`` describe their turns, ``outcomes`` = (values, hits, given) are codes matrices, the
    last one 0/1 for every sentence: a sentence is dual by these codes, which are known of all sentences, so that what is left is
    still a sample with known probabilities. ``families`` maps a family to its codes; ``matches`` is the table MATCHES.
    """
    key = ["document_id", "turn"]
    described = tallies[[*key, "actor_id", "date", "stage_id", "event_type"]]
    table = frame[["sentence_id", *key]].merge(described, on=key, how="inner").sort_values("sentence_id", ignore_index=True)
    values, hits, given = (None if matrix is None else matrix.loc[table["sentence_id"]] for matrix in outcomes)
    held = [given[[code for code in family["codes"] if code in given]].max(axis=1) > 0 for family in families.values()]
    rests = list_rests(matches, table["sentence_id"])
    for name, parts in composites.items():
        members = [member for key in COMPOSITE_PARTS[:2] for member in parts[key]]
        if parts["all"] or len(members) == 1:  # without a wording of a member it would not be there
            rests[name] = {pattern: rows for member in members for pattern, rows in rests.get(member, {}).items()}
    return Units(table, values, hits, np.sum(held, axis=0) > 1, rests)


def list_rests(matches, sentence_ids):
    """Return {code: {pattern: positions in ``sentence_ids``}} of sentences that carry a code through just one wording.

    >>> matches = pd.DataFrame(
    ...     [("s1", "A", "x", False), ("s1", "A", "x", False), ("s2", "A", "x", False), ("s2", "A", "y", False), ("s2", "B", "z", True)],
    ...     columns=["sentence_id", "code", "pattern", "negated"],
    ... )
    >>> {code: {pattern: rows.tolist() for pattern, rows in found.items()} for code, found in list_rests(matches, ["s1", "s2"]).items()}
    {'A': {'x': [0]}}
    """
    counting = matches.loc[~matches["negated"], ["sentence_id", "code", "pattern"]].drop_duplicates()
    counting = counting[~counting.duplicated(["sentence_id", "code"], keep=False)]
    counting = counting.assign(row=pd.Index(sentence_ids).get_indexer(counting["sentence_id"]))
    counting, rests = counting[counting["row"] >= 0], {}
    for (code, pattern), rows in counting.groupby(["code", "pattern"])["row"]:
        rests.setdefault(code, {})[pattern] = rows.to_numpy()
    return rests


def list_varied(hypotheses, assessments, coder_id):
    """Return the hypotheses of confirmatory families that a coder's codes give an estimate in a confirmatory window."""
    families = {family.id for family in hypotheses.families if family.confirmatory}
    windows = [window.id for window in hypotheses.windows if window.confirmatory]
    known = assessments[(assessments["coder_id"] == coder_id) & assessments["window_id"].isin(windows)]
    known = set(known.loc[known["estimate"].notna(), "hypothesis_id"])
    return [one for one in hypotheses.hypotheses if one.family in families and one.id in known]


def list_members(hypotheses, composites):
    """Return {name: parts} of composites without one member: of each that a hypothesis reads and that holds with any of several."""
    needed = dict.fromkeys(code for hypothesis in hypotheses for code in (*hypothesis.codes, hypothesis.other_code) if code)
    found = {}
    for code in needed:
        parts = composites.get(code)
        if parts and len(parts["any"]) > 1:
            for member in parts["any"]:
                found[name_without(code, member)] = parts | {"any": tuple(other for other in parts["any"] if other != member)}
    return found


def name_without(code, member):
    """Return the name of a composite without one of its members."""
    return f"{code} without {member}"


def build_outcomes(coder_id, frame, composites, extra, dictionary=None, coding=None, seed=1):
    """Return (values, hits, given) of one coder for the sentences of ``frame``: codes matrices with composites and ``extra`` ones.

    ``dictionary`` = (CODES, names of the codes looked for) of a coder of every sentence; ``coding`` = (probabilities, codes given,
    reference codes, SAMPLE) behind a coder that rests on reference codes. A composite without a member is corrected as a code of
    its own; the others are what the tallies sum, digit for digit, because all of them are corrected at once.
    """
    if coder_id not in NEED_REFERENCE:
        codes, names = dictionary
        if coder_id not in set(codes["coder_id"]):
            raise ValueError(f"there is no code by {coder_id!r}; give the codes of the coder whose tests are varied")
        carried = spread_codes(codes[codes["coder_id"] == coder_id], frame["sentence_id"], names) > 0.5
        known = {name: parts for name, parts in composites.items() if _is_known(parts, [*names, *composites])}
        carried = pd.concat([carried, evaluate_composites(carried, known)], axis=1)
        values = pd.concat([carried, evaluate_composites(carried, extra)], axis=1).astype(float)
        return values, None, values
    *matrices, sample = coding
    likely, given, reference = (add_composites(matrix, composites) for matrix in matrices)
    outcomes = list_outcomes(likely, given, reference, sample, frame, seed)
    if extra:
        pieces = [add_composites(matrix, extra)[list(extra)] for matrix in (likely, given, reference)]
        more = list_outcomes(*pieces[:2], pieces[2], sample, frame, seed)
        outcomes = {name: pd.concat([matrix, more[name]], axis=1) for name, matrix in outcomes.items()}
    hits = None if coder_id == "trained" else outcomes["evidence"]
    return outcomes[coder_id], hits, given


def _is_known(parts, names):
    """Return whether all members of a composite are among ``names``."""
    return all(member in names for key in COMPOSITE_PARTS for member in parts[key])


# Kinds of variation ---------------------------------------------------------------------------------------------------


def vary_documents(hypothesis, counts, influence):
    """Return a variation for each document left out; of very many, for those whose absence moves the estimate most.

    ``influence`` maps the documents of the comparison to the distance that the estimate moves without them.
    """
    chosen, note = list(influence), None
    if len(chosen) > MOST_DOCUMENTS:
        chosen = sorted(chosen, key=lambda name: (-influence[name], name))[:INFLUENTIAL]
        note = f"one of the {INFLUENTIAL} of {len(influence)} documents whose absence moves the estimate most"
    ids = counts.documents["document_id"].to_numpy()
    return [Variation("document", name, counts.take(ids != name), hypothesis, note) for name in chosen]


def vary_circumstances(hypothesis, counts, compared):
    """Return a variation for each kind of event and each stage of the comparison left out, where it has another."""
    found, documents = [], counts.documents
    inside = documents["document_id"].isin(compared.documents)
    for kind, column in (("event type", "event_type"), ("stage", "stage_id")):
        values = sorted(documents.loc[inside, column].unique())
        for value in values if len(values) > 1 else ():
            found.append(Variation(kind, value, counts.take((documents[column] != value).to_numpy()), hypothesis))
    return found


def vary_indicators(hypothesis, units, window, compared, composites):
    """Return a variation for each wording (of a code) and each member (of a composite of several) left out.

    A sentence loses a code where its only counting wording is the one left out; so does a pseudo-outcome, since the wordings are
    known of every sentence. The wordings are those on which most of the compared sentences rest.
    """
    found, codes = [], list(dict.fromkeys((*hypothesis.codes, *filter(None, [hypothesis.other_code]))))
    table = units.table
    inside = (table["document_id"].isin(compared.documents) & table["actor_id"].isin([*hypothesis.a, *hypothesis.b])).to_numpy()
    for code in codes:
        members = composites.get(code, {"any": ()})["any"]
        if len(members) > 1:
            for member in members:
                other = replace_code(hypothesis, code, name_without(code, member))
                found.append(Variation("indicator", f"{code}: {member}", units.count(other.needed_codes).within(window), other))
            continue
        rests = {pattern: rows for pattern, rows in units.rests.get(code, {}).items() if inside[rows].any()}
        for pattern in sorted(rests, key=lambda name: (-inside[rests[name]].sum(), name))[:MOST_PATTERNS]:
            counts = units.count(list(dict.fromkeys(hypothesis.needed_codes)), lost={code: rests[pattern]})
            found.append(Variation("indicator", f"{code}: “{pattern}”", counts.within(window), hypothesis))
    return found


def replace_code(hypothesis, code, other):
    """Return the hypothesis about another code."""
    return replace(
        hypothesis,
        codes=tuple(other if name == code else name for name in hypothesis.codes),
        other_code=other if hypothesis.other_code == code else hypothesis.other_code,
    )


def vary_sentences(hypothesis, units, window, answers):
    """Return the variations of which sentences count and how much: no dual ones, prepared ones or answers alone, each turn once."""
    codes, answered = list(dict.fromkeys(hypothesis.needed_codes)), match_answers(units.table, answers)
    sizes = units.table.groupby(["document_id", "turn"])["turn"].transform("size").to_numpy()
    table = units.table
    ours = table["actor_id"].isin([*hypothesis.a, *hypothesis.b]) & table["date"].between(
        window.start or "", window.end or "9999"
    )
    ours = ours.to_numpy()
    n_dual = int((units.dual & ours).sum())
    chosen = [
        ("dual codes", f"{n_dual} sentences with codes of two families left out", {"kept": ~units.dual}),
        ("turns as units", "every turn counts once", {"weight": 1 / sizes}),
    ]
    if answered[ours].any() and not answered[ours].all():
        chosen.append(("delivery", "prepared speech alone", {"kept": ~answered}))
        chosen.append(("delivery", "answers alone", {"kept": answered}))
    return [
        Variation(kind, change, units.count(codes, **how).within(window), hypothesis, few_units="weight" in how)
        for kind, change, how in chosen
    ]


def vary_languages(hypothesis, twin_tallies, twins, window):
    """Return a variation for each language of the events that stand in two, or none where there are no such events.

    ``twin_tallies`` are one coder's tallies of documents in all languages; a twin answers to the id of the first document.
    """
    codes = [code for code in dict.fromkeys(hypothesis.needed_codes) if code in twin_tallies]
    first = dict(zip(twins["twin_id"], twins["document_id"], strict=True))
    both = twin_tallies[twin_tallies["document_id"].isin([*first, *first.values()])]
    if both.empty or len(codes) < len(set(hypothesis.needed_codes)):
        return []
    both = both.assign(document_id=both["document_id"].replace(first))
    note = f"dictionary, the {both['document_id'].nunique()} events that stand in both languages"
    return [
        Variation("language", language, count_documents(rows, codes).within(window), hypothesis, note)
        for language, rows in both.groupby("language")
    ]

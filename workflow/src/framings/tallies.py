"""Tallies: how many sentences of each turn carry each code. All that inference reads."""

from dataclasses import replace

import numpy as np
import pandas as pd

from framings.codebook import evaluate_composites, keep_known
from framings.schemas import TALLIES, check

OUTCOME_TALLIES = replace(TALLIES, open_columns="number")  # sums of pseudo-outcomes; they may be negative


def tally_codes(documents, turns, speakers, sentences, marks, codes, codebook, coded=None):
    """Return the table TALLIES: one row a relevant turn of speech by an actor, with a column a code and a composite.

    A turn counts where it is speech (not a question), its speaker is an actor, it is marked relevant and a stage holds
    its day. Composites are evaluated in each sentence, then summed: a turn with one sentence on code A and another on
    code B has no sentence on "A and B". ``codes`` holds the rows of one coder. ``coded`` names the codes that this coder
    was asked for (default: all of the codebook); the others get no column, nor do composites of them, so that what
    nobody looked for is not read as absent. Raises ``ValueError`` where ``codes`` mixes coders.
    """
    coders = sorted(codes["coder_id"].unique())
    if len(coders) > 1:
        raise ValueError(f"the codes of {len(coders)} coders are mixed ({', '.join(coders)}); tally one coder at a time")
    names, composites = _columns_of(codebook, coded)
    kept, inside, of_turn = _place_sentences(documents, turns, speakers, sentences, marks)
    carried = np.zeros((len(inside), len(names)), dtype=bool)
    rows, columns = pd.Index(inside).get_indexer(codes["sentence_id"]), pd.Index(names).get_indexer(codes["code"])
    found = (rows >= 0) & (columns >= 0)
    carried[rows[found], columns[found]] = True
    carried = pd.DataFrame(carried, columns=names)
    carried = pd.concat([carried, evaluate_composites(carried, composites)], axis=1)
    counts = {name: np.bincount(of_turn[carried[name].to_numpy()], minlength=len(kept)) for name in carried}
    sizes = pd.DataFrame({"n_sentences": np.bincount(of_turn, minlength=len(kept))} | counts)
    # ASSUME: a relevant turn without a sentence (words that hold no letter) bears on no share and is left out.
    tallies = pd.concat([kept, sizes], axis=1)[sizes["n_sentences"] > 0]
    return check(tallies, TALLIES)


def tally_outcomes(documents, turns, speakers, sentences, marks, outcomes):
    """Return the sums of pseudo-outcomes by turn: TALLIES with numbers, no whole counts, in the columns of ``outcomes``.

    ``outcomes`` is a codes matrix (index sentence_id) as ``framings.correction`` makes it, composites among its columns.
    The turns are those of ``tally_codes``, in the documents that ``outcomes`` speaks of. Raises ``ValueError`` where it lacks
    a sentence of such a document: a frame with holes would be read as a frame without the code.
    """
    kept, inside, of_turn = _place_sentences(documents, turns, speakers, sentences, marks)
    row, document = outcomes.index.get_indexer(inside), kept["document_id"].iloc[of_turn]
    covered = document.isin(document[row >= 0]).to_numpy()
    if (row[covered] < 0).any():
        stray = inside[covered & (row < 0)].iloc[0]
        raise ValueError(
            f"sentence {stray} has no outcome, others of its document have one; correct the codes of the whole frame"
        )
    of_turn, values = of_turn[covered], outcomes.to_numpy(float)[row[covered]]
    sums = {name: np.bincount(of_turn, column, len(kept)) for name, column in zip(outcomes.columns, values.T, strict=True)}
    sizes = pd.DataFrame({"n_sentences": np.bincount(of_turn, minlength=len(kept))} | sums)
    return check(pd.concat([kept, sizes], axis=1)[sizes["n_sentences"] > 0], OUTCOME_TALLIES)


def keep_language(tallies, language):
    """Return the tallies of one language and the number of documents in other languages that are left out.

    English and Russian pages of one event are two readings of the same words: together they would count it twice.
    """
    ours = tallies["language"] == language
    return tallies[ours].reset_index(drop=True), int(tallies.loc[~ours, "document_id"].nunique())


def refuse_mixed_languages(tallies):
    """Raise ``ValueError`` where the tallies hold more than one language."""
    languages = sorted(tallies["language"].unique())
    if len(languages) > 1:
        raise ValueError(f"the tallies hold documents in {' and '.join(languages)}; keep one language (keep_language)")


def match_evidence(tallies, evidence, codes):
    """Return the evidence (turns, codes) of each row of ``tallies``; raise ``ValueError`` where it lacks a turn or a code."""
    key = ["document_id", "turn"]
    lacking = [code for code in codes if code not in evidence]
    rows = pd.MultiIndex.from_frame(evidence[key]).get_indexer(pd.MultiIndex.from_frame(tallies[key]))
    if lacking or (rows < 0).any():
        what = f"the code {lacking[0]}" if lacking else "turn {1} of {0}".format(*tallies.loc[rows < 0, key].iloc[0])
        raise ValueError(f"the evidence lacks {what}, of which there are pseudo-outcomes; tally both from the same frame")
    return evidence[codes].to_numpy(float)[rows]


def _columns_of(codebook, coded):
    """Return the names of the codes to tally and the composites whose members are all among them."""
    names = [code for code in codebook.codes["code"] if coded is None or code in set(coded)]
    return names, keep_known(codebook.composites, names)


def _place_sentences(documents, turns, speakers, sentences, marks):
    """Return the turns that count, the ids of the sentences in them and the position of each one's turn."""
    kept = _relevant_turns(documents, turns, speakers, marks)
    place = pd.MultiIndex.from_frame(kept[["document_id", "turn"]])
    of_turn = place.get_indexer(pd.MultiIndex.from_frame(sentences[["document_id", "turn"]]))
    return kept, sentences["sentence_id"][of_turn >= 0], of_turn[of_turn >= 0]


def _relevant_turns(documents, turns, speakers, marks):
    """Return the turns that count, in the order of documents and turns, with what describes them."""
    key = ["document_id", "turn"]
    table = turns.loc[turns["kind"] == "speech", [*key, "n_words"]]
    table = table.merge(speakers.loc[speakers["actor_id"].notna(), [*key, "actor_id"]], on=key)
    table = table.merge(marks.loc[marks["relevant"] & marks["stage_id"].notna(), [*key, "stage_id"]], on=key)
    table = table.merge(documents[["document_id", "date", "event_type", "language"]], on="document_id")
    return table.sort_values(key, kind="stable", ignore_index=True)

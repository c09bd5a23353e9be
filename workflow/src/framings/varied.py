"""What is varied, on disk: sentences with the codes of one coder, and the tables beside them.

Apart from ``framings.storage``, so that a change of sampling or reference codes reruns what reads them and nothing else.
"""

from threadpoolctl import threadpool_limits

from framings.coded import read_coding, restrict_codebook
from framings.deliveries import mark_answers
from framings.references import choose_reference, spread_reference
from framings.sensitivities import Tables
from framings.storage import read_kept, read_matrix, read_relevant, read_tables
from framings.tallies import tally_codes
from framings.variations import build_outcomes, lay_out_units, list_members, list_varied

BESIDE = ("assessments", "adjusted", "left_out", "twins")


def read_units(given, coder_id, hypotheses, book, kinds, seed):
    """Return the ``Units`` of a coder and the composites with those that lack a member; ``given`` maps names to paths.

    Without reference codes (an empty ``coded``) the frame, the codes and what is behind them are the dictionary's alone.
    """
    frame = read_tables(given["frame"])
    extra = list_members(list_varied(hypotheses, read_tables(given["assessments"]), coder_id), book.composites)
    names = [code for code in book.codes["code"] if code in set(book.patterns["code"])]
    dictionary, coding = (read_tables(given["codes"]), names), None
    if given["coded"]:
        sample, coded, _ = read_coding(given["sample"], given["coded"], frame)
        reference = choose_reference(coded, kinds)
        reference = spread_reference(reference, restrict_codebook(book, reference), families=False)
        coding = (read_matrix(given["probabilities"]), read_matrix(given["given"]), reference, sample)
    with threadpool_limits(1):
        outcomes = build_outcomes(coder_id, frame, book.composites, extra, dictionary, coding, seed)
    tallies, matches = read_tables(given["tallies"]), read_tables(given["matches"])
    return lay_out_units(frame, tallies, outcomes, book.families, matches, book.composites), book.composites | extra


def read_beside(given, book):
    """Return the ``Tables`` beside the sentences; ``given`` maps names to paths."""
    documents, turns, speakers, marks = (
        read_kept(given[name], given["duplicates"]) for name in ("documents", "turns", "speakers", "marks")
    )
    tables = {name: read_tables(given[name]) for name in BESIDE}
    paired = documents["document_id"].isin([*tables["twins"]["document_id"], *tables["twins"]["twin_id"]])
    sentences, codes = read_relevant(given["sentences"], given["passages"]), read_tables(given["codes"])
    codes = codes[codes["coder_id"] == "dictionary"]
    sought = set(book.patterns["code"])
    errors = [read_tables(given[name]) if given[name] else None for name in ("accuracy", "confusions")]
    return Tables(
        **tables,
        answers=mark_answers(documents, turns, speakers),
        twin_tallies=tally_codes(documents[paired], turns, speakers, sentences, marks, codes, book, sought),
        accuracy=errors[0],
        confusions=errors[1],
    )

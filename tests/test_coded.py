"""What coders were not asked for is left out of everything that is made from their codes, and is nowhere a zero."""

import numpy as np
import pandas as pd
from made_tallies import STAGES, make_hypotheses

from framings.agreement import AGREEMENT, measure_agreement
from framings.assessments import assess_hypotheses
from framings.codebook import read_codebook
from framings.coded import list_unasked, measure_asked, name_unasked, read_asked, restrict_codebook, split_asked
from framings.confusions import CONFUSIONS_BY_ACTOR, count_confusions
from framings.correction import add_composites, list_outcomes
from framings.designs import measure_design
from framings.estimates import estimate_prevalence
from framings.products import collect_names
from framings.references import list_groups, spread_reference
from framings.schemas import CODED, check
from framings.specifications import spread_coders
from framings.tallies import tally_outcomes
from framings.unasked import add_unasked

TEXT = """
version: 2.2.0
what_is_measured: talk, not motive
families:
  RS:
    name: security
    subframes:
      - {id: RS01, name: shock, title: Shock, definition: a shock, en: [crisis]}
      - {id: RS02, since: "2.2.0", name: debt, title: Debt, definition: a debt, en: [debt]}
  OS:
    name: self
    subframes:
      - {id: OS01, name: rank, title: Rank, definition: a rank, en: [great power]}
composites:
  - {id: RS_any, title: Any, any: [RS01, RS02]}
  - {id: RS_far, title: Far, all: [RS_any, OS01]}
  - {id: OLD, title: Old, any: [RS01]}
"""
BOOK = read_codebook(TEXT)
ENTRY = 'test: difference, code: A1, a: NORTH, b: EAST, sign: "+"'
ASKED = ["RS01", "OS01", "OLD"]  # of version 2.1.0
KEPT = read_codebook(
    TEXT.replace("any: [RS01, RS02]", "any: [RS01]").replace("OLD, title: Old, any: [RS01]", "OLD, title: Old, any: [OS01]")
)


def code(coder, version, given, kind="human_trained"):
    """Return CODED of a coder from {sentence: codes}, from a version of the codebook."""
    rows = [(name, each) for name, codes in given.items() for each in codes.split() or ["NONE"]]
    table = pd.DataFrame(rows, columns=["sentence_id", "code"]).assign(coder_id=coder, coder_kind=kind, codebook_version=version)
    told = {"round": "1", "language_read": "en", "model": None, "prompt_sha256": None, "coded_on": "2026-01-01"}
    return check(table.assign(text_hash="x", **told)[list(CODED.columns)], CODED)


def test_the_oldest_version_says_what_all_coders_were_asked_for(tmp_path):
    """One sentence that still has its older code is enough; simulated coders are made from the codebook as it is."""
    new, old = code("ann", "2.2.0", {"s1": "RS02"}), code("reference", "2.1.0", {"s2": "RS01"})
    path = tmp_path / "codebook.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert restrict_codebook(BOOK, new) is BOOK and read_asked(path, new).codes["code"].tolist() == ["RS01", "RS02", "OS01"]
    both = read_asked(path, pd.concat([new, old]))
    assert [*both.codes["code"], *both.composites] == ASKED
    planted = code("reference", "planted", {"s2": "RS01"}, "simulation_truth")
    assert restrict_codebook(BOOK, planted) is BOOK and restrict_codebook(BOOK, new.iloc[:0]) is BOOK


def test_a_matrix_of_older_codes_has_no_column_of_a_newer_one():
    """A code that was redefined, and was given in its older meaning, is not counted; the sentence stays as read."""
    coded = code("ann", "2.1.0", {"s1": "RS01", "s2": "RS02", "s3": ""})
    matrix = add_composites(spread_reference(coded, restrict_codebook(BOOK, coded)), restrict_codebook(BOOK, coded).composites)
    assert list(matrix) == ASKED
    assert matrix.loc["s1"].tolist() == [1, 0, 1] and matrix.loc[["s2", "s3"]].to_numpy().sum() == 0


def test_a_family_kept_as_it_was_is_learnt_as_one():
    """To coders of the older version a composite of the old sub-frames is the whole family; one of all is not there."""
    coded = code("ann", "2.1.0", {"s1": "RS01"})
    assert list_groups(restrict_codebook(KEPT, coded)) == {"RS_any": ["RS01"], "OLD": ["OS01"]}
    assert list_groups(restrict_codebook(BOOK, coded)) == {"OLD": ["RS01"]}
    assert list_groups(BOOK) == {"RS_any": ["RS01", "RS02"]}


def measure(coded):
    """Return agreement (by code) and confusions of CODED, each sentence a document of its own."""
    given = coded, BOOK, {name: name for name in coded["sentence_id"]}
    agreement = measure_asked(measure_agreement, AGREEMENT, *given, 1, draws=20)
    actors = dict.fromkeys(coded["sentence_id"], "NORTH")
    return agreement.set_index("code"), measure_asked(count_confusions, CONFUSIONS_BY_ACTOR, *given, actors, 1, draws=20)


def test_a_family_that_lacks_a_newer_frame_has_the_title_of_its_composite():
    """What holds all sub-frames is called by the family's name; a composite kept as it was says what it is."""
    known = pd.DataFrame({"actor_id": ["NORTH"], "speaker_id": ["n"], "name": ["N"], "country": ["Northland"]})
    inclusion = pd.DataFrame({"actor_id": ["NORTH"], "n_sentences": [3]})
    named = [
        collect_names(book, known, STAGES.assign(name="s"), make_hypotheses(ENTRY), inclusion)["families"]
        for book in (BOOK, KEPT)
    ]
    assert named == [{"RS_any": "Security"}, {"RS_any": "Any", "OLD": "Self"}]


def test_agreement_is_silent_on_what_two_coders_were_not_asked_for():
    """Two older coders, and one newer one: nothing is said of RS02, though one coder gave it."""
    first, second = (code(name, "2.1.0", {"s1": "RS01", "s2": "", "s3": "OS01"}) for name in ("a", "b"))
    third = code("c", "2.2.0", {"s1": "RS01", "s2": "RS02", "s3": "OS01"})
    agreement, confusions = measure(pd.concat([first, second, third]))
    assert list(agreement.index) == ASKED and set(confusions["code"]) == set(ASKED)
    assert agreement["n_sentences"].tolist() == [3] * 3 and agreement.loc["RS01", "n_positive_c"] == 1


def test_agreement_on_a_newer_code_is_that_of_the_coders_who_were_asked():
    """Two coders of the newer version code three of the four sentences anew; codes stand in the order of the codebook.

    RS02: c gives it to s2, d to s2 and s3: 1 of 2 sentences with it is agreed on, 2 of 3 codings are alike.
    RS_any, of c and d alone: both in s1 and s2, d alone in s3.
    """
    older = {"s1": "RS01", "s2": "", "s3": "OS01", "s4": "RS01"}
    coded = [code("a", "2.1.0", older), code("b", "2.1.0", older)]
    coded += [code("c", "2.2.0", {"s1": "RS01", "s2": "RS02", "s3": "OS01"}), code("c", "2.1.0", {"s4": "RS01"})]
    coded += [code("d", "2.2.0", {"s1": "RS01", "s2": "RS02", "s3": "RS02"})]
    agreement, confusions = measure(pd.concat(coded))
    assert list(agreement.index) == ["RS01", "RS02", "OS01", "RS_any", "RS_far", "OLD"]
    assert agreement["coders"].tolist() == ["a, b, c, d", "c, d", "a, b, c, d", "c, d", "c, d", "a, b, c, d"]
    assert agreement["n_sentences"].tolist() == [4, 3, 4, 3, 3, 4]
    new = agreement.loc[["RS02", "RS_any"]]
    assert new[["n_either", "n_every", "n_positive_c", "n_positive_d"]].to_numpy().tolist() == [[2, 1, 1, 2], [3, 2, 2, 3]]
    assert new["observed_agreement"].round(9).tolist() == [0.666666667] * 2
    assert new[["n_positive_a", "n_positive_b"]].isna().all(axis=None)
    assert agreement.loc["RS01", ["n_either", "n_every", "n_positive_a"]].tolist() == [2, 2, 2]
    pairs = confusions[(confusions["actor_id"] == "all") & (confusions["code"] == "RS02")]
    assert pairs[["first_id", "second_id", "n_both", "n_only_first", "n_only_second"]].to_numpy().tolist() == [
        ["c", "d", 1, 0, 1]
    ]
    assert len(confusions[(confusions["actor_id"] == "all") & (confusions["code"] == "RS01")]) == 6


def test_coders_of_one_version_are_split_in_no_way():
    """One layer, with the codes as they are; simulated coders likewise."""
    coded = code("ann", "2.2.0", {"s1": "RS02"})
    assert [(asked is BOOK, rows.equals(coded)) for asked, rows in split_asked(BOOK, coded)] == [(True, True)]
    assert len(split_asked(BOOK, code("ann", "planted", {"s1": "RS02"}, "simulation_truth"))) == 1


def test_a_sentence_that_keeps_no_code_was_read():
    """A redefined code goes from older rows; NONE stands where nothing else was given, and beside no code."""
    coded = code("ann", "2.1.0", {"s1": "RS02", "s2": "RS01 RS02"})
    ((_, rows),) = split_asked(BOOK, coded)
    assert rows[["sentence_id", "code"]].to_numpy().tolist() == [["s1", "NONE"], ["s2", "RS01"]]


def make_talk():
    """Return documents, turns, speakers, sentences, marks, frame and sample: 40 sentences of two actors in 10 documents."""
    ids = [f"s{i:02}" for i in range(40)]
    places = pd.DataFrame(
        {"sentence_id": ids, "document_id": [f"d{i // 4}" for i in range(40)], "turn": [i % 4 for i in range(40)]}
    )
    turns = places[["document_id", "turn"]].assign(kind="speech", n_words=5)
    speakers = turns[["document_id", "turn"]].assign(actor_id=["NORTH", "EAST"] * 20)
    marks = turns[["document_id", "turn"]].assign(relevant=True, stage_id="ST1")
    documents = pd.DataFrame({"document_id": places["document_id"].unique(), "language": "en", "event_type": "bilateral"})
    documents["date"] = [f"2015-01-{day:02}" for day in range(1, 11)]
    frame = places.assign(actor_id=speakers["actor_id"], stage_id="ST1", families="none", text="x")
    sample = pd.DataFrame({"sentence_id": ids[::2] + ids[1::4], "p": 0.75, "stratum": "NORTH ST1 none"})
    return documents, turns, speakers, places, marks, frame, sample


def test_corrected_codes_of_an_older_codebook_hold_nothing_of_a_newer_code():
    """Tallies of sample, corrected and trained lack the code and its composites; hypotheses that read them are not coded."""
    *talk, frame, sample = make_talk()
    coded = code("ann", "2.1.0", {name: "RS01" if n % 3 else "" for n, name in enumerate(sample["sentence_id"])})
    book = restrict_codebook(BOOK, coded)
    reference = spread_reference(coded, book, families=False)
    given = pd.DataFrame(0.0, index=pd.Index(frame["sentence_id"]), columns=["RS01", "OS01"])
    matrices = [add_composites(matrix, book.composites) for matrix in (given + 0.2, given, reference)]
    outcomes = list_outcomes(*matrices, sample, frame)
    tallies = {name: tally_outcomes(*talk, outcome) for name, outcome in outcomes.items()}
    assert all(list(table.columns[9:]) == ASKED for table in tallies.values())
    entries = [f'test: difference, code: {name}, a: NORTH, b: EAST, sign: "+"' for name in ("RS02", "RS_far", "OLD")]
    hypotheses = make_hypotheses(*entries, codes=[*BOOK.codes["code"], *BOOK.composites])
    for coder in ("sample", "corrected", "trained"):
        seen = None if coder == "trained" else tallies["evidence"]
        found, _ = assess_hypotheses(tallies[coder], hypotheses, STAGES, coder, swaps=99, evidence=seen)
        rows = found.drop_duplicates("hypothesis_id")
        assert rows["verdict"].tolist()[:2] == ["not coded"] * 2 and rows["verdict"].iloc[2] != "not coded"
        assert rows["reason"].tolist()[:2] == [f"{coder} was not asked for {name}" for name in ("RS02", "RS_far")]


def test_shares_of_what_a_coder_was_not_asked_for_are_missing_with_a_reason():
    """A row for each actor and stage, without number and count; nothing is added for coders who were asked for all."""
    *talk, frame, _ = make_talk()
    given = pd.DataFrame(0.5, index=pd.Index(frame["sentence_id"]), columns=["RS01", "RS02"])
    stages = STAGES.head(1)
    tables = [
        estimate_prevalence(tally_outcomes(*talk, given[codes]), stages, coder, codes, 3, 10)
        for coder, codes in (("dictionary", ["RS01", "RS02"]), ("sample", ["RS01"]))
    ]
    found = add_unasked(pd.concat(tables, ignore_index=True))
    rows = found[(found["coder_id"] == "sample") & (found["code"] == "RS02")]
    assert rows[["actor_id", "stage_id"]].to_numpy().tolist() == [
        ["EAST", "ST1"],
        ["EAST", "all"],
        ["NORTH", "ST1"],
        ["NORTH", "all"],
    ]
    assert set(rows["reason"]) == {"not coded: sample was not asked for RS02"} and set(rows["n_sentences"]) == {20}
    assert rows[["n_coded", "share", "se", "low", "high"]].isna().all(axis=None)
    assert len(found) == 16 and found["n_coded"].notna().sum() == 12
    assert add_unasked(tables[0]).equals(tables[0])


def test_specifications_of_a_newer_code_are_the_dictionarys_alone():
    """Values of coders who rest on hand codes are missing, also of composites; the dictionary has its own."""
    *_, frame, _ = make_talk()
    outcome = pd.DataFrame({"RS01": 0.0, "OS01": 0.0, "OLD": 0.0}, index=pd.Index(frame["sentence_id"]))
    stacked = pd.concat([outcome.assign(coder_id=name) for name in ("trained", "sample", "corrected", "evidence")]).reset_index()

    class Talk:
        sentences = frame

    hits = pd.DataFrame({"sentence_id": ["s00"], "code": ["RS02"]})
    coders = spread_coders(Talk, ["RS02", "RS_any", "OLD"], hits, BOOK, stacked, outcome[["RS01", "OS01"]])
    assert coders[0].values[0].tolist() == [1, 1, 0]
    for coder in coders[1:]:
        assert np.isnan(coder.values[:, :2]).all() and not np.isnan(coder.values[:, 2]).any()


def test_the_design_leaves_out_what_coders_were_not_asked_for():
    """Also where the dictionary's codes are the headline, which hold the newer code."""
    *talk, frame, sample = make_talk()
    coded = code("ann", "2.1.0", dict.fromkeys(sample["sentence_id"], "RS01"))
    every = pd.DataFrame(0.0, index=pd.Index(frame["sentence_id"]), columns=["RS01", "RS02", "OS01"])
    tallies = tally_outcomes(*talk, add_composites(every, BOOK.composites))
    book = restrict_codebook(BOOK, coded)
    reference = add_composites(spread_reference(coded, book, families=False), book.composites)
    entries = [f'test: difference, code: {name}, a: NORTH, b: EAST, sign: "+"' for name in ("RS02", "OLD")]
    hypotheses = make_hypotheses(*entries, codes=[*BOOK.codes["code"], *BOOK.composites])
    design = measure_design(tallies, tallies, "dictionary", hypotheses, reference=reference, sample=sample, frame=frame)
    assert design["codes"]["code"].tolist() == ["OLD"]


def test_who_was_not_asked_for_what_is_listed():
    """By coder and version, with the number of sentences; nothing of coders of today's version and of simulated ones."""
    coded = [code("ann", "2.1.0", {"s1": "RS01 OS01", "s2": ""}), code("ann", "2.2.0", {"s3": ""})]
    coded += [code("bob", "2.2.0", {"s1": ""}), code("sim", "planted", {"s1": ""}, "simulation_truth")]
    assert list_unasked(BOOK, pd.concat(coded)) == [("ann", "2.1.0", 2, ["RS02"], ["RS_any", "RS_far"])]


def test_the_explorer_knows_what_a_coder_was_not_asked_for():
    """By coder, codes and composites; the trained coder knows what the reference codes know; where nobody coded nothing is lacking."""
    coded = pd.concat([code("ann", "2.2.0", {"s1": "RS02"}), code("reference", "2.1.0", {"s2": "RS01"})], ignore_index=True)
    unasked = {"RS02", "RS_any", "RS_far"}
    assert name_unasked(BOOK, coded) == {"reference": unasked, "trained": unasked}
    assert name_unasked(BOOK, None) == {}

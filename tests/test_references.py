"""The frame that coders are asked about, and whose codes count."""

from pathlib import Path

import pandas as pd

from framings.codebook import read_codebook
from framings.references import choose_reference, keep_unshifted, list_frame, list_groups, spread_reference
from framings.sampling import hash_text
from framings.schemas import CODED
from framings.simulation_codes import simulate_codes

ROOT = Path(__file__).resolve().parents[1]
BOOK = read_codebook((ROOT / "data/reference/codebook.yaml").read_text(encoding="utf-8"))


def make_tables():
    """Return documents, turns, speakers, sentences and marks: two documents, one Russian; a question, a stranger, two actors."""
    documents = pd.DataFrame({"document_id": ["d1", "d2"], "language": ["en", "ru"]})
    turns = pd.DataFrame(
        {"document_id": ["d1"] * 4 + ["d2"], "turn": [0, 1, 2, 3, 0], "kind": ["speech", "question", *["speech"] * 3]}
    )
    speakers = turns[["document_id", "turn"]].assign(actor_id=["A", "A", None, "B", "A"])
    marks = turns[["document_id", "turn"]].assign(stage_id="S1", relevant=True)
    sentences = turns[["document_id", "turn"]].assign(text=[f"Sentence {i}." for i in range(5)])
    sentences["sentence_id"] = sentences["document_id"] + ":" + sentences["turn"].astype(str)
    return documents, turns, speakers, sentences, marks


def test_the_frame_holds_what_is_counted():
    """Speech of actors in the language analysed, with the families that its codes belong to."""
    codes = pd.DataFrame({"sentence_id": ["d1:0", "d1:0", "d1:3", "d1:3"], "code": ["RS01", "OS02", "FUN", "RS02"]})
    families = {"RS01": "RS", "RS02": "RS", "OS02": "OS"}
    frame = list_frame(*make_tables(), codes, families, "en")
    assert frame[["sentence_id", "actor_id", "families"]].to_numpy().tolist() == [["d1:0", "A", "OS+RS"], ["d1:3", "B", "RS"]]


def code(*rows):
    """Return CODED with the given (sentence, code, coder, kind), coded under the text that is the sentence's id."""
    told = ("2.0.0", "1", "en", None, None, "2026-01-01")
    return pd.DataFrame([(key, hash_text(key), *rest, *told) for key, *rest in rows], columns=list(CODED.columns))


def test_codes_of_a_shifted_text_are_left_out():
    """A sentence whose text changed since it was coded, or that is gone, has no code; it is counted once."""
    coded = code(
        ("s1", "RS01", "ann", "human_trained"), ("s2", "RS01", "ann", "human_trained"), ("s2", "FUN", "ann", "human_trained")
    )
    frame = pd.DataFrame({"sentence_id": ["s1", "s2"], "text": ["s1", "s2, changed"]})
    kept, n_shifted = keep_unshifted(coded, frame)
    assert kept["sentence_id"].tolist() == ["s1"] and n_shifted == 1


def test_better_evidence_counts_first_and_adjudicated_codes_before_drafts():
    """A human's codes replace a model's, sentence by sentence; of two humans the adjudicated reading counts, else the first name."""
    coded = code(
        ("s1", "RS01", "reference", "language_model"), ("s1", "RS02", "zoe", "human_trained"), ("s1", "RS03", "ann", "human_trained"),
        ("s2", "OS01", "reference", "language_model"), ("s2", "OS02", "coder_a", "language_model"),
        ("s3", "FUN", "zoe", "human_trained"), ("s3", "PROC", "reference", "human_trained"),
    )  # fmt: skip
    kinds = ["human_expert", "human_trained", "language_model"]
    chosen = choose_reference(coded, kinds)
    assert chosen[["sentence_id", "code"]].to_numpy().tolist() == [["s1", "RS03"], ["s2", "OS01"], ["s3", "PROC"]]
    assert choose_reference(coded, ["language_model"])["code"].tolist() == ["RS01", "OS01"]


def test_reference_codes_become_a_matrix_with_families():
    """NONE is a row of zeros; a family holds where one of its sub-frames does."""
    coded = code(
        ("s1", "RS05", "ann", "human_trained"), ("s1", "FUN", "ann", "human_trained"), ("s2", "NONE", "ann", "human_trained")
    )
    matrix = spread_reference(coded, BOOK)
    assert matrix.loc["s1"][["RS05", "FUN", "RS_any", "OS_any", "RS01"]].tolist() == [1, 1, 1, 0, 0]
    assert matrix.loc["s2"].sum() == 0
    assert set(list_groups(BOOK)) == {"RS_any", "OS_any"}


def test_simulated_coders_are_called_simulated_and_err_a_little():
    """The reference is the planted truth; the two coders miss some of it, and every row says simulation_truth."""
    ids = [f"d{i % 30:02d}:t000:s{i:04d}" for i in range(900)]
    frame = pd.DataFrame({"sentence_id": ids, "text": ids, "actor_id": "A", "stage_id": "S1", "families": "none"})
    planted = pd.DataFrame({"sentence_id": ids[::3], "code": "RS05"})
    sample, coded = simulate_codes(frame, planted, ["RS05", "OS05"], 600, 1)
    assert set(coded["coder_kind"]) == {"simulation_truth"} and set(coded["coder_id"]) == {"coder_a", "coder_b", "reference"}
    given = coded[coded["code"] == "RS05"].groupby("coder_id")["sentence_id"].agg(set)
    truth = set(planted["sentence_id"]) & set(sample["sentence_id"])
    assert given["reference"] == truth
    assert 0.9 < len(given["coder_a"] & truth) / len(truth) < 1 and given["coder_a"] != given["coder_b"]
    assert (coded.groupby("coder_id")["sentence_id"].nunique() == len(sample)).all()

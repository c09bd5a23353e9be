"""Made-up talk, sentence by sentence, for the tests of specifications: nobody said any of it, and no words are given."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from framings.hypotheses import read_hypotheses
from framings.selections import gather_talk

STAGES = pd.DataFrame({"stage_id": ["ST1", "ST2"], "start": [None, "2013-07-01"], "end": ["2013-06-30", None]})
RELEVANCE = {"min_mentions": 1, "window": 15}
SETTINGS = {"min_documents": 3, "min_sentences": 100, "swaps": 499, "seed": 1}
BOOK = SimpleNamespace(
    codes=pd.DataFrame({"code": ["A1", "B1"]}),
    patterns=pd.DataFrame({"code": ["A1", "B1"]}),
    composites={"A_only": {"any": (), "all": ("A1",), "not": ("B1",)}},
)
HYPOTHESES = """
windows:
  - {id: whole, title: Whole, start: null, end: null, confirmatory: true}
families:
  - {id: first, title: First, confirmatory: true}
hypotheses:
  - {id: H1, family: first, test: difference, code: A1, a: [NORTH], b: [EAST], sign: "+", claim: North says more of it than East, ground: made}
  - {id: H2, family: first, test: equivalence, code: B1, a: [NORTH], b: [EAST], margin_points: 8, sign: "0", claim: Both say as much of it, ground: made}
  - {id: H3, family: first, test: within_actor, code: A1, other_code: B1, a: [NORTH], sign: "+", claim: North says more of the one than of the other, ground: made}
"""


def make_tables(n_documents=36, seed=1):
    """Return documents, turns, speakers, sentences, marks and passages: two actors, two turns each, in monthly documents."""
    generator, turns, sentences = np.random.default_rng(seed), [], []
    for d in range(n_documents):
        for turn in range(5):  # turn 2 is a question, answered in turn 3
            actor = None if turn == 2 else ("NORTH", "EAST")[turn % 2]
            remark = "retranslated" if (d + turn) % 7 == 0 else ""
            turns.append((f"d{d:02d}", turn, "question" if turn == 2 else "speech", remark, actor, int(generator.integers(1, 4))))
            near = int(generator.integers(0, 3))
            for k in range(int(generator.integers(5, 14))):
                words, far = int(generator.integers(4, 30)), 1 if d % 4 else 3
                sentences.append((f"d{d:02d}:t{turn}:s{k:02d}", f"d{d:02d}", turn, words, abs(k - near) * far))
    turns = pd.DataFrame(turns, columns=["document_id", "turn", "kind", "remark", "actor_id", "n_mentions"])
    sentences = pd.DataFrame(sentences, columns=["sentence_id", "document_id", "turn", "n_words", "distance"])
    month = np.arange(n_documents)
    documents = pd.DataFrame(
        {
            "document_id": [f"d{d:02d}" for d in month],
            "language": "en",
            "date": [f"{2012 + d // 12}-{d % 12 + 1:02d}-10" for d in month],
            "event_type": np.where(month % 9 == 0, "interview", np.where(month % 2, "bilateral", "forum")),
        }
    )
    day = turns["document_id"].map(documents.set_index("document_id")["date"])
    marks = turns[["document_id", "turn", "n_mentions"]].assign(
        stage_id=np.where(day < "2013-07-01", "ST1", "ST2"), relevant=True
    )
    plain = turns[["document_id", "turn", "kind", "remark"]], turns[["document_id", "turn", "actor_id"]]
    passages = sentences[["sentence_id", "distance"]]
    return [documents, *plain, sentences.drop(columns="distance"), marks, passages]


def make_talk(n_documents=36, seed=1):
    """Return the ``Talk`` of the made tables."""
    return gather_talk(*make_tables(n_documents, seed), "en")


def make_codes(talk, shares=None, seed=1):
    """Return CODES (sentence_id, code) in which each actor's sentences carry a code with the share of (code, actor)."""
    generator, rows = np.random.default_rng(seed), []
    for code in ("A1", "B1"):
        share = talk.sentences["actor_id"].map(lambda actor, code=code: (shares or {}).get((code, actor), 0.2)).to_numpy()
        carried = talk.sentences.loc[generator.random(len(share)) < share, "sentence_id"]
        rows.append(pd.DataFrame({"sentence_id": carried, "code": code}))
    return pd.concat(rows, ignore_index=True)


def make_hypotheses():
    """Return the hypotheses of the made talk."""
    return read_hypotheses(HYPOTHESES, ["A1", "B1", "A_only"], ["NORTH", "EAST"], ["ST1", "ST2"])

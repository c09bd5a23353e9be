"""Reference codes: the sentences that coders could be asked about, and whose codes count for each of them."""

import pandas as pd

from framings.sampling import hash_text
from framings.schemas import CODED, Column, Contract, check

KEY = ["document_id", "turn"]
NO_CODE = "NONE"
REFERENCE = "reference"  # coder_id of codes that count after adjudication

FRAME = Contract(
    "frame", "a sentence on integration by an actor, in the language analysed: what is drawn from, predicted and corrected", ("sentence_id",),
    {
        "sentence_id": Column("text", "sentence"),
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn", low=0),
        "actor_id": Column("text", "actor"),
        "stage_id": Column("text", "stage"),
        "families": Column("text", "families that the dictionary predicts", values=("none", "OS", "RS", "OS+RS")),
        "text": Column("text", "the sentence"),
    },
)  # fmt: skip


def list_frame(documents, turns, speakers, sentences, marks, codes, families, language):
    """Return FRAME: the sentences that tallies count, with the families that the codes of the dictionary predict.

    ``sentences`` are those that count as talk about integration; ``families`` maps a code to its family (RS or OS).
    """
    turns = turns.loc[turns["kind"] == "speech", KEY].merge(
        speakers.loc[speakers["actor_id"].notna(), [*KEY, "actor_id"]], on=KEY
    )
    turns = turns.merge(marks.loc[marks["relevant"] & marks["stage_id"].notna(), [*KEY, "stage_id"]], on=KEY)
    turns = turns[turns["document_id"].isin(documents.loc[documents["language"] == language, "document_id"])]
    frame = sentences[["sentence_id", *KEY, "text"]].merge(turns, on=KEY)
    given = codes.assign(family=codes["code"].map(families)).dropna(subset="family").drop_duplicates(["sentence_id", "family"])
    found = given.sort_values("family").groupby("sentence_id")["family"].agg("+".join)
    return check(frame.assign(families=frame["sentence_id"].map(found).fillna("none")), FRAME)


def keep_unshifted(coded, frame):
    """Return (CODED without what was coded under another text or outside the frame, number of sentences left out)."""
    coded = check(coded, CODED)
    hashes = dict(zip(frame["sentence_id"], map(hash_text, frame["text"]), strict=True))
    kept = coded["sentence_id"].map(hashes).eq(coded["text_hash"])
    return coded[kept].reset_index(drop=True), int(coded.loc[~kept, "sentence_id"].nunique())


def choose_reference(coded, kinds):
    """Return the rows of CODED that count as reference codes: for each sentence one coder's.

    The best of ``kinds`` (coder_kind, best first) that coded the sentence counts; of several coders of that kind the one
    called ``reference``, whose codes are adjudicated, else the first by name. Kinds that are not listed never count.

    >>> rows = [("s1", "RS01", "ann", "human_trained"), ("s1", "NONE", "reference", "language_model"), ("s2", "OS01", "reference", "language_model")]
    >>> coded = pd.DataFrame(rows, columns=["sentence_id", "code", "coder_id", "coder_kind"])
    >>> choose_reference(coded, ["human_trained", "language_model"])[["sentence_id", "code", "coder_id"]].to_numpy().tolist()
    [['s1', 'RS01', 'ann'], ['s2', 'OS01', 'reference']]
    """
    rank = {kind: place for place, kind in enumerate(kinds)}
    table = coded[coded["coder_kind"].isin(kinds)]
    table = table.assign(_rank=table["coder_kind"].map(rank), _drafts=table["coder_id"] != REFERENCE)
    order = ["sentence_id", "_rank", "_drafts", "coder_id"]
    best = table.sort_values(order).drop_duplicates("sentence_id")[["sentence_id", "coder_id"]]
    return table.merge(best, on=["sentence_id", "coder_id"])[list(coded.columns)]


def list_groups(codebook):
    """Return {composite: its codes} of the composites that are a whole family: they are learnt as codes of their own."""
    families = [set(rows["code"]) for _, rows in codebook.codes[codebook.codes["kind"] == "sub-frame"].groupby("family")]
    pure = {name: parts["any"] for name, parts in codebook.composites.items() if not parts["all"] and not parts["not"]}
    return {name: list(members) for name, members in pure.items() if set(members) in families}


def spread_reference(reference, codebook, families=True):
    """Return a codes matrix of reference codes: a row a coded sentence, a 0/1 column a code of the codebook, and a family.

    A sentence whose only row is NONE has a row of zeros.
    """
    codes = list(codebook.codes["code"])
    ids = pd.Index(sorted(reference["sentence_id"].unique()), name="sentence_id")
    given = reference[reference["code"].isin(codes)]
    table = pd.crosstab(given["sentence_id"], given["code"]).clip(upper=1).reindex(index=ids, columns=codes, fill_value=0)
    table = table.fillna(0).astype(float).rename_axis(columns=None)
    groups = list_groups(codebook) if families else {}
    return table.assign(**{name: table[members].max(axis=1) for name, members in groups.items()})

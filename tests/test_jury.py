"""What the report says of agreement and coders is read from the rows it links to."""

import numpy as np
import pandas as pd

from framings.agreement import measure_agreement
from framings.coder_accuracy import measure_coders
from framings.jury import describe_agreement, describe_biases, describe_coders

CODES = pd.DataFrame([("RS01", "sub-frame", "RS"), ("RS02", "sub-frame", "RS")], columns=["code", "kind", "family"])
COMPOSITES = {"RS_any": {"title": "Any", "any": ("RS01", "RS02"), "all": (), "not": ()}}
NAMES = [f"d{number // 10:02}:s{number:03}" for number in range(200)]


def give(coder, places):
    """Return rows of CODED: RS01 at ``places``, NONE elsewhere."""
    table = pd.DataFrame(
        {"sentence_id": NAMES, "text_hash": NAMES, "coder_id": coder, "coder_kind": "human_trained", "model": None}
    )
    return table.assign(code=["RS01" if number % 20 in places else "NONE" for number in range(200)])


def test_agreement_is_told_family_first():
    """Alpha as a number, shares in percent, a dash where nothing is defined; links name the row."""
    coded = pd.concat([give("a", {1, 2, 3}), give("b", {1, 2, 4})])
    table = measure_agreement(coded, CODES, {name: name[:3] for name in NAMES}, COMPOSITES)
    told = describe_agreement(table)
    assert (told["coders"], told["coder_kinds"], told["n_sentences"], told["n_documents"]) == ("a, b", "human_trained", 200, 20)
    assert [row["code"] for row in told["codes"]] == ["RS_any", "RS01", "RS02"] and told["n_confirmatory"] == 0
    assert told["note"] is None
    models = describe_agreement(table.assign(coder_kinds="language_model", models="A-1"))
    assert models["note"].startswith("All coders are one language model")
    assert describe_agreement(table.assign(coder_kinds="language_model", models="A-1, B-2"))["note"] is None
    family = told["codes"][0]
    assert f">{table['alpha'][2]:.2f}</a>" in family["alpha"] and 'href="#t-agreement-2"' in family["alpha"]
    assert ">90.0</a>" in family["observed_agreement"] and ">66.7</a>" in family["positive_agreement"]
    assert told["codes"][2]["alpha"] == "–" and told["codes"][2]["reason"] == "undefined: no coder gave it to any sentence"


def test_coders_are_told_with_their_reasons():
    """A number links to its row; a rate without enough sentences says so."""
    frame = pd.DataFrame(
        {"actor_id": ["X", "Y"] * 100, "stage_id": "ST1", "document_id": [name[:3] for name in NAMES]}, index=NAMES
    )
    truth = pd.DataFrame({"RS01": np.arange(200) % 5 == 0, "RS02": np.arange(200) == 7}, index=NAMES) * 1.0
    table = measure_coders({"c": truth}, truth, pd.Series(0.5, NAMES), frame, COMPOSITES, draws=50)
    first, second = describe_coders(table, ["RS01", "RS02"])
    row = table.index[
        (table["code"] == "RS01") & (table["measure"] == "F1") & (table["actor_id"] == "all") & (table["stage_id"] == "all")
    ][0]
    assert f'href="#t-coder_accuracy-{row}"' in first["measures"]["F1"] and ">100.0</a>" in first["measures"]["F1"]
    assert first["n_reference"] == 40 and first["measures"]["average precision"] == "–"
    assert second["measures"]["recall"] == "too few: 1 of the 10 sentences needed"
    biases = describe_biases(table, ["RS_any"])
    assert [(bias["actor_id"], bias["n_sentences"], bias["n_reference"]) for bias in biases] == [("X", 100, 20), ("Y", 100, 21)]
    assert ">0.0</a>" in biases[0]["measures"]["false positive rate"]

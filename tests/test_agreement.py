"""Agreement: coefficients by hand and by published examples, gates, confusions."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from framings.agreement import explain_gate, gate_codes, measure_agreement
from framings.codings import bound_measures, lay_out_codings
from framings.coefficients import (
    CodingsError,
    compute_measures,
    count_binary,
    gwet_ac1,
    krippendorff_alpha,
    observed_agreement,
    specific_agreement,
)
from framings.confusions import count_confusions, count_exchanges
from framings.quotations import score_quotations, sum_quotations
from framings.resamples import bound_draws, bound_success, draw_documents, total_draws

REFERENCE = Path(__file__).resolve().parents[2] / "shared/reference"
CODES = pd.DataFrame(
    [("RS01", "sub-frame", "RS"), ("RS02", "sub-frame", "RS"), ("OS01", "sub-frame", "OS"), ("FUN", "residual", ""), ("far", "marker", "")],
    columns=["code", "kind", "family"],
)  # fmt: skip
COMPOSITES = {
    "RS_any": {"title": "Any", "any": ("RS01", "RS02"), "all": (), "not": ()},
    "RS_far": {"title": "Far", "any": (), "all": ("RS_any", "far"), "not": ()},
    "OUT": {"title": "One of them", "any": ("RS01",), "all": (), "not": ()},
}
# Three coders of 15 units, as printed in many text books.
A = [None] * 5 + [3, 4, 1, 2, 1, 1, 3, 3, None, 3]
B = [1, None, 2, 1, 3, 3, 4, 3] + [None] * 7
C = [None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4]


def write_rows(coder, given, kind="language_model", model="A-1"):
    """Return rows of CODED of one coder from {sentence: codes}; sentence 'd1:s1' has the text hash 'd1:s1'."""
    rows = [(name, code) for name, codes in given.items() for code in (codes.split() or ["NONE"])]
    table = pd.DataFrame(rows, columns=["sentence_id", "code"])
    return table.assign(coder_id=coder, coder_kind=kind, text_hash=table["sentence_id"], model=model)


def lay_out(first, second):
    """Return (coded, documents_of) of two coders' codes by sentence."""
    coded = pd.concat([write_rows("a", first), write_rows("b", second)], ignore_index=True)
    return coded, {name: name.split(":")[0] for name in coded["sentence_id"]}


def make_binary(both, only_a, only_b, neither, documents=10):
    """Return (coded, documents_of) of two coders who gave RS01 in a table of four counts, spread over documents in turn."""
    kinds = [("RS01", "RS01")] * both + [("RS01", "")] * only_a + [("", "RS01")] * only_b + [("", "")] * neither
    names = [f"d{number % documents:02}:s{number:04}" for number in range(len(kinds))]
    return lay_out(*({name: kind[side] for name, kind in zip(names, kinds, strict=True)} for side in (0, 1)))


def read_raters(file):
    """Return the codings (coders, units) of a published example, or skip where it is absent."""
    path = REFERENCE / "krippendorff" / file
    if not path.exists():
        pytest.skip(f"the published examples are not here (../shared/reference/krippendorff/{file})")
    return pd.read_csv(path).to_numpy(float).T


def alpha_by_pairs(codes, distance):
    """Return alpha from its definition: every ordered pair within units against every ordered pair of pairable values."""
    units = [[float(value) for value in unit if not np.isnan(value)] for unit in np.asarray(codes, dtype=float).T]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    within = sum(
        distance(x, y) / (len(unit) - 1) for unit in units for i, x in enumerate(unit) for j, y in enumerate(unit) if i != j
    )
    across = sum(distance(x, y) for i, x in enumerate(values) for j, y in enumerate(values) if i != j)
    return 1 - (within / len(values)) / (across / (len(values) * (len(values) - 1)))


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_of_the_published_four_coder_example(metric):
    """Four metrics, missing codings, a unit coded once: to 1e-6."""
    codes = read_raters("raw_4raters.csv")
    expected = json.loads((REFERENCE / "expected.json").read_text())["krippendorff_C"][metric]
    assert krippendorff_alpha(codes, metric) == pytest.approx(expected, abs=1e-6)


def test_alpha_of_two_more_published_examples():
    """Three coders with many missing codings, and two coders of ten units."""
    assert krippendorff_alpha([A, B, C]) == pytest.approx(0.691358, abs=1e-6)
    assert krippendorff_alpha([A, B, C], "interval") == pytest.approx(0.810845, abs=1e-6)
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha([first, second]) == pytest.approx(0.095238, abs=1e-6)


def test_alpha_is_its_definition_by_pairs():
    """On five coders and on random codings with missing ones, alpha equals the sum over all pairs."""
    generator = np.random.default_rng(7)
    drawn = generator.integers(0, 4, (4, 20)).astype(float)
    drawn[generator.random(drawn.shape) < 0.3] = np.nan
    metrics = {"nominal": lambda x, y: float(x != y), "interval": lambda x, y: (x - y) ** 2}
    metrics["ratio"] = lambda x, y: ((x - y) / (x + y)) ** 2 if x + y else 0.0
    tables = [drawn, np.array([A, B, C], dtype=float)]
    if (REFERENCE / "krippendorff/raw_5observers.csv").exists():
        tables.append(read_raters("raw_5observers.csv"))
    for codes in tables:
        for metric, distance in metrics.items():
            assert krippendorff_alpha(codes, metric) == pytest.approx(alpha_by_pairs(codes, distance), abs=1e-12)


def test_gwets_ac1_of_the_published_example():
    """As irrCAC computes it, to the five digits it prints."""
    assert gwet_ac1(read_raters("raw_4raters.csv")) == pytest.approx(0.77544, abs=5e-6)


def test_coefficients_of_a_fourfold_table_by_hand():
    """40 both, 9 and 6 one alone, 45 neither: shares alike, AC1 and alpha from their formulas."""
    first = [1] * 49 + [0] * 51
    second = [1] * 40 + [0] * 9 + [1] * 6 + [0] * 45
    codes = [first, second]
    assert observed_agreement(codes) == pytest.approx(0.85)
    assert specific_agreement(codes, 1) == pytest.approx(80 / 95) and specific_agreement(codes, 0) == pytest.approx(90 / 105)
    chance = 2 * 0.475 * 0.525  # mean share of ones is (49 + 46) / 200
    assert gwet_ac1(codes) == pytest.approx((0.85 - chance) / (1 - chance))
    assert krippendorff_alpha(codes) == pytest.approx(1 - 199 * 15 / (95 * 105))  # n - 1 = 199; 15 mixed units


def test_alpha_without_variation_is_undefined():
    """Nobody ever gives the code, or no unit is coded twice: 0 / 0, not 1."""
    assert np.isnan(krippendorff_alpha([[0, 0, 0], [0, 0, 0]]))
    assert np.isnan(krippendorff_alpha([[0, 1, np.nan], [np.nan, np.nan, 1]]))
    assert np.isnan(specific_agreement([[0, 0], [0, 0]], 1)) and np.isnan(gwet_ac1([[1, 1], [1, 1]]))


def test_bad_calls_are_told():
    """An unknown metric, and codes that are no table."""
    with pytest.raises(CodingsError, match="'cardinal' is unknown"):
        krippendorff_alpha([[1, 2], [1, 2]], "cardinal")
    with pytest.raises(CodingsError, match="1 dimensions"):
        krippendorff_alpha([1, 2])


def test_many_codes_at_once_equal_one_code_at_a_time():
    """Three coders with missing codings, six codes: the summed form gives what the coefficients give."""
    generator = np.random.default_rng(3)
    given = (generator.random((3, 80, 6)) < np.linspace(0.1, 0.6, 6)).astype(float)
    given[generator.random((3, 80)) < 0.2] = np.nan
    found = compute_measures(count_binary(given, np.ones(80)).sum(0))
    for code in range(6):
        one = given[..., code]
        assert found["alpha"][code] == pytest.approx(krippendorff_alpha(one))
        assert found["ac1"][code] == pytest.approx(gwet_ac1(one))
        assert found["observed_agreement"][code] == pytest.approx(observed_agreement(one))
        assert found["positive_agreement"][code] == pytest.approx(specific_agreement(one, 1))
        assert found["negative_agreement"][code] == pytest.approx(specific_agreement(one, 0))


def test_a_resample_is_the_table_with_documents_repeated():
    """The alpha of a draw equals the alpha of the sentences of its documents, each as often as drawn."""
    generator = np.random.default_rng(5)
    given, documents = (generator.random((2, 60, 1)) < 0.4).astype(float), np.repeat(np.arange(6), 10)
    sums = np.stack([count_binary(given, np.ones(60))[documents == number].sum(0) for number in range(6)])
    drawn = draw_documents(6, 5, seed=2)
    values = compute_measures(total_draws(sums, drawn))["alpha"]
    assert drawn[0].tolist() == [1] * 6 and (drawn.sum(1) == 6).all()
    for counts, value in zip(drawn.astype(int), values[:, 0], strict=True):
        rows = np.concatenate([np.repeat(np.flatnonzero(documents == number), counts[number]) for number in range(6)])
        assert value == pytest.approx(krippendorff_alpha(given[:, rows, 0]))


def test_weights_stand_for_sentences():
    """A sentence of weight 2 and one of weight 1 count as in a table where the first stands twice, but for the size of n - 1."""
    given = np.array([[1, 0, 1, 0, 0], [1, 0, 0, 1, 0]], dtype=float)[..., None]
    weights = np.array([2.0, 3, 1, 1, 2])
    found = compute_measures(count_binary(given, weights).sum(0))
    repeated = np.repeat(given[..., 0], weights.astype(int), axis=1)
    assert found["alpha"][0] == pytest.approx(krippendorff_alpha(repeated))
    assert found["positive_agreement"][0] == pytest.approx(specific_agreement(repeated, 1))


def test_intervals_hold_their_estimate_and_miss_where_draws_are_undefined():
    """Percentiles of 0..100 about 50; an estimate outside them; a statistic that most draws do not define."""
    draws = np.concatenate([[50.0], np.arange(101.0)])
    assert [float(end) for end in bound_draws(draws, 10**9)] == pytest.approx([50, 2.5, 97.5])
    draws[0] = 99.0
    assert [float(end) for end in bound_draws(draws, 10**9)] == pytest.approx([99, 2.5, 99])
    draws[1:20] = np.nan
    assert [np.isnan(end).item() for end in bound_draws(draws, 10**9)] == [False, True, True]


def test_intervals_of_few_documents_are_wider():
    """Ten documents: tails of .86 % instead of 2.5 %, where t with 9 degrees of freedom would cut a spread 10/9 as large."""
    draws = np.concatenate([[0.5], np.linspace(0, 1, 10001)])
    low, high = bound_draws(draws, 10)[1:]
    assert low == pytest.approx(norm.cdf(-2.262157 * np.sqrt(10 / 9)), abs=1e-6) and high == pytest.approx(1 - low)


def test_no_disagreement_seen_is_no_certainty():
    """20 documents without a mistake: the lower end is the exact bound of a share of 20 of 20; shares stay in [0, 1]."""
    estimate, low, high = bound_success(np.ones((1001, 1)), [20], [0])
    assert estimate[0] == high[0] == 1 and binom.pmf(20, 20, low[0]) == pytest.approx(0.025)
    low, high = bound_success(np.full((1001, 2), 0.9), [20, 20], [2, 5])[1:]
    assert low[1] == high[1] == 0.9  # five documents with a mistake: the draws have seen what there is
    assert binom.cdf(2, 20, 1 - low[0]) == pytest.approx(0.025) and binom.sf(1, 20, 1 - high[0]) == pytest.approx(0.025)


def test_the_table_of_agreement_by_hand():
    """Counts, measures and kinds of a small set of codings, with composites evaluated in each sentence."""
    first = {"d1:1": "RS01", "d1:2": "RS01 far", "d2:1": "", "d2:2": "FUN", "d3:1": "RS02"}
    second = {"d1:1": "RS02", "d1:2": "RS01 far", "d2:1": "", "d2:2": "FUN", "d3:1": "", "d3:2": "FUN"}
    table = measure_agreement(*self_and_codes(first, second)).set_index("code")
    assert table["kind"].to_dict() == {
        "RS01": "sub-frame", "RS02": "sub-frame", "OS01": "sub-frame", "FUN": "residual", "far": "marker",
        "RS_any": "family", "RS_far": "composite", "OUT": "composite",
    }  # fmt: skip
    assert (table["n_sentences"] == 5).all() and (table["n_documents"] == 3).all()  # d3:2 was read by one coder only
    row = table.loc["RS01"]
    assert (row["n_positive_a"], row["n_positive_b"], row["n_either"], row["n_every"], row["n_documents_either"]) == (
        2,
        1,
        2,
        1,
        1,
    )
    assert row["alpha"] == pytest.approx(1 - 9 * 1 / (3 * 7)) and row["observed_agreement"] == pytest.approx(0.8)
    assert row["positive_agreement"] == pytest.approx(2 / 3) and row["negative_agreement"] == pytest.approx(6 / 7)
    assert table.loc["RS_any", ["n_positive_a", "n_positive_b", "n_every"]].tolist() == [3, 2, 2]
    assert table.loc["RS_far", "n_every"] == 1 and table.loc["OUT", "alpha"] == row["alpha"]
    assert table.loc["RS_any", "gate"] == 0.8 and table.loc["OUT", "gate"] == 0.667
    assert (
        (table["coders"] == "a, b").all()
        and (table["coder_kinds"] == "language_model").all()
        and (table["models"] == "A-1").all()
    )


def self_and_codes(first, second):
    """Return the first four arguments of measure_agreement."""
    coded, documents_of = lay_out(first, second)
    return coded, CODES, documents_of, COMPOSITES


@pytest.mark.parametrize(
    ("counts", "status", "reason"),
    [
        ((20, 3, 3, 74), "confirmatory", "is at least 0.667"),
        ((20, 9, 9, 62), "exploratory", "is below 0.667"),
        ((3, 0, 0, 97), "exploratory", "too few: given to 3 sentences in 3 documents; 10 in 5 are needed to judge"),
        ((0, 0, 0, 50), "exploratory", "undefined: no coder gave it to any sentence"),
        ((50, 0, 0, 0), "exploratory", "undefined: every coder gave it to every sentence"),
    ],
)
def test_gates_decide_and_say_why(counts, status, reason):
    """Good, poor, rare, absent and universal codes."""
    coded, documents_of = make_binary(*counts)
    table = measure_agreement(coded, CODES, documents_of, COMPOSITES).set_index("code")
    assert table.loc["RS01", "status"] == status and reason in table.loc["RS01", "reason"]


def test_a_family_has_the_higher_gate():
    """Alpha .74 is enough for a sub-frame and for a composite of it, not for its family."""
    coded, documents_of = make_binary(20, 4, 4, 72)
    gates = gate_codes(measure_agreement(coded, CODES, documents_of, COMPOSITES))
    assert {code: gates[code][0] for code in ("RS01", "RS_any", "OUT")} == {"RS01": True, "RS_any": False, "OUT": True}
    assert explain_gate(("RS01", "OUT"), gates) is None
    assert explain_gate(("RS01", "RS_any"), gates).startswith("RS_any: alpha 0.7")
    assert explain_gate(("UNKNOWN",), gates) == "UNKNOWN: nobody measured how far coders agree on it"


def test_weights_show_what_the_sample_hides():
    """Disagreements among sentences that stand for many others lower the weighted alpha alone, and the reason says so."""
    coded, documents_of = make_binary(20, 2, 2, 76)
    names = sorted(documents_of, key=lambda name: int(name[-4:]))
    p = {name: 0.05 if 20 <= number < 24 else 0.5 for number, name in enumerate(names)}
    row = measure_agreement(coded, CODES, documents_of, COMPOSITES, p=p).set_index("code").loc["RS01"]
    plain = measure_agreement(coded, CODES, documents_of, COMPOSITES).set_index("code").loc["RS01"]
    assert row["alpha"] == plain["alpha"] == plain["alpha_weighted"] and row["alpha_weighted"] < 0.667 < row["alpha"]
    assert row["status"] == "confirmatory" and "weighted by 1 / p" in row["reason"]


def test_equal_input_gives_equal_tables_in_any_order():
    """Rows in another order, the same seed: the same table."""
    coded, documents_of = make_binary(20, 4, 4, 72)
    table = measure_agreement(coded, CODES, documents_of, COMPOSITES)
    again = measure_agreement(coded.sample(frac=1, random_state=4), CODES, documents_of, COMPOSITES)
    pd.testing.assert_frame_equal(table, again)


def test_codings_that_cannot_be_compared_are_refused():
    """Two versions of a text, an unknown code, NONE beside a code, a sentence that was never drawn."""
    coded, _ = lay_out({"d1:1": "RS01"}, {"d1:1": ""})
    shifted = coded.assign(text_hash=["x", "y"])
    with pytest.raises(CodingsError, match="sentence d1:1 was coded in two versions"):
        lay_out_codings(shifted, CODES["code"])
    with pytest.raises(CodingsError, match="code 'RS99' is not in the codebook"):
        lay_out_codings(coded.replace("RS01", "RS99"), CODES["code"])
    with pytest.raises(CodingsError, match="sentence d1:1: a gave NONE and a code"):
        lay_out_codings(pd.concat([coded, coded.iloc[:1].assign(code="NONE")]), CODES["code"])
    with pytest.raises(CodingsError, match="sentence d1:1 was coded but is not known"):
        measure_agreement(coded, CODES, {}, COMPOSITES)


def test_no_double_coding_gives_a_table_that_says_so():
    """One coder alone: every code is exploratory with the reason."""
    coded, documents_of = write_rows("a", {"d1:1": "RS01"}), {"d1:1": "d1"}
    table = measure_agreement(coded, CODES, documents_of, COMPOSITES)
    assert set(table["reason"]) == {"no sentence was coded by two coders"} and (table["status"] == "exploratory").all()


def test_confusions_by_actor_add_up():
    """The fourfold tables of the actors sum to that of all; excess is the difference of shares."""
    coded, documents_of = make_binary(20, 6, 2, 72, documents=20)
    actors_of = {name: "X" if int(name[1:3]) < 8 else "Y" for name in documents_of}
    table = count_confusions(coded, CODES, documents_of, COMPOSITES, actors_of)
    mine = table[table["code"] == "RS01"].set_index("actor_id")
    cells = ["n_sentences", "n_both", "n_only_first", "n_only_second", "n_neither"]
    assert mine.loc["all", cells].tolist() == [100, 20, 6, 2, 72]
    assert (mine.loc["X", cells] + mine.loc["Y", cells]).tolist() == mine.loc["all", cells].tolist()
    assert (
        mine.loc["all", "excess"] == pytest.approx(0.04)
        and mine.loc["all", "excess_low"] <= 0.04 <= mine.loc["all", "excess_high"]
    )
    assert (table.loc[table["code"] == "OS01", "reason"] == "neither coder gave it").all()


def test_exchanges_name_what_the_other_gave():
    """RS01 against RS02 twice, an agreed code that does not count as exchanged, and a code against none."""
    first = {"d1:1": "RS01", "d2:1": "RS01 far", "d2:2": "FUN"}
    second = {"d1:1": "RS02", "d2:1": "RS02 far", "d2:2": ""}
    coded, documents_of = lay_out(first, second)
    table = count_exchanges(coded, CODES, documents_of)
    assert table.values.tolist() == [
        ["a", "b", "RS01", "RS02", 2, 2], ["b", "a", "RS02", "RS01", 2, 2], ["a", "b", "FUN", "NONE", 1, 1],
    ]  # fmt: skip


def test_intervals_of_alpha_hold_the_true_value():
    """Of 120 sets of 60 documents whose sentences share their share of positives, about 95 % of intervals hold the true alpha."""
    generator = np.random.default_rng(11)
    held, miss, add, mean = 0, 0.15, 0.02, 0.15
    seen = mean * (1 - miss) + (1 - mean) * add
    mixed = mean * miss * (1 - miss) + (1 - mean) * add * (1 - add)
    true = 1 - mixed / (seen * (1 - seen))
    for _ in range(120):
        documents = np.repeat(np.arange(60), generator.integers(3, 15, 60))
        share = generator.beta(mean * 9, (1 - mean) * 9, 60)[documents]  # correlation .10 inside documents
        truth = generator.random(len(documents)) < share
        given = np.where(truth, generator.random((2, len(truth))) > miss, generator.random((2, len(truth))) < add)
        _, low, high = bound_measures(given[..., None] * 1.0, documents, np.ones(len(truth)), 1, 400)[1]["alpha"]
        held += low[0] <= true <= high[0]
    assert binom.cdf(held, 120, 0.95) > 0.005 and held < 120


def test_quotations_are_scored_code_by_code():
    """Recovered, missed and added codes; codes outside those counted do not; a passage not read has no row."""
    readings = [{"id": "Q1", "expect": ["RS01", "OS01"]}, {"id": "Q2", "expect": ["RS02"]}, {"id": "Q3", "expect": []}]
    given = {"a": {"Q1": {"RS01", "FUN"}, "Q2": {"RS01"}, "Q3": set()}, "b": {"Q1": ["OS01", "RS01"]}}
    table = score_quotations(readings, given, counted=["RS01", "RS02", "OS01"])
    assert table[["coder_id", "quotation_id", "recovered", "missed", "extra"]].values.tolist() == [
        ["a", "Q1", "RS01", "OS01", ""], ["a", "Q2", "", "RS02", "RS01"], ["a", "Q3", "", "", ""], ["b", "Q1", "OS01 RS01", "", ""],
    ]  # fmt: skip
    assert sum_quotations(table).values.tolist() == [["a", 3, 1, 1, 3], ["b", 2, 2, 0, 1]]


def test_the_dictionary_recovers_the_authors_own_readings(capsys):
    """The passages printed in the articles, read from where they are; recovered and added codes as measured."""
    yaml = pytest.importorskip("yaml")
    from framings.codebook import read_codebook
    from framings.frames import code_frames

    path, root = REFERENCE.parent / "codebook.yaml", Path(__file__).resolve().parents[1]
    if not path.exists():
        pytest.skip("the passages are not here (../shared/codebook.yaml)")
    quotes = yaml.safe_load(path.read_text(encoding="utf-8"))["gold_quotes"]
    book = read_codebook((root / "data/reference/codebook.yaml").read_text(encoding="utf-8"))
    sentences = pd.DataFrame(
        {"sentence_id": [quote["id"] for quote in quotes], "document_id": "d", "text": [quote["text"] for quote in quotes]}
    )
    codes = code_frames(sentences, pd.DataFrame({"document_id": ["d"], "language": ["en"]}), book)[1]
    given = {quote["id"]: set(codes.loc[codes["sentence_id"] == quote["id"], "code"]) for quote in quotes}
    frames = book.codes.loc[book.codes["kind"] == "sub-frame", "code"]
    sums = sum_quotations(score_quotations(quotes, {"dictionary": given}, frames)).iloc[0]
    with capsys.disabled():
        print(f"\nauthors' readings: {sums.n_recovered} of {sums.n_expected} codes recovered, {sums.n_extra} added")
    assert sums.n_recovered >= 17 and sums.n_extra <= 5

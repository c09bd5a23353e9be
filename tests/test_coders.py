"""The trained coder: what it may learn from, that it is the same each time, and values worked by hand."""

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from framings.calibrations import choose_threshold, expit, fit_calibration, measure_average_precision
from framings.candidates import compare_candidates, measure_calibration_error
from framings.coders import LEAST_POSITIVES, cross_fit, draw_folds, predict_codes, read_coder, train_coder, write_coder
from framings.features import count_features, learn_columns, weigh_features

GROUPS = {"A_any": ["A1", "A2"]}
CUES = {"A1": ["tariff wall", "closed gates"], "A2": ["shared song", "old anthem"], "B": ["thank you"], "R": ["purple goat"]}
FILLERS = ("the council met", "rivers run north", "we count ships", "harvest comes late", "bridges need paint", "clocks tick on")


def make_corpus(n_documents=15, n_sentences=16, seed=1):
    """Return (sentences, hits, reference, sample): the dictionary knows the first cue of a code, reference codes know all."""
    draw, rows, hits, codes = np.random.default_rng(seed), [], [], []
    for number in range(n_documents * n_sentences):
        document, place = divmod(number, n_sentences)
        key, words, given = f"d{document:02d}:t000:s{place:02d}", list(draw.choice(FILLERS, 2)), dict.fromkeys(CUES, 0)
        for code, cues in CUES.items():
            if draw.random() < (0.03 if code == "R" else 0.25):
                cue = str(draw.choice(cues))
                given[code] = 1
                words.insert(1, cue)
                if cue == cues[0]:
                    hits.append((key, code, False))
        rows.append((key, f"d{document:02d}", 0, " ".join(words) + "."))
        codes.append({"sentence_id": key, **given})
    sentences = pd.DataFrame(rows, columns=["sentence_id", "document_id", "turn", "text"])
    reference = pd.DataFrame(codes).set_index("sentence_id")
    reference["A_any"] = reference[["A1", "A2"]].max(axis=1)
    chosen = np.arange(len(rows)) % 4 != 3
    sample = pd.DataFrame(
        {"sentence_id": sentences["sentence_id"][chosen], "p": np.where(np.arange(len(rows))[chosen] % 2, 0.5, 1.0)}
    )
    return sentences, pd.DataFrame(hits, columns=["sentence_id", "code", "negated"]), reference[chosen], sample


@pytest.fixture(scope="module")
def corpus():
    return make_corpus()


@pytest.fixture(scope="module")
def fitted(corpus):
    return cross_fit(*corpus, GROUPS, n_folds=3)


def test_average_precision_by_hand():
    """Ties enter together: two of four at .5, one of them true, then the second true one last of five."""
    truth, score = np.array([1, 0, 0, 1, 0]), np.array([0.5, 0.5, 0.4, 0.1, 0.2])
    assert measure_average_precision(truth, score, np.ones(5)) == pytest.approx(0.5 * 1 / 2 + 0.5 * 2 / 5)
    assert measure_average_precision(truth, score, np.array([3, 1, 1, 1, 1])) == pytest.approx(0.75 * 3 / 4 + 0.25 * 4 / 7)
    assert np.isnan(measure_average_precision(np.zeros(3), np.arange(3), np.ones(3)))


def test_threshold_by_hand():
    """Expected F1 of the first, two, three: 1.8/2.3, 2.4/3.3, 2.6/4.3; with weight 9 on the second 1.8/4.7, 7.2/13.7, 7.4/14.7."""
    p = np.array([0.1, 0.9, 0.3])
    assert choose_threshold(p, np.ones(3)) == pytest.approx(0.6)
    assert choose_threshold(p, np.array([1, 1, 9])) == pytest.approx(0.2)
    assert choose_threshold(np.zeros(3), np.ones(3)) == 0.5


def test_calibration_returns_the_shares():
    """With scores 0 and 1 and shares 20 and 80 of 100 the calibrated probabilities are these, up to Platt's margin."""
    score, truth = np.repeat([0.0, 1.0], 100), np.concatenate([np.arange(100) < 20, np.arange(100) < 80]).astype(float)
    slope, offset = fit_calibration(truth, score, np.ones(200))
    assert expit(np.array([offset, slope + offset])) == pytest.approx([0.2, 0.8], abs=0.008)
    assert fit_calibration(1 - truth, score, np.ones(200))[0] == 0, "a score that ranks the wrong way round counts for nothing"


def test_calibration_error_by_hand():
    """Two bins: |.2 - 0| and |.6 - .5|, of two sentences each."""
    assert measure_calibration_error(np.array([0, 0, 1, 0]), np.array([0.1, 0.3, 0.5, 0.7]), np.ones(4), 2) == pytest.approx(0.15)


def test_features_by_hand():
    """Weights, neighbours and lengths of a corpus of three sentences in two turns."""
    sentences = pd.DataFrame(
        {
            "sentence_id": ["a", "b", "c"], "document_id": ["d"] * 3, "turn": [0, 0, 1],
            "text": ["red red ship", "red boat", "red ship sails"],
        }
    )  # fmt: skip
    hits = pd.DataFrame({"sentence_id": ["a", "a", "b"], "code": ["A1", "A1", "A2"], "negated": [False, False, True]})
    counts = count_features(sentences, hits, ["A1", "A2"], GROUPS)
    found = pd.DataFrame(counts.matrices["hits"].toarray(), list("abc"), counts.names["hits"])
    assert found.loc["a", ["A1", "A_any", "not:A2"]].tolist() == [2, 2, 0]
    assert found.loc["b", ["A2", "A_any", "not:A2", "not:A_any"]].tolist() == [0, 0, 1, 1]
    context = pd.DataFrame(counts.matrices["context"].toarray(), list("abc"), counts.names["context"])
    assert context.loc["b", "before:A1"] == 1 and context.loc["a", "after:not:A2"] == 1
    assert context.loc["c"].sum() == 0, "the turn before is no neighbour"
    learnt = learn_columns(counts, np.array([0, 1, 2]))
    assert learnt[0].names.tolist() == ["red", "ship", "red ship"], "words in two sentences or more"
    assert learnt[0].weights == pytest.approx([1, 1 + np.log(4 / 3), 1 + np.log(4 / 3)])
    idf = 1 + np.log(4 / 3)
    row = np.array([1 + np.log(2), idf, idf])
    assert weigh_features(counts, learnt, np.array([0])).toarray()[0, :3] == pytest.approx(
        row / np.sqrt((row**2).sum()), rel=1e-6
    )


def test_columns_come_from_training_sentences_alone():
    """A word that two other sentences share is no column of a model that did not see them."""
    sentences = pd.DataFrame(
        {
            "sentence_id": list("abcd"),
            "document_id": list("ddee"),
            "turn": 0,
            "text": ["oak fir", "oak elm", "yew ash", "yew ash"],
        }
    )
    counts = count_features(sentences, pd.DataFrame({"sentence_id": [], "code": [], "negated": []}), [], blocks=["words"])
    assert learn_columns(counts, np.array([0, 1]))[0].names.tolist() == ["oak"]


def test_folds_hold_whole_documents_and_like_numbers(fitted, corpus):
    """Each document in one fold, 60 reference sentences in each of three folds."""
    sentences, _, reference, _ = corpus
    folds = sentences.set_index("sentence_id")["document_id"].to_frame().assign(fold=fitted.folds)
    assert (folds.groupby("document_id")["fold"].nunique() == 1).all()
    assert folds.loc[reference.index, "fold"].value_counts().tolist() == [60, 60, 60]
    assert set(draw_folds("abc", 3, 1).values()) == {0, 1, 2}


def test_documents_never_teach_their_own_predictions(fitted, corpus):
    """All codes of a document are turned round: its predictions stay as they were to the bit; others change."""
    sentences, hits, reference, sample = corpus
    for document in ("d00", "d07"):
        own = reference.index.str.startswith(document)
        flipped = reference.copy()
        flipped[own] = 1 - flipped[own]
        again = cross_fit(sentences, hits, flipped, sample, GROUPS, n_folds=3)
        mine = (sentences["document_id"] == document).to_numpy()
        for table in ("probabilities", "given"):
            before, after = getattr(fitted, table).to_numpy(), getattr(again, table).to_numpy()
            assert (before[mine] == after[mine]).all()
        assert (fitted.probabilities.to_numpy()[~mine] != again.probabilities.to_numpy()[~mine]).any()


def test_it_learns_what_the_dictionary_lacks(fitted, corpus):
    """The second cue of each code is in no dictionary: the trained coder finds it in documents it never saw."""
    sentences, hits, reference, _ = corpus
    text = sentences.set_index("sentence_id")["text"]
    for code, cue in (("A1", "closed gates"), ("A2", "old anthem"), ("A_any", "closed gates")):
        rows = text.index[text.str.contains(cue)]
        assert fitted.given.loc[rows, code].mean() > 0.9
        assert not hits["sentence_id"].isin(rows).all()
        right = fitted.given.loc[reference.index, code] == reference[code]
        assert right.mean() > 0.95


def test_rare_codes_keep_the_dictionary(fitted, corpus):
    """A code with a handful of positive sentences has two probabilities, and is given exactly where it has a hit."""
    sentences, hits, reference, _ = corpus
    assert reference["R"].sum() < LEAST_POSITIVES
    place = list(fitted.trained.codes).index("R")
    assert fitted.trained.learners[place] == "dictionary"
    with_hit = sentences["sentence_id"].isin(hits.loc[hits["code"] == "R", "sentence_id"]).to_numpy()
    assert (fitted.given["R"].to_numpy() == with_hit).all()
    p = predict_codes(fitted.trained, sentences, hits)["R"].to_numpy()
    assert len(set(p[with_hit])) == len(set(p[~with_hit])) == 1 and p[with_hit][0] > 0.5 > p[~with_hit][0]


def test_coders_survive_being_written(fitted, corpus):
    """Saved as npz, read without pickles, the coder predicts the same to the bit; files of equal runs are equal."""
    sentences, hits, *_ = corpus
    files = []
    for trained in (fitted.trained, train_coder(*corpus, GROUPS, n_folds=3)):
        files.append(io.BytesIO())
        np.savez(files[-1], **write_coder(trained))
    assert files[0].getvalue() == files[1].getvalue()
    files[0].seek(0)
    with np.load(files[0], allow_pickle=False) as arrays:
        again = read_coder(dict(arrays))
    pd.testing.assert_frame_equal(
        predict_codes(again, sentences, hits), predict_codes(fitted.trained, sentences, hits), check_exact=True
    )


def test_one_prediction_does_not_depend_on_the_others(fitted, corpus):
    """A turn predicted alone gets what it gets among all."""
    sentences, hits, *_ = corpus
    some = sentences[sentences["document_id"] == "d03"]
    whole = predict_codes(fitted.trained, sentences, hits).loc[some["sentence_id"]]
    pd.testing.assert_frame_equal(predict_codes(fitted.trained, some, hits), whole, rtol=1e-12)


def test_order_of_reference_codes_does_not_matter(fitted, corpus):
    """Reference rows and the sample in another order give the same probabilities."""
    sentences, hits, reference, sample = corpus
    again = cross_fit(sentences, hits, reference[::-1], sample.sample(frac=1, random_state=1), GROUPS, n_folds=3)
    pd.testing.assert_frame_equal(again.probabilities, fitted.probabilities, check_exact=True)


def hash_coder():
    """Return the SHA-256 of the file of a coder trained on a small corpus."""
    file = io.BytesIO()
    np.savez(file, **write_coder(train_coder(*make_corpus(8), GROUPS, n_folds=2)))
    return hashlib.sha256(file.getvalue()).hexdigest()


def test_equal_bytes_with_one_and_two_threads():
    """Another process with two threads and another order of hashes writes the same file as this one with one thread."""
    here = Path(__file__).parent
    run = subprocess.run(
        [sys.executable, "-c", "from test_coders import hash_coder; print(hash_coder())"],
        cwd=here,
        text=True,
        capture_output=True,
        check=True,
        env={"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "PYTHONHASHSEED": "7", "PYTHONPATH": "../workflow/src"},
    )
    with threadpool_limits(1):
        assert run.stdout.strip() == hash_coder()


def test_weights_are_honoured(corpus):
    """A code that holds in the sentences drawn with p .5 alone is more common when these count twice."""
    sentences, hits, reference, sample = corpus
    half = sample.set_index("sentence_id")["p"].reindex(reference.index) == 0.5
    coded = pd.DataFrame({"B": half.astype(int)}, reference.index)
    even = sample.assign(p=1.0)
    means = [
        predict_codes(train_coder(sentences, hits, coded, drawn, {}, n_folds=3), sentences, hits)["B"].mean()
        for drawn in (sample, even)
    ]
    assert means[0] - means[1] > 0.05


def test_candidates_are_compared(corpus):
    """Words beat the dictionary on codes of which it knows half; a learner has no row for the rare code."""
    table = compare_candidates(*corpus, GROUPS, n_folds=3).set_index(["learner", "features", "code"])
    assert len(table) == 5 + 4 * 4
    for code in ("A1", "A2", "A_any"):
        rival = table.loc[("dictionary", "dictionary hits", code)]
        assert table.loc[("logistic", "all", code), "f1"] > rival["f1"] + 0.1
        assert rival["precision"] == 1


def test_bad_input_is_refused_in_words(corpus):
    """A reference sentence that nobody drew, one that is unknown, too few documents."""
    sentences, hits, reference, sample = corpus
    with pytest.raises(ValueError, match="'d00:t000:s00' has reference codes but has no probability"):
        train_coder(sentences, hits, reference, sample[1:], GROUPS)
    with pytest.raises(ValueError, match="'d00:t000:s00' has reference codes but is not among the sentences"):
        train_coder(sentences[1:], hits, reference, sample, GROUPS)
    with pytest.raises(ValueError, match="15 documents do not make 20 folds"):
        train_coder(sentences, hits, reference, sample, GROUPS, n_folds=20)

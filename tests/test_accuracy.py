"""Facts about the measures of accuracy: tiny cases worked by hand, and the real pages against their floors."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framings.accuracy import measure_relevance, measure_sentences, measure_turns
from framings.checks import CheckError
from framings.floors import CHECKS, check_floors, count_agreement, describe_mistakes, measure_accuracy
from framings.ratios import bound_ratio
from framings.schemas import KNOWN_SPEAKERS, MISTAKES, REGISTER, RELEVANCE, SPEAKERS, STAGES, TURNS
from framings.storage import page_reader, read_hand_table

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "data" / "corpora" / "eaeu"
SHARED = ROOT.parent / "shared" / "corpus"
PAGES, RECORDS = SHARED / "kremlin" / "pages", SHARED / "transcripts-2022-2025.jsonl.gz"

# Document d: a read-out, two labelled turns and one of a stranger; document e: one turn, read rightly.
TEXTS = {
    ("d", 0): "They met in Arkady.",  # 16 inked characters
    ("d", 1): "Ann Oak: Good day to all.",  # label 0:8; 17 - 1 inked of speech, 4 words
    ("d", 2): "Bo Elm: Thank you. (Laughter)",  # label 0:7; speech 8:19; direction 19:29
    ("d", 3): "Cy Fir: Why so?",  # label 0:7, 2 words
    ("e", 0): "Ann Oak: Yes.",
}
TRUTH = [
    ("d", 1, 0, 8, "speech", "ann-oak"),
    ("d", 2, 0, 7, "speech", "bo-elm"),
    ("d", 2, 19, 29, "stage direction", None),
    ("d", 3, 0, 7, "speech", "other:Cy Fir"),
    ("e", 0, 0, 8, "speech", "ann-oak"),
]
# The workflow misses the label of Bo Elm, so that Ann Oak keeps the floor, and keeps the laughter as speech.
SPANS = [
    ("d", 0, 0, 19, "read-out", -1),
    ("d", 1, 0, 9, "label", 0), ("d", 1, 9, 25, "speech", 0),
    ("d", 2, 0, 29, "speech", 0),
    ("d", 3, 0, 8, "label", 1), ("d", 3, 8, 15, "speech", 1),
    ("e", 0, 0, 9, "label", 0), ("e", 0, 9, 13, "speech", 0),
]  # fmt: skip
TURN_ROWS = [("d", 0, "Ann Oak", 1, "ann-oak"), ("d", 1, "CY FIR", 3, None), ("e", 0, "Ann Oak", 0, "ann-oak")]
PLACE = ["document_id", "paragraph", "start", "end", "kind"]


def mark(rows, readers="both"):
    """Return a table of marks as it is kept by hand: every cell text."""
    table = pd.DataFrame(rows, columns=[*PLACE, "speaker_id"]).assign(readers=readers)
    return table.astype(dict.fromkeys(("paragraph", "start", "end"), str))


def list_checked(**changes):
    """Return the table of checked documents: d in the development half, e held out."""
    rows = {"document_id": ["d", "e"], "years": "2001", "length": ["long", "short"], "n_paragraphs": ["4", "1"],
            "reader_kind": ["language_model", "human_expert"], "half": ["development", "held-out"], "n_disagreements": ["1", "0"]}  # fmt: skip
    return pd.DataFrame(rows | changes)


def make_tables(spans=SPANS, turn_rows=TURN_ROWS):
    """Return the workflow's tables of the made-up documents, and the known speakers."""
    documents = pd.DataFrame({"document_id": ["d", "e"], "status": "parsed", "n_paragraphs": [4, 1]})
    paragraphs = pd.DataFrame([(*key, text) for key, text in TEXTS.items()], columns=["document_id", "paragraph", "text"])
    rows = pd.DataFrame(turn_rows, columns=["document_id", "turn", "name", "paragraph", "speaker_id"])
    turns = rows.assign(kind="speech", label=rows["name"], office="", remark="", n_words=1)[list(TURNS.columns)]
    resolution = np.where(
        rows["speaker_id"].notna(), "full name", np.where(rows["name"] == "", "role without a name", "unresolved")
    )
    speakers = rows.assign(actor_id=None, nearest=None, resolution=resolution)
    known = pd.DataFrame({"speaker_id": ["ann-oak", "bo-elm"], "name": ["Ann Oak", "Bo Elm"]})
    return {
        "documents": documents,
        "paragraphs": paragraphs,
        "turns": turns,
        "spans": pd.DataFrame(spans, columns=[*PLACE, "turn"]),
        "speakers": speakers[list(SPEAKERS.columns)],
        "known": known.reindex(columns=list(KNOWN_SPEAKERS.columns)).astype(object),
    }


def find(accuracy, measure, part="all"):
    """Return a row of accuracy as (estimate, units, wrong)."""
    row = accuracy.set_index(["measure", "part"]).loc[(measure, part)]
    return row["estimate"], row["n"], row["n_mistakes"]


def test_boundaries_speakers_and_kinds_are_counted_as_by_hand():
    """Of four turns one is missed; its three words and the laughter go to the wrong person; the stranger is right."""
    accuracy, mistakes, confusions = measure_turns(list_checked(), mark(TRUTH), **make_tables())
    assert find(accuracy, "turn boundaries: precision") == (1, 3, 0)
    assert find(accuracy, "turn boundaries: recall") == (0.75, 4, 1)
    assert find(accuracy, "turn boundaries: F1") == (pytest.approx(6 / 7), 4, 1)
    assert find(accuracy, "speakers: turns") == (0.75, 4, 1)
    # Words of speech in the truth or the output: 4 of Oak, Bo Elm Thank you Laughter (5, all wrong), Why so, Yes.
    assert find(accuracy, "speakers: words") == (pytest.approx(7 / 12), 12, 5)
    # Inked characters: 16 + 20 + 25 + 13 + 12; wrong are the label of 6, the direction of 10.
    inked = sum(len("".join(text.split())) for text in TEXTS.values())
    assert find(accuracy, "kinds: characters") == (pytest.approx(1 - 16 / inked), inked, 16)
    # Words of the workflow's speech under a label with a name: 4 + 5 of Oak, Why so unresolved, Yes.
    assert find(accuracy, "labels resolved: words") == (pytest.approx(10 / 12), 12, 2)
    assert find(accuracy, "turn boundaries: recall", "half: held-out") == (1, 1, 0)
    assert find(accuracy, "turn boundaries: recall", "length: long") == (pytest.approx(2 / 3), 3, 1)
    columns = ["measure", "paragraph", "start", "half", "n_words"]
    assert sorted(map(tuple, mistakes[columns].to_numpy().tolist())) == [
        ("kind", 2, 0, "development", 2),
        ("kind", 2, 19, "development", 1),
        ("speaker", 2, 0, "development", 3),
        ("speaker", 2, 7, "development", 2),
        ("turn boundary", 2, 0, "development", 5),
    ]
    wrong = confusions[confusions["expected"] != confusions["found"]]
    assert wrong[["expected", "found", "n_chars"]].to_numpy().tolist() == [
        ["label", "speech", 6],
        ["stage direction", "speech", 10],
    ]


def test_what_is_read_as_marked_is_right():
    """With spans as the marks have them nothing is wrong, and the laughter after the speech is nobody's word."""
    spans = [*SPANS[:3], ("d", 2, 0, 8, "label", 1), ("d", 2, 8, 19, "speech", 1), ("d", 2, 19, 29, "stage direction", 1)]
    spans += [("d", 3, 0, 8, "label", 2), ("d", 3, 8, 15, "speech", 2), *SPANS[-2:]]
    rows = [TURN_ROWS[0], ("d", 1, "Bo Elm", 2, "bo-elm"), ("d", 2, "Cy Fir", 3, None), TURN_ROWS[2]]
    accuracy, mistakes, _ = measure_turns(list_checked(), mark(TRUTH), **make_tables(spans, rows))
    assert len(mistakes) == 0
    assert find(accuracy, "speakers: words") == (1, 9, 0)
    assert find(accuracy, "turn boundaries: F1") == (1, 4, 0)


@pytest.mark.parametrize(
    ("marked", "name", "speaker", "right"),
    [
        ("other:Cy  FIR", "Cy Fir", None, True),
        ("other:Cy Fir", "Cy Firs", None, False),
        ("other:Cy Fir", "", None, False),
        ("other:Cy Fir", "Cy Fir", "bo-elm", False),
        ("other:Bo Elm", "Bo Elm", "bo-elm", True),  # a stranger to the marks who has come to be known
        (None, "", None, True),
        (None, "Cy Fir", None, False),
        ("bo-elm", "Bo Elm", None, False),
    ],
)
def test_strangers_are_right_under_their_printed_name_alone(marked, name, speaker, right):
    """An unresolved turn is right for a stranger of that name, spaces and case aside; nobody is right for nobody."""
    truth = [*TRUTH[:3], (*TRUTH[3][:5], marked), TRUTH[4]]
    rows = [TURN_ROWS[0], ("d", 1, name, 3, speaker), TURN_ROWS[2]]
    accuracy, *_ = measure_turns(list_checked(), mark(truth), **make_tables(turn_rows=rows))
    assert find(accuracy, "speakers: turns")[2] == (1 if right else 2)


def test_documents_without_text_are_left_out():
    """A checked document that is not registered, or has no page, counts nowhere but among those not at hand."""
    tables = make_tables()
    known = tables.pop("known")
    tables["documents"] = tables["documents"].assign(status=["parsed", "page missing"])
    tables |= {"sentences": None, "marks": None}
    accuracy, *_ = measure_accuracy({"documents": list_checked(), "segments": mark(TRUTH)}, tables, known)
    assert find(accuracy, "turn boundaries: recall")[1] == 3
    row = accuracy.set_index(["measure", "part"]).loc[("checked documents at hand", "all")]
    assert (row["n"], row["n_documents"], row["estimate"]) == (2, 1, 0.5)


@pytest.mark.parametrize(
    ("rows", "checked", "says"),
    [
        ([("d", 1, 0, 99, "speech", "ann-oak")], {}, "row 2: the mark 0:99 in paragraph 1 of d does not fit"),
        ([TRUTH[2], ("d", 2, 20, 25, "cut mark", None)], {}, "row 3: the mark 20:25 in paragraph 2 of d overlaps"),
        ([("d", 1, 0, 8, "speech", "ann-ok")], {}, "speaker_id 'ann-ok' is not in speakers.csv"),
        (TRUTH, {"n_paragraphs": ["5", "1"]}, "d has 4 paragraphs, but 5 were read"),
    ],
)
def test_marks_that_do_not_fit_are_refused_in_words(rows, checked, says):
    """A page that has changed, an overlap and an unknown person stop the measuring with a sentence."""
    with pytest.raises(CheckError, match=says):
        measure_turns(list_checked(**checked), mark(rows), **make_tables())


def test_a_page_of_read_outs_has_no_turns_and_text_without_label_may_be_speech():
    """A mark of no length begins a turn without a label; a read-out mark ends it."""
    truth = [("d", 1, 0, 0, "speech", "ann-oak"), ("d", 2, 0, 0, "read-out", None)]
    spans = [("d", 0, 0, 19, "read-out", -1), ("d", 1, 0, 25, "speech", 0), ("d", 2, 0, 29, "read-out", -1),
             ("d", 3, 0, 15, "read-out", -1), *SPANS[-2:]]  # fmt: skip
    rows = [("d", 0, "", 1, "ann-oak"), TURN_ROWS[2]]
    accuracy, mistakes, _ = measure_turns(list_checked(), mark([*truth, TRUTH[4]]), **make_tables(spans, rows))
    assert (len(mistakes), find(accuracy, "turn boundaries: F1")[1]) == (0, 2)


def test_the_interval_draws_documents():
    """Nine documents right and one wrong in 2 of 10: the bootstrap's bounds are its counts of draws of that document."""
    right, total = np.full(10, 10.0), np.full(10, 10.0)
    right[0] = 8
    estimate, low, high = bound_ratio(right, total)
    assert estimate == pytest.approx(0.98)
    # Drawn k times of 10, the document makes 2k of 100 wrong; k > 3 has chance .013, so the bootstrap's low is .94. One of ten
    # documents with a mistake may be .4450 of them (Clopper and Pearson): 2 of 10 wrong in each makes .089.
    assert low == pytest.approx(1 - 0.2 * 0.44502, abs=1e-4)
    assert high == pytest.approx(1.0)


def test_without_a_mistake_the_bound_is_that_of_documents():
    """Of 40 documents without a mistake: .025^(1/40) of documents at least hold none; no document gives no number."""
    assert bound_ratio(np.full(40, 5.0), np.full(40, 5.0)) == pytest.approx((1, 0.025 ** (1 / 40), 1))
    assert np.isnan(bound_ratio(np.array([]), np.array([]))).all()


def test_intervals_hold_the_true_share():
    """Of 300 samples of 60 documents, in which one in 25 is wrong in a third of its units, 95 % or nearly hold the truth."""
    rng = np.random.default_rng(7)
    truth, held = 1 - 0.04 / 3, 0
    for _ in range(300):
        total = rng.integers(5, 30, size=60).astype(float)
        _, low, high = bound_ratio(total - np.where(rng.random(60) < 0.04, total / 3, 0), total)
        held += low <= truth <= high
    assert held / 300 > 0.93


def make_sentences(ends):
    """Return a paragraph 'Ann: One. Two. (Noise) Three. Four.' with its spans and the sentences that end at these places."""
    text = "Ann: One. Two. (Noise) Three. Four."
    paragraphs = pd.DataFrame({"document_id": ["d"], "paragraph": [0], "text": [text]})
    cuts = [(0, 5, "label"), (5, 15, "speech"), (15, 23, "stage direction"), (23, 35, "speech")]
    spans = pd.DataFrame([("d", 0, start, end, kind, 0) for start, end, kind in cuts], columns=[*PLACE, "turn"])
    return paragraphs, spans, pd.DataFrame({"document_id": "d", "paragraph": 0, "end": ends})


@pytest.mark.parametrize(
    ("ends", "expected"),
    [([9, 14, 29, 35], (1, 1)), ([14, 29, 35], (1, 0.5)), ([9, 12, 14, 29, 35], (2 / 3, 1)), ([10, 14, 30, 35], (1, 1))],
)
def test_sentence_boundaries_count_inside_speech(ends, expected):
    """Two boundaries count, after One and after Three: not the ends of the label, of the paragraph, or at the direction."""
    checked = pd.DataFrame({"document_id": ["d"], "paragraph": "0", "drawn": "hard", "ends": "9 14 29 35", "readers": "both"})
    accuracy, mistakes = measure_sentences(checked, *make_sentences(ends), list_checked())
    for measure, value in zip(("precision", "recall"), expected, strict=True):
        assert find(accuracy, f"sentence boundaries: {measure}")[0] == pytest.approx(value)
        assert find(accuracy, f"sentence boundaries: {measure}", "drawn: hard")[0] == pytest.approx(value)
    assert len(mistakes) == (0 if expected == (1, 1) else 1)


def test_a_sentence_cannot_end_outside_its_paragraph():
    """An end behind the paragraph's last character is told with its row: the page has changed."""
    checked = pd.DataFrame({"document_id": ["d"], "paragraph": "0", "drawn": "hard", "ends": "9 36", "readers": "both"})
    with pytest.raises(CheckError, match=r"row 2: the end 36 lies outside paragraph 0 of d \(35 characters\)"):
        measure_sentences(checked, *make_sentences([35]), list_checked())


def test_relevance_weighs_turns_by_what_they_stand_for():
    """Of 20 marked turns 2 are judged, one rightly; of 100 others 2, one wrongly: precision .5, recall 10 of 60."""
    strata = ["marked", "marked", "other", "other"]
    checked = pd.DataFrame(
        {
            "document_id": list("abcd"), "paragraph": "0", "start": "0", "stratum": strata,
            "n_stratum": ["20", "20", "100", "100"], "n_drawn": "2", "relevant": ["yes", "no", "yes", "no"], "readers": "both",
        }
    )  # fmt: skip
    turns = pd.DataFrame({"document_id": list("abcd"), "turn": 0, "n_words": [5, 6, 7, 8]})
    marks = turns.assign(relevant=[True, True, False, False])
    spans = turns.assign(paragraph=0, start=0, end=9, kind="speech")
    accuracy, mistakes = measure_relevance(checked, marks, turns, spans, list_checked())
    assert find(accuracy, "relevance of turns: precision") == (0.5, 2, 1)
    assert find(accuracy, "relevance of turns: recall") == (pytest.approx(10 / 60), 2, 1)
    assert mistakes[["document_id", "expected", "found", "n_words"]].to_numpy().tolist() == [
        ["b", "not relevant", "relevant", 6],
        ["c", "relevant", "not relevant", 7],
    ]


def test_readers_agree_on_what_they_do_not_differ_on():
    """Of four marks on which both agreed and one on which they differed, the share is four of five."""
    segments = mark(TRUTH).assign(readers=["both", "both", "adjudicated", "both", "both"])
    rows = count_agreement({"documents": list_checked(), "segments": segments})
    assert [(row["measure"], row["n"], row["n_mistakes"]) for row in rows] == [("readers agree: marks of turns", 5, 1)]


def test_mistakes_get_their_cause_and_floors_hold():
    """A cause is found by measure and place; an estimate below its floor, an unknown measure and no number are told."""
    accuracy, mistakes, _ = measure_turns(list_checked(), mark(TRUTH), **make_tables())
    causes = pd.DataFrame(
        [("kind", "d", "2", "19", "laughter")], columns=["measure", "document_id", "paragraph", "start", "cause"]
    )
    named = describe_mistakes(mistakes, causes)
    assert named["cause"].notna().sum() == 1
    assert list(named.columns) == list(MISTAKES.columns)
    floor = lambda measure, least: pd.DataFrame({"measure": [measure], "floor": [least], "reason": "made up"})  # noqa: E731
    assert check_floors(accuracy, floor("turn boundaries: recall", "0.75")) is accuracy
    with pytest.raises(CheckError, match=r"turn boundaries: recall: the estimate 0\.75000 is below its floor 0\.76"):
        check_floors(accuracy, floor("turn boundaries: recall", "0.76"))
    with pytest.raises(CheckError, match="row 2: 'turn bounds' is no measure"):
        check_floors(accuracy, floor("turn bounds", "0.76"))
    with pytest.raises(CheckError, match="row 2: 'high' is no number"):
        check_floors(accuracy, floor("turn boundaries: recall", "high"))


def report_reading(**checks):
    """Return a report on made-up tables with the section on reading, and its text."""
    from test_report import read_text, write_report

    tables = make_tables()
    known = tables.pop("known")
    given = {"documents": list_checked(), "segments": mark(TRUTH)} | checks
    accuracy, mistakes, confusions = measure_accuracy(given, tables, known)
    page = write_report(accuracy=accuracy, mistakes=mistakes, confusions=confusions)
    return page, read_text(page)


def test_the_report_says_how_well_the_text_was_read():
    """Estimates, agreement, and the mistakes by cause; each number leads to its row."""
    from test_report import Page, read_text, write_report

    place = ["measure", "document_id", "paragraph", "start", "cause"]
    causes = pd.DataFrame(
        [("kind", "d", "2", "0", "<b>an odd label"), ("kind", "d", "2", "19", "<b>an odd label")], columns=place
    )
    page, text = report_reading(causes=causes)
    assert "where a turn begins (F1) 85.71 (" in text
    assert "They agreed on 83.33 % of the marks of turns." in text
    assert "&lt;b&gt;an odd label kind 2 1 3" in text
    assert "not looked into speaker, turn boundary 3 1 10" in text
    inside = Page(page)
    assert not {target[1:] for target in inside.targets if target.startswith("#t-accuracy")} - set(inside.ids)
    assert "How well the text was read" not in read_text(write_report())


# The real pages --------------------------------------------------------------------------------------------------------


def read_hand(name, contract):
    """Return a table that the corpus keeps by hand."""
    return read_hand_table(CORPUS / name, contract)


@pytest.fixture(scope="module")
def measured():
    """Return checks, accuracy and mistakes of the checked documents whose pages are here, everything computed anew."""
    if not PAGES.is_dir():
        pytest.skip("the real pages (../shared/corpus/kremlin/pages) are not here")
    from framings.documents import parse_documents
    from framings.marks import mark_turns
    from framings.records import iterate_records, write_record
    from framings.sentences import read_abbreviations, split_sentences
    from framings.speakers import resolve_speakers
    from framings.turns import segment_turns

    checks = {name: read_hand(f"checks/{name}.csv", contract) for name, contract in CHECKS.items()}
    wanted = set(pd.concat([checks[name]["document_id"] for name in ("documents", "sentences", "relevance")]))
    register = read_hand("documents.csv", REGISTER)
    register = register[register["document_id"].isin(wanted)].reset_index(drop=True)
    records = {f"{record['doc_id']}.json": write_record(record) for record in iterate_records(RECORDS)}
    saved = page_reader(PAGES)
    documents, paragraphs, _ = parse_documents(register, lambda name: saved(name) or records.get(name))
    turns, spans = segment_turns(documents, paragraphs)
    known = read_hand("speakers.csv", KNOWN_SPEAKERS)
    folder = ROOT / "data" / "reference"
    known_short = {name: read_abbreviations((folder / f"abbreviations_{name}.txt").read_text("utf-8")) for name in ("en", "ru")}
    sentences = split_sentences(documents, turns, paragraphs, spans, known_short)
    marks, _ = mark_turns(documents, turns, sentences, read_hand("relevance.csv", RELEVANCE), read_hand("stages.csv", STAGES))
    tables = {"documents": documents, "paragraphs": paragraphs, "turns": turns, "spans": spans, "sentences": sentences}
    tables |= {"speakers": resolve_speakers(documents, turns, known), "marks": marks}
    accuracy, mistakes, _ = measure_accuracy(checks, tables, known)
    return checks, accuracy, mistakes


def test_the_real_pages_are_read_no_worse_than_the_floors_say(measured):
    """Every measure that has a floor keeps it, on all checked documents."""
    checks, accuracy, _ = measured
    assert accuracy.set_index(["measure", "part"]).loc[("checked documents at hand", "all"), "estimate"] == 1
    check_floors(accuracy, checks["floors"])


def test_every_mistake_that_is_left_has_its_cause(measured):
    """No mistake of the sample is without a cause in checks/causes.csv, and no cause there is without its mistake."""
    checks, _, mistakes = measured
    assert mistakes[mistakes["cause"].isna()][["measure", "document_id", "paragraph", "start"]].to_numpy().tolist() == []
    assert len(checks["causes"]) == len(mistakes)

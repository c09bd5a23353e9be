"""Facts about people's tasks on topics: well made, sealed, scored as worked by hand, bad answers refused by row."""

import hashlib
import io
import shutil

import numpy as np
import pandas as pd
import pytest

from framings.cli import main
from framings.schemas import ContractError
from framings.topic_scores import TOPIC_ANSWERS, check_seal, score_answers
from framings.topic_tasks import TaskError, make_topic_tasks, seal_tasks

LETTERS = "abcde"


def make_tables():
    """Return (topics, weights, shares, sentences): five topics of 25 terms, 40 documents of one turn, the first ten for discovery."""
    ids = [f"topic_{i + 1:02d}" for i in range(5)]
    weights = pd.DataFrame(
        [(topic, f"{LETTERS[i]}{j:02d}", (25 - j) / 325) for i, topic in enumerate(ids) for j in range(25)],
        columns=["topic", "term", "weight"],
    )
    topics = pd.DataFrame({"topic": ids, "label": [", ".join(f"{letter}{j:02d}" for j in range(4)) for letter in LETTERS]})
    rows = [(f"d{d:02d}", 0, topic, 0.6 if d % 5 == i else 0.1, d < 10) for d in range(40) for i, topic in enumerate(ids)]
    shares = pd.DataFrame(rows, columns=["document_id", "turn", "topic", "share", "discovery"])
    said = [(f"d{d:02d}", 0, f"Sentence {s} of document {d}.", 60) for d in range(40) for s in range(5)]
    return topics, weights, shares, pd.DataFrame(said, columns=["document_id", "turn", "text", "n_words"])


@pytest.fixture(scope="module")
def made():
    """Tasks and key of the tables above."""
    return make_topic_tasks(*make_tables(), each=3, seed=1)


def test_the_set_that_does_not_belong_is_the_answer(made):
    """Three sets hold terms of the topic, none twice and all of its twenty strongest; the answer's set is of one other topic."""
    tasks, key = made
    sets = tasks[tasks["kind"] == "word_sets"].merge(key, on=["task_id", "kind"])
    assert len(sets) == 15
    for row in sets.itertuples():
        options = {letter: getattr(row, f"option_{letter}").split(", ") for letter in "abcd"}
        other = options.pop(row.answer)
        own = [term for terms in options.values() for term in terms]
        assert {term[0] for term in own} == {LETTERS[int(row.topic[-2:]) - 1]}
        assert len(set(own)) == 12 and max(int(term[1:]) for term in own) < 20
        assert len({term[0] for term in other}) == 1 and other[0][0] != own[0][0]


def test_the_right_label_is_that_of_the_turns_topic(made):
    """Each text is of a kept document in which the topic stands out, cut at 200 words; its label is offered once."""
    tasks, key = made
    labels = tasks[tasks["kind"] == "labels"].merge(key, on=["task_id", "kind"])
    assert len(labels) == 15
    for row in labels.itertuples():
        number = int(row.document_id[1:])
        assert number >= 10 and row.topic == f"topic_{number % 5 + 1:02d}"
        assert row.text.count("Sentence") == 3
        options = [getattr(row, f"option_{letter}") for letter in "abcd"]
        assert len(set(options)) == 4 and options["abcd".index(row.answer)][0] == LETTERS[number % 5]


def test_turns_in_which_no_topic_stands_out_are_not_asked_about():
    """Two topics of .45 and .40 make no task; nor does a strongest topic of .3."""
    topics, weights, shares, sentences = make_tables()
    shares["share"] = np.tile([0.45, 0.4, 0.05, 0.05, 0.05], 40)
    tasks, _ = make_topic_tasks(topics, weights, shares[shares["topic"] != "topic_05"], sentences)
    assert set(tasks["kind"]) == {"word_sets"}
    shares["share"] = np.tile([0.3, 0.14, 0.14, 0.14, 0.14], 40)
    assert set(make_topic_tasks(topics, weights, shares, sentences)[0]["kind"]) == {"word_sets"}


def test_positions_of_answers_and_order_of_topics_are_drawn(made):
    """No letter is right in more than half of the tasks; the topics of tasks follow no order; another seed gives others."""
    tasks, key = made
    assert key["answer"].value_counts().max() <= 15
    assert not key["topic"].is_monotonic_increasing
    assert not make_topic_tasks(*make_tables(), each=3, seed=2)[0].equals(tasks)


def test_equal_tables_and_seed_give_equal_files_whatever_the_order_of_rows(made):
    """Shuffled rows of shares and weights change no byte."""
    topics, weights, shares, sentences = make_tables()
    mixed = make_topic_tasks(
        topics, weights.sample(frac=1, random_state=1), shares.sample(frac=1, random_state=1), sentences, each=3, seed=1
    )
    assert seal_tasks(*mixed) == seal_tasks(*made)


def test_the_file_for_coders_holds_neither_answers_nor_topics(made):
    """tasks.csv names no topic and no answer, and begins with the SHA-256 of the key, as sealed.txt does."""
    files = seal_tasks(*made)
    head, rest = files["tasks.csv"].decode("utf-8-sig").split("\n", 1)
    digest = hashlib.sha256(files["key.csv"]).hexdigest()
    assert digest in head and files["sealed.txt"].decode().startswith(digest)
    shown = pd.read_csv(io.StringIO(rest))
    assert len(shown) == 30 and not {"topic", "answer"} & set(shown.columns)
    assert "topic_0" not in rest
    check_seal(files["key.csv"], files["sealed.txt"].decode(), head)


def test_a_key_that_was_changed_is_refused(made):
    """One changed letter breaks the seal; so does a changed seal, which the head of tasks.csv gives away."""
    files = seal_tasks(*made)
    head, seal = files["tasks.csv"].decode().split("\n", 1)[0], files["sealed.txt"].decode()
    changed = files["key.csv"].replace(b",a\n", b",b\n", 1)
    with pytest.raises(TaskError, match=r"key.csv is not the key that sealed.txt seals"):
        check_seal(changed, seal, head)
    with pytest.raises(TaskError, match=r"key.csv is not the key that tasks.csv seals"):
        check_seal(changed, hashlib.sha256(changed).hexdigest(), head)
    with pytest.raises(TaskError, match=r"sealed.txt names no SHA-256"):
        check_seal(files["key.csv"], "", head)


def make_answers(n_right, n=10, coder="anna"):
    """Return (answers, key) of ``n`` tasks on word sets, five a topic, of which the first ``n_right`` are right."""
    ids = [f"task_{i:03d}" for i in range(1, n + 1)]
    key = pd.DataFrame({"task_id": ids, "kind": "word_sets", "topic": ["topic_01"] * 5 + ["topic_02"] * (n - 5), "answer": "c"})
    return pd.DataFrame({"task_id": ids, "coder_id": coder, "answer": ["c"] * n_right + ["a"] * (n - n_right)}), key


def test_eight_of_ten_by_hand():
    """8 of 10: .4439 to .9748; 5 of 5: .025 ** (1/5) = .4782 to 1; 3 of 5: .1466 to .9473; 0 of 5: 0 to 1 - .4782."""
    scores = score_answers(*make_answers(8)).set_index("topic")
    assert scores.index.tolist() == ["all", "topic_01", "topic_02"]
    assert scores.loc["all", ["n_answers", "n_right", "precision"]].tolist() == [10, 8, 0.8]
    ends = scores[["low", "high"]].round(4).to_numpy().tolist()
    assert ends == [[0.4439, 0.9748], [0.4782, 1.0], [0.1466, 0.9473]]
    none = score_answers(*make_answers(0)).set_index("topic")
    assert none.loc["topic_01", ["low", "high"]].tolist() == pytest.approx([0, 1 - 0.025**0.2])


def test_coders_and_kinds_stand_apart():
    """Two coders have their own rows, nobody's answers are pooled."""
    first, key = make_answers(8)
    second, _ = make_answers(6, coder="boris")
    scores = score_answers(pd.concat([first, second.iloc[:7]], ignore_index=True), key)
    whole = scores[scores["topic"] == "all"].set_index("coder_id")
    assert whole[["n_answers", "n_right"]].to_numpy().tolist() == [[10, 8], [7, 6]]


def test_answers_that_fit_no_task_or_come_twice_are_refused_by_row():
    """The sentence names file, row as a spreadsheet counts, and column."""
    answers, key = make_answers(8)
    stray = answers.assign(task_id=answers["task_id"].replace("task_003", "task_900"))
    with pytest.raises(ContractError, match=r"mine.csv, row 4, column 'task_id': 'task_900' is no task of this key"):
        score_answers(stray, key, "mine.csv")
    with pytest.raises(ContractError, match=r"mine.csv, row 12, column 'task_id': anna answers task_001 twice"):
        score_answers(pd.concat([answers, answers.iloc[:1]], ignore_index=True), key, "mine.csv")


def test_no_answers_give_an_empty_table():
    """A table without rows scores nothing and breaks nothing."""
    answers, key = make_answers(8)
    assert len(score_answers(answers.iloc[:0], key)) == 0
    assert list(TOPIC_ANSWERS.columns) == ["task_id", "coder_id", "answer"]


def test_too_few_topics_make_no_tasks():
    """One topic has no intruder and no other labels; the refusal is a sentence."""
    topics, weights, shares, sentences = make_tables()
    one = [table[table["topic"] == "topic_01"] for table in (topics, weights, shares)]
    with pytest.raises(TaskError, match="there are 1 topics"):
        make_topic_tasks(*one, sentences)
    with pytest.raises(TaskError, match="0 tasks about each topic are none"):
        make_topic_tasks(topics, weights, shares, sentences, each=0)


@pytest.fixture
def project(tmp_path):
    """A folder that looks like the project, with the tables of one corpus."""
    (tmp_path / "data/corpora/tiny").mkdir(parents=True)
    schema = "workflow/schemas/config.schema.yaml"
    (tmp_path / schema).parent.mkdir(parents=True)
    shutil.copy(schema, tmp_path / schema)
    (tmp_path / "config.yaml").write_text("corpus: tiny\n", encoding="utf-8")
    topics, weights, shares, sentences = make_tables()
    sentences = sentences.assign(sentence_id=[f"s{i}" for i in range(len(sentences))])
    passages = sentences[["sentence_id"]].assign(relevant=True)
    for name, table in (("topics/topics", topics), ("topics/weights", weights), ("topics/shares", shares),
                        ("sentences/all", sentences), ("passages/all", passages)):  # fmt: skip
        path = tmp_path / f"results/tiny/{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_parquet(path)
    return tmp_path


def test_the_commands_export_and_score(project, capsys):
    """Exported tasks, answered with the key, score 1 with all; a second export into the folder and a bad letter are refused."""
    out = project / "tasks"
    assert main(["topics", "export", "--out", str(out), "--each", "2"], root=project) == 0
    assert sorted(path.name for path in out.iterdir()) == ["key.csv", "sealed.txt", "tasks.csv"]
    assert "10 tasks on word sets, 10 on labels" in capsys.readouterr().out
    assert main(["topics", "export", "--out", str(out)], root=project) == 1
    assert "exists; answers may rest on it" in capsys.readouterr().err
    answers, scores = project / "answers.csv", project / "scores.csv"
    key = pd.read_csv(out / "key.csv")
    key[["task_id", "answer"]].assign(coder_id="anna").iloc[:18].to_csv(answers, index=False)
    call = ["topics", "score", "--tasks", str(out), "--answers", str(answers)]
    assert main([*call, "--out", str(scores)], root=project) == 0
    assert "anna answered 18 of 20 tasks" in capsys.readouterr().out
    assert (pd.read_csv(scores)["precision"] == 1).all()
    key.assign(coder_id="anna", answer="e")[["task_id", "coder_id", "answer"]].to_csv(answers, index=False)
    assert main(call, root=project) == 1
    assert "row 2, column 'answer': 'e' is not one of a, b, c, d" in capsys.readouterr().err
    assert main(["topics", "score", "--tasks", str(project), "--answers", str(answers)], root=project) == 1
    assert "tasks.csv is not there" in capsys.readouterr().err


def test_without_results_the_command_says_what_to_run(project, capsys):
    """A corpus whose workflow was not run is named with the cure."""
    assert main(["topics", "export", "--corpus", "other", "--out", str(project / "x")], root=project) == 1
    assert "run snakemake --cores all --config corpus=other first" in capsys.readouterr().err

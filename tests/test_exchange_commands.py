"""Tasks go from a corpus to a folder for coders, and their files into the corpus."""

import json

import pandas as pd
import pytest
from made_tasks import BOOK, CODER, MASKS, choose_codes, write_sample, write_sentences, write_tasks

from framings.exchange.commands import run_export, run_import
from framings.exchange.tasks import ExchangeError


@pytest.fixture
def corpus(tmp_path):
    """Return a folder with a sample, sentences and a codebook."""
    sentences = write_sentences()
    write_sample(sentences).to_csv(tmp_path / "sample.csv", index=False)
    sentences.to_parquet(tmp_path / "00.parquet")
    (tmp_path / "codebook.yaml").write_text(BOOK, encoding="utf-8")
    return tmp_path


def find_paths(folder):
    """Return the paths that both commands take, and the masks."""
    return folder / "sample.csv", [folder / "00.parquet"], folder / "codebook.yaml", MASKS


def code_file(folder, words):
    """Return the path of a file of doccano in which the sentences with one of these words were coded."""
    chosen = choose_codes(write_tasks())
    lines = (folder / "out/doccano/doccano.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    for entry in entries:
        found = any(word in entry["text"].partition(">>>")[2].partition("<<<")[0] for word in words)
        entry["label"] = sorted(chosen[entry["task_id"]]) if found else []
    path = folder / "back.jsonl"
    path.write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    return path


def test_tasks_are_written_for_every_tool(corpus):
    """Each format has its folder, and the command says what it did."""
    told = []
    assert run_export(*find_paths(corpus), corpus / "out", tell=told.append) == 0
    names = sorted(str(path.relative_to(corpus / "out")) for path in (corpus / "out").rglob("*.*"))
    assert names == [
        "csv/tasks.csv",
        "doccano/doccano-labels.json",
        "doccano/doccano.jsonl",
        "labelstudio/labelstudio-interface.xml",
        "labelstudio/labelstudio.json",
        "refi/codebook.qdc",
        "refi/tasks.qdpx",
        "xlsx/tasks.xlsx",
    ]
    assert told[-1] == "11 tasks; the coders' files name neither speaker, day, place, title nor document"
    with pytest.raises(ExchangeError, match="has no round '2'; it has 1"):
        run_export(*find_paths(corpus), corpus / "out", round_name="2")


def test_codes_are_kept_as_they_come_in(corpus):
    """A second file adds to the first; sentences coded anew replace what was there; what is left out is told."""
    told = []
    run_export(*find_paths(corpus), corpus / "out", formats=("doccano",), tell=told.append)
    first = code_file(corpus, ("storm", "wall"))
    assert run_import(first, *find_paths(corpus), corpus, CODER, tell=told.append) == 1
    assert "without a choice" in told[-2]
    assert told[-1].endswith("4 sentences coded, 4 rows, 0 of them coded anew; 1 things to look at")
    assert run_import(code_file(corpus, [""]), *find_paths(corpus), corpus, CODER, tell=told.append) == 0
    assert told[-1].endswith("11 sentences coded, 12 rows, 4 of them coded anew; 0 things to look at")
    table = pd.read_csv(corpus / "coder_a.csv", keep_default_na=False)
    assert list(table["sentence_id"]) == sorted(table["sentence_id"])
    assert table["sentence_id"].nunique() == 11
    assert not set(table.columns) & {"text", "before", "after", "task_id"}

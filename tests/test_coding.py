"""`framings code`: sentences drawn, tasks written, a coder's answers read back, without opening a Python file."""

import csv
import io

import pandas as pd
import pytest
from made_corpora import ROOT, write_corpus

from framings.cli import main
from framings.sampling import hash_text
from framings.schemas import CODED, SAMPLE, SENTENCES
from framings.storage import read_hand_table, write_table


@pytest.fixture
def project(tmp_path):
    """A project whose corpus has a frame of 40 sentences in 8 turns, as the workflow leaves it."""
    write_corpus(tmp_path)
    for name in ("masks_en.csv", "masks_ru.csv"):
        (tmp_path / "data/reference" / name).write_bytes((ROOT / "data/reference" / name).read_bytes())
    texts = [f"Jane Doe counted {number} apples in 2014." for number in range(40)]
    ids = [f"kremlin-en-{number // 5}:t{number % 5:03d}:s00" for number in range(40)]
    cells = {"sentence_id": ids, "document_id": [key[:12] for key in ids], "turn": [number % 5 for number in range(40)]}
    sentences = pd.DataFrame(cells | {"paragraph": 0, "start": 0, "end": 9, "n_words": 6, "text": texts})
    results = tmp_path / "results/garden"
    for folder in ("coding", "sentences"):
        (results / folder).mkdir(parents=True)
    write_table(sentences[list(SENTENCES.columns)], results / "sentences/00.parquet")
    frame = sentences[["sentence_id", "document_id", "turn", "text"]].assign(actor_id="A", stage_id="S1", families="none")
    write_table(frame, results / "coding/frame.parquet")
    return tmp_path


def run(project, *words):
    """Return the exit code of a command in the project."""
    return main(["code", *words, "--corpus", "garden"], root=project)


def test_drawn_exported_coded_and_read_back(project, capsys):
    """The sample has probabilities; tasks show no name and no year; codes come back keyed by sentence, with coder and kind."""
    assert run(project, "draw", "--sentences", "30") == 0
    sample = read_hand_table(project / "data/corpora/garden/codes/sample.csv", SAMPLE)
    assert 10 < len(sample) < 40 and set(sample["text_hash"]) <= {
        hash_text(f"Jane Doe counted {n} apples in 2014.") for n in range(40)
    }
    assert run(project, "export", "--formats", "csv") == 0
    path = next((project / "results/garden/coding/tasks/csv").glob("*.csv"))
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert len(rows) == len(sample)
    assert all("Doe" not in row["text"] and "2014" not in row["text"] and "[person]" in row["text"] for row in rows)
    none = next(name for name in rows[0] if name.startswith("NONE"))
    code = next(name for name in rows[0] if name.startswith("FUN"))
    for number, row in enumerate(rows):
        row[none if number % 2 else code] = "x"
    with (project / "ann.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    told = ["--coder", "ann", "--kind", "human_trained", "--date", "2026-12-01"]
    assert run(project, "import", str(project / "ann.csv"), *told) == 0
    coded = read_hand_table(project / "data/corpora/garden/codes/ann.csv", CODED)
    assert set(coded["sentence_id"]) == set(sample["sentence_id"]) and set(coded["code"]) == {"FUN", "NONE"}
    assert set(coded["coder_kind"]) == {"human_trained"}
    assert "Traceback" not in capsys.readouterr().err


def test_a_second_draw_only_adds(project, capsys):
    """What was drawn stays, in its order of the frame and its round; the sentence says how many are new."""
    assert run(project, "draw", "--sentences", "15") == 0
    before = read_hand_table(project / "data/corpora/garden/codes/sample.csv", SAMPLE)
    assert run(project, "draw", "--sentences", "35", "--round", "2") == 0
    after = read_hand_table(project / "data/corpora/garden/codes/sample.csv", SAMPLE)
    assert set(before["sentence_id"]) < set(after["sentence_id"])
    assert (after["round"] == "2").sum() == len(after) - len(before)
    assert f"{len(after) - len(before)} of them new" in capsys.readouterr().out


def test_what_is_missing_is_told_in_a_sentence(project, capsys):
    """Without results the command names the one that makes them and ends with 1."""
    (project / "results/garden/coding/frame.parquet").unlink()
    assert run(project, "draw") == 1
    assert "run snakemake --cores all --config corpus=garden" in capsys.readouterr().err
    (project / "results/garden/sentences/00.parquet").unlink()
    assert run(project, "export") == 1
    assert "holds no table; run snakemake" in capsys.readouterr().err

"""Facts about files: tables kept by hand, pages in a folder, products with equal bytes."""

import pandas as pd
import pytest

from framings.schemas import STAGES, ContractError
from framings.shards import shard_names, shard_of
from framings.storage import hash_file, page_reader, read_hand_table, read_relevant, read_tables, write_table

HEADING = "stage_id,name,start,end,source\n"


def stages_file(folder, text):
    """Write a stages.csv and return its path."""
    path = folder / "stages.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_empty_cells_are_missing_and_text_stays_text(tmp_path):
    """A code such as 007 keeps its zeros, an empty cell is missing, white space around a cell goes."""
    table = read_hand_table(stages_file(tmp_path, HEADING + "007, First ,,2011-01-01,made up\n"), STAGES)
    assert table["stage_id"].tolist() == ["007"]
    assert table["name"].tolist() == ["First"]
    assert table["start"].isna().all()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("stage_id,name,start,source\nA,a,,x\n", "column 'end' is absent; add it to the first row"),
        ("stage_id;name;start;end;source\nA;a;;;x\n", "separated by semicolons; save it again as CSV with commas (UTF-8)"),
        ("stage_id,name,start,end,source,colour\nA,a,,,x,red\n", "column 'colour' is unknown"),
        (HEADING + "A,a,,,x\nB,,,,x\n", "row 3, column 'name': the cell is empty; it takes name in figures and tables"),
        (HEADING + "A,a,,,x\nA,b,,,x\n", "occurs twice"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(tmp_path, text, sentence):
    """The sentence names the file, and the row as a spreadsheet counts it."""
    path = stages_file(tmp_path, text)
    with pytest.raises(ContractError, match=r"stages\.csv") as refusal:
        read_hand_table(path, STAGES)
    assert sentence in str(refusal.value)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    """Bytes that are not UTF-8 are refused with the cure."""
    path = tmp_path / "stages.csv"
    path.write_bytes(HEADING.encode() + "A,Étape,,,x\n".encode("latin-1"))
    with pytest.raises(ContractError, match="save it again as CSV"):
        read_hand_table(path, STAGES)


@pytest.mark.parametrize("name", ["../secret.html", "/etc/passwd", "a/../../secret.html", "absent.html", "."])
def test_pages_outside_the_folder_are_absent(tmp_path, name):
    """Neither a path out of the folder nor a file that does not exist gives bytes."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "secret.html").write_bytes(b"secret")
    assert page_reader(tmp_path / "pages")(name) is None


def test_equal_tables_give_equal_bytes(tmp_path):
    """Writing a table twice gives one hash, and reading its shards gives it back."""
    table = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    for name in ("one", "two"):
        write_table(table, tmp_path / name)
    assert hash_file(tmp_path / "one") == hash_file(tmp_path / "two")
    assert len(read_tables([tmp_path / "one", tmp_path / "two"])) == 4


def test_only_relevant_sentences_are_read(tmp_path):
    """Sentences that no passage marks as relevant stay out."""
    write_table(pd.DataFrame({"sentence_id": ["s1", "s2", "s3"]}), tmp_path / "sentences")
    write_table(pd.DataFrame({"sentence_id": ["s1", "s2"], "relevant": [False, True]}), tmp_path / "passages")
    assert read_relevant(tmp_path / "sentences", tmp_path / "passages")["sentence_id"].tolist() == ["s2"]


def test_the_shard_of_a_document_depends_on_the_document_alone():
    """Ids fall into all shards, and the same one whenever asked."""
    ids = [f"kremlin-en-{number}" for number in range(400)]
    assert {shard_of(key, 4) for key in ids} == set(shard_names(4)) == {"00", "01", "02", "03"}

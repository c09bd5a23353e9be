"""The command line: what is asked, what is told, how it ends."""

import csv
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from fetch_server import ARCHIVE, Capture, Reply, World
from made_corpora import TALK, make_row, read_register, take_stock, write_corpus
from made_pages import write_page
from made_sites import LONG, write_article

from framings.cli import main
from framings.schemas import EVENT_TYPES

TABLE = Path(__file__).resolve().parents[2] / "shared/corpus/transcripts-2022-2025.jsonl.gz"
SPEECHES = Path(__file__).resolve().parents[2] / "shared/corpus/ungdc"
SPEECH = f"Talks on stars\n\n{LONG}\n\n{LONG}\n"


@pytest.fixture
def corpus(tmp_path):
    """A corpus with an empty register."""
    return write_corpus(tmp_path / "project")


@pytest.fixture
def page(tmp_path):
    """A saved page outside the project."""
    path = tmp_path / "saved.html"
    path.write_bytes(write_page(TALK))
    return path


@pytest.fixture
def call(corpus, capsys):
    """Call the command in the project; returns (exit code, what it said), the answers given in order."""

    def call(*arguments, answers=None, gate=None):
        asked = iter(answers or ())

        def ask(question):
            print(question, end="")
            answer = next(asked)
            if isinstance(answer, type):
                raise answer
            print(answer)
            return answer

        code = main([*map(str, arguments)], ask=ask if answers is not None else None, root=corpus.parents[2], gate=gate)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out + said.err

    return call


def test_help_teaches(call):
    """Each command says what it does and shows examples."""
    for command in ([], ["add"], ["check"]):
        code, said = call(*command, "--help")
        assert code == 0
        assert "examples:" in said
        assert "framings check" in said
    assert all(kind in call("add", "--help")[1].replace("\n", "") for kind in EVENT_TYPES)


@pytest.mark.parametrize(
    "arguments",
    [[], ["ad"], ["add"], ["add", "x", "--language", "de"], ["add", "x", "--event-type", "party"], ["add", "x", "--date", "May"]],
)
def test_a_command_that_is_not_understood_ends_with_2(call, arguments):
    """Also a day that is none: it would refuse every document."""
    assert call(*arguments)[0] == 2


def test_outside_a_project_it_says_where_to_go(tmp_path, capsys):
    """A usage error, in a sentence."""
    assert main(["check"], root=tmp_path) == 2
    assert "change to the folder of the project" in capsys.readouterr().err


def test_a_page_is_shown_and_added_with_what_is_proposed(call, corpus, page):
    """Everything a reader needs to decide stands there."""
    code, said = call("add", page, "--yes")
    assert code == 0
    for piece in (
        "kremlin-en-101", "Talks on stars", "2017-10-11", "Old Garden", "read by: kremlin", "Jane Doe → jane-doe",
        "Max Rau → UNRESOLVED; known and near: Max Ray Roe", "“The garden is large, and each year", "3 turns", "added as kremlin-en-101",
        "1 added.", "snakemake --cores all --config corpus=garden",
    ):  # fmt: skip
        assert piece in said, piece
    (row,) = read_register(corpus)
    assert row == make_row(place="Old Garden", page="kremlin-en-101.html", sha256=hashlib.sha256(page.read_bytes()).hexdigest())
    assert (corpus / "pages/kremlin-en-101.html").read_bytes() == page.read_bytes()


def test_answers_are_asked_until_they_fit(call, corpus, tmp_path):
    """Day, kind and speaker of a text that says none of them; an empty answer takes what is proposed."""
    (tmp_path / "talk.txt").write_text(SPEECH, encoding="utf-8")
    answers = ["", "May 3", "2014-05-03", "party", "address", "", "Jane Doe", "y"]
    code, said = call("add", tmp_path / "talk.txt", answers=answers)
    assert code == 0
    assert "An answer is needed" in said
    assert "'May 3' is no day" in said
    assert "'party' is none of" in said
    (row,) = read_register(corpus)
    assert (row["date"], row["event_type"], row["speaker"], row["url"]) == ("2014-05-03", "address", "Jane Doe", "file:talk")


def test_a_site_s_page_asks_for_the_kind_and_a_yes(call, corpus, page):
    """Two questions; no other answer is taken."""
    code, said = call("add", page, answers=["", ""])
    assert code == 0
    assert said.count("Kind of event") == 1
    assert read_register(corpus)[0]["event_type"] == "bilateral"


def test_no_is_an_answer(call, corpus, page):
    """Nothing is written then."""
    before = take_stock(corpus)
    code, said = call("add", page, answers=["", "n"])
    assert (code, take_stock(corpus)) == (0, before)
    assert "1 left out by you" in said


def test_without_a_terminal_nothing_is_asked(call, corpus, tmp_path):
    """What has no proposal is refused with the option to give; with it the document is taken."""
    (tmp_path / "talk.txt").write_text(SPEECH, encoding="utf-8")
    code, said = call("add", tmp_path / "talk.txt")
    assert code == 1
    assert "its day was not found; give it with --date" in said
    code, said = call("add", tmp_path / "talk.txt", "--date", "2014-05-03")
    assert code == 1
    assert "its text names nobody; give it with --speaker" in said
    assert not read_register(corpus)
    assert call("add", tmp_path / "talk.txt", "--date", "2014-05-03", "--speaker", "Jane Doe")[0] == 0
    assert read_register(corpus)[0]["speaker"] == "Jane Doe"


def test_a_dry_run_writes_nothing(call, corpus, page):
    """It shows the same."""
    before = take_stock(corpus)
    code, said = call("add", page, "--dry-run", "--yes")
    assert (code, take_stock(corpus)) == (0, before)
    assert "1 would be added" in said
    assert "Nothing was written" in said


def test_a_second_time_it_is_there_already(call, corpus, page):
    """Exit code 0, and not a byte changes."""
    call("add", page, "--yes")
    before = take_stock(corpus)
    code, said = call("add", page, page, "--yes")
    assert (code, take_stock(corpus)) == (0, before)
    assert said.count("there already as kremlin-en-101") == 2


def test_one_bad_place_costs_no_other(call, corpus, page, tmp_path):
    """The bad ones are told again at the end."""
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "pages.zip").write_bytes(b"PK")
    code, said = call("add", tmp_path / "nothing.html", tmp_path / "empty.html", tmp_path / "pages.zip", page, "--yes")
    assert code == 1
    assert "1 added, 3 refused." in said
    assert "there is no such file" in said
    assert "the file is empty" in said
    assert "fetch: archives" in said
    assert len(read_register(corpus)) == 1


@pytest.mark.parametrize("end", [KeyboardInterrupt, EOFError])
def test_ctrl_c_leaves_nothing_half_done(call, corpus, tmp_path, end):
    """What was added before stays, registered and whole."""
    for number in (101, 102):
        (tmp_path / f"{number}.html").write_bytes(write_page(TALK, number=number, date=f"2017-10-{number - 90}"))
    code, said = call("add", tmp_path / "101.html", tmp_path / "102.html", answers=["", "", "", end])
    assert code == 1
    assert "stopped at your wish" in said
    assert [row["document_id"] for row in read_register(corpus)] == ["kremlin-en-101"]
    assert [path.name for path in (corpus / "pages").iterdir()] == ["kremlin-en-101.html"]


def test_quit_and_all_that_follow(call, corpus, tmp_path):
    """Two answers more than yes and no."""
    for number in (101, 102, 103):
        (tmp_path / f"{number}.html").write_bytes(write_page(TALK, number=number, title=f"Talks on stars {number}"))
    pages = [tmp_path / f"{number}.html" for number in (101, 102, 103)]
    assert call("add", *pages, answers=["", "q"])[0] == 1
    assert not read_register(corpus)
    assert call("add", *pages, answers=["", "a"])[0] == 0
    assert len(read_register(corpus)) == 3


def test_a_long_document_is_shortened(call, tmp_path):
    """Twelve turns and a count."""
    body = "".join(f"<p><b>Jane Doe:</b> Row {number} has twelve apple trees and a gate.</p>" for number in range(30))
    (tmp_path / "long.html").write_bytes(write_page(body))
    said = call("add", tmp_path / "long.html", "--yes")[1]
    assert said.count("Jane Doe → jane-doe") == 12
    assert "… and 18 more turns" in said


def test_the_fall_back_reader_says_so(call, tmp_path):
    """For a site without a reader of its own."""
    body = "".join(f"<p>{LONG} Part {number}: the wall is old and the stars are many.</p>" for number in range(5))
    (tmp_path / "talk.html").write_bytes(write_article(body))
    assert "the fall-back for sites without a reader" in call("add", tmp_path / "talk.html", "--yes", "--speaker", "nobody")[1]


def test_a_missing_page_is_filled_after_the_differences_are_shown(call, corpus, page):
    """The row keeps what it says."""
    with (corpus / "documents.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(make_row(title="Other stars").values())
    code, said = call("add", page, "--yes")
    assert code == 0
    assert "registered 'Other stars', on the page 'Talks on stars'" in said
    (row,) = read_register(corpus)
    assert (row["title"], row["sha256"]) == ("Other stars", hashlib.sha256(page.read_bytes()).hexdigest())
    assert (corpus / "pages/101.html").is_file()


def test_a_page_whose_day_is_not_the_registered_one_is_refused(call, corpus, page):
    """With the cure: a correction."""
    with (corpus / "documents.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(make_row(date="2016-01-01").values())
    code, said = call("add", page, "--yes")
    assert code == 1
    assert "corrections.csv" in said
    assert not list((corpus / "pages").iterdir())


def test_a_folder_of_texts_takes_what_its_names_say(call, corpus, tmp_path):
    """Speaker and day come from the pattern; a file that does not fit lacks them."""
    (tmp_path / "texts").mkdir()
    for name in ("jane_2014-05-03.txt", "max_2015-05-03.txt", "notes.txt"):
        (tmp_path / "texts" / name).write_text(f"{name}\n\n{LONG}\n", encoding="utf-8")
    code, said = call("add", tmp_path / "texts", "--names", "{speaker}_{date}.txt", "--yes")
    assert code == 1
    assert "2 added, 1 refused." in said
    assert [(row["speaker"], row["date"]) for row in read_register(corpus)] == [("jane", "2014-05-03"), ("max", "2015-05-03")]
    code, said = call("add", tmp_path / "texts", "--names", "{speaker", "--yes")
    assert code == 1
    assert "has no field" in said


def test_a_table_adds_its_rows_and_reports_the_bad_ones(call, corpus, tmp_path):
    """Addresses of a known site become its keys."""
    rows = [
        {"doc_id": f"garden_en_{number}", "text": f"Jane Doe: {LONG}\n\n{LONG}", "date": "2017-10-11", "title": f"Talk {number}",
         "url": f"http://en.kremlin.ru/events/president/news/{number}"}
        for number in (101, 102)
    ] + [{"doc_id": "garden_en_103"}]  # fmt: skip
    with gzip.open(tmp_path / "talks.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    code, said = call("add", tmp_path / "talks.jsonl.gz", "--yes")
    assert code == 1
    assert "2 added, 1 refused." in said
    assert [row["page"] for row in read_register(corpus)] == ["kremlin-en-101.json", "kremlin-en-102.json"]


def test_an_address_is_asked_for_at_the_archive_alone(call, corpus):
    """The note says where the page is from; the live site is not asked unless the settings allow it."""
    url = "http://en.kremlin.ru/events/president/news/101"
    body = "".join(f"<p><b>Jane Doe:</b> {LONG}</p>" for _ in range(3))
    with World() as world:
        world.captures[url] = [Capture("20200102030405", Reply(write_page(body)))]
        code, said = call("add", url, "--yes", gate=world.open_gate(ARCHIVE))
        assert code == 0, said
        assert not world.asked("en.kremlin.ru")
    (row,) = read_register(corpus)
    assert row["document_id"] == "kremlin-en-101"
    assert row["note"].startswith("from wayback: ")
    assert "2020-01-02" in row["note"]


def test_without_a_network_an_address_is_one_sentence(call, corpus):
    """And exit code 1; nothing is written."""
    before = take_stock(corpus)

    def fail(host):
        raise OSError("no network")

    with World() as world:
        code, said = call(
            "add", "http://en.kremlin.ru/events/president/news/101", "--yes", gate=world.open_gate(ARCHIVE, resolve=fail)
        )
        assert world.n_connections == 0
    assert code == 1
    assert "save the page in a browser" in said
    assert take_stock(corpus) == before


@pytest.mark.parametrize("url", ["http://10.0.0.1/x", "http://user@example.org/x", "http://example.org:8080/x"])
def test_an_address_that_may_not_be_asked_is_refused(call, url):
    """Before anything is looked up."""
    code, said = call("add", url, "--yes")
    assert code == 1
    assert "REFUSED" in said


def test_a_faulty_register_is_told_before_anything_is_added(call, corpus, page):
    """With file, row and column."""
    with (corpus / "documents.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(make_row(date="yesterday").values())
    code, said = call("add", page, "--yes")
    assert code == 1
    assert re.search(r"documents.csv, row 2, column 'date': 'yesterday'", said)


def test_a_corpus_that_is_not_there_is_told_with_those_that_are(call):
    """So is a name that would lead out of the folder."""
    for name in ("gardn", "../garden"):
        code, said = call("check", "--corpus", name)
        assert code == 1
        assert "there are garden" in said


def test_a_page_that_lies_in_the_pages_folder_keeps_its_name(call, corpus):
    """It is registered where it is, not copied beside itself."""
    (corpus / "pages/my talk.html").write_bytes(write_page(TALK))
    (corpus / "pages/102.html").write_bytes(write_page(TALK, number=102))
    code, said = call("add", corpus / "pages/102.html", corpus / "pages/my talk.html", "--yes")
    assert [row["page"] for row in read_register(corpus)] == ["kremlin-en-101.html", "102.html"], said
    assert code == 0
    assert sorted(path.name for path in (corpus / "pages").iterdir()) == ["102.html", "kremlin-en-101.html", "my talk.html"]


def test_damaged_pages_are_refused_in_a_sentence_each(call, corpus, tmp_path):
    """Cut, overwritten and random bytes: none stops the others."""
    random = Random(1)
    (tmp_path / "bad").mkdir()
    for number in range(40):
        raw = bytearray(write_page(TALK, number=1000 + number))
        for _ in range(60 * (number % 2)):
            raw[random.randrange(len(raw))] = random.randrange(256)
        raw = raw[: random.randrange(len(raw))] if number % 3 else raw
        (tmp_path / "bad" / f"{number:02}.html").write_bytes(raw if number % 5 else random.randbytes(3000))
    code, said = call("add", tmp_path / "bad", "--yes")
    assert code == 1
    added, refused = map(int, re.search(r"(\d+) added, (\d+) refused", said).groups())
    assert added + refused == 40
    assert len(read_register(corpus)) == added


def test_it_runs_without_a_terminal(corpus, page):
    """As a program of its own: nothing is asked, nothing waits."""
    finished = subprocess.run(
        [sys.executable, "-m", "framings.cli", "add", page],
        cwd=corpus, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert "1 added." in finished.stdout
    assert len(read_register(corpus)) == 1


@pytest.mark.skipif(not TABLE.exists(), reason="the shared transcripts are not beside this checkout")
def test_the_99_real_transcripts_are_all_shown(call, corpus):
    """Each with its turns; only of the four without labels it would be asked who speaks, and an answer is proposed."""
    before = take_stock(corpus)
    code, said = call("add", TABLE, "--dry-run", "--yes")
    assert "99 would be added." in said
    assert code == 0
    assert said.count("  id        kremlin-en-") == 99
    assert said.count("  text      ") == 99
    assert said.count("speaker   nobody named") == 4
    assert take_stock(corpus) == before


@pytest.mark.skipif(not SPEECHES.exists(), reason="the shared speeches are not beside this checkout")
def test_the_real_speeches_take_their_speaker_from_their_names(call, tmp_path):
    """Every fifth of them; three numbers in a name are no day, so that one has to be given."""
    (tmp_path / "texts").mkdir()
    for path in sorted(SPEECHES.glob("*.txt"))[::5]:
        (tmp_path / "texts" / path.name).write_bytes(path.read_bytes())
    pattern = ("--names", "{speaker}_{session}_{year}.txt")
    code, said = call("add", tmp_path / "texts", *pattern, "--dry-run", "--yes", "--date", "2001-09-25")
    assert code == 0, said[-500:]
    assert "33 would be added." in said
    assert said.count("its day was not found") == 0
    assert call("add", tmp_path / "texts", *pattern, "--yes")[1].count("  REFUSED") == 33

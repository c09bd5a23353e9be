"""The workflow as a whole: it runs what must run, once. That it gives the same bytes on one core and two: dependability/."""

import os
import shutil

import pandas as pd
import pytest

from framings.schemas import REGISTER
from framings.storage import hash_file

pytestmark = pytest.mark.slow

EVERYTHING_BEHIND_A_FIGURE = {"plot_figures", "run_notebooks", "render_report", "verify_results"}


def test_a_second_run_does_nothing(built):
    """With everything built, snakemake says so and runs no job."""
    assert built.jobs() == set()
    assert "Nothing to be done" in built.run().stderr


def test_an_edit_two_imports_away_reruns_exactly_its_dependants(built):
    """A changed line in the drawing surface, which adapters reach through the figures, reruns figures and what holds them."""
    module = built.folder / "workflow/src/framings/canvas.py"
    before = module.read_text(encoding="utf-8")
    module.write_text(before + "\n# a remark\n", encoding="utf-8")
    try:
        assert built.jobs() == EVERYTHING_BEHIND_A_FIGURE
        assert built.run().returncode == 0
        assert built.jobs() == set()
    finally:
        module.write_text(before, encoding="utf-8")


def test_touching_a_file_reruns_nothing(built):
    """A newer time stamp on an unchanged module or input is no reason to rerun."""
    built.run()
    for path in ("workflow/src/framings/texts.py", "workflow/scripts/segment_turns.py", "data/corpora/demo/speakers.csv"):
        os.utime(built.folder / path)
    assert built.jobs() == set()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("corpsu=demo", "config key 'corpsu' is unknown; did you mean 'corpus'?"),
        ("topics={sedes: 3}", "config key 'topics.sedes' is unknown; did you mean 'topics.seeds'?"),
        ("corpus=eaeu", "no page of the corpus eaeu is in data/corpora/eaeu/pages: get them with snakemake"),
        ("corpus=nowhere", "config key 'corpus': there is no folder data/corpora/nowhere/; known corpora are demo, eaeu, ungdc"),
    ],
)
def test_a_wrong_setting_is_refused_before_any_job(built, wrong, sentence):
    """A misspelt key, an unknown corpus, or one without any page ends the call with one sentence."""
    finished = built.run(config=[wrong])
    assert finished.returncode != 0
    assert sentence in finished.stderr + finished.stdout


@pytest.fixture(scope="module")
def tiny(built):
    """A corpus of six saved pages, one of them changed since it was registered and one of another site, beside one that is missing."""
    folder, simulated = built.folder / "data/corpora/tiny", built.folder / "results/demo/simulated"
    (folder / "pages").mkdir(parents=True)
    for name in ("speakers.csv", "stages.csv", "relevance.csv", "hypotheses.yaml", "README.md"):
        shutil.copy(built.folder / "data/corpora/demo" / name, folder)
    register = pd.read_csv(simulated / "documents.csv", dtype=str, keep_default_na=False).query("language == 'en'").head(6)
    for page in register["page"]:
        shutil.copy(simulated / "pages" / page, folder / "pages")
    pages = [folder / "pages" / page for page in register["page"]]
    pages[1].write_bytes(pages[1].read_bytes() + b"\n")
    pages[2].write_text("<html><article><p>Another site.</p></article></html>", encoding="utf-8")
    pages[3].unlink()
    register.loc[register.index[2], "sha256"] = ""
    register.to_csv(folder / "documents.csv", index=False)
    (folder / "corrections.csv").write_text("document_id,field,value,reason\n", encoding="utf-8")
    return built, folder, list(register["document_id"])


TINY, SPEAKERS = ["corpus=tiny"], ["results/tiny/speakers/00.parquet"]


def test_a_bad_page_costs_no_other(tiny):
    """A page with another hash and a page of another site are refused by name, a missing one is listed, the rest is read."""
    checkout, _, ids = tiny
    finished = checkout.run("--", *SPEAKERS, config=TINY)
    assert finished.returncode == 0, finished.stderr
    documents = pd.read_parquet(checkout.folder / "results/tiny/documents/00.parquet").set_index("document_id")
    assert documents["status"].tolist() == ["parsed", "refused", "refused", "page missing", "parsed", "parsed"]
    assert f"{ids[1]} is left out:" in finished.stderr and "SHA-256" in documents.loc[ids[1], "reason"]
    assert f"{ids[2]} is left out:" in finished.stderr and "no page of an event" in documents.loc[ids[2], "reason"]


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("documents.csv", "-", "-31-", "data/corpora/tiny/documents.csv, row 2, column 'date'"),
        ("speakers.csv", "Ilmar Teskaryn", "Joren Avasko", "data/corpora/tiny/speakers.csv, row"),
        ("stages.csv", "2011-12-31", "2012-12-31", "stages.csv, row 3: stage ST2 shares 2012-01-01 with stage ST1"),
        (
            "corrections.csv",
            "reason\n",
            "reason\nnobody-en-1,title,New,seen\n",
            "corrections.csv, row 2, column 'document_id': 'nobody-en-1'",
        ),
        ("hypotheses.yaml", "test: equivalence", "test: equivalense", "equivalence"),
    ],
)
def test_a_wrong_line_is_refused_before_any_job(tiny, file, old, new, sentence):
    """A wrong day, a name form of two people, overlapping stages or a misspelt test end the call with one sentence; results stay."""
    checkout, folder, _ = tiny
    assert checkout.run("--", *SPEAKERS, config=TINY).returncode == 0
    path = folder / file
    right = path.read_text(encoding="utf-8")
    if file == "documents.csv":
        day = pd.read_csv(path, dtype=str)["date"][0]
        path.write_text(right.replace(day, day[:5] + "31" + day[7:], 1), encoding="utf-8")
    else:
        path.write_text(right.replace(old, new, 1), encoding="utf-8")
    before = (checkout.folder / SPEAKERS[0]).read_bytes()
    try:
        finished = checkout.run("--", *SPEAKERS, config=TINY)
        assert finished.returncode != 0
        assert sentence in finished.stderr
        assert (checkout.folder / SPEAKERS[0]).read_bytes() == before
    finally:
        path.write_text(right, encoding="utf-8")
    assert checkout.jobs("--", *SPEAKERS, config=TINY) == set()


def test_a_new_document_reruns_what_depends_on_it(tiny):
    """The page that was missing is saved: its shard is read again, and nothing that other corpora hold."""
    checkout, folder, ids = tiny
    page = pd.read_csv(folder / "documents.csv", dtype=str).set_index("document_id").loc[ids[3], "page"]
    shutil.copy(checkout.folder / "results/demo/simulated/pages" / page, folder / "pages")
    assert checkout.jobs("--", *SPEAKERS, config=TINY) == {"parse_documents", "segment_turns", "resolve_speakers"}
    assert checkout.run("--", *SPEAKERS, config=TINY).returncode == 0
    documents = pd.read_parquet(checkout.folder / "results/tiny/documents/00.parquet")
    assert documents["status"].value_counts()["parsed"] == 4


def test_a_correction_is_laid_over_what_was_read(tiny):
    """A corrected title stands in the table of documents with what it replaced and why; the page keeps its bytes."""
    checkout, folder, ids = tiny
    page = folder / "pages" / pd.read_csv(folder / "documents.csv", dtype=str)["page"][0]
    before, path = page.read_bytes(), folder / "corrections.csv"
    path.write_text(f"document_id,field,value,reason\n{ids[0]},title,Talks at noon,misprint\n", encoding="utf-8")
    assert checkout.run("--", *SPEAKERS, config=TINY).returncode == 0
    document = pd.read_parquet(checkout.folder / "results/tiny/documents/00.parquet").set_index("document_id").loc[ids[0]]
    assert document["title"] == "Talks at noon"
    assert document["corrected"].startswith("title: ") and document["corrected"].endswith(" → Talks at noon (misprint)")
    assert page.read_bytes() == before


def test_one_more_document_of_5000_reruns_its_shard_alone(built):
    """With 5,000 documents read in five jobs, registering one more reads, segments and resolves a single shard again."""
    folder = built.folder / "data/corpora/crowd"
    (folder / "pages").mkdir(parents=True)
    for name in ("speakers.csv", "stages.csv", "relevance.csv", "hypotheses.yaml", "README.md"):
        shutil.copy(built.folder / "data/corpora/demo" / name, folder)
    (folder / "corrections.csv").write_text("document_id,field,value,reason\n", encoding="utf-8")
    plain = dict.fromkeys(REGISTER.columns, "") | {
        "source": "file",
        "language": "en",
        "date": "2015-01-01",
        "url": "-",
        "title": "-",
    }
    plain |= {"event_type": "other", "seed_document": "no"}
    rows = [plain | {"document_id": f"file-en-{n:04d}", "page": f"{n:04d}.txt"} for n in range(5001)]
    for row in rows:
        (folder / "pages" / row["page"]).write_text(f"Number {row['page']} says nothing of note.", encoding="utf-8")
    targets = [f"results/crowd/speakers/{n:02d}.parquet" for n in range(5)]
    crowd = ["corpus=crowd", "shards=5"]
    pd.DataFrame(rows[:-1]).to_csv(folder / "documents.csv", index=False)
    finished = built.run("--", *targets, config=crowd)
    assert finished.returncode == 0, finished.stderr
    pd.DataFrame(rows).to_csv(folder / "documents.csv", index=False)
    planned = built.run("--dry-run", "--quiet", "host", "--", *targets, config=crowd)
    jobs = [line for line in (planned.stdout + planned.stderr).splitlines() if line.startswith("rule ")]
    assert sorted(jobs) == ["rule parse_documents:", "rule resolve_speakers:", "rule segment_turns:"]


def test_a_deposit_gives_back_the_same_results(tiny):
    """Pages packed for a deposit and fetched from it into an empty folder are byte-identical, and so are the tables read from them."""
    checkout, folder, _ = tiny
    register = pd.read_csv(folder / "documents.csv", dtype=str, keep_default_na=False)
    for row in register.index:  # every page at hand, under the fingerprint it has
        page = folder / "pages" / register["page"][row]
        if not page.exists() or b"Another site" in page.read_bytes():
            shutil.copy(checkout.folder / "results/demo/simulated/pages" / page.name, page)
        register.loc[row, "sha256"] = hash_file(page)
    register.to_csv(folder / "documents.csv", index=False)
    assert checkout.run("--", *SPEAKERS, config=TINY).returncode == 0
    tables = [checkout.folder / f"results/tiny/{name}/00.parquet" for name in ("documents", "paragraphs", "turns", "spans")]
    before = [path.read_bytes() for path in tables]
    pages = {path.name: path.read_bytes() for path in (folder / "pages").iterdir()}
    assert checkout.run("--", "archive", config=TINY).returncode == 0
    deposit = shutil.move(checkout.folder / "results/tiny/archive", checkout.folder / "deposit")
    shutil.rmtree(folder / "pages")
    shutil.rmtree(checkout.folder / "results/tiny")
    settings = f"corpus: tiny\nfetch: {{archives: [{deposit}/tiny-pages.warc.gz], wayback: false}}\n"
    (checkout.folder / "fetch.yaml").write_text(settings, encoding="utf-8")
    fetched = checkout.run("--configfile", "fetch.yaml", "--", "fetch_pages", config=TINY)
    assert fetched.returncode == 0, fetched.stderr
    assert "6 pages fetched (6 from archives)" in fetched.stderr
    assert {path.name: path.read_bytes() for path in (folder / "pages").iterdir()} == pages
    assert checkout.run("--", *SPEAKERS, config=TINY).returncode == 0
    assert [path.read_bytes() for path in tables] == before

"""Replication packages: what goes in, how it is described, and that a rerun finds the one cell that was changed."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
import yaml
from crate_contexts import fill_cache

from framings.cli import main
from framings.datapackages import TABLES, describe_resource, describe_schema, find_contract, list_variables
from framings.package_files import PackageError, check_sums, list_checkout, list_files, read_sums, write_sums, write_zip
from framings.packages import copy_products, describe_sources, say_time
from framings.programs import find_output, list_calls, read_benchmarks
from framings.schemas import Column, Contract
from framings.settings import portable_settings
from framings.verifying import compare_versions, list_differing, tell_cell, tell_difference
from framings.withholding import collect_runs, find_leaks, withhold_texts

ROOT = Path(__file__).resolve().parents[1]
SECRET = "The old wall between the two gardens was built of stone in one summer"
FREE = "A phrase of eight words that many texts share and anyone may print"


def needs(module):
    """Skip a test where a validator is not installed."""
    return pytest.mark.skipif(find_spec(module) is None, reason=f"the validator {module} is not installed (extra `test`)")


@pytest.fixture
def register():
    """A register of two documents, the first of which may not be passed on."""
    return pd.DataFrame(
        {
            "document_id": ["a-1", "b-2"], "source": ["web", "kremlin"], "date": ["2014-05-29", "2015-01-01"],
            "title": ["Walls", "Gardens"], "url": ["http://site.example/1", "http://en.kremlin.ru/2"], "sha256": [None, "0" * 64], "redistribute": ["no", None],
        }
    )  # fmt: skip


# Files ---------------------------------------------------------------------------------------------------------------


def test_the_code_goes_by_the_known_layout_and_leaves_pages_behind(tmp_path):
    """Pages, what was fetched, caches and other corpora stay; a hidden file is none of ours."""
    inside = [
        "Snakefile",
        "workflow/rules/a.smk",
        "data/corpora/x/documents.csv",
        "data/corpora/x/codes/a.csv",
        "profiles/default/config.yaml",
    ]
    outside = [
        "data/corpora/x/pages/1.html", "data/corpora/x/fetched.csv", "data/corpora/y/documents.csv", "results/x/report.html",
        "workflow/src/framings/__pycache__/a.pyc", "workflow/.hidden", "secrets.txt",
    ]  # fmt: skip
    for name in inside + outside:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert list_checkout(tmp_path, "x") == sorted(inside)


def test_the_checkout_s_own_code_is_complete():
    """Every file that git tracks is listed, save tests, benchmarks, other corpora and what serves the repository alone."""
    finished = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        pytest.skip("this checkout is no git repository")
    aside = ("tests/", "benchmarks/", ".", "data/corpora/eaeu/", "data/corpora/ungdc/")
    tracked = {name for name in finished.stdout.splitlines() if not name.startswith(aside) and (ROOT / name).exists()}
    assert tracked <= set(list_checkout(ROOT, "demo"))


def test_sums_name_what_is_absent_and_what_has_changed(tmp_path):
    """And a list with a path out of the package is refused."""
    for name in ("a.txt", "b.txt", "c/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / ".snakemake_timestamp").write_text("", encoding="utf-8")
    write_sums(tmp_path)
    assert sorted(read_sums(tmp_path)) == ["a.txt", "b.txt", "c/d.txt"]
    assert read_sums(tmp_path)["a.txt"] == hashlib.sha256(b"a.txt").hexdigest()
    assert check_sums(tmp_path) == ([], [])
    (tmp_path / "a.txt").unlink()
    (tmp_path / "c/d.txt").write_text("e", encoding="utf-8")
    assert check_sums(tmp_path) == (["a.txt"], ["c/d.txt"])
    (tmp_path / "SHA256SUMS").write_text("0" * 64 + "  ../b.txt\n", encoding="utf-8")
    with pytest.raises(PackageError, match="line 1 is no checksum of a file in the package"):
        read_sums(tmp_path)


def test_equal_folders_give_equal_zip_files(tmp_path):
    """Times of files and the order in which they were made leave no trace."""
    for folder, names in (("one", "ab"), ("two", "ba")):
        (tmp_path / folder / "package").mkdir(parents=True)
        for name in names:
            (tmp_path / folder / "package" / name).write_text(name, encoding="utf-8")
        write_zip(tmp_path / folder / "package", tmp_path / f"{folder}.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "one.zip").namelist() == ["package/a", "package/b"]


# Withholding ---------------------------------------------------------------------------------------------------------


def test_withheld_text_gives_way_to_references_in_every_kind_of_table(register, tmp_path):
    """CSV and Parquet alike; files that quote it are left out; tables without it keep their bytes."""
    results, target = tmp_path / "results", tmp_path / "target"
    (results / "tables").mkdir(parents=True)
    texts = pd.DataFrame({"document_id": ["a-1", "b-2"], "paragraph": [4, 0], "text": [f"{SECRET}. {FREE}", FREE]})
    texts.to_parquet(results / "sentences.parquet")
    texts.to_csv(results / "tables/evidence.csv", index=False)
    texts.drop(columns="text").to_csv(results / "tables/other.csv", index=False)
    texts.assign(quote=texts["text"]).drop(columns="text").to_csv(results / "tables/quotes.csv", index=False)
    texts.assign(found=texts["text"]).drop(columns="text").to_parquet(results / "found.parquet")
    texts[["text"]].to_csv(results / "loose.csv", index=False)
    texts.assign(found=[None, SECRET]).drop(columns="text").to_parquet(results / "own_words.parquet")
    (results / "report.html").write_text(f"<p>{SECRET[:20]}<b>{SECRET[20:]}</b>", encoding="utf-8")
    (results / "phrase.html").write_text(f"<p>{FREE}", encoding="utf-8")
    (results / "numbers.json").write_text(json.dumps({"label": SECRET[:30]}), encoding="utf-8")
    products = list_files(results)
    replaced, leaks = copy_products(results, products, target, register, texts, register.assign(lead=None))
    assert replaced == ["found.parquet", "sentences.parquet", "tables/evidence.csv", "tables/quotes.csv"]
    assert leaks == ["loose.csv", "report.html"]
    left = [name for name in products if name not in leaks]
    assert list_files(target) == left and {"numbers.json", "own_words.parquet", "phrase.html"} < set(left)
    expected = ["[text withheld: http://site.example/1, paragraph 4]", FREE]
    assert pd.read_parquet(target / "sentences.parquet")["text"].tolist() == expected
    assert pd.read_csv(target / "tables/evidence.csv")["text"].tolist() == expected
    assert pd.read_csv(target / "tables/quotes.csv")["quote"].tolist() == expected
    assert (target / "tables/other.csv").read_bytes() == (results / "tables/other.csv").read_bytes()


def test_where_nothing_is_withheld_nothing_is_read(register, tmp_path):
    """No run of words is looked for, the table comes back as it is."""
    texts = pd.DataFrame({"sentence_id": ["a-1:t000:s00"], "text": [SECRET]})
    assert withhold_texts(texts, {}, frozenset()) is texts
    assert withhold_texts(texts, {}, {"b-2"}) is texts
    assert withhold_texts(texts, {"a-1": "http://x.example"}, {"a-1"})["text"].tolist() == ["[text withheld: http://x.example]"]
    assert find_leaks(tmp_path, ["absent.html"], collect_runs([])) == []


def test_seven_words_in_a_row_are_no_leak_and_eight_are(tmp_path):
    """A title may return; a passage may not. In JSON, line breaks between the words change nothing."""
    words = SECRET.split()
    for n_words in (7, 8):
        (tmp_path / f"{n_words}.json").write_text(json.dumps("\n".join(words[:n_words])), encoding="utf-8")
    assert find_leaks(tmp_path, ["7.json", "8.json"], collect_runs([SECRET])) == ["8.json"]


def test_sources_are_counted_by_site(register):
    """With licence, withheld texts and what was read; a simulated corpus has one source."""
    documents = pd.DataFrame({"document_id": ["a-1", "b-2"], "status": ["page missing", "parsed"]})
    facts = describe_sources(register, documents, simulated=False)
    assert [(site["host"], site["n"], site["n_read"], site["n_withheld"], site["n_hashed"]) for site in facts["sites"]] == [
        ("en.kremlin.ru", 1, 1, 0, 1), ("site.example", 1, 0, 1, 0),
    ]  # fmt: skip
    assert facts["sources"][0] == ("en.kremlin.ru", "http://en.kremlin.ru", "CC BY 4.0")
    assert (facts["n_documents"], facts["n_read"], facts["n_withheld"], facts["first"]) == (2, 1, 1, "2014-05-29")
    assert facts["n_unlicensed"] == 0
    assert (
        describe_sources(register.assign(redistribute=None), documents.assign(status="parsed"), simulated=False)["n_unlicensed"]
        == 1
    )
    assert describe_sources(register, documents, simulated=True)["sources"][0][2] == "MIT"


def test_where_pages_lie_is_no_setting_of_a_package():
    """Nor where they are fetched from."""
    assert portable_settings({"corpus": "x", "pages": "/home/me", "fetch": {}, "topics": {}}) == {"corpus": "x", "topics": {}}


# Descriptions --------------------------------------------------------------------------------------------------------


def test_a_schema_says_what_the_contract_says():
    """Types, bounds, values, keys; text that may be empty is not required, a key with empty cells is a unique key."""
    contract = Contract(
        "made", "a row", ("id", "actor"),
        {
            "id": Column("text", "key"), "actor": Column("text", "who", missing=True), "n": Column("int", "how many", low=0),
            "p": Column("number", "share", missing=True, low=0, high=1), "ok": Column("bool", "so"), "kind": Column("text", "sort", values=("x", "y")),
        },
        open_columns="int",
    )  # fmt: skip
    schema = describe_schema(contract, ["id", "actor", "n", "p", "ok", "kind", "RS01"], [["1", "", "2", "", "True", "x", "3"]])
    fields = {field["name"]: field for field in schema["fields"]}
    assert [field["type"] for field in schema["fields"]] == [
        "string",
        "string",
        "integer",
        "number",
        "boolean",
        "string",
        "integer",
    ]
    assert fields["n"]["constraints"] == {"required": True, "minimum": 0}
    assert fields["p"]["constraints"] == {"minimum": 0, "maximum": 1}
    assert fields["kind"]["constraints"] == {"required": True, "enum": ["x", "y"]}
    assert fields["ok"]["trueValues"] == ["True"]
    assert "constraints" not in fields["actor"] and fields["actor"]["description"] == "who"
    assert schema["uniqueKeys"] == [["id", "actor"]] and "primaryKey" not in schema
    filled = describe_schema(contract, ["id", "actor"], [["1", "a"]])
    assert filled["primaryKey"] == ["id", "actor"]


def test_remarks_above_a_heading_are_told_as_such(tmp_path):
    """A kept file may begin with what it was made from."""
    (tmp_path / "words.csv").write_text("# design 00ff\nactor_id,year,n_documents,n_words\na,2014,1,9\n", encoding="utf-8")
    resource = describe_resource(tmp_path, "words.csv")
    assert resource["dialect"] == {"commentChar": "#", "headerRows": [2]}
    assert [field["name"] for field in resource["schema"]["fields"]] == ["actor_id", "year", "n_documents", "n_words"]


def test_variables_list_shards_once_and_open_columns_as_one():
    """A row a column, in words that the contracts have."""
    rows = list_variables(
        ["results/turns/00.parquet", "results/turns/01.parquet", "results/tallies/dictionary.parquet", "results/report.html"]
    )
    assert rows[0][:3] == ["results/turns/{shard}.parquet", "document_id", "text"]
    assert sum(row[1] == "document_id" for row in rows) == 2
    assert ["results/tallies/dictionary.parquet", "{code}", "number"] in [row[:3] for row in rows]


def test_programs_are_found_by_their_lines():
    """The line that writes an output, the functions that are called, where they are defined: read from the files themselves."""
    script = "workflow/scripts/assess_hypotheses.py"
    lines = (ROOT / script).read_text(encoding="utf-8").splitlines()
    assert "output.left_out" in lines[find_output(ROOT, script, "left_out") - 1]
    line, function, place = list_calls(ROOT, script)[-1]
    assert "assess_hypotheses(" in lines[line - 1] and function == "framings.assessments.assess_hypotheses"
    path, number = place.split(":")
    assert (ROOT / path).read_text(encoding="utf-8").splitlines()[int(number) - 1].startswith("def assess_hypotheses(")


def test_benchmarks_are_summed_over_jobs(tmp_path):
    """Seconds add up, memory is the most; what Snakemake could not measure counts nothing; rules never run are absent."""
    (tmp_path / "fit/x").mkdir(parents=True)
    (tmp_path / "fit/x/0.tsv").write_text("s\tmax_rss\n1.5\t100.0\n", encoding="utf-8")
    (tmp_path / "fit/x/1.tsv").write_text("s\tmax_rss\n2.0\tNA\n", encoding="utf-8")
    assert read_benchmarks(tmp_path, "x", ["fit", "never"]) == [("fit", 2, 3.5, 100.0)]
    assert say_time(3.5) == "about 4 seconds"


# Verifying -----------------------------------------------------------------------------------------------------------


def test_the_first_differing_cell_is_that_of_the_first_row():
    """Rows go before columns; missing cells are equal; lengths, columns and types are told where cells are equal."""
    ours = pd.DataFrame({"a": [1.0, None, 3.0], "b": ["x", "y", "z"]})
    theirs = pd.DataFrame({"a": [1.0, None, 4.0], "b": ["x", "w", "z"]})
    assert tell_cell(ours, theirs) == "row 3, column 'b': the package has 'y', the new run 'w'"
    assert tell_cell(ours, ours.head(2)) == "row 4: the package has 3 rows, the new run 2; those before are equal"
    assert "the package has the columns a, b; the new run a" in tell_cell(ours, ours[["a"]])
    assert tell_cell(ours[["b"]], ours[["b"]].astype("category")) == "column 'b': another type"
    assert tell_cell(ours, ours.copy()) == "the same cells, written in other bytes"
    assert (
        tell_cell(ours.assign(a=[1, 2, None]), ours.assign(a=[1, 2, 5]))
        == "row 4, column 'a': the package has nan, the new run 5"
    )


def test_other_files_are_told_by_line_or_name(tmp_path):
    """A text by its line, a picture as a whole, a file in one package alone by which."""
    for folder, text in (("one", "a\nb\n"), ("two", "a\nc\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.html").write_text(text, encoding="utf-8")
        (tmp_path / folder / "x.png").write_text(text, encoding="utf-8")
    (tmp_path / "one/only.csv").write_text("n\n", encoding="utf-8")
    (tmp_path / "one/README.md").write_text("took 3 s\n", encoding="utf-8")
    told = {name: tell_difference(tmp_path / "one" / name, tmp_path / "two" / name) for name in ("x.html", "x.png", "only.csv")}
    assert told == {"x.html": "line 2 differs", "x.png": "its bytes differ", "only.csv": "in the package alone"}
    for folder in ("one", "two"):
        write_sums(tmp_path / folder)
    assert list_differing(tmp_path / "one", tmp_path / "two") == ["only.csv", "x.html", "x.png"]


def test_versions_are_compared_with_the_lock():
    """The lock of this project is what is installed, or each difference is named with both versions."""
    lock = "pandas==0.1 \\\n    --hash=sha256:00\nwin-only==1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    assert compare_versions(lock) == {"pandas": ("0.1", pd.__version__)}


def test_what_is_no_package_is_refused_in_a_sentence(tmp_path, capsys):
    """A file that is no zip, a folder without sums, a zip of something else."""
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("package/a", "x")
    for name, sentence in (
        ("a.txt", "neither a folder nor a zip"),
        ("empty", "has no SHA256SUMS"),
        ("b.zip", "holds no folder with SHA256SUMS"),
    ):
        assert main(["verify", str(tmp_path / name)]) == 1
        assert sentence in capsys.readouterr().err


def test_a_changed_file_and_pages_that_are_none_are_told_before_anything_is_run(tmp_path, capsys):
    """One file of two *is* not as listed; a folder of pages that is not there is named."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "settings.yaml").write_text("corpus: demo\n", encoding="utf-8")
    (folder / "a.csv").write_text("code\n", encoding="utf-8")
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in ("a.csv", "settings.yaml")]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    assert main(["verify", str(folder), "--pages", str(tmp_path / "nowhere")]) == 1
    assert "nowhere is no folder" in capsys.readouterr().err
    (folder / "a.csv").write_text("kode\n", encoding="utf-8")
    assert main(["verify", str(folder)]) == 1
    assert "1 of 2 files is not as the package was made; get it again. Nothing was run." in capsys.readouterr().out


# A package of the small simulated corpus -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def package(built):
    """The package of the small simulated corpus, folder and zip file beside it."""
    finished = built.run("--", "package")
    assert finished.returncode == 0, finished.stderr
    return built.folder / "results/demo/package"


@pytest.mark.slow
def test_every_table_of_a_package_has_its_contract(package):
    """None is described by its heading alone, and variables.csv has all columns that stand in them."""
    names = [name for name in list_files(package) if name.endswith((".csv", ".parquet"))]
    assert [name for name in names if find_contract(name) is None] == []
    assert all(contract.columns for contract in TABLES.values())
    described = {(row["table"], row["column"]) for row in csv.DictReader((package / "variables.csv").open(encoding="utf-8"))}
    for name in [name for name in names if name.startswith("results/tables/")]:
        contract = find_contract(name)
        heading = pd.read_csv(package / name, nrows=0).columns
        assert {(name, column) for column in heading if contract.open_columns is None or column in contract.columns} <= described


@pytest.mark.slow
def test_a_package_holds_products_and_no_page(package):
    """All products of the checksum list, all tables in between, the code; no raw page, no path of the machine."""
    names = set(list_files(package))
    listed = [line.split("  ")[1] for line in (package / "results/checksums.txt").read_text(encoding="utf-8").splitlines()]
    assert {f"results/{name}" for name in listed} <= names
    assert {
        "results/assessments.parquet",
        "results/topics/shares.parquet",
        "code/Snakefile",
        "code/data/reference/codebook.yaml",
    } <= names
    assert not [name for name in names if "/pages/" in name]
    assert "pages" not in yaml.safe_load((package / "settings.yaml").read_text(encoding="utf-8"))
    readme = (package / "README.md").read_text(encoding="utf-8")
    rules = (package / "code/workflow/rules/estimates.smk").read_text(encoding="utf-8").splitlines()
    line = rules.index("rule assess_hypotheses:") + 1
    assert f"`tables/assessments.csv` | `assess_hypotheses` | `workflow/rules/estimates.smk:{line}`" in readme
    assert "The texts of this corpus are simulated" in readme and "| `fit_topics` | 2 |" in readme
    machine = str(package.parents[2])
    assert not [
        name
        for name in names
        if name.endswith((".md", ".json", ".yaml", ".csv", ".html")) and machine in (package / name).read_text("utf-8")
    ]


@pytest.mark.slow
@needs("frictionless")
def test_the_data_package_is_valid_and_a_wrong_cell_is_found(package, tmp_path):
    """`frictionless validate datapackage.json` ends with 0, and with 1 once a share is above 1."""
    copy = tmp_path / "package"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("*.parquet", "*.html"))
    call = [sys.executable, "-m", "frictionless", "validate", "datapackage.json"]
    finished = subprocess.run(call, cwd=copy, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout
    table = pd.read_csv(copy / "results/tables/prevalence.csv", dtype=str, keep_default_na=False)
    table.loc[0, "share"] = "1.5"
    table.to_csv(copy / "results/tables/prevalence.csv", index=False)
    finished = subprocess.run(call, cwd=copy, capture_output=True, text=True, check=False)
    assert finished.returncode == 1 and "maximum" in finished.stdout


@pytest.mark.slow
@needs("rocrate_validator")
def test_the_crate_fails_no_required_check(package, tmp_path):
    """Of RO-Crate 1.1 and of the profile Workflow RO-Crate 1.0, without network."""
    fill_cache(tmp_path / "cache")
    call = [
        sys.executable,
        "-c",
        "from rocrate_validator.cli import cli; cli()",
        "-y",
        "validate",
        str(package),
        "-p",
        "workflow-ro-crate",
        "-l",
        "required",
    ]
    call += [
        "--offline",
        "--cache-path",
        str(tmp_path / "cache"),
        "--no-paging",
        "-f",
        "json",
        "-o",
        str(tmp_path / "report.json"),
    ]
    finished = subprocess.run(call, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["passed"] and report["issues"] == []


@pytest.mark.slow
def test_sums_of_a_zip_are_checked_without_a_run(package, capsys):
    """Exit code 0; with a byte more in one file 1 and its name."""
    assert main(["verify", str(package.with_suffix(".zip")), "--no-run"]) == 0
    assert "have the checksums that the package lists" in capsys.readouterr().out
    target = package / "results/numbers.json"
    before = target.read_bytes()
    target.write_bytes(before + b" ")
    try:
        assert main(["verify", str(package), "--no-run"]) == 1
    finally:
        target.write_bytes(before)
    assert "results/numbers.json: not the file that SHA256SUMS lists" in capsys.readouterr().out


@pytest.mark.slow
def test_a_rerun_names_the_one_changed_cell_and_nothing_else(package, tmp_path, capfd):
    """File, row, column and both values; every other file comes out of the packaged code again, byte by byte."""
    copy = tmp_path / "package"
    shutil.copytree(package, copy)
    path = copy / "results/tables/prevalence.csv"
    rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
    column = rows[0].index("n_documents")
    row, old = 41, rows[40][column]
    rows[40][column] = "99"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    write_sums(copy)
    assert main(["verify", str(copy), "--any-versions", "--cores", "2"]) == 1
    said = capfd.readouterr().out
    sentence = f"4. results/tables/prevalence.csv: row {row}, column 'n_documents': the package has '99', the new run {old!r}"
    assert sentence in said
    assert "more files differ" not in said

"""What is known of a deposit: the same pages give the same bytes, everything can be checked, and nothing is lost on the way back."""

import gzip
import hashlib
import subprocess

import pandas as pd
import pytest
import yaml
from made_pages import write_page
from warcio.archiveiterator import ArchiveIterator

from framings.archives import find_pages
from framings.packing import pack_archive
from framings.schemas import REGISTER
from framings.storage import read_hand_table


@pytest.fixture
def corpus(tmp_path):
    """A register of four documents, three of which have a page of a different kind, and the folder of pages."""
    pages = tmp_path / "pages"
    pages.mkdir()
    raws = {
        "101.html": write_page("<p>On\u00a0stars.</p>"),
        "102.pdf": b"%PDF-1.4\r\n\r\nWARC/1.0\r\n\x00\xff",
        "103.json": b'{"text":"x"}\n',
    }
    for name, raw in raws.items():
        (pages / name).write_bytes(raw)
    rows = [
        {
            "document_id": f"kremlin-en-{name.split('.')[0]}",
            "page": name,
            "sha256": hashlib.sha256(raw).hexdigest() if name == "101.html" else "",
        }
        for name, raw in [*raws.items(), ("104.html", b"")]
    ][::-1]
    common = {
        "source": "kremlin",
        "language": "en",
        "title": "Talks, \u201con\u201d stars",
        "place": "",
        "speaker": "",
        "event_type": "other",
    }
    table = pd.DataFrame(
        [common | row | {"date": "2010-01-0" + row["page"][2], "seed_document": "no", "note": ""} for row in rows]
    )
    table["url"] = "http://en.kremlin.ru/events/president/news/" + table["page"].str[:3]
    table.loc[table["page"] == "103.json", "url"] = "file:talks of 2010.csv/103"
    table[list(REGISTER.columns)].to_csv(tmp_path / "documents.csv", index=False)
    return tmp_path


def pack(corpus, name="deposit"):
    """Pack the corpus into a folder; return the folder and the number of pages."""
    return corpus / name, pack_archive(corpus / "documents.csv", corpus / "pages", "stars", corpus / name)


def read_warc(folder):
    """Return the bytes of the pages packed."""
    return (folder / "stars-pages.warc.gz").read_bytes()


def test_equal_pages_give_equal_bytes(corpus):
    """Packing twice gives the same files byte by byte; with the register's rows in another order, the same pages."""
    first, n_pages = pack(corpus, "first")
    second, _ = pack(corpus, "second")
    assert n_pages == 3
    assert sorted(path.name for path in first.iterdir()) == [
        "README.md",
        "SHA256SUMS",
        "documents.csv",
        "rebuild.yaml",
        "stars-pages.warc.gz",
    ]
    assert all(path.read_bytes() == (second / path.name).read_bytes() for path in first.iterdir())
    assert (first / "documents.csv").read_bytes() == (corpus / "documents.csv").read_bytes()
    heading, *rows = (corpus / "documents.csv").read_text().splitlines(keepends=True)
    (corpus / "documents.csv").write_text(heading + "".join(rows[::-1]))
    assert read_warc(pack(corpus, "third")[0]) == read_warc(first)


def test_the_deposit_can_be_checked(corpus):
    """``sha256sum -c`` passes on every file, fails once a byte has changed, and warcio finds every digest right."""
    folder, _ = pack(corpus)
    call = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(call, cwd=folder, capture_output=True, text=True).stdout.count(": OK") == 4
    with (folder / "stars-pages.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file, check_digests=True):
            record.content_stream().read()
            assert record.digest_checker.passed
    (folder / "documents.csv").write_bytes(b"x")
    assert subprocess.run(call, cwd=folder, capture_output=True).returncode != 0


def test_the_pages_come_back_byte_by_byte(corpus):
    """Every page of whatever kind comes back from the deposit's folder and its WARC as it was, with its address and its day."""
    folder, _ = pack(corpus)
    wanted = read_hand_table(corpus / "documents.csv", REGISTER).to_dict("records")
    for place in (folder, folder / "stars-pages.warc.gz"):
        faults = []
        found = dict(find_pages(place, wanted, faults=faults))
        assert faults == [] and sorted(found) == ["kremlin-en-101", "kremlin-en-102", "kremlin-en-103"]
        for path in (corpus / "pages").iterdir():
            page = found[f"kremlin-en-{path.stem}"]
            assert page.raw == path.read_bytes() and page.address.endswith(f"/{path.stem}")
            assert page.time == f"2010-01-0{path.stem[-1]}T00:00:00Z"


def test_each_record_names_its_page(corpus):
    """Every record holds one page as a resource: its file name, its media type, its SHA-256, and an id that two pages never share."""
    folder, _ = pack(corpus)
    with (folder / "stars-pages.warc.gz").open("rb") as file:
        headers = [record.rec_headers for record in ArchiveIterator(file)]
    said = [tuple(head.get_header(name) for name in ("WARC-Type", "WARC-Filename", "Content-Type")) for head in headers]
    assert said == [
        ("resource", "101.html", "text/html"),
        ("resource", "102.pdf", "application/pdf"),
        ("resource", "103.json", "application/json"),
    ]
    assert len({head.get_header("WARC-Record-ID") for head in headers}) == 3
    assert all(head.get_header("WARC-Payload-Digest").startswith("sha256:") for head in headers)


def test_the_deposit_explains_itself(corpus):
    """Its README says what is in it, under which terms, how to check it and how to rebuild from it; its settings name nothing else."""
    folder, _ = pack(corpus)
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "3 pages of 4 registered documents, 2010-01-01 to 2010-01-04" in text
    assert "## Licence" in text and "sha256sum -c SHA256SUMS" in text
    assert "    snakemake --cores 1 fetch_pages --configfile deposit/rebuild.yaml && \\\n" in text
    settings = yaml.safe_load((folder / "rebuild.yaml").read_text(encoding="utf-8"))
    assert settings == {"corpus": "stars", "fetch": {"archives": ["deposit"], "wayback": False, "live": False}}


def test_a_page_that_is_not_the_one_registered_is_not_packed(corpus):
    """A page with another SHA-256 than the register's stops the packing with a sentence, and leaves no deposit behind."""
    (corpus / "pages" / "101.html").write_bytes(b"another")
    with pytest.raises(ValueError, match=r"kremlin-en-101: 101\.html is not the page registered"):
        pack(corpus)
    assert not list(corpus.glob("*deposit*"))


def test_page_names_lead_nowhere_else(corpus):
    """A page name that leads out of the pages folder is not packed, whatever lies there."""
    (corpus / "secret.html").write_bytes(b"secret")
    table = (corpus / "documents.csv").read_text()
    (corpus / "documents.csv").write_text(table.replace("102.pdf", "../secret.html"))
    folder, n_pages = pack(corpus)
    assert n_pages == 2 and b"secret" not in gzip.decompress(read_warc(folder))


def test_a_corpus_without_pages_is_not_packed(corpus):
    """Where no page is at hand there is no deposit, but a sentence that says what to do."""
    for path in (corpus / "pages").iterdir():
        path.unlink()
    with pytest.raises(ValueError, match="get the pages first"):
        pack(corpus)
    assert not list(corpus.glob("*deposit*"))

"""A small corpus in a folder of its own, with words and people of our own, for the tests of what is done to a corpus."""

import csv
import io
import shutil
from pathlib import Path

from framings.schemas import REGISTER

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = """speaker_id,name,forms,office,start,end,actor_id,country,source
jane-doe,Jane Doe,Джейн Доу,President of Oldtown,2010-01-01,,TESKARIN,Oldtown,invented
max-roe,Max Ray Roe,,Mayor of Newtown,2010-01-01,2030-12-31,AVASKO,Newtown,invented
"""
TALK = (
    "<p><b>Jane Doe:</b> The garden is large, and each year we plant another row of apple trees along its wall.</p>"
    "<p><b>Mayor of Newtown Max Ray Roe:</b> We bring the water, and we bring the salt.</p><p><b>Max Rau:</b> So do I.</p>"
)


def write_corpus(root, rows=(), name="garden", heading=True):
    """Write a project with one corpus under ``root`` and return the corpus's folder; ``rows`` are dicts of the register."""
    for path in ("workflow/schemas/config.schema.yaml", "data/reference/codebook.yaml"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, root / path)
    folder = root / "data/corpora" / name
    (folder / "pages").mkdir(parents=True)
    (root / "config.yaml").write_text(f"corpus: {name}\nlanguage: en\n", encoding="utf-8")
    for file in ("stages.csv", "relevance.csv", "hypotheses.yaml", "registrations.csv", "speakers.csv"):
        shutil.copy(ROOT / "data/corpora/demo" / file, folder / file)
    with (folder / "speakers.csv").open("a", encoding="utf-8") as file:
        file.write(PEOPLE.partition("\n")[2])
    (folder / "README.md").write_text(f"# The {name}\n", encoding="utf-8")
    (folder / "corrections.csv").write_text("document_id,field,value,reason\n", encoding="utf-8")
    (folder / "documents.csv").write_bytes(write_register(rows) if heading else b"")
    return folder


def write_register(rows, end="\n"):
    """Return the bytes of a register with these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(REGISTER.columns), lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def make_row(number=101, **cells):
    """Return a row of the register for the page of that number."""
    row = {
        "document_id": f"kremlin-en-{number}", "source": "kremlin", "language": "en", "date": "2017-10-11",
        "url": f"http://en.kremlin.ru/events/president/news/{number}", "title": "Talks on stars", "place": "", "speaker": "",
        "event_type": "bilateral", "page": f"{number}.html", "sha256": "", "seed_document": "no", "note": "",
    }  # fmt: skip
    return {name: (row | cells)[name] for name in REGISTER.columns}


def read_register(folder):
    """Return the rows of a corpus's register as dicts."""
    with (folder / "documents.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def take_stock(folder):
    """Return the bytes of all files under a folder, by their paths."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

"""Write the pages of docs/ that come from elsewhere: settings, tables, commands, assumptions, the codebook, a preregistration, references."""

import os
import re
from pathlib import Path

import yaml

from framings.cli import build_parser
from framings.codebook import read_codebook
from framings.codebook_pages import render_codebook
from framings.guide import describe_commands
from framings.inputs import read_corpus, read_title
from framings.literature import read_literature, render_literature
from framings.preregistrations import render_preregistration
from framings.registrations import read_registrations
from framings.settings import complete_settings, describe_settings
from framings.table_pages import describe_tables

ROOT = Path(__file__).resolve().parents[1]
REMARK = re.compile(r"^[ ]*(?:# )?ASSUME: (?P<first>.+)\n(?P<rest>(?:^[ ]*# (?!ASSUME).+\n)*)", re.M)


def collect_assumptions():
    """Return the page that lists every assumption marked in the library, with the module that makes it."""
    lines = [
        "# Assumptions",
        "",
        "Collected from the marks `ASSUME:` in the library by `make docs`.",
        "",
        "| module | assumption |",
        "| --- | --- |",
    ]
    library = ROOT / "workflow/src/framings"
    for path in sorted(library.rglob("*.py")):
        for found in REMARK.finditer(path.read_text(encoding="utf-8")):
            rest = " ".join(line.strip().removeprefix("# ") for line in found["rest"].splitlines())
            text = f"{found['first'].strip()} {rest}".strip().replace("|", "\\|").replace("<", "&lt;")
            lines.append(f"| `{path.relative_to(library)}` | {text} |")
    return "\n".join(lines) + "\n"


def preregister(corpus, schema):
    """Return the preregistration of a corpus, with the settings of config.yaml."""
    folder = ROOT / "data/corpora" / corpus
    known, stages, codebook, hypotheses = read_corpus(folder, ROOT / "data/reference/codebook.yaml")
    title = read_title(folder)
    config = complete_settings(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")), schema)
    registrations = read_registrations(folder / "registrations.csv")
    template = (ROOT / "docs/preregistration.md.j2").read_text(encoding="utf-8")
    return render_preregistration(template, title, hypotheses, codebook, stages, known, config, registrations)


def write_pages():
    """Return the generated pages by file name."""
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
    codebook = read_codebook((ROOT / "data/reference/codebook.yaml").read_text(encoding="utf-8"))
    template = (ROOT / "docs/codebook.html.j2").read_text(encoding="utf-8")
    os.environ["COLUMNS"] = "120"  # argparse wraps at the width of the terminal
    return {
        "config.md": describe_settings(schema),
        "tables.md": describe_tables(ROOT / "workflow/src/framings", ROOT / "workflow/rules"),
        "cli.md": describe_commands(build_parser()),
        "assumptions.md": collect_assumptions(),
        "codebook.html": render_codebook(template, codebook),
        "preregistration.md": preregister("eaeu", schema),
        "references.md": render_literature(
            read_literature((ROOT / "data/reference/references.yaml").read_text(encoding="utf-8"))
        ),
    }


if __name__ == "__main__":
    for name, page in write_pages().items():
        (ROOT / "docs" / name).write_text(page, encoding="utf-8")

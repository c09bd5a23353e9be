"""Pages that come from elsewhere are up to date, and links between pages lead somewhere."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "docs"))

from write_pages import write_pages  # noqa: E402 - docs/ is no package

from framings.cli import build_parser  # noqa: E402
from framings.guide import GROUPS, list_commands  # noqa: E402

GENERATED = ["config.md", "tables.md", "cli.md", "assumptions.md", "codebook.html", "preregistration.md"]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")]
)


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_up_to_date(name):
    """`make docs` writes the page as it stands; of the commands' help only line breaks may differ, by the version of Python."""
    page, written = (ROOT / "docs" / name).read_text(encoding="utf-8"), write_pages()[name]
    assert page == written if name != "cli.md" else page.split() == written.split()


def test_every_mark_of_an_assumption_is_collected():
    """As many assumptions are listed as are marked in the library."""
    marks = sum(
        len(re.findall(r"ASSUME: ", path.read_text(encoding="utf-8"))) for path in (ROOT / "workflow/src/framings").rglob("*.py")
    )
    assert write_pages()["assumptions.md"].count("\n| `") == marks


def list_anchors(text):
    """Return the anchors of a page in Markdown: its headings as GitHub spells them."""
    headings = re.findall(r"^#+ +(.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings_that_exist(page):
    """A relative link names a file of the project, and after # a heading in it."""
    path = ROOT / page
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in list_anchors(target.read_text(encoding="utf-8")), link


def test_every_page_is_reached_from_the_index():
    """docs/README.md leads to every page of docs/."""
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def test_pages_name_only_commands_that_exist():
    """`framings WORD` in a how-to or the README is a command, or one that the guide already knows a place for."""
    known = set(list_commands(build_parser())) | {name for names in GROUPS.values() for name in names} | {"COMMAND"}
    named = set()
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        named |= set(re.findall(r"(?:bin/|`|^  )framings ([a-z]+)\b", path.read_text(encoding="utf-8"), re.M))
    assert named <= known

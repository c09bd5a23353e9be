"""Pages that come from elsewhere are up to date, and links between pages lead somewhere."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "docs"))

from write_pages import write_pages  # noqa: E402 - docs/ is no package


@pytest.mark.parametrize("name", ["config.md", "assumptions.md", "codebook.html", "preregistration.md"])
def test_a_generated_page_is_up_to_date(name):
    """`make docs` writes the page as it stands."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == write_pages()[name]


def test_every_mark_of_an_assumption_is_collected():
    """As many assumptions are listed as are marked in the library."""
    marks = sum(
        len(re.findall(r"ASSUME: ", path.read_text(encoding="utf-8"))) for path in (ROOT / "workflow/src/framings").rglob("*.py")
    )
    assert write_pages()["assumptions.md"].count("\n| `") == marks


@pytest.mark.parametrize("page", sorted(path.name for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]))
def test_links_lead_to_files_that_exist(page):
    """A relative link in a page names a file of the project."""
    path = next(folder / page for folder in (ROOT, ROOT / "docs") if (folder / page).exists())
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []

"""The list of works is read as written, and refused in one sentence that names the entry."""

import pytest

from framings.literature import LiteratureError, read_literature, render_literature

ONE = '- {id: a1, cite: "A 2001", text: "A. (2001). B."}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE + ONE, "references.yaml, entry 2: the id 'a1' stands twice; give it another"),
        ("- {id: a1, cite: A}", "references.yaml, entry 1: text is missing or no text; write it"),
        ("- {id: a1, cite: 2001, text: B}", "references.yaml, entry 1: cite is missing or no text; write it"),
        (
            '- {id: a, cite: A, text: B, url: "x"}',
            "references.yaml, entry 1: unknown key 'url'; an entry takes id, cite, text, doi",
        ),
        ("just words", "references.yaml, entry 1: id is missing or no text; write it"),
        ("- {id: a", "references.yaml cannot be read"),
        ("- {id: a, id: b}", "references.yaml cannot be read"),
    ],
)
def test_a_wrong_entry_is_named(text, said):
    """What, where, what to do."""
    with pytest.raises(LiteratureError, match=f"^{said}"):
        read_literature(text)


def test_works_stand_in_the_order_of_authors_with_their_doi_as_a_link():
    """The order of the file does not matter to the list."""
    works = read_literature('- {id: z, cite: Z, text: "Zed. C.", doi: 10.1/x}\n' + ONE)
    assert list(works) == ["z", "a1"]
    lines = render_literature(works).splitlines()[-2:]
    assert lines == ["- A. (2001). B.", "- Zed. C. [doi:10.1/x](https://doi.org/10.1/x)"]

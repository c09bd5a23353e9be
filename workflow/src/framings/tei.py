"""TEI: documents as XML of the Text Encoding Initiative, laid out as ParlaMint lays out debates.

A document is a ``<TEI>`` file: turns are ``<u who>``, their paragraphs ``<seg>``, sentences ``<s>``; labels, read-outs and headings are
notes, stage directions ``<kinesic>`` or ``<incident>``, marks of omission ``<gap>``. Codes stand off in ``<spanGrp type="frames">``,
one a coder and version of the codebook. The root ``<teiCorpus>`` holds who speaks, with the days of office, what the codes mean and who
coded, and includes the documents. Elements and attributes are those of TEI P5; ParlaMint's own schema asks for more that these pages do
not say (meetings, sex, parties) and knows no codes. Text is escaped, and what XML cannot hold is removed.
"""

import re
from collections import defaultdict
from itertools import groupby
from urllib.parse import quote

import pandas as pd

from framings.coder_names import explain_codes
from framings.redistribution import read_host
from framings.references import NO_CODE, keep_unshifted
from framings.schemas import CODES

NAMESPACE = "http://www.tei-c.org/ns/1.0"
TABLES = ("documents", "paragraphs", "turns", "speakers", "spans", "sentences", "codes")  # in the order of encode_documents
SPOKEN = ("speech", "question")
WITHHELD_SENTENCE = '<gap reason="withheld"/>'
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
NO_NAME = re.compile(r"[^\w.-]")
MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
GESTURES = {"applause": r"applause|аплодисмент", "laughter": r"laugh|смех|сме[её]тся", "smiling": r"smil|улыба"}
GESTURES = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in GESTURES.items()}
KINDS = {"speech": "speech of a named speaker", "question": "question of somebody whom the page does not name"}


SAYINGS = {
    "dictionary": explain_codes("dictionary"),
    "language_model": "Codes by language model, not validated by human coders.",
    "classifier": explain_codes("trained"),
    "simulation_truth": "Codes made from those that were planted in the simulated text.",
}


class TeiError(ValueError):
    """The corpus cannot be written as TEI; the message is one plain sentence."""


def escape_xml(text):
    """Return ``text`` as it may stand in XML, in an element or between quotation marks.

    >>> escape_xml("a < b & \\x0bc")
    'a &lt; b &amp; c'
    """
    return NO_XML.sub("", text).translate(MARKUP)


def name_element(key):
    """Return a key of the tables as an xml:id, which holds no colon and begins with a letter.

    >>> name_element("kremlin-en-55819:t004:s02"), name_element("2010.a")
    ('kremlin-en-55819.t004.s02', 'd.2010.a')
    """
    name = NO_NAME.sub("_", key.replace(":", "."))
    return name if name[:1].isalpha() else f"d.{name}"


def name_coder(coder):
    """Return the xml:id of a coder."""
    return f"coder.{NO_NAME.sub('_', coder)}"


def gather_codes(dictionary, coded, sentences):
    """Return CODES of these sentences by the dictionary and by the coders of ``coded`` (tables CODED), as far as they read today's text."""
    known = set(sentences["sentence_id"])
    given = [table[table["sentence_id"].isin(known) & table["code"].ne(NO_CODE)] for table in coded]
    kept = [keep_unshifted(table, sentences[sentences["sentence_id"].isin(table["sentence_id"])])[0] for table in given]
    return pd.concat([dictionary, *(table[list(CODES.columns)] for table in kept)], ignore_index=True)


# The root ----------------------------------------------------------------------------------------------------------


def encode_corpus(title, documents, known, codebook, coders, simulated=False, n_withheld=0):
    """Return the ``teiCorpus`` as text, which includes ``documents/<document_id>.xml`` of each of ``documents`` (ids, in order).

    ``known`` is KNOWN_SPEAKERS, ``codebook`` a Codebook, ``coders`` {coder_id: kind of coder}. Raises ``TeiError`` where
    a document, a speaker, a code or a coder would have the xml:id of another.
    """
    persons = list(dict.fromkeys(known["speaker_id"]))
    codes = [*codebook.codes["code"], *codebook.composites]
    names = [name_element(key) for key in [*documents, *persons, *codes]] + [name_coder(key) for key in coders]
    twice = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else ()
    if twice:
        raise TeiError(f"the xml:id {min(twice)!r} would stand for two things; rename the document, the speaker or the coder")
    responsible = "".join(_encode_coder(coder, kind) for coder, kind in sorted(coders.items()))
    note = (
        "The texts are simulated; no real person said any of this." if simulated else "The transcripts belong to their sources."
    )
    note += f" The text of {n_withheld} documents may not be passed on and is left out." if n_withheld else ""
    include = "\n".join(f'<xi:include href="documents/{quote(key)}.xml"/>' for key in documents)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<teiCorpus xmlns="{NAMESPACE}" xmlns:xi="http://www.w3.org/2001/XInclude" xml:lang="en">\n'
        f"<teiHeader>\n<fileDesc>\n<titleStmt><title>{escape_xml(title)}</title>\n{responsible}</titleStmt>\n"
        f'<extent><measure unit="documents" quantity="{len(documents)}">{len(documents)} documents</measure></extent>\n'
        "<publicationStmt><authority>Written by the framings workflow</authority><availability><p>"
        f"{note} The licence of each text stands in its header.</p></availability></publicationStmt>\n"
        "<sourceDesc><p>Transcripts named in the headers of the documents.</p></sourceDesc>\n</fileDesc>\n"
        f"<encodingDesc>\n<projectDesc><p>{escape_xml(codebook.what_is_measured)}</p></projectDesc>\n<classDecl>\n"
        f"{_encode_kinds()}{_encode_codebook(codebook)}</classDecl>\n</encodingDesc>\n"
        f"<profileDesc>\n<particDesc>\n<listPerson>\n{_encode_persons(known)}</listPerson>\n</particDesc>\n</profileDesc>\n"
        f"</teiHeader>\n{include}\n</teiCorpus>\n"
    )


def _encode_coder(coder, kind):
    """Return who a coder is and what the codes are."""
    about = f"gave codes ({kind.replace('_', ' ')}): {SAYINGS.get(kind, 'Codes given by a reader.')}"
    return f'<respStmt xml:id="{name_coder(coder)}"><resp>{escape_xml(about)}</resp><name>{escape_xml(coder)}</name></respStmt>\n'


def _encode_kinds():
    """Return the taxonomy of turns."""
    rows = "".join(f'<category xml:id="turn.{kind}"><catDesc>{text}</catDesc></category>\n' for kind, text in KINDS.items())
    return f'<taxonomy xml:id="taxonomy.turns">\n{rows}</taxonomy>\n'


def _encode_codebook(codebook):
    """Return the codes and composites of the codebook as a taxonomy."""
    codes = codebook.codes
    titles = codes["title"].where(codes["title"].ne(""), codes["name"].str.replace("_", " "))
    titles = dict(zip(codes["code"], titles, strict=True)) | {name: c["title"] for name, c in codebook.composites.items()}
    about = dict(zip(codes["code"], codes["definition"], strict=True))
    rows = "".join(
        f'<category xml:id="{escape_xml(code)}"><catDesc><term>{escape_xml(title)}</term>{_lead(about.get(code))}</catDesc></category>\n'
        for code, title in titles.items()
    )
    return f'<taxonomy xml:id="codebook" n="{escape_xml(codebook.version)}">\n{rows}</taxonomy>\n'


def _lead(text):
    return f": {escape_xml(' '.join(text.split()))}" if isinstance(text, str) and text.strip() else ""


def _encode_persons(known):
    """Return the persons of KNOWN_SPEAKERS, each with the offices held and their first and last days."""
    persons = []
    for person, rows in known.groupby("speaker_id", sort=True):
        first = rows.iloc[0]
        forms = first["forms"].split(";") if isinstance(first["forms"], str) else []
        names = "".join(
            f'<persName type="{"main" if not k else "form"}">{escape_xml(form.strip())}</persName>'
            for k, form in enumerate([first["name"], *forms])
        )
        persons.append(
            f'<person xml:id="{name_element(person)}">{names}{"".join(map(_encode_office, rows.to_dict("records")))}</person>\n'
        )
    return "".join(persons)


def _encode_office(row):
    """Return one office of a person, or nothing where the row names neither office nor body."""
    office, body = (row[name] if isinstance(row[name], str) else "" for name in ("office", "country"))
    if not (office or body):
        return ""
    days = "".join(
        f' {end}="{row[column]}"' for end, column in (("from", "start"), ("to", "end")) if isinstance(row[column], str)
    )
    actor = f' n="{escape_xml(row["actor_id"])}"' if isinstance(row["actor_id"], str) else ""
    role = f"<roleName>{escape_xml(office.split(';')[0].strip())}</roleName>" if office else ""
    return f"<affiliation{days}{actor}>{role}{f'<orgName>{escape_xml(body)}</orgName>' if body else ''}</affiliation>"


# A document --------------------------------------------------------------------------------------------------------


def encode_documents(documents, paragraphs, turns, speakers, spans, sentences, codes, terms):
    """Yield (document_id, TEI text) of every parsed document, in the order of ``documents``.

    The tables are DOCUMENTS, PARAGRAPHS, TURNS, SPEAKERS, SPANS, SENTENCES and CODES; ``terms`` are the ``Terms`` of the register.
    Documents whose text is withheld keep turns, sentences and codes, but no word of their text: each stretch refers to its
    paragraph, numbered from 0, of the page.
    """
    texts = {key: text for *key, text in _rows(paragraphs, "document_id", "paragraph", "text") for key in [tuple(key)]}
    sentences = sentences.sort_values(["document_id", "paragraph", "start"])
    said = defaultdict(list)
    for document, paragraph, start, end, key in _rows(sentences, "document_id", "paragraph", "start", "end", "sentence_id"):
        said[document, paragraph].append((start, end, key))
    speaker = {(document, turn): person for document, turn, person in _rows(speakers, "document_id", "turn", "speaker_id")}
    floor = {
        (document, turn): (kind, speaker.get((document, turn)))
        for document, turn, kind in _rows(turns, "document_id", "turn", "kind")
    }
    laid = defaultdict(list)
    for document, *span in _rows(
        spans.sort_values(["document_id", "paragraph", "start"]), "document_id", "paragraph", "start", "end", "kind", "turn"
    ):
        laid[document].append(span)
    words = turns.groupby("document_id")["n_words"].agg(["size", "sum"]).to_dict("index")
    given = _group_codes(codes, sentences)
    for row in documents[documents["status"] == "parsed"].to_dict("records"):
        key = row["document_id"]
        page = _Page(key, row["url"], key in terms.withheld, texts, said, floor)
        size = words.get(key, {"size": 0, "sum": 0})
        head = _encode_header(row, size, terms.fingerprints.get(key), terms.licences[key], page.withheld)
        body, frames = (
            page.encode_body(laid[key]),
            "".join(map(_encode_codes, *zip(*given.get(key, {}).items(), strict=True))) if key in given else "",
        )
        yield (
            key,
            (
                f'<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="{NAMESPACE}" xml:id="{name_element(key)}" xml:lang="{row["language"]}">\n'
                f"{head}<text>\n<body>\n{body}</body>\n{frames}</text>\n</TEI>\n"
            ),
        )


def _rows(table, *columns):
    """Return the rows of some columns as tuples."""
    return zip(*(table[name].tolist() for name in columns), strict=True)


def _group_codes(codes, sentences):
    """Return {document: {(coder, version): [(sentence, code)]}} of the codes of these sentences, sorted."""
    place = {key: (document, k) for k, (key, document) in enumerate(_rows(sentences, "sentence_id", "document_id"))}
    found = defaultdict(lambda: defaultdict(list))
    columns = ("sentence_id", "code", "coder_id", "codebook_version")
    rows = [(place[row[0]], *row) for row in _rows(codes, *columns) if row[0] in place]
    for (document, _), sentence, code, *coder in sorted(rows, key=lambda row: (*row[3:], row[0][1], row[2])):
        found[document][tuple(coder)].append((sentence, code))
    return found


def _encode_codes(coder, rows):
    """Return the codes of one coder as a group of spans, each pointing at its sentence and its code."""
    name, version = coder
    spans = "".join(f'<span from="#{name_element(sentence)}" ana="#{escape_xml(code)}"/>\n' for sentence, code in rows)
    return f'<spanGrp type="frames" resp="#{name_coder(name)}" n="codebook {escape_xml(version)}">\n{spans}</spanGrp>\n'


def _encode_header(row, size, fingerprint, licence, withheld):
    """Return the header of a document: title, size, licence, page, day and place."""
    name, address = licence
    terms = (
        f'<licence target="{escape_xml(address)}">{escape_xml(name)}</licence>'
        if address
        else f"<licence>{escape_xml(name)}</licence>"
    )
    terms += "<p>The text may not be passed on; it is left out.</p>" if withheld else ""
    numbers = "".join(
        f'<measure unit="{unit}" quantity="{n}">{n} {unit}</measure>'
        for unit, n in (("speeches", size["size"]), ("words", size["sum"]))
    )
    proof = f'<idno type="sha256">{fingerprint}</idno>' if isinstance(fingerprint, str) else ""
    day, place = f'<date when="{row["date"]}">{row["date"]}</date>', row["place"]
    place = f'<name type="place">{escape_xml(place)}</name>' if isinstance(place, str) and place.strip() else ""
    title = escape_xml(row["title"])
    return (
        f"<teiHeader>\n<fileDesc>\n<titleStmt><title>{title}</title></titleStmt>\n<extent>{numbers}</extent>\n"
        f'<publicationStmt><authority>Written by the framings workflow</authority><idno type="document_id">{row["document_id"]}</idno>'
        f'<availability status="{"restricted" if withheld else "free" if address else "unknown"}">{terms}</availability></publicationStmt>\n'
        f"<sourceDesc><bibl><title>{title}</title><publisher>{escape_xml(read_host(row['url']) or row['source'])}</publisher>"
        f'<idno type="URI">{escape_xml(row["url"])}</idno>{proof}{day}</bibl></sourceDesc>\n</fileDesc>\n'
        f'<profileDesc>\n<langUsage><language ident="{row["language"]}"/></langUsage>\n'
        f"<settingDesc><setting>{place}{day}<activity>{row['event_type'].replace('_', ' ')}</activity></setting></settingDesc>\n</profileDesc>\n</teiHeader>\n"
    )


class _Page:
    """One document while it is written: its text by paragraph, its sentences and turns."""

    def __init__(self, key, url, withheld, texts, said, floor):
        self.key, self.url, self.withheld, self.texts, self.said, self.floor = key, url, withheld, texts, said, floor
        self.name = name_element(key)

    def encode_body(self, spans):
        """Return the division of a document; ``spans`` are [paragraph, start, end, kind, turn] in the order of the page."""
        parts = []
        for turn, run in groupby(zip(spans, spread_turns([span[-1] for span in spans]), strict=True), key=lambda pair: pair[1]):
            run = [span for span, _ in run]
            parts += [self._encode_turn(turn, run)] if turn >= 0 else [self._encode_note(*span) + "\n" for span in run]
        kind = "debateSection" if any(part.startswith(("<u", '<note type="speaker"')) for part in parts) else "commentSection"
        return f'<div type="{kind}">\n{"".join(parts)}</div>\n'

    def _encode_turn(self, turn, spans):
        """Return a turn, its label before it."""
        kind, person = self.floor[self.key, turn]
        label = self._encode_note(*spans[0]) + "\n" if spans[0][3] == "label" else ""
        parts = []
        for paragraph, run in groupby(spans[bool(label) :], key=lambda span: span[0]):
            run = list(run)
            inside = "".join(self._encode_speech(*span) if span[3] in SPOKEN else self._encode_note(*span) for span in run)
            if any(span[3] in SPOKEN for span in run):
                inside = f'<seg xml:id="{self.name}.t{turn:03d}.p{paragraph:03d}" n="{paragraph}"{self._refer()}>{inside}</seg>'
            parts.append(inside + "\n")
        who = f' who="#{name_element(person)}"' if isinstance(person, str) else ""
        return f'{label}<u xml:id="{self.name}.t{turn:03d}"{who} ana="#turn.{kind}">\n{"".join(parts)}</u>\n' if parts else label

    def _encode_speech(self, paragraph, start, end, kind, turn):
        """Return a stretch of speech with its sentences; what lies between them stands as it is."""
        text, parts, at = self.texts[self.key, paragraph], [], start
        for first, last, key in self.said.get((self.key, paragraph), ()):
            if start <= first < end:
                inside = WITHHELD_SENTENCE if self.withheld else escape_xml(text[first:last])
                parts += [self._between(text[at:first]), f'<s xml:id="{name_element(key)}">{inside}</s>']
                at = last
        return "".join(parts) + self._between(text[at:end])

    def _between(self, text):
        return " " * bool(text) if self.withheld else escape_xml(text)

    def _refer(self):
        return f' corresp="{escape_xml(quote(self.url, safe=":/?#[]@!$&()*+,;=%~"))}"' if self.withheld else ""

    def _encode_note(self, paragraph, start, end, kind, turn):
        """Return a stretch that is no speech: a note, a gesture, an incident or a gap."""
        text = escape_xml(self.texts[self.key, paragraph][start:end].strip())
        text, where = ("" if self.withheld else text), f' n="{paragraph}"{self._refer()}'
        told = f"<desc>{text}</desc>"
        if kind == "cut mark":
            return f'<gap reason="editorial"{where}>{told}</gap>'
        if kind == "stage direction":
            gesture = next((name for name, pattern in GESTURES.items() if pattern.search(text)), None)
            return (
                f'<kinesic type="{gesture}"{where}>{told}</kinesic>'
                if gesture
                else f'<incident type="action"{where}>{told}</incident>'
            )
        return f'<note type="{"speaker" if kind == "label" else kind}"{where}>{text}</note>'


def spread_turns(turns):
    """Return the turns of the spans of a page with what lies inside a turn counted to it; -1 is left between two turns.

    >>> spread_turns([-1, 0, -1, 0, -1, 1])
    [-1, 0, 0, 0, -1, 1]
    """
    after, following = [], -1
    for turn in reversed(turns):
        following = turn if turn >= 0 else following
        after.append(following)
    spread, before = [], -1
    for turn, following in zip(turns, reversed(after), strict=True):
        before = turn if turn >= 0 else before
        spread.append(turn if turn >= 0 else before if before == following else -1)
    return spread

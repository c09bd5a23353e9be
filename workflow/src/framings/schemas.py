"""One contract a table: the map of the house.

A table is a pandas DataFrame named after what one of its rows is. Its contract lists the columns in
order, with type, meaning and bounds; ``check`` returns the table unchanged or raises one sentence
that names the table, the column, the first offending row and the value. Contracts are plain data so
that a job which checks its table at the border pays microseconds, not the import of a framework.
"""

from dataclasses import dataclass, field

import pandas as pd


class ContractError(ValueError):
    """A table does not keep its contract; the message is one plain sentence."""


@dataclass(frozen=True)
class Column:
    """A column: ``kind`` is text, int, number, or bool; bounds and values hold where a cell is not missing."""

    kind: str
    about: str
    missing: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple = ()


@dataclass(frozen=True)
class Contract:
    """A table: what one row is, which columns identify it, and its columns in order; ``open_columns`` names the kind of further columns.

    ``open_missing`` says whether these may have missing values. ``optional`` columns are kept and checked where a table has them,
    and missed by nobody where it has not.
    """

    name: str
    row: str
    key: tuple
    columns: dict = field(default_factory=dict)
    open_columns: str | None = None
    open_missing: bool = False
    optional: dict = field(default_factory=dict)


DTYPES = {"text": "str", "int": "int64", "number": "float64", "bool": "bool"}


def check(table, contract):
    """Return ``table`` with the contract's columns first, in order and typed, or raise ``ContractError``.

    Missing text is None/NaN where the column allows it. Raises at the first broken column.
    """
    absent = [name for name in contract.columns if name not in table.columns]
    if absent:
        raise ContractError(f"table {contract.name}: column {absent[0]!r} is absent; one row is {contract.row}")
    known = contract.columns | {name: rule for name, rule in contract.optional.items() if name in table.columns}
    extra = [name for name in table.columns if name not in known]
    if extra and contract.open_columns is None:
        raise ContractError(f"table {contract.name}: column {extra[0]!r} is not in its contract")
    table = table[[*known, *extra]].reset_index(drop=True)
    rules = known | {name: Column(contract.open_columns, "", missing=contract.open_missing) for name in extra}
    table = pd.DataFrame({name: _checked(table[name], rule, contract.name) for name, rule in rules.items()})
    if contract.key and (twice := table.duplicated(list(contract.key))).any():
        row = int(twice.idxmax())
        raise ContractError(
            f"table {contract.name}, row {row}: {contract.key} {tuple(table.loc[row, list(contract.key)])} occurs twice"
        )
    return table


def _checked(cells, rule, table):
    """Return one column typed, or raise a sentence naming its first bad cell."""
    if len(cells) == 0:
        return cells.astype(DTYPES[rule.kind])
    gone = cells.isna()
    if gone.any() and not rule.missing:
        raise ContractError(f"table {table}, column {cells.name!r}, row {int(gone.idxmax())}: a value is missing")
    try:
        typed = cells.astype("Int64" if rule.kind == "int" and gone.any() else DTYPES[rule.kind])
    except (TypeError, ValueError) as error:
        raise ContractError(f"table {table}, column {cells.name!r}: expected {rule.kind} ({error})") from error
    bad = pd.Series(False, index=cells.index)
    if rule.low is not None:
        bad |= typed < rule.low - 1e-12
    if rule.high is not None:
        bad |= typed > rule.high + 1e-12
    if rule.values:
        bad |= ~typed.isin(rule.values)
    bad &= ~gone
    if bad.any():
        row = int(bad.idxmax())
        raise ContractError(f"table {table}, column {cells.name!r}, row {row}: {cells[row]!r} is out of bounds ({rule.about})")
    return typed


def empty(contract):
    """Return the contract's table with no rows."""
    return check(pd.DataFrame(columns=list(contract.columns)), contract)


EVENT_TYPES = (
    "council_meeting", "bilateral", "press_statement", "press_conference", "interview", "forum", "address",
    "phone_call", "message", "commission_meeting", "multilateral", "domestic", "law", "other",
)  # fmt: skip

REGISTER = Contract(
    "register", "a document that belongs to the corpus, whether its page is at hand or not", ("document_id",),
    {
        "document_id": Column("text", "lower-case key: source, language and the site's own number, e.g. kremlin-en-55819"),
        "source": Column("text", "site that the text is from: kremlin, eec, belarus; web: any other page; file: a file or table of one's own"),
        "language": Column("text", "language of the page", values=("en", "ru")),
        "url": Column("text", "address of the page"),
        "date": Column("text", "day of the event, YYYY-MM-DD"),
        "title": Column("text", "title as listed by the site"),
        "place": Column("text", "place of the event", missing=True),
        "speaker": Column("text", "who speaks where the text names nobody: interviewee, author, country; else empty", missing=True),
        "event_type": Column("text", "kind of event", values=EVENT_TYPES),
        "page": Column("text", "file name of the saved page inside the pages folder"),
        "sha256": Column("text", "SHA-256 of the page's bytes, where known", missing=True),
        "seed_document": Column("text", "whether an article of the seeds cites it", values=("yes", "no")),
        "note": Column("text", "why it is here, or what a reader should know", missing=True),
    },
    optional={
        "redistribute": Column("text", "whether its text may be passed on; no: exports give references instead; empty: yes", missing=True, values=("yes", "no")),
        "licence": Column("text", "licence of the text, e.g. CC BY 4.0; empty: what is known of its site", missing=True),
    },
)  # fmt: skip

STATUSES = ("parsed", "page missing", "refused")

DOCUMENTS = Contract(
    "documents", "a registered document", ("document_id",),
    {
        "document_id": Column("text", "key of the register"),
        "status": Column("text", "whether its text is in the corpus", values=STATUSES),
        "reason": Column("text", "one sentence where it was refused or is missing", missing=True),
        "corrected": Column("text", "what corrections.csv changed, from what and why", missing=True),
        "source": Column("text", "site that the text is from"),
        "reader": Column("text", "module under framings/sources that read the page; missing where there is no page", missing=True),
        "language": Column("text", "language of the page"),
        "url": Column("text", "address of the page"),
        "date": Column("text", "day of the event from the register, YYYY-MM-DD"),
        "page_date": Column("text", "day printed on the page", missing=True),
        "page_time": Column("text", "Moscow time printed on the page, HH:MM", missing=True),
        "title": Column("text", "headline of the page (of the register where there is no page)"),
        "place": Column("text", "place of the event", missing=True),
        "speaker": Column("text", "who speaks where the text names nobody", missing=True),
        "lead": Column("text", "summary above the body, written by the site's editors", missing=True),
        "sections": Column("text", "sections of the site, separated by '; '", missing=True),
        "topics": Column("text", "topic tags of the site, separated by '; '", missing=True),
        "persons": Column("text", "person tags of the site, separated by '; '", missing=True),
        "event_type": Column("text", "kind of event from the register", values=EVENT_TYPES),
        "seed_document": Column("text", "whether an article of the seeds cites it", values=("yes", "no")),
        "n_paragraphs": Column("int", "paragraphs kept", low=0),
        "n_chars_body": Column("int", "characters of the body that are not white space, counted on the page", low=0),
        "n_chars_kept": Column("int", "of these, characters in the paragraphs kept", low=0),
        "n_chars_removed": Column("int", "of these, characters removed with a reason", low=0),
    },
)  # fmt: skip

CORRECTED_FIELDS = ("date", "title", "place", "speaker", "event_type")

CORRECTIONS = Contract(
    "corrections.csv", "a correction of what the register or a page says of a document", ("document_id", "field"),
    {
        "document_id": Column("text", "key of the register"),
        "field": Column("text", "what is corrected", values=CORRECTED_FIELDS),
        "value": Column("text", "what it should say"),
        "reason": Column("text", "why, and how one knows"),
    },
)  # fmt: skip

FETCH_STATUSES = ("fetched", "not found", "refused", "stopped")
FETCH_ORIGINS = ("archive", "wayback", "live")

FETCHED = Contract(
    "fetched", "an attempt to get the page of a registered document", (),
    {
        "document_id": Column("text", "key of the register"),
        "page": Column("text", "file name in the pages folder"),
        "status": Column("text", "how the attempt ended; stopped: the site refused us and nothing more was asked of it", values=FETCH_STATUSES),
        "origin": Column("text", "where it was looked for", values=FETCH_ORIGINS),
        "address": Column("text", "address that was asked, or the member of an archive", missing=True),
        "redirects": Column("text", "addresses it led through, separated by a space, the last one answered", missing=True),
        "time": Column("text", "when the bytes were taken from the site (an archive's capture time), UTC, YYYY-MM-DDTHH:MM:SSZ", missing=True),
        "http_status": Column("int", "status of the last answer", missing=True, low=100, high=999),
        "n_bytes": Column("int", "bytes of the page", missing=True, low=0),
        "sha256": Column("text", "SHA-256 of the page's bytes", missing=True),
        "reason": Column("text", "one sentence where nothing was stored", missing=True),
    },
)  # fmt: skip

RELATIONS = ("same bytes", "same text", "near duplicate", "part of the other")

DUPLICATES = Contract(
    "duplicates", "a pair of documents in one language whose texts repeat each other", ("document_id", "other_id"),
    {
        "document_id": Column("text", "the document that stays"),
        "other_id": Column("text", "the one that repeats it"),
        "relation": Column("text", "how they are alike", values=RELATIONS),
        "similarity": Column("number", "Jaccard similarity of their sets of five consecutive words", low=0, high=1),
        "contained": Column("number", "share of the other's five-word runs that the document holds too", low=0, high=1),
        "n_words": Column("int", "words of the document", low=0),
        "n_words_other": Column("int", "words of the other", low=0),
        "left_out": Column("bool", "whether the other is left out of the analysis"),
        "reason": Column("text", "the rule that decided"),
    },
)  # fmt: skip

TWINS = Contract(
    "twins", "two documents that are one event's text in two languages", ("document_id", "twin_id"),
    {
        "document_id": Column("text", "the document in the first language, by alphabet"),
        "twin_id": Column("text", "the document in the other language"),
        "language": Column("text", "language of the first"),
        "twin_language": Column("text", "language of the twin"),
    },
)  # fmt: skip

PARAGRAPHS = Contract(
    "paragraphs", "a paragraph of a document's body", ("document_id", "paragraph"),
    {
        "document_id": Column("text", "key of the register"),
        "paragraph": Column("int", "number in the body, from 0", low=0),
        "text": Column("text", "text, NFC, white space folded"),
        "bold": Column("text", "bold character ranges of the text as 'start:end start:end'; empty where none"),
        "italic": Column("text", "italic character ranges of the text, likewise"),
    },
)  # fmt: skip

REMOVED = Contract(
    "removed", "a piece of a body that is not text of the transcript", ("document_id", "piece"),
    {
        "document_id": Column("text", "key of the register"),
        "piece": Column("int", "number in the document, from 0", low=0),
        "reason": Column("text", "why it was removed"),
        "n_chars": Column("int", "characters that are not white space", low=0),
        "text": Column("text", "what was removed"),
    },
)  # fmt: skip

SPAN_KINDS = ("label", "speech", "question", "stage direction", "read-out", "heading", "cut mark")

SPANS = Contract(
    "spans", "a stretch of a paragraph with one function; the spans of a paragraph cover each of its characters once",
    ("document_id", "paragraph", "start"),
    {
        "document_id": Column("text", "key of the register"),
        "paragraph": Column("int", "number of the paragraph", low=0),
        "start": Column("int", "first character in the paragraph's text", low=0),
        "end": Column("int", "one past the last character", low=1),
        "kind": Column("text", "what the stretch is", values=SPAN_KINDS),
        "turn": Column("int", "turn it belongs to, -1 outside turns", low=-1),
    },
)  # fmt: skip

TURNS = Contract(
    "turns", "an uninterrupted stretch by one speaker", ("document_id", "turn"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "number in the document, from 0", low=0),
        "kind": Column("text", "speech of a named speaker, or a question of somebody unnamed", values=("speech", "question")),
        "label": Column("text", "the label as printed, without its colon; empty where the turn inherits none"),
        "name": Column("text", "the name in the label; empty for a role without a name"),
        "office": Column("text", "the office or role in the label; empty where there is none"),
        "remark": Column("text", "what stands in brackets or italics in the label, e.g. retranslated; empty where none"),
        "paragraph": Column("int", "paragraph in which it starts", low=0),
        "n_words": Column("int", "words of the turn", low=0),
    },
)  # fmt: skip

RESOLUTIONS = ("full name", "surname and office", "surname", "role", "role without a name", "unresolved")

SPEAKERS = Contract(
    "speakers", "a turn and who speaks", ("document_id", "turn"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "number of the turn", low=0),
        "speaker_id": Column("text", "person in the corpus's speakers.csv; missing where nobody could be named", missing=True),
        "actor_id": Column("text", "actor whose talk is compared (dated by office); missing where none", missing=True),
        "resolution": Column("text", "what identified the person", values=RESOLUTIONS),
        "nearest": Column("text", "nearest known names, for an unresolved label", missing=True),
    },
)  # fmt: skip

KNOWN_SPEAKERS = Contract(
    "speakers.csv", "a person in an office for a time", (),
    {
        "speaker_id": Column("text", "key of the person, lower case, e.g. vladimir-putin; repeated for each office"),
        "name": Column("text", "full name as the site spells it"),
        "forms": Column("text", "further spellings of the full name, separated by ';'", missing=True),
        "office": Column("text", "words that identify the office in a label, e.g. 'President of Russia'", missing=True),
        "start": Column("text", "first day in office, YYYY-MM-DD; empty: always", missing=True),
        "end": Column("text", "last day in office; empty: still", missing=True),
        "actor_id": Column("text", "actor whose talk is compared while in this office; empty: none", missing=True),
        "country": Column("text", "state or body the person speaks for", missing=True),
        "source": Column("text", "where the dates come from", missing=True),
    },
)  # fmt: skip

STAGES = Contract(
    "stages.csv", "a stage of integration", ("stage_id",),
    {
        "stage_id": Column("text", "key"),
        "name": Column("text", "name in figures and tables"),
        "start": Column("text", "first day, YYYY-MM-DD; empty: from the beginning", missing=True),
        "end": Column("text", "last day; empty: open", missing=True),
        "source": Column("text", "where the dates come from"),
    },
)  # fmt: skip

RELEVANCE = Contract(
    "relevance.csv", "a pattern that marks talk about integration", ("language", "pattern"),
    {
        "language": Column("text", "language it applies to", values=("en", "ru")),
        "pattern": Column("text", "words with * and ? as in the codebook"),
        "reason": Column("text", "what it stands for"),
    },
)  # fmt: skip

SENTENCES = Contract(
    "sentences", "a sentence of speech or of a question", ("sentence_id",),
    {
        "sentence_id": Column("text", "document, turn and number in the turn, as kremlin-en-55819:t004:s02"),
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn", low=0),
        "paragraph": Column("int", "paragraph", low=0),
        "start": Column("int", "first character in the paragraph's text", low=0),
        "end": Column("int", "one past the last character", low=1),
        "n_words": Column("int", "words", low=0),
        "text": Column("text", "the sentence"),
    },
)  # fmt: skip

CHECKED_DOCUMENTS = Contract(
    "checks/documents.csv", "a document whose turns were marked by reading it", ("document_id",),
    {
        "document_id": Column("text", "key of the register"),
        "years": Column("text", "stratum by year"),
        "length": Column("text", "stratum by length; hard: picked for its difficulty; record: plain text without bold"),
        "n_paragraphs": Column("text", "paragraphs that were read, from the first"),
        "reader_kind": Column("text", "what kind of reader marked it", values=("human_expert", "human_trained", "language_model")),
        "half": Column("text", "whether the segmenter was mended by its mistakes here", values=("development", "held-out")),
        "n_disagreements": Column("text", "marks on which the readers differed, or that the third reading changed"),
    },
)  # fmt: skip

CHECKED_SEGMENTS = Contract(
    "checks/segments.csv", "a mark set by reading: where a turn begins, and what is neither label nor speech", ("document_id", "paragraph", "start", "kind"),
    {
        "document_id": Column("text", "key of the register"),
        "paragraph": Column("text", "number of the paragraph"),
        "start": Column("text", "first character: of the label of a turn, else of the stretch"),
        "end": Column("text", "one past the last character: of the label with its colon (equal to start: no label), else of the stretch"),
        "kind": Column("text", "speech, question: a turn begins; else what the stretch is", values=("speech", "question", "stage direction", "heading", "cut mark", "read-out")),
        "speaker_id": Column("text", "who speaks: in speakers.csv, or other:<name as printed>; empty where nobody is named", missing=True),
        "readers": Column("text", "both: the two readers agreed; adjudicated: a third reading decided", values=("both", "adjudicated")),
    },
)  # fmt: skip

CHECKED_SENTENCES = Contract(
    "checks/sentences.csv", "a paragraph of speech whose sentences were marked by reading it", ("document_id", "paragraph"),
    {
        "document_id": Column("text", "key of the register"),
        "paragraph": Column("text", "number of the paragraph"),
        "drawn": Column("text", "random: drawn from all; hard: from those with abbreviations, quotations or missing spaces", values=("random", "hard")),
        "ends": Column("text", "offsets in the paragraph at which its sentences end, closing marks included, separated by a space"),
        "readers": Column("text", "both: the two readers agreed; adjudicated: a third reading decided", values=("both", "adjudicated")),
    },
)  # fmt: skip

CHECKED_RELEVANCE = Contract(
    "checks/relevance.csv", "a turn judged by reading it: is it talk about integration", ("document_id", "paragraph", "start"),
    {
        "document_id": Column("text", "key of the register"),
        "paragraph": Column("text", "paragraph in which the turn begins"),
        "start": Column("text", "first character of the turn in it"),
        "stratum": Column("text", "stratum of the draw: marked by the patterns or not, in a document with a marked turn or not"),
        "n_stratum": Column("text", "turns in the stratum"),
        "n_drawn": Column("text", "turns drawn from it"),
        "relevant": Column("text", "the judgement", values=("yes", "no")),
        "readers": Column("text", "both: the two readers agreed; adjudicated: a third reading decided", values=("both", "adjudicated")),
    },
)  # fmt: skip

ACCURACY = Contract(
    "accuracy", "a measure of text processing against marks set by reading", ("measure", "part"),
    {
        "measure": Column("text", "what is measured, e.g. turn boundaries: recall"),
        "part": Column("text", "all, or a half or stratum of the sample"),
        "estimate": Column("number", "share in [0, 1]; missing where the part holds no unit", missing=True, low=0, high=1),
        "low": Column("number", "lower end of the 95 % interval, by documents", missing=True, low=0, high=1),
        "high": Column("number", "upper end", missing=True, low=0, high=1),
        "n": Column("int", "units counted", low=0),
        "n_documents": Column("int", "documents that hold them", low=0),
        "n_mistakes": Column("int", "units that were wrong", low=0),
        "goal": Column("number", "value that is aimed at; missing where none is", missing=True, low=0, high=1),
    },
)  # fmt: skip

MISTAKES = Contract(
    "mistakes", "a unit of the marked sample that was processed wrongly", ("measure", "document_id", "paragraph", "start"),
    {
        "measure": Column("text", "turn boundary, speaker, kind, sentence boundary, relevance"),
        "document_id": Column("text", "key of the register"),
        "paragraph": Column("int", "paragraph", low=0),
        "start": Column("int", "first character in it", low=0),
        "half": Column("text", "half of the sample; missing where it has none", missing=True),
        "expected": Column("text", "what the readers' marks say"),
        "found": Column("text", "what the workflow made of it"),
        "n_words": Column("int", "words that it touches", low=0),
        "cause": Column("text", "why, as far as known (checks/causes.csv); missing: not looked into", missing=True),
    },
)  # fmt: skip

MARKS = Contract(
    "marks", "a turn placed in its stage, with its mentions of integration", ("document_id", "turn"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn", low=0),
        "stage_id": Column("text", "stage of the document's date; missing where no stage holds it", missing=True),
        "n_mentions": Column("int", "matches of the corpus's relevance patterns", low=0),
        "relevant": Column("bool", "whether the turn counts as talk about integration"),
    },
)  # fmt: skip

PASSAGES = Contract(
    "passages", "a sentence of a turn that mentions integration", ("sentence_id",),
    {
        "sentence_id": Column("text", "sentence"),
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn", low=0),
        "distance": Column("int", "sentences between it and the nearest mention in its turn, 0 where it holds one", low=0),
        "relevant": Column("bool", "whether it counts as talk about integration: near enough, in a relevant turn"),
    },
)  # fmt: skip

MATCHES = Contract(
    "matches", "a place where a pattern of the codebook stands in a sentence", ("sentence_id", "code", "start"),
    {
        "sentence_id": Column("text", "sentence"),
        "code": Column("text", "sub-frame, residual code or marker of the codebook"),
        "pattern": Column("text", "pattern as written in the codebook"),
        "start": Column("int", "first character in the sentence", low=0),
        "end": Column("int", "one past the last character in the sentence", low=1),
        "negated": Column("bool", "whether a negation stands in the window before it (then it does not count)"),
    },
)  # fmt: skip

CODES = Contract(
    "codes", "a code that a coder gave to a sentence", ("sentence_id", "code", "coder_id"),
    {
        "sentence_id": Column("text", "sentence"),
        "code": Column("text", "sub-frame, residual code or marker of the codebook"),
        "coder_id": Column("text", "who coded"),
        "coder_kind": Column(
            "text", "what kind of coder",
            values=("human_expert", "human_trained", "language_model", "dictionary", "classifier", "seed_author", "simulation_truth"),
        ),
        "codebook_version": Column("text", "version of the codebook"),
    },
)  # fmt: skip

SAMPLE = Contract(
    "codes/sample.csv", "a sentence drawn for coders", ("sentence_id",),
    {
        "sentence_id": Column("text", "sentence"),
        "stratum": Column("text", "stratum it was drawn from: actor, stage and predicted families"),
        "p": Column("number", "probability with which it was drawn", low=0, high=1),
        "text_hash": Column("text", "first 16 digits of the SHA-256 of its text, by which a shifted text is found"),
        "round": Column("text", "round of coding in which it was drawn"),
    },
)  # fmt: skip

CODED = Contract(
    "codes/<coder>.csv", "a code that a coder gave to a drawn sentence; NONE where no code holds", ("sentence_id", "code", "coder_id"),
    {
        "sentence_id": Column("text", "sentence"),
        "text_hash": Column("text", "text that was coded, as in codes/sample.csv"),
        "code": Column("text", "code of the codebook, or NONE"),
        "coder_id": Column("text", "who coded; reference: what counts after adjudication"),
        "coder_kind": Column("text", "what kind of coder", values=("human_expert", "human_trained", "language_model", "simulation_truth")),
        "codebook_version": Column("text", "version of the codebook that was coded from"),
        "round": Column("text", "round of coding"),
        "language_read": Column("text", "language in which the sentence was read", values=("en", "ru")),
        "model": Column("text", "language model, where one coded", missing=True),
        "prompt_sha256": Column("text", "SHA-256 of its instructions", missing=True),
        "coded_on": Column("text", "day, YYYY-MM-DD"),
    },
)  # fmt: skip

REFERENCE_NOTE = "Reference codes by language model, not validated by human coders."

TALLIES = Contract(
    "tallies", "a relevant turn of speech by an actor with the number of its relevant sentences that carry each code", ("document_id", "turn"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn", low=0),
        "actor_id": Column("text", "actor"),
        "date": Column("text", "day of the event"),
        "stage_id": Column("text", "stage"),
        "event_type": Column("text", "kind of event"),
        "language": Column("text", "language of the page"),
        "n_words": Column("int", "words of the turn", low=0),
        "n_sentences": Column("int", "relevant sentences of the turn", low=1),
    },
    open_columns="int",  # then one column a code or composite: sentences of the turn that carry it
)  # fmt: skip

PREVALENCE = Contract(
    "prevalence", "the share of an actor's sentences that carry a code in a stage", ("coder_id", "code", "actor_id", "stage_id"),
    {
        "coder_id": Column("text", "whose codes"),
        "code": Column("text", "sub-frame or composite"),
        "actor_id": Column("text", "actor"),
        "stage_id": Column("text", "stage, or 'all'"),
        "n_documents": Column("int", "documents in which the actor speaks on integration", low=0),
        "n_sentences": Column("int", "sentences", low=0),
        "n_coded": Column("int", "sentences that carry the code; missing where the coder was not asked for it", missing=True, low=0),
        "share": Column("number", "n_coded / n_sentences; missing where not estimable", missing=True, low=0, high=1),
        "se": Column("number", "leave-one-document-out standard error", missing=True, low=0),
        "low": Column("number", "lower end of the 95 % interval", missing=True, low=0, high=1),
        "high": Column("number", "upper end", missing=True, low=0, high=1),
        "reason": Column("text", "why the cell is not estimable; missing where it is", missing=True),
    },
)  # fmt: skip

ASSESSMENTS = Contract(
    "assessments", "a hypothesis put to its test in one window of documents", ("coder_id", "hypothesis_id", "window_id"),
    {
        "coder_id": Column("text", "whose codes"),
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "family": Column("text", "family in which p-values are adjusted"),
        "confirmatory": Column("bool", "whether family and window are declared confirmatory"),
        "test": Column("text", "kind of test"),
        "claim": Column("text", "the claim in words"),
        "contrast": Column("text", "what is subtracted from what"),
        "sign": Column("text", "sign that the claim expects: +, -, 0 or two-sided"),
        "n_documents": Column("int", "documents that bear on the contrast", low=0),
        "n_paired": Column("int", "of these, documents in which both sides speak", low=0),
        "n_sentences": Column("int", "sentences", low=0),
        "n_coded": Column("int", "sentences that carry the code", low=0),
        "estimate": Column("number", "difference of shares in [-1, 1]; the statistic for a joint test", missing=True),
        "se": Column("number", "leave-one-document-out (CV3) standard error", missing=True, low=0),
        "low": Column("number", "lower end of the 95 % interval", missing=True),
        "high": Column("number", "upper end", missing=True),
        "se_blocks": Column("number", "CV3 leaving out blocks of 3 consecutive documents", missing=True, low=0),
        "p_jackknife": Column("number", "two-sided p of the jackknife t (F for a joint test)", missing=True, low=0, high=1),
        "p_jackknife_blocks": Column("number", "the same leaving out blocks of consecutive documents", missing=True, low=0, high=1),
        "p_swap": Column("number", "two-sided p of the within-document label swap", missing=True, low=0, high=1),
        "p_swap_blocks": Column("number", "the same with blocks of 3 consecutive documents swapped together", missing=True, low=0, high=1),
        "p_score": Column("number", "two-sided p of the null-imposed effective-score sign flip by document", missing=True, low=0, high=1),
        "p_score_blocks": Column("number", "the same with blocks of consecutive documents flipped together", missing=True, low=0, high=1),
        "score_low": Column("number", "lower end of the 95 % interval of differences that the score sign flip does not reject", missing=True),
        "score_high": Column("number", "upper end", missing=True),
        "p": Column("number", "the p-value of record: swap where defined, else jackknife", missing=True, low=0, high=1),
        "p_holm": Column("number", "p of record after Holm within family, window and coder", missing=True, low=0, high=1),
        "p_westfall_young": Column("number", "p after Westfall and Young's step-down over the flips of the family's contrasts, beside Holm's", missing=True, low=0, high=1),
        "smallest_detectable": Column("number", "2.85 standard errors: the difference found with 80 % power", missing=True, low=0),
        "verdict": Column("text", "one of the verdicts in framings.estimates"),
        "reason": Column("text", "why there is no p-value or no number; missing where there is", missing=True),
    },
)  # fmt: skip

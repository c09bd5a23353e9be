"""Who has the floor: labels, what is none, and one function for each character."""

import time

import pandas as pd
import pytest
from made_pages import write_page

from framings.dialogues import find_dash_heads
from framings.labels import find_heads, find_name
from framings.schemas import DOCUMENTS, PARAGRAPHS
from framings.sources.kremlin import read_page
from framings.turns import segment_turns, split_paragraph


def segment(*bodies, persons=None, speaker=None, tags=True):
    """Return the turns and the spans (with their text) of a page whose paragraphs have the given markup."""
    page = read_page(write_page("".join(f"<p>{body}</p>" if tags else body for body in bodies), details=""), "101")
    ranges = lambda pairs: " ".join(f"{a}:{b}" for a, b in pairs)  # noqa: E731 (two uses, one line each)
    rows = [("d", n, part.text, ranges(part.bold), ranges(part.italic)) for n, part in enumerate(page.paragraphs)]
    paragraphs = pd.DataFrame(rows, columns=list(PARAGRAPHS.columns))
    documents = pd.DataFrame([{"document_id": "d", "persons": persons, "speaker": speaker}], columns=list(DOCUMENTS.columns))
    turns, spans = segment_turns(documents, paragraphs)
    texts = paragraphs["text"].tolist()
    for number, text in enumerate(texts):
        held = spans[spans["paragraph"] == number]
        assert held["start"].tolist() == [0, *held["end"].tolist()[:-1]], "spans follow each other without a gap"
        assert held["end"].iloc[-1] == len(text), "spans reach the end of the paragraph"
    pieces = [(row.kind, row.turn, texts[row.paragraph][row.start : row.end].strip()) for row in spans.itertuples()]
    return turns, pieces


FIRST = "<b>Chairwoman of the Garden Club Jane Doe:</b> Welcome."


@pytest.mark.parametrize(
    "markup",
    [
        "<b>Max Roe:</b> Yes.",
        "<b>Max Roe: </b>Yes.",
        "<b>Max Roe</b>: Yes.",
        "<b>Max Roe</b><b>:</b> Yes.",
        "<b>Max </b><b>Roe</b>: Yes.",
        "<b>Max</b> <b>Roe</b>: Yes.",
        "<b>Max\nRoe:</b>\u00a0Yes.",
        "<b><b>Max </b>Roe</b>: Yes.",
        "<strong>Max Roe:</strong> Yes.",
        "<b>Max Roe</b> : Yes.",
        "<b>Max Roe:</b>Yes.",
        "M<b>ax Roe: </b>Yes.",
        "<b>Max Roe: Ye</b>s.",
        "<b>Max Roe: Y</b>es.",
        "<b>Max Roe<i>:</i></b><i> </i>Yes.",
        '<a class="person_tag" href="/x"><b>Max Roe:</b></a> Yes.',
    ],
)
def test_a_bold_name_with_a_colon_begins_a_turn(markup):
    """However the tags are split around name and colon, the label ends at the colon and the speech is 'Yes.'."""
    turns, pieces = segment(FIRST, markup)
    assert turns["name"].tolist() == ["Jane Doe", "Max Roe"]
    assert pieces[2:] == [("label", 1, pieces[2][2]), ("speech", 1, "Yes.")]
    assert turns["label"][1].replace(" ", "") == "MaxRoe"


@pytest.mark.parametrize(
    ("markup", "remark"),
    [
        ("<b>Max Roe </b><i>(retranslated)</i>: Yes.", "retranslated"),
        ("<b>Max Roe</b> <i>(re-translated):</i> Yes.", "re-translated"),
        ("<b>Max Roe</b> (<i>retranslated</i>)<b>:</b> Yes.", "retranslated"),
        ("<b>Max Roe (translated from Russian):</b> Yes.", "translated from Russian"),
        ("<b>Max Roe</b> <i>(retranslated</i>: Yes.", "retranslated"),
        (
            "<b>Max Roe (</b><i>answering Ann Poe, Speaker of the Town Hall)</i>: Yes.",
            "answering Ann Poe, Speaker of the Town Hall",
        ),
    ],
)
def test_remarks_in_a_label_are_no_part_of_the_name(markup, remark):
    """What stands in brackets before the colon is the label's remark, even where the bracket never closes."""
    turns, pieces = segment(FIRST, markup)
    assert turns[["name", "remark"]].to_numpy().tolist()[1] == ["Max Roe", remark]
    assert pieces[-1] == ("speech", 1, "Yes.")


@pytest.mark.parametrize(
    ("label", "name", "office"),
    [
        ("President of Northland Max Roe", "Max Roe", "President of Northland"),
        ("First President of the Republic of Northland Max Roe", "Max Roe", "First President of the Republic of Northland"),
        ("chairman of the Joint Garden Commission Board Max Roe", "Max Roe", "chairman of the Joint Garden Commission Board"),
        ("Joint Garden Commission Board Chairman Max Roe", "Max Roe", "Joint Garden Commission Board Chairman"),
        ("Acting Prime Minister of Northland Max Roe", "Max Roe", "Acting Prime Minister of Northland"),
        ("Minister of Labour, Trade and Seed Supply Max Roe", "Max Roe", "Minister of Labour, Trade and Seed Supply"),
        ("Moderator of the plenary session Max Roe", "Max Roe", "Moderator of the plenary session"),
        ("Max Roe, reporter at the Garden Channel", "Max Roe", "reporter at the Garden Channel"),
        ("Garden commentator Max Roe, ceremony moderator", "Max Roe", "Garden commentator, ceremony moderator"),
        ("HEAD OF THE SEED OFFICE OF NORTHLAND MAX ROE", "MAX ROE", "HEAD OF THE SEED OFFICE OF NORTHLAND"),
        ("Max van der Roe", "Max van der Roe", ""),
        ("President of Eastland Max el-Roe", "Max el-Roe", "President of Eastland"),
        ("Commander M. Roe", "M. Roe", "Commander"),
        ("Director Max Q. Roe", "Max Q. Roe", "Director"),
        ("M.Roe", "M.Roe", ""),
        ("MaxRoe", "MaxRoe", ""),
        ("Президент Садовии М.Роу", "М.Роу", "Президент Садовии"),
        ("М.Роу", "М.Роу", ""),
        ("Председатель Совета Садовии Макс Роу", "Макс Роу", "Председатель Совета Садовии"),
        ("President Roe", "Roe", "President"),
        ("Max", "Max", ""),
        ("President of Northland", "", "President of Northland"),
        ("Queen Ann II of Northland", "", "Queen Ann II of Northland"),
        ("Winner of the Prize for Young Gardeners", "", "Winner of the Prize for Young Gardeners"),
    ],
)  # fmt: skip
def test_a_label_is_split_into_name_and_office(label, name, office):
    """Names are told from offices by their shape; an office alone is speech without a name."""
    turns, _ = segment(FIRST, f"<b>{label}:</b> Yes.")
    assert turns[["name", "office", "kind"]].to_numpy().tolist()[1] == [name, office, "speech"]


def test_tags_and_short_labels_tell_long_names():
    """Three words are a name where the site's tag, or a label of its own, says so."""
    turns, _ = segment(FIRST, "<b>President of Eastland Max Ray Roe:</b> A.", persons="Roe Max Ray")
    assert turns["name"][1] == "Max Ray Roe"
    turns, _ = segment(FIRST, "<b>Gardener Ann Mary Poe:</b> A.", "<b>Mary Poe:</b> B.")
    assert turns["name"].tolist()[1:] == ["Mary Poe", "Mary Poe"]


@pytest.mark.parametrize(
    "label",
    [
        "Question", "Question from Greenfield", "Question (retranslated)", "Remark", "Reply", "Response from the hall",
        "Presenter", "Operator", "Moderator of the plenary session", "Вопрос", "Вопрос (как переведено)", "Реплика",
    ],
)  # fmt: skip
def test_roles_without_a_name_are_questions(label):
    """A role that names nobody begins a turn of kind question without a name."""
    turns, pieces = segment(FIRST, f"<b>{label}</b>: And the roses?")
    assert turns[["kind", "name"]].to_numpy().tolist()[1] == ["question", ""]
    assert pieces[-1] == ("question", 1, "And the roses?")


@pytest.mark.parametrize(
    "markup",
    [
        "Then Max Roe came up to me and said: come here.",
        "Max Roe: this name is not in bold on a page with bold labels.",
        "Question: who pays?",
        "<b>My question is:</b> who pays?",
        "<b>Max Roe</b> was born in 1950: a good year.",
        "The <b>Garden Club:</b> a story.",
        "<i>Roses: A Handbook</i> is out.",
        "We need three things: water, light: and time.",
    ],
)
def test_a_colon_in_speech_is_no_label(markup):
    """The turn before goes on."""
    turns, pieces = segment(FIRST, markup)
    assert len(turns) == 1
    assert [(kind, turn) for kind, turn, _ in pieces][2:] == [("speech", 0)]


@pytest.mark.parametrize("rule", ["* * *", "<b>* * *</b>", "<b>*</b> * *", "***", "<i>* * *</i>"])
def test_what_the_editors_write_before_the_first_label_is_no_speech(rule):
    """Summary, rule and heading come before the floor is given."""
    turns, pieces = segment(
        "Two people met.", rule, "<b>Garden Club expanded meeting</b>", "<i>Beginning of the talks</i>", FIRST
    )
    assert [(kind, turn) for kind, turn, _ in pieces] == [
        ("read-out", -1), ("heading", -1), ("heading", -1), ("heading", -1), ("label", 0), ("speech", 0),
    ]  # fmt: skip
    assert turns["paragraph"].tolist() == [4]


@pytest.mark.parametrize(
    "bodies",
    [
        ["The message reads, in part:", "“I wish you good seeds.", "Grow well.”"],
        ["<b>The message reads:</b>", "I wish you good seeds."],
        ["Jane Doe noted that the roses, she said, do well: “They grow.”", "* * *", "They also met Max Roe."],
        ["<b>Entry from 10.00 am to 11.00 am:</b>", "<b>Note for television journalists:</b> bring lamps."],
        ["<b>Max Roe</b> was born in 1950.", "<b>Prizes have been awarded to:</b>", "Ann Poe."],
        ["Minister of Trade: Ann Poe.", "Minister of Seeds: Max Roe."],
    ],
)
def test_a_page_without_a_label_is_nobodys_speech(bodies):
    """Messages, reported speech, notes for the press and lists have no turns."""
    turns, pieces = segment(*bodies)
    assert len(turns) == 0
    assert {kind for kind, _, _ in pieces} <= {"read-out", "heading"}


def test_labels_without_bold_count_where_nothing_is_bold():
    """On a page without bold labels a full name with an office opens turns, and roles do."""
    turns, pieces = segment("President of Northland Max Roe: Yes.", "Go on.", "Question: Why?", "Max Roe: Three things: A, B.")
    assert turns["name"].tolist() == ["Max Roe", "", "Max Roe"]
    assert pieces[-1] == ("speech", 2, "Three things: A, B.")


@pytest.mark.parametrize(
    ("body", "name", "office"),
    [
        ("Max Roe: Yes.", "Max Roe", ""),
        ("Max Roe (retranslated): Yes.", "Max Roe", ""),
        ("Max Roe, Garden-1 TV Channel: Yes.", "Max Roe", "Garden-1 TV Channel"),
        ("Max Roe, Greenfield: Yes.", "Max Roe", "Greenfield"),
        ("Max Roe, Head of the Seed Office, moderator: Yes.", "Max Roe", "Head of the Seed Office, moderator"),
        ("Film Director Emir Roe: Yes.", "Emir Roe", "Film Director"),
        ("Patriarch Maxim: Yes.", "Maxim", "Patriarch"),
        ("chairman of the Joint Garden Commission Board Max Roe: Yes.", "Max Roe", "chairman of the Joint Garden Commission Board"),
        ("Head of the Seed Office, member of the Garden Club Max Roe: Yes.", "Max Roe", "Head of the Seed Office, member of the Garden Club"),
        ("Deputy Head of the " + "Seed and Plant " * 12 + "Office Max Roe: Yes.", "Max Roe", "Deputy Head of the " + "Seed and Plant " * 12 + "Office"),
        ("Max Roe (answering a remark of Ann Poe, who told " + "of the seeds " * 12 + "at length): Yes.", "Max Roe", ""),
        ("Video question: Yes.", "", "Video question"),
        ("Question retranslated): Yes.", "", "Question retranslated"),
        ("Moderator: Yes.", "", "Moderator"),
    ],
)  # fmt: skip
def test_labels_without_bold_have_the_forms_of_those_in_bold(body, name, office):
    """Firms and offices before or after the name, long ones, remarks in brackets, and roles, on a page of plain text."""
    turns, pieces = segment("President of Northland Jane Doe: Welcome.", body)
    assert turns[["name", "office"]].to_numpy().tolist()[1:] == [[name, office]]
    assert pieces[-1] == ("question" if not name else "speech", 1, "Yes.")


@pytest.mark.parametrize(
    "body",
    [
        "But, as usual, let us begin with the seeds, the first ones sent by Mr Roe: they grow.",
        "Thankfully, there remain wise people in Northland: they sow.",
        "Ann Poe had this to write to us: the seeds grow.",
        "President Max Roe, whom we met, said to Ann Poe: sow.",
        "My question is for President Max Roe: why?",
        "Dear Max Roe: good day.",
        "The next question, Max Roe: why?",
        "One more thing: seeds.",
        "Our Garden: it grows.",
        "In this garden. Max Roe: why?",
    ],
)
def test_a_colon_in_plain_text_is_no_label(body):
    """A sentence with a name before a colon begins no turn on a page of plain labels either."""
    turns, _ = segment("President of Northland Jane Doe: Welcome.", body)
    assert turns["name"].tolist() == ["Jane Doe"]


def test_plain_names_alone_are_labels_where_they_open_the_page_or_return():
    """A full name up to a colon is a label on the first line, or where it stands twice; once in a list it is none."""
    assert segment("Max Roe: Friends, good day.", "Seeds: sow them.")[0]["name"].tolist() == ["Max Roe"]
    turns, _ = segment("They met.", "Max Roe: A.", "Ann Poe: B.", "Max Roe: C.")
    assert turns["name"].tolist() == ["Max Roe", "Ann Poe", "Max Roe"]
    assert len(segment("Prizes have been given to:", "Max Roe: for roses.", "Ann Poe: for seeds.")[0]) == 0


def test_a_document_without_labels_is_speech_of_its_speaker():
    """Who speaks is said by the register: one turn without a label, apart from headings, directions and marks of omission."""
    turns, pieces = segment("<b>On seeds</b>", "Seeds grow.", "* * *", "Good day. (Applause.)", "&lt;…&gt;", speaker="Northland")
    assert turns[["kind", "label", "name", "office", "paragraph", "n_words"]].to_numpy().tolist() == [
        ["speech", "", "Northland", "", 1, 4]
    ]
    assert pieces == [
        ("heading", -1, "On seeds"), ("speech", 0, "Seeds grow."), ("heading", 0, "* * *"), ("speech", 0, "Good day."),
        ("stage direction", 0, "(Applause.)"), ("cut mark", 0, "<…>"),
    ]  # fmt: skip


def test_labels_go_before_the_speaker_of_the_document():
    """Where the text names who speaks, dashes included, the register's speaker is not asked."""
    turns, _ = segment(FIRST, "– Who sows?", "– We do.", speaker="Max Roe")
    assert turns["name"].tolist() == ["Jane Doe"]
    assert len(segment("* * *", speaker="Max Roe")[0]) == 0


def tell_voices(*texts, speaker="Jane Doe"):
    """Return one letter a paragraph of a dash interview: q question, a answer, - what stands before; '' if it is none."""
    heads, voice, letters = find_dash_heads(list(texts), speaker), "-", ""
    for head in heads:
        voice = voice if head is None else "a" if head.name else "q"
        letters += voice
    return letters


def test_dashes_are_labels_of_an_interview():
    """The dash is the label; the questioner has no name, the answers are the interviewee's."""
    turns, pieces = segment(
        "Our guest.", "– What grows?", "– Roses.", "And seeds.", "—And why?", "- Why not?", speaker="Jane Doe"
    )
    assert turns[["kind", "label", "name"]].to_numpy().tolist() == [
        ["question", "–", ""], ["speech", "–", "Jane Doe"], ["question", "—", ""], ["speech", "-", "Jane Doe"],
    ]  # fmt: skip
    assert pieces == [
        ("read-out", -1, "Our guest."), ("label", 0, "–"), ("question", 0, "What grows?"), ("label", 1, "–"),
        ("speech", 1, "Roses."), ("speech", 1, "And seeds."), ("label", 2, "—"), ("question", 2, "And why?"), ("label", 3, "-"),
        ("speech", 3, "Why not?"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "voices"),
    [
        (["– What grows?", "– Roses.", "– And why?", "– It rains."], "qaqa"),
        (["– What grows?", "Roses.", "Seeds.", "– And why?", "It rains."], "qaaqa"),
        (["– You sow.", "And what grows?", "– Roses.", "– Why?", "– It rains."], "qqaqa"),
        (["– What grows?", "I mean in the garden.", "– Roses.", "– Why?", "– It rains."], "qqaqa"),
        (["– What grows?", "And where?", "Roses.", "– Why?", "It rains."], "qqaqa"),
        (["– What grows?", "– Roses. Do you know why?", "– Why?", "– It rains."], "qaqa"),
        (["– What grows?", "– Roses.", "Do you know why?", "– Why?", "– It rains."], "qaaqa"),
        (["– What grows?", "– These:", "– roses;", "– seeds.", "– Why?", "– It rains."], "qaaaqa"),
        (["– Tell us of the garden.", "– It grows.", "– Why?", "– It rains."], "qaqa"),
        (["– What grows?", "– Roses.", "– Tell us of them.", "– They are red.", "– Why?", "– It rains."], "qaqaqa"),
        (["– What grows?", "– Roses.", "– Thank you."], "qaq"),
        (["– What grows?", "– Roses.", "– Thank you.", "– Thank you."], "qaqa"),
        (["– What grows?", "– Roses.", "– And seeds.", "– Why?", "– It rains."], "qaaqa"),
        (["Roses in Northland", "By our reporter.", "– What grows?", "“Roses.”"], ""),
        (["Seeds grow.", "– We sow.", "– We reap."], ""),
        (["Seeds grow.", "– Who sows?", "– Who reaps?", "– Who eats?", "We all ask."], ""),
        (["– 5 degrees?", "–20 degrees."], ""),
        (["* * *", "— — —"], ""),
    ],
)
def test_voices_change_at_dashes(texts, voices):
    """Questions of several paragraphs, answers without a dash or with a question, remarks, lists; and what is no interview."""
    assert tell_voices(*texts) == voices


def test_a_bold_name_without_a_colon_is_a_label_where_the_page_knows_it():
    """A full stop or nothing in place of the colon still gives the floor, but a bold name in a sentence does not."""
    turns, pieces = segment(
        FIRST, "<b>Max Roe:</b> A.", "<b>Jane Doe.</b> B.", "<b>Max Roe</b> Yes.", "<b>Max Roe</b>. Thanks.",
        "<b>Ann Poe.</b> Good day.", "<b>Max Roe</b> said no.",
    )  # fmt: skip
    assert turns["name"].tolist() == ["Jane Doe", "Max Roe", "Jane Doe", "Max Roe", "Max Roe", "Ann Poe"]
    assert pieces[-1] == ("speech", 5, "Max Roe said no.")
    assert ("speech", 4, "Thanks.") in pieces


def test_directions_and_omissions_are_spans_of_their_own():
    """Stage directions, by themselves or in a paragraph, and marks of omission are no speech; asides are."""
    _, pieces = segment(
        FIRST, "<i>(Documents are signed.)</i>", "Good. <i>(Laughter.)</i> I am <i>serious</i> (as ever). (Applause)",
        "(<i>Addressing Max Roe</i>): Max, is it so?", "&lt;…&gt;", "Then <i>(Going Vertical)</i> came.", "<b>&lt;...&gt;</b>",
        "We know <i>[the sum in rubles]</i> it.", "<i>Minute of silence.</i>",
    )  # fmt: skip
    assert pieces[2:] == [
        ("stage direction", 0, "(Documents are signed.)"),
        ("speech", 0, "Good."),
        ("stage direction", 0, "(Laughter.)"),
        ("speech", 0, "I am serious (as ever)."),
        ("stage direction", 0, "(Applause)"),
        ("stage direction", 0, "(Addressing Max Roe):"),
        ("speech", 0, "Max, is it so?"),
        ("cut mark", 0, "<…>"),
        ("speech", 0, "Then (Going Vertical) came."),
        ("cut mark", 0, "<...>"),
        ("speech", 0, "We know"),
        ("stage direction", 0, "[the sum in rubles]"),
        ("speech", 0, "it."),
        ("stage direction", 0, "Minute of silence."),
    ]


@pytest.mark.parametrize(
    ("body", "pieces"),
    [
        ("We came (Laughter). Then we went.", [("speech", "We came"), ("stage direction", "(Laughter)"), ("speech", ". Then we went.")]),
        ("We came. (Laughter). We went.", [("speech", "We came."), ("stage direction", "(Laughter)."), ("speech", "We went.")]),
        ("So. (Recites a poem.)", [("speech", "So."), ("stage direction", "(Recites a poem.)")]),
        ("(To Max Roe.) Max?", [("stage direction", "(To Max Roe.)"), ("speech", "Max?")]),
        ("So. (I think this is clear.)", [("speech", "So. (I think this is clear.)")]),
        ("So (Northland and Eastland).", [("speech", "So (Northland and Eastland).")]),
        ("Grow! [last word said in English]", [("speech", "Grow!"), ("stage direction", "[last word said in English]")]),
        ("Grow! [as we say]", [("speech", "Grow! [as we say]")]),
    ],
)  # fmt: skip
def test_directions_without_italics_are_told_by_their_words(body, pieces):
    """A short sentence with its own stop, in brackets, is a direction; a full stop behind one belongs to the speech before it."""
    _, found = segment(FIRST, body)
    assert [(kind, text) for kind, _, text in found[2:]] == pieces


def test_remarks_from_the_hall_without_words_are_directions():
    """A role in bold with its remark but no colon says nothing and changes no speaker."""
    turns, pieces = segment(FIRST, "<b>Remark </b><i>from the audience.</i>", "Where was I?")
    assert len(turns) == 1
    assert pieces[2:] == [("stage direction", 0, "Remark from the audience."), ("speech", 0, "Where was I?")]


def test_a_heading_or_an_omission_does_not_end_a_turn():
    """Without a new label the same person goes on."""
    turns, pieces = segment(FIRST, "* * *", "And now to seeds.", "<b>On water</b>", "Water is good.", "&lt;…&gt;", "Thank you.")
    assert len(turns) == 1
    assert [piece for piece in pieces if piece[0] == "speech"] == [
        ("speech", 0, text) for text in ("Welcome.", "And now to seeds.", "Water is good.", "Thank you.")
    ]


def test_words_are_counted_in_what_is_said():
    """By hand: 2 words, then 1 and 3 without the direction between them."""
    turns, _ = segment(
        "<b>President of Northland Max Roe:</b> Good day.", "<b>Ann Poe:</b> Yes. <i>(Laughter.)</i>", "I am serious."
    )
    assert turns["n_words"].tolist() == [2, 4]


def test_a_label_may_stand_alone():
    """A label with nothing after it opens the turn; the next paragraph is its speech."""
    turns, pieces = segment("<b>President of Northland Max Roe</b> <i>(transcript)</i>:", "Good day.")
    assert turns[["remark", "n_words"]].to_numpy().tolist() == [["transcript", 2]]
    assert pieces == [("label", 0, "President of Northland Max Roe (transcript):"), ("speech", 0, "Good day.")]


def test_no_documents_give_empty_tables():
    """A shard without pages is no error."""
    empty = segment_turns(pd.DataFrame(columns=list(DOCUMENTS.columns)), pd.DataFrame(columns=list(PARAGRAPHS.columns)))
    assert [len(table) for table in empty] == [0, 0]


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "a (" * 20_000, "<b>" + "A" * 50_000 + "</b>", "<b>" + "A. " * 20_000 + "</b>:", "* " * 30_000]
)
def test_hostile_paragraphs_take_no_time(text):
    """Fifty thousand characters of brackets, names or asterisks are read at once."""
    segment(FIRST, text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000, "(a). " * 10_000, "a (" * 20_000, "A (:" * 12_500, "A. " * 10_000 + ":", "A" * 399 + ":" * 50_000,
        "– A?" * 12_500, "?" * 50_000,
    ],
)  # fmt: skip
def test_hostile_paragraphs_without_bold_take_no_time(text):
    """The same on a page of plain labels and in an interview of dashes, where every paragraph is asked."""
    start = time.process_time()
    find_heads([(0, "Head of Northland Max Roe: Yes.", (), ()), (1, text, (), ())], "")
    find_dash_heads(["– Who?", text, "– " + text, "– We."], "Jane Doe")
    split_paragraph(text, (), (), None, "speech")
    assert time.process_time() - start < 0.1


def test_names_of_bodies_are_no_names_of_people():
    """Two capitalised words after 'of' name a body; three hold a person."""
    assert find_name("Chairman of the Town Council") == ""
    assert find_name("Head of the Garden Office") == ""
    assert find_name("Head of Northland Max Roe") == "Max Roe"

"""Facts about where sentences end."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framings.schemas import SENTENCES, check
from framings.sentences import find_sentences, read_abbreviations, split_sentences

REFERENCE = Path(__file__).parents[1] / "data/reference"
ABBREVIATIONS = {
    language: read_abbreviations((REFERENCE / f"abbreviations_{language}.txt").read_text(encoding="utf-8"))
    for language in ("en", "ru")
}

# One case a line: | stands where a sentence ends and the next begins (a following space belongs to the gap).
ENGLISH = """
We agreed.| It was late.
Mr. Putin spoke.| Mrs. Lee and Dr. Roe replied.
Messrs. Roe and Doe left for St. Petersburg.| Gen. Orr stayed.
The U.S. President came.| We met.
He lives in the U.S.| We do not.
They left the U.N.| It was noon.
The visit begins on Feb. 5.| On Sept. 6 it ends.
J. Smith met A. B. Jones.| V. V. Orlov and A. I. Petrov left.
George W. Hill and J.R.R. Dale spoke.
So do I.| We all do.
Growth was 2.5 per cent.| Inflation was 3.1.
It costs $4.80.| That is little.
In 2014. |We began.
It began in 2014.| Then came 2015.
Well... |Maybe.
Well… |Maybe so.
Well... maybe so.
On trade… we agree.
He said: “We agree.”| Then he left.
He said: "We agree."| Then he left.
“Why?” he asked.| Nobody knew.
“Stop!” they cried.| He stopped.
(It was late.)| We went home.
It was late (we had waited).| We went home.
He called it “a union.”| “It is more,” she said.
1. Trade grows.| 2. Prices fall.
12. Trade grows.
IV. The parties agree.
We have three aims: 1. trade; 2. peace.| That is all.
We looked at it again.|This is new.
We looked at it again!|This is new.
He came back.|I know it.
See the site kremlin.ru for more.| Or gov.uk.
The Mail.Ru Group grew.
Send it to a.b@example.com now.| Thank you.
Symphony No. 5 was played.| Order No. 204 was signed.
Is it true?| No. |We deny it.
Is it so?| No. |Everybody denies it.
Art. 5 and Sec. 7 apply.| See p. 9.
We meet at 9 a.m. Moscow time.| They came at 5 p.m.
We meet at 9 a.m. |The talks end at noon.
Steel, gas, etc. are sold.| Oil, coal, etc. |Everything is sold.
We sell fuel, e.g. Siberian gas, i.e. methane.
Acme Inc. Director Roe met Bolt Ltd. |They signed.
What is it?! |Nobody knows.
What... |What is it?
Really?| Yes!| Good.
He said no.| ‘Never again,’ he added.
It is so.| – Is it?| – It is.
Is it a union? yes, it is.
It grew by 5 bn.| Trade fell.
See www.example.org.| It is there.
The station (built in 1990.) |Was it?
This is Ph.D. work by Roe.
Thank you. <…>
* * *
""".strip().splitlines()

RUSSIAN = """
Встреча В.В. Путина прошла.| Все довольны.
Речь В.В.Путина и А. Г. Иванова была долгой.
Т.е. мы согласны.| И т.д. и т.п. не нужно.
В 2014 г. Россия подписала договор.| В 2015 г. мы начали.
Родился в г. Москве, на ул. Ленина, д. 5.| Там и живёт.
Это стоит 5 млрд. рублей.| Нужно 5 млрд. |Россия готова.
Бюджет составил 5 млн. 300 тыс. рублей.
Смотри ст. 5 и п. 7 договора.| Это важно.
Им. Гагарина назван завод.| Проф. Петров согласен.
«Что делать?» – спросил он.| – Да! |– Нет.
Он сказал: «Мы согласны». |Все встали.
Он сказал: «Мы согласны.» |Все встали.
Мы рассмотрели вопрос.|Это важно.
Мы… не знаем.| Не знаем… |Но узнаем.
Рост 2,5 процента.| Инфляция 3.1 процента.
Всё ясно?| Ещё нет!| Ёлки стоят.
Это было в 1994 году.| С тех пор прошло 20 лет.
И др. страны, напр. Киргизия, согласны.
Сайт президент.рф открыт.
Уважаемый г-н Президент!| Уважаемые коллеги!
1. Торговля растёт.| 2. Цены падают.
""".strip().splitlines()


def cut(text, language):
    return [text[start:end] for start, end in find_sentences(text, ABBREVIATIONS[language])]


@pytest.mark.parametrize(("case", "language"), [(case, "en") for case in ENGLISH] + [(case, "ru") for case in RUSSIAN])
def test_a_sentence_ends_where_a_reader_ends_it(case, language):
    """Written by hand: titles, initials, dates, decimals, quotations, lists, glued sentences, abbreviations."""
    assert cut(case.replace("|", ""), language) == [piece.strip() for piece in case.split("|")]


@given(st.text(alphabet='aAbB яЯ.!?…"”»)(1 2\u00a0Mr', max_size=60))
def test_sentences_and_white_space_give_the_text_back(text):
    """Between, before and after the sentences there is only white space, and none is empty or padded."""
    place = 0
    for start, end in find_sentences(text, ABBREVIATIONS["en"]):
        assert text[place:start].strip() == "" and text[start:end].strip() == text[start:end] != ""
        place = end
    assert text[place:].strip() == ""


def test_abbreviations_are_one_a_line():
    """Comments and empty lines are passed over; a number behind an entry is kept as a condition."""
    assert read_abbreviations("# heads\n\nMr.\nNo. 5\nт.е.\n") == {"mr", "no 0", "т.е"}


def test_an_abbreviation_without_a_stop_is_refused():
    """The message shows how to write it."""
    with pytest.raises(ValueError, match="'mr' has no stop at its end"):
        read_abbreviations("Mr\n")


def place_spans(*spans, text, language="en"):
    """Tables of one document with one paragraph: spans are (start, end, kind, turn)."""
    documents = pd.DataFrame({"document_id": ["d"], "language": [language]})
    turns = pd.DataFrame({"document_id": "d", "turn": sorted({turn for *_, turn in spans if turn >= 0})})
    paragraphs = pd.DataFrame({"document_id": ["d"], "paragraph": [0], "text": [text]})
    spans = pd.DataFrame(
        [("d", 0, *span) for span in spans], columns=["document_id", "paragraph", "start", "end", "kind", "turn"]
    )
    return documents, turns, paragraphs, spans


def test_a_stage_direction_cuts_and_a_label_is_no_speech():
    """Sentences are numbered in their turn, and their offsets point into the paragraph."""
    text = "Roe: We agree. We hope (Applause.) for more. "
    tables = place_spans(
        (0, 4, "label", 0), (4, 23, "speech", 0), (23, 34, "stage direction", 0), (34, 45, "speech", 0), text=text
    )
    sentences = split_sentences(*tables, ABBREVIATIONS)
    assert sentences["text"].tolist() == ["We agree.", "We hope", "for more."]
    assert sentences["sentence_id"].tolist() == ["d:t000:s00", "d:t000:s01", "d:t000:s02"]
    assert [text[start:end] for start, end in zip(sentences["start"], sentences["end"], strict=True)] == sentences[
        "text"
    ].tolist()
    assert sentences["n_words"].tolist() == [2, 2, 2]


def test_the_stop_behind_a_stage_direction_opens_no_sentence():
    """A stop or comma that a direction cuts off from its sentence belongs to no sentence."""
    text = "We hope (Applause). It grows (Laughter), as ever."
    spans = [(0, 8, "speech", 0), (8, 18, "stage direction", 0), (18, 29, "speech", 0)]
    tables = place_spans(*spans, (29, 39, "stage direction", 0), (39, 49, "speech", 0), text=text)
    sentences = split_sentences(*tables, ABBREVIATIONS)
    assert sentences["text"].tolist() == ["We hope", "It grows", "as ever."]
    assert sentences["start"].tolist() == [0, 20, 41]


def test_what_is_not_spoken_gives_no_sentence():
    """Read-outs, headings, cut marks and spans outside turns are left out; so is a span without a word; questions stay."""
    text = "Read. Head. Cut… Who? …"
    kinds = [
        (0, 6, "read-out", -1),
        (6, 12, "heading", -1),
        (12, 17, "cut mark", 0),
        (17, 22, "question", 0),
        (22, 23, "speech", 1),
    ]
    assert split_sentences(*place_spans(*kinds, text=text), ABBREVIATIONS)["text"].tolist() == ["Who?"]


def test_each_document_is_cut_by_the_rules_of_its_language():
    """A Russian abbreviation ends a sentence in an English document."""
    text = "Это ул. Мира."
    counts = [
        len(split_sentences(*place_spans((0, 13, "speech", 0), text=text, language=name), ABBREVIATIONS)) for name in ("ru", "en")
    ]
    assert counts == [1, 2]


def test_a_span_of_an_unknown_turn_is_refused():
    """The message names turn and document."""
    documents, turns, paragraphs, spans = place_spans((0, 3, "speech", 4), text="Yes")
    with pytest.raises(ValueError, match="names turn 4 of d, which table turns lacks"):
        split_sentences(documents, turns.iloc[:0], paragraphs, spans, ABBREVIATIONS)


def test_no_speech_gives_an_empty_table():
    """The table keeps its contract where nobody speaks."""
    tables = place_spans((0, 4, "heading", -1), text="Head")
    assert check(split_sentences(*tables, ABBREVIATIONS), SENTENCES).empty

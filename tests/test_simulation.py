"""The simulated corpus: its truth is what the design says, its pages hold every trap, and nobody real speaks in it."""

import hashlib
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

from framings.codebook import read_codebook
from framings.documents import parse_documents
from framings.frames import match_patterns
from framings.marks import mark_turns
from framings.recovery import compare_text
from framings.schemas import KNOWN_SPEAKERS, RELEVANCE, STAGES
from framings.sentences import read_abbreviations, split_sentences
from framings.simulation import SCENE_WORDS, simulate_corpus, tabulate_planted
from framings.simulation_grammar import GrammarError, compile_grammar, expand
from framings.speakers import resolve_speakers
from framings.storage import read_hand_table
from framings.turns import segment_turns

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data/corpora/demo"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
REAL = re.compile(
    r"\b(?:Putin|Medvedev|Nazarbayev|Tokayev|Lukashenko|Khristenko|Sargsyan|Pashinyan|Slepnyov|Atambayev|Jeenbekov|Japarov|Dodon"
    r"|Russia|Kazakhstan|Belarus|Armenia|Kyrgyzstan|Ukraine|Moscow|Astana|Minsk|Yerevan|Bishkek|Brussels|Europe|Eurasian?|Kremlin"
    r"|Путин\w*|Медведев\w*|Назарбаев\w*|Токаев\w*|Лукашенко|Росси\w*|Казахстан\w*|Беларус\w*|Армени\w*|Украин\w*|Москв\w*|Евраз\w*|Кремл\w*)\b"
)
MARKUP = {
    "label_colon_in_bold": r"<p><b>[^<]+:</b> ",
    "label_colon_after_bold": r"<p><b>[^<]+</b>: ",
    "label_colon_in_own_bold": r"<p><b>[^<]+</b><b>:</b> ",
    "label_retranslated": r"<p><b>[^<]+</b> <i>\(retranslated\)</i>: ",
    "label_retranslated_bold_colon": r"<p><b>[^<]+ </b><i>\(retranslated\)</i><b>:</b> ",
    "label_re_translated": r"<p><b>[^<]+</b> <i>\(re-translated\):</i> ",
    "label_translated_from": r"<p><b>[^<]+</b> <i>\(translated from Sembrian\)</i>: ",
    "label_lower_case_office": r"<p><b>chairman of ",
    "label_long_office": r"<p><b>President of the Republic of ",
    "label_board_variant": r"<p><b>(?:Chairman of the Board of the Meridian Commission|Meridian Commission Board Chairman) ",
    "label_acting": r"<p><b>Acting Prime Minister of ",
    "label_first_president": r"<p><b>First President of ",
    "label_initials": r"<p><b>[A-Z]\.[A-Z][a-z]+",
    "label_initials_spaced": r"<p><b>[A-Z]\. [A-Z][a-z]+",
    "label_run_together": r"<p><b>[A-Z][a-z]+[A-Z][a-z]+\b",
    "label_capitals": r"<p><b>[A-Z]+ [A-Z]+\b",
    "label_answering": r"<p><b>[^<]+ \(answering [^<]+\):</b> ",
    "label_responding": r"<p><b>[^<]+ \(</b><i>responding to remarks by [^<]+\)</i>: ",
    "label_no_space": r"<p><b>[^<]+:</b>[A-Z]",
    "label_split_bold": r"<p><b>[^<]+</b> <b>[^<]+</b>: ",
    "label_letter_outside": r"<p>[A-Z]<b>[a-z]+ [^<]+: </b>",
    "label_leading_space": "<p><b>\xa0[^<]+:</b> ",
    "label_person_link": r"<p><b>[^<]*<a [^>]+person_tag read__tag\">[^<]+<span class=\"read__tooltip [^>]+masha-ignore",
    "label_spelling": r"<p><b>(?:Ilmar Teskaryn|Davor Avasco)",
    "role_question": r"<p><b>Question\b",
    "role_question_from": r"<p><b>Question from Brenholt\b",
    "role_remark": r"<p><b>Remark\b",
    "role_response": r"<p><b>Response from the hall\b",
    "role_moderator": r"<p><b>Moderator of the Meridian Forum plenary session [A-Z]",
    "stars_bold": r"<p><b>\* \* \*</b></p>",
    "stars_plain": r"<p>\* \* \*</p>",
    "stars_glued": r"<p>\*\*\*<b></b></p>",
    "heading_bold": r"<p><b>[^<:]+</b></p>",
    "speech_heading": r"<p><b><i>[^<:]+</i></b></p>",
    "colon_in_speech": r"(?s)came up.to.me.and.said: |told.me: |have.one.rule: ",
    "message_reads": r"<p>The message reads, in\spart:</p>",
    "announcement": r"<div class=\"announce_date\">",
    "cut_mark": r"<p>&lt;…&gt;</p> <div class=\"read__bottommeta",
    "cut_mark_bold": r"<p><b>&lt;</b><b>…&gt;</b></p>",
    "cut_mark_inside": r"<p>&lt;…&gt;</p><p>",
    "stage_direction": r"<p><i>\(Applause\.\)</i></p>",
    "stage_direction_inside": r"[.?] (?:<i>\(Laughter\.\)</i>|\(<i>Laughter\.</i>\))</p>",
    "no_break_spaces": "\xa0",
    "hard_breaks": r"<p>[^\n]+\n",
    "zero_width": "[a-zа-я]\u200b[a-zа-я]",
    "soft_hyphens": "[a-zа-я]\u00ad[a-zа-я]",
    "glued_sentences": r"[a-z]\.[A-Z][a-z]",
    "abbreviations": r"(?s)Feb\. 5|U\.T\.C\. |Dr\. Orlen|Mrs\. Vell",
    "salutation_paragraph": r"[a-z],</p>",
    "slider": r"<div class=\"slider masha-ignore\"",
    "figure": r"<figure class=\"media__pic\"",
    "video": r"media__container_video u-video masha-ignore",
    "see_also": r"<div class=\"read__cut [^\"]+masha-ignore\"",
    "russian": r"<meta itemprop=\"inLanguage\" content=\"ru\"/>",
    "russian_initials": r"<p><b>И\.Тескарин",
}


def load(name):
    """Return a YAML file of the corpus."""
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader, in C where there is one


@cache
def simulate(n_documents):
    """Return the corpus with its own seed, once."""
    design = load("design.yaml")
    return simulate_corpus(design, {name: load(f"grammar_{name}.yaml") for name in ("en", "ru")}, n_documents, design["seed"])


@cache
def expand_all(language, kind):
    """Return a table of code and text: each template of frames.<code>.<kind> a few times."""
    grammar, rows = load(f"grammar_{language}.yaml"), []
    numbers = iter([(place * 0.6180339887) % 1 for place in range(200_000)]).__next__
    scene = {name: ["Pell" if language == "en" else "Пелл"] for name in SCENE_WORDS}
    for code, frames in compile_grammar(grammar, SCENE_WORDS)["frames"].items():
        rows += [(code, expand([template], scene, numbers)) for template in frames[kind] for _ in range(6)]
    return pd.DataFrame(rows, columns=["code", "text"])


def test_equal_arguments_give_equal_bytes():
    """A corpus is a function of design, grammars, number and seed."""
    again = simulate.__wrapped__(60)
    assert again.pages == simulate(60).pages
    pd.testing.assert_frame_equal(again.sentences, simulate(60).sentences)


def test_another_seed_gives_another_text():
    """The seed matters."""
    design = load("design.yaml")
    other = simulate_corpus(design, {name: load(f"grammar_{name}.yaml") for name in ("en", "ru")}, 2, 2)
    assert all(page != simulate(60).pages[name] for name, page in other.pages.items())


def test_a_document_does_not_depend_on_how_many_there_are():
    """The first 60 documents of 240 are the 60 documents: pages, register and truth."""
    few, many = simulate(60), simulate(240)
    assert few.pages.items() <= many.pages.items()
    for name in ("register", "sentences", "turns", "traps"):
        table = getattr(many, name)
        first = table[table["document_id"].isin(few.register["document_id"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(few, name), first)


def test_every_trap_of_the_plan_is_on_its_page():
    """Sixty documents hold each form of a label and each trap of the design, each where the plan has it."""
    corpus, design = simulate(60), load("design.yaml")
    held = corpus.traps.groupby("document_id")["trap"].agg(set)
    for key, slot in zip(corpus.register["document_id"], design["plan"], strict=True):
        assert set(slot["traps"]) <= held[key]
    assert set(corpus.traps["trap"]) == set(design["traps"])


@pytest.mark.parametrize("trap", MARKUP)
def test_a_trap_is_in_the_markup_of_each_page_that_claims_it(trap):
    """What the table of traps says stands on the page as the real site writes it."""
    corpus = simulate(60)
    keys = corpus.traps.loc[corpus.traps["trap"] == trap, "document_id"]
    names = [name for name in corpus.register.set_index("document_id").loc[keys, "page"] if name in corpus.pages]
    assert names
    assert [name for name in names if not re.search(MARKUP[trap], corpus.pages[name].decode())] == []


def test_the_other_traps_are_on_their_pages():
    """No og tags, no time of day, no date of an announcement, and two people of one surname, where the table says so."""
    corpus = simulate(60)
    pages = corpus.register.set_index("document_id")["page"]
    keys = {trap: list(part) for trap, part in corpus.traps.groupby("trap")["document_id"]}
    for trap, mark in (("no_og_tags", "og:title"), ("no_time", "read__time"), ("announcement", "read__published")):
        assert all(mark not in corpus.pages[pages[key]].decode() for key in keys[trap])
    for key in keys["namesakes"]:
        speakers = set(corpus.turns.loc[corpus.turns["document_id"] == key, "speaker_id"])
        assert {"joren-avasko", "davor-avasko"} <= speakers
    assert all(
        (corpus.sentences.loc[corpus.sentences["document_id"] == key, "turn"] == -1).all() for key in keys["phone_read_out"]
    )


def test_the_register_tells_what_is_at_hand():
    """Hashes are those of the pages; one document is registered without a page; all say that they are simulated."""
    corpus = simulate(60)
    register = corpus.register.set_index("page")
    assert len(register) == 60
    assert [name for name in register.index if name not in corpus.pages] == ["10039.html"]
    assert all(register.loc[name, "sha256"] == hashlib.sha256(page).hexdigest() for name, page in corpus.pages.items())
    assert register["note"].str.startswith("simulated").all()
    assert register["url"].str.contains(r"^http://(?:en\.)?chancery\.example/events/president/news/\d+$").all()
    assert all("Simulated text" in page.decode() for page in corpus.pages.values())


def test_no_two_documents_are_alike_but_the_planted_pair():
    """Of the pairs of documents one has the same speech, and it is flagged."""
    corpus = simulate(60)
    speech = corpus.sentences[corpus.sentences["turn"] >= 0].groupby("document_id")["text"].agg(" ".join)
    assert list(speech.index[speech.duplicated()]) == ["chancery-en-10031"]
    assert list(corpus.traps.loc[corpus.traps["trap"] == "duplicate_text", "document_id"]) == ["chancery-en-10031"]
    others = corpus.sentences[(corpus.sentences["turn"] >= 0) & (corpus.sentences["document_id"] != "chancery-en-10031")]
    assert others["text"].duplicated().mean() < 0.03


def test_sentences_have_the_length_of_speech():
    """Most sentences have 6 to 40 words, and documents 60 to 90 sentences on average."""
    sentences = simulate(60).sentences.query("turn >= 0")
    assert sentences["n_words"].between(6, 40).mean() > 0.98
    assert 60 <= len(sentences) / sentences["document_id"].nunique() <= 90


def test_larger_corpora_have_documents_of_the_same_size():
    """The plan is repeated, so 240 documents have about four times the sentences of 60."""
    assert len(simulate(240).sentences) == pytest.approx(4 * len(simulate(60).sentences), rel=0.05)


def test_the_union_is_named_in_relevant_turns_alone():
    """Each turn on integration names it at least twice; floor-giving and other subjects never do."""
    corpus = simulate(60)
    named = corpus.sentences["text"].str.contains(r"MEU|Meridian (?:Economic )?Union|МЭС|Меридианн\w+ (?:экономическ\w+ )?союз")
    counts = corpus.sentences.assign(named=named).groupby(["document_id", "turn"])["named"].sum().reset_index()
    turns = corpus.turns.merge(counts).set_index("content")["named"]
    assert turns["relevant"].min() >= 2
    assert turns[["off_topic", "procedural"]].max() == 0


def test_planted_shares_of_families_and_functional_talk_follow_from_those_of_codes():
    """Teskarin: RS .04+.02+.18+.01+.02+.02 = .29, OS .37, and .78 of the rest is functional."""
    planted = tabulate_planted(load("design.yaml")).set_index(["code", "actor_id", "stage_id"])["share"]
    assert planted["RS_any", "TESKARIN", "ST1"] == pytest.approx(0.29)
    assert planted["OS_any", "TESKARIN", "ST4"] == pytest.approx(0.37)
    assert planted["FUN", "TESKARIN", "ST1"] == pytest.approx(0.78 * 0.71 * 0.63)
    assert planted["RS12", "AVASKO", "ST2"] == 0.02
    assert planted["RS12", "AVASKO", "ST3"] == 0.16


def test_the_design_plants_contrasts_nulls_and_a_change():
    """At least five contrasts of 12 points or more, two nulls and one likeness between the first two presidents."""
    shares = load("design.yaml")["shares"]
    fixed = {code: row for code, row in shares.items() if not isinstance(row["AVASKO"], list)}
    gaps = {code: round(abs(row["TESKARIN"] - row["AVASKO"]), 3) for code, row in fixed.items()}
    officials = shares["RS11"]["COMMISSION"] - (shares["RS11"]["TESKARIN"] + shares["RS11"]["AVASKO"]) / 2
    support = shares["RS04"]["RADVELIN"] - (shares["RS04"]["TESKARIN"] + shares["RS04"]["AVASKO"]) / 2
    assert sum(gap >= 0.12 for gap in gaps.values()) + (officials >= 0.12) + (support >= 0.12) == 6
    assert gaps["RS01"] == gaps["OS09"] == gaps["OS12"] == 0


def test_planted_shares_are_realised_within_their_errors():
    """Over 240 documents each actor's share of each code lies within 4.5 standard errors, which allow for documents, of the design."""
    corpus = simulate(240)
    turns = corpus.turns[(corpus.turns["content"] == "relevant") & corpus.turns["actor_id"].notna()]
    copies = corpus.traps.loc[corpus.traps["trap"] == "duplicate_text", "document_id"]
    sentences = corpus.sentences.merge(turns[["document_id", "turn", "actor_id", "stage_id"]], on=["document_id", "turn"])
    sentences = sentences[~sentences["document_id"].isin(copies)]
    planted = corpus.planted.set_index(["actor_id", "stage_id"])
    for code in [*load("design.yaml")["shares"], "FUN"]:
        expected = planted.loc[planted["code"] == code, "share"]
        off = sentences["codes"].str.split(";").map(lambda codes, code=code: code in codes).astype(float)
        off = off - expected.reindex(pd.MultiIndex.from_frame(sentences[["actor_id", "stage_id"]])).to_numpy()
        for actor, part in off.groupby(sentences["actor_id"]):
            by_document = part.groupby(sentences.loc[part.index, "document_id"]).sum()
            assert abs(by_document.sum()) < 4.5 * (by_document**2).sum() ** 0.5, (code, actor)


def test_a_sentence_carries_at_most_one_code_of_a_family():
    """Two codes are one of regime and one of ontological security."""
    codes = simulate(60).sentences["codes"].str.split(";")
    assert codes.map(len).max() == 2
    assert all({code[:2] for code in pair} == {"RS", "OS"} for pair in codes[codes.map(len) == 2])


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_dictionary_knows_the_inside_wordings_and_none_of_the_outside_ones(language):
    """Recall under 1 is planted on purpose: it comes from the outside wordings."""
    codebook = read_codebook((ROOT / "data/reference/codebook.yaml").read_text(encoding="utf-8"))
    for kind, expected in (("inside", 1.0), ("outside", 0.0)):
        table = expand_all(language, kind)
        hits = match_patterns(table["text"], [language] * len(table), codebook.patterns)
        found = set(zip(hits["text"][~hits["negated"]], hits["code"][~hits["negated"]], strict=True))
        own = [(place, code) in found for place, code in enumerate(table["code"])]
        assert pd.Series(own).mean() == expected, [
            text for text, known in zip(table["text"], own, strict=True) if known != expected
        ][:3]


def test_nobody_real_and_no_real_place_is_named():
    """Neither the files of the corpus nor its pages name a real leader, state or capital."""
    files = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.*")) if path.suffix in (".yaml", ".csv")]
    texts = files + [page.decode() for page in simulate(60).pages.values()]
    assert [found for text in texts for found in REAL.findall(text)] == []


def test_the_speakers_of_the_register_are_those_of_the_design():
    """speakers.csv has a row for each office of the design, with its days and its actor."""
    table = pd.read_csv(FOLDER / "speakers.csv", dtype=str, keep_default_na=False)
    written = {(row.speaker_id, row.office.split(";")[0], row.start, row.end, row.actor_id) for row in table.itertuples()}
    planned = {
        (speaker_id, office["office"], office.get("start", ""), office.get("end", ""), office.get("actor", ""))
        for speaker_id, person in load("design.yaml")["people"].items()
        for office in person["offices"]
    }
    assert written == planned


def test_the_stages_of_the_design_are_those_of_the_corpus():
    """stages.csv and design.yaml agree."""
    table = pd.read_csv(FOLDER / "stages.csv", dtype=str)
    assert {row.stage_id: [row.start, row.end] for row in table.itertuples()} == load("design.yaml")["stages"]


@cache
def read_back():
    """Return what the workflow finds on the 60 pages: documents, turns, speakers, sentences."""
    corpus = simulate(60)
    documents, paragraphs, _ = parse_documents(corpus.register, corpus.pages.get)
    turns, spans = segment_turns(documents, paragraphs)
    speakers = resolve_speakers(documents, turns, read_hand_table(FOLDER / "speakers.csv", KNOWN_SPEAKERS))
    lists = {name: ROOT / f"data/reference/abbreviations_{name}.txt" for name in ("en", "ru")}
    abbreviations = {name: read_abbreviations(path.read_text(encoding="utf-8")) for name, path in lists.items()}
    return documents, turns, speakers, split_sentences(documents, turns, paragraphs, spans, abbreviations)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_workflow_finds_sentences_turns_and_speakers_as_planted(language):
    """From the pages alone every sentence, beginning of a turn and word under a name comes out as planted, and nothing else."""
    corpus, (documents, _, speakers, sentences) = simulate(60), read_back()
    assert documents["status"].value_counts().to_dict() == {"parsed": 59, "page missing": 1}
    keys = corpus.register.loc[corpus.register["language"] == language, "document_id"]
    tables = (table[table["document_id"].isin(keys)] for table in (sentences, speakers, corpus.sentences, corpus.turns))
    found = compare_text(*tables)
    assert (found["n_true"] > 0).all()
    assert found["n_true"].tolist() == found["n_found"].tolist() == found["n_right"].tolist(), found


def test_the_workflow_finds_actors_stages_and_relevance_as_planted():
    """Each turn has its actor and stage, and of the actors' turns those on integration alone count as relevant."""
    corpus, (documents, turns, speakers, sentences) = simulate(60), read_back()
    hand = (read_hand_table(FOLDER / "relevance.csv", RELEVANCE), read_hand_table(FOLDER / "stages.csv", STAGES))
    found = mark_turns(documents, turns, sentences, *hand)[0].merge(speakers, on=["document_id", "turn"])
    both = corpus.turns.merge(found, on=["document_id", "turn"], suffixes=("", "_found"))
    assert len(both) == len(corpus.turns) == len(turns)
    assert both["actor_id"].fillna("").tolist() == both["actor_id_found"].fillna("").tolist()
    assert both["stage_id"].tolist() == both["stage_id_found"].tolist()
    spoken = both[both["actor_id"].notna()]
    assert (spoken["relevant"] == (spoken["content"] == "relevant")).all()


def test_russian_documents_are_russian():
    """The three Russian documents hold no Latin letter in a sentence, a label or a title."""
    corpus = simulate(60)
    keys = corpus.register.loc[corpus.register["language"] == "ru", "document_id"]
    cells = [("sentences", "text"), ("turns", "label"), ("register", "title"), ("register", "place")]
    tables = [(getattr(corpus, table), column) for table, column in cells]
    said = [table.loc[table["document_id"].isin(keys), column] for table, column in tables]
    assert len(keys) == 3
    assert not pd.concat(said).str.contains("[A-Za-z]").any()


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("the {citty} sleeps", "uses {citty}, which is neither a slot nor a word of the scene"),
        ("the (a|b sleeps", "lacks ')'"),
        ("the a|b sleeps", "has '|' out of place"),
        ("the a) sleeps", "has ')' out of place"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_by_name(template, sentence):
    """The message holds the template and what is wrong with it."""
    with pytest.raises(GrammarError, match=re.escape(sentence)):
        compile_grammar({"slots": {}, "say": [template]}, ["city"])


def test_a_role_that_nobody_holds_is_refused():
    """A plan that casts an office on a day when it is empty names role and day."""
    design = load("design.yaml")
    design["people"]["ilmar-teskarin"]["offices"][0]["end"] = "1999-12-31"
    with pytest.raises(ValueError, match="nobody holds the role TESKARIN on 20"):
        simulate_corpus(design, {"en": load("grammar_en.yaml"), "ru": load("grammar_ru.yaml")}, 1, 1)

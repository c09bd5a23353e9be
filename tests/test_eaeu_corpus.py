"""Facts about the hand work of the Eurasian corpus; what needs the real pages reads ../shared and is skipped without it."""

import csv
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from framings.codebook import fold_pattern
from framings.documents import parse_documents
from framings.frames import match_patterns
from framings.marks import check_stages, find_stages
from framings.records import iterate_records, write_record
from framings.schemas import KNOWN_SPEAKERS, REGISTER, RELEVANCE, STAGES, check
from framings.speakers import check_known_speakers, resolve_speakers
from framings.turns import segment_turns

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "data/corpora/eaeu"
SHARED = ROOT.parent / "shared"
needs_shared = pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="../shared/corpus is not on this machine")


def read(name, contract):
    """Return a table of the corpus folder, checked; empty cells are missing."""
    return check(pd.read_csv(CORPUS / f"{name}.csv", dtype="str", keep_default_na=False, na_values=[""]), contract)


@pytest.fixture(scope="module")
def register():
    return read("documents", REGISTER)


@pytest.fixture(scope="module")
def speakers():
    return read("speakers", replace(KNOWN_SPEAKERS, key=("speaker_id", "office", "start")))


def read_shared(path):
    with (SHARED / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def find_numbers(urls):
    """Return the site's own numbers of the addresses that are on kremlin.ru, in whatever form they are written."""
    return {found.group(1) for url in urls if (found := re.search(r"kremlin\.ru/.*?(\d+)/?$", url))}


# The register


def read_records():
    """Return the records of the table of transcripts as pages, by file name."""
    table = iterate_records(SHARED / "corpus/transcripts-2022-2025.jsonl.gz")
    return {f"{record['doc_id']}.json": write_record(record) for record in table}


def test_every_document_has_one_row_one_page_and_one_address(register):
    """Keys, page names and addresses are each unique."""
    for column in ("document_id", "page", "url"):
        assert not register[column].duplicated().any(), column


def test_a_number_of_the_site_is_registered_once(register):
    """The key of a kremlin.ru document is site, language and number, whatever the address looks like."""
    rows = register[register["source"] == "kremlin"]
    numbers = rows["url"].str.extract(r"/(\d+)$", expand=False)
    assert (rows["document_id"] == "kremlin-" + rows["language"] + "-" + numbers).all()
    assert rows["page"].str.fullmatch(r"\d+\.(html|json)").all() and (rows["page"].str.split(".").str[0] == numbers).all()


def test_days_exist_and_rows_are_sorted(register):
    """Dates are days of the calendar; rows stand by date, then key."""
    for day in register["date"]:
        assert date.fromisoformat(day).isoformat() == day
    order = list(zip(register["date"], register["document_id"], strict=True))
    assert order == sorted(order)


def test_every_row_says_why_it_is_here(register):
    """No note is empty, and hashes are 64 hexadecimal digits where known."""
    assert register["note"].notna().all()
    assert register["sha256"].dropna().str.fullmatch("[0-9a-f]{64}").all()


def test_documents_cited_with_an_address_are_the_seeds(register):
    """The four pages of kremlin.ru and three of the Commission that Russo and Stoddard cite with a URL."""
    seeds = set(register.loc[register["seed_document"] == "yes", "document_id"])
    numbers = {f"kremlin-en-{number}" for number in (45790, 46767, 20377, 19485)}
    assert seeds == numbers | {"eec-en-19-12-2012", "eec-en-25-12-2012-2", "eec-en-29-09-2015-4"}


@needs_shared
def test_all_pages_at_hand_are_registered_with_their_hashes(register):
    """Each of the 291 pages has its row with the hash of its bytes, and so have 21 records; other rows have no hash."""
    pages = sorted((SHARED / "corpus/kremlin/pages").glob("*.html"))
    hashes = {page.name: hashlib.sha256(page.read_bytes()).hexdigest() for page in pages}
    known = register.dropna(subset="sha256")
    records = {page: hashlib.sha256(raw).hexdigest() for page, raw in read_records().items() if page in set(known["page"])}
    assert (len(hashes), len(records)) == (291, 21)
    assert dict(zip(known["page"], known["sha256"], strict=True)) == hashes | records


@needs_shared
def test_facts_of_the_pages_at_hand_are_those_of_their_list(register):
    """Dates and places are taken over unchanged, titles too, but for long ones, which are cut after nine words."""

    def cut(title):
        words = title.split()
        return title if len(words) <= 10 else " ".join(words[:9]) + " …"

    listed = {row["url"]: (row["date"], cut(row["title"]), row["place"]) for row in read_shared("corpus/kremlin/documents.csv")}
    rows = register[register["url"].isin(list(listed))].fillna("")
    assert len(rows) == len(listed)
    assert {row.url: (row.date, row.title, row.place) for row in rows.itertuples()} == listed


@needs_shared
def test_candidates_that_name_the_council_are_registered(register):
    """Sittings of the Supreme Council on kremlin.ru are in, each once; whatever is in no list is a cited document."""
    candidates = read_shared("corpus/candidates.csv")
    councils = [row["url"] for row in candidates if "Supreme Eurasian Economic Council" in row["title"]]
    known = [row["url"] for row in candidates + read_shared("corpus/kremlin/documents.csv")]
    known += [json.loads(raw)["url"] for raw in read_records().values()]
    cited = register.loc[register["seed_document"] == "yes", "url"]
    registered = find_numbers(register["url"])
    assert find_numbers(councils) <= registered <= find_numbers([*known, *cited])


@needs_shared
def test_every_cited_address_is_registered(register):
    """No address of the two sites in the articles is left out."""
    text = "".join((SHARED / f"seeds/{name}.txt").read_text("utf-8") for name in ("russo-stoddard-2018", "roberts-2017"))
    cited = set(re.findall(r"https?://(?:en\.kremlin\.ru|www\.eurasiancommission\.org)/[\w/.-]*\w", text))
    cited = {address.replace("//www.", "//") for address in cited}  # the register writes the Commission's host without www
    assert cited == set(register.loc[register["seed_document"] == "yes", "url"])


# Stages


def test_stages_are_disjoint_and_leave_no_day_out():
    """From 29 March 1994 on each stage begins on the day after the one before; the last is open."""
    stages = check_stages(read("stages", STAGES))
    assert stages["stage_id"].tolist() == ["ST1", "ST2", "ST3", "ST4", "ST5"]
    for end, start in zip(stages["end"][:-1], stages["start"][1:], strict=True):
        assert (date.fromisoformat(start) - date.fromisoformat(end)).days == 1
    assert stages["start"].iloc[0] == "1994-03-29"
    assert pd.isna(stages["end"].iloc[-1])


def test_the_turning_points_fall_where_the_articles_put_them(register):
    """The Declaration opens ST3, the Treaty in force ST4, the second chairman ST5; every document has a stage."""
    stages = read("stages", STAGES)
    days = ["2011-11-17", "2011-11-18", "2014-12-31", "2015-01-01", "2016-01-31", "2016-02-01"]
    assert find_stages(days, stages) == ["ST2", "ST3", "ST3", "ST4", "ST4", "ST5"]
    assert None not in find_stages(register["date"], stages)


# Speakers


def test_nobody_holds_two_offices_on_one_day(speakers):
    """The rows of a person do not overlap, and each begins before it ends."""
    spans = speakers.assign(start=speakers["start"].fillna("0001-01-01"), end=speakers["end"].fillna("9999-12-31"))
    for person, rows in spans.groupby("speaker_id"):
        for start, end in zip(rows["start"], rows["end"], strict=True):
            assert date.fromisoformat(start) <= date.fromisoformat(end), person
        for one, other in combinations(rows[["start", "end"]].itertuples(index=False), 2):
            assert one.end < other.start or other.end < one.start, person


def test_a_name_belongs_to_one_person(speakers):
    """A person has one name, and no spelling is shared by two persons."""
    assert (speakers.groupby("speaker_id")["name"].nunique() == 1).all()
    owner = {}
    for row in speakers.itertuples():
        forms = row.forms.split(";") if isinstance(row.forms, str) else []
        for form in (row.name, *forms):
            assert form == form.strip()
            assert len(form.split()) >= 2, form
            assert owner.setdefault(form.casefold(), row.speaker_id) == row.speaker_id, form


def find_actor(speakers, person, day):
    """Return the actor of a person on a day, None where there is none."""
    rows = speakers[speakers["speaker_id"] == person].fillna({"start": "0001-01-01", "end": "9999-12-31"})
    rows = rows[(rows["start"] <= day) & (day <= rows["end"])]
    return None if rows.empty or pd.isna(rows["actor_id"].iloc[0]) else rows["actor_id"].iloc[0]


@pytest.mark.parametrize(
    ("person", "day", "actor"),
    [
        ("vladimir-putin", "1999-12-31", "PUTIN"),
        ("vladimir-putin", "2010-11-19", "PUTIN"),
        ("dmitry-medvedev", "2010-06-11", "MEDVEDEV"),
        ("nursultan-nazarbayev", "2019-03-19", "NAZARBAYEV"),
        ("nursultan-nazarbayev", "2019-05-28", None),
        ("kassym-jomart-tokayev", "2019-03-20", "TOKAYEV"),
        ("alexander-lukashenko", "2000-01-26", "LUKASHENKO"),
        ("viktor-khristenko", "2003-03-12", None),
        ("viktor-khristenko", "2013-04-17", "EEC"),
        ("viktor-khristenko", "2016-02-01", None),
        ("tigran-sargsyan", "2013-01-01", None),
        ("tigran-sargsyan", "2017-10-11", "EEC"),
        ("serzh-sargsyan", "2017-10-11", "SARGSYAN_S"),
        ("nikol-pashinyan", "2018-12-27", "PASHINYAN"),
        ("alexander-khristenko", "2019-12-19", None),
    ],
)
def test_the_actor_follows_the_dated_office(speakers, person, day, actor):
    """Offices as the public record dates them; the Commission speaks through its officials only while they serve."""
    assert find_actor(speakers, person, day) == actor


def test_every_office_with_an_actor_is_dated_and_sourced(speakers):
    """Actors have an office, a first day, a country or body, and a source."""
    acting = speakers.dropna(subset="actor_id")
    assert {"PUTIN", "NAZARBAYEV", "LUKASHENKO", "EEC"} <= set(acting["actor_id"])
    assert acting[["office", "start", "country", "source"]].notna().all(axis=None)
    assert acting["actor_id"].str.fullmatch("[A-Z_]+").all()


@needs_shared
def test_nearly_every_word_on_the_pages_at_hand_has_a_known_speaker(register, speakers):
    """Under 1 % of the words of speech stand under a name that is not in speakers.csv; the actors of the study all speak."""
    pages = SHARED / "corpus/kremlin/pages"
    held = register[register["sha256"].notna()]
    records = read_records()
    documents, paragraphs, _ = parse_documents(held, lambda name: records.get(name) or (pages / name).read_bytes())
    turns, _ = segment_turns(documents, paragraphs)
    resolved = resolve_speakers(documents, turns, check_known_speakers(speakers))
    speech = turns["kind"] == "speech"
    unknown = speech & (resolved["resolution"] == "unresolved")
    assert turns.loc[unknown, "n_words"].sum() < 0.01 * turns.loc[speech, "n_words"].sum()
    assert {"PUTIN", "NAZARBAYEV", "LUKASHENKO", "EEC", "SARGSYAN_S", "PASHINYAN"} <= set(resolved["actor_id"].dropna())


# Relevance


@pytest.mark.parametrize(
    ("language", "text", "mentions"),
    [
        ("en", "The EAEU’s market and the Eurasian Economic Union-wide rules.", 2),
        ("en", "We spoke about the Customs Union and the Common Economic Space.", 2),
        ("en", "Integration in the Eurasian space goes on.", 1),
        ("en", "Our union with the neighbours is young.", 1),
        ("en", "The Supreme State Council of the Union State met.", 0),
        ("en", "The European Union and the former Soviet Union.", 0),
        ("en", "Integration of the region into the national grid.", 0),
        ("ru", "Мы создали Евразийский экономический союз.", 1),
        ("ru", "О Таможенном союзе и едином экономическом пространстве.", 2),
        ("ru", "Идея большого евразийского партнёрства.", 1),
        ("ru", "Союзное государство и Европейский союз.", 0),
    ],
)
def test_talk_about_eurasian_integration_is_found(language, text, mentions):
    """Bodies, forerunners and unnamed integration count; the Union State and other unions do not."""
    relevance = read("relevance", RELEVANCE)
    patterns = relevance.assign(code="relevant", tokens=relevance["pattern"].map(fold_pattern), is_mask=False)
    assert len(match_patterns([text], [language], patterns, negation_window=0)) == mentions


def test_corrections_have_their_columns():
    """The overlay of corrections names document, field, value and reason."""
    with (CORPUS / "corrections.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["document_id", "field", "value", "reason"]

"""A report with an explorer on made-up tables, and a browser to read it in, for the tests of the explorer."""

import functools
import tempfile
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from gallery_tables import (
    ACTORS,
    CODES,
    FAMILIES,
    HYPOTHESIS_FAMILIES,
    STAGE_NAMES,
    STAGES,
    SUBFRAMES,
    WINDOWS,
    make_assessments,
    make_book,
    make_documents,
    make_matches,
    make_prevalence,
    make_talk,
    make_topics,
)  # fmt: skip
from test_report import EMPTY, MEASURED, TEMPLATE, WORKS, spread

from framings.changes import CHANGES
from framings.citations import Citations
from framings.curves import CURVES
from framings.explorer import collect_explorer
from framings.explorer_page import bundle_explorer, render_explorer, write_bundle
from framings.marks import find_stages
from framings.products import count_inclusion, list_unresolved, pick_evidence, quote_numbers
from framings.report import render_report
from framings.schemas import check

FOLDER = Path(__file__).parents[1] / "workflow/report"
SOURCE = [(FOLDER / f"explorer.{suffix}").read_text(encoding="utf-8") for suffix in ("html.j2", "js", "css")]
GAP = 160  # characters between the starts of two sentences of a paragraph
SAID = "We remember the sternwheeler."  # stands in one turn alone


@functools.cache
def make_tables(payloads=()):
    """Return (tables, names, hypotheses): what the explorer reads; ``payloads`` in turn stand for every text of pages and hand tables."""
    documents = make_documents()
    turns, speakers, marks, sentences = make_talk(documents)
    topics, assessments, actors = make_topics(), make_assessments(), dict(ACTORS)
    titles = dict(zip(CODES["code"], CODES["title"], strict=True)) | {"FUN": "function"}
    if payloads:
        documents = documents.assign(title=spread(payloads, 60), url=spread([f"javascript:{p}" for p in payloads], 60))
        turns = turns.assign(label=spread(payloads, len(turns)))
        sentences = sentences.assign(text=[f"{p} shared memory" for p in spread(payloads, len(sentences))])
        topics = topics.assign(label=spread(payloads, len(topics)))
        assessments = assessments.assign(claim=spread(payloads, len(assessments)), contrast=spread(payloads, len(assessments)))
        actors = dict(zip(ACTORS, payloads, strict=False))
        titles = {code: payloads[k % len(payloads)] for k, code in enumerate(titles)}
    else:
        sentences.loc[sentences.index[7], "text"] = SAID
    second = sentences.groupby(["document_id", "turn"]).cumcount()
    sentences = sentences.assign(start=GAP * second, end=GAP * second + sentences["text"].str.len())
    stages = find_stages(marks.merge(documents, on="document_id")["date"], STAGES)
    marks = marks.assign(stage_id=stages)
    matches = make_matches(sentences[sentences["text"].str.contains("shared memory")].reset_index(drop=True))
    paragraphs, spans = make_paragraphs(turns, sentences)
    near = speakers.merge(marks, on=["document_id", "turn"]).merge(turns, on=["document_id", "turn"])
    near = near[near["actor_id"].notna() & near["relevant"] & near["kind"].eq("speech") & near["stage_id"].notna()]
    frame = sentences.merge(near[["document_id", "turn", "actor_id", "stage_id"]], on=["document_id", "turn"])
    codes = matches.loc[~matches["negated"], ["sentence_id", "code"]].assign(coder_id="dictionary")
    shares = [(d, t, "topic_01", 0.5) for d, t in zip(frame["document_id"], frame["turn"], strict=True)]
    tables = {
        "documents": documents, "turns": turns, "speakers": speakers, "marks": marks, "paragraphs": paragraphs, "spans": spans,
        "sentences": sentences, "matches": matches, "codes": codes, "frame": frame, "prevalence": make_prevalence(),
        "assessments": assessments, "topics": topics,
        "topic_words": pd.DataFrame({"topic": "topic_01", "rank": [1, 2], "term": list(payloads[:2]) or ["market", "energy"], "weight": 0.1}),
        "topic_shares": pd.DataFrame(shares, columns=["document_id", "turn", "topic", "share"]).drop_duplicates(),
    }  # fmt: skip
    names = {
        "codes": {code: (titles[code], family) for code, (_, family) in SUBFRAMES.items()}, "titles": titles, "families": FAMILIES,
        "actors": actors, "all_actors": actors, "stages": STAGE_NAMES, "windows": WINDOWS, "hypothesis_families": HYPOTHESIS_FAMILIES,
        "what_is_measured": MEASURED, "codebook_version": "1.0.0", "codebook": make_book(payloads) if payloads else make_book(),
    }  # fmt: skip
    windows = [SimpleNamespace(id=name, start=None, end="2015-12-31" if name == "seed" else None) for name in WINDOWS]
    claims = [SimpleNamespace(id=f"H{k}", codes=("OS09",), a=("NORTH",), b=("EAST",)) for k in range(1, 26)]
    return tables, names, SimpleNamespace(hypotheses=claims, windows=windows)


def make_paragraphs(turns, sentences):
    """Return PARAGRAPHS and SPANS of the turns: each turn a paragraph of its sentences, before the first a stage direction."""
    texts, pieces = [], []
    for (document, turn), said in sentences.groupby(["document_id", "turn"], sort=False):
        text = "".join(part.ljust(GAP) for part in said["text"])
        text = text[: said["end"].max()]
        texts.append((document, turn, text))
        pieces.append((document, turn, 0, len(text), "speech", turn))
    kinds = turns.set_index(["document_id", "turn"])["kind"]
    spans = pd.DataFrame(pieces, columns=["document_id", "paragraph", "start", "end", "kind", "turn"])
    spans["kind"] = kinds.reindex(pd.MultiIndex.from_frame(spans[["document_id", "turn"]])).to_numpy()
    paragraphs = pd.DataFrame(texts, columns=["document_id", "paragraph", "text"])
    aside = turns["document_id"].unique()
    extra = pd.DataFrame({"document_id": aside, "paragraph": 5, "text": "(Applause.)"})
    spans = pd.concat(
        [spans, extra.assign(start=0, end=11, kind="stage direction", turn=-1).drop(columns="text")], ignore_index=True
    )
    return pd.concat([paragraphs, extra], ignore_index=True), spans.sort_values(["document_id", "paragraph"], ignore_index=True)


COMPOSITES = {
    name: {"any": [code for code, (_, family) in SUBFRAMES.items() if family == name[:2]], "all": [], "not": []}
    for name in FAMILIES
}


def collect(payloads=(), **settings):
    """Return (core, shards) of the made-up tables."""
    tables, names, hypotheses = make_tables(payloads)
    return collect_explorer(tables, names, COMPOSITES, hypotheses, **settings)


@functools.cache
def draw_once():
    """Return (charts, vega): made once, for they are the same in every page."""
    from framings.explorer_charts import bundle_vega, draw_charts

    return draw_charts(), bundle_vega()


@functools.cache
def write_page(payloads=(), withheld=(), simulated=False):
    """Return a report with its explorer."""
    tables, names, _ = make_tables(payloads)
    bundle = bundle_explorer(*collect(payloads, withheld=withheld), *draw_once())
    explorer = render_explorer(write_bundle(bundle), *SOURCE, "made", simulated, names, "dictionary")
    talk = [tables[name] for name in ("documents", "turns", "speakers", "marks")]
    shown = {name: tables[name] for name in ("documents", "prevalence", "assessments", "topics")}
    shown |= {
        "inclusion": count_inclusion(*talk, tables["sentences"], tables["sentences"]),
        "unresolved": list_unresolved(tables["turns"], tables["speakers"]),
        "evidence": pick_evidence(tables["matches"], tables["sentences"], *talk, SUBFRAMES),
    }
    shown |= {c.name: check(pd.DataFrame(columns=list(c.columns)), c) for c in (CHANGES, CURVES)}
    cited = ("documents", "inclusion", "prevalence", "assessments", "topics", "unresolved")
    cite = Citations(quote_numbers(*(shown[name] for name in cited)), shown)
    figures = dict.fromkeys(("inclusion_flow", "hypotheses_forest"), EMPTY)
    corpus = {"id": "made", "title": payloads[0] if payloads else "A made-up corpus"}
    return render_report(
        TEMPLATE,
        corpus,
        simulated,
        cite,
        figures,
        shown,
        names,
        {"codebook": "1.0.0"},
        MEASURED,
        explorer=explorer,
        literature=WORKS,
    )


def open_browser(folder):
    """Return Chromium without a window, its console and its requests kept."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (
        "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
        "disable-component-update", "disable-sync", "window-size=1280,900", f"user-data-dir={tempfile.mkdtemp(dir=folder)}",
    ):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def read_axe():
    """Return the text of axe-core as a package on this machine ships it, the newest first; None where there is none."""
    for package in ("axe-playwright-python", "axe-core-python"):
        try:
            files = metadata.files(package) or []
        except metadata.PackageNotFoundError:
            continue
        for file in files:
            if file.name == "axe.min.js":
                return file.read_text(encoding="utf-8")
    return None

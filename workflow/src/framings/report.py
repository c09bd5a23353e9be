"""The report: a short paper in one HTML file, whose prose holds no number that is not read from a table.

The template (Jinja) is the prose. It cites numbers by the names that ``products.quote_numbers`` gives them, by table, row and column
(``cell``), or by a recipe (``over``); each is printed as a link to the row from which it was read and becomes an entry of
``numbers.json``, and what is unknown stops the report. Constants come from ``CONSTANTS``. All text from pages is escaped.
"""

from urllib.parse import quote, urlsplit

import jinja2
import pandas as pd
from markupsafe import Markup, escape

from framings.citations import ReportError, mark_setting, quote_words
from framings.coder_names import NEED_REFERENCE, explain_codes, list_coders, name_coder
from framings.coding_quality import (
    compare_verdicts,
    describe_accuracy,
    describe_agreement,
    describe_candidates,
    describe_goals,
    select_accuracy,
)
from framings.court import describe_court
from framings.estimates import LEVEL
from framings.explorer_page import pack_rows, write_block
from framings.literature import read_literature, refer, sort_literature
from framings.products import VERDICT_GROUPS, render_rows
from framings.reading import describe_reading
from framings.svgs import embed_svg

DOCUMENT_COLUMNS = ["document_id", "date", "title", "event_type", "language", "status", "reason", "seed_document", "url"]
TABLE_TITLES = {
    "inclusion": "From the register to the talk that is compared",
    "prevalence": "Share of sentences that carry each code, by actor and stage",
    "assessments": "Every hypothesis in every window",
    "adjusted": "The same contrasts with event type, stage and length of turn held equal",
    "changes": "What would change the verdict",
    "curves": "Each contrast over all its specifications, jointly tested",
    "specifications": "Every specification of every contrast",
    "tippings": "How unequal coding would have to be to overturn a result",
    "interactions": "Exploratory: single leaders from stage to stage, p-values not adjusted",
    "sensitivities": "Every confirmatory test with one thing changed",
    "left_out": "Every contrast with one document left out",
    "topics": "Topics by actor",
    "topic_words": "The strongest words of each topic",
    "topic_links": "How topics and codes go together",
    "topic_stages": "Topics by actor and stage, over draws of fits and words",
    "rarities": "Codes that are too rare for a test, described",
    "unresolved": "Labels that no known speaker answers to",
    "evidence": "Coded sentences drawn by lot",
    "recovery_shares": "Planted shares and what was recovered",
    "recovery_contrasts": "Planted contrasts and what was recovered",
    "recovery_coding": "Planted sentences and what the dictionary found",
    "recovery_text": "Planted turns and speakers and what was read",
    "agreement": "How far coders agree on each code",
    "coder_confusions": "What two coders gave to the sentences of each actor",
    "coder_accuracy": "How well coders give the reference codes",
    "coder_differences": "How much better one coder gives the reference codes than another",
    "coders_tried": "What was tried for the trained coder",
    "error_rates": "What the tests make of simulated data of this design",
    "accuracy": "How well the text was read, against the marks of readers",
    "mistakes": "What was read wrongly in the documents marked by readers",
    "confusions": "Kinds of text as readers and the workflow see them",
    "documents": "Registered documents",
    "duplicates": "Documents that repeat each other",
    "twins": "One event's text in two languages",
}
NOT_CODED = (
    "error_rates", "inclusion", "documents", "unresolved", "topics", "topic_words", "topic_stages", "recovery_text", "accuracy", "mistakes", "confusions", "duplicates", "twins",
)  # fmt: skip
FILES_ONLY = ("left_out", "sensitivities", "specifications", "evidence", "coder_confusions")  # too long for the appendix
ON_REFERENCE = ("agreement", "coder_confusions", "coder_accuracy", "coder_differences", "coders_tried")
OF_DICTIONARY = ("evidence", "recovery_shares", "recovery_contrasts", "recovery_coding")
# Columns of a table that look otherwise than in the others.
TABLE_LOOKS = {
    "error_rates": {
        "rate": ("%", "percent"), "low": ("95 % low", "percent"), "high": ("95 % high", "percent"), "n_sets": ("data sets", "count"), "n_hits": ("hits", "count"),
    },
    "changes": {"n_variations": ("tried", "count"), "n_changing": ("change it", "count"), "n_untested": ("too little left", "count")},
    "tippings": {
        "share_a": ("share of a, %", "percent"), "share_b": ("share of b, %", "percent"), "to_zero": ("to nil, points", "points"),
        "to_verdict": ("to another verdict, points", "points"), "observed": ("observed, points", "points"),
        "observed_low": ("95 % low", "points"), "observed_high": ("95 % high", "points"),
    },
    "rarities": {
        "n_read": ("sentences read", "count"), "n_documents_coded": ("documents with the code", "count"),
        "correlation": ("correlation", "number"), "n_correlated": ("estimated from codes", "count"),
        "log_odds": ("log odds ratio, Firth", "number"), "log_odds_low": ("95 % low", "number"), "log_odds_high": ("95 % high", "number"),
    },
    "topic_stages": {
        "n_fits": ("fits", "count"), "n_draws": ("draws", "count"), "se_within": ("se, documents", "number"),
        "se_between": ("se, fits and words", "number"), "se": ("se", "number"),
    },
    "accuracy": {
        "estimate": ("estimate", "number"), "low": ("95 % low", "number"), "high": ("95 % high", "number"),
        "n": ("units", "count"), "n_mistakes": ("wrong", "count"),
    },
    "coder_accuracy": {"estimate": ("estimate", "number"), "low": ("95 % low", "number"), "high": ("95 % high", "number")},
    "coder_differences": {"estimate": ("estimate", "number"), "low": ("95 % low", "number"), "high": ("95 % high", "number")},
    "topic_links": {
        "low": ("95 % low", "number"), "high": ("95 % high", "number"), "n_units": ("units", "count"),
        "n_documents_coded": ("documents with the code", "count"),
    },
    "confusions": {"expected": ("by the readers", ""), "found": ("by the workflow", ""), "n_chars": ("characters", "count")},
}  # fmt: skip
POWER = 0.8  # that framings.estimates.DETECTABLE standard errors stand for
# Constants that the prose names: (module and name, text).
CONSTANTS = {
    "interval": ("framings.estimates.LEVEL", f"{100 * (1 - LEVEL):g} % interval"),
    "intervals": ("framings.estimates.LEVEL", f"{100 * (1 - LEVEL):g} % intervals"),
    "power": ("framings.report.POWER", f"{100 * POWER:g} % power"),
}
COUNTED = "Rows name their coder; of the sample and of corrected estimates, “with the code” counts reference codes."


def caption_table(name, what_is_measured, coder_id="dictionary", reference_note=""):
    """Return the caption of a released table: its title, and where it rests on codes what they are and what they measure.

    ``reference_note`` says what should be known of the reference codes; it follows where the table, or ``coder_id``, the coder
    that counts, rests on them.
    """
    title = TABLE_TITLES[name] + "."
    if name in ON_REFERENCE:
        return f"{title} {reference_note}".strip()
    if name in NOT_CODED:
        return title
    if name in OF_DICTIONARY or coder_id == "dictionary":
        return f"{title} {what_is_measured} {explain_codes('dictionary')}"
    return f"{title} {what_is_measured} {explain_codes(coder_id, reference_note)} {COUNTED}"


def render_report(
    template,
    corpus,
    simulated,
    cite,
    figures,
    tables,
    names,
    provenance,
    what_is_measured,
    coder_id="dictionary",
    reference_note="",
    review=None,
    explorer=None,
    literature="[]",
):
    """Return the report as one self-contained HTML page.

    template: text of report.html.j2. corpus: {"id", "title"}. cite: the ``Citations`` of ``tables``; afterwards its
    ``list_numbers`` says what was printed. figures: {name: SVG bytes}. tables: {name: table}, as released: documents, inclusion, prevalence, assessments, topics, evidence, unresolved, and where there are any
    left_out, recovery_shares, recovery_contrasts, accuracy, mistakes, confusions, agreement, coder_accuracy, coder_differences and
    coders_tried. names:
    {"codes": {code: (title, family)}, "families": {composite code: title}, "actors": {id: name}, "hypothesis_families": {id:
    title}, "windows": {id: title}}. provenance: {what: text}. coder_id: whose codes give the headline numbers, as in ``quote_numbers``.
    reference_note: what should be known of the reference codes; it heads each table that rests on them. review: {"reading", "state"} of
    the table error_rates, where there is one (``framings.kept_rates``). explorer: from
    ``explorer_page.render_explorer``, or None for the paper alone; with it the long tables are packed. literature: the text of
    references.yaml, with the works that the template refers to. Raises ``ReportError`` where the prose
    cites a number or the template a field that nobody gives.
    """
    cite.hints = explorer is None  # thousands of titles would be a twentieth of the page
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    works = read_literature(literature)
    tests = tables["assessments"][tables["assessments"]["coder_id"] == coder_id]
    shown = select_rows(tables, names, coder_id)
    cite.shown = {name: set(table.index) for name, table in shown.items() if len(table)}
    context = {
        "corpus": corpus,
        "simulated": simulated,
        "n": cite,
        "value": cite.value,
        "cell": cite.cell,
        "interval": cite.interval,
        "over": cite.over,
        "words": cite.words,
        "quote": quote_words,
        "setting": {name: mark_setting(*constant) for name, constant in CONSTANTS.items()},
        "choose": cite.choose,
        "figures": {name: embed_svg(svg) for name, svg in figures.items()},
        "confirmatory": group_tests(tests[tests["confirmatory"]], names, cite),
        "exploratory": group_tests(tests[~tests["confirmatory"]], names, cite),
        "court": describe_court(tables["changes"], tables["curves"], names, cite) if "changes" in tables else None,
        "sources": list_sources(cite),
        "said": list_voices(cite, names),
        "windows": list_windows(tests, names),
        "headlines": tell_headlines(tests[tests["confirmatory"]], cite),
        "codebook": describe_codebook(group_evidence(tables["evidence"], names), names),
        "codebook_version": names["codebook_version"],
        "ref": lambda name: refer(works, name),
        "works": sort_literature(works),
        "shares": compare_families(cite, names, coder_id),
        "appendix": list_appendix(shown, packed=explorer is not None),
        "explorer": explorer,
        "reading": describe_reading(cite) if "accuracy" in tables else None,
        "coding": describe_coding(cite, names),
        "by_coder": compare_verdicts(cite, names, coder_id),
        "coder": {"id": coder_id, "name": name_coder(coder_id), "on_reference": coder_id in NEED_REFERENCE},
        "reference_note": reference_note,
        "predictions": explain_codes(coder_id, reference_note),
        "dictionary_predictions": explain_codes("dictionary"),
        "names": names,
        "unresolved": list(tables["unresolved"].head(12).itertuples()),
        "provenance": provenance,
        "what_is_measured": what_is_measured,
        "review": review,
        "join": join_words,
    }
    try:
        return environment.from_string(template).render(context)
    except jinja2.UndefinedError as error:
        raise ReportError(f"the report's template asks for something that it was not given: {error}") from error


def describe_coding(cite, names):
    """Return what the section on coding shows of those of its tables that are there, or None where none is."""
    tables = cite.tables
    shown = {
        "agreement": describe_agreement(cite, names) if "agreement" in tables else None,
        "accuracy": describe_accuracy(cite, names) if "coder_accuracy" in tables else None,
        "goals": describe_goals(cite) if "coder_differences" in tables else None,
        "tried": describe_candidates(cite, names) if "coders_tried" in tables else None,
    }
    return shown if any(shown.values()) else None


def list_appendix(shown, packed=False):
    """Return the tables of the appendix: [{name, title, n, on_reference, note, html}]; on_reference: whether it rests on reference codes.

    A packed table's html is its place and its rows as a block, which the page's script unfolds when it is opened or linked to.
    """
    entries = []
    for name, title in TABLE_TITLES.items():
        table = shown.get(name, ())
        if len(table):
            rests = name in ON_REFERENCE or ("coder_id" in table and table["coder_id"].isin(NEED_REFERENCE).any())
            anchor, looks = f"t-{name}", TABLE_LOOKS.get(name)
            if packed:
                block = write_block(f"table-{name}", pack_rows(table, anchor, looks))
                html = Markup('<div data-table="{}"></div>{}').format(name, block)
            else:
                html = Markup(render_rows(table, anchor, looks))
            note = COUNTED if rests and "n_coded" in table else ""
            entries.append({"name": name, "title": title, "n": len(table), "on_reference": rests, "note": note, "html": html})
    return entries


def select_rows(tables, names, coder_id="dictionary"):
    """Return the tables of the appendix: of shares, those of the actors shown; of documents, the columns that matter to a reader.

    Of shares set beside those of other coders, those of the coder that counts; of the accuracy of coders, what the report cites.
    Rows keep their numbers. Long tables behind others (one document left out, evidence) are released as files only.
    """
    shares = tables["prevalence"]
    if len(list_coders(shares, coder_id)) > 1:
        shares = shares[shares["coder_id"] == coder_id]
    chosen = {
        "documents": tables["documents"][DOCUMENT_COLUMNS],
        "prevalence": shares[shares["actor_id"].isin(list(names["actors"]))],
    }
    if "coder_accuracy" in tables:
        chosen["coder_accuracy"] = select_accuracy(tables["coder_accuracy"], names)
    return {name: table for name, table in tables.items() if name not in FILES_ONLY} | chosen


def join_words(words):
    """Return words as a list in prose.

    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    words = [str(word) for word in words]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else "none"


# Corpus ------------------------------------------------------------------------------------------------------------


def list_sources(cite):
    """Return [(where pages are from, how many were read)], the most frequent first: the host of a source's addresses, or its name."""
    documents = cite.tables["documents"]
    read, found = documents[documents["status"] == "parsed"], []
    for source, rows in read.groupby("source", sort=True):
        hosts = {urlsplit(str(url)).netloc.removeprefix("www.") for url in rows["url"]} - {""}
        where = {"source": [source], "status": ["parsed"]}
        number = cite.over(f"documents.read_from_{source}", "documents", "rows", where=where, key=f"pages read, source {source}")
        found.append((len(rows), hosts.pop() if len(hosts) == 1 else source, number))
    return [(name, number) for _, name, number in sorted(found, key=lambda one: (-one[0], one[1]))]


def list_voices(cite, names):
    """Return [(actor, sentences on integration)], the most talkative first."""
    rows = cite.tables["inclusion"]
    rows = rows[rows["actor_id"].notna() & rows["n_sentences"].gt(0)].sort_values("n_sentences", ascending=False, kind="stable")
    known = names["actors"] | names.get("all_actors", {})
    return [(known.get(row.actor_id, row.actor_id), cite(f"actor.{row.actor_id}.n_sentences")) for row in rows.itertuples()]


def list_windows(tests, names):
    """Return [{title, days, confirmatory, reason}] of the windows in which hypotheses are tested."""
    used, found = set(tests["window_id"]), []
    for name, (start, end, confirmatory, reason) in names.get("window_days", {}).items():
        days = f"{start} to {end}" if start and end else f"from {start}" if start else f"until {end}" if end else "all days"
        told = {"title": names["windows"][name], "days": days, "confirmatory": confirmatory, "reason": reason.rstrip(".")}
        found += [told] if name in used else []
    return found


# Findings ----------------------------------------------------------------------------------------------------------


def group_tests(tests, names, cite):
    """Return the families that have tests: [{title, hypotheses: [{id, claim, contrast, holds, tests: [{window, text}]}]}]."""
    groups = []
    for family, title in names["hypothesis_families"].items():
        rows = tests[tests["family"] == family]
        hypotheses = [_describe(mine, names, cite) for _, mine in rows.groupby("hypothesis_id", sort=False)]
        groups += [{"title": title, "hypotheses": hypotheses}] if hypotheses else []
    return groups


def _describe(rows, names, cite):
    """Return one hypothesis in words, with its tests in their windows."""
    first = rows.iloc[0]
    return {
        "id": first["hypothesis_id"],
        "claim": first["claim"],
        "contrast": first["contrast"],
        "holds": bool(rows["verdict"].isin(VERDICT_GROUPS["holds"]).any()),
        "tests": [
            {"window": names["windows"].get(row.window_id, row.window_id), "text": describe_test(row, cite)}
            for row in rows.itertuples()
        ],
    }


def describe_test(row, cite):
    """Return the sentence that reports a test: estimate, interval, p after Holm, verdict, and what could have been found."""
    key = f"{row.hypothesis_id}.{row.window_id}"
    if pd.isna(row.estimate) or row.verdict == "too rare":  # an estimate from a handful of sentences would say more than they do
        reason = cite.words("assessments", row, "reason") if pd.notna(row.reason) else "too little talk"
        return Markup("{}: {}.").format(row.verdict.capitalize(), reason)
    if row.test == "joint":
        parts = [Markup("<i>F</i> = {}").format(cite(f"{key}.estimate"))]
    else:
        unit = " %" if row.test == "upper_bound" else " points"
        parts = [Markup("{}{}").format(cite(f"{key}.estimate"), unit)]
        if pd.notna(row.low):
            parts[0] += Markup(" ({} {} to {})").format(
                mark_setting(*CONSTANTS["interval"]), cite(f"{key}.low"), cite(f"{key}.high")
            )
    for column, after in (("p_holm", " after Holm"), ("p", ", not adjusted")):
        if pd.notna(getattr(row, column)):
            number = cite(f"{key}.{column}")
            sign = "" if cite.numbers[f"{key}.{column}"]["text"].startswith("<") else "= "
            parts.append(Markup("<i>p</i> {}{}{}").format(sign, number, after))
            break
    verdict = "not tested" if row.verdict in VERDICT_GROUPS["absent"] else row.verdict
    text = Markup(", ").join(parts) + Markup(": {}.").format(verdict)
    if row.verdict in VERDICT_GROUPS["open"] and row.test != "joint":
        if pd.notna(row.low) and (row.low > 0 or row.high < 0):
            way = "label swap" if pd.notna(row.p_swap) else "jackknife"
            text += Markup(
                " The interval is the jackknife’s, not adjusted; the p of record is the {}’s, {} before adjustment."
            ).format(way, cite(f"{key}.p"))
        if pd.notna(row.smallest_detectable):
            found = cite(f"{key}.smallest_detectable"), mark_setting(*CONSTANTS["power"])
            text += Markup(" A single test, not adjusted, would find a difference of {} points with {}.").format(*found)
    if pd.notna(row.reason):
        words = cite.words("assessments", row, "reason")
        text += Markup(" ({}.)").format(words)
    return text


def compare_families(cite, names, coder_id):
    """Return, for each actor, each family's share over all stages as a number's name, or the reason why there is none."""
    prevalence = cite.tables["prevalence"]
    rows = prevalence[(prevalence["coder_id"] == coder_id) & (prevalence["stage_id"] == "all")]
    cells = {(r.code, r.actor_id): r for r in rows.itertuples()}
    table = []
    for actor, name in names["actors"].items():
        known = [(code, cells.get((code, actor))) for code in names["families"]]
        parts = [
            {"number": f"share.{code}.{actor}.all" if cell is not None and pd.notna(cell.share) else None,
             "interval": cell is not None and pd.notna(cell.low),
             "reason": "no talk on integration" if cell is None else cite.words("prevalence", cell, "reason")}
            for code, cell in known
        ]  # fmt: skip
        some = next((cell for _, cell in known if cell is not None), None)
        sizes = {
            column: cite.cell("prevalence", some, column, "count") if some is not None else "none"
            for column in ("n_sentences", "n_documents")
        }
        table.append({"actor": name, "cells": parts} | sizes)
    return table


def tell_headlines(tests, cite, most=3):
    """Return what the abstract says of confirmatory tests that found something: {"told": [{id, claim, text}], "named": {verdict: ids}}.

    Up to ``most`` are told in words, more are named by verdict; an id stands once.
    """
    found = tests[tests["verdict"].isin((*VERDICT_GROUPS["holds"], *VERDICT_GROUPS["opposite"]))]
    if len(found) > most:
        ids = found.drop_duplicates(["verdict", "hypothesis_id"]).groupby("verdict", sort=False)["hypothesis_id"].agg(list)
        return {"told": [], "named": ids.to_dict()}
    told = [
        {"id": row.hypothesis_id, "claim": row.claim, "text": describe_test(row, cite)} for row in found.itertuples(index=False)
    ]
    return {"told": told, "named": {}}


def describe_codebook(evidence, names):
    """Return {families: [{title, definition, codes}], others, composites}: the codes with definitions, sub-frames with sentences."""
    book = names["codebook"]
    told = {
        code: dict(zip(("kind", "definition", "include", "exclude"), text, strict=True)) for code, text in book["codes"].items()
    }
    families = [
        {"title": title, "definition": definition, "codes": [g | told[g["code"]] for g in evidence if g["family"] == name]}
        for name, (title, definition) in book["families"].items()
    ]
    others = [{"code": code, "title": names["titles"][code]} | text for code, text in told.items() if text["kind"] != "sub-frame"]
    made = [{"code": code, "title": names["titles"][code], "definition": how} for code, how in book["composites"].items()]
    return {"families": families, "others": others, "composites": made}


# Evidence ----------------------------------------------------------------------------------------------------------


def group_evidence(evidence, names):
    """Return the sentences shown as evidence by code, in the codebook's order, matches marked."""
    groups = []
    for code, (title, family) in names["codes"].items():
        rows = evidence[evidence["code"] == code]
        sentences = [
            row | {"marked": mark_spans(row["text"], row["spans"]), "link": link_sentence(row["url"], row["text"]),
                   "actor": names["actors"].get(row["actor_id"], row["actor_id"])}
            for row in rows.to_dict("records")
        ]  # fmt: skip
        groups.append({"code": code, "title": title, "family": family, "sentences": sentences})
    return groups


def mark_spans(text, spans):
    """Return the text escaped, with each 'start:end' span in ``<mark>``; overlapping spans are joined.

    >>> str(mark_spans("a <b> c", "2:5"))
    'a <mark>&lt;b&gt;</mark> c'
    """
    joined = []
    for start, end in sorted(tuple(int(x) for x in span.split(":")) for span in spans.split()):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(end, joined[-1][1])
        else:
            joined.append([start, end])
    out, at = Markup(), 0
    for start, end in joined:
        out += escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        at = end
    return out + escape(text[at:])


def link_sentence(url, text):
    """Return the page's address with a fragment that scrolls to the sentence; empty where it is not a web address."""
    if urlsplit(str(url)).scheme not in ("http", "https"):
        return ""
    words = " ".join(str(text).split()[:6]).rstrip(".,;:!?…")
    return f"{url}#:~:text={quote(words).replace('-', '%2D')}"

"""What a reader takes home: derived tables, tables as CSV and HTML, and every number that the prose may cite.

Text from pages, labels and titles is data: it is escaped in HTML, and quoted in CSV where a spreadsheet would run it as
a formula. Released numbers are rounded, so that two machines write the same bytes.
"""

import hashlib
import re
from html import escape

import numpy as np
import pandas as pd

from framings.codebook import find_families
from framings.entries import count_over, make_entry
from framings.schemas import Column, Contract, check

INCLUSION = Contract(
    "inclusion", "a step from the register to the talk that is compared, or an actor's part of it", ("step_id", "actor_id"),
    {
        "step_id": Column("text", "key of the step; 'actor' for the last rows"),
        "step": Column("text", "what is left after the step"),
        "actor_id": Column("text", "actor of a last row; missing for a step", missing=True),
        "n_documents": Column("int", "documents left", low=0),
        "n_turns": Column("int", "turns left; 0 before pages are segmented", low=0),
        "n_sentences": Column("int", "sentences left", low=0),
        "n_words": Column("int", "words left", low=0),
        "excluded": Column("int", "documents, turns or sentences that the step leaves out", low=0),
        "unit": Column("text", "what is counted as excluded", values=("documents", "turns", "sentences", "")),
        "reason": Column("text", "why they are left out; empty where nothing is"),
    },
)  # fmt: skip

WORDS = Contract(
    "words", "an actor in a year", ("actor_id", "year"),
    {
        "actor_id": Column("text", "actor"),
        "year": Column("int", "year of the documents"),
        "n_documents": Column("int", "documents in which the actor speaks", low=0),
        "n_words": Column("int", "words of the actor's turns", low=0),
    },
)  # fmt: skip

EVIDENCE = Contract(
    "evidence", "a coded sentence shown to the reader", ("code", "sentence_id"),
    {
        "code": Column("text", "code of the codebook"),
        "sentence_id": Column("text", "sentence"),
        "document_id": Column("text", "document"),
        "date": Column("text", "day of the event"),
        "title": Column("text", "headline of the page"),
        "url": Column("text", "address of the page"),
        "actor_id": Column("text", "actor who speaks"),
        "label": Column("text", "label of the turn as printed"),
        "paragraph": Column("int", "paragraph of the page's body, from 0", low=0),
        "text": Column("text", "the sentence"),
        "spans": Column("text", "what the dictionary matched, as 'start:end start:end'"),
    },
)  # fmt: skip

UNRESOLVED = Contract(
    "unresolved", "a label of turns whose speaker could not be named", ("label",),
    {
        "label": Column("text", "label as printed; empty where the page prints none"),
        "n_turns": Column("int", "turns", low=1),
        "n_documents": Column("int", "documents", low=1),
        "nearest": Column("text", "nearest known names", missing=True),
        "example": Column("text", "a document in which it stands"),
    },
)  # fmt: skip


# Verdicts of framings.estimates by what they say about the claim.
# The questions of the report by the kinds of test that answer them: do leaders differ, do they differ otherwise from stage to stage?
QUESTIONS = {"leaders": ("difference", "equivalence"), "stages": ("joint", "difference_in_differences")}
VERDICT_GROUPS = {
    "holds": ("supported", "equivalent"),
    "opposite": ("opposite sign",),
    "open": ("not detected", "not shown equivalent"),
    "described": ("descriptive only", "too rare"),
    "absent": ("not estimable", "not coded"),
}

# Derived tables ----------------------------------------------------------------------------------------------------


def count_inclusion(documents, turns, speakers, marks, sentences, relevant, language=None, copies=()):
    """Return INCLUSION: what is left after each step from the register to the relevant sentences of actors, then a row an actor.

    A step leaves out documents until pages are segmented, then turns, at last sentences. ``relevant``: the sentences that count
    as talk about integration. ``language``: the one that is analysed; ``copies``: ids of documents that repeat another. The last step holds the sentences of the tallies.
    """
    rows, left = _count_documents(documents, turns, language, copies)
    table = _join_turns(turns, speakers, marks, sentences, relevant)
    table = table[table["document_id"].isin(left)]
    rows[-1].update(_amounts(table))
    steps = [
        ("speech", "speech of labelled speakers", table["kind"].eq("speech"), "questions by persons whom the page does not name"),
        ("named", "speaker identified", table["resolution"].ne("unresolved"), "speaker not identified: listed, not guessed"),
        ("compared", "speaker is an actor", table["actor_id"].notna(), "speakers who are not among the actors"),
        ("staged", "date in a stage of integration", table["stage_id"].notna(), "date outside all stages"),
        ("mentioned", "turn that mentions integration", table["relevant"], "no mention of integration in the turn"),
    ]
    for step_id, step, keep, reason in steps:
        keep = keep[table.index]
        rows.append(_step(step_id, step, int((~keep).sum()), "turns", reason, **_amounts(table[keep])))
        table = table[keep]
    gone = int(table["n_sentences"].sum() - table["n_near"].sum())
    table = table[table["n_near"] > 0].assign(n_sentences=table["n_near"], n_words=table["n_words_near"])
    far = "sentences far from any mention in their turn"
    rows.append(_step("relevant", "talk about integration", gone, "sentences", far, **_amounts(table)))
    rows += [_step("actor", f"said by {actor}", 0, "", "", actor, **_amounts(mine)) for actor, mine in table.groupby("actor_id")]
    return check(pd.DataFrame(rows, columns=list(INCLUSION.columns)), INCLUSION)


def _count_documents(documents, turns, language, copies):
    """Return the steps that leave out documents and the ids of what is left."""
    ours = documents["language"].eq(language) if language else pd.Series(True, index=documents.index)
    steps = [
        ("registered", "registered documents", pd.Series(True, index=documents.index), ""),
        ("at_hand", "page at hand", documents["status"].ne("page missing"), "registered, but no page is in the pages folder"),
        ("read", "page read", documents["status"].eq("parsed"), "page refused: it is not what the register names"),
        ("single", "text not there already", ~documents["document_id"].isin(copies), "the text of another document once more"),
        ("language", f"page in the language analysed ({language})", ours, "page in another language: the two are never pooled"),
        (
            "spoken",
            "with speech or questions",
            documents["document_id"].isin(turns["document_id"]),
            "no turn: a read-out or a message",
        ),
    ]
    rows, left = [], pd.Series(True, index=documents.index)
    for step_id, step, keep, reason in steps:
        gone, left = int((left & ~keep).sum()), left & keep
        if gone or step_id not in ("single", "language"):
            rows.append(_step(step_id, step, gone, "documents", reason, n_documents=int(left.sum())))
    return rows, documents.loc[left, "document_id"]


def _join_turns(turns, speakers, marks, sentences, relevant):
    """Return the turns with speaker, stage, relevance, and their sentences: all, and those near a mention with their words."""
    key = ["document_id", "turn"]
    table = turns[[*key, "kind", "n_words"]].merge(speakers[[*key, "actor_id", "resolution"]], on=key, how="left")
    table = table.merge(marks[[*key, "stage_id", "relevant"]], on=key, how="left")
    table = table.merge(sentences.groupby(key, as_index=False).agg(n_sentences=("n_words", "size")), on=key, how="left")
    near = relevant.groupby(key, as_index=False).agg(n_near=("n_words", "size"), n_words_near=("n_words", "sum"))
    table = table.merge(near, on=key, how="left").assign(relevant=table["relevant"].eq(True))
    return table.fillna({"n_sentences": 0, "n_near": 0, "n_words_near": 0})


def _step(step_id, step, gone, unit, reason, actor=None, **amounts):
    """Return one row; amounts that are not given are 0."""
    row = dict.fromkeys(INCLUSION.columns, 0) | {"step_id": step_id, "step": step, "actor_id": actor} | amounts
    return row | {"excluded": gone, "unit": unit if gone else "", "reason": reason if gone else ""}


def _amounts(table):
    """Return how many documents, turns, sentences and words a table of turns holds."""
    sums = {name: int(table[name].sum()) for name in ("n_sentences", "n_words")}
    return {"n_documents": int(table["document_id"].nunique()), "n_turns": len(table)} | sums


def count_words(documents, turns, speakers):
    """Return WORDS: each actor's documents and words of speech by year."""
    table = turns[turns["kind"] == "speech"].merge(speakers[["document_id", "turn", "actor_id"]], on=["document_id", "turn"])
    table = table.dropna(subset=["actor_id"]).merge(documents[["document_id", "date"]], on="document_id")
    table = table.assign(year=table["date"].str[:4].astype(int))
    counts = table.groupby(["actor_id", "year"], as_index=False).agg(
        n_documents=("document_id", "nunique"), n_words=("n_words", "sum")
    )
    return check(counts, WORDS)


def list_unresolved(turns, speakers):
    """Return UNRESOLVED: the labels of speech that nobody in the corpus's list of speakers answers to, most frequent first."""
    gone = speakers.loc[speakers["resolution"] == "unresolved", ["document_id", "turn", "nearest"]]
    table = turns.loc[turns["kind"] == "speech", ["document_id", "turn", "label"]].merge(gone, on=["document_id", "turn"])
    counts = table.groupby("label", as_index=False).agg(
        n_turns=("turn", "size"),
        n_documents=("document_id", "nunique"),
        nearest=("nearest", "first"),
        example=("document_id", "min"),
    )
    return check(counts.sort_values(["n_turns", "label"], ascending=[False, True]), UNRESOLVED)


def pick_evidence(matches, sentences, documents, turns, speakers, marks, codes, per_code=3):
    """Return EVIDENCE: up to ``per_code`` sentences of actors for each of ``codes``, drawn by lot, one a document.

    The lot is a hash of code and sentence id, so that nobody chose and every run draws the same; different actors go
    first. Sentences of 6 to 60 words in relevant turns qualify; negated matches do not count.
    """
    talk = speakers.loc[speakers["actor_id"].notna(), ["document_id", "turn", "actor_id"]]
    talk = talk.merge(marks.loc[marks["relevant"], ["document_id", "turn"]], on=["document_id", "turn"])
    pool = sentences[sentences["n_words"].between(6, 60)].merge(talk, on=["document_id", "turn"])
    hits = matches[~matches["negated"] & matches["code"].isin(list(codes))]
    found, hits = hits, hits[["code", "sentence_id"]].drop_duplicates()
    hits = hits.merge(pool[["sentence_id", "document_id", "turn", "actor_id", "paragraph", "text"]], on="sentence_id")
    lots = [hashlib.sha256(f"{c} {s}".encode()).hexdigest() for c, s in zip(hits["code"], hits["sentence_id"], strict=True)]
    hits = hits.assign(lot=lots).sort_values(["code", "lot"]).drop_duplicates(["code", "document_id"])
    hits = hits.assign(again=hits.groupby(["code", "actor_id"]).cumcount()).sort_values(["code", "again", "lot"])
    hits = hits.groupby("code", sort=False).head(per_code)
    hits = hits.merge(documents[["document_id", "date", "title", "url"]], on="document_id")
    hits = hits.merge(turns[["document_id", "turn", "label"]], on=["document_id", "turn"])
    hits = hits.merge(_join_spans(found[found["sentence_id"].isin(hits["sentence_id"])]), on=["code", "sentence_id"])
    order = {code: k for k, code in enumerate(codes)}
    hits = hits.sort_values(["code", "again", "lot"], key=lambda cells: cells.map(order) if cells.name == "code" else cells)
    return check(hits[list(EVIDENCE.columns)], EVIDENCE)


def _join_spans(matches):
    """Return code, sentence_id and the matches' places as 'start:end start:end', in the order of the sentence."""
    matches = matches.sort_values(["code", "sentence_id", "start"])
    spans = matches["start"].astype(str) + ":" + matches["end"].astype(str)
    return matches.assign(spans=spans).groupby(["code", "sentence_id"], as_index=False)["spans"].agg(" ".join)


def name_actors(known):
    """Return {actor_id: name} from the corpus's speakers (KNOWN_SPEAKERS), in order of first mention.

    An actor that is one person has that person's name; one that several persons speak for, the body or state they share.
    """
    names = {}
    for actor, rows in known.dropna(subset=["actor_id"]).groupby("actor_id", sort=False):
        persons, bodies = rows.drop_duplicates("speaker_id")["name"].tolist(), rows["country"].dropna().unique()
        names[actor] = persons[0] if len(persons) == 1 else bodies[0] if len(bodies) == 1 else actor
    return names


def pick_actors(inclusion, names, asked=(), most=4):
    """Return {actor: name} of those that figures show: those ``asked`` about in the hypotheses, then those with most sentences.

    At most ``most``, in the order of their sentences on integration; an actor who says nothing on integration is not shown.
    """
    said = inclusion[inclusion["actor_id"].notna()].set_index("actor_id")["n_sentences"]
    first = sorted(said.index, key=lambda actor: (actor not in asked, -said[actor], actor))[:most]
    return {actor: names.get(actor, actor) for actor in sorted(first, key=lambda actor: (-said[actor], actor))}


def collect_names(codebook, known, stages, hypotheses, inclusion, most=4):
    """Return what ids are called in figures, tables and prose, as one dict that goes into JSON.

    codes: {sub-frame: [title, family]}; titles: {any code or composite: title}; families: {composite of its sub-frames:
    its name, or the composite's title where newer sub-frames are not in it}; actors: {id: name} of those shown, all_actors of
    all; stages, windows, hypothesis_families: {id: title}; margins: {hypothesis: points} of equivalence margins and upper bounds;
    codebook_version and what_is_measured as the codebook says; window_days: {id: [first day, last day, whether confirmatory, why]};
    codebook: what defines each family, code and composite (``tell_codebook``).
    """
    codes, composites = codebook.codes, codebook.composites
    titles = codes["title"].where(codes["title"].ne(""), codes["name"].str.replace("_", " "))
    titles = dict(zip(codes["code"], titles, strict=True))
    families = {}
    for name, family in find_families(codebook).items():
        whole = set(composites[name]["any"]) == set(codebook.families[family]["codes"])
        families[name] = codebook.families[family]["name"].capitalize() if whole else composites[name]["title"]
    actors = name_actors(known)
    asked = {actor for h in hypotheses.hypotheses for actor in (*h.a, *h.b)}
    margins = {h.id: h.margin_points or h.bound_points for h in hypotheses.hypotheses}
    return {
        "codebook_version": codebook.version,
        "what_is_measured": codebook.what_is_measured,
        "codebook": tell_codebook(codebook),
        "codes": {r.code: [titles[r.code], r.family] for r in codes.itertuples() if r.kind == "sub-frame"},
        "titles": titles | {name: parts["title"] for name, parts in composites.items()},
        "families": families,
        "actors": pick_actors(inclusion, actors, asked, most),
        "all_actors": actors,
        "stages": dict(zip(stages["stage_id"], stages["name"], strict=True)),
        "windows": {window.id: window.title for window in hypotheses.windows},
        "window_days": {
            window.id: [window.start or "", window.end or "", window.confirmatory, window.reason or ""]
            for window in hypotheses.windows
        },
        "hypothesis_families": {family.id: family.title for family in hypotheses.families},
        "margins": {name: points for name, points in margins.items() if points is not None},
    }


def tell_codebook(codebook):
    """Return {"families": {id: [title, definition]}, "codes": {code: [kind, definition, include, exclude]}, "composites": {name: how it is made}}."""
    codes = {r.code: [r.kind, r.definition, r.include, r.exclude] for r in codebook.codes.itertuples()}
    words = {"any": "any of", "all": "all of", "not": "none of"}
    made = {
        name: "; ".join(f"{words[key]} {', '.join(parts[key])}" for key in words if parts[key])
        for name, parts in codebook.composites.items()
    }
    families = {
        name: [f"{family['name'].capitalize()} ({name})", " ".join(family["definition"].split())]
        for name, family in codebook.families.items()
    }
    return {"families": families, "codes": codes, "composites": made}


# Tables as files ---------------------------------------------------------------------------------------------------

RUNS_IN_SPREADSHEETS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
LINE_ENDS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")  # inside a cell they would break a row


def round_numbers(table, decimals=4):
    """Return the table with its fractional numbers rounded to released precision; a rounded minus zero becomes zero."""
    fractions = table.select_dtypes("float")
    return table.assign(**{name: fractions[name].round(decimals) + 0.0 for name in fractions})


def render_csv(table, decimals=4):
    """Return the table as CSV text, numbers rounded, text that a spreadsheet would run as a formula quoted with an apostrophe."""
    table = round_numbers(table, decimals)
    for name in table.columns:
        if not (pd.api.types.is_numeric_dtype(table[name]) or pd.api.types.is_bool_dtype(table[name])):
            table = table.assign(**{name: [_disarm(cell) for cell in table[name]]})
    return table.to_csv(index=False, lineterminator="\n")


def _disarm(cell):
    if not isinstance(cell, str):
        return cell
    cell = LINE_ENDS.sub(" ", cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(RUNS_IN_SPREADSHEETS) else cell


# Column -> heading and how its numbers are written; anything else is shown as it is under its own name.
LOOKS = {
    "document_id": ("document", ""), "actor_id": ("actor", ""), "stage_id": ("stage", ""), "coder_id": ("coder", ""),
    "hypothesis_id": ("hypothesis", ""), "window_id": ("window", ""), "step_id": ("key", ""), "sentence_id": ("sentence", ""),
    "n_documents": ("documents", "count"), "n_turns": ("turns", "count"), "n_sentences": ("sentences", "count"),
    "n_words": ("words", "count"), "n_coded": ("with the code", "count"), "n_paired": ("both speak", "count"),
    "excluded": ("left out", "count"), "share": ("share, %", "percent"), "planted": ("planted, %", "percent"),
    "se": ("SE, points", "percent"), "se_blocks": ("SE (blocks), points", "percent"), "low": ("95 % low", "percent"),
    "high": ("95 % high", "percent"), "estimate": ("estimate, points", "points"),
    "smallest_detectable": ("detectable, points", "percent"), "p_jackknife": ("p, jackknife", "p"), "p_swap": ("p, swap", "p"),
    "p_swap_blocks": ("p, swap of blocks", "p"), "p_jackknife_blocks": ("p, jackknife of blocks", "p"),
    "p_score": ("p, score flip", "p"), "p_score_blocks": ("p, score flip of blocks", "p"),
    "score_low": ("95 % low, score flip", "percent"), "score_high": ("95 % high, score flip", "percent"),
    "p_westfall_young": ("p, Westfall–Young", "p"), "upper": ("95 % upper bound", "percent"), "p": ("p of record", "p"), "p_holm": ("p, Holm", "p"),
}  # fmt: skip

TABLE_STYLE = """
body{font:15px/1.5 system-ui,"Segoe UI",Helvetica,Arial,sans-serif;color:#1c1c1c}
body{margin:2rem auto;max-width:1100px;padding:0 1.2rem}
h1{font-size:1.35rem;line-height:1.25;margin:0 0 .4rem}.caption,.note{color:#595959;max-width:48rem}.note{font-size:.86rem}
.simulated{display:inline-block;background:#a3195b;color:#fff;font-weight:700;padding:.15rem .6rem;border-radius:.3rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}
thead th{border-top:1.5px solid #1c1c1c;border-bottom:1px solid #1c1c1c;text-align:left;font-weight:600;white-space:nowrap}
th,td{padding:.25rem .6rem;vertical-align:top}
tbody tr+tr td{border-top:1px solid #ececec}tbody tr:last-child td{border-bottom:1.5px solid #1c1c1c}
.n{text-align:right;white-space:nowrap}tr:target{background:#fff3c4}
""".strip()


def render_table(table, title, caption, note="", simulated=False, looks=None):
    """Return the table as a standalone HTML page: heading, caption, rows, note. All text is escaped."""
    stamp = '<p><span class="simulated">SIMULATED DATA</span> No real person said any of this.</p>\n' if simulated else ""
    foot = f'<p class="note">{escape(note)}</p>\n' if note else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{TABLE_STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n{stamp}"
        f'<p class="caption">{escape(caption)}</p>\n<div class="scroll">{render_rows(table, "row", looks)}</div>\n'
        f"{foot}</body></html>\n"
    )


def render_rows(table, anchor, looks=None):
    """Return the table as an HTML ``<table>`` whose rows have the ids ``<anchor>-<index>``; all text is escaped."""
    looks = LOOKS | (looks or {})
    kinds = {name: looks.get(name, (name, ""))[1] or ("number" if _is_fraction(table[name]) else "") for name in table.columns}
    numeric = {name for name in table.columns if kinds[name] or pd.api.types.is_integer_dtype(table[name])}
    head = "".join(
        f"<th{' class=n' if name in numeric else ''}>{escape(looks.get(name, (name.replace('_', ' '), ''))[0])}</th>"
        for name in table.columns
    )
    cells = [
        [f"<td{' class=n' if name in numeric else ''}>{escape(show_value(value, kinds[name]))}</td>" for value in table[name]]
        for name in table.columns
    ]
    rows = "\n".join(
        f'<tr id="{escape(anchor)}-{k}">{"".join(row)}</tr>' for k, row in zip(table.index, zip(*cells, strict=True), strict=True)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _is_fraction(cells):
    return pd.api.types.is_float_dtype(cells)


def show_value(value, kind=""):
    """Return a value as it is printed: kind is count, percent, fine percent, points (signed), p, number, rate, plain, or empty for text.

    >>> show_value(0.1234, "percent"), show_value(-0.02, "points"), show_value(0.0004, "p"), show_value(12345, "count")
    ('12.3', '−2.0', '<.001', '12\\u202f345')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if kind == "count":
        return f"{int(value):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    if kind == "percent":
        return _minus(f"{100 * value:.1f}")
    if kind == "points":
        return _minus(f"{100 * value:+.1f}").replace("+0.0", "0.0")
    if kind == "p":
        return "<.001" if value < 0.001 else "1" if value >= 0.9995 else f"{value:.3f}".lstrip("0")
    if kind == "rate":  # as journals print it: two decimals, no zero before the point
        return re.sub(r"^(\W?)0\.", r"\1.", _minus(f"{value:.2f}"))
    if kind in ("number", "fine percent", "plain"):
        return _minus(f"{value:.3f}" if kind == "number" else f"{100 * value:.2f}" if kind == "fine percent" else f"{value:g}")
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool | np.bool_) else str(value)


def _minus(text):
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text.replace("-", "\N{MINUS SIGN}")


# Numbers for the prose ---------------------------------------------------------------------------------------------


def quote_numbers(documents, inclusion, prevalence, assessments, topics, unresolved, coder_id="dictionary"):
    """Return the numbers that the report may cite by name: {name: entry}, as ``framings.entries.ENTRY`` says, without sources.

    An entry is a cell (``row`` and ``column`` of ``table``, as released), or counted over rows (``row`` -1; ``how``, ``column`` and
    ``where`` say which). Names: ``relevant.n_sentences`` (steps of INCLUSION), ``actor.<actor>.n_words``,
    ``share.<code>.<actor>.<stage>`` with ``.low`` and ``.high``, ``<hypothesis>.<window>.estimate`` and its other columns,
    ``tests.n`` and ``tests.n_<group>`` (VERDICT_GROUPS) over confirmatory tests, ``tests.n_tested`` of those with a p-value,
    ``topics.n``, ``unresolved.n_turns``, ``documents.first_year``. A cell that is not estimable has no number.
    """
    numbers = {}

    def quote(name, value, kind, table, row, column, key):
        numbers[name] = make_entry(value, show_value(value, kind), table, row, column, key, "cell")

    for k, r in enumerate(inclusion.to_dict("records")):
        name = r["step_id"] if r["step_id"] != "actor" else f"actor.{r['actor_id']}"
        for column in ("n_documents", "n_turns", "n_sentences", "n_words", "excluded"):
            quote(f"{name}.{column}", r[column], "count", "inclusion", k, column, r["step"])
    ours = prevalence[(prevalence["coder_id"] == coder_id) & prevalence["share"].notna()]
    for k, r in zip(ours.index, ours.to_dict("records"), strict=True):
        name = f"share.{r['code']}.{r['actor_id']}.{r['stage_id']}"
        for column, end in (("share", ""), ("low", ".low"), ("high", ".high")):
            if pd.notna(r[column]):
                quote(name + end, r[column], "percent", "prevalence", k, column, f"{r['code']}, {r['actor_id']}, {r['stage_id']}")
    _quote_tests(quote, assessments[assessments["coder_id"] == coder_id])
    tables = {
        "documents": documents,
        "prevalence": prevalence,
        "assessments": assessments,
        "topics": topics,
        "unresolved": unresolved,
    }
    return dict(sorted((numbers | _quote_counts(tables, coder_id)).items()))


def _quote_tests(quote, tests):
    """Quote the columns of every test."""
    kinds = {"estimate": "points", "low": "points", "high": "points", "smallest_detectable": "percent"}
    kinds |= {"p": "p", "p_holm": "p", "p_jackknife": "p", "p_swap_blocks": "p"}
    kinds |= dict.fromkeys(("n_documents", "n_paired", "n_sentences", "n_coded"), "count")
    of_test = {"joint": {"estimate": "number"}, "upper_bound": {"estimate": "percent", "low": "percent", "high": "percent"}}
    for k, r in zip(tests.index, tests.to_dict("records"), strict=True):
        key = f"{r['hypothesis_id']}, {r['window_id']}"
        for column, kind in (kinds | of_test.get(r["test"], {})).items():
            if pd.notna(r[column]):
                quote(f"{r['hypothesis_id']}.{r['window_id']}.{column}", r[column], kind, "assessments", k, column, key)


def _quote_counts(tables, coder_id):
    """Return the entries of counts over whole tables, those of tests and shares for one coder."""
    mine = {"coder_id": [coder_id]}
    sure, cell = mine | {"confirmatory": [True]}, ("distinct", "actor_id stage_id")
    staged = mine | {"stage_id": sorted(set(tables["prevalence"]["stage_id"]) - {"all"})}
    recipes = [
        ("hypotheses.n", "assessments", "distinct", "hypothesis_id", mine, "hypotheses"),
        ("tests.n", "assessments", "rows", "", sure, "confirmatory tests"),
        ("tests.n_tested", "assessments", "rows", "", sure | {"p": "present"}, "confirmatory tests with a p-value"),
        ("tests.n_rare", "assessments", "rows", "", sure | {"verdict": ["too rare"]}, "confirmatory tests: too rare"),
        (
            "tests.n_series",
            "assessments",
            "rows",
            "",
            sure | {"verdict": ["descriptive only"]},
            "confirmatory tests: descriptive only",
        ),
        *(
            (
                f"tests.n_{name}{end}",
                "assessments",
                "rows",
                "",
                sure | {"test": list(kinds)} | more,
                f"confirmatory tests of {name}{end}",
            )
            for name, kinds in QUESTIONS.items()
            for end, more in (("", {}), ("_tested", {"p": "present"}))
        ),
        ("cells.n", "prevalence", *cell, staged, "actor by stage"),
        ("cells.n_estimable", "prevalence", *cell, staged | {"share": "present"}, "actor by stage, estimable"),
        ("actors.n", "prevalence", "distinct", "actor_id", mine, "actors with talk on integration"),
        ("topics.n", "topics", "distinct", "topic", {}, "topics"),
        ("unresolved.n_labels", "unresolved", "rows", "", {}, "labels"),
        ("unresolved.n_turns", "unresolved", "sum", "n_turns", {}, "turns"),
    ]
    for group, verdicts in VERDICT_GROUPS.items():
        key = f"confirmatory tests: {' or '.join(verdicts)}"
        recipes.append((f"tests.n_{group}", "assessments", "rows", "", sure | {"verdict": list(verdicts)}, key))
    if len(tables["documents"]):
        for how in ("first year", "last year"):
            recipes.append(
                (f"documents.{how.replace(' ', '_')}", "documents", how, "date", {}, "dates of all registered documents")
            )
    for language in sorted(tables["documents"]["language"].unique()):
        key = f"language {language}"
        recipes.append((f"documents.n_{language}", "documents", "rows", "", {"language": [language]}, key))
    entries = {}
    for name, table, how, column, where, key in recipes:
        value = count_over(tables[table], how, column, where)
        text = show_value(value, "" if how.endswith("year") else "count")
        entries[name] = make_entry(value, text, table, -1, column, key, how, where)
    return entries

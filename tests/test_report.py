"""Facts about the report."""

import functools
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from gallery_tables import (
    ACTORS,
    FAMILIES,
    HYPOTHESIS_FAMILIES,
    SUBFRAMES,
    WINDOWS,
    add_coders,
    copy_shares,
    make_agreement,
    make_assessments,
    make_book,
    make_coder_accuracy,
    make_coders_tried,
    make_documents,
    make_matches,
    make_prevalence,
    make_talk,
    make_topics,
)  # fmt: skip
from payloads import HOSTILE

from framings.changes import CHANGES
from framings.citations import Citations, ReportError
from framings.coding_quality import compare_verdicts
from framings.curves import CURVES
from framings.literature import LiteratureError
from framings.products import count_inclusion, list_unresolved, pick_evidence, quote_numbers
from framings.report import caption_table, join_words, link_sentence, mark_spans, render_report
from framings.schemas import REFERENCE_NOTE

TEMPLATE = (Path(__file__).parents[1] / "workflow/report/report.html.j2").read_text(encoding="utf-8")
WORKS = (Path(__file__).parents[1] / "data/reference/references.yaml").read_text(encoding="utf-8")
EMPTY = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
MEASURED = "Talk is measured, not motive."


@functools.cache
def make_tables():
    """Return the made-up tables that every report here rests on."""
    documents = make_documents()
    turns, speakers, marks, sentences = make_talk(documents)
    return documents, turns, speakers, marks, sentences, make_matches(sentences), make_prevalence()


def spread(payloads, n):
    """Return ``n`` payloads in turn."""
    return [payloads[k % len(payloads)] for k in range(n)]


def write_report(
    supported=3,
    simulated=False,
    payloads=(),
    template=TEMPLATE,
    n=25,
    coder="dictionary",
    note="",
    look=EMPTY,
    registration=None,
    **changes,
):
    """Return a report on made-up tables; ``payloads`` in turn replace every text that comes from pages or hand tables."""
    documents, turns, speakers, marks, sentences, matches, prevalence = make_tables()
    assessments, topics, actors, titles = make_assessments(n, supported), make_topics(), ACTORS, SUBFRAMES
    if payloads:
        documents = documents.assign(title=spread(payloads, 60), url=spread([f"javascript:{p}" for p in payloads], 60))
        turns = turns.assign(label=spread(payloads, len(turns)))
        sentences = sentences.assign(text=[f"{p} shared memory" for p in spread(payloads, len(sentences))])
        topics = topics.assign(label=spread(payloads, len(topics)))
        assessments = assessments.assign(claim=spread(payloads, len(assessments)), contrast=spread(payloads, len(assessments)))
        actors = dict(zip(ACTORS, spread(payloads, 4), strict=True))
        titles = {code: (title, title) for code, title in zip(SUBFRAMES, spread(payloads, 26), strict=True)}
    tables = {
        "documents": documents,
        "inclusion": count_inclusion(documents, turns, speakers, marks, sentences, sentences),
        "prevalence": prevalence,
        "assessments": assessments,
        "topics": topics,
        "unresolved": list_unresolved(turns, speakers),
        "evidence": pick_evidence(matches, sentences, documents, turns, speakers, marks, SUBFRAMES),
    } | changes
    cited = ("documents", "inclusion", "prevalence", "assessments", "topics", "unresolved")
    cite = Citations(quote_numbers(*(tables[name] for name in cited), coder_id=coder), tables)
    names = {
        "codebook_version": "1.0.0",
        "codebook": make_book(payloads) if payloads else make_book(),
        "titles": {code: title for code, (title, _) in titles.items()}
        | FAMILIES
        | {"FUN": payloads[0] if payloads else "Function"},
        "codes": titles,
        "families": FAMILIES,
        "actors": actors,
        "hypothesis_families": HYPOTHESIS_FAMILIES,
        "windows": WINDOWS,
    }
    figures = dict.fromkeys(("inclusion_flow", "hypotheses_forest", "shares_recovered"), look)
    corpus = {"id": "made", "title": payloads[0] if payloads else "A made-up corpus"}
    corpus |= {"registration": registration} if registration else {}
    provenance = {"codebook": "1.0.0", "configuration": "corpus: made\nseed: 1"}
    return render_report(
        template, corpus, simulated, cite, figures, tables, names, provenance, MEASURED, coder, note, literature=WORKS
    )


def write_coded_report(coder="corrected", note=REFERENCE_NOTE, **changes):
    """Return a report on the tests and shares of four coders, with how well frames were coded."""
    coded = {"agreement": make_agreement(), "coder_accuracy": make_coder_accuracy(), "coders_tried": make_coders_tried()}
    coded |= {"assessments": add_coders(make_assessments(26)), "prevalence": copy_shares(make_prevalence())}
    return write_report(coder=coder, note=note, **coded | changes)


class Page(HTMLParser):
    """Collects elements, ids, link targets and the prose without its links."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.targets, self.events, self.sources = [], [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.targets += [attrs["href"]] if "href" in attrs else []
        self.sources += [attrs["src"]] if "src" in attrs else []
        self.events += [name for name in attrs if name.startswith("on")]


def read_text(html):
    """Return the report's text, in one line."""
    html = re.sub(r"<span data-[^>]+>([^<]*)</span>", r"\1", html)
    body = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.S)
    return " ".join(body.split())


def test_every_link_inside_the_report_has_its_target_and_no_id_occurs_twice():
    """Numbers lead to rows, contents to headings."""
    page = Page(write_report(simulated=True))
    inner = [target[1:] for target in page.targets if target.startswith("#")]
    assert len(inner) > 150 and not set(inner) - set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_the_report_needs_nothing_from_outside():
    """Pictures are inside, there is no script, style sheet or frame; links lead out only to pages of the corpus."""
    page = Page(write_report())
    assert page.sources and all(source.startswith("data:image/svg+xml,") for source in page.sources)
    assert not {"script", "link", "iframe", "object", "embed"} & set(page.tags)
    assert all(t.startswith(("#", "https://example.org/events/", "https://doi.org/")) for t in page.targets)


@pytest.mark.parametrize(
    ("supported", "said"),
    [
        (0, "None supports its claim."),
        (1, "1 supports its claim."),
        (4, "4 support their claims."),
    ],
)
def test_the_prose_fits_none_one_and_many(supported, said):
    """The sentence on supported tests is right whatever was found."""
    assert said in read_text(write_report(supported))


def test_the_prose_fits_a_corpus_without_confirmatory_tests():
    """Everything is called exploratory."""
    text = read_text(write_report(assessments=make_assessments().assign(confirmatory=False)))
    assert "everything below is exploratory" in text
    assert "No test belongs to a family and a window that were declared confirmatory." in text


def test_the_prose_fits_a_corpus_in_which_nothing_could_be_tested():
    """No claim is said to be supported or left open."""
    gone = make_assessments().assign(p=None, p_holm=None, estimate=None, verdict="not estimable", reason="2 documents, 3 needed")
    text = read_text(write_report(assessments=gone))
    assert "confirmatory tests, none could be carried out." in text
    assert "None could be carried out, so nothing is said here for or against any claim." in text
    assert "supports its claim" not in text and "Not estimable: 2 documents, 3 needed." in text


def test_a_null_stands_beside_what_could_have_been_found():
    """A test that supports nothing says how large a difference would have been found; a supported one does not."""
    text = read_text(write_report(supported=1, n=2))
    assert text.count("not adjusted, would find a difference of") == 3  # H2 in three windows
    assert "Not estimable: 2 documents: fewer than 5." in read_text(write_report())


def test_a_joint_test_is_not_given_in_points():
    """Its estimate is a statistic."""
    assert "F = 1.840 , p" in read_text(write_report())


def test_simulated_data_are_called_so_and_real_data_are_not():
    """The banner, each caption, and the section on recovery."""
    simulated, real = write_report(simulated=True), write_report()
    assert "SIMULATED DATA" in simulated and simulated.count("Simulated data.") >= 4 and "Planted against recovered" in simulated
    assert "simulated" not in read_text(real).lower() and "shares_recovered" not in real


def test_every_table_of_shares_says_what_its_codes_are():
    """Predictions, and talk, not motive."""
    html = write_report()
    captions = re.findall(r"<caption>.*?</caption>", html, flags=re.S)
    shares = [c for c in captions if "Share of sentences" in c]
    assert shares and all("predictions, not hand codes" in c and MEASURED in c for c in shares)


def test_a_number_that_no_table_gives_stops_the_report():
    """The message names the number; a misspelt field of the template does the same."""
    with pytest.raises(ReportError, match=r"'share\.none'"):
        write_report(template='{{ n("share.none") }}')
    with pytest.raises(ReportError, match="corpsu"):
        write_report(template="{{ corpsu.title }}")


def test_matches_are_marked_and_everything_else_is_escaped():
    """Overlapping matches become one mark."""
    assert str(mark_spans("one <two> three", "4:9 5:15")) == "one <mark>&lt;two&gt; three</mark>"
    assert str(mark_spans("no match & more", "")) == "no match &amp; more"


def test_only_web_addresses_become_links():
    """The link scrolls to the first words of the sentence."""
    assert link_sentence("javascript:alert(1)", "x") == "" and link_sentence("data:text/html,x", "x") == ""
    assert (
        link_sentence("https://a.example/1", "We, the well-known two.")
        == "https://a.example/1#:~:text=We%2C%20the%20well%2Dknown%20two"
    )


def test_a_count_in_prose_is_a_link_and_safe():
    """The text around the number is escaped, the link is not."""
    cite = Citations(
        {"n": {"value": 2, "text": "2", "table": "t", "row": 3, "column": "c", "key": '"k"', "how": "cell", "where": {}}}
    )
    cite.shown = {"t": {3}}
    link = '<a href="#t-t-3" class="num" data-number="n" title="n | t.parquet, row 3, c | &#34;k&#34;">2</a>'
    assert str(cite.choose("n", "none", "one", "<b>{}")) == "&lt;b&gt;" + link
    assert cite.choose("absent", "none", "one", "many") == "none"
    assert [join_words(w) for w in ([], ["a"], ["a", "b"])] == ["none", "a", "a and b"]


def test_no_hostile_text_becomes_an_element_of_the_report():
    """Forty payloads through title, label, sentence, claim, topic and names leave the elements as they were."""
    plain, page = (Page(write_report(simulated=True, payloads=texts)) for texts in (["harmless"], HOSTILE))
    # Rows, and the links of the numbers in them, are as many as there are labels.
    counts = [{tag: seen.tags.count(tag) for tag in set(seen.tags) - {"tr", "td", "a"}} for seen in (plain, page)]
    assert counts[0] == counts[1] and not page.events
    assert all(target.startswith(("#", "https://doi.org/10.")) for target in page.targets)


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium on this machine")
def test_no_hostile_text_comes_alive_in_a_browser(tmp_path):
    """All payloads at once: the browser's own tree holds no script, event handler or foreign element."""
    page = tmp_path / "report.html"
    page.write_text(write_report(simulated=True, payloads=HOSTILE), encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    command += ["--disable-background-networking", "--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--dump-dom", page.as_uri()]
    tree = Page(subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout)
    assert not {"script", "iframe", "svg", "math", "object", "embed", "base", "link", "form", "video", "input"} & set(tree.tags)
    assert not tree.events and "details" in tree.tags


def test_where_only_the_dictionary_coded_no_other_coder_is_spoken_of():
    """Neither section nor note appears; planted codes change nothing in the prose."""
    html = write_report()
    assert "How well frames were coded" not in html and "another coder" not in html and REFERENCE_NOTE not in html
    tests = make_assessments()
    both = write_report(assessments=pd.concat([tests, tests.assign(coder_id="planted")], ignore_index=True))
    assert both[: both.index('id="tables"')] == html[: html.index('id="tables"')]


def test_every_link_of_a_report_on_several_coders_has_its_target():
    """Estimates by coder, agreement and accuracy lead to rows of their tables, all of which are there."""
    page = Page(write_coded_report())
    inner = [target[1:] for target in page.targets if target.startswith("#")]
    assert not set(inner) - set(page.ids) and len(page.ids) == len(set(page.ids))
    for table in ("t-agreement-", "t-coder_accuracy-", "t-coders_tried-", "t-assessments-"):
        assert any(target.startswith(table) for target in inner)


def test_tables_on_reference_codes_of_language_models_say_so_in_their_heading():
    """Where the reference is another, the note is not there; simulated data are called so as well."""
    section = re.compile(r'<h2 id="coding">.*?<h2 id="frames">|<h2 id="robustness">.*?<h2 id="topics">', re.S)
    for note, simulated in ((REFERENCE_NOTE, False), ("", True)):
        html = write_coded_report(note=note, simulated=simulated)
        captions = [c for part in section.findall(html) for c in re.findall(r"<caption>.*?</caption>", part, flags=re.S)]
        assert len(captions) >= 7
        assert all((REFERENCE_NOTE in c) == bool(note) and ("Simulated data." in c) == simulated for c in captions)


@pytest.mark.parametrize(
    ("coder", "said"),
    [
        ("dictionary", "Codes are given by a dictionary: they are predictions, not hand codes."),
        ("trained", "Codes are given by a coder trained on reference codes: they are predictions, not hand codes."),
        ("sample", "Estimates rest on the reference codes of the drawn sentences alone."),
        ("corrected", "Corrected estimates: predictions, corrected by the reference codes"),
    ],
)
def test_the_report_says_whose_codes_the_headline_rests_on(coder, said):
    """The sentence stands beside what is measured; the note follows where the coder rests on reference codes."""
    text = read_text(write_coded_report(coder))
    assert f"What is measured. {MEASURED} {said}" in text.replace(" .", ".")
    assert (f"{said} {REFERENCE_NOTE}" in text) == (coder in ("trained", "sample"))
    assert "The headline rests on the" in text


def test_verdicts_that_differ_from_the_headline_are_counted_and_marked():
    """One of two tests has one verdict from both coders; the other differs in one cell."""
    tests = make_assessments(2, 1).query("window_id == 'holdout'").assign(confirmatory=True, verdict="supported")
    other = tests.assign(coder_id="trained", verdict=["supported", "not detected"])
    cite = Citations({}, {"assessments": pd.concat([tests, other], ignore_index=True)})
    found = compare_verdicts(cite, {"windows": WINDOWS}, "trained")
    assert (cite.value("by_coder.n"), cite.value("by_coder.n_alike")) == (2, 1)
    assert found["coders"][0] == "predictions of the trained coder"
    assert [[cell["differs"] for cell in test["cells"]] for test in found["confirmatory"]] == [[False, False], [False, True]]
    assert compare_verdicts(Citations({}, {"assessments": tests}), {"windows": WINDOWS}, "dictionary") is None


def test_the_gates_say_which_codes_may_enter_confirmatory_tests():
    """The families pass; a sub-frame that was hardly given does not, and its reason is printed."""
    text = read_text(write_coded_report())
    assert "Family (alpha at least 0.8 ): 2 of 2 pass: RS_any and OS_any." in text
    assert "too few: given to 4 sentences in 4 documents" in text


def make_court():
    """Return made-up tables changes and curves: one test carried out, one that could not be."""
    told = {
        "coder_id": "dictionary",
        "window_id": "all",
        "confirmatory": True,
        "n_variations": 40,
        "n_changing": 2,
        "n_untested": 0,
    }
    tested = told | dict.fromkeys(
        ("p", "p_holm", "p_swap", "p_jackknife", "p_score", "p_swap_blocks", "p_jackknife_blocks", "p_score_blocks"), 0.02
    )
    tested |= {"hypothesis_id": "H1", "claim": "A says more", "contrast": "A − B", "verdict": "supported", "estimate": 0.12}
    tested |= {"low": 0.05, "high": 0.19, "score_low": 0.04, "score_high": 0.2, "smallest_detectable": 0.1}
    tested |= {
        "what_would_change": "2 of 40 changes give another verdict: without d7.",
        "tipping": "An error of 12 points would do.",
    }
    open_ = told | {
        "hypothesis_id": "H2",
        "claim": "B says less",
        "contrast": "B − A",
        "verdict": "too rare",
        "missing": "20 sentences needed",
    }
    curve = {
        "hypothesis_id": "H1",
        "window_id": "all",
        "confirmatory": True,
        "n_estimable": 120,
        "n_claimed": 118,
        "lowest": 0.02,
    }
    curve |= {"median": 0.11, "highest": 0.2, "p_median": 0.004}
    return {
        "changes": pd.DataFrame([tested, open_], columns=list(CHANGES.columns)),
        "curves": pd.DataFrame([curve], columns=list(CURVES.columns)),
    }


def test_each_verdict_stands_beside_what_it_rests_on_and_what_would_change_it():
    """Three p-values, each by blocks too, both intervals, changes, tipping point and curve; what is not tested says what is missing."""
    text = re.sub(r"\( ", "(", re.sub(r" ([).:;,])(?!\d)", r"\1", " ".join(read_text(write_report(**make_court())).split())))
    assert "+12.0 (+5.0 to +19.0) points" in text and "+4.0 to +20.0" in text
    assert text.count(".020 (.020)") == 3 and "2 of 40 overturn it" in text
    assert "without d7. An error of 12 points would do. Over 120 specifications" in text
    assert (
        "from +2.0 to +20.0 points, median +11.0; 118 have the claimed sign, and a test of the median over all of them at once has the p-value .004"
        in text
    )
    assert "B says less [B − A] too rare 20 sentences needed." in text


def test_the_abstract_tells_what_was_found_and_names_it_where_it_is_much():
    """Up to three findings in words, with claim, estimate and verdict; more by their ids; nothing where nothing was found."""

    def abstract(**changes):
        html = write_report(**changes)
        return read_text(html[html.index('<div class="abstract"') : html.index('<p class="caution"')])

    one, claims = make_assessments(2, 1), make_assessments(2, 1).query("verdict == 'supported' and confirmatory")
    assert len(claims) == 1 and f"H1 {claims['claim'].iloc[0]}: " in abstract(n=2, supported=1)
    assert "supported." in abstract(n=2, supported=1)
    assert abstract(n=25, supported=4).endswith("Supported: H1 , H2 , H3 , H4 .")
    assert "Supported" not in abstract(assessments=one.assign(verdict="not detected"))


def test_a_code_too_rare_for_a_test_has_a_reason_and_no_number():
    """Neither estimate nor interval nor detectable difference of a handful of sentences is printed; a thin test is not called not estimable."""
    tests = make_assessments(1, 0).assign(verdict="too rare", reason="1 sentence in 1 document; a test needs 20 in 5")
    text = read_text(write_report(assessments=tests))
    assert "Hold-out Too rare: 1 sentence in 1 document; a test needs 20 in 5." in text and "points (95" not in text
    thin = make_assessments(1, 0).assign(verdict="not estimable", reason="thin", p=None, p_holm=None)
    assert re.search(r"points \(95 % interval [^)]+\) ?: not tested\. \( ?thin ?\.\)", read_text(write_report(assessments=thin)))


def test_the_report_says_whether_its_question_could_be_asked():
    """How many comparisons of leaders, of those declared, had a p-value; where none had, the question stays open."""
    gone = make_assessments(4, 0).assign(
        p=None, p_holm=None, estimate=None, verdict="not estimable", reason="2 documents, 3 needed"
    )
    declared = int((gone["confirmatory"] & gone["test"].isin(["difference", "equivalence"])).sum())
    text = read_text(write_report(assessments=gone))
    assert f"No comparison of leaders (of {declared} declared)" in text and "the question of this report stays open" in text
    assert "stays open" not in read_text(write_report(supported=2))


def test_the_report_says_where_pages_are_from_and_who_speaks():
    """The host of the addresses of the pages read, and each actor's sentences, the most talkative first."""
    text = read_text(write_report())
    documents = make_documents()
    n = int(documents["status"].eq("parsed").sum())
    assert re.search(rf"Pages read: {n} from example\.org ?\.", text)
    said = [int(k.replace("\u202f", "")) for k in re.findall(r"([\d\u202f]+) are [^’]+?’s", text)]
    assert len(said) == 4 and said == sorted(said, reverse=True)


def test_the_codebook_defines_every_code_and_the_references_hold_what_is_cited():
    """Sub-frames with what counts and what does not, other codes, combined codes; each work cited stands in the list once."""
    html = write_report()
    text = read_text(html[html.index('id="codebook"') : html.index('id="trace"')])
    assert text.count("Include: what belongs to it Exclude: what does not") == 26
    assert "FUN Function what counts" in text and "OS_any Ontological security what counts" in text
    cited = set(re.findall(r'href="#(ref-\w+)"', html))
    assert {"ref-holm1979", "ref-russo2018", "ref-roberts2017"} <= cited and all(
        html.count(f'id="{name}"') == 1 for name in cited
    )
    with pytest.raises(LiteratureError, match="'nobody1900', which is not in"):
        write_report(template='{{ ref("nobody1900") }}')


def test_a_caption_says_what_a_table_of_a_coder_rests_on():
    """Agreement needs the note alone; evidence is always the dictionary's."""
    assert caption_table("agreement", MEASURED, "corrected", "A note.") == "How far coders agree on each code. A note."
    assert "A note." in caption_table("prevalence", MEASURED, "corrected", "A note.")
    assert caption_table("evidence", MEASURED, "corrected", "A note.") == caption_table("evidence", MEASURED)

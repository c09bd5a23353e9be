"""Summaries: what a run says at its end: where to look, what was found, what a reader should be warned of."""

import csv
import json
from pathlib import Path

# What a target other than the whole leaves behind, by the name of its rule.
ASIDE = {
    "fetch_pages": "Done. Each attempt is a row of fetched.csv beside the pages folder; `framings check` lists what is still missing.",
    "archive": "Done. The deposit is in {results}archive/; its README says how to build everything from it again.",
    "export": "Done. TEI, text tables and matrices are in {results}exports/, each with a README.",
    "calibrate": "Done. Error rates are in {results}calibration/; `framings calibration keep` keeps them with the corpus.",
    "plan": "Done. What more documents and codes would bring is in {results}plan.html.",
    "package": "Done. The replication package is in {results}package/ and package.zip; `framings verify` runs it again.",
}


def summarise_run(targets, results, coder, simulated=False, registration="", calibrated=None, note=""):
    """Return the lines that a finished run prints.

    ``targets`` are what was asked for (names of rules or files; none: the whole), ``results`` the folder of the corpus with a
    slash at its end, ``coder`` whose codes are the headline, ``registration`` a sentence on hypotheses that are not as
    registered, ``calibrated`` whether error rates of its tests were measured (None: not told), ``note`` what is to be said of
    its codes.
    """
    aside = [ASIDE[target].format(results=results) for target in targets if target in ASIDE]
    if aside:
        return aside
    if targets and not {"all", f"{results}report.html"} & set(targets):
        return [f"Done: {', '.join(sorted(targets))}"]
    lines = [f"Done. Open {results}report.html; figures/, tables/ and notebooks/ lie beside it."]
    try:
        numbers = json.loads(Path(results, "numbers.json").read_text(encoding="utf-8"))
        with Path(results, "tables/assessments.csv").open(encoding="utf-8", newline="") as file:
            tests = list(csv.DictReader(file))
    except (OSError, ValueError):
        return lines
    lines += [f"  {line}" for line in (describe_talk(numbers, simulated), describe_tests(tests, coder)) if line]
    warnings = [describe_missing(numbers, simulated), registration, note]
    if calibrated is False:
        call = f"snakemake --cores all --config corpus={Path(results).name} -- calibrate"
        warnings.append(f"the error rates of these tests were not measured: {call}")
    return lines + [f"  note: {warning.rstrip('.')}" for warning in warnings if warning]


def describe_talk(numbers, simulated=False):
    """Return how much text the results rest on; the entries of numbers.json that it takes may be absent.

    >>> entry = {"registered.n_documents": 60, "relevant.n_documents": 51, "relevant.n_sentences": 3637, "actors.n": 4}
    >>> describe_talk({name: {"value": value} for name, value in entry.items()}, simulated=True)
    '60 documents registered; in 51 of them 3637 sentences of talk about integration by 4 actors (simulated data)'
    """
    count = {name: entry["value"] for name, entry in numbers.items()}
    try:
        said = (
            f"{count['registered.n_documents']} documents registered; in {count['relevant.n_documents']} of them "
            f"{count['relevant.n_sentences']} sentences of talk about integration by {count['actors.n']} actors"
        )
    except KeyError:
        return ""
    return said + (" (simulated data)" if simulated else "")


def describe_missing(numbers, simulated=False):
    """Return what to do about registered pages that are not at hand, or ''; a simulated corpus lacks them by design."""
    missing = numbers.get("at_hand.excluded", {"value": 0})["value"]
    if not missing:
        return ""
    are = "page is" if missing == 1 else "pages are"
    why = "the simulation leaves some out" if simulated else "`framings check` lists what is missing, with the cure"
    return f"{missing} registered {are} not at hand: {why}"


def describe_tests(tests, coder):
    """Return how the confirmatory tests of a coder's codes came out, from rows of assessments.csv.

    >>> row = {"coder_id": "corrected", "confirmatory": "True", "verdict": "supported"}
    >>> describe_tests([row, row, row | {"verdict": "too rare"}, row | {"confirmatory": "False"}], "corrected")
    '3 confirmatory tests (codes: corrected): 2 supported, 1 too rare'
    """
    verdicts = [row["verdict"] for row in tests if row["coder_id"] == coder and row["confirmatory"] == "True"]
    if not verdicts:
        return f"no confirmatory tests (codes: {coder}): agreement of coders, or the hypotheses, allow none"
    counts = sorted(((verdicts.count(name), name) for name in set(verdicts)), key=lambda pair: (-pair[0], pair[1]))
    told = ", ".join(f"{n} {name}" for n, name in counts)
    return f"{len(verdicts)} confirmatory {'test' if len(verdicts) == 1 else 'tests'} (codes: {coder}): {told}"

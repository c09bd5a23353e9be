"""Checking: all that is missing or wrong in a corpus, one finding a line, each with its cure."""

import re
from collections import Counter
from pathlib import Path

from framings.faults import (
    Finding,
    check_hypotheses,
    check_settings,
    collect_faults,
    read_coded,
    read_corrections,
    read_people,
    read_register,
    read_relevance,
    read_stages,
)
from framings.showing import count_things

MOST_LISTED = 10
NO_PAGE = re.compile(r"\..*|.*\.(?:csv|tsv|md)", re.IGNORECASE)  # files that may lie beside pages


class CheckError(ValueError):
    """A corpus cannot be looked at; the message is one plain sentence."""


def read_settings(root, tolerant=False):
    """Return the settings in config.yaml with their defaults; where they are faulty, ``tolerant`` takes corpus and pages
    from them and else the defaults."""
    import yaml

    from framings.mappings import load_mapping
    from framings.settings import complete_settings

    schema = load_mapping((Path(root) / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
    given = {}
    try:
        given = load_mapping((Path(root) / "config.yaml").read_text(encoding="utf-8")) or {}
        return complete_settings(given, schema)
    except (ValueError, yaml.YAMLError) as error:
        if not tolerant:
            raise CheckError(f"config.yaml: {' '.join(str(error).split())}; framings check tells more") from error
        named = {
            name: given[name] for name in ("corpus", "pages") if isinstance(given, dict) and isinstance(given.get(name), str)
        }
        return complete_settings({}, schema) | named


def find_folder(root, settings, corpus=None):
    """Return the folder of a corpus, or raise where there is none."""
    name, known = corpus or settings["corpus"], list_corpora(root)
    folder = Path(root) / "data/corpora" / name
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or not folder.is_dir():
        raise CheckError(f"there is no corpus {name!r} under data/corpora; there are {', '.join(known)}: name one with --corpus")
    return folder


def list_corpora(root):
    """Return the names of the corpora that are not simulated."""
    folders = (Path(root) / "data/corpora").iterdir()
    return sorted(path.name for path in folders if path.is_dir() and not (path / "design.yaml").exists())


def find_corpus(root, settings, corpus=None, pages=None, simulated_too=False):
    """Return (folder of a corpus, folder of its pages), or raise where there is none, or, mostly, it is made by simulation."""
    folder = find_folder(root, settings, corpus)
    if (folder / "design.yaml").exists() and not simulated_too:
        others = ", ".join(list_corpora(root))
        raise CheckError(
            f"the corpus {folder.name!r} is simulated and takes no documents; name another one with --corpus: {others}"
        )
    default = settings["pages"] if folder.name == settings["corpus"] or not corpus else ""
    place = Path(pages) if pages else Path(root) / default if default else folder / "pages"
    return folder, place


def check_corpus(root, folder, pages):
    """Return the findings on a corpus: settings, files kept by hand, pages, people, in this order.

    A simulated corpus (it has a design.yaml) has register and pages from the workflow; only its other files are looked at.
    """
    root, folder, pages = Path(root), Path(folder), Path(pages)
    findings, register, corrections = check_settings(root), None, None
    if not (folder / "design.yaml").exists():
        register, found = collect_faults(folder / "documents.csv", read_register)
        findings += found
        keys = [] if register is None else list(register["document_id"])
        corrections, found = collect_faults(folder / "corrections.csv", lambda file, name: read_corrections(file, name, keys))
        findings += found
    known, found = collect_faults(folder / "speakers.csv", read_people)
    findings += found
    stages, found = collect_faults(folder / "stages.csv", read_stages)
    findings += found
    findings += collect_faults(folder / "relevance.csv", read_relevance)[1]
    findings += check_title(folder)
    findings += check_hypotheses(root, folder, known, stages)
    findings += check_codes(root, folder)
    if register is not None and len(register):
        findings += check_addresses(register, folder / "documents.csv")
        findings += check_pages(register, corrections, folder, pages)
    if known is not None:
        findings += check_people(known, register, stages, folder)
    return findings + check_results(root / "results" / folder.name, folder)


def check_title(folder):
    """Return the finding on the title of a corpus, the first line of its README, where there is none."""
    from framings.inputs import read_title, tell_absent

    try:
        read_title(folder)
    except FileNotFoundError as error:
        return [Finding(True, tell_absent(error))]
    except ValueError as error:
        return [Finding(True, str(error))]
    return []


def check_codes(root, folder):
    """Return the findings on the codes that coders gave: tables that cannot be read, coders who were not asked for newer codes."""
    from framings.codebook import read_codebook
    from framings.coded import list_unasked

    findings, book = [], None
    for path in sorted((folder / "codes").glob("*.csv")):
        if path.name == "sample.csv":
            continue
        coded, found = collect_faults(path, read_coded)
        findings += found
        try:
            book = book or read_codebook((root / "data/reference/codebook.yaml").read_text(encoding="utf-8"))
        except (ValueError, OSError):  # told with the hypotheses
            continue
        for coder, version, n, codes, composites in [] if coded is None else list_unasked(book, coded):
            since = dict(zip(book.codes["code"], book.codes["since"], strict=True))
            lacking = ", ".join(f"{code} (since {since[code]})" for code in codes)
            made = (
                f", nor therefore for {', '.join(composites)}, which need {'it' if len(codes) == 1 else 'them'}"
                if composites
                else ""
            )
            findings.append(Finding(False, (
                f"{path}: {coder} coded {count_things(n, 'sentence')} from version {version} of the codebook and was not asked for {lacking}{made}: "
                f"what rests on these codes calls that not coded; code the drawn sentences again (framings code export --corpus {folder.name}, then "
                "import), or take a new code out of a composite that should stay as it was"
            )))  # fmt: skip
    return findings


def sum_up(findings, corpus):
    """Return the sentence that ends the findings.

    >>> sum_up([], "gardens")
    'The corpus gardens is fine.'
    """
    stops = sum(finding.stops for finding in findings)
    if not findings:
        return f"The corpus {corpus} is fine."
    counted = f"{len(findings)} finding{'s' * (len(findings) != 1)} on the corpus {corpus}"
    if stops:
        return f"{counted}; {stops} would stop the workflow."
    return f"{counted}; none stops the workflow: snakemake --cores all --config corpus={corpus}"


def check_addresses(register, file):
    """Return the findings on documents registered twice: under another address, with the same page or the same bytes."""
    from framings.addresses import find_key
    from framings.sources.readers import SITES

    findings, seen = [], {}
    ids = set(register["document_id"])
    for row, entry in zip(register.index + 2, register.to_dict("records"), strict=True):
        key = find_key(entry["url"], entry["language"]) if entry["source"] != "file" else None
        if key and key.source in SITES and key.document_id != entry["document_id"]:
            twice = (
                ", which is registered too: remove one of the two rows"
                if key.document_id in ids
                else "; correct the address or the key"
            )
            findings.append(
                Finding(
                    False,
                    f"{file}, row {row}, column 'url': {entry['url']} is the address of {key.document_id}, not of {entry['document_id']}{twice}",
                )
            )
        elif key and key.source not in SITES:
            first = seen.setdefault(("url", key), row)
            if first != row:
                findings.append(
                    Finding(
                        False,
                        f"{file}, row {row}, column 'url': the same page is registered in row {first}; remove one of the two rows",
                    )
                )
        for column in ("page", "sha256"):
            first = seen.setdefault((column, entry[column]), row) if isinstance(entry[column], str) else row
            if first != row:
                findings.append(
                    Finding(
                        False,
                        f"{file}, row {row}, column {column!r}: {entry[column]} is that of row {first} too; a document has a page of its own, correct one of the two rows",
                    )
                )
    return findings


def check_pages(register, corrections, folder, pages):
    """Return the findings on the pages: those missing, refused, doubtful, and those that are registered for nobody."""
    from framings.documents import parse_documents
    from framings.storage import page_reader

    documents, _, _ = parse_documents(register, page_reader(pages), corrections)
    findings = []
    missing = documents[documents["status"] == "page missing"]
    if len(missing):
        pages_of = dict(zip(register["document_id"], register["page"], strict=True))
        named = [f"{key} ({pages_of[key]})" for key in missing["document_id"]]
        findings.append(Finding(len(missing) == len(register), (  # a corpus without any page is refused
            f"{pages}: {len(missing)} of {len(register)} pages are missing: {_list_some(named)}; get them with "
            f"snakemake --cores 1 fetch_pages --config corpus={folder.name}, or save them in a browser and call framings add on the files"
        )))  # fmt: skip
    row_of = dict(zip(register["document_id"], register.index + 2, strict=True))
    for entry in documents[documents["reason"].notna() & (documents["status"] != "page missing")].itertuples():
        what = "is left out" if entry.status == "refused" else "to be looked at"
        findings.append(Finding(False, f"{folder / 'documents.csv'}, row {row_of[entry.document_id]} {what}: {entry.reason}"))
    held = (
        {path.name for path in pages.iterdir() if path.is_file() and not NO_PAGE.fullmatch(path.name)}
        if pages.is_dir()
        else set()
    )
    stray = sorted(held - set(register["page"]))
    if stray:
        findings.append(
            Finding(
                False,
                f"{pages}: {count_things(len(stray), 'file')} without a registered document: {_list_some(stray)}; call framings add on what belongs here",
            )
        )
    return findings


def check_names(known, file):
    """Return the findings on names in speakers.csv that may not be what they look like."""
    from framings.lookalikes import find_lookalikes

    names = [name.strip() for cell in [*known["name"], *known["forms"].dropna()] for name in cell.split(";") if name.strip()]
    return [
        Finding(
            False,
            f"{file}: the name {row.name!r} has {row.problem}"
            + (f", like {row.like!r}" if isinstance(row.like, str) else "")
            + "; type it anew if that was not meant",
        )
        for row in find_lookalikes(names).itertuples()
    ]


def check_people(known, register, stages, folder):
    """Return the findings on speakers.csv and stages.csv against the days of the documents, and on names that look alike."""
    from framings.marks import find_stages

    file = folder / "speakers.csv"
    findings = check_names(known, file)
    days = [] if register is None else sorted(register["date"])
    if not days:
        return findings
    idle = [
        f"{entry.speaker_id} (row {row})"
        for row, entry in zip(known.index + 2, known.itertuples(), strict=True)
        if not any(
            (entry.start if isinstance(entry.start, str) else "") <= day <= (entry.end if isinstance(entry.end, str) else "9")
            for day in days
        )
    ]
    if idle:
        findings.append(
            Finding(
                False,
                f"{file}: {count_things(len(idle), 'office')} held on the day of no document: {_list_some(idle)}; check their days, or leave them for documents to come",
            )
        )
    outside = (
        Counter(day[:4] for day, stage in zip(days, find_stages(days, stages), strict=True) if stage is None)
        if stages is not None
        else {}
    )
    if outside:
        years = ", ".join(f"{n} of {year}" for year, n in sorted(outside.items()))
        findings.append(
            Finding(
                False,
                f"{folder / 'stages.csv'}: {count_things(sum(outside.values()), 'document')} in no stage ({years}), and so in no comparison; add a stage if they should be",
            )
        )
    return findings


def check_results(results, folder):
    """Return the findings on the labels that nobody answered to in the last run, the most frequent first."""
    import pandas as pd

    path = Path(results) / "unresolved.parquet"
    if not path.is_file():
        return []
    table = pd.read_parquet(path)
    return [
        Finding(
            False,
            (
                f"{folder / 'speakers.csv'}: nobody answers to the label {row.label or 'without text'!r} ({row.n_turns} turns in the last run, "
                f"e.g. {row.example})"
                + (f"; known and near: {row.nearest}" if isinstance(row.nearest, str) else "")
                + "; add a person or a spelling if it matters"
            ),
        )
        for row in table.head(20).itertuples()
    ]


def _list_some(names):
    """Return the first ten names, and how many more there are."""
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more

"""Data packages: every CSV table with its columns described from its contract (Frictionless Data Package, Table Schema).

https://specs.frictionlessdata.io/table-schema/. A field's type, description and bounds are those of the contract and nowhere typed
twice; ``TABLES`` and ``HAND_TABLES`` say which contract is whose.
"""

import csv
from pathlib import Path

from framings.accuracy import ACCURACY, CONFUSIONS, MISTAKES
from framings.adjusted import ADJUSTED
from framings.agreement import AGREEMENT
from framings.assessments import LEFT_OUT
from framings.candidates import CANDIDATES
from framings.changes import CHANGES
from framings.circumstances import CIRCUMSTANCES, PLACES
from framings.coder_accuracy import CODER_ACCURACY, CODER_DIFFERENCES
from framings.confusions import CONFUSIONS_BY_ACTOR
from framings.curves import CURVES
from framings.designs import DESIGN_CODERS, DESIGN_CODES, DESIGN_DOCUMENTS, DESIGN_SAMPLE
from framings.error_rates import ERROR_RATES
from framings.floors import CAUSES, FLOORS
from framings.interactions import INTERACTIONS
from framings.masking import MASKS
from framings.plans import PLANS
from framings.products import EVIDENCE, INCLUSION, UNRESOLVED, WORDS
from framings.rarities import RARITIES
from framings.recovery import RECOVERY_CODING, RECOVERY_CONTRASTS, RECOVERY_SHARES, RECOVERY_TEXT
from framings.references import FRAME
from framings.registrations import REGISTRATIONS
from framings.schemas import (
    ASSESSMENTS,
    CHECKED_DOCUMENTS,
    CHECKED_RELEVANCE,
    CHECKED_SEGMENTS,
    CHECKED_SENTENCES,
    CODED,
    CORRECTIONS,
    DUPLICATES,
    KNOWN_SPEAKERS,
    PREVALENCE,
    REGISTER,
    RELEVANCE,
    SAMPLE,
    STAGES,
    TWINS,
    Column,
    Contract,
)
from framings.sensitivities import SENSITIVITIES
from framings.simulation import PLANTED, TRAPS, TRUTH_SENTENCES, TRUTH_TURNS
from framings.specifications import SPECIFICATIONS
from framings.storage import hash_file
from framings.tallies import OUTCOME_TALLIES
from framings.terms import TERMS, TOPIC_TURNS
from framings.tipping import TIPPINGS
from framings.topic_draws import TOPIC_STAGES
from framings.topic_links import TOPIC_ACTORS, TOPIC_LINKS
from framings.topics import TOPIC_CHOICE, TOPIC_FITS, TOPIC_SHARES, TOPIC_STABILITY, TOPIC_WEIGHTS, TOPIC_WORDS, TOPICS
from framings.verification import AUDIT
from framings.verification import CONTRACTS as BY_SHARD

VARIABLES = Contract(
    "variables", "a column of a table of this package", ("table", "column"),
    {
        "table": Column("text", "path of the table in the package; {shard} stands for its parts"),
        "column": Column("text", "name of the column; {code} where the table has a column a code"),
        "type": Column("text", "what its cells are", values=("text", "int", "number", "bool")),
        "about": Column("text", "what it means"),
        "missing": Column("text", "whether a cell may be missing", values=("yes", "no")),
        "values": Column("text", "the values that it takes or their bounds; empty where any", missing=True),
    },
)  # fmt: skip

CODED_SENTENCES = Contract(
    "coded sentences", "a sentence of the frame, with a column a code", ("sentence_id",),
    {"sentence_id": Column("text", "sentence")}, open_columns="number",
)  # fmt: skip
TABLES = BY_SHARD | {
    "accuracy": ACCURACY, "adjusted": ADJUSTED, "agreement": AGREEMENT, "assessments": ASSESSMENTS, "audit": AUDIT,
    "circumstances": CIRCUMSTANCES, "coder_accuracy": CODER_ACCURACY, "coder_confusions": CONFUSIONS_BY_ACTOR,
    "coder_differences": CODER_DIFFERENCES, "coding/candidates": CANDIDATES, "coding/frame": FRAME, "coding/given": CODED_SENTENCES,
    "coding/probabilities": CODED_SENTENCES, "confusions": CONFUSIONS,
    "duplicates": DUPLICATES, "evidence": EVIDENCE, "inclusion": INCLUSION, "left_out": LEFT_OUT, "mistakes": MISTAKES,
    "prevalence": PREVALENCE, "rarities": RARITIES, "recovery_coding": RECOVERY_CODING, "recovery_contrasts": RECOVERY_CONTRASTS,
    "recovery_shares": RECOVERY_SHARES, "recovery_text": RECOVERY_TEXT, "simulated/coded": CODED, "simulated/documents": REGISTER,
    "simulated/planted": PLANTED, "simulated/sample": SAMPLE, "simulated/sentences": TRUTH_SENTENCES, "simulated/traps": TRAPS,
    "simulated/turns": TRUTH_TURNS, "tallies": OUTCOME_TALLIES, "topics": TOPIC_ACTORS, "topic_words": TOPIC_WORDS,
    "topic_links": TOPIC_LINKS, "topics/actors": TOPIC_ACTORS, "topics/choice": TOPIC_CHOICE, "topics/fits": TOPIC_FITS,
    "topics/links": TOPIC_LINKS, "topics/shares": TOPIC_SHARES, "topics/stability": TOPIC_STABILITY, "topics/terms": TERMS,
    "topics/topics": TOPICS, "topics/turns": TOPIC_TURNS, "topics/words": TOPIC_WORDS, "twins": TWINS, "unresolved": UNRESOLVED,
    "error_rates": ERROR_RATES, "plan": PLANS, "design/documents": DESIGN_DOCUMENTS, "design/codes": DESIGN_CODES,
    "design/coders": DESIGN_CODERS, "design/sample": DESIGN_SAMPLE, "calibration/rates": ERROR_RATES,
    "changes": CHANGES, "coding/outcomes": CODED_SENTENCES, "curves": CURVES, "interactions": INTERACTIONS,
    "sensitivities": SENSITIVITIES, "specifications": SPECIFICATIONS, "tippings": TIPPINGS, "topic_stages": TOPIC_STAGES,
    "topics/stages": TOPIC_STAGES, "topics/weights": TOPIC_WEIGHTS, "variables": VARIABLES, "words": WORDS,
}  # fmt: skip
OF_ONE_KIND = {*BY_SHARD, "circumstances", "tallies"}  # folders whose tables share a contract
HAND_TABLES = {
    contract.name: contract
    for contract in (
        CHECKED_DOCUMENTS, CHECKED_SEGMENTS, CHECKED_SENTENCES, CHECKED_RELEVANCE, CAUSES, FLOORS, SAMPLE, CORRECTIONS,
        KNOWN_SPEAKERS, STAGES, RELEVANCE, PLACES, DESIGN_DOCUMENTS, DESIGN_CODES, DESIGN_CODERS, DESIGN_SAMPLE,
    )
} | {"documents.csv": REGISTER, "registrations.csv": REGISTRATIONS, "calibration/rates.csv": ERROR_RATES}  # fmt: skip
TYPES = {"text": "string", "int": "integer", "number": "number", "bool": "boolean"}
RANGES = {"low": "minimum", "high": "maximum"}


def find_contract(name):
    """Return the contract of a table by its path in a package, or None where it has none.

    >>> [find_contract(name).name for name in ("results/tables/topics.csv", "results/turns/00.parquet", "code/data/corpora/x/stages.csv")]
    ['topic_actors', 'turns', 'stages.csv']
    """
    parts = name.split("/")
    if parts[:3] == ["code", "data", "corpora"]:
        return HAND_TABLES.get("/".join(parts[4:])) or (CODED if parts[4] == "codes" else None)
    if parts[:3] == ["code", "data", "reference"]:
        return MASKS if parts[3].startswith("masks_") else None
    stem = "/".join(part for part in parts if part not in ("results", "tables")).rsplit(".", 1)[0]
    return TABLES.get(stem) or (TABLES[stem.split("/")[0]] if stem.split("/")[0] in OF_ONE_KIND else None)


def describe_schema(contract, heading, rows):
    """Return the Table Schema of a CSV table with this contract, heading and rows of text cells.

    A column that may not be missing is ``required``, save text with an empty cell, since CSV cannot tell empty from missing.
    The key is ``primaryKey`` where none of its cells is empty, else ``uniqueKeys``.
    """
    rules = contract.columns | contract.optional
    empty = {name for place, name in enumerate(heading) if any(row[place] == "" for row in rows)}
    fields = []
    for name in heading:
        rule = rules.get(name) or Column(contract.open_columns or "text", "")
        fields.append(_describe_field(name, rule, name not in empty and not rule.missing))
    schema = {"fields": fields, "missingValues": [""]}
    key = list(contract.key)
    if key:
        schema |= {"uniqueKeys": [key]} if empty.intersection(key) else {"primaryKey": key}
    return schema


def _describe_field(name, rule, required):
    """Return a field of a Table Schema."""
    field = {"name": name, "type": TYPES[rule.kind]} | ({"description": rule.about} if rule.about else {})
    if rule.kind == "bool":
        field |= {"trueValues": ["True"], "falseValues": ["False"]}
    limits = {"required": True} if required else {}
    limits |= {bound: getattr(rule, side) for side, bound in RANGES.items() if getattr(rule, side) is not None}
    limits |= {"enum": list(rule.values)} if rule.values else {}
    return field | ({"constraints": limits} if limits else {})


def describe_resource(folder, name):
    """Return the resource of a CSV table at a path in a package; a table without contract has text columns."""
    path = Path(folder, name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = file.readlines()
    remarks = next(number for number, line in enumerate(lines) if not line.startswith("# "))
    heading, *rows = list(csv.reader(lines[remarks:]))
    contract = find_contract(name) or Contract("", "", ())
    about = {"description": f"One row is {contract.row}."} if contract.row else {}
    about |= {"dialect": {"commentChar": "#", "headerRows": [remarks + 1]}} if remarks else {}
    return {
        "name": _name_resource(name), "path": name, "profile": "tabular-data-resource", **about,
        "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
        "bytes": path.stat().st_size, "hash": f"sha256:{hash_file(path)}", "schema": describe_schema(contract, heading, rows),
    }  # fmt: skip


def _name_resource(name):
    """Return the key of a resource: lower case, hyphens.

    >>> _name_resource("results/tables/topic_words.csv"), _name_resource("code/data/corpora/eaeu/checks/causes.csv")
    ('tables-topic_words', 'corpus-checks-causes')
    """
    parts = name.rsplit(".", 1)[0].split("/")
    if parts[:3] == ["code", "data", "reference"]:
        parts = parts[2:]
    parts = ["corpus", *parts[4:]] if parts[0] == "code" else [part for part in parts if part != "results"]
    return "-".join(parts).lower()


def describe_package(folder, names, facts):
    """Return datapackage.json of a package: its CSV tables among ``names``, and what ``facts`` of the corpus say."""
    citation = facts["citation"]
    return {
        "profile": "data-package",
        "name": f"framings-{facts['corpus']}",
        "title": facts["title"],
        "description": facts["about"],
        "version": str(citation["version"]),
        "licenses": [
            {"name": "MIT", "title": "MIT License: code, codebook, register", "path": "https://opensource.org/license/mit"}
        ],
        "sources": [{"title": f"{host}: {terms}", "path": address} for host, address, terms in facts["sources"]],
        "contributors": [{"title": _name_author(author), "role": "author"} for author in citation["authors"]],
        "resources": [describe_resource(folder, name) for name in names if name.endswith(".csv")],
    }


def _name_author(author):
    """Return the name of an author of CITATION.cff."""
    return author.get("name") or f"{author.get('given-names', '')} {author.get('family-names', '')}".strip()


def list_variables(names):
    """Return the rows of VARIABLES for the tables among these paths; a table in shards has its rows once."""
    rows, seen = [], set()
    for name in names:
        contract = find_contract(name) if name.endswith((".csv", ".parquet")) else None
        table = "/".join([*name.split("/")[:-1], "{shard}.parquet"]) if _in_shards(name) else name
        if contract is None or table in seen:
            continue
        seen.add(table)
        for column, rule in (contract.columns | contract.optional).items():
            rows.append([table, column, rule.kind, rule.about, "yes" if rule.missing else "no", _say_values(rule)])
        if contract.open_columns:
            rows.append([table, "{code}", contract.open_columns, "the same for a code or coder named in the heading", "no", ""])
    return rows


def _in_shards(name):
    """Return whether a table lies in a folder with its other shards."""
    parts = name.split("/")
    return name.endswith(".parquet") and len(parts) > 2 and parts[1] in OF_ONE_KIND - {"tallies"}


def _say_values(rule):
    """Return the values of a column in words."""
    if rule.values:
        return "; ".join(rule.values)
    bounds = (("at least", rule.low), ("at most", rule.high))
    return ", ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)


def write_variables(names, path):
    """Write VARIABLES of the tables among these paths as CSV."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(VARIABLES.columns)
        writer.writerows(list_variables(names))

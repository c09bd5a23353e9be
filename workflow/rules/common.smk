# What all chapters share: checked settings, checked files of the corpus, and code as an input.

import csv
import functools
import hashlib
import re
from pathlib import Path

import yaml
from framings.figure_notes import ABOUT
from framings.inputs import check_inputs, read_title, tell_absent
from framings.package_files import list_checkout
from framings.registrations import check_registration
from framings.runs import RunError, begin_run, is_alive
from framings.schemas import REFERENCE_NOTE
from framings.settings import SettingsError, complete_settings, portable_settings, refuse_twins
from framings.shards import shard_names, shard_of
from framings.steps import find_maker, list_code, read_steps
from snakemake.exceptions import WorkflowError

try:
    for path in map(Path, workflow.configfiles):
        refuse_twins(path.read_text(encoding="utf-8"), path.name)
    with open(workflow.source_path("../schemas/config.schema.yaml")) as file:
        settings = complete_settings(config, yaml.safe_load(file))
    config.clear()  # so that keys stand in the order of the schema, whatever file gave them
    config.update(settings)
except SettingsError as error:
    raise WorkflowError(str(error))

CORPUS = config["corpus"]
FOLDER = f"data/corpora/{CORPUS}/"
RESULTS = f"results/{CORPUS}/"
SIMULATED = Path(FOLDER, "design.yaml").exists()
CODEBOOK = "data/reference/codebook.yaml"
REGISTER = (f"{RESULTS}simulated/" if SIMULATED else FOLDER) + "documents.csv"
CORRECTIONS = f"{FOLDER}corrections.csv"
PLACES = f"{FOLDER}places.csv" if Path(FOLDER, "places.csv").exists() else []
PAGES = f"{RESULTS}simulated/pages" if SIMULATED else config["pages"] or f"{FOLDER}pages"
SHARDS = shard_names(config["shards"])

STEPS = read_steps(workflow.basedir)
CORPUS_FILES = [f"{FOLDER}{name}" for name in ("speakers.csv", "stages.csv", "hypotheses.yaml")]

if not Path(FOLDER).is_dir():
    known = ", ".join(sorted(path.name for path in Path("data/corpora").iterdir() if path.is_dir()))
    raise WorkflowError(f"config key 'corpus': there is no folder {FOLDER}; known corpora are {known}")

try:
    FINGERPRINTS = check_inputs(FOLDER, CODEBOOK, None if SIMULATED else REGISTER)
    REGISTRATION = vars(check_registration(FOLDER))
    TITLE = read_title(FOLDER)
except FileNotFoundError as error:
    raise WorkflowError(tell_absent(error))
except ValueError as error:
    raise WorkflowError(str(error))


RUN = f".snakemake/runs/{CORPUS}.lock"
WAS_ALIVE = is_alive(RUN)


onstart:
    try:
        begin_run(RUN, WAS_ALIVE)
    except RunError as error:
        raise WorkflowError(str(error))


wildcard_constraints:
    corpus=CORPUS,
    shard="|".join(SHARDS),
    part="[0-9]+",
    figure="[a-z_]+",


def code(rule, *notebooks):
    """Return the adapter of a rule and every library module that it or notebooks import, directly or through others."""
    return list_code(workflow.basedir, rule, *notebooks)


def shards(table):
    """Return the path of a table in every shard."""
    return expand(f"{RESULTS}{table}/{{shard}}.parquet", shard=SHARDS)


def registered(table, shard):
    """Return a shard's rows of the register or the corrections, as text; none for a simulated corpus, whose register is made by a job."""
    if SIMULATED:
        return []
    with open(table, encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if shard_of(row.get("document_id") or "", config["shards"]) == shard]


def fingerprint(rows):
    """Return a short hash of register rows, so that a changed row reruns its shard alone."""
    return hashlib.sha256(repr([sorted(row.items(), key=str) for row in rows]).encode()).hexdigest()[:16]


def saved_pages(shard):
    """Return the files of a shard's registered pages that are at hand."""
    names = (row.get("page") or "" for row in registered(REGISTER, shard))
    return sorted(str(path) for name in names if (path := Path(PAGES, name)).is_file())


@functools.cache
def has_pages():
    """Return whether a page of the register is at hand."""
    return any(map(saved_pages, SHARDS))


def pages(wildcards):
    """Return what a shard reads its pages from: the folder a job writes, or the saved files that exist; refuse a corpus without any."""
    if not SIMULATED and not has_pages():
        cure = (
            f"get them with snakemake --cores 1 --config corpus={CORPUS} -- fetch_pages, or say with pages=FOLDER where they are"
        )
        raise WorkflowError(f"no page of the corpus {CORPUS} is in {PAGES}: {cure}")
    return PAGES if SIMULATED else saved_pages(wildcards.shard)


SAMPLE = f"{RESULTS}simulated/sample.csv" if SIMULATED else f"{FOLDER}codes/sample.csv"
CODED = sorted(str(path) for path in Path(FOLDER, "codes").glob("*.csv") if path.name != "sample.csv")
CODED = [f"{RESULTS}simulated/coded.csv"] if SIMULATED else CODED
TALLIED = ["dictionary", "planted"] if SIMULATED else ["dictionary"]  # coders of every sentence
CORRECTED = ["trained", "sample", "corrected"] if CODED else []  # coders that rest on reference codes
CODERS = TALLIED + CORRECTED
HEADLINE = config["coder"] if config["coder"] in CODERS else "dictionary"
NOTE = (
    REFERENCE_NOTE if any(",language_model," in Path(path).read_text(encoding="utf-8") for path in CODED if not SIMULATED) else ""
)
EVIDENCE = f"{RESULTS}tallies/evidence.parquet" if CODED else []
TOPIC_PARTS = ["0", "1"]
FIGURES = [
    "inclusion_flow",
    "coverage_over_time",
    "topics_by_actor",
    "frames_by_actor_and_stage",
    "main_subframes_by_actor_and_stage",
    "subframes_by_actor_and_stage",
    "hypotheses_forest",
    "what_would_change",
    "specification_curve",
]
FIGURES += ["shares_recovered", "contrasts_recovered"] if SIMULATED else []
RECOVERY = ["recovery_shares", "recovery_contrasts", "recovery_coding", "recovery_text"] if SIMULATED else []
CHECKS = sorted(str(path) for path in Path(FOLDER, "checks").glob("*.csv"))
READING = ["accuracy", "mistakes", "confusions"] if CHECKS else []
CODING = ["agreement", "coder_confusions", "coder_accuracy", "coder_differences"] if CODED else []
CALIBRATED = ["error_rates"] if Path(FOLDER, "calibration/rates.csv").exists() else []
FIGURES += CALIBRATED
VARIED = ["changes", "sensitivities", "tippings", "interactions", "curves", "specifications"]
EXTRA = RECOVERY + READING + CODING + VARIED + CALIBRATED
TABLES = [
    "documents",
    "duplicates",
    "twins",
    "inclusion",
    "prevalence",
    "assessments",
    "adjusted",
    "left_out",
    "topics",
    "topic_words",
    "topic_links",
    "topic_stages",
    "rarities",
    "unresolved",
    "evidence",
]
TABLES += EXTRA
# What the explorer reads, besides the codes of coders.
EXPLORED = ["documents", "turns", "speakers", "marks", "paragraphs", "spans", "sentences", "matches", "codes", "frame"]
EXPLORED += ["prevalence", "assessments", "topics", "topic_words", "topic_shares"] + (["given"] if CODED else [])


def figures(suffixes):
    """Return the files of all figures in the given formats."""
    return expand("results/{{corpus}}/figures/{figure}.{suffix}", figure=FIGURES, suffix=suffixes)


PUBLISHED = ["confirmatory_tests", "families_by_actor_and_stage", "adjusted_contrasts"] + ["agreement_of_coders"] * bool(CODED)
NOTEBOOKS = ["corpus", "coding", "findings", "template"]
PRINTED = ["png", "svg", "pdf", "txt"]
MAIN_TABLES = {
    "inclusion": "Corpus",
    "documents": "Corpus",
    "prevalence": "Frames",
    "assessments": "Hypotheses",
    "changes": "Hypotheses",
    "curves": "Hypotheses",
    "topics": "Topics",
}
MAIN_TABLES |= {"agreement": "Coding", "coder_differences": "Coding"} if CODED else {}
MAIN_TABLES |= {"recovery_contrasts": "Recovery"} if SIMULATED else {}


def in_report(path, name, caption, category, kind):
    """Return a product marked for `snakemake --report`: its caption, and labels to find it by."""
    labels = {"what": name.replace("_", " "), "data": "simulated" if SIMULATED else "real pages"}
    return report(path, caption=f"../report/{caption}.rst", category=category, subcategory=kind, labels=labels)


def reported_figures():
    """Return the SVG of every figure, marked for the report of Snakemake."""
    pairs = [(name, ABOUT[name].category if name in ABOUT else "Other") for name in FIGURES]
    return [
        in_report(f"results/{{corpus}}/figures/{name}.svg", name, f"figures/{name}", category, "Figures")
        for name, category in pairs
    ]


def reported_tables():
    """Return the page of every table, the main ones marked for the report of Snakemake."""
    paths = {name: f"results/{{corpus}}/tables/{name}.html" for name in TABLES}
    return [
        in_report(path, name, "table", MAIN_TABLES[name], "Tables") if name in MAIN_TABLES else path
        for name, path in paths.items()
    ]


# Rules that are called by name alone: they ask the network, take long, or make copies for other tools.
ASIDE = [
    "all",
    "fetch_pages",
    "pack_archive",
    "archive",
    "export_tei",
    "export_texts",
    "export_matrices",
    "export",
    "compare_topics",
]
ASIDE += ["simulate_error_rates", "collect_error_rates", "calibrate", "plan", "build_package", "package"]
ASIDE += ([] if CHECKS else ["measure_accuracy"]) + ([] if CALIBRATED else ["measure_design", "review_error_rates"])


def everything():
    """Return every file that the rules make. Snakemake does not miss a file behind a newer one, say one lost with a failed job."""
    outputs = [str(path) for rule in workflow.rules if rule.name not in ASIDE for path in rule.output]
    patterns = [re.sub(r"\{(\w+),.*?\}", r"{\1}", path) for path in outputs]  # without the constraints of wildcards
    return expand(patterns, corpus=CORPUS, shard=SHARDS, part=TOPIC_PARTS)

"""Row 15: whatever changes, exactly what depends on it is made again.

What should run is found without Snakemake's plan: rules that read a setting are written down here, rules that use a module follow
from the imports as Python's own parser sees them, and what follows from those follows from the graph of rules.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import SMALL
from test_settings import SCHEMA, leaves, nested
from trials import FULL, Trial, file_corpus

from framings.settings import complete_settings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LIBRARY, ADAPTERS = ROOT / "workflow/src/framings", ROOT / "workflow/scripts"
CODERS = ["measure_agreement", "train_coder", "measure_coders", "correct_codes", "simulate_codes"]
TESTS = ["assess_hypotheses", "adjust_contrasts", "explore_specifications", "contrast_stages", "vary_analysis"]
LEAST = [*TESTS, "estimate_prevalence", "describe_rarities", "draw_topics"]
SHOWN = ["plot_figures", "release_tables", "typeset_tables", "run_notebooks", "render_report"]
# Key -> the rules that read it themselves.
READERS = {
    "demo_documents": ["simulate_pages"],
    "shards": ["parse_documents"],
    "language": ["tally_codes", "list_frame", "count_terms", "describe_corpus", "explore_specifications"],
    "relevance.min_mentions": ["mark_turns", "explore_specifications"],
    "relevance.window": ["mark_turns", "explore_specifications"],
    "frames.negation_window": ["code_frames"],
    "coder": [*SHOWN, *TESTS[1:], "describe_rarities", "link_topics", "measure_design"],
    "coding.sentences": ["simulate_codes"],
    "coding.seed": [*CODERS, "vary_analysis"],
    "coding.kinds": ["train_coder", "measure_coders", "correct_codes", "measure_design", "vary_analysis"],
    "topics.min_words": ["count_terms"],
    "topics.min_documents": ["count_terms"],
    "topics.max_share": ["count_terms"],
    "topics.k_min": ["fit_topics"],
    "topics.k_max": ["fit_topics"],
    "topics.seeds": ["fit_topics"],
    "topics.part_of_documents": ["fit_topics", "draw_topics"],
    "topics.min_similarity": ["choose_topics", "draw_topics"],
    "estimates.min_documents": LEAST,
    "estimates.min_sentences": LEAST,
    "estimates.swaps": TESTS,
    "estimates.block": TESTS,
    "estimates.seed": [*TESTS, "draw_topics"],
    # Read by rules that are called by name; the report prints them.
    "calibration.sets": [],
    "plan.detectable_points": [],
    "plan.power": [],
}
ASIDE = {"calibration.sets": "simulate_error_rates", "plan.detectable_points": "plan", "plan.power": "plan"}
# These say where pages lie and come from: they change no result, nor the report.
OUTSIDE = ["pages", "fetch.archives", "fetch.wayback", "fetch.live", "fetch.contact", "fetch.pause"]
ELSEWHERE = {"corpus"}  # another corpus makes everything, in a folder of its own
OTHERS = {"pages": "elsewhere", "fetch.contact": "mail@example.org", "fetch.archives": ["archive.zip"], "coder": "dictionary"}
# File of data or template -> the rules that read it themselves. Of PRINTED the report prints the fingerprints besides.
ANALYSED = ["adjust_contrasts", "assess_hypotheses", "contrast_stages", "explore_specifications", "vary_analysis"]
CORPUS = [*ANALYSED, "collect_explorer", "compare_recovery", "describe_corpus", "describe_rarities", "measure_design"]
PRINTED = {
    "data/corpora/demo/hypotheses.yaml": CORPUS,
    "data/corpora/demo/places.csv": ["describe_circumstances"],
    "data/corpora/demo/registrations.csv": [],
    "data/corpora/demo/relevance.csv": ["mark_turns"],
    "data/corpora/demo/speakers.csv": [*CORPUS, "count_terms", "describe_circumstances", "resolve_speakers"],
    "data/corpora/demo/stages.csv": [*CORPUS, "estimate_prevalence", "mark_turns", "plot_figures"],
    "data/reference/codebook.yaml": [*CORPUS, *CODERS, "code_frames", "list_frame", "match_truth", "tally_codes"],
}
READ = {
    "data/corpora/demo/calibration/rates.csv": ["review_error_rates"],
    "data/corpora/demo/design.yaml": ["simulate_pages"],
    "data/corpora/demo/grammar_en.yaml": ["simulate_pages"],
    "data/corpora/demo/grammar_ru.yaml": ["simulate_pages"],
    "data/reference/abbreviations_en.txt": ["split_sentences"],
    "data/reference/abbreviations_ru.txt": ["split_sentences"],
    "data/reference/references.yaml": ["render_report"],
    "data/reference/stopwords_en.txt": ["count_terms"],
    "notebooks/coding.ipynb": ["run_notebooks"],
    "notebooks/corpus.ipynb": ["run_notebooks"],
    "notebooks/findings.ipynb": ["run_notebooks"],
    "notebooks/template.ipynb": ["run_notebooks"],
    "workflow/report/explorer.css": ["render_report"],
    "workflow/report/explorer.html.j2": ["render_report"],
    "workflow/report/explorer.js": ["render_report"],
    "workflow/report/report.html.j2": ["render_report"],
}
# Nothing on the demo follows from these: the design that error rates are measured with, another language, rules called by name, captions, and rules and schemas with one more remark.
UNREAD = re.compile(
    r"data/corpora/demo/(calibration/(coders|codes|documents|sample)|README\.md)|data/reference/(masks_|coding_instructions|stopwords_ru)|"
    r"workflow/report/(figures/\w+|table|workflow)\.rst|workflow/report/package_readme|workflow/(rules|schemas)/"
)
FOLDERS = ["data/corpora/demo", "data/reference", "notebooks", "workflow/report", "workflow/rules", "workflow/schemas"]
KEYS = sorted(
    ".".join(path) for path in leaves(SCHEMA) if ".".join(path) not in {path[0] for path in leaves(SCHEMA) if len(path) > 1}
)
SETTINGS = complete_settings(yaml.safe_load(SMALL), SCHEMA)


def rule_of(key):
    """Return what the schema says of a key."""
    rule = SCHEMA
    for name in key.split("."):
        rule = rule["properties"][name]
    return rule


def flip(key):
    """Return another value that a key takes."""
    value, rule = SETTINGS, rule_of(key)
    for name in key.split("."):
        value = value[name]
    if key in OTHERS:
        return OTHERS[key]
    if "enum" in rule:
        return next(other for other in rule["enum"] if other != value)
    if rule["type"] == "boolean":
        return not value
    if rule["type"] == "array":
        return value[1:]
    if rule.get("maximum", 2) <= 1:
        return round(value + (0.05 if value < 0.9 else -0.05), 3)
    return value + 1 if value + 1 <= rule.get("maximum", value + 1) else value - 1


def merge(given, changed):
    """Return settings with those of another mapping laid over, at every level."""
    return given | {key: merge(given.get(key, {}), value) if isinstance(value, dict) else value for key, value in changed.items()}


def turn_round(given):
    """Return settings with their keys from last to first, at every level."""
    return {key: turn_round(value) if isinstance(value, dict) else value for key, value in reversed(given.items())}


def imported(path):
    """Return the library modules that a file imports, as Python's parser sees them; of a notebook, those of its cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("framings"):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.startswith("framings")}
    files = (LIBRARY.parent.joinpath(*name.split(".")).with_suffix(".py") for name in names)
    return {file for file in files if file.exists()}


def behind(*paths):
    """Return files and every library module they import, directly or through others."""
    found, queue = set(), list(paths)
    while queue:
        path = queue.pop()
        if path not in found:
            found.add(path)
            queue += imported(path)
    return found


def adapters():
    """Return rule name -> the files whose code it runs: its adapter, and those it names besides."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "workflow/rules").glob("*.smk")))
    blocks = {re.match(r"\w+", block)[0]: block for block in text.split("\nrule ")[1:]}
    found = {}
    for name, block in blocks.items():
        named = re.findall(r'\bcode\(\s*"(\w+)"', block)
        notebooks = sorted((ROOT / "notebooks").glob("*.ipynb")) if '*expand("notebooks/' in block else []
        found |= {name: [*(ADAPTERS / f"{adapter}.py" for adapter in named), *notebooks]} if named else {}
    return found


@pytest.fixture(scope="module")
def follow(built):
    """A function that gives some rules and all that follow from them, by the graph of rules."""
    drawn = built.run("--rulegraph").stdout
    labels = dict(re.findall(r'(\d+)\[label = "(\w+)"', drawn))
    edges = {(labels[a], labels[b]) for a, b in re.findall(r"(\d+) -> (\d+)", drawn)}
    inside = set(labels.values())

    def closure(rules):
        found = set(rules) & inside
        while more := {b for a, b in edges if a in found} - found:
            found |= more
        return sorted(found - {"all"})

    return closure


def plan(checkout, variants):
    """Return the planned rules of each variant."""
    environment = os.environ | {"PYTHONPATH": str(checkout.folder / "workflow/src")}
    call = [sys.executable, str(Path(__file__).parent / "plans.py")]
    given = json.dumps(variants)
    finished = subprocess.run(
        call, cwd=checkout.folder, env=environment, input=given, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    return json.loads(finished.stdout)


def sample(names, number):
    """Return all names in the full suite, else so many of them, evenly spread."""
    names = sorted(names)
    return names if FULL else names[:: -(-len(names) // number)]


def test_every_key_says_who_reads_it():
    """A new key of the schema is added to READERS with the rules that read it; those called by name pass theirs on as parameters."""
    assert sorted({*READERS, *OUTSIDE, *ELSEWHERE}) == KEYS


def test_each_setting_reruns_exactly_the_rules_that_depend_on_it(built, follow, record_property):
    """Each key with another value: the rules that read it, what follows from them, and no other."""
    keys = sample([*READERS, *OUTSIDE], 4)
    variants = []
    for key in keys:
        path = built.folder / f"flipped-{key}.yaml"
        path.write_text(yaml.safe_dump(merge(yaml.safe_load(SMALL), nested(key.split("."), flip(key)))), encoding="utf-8")
        variants.append({"settings": path.name})
    expected = {key: follow([*READERS[key], "render_report"] if key in READERS else []) for key in keys}
    assert dict(zip(keys, plan(built, variants), strict=True)) == expected
    record_property("row 15", f"{len(keys)} settings changed in turn: exactly the expected rules planned")


def test_the_order_of_settings_in_a_file_does_not_matter(built):
    """The same keys from the last to the first rerun nothing, though the report prints them all."""
    (built.folder / "backwards.yaml").write_text(
        yaml.safe_dump(turn_round(yaml.safe_load(SMALL)), sort_keys=False), encoding="utf-8"
    )
    assert plan(built, [{"settings": "backwards.yaml"}]) == [[]]


def test_each_file_of_code_reruns_exactly_its_dependants(built, follow, record_property):
    """Each module and adapter with one more line: the rules whose adapters import it, what follows from them, and no other."""
    files = [path for path in [*LIBRARY.rglob("*.py"), *ADAPTERS.glob("*.py")] if path.name != "__init__.py"]
    used = {name: behind(*paths) for name, paths in adapters().items()}
    chosen = sample(files, 4)
    names = [path.relative_to(ROOT).as_posix() for path in chosen]
    found = dict(zip(names, plan(built, [{"edit": name} for name in names]), strict=True))
    assert found == {name: follow(r for r, code in used.items() if p in code) for name, p in zip(names, chosen, strict=True)}
    idle = sum(not rules for rules in found.values())
    record_property(
        "row 15", f"{len(names)} code files edited in turn: exactly their dependants planned ({idle} serve no rule of `all`)"
    )


def list_data():
    """Return every file of the demo, the reference data, notebooks, templates, rules and schemas."""
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file() and path.name[0] != ".")
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def test_every_file_of_data_says_who_reads_it():
    """A new file is added to PRINTED, READ or UNREAD."""
    assert [name for name in list_data() if (name in PRINTED) + (name in READ) + bool(UNREAD.match(name)) != 1] == []
    assert not {*PRINTED, *READ} - set(list_data())


def test_each_file_of_data_reruns_exactly_the_rules_that_depend_on_it(built, follow, record_property):
    """Each hand table, reference, notebook and template with one more line: the rules that read it, what follows, and no other."""
    names = sample(list_data(), 4)
    readers = {name: [*PRINTED[name], "render_report"] if name in PRINTED else READ.get(name, []) for name in names}
    found = dict(zip(names, plan(built, [{"edit": name} for name in names]), strict=True))
    assert found == {name: follow(readers[name]) for name in names}
    idle = sum(not rules for rules in found.values())
    record_property(
        "row 15",
        f"{len(names)} files of data, notebooks, templates and rules edited in turn: "
        f"exactly their readers and what follows planned ({idle} serve no rule of `all`, or a remark in them changes nothing)",
    )


def test_the_package_itself_holds_no_code():
    """The file that every import runs, and that no rule takes as input, is a docstring."""
    for path in LIBRARY.rglob("__init__.py"):
        assert [type(node) for node in ast.parse(path.read_text(encoding="utf-8")).body] in ([], [ast.Expr]), path


def test_lost_files_are_missed(built, follow, record_property):
    """With the files of a rule away, as a failed job leaves them, the rule is planned, though all that follows from it is newer."""
    shown = built.run("--summary").stdout.splitlines()
    made = {}
    for line in shown:
        cells = line.split("\t")
        if len(cells) > 3 and (built.folder / cells[0]).is_file():
            made.setdefault(cells[2], []).append(cells[0])
    rules = sample(made, 2)
    found = dict(zip(rules, plan(built, [{"lose": made[rule]} for rule in rules]), strict=True))
    assert {rule for rule, planned in found.items() if not {rule, *follow([rule])} <= set(planned)} == set()
    record_property("row 15", f"files of {len(rules)} rules lost in turn: each made again with all that follows")


@pytest.mark.skipif(not FULL, reason="part of `make dependability`")
def test_another_corpus_makes_everything_in_a_folder_of_its_own(built, tmp_path):
    """Nothing of the first corpus is planned."""
    trial = Trial(tmp_path / "checkout", built)
    file_corpus(built, trial.folder)
    planned = trial.run("--dry-run", "--quiet", "host", config=["corpus=filed"])
    assert planned.returncode == 0, planned.stderr
    said = planned.stdout + planned.stderr
    assert "rule parse_documents:" in said and "rule verify_results:" in said and "output: results/demo" not in said


def test_settings_of_other_calls_reach_the_rules_that_read_them():
    """What has nothing to change on the demo is a parameter of the rules of the gate, and of those that are called by name."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "workflow/rules").glob("*.smk")))
    blocks = {re.match(r"\w+", block)[0]: block for block in text.split("\nrule ")[1:]}
    assert '**config["fetch"]' in blocks["fetch_pages"]
    assert all("pages=PAGES," in blocks[name] for name in ("fetch_pages", "pack_archive", "parse_documents"))
    for key, name in ASIDE.items():
        section, last = key.split(".")
        assert re.search(rf'config\["{section}"\](\["{last}"\])?,', blocks[name]), key

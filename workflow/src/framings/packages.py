"""Replication packages: all that a stranger needs to check and repeat a corpus's results, in one folder.

``code/`` is a checkout that runs on its own; ``results/`` holds the products; beside them stand the settings of the run, a
dictionary of all columns, datapackage.json, ro-crate-metadata.json, README.md and SHA256SUMS. Raw pages are not in it.
"""

import json
import platform
import re
from importlib.metadata import version
from pathlib import Path

import jinja2
import pandas as pd
import yaml
from packaging.requirements import Requirement

from framings.crates import CRATE, describe_crate
from framings.datapackages import describe_package, write_variables
from framings.package_files import copy_files, list_checkout, list_files, write_sums
from framings.programs import find_output, list_calls, read_benchmarks
from framings.redistribution import SIMULATED, UNKNOWN, list_withheld, read_host, read_terms
from framings.settings import list_seeds
from framings.storage import hash_file
from framings.withholding import collect_runs, copy_table, find_leaks

TEMPLATE = "workflow/report/package_readme.md.j2"
SHOWN = r"results/(tables/[^/]+\.csv|figures/[^/]+\.png|[^/]+\.html|notebooks/[^/]+|numbers\.json)"  # what stands in the list of programs
ABOUT = (
    "Replication package: code, settings, register, derived tables, figures and report; every product is listed with its SHA-256."
)


def build_package(root, out_folder, results, products, register, texts, documents, settings, programs, facts):
    """Write the package of a corpus into ``out_folder`` and return its facts, as its README tells them.

    ``root`` is the checkout; ``products`` are relative paths in the folder ``results``; ``register`` is the table REGISTER;
    ``texts`` and ``documents`` are tables SENTENCES and DOCUMENTS; ``settings`` the portable settings; ``programs`` says for each
    rule where it stands and for each product who makes it; ``facts``: title, simulated, note, benchmarks (a folder).
    """
    root, out, corpus = Path(root), Path(out_folder), settings["corpus"]
    copy_files(list_checkout(root, corpus), root, out / "code")
    for name in ("CITATION.cff", "LICENSE"):
        (out / name).write_bytes((root / name).read_bytes())
    (out / "settings.yaml").write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    replaced, leaks = copy_products(results, products, out / "results", register, texts, documents)
    names = list_files(out)
    write_variables(names, out / "variables.csv")
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    facts = facts | {"corpus": corpus, "citation": citation, "about": ABOUT, "replaced": replaced, "leaks": leaks}
    facts |= describe_sources(register, documents, facts["simulated"]) | describe_software(root)
    names = sorted([*names, "variables.csv"])
    _write_json(describe_package(out, names, facts), out / "datapackage.json")
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
    facts |= {"seeds": list_seeds(settings, schema)} | describe_programs(root, corpus, names, programs, facts["benchmarks"])
    (out / "README.md").write_text(render_readme(root, facts, out), encoding="utf-8", newline="\n")
    _write_json(describe_crate(out, list_files(out), facts), out / CRATE)
    write_sums(out)
    return facts


def copy_products(results, products, target, register, texts, documents):
    """Copy products into a package and return the names of tables with references in place of withheld text, and of files left out."""
    withheld = list_withheld(register)
    urls = dict(zip(register["document_id"], register["url"], strict=True))
    hidden = texts["document_id"].isin(withheld)
    leads = documents.loc[~documents["document_id"].isin(withheld), "lead"].dropna()
    free = [*texts.loc[~hidden, "text"], *leads, *register["title"], *documents["title"]]
    runs = collect_runs(texts.loc[hidden, "text"]) - collect_runs(free)
    tables = [name for name in products if name.endswith((".csv", ".parquet"))]
    leaks = find_leaks(results, [name for name in products if name not in tables], runs)
    copy_files([name for name in products if name not in [*tables, *leaks]], results, target)
    for name in tables:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
    replaced = [name for name in tables if copy_table(Path(results, name), target / name, urls, withheld, runs)]
    late = find_leaks(target, tables, runs, withheld)
    for name in late:
        (target / name).unlink()
    return [name for name in replaced if name not in late], sorted(leaks + late)


def describe_sources(register, documents, simulated):
    """Return facts of the data: counts, dates, and each site with its documents, licence and withheld ones."""
    terms = read_terms(register, simulated)
    table = register.assign(
        host=[read_host(url) or source for url, source in zip(register["url"], register["source"], strict=True)],
        terms=[terms.licences[name][0] for name in register["document_id"]],
        withheld=register["document_id"].isin(terms.withheld),
        read=register["document_id"].isin(documents.loc[documents["status"].eq("parsed"), "document_id"]),
        hashed=register["sha256"].notna(),
    )
    sites = table.groupby(["host", "terms"], as_index=False).agg(
        n=("document_id", "size"), n_read=("read", "sum"), n_withheld=("withheld", "sum"), n_hashed=("hashed", "sum"),
        first=("date", "min"), last=("date", "max"), url=("url", "min"),
    )  # fmt: skip
    sources = [(row.host, f"http://{row.host}" if "." in row.host else row.url, row.terms) for row in sites.itertuples()]
    whole = {"n_documents": len(table), "n_read": int(table["read"].sum()), "n_withheld": int(table["withheld"].sum())}
    whole["n_unlicensed"] = int((table["read"] & ~table["withheld"] & table["terms"].eq(UNKNOWN[0])).sum())
    days = {"first": table["date"].min(), "last": table["date"].max()}
    sources = (
        [("simulated texts", SIMULATED[1], "MIT")] if simulated else sorted({source[1]: source for source in sources}.values())
    )
    return {"sites": sites.to_dict("records"), "sources": sources} | whole | days


def describe_software(root):
    """Return the machine of this run and the versions of the packages that pyproject.toml names."""
    import tomllib

    project = tomllib.loads(Path(root, "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = sorted(Requirement(line).name for line in project["dependencies"])
    return {
        "python": platform.python_version(),
        "pythons": project["requires-python"],
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": {name: version(name) for name in names},
    }


def describe_programs(root, corpus, names, programs, benchmarks):
    """Return the facts on programs: each released table and figure with rule, script, function and their lines; what each rule took."""
    shown = [name.removeprefix("results/") for name in names if re.fullmatch(SHOWN, name)]
    rows = []
    for name in shown:
        origins = programs["sources"].get(name, [name])
        for rule, output in dict.fromkeys(programs["makers"][origin] for origin in origins if origin in programs["makers"]):
            about = programs["rules"][rule]
            rows.append({"name": name, "rule": rule, **about, "written": find_output(root, about["script"], output)})
    calls = {rule: list_calls(root, about["script"]) for rule, about in programs["rules"].items()}
    measured = read_benchmarks(benchmarks, corpus, programs["rules"])
    return {"programs": rows, "calls": calls, "rules": programs["rules"], "measured": measured}


def render_readme(root, facts, folder):
    """Return the README of a package, in the sections of the social science data editors' template."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters["cell"] = lambda text: str(text).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
    template = environment.from_string(Path(root, TEMPLATE).read_text(encoding="utf-8"))
    n_bytes = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    lock = hash_file(Path(root, "requirements.lock"))
    rows = {name: len(pd.read_csv(Path(folder, "results", name), usecols=[0])) for name in _csv_tables(facts)}
    makers = {name: [row["rule"] for row in facts["programs"] if row["name"] == name] for name in rows}
    took = {"total_time": say_time(sum(row[2] for row in facts["measured"]))}
    took |= {"largest": f"{max((row[3] for row in facts['measured']), default=0):.0f} MB"}
    return template.render(facts | took | {"n_bytes": n_bytes, "lock": lock, "rows": rows, "makers": makers})


def say_time(seconds):
    """Return a time in words.

    >>> say_time(42.4), say_time(3000)
    ('about 42 seconds', 'about 50 minutes')
    """
    return f"about {seconds:.0f} seconds" if seconds < 120 else f"about {seconds / 60:.0f} minutes"


def _csv_tables(facts):
    return sorted({row["name"] for row in facts["programs"] if row["name"].endswith(".csv")})


def _write_json(content, path):
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")

"""Research objects: the package described as a Workflow RO-Crate, a small JSON-LD file.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the profile Workflow RO-Crate 1.0
(https://w3id.org/workflowhub/workflow-ro-crate/1.0): the Snakefile is the main entity.
"""

from pathlib import Path

from framings.package_files import OWN_RUN
from framings.storage import hash_file

CRATE = "ro-crate-metadata.json"
MAIN = "code/Snakefile"
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "http://schema.org/sha256"}]  # not among the terms of 1.1
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
TYPES = {
    ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet", ".html": "text/html", ".png": "image/png",
    ".svg": "image/svg+xml", ".pdf": "application/pdf", ".json": "application/json", ".md": "text/markdown",
    ".yaml": "application/yaml", ".yml": "application/yaml", ".py": "text/x-python", ".txt": "text/plain",
    ".ipynb": "application/x-ipynb+json", ".npz": "application/zip", ".tex": "application/x-tex", ".toml": "application/toml",
    ".cff": "application/yaml", ".j2": "text/plain", ".lock": "text/plain", ".smk": "text/plain",
}  # fmt: skip
SNAKEMAKE = {
    "@id": "https://w3id.org/workflowhub/workflow-ro-crate#snakemake", "@type": "ComputerLanguage", "name": "Snakemake",
    "alternateName": "Snakemake workflow language", "identifier": {"@id": "https://snakemake.github.io"},
    "url": {"@id": "https://snakemake.github.io"},
}  # fmt: skip
LICENCE = {
    "@id": "https://spdx.org/licenses/MIT", "@type": "CreativeWork", "name": "MIT License", "identifier": "MIT",
    "description": "Code, codebook, registers and simulated texts; transcript pages belong to their sources under their own terms.",
}  # fmt: skip


def describe_crate(folder, names, facts):
    """Return the metadata of a crate with the files ``names`` of a folder; equal files give equal metadata.

    ``facts``: title, about, citation (of CITATION.cff), versions {package: version}, sources. Files that hold the run times
    of one machine have neither size nor hash.
    """
    citation = facts["citation"]
    authors = [_describe_author(author) for author in citation["authors"]]
    pages = [{"@id": address, "@type": "WebSite", "name": host, "license": terms} for host, address, terms in facts["sources"]]
    names = [name for name in names if name != CRATE]
    root = {
        "@id": "./", "@type": "Dataset", "name": facts["title"], "description": facts["about"],
        "datePublished": str(citation["date-released"]), "version": str(citation["version"]), "license": {"@id": LICENCE["@id"]},
        "author": _refer(authors), "keywords": ", ".join(citation.get("keywords", [])),
        "mainEntity": {"@id": MAIN}, "hasPart": [{"@id": name} for name in names],
        "isBasedOn": _refer(pages),
    }  # fmt: skip
    descriptor = {
        "@id": CRATE, "@type": "CreativeWork", "about": {"@id": "./"},
        "conformsTo": [
            {"@id": "https://w3id.org/ro/crate/1.1"},
            {"@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0"},
        ],
    }  # fmt: skip
    language = SNAKEMAKE | {"version": facts["versions"]["snakemake"]}
    files = [_describe_file(folder, name, facts, authors) for name in names]
    return {"@context": CONTEXT, "@graph": [descriptor, root, *files, language, LICENCE, *authors, *pages]}


def _refer(entities):
    """Return references to entities: one alone, several in a list."""
    references = [{"@id": entity["@id"]} for entity in entities]
    return references[0] if len(references) == 1 else references


def _describe_author(author):
    """Return a person of CITATION.cff, or a team where it has no family name."""
    if "family-names" not in author:
        return {"@id": "#" + author["name"].replace(" ", "-"), "@type": "Organization", "name": author["name"]}
    name = f"{author.get('given-names', '')} {author['family-names']}".strip()
    return {"@id": author.get("orcid") or "#" + name.replace(" ", "-"), "@type": "Person", "name": name}


def _describe_file(folder, name, facts, authors):
    """Return the entity of one file."""
    path = Path(folder, name)
    entity = {"@id": name, "@type": "File", "name": name, "encodingFormat": TYPES.get(path.suffix, "text/plain")}
    if name not in OWN_RUN:
        entity |= {"contentSize": str(path.stat().st_size), "sha256": hash_file(path)}
    if name == "README.md":
        entity |= {"about": {"@id": "./"}, "description": "How the results were made and how to make them again."}
    if name == MAIN:
        entity |= {
            "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"], "name": facts["citation"]["title"],
            "programmingLanguage": {"@id": SNAKEMAKE["@id"]}, "license": {"@id": LICENCE["@id"]},
            "creator": _refer(authors), "conformsTo": {"@id": BIOSCHEMAS}, "version": str(facts["citation"]["version"]),
            "url": facts["citation"].get("repository-code") or facts["citation"].get("url"),
        }  # fmt: skip
    return {key: value for key, value in entity.items() if value is not None}

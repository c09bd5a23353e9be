"""Packing: a corpus's pages and register as a deposit that anyone can check, and rebuild the results from."""

import base64
import hashlib
import re
import shutil
import tempfile
import uuid
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from framings.schemas import REGISTER
from framings.storage import hash_file, page_reader, read_hand_table

CONTROL = re.compile(r"[\x00-\x20\x7f]")
README = """# {corpus}: raw pages and register

{n_pages} pages of {n_documents} registered documents, {first} to {last}, as they were saved.

- `{warc}`: the pages, one record each in the WARC format (ISO 28500).
  `WARC-Target-URI` is the address in the register, `WARC-Filename` the name of the page file, `WARC-Payload-Digest` its
  SHA-256. `WARC-Date` is the day in the register, not the day on which the page was saved, so that the same pages always
  give the same file.
- `{register}`: the register, one row a document: id, source, language, address, date, title, page file, SHA-256.
- `{settings}`: settings that point the pipeline at this folder instead of the network.
- `SHA256SUMS`: fingerprints of all files; check them with `sha256sum -c SHA256SUMS`.

## Licence

The texts belong to the sites that published them and come under the terms printed on each page; facts in the register
are free. Before you pass this on, read the terms of every site in the column `source` and `url`.

## Rebuild

In a checkout of the pipeline, with this folder in it under the name `deposit`:

    cp deposit/{register} data/corpora/{corpus}/documents.csv && \\
    snakemake --cores 1 fetch_pages --configfile deposit/{settings} && \\
    snakemake --cores all --configfile deposit/{settings}
"""
SETTINGS = """# Settings with which the results are rebuilt from this folder alone, under the name `deposit`.
corpus: {corpus}
fetch: {{archives: [deposit], wayback: false, live: false}}
"""


def pack_archive(register, folder, corpus, out_folder):
    """Write the deposit of a corpus into ``out_folder`` and return how many pages it holds.

    ``register`` is the path of the REGISTER, copied byte by byte; ``folder`` holds the pages. They become
    ``<corpus>-pages.warc.gz``; equal pages and register give equal bytes. With them go a README, settings for rebuilding
    from the deposit, and SHA256SUMS. Raises ``ValueError`` where a page is not the one registered, or none is at hand;
    nothing is written then.
    """
    table = read_hand_table(register, REGISTER)
    out_folder = Path(out_folder)
    out_folder.parent.mkdir(parents=True, exist_ok=True)
    warc, names = f"{corpus}-pages.warc.gz", {"register": Path(register).name, "settings": "rebuild.yaml"}
    with tempfile.TemporaryDirectory(dir=out_folder.parent, prefix=".deposit-") as built:
        built = Path(built)
        n_pages = _write_pages(table, page_reader(folder), built / warc)
        if not n_pages:
            raise ValueError(f"no page of {register} is in {folder}; get the pages first, then pack them")
        shutil.copyfile(register, built / names["register"])
        about = {"first": table["date"].min(), "last": table["date"].max(), "n_documents": f"{len(table):,}"}
        text = README.format(corpus=corpus, warc=warc, n_pages=f"{n_pages:,}", **names, **about)
        (built / "README.md").write_text(text, encoding="utf-8", newline="\n")
        (built / names["settings"]).write_text(SETTINGS.format(corpus=corpus), encoding="utf-8", newline="\n")
        sums = {name: hash_file(built / name) for name in sorted((warc, "README.md", *names.values()))}
        lines = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
        (built / "SHA256SUMS").write_text(lines, encoding="utf-8", newline="\n")
        out_folder.mkdir(exist_ok=True)
        for name in (*sums, "SHA256SUMS"):
            (built / name).replace(out_folder / name)
    return n_pages


def _write_pages(register, read_page, path):
    """Write the WARC of the pages at hand, in the order of their documents' ids; return how many there are."""
    from warcio.warcwriter import WARCWriter

    n_pages = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        for entry in register.sort_values("document_id").to_dict("records"):
            raw = read_page(entry["page"])
            if raw is None:
                continue
            if isinstance(entry["sha256"], str) and hashlib.sha256(raw).hexdigest() != entry["sha256"]:
                raise ValueError(
                    f"{entry['document_id']}: {entry['page']} is not the page registered (another SHA-256); "
                    "get the registered page, or correct its sha256 in the register"
                )
            write_record(writer, raw, entry["url"], entry["date"], entry["page"])
            n_pages += 1
    return n_pages


def write_record(writer, raw, url, date, page):
    """Write a page as a resource record through a ``WARCWriter``; equal input gives equal bytes.

    The record's id is a UUID made of address and content, its date the day given.
    """
    digest = hashlib.sha256(raw)
    headers = {
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{url}#{digest.hexdigest()}')}>",
        "WARC-Date": f"{date}T00:00:00Z",
        "WARC-Filename": page,
        "WARC-Payload-Digest": "sha256:" + base64.b32encode(digest.digest()).decode(),
    }
    record = writer.create_warc_record(
        CONTROL.sub(lambda sign: quote(sign[0]), url),
        "resource",
        BytesIO(raw),
        len(raw),
        warc_content_type=_name_type(raw),
        warc_headers_dict=headers,
    )
    writer.write_record(record)


def _name_type(raw):
    """Return the media type of a page by its first bytes."""
    start = raw[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    known = {b"%pdf": "application/pdf", b"pk\3\4": "application/zip", b"{": "application/json", b"<": "text/html"}
    return next((name for sign, name in known.items() if start.startswith(sign)), "application/octet-stream")

"""How fast pages are read and split into turns, beside BeautifulSoup taking the same things from the same pages.

Usage: python benchmarks/parse_pages.py FOLDER_OR_TAR_OF_PAGES

Prints CPU time per 1,000 pages of framings (parse and segment) and of BeautifulSoup with lxml (extraction alone, on every tenth
page), on how many pages both find the same paragraphs, how wall time falls with two processes, and peak memory by number of pages.
"""

import os
import re
import resource
import sys
import tarfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
from bs4 import BeautifulSoup, NavigableString

from framings.documents import parse_documents
from framings.schemas import REGISTER
from framings.texts import normalise_text
from framings.turns import segment_turns

SHARD = 500  # pages a job


def read_pages(place):
    """Yield (number, bytes) of all pages in a folder or a tar file."""
    if Path(place).is_dir():
        for path in sorted(Path(place).rglob("*.html")):
            yield path.stem, path.read_bytes()
        return
    with tarfile.open(place) as archive:
        for member in archive:
            if member.isfile():
                yield Path(member.name).stem, archive.extractfile(member).read()


def write_register(pages):
    """Return a register of pages; their day is the one they print."""
    rows = []
    for number, raw in pages.items():
        day = re.search(rb'datetime="(\d{4}-\d\d-\d\d)', raw)
        cells = {"document_id": f"kremlin-en-{number}", "date": day[1].decode() if day else "2000-01-01", "page": number}
        rows.append(
            cells
            | {"source": "kremlin", "language": "en", "url": "-", "title": "-", "event_type": "other", "seed_document": "no"}
        )
    return pd.DataFrame(rows).reindex(columns=list(REGISTER.columns)).astype(object)


def process(pages):
    """Return (documents, paragraphs, turns) of pages."""
    documents, paragraphs, _ = parse_documents(write_register(pages), pages.get)
    turns, _ = segment_turns(documents, paragraphs)
    return documents, paragraphs, turns


def extract_with_soup(raw):
    """Return title, day, time, place, lead, tags and (text, bold ranges) of the paragraphs as BeautifulSoup finds them."""
    soup = BeautifulSoup(raw, "lxml")
    article = soup.find("article", class_="read__in")
    body = article.find(itemprop="articleBody")
    around = [article.find(class_=name) for name in ("entry-title", "read__published", "read__time", "read__place", "read__lead")]
    around = [node.get_text() if node else None for node in around]
    tags = [link.get_text() for link in body.select(".read__bottommeta a")]
    for node in body.find_all(class_=["masha-ignore", "read__bottommeta"]) + body.find_all(
        ["script", "style", "noscript", "iframe", "figcaption"]
    ):
        node.decompose()
    paragraphs = []
    for block in body.find_all(["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div"]):
        if block.find(["p", "div", "li"]):
            continue
        text, ranges = "", []
        for piece in block.descendants:
            if isinstance(piece, NavigableString):
                if piece.find_parent(["b", "strong"]) is not None:
                    ranges.append((len(text), len(text) + len(piece)))
                text += piece
        if normalise_text(text):
            paragraphs.append((normalise_text(text), ranges))
    return around, tags, paragraphs


def shards(pages):
    """Return the pages in parts of SHARD."""
    names = sorted(pages)
    return [{name: pages[name] for name in names[start : start + SHARD]} for start in range(0, len(names), SHARD)]


def time_call(function, *arguments):
    """Return (CPU seconds, result) of a call."""
    start = time.process_time()
    result = function(*arguments)
    return time.process_time() - start, result


def count(part):
    """Return the numbers of documents and turns of a part: what a process hands back."""
    documents, _, turns = process(part)
    return len(documents), len(turns)


def peak():
    """Return the peak resident memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_memory(place, n_parts):
    """Return the peak memory of a fresh process that reads and processes the first parts of the pages one after another, in MB."""
    child = os.fork()
    if child == 0:
        held, done = {}, 0
        for number, raw in read_pages(place):
            held[number] = raw
            if len(held) == SHARD:
                process(held)
                held, done = {}, done + 1
                if done == n_parts:
                    break
        print(f"peak memory after {done * SHARD} pages, {SHARD} a job: {peak():.0f} MB", flush=True)
        os._exit(0)
    os.waitpid(child, 0)


def main(place):
    """Print all measurements."""
    for n_parts in (2, 11):
        measure_memory(place, n_parts)
    pages = dict(read_pages(place))
    parts = shards(pages)
    process(parts[0])  # warm
    results, found, ours, theirs = [], {}, 0.0, 0.0
    for part in parts:  # in turns, so that whatever else the machine does slows both
        seconds, tables = time_call(process, part)
        ours, results = ours + seconds, [*results, tables]
        chosen = sorted(part)[::10]
        seconds, pieces = time_call(lambda chosen=chosen, part=part: {name: extract_with_soup(part[name]) for name in chosen})
        theirs, found = theirs + seconds, found | pieces
    n_turns = sum(len(turns) for _, _, turns in results)
    sample = sorted(found)
    texts = pd.concat([paragraphs for _, paragraphs, _ in results]).groupby("document_id")["text"].agg(list)
    same = sum(texts.get(f"kremlin-en-{name}", []) == [text for text, _ in found[name][2]] for name in sample)
    a, b = 1000 * ours / len(pages), 1000 * theirs / len(sample)
    print(
        f"{len(pages)} pages, {n_turns} turns; CPU seconds for 1,000 pages: framings, parse and segment {a:.2f}; BeautifulSoup {b:.2f}"
    )
    print(f"ratio {b / a:.1f}; the same paragraphs on {same} of {len(sample)} pages")
    walls = []
    for n_processes in (1, 2):
        with ProcessPoolExecutor(n_processes) as pool:
            list(pool.map(count, parts[:n_processes]))
            start = time.perf_counter()
            list(pool.map(count, parts))
            walls.append(time.perf_counter() - start)
    print(f"wall seconds for all pages: one process {walls[0]:.2f}, two {walls[1]:.2f}; ratio {walls[0] / walls[1]:.2f}")


if __name__ == "__main__":
    main(sys.argv[1])

"""Broken, hostile and enormous pages: every reader of web pages hands over a page that balances, or a sentence."""

import json
import resource
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared" / "corpus" / "kremlin"
MOST_SECONDS, MOST_BYTES = 2.0, 500_000_000


def read_in_child(task, timeout):
    """Return the counts that a child process prints, whose memory is limited; the child is this file."""
    finished = subprocess.run(
        [sys.executable, __file__, task], capture_output=True, text=True, timeout=timeout, check=False, cwd=HERE
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    return json.loads(finished.stdout.splitlines()[-1])


def test_a_thousand_generated_pages_crash_no_reader():
    """1,000 pages of broken markup through all readers: a page that balances or a sentence, each within 2 s and 500 MB."""
    counts = read_in_child("generated", 120)
    assert counts["n_pages"] == 1000 and counts["n_read"] > 200 and counts["n_refused"] > 200
    assert counts["crashes"] == [] and counts["slowest"] <= MOST_SECONDS and counts["peak_bytes"] <= MOST_BYTES


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages (../shared/corpus/kremlin) are not here")
def test_five_hundred_mutations_of_real_pages_crash_no_reader():
    """Real pages cut at each hundredth, with tags deleted, doubled, nested up to 10,000 deep, attributes cut, bytes changed."""
    counts = read_in_child("mutated", 120)
    assert counts["n_pages"] == 500 and counts["n_read"] > 200 and counts["n_refused"] > 50
    assert counts["crashes"] == [] and counts["slowest"] <= MOST_SECONDS and counts["peak_bytes"] <= MOST_BYTES


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages (../shared/corpus/kremlin) are not here")
def test_every_character_of_the_crawl_is_accounted_for():
    """Every tenth of the 5,834 pages of the crawl is read, balances and has a day, or none is printed (announcements)."""
    counts = read_in_child("crawl", 120)
    assert counts == {"n_pages": 584, "n_read": 584, "n_refused": 0, "crashes": [], "n_without_day": 0} | {
        key: counts[key] for key in ("slowest", "peak_bytes", "n_without_day")
    }
    assert counts["slowest"] <= MOST_SECONDS and counts["n_without_day"] < 60


def find_peak():
    """Return the peak memory of this process in bytes; what ``resource`` says may be its parent's, where the kernel tells it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return next(1024 * int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def make_generated_pages(n_pages=1000, seed=11):
    """Yield (name of the reader, bytes, asked id): pages of ours and random markup, broken in ways drawn by ``seed``."""
    import random

    from made_pages import DETAILS, SEE_ALSO, SLIDER, write_page
    from made_sites import DASHES, LONG, write_article, write_details, write_mirror, write_sharepoint

    draw = random.Random(seed)
    body = f"{SLIDER}<p><b>Jane Doe</b>: we <i>met</i>.</p>{SEE_ALSO}<blockquote><p>{LONG}</p></blockquote><p>{LONG}</p>" * 2
    whole = [
        ("kremlin", write_page(body, details=DETAILS), "101"),
        ("kremlin", write_mirror(body), "101"),
        ("eec", write_sharepoint(DASHES + body), "06-07-2012"),
        ("belarus", write_details(body), "101"),
        ("web", write_article(body), "101"),
    ]
    tags = [b"<p>", b"</p>", b"<div ", b"<b>", b"</b", b"<table><tr><td>", b"<!--", b"]]>", b"<svg><![CDATA[", b"<template>"]
    tags += [
        b"<textarea>",
        b"<select><option>",
        b"<plaintext>",
        b"&#xD800;",
        b"&#0;",
        b"&lt",
        b"<article ",
        b"</article>",
        b"<h2>",
    ]
    for number in range(n_pages):
        reader, raw, asked = whole[number % len(whole)]
        for _ in range(draw.choice([0, 1, 1, 2, 5, 20])):
            place = draw.randrange(len(raw) + 1)
            kind = draw.randrange(6)
            if kind == 0:
                raw = raw[:place] + draw.randbytes(draw.randrange(9)) + raw[place:]
            elif kind == 1:
                raw = raw[:place] + raw[place + draw.randrange(80) :]
            elif kind == 2:
                raw = raw[:place] + raw[place : place + 200] * draw.randrange(1, 9) + raw[place:]
            elif kind == 3:
                raw = raw[:place] + draw.choice(tags) * draw.choice([1, 1, 1, 1000]) + raw[place:]
            elif kind == 4:
                raw = raw.replace(
                    draw.choice([b"<p>", b"</p>", b"</div>", b'"', b"class", b"</section>", b">", b"<body"]), draw.choice(tags)
                )
            elif number % 10 == 0:
                raw = raw[:place]
        yield reader, raw, asked


def make_mutated_pages(seed=12):
    """Yield (name of the reader, bytes, asked id): 500 mutations of 20 real pages, a tenth of them read as of no known site."""
    import random
    import re

    draw = random.Random(seed)
    paths = sorted((SHARED / "pages").glob("*.html"))[::14][:20]
    for number in range(500):
        path = paths[number % len(paths)]
        raw, asked = path.read_bytes(), path.stem
        tag = draw.choice(list(re.finditer(rb"<[^<>]+>", raw)))
        body = raw.index(b"articleBody") + 13
        match number // 100:
            case 0:
                raw = raw[: len(raw) * (number % 100 + 1) // 100]
            case 1:
                raw = raw[: tag.start()] + raw[tag.end() :]
            case 2:
                raw = raw[: tag.end()] + tag.group() * 3 + raw[tag.end() :]
            case 3:
                deep = draw.choice(
                    [b"<div>", b"<b>", b"<blockquote>", b"<table><tr><td>", b"<span class=masha-ignore>", b"<ul><li>"]
                )
                raw = raw[:body] + deep * (10_000 if number % 20 == 0 else 500) + raw[body:]
            case _:
                cut = tag.start() + draw.randrange(1, len(tag.group()))
                raw = raw[:cut] + draw.choice([b"", draw.randbytes(40), b"\0", b"'"]) + raw[tag.end() :]
        yield "web" if number % 10 == 9 else "kremlin", raw, asked


def make_crawled_pages():
    """Yield (name of the reader, bytes, asked id): every tenth page of the crawl."""
    with tarfile.open(SHARED / "all-news-pages.tar.xz") as archive:
        for number, member in enumerate(archive):
            if number % 10 == 0:
                yield "kremlin", archive.extractfile(member).read(), Path(member.name).stem


def read_all(pages):
    """Return counts of pages read, refused and crashed, the slowest in seconds of the processor, and the most memory in bytes."""
    import time

    from framings.sources import belarus, eec, kremlin, web
    from framings.sources.page import SourceError

    readers = {"kremlin": kremlin, "eec": eec, "belarus": belarus, "web": web}
    web.read_page(b"<p>" + b"The gardeners counted stars above the wall. " * 9 + b"</p>", "x")  # its library is loaded once
    counts = {"n_pages": 0, "n_read": 0, "n_refused": 0, "n_without_day": 0, "crashes": [], "slowest": 0.0}
    for name, raw, asked in pages:
        start = time.process_time()
        try:
            page = readers[name].read_page(raw, asked)
            assert page.n_chars_body == page.n_chars_kept + page.n_chars_removed
            counts["n_read"] += 1
            counts["n_without_day"] += page.date is None
        except SourceError:
            counts["n_refused"] += 1
        except Exception as error:  # any other is what is looked for
            counts["crashes"].append(f"{name} {counts['n_pages']}: {error!r}")
        if name != "web":
            readers[name].recognise(raw)
        counts["n_pages"] += 1
        counts["slowest"] = max(counts["slowest"], time.process_time() - start)
    return counts | {"peak_bytes": find_peak()}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (4 * MOST_BYTES, 4 * MOST_BYTES))
    makers = {"generated": make_generated_pages, "mutated": make_mutated_pages, "crawl": make_crawled_pages}
    print(json.dumps(read_all(makers[sys.argv[1]]())))

"""How the project's sentence rules compare with libraries, on the paragraphs whose sentences were marked by hand.

Run from the project's root after a run of the workflow, with the extra ``bench`` installed:

    python benchmarks/sentence_splitters.py data/corpora/<corpus>/checks/sentences.csv results/<corpus>

Every splitter gets the same stretches of speech (labels and stage directions cut out) and is judged by the boundaries inside
them, counted in characters that are not white space, so that it may trim or join what it likes. Interval: bootstrap over
documents. Times are CPU seconds of the fastest of five rounds, the splitters taking turns in each; the ratio is to the project's
own. Prints a Markdown table, and how often a splitter changed or lost characters.
"""

import re
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from framings.schemas import CHECKED_SENTENCES
from framings.sentences import SPOKEN, find_sentences, read_abbreviations
from framings.storage import read_hand_table, read_tables

ROUNDS, DRAWS = 5, 2000
SPACE = re.compile(r"\s+")


def list_splitters():
    """Return {name: function of (text, language) that gives the sentences as texts} of all splitters that are installed."""
    import blingfire
    import nupunkt
    import pysbd
    import razdel
    import sentencex
    from syntok import segmenter

    known = {
        name: read_abbreviations(Path(f"data/reference/abbreviations_{name}.txt").read_text("utf-8")) for name in ("en", "ru")
    }
    pysbds = {name: pysbd.Segmenter(language=name, clean=False) for name in known}

    def split_by_syntok(text, _):
        ends = [row[-1].offset + len(row[-1].value) for paragraph in segmenter.process(text) for row in paragraph]
        return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    return {
        "this project": lambda text, language: [text[start:end] for start, end in find_sentences(text, known[language])],
        "pysbd": lambda text, language: pysbds[language].segment(text),
        "syntok": split_by_syntok,
        "nupunkt": lambda text, _: nupunkt.sent_tokenize(text),
        "razdel": lambda text, _: [part.text for part in razdel.sentenize(text)],
        "sentencex": lambda text, language: list(sentencex.segment(language, text)),
        "blingfire": lambda text, _: blingfire.text_to_sentences(text).split("\n"),
        "every . ! ? … before a space": lambda text, _: re.split(r"(?<=[.!?…])\s+", text),
    }


def count_ink(text):
    """Return the number of characters that are not white space."""
    return len(SPACE.sub("", text))


def read_stretches(checks, results):
    """Return the stretches of speech in checked paragraphs: document_id, drawn, language, text, and the marked boundaries."""
    checked = read_hand_table(checks, CHECKED_SENTENCES).astype({"paragraph": "int64"})
    documents, paragraphs, spans = (
        read_tables(sorted(Path(results, name).glob("*.parquet"))) for name in ("documents", "paragraphs", "spans")
    )
    rows = checked.merge(paragraphs, on=["document_id", "paragraph"]).merge(documents[["document_id", "language"]])
    rows = rows.merge(spans[spans["kind"].isin(SPOKEN)], on=["document_id", "paragraph"])
    rows["marked"] = [
        {count_ink(text[start:place]) for place in map(int, ends.split()) if start < place < end} - {count_ink(text[start:end])}
        for text, start, end, ends in zip(rows["text"], rows["start"], rows["end"], rows["ends"], strict=True)
    ]
    rows["text"] = [text[start:end] for text, start, end in zip(rows["text"], rows["start"], rows["end"], strict=True)]
    return rows[["document_id", "drawn", "language", "text", "marked"]]


def judge(split, stretches):
    """Return boundaries right, found and marked of each stretch as an array, and in how many characters were changed."""
    counts, changed = [], 0
    for text, language, marked in zip(stretches["text"], stretches["language"], stretches["marked"], strict=True):
        parts = split(text, language)
        found = set(np.cumsum([count_ink(part) for part in parts]).tolist()) - {0, count_ink(text)}
        changed += SPACE.sub("", "".join(parts)) != SPACE.sub("", text)
        counts.append((len(found & marked), len(found), len(marked)))
    return np.array(counts, dtype=float), changed


def score(counts, documents):
    """Return precision, recall, F1 and the bounds of F1 that a bootstrap over documents gives."""
    sums = pd.DataFrame(counts).groupby(np.asarray(documents)).sum().to_numpy()
    right, found, marked = sums.sum(axis=0)
    weights = np.random.default_rng(1).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=DRAWS) @ sums
    low, high = np.quantile(2 * weights[:, 0] / (weights[:, 1] + weights[:, 2]), (0.025, 0.975))
    return right / found, right / marked, 2 * right / (found + marked), low, high


def time_splitters(splitters, stretches):
    """Return the CPU seconds that each splitter takes for all stretches, in its fastest round."""
    texts = list(zip(stretches["text"], stretches["language"], strict=True))
    best = dict.fromkeys(splitters, float("inf"))
    for _ in range(ROUNDS):
        for name, split in splitters.items():
            began = time.process_time()
            for text, language in texts:
                split(text, language)
            best[name] = min(best[name], time.process_time() - began)
    return best


def main(checks, results):
    """Print the comparison."""
    stretches, splitters = read_stretches(checks, results), list_splitters()
    is_random = (stretches["drawn"] == "random").to_numpy()
    seconds = time_splitters(splitters, stretches)
    print(
        f"{len(stretches)} stretches of {stretches['document_id'].nunique()} documents, {stretches['text'].str.len().sum()} characters\n"
    )
    print(
        "| splitter | precision | recall | F1 (95 % interval) | F1, random draws | F1, hard draws | time, ratio | characters changed |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, split in splitters.items():
        counts, changed = judge(split, stretches)
        precision, recall, f1, low, high = score(counts, stretches["document_id"])
        parts = [score(counts[mine], stretches["document_id"][mine])[2] for mine in (is_random, ~is_random)]
        print(
            f"| {name} | {precision:.4f} | {recall:.4f} | {f1:.4f} ({low:.4f}–{high:.4f}) | {parts[0]:.4f} | {parts[1]:.4f} "
            f"| {seconds[name] / seconds['this project']:.1f} | {changed} |"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Drawn sentences of an invented corpus, for the tests of what sends them to coders and takes codes back."""

import re

import pandas as pd

from framings.codebook import read_codebook
from framings.exchange.answers import Coder
from framings.exchange.tasks import make_tasks
from framings.sampling import hash_text

BOOK = """
version: 9.1
what_is_measured: talk
families:
  RS:
    name: regime security
    subframes:
      - {id: RS01, name: storm, title: "Storm, and shelter", definition: "A storm is feared <& told>.", en: [storm*]}
      - {id: RS02, name: walls, title: Walls, definition: Walls are praised., en: [wall*]}
  OS:
    name: ontological security
    subframes:
      - {id: OS01, name: home, title: Home, definition: Home is remembered., en: [home*]}
residual:
  - {id: FUN, name: trade, title: Trade, definition: Trade and nothing else., en: [trade*]}
markers:
  - {id: warm, name: warm, title: Warm, definition: A warm word., en: [warm*]}
"""
CODEBOOK = read_codebook(BOOK)
MASKS = (
    re.compile(r"(?<!\w)(?:Jane Doe|Arland|Арландия)(?!\w)"),
    {"Jane Doe": "[person]", "Arland": "[state]", "Арландия": "[state]"},
)
TEXTS = {
    "file-en-a": [
        [
            "Jane Doe came to Arland on 5 May 2014.",
            "The storm is near \U0001f300\U0001f1e6, said Jane Doe.",
            "=1+1 walls, she said.",
        ],
        ["We trade\r\nsalt for wool, \U0001f9f6 and so on.", "Cafe\u0301 and nai\u0308ve walls of Arland."],
    ],
    "file-en-b": [
        [
            "Арландия \u2014 наш общий дом \U0001f3e0.",
            '\'Tis home & <home>, "home"; home.',
            "-5 degrees, yet warm at home.",
            "Nothing here.",
        ],
        ["@home we sat.", "The end of storms \U0001f469\u200d\U0001f469\u200d\U0001f467."],
    ],
}
CODER = Coder("coder_a", "human_trained", "2020-02-03")


def write_sentences(texts=TEXTS):
    """Return the table of sentences of the invented corpus."""
    rows = []
    for document, turns in texts.items():
        for turn, sentences in enumerate(turns):
            rows += [
                {"sentence_id": f"{document}:t{turn:03d}:s{number:02d}", "document_id": document, "turn": turn, "text": text}
                for number, text in enumerate(sentences)
            ]
    return pd.DataFrame(rows)


def write_sample(sentences):
    """Return SAMPLE with all these sentences drawn."""
    return pd.DataFrame(
        {
            "sentence_id": sentences["sentence_id"],
            "stratum": "all",
            "p": 1.0,
            "text_hash": sentences["text"].map(hash_text),
            "round": "1",
        }
    )


def write_tasks():
    """Return TASKS of the invented corpus, one for each sentence."""
    sentences = write_sentences()
    return make_tasks(write_sample(sentences), sentences, MASKS)


def choose_codes(tasks):
    """Return {task_id: set of codes} as a coder of the invented corpus would choose them."""
    words = {"storm": "RS01", "wall": "RS02", "home": "OS01", "дом": "OS01", "trade": "FUN", "warm": "warm"}
    found = {task["task_id"]: {code for word, code in words.items() if word in task["text"]} for task in tasks.to_dict("records")}
    return {task_id: codes or {"NONE"} for task_id, codes in found.items()}


def list_pairs(tasks, codes):
    """Return CODED as a sorted list of (task_id, code)."""
    keys = dict(zip(tasks["sentence_id"], tasks["task_id"], strict=True))
    return sorted((keys[row.sentence_id], row.code) for row in codes.itertuples())

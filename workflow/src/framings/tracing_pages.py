"""From a sentence to its page: paragraph and place, matched words, codes, the raw page with fingerprint, address and archive."""

import functools
from pathlib import Path

import pandas as pd

from framings.schemas import FETCHED, REGISTER
from framings.storage import hash_file, read_hand_table
from framings.tracing import compare

OPEN, CLOSE = "[", "]"  # around matched words


class Pages:
    """The registered pages of a corpus, and the journal of how they were got where there is one."""

    def __init__(self, results):
        from framings.checking import read_settings

        settings = read_settings(results.root, tolerant=True)
        configured = settings["pages"] if settings["corpus"] == results.corpus else ""
        made, hand = results.folder / "simulated", results.hand
        self.folder = Path(results.pages or (made / "pages" if results.simulated else configured or hand / "pages"))
        self.folder = self.folder if self.folder.is_absolute() else results.root / self.folder
        self.root, self.documents = results.root, results.table("documents/*.parquet").set_index("document_id")
        register = read_hand_table((made if results.simulated else hand) / "documents.csv", REGISTER)
        self.register = register.set_index("document_id")
        journal = self.folder.parent / "fetched.csv"
        self.journal = pd.read_csv(journal, dtype=str) if journal.exists() else pd.DataFrame(columns=list(FETCHED.columns))

    def describe(self, document_id):
        """Return the raw page of a document: file, SHA-256 as found and as registered, addresses, and the module that reads it."""
        row, read = self.register.loc[document_id], self.documents.loc[document_id]
        path = self.folder / row["page"]
        found, noted = hash_file(path) if path.is_file() else None, row["sha256"] if isinstance(row["sha256"], str) else None
        got = self.journal[(self.journal["document_id"] == document_id) & (self.journal["status"] == "fetched")]
        name = str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)
        page = {"document_id": document_id, "file": name, "sha256": found, "registered_sha256": noted, "url": row["url"]}
        last = got.iloc[-1] if len(got) else None
        taken = f", taken {last['time']}" if last is not None and isinstance(last["time"], str) else ""
        page["archive"] = None if last is None else f"{last['origin']}: {last['address']}{taken}"
        page |= {"title": read["title"], "date": read["date"]}
        reader = f"workflow/src/framings/sources/{read['reader']}.py" if isinstance(read["reader"], str) else None
        checks = []
        if found and noted:
            checks = [compare(f"SHA-256 of the page of {document_id}", found, noted)]
        return page | {"reader": reader, "checks": checks}


@functools.cache
def open_pages(results):
    """Return the ``Pages`` of some results."""
    return Pages(results)


def describe_sentences(results, chosen, codes, told=None):
    """Return each sentence with its text, matched words, codes, place in its paragraph, and page; ``checks`` say what agrees."""
    matches = results.table("matches/*.parquet")
    matches = matches[matches["sentence_id"].isin(chosen["sentence_id"]) & ~matches["negated"]]
    matches = matches[matches["code"].isin(_members(results, codes))] if codes else matches
    paragraphs = results.table("paragraphs/*.parquet").set_index(["document_id", "paragraph"])["text"]
    labels = results.table("turns/*.parquet").set_index(["document_id", "turn"])["label"]
    likely = None
    if codes and results.has("coding/probabilities.parquet"):
        likely = results.table("coding/probabilities.parquet").set_index("sentence_id")
    described = []
    for row in chosen.itertuples():
        spans = matches.loc[matches["sentence_id"] == row.sentence_id].sort_values(["start", "code"])
        paragraph = paragraphs.get((row.document_id, row.paragraph), "")
        page = open_pages(results).describe(row.document_id)
        checks = [
            compare(f"sentence {row.sentence_id} in its paragraph", paragraph[row.start : row.end], row.text),
            *page.pop("checks"),
        ]
        described.append(
            {
                "sentence_id": row.sentence_id,
                "actor": row.actor_id,
                "label": labels.get((row.document_id, row.turn), ""),
                "text": row.text,
                "marked": mark_words(row.text, spans[["start", "end"]].itertuples(index=False)),
                "matches": spans[["code", "pattern", "start", "end"]].to_dict("records"),
                "reference": _read_told(told, row.sentence_id, codes),
                "probabilities": _read_likely(likely, row.sentence_id, codes),
                "turn": row.turn,
                "paragraph": row.paragraph,
                "start": row.start,
                "end": row.end,
                "page": page,
                "checks": checks,
            }
        )
    return described


def _members(results, codes):
    """Return codes with the members of those that are composites."""
    composites, found, queue = results.corpus_files[2].composites, set(), list(codes)
    while queue:
        code = queue.pop()
        if code not in found:
            found.add(code)
            parts = composites.get(code, {})
            queue += [member for key in ("any", "all") for member in parts.get(key, ())]
    return found


def _read_told(told, sentence_id, codes):
    """Return the codes among ``codes`` that the reference codes give, "not drawn", or None where there are no reference codes."""
    if told is None:
        return None
    given = told.loc[sentence_id]
    return "not drawn" if given.isna().all() else [code for code in codes if given[code] > 0]


def _read_likely(likely, sentence_id, codes):
    """Return {code: the trained coder's probability} as far as it gave any."""
    if likely is None or sentence_id not in likely.index:
        return {}
    return {code: round(float(likely.loc[sentence_id, code]), 3) for code in codes if code in likely}


def mark_words(text, spans):
    """Return a text with its matched stretches in square brackets; those that meet are one.

    >>> mark_words("our shared memory of it", [(4, 10), (4, 17)])
    'our [shared memory] of it'
    """
    inside = [False] * len(text)
    for start, end in spans:
        inside[start:end] = [True] * (min(end, len(text)) - start)
    shown = ""
    for place, letter in enumerate(text):
        before = inside[place - 1] if place else False
        shown += (CLOSE if before and not inside[place] else "") + (OPEN if inside[place] and not before else "") + letter
    return shown + (CLOSE if inside and inside[-1] else "")

"""Answers: what a file that came back says about each task, judged and turned into codes."""

import difflib
import re
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from framings.days import is_day
from framings.exchange.tasks import NO_CODE, SPANS, ExchangeError, list_codes, make_spans
from framings.schemas import CODED, check
from framings.texts import normalise_text

MOST_NAMED = 5  # tasks that a sentence names before it says "and others"


@dataclass
class Answer:
    """What one coder said about one task. ``place``: where in the file; ``shown``: the text it had there, None where absent.

    ``names``: codes as written; ``spans``: (code as written, start, end) in the masked sentence; ``fault``: why the answer
    cannot be used, found by whoever read the file.
    """

    place: str
    task_id: str
    shown: str | None = None
    names: list = field(default_factory=list)
    spans: list = field(default_factory=list)
    annotator: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Coder:
    """Who coded and when, as in CODED."""

    coder_id: str
    coder_kind: str
    coded_on: str
    language_read: str = "en"
    model: str | None = None
    prompt_sha256: str | None = None


class Imported(NamedTuple):
    """What came back: CODED, SPANS of the marked places, and one sentence for each thing that was left out."""

    codes: pd.DataFrame
    spans: pd.DataFrame
    problems: list


def check_coder(coder):
    """Return the coder, or raise a sentence that says what is wrong."""
    kinds = CODED.columns["coder_kind"].values
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", coder.coder_id):
        raise ExchangeError(f"{coder.coder_id!r} is no name for a coder; take small letters, digits and _, e.g. coder_a")
    if coder.coder_kind not in kinds:
        raise ExchangeError(f"{coder.coder_kind!r} is no kind of coder; take one of {', '.join(kinds)}")
    if coder.language_read not in CODED.columns["language_read"].values:
        raise ExchangeError(f"{coder.language_read!r} is no language in which sentences are read; take en or ru")
    if not is_day(coder.coded_on):
        raise ExchangeError(f"{coder.coded_on!r} is no day of coding; write it as YYYY-MM-DD")
    if coder.coder_kind == "language_model" and not (coder.model and coder.prompt_sha256):
        raise ExchangeError(f"{coder.coder_id} is a language model; state its model and the SHA-256 of its instructions too")
    return coder


def judge_answers(answers, tasks, codebook, coder, what):
    """Return ``Imported`` from the answers of one file, whose name ``what`` begins every sentence.

    An answer counts whole or not at all: a sentence of which one code cannot be read is left out, since a missing code would
    be taken for a judgement. Left out, with a sentence each: unknown tasks and codes, texts that changed, NO_CODE beside
    another code, answers about one task that differ. Tasks without a choice are told in one sentence.
    """
    check_coder(coder)
    known = {task["task_id"]: task for task in tasks.to_dict("records")}
    codes = fold_codes(codebook)
    problems, kept, empty = [], {}, []
    for answer in answers:
        fault, names = _judge_answer(answer, known, codes)
        if fault:
            problems.append(f"{what}, {answer.place}: {fault}")
        elif not names:
            empty.append(answer.task_id)
        else:
            kept.setdefault(answer.task_id, []).append((answer, names))
    rows, places = [], []
    for task_id, given in kept.items():
        answer, names = given[0]
        where = ", ".join(other.place for other, _ in given)
        if any(other != names for _, other in given):
            problems.append(f"{what}, {where}: task {task_id} is coded more than once and differently; leave one of them")
            continue
        if len(given) > 1:
            problems.append(f"{what}, {where}: task {task_id} stands there more than once with the same codes; taken once")
        rows += [{"sentence_id": known[task_id]["sentence_id"], "task_id": task_id, "code": name} for name in sorted(names)]
        found = [(resolve_code(name, codes), start, end) for name, start, end in answer.spans]
        places += [(task_id, code, start, end) for code, start, end in found if code != NO_CODE]
    problems += _tell_uncoded(tasks, {row["task_id"] for row in rows}, answers, set(empty), what)
    spans = make_spans(tasks, pd.DataFrame(places, columns=["task_id", "code", "start", "end"]))
    return Imported(_fill_rows(rows, known, codebook, coder), check(spans, SPANS), problems)


def pick_annotator(answers, annotator, what):
    """Return the answers of one annotator of a file; raises where there are several and none was picked."""
    names = sorted({answer.annotator for answer in answers if answer.names or answer.spans})
    told = ", ".join(name or "(nameless)" for name in names)
    if annotator is None and len(names) > 1:
        raise ExchangeError(f"{what} holds the work of {len(names)} annotators ({told}); say whose codes to take")
    if annotator is not None and str(annotator) not in names:
        raise ExchangeError(f"{what} holds no codes by {annotator!r}; it has those of {told or 'nobody'}")
    return [answer for answer in answers if annotator is None or answer.annotator in ("", str(annotator))]


def fold_codes(codebook):
    """Return {folded name: code}: each code by itself, by its title, and by both."""
    table = list_codes(codebook)
    names = {}
    for code, title in zip(table["code"], table["title"], strict=True):
        names |= {fold_name(title): code, fold_name(f"{code} {title}"): code}
    return names | {fold_name(code): code for code in table["code"]}  # a code goes before a title


def resolve_code(name, codes):
    """Return the code that a coder or a tool wrote, alone or with its title, in whatever case and spacing; None where none."""
    folded = fold_name(name)
    if folded in codes:
        return codes[folded]
    return codes.get(fold_name((name.split() or [""])[0].rstrip(":.,-–")))


def fold_name(name):
    """Return a name without case and white space.

    >>> fold_name(" RS 01 ")
    'rs01'
    """
    return "".join(str(name).casefold().split())


def hint_code(name, codes):
    """Return the cure for an unknown code."""
    near = difflib.get_close_matches(fold_name(name), codes, n=1, cutoff=0.6)
    return f"did you mean {codes[near[0]]}?" if near else "take a code of the codebook"


def _judge_answer(answer, known, codes):
    """Return (what is wrong with an answer or "", the set of its codes)."""
    task = known.get(answer.task_id)
    if answer.fault and not answer.task_id:
        return answer.fault, None
    if task is None:
        return f"task {answer.task_id!r} is not in the sample; take the tasks that were exported for it", None
    if answer.fault:
        return answer.fault, None
    if not isinstance(task["text"], str):
        return f"the text of task {answer.task_id} has changed since it was drawn; draw and code it anew", None
    if answer.shown is not None and normalise_text(answer.shown) != normalise_text(task["text"]):
        return f"the text of task {answer.task_id} is not the one that was exported; put the exported text back", None
    for name, start, end in answer.spans:
        if answer.shown is None or not answer.shown[start:end] or task["text"][start:end] != answer.shown[start:end]:
            return (
                f"characters {start} to {end} of task {answer.task_id}, marked {name}, are other ones now; mark them again",
                None,
            )
    names = [*answer.names, *(span[0] for span in answer.spans)]
    unknown = [name for name in names if resolve_code(name, codes) is None]
    if unknown:
        return f"{unknown[0]!r} is no code; {hint_code(unknown[0], codes)}", None
    found = {resolve_code(name, codes) for name in names}
    if NO_CODE in found and len(found) > 1:
        others = ", ".join(sorted(found - {NO_CODE}))
        return f"task {answer.task_id} has {NO_CODE} beside {others}; take one of them away", None
    return "", found


def _tell_uncoded(tasks, coded, answers, empty, what):
    """Return a sentence on the tasks that came back without a choice and one on those that did not come back."""
    there = {answer.task_id for answer in answers}
    shown = [task_id for task_id, text in zip(tasks["task_id"], tasks["text"], strict=True) if isinstance(text, str)]
    blank = [task_id for task_id in shown if task_id in empty and task_id not in coded]
    absent = [task_id for task_id in shown if task_id not in there]
    sentences = []
    if blank:
        sentences.append(f"{what}: {_name_some(blank)} without a choice; choose a code, or {NO_CODE} where none holds")
    if absent:
        sentences.append(
            f"{what}: {_name_some(absent)} of the sample not in the file; code the rest, or import it from its own file"
        )
    return sentences


def _name_some(task_ids):
    """Return "3 tasks (a, b, c) are", naming a few."""
    told = ", ".join(task_ids[:MOST_NAMED]) + (" and others" if len(task_ids) > MOST_NAMED else "")
    return f"1 task ({told}) is" if len(task_ids) == 1 else f"{len(task_ids)} tasks ({told}) are"


def _fill_rows(rows, known, codebook, coder):
    """Return CODED, sorted by sentence and code."""
    table = pd.DataFrame(
        [
            {
                "sentence_id": row["sentence_id"],
                "text_hash": known[row["task_id"]]["text_hash"],
                "code": row["code"],
                "coder_id": coder.coder_id,
                "coder_kind": coder.coder_kind,
                "codebook_version": codebook.version,
                "round": known[row["task_id"]]["round"],
                "language_read": coder.language_read,
                "model": coder.model,
                "prompt_sha256": coder.prompt_sha256,
                "coded_on": coder.coded_on,
            }
            for row in rows
        ],
        columns=list(CODED.columns),
    )
    return check(table.sort_values(["sentence_id", "code"]), CODED)

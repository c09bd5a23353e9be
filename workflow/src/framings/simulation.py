"""Simulated transcripts with known codes: a design and a grammar -> register, pages and the truth about them.

Each document has its own stream of random numbers, so it is the same whatever the number of documents. The frames of a
sentence are drawn first and the words afterwards, from wordings that hold a phrase of the dictionary or mean the same
without one; so the truth is known and no dictionary is perfect.
"""

import hashlib
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain

import numpy as np
import pandas as pd

from framings.schemas import REGISTER, Column, Contract, check
from framings.simulation_grammar import compile_grammar, expand
from framings.simulation_pages import CUTS, REMARKS, STARS, STYLES, write_label, write_page, write_paragraph
from framings.texts import count_tokens

OTHER, ALL_STAGES, FUNCTIONAL = "OTHER", "all", "FUN"
SCENE_WORDS = (
    "own", "partner", "area", "aside", "city", "town", "speaker", "counterpart", "counterpart_short", "surname", "addressee",
    "next", "place",
)  # fmt: skip
TAG = re.compile(r"</?\w+>")
LATER_LABELS = (
    "label_initials", "label_initials_spaced", "label_run_together", "label_capitals", "label_answering", "label_responding",
    "label_no_space", "label_split_bold", "label_letter_outside", "label_leading_space", "label_spelling", "russian_initials",
)  # fmt: skip
GUEST_LABELS = tuple(name for name in REMARKS if name not in LATER_LABELS)

TRUTH_SENTENCES = Contract(
    "truth_sentences", "a sentence of a simulated page", ("document_id", "turn", "sentence"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "turn, -1 for reported speech of the editors", low=-1),
        "sentence": Column("int", "number in the turn", low=0),
        "kind": Column("text", "frame, functional, other_sense, near_miss, negated, procedural, off_topic, question or read-out"),
        "topic": Column("text", "topic of its words; missing where it has none", missing=True),
        "codes": Column("text", "codes that it carries, separated by ';'; empty where none"),
        "n_words": Column("int", "words", low=0),
        "text": Column("text", "the sentence"),
    },
)  # fmt: skip

TRUTH_TURNS = Contract(
    "truth_turns", "a turn of a simulated page", ("document_id", "turn"),
    {
        "document_id": Column("text", "key of the register"),
        "turn": Column("int", "number in the document, from 0", low=0),
        "kind": Column("text", "speech of a named speaker, or a question of somebody unnamed", values=("speech", "question")),
        "content": Column("text", "relevant, procedural, off_topic or question"),
        "speaker_id": Column("text", "person who speaks; missing for somebody unnamed", missing=True),
        "actor_id": Column("text", "actor whose talk is compared; missing where none", missing=True),
        "stage_id": Column("text", "stage of the day"),
        "topic": Column("text", "main topic; missing where it has none", missing=True),
        "label": Column("text", "office and name as printed"),
        "n_sentences": Column("int", "sentences", low=0),
    },
)  # fmt: skip

PLANTED = Contract(
    "planted", "the share of an actor's sentences that carries a code by design", ("code", "actor_id", "stage_id"),
    {
        "code": Column("text", "sub-frame, FUN, or any code of a family"),
        "actor_id": Column("text", "actor; OTHER stands for all who are none"),
        "stage_id": Column("text", "stage"),
        "share": Column("number", "share by design", low=0, high=1),
    },
)  # fmt: skip

TRAPS = Contract(
    "traps", "a form of a label or another trap that a document holds", ("document_id", "trap"),
    {"document_id": Column("text", "key of the register"), "trap": Column("text", "name of the trap in the design")},
)  # fmt: skip


@dataclass(frozen=True)
class SimulatedCorpus:
    """A simulated corpus: REGISTER, file name -> bytes of a page, TRUTH_SENTENCES, TRUTH_TURNS, PLANTED, TRAPS."""

    register: pd.DataFrame
    pages: dict
    sentences: pd.DataFrame
    turns: pd.DataFrame
    planted: pd.DataFrame
    traps: pd.DataFrame


@dataclass
class Turn:
    """A turn while it is written: who speaks under which label, what it is about, and its sentences (kind, topic, codes, text)."""

    speaker_id: str | None
    actor: str | None
    office: str
    name: str
    content: str
    topic: str | None = None
    form: str | None = None
    kind: str = "speech"
    sentences: list = field(default_factory=list)


@dataclass
class Document:
    """A document while it is written."""

    key: str
    number: int
    slot: dict
    event: dict
    day: str
    stage: str
    language: str
    cast: list
    traps: set
    draw: object
    topics: list
    shared_effects: np.ndarray
    turn_effects: object
    place: str
    time: str
    title: str
    turns: list = field(default_factory=list)
    read_outs: list = field(default_factory=list)
    pending: list = field(default_factory=list)
    done: set = field(default_factory=set)


def simulate_corpus(design, grammars, n_documents, seed):
    """Return a ``SimulatedCorpus`` of ``n_documents`` documents, the same for the same arguments.

    ``design`` is the parsed design.yaml of the corpus, ``grammars`` maps a language to its parsed grammar. Document i
    depends on ``seed`` and i alone. The plan of the design is repeated as often as needed.
    """
    compiled = {language: _compile_language(grammar) for language, grammar in grammars.items()}
    planted = tabulate_planted(design)
    intercepts = _solve_intercepts(design)
    pages, rows, sentences, turns, traps = {}, [], [], [], []
    for index in range(n_documents):
        document = _plan_document(design, index, seed)
        grammar = compiled[document.language]
        _write_turns(document, design, grammar, intercepts)
        page = _write_body(document, design, grammar)
        name = f"{document.number}.html"
        if "page_missing" in document.traps:
            document.done.add("page_missing")
            rows.append(_register_row(document, design, name, None))
        else:
            pages[name] = page
            rows.append(_register_row(document, design, name, hashlib.sha256(page).hexdigest()))
            sentences += _list_sentences(document)
            turns += _list_turns(document)
        traps += [(document.key, trap) for trap in sorted(document.done)]
    truth = pd.DataFrame(sentences, columns=[name for name in TRUTH_SENTENCES.columns if name != "n_words"])
    return SimulatedCorpus(
        check(pd.DataFrame(rows, columns=list(REGISTER.columns)), REGISTER),
        pages,
        check(truth.assign(n_words=count_tokens(truth["text"])), TRUTH_SENTENCES),
        check(pd.DataFrame(turns, columns=list(TRUTH_TURNS.columns)), TRUTH_TURNS),
        planted,
        check(pd.DataFrame(traps, columns=list(TRAPS.columns)), TRAPS),
    )


def _compile_language(grammar):
    """Return a compiled grammar whose areas of topics stay plain words, for the scene."""
    compiled = compile_grammar(grammar, SCENE_WORDS)
    for name, topic in grammar["topics"].items():
        compiled["topics"][name]["areas"] = topic["areas"]
    return compiled


# What is planted ------------------------------------------------------------------------------------------------------


def tabulate_planted(design):
    """Return the table PLANTED: the shares of the design, of any code of a family, and of functional talk (FUN).

    Families are drawn independently and at most one code of each, so any RS has the sum of the RS shares, and functional
    talk the part ``functional`` of the sentences that carry neither.
    """
    rest, rows = design["rest"], []
    functional = sum(rest[kind] for kind in design["functional"]) / sum(rest.values())
    for actor in next(iter(design["shares"].values())):
        for place, stage in enumerate(design["stages"]):
            shares = {code: _share_of(row[actor], place) for code, row in design["shares"].items()}
            sums = {family: sum(shares[code] for code in codes) for family, codes in design["families"].items()}
            shares |= sums | {FUNCTIONAL: functional * float(np.prod([1 - total for total in sums.values()]))}
            rows += [(code, actor, stage, share) for code, share in shares.items()]
    return check(pd.DataFrame(rows, columns=list(PLANTED.columns)), PLANTED)


def _share_of(entry, place):
    """Return a share of the design in the stage at ``place``."""
    return float(entry[place] if isinstance(entry, list) else entry)


def _solve_intercepts(design):
    """Return (actor, stage) -> logit intercepts of the codes, such that shares hold on average over documents and turns.

    E[expit(a + sd z)] = share with z standard normal is solved by bisection, the mean taken by Gauss-Hermite quadrature.
    """
    codes = [code for family in design["families"].values() for code in family]
    voices = [(actor, stage) for actor in design["shares"][codes[0]] for stage in design["stages"]]
    stages = list(design["stages"])
    shares = np.array(
        [[_share_of(design["shares"][code][actor], stages.index(stage)) for code in codes] for actor, stage in voices]
    )
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    spread = np.hypot(design["document_sd"], design["turn_sd"]) * nodes
    low, high = np.full(shares.shape, -20.0), np.full(shares.shape, 20.0)
    for _ in range(60):
        middle = (low + high) / 2
        below = (1 / (1 + np.exp(-middle[..., None] - spread)) @ (weights / weights.sum())) < shares
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return dict(zip(voices, (low + high) / 2, strict=True))


# The plan -------------------------------------------------------------------------------------------------------------


def _plan_document(design, index, seed):
    """Return the empty document with the number ``index``: event, day, stage, cast, topics and its random effects."""
    plan, traps = design["plan"], set()
    slot = plan[index % len(plan)]
    number, original = design["first_number"] + index, index
    if "copy_of" in slot:
        original, traps = index - index % len(plan) + slot["copy_of"], set(slot["traps"])
        slot = plan[slot["copy_of"]]
    position = original % len(plan)
    alike = [other for other, entry in enumerate(plan) if entry["event"] == slot["event"] and "copy_of" not in entry]
    turn_of_event = original // len(plan) * len(alike) + alike.index(position)
    stage = design["stage_cycle"][turn_of_event % len(design["stage_cycle"])]
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, original])))
    effects = generator.standard_normal((40, sum(map(len, design["families"].values()))))
    draw = _stream(generator).__next__
    start, end = map(date.fromisoformat, design["stages"][stage])
    day = (start + timedelta(days=int(draw() * ((end - start).days + 1)))).isoformat()
    language = slot.get("language", "en")
    topics = sorted(design["topics"], key=lambda _: draw())[: design["topics_per_document"][int(draw() * 2)]]
    places = design["russian_cities" if language == "ru" else "places"]
    place, cast = places[int(draw() * len(places))], [_find_person(design, role, day, language) for role in slot["cast"]]
    other = cast[min(1, len(cast) - 1)]
    title = design["events"][slot["event"]]["title" if language == "en" else "russian_title"]
    return Document(
        key=f"{design['key']}-{language}-{number}", number=number, slot=slot, event=design["events"][slot["event"]], day=day, stage=stage,
        language=language, cast=cast, traps=traps | set(slot["traps"]),
        draw=draw, topics=topics, shared_effects=effects[0], turn_effects=iter(effects[1:]),
        place=place, title=title.format(counterpart=f"{other['office']} {other['name']}", place=place),
        time=f"{10 + int(draw() * 9)}:{5 * int(draw() * 12):02d}", done=set(traps) | {"russian"} & set(slot["traps"]),
    )  # fmt: skip


def _stream(generator):
    """Return an iterator over random numbers in [0, 1) without end."""
    return chain.from_iterable(iter(lambda: generator.random(1024).tolist(), None))


def _find_person(design, role, day, language):
    """Return who plays ``role`` on ``day``: speaker_id, name, office, actor, home."""
    wanted = design["roles"][role]
    for speaker_id in wanted["people"]:
        person = design["people"][speaker_id]
        for office in person["offices"]:
            fits = wanted.get("office", office["office"]) == office["office"]
            if fits and office.get("start", "") <= day <= office.get("end", "9999"):
                russian = language == "ru"
                return {
                    "speaker_id": speaker_id,
                    "name": person["russian" if russian else "name"],
                    "office": office["russian" if russian else "office"],
                    "actor": office.get("actor"),
                    "home": person["russian_home" if russian else "home"],
                    "female": person.get("female", False),
                    "president": office.get("president", False),
                }
    raise ValueError(f"design: nobody holds the role {role} on {day}; give a person an office on that day")


# Turns ----------------------------------------------------------------------------------------------------------------


def _write_turns(document, design, grammar, intercepts):
    """Fill the document's turns: who speaks, on what, and every sentence with its codes."""
    if document.event["form"] == "read_out":
        return
    document.pending = [name for name in ("colon_in_speech", "abbreviations") if name in document.traps]
    order = _order_turns(document, design)
    for place, (person, content, size, role) in enumerate(order):
        if person is None:
            label = design["words"][document.language][role]
            turn = Turn(None, None, "", label, content, kind="question")
        else:
            turn = Turn(person["speaker_id"], person["actor"], person["office"], person["name"], content)
        before = next((other for other, *_ in order[place::-1] if other not in (None, person)), None)
        after = next((other for other, *_ in order[place:] if other not in (None, person)), None)
        scene = _set_scene(document, design, grammar, person or document.cast[0], before, after)
        if content == "relevant":
            turn.topic = document.topics[int(document.draw() * len(document.topics))]
            _say_relevant(turn, document, design, grammar, scene, intercepts, size)
        else:
            _say_other(turn, document, grammar, scene, size)
        document.turns.append(turn)


def _order_turns(document, design):
    """Return (person or None, content, number of sentences, role) of each turn in the order of the event's form."""
    event, draw, cast = document.event, document.draw, document.cast

    def size(bounds):
        return bounds[0] + int(draw() * (bounds[1] - bounds[0] + 1))

    host, order, form = cast[0], [], event["form"]
    moderator = _find_person(design, "MODERATOR", document.day, document.language) if form == "moderated" else None
    asked = "question_from" if "role_question_from" in document.traps else "question"
    if form == "answers":
        for place in range(event["extra"]):
            answers = "off_topic" if draw() < 0.15 else "relevant"
            order += [(None, "question", size([1, 2]), asked if place % 2 else "question")]
            order += [(cast[place % len(cast)], answers, size(event["main"]), "")]
    else:
        for person in cast:
            if moderator:
                order.append((moderator, "question", size([1, 3]), ""))
            elif person is not host and form == "session":
                order.append((host, "procedural", size([1, 3]), ""))
            order.append((person, "relevant", size(event["main"]), ""))
        if form == "session" and draw() < design["off_topic"]["chance"]:
            order += [(cast[-1], "off_topic", size(design["off_topic"]["size"]), ""), (host, "off_topic", size([2, 3]), "")]
        for place in range(event["extra"]):
            if moderator or (form == "statements" and document.traps & {"role_question", "role_question_from"}):
                order.append((moderator, "question", size([1, 2]), "") if moderator else (None, "question", size([1, 2]), asked))
            order.append((cast[(place + 1) % len(cast)], "relevant", size(event["short"]), ""))
        if form == "session":
            order.append((host, "procedural", size([1, 2]), ""))
        elif form == "moderated":
            order.append((host, "relevant", size(event["short"]), ""))
    for trap, role in (("role_remark", "remark"), ("role_response", "response")):
        if trap in document.traps:
            order.insert(-1, (None, "remark", 1, role))
            document.done.add(trap)
    roles = {role for *_, role in order}
    document.done |= {"role_question"} & document.traps if "question" in roles else set()
    document.done |= {"role_question_from"} & document.traps if "question_from" in roles else set()
    return order


def _set_scene(document, design, grammar, person, before=None, after=None):
    """Return the words of the scene for what ``person`` says, after ``before`` and before ``after``."""
    others = [other for other in document.cast if other is not person] or document.cast
    other, next_one = before or others[0], after or others[0]
    russian = document.language == "ru"
    members = [member for member in design["russian_members" if russian else "members"] if member != person["home"]]
    cities, areas = design["russian_cities" if russian else "cities"], grammar["topics"][document.topics[0]]["areas"]
    surname = other["name"].split()[1]
    words = design["words"][document.language]
    courtesies = [words["ms" if other["female"] else "mr"].format(surname)] + [words["president"]] * other["president"]
    return {
        "own": [person["home"]], "partner": members, "city": cities[::2], "town": cities[1::2],
        "area": areas, "aside": areas, "speaker": [document.cast[0]["name"]],
        "counterpart": [f"{other['office']} {other['name']}"], "counterpart_short": [other["office"]], "surname": [surname],
        "addressee": courtesies, "next": [f"{next_one['office']} {next_one['name']}"], "place": [document.place],
    }  # fmt: skip


def _say_relevant(turn, document, design, grammar, scene, intercepts, size):
    """Fill a turn on integration with ``size`` sentences whose codes are drawn from the speaker's shares.

    The union is named at least twice: where too few sentences are left, their openings name it.
    """
    actor = turn.actor or OTHER
    bounds = _draw_bounds(intercepts[actor, document.stage], document, design)
    inside, draw, mentions = design["inside"][actor], document.draw, 0
    for place in range(size):
        codes = []
        for family, sums in bounds:
            chosen = bisect_right(sums, draw())
            if chosen < len(sums):
                codes.append(family[chosen])
        topic = turn.topic
        if draw() > design["share_main_topic"]:
            topic = document.topics[int(draw() * len(document.topics))]
        scene["area"] = grammar["topics"][topic]["areas"]
        scene["aside"] = grammar["topics"][document.topics[document.topics[0] == topic]]["areas"]
        must_mention = mentions < 2 and size - place <= 4
        if codes:
            clauses = [expand(grammar["frames"][code]["inside" if draw() < inside else "outside"], scene, draw) for code in codes]
            kind, text = "frame", _join_clauses(clauses, document, design, grammar, scene, must_mention)
        else:
            kind, text = _say_rest(document, design, grammar, scene, topic, must_mention)
            codes = [FUNCTIONAL] if kind in design["functional"] else []
        mentions += _names_union(text, design, document)
        turn.sentences.append((kind, topic, ";".join(sorted(codes)), text))
    _begin_politely(turn, document, grammar, scene)


def _begin_politely(turn, document, grammar, scene):
    """Move the first courtesy of a turn to its beginning; sentences are exchangeable, so no share changes."""
    for place, (kind, topic, codes, text) in enumerate(turn.sentences):
        if kind == "procedural":
            if "salutation_paragraph" in document.traps:
                document.done.add("salutation_paragraph")
                text = _finish(expand(grammar["salutations"], scene, document.draw).rstrip(" ,"), ",")
            turn.sentences.insert(0, (kind, topic, codes, text))
            del turn.sentences[place + 1]
            return


def _draw_bounds(intercepts, document, design):
    """Return for each family its codes and the cumulative probabilities of this turn, with document and turn effects.

    # ASSUME: the effects of document and turn are independent across codes; a document's effect is shared by its speakers.
    """
    logits = intercepts + design["document_sd"] * document.shared_effects + design["turn_sd"] * next(document.turn_effects)
    shares, place, bounds = 1 / (1 + np.exp(-logits)), 0, []
    for codes in design["families"].values():
        part = shares[place : place + len(codes)]
        bounds.append((codes, (part.cumsum() / max(part.sum() / 0.98, 1)).tolist()))
        place += len(codes)
    return bounds


def _join_clauses(clauses, document, design, grammar, scene, must_mention):
    """Return a sentence of one or two clauses with an opening and, if it is one clause, a tail; the union is not named twice over."""
    draw, joined = document.draw, grammar["joiners"][int(document.draw() * len(grammar["joiners"]))][0].join(clauses)
    named = _names_union(joined, design, document)
    opening = expand(grammar["union_openings" if must_mention and not named else "openings"], scene, draw)
    opens = _names_union(opening, design, document)
    tail = expand(grammar["tails"], scene, draw) if len(clauses) == 1 else ""
    if (named or opens) and _names_union(tail, design, document):
        tail = ""
    tail = f" {tail}" if tail and tail[0] != "," else tail
    return _finish(f"{joined}{tail}" if not opening or (named and opens) else f"{opening} {joined}{tail}")


def _names_union(text, design, document):
    """Return whether a text names the union, by words of the design that name nothing else in such texts."""
    return any(map(text.__contains__, design["mentions"][document.language]))


def _say_rest(document, design, grammar, scene, topic, must_mention):
    """Return (kind, text) of a sentence without a frame."""
    draw, rest = document.draw, design["rest"]
    at = draw() * sum(rest.values())
    for kind, part in rest.items():  # noqa: B007 - the loop looks for it
        at -= part
        if at < 0:
            break
    if document.pending and kind == "functional":
        name = document.pending.pop()
        document.done.add(name)
        return kind, _finish(expand(grammar["quotation" if name == "colon_in_speech" else name], scene, draw))
    if kind == "procedural":
        return kind, _finish(expand(grammar["procedural"], scene, draw))
    if kind == "functional":
        clause = expand(grammar["topics"][topic]["clauses"], scene, draw)
    elif kind == "other_sense":
        codes = list(grammar["other_sense"])
        clause = expand(grammar["other_sense"][codes[int(draw() * len(codes))]], scene, draw)
    else:
        clause = expand(grammar[kind], scene, draw)
    return kind, _join_clauses([clause], document, design, grammar, scene, must_mention)


def _say_other(turn, document, grammar, scene, size):
    """Fill a turn that is not on integration: floor-giving, another subject, a question or a remark."""
    source = {"procedural": "hand_over", "question": "questions", "remark": "remarks"}.get(turn.content, turn.content)
    for _ in range(size):
        text = expand(grammar[source], scene, document.draw)
        turn.sentences.append((turn.content, None, "", _finish(text, "" if text[-1] == "?" else ".")))


def _finish(text, stop="."):
    """Return a sentence with its first letter large and a stop at its end."""
    text = text.replace("'", "’")
    place = 3 if text.startswith("<i>") else 0
    return text[:place] + text[place].upper() + text[place + 1 :] + stop


# Pages ----------------------------------------------------------------------------------------------------------------


def _write_body(document, design, grammar):
    """Return the bytes of the document's page; notes which of its traps are on it."""
    traps, draw, words = document.traps, document.draw, design["words"][document.language]
    scene = _set_scene(document, design, grammar, document.cast[0])
    paragraphs = _write_read_outs(document, grammar, scene)
    form = document.event["form"]
    if form != "read_out":
        stars = next((STARS[name] for name in STARS if name in traps), "* * *")
        paragraphs.append(stars)
        for trap, mark_up in (("heading_bold", "<b>{}</b>"), ("speech_heading", "<b><i>{}</i></b>")):
            if trap in traps:
                headings = [grammar["headings"][0 if trap == "heading_bold" else 1]]
                paragraphs.append(mark_up.format(expand(headings, scene, draw)))
        _choose_labels(document, design)
        style = next((name for name in STYLES if name in traps), "label_colon_in_bold")
        for place, turn in enumerate(document.turns):
            paragraphs += _write_speech(turn, document, design, style)
            if "cut_mark_inside" in traps and place == len(document.turns) // 2:
                paragraphs.append(CUTS["cut_mark_inside"])
            if "stage_direction" in traps and turn.content == "relevant" and place < 3:
                paragraphs.append(f"<i>({words['applause']})</i>")
        paragraphs += [CUTS[name] for name in ("cut_mark", "cut_mark_bold") if name in traps]
        whole = {"heading_bold", "speech_heading", "stage_direction", "hard_breaks", "namesakes"}
        document.done |= traps & {*STYLES, *STARS, *CUTS, *whole}
    else:
        document.done |= traps & {"message_reads", "phone_read_out"}
    document.done |= traps & {"slider", "figure", "video", "see_also", "no_og_tags", "no_time", "announcement"}
    body = [paragraph for paragraph in paragraphs if paragraph]
    _note_slips(document, "".join(body), words["laughter"])
    page = {
        "number": document.number, "words": words, "title": document.title, "lead": document.read_outs[0], "date": document.day,
        "time": document.time, "place": document.place, "language": document.language, "traps": traps, "transcript": bool(document.turns),
        "topics": [grammar["topics"][topic]["title"].capitalize() for topic in document.topics],
        "persons": [" ".join(reversed(person["name"].split())) for person in document.cast], "footer": design["footer"],
    }  # fmt: skip
    return write_page(page, body)


def _note_slips(document, body, laughter):
    """Note the slips of typing that the body really holds."""
    signs = {"zero_width": "\u200b", "soft_hyphens": "\u00ad", "no_break_spaces": "\xa0", "stage_direction_inside": laughter}
    document.done |= {
        name for name, sign in signs.items() if sign in body and (name in document.traps or name == "no_break_spaces")
    }
    if "glued_sentences" in document.traps and re.search(r"[a-z]{2}\.[A-Z][a-z]{2}", body):
        document.done.add("glued_sentences")


def _write_read_outs(document, grammar, scene):
    """Return the paragraphs in the editors' words before the transcript, or the whole body where there is none."""
    draw, event = document.draw, document.slot["event"]
    document.read_outs = [_finish(expand(grammar["leads"], scene, draw), "")]
    if document.event["form"] != "read_out":
        if draw() < 0.5:
            text = _finish(expand(grammar["leads"], scene, draw), "")
            document.read_outs.append(text)
            return [write_paragraph([text], document.traps, document.language)]
        return []
    templates = grammar["read_outs"]["announcement" if event == "other" else event]
    scene = scene | {"area": grammar["topics"][document.topics[0]]["areas"]}
    texts = [_finish(expand([template], scene, draw), "") for template in templates]
    document.read_outs += texts
    opening = [grammar["message_opening"][0][0]] if event == "message" else []
    document.read_outs += opening
    return [write_paragraph([text], document.traps, document.language) for text in opening + texts]


def _choose_labels(document, design):
    """Choose which turn holds which form of a label, and print offices only in a person's first label."""
    seen, first, later = set(), {}, []
    for turn in document.turns:
        if turn.speaker_id in seen:
            turn.office = ""
            later.append(turn)
        elif turn.speaker_id:
            first[turn.speaker_id] = turn
            seen.add(turn.speaker_id)
    for trap in sorted(document.traps):
        target = _find_target(trap, first, later, design)
        if target is None:
            continue
        if trap == "label_board_variant":
            target.office = design["board_variants"][int(document.draw() * len(design["board_variants"]))]
        elif trap == "label_long_office":
            target.office = design["long_offices"][target.office]
        elif trap == "label_acting":
            target.office = f"Acting {target.office}"
        elif trap == "label_spelling":
            target.name = design["spelling_variants"][target.name]
        elif trap == "role_moderator":
            target.office = design["words"][document.language]["moderator"]
        elif target.form is None:
            target.form = trap
        else:
            continue  # a label takes one form of mark-up; the plan's other one is not on the page
        document.done.add(trap)


def _find_target(trap, first, later, design):
    """Return the turn whose label takes the form ``trap``, or None where it is no trap of labels."""
    chair = [turn for turn in first.values() if turn.office in design["chair_offices"]]
    guests = [turn for turn in first.values() if turn.speaker_id in design["guests"]]
    candidates = {
        **dict.fromkeys(("label_lower_case_office", "label_board_variant", "label_person_link"), chair or list(first.values())),
        **dict.fromkeys((*GUEST_LABELS, "label_acting"), guests),
        **dict.fromkeys(LATER_LABELS, later[::-1]),
        "label_spelling": [turn for turn in later[::-1] if turn.name in design["spelling_variants"]],
        "label_long_office": [turn for turn in first.values() if turn.office in design["long_offices"]],
        "label_first_president": [turn for turn in first.values() if turn.office in design["first_presidents"]],
        "role_moderator": [turn for turn in first.values() if turn.speaker_id in design["roles"]["MODERATOR"]["people"]],
    }
    return next((turn for turn in candidates.get(trap, ())), None)


def _write_speech(turn, document, design, style):
    """Return the paragraphs of a turn: the label before the first, one to four sentences in each."""
    draw, traps, texts = document.draw, document.traps, [text for *_, text in turn.sentences]
    label = write_label(turn.office, turn.name, turn.form, style, design["words"][document.language])
    paragraphs, place = [], 0
    while place < len(texts):
        size = 1 if texts[place].endswith(",") else 1 + int(draw() * 4)
        paragraph = write_paragraph(texts[place : place + size], traps, document.language)
        if place == 0:
            paragraph = label + paragraph
        place += size
        if "stage_direction_inside" in traps and place >= len(texts) and turn.kind == "speech":
            laughter = design["words"][document.language]["laughter"]
            paragraph += f" <i>({laughter})</i>" if draw() < 0.5 else f" (<i>{laughter}</i>)"
        paragraphs.append(paragraph)
    return paragraphs


# Tables ---------------------------------------------------------------------------------------------------------------


def _register_row(document, design, name, sha256):
    """Return the document's row of the register."""
    address = f"http://{design['words'][document.language]['host']}/events/president/news/{document.number}"
    note = "simulated"
    if "duplicate_text" in document.traps:
        note = "simulated; the text of an earlier page under a number of its own"
    where = (address, document.day, document.title, document.place, None, document.slot["event"], name, sha256)
    return (document.key, "kremlin", document.language, *where, "no", note)


def _list_sentences(document):
    """Return the document's rows of TRUTH_SENTENCES."""
    rows = [(document.key, -1, number, "read-out", None, "", text) for number, text in enumerate(document.read_outs[1:])]
    for turn_number, turn in enumerate(document.turns):
        for number, (kind, topic, codes, text) in enumerate(turn.sentences):
            plain = TAG.sub("", text) if "<" in text else text
            rows.append((document.key, turn_number, number, kind, topic, codes, plain))
    return rows


def _list_turns(document):
    """Return the document's rows of TRUTH_TURNS."""
    return [
        (document.key, number, turn.kind, turn.content, turn.speaker_id, turn.actor, document.stage, turn.topic,
         f"{turn.office} {turn.name}".strip(), len(turn.sentences))
        for number, turn in enumerate(document.turns)
    ]  # fmt: skip

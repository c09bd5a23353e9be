"""The command `framings trace`: walks from a number of the report to the paragraphs and pages it rests on."""

import json
import textwrap
from pathlib import Path

ABOUT = """\
Walk from a number of the report back to the raw pages: the cell of its table, the rule and the code that made it, the turns
that enter it with their counts, sentences with matched words, paragraph, page, fingerprint and address. What can be made again
at once is made again and compared. The command ends with 1 where something differs."""
EXAMPLES = """\
examples:
  framings trace --list share.RS_any --corpus demo          names of numbers, with the text that is printed
  framings trace share.RS_any.PUTIN.all --corpus eaeu --sentences 5
  framings trace prevalence:12:n_coded                      any cell of a table at the end of the report
  framings trace relevant.n_sentences --json                the same as data

Hovering over a number in the report shows its name."""
WIDTH, MOST_TURNS = 118, 12
WEIGHTED = "Sentences with the code are estimated here: not whole numbers, and negative in some turns."


def add_trace_parser(commands, shape):
    """Add the command ``trace`` to the parsers of commands."""
    trace = commands.add_parser(
        "trace", help="walk from a number of the report to its pages", description=ABOUT, epilog=EXAMPLES, **shape
    )
    trace.add_argument("number", nargs="?", metavar="NUMBER", help="name of a number, or TABLE:ROW:COLUMN")
    trace.add_argument("--list", nargs="?", const="", metavar="WORDS", help="list the numbers whose name holds these words")
    trace.add_argument("--sentences", type=int, default=3, metavar="N", help="sentences to follow to their pages")
    trace.add_argument("--turns", type=int, default=MOST_TURNS, metavar="N", help="turns to print; --json has all")
    trace.add_argument("--json", action="store_true", help="print data instead of text")
    trace.add_argument("--corpus", metavar="NAME", help="folder under results; else the one that config.yaml names")
    trace.add_argument("--pages", type=Path, metavar="FOLDER", help="pages folder; else the one that config.yaml names")
    trace.set_defaults(run=run_trace)


def run_trace(options, tell=print):
    """Print the walk, or the list of numbers, and return the exit code: 1 where something differs."""
    from framings.checking import find_folder, read_settings
    from framings.tracing import Results, TraceError, trace_number

    folder = find_folder(options.root, read_settings(options.root, tolerant=True), options.corpus)
    results = Results(options.root, folder.name, options.pages)
    if options.list is not None:
        for name, entry in results.numbers.items():
            if options.list.lower() in name.lower():
                tell(f"{name}  {entry['text']}  ({entry['table']}: {entry['key']}){'' if entry['printed'] else '  not printed'}")
        return 0
    if not options.number:
        raise TraceError("name a number, or ask for their names with --list")
    walk = trace_number(results, options.number, options.sentences)
    lines = [json.dumps(walk, ensure_ascii=False, indent=1)] if options.json else tell_walk(walk, options.turns)
    for line in lines:
        tell(line)
    return 0 if all(check["equal"] for check in walk["checks"]) else 1


def tell_walk(walk, most_turns=MOST_TURNS):
    """Return the lines that tell a walk."""
    number, place = walk["number"], walk["table"]
    lines = [f"NUMBER  {number['id']} = {number['text']}  ({number['key']})", ""]
    lines += [f"TABLE   {place['file']}  (released: {place['csv']})"]
    if "cells" in place:
        lines += [f"        row {place['row']} (line {place['csv_line']} of the CSV), column {place['column']}"]
        shown = {name: cell for name, cell in place["cells"].items() if cell is not None}
        lines += _wrap(
            ", ".join(f"{name}: {cell:.6g}" if isinstance(cell, float) else f"{name}: {cell}" for name, cell in shown.items())
        )
    else:
        where = ", ".join(
            f"{name} {'is ' if isinstance(v, str) else 'in '}{v if isinstance(v, str) else ', '.join(map(str, v))}"
            for name, v in place["where"].items()
        )
        lines += _wrap(f"{place['how']} {place['column']} of {place['n_rows']} rows" + (f" where {where}" if where else ""))
    lines += ["", *_tell_step("RULE    ", walk["step"])]
    lines += ["", f"NOTE    {walk['note']}"] if walk["note"] else []
    if walk["talk"]:
        lines += ["", *_tell_talk(walk["talk"], most_turns)]
    for sentence in walk["sentences"]:
        lines += ["", *_tell_sentence(sentence)]
    for step in walk["steps"]:
        lines += ["", *_tell_step("STEP    ", step)]
    lines += ["", *_tell_checks(walk["checks"])]
    absent = [sentence["page"] for sentence in walk["sentences"] if not sentence["page"]["sha256"]]
    names = ", ".join(dict.fromkeys(page["file"] for page in absent))
    return lines + ([f"ABSENT  not at hand, so not compared: {names} (--pages FOLDER)"] if absent else [])


def _wrap(text):
    """Return a text as lines of the block it stands in."""
    return textwrap.wrap(text, WIDTH, initial_indent="        ", subsequent_indent="        ", break_long_words=False)


def _tell_step(head, step):
    """Return the lines on a rule."""
    made = f" makes {step['made']}" if "made" in step else ""
    lines = [f"{head}{step['rule']}{made}  ({step['defined']})", *_wrap(step["says"])]
    return (
        [*lines, *_wrap("code: " + ", ".join(step["code"])), f"        SHA-256 of this code: {step['sha256']}"]
        if step["code"]
        else lines
    )


def _tell_talk(talk, most_turns):
    """Return the lines on what was compared and the turns that enter."""
    facts = [f"{name}: {value if isinstance(value, str) else ', '.join(map(str, value))}" for name, value in talk.items()
             if name in ("coder", "codes", "titles", "actors", "stage", "window", "hypothesis", "claim", "test", "contrast", "documents")]  # fmt: skip
    lines = [f"{'TALK    ' if not k else '        '}{fact}" for k, fact in enumerate(facts)]
    if "n_drawn" in talk:
        lines.append(f"        {talk['n_carried']} of {talk['n_drawn']} drawn sentences carry the code by the reference codes")
    if "page" in talk:
        lines += _tell_page(talk["page"])
    if "turns" in talk:
        coded = ", ".join(f"{code} {value:g}" for code, value in talk["n_coded"].items())
        lines += [
            "",
            f"TURNS   {talk['n_turns']} turns of {talk['n_documents']} documents, n = {talk['n_sentences']} sentences"
            + (f", with the code: {coded}" if coded else ""),
        ]
        if coded and talk.get("coder") in ("corrected", "sample"):
            lines += _wrap(WEIGHTED)
        for turn in talk["turns"][:most_turns]:
            counts = "".join(f"  {code} {turn[code]:g}" for code in talk["n_coded"])
            lines.append(
                f"        {turn['document_id']} turn {turn['turn']}  {turn['date']}  {turn['actor_id']}  {turn['stage_id']}  n = {turn['n_sentences']}{counts}"
            )
        more = talk["n_turns"] - most_turns
        lines += [f"        … and {more} more (--turns {talk['n_turns']})"] if more > 0 else []
    return lines


def _tell_sentence(sentence):
    """Return the lines on a sentence and its page."""
    lines = [f"SENTENCE {sentence['sentence_id']}  {sentence['label'] or sentence['actor']}", *_wrap(sentence["marked"])]
    for match in sentence["matches"]:
        lines.append(
            f"        {match['code']}: the dictionary's pattern “{match['pattern']}” at {match['start']} to {match['end']}"
        )
    if sentence["reference"] is not None:
        told = sentence["reference"]
        lines.append(f"        reference codes: {told if isinstance(told, str) else ', '.join(told) or 'none of these'}")
    if sentence["probabilities"]:
        lines.append("        trained coder: " + ", ".join(f"{code} {p:g}" for code, p in sentence["probabilities"].items()))
    lines.append(
        f"        paragraph {sentence['paragraph']} (from 0) of the page, characters {sentence['start']} to {sentence['end']}; turn {sentence['turn']}"
    )
    return [*lines, *_tell_page(sentence["page"])]


def _tell_page(page):
    """Return the lines on a raw page."""
    lines = [f"        page {page['file']}  ({page['date']}: {page['title']})", f"        address {page['url']}"]
    lines += [f"        got from {page['archive']}"] if page["archive"] else []
    lines.append(f"        SHA-256 as found      {page['sha256'] or 'the page is not at hand; name its folder with --pages'}")
    lines.append(f"        SHA-256 as registered {page['registered_sha256'] or 'none'}")
    return [*lines, f"        read by {page['reader']}"] if page["reader"] else lines


def _tell_checks(checks):
    """Return the lines on what was made again."""
    lines = []
    for check in checks:
        found = f"{check['found']:.6g}" if isinstance(check["found"], float) else str(check["found"])
        if check["equal"]:
            lines.append(f"EQUAL   {check['what']}" + (f": {found}" if len(found) < 20 else ""))
        else:
            lines.append(f"DIFFERS {check['what']}: found {found}, expected {check['expected']}")
    return lines

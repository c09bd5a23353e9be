"""The command `framings`: reads what was typed, asks, prints; the work is done by the library."""

import argparse
import os
import sys
from pathlib import Path

from framings.calibrating import add_parser as add_calibration_parser
from framings.coding import add_parser
from framings.guide import Guide, Parser
from framings.registering import add_register_parser
from framings.talks import Talk, tell_error
from framings.topic_commands import add_topics_parser
from framings.trace_command import add_trace_parser
from framings.verifying import add_verify_parser

ADD_ABOUT = """\
Add documents to a corpus. A PLACE is one of

  a saved page     HTML or MHTML from a browser, DOCX, PDF with text, plain text, a JSON record
  a folder         of such files
  a table          CSV, JSONL (either may be .gz) or Parquet with the columns doc_id and text: a row is a document
  an address       http://… , asked for where the section `fetch` of config.yaml allows

You are shown what was found in it (title, day, place, who speaks in each turn and with which words the turn begins) and
asked for what was not. Then the page is copied into the pages folder of the corpus and a row is put into its
documents.csv. Nothing else is touched, and no page is ever overwritten."""
ADD_EXAMPLES = """\
examples:
  framings add ~/Downloads/55819.html --corpus eaeu         look at one saved page, answer, add it
  framings add speeches/ --corpus eaeu --dry-run            look at a folder of pages, add nothing
  framings add table.jsonl.gz --corpus eaeu --yes           take what is proposed; refuse what cannot be told
  framings add speech.docx --date 2014-05-29 --speaker "Jane Doe" --event-type address
  framings add texts/ --names "{speaker}_{date}.txt"        take speaker and day from the names of the files

afterwards:  framings check      then:  snakemake --cores all --config corpus=CORPUS"""
CHECK_ABOUT = """\
Check a corpus: the settings, every file kept by hand, every page. Each finding is one line that says where, what, and
what to do. The command ends with 1 where something would stop the workflow, else with 0."""
CHECK_EXAMPLES = """\
examples:
  framings check                      the corpus that config.yaml names
  framings check --corpus eaeu        another one
  framings check --corpus ungdc --pages ../texts/ungdc      its pages lie elsewhere"""


class UsageError(ValueError):
    """The command cannot begin; the message is one plain sentence."""


def main(argv=None, ask=None, root=None, gate=None):
    """Run a command line and return its exit code: 0 all is well, 1 something is wrong, 2 the command was not understood.

    ``ask`` takes a question and returns the answer; without it questions go to the terminal, and where there is none
    nothing is asked. ``root`` is the checkout (else the current folder or one above it), ``gate`` replaces the gate.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        parser = build_parser()
        if not (sys.argv[1:] if argv is None else argv):  # nobody is misled, and no script goes on as if something had been done
            print(parser.format_help(), end="", file=sys.stderr)
            return 2
        options = parser.parse_args(argv)
        options.root, options.ask, options.gate = None if hasattr(options, "rootless") else find_root(root), ask, gate
        if ask is None and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
            options.ask = input
        return options.run(options)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    except UsageError as error:
        print(f"framings: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read the output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, OSError) as error:
        print(f"framings: {tell_error(error)}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("\nframings: stopped at your wish; what was added stays, nothing is half written.", file=sys.stderr)
        return 1


def build_parser():
    """Return the parser of the command line."""
    from framings.schemas import EVENT_TYPES, REGISTER

    shape = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = Guide(prog="framings", **shape)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    add = commands.add_parser(
        "add", help="add documents: files, folders, tables, addresses", description=ADD_ABOUT, epilog=ADD_EXAMPLES, **shape
    )
    add.add_argument("places", nargs="+", metavar="PLACE", help="file, folder, table or address")
    add.add_argument("--yes", "-y", action="store_true", help="ask nothing: take what is proposed, refuse what has no proposal")
    add.add_argument("--dry-run", "-n", action="store_true", help="show everything, write nothing")
    add.add_argument(
        "--names", metavar="PATTERN", help='what the names of a folder\'s files say, e.g. "{country}_{session}_{year}.txt"'
    )
    facts = add.add_argument_group("what you know (goes before what is found)")
    facts.add_argument("--date", metavar="YYYY-MM-DD", help="day of the event")
    facts.add_argument("--title", help="title of the document")
    facts.add_argument("--place", help="place of the event")
    facts.add_argument(
        "--speaker", metavar="NAME", help="who speaks where the text names nobody; 'nobody' for a read-out of editors"
    )
    facts.add_argument("--language", choices=REGISTER.columns["language"].values, help="language of the text")
    facts.add_argument("--event-type", choices=EVENT_TYPES, metavar="KIND", help=f"kind of event: {', '.join(EVENT_TYPES)}")
    facts.add_argument("--url", metavar="ADDRESS", help="address of the page")
    facts.add_argument("--note", help="why it is here, or what a reader should know")
    facts.add_argument("--id", help="the document's key, e.g. file-en-garden-speech; for one document only")
    add.set_defaults(run=run_add)
    check = commands.add_parser(
        "check", help="tell what is missing or wrong in a corpus", description=CHECK_ABOUT, epilog=CHECK_EXAMPLES, **shape
    )
    check.set_defaults(run=run_check)
    add_parser(commands, shape)
    add_calibration_parser(commands, shape)
    add_register_parser(commands, shape)
    add_topics_parser(commands, shape)
    add_trace_parser(commands, shape)
    add_verify_parser(commands, shape)
    for command in (add, check):
        command.add_argument("--corpus", metavar="NAME", help="folder under data/corpora; else the one that config.yaml names")
        command.add_argument("--pages", metavar="FOLDER", help="pages folder; else the one that config.yaml names")
    return parser


def find_root(root=None):
    """Return the folder of the project: ``root``, or the current folder or the nearest above it that holds data/corpora."""
    here = Path(root or ".").resolve()
    for folder in (here, *here.parents):
        if (folder / "data/corpora").is_dir() and (folder / "config.yaml").is_file():
            return folder
    raise UsageError("there is no config.yaml with data/corpora beside it here; change to the folder of the project first")


def check_day(day):
    """Raise ``UsageError`` where a day that was given is none."""
    from framings.days import is_day

    if not is_day(day):
        raise UsageError(f"--date {day!r} is no day; write it as YYYY-MM-DD")


def run_add(options):
    """Add documents and return the exit code."""
    from framings.adding import Desk
    from framings.checking import find_corpus, read_settings

    if options.date is not None:
        check_day(options.date)
    settings = read_settings(options.root)
    folder, pages = find_corpus(options.root, settings, options.corpus, options.pages)
    talk = Talk(options, Desk(folder, pages), settings)
    try:
        for place in options.places:
            talk.add_place(place)
    except (KeyboardInterrupt, EOFError):
        talk.close()
        raise
    talk.close()
    return talk.summarise(folder.name)


def run_check(options):
    """Check a corpus and return the exit code."""
    from framings.checking import check_corpus, find_corpus, read_settings, sum_up

    settings = read_settings(options.root, tolerant=True)
    folder, pages = find_corpus(options.root, settings, options.corpus, options.pages, simulated_too=True)
    findings = check_corpus(options.root, folder, pages)
    for finding in findings:
        print(str(finding).replace(f"{options.root}/", ""))
    print(sum_up(findings, folder.name))
    return 1 if any(finding.stops for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())

"""The guide of the command `framings`: what to do first, commands by what they are for, and hints where one was misspelt."""

import argparse
import difflib
import re
import textwrap

ABOUT = "Add documents to a corpus, check it, let coders code it, register its hypotheses, without opening a Python file."
FIRST = """\
first time here?
  make                                 set up and run the simulated study; then open results/demo/report.html
  docs/tutorial.md                     ten minutes, step by step
  framings check                       is anything missing or wrong in the corpus? each finding comes with its cure"""
GROUPS = {
    "put together a corpus": ("add", "check"),
    "write hypotheses down before they are tried": ("register",),
    "let people code and judge": ("code", "topics"),
    "walk back, measure, verify": ("trace", "calibration", "verify"),
}
WORKFLOW = """\
the workflow itself is run by snakemake:
  snakemake --cores all                               all of the corpus that config.yaml names
  snakemake --cores all --config corpus=eaeu          of another corpus
  snakemake --cores 1 --config corpus=eaeu -- NAME    something aside: fetch_pages, archive, export, …  (docs/README.md lists all)
  snakemake --cores all --dry-run                     what would run, and why; nothing is done"""
EXAMPLES = """\
examples:
  framings add ~/Downloads/55819.html --corpus eaeu   look at one saved page, answer, add it
  framings check --corpus eaeu                        what is missing or wrong in a corpus
  framings COMMAND --help                             what a command does, with examples"""
CHOICE = re.compile(r"(invalid choice: '?(?P<given>[^']*?)'? )\(choose from (?P<known>.*)\)")


class Parser(argparse.ArgumentParser):
    """A parser whose errors end in what was probably meant."""

    def error(self, message):
        """Print usage and message with its hint, and exit with 2."""
        super().error(add_hint(message, list_options(self)))


class Guide(Parser):
    """The parser of the command as a whole: its help is the guide."""

    def format_help(self):
        """Return the guide."""
        return write_guide(list_commands(self))


def add_hint(message, options):
    """Return an error message of argparse with the word that was probably meant, among choices or ``options``.

    >>> add_hint("argument COMMAND: invalid choice: 'chekc' (choose from add, check, code)", [])
    "argument COMMAND: there is no 'chekc'; did you mean 'check'? (there are add, check, code)"
    >>> add_hint("unrecognized arguments: --corpsu eaeu", ["--corpus", "--pages"])
    "unrecognized arguments: --corpsu eaeu; did you mean '--corpus'?"
    """
    if found := CHOICE.search(message):
        known = re.findall(r"[\w.+-]+", found["known"])
        said = f"there is no {found['given']!r}{_suggest(found['given'], known)} (there are {', '.join(known)})"
        return message[: found.start()] + said
    if message.startswith("unrecognized arguments: "):
        wrong = next((word for word in message.split()[2:] if word.startswith("-")), "")
        return message + _suggest(wrong.split("=")[0], options)
    return message


def _suggest(given, known):
    """Return '; did you mean …?' where something known is near to what was given, else ''."""
    near = difflib.get_close_matches(given, known, 1, 0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def list_options(parser):
    """Return the long options of a parser and of those below it."""
    found = []
    for action in parser._actions:
        found += [option for option in action.option_strings if option.startswith("--")]
        if isinstance(action, argparse._SubParsersAction):
            found += [option for below in action.choices.values() for option in list_options(below)]
    return sorted(set(found))


def list_commands(parser):
    """Return {name: (help, parser)} of the commands directly below a parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return {choice.dest: (choice.help, action.choices[choice.dest]) for choice in action._choices_actions}
    return {}


def write_guide(commands):
    """Return the guide to ``commands``, what ``list_commands`` gives; those of no group stand at the end."""
    grouped = {title: [name for name in names if name in commands] for title, names in GROUPS.items()}
    rest = [name for name in commands if not any(name in names for names in grouped.values())]
    lines = ["usage: framings COMMAND …", "", *textwrap.wrap(ABOUT, 100), "", FIRST]
    for title, names in (grouped | {"and": rest}).items():
        if names:
            lines += ["", f"{title}:", *(f"  {_spell(name, commands[name][1]):<36} {commands[name][0]}" for name in names)]
    return "\n".join([*lines, "", WORKFLOW, "", EXAMPLES]) + "\n"


def _spell(name, parser):
    """Return a command with the actions below it."""
    below = list_commands(parser)
    return f"framings {name}" + (f" {'|'.join(below)}" if below else "")


def describe_commands(parser):
    """Return the page that lists every command with its help, as it stands in docs/cli.md."""
    lines = [
        "# The command line",
        "",
        "Written by `make docs` from the parsers themselves. In a checkout the command is `.venv/bin/framings`; it works in the folder of the",
        "project and below. It ends with 0 where all is well, 1 where something is wrong, 2 where the command was not understood.",
        "",
        *_show("framings", parser),
    ]
    return "\n".join(lines) + "\n"


def _show(name, parser, depth=2):
    """Return the lines on a parser and those below it."""
    lines = [f"{'#' * depth} {name}", "", "```text", parser.format_help().rstrip(), "```", ""]
    for below, (_, child) in list_commands(parser).items():
        lines += _show(f"{name} {below}", child, min(depth + 1, 4) if depth > 2 else 2 + (name != "framings"))
    return lines

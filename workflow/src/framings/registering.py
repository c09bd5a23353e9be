"""Registering: `framings register` writes down which version of the hypotheses holds from today on, and why."""

import csv
import datetime
import io

ABOUT = """\
Register what data/corpora/CORPUS/hypotheses.yaml says: a row in registrations.csv with today's date, the SHA-256 of the
content and your reason. The report names every later change of the file. Comments, layout and order do not count."""
EXAMPLES = """\
examples:
  framings register --corpus eaeu --reason "H24 added before any of its sentences was coded"

before:  framings check      afterwards:  make docs, and commit both"""


def add_register_parser(commands, shape):
    """Add the command ``register`` to the parsers of commands."""
    register = commands.add_parser(
        "register", help="register a version of the hypotheses", description=ABOUT, epilog=EXAMPLES, **shape
    )
    register.add_argument("--reason", required=True, help="what changed, and what was known by then")
    register.add_argument("--corpus", metavar="NAME", help="folder under data/corpora; else the one that config.yaml names")
    register.set_defaults(run=run_register)


def run_register(options):
    """Register the hypotheses of a corpus and return the exit code; refuses in one sentence where nothing changed."""
    from framings.adding import replace_file
    from framings.checking import find_folder, read_settings
    from framings.inputs import read_corpus
    from framings.registrations import REGISTRATIONS, compare_registration, make_registration, read_registrations

    folder = find_folder(options.root, read_settings(options.root), options.corpus)
    *_, hypotheses = read_corpus(folder, options.root / "data/reference/codebook.yaml")
    path = folder / "registrations.csv"
    registrations = read_registrations(path)
    row = make_registration(hypotheses, registrations, datetime.date.today().isoformat(), options.reason)
    raw = path.read_bytes() if path.exists() else b""
    replace_file(path, append_row(raw, row, list(REGISTRATIONS.columns)))
    said = (
        f"{path.relative_to(options.root)}: version {row['version']}, {row['n_hypotheses']} hypotheses, SHA-256 {row['sha256']}"
    )
    against = compare_registration(hypotheses, registrations)
    print(f"{said}; against version {against.version}: {against.differing}" if against.version else said)
    return 0


def append_row(raw, row, columns):
    """Return the bytes of a CSV table with a row more at its end; an empty file gets its heading.

    >>> append_row(b"day,reason", {"day": "2016-02-01", "reason": "first, of all"}, ["day", "reason"])
    b'day,reason\\n2016-02-01,"first, of all"\\n'
    """
    from framings.registers import disarm

    end = "\r\n" if b"\r\n" in raw else "\n"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    if not raw:
        writer.writerow(columns)
    elif not raw.endswith(b"\n"):
        text.write(end)
    writer.writerow([disarm(row[name]) for name in columns])
    return raw + text.getvalue().encode()

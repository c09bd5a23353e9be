"""Coding by people, or by models: `framings code draw`, `export` and `import`, from the corpus's files and results."""

from pathlib import Path

import pandas as pd

CODE_ABOUT = """\
Let coders code sentences of a corpus whose workflow has been run.

  draw      draw sentences by leader, stage and predicted frame, each with its probability; a second draw only adds sentences
  export    write the tasks for coders, without speaker, day, place or state: Label Studio, doccano, CSV, XLSX, REFI-QDA
  import    read a coder's file back into data/corpora/CORPUS/codes/; a sentence whose text has shifted is refused by name"""
CODE_EXAMPLES = """\
examples:
  framings code draw --corpus eaeu --sentences 1200
  framings code export --corpus eaeu --formats csv xlsx
  framings code import anna.xlsx --corpus eaeu --coder anna --kind human_trained --date 2026-12-01

afterwards:  snakemake --cores all --config corpus=CORPUS"""


class CodingError(ValueError):
    """The command cannot begin; the message is one plain sentence."""


def add_parser(commands, shape):
    """Add the command ``code`` to the parsers of commands."""
    from framings.exchange.formats import FORMATS
    from framings.schemas import CODED

    code = commands.add_parser(
        "code", help="draw, export and import what coders code", description=CODE_ABOUT, epilog=CODE_EXAMPLES, **shape
    )
    actions = code.add_subparsers(title="actions", metavar="ACTION", required=True)
    draw = actions.add_parser(
        "draw", help="draw sentences for coders", epilog="example: framings code draw --corpus eaeu --sentences 1200"
    )
    draw.add_argument("--sentences", type=int, default=1000, help="about how many in all")
    draw.add_argument("--seed", type=int, default=1)
    draw.add_argument("--round", default="1", help="name of the round that new sentences belong to")
    draw.set_defaults(run=run_draw)
    out = actions.add_parser(
        "export", help="write the tasks for coders", epilog="example: framings code export --corpus eaeu --formats csv xlsx"
    )
    out.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    out.add_argument("--out", type=Path, help="folder; else results/CORPUS/coding/tasks")
    out.add_argument("--round", help="only this round")
    out.set_defaults(run=run_export_tasks)
    example = "example: framings code import anna.xlsx --corpus eaeu --coder anna --kind human_trained --date 2026-12-01"
    back = actions.add_parser("import", help="read a coder's file back", epilog=example)
    back.add_argument("file", type=Path)
    back.add_argument("--coder", required=True, help="key of the coder; 'reference' for adjudicated codes")
    back.add_argument("--kind", required=True, choices=CODED.columns["coder_kind"].values[:-1], help="what kind of coder")
    back.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="day of coding")
    back.add_argument("--language", default="en", choices=CODED.columns["language_read"].values)
    back.add_argument("--model", help="language model, where one coded")
    back.add_argument("--prompt-sha256", help="SHA-256 of its instructions")
    back.add_argument("--annotator", help="whose answers, where the file holds several")
    back.set_defaults(run=run_import_codes)
    for action in (draw, out, back):
        action.add_argument("--corpus", metavar="NAME", help="folder under data/corpora; else the one that config.yaml names")


def run_draw(options):
    """Draw sentences into codes/sample.csv, keeping what was drawn before, and return the exit code."""
    from framings.adding import replace_file
    from framings.sampling import sample_sentences
    from framings.schemas import SAMPLE
    from framings.storage import read_hand_table

    folder, results = _find_folders(options)
    frame = results / "coding/frame.parquet"
    if not frame.exists():
        raise CodingError(f"{frame} is not there; run snakemake --cores all --config corpus={folder.name} -- {frame} first")
    path = folder / "codes/sample.csv"
    earlier = read_hand_table(path, SAMPLE) if path.exists() else None
    sample = sample_sentences(pd.read_parquet(frame), options.sentences, options.seed, options.round, earlier)
    path.parent.mkdir(exist_ok=True)
    replace_file(path, sample.assign(p=sample["p"].round(6)).to_csv(index=False, lineterminator="\n").encode())
    print(f"{path}: {len(sample)} sentences, {len(sample) - (0 if earlier is None else len(earlier))} of them new.")
    return 0


def run_export_tasks(options):
    """Write the tasks for coders and return the exit code."""
    from framings.exchange.commands import run_export

    folder, results = _find_folders(options)
    out = options.out or results / "coding/tasks"
    return run_export(*_find_tasks(options, folder, results), out, options.formats, round_name=options.round)


def run_import_codes(options):
    """Read a coder's file back and return the exit code."""
    from framings.exchange.answers import Coder
    from framings.exchange.commands import run_import

    folder, results = _find_folders(options)
    coder = Coder(options.coder, options.kind, options.date, options.language, options.model, options.prompt_sha256)
    paths = _find_tasks(options, folder, results)
    return run_import(options.file, *paths, folder / "codes", coder, annotator=options.annotator)


def _find_folders(options):
    """Return the folders of the corpus and of its results."""
    from framings.checking import find_corpus, read_settings

    folder, _ = find_corpus(options.root, read_settings(options.root), options.corpus, None)
    return folder, options.root / "results" / folder.name


def _find_tasks(options, folder, results):
    """Return the paths of sample, sentences and codebook, and the masks: what tasks are made of."""
    from framings.masking import MASKS, build_masks
    from framings.schemas import KNOWN_SPEAKERS
    from framings.storage import read_hand_table

    sentences = sorted((results / "sentences").glob("*.parquet"))
    if not sentences:
        raise CodingError(f"{results}/sentences holds no table; run snakemake --cores all --config corpus={folder.name} first")
    words = [read_hand_table(path, MASKS) for path in sorted((options.root / "data/reference").glob("masks_*.csv"))]
    masks = build_masks(read_hand_table(folder / "speakers.csv", KNOWN_SPEAKERS), pd.concat(words, ignore_index=True))
    return folder / "codes/sample.csv", sentences, options.root / "data/reference/codebook.yaml", masks

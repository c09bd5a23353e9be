"""Keeping a calibration: `framings calibration design` and `keep` copy what was measured from results into the corpus's folder."""

from pathlib import Path

ABOUT = """\
Keep what `snakemake calibrate` measured with the corpus, so that everybody can show it without measuring anew.

  design    the design of the corpus as counts: what the next `snakemake calibrate` simulates
  keep      the table of error rates, and the design that it was measured on; the report shows it from then on"""
EXAMPLES = """\
examples:
  snakemake --cores 2 --config corpus=eaeu -- calibrate
  framings calibration keep --corpus eaeu"""


class CalibratingError(ValueError):
    """Nothing can be kept; the message is one plain sentence."""


def add_parser(commands, shape):
    """Add the command ``calibration`` to the parsers of commands."""
    calibration = commands.add_parser(
        "calibration", help="keep measured error rates with a corpus", description=ABOUT, epilog=EXAMPLES, **shape
    )
    actions = calibration.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, words, run in (("design", "keep the design of the corpus", run_design), ("keep", "keep the error rates", run_keep)):
        action = actions.add_parser(name, help=words, epilog=f"example: framings calibration {name} --corpus eaeu")
        action.add_argument("--corpus", metavar="NAME", help="folder under data/corpora; else the one that config.yaml names")
        action.set_defaults(run=run)


def run_design(options):
    """Copy the measured design into the corpus's folder and return the exit code."""
    folder, results = _find_folders(options)
    from framings.designs import DESIGN

    _copy([results / "design" / f"{name}.csv" for name in DESIGN], folder, f"snakemake --cores all -- {results}/design/codes.csv")
    print(f"{folder}: the design of {folder.parent.name}; snakemake calibrate simulates it from now on.")
    return 0


def run_keep(options):
    """Copy the error rates into the corpus's folder, with the design that they were measured on, and return the exit code."""
    from framings.designs import DESIGN
    from framings.kept_rates import fingerprint, read_rates_file

    folder, results = _find_folders(options)
    rates, used = results / "calibration/rates.csv", folder if folder.is_dir() else results / "design"
    if not rates.exists():
        raise CalibratingError(
            f"{rates} is not there; run snakemake --cores 2 --config corpus={folder.parent.name} -- calibrate first"
        )
    table, prints = read_rates_file(rates)
    design = [used / f"{name}.csv" for name in DESIGN]
    lacking = [path for path in design if not path.exists()]
    if lacking or fingerprint([], design) != {name: mark for name, mark in prints.items() if name.startswith("design ")}:
        raise CalibratingError(f"{rates} was measured on another design than {used} holds; run snakemake calibrate again")
    if used != folder:
        _copy(design, folder, "snakemake calibrate")
    _copy([rates], folder, "snakemake calibrate")
    failed = int((table["passes"] == "no").sum())
    warning = f" {failed} of them lie outside their band." if failed else ""
    print(f"{folder / 'rates.csv'}: {len(table)} rates over {table['n_sets'].max()} data sets a design.{warning}")
    return 0


def _copy(paths, folder, cure):
    """Copy files into a folder, or raise where one is not there."""
    from framings.adding import replace_file

    for path in paths:
        if not path.exists():
            raise CalibratingError(f"{path} is not there; run {cure} first")
    folder.mkdir(exist_ok=True)
    for path in paths:
        replace_file(folder / path.name, path.read_bytes())


def _find_folders(options):
    """Return the calibration folder of a corpus, simulated or not, and the folder of its results."""
    from framings.checking import read_settings

    name = options.corpus or read_settings(options.root)["corpus"]
    folder = Path(options.root) / "data/corpora" / name
    if not folder.is_dir():
        raise CalibratingError(f"there is no corpus {name!r} under data/corpora")
    return folder / "calibration", Path(options.root) / "results" / name

"""Commands: `framings code export` and `framings code import` as functions that take paths and say what they did."""

import pandas as pd

from framings.codebook import read_codebook
from framings.exchange.formats import FORMATS, MOST_FILE, export_tasks, import_codes
from framings.exchange.tasks import ExchangeError, make_tasks
from framings.schemas import CODED, SAMPLE, check
from framings.storage import read_hand_table, read_tables


def read_tasks(sample_path, sentence_paths, masks, seed=1, round_name=None):
    """Return TASKS of the sample at a path, or of one round of it, from the shards of SENTENCES at their paths."""
    sample = read_hand_table(sample_path, SAMPLE)
    if round_name is not None:
        if str(round_name) not in set(sample["round"]):
            raise ExchangeError(f"{sample_path} has no round {round_name!r}; it has {', '.join(sorted(set(sample['round'])))}")
        sample = sample[sample["round"] == str(round_name)]
    return make_tasks(sample, read_tables(sentence_paths), masks, seed)


def run_export(sample_path, sentence_paths, codebook_path, masks, out_folder, formats=FORMATS, layout="columns", round_name=None,
               seed=1, tell=print):  # fmt: skip
    """Write the tasks for coders into ``out_folder`` (one folder a format), tell what was done, and return the exit code."""
    tasks = read_tasks(sample_path, sentence_paths, masks, seed, round_name)
    codebook = read_codebook(codebook_path.read_text(encoding="utf-8"))
    for format_name in formats:
        for name, raw in export_tasks(tasks, codebook, format_name, layout=layout).items():
            path = out_folder / format_name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
            tell(f"{path}: written, {len(raw):,} bytes")
    gone = tasks.loc[tasks["text"].isna(), "sentence_id"]
    tell(f"{len(tasks) - len(gone)} tasks; the coders' files name neither speaker, day, place, title nor document")
    if len(gone):
        tell(
            f"{len(gone)} drawn sentences have another text now and were left out, e.g. {gone.iloc[0]}; draw a new round for them"
        )
    return 0


def run_import(path, sample_path, sentence_paths, codebook_path, masks, codes_folder, coder, format_name=None, annotator=None,
               round_name=None, seed=1, tell=print):  # fmt: skip
    """Take the codes in the file at ``path`` into ``codes_folder``/<coder_id>.csv and tell what was left out.

    Rows for sentences that are coded anew replace those that were there. Returns the exit code: 1 where something was left
    out, else 0.
    """
    if path.stat().st_size > MOST_FILE:
        raise ExchangeError(f"{path} is too long for a file of codes; take the one that the tool exported")
    tasks = read_tasks(sample_path, sentence_paths, masks, seed, round_name)
    codebook = read_codebook(codebook_path.read_text(encoding="utf-8"))
    found = import_codes(path.read_bytes(), path.name, tasks, codebook, coder, format_name, annotator)
    out = codes_folder / f"{coder.coder_id}.csv"
    kept = read_hand_table(out, CODED) if out.is_file() else found.codes.iloc[:0]
    anew = kept["sentence_id"].isin(found.codes["sentence_id"])
    table = check(pd.concat([kept[~anew], found.codes]).sort_values(["sentence_id", "code"]), CODED)
    for problem in found.problems:
        tell(problem)
    if len(found.codes):
        table.to_csv(out, index=False, lineterminator="\n")
    tell(
        f"{out}: {found.codes['sentence_id'].nunique()} sentences coded, {len(found.codes)} rows, "
        f"{kept.loc[anew, 'sentence_id'].nunique()} of them coded anew; {len(found.problems)} things to look at"
    )
    return 1 if found.problems else 0

"""Commands: `framings topics export` and `score`: people's word on topics, from the corpus's results."""

from pathlib import Path

import pandas as pd

TOPICS_ABOUT = """\
Let people judge the topics of a corpus whose workflow has been run.

  export    write tasks: which of four word sets does not belong? which of four labels fits a text? with a sealed key
  score     check the seal, score the answers by topic, with exact intervals"""
TOPICS_EXAMPLES = """\
examples:
  framings topics export --corpus eaeu --out tasks          give coders tasks/tasks.csv, and nothing else of the folder
  framings topics score --tasks tasks --answers answers.csv

answers.csv has the columns task_id, coder_id and answer (a, b, c or d)."""


def add_topics_parser(commands, shape):
    """Add the command ``topics`` to the parsers of commands."""
    topics = commands.add_parser(
        "topics", help="let people judge topics", description=TOPICS_ABOUT, epilog=TOPICS_EXAMPLES, **shape
    )
    actions = topics.add_subparsers(title="actions", metavar="ACTION", required=True)
    out = actions.add_parser("export", help="write tasks with a sealed key", epilog="example: framings topics export --out tasks")
    out.add_argument("--corpus", metavar="NAME", help="folder under data/corpora; else the one that config.yaml names")
    out.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for tasks.csv, key.csv and sealed.txt")
    out.add_argument("--each", type=int, default=5, metavar="N", help="tasks of each kind about each topic")
    out.add_argument("--seed", type=int, default=1)
    out.set_defaults(run=run_export_topics)
    example = "example: framings topics score --tasks tasks --answers answers.csv"
    back = actions.add_parser("score", help="score answers", epilog=example)
    back.add_argument("--tasks", type=Path, required=True, metavar="DIR", help="folder that export has written")
    back.add_argument("--answers", type=Path, required=True, metavar="FILE.csv")
    back.add_argument("--out", type=Path, metavar="FILE.csv", help="table of scores; else only printed")
    back.set_defaults(run=run_score_topics)


def run_export_topics(options, tell=print):
    """Write tasks.csv, key.csv and sealed.txt and return the exit code; files that are there already are not replaced."""
    from framings.checking import read_settings
    from framings.storage import read_relevant
    from framings.topic_tasks import TaskError, make_topic_tasks, seal_tasks

    corpus = options.corpus or read_settings(options.root)["corpus"]
    results = options.root / "results" / corpus
    found = {name: results / f"topics/{name}.parquet" for name in ("topics", "weights", "shares")}
    absent = [path for path in found.values() if not path.exists()]
    if absent:
        raise TaskError(f"{absent[0]} is not there; run snakemake --cores all --config corpus={corpus} first")
    sentences = read_relevant(sorted((results / "sentences").glob("*.parquet")), sorted((results / "passages").glob("*.parquet")))
    tables = (pd.read_parquet(path) for path in found.values())
    tasks, key = make_topic_tasks(*tables, sentences, options.each, options.seed)
    files = seal_tasks(tasks, key)
    there = [options.out / name for name in files if (options.out / name).exists()]
    if there:
        raise TaskError(f"{there[0]} exists; answers may rest on it, so choose another folder")
    options.out.mkdir(parents=True, exist_ok=True)
    for name, raw in files.items():
        (options.out / name).write_bytes(raw)
    counts = key["kind"].value_counts()
    tell(f"{options.out}: {counts.get('word_sets', 0)} tasks on word sets, {counts.get('labels', 0)} on labels")
    tell(f"SHA-256 of the key: {files['sealed.txt'].split()[0].decode()}")
    tell("Give coders tasks.csv alone; they answer in a table with the columns task_id, coder_id and answer (a, b, c or d).")
    return 0


def run_score_topics(options, tell=print):
    """Check the seal, score the answers, print the table and return the exit code."""
    from framings.schemas import check
    from framings.storage import read_hand_table
    from framings.topic_scores import TOPIC_ANSWERS, check_seal, score_answers
    from framings.topic_tasks import TOPIC_KEY, TaskError

    folder = options.tasks
    for path in (folder / "tasks.csv", folder / "key.csv", folder / "sealed.txt", options.answers):
        if not path.is_file():
            raise TaskError(f"{path} is not there; --tasks names the folder that export has written, --answers the answers")
    with (folder / "tasks.csv").open(encoding="utf-8-sig") as file:
        head = file.readline()
    check_seal((folder / "key.csv").read_bytes(), (folder / "sealed.txt").read_text(encoding="utf-8"), head)
    key = check(pd.read_csv(folder / "key.csv", dtype=str), TOPIC_KEY)
    answers = read_hand_table(options.answers, TOPIC_ANSWERS)
    scores = score_answers(answers, key, options.answers)
    tell(scores.round(3).to_string(index=False) if len(scores) else f"{options.answers} holds no answer")
    for coder, mine in answers.groupby("coder_id"):
        if len(mine) < len(key):
            tell(f"{coder} answered {len(mine)} of {len(key)} tasks")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(scores.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    return 0

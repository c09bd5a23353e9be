"""The files of a corpus kept by hand, checked before anything is built from them."""

from pathlib import Path

from framings.circumstances import PLACES
from framings.codebook import read_codebook
from framings.corrections import check_corrections
from framings.documents import check_register
from framings.hypotheses import read_hypotheses
from framings.marks import check_relevance, check_stages
from framings.schemas import CORRECTIONS, KNOWN_SPEAKERS, REGISTER, RELEVANCE, STAGES
from framings.speakers import check_known_speakers
from framings.storage import hash_file, read_hand_table


def read_corpus(folder, codebook):
    """Return (known speakers, STAGES, Codebook, Hypotheses) of the corpus in ``folder``; raises one sentence at the first fault."""
    folder = Path(folder)
    known = check_known_speakers(read_hand_table(folder / "speakers.csv", KNOWN_SPEAKERS), str(folder / "speakers.csv"))
    stages = check_stages(read_hand_table(folder / "stages.csv", STAGES))
    codebook = read_codebook(Path(codebook).read_text(encoding="utf-8"))
    codes = [*codebook.codes["code"], *codebook.composites]
    actors = list(known["actor_id"].dropna().unique())
    text = (folder / "hypotheses.yaml").read_text(encoding="utf-8")
    return known, stages, codebook, read_hypotheses(text, codes, actors, stages["stage_id"])


def check_inputs(folder, codebook, register=None):
    """Return {file: SHA-256} of all files kept by hand, or raise one sentence naming file, row and column of the first fault."""
    folder = Path(folder)
    if register:
        registered = check_register(read_hand_table(register, REGISTER), str(register))
        corrections = read_hand_table(folder / "corrections.csv", CORRECTIONS)
        check_corrections(corrections, registered["document_id"], str(folder / "corrections.csv"))
    check_relevance(read_hand_table(folder / "relevance.csv", RELEVANCE))
    read_corpus(folder, codebook)
    names = ["speakers.csv", "stages.csv", "relevance.csv", "hypotheses.yaml"]
    names += ["registrations.csv"] if (folder / "registrations.csv").exists() else []
    if (folder / "places.csv").exists():
        read_hand_table(folder / "places.csv", PLACES)
        names.append("places.csv")
    files = [*([register, folder / "corrections.csv"] if register else []), *(folder / name for name in names), codebook]
    return {str(path): hash_file(path) for path in files}


def read_title(folder):
    """Return the title of a corpus: the first line of the README in its folder, or raise one sentence where there is none.

    Raises ``FileNotFoundError`` where the file is not there.
    """
    path = Path(folder, "README.md")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    if not lines or not lines[0].strip("# "):
        raise ValueError(f"{path}: its first line is the title of the corpus, and it is empty; write one")
    return lines[0].strip("# ")


def tell_absent(error):
    """Return a sentence on a ``FileNotFoundError``: which file of a corpus is not there, and what to do.

    >>> tell_absent(FileNotFoundError(2, "No such file or directory", "data/corpora/garden/stages.csv"))
    'data/corpora/garden/stages.csv is not there; every corpus needs it: bring it back, or copy it from another corpus and change what it says'
    """
    return f"{error.filename} is not there; every corpus needs it: bring it back, or copy it from another corpus and change what it says"

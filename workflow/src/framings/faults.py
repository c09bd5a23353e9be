"""Faults: what is wrong in the settings and in the files of a corpus kept by hand, all of it and not only the first."""

import io
import re
from dataclasses import dataclass
from pathlib import Path

from framings.schemas import CODED, CORRECTIONS, KNOWN_SPEAKERS, REGISTER, RELEVANCE, STAGES

MOST_A_FILE = 100
ROW = re.compile(r"\brow (\d+)")
TWICE = re.compile(r"row (\d+): \('([^']+)'.*?\) \('(.*)',?\) occurs twice")


@dataclass(frozen=True)
class Finding:
    """One thing missing or wrong: ``stops`` says whether the workflow stops at it."""

    stops: bool
    sentence: str

    def __str__(self):
        return f"{'STOPS' if self.stops else 'note '}  {self.sentence}"


def collect_faults(path, read):
    """Return (what ``read`` makes of a table kept by hand without its faulty rows, or None; a finding for each fault).

    ``read`` takes an open file and a name for it and raises one sentence at the first fault. The row that the sentence
    names is taken out and the rest read again, until nothing is wrong; rows are named as they stand in the file.
    """
    from framings.registers import split_rows

    path = Path(path)
    try:
        rows = split_rows(path.read_bytes())
    except OSError as error:
        return None, [Finding(True, f"{path}: it is not there or cannot be read ({error.strerror}); a corpus needs it")]
    rows = [(number, row) for number, row in enumerate(rows, 1) if row.strip()]
    findings = []
    while len(findings) < MOST_A_FILE:
        file = io.BytesIO(b"".join(row for _, row in rows))
        try:
            return read(file, str(path)), sorted(findings, key=lambda finding: int(ROW.search(finding.sentence)[1]))
        except ValueError as error:
            sentence, numbers = _tell_contract(" ".join(str(error).split())), [number for number, _ in rows]
            sentence = re.sub(r"<_io\.BytesIO[^>]*>", str(path), sentence)
            place = next((int(found[1]) for found in ROW.finditer(sentence)), None)
            if place is None or not 2 <= place <= len(rows):
                return None, [*findings, Finding(True, _name_file(sentence, path))]
            told = ROW.sub(lambda found, numbers=numbers: f"row {numbers[min(int(found[1]), len(numbers)) - 1]}", sentence)
            findings.append(Finding(True, _name_file(told, path)))
            del rows[place - 1]
    return None, [*findings, Finding(True, f"{path}: there may be more; correct these first")]


def check_settings(root):
    """Return the findings on config.yaml."""
    import yaml

    from framings.mappings import load_mapping
    from framings.settings import complete_settings

    schema = load_mapping((root / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
    try:
        complete_settings(load_mapping((root / "config.yaml").read_text(encoding="utf-8")) or {}, schema)
    except (ValueError, yaml.YAMLError, OSError) as error:
        lines = str(error).splitlines() if isinstance(error, ValueError) else [" ".join(str(error).split())]
        return [Finding(True, f"config.yaml: {line}") for line in lines]
    return []


def check_hypotheses(root, folder, known, stages):
    """Return the findings on the codebook, the hypotheses and their registration."""
    from framings.codebook import read_codebook
    from framings.hypotheses import read_hypotheses
    from framings.registrations import UNREGISTERED, check_registration

    place = root / "data/reference/codebook.yaml"
    try:
        book = read_codebook(place.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        return [Finding(True, _name_file(" ".join(str(error).split()), place))]
    if known is None or stages is None:
        return []
    place = folder / "hypotheses.yaml"
    try:
        codes, actors = [*book.codes["code"], *book.composites], list(known["actor_id"].dropna().unique())
        read_hypotheses(place.read_text(encoding="utf-8"), codes, actors, stages["stage_id"])
    except (ValueError, OSError) as error:
        return [Finding(True, _name_file(" ".join(str(error).split()), place))]
    place = folder / "registrations.csv"
    try:
        found = check_registration(folder)
    except (ValueError, OSError) as error:
        return [Finding(True, _name_file(" ".join(str(error).split()), place))]
    cure = f"Register it with its reason: framings register --corpus {folder.name} --reason …"
    return [Finding(False, f"{place}: {found.sentence} {cure}")] if found.status in UNREGISTERED else []


def read_register(file, name):
    """Return the register in an open file, or raise one sentence at the first fault."""
    from framings.documents import check_register
    from framings.storage import read_hand_table

    return check_register(read_hand_table(file, REGISTER), name)


def read_corrections(file, name, keys):
    """Return the corrections of documents with these keys in an open file, or raise one sentence at the first fault."""
    from framings.corrections import check_corrections
    from framings.storage import read_hand_table

    return check_corrections(read_hand_table(file, CORRECTIONS), keys, name)


def read_people(file, name):
    """Return the known speakers in an open file, or raise one sentence at the first fault."""
    from framings.speakers import check_known_speakers
    from framings.storage import read_hand_table

    return check_known_speakers(read_hand_table(file, KNOWN_SPEAKERS), name)


def read_stages(file, name):
    """Return the stages in an open file, or raise one sentence at the first fault."""
    from framings.marks import check_stages
    from framings.storage import read_hand_table

    return check_stages(read_hand_table(file, STAGES))


def read_relevance(file, name):
    """Return the relevance patterns in an open file, or raise one sentence at the first fault."""
    from framings.marks import check_relevance
    from framings.storage import read_hand_table

    return check_relevance(read_hand_table(file, RELEVANCE))


def read_coded(file, name):
    """Return the codes of a coder in an open file, or raise one sentence at the first fault."""
    from framings.storage import read_hand_table

    return read_hand_table(file, CODED)


def _tell_contract(sentence):
    """Return a sentence of ``schemas.check``, which counts rows from 0, as one about the file, whose heading is row 1."""
    if not sentence.startswith("table "):
        return sentence
    sentence = ROW.sub(lambda found: f"row {int(found[1]) + 2}", re.sub(r"^table [^,:]+[,:] ", "", sentence))
    return TWICE.sub(r"row \1, column '\2': '\3' is there already; remove one of the two rows", sentence)


def _name_file(sentence, path):
    """Return a sentence that begins with the file it is about."""
    if str(path) in sentence:
        return sentence
    if sentence.startswith("row "):
        return f"{path}, {sentence}"
    name = path.name
    return f"{path}{sentence.removeprefix(name)}" if sentence.startswith(name) else f"{path}: {sentence}"

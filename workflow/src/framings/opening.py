"""Results opened from Python: every table by its name, read when it is asked for; nothing is written.

>>> from framings.opening import open_results
>>> results = open_results("demo")                        # doctest: +SKIP
>>> results["prevalence"].head()                          # doctest: +SKIP
>>> results.figure("frames_by_actor_and_stage")           # doctest: +SKIP
"""

import base64
import json
import os
from functools import cached_property
from html import escape
from pathlib import Path

from framings.storage import read_tables

RESULTS_VARIABLE, CODER_VARIABLE = "FRAMINGS_RESULTS", "FRAMINGS_CODER"


class ResultsError(LookupError):
    """Results or a table are not there; the message is one plain sentence that says what to do."""


class Results:
    """The results of one corpus. ``results[name]`` is a table, all its shards as one; ``name in results`` says whether it is there.

    A name is the path under the folder of results without its ending: ``prevalence``, ``sentences``, ``tallies/corrected``,
    ``topics/actors``. ``coder_id`` is whose codes give the headline numbers.
    """

    def __init__(self, folder, coder_id=None):
        self.folder = Path(folder)
        self._tables = {}
        self.coder_id = coder_id or ("corrected" if "tallies/corrected" in self else "dictionary")

    def __contains__(self, name):
        return bool(self._paths(name))

    def __getitem__(self, name):
        """Return a table; the same one when asked again. Raises ``ResultsError`` where there is none of that name."""
        if name not in self._tables:
            paths = self._paths(name)
            if not paths:
                raise ResultsError(f"there is no table {name!r} in {self.folder}; there are {', '.join(self.names_of_tables)}")
            self._tables[name] = read_tables(paths)
        return self._tables[name].copy()

    def _paths(self, name):
        whole = self.folder / f"{name}.parquet"
        return [whole] if whole.is_file() else sorted((self.folder / name).glob("*.parquet"))

    @property
    def names_of_tables(self):
        """The names of all tables that are there; of tables in shards, the folder."""
        paths = sorted(path.relative_to(self.folder) for path in self.folder.rglob("*.parquet"))
        whole = {"coding", "tallies", "topics"}  # folders of several tables
        names = [path.with_suffix("") if len(path.parts) == 1 or path.parts[-2] in whole else path.parent for path in paths]
        return list(dict.fromkeys(name.as_posix() for name in names))

    @cached_property
    def names(self):
        """What codes, actors, stages, windows and families are called: {"codes": {id: [title, family]}, "actors": {id: name}, …}."""
        return json.loads((self.folder / "names.json").read_text(encoding="utf-8"))

    @property
    def simulated(self):
        """Whether the corpus is simulated: then no real person said any of it."""
        return (self.folder / "simulated").is_dir()

    def figure(self, name, width=800):
        """Return a figure with its caption, to be shown in a notebook."""
        path = self.folder / f"figures/{name}.svg"
        if not path.is_file():
            raise ResultsError(f"there is no figure {name!r} in {self.folder / 'figures'}")
        caption = " ".join(path.with_suffix(".txt").read_text(encoding="utf-8").splitlines())
        source = base64.b64encode(path.read_bytes()).decode()
        image = f'<img src="data:image/svg+xml;base64,{source}" alt="{escape(caption.split(". ")[0])}" style="width:{width}px">'
        return Shown(f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>")


class Shown(str):
    """A piece of HTML that a notebook shows as such."""

    def _repr_html_(self):
        return str(self)


def open_results(corpus=None, coder_id=None):
    """Return the ``Results`` of a corpus by its name, from the checkout that the working folder lies in, or by a folder's path.

    Without a name, those that the variable FRAMINGS_RESULTS names (a notebook that the workflow runs is told so), else of the
    simulated corpus. Raises ``ResultsError`` where there are none.
    """
    told = os.environ.get(RESULTS_VARIABLE) if corpus is None else None
    if told or (corpus and Path(corpus, "names.json").is_file()):
        candidates = [Path(told or corpus)]
    else:
        here = Path.cwd()
        candidates = [folder / "results" / (corpus or "demo") for folder in (here, *here.parents)]
    for folder in candidates:
        if (folder / "names.json").is_file():
            return Results(folder, coder_id or os.environ.get(CODER_VARIABLE))
    raise ResultsError(
        f"there are no results of {corpus or told or 'demo'!r}; run the workflow first: make, or snakemake --cores all"
    )

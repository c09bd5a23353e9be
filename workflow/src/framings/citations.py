"""Citations: every number that the report prints is an entry with the rule, file, row and column that it was read from.

A number is either one cell of a released table, or counted over rows of one by a recipe that stands in its entry (``how``,
``column``, ``where``), so that ``framings trace`` can count it again. What is printed carries ``data-number`` with the entry's
id; a constant or setting carries ``data-setting`` with its key; words of a table or of a file of the corpus carry ``data-from``.
"""

import re

import pandas as pd
from markupsafe import Markup, escape

from framings.entries import count_over, make_entry
from framings.products import quote_numbers, show_value

NO_NUMBER = "–"
QUOTED = ("documents", "inclusion", "prevalence", "assessments", "topics", "unresolved")  # tables with numbers by name
UNSAFE = re.compile(r"[^\w.+-]+")


class ReportError(ValueError):
    """The report cannot be written; the message is one plain sentence."""


def name_key(table):
    """Return the first columns of text that together tell every row from the others, or none where they do not.

    >>> name_key(pd.DataFrame({"code": ["A", "A"], "share": [0.1, 0.2], "stage": ["s", "t"]}))
    ['code', 'stage']
    """
    names = []
    for name in table.columns:
        if not (pd.api.types.is_numeric_dtype(table[name]) or pd.api.types.is_bool_dtype(table[name])):
            names.append(name)
            if not table.duplicated(names).any():
                return names
    return []


class Citations:
    """The numbers that the report may cite, and those that it did.

    numbers: from ``products.quote_numbers``. tables: {name: table}, as released. sources: {table: {"rule", "file", "csv"}}.
    ``shown`` says which rows the report holds as tables: {table: their numbers}; a number links to its row where it is there.
    ``hints``: whether each number carries where it is from as its title; without, the page's script says it from name and link.
    """

    def __init__(self, numbers, tables=None, sources=None):
        self.tables, self.sources, self.shown = tables or {}, sources, {}
        self.numbers = {name: entry | self._find_source(entry["table"]) | {"printed": False} for name, entry in numbers.items()}
        self.places = {(e["table"], e["row"], e["column"]): name for name, e in self.numbers.items() if e["row"] >= 0}
        self.keys, self.hints = {}, True

    def __call__(self, name, unit=""):
        """Return a number's text, with its unit, as a link to the row of the table that it was read from."""
        number = self._find(name)
        number["printed"] = True
        where = f"row {number['row']}" if number["row"] >= 0 else number["how"]
        title = f"{name} | {number['file']}, {where}, {number['column'] or 'all columns'} | {number['key']}"
        hint = Markup(' title="{}"').format(title) if self.hints else ""
        body = Markup('class="num" data-number="{}"{}>{}{}').format(name, hint, number["text"], unit)
        target = f"t-{number['table']}"
        if number["row"] >= 0 and number["row"] in self.shown.get(number["table"], ()):
            return Markup('<a href="#{}-{}" {}</a>').format(target, number["row"], body)
        return (
            Markup('<a href="#{}" {}</a>').format(target, body)
            if number["table"] in self.shown
            else Markup(f"<span {body}</span>")
        )

    def cell(self, table, row, column, kind="", unit=""):
        """Return a cell of a table as a number with its link, or a dash where it is empty.

        row: its number in the table, or the row as ``itertuples`` gives it. kind: how it is shown (``products.show_value``).
        """
        row = int(getattr(row, "Index", row))
        value = self._look_up(table, row, column)
        if pd.isna(value):
            return NO_NUMBER
        text, name = show_value(value, kind), self.places.get((table, row, column))
        if name is None or self.numbers[name]["text"] != text:
            name = self._note(
                self._name_cell(table, row, column, kind), value, text, table, row, column, self._name_row(table, row)
            )
        return self(name, unit)

    def interval(self, table, row, columns=("estimate", "low", "high"), kind="rate", end_kind=None):
        """Return a cell with the two that bound it in brackets, or a dash where there is none."""
        value, low, high = columns
        row = int(getattr(row, "Index", row))
        shown = self.cell(table, row, value, kind)
        if shown == NO_NUMBER or pd.isna(self._look_up(table, row, low)):
            return shown
        ends = (self.cell(table, row, column, end_kind or kind) for column in (low, high))
        return shown + Markup(' <span class="w">({} to {})</span>').format(*ends)

    def over(self, name, table, how, column="", where=None, kind="count", key=""):
        """Return a number that is counted over the rows of a table, under a name of its own, with its link."""
        value = count_over(self._table(table), how, column, where)
        self._note(name, value, show_value(value, kind), table, -1, column, key or name, how, where)
        return self(name)

    def words(self, table, row, column):
        """Return the words of a cell without their full stop, marked with the cell that they are from."""
        row = int(getattr(row, "Index", row))
        return quote_words(f"{table}, row {row}, {column}", str(self._look_up(table, row, column)).rstrip("."))

    def value(self, name, default=None):
        """Return the number itself, or ``default`` where the name is not known and a default is given."""
        if name not in self.numbers and default is not None:
            return default
        return self._find(name)["value"]

    def choose(self, name, none, one, many):
        """Return the sentence that fits the count: ``none``, ``one`` or ``many``, in which {} stands for the linked number.

        A count that no table gives is none: a verdict that nobody got is not counted.
        """
        count = self.value(name, 0)
        if count == 0:
            return none
        return Markup(escape(one if count == 1 else many)).replace("{}", self(name))

    def list_numbers(self):
        """Return all entries by id, as ``numbers.json`` holds them; ``printed`` are those that the report shows."""
        return dict(sorted(self.numbers.items()))

    def _find(self, name):
        if name not in self.numbers:
            raise ReportError(
                f"the report cites the number {name!r}, which is in no table; see products.quote_numbers for the names"
            )
        return self.numbers[name]

    def _find_source(self, table):
        if self.sources is None:
            return {"rule": "", "file": f"{table}.parquet", "csv": f"tables/{table}.csv"}
        if table not in self.sources:
            raise ReportError(f"the report cites the table {table!r}, of which nobody says by which rule it was made")
        return self.sources[table]

    def _table(self, name):
        if name not in self.tables:
            raise ReportError(f"the report cites the table {name!r}, which it was not given")
        return self.tables[name]

    def _look_up(self, table, row, column):
        cells = self._table(table)
        if column not in cells or not 0 <= row < len(cells):
            raise ReportError(f"the report cites row {row}, column {column!r} of the table {table!r}, where there is nothing")
        return cells[column].iloc[row]

    def _name_row(self, table, row):
        if table not in self.keys:
            self.keys[table] = name_key(self._table(table))
        cells = self._table(table).iloc[row]
        return ", ".join("" if pd.isna(cells[name]) else str(cells[name]) for name in self.keys[table]) or f"row {row}"

    def _name_cell(self, table, row, column, kind):
        """Return the id of a cell: its table, its row's key and its column; the row's number where another cell has that id."""
        words = UNSAFE.sub("_", self._name_row(table, row))
        for name in (f"{table}.{words}.{column}", f"{table}.{row}.{column}", f"{table}.{row}.{column}.{UNSAFE.sub('_', kind)}"):
            known = self.numbers.get(name)
            if known is None or (
                (known["row"], known["table"]) == (row, table)
                and known["text"] == show_value(self._look_up(table, row, column), kind)
            ):
                return name
        raise ReportError(f"the number {name!r} is cited with two texts")

    def _note(self, name, value, text, table, row, column, key, how="cell", where=None):
        plain = make_entry(value, text, table, row, column, key, how, where) | self._find_source(table)
        known = self.numbers.get(name, {"printed": False})
        if name in self.numbers and {k: known[k] for k in plain} != plain:
            raise ReportError(f"the number {name!r} is cited from two places; give one of them another name")
        self.numbers[name] = plain | {"printed": known["printed"]}
        return name


def cite_tables(tables, paths, makers, coder_id):
    """Return the ``Citations`` of released tables, with the named numbers of one coder; see ``describe_sources`` for the rest."""
    quoted = quote_numbers(*(tables[name] for name in QUOTED), coder_id=coder_id)
    return Citations(quoted, tables, describe_sources(paths, makers))


def quote_words(source, words):
    """Return words with where they are from: a table, or a file of the corpus; escaped."""
    return Markup('<span data-from="{}">{}</span>').format(source, words)


def mark_setting(name, text):
    """Return a constant or a setting as it stands in prose, with its name."""
    return Markup('<span data-setting="{}">{}</span>').format(name, text)


def describe_sources(paths, makers):
    """Return {table: {"rule", "file", "csv"}} from {table: path or paths of its shards} and {path: the rule that made it}.

    >>> describe_sources({"topics": "results/demo/topics/actors.parquet"}, {"results/demo/topics/actors.parquet": "choose_topics"})
    {'topics': {'rule': 'choose_topics', 'file': 'topics/actors.parquet', 'csv': 'tables/topics.csv'}}
    """
    found = {}
    for table, given in paths.items():
        shards = [given] if isinstance(given, str) else list(given)
        inside = "/".join(str(shards[0]).split("/")[2:])
        inside = inside if len(shards) == 1 else inside.rsplit("/", 1)[0] + "/*.parquet"
        found[table] = {"rule": makers[str(shards[0])], "file": inside, "csv": f"tables/{table}.csv"}
    return found

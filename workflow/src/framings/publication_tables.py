"""Tables for print: the main results laid out once, as text cells, and set in LaTeX (booktabs). ``framings.word_tables`` sets them for Word.

Each table says in its notes what a number counts, in which unit, with which interval, what the codes are, and that talk is no motive. Text
of labels and claims is data: it is escaped, so that nothing in it is a command.
"""

from dataclasses import dataclass, field

import pandas as pd

from framings.coder_names import caution_reader
from framings.products import show_value

LONG = 30  # rows from which a table may break over pages
SIMULATED = "Simulated data: no real person said any of this."
INTERVALS = (
    "Intervals are 95 % and come from leaving out one document at a time; documents, not sentences, are the independent units."
)
COEFFICIENTS = {"alpha": "alpha", "ac1": "AC1", "positive_agreement": "Positive agreement"}


@dataclass(frozen=True)
class PublicationTable:
    """A table as text: ``columns`` are (heading, width in cm; 0: as wide as its numbers), ``groups`` (heading, rows of cells), ``notes`` sentences."""

    name: str
    title: str
    columns: tuple
    groups: tuple
    notes: tuple = field(default=())

    @property
    def n_rows(self):
        """Return the number of rows, headings of groups apart."""
        return sum(len(rows) for _, rows in self.groups)


def lay_out_tables(tables, names, coder_id="dictionary", reference_note="", simulated=False):
    """Return the PublicationTables: confirmatory tests, families by actor and stage, the same contrasts adjusted, and agreement.

    ``tables`` maps assessments, prevalence, adjusted and, where there is one, agreement to the tables of these names; ``names`` is what
    ``products.collect_names`` returns, ``coder_id`` whose codes count, ``reference_note`` what should be known of the reference codes.
    """
    # The codebook's own sentence comes first: what is measured is framing in talk, not motive.
    talk = (names["what_is_measured"], caution_reader(coder_id, reference_note))
    stamp = (SIMULATED,) if simulated else ()
    laid = [
        _lay_out_tests(tables["assessments"], names, coder_id, (*stamp, *talk)),
        _lay_out_shares(tables["prevalence"], names, coder_id, (*stamp, *talk)),
        _lay_out_adjusted(tables["adjusted"], tables["assessments"], names, coder_id, (*stamp, *talk)),
    ]
    if "agreement" in tables:
        laid.append(_lay_out_agreement(tables["agreement"], names, stamp, reference_note))
    return laid


def show_interval(low, high, kind):
    """Return an interval as it is printed, a dash where there is none.

    >>> show_interval(-0.021, 0.04, "points"), show_interval(None, 0.1, "points")
    ('−2.1 to +4.0', '–')
    """
    return "–" if pd.isna(low) or pd.isna(high) else f"{show_value(low, kind)} to {show_value(high, kind)}"


def _lay_out_tests(assessments, names, coder_id, notes):
    """Return the table of confirmatory tests, a group a family."""
    sure = assessments[assessments["confirmatory"] & (assessments["coder_id"] == coder_id)]
    groups = []
    for family, title in names["hypothesis_families"].items():
        rows = [_show_test(row, names) for row in sure[sure["family"] == family].itertuples(index=False)]
        groups += [(title, rows)] if rows else []
    columns = ("", 0.9), ("Claim", 4.6), ("Contrast", 3.0), ("Documents", 0), ("Sentences", 0), ("Difference", 0), ("95 % interval", 2.6), ("p (Holm)", 0), ("Detectable", 0), ("Verdict", 2.2)  # fmt: skip
    units = (
        "Differences are in percentage points of sentences, standardised over stages and kinds of event; F for a joint test.",
        INTERVALS,
        "p comes from swapping speakers within documents where that is defined, else from the jackknife; adjusted by Holm within its family.",
        "Detectable: the difference that would have been found with 80 % power, in points. A dash: not estimable or not tested.",
    )
    return PublicationTable("confirmatory_tests", "Confirmatory tests", columns, tuple(groups), (*units, *notes))


def _show_test(row, names):
    """Return the cells of a test."""
    kind = {"joint": "number", "upper_bound": "percent"}.get(row.test, "points")
    p = row.p_holm if pd.notna(row.p_holm) else None
    where = names["windows"].get(row.window_id, row.window_id)
    return [
        row.hypothesis_id, row.claim, f"{row.contrast} ({where})", show_value(row.n_documents, "count"), show_value(row.n_sentences, "count"),
        ("F = " if row.test == "joint" and pd.notna(row.estimate) else "") + show_value(row.estimate, kind),
        show_interval(row.low, row.high, kind), show_value(p, "p"), show_value(row.smallest_detectable, "percent"), row.verdict,
    ]  # fmt: skip


def _lay_out_shares(prevalence, names, coder_id, notes):
    """Return the shares of both families, a group an actor and a row a stage."""
    ours = prevalence[prevalence["coder_id"] == coder_id]
    cells = {(r.code, r.actor_id, r.stage_id): r for r in ours.itertuples(index=False)}
    columns = [("Stage", 5.0), ("Documents", 0), ("Sentences", 0)]
    for title in names["families"].values():
        columns += [(f"{title}, %", 0), ("95 % interval", 2.4)]
    groups = []
    for actor, name in names["actors"].items():
        rows = []
        for stage, title in [*names["stages"].items(), ("all", "All stages")]:
            known = [cells.get((code, actor, stage)) for code in names["families"]]
            some = next((cell for cell in known if cell is not None), None)
            row = [title, *(show_value(getattr(some, column, 0), "count") for column in ("n_documents", "n_sentences"))]
            for cell in known:
                row += (
                    ["–", "–"]
                    if cell is None
                    else [show_value(cell.share, "percent"), show_interval(cell.low, cell.high, "percent")]
                )
            rows.append(row)
        groups.append((name, rows))
    units = (
        "Shares are per cent of the actor's sentences on integration that carry a code of the family.",
        INTERVALS,
        "A dash: not estimable, for there are too few documents or sentences.",
    )
    return PublicationTable(
        "families_by_actor_and_stage", "Families of frames by actor and stage", tuple(columns), tuple(groups), (*units, *notes)
    )


def _lay_out_adjusted(adjusted, assessments, names, coder_id, notes):
    """Return the adjusted contrasts of the confirmatory tests, beside the unadjusted ones."""
    sure = assessments.loc[
        assessments["confirmatory"] & (assessments["coder_id"] == coder_id), ["coder_id", "hypothesis_id", "window_id"]
    ]
    ours = adjusted.merge(sure, on=["coder_id", "hypothesis_id", "window_id"])
    rows = [
        [
            r.hypothesis_id, f"{r.contrast} ({names['windows'].get(r.window_id, r.window_id)})", show_value(r.n_turns, "count"),
            show_value(r.n_documents, "count"), show_value(r.unadjusted, "points"), show_value(r.estimate, "points"),
            show_interval(r.low, r.high, "points"), show_value(r.p_jackknife, "p"), show_value(r.p_score, "p"),
        ]
        for r in ours.itertuples(index=False)
    ]  # fmt: skip
    columns = ("", 0.9), ("Contrast", 5.0), ("Turns", 0), ("Documents", 0), ("Unadjusted", 0), ("Adjusted", 0), ("95 % interval", 2.6), ("p (jackknife)", 0), ("p (sign flip)", 0)  # fmt: skip
    units = (
        "Average marginal effects, in percentage points of sentences, from a model of turns with stage, kind of event and length held equal.",
        INTERVALS,
        "p-values are not adjusted for their number. A dash: the model cannot be fitted, mostly because the code is too rare.",
    )
    return PublicationTable(
        "adjusted_contrasts", "Contrasts adjusted for stage, kind of event and length", columns, (("", rows),), (*units, *notes)
    )


def _lay_out_agreement(agreement, names, stamp, reference_note):
    """Return the agreement of coders, a group a kind of code, families first."""
    groups = []
    for kind in ("family", "composite", "sub-frame", "residual", "marker"):
        rows = [
            [
                names["titles"].get(r.code, r.code), show_value(r.n_either, "count"),
                *(f"{show_value(getattr(r, name), 'number')} ({_span(r, name)})" if pd.notna(getattr(r, name)) else "–" for name in COEFFICIENTS),
                r.status,
            ]
            for r in agreement[agreement["kind"] == kind].itertuples(index=False)
        ]  # fmt: skip
        groups += (
            [({"family": "Families", "residual": "Residual codes"}.get(kind, f"{kind.capitalize()}s"), rows)] if rows else []
        )
    columns = ("Code", 5.0), ("Given", 0), *((title, 3.4) for title in COEFFICIENTS.values()), ("Tests of it", 2.2)
    first = agreement.iloc[0]
    n = [show_value(agreement[name].max(), "count") for name in ("n_sentences", "n_documents")]
    models = f" ({first['models']})" if pd.notna(first["models"]) else ""
    units = (
        f"{n[0]} sentences of {n[1]} documents, read by {first['coders']}{models}, who worked apart.",
        "alpha is Krippendorff's, AC1 Gwet's; in brackets 95 % intervals from draws of whole documents. Given: sentences to which a coder gave the code.",
        "Codes below their gate, or given too seldom to tell, are tested as exploratory.",
    )
    notes = (*units, *stamp, *([reference_note] if reference_note else []))
    return PublicationTable("agreement_of_coders", "Agreement of coders", columns, tuple(groups), notes)


def _span(row, name):
    return show_interval(getattr(row, f"{name}_low"), getattr(row, f"{name}_high"), "number").replace("–", "no interval")


# LaTeX -------------------------------------------------------------------------------------------------------------

COMMANDS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "[": "{[}", "]": "{]}", "*": "{*}",
    '"': r"\textquotedbl{}", "\N{MINUS SIGN}": "$-$", "\N{NARROW NO-BREAK SPACE}": r"\,", "\N{NO-BREAK SPACE}": "~", "–": "--", "—": "---",
    "“": "``", "”": "''", "’": "'", "‘": "`", "…": r"\ldots{}", "×": r"$\times$", "±": r"$\pm$", "≥": r"$\geq$", "≤": r"$\leq$",
}  # fmt: skip
COMMANDS = str.maketrans(COMMANDS)
FOLDED = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029), " ")  # control characters and ends of lines
NEEDS = "% Put into the preamble: \\usepackage[T1]{fontenc} \\usepackage{booktabs,array,longtable}"


def escape_latex(text):
    """Return ``text`` on one line as LaTeX prints it literally.

    >>> print(escape_latex("50 % of R&D_x \\\\input{y}"))
    50 \\% of R\\&D\\_x \\textbackslash{}input\\{y\\}
    """
    return str(text).translate(FOLDED).translate(COMMANDS)


def render_latex(table):
    """Return a PublicationTable as LaTeX to be read by \\input; one of more than LONG rows breaks over pages.

    It needs booktabs, array and longtable. Its label is ``tab:`` and its name.
    """
    spec = "".join(rf">{{\raggedright\arraybackslash}}p{{{width:g}cm}}" if width else "r" for _, width in table.columns)
    head = " & ".join(escape_latex(heading) for heading, _ in table.columns) + r" \\"
    body = []
    for k, (title, rows) in enumerate(table.groups):
        body += [r"\addlinespace"] if k else []
        body += [rf"\multicolumn{{{len(table.columns)}}}{{l}}{{\textit{{{escape_latex(title)}}}}} \\"] if title else []
        body += [" & ".join(escape_latex(cell) for cell in row) + r" \\" for row in rows]
    caption = rf"\caption{{{escape_latex(table.title)}}}\label{{tab:{table.name}}}"
    note = r"\footnotesize\textit{Note.} " + " ".join(map(escape_latex, table.notes))
    if table.n_rows > LONG:
        lines = [
            r"{\footnotesize\setlength{\tabcolsep}{3pt}",
            rf"\begin{{longtable}}{{{spec}}}",
            caption + r" \\",
            r"\toprule",
            head,
            r"\midrule",
            r"\endfirsthead",
        ]
        lines += [
            r"\toprule",
            head,
            r"\midrule",
            r"\endhead",
            r"\bottomrule",
            r"\endfoot",
            *body,
            r"\end{longtable}",
            rf"\noindent {note}\par}}",
        ]
    else:
        lines = [
            r"\begin{table}[htbp]",
            r"\centering",
            r"\footnotesize\setlength{\tabcolsep}{3pt}",
            caption,
            rf"\begin{{tabular}}{{{spec}}}",
        ]
        lines += [
            r"\toprule",
            head,
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            r"\par\smallskip",
            rf"\begin{{minipage}}{{\linewidth}}{note}\end{{minipage}}",
            r"\end{table}",
        ]
    return "\n".join([NEEDS, *lines]) + "\n"

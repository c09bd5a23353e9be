"""Tables for Word: a PublicationTable as a page that a word processor opens, set by great_tables. Apart, for the sake of its import."""

from html import escape

import pandas as pd
from great_tables import GT, html

FONTS = ["Times New Roman", "Liberation Serif", "serif"]


def render_word(table):
    """Return a PublicationTable as a standalone HTML page of one table with caption and notes; equal tables give equal pages."""
    names = [f"c{k}" for k in range(len(table.columns))]
    rows = [[title, *row] for title, part in table.groups for row in part]
    cells = pd.DataFrame(rows, columns=["group", *names], dtype=str)
    grouped = any(title for title, _ in table.groups)
    page = GT(
        cells if grouped else cells[names], groupname_col="group" if grouped else None, id=f"table-{table.name.replace('_', '-')}"
    )
    numbers = [name for name, (_, width) in zip(names, table.columns, strict=True) if not width]
    page = (
        page.tab_header(title=table.title)
        .cols_label(**{name: heading for name, (heading, _) in zip(names, table.columns, strict=True)})
        .cols_align("left", [name for name in names if name not in numbers])
        .cols_align("right", numbers)
        .tab_source_note(html(f"<i>Note.</i> {escape(' '.join(table.notes))}"))
        .opt_table_font(font=FONTS)
        .tab_options(table_font_size="12px", heading_align="left", table_width="100%")
    )
    text = page.as_raw_html(make_page=True)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"

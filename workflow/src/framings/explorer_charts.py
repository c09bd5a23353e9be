"""The explorer's charts: Vega-Lite specifications made with Altair, and the Vega libraries that draw them.

A specification holds no data: the page's script gives it the rows that its filters leave. Vega is drawn by its own interpreter
of expressions, so that the page needs no right to evaluate text as code.
"""

import altair as alt
import vl_convert

from framings.products import VERDICT_GROUPS

# Okabe and Ito's colours, dark enough on white; actors have shapes as well, so that nothing hangs on colour alone.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#a3195b", "#595959", "#b8860b", "#56b4e9", "#7f5fb0"]
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]
VERDICTS = {"holds": "#0072b2", "opposite": "#d55e00", "open": "#595959", "described": "#7f5fb0", "absent": "#8c8c8c"}
ROWS = alt.NamedData(name="rows")


def draw_charts():
    """Return {name: Vega-Lite specification}: shares, frames, time, tests and topics, each over a data set named ``rows``.

    shares: label, name (of the actor), share, low, high. frames: name, frame, share, text. time: year, name, n.
    tests: label, group, estimate, low, high (points). topics: label, name, share, low, high. All hold ``key``, a row's number, and
    ``about``, what is said of it where somebody points at it.
    """
    charts = {
        "shares": _draw_intervals("Share of sentences"),
        "frames": _draw_cells(),
        "time": _draw_years(),
        "tests": _draw_tests(),
        "topics": _draw_intervals("Share of talk"),
    }
    return {name: _finish(chart) for name, chart in charts.items()}


def bundle_vega():
    """Return the JavaScript of Vega, Vega-Lite and Vega-Embed that vl-convert ships, as text that sets ``window.vegaEmbed``."""
    return vl_convert.javascript_bundle()


def _draw_intervals(title):
    """Return a dot with its 95 % interval for each actor within each label; colour and shape say the actor, in one legend."""
    legend = alt.Legend(title=None, orient="top", symbolSize=90)
    base = alt.Chart(ROWS).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False, grid=True)),
        yOffset=alt.YOffset("name:N", sort=None),
        tooltip="about:N",
    )
    axis = alt.X("low:Q", title=title, axis=alt.Axis(format="%", tickCount=5))
    colour, shape = alt.Scale(range=COLOURS), alt.Scale(range=SHAPES)
    lines = base.mark_rule(strokeWidth=1.6).encode(
        x=axis, x2="high:Q", color=alt.Color("name:N", sort=None, legend=None, scale=colour)
    )
    dots = base.mark_point(filled=True, size=75, opacity=1, cursor="pointer").encode(
        x="share:Q",
        color=alt.Color("name:N", sort=None, legend=legend, scale=colour),
        shape=alt.Shape("name:N", sort=None, legend=legend, scale=shape),
    )
    chart = (lines + dots).resolve_scale(
        color="independent", shape="independent"
    )  # one legend of colour and shape, from the dots
    return chart.properties(width="container", height=alt.Step(12, **{"for": "offset"}))


def _draw_cells():
    """Return the share of each sub-frame by actor as a cell with its number."""
    base = alt.Chart(ROWS).encode(
        x=alt.X("name:N", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False)),
        y=alt.Y("frame:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip="about:N",
    )
    colour = alt.Color("share:Q", legend=None, scale=alt.Scale(scheme="blues", domainMin=0))
    cells = base.mark_rect(cursor="pointer", stroke="#fff").encode(color=colour)
    ink = alt.condition("datum.dark", alt.value("#fff"), alt.value("#1c1c1c"))
    numbers = base.mark_text(fontSize=11, cursor="pointer").encode(text="text:N", color=ink)
    return (cells + numbers).properties(width="container", height=alt.Step(21))


def _draw_years():
    """Return the number of sentences a year, an actor's part in each bar."""
    return (
        alt.Chart(ROWS)
        .mark_bar(cursor="pointer", stroke="#fff", strokeWidth=0.5)
        .encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("n:Q", title="Sentences", axis=alt.Axis(tickCount=5, tickMinStep=1)),
            color=alt.Color("name:N", sort=None, scale=alt.Scale(range=COLOURS), legend=alt.Legend(title=None, orient="top")),
            tooltip="about:N",
        )
        .properties(width="container", height=240)
    )


def _draw_tests():
    """Return each test's estimate with its interval; colour and shape say its kind of verdict."""
    groups, colours = list(VERDICTS), list(VERDICTS.values())
    legend = alt.Legend(title=None, orient="top", labelExpr=_label_verdicts())
    base = alt.Chart(ROWS).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)), tooltip="about:N"
    )
    scale = alt.Scale(domain=groups, range=colours)
    lines = base.mark_rule(strokeWidth=1.6).encode(
        x=alt.X("low:Q", title="Points", axis=alt.Axis(tickCount=7)),
        x2="high:Q",
        color=alt.Color("group:N", scale=scale, legend=legend),
    )
    dots = base.mark_point(filled=True, size=75, opacity=1, cursor="pointer").encode(
        x="estimate:Q",
        color=alt.Color("group:N", scale=scale, legend=legend),
        shape=alt.Shape("group:N", scale=alt.Scale(domain=groups, range=SHAPES[: len(groups)]), legend=legend),
    )
    zero = alt.Chart(alt.InlineData(values=[{"at": 0}])).mark_rule(color="#8c8c8c", strokeDash=[3, 3]).encode(x="at:Q")
    return (zero + lines + dots).properties(width="container", height=alt.Step(19))


def _label_verdicts():
    """Return the Vega expression that turns a group of verdicts into its words."""
    words = {group: " or ".join(verdicts) for group, verdicts in VERDICT_GROUPS.items()}
    parts = "".join(f"datum.label=='{group}'?'{text}':" for group, text in words.items())
    return f"{parts}datum.label"


def _finish(chart):
    """Return a chart as a plain specification in the page's type."""
    font = 'system-ui, "Segoe UI", Helvetica, Arial, sans-serif'
    words = {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelColor": "#1c1c1c",
        "titleColor": "#1c1c1c",
        "titleFontWeight": "normal",
    }
    chart = chart.configure(font=font, aria=False, background="transparent")
    chart = chart.configure_axis(gridColor="#e6e6e6", **words)
    chart = chart.configure_axisX(labelLimit=150).configure_axisY(labelLimit=260)
    chart = chart.configure_legend(labelFontSize=12, labelColor="#1c1c1c", columns=2, labelLimit=300)
    spec = chart.configure_view(stroke=None).to_dict() | {"autosize": {"type": "fit-x", "contains": "padding"}}
    return {key: value for key, value in spec.items() if key not in ("$schema", "datasets")} | {
        "datasets": spec.get("datasets", {})
    }

"""Figures that may be higher than a page of a journal: drawn whole for the screen, and in parts for print.

Such a figure is a stack of blocks under a head (legend, scale) that each part repeats. What it shows is planned once, so
that a part has the scale and the heading of the whole.
"""

from collections.abc import Callable
from dataclasses import dataclass

from framings.canvas import PRINT_HEIGHT, PRINT_WIDTH, WIDTH, measure_frame, open_page


@dataclass(frozen=True)
class Block:
    """A piece that is not divided: its height in inches, ``draw(page, top)``, and whether it must not stand last on a page."""

    height: float
    draw: Callable
    heads: bool = False


@dataclass(frozen=True)
class Plan:
    """A figure before it is drawn: heading, note, and a head of ``head`` inches above the blocks, ``foot`` inches below them.

    ``draw_head(page, bottom, top)`` draws the head under ``top`` and what runs behind the blocks down to ``bottom``.
    """

    title: str
    subtitle: str
    note: str
    simulated: bool
    blocks: list
    head: float
    foot: float
    draw_head: Callable


def draw_whole(plan):
    """Return the figure as one page, as high as it needs to be."""
    return _draw(plan, plan.blocks, plan.subtitle)


def draw_parts(plan, height=PRINT_HEIGHT):
    """Return the figure as pages of at most ``height`` inches at the width of print; a block that is higher has a page of its own."""
    subtitle = f"{plan.subtitle} · part 99 of 99"
    frame = measure_frame(plan.title, subtitle, plan.note, plan.simulated)
    groups = share_blocks(plan.blocks, height * WIDTH / PRINT_WIDTH - frame - plan.head - plan.foot)
    if len(groups) < 2:
        return [draw_whole(plan)]
    return [_draw(plan, group, f"{plan.subtitle} · part {k} of {len(groups)}") for k, group in enumerate(groups, 1)]


def share_blocks(blocks, room):
    """Return the blocks in groups that fit ``room`` inches each, in their order; a heading goes with the block that it heads."""
    groups = [[]]
    for block in blocks:
        if groups[-1] and sum(one.height for one in groups[-1]) + block.height > room:
            carried = [groups[-1].pop()] if groups[-1][-1].heads and len(groups[-1]) > 1 else []
            groups.append(carried)
        groups[-1].append(block)
    return groups


def _draw(plan, blocks, subtitle):
    """Return one page with some of the blocks."""
    body = round(plan.head + sum(block.height for block in blocks) + plan.foot, 6)  # sum() is more exact from Python 3.12 on
    page = open_page(body, plan.title, subtitle, plan.note, plan.simulated)
    plan.draw_head(page, page.bottom + plan.foot, page.top)
    top = page.top - plan.head
    for block in blocks:
        block.draw(page, top)
        top -= block.height
    return page.figure

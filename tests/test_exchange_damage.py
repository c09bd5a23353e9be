"""Damaged files are refused in a sentence or read in part; nothing else ever comes of them."""

import random

import pytest
from made_tasks import CODEBOOK, CODER, write_tasks

from framings.exchange.formats import FORMATS, export_tasks, import_codes
from framings.exchange.packing import pack_members, repack
from framings.exchange.tasks import ExchangeError

TASKS = write_tasks()
N_DAMAGED = 30


def damage(raw, chance):
    """Return bytes of which a few were changed, cut out, or doubled."""
    raw = bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(raw))
        kind = chance.randrange(4)
        if kind == 0:
            raw[place] = chance.randrange(256)
        elif kind == 1:
            del raw[place : place + chance.randint(1, 30)]
        elif kind == 2:
            raw[place:place] = raw[place : place + chance.randint(1, 30)]
        else:
            raw[place:place] = chance.choice([b'"', b"[", b"}", b"<", b"\0", b"null", b"-1", b"\xff", b",", b"\\ud800"])
        raw = raw or bytearray(b" ")
    return bytes(raw)


@pytest.mark.parametrize(("format_name", "inside"), [*((name, False) for name in FORMATS), ("xlsx", True), ("refi", True)])
def test_damaged_file_raises_nothing_but_a_sentence(format_name, inside):
    """Changed bytes, in the file or in a member of the zip, end in ExchangeError or in problems told."""
    raw = next(iter(export_tasks(TASKS, CODEBOOK, format_name).values()))
    members = repack(raw) if inside else {}
    chance = random.Random(f"{format_name} {inside}")
    n_refused = n_told = 0
    for _ in range(N_DAMAGED // (3 if format_name == "xlsx" else 1)):
        if members:
            name = chance.choice([name for name, content in members.items() if content])
            broken = pack_members(members | {name: damage(members[name], chance)})
        else:
            broken = damage(raw, chance)
        try:
            n_told += bool(import_codes(broken, "back", TASKS, CODEBOOK, CODER, format_name).problems)
        except ExchangeError as error:
            assert str(error).startswith("back")
            n_refused += 1
    assert n_refused + n_told > 0

"""A match whose subject is mixed with another model by a dial that somebody turns: its cell, and each round's share.

The store keeps the share of every round as a finding of the cell. The cell's key says that the share was dialled, so
that such a match never counts as one with a fixed share.
"""

from __future__ import annotations

from dataclasses import replace

from arena.agents.dial import Dial
from arena.backends.loading import Models
from arena.errors import StoreError
from arena.experiments.tournament.cells import Cell, make_cell, parse_mix, take_seat
from arena.experiments.tournament.spec import TournamentSpec
from arena.records import Seat
from arena.store.rows import CellRow
from arena.store.store import Store
from arena.store.writer import RunWriter


async def with_dial(cell: Cell, mix: str, spec: TournamentSpec, models: Models) -> Cell:
    """The same cell with a dial between its subject and the model that `mix` names, as in MODEL=SHARE.

    Raises UsageError or InputError for a model that doesn't exist.
    """
    other, share = parse_mix(mix)
    second = await take_seat(other, Seat.SUBJECT, cell.game, spec, models)
    subject = replace(cell.subject, other=second, share=share, dialled=True)
    return make_cell(cell.game, subject, cell.opponent, spec)


def keep_share(writer: RunWriter, key: str, match: int, number: int, dial: Dial) -> None:
    """Keep the share of a round that is about to be stored, with which it will be written. Raises StoreError."""
    assert dial.played is not None, "the round was decided"
    found = {"match": match, "round": number, "share": dial.played}
    writer.add_finding(key, _name(match, number), found)


def last_share(writer: RunWriter, key: str, match: int, number: int) -> float | None:
    """The share of a round that was stored; None if it had none. Raises StoreError."""
    found = writer.finding(key, _name(match, number))
    return None if found is None else _share(found.get("share"), writer.run.name)


def played_shares(store: Store, cell: CellRow, match: int) -> dict[int, float]:
    """The share of each round of a match, by the round's number; empty if it had no dial. Raises StoreError."""
    if not cell.spec.dialled_to:
        return {}
    found = [one for name, one in store.findings(cell).items() if name.startswith(f"dial-{match}-")]
    return {int(one["round"]): _share(one.get("share"), cell.run) for one in found}


def _name(match: int, number: int) -> str:
    return f"dial-{match}-{number}"


def _share(found: object, run: str) -> float:
    if not isinstance(found, int | float) or isinstance(found, bool) or not 0.0 <= found <= 1.0:
        raise StoreError(f"the store is damaged: run {run} has a dial at {found!r}: put a good copy in its place")
    return float(found)

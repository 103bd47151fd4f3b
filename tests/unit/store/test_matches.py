"""Matches read back one by one, with their prompts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from arena.errors import InputError
from arena.records import Round
from arena.store import RunSpec, Store
from arena.store.rows import MatchRow


def test_a_match_comes_back_as_it_was_played_prompts_and_all(
    tmp_path: Path, make_spec: Callable[..., RunSpec], make_round: Callable[..., Round]
) -> None:
    spec = make_spec()
    key = spec.cells[1].key
    played = (make_round(1), make_round(2, prompt="Round 1: no.\nRound 2:"), make_round(3))
    with Store.open(tmp_path / "s.db", create=True) as store:
        with store.begin(spec) as writer:
            assert writer.next_match(key) == 0
            for one in played:
                writer.add_round(key, 3, one)
            writer.finish_match(key, 3)
            writer.add_round(key, 5, played[0])
            writer.abandon_match(key, 5)
            writer.add_round(key, 6, played[0])
            writer.abandon_match(key, 9)  # it has no rounds: nothing to keep
            assert writer.next_match(key) == 7
        _, cell = store.cells(store.run(None))
        assert store.match(cell, 3) == played
        rows = [
            MatchRow(3, 3, finished=True, abandoned=False, net=-3),
            MatchRow(5, 1, finished=False, abandoned=True, net=-1),
            MatchRow(6, 1, finished=False, abandoned=False, net=-1),
        ]
        assert store.matches(cell) == rows
        assert [row.state for row in rows] == ["finished", "abandoned", "open"]
        assert (cell.done, cell.open) == (1, 1)
        with pytest.raises(InputError, match="has no match 4"):
            store.match(cell, 4)
        with store.begin(spec) as writer:
            assert writer.next_match(key) == 7
            assert list(writer.open_matches(key)) == [6]  # an abandoned match is not gone on with

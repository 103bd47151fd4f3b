"""A person's own history: what is written is read again, whatever else is in the file; records add up."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.records import Outcome
from arena.session.history import Played, add, history, history_path, records, streak

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def match(won: int = 1, lost: int = 0, opponent: str = "uniform", name: str = "", tied: int = 0) -> Played:
    return Played(name, NOW, "rps", "human", opponent, won, tied, lost)


def test_what_is_added_is_read_in_order() -> None:
    assert history() == []
    written = [match(1), match(0, 2, name="Ada\n\u202e"), match(3)]
    for one in written:
        add(one)
    assert history() == written


@pytest.mark.parametrize("damage", [b'{"name": "A', b"\xff\xfe", b"[]", b'{"name": 3}', b""])
def test_a_damaged_line_costs_only_itself(damage: bytes) -> None:
    add(match(1))
    with history_path().open("ab") as file:
        file.write(damage)
    add(match(2))
    assert history() == [match(1), match(2)]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    add(match())
    assert history() == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from("ab")), min_size=1))
def test_records_add_up(played: list[tuple[int, int, str]]) -> None:
    matches = [match(won, lost, opponent, tied=1) for won, lost, opponent in played]
    found = records(matches)
    assert sum(sum(one.matches) for one in found) == len(matches)
    assert found[0].last == matches[-1]
    for one in found:
        own = [each for each in matches if each.opponent == one.last.opponent]
        runs = [(outcome, len(list(group))) for outcome, group in groupby(each.outcome for each in own)]
        assert one.streak == streak(own) == runs[-1][1]
        assert one.longest == max((length for outcome, length in runs if outcome is Outcome.WIN), default=0)
        assert one.best.net == max(each.net for each in own)

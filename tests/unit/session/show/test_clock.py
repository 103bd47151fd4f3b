"""The pace of a show: what is waited for, and what a key changes about it."""

from __future__ import annotations

import asyncio

import pytest

from arena.session.preferences import SPEEDS
from arena.session.show import clock as clocks
from arena.session.show.clock import Clock


def run(what: object) -> None:
    asyncio.run(what)  # type: ignore[arg-type]


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_clock_starts_at_a_known_speed(speed: float) -> None:
    assert Clock(speed).pace == (f"{speed:g} rounds/s" if speed else "full speed")
    assert Clock(speed).counts == (0 < speed <= 0.5)
    assert Clock(speed).shows_cards == (0 < speed <= 4)


def test_a_speed_stays_within_what_there_is() -> None:
    clock = Clock(1.0)
    clock.faster(100)
    assert clock.pace == "full speed"
    clock.faster(-100)
    assert clock.pace == f"{SPEEDS[0]:g} rounds/s"


def test_while_paused_only_a_step_goes_on_and_the_pause_remains() -> None:
    async def script() -> None:
        clock = Clock(0.0)
        clock.pause()
        assert clock.pace == "paused" and clock.shows_cards  # somebody will say when to go on
        for wait in (clock.round, clock.card):
            waiting = asyncio.create_task(wait())
            await asyncio.sleep(0.05)
            clock.faster(1)  # changes nothing yet
            await asyncio.sleep(0.05)
            assert not waiting.done()
            clock.step()
            await waiting
        assert clock.pace == "paused"
        clock.pause()
        await clock.round()

    run(script())


def test_a_step_while_it_runs_goes_on_at_once_and_stays_there() -> None:
    async def script() -> None:
        clock = Clock(SPEEDS[0])
        waiting = asyncio.create_task(clock.round())
        await asyncio.sleep(0)
        clock.step()
        await waiting
        assert clock.pace == "paused"

    run(script())


def test_a_changed_speed_counts_for_the_round_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "SPEEDS", (1e-6, 0.0))

    async def script() -> None:
        clock = Clock(1e-6)
        waiting = asyncio.create_task(clock.round())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        clock.faster(1)
        await waiting

    run(script())


def test_a_step_ends_a_countdown_and_is_used_up_by_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "_LONGEST_BEAT", 3600.0)

    async def script() -> None:
        clock = Clock(SPEEDS[0])
        beating = asyncio.create_task(clock.beat())
        await asyncio.sleep(0)
        clock.step()
        assert not await beating
        waiting = asyncio.create_task(clock.round())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        clock.step()
        await waiting

    run(script())

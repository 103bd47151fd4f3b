"""A seat's prompts: each is made once for all who ask at the same time, and what is remembered doesn't grow."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from itertools import product

import pytest

from arena.agents.agent import seen_by
from arena.agents.asking import Asking
from arena.agents.prompting import Prompter, Remembered, Shown
from arena.errors import ModelError
from arena.prompts.wording import find_wording
from arena.records import Prompt, Seat
from tests.support.table_agent import RPS
from tests.support.table_model import TableModel

PAIRS = list(product(range(3), repeat=2))
ROUNDS = 20
MATCHES = 50  # a thousand rounds


class Counting(TableModel):
    """Counts what it is asked to tokenise; at first it fails `failing` times."""

    def __init__(self, failing: int = 0) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._failing = failing

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        await asyncio.sleep(0)
        self.texts.append(text)
        if len(self.texts) <= self._failing:
            raise ModelError("the worker has ended")
        return await super().tokenize(text, specials)


class Quick(TableModel):
    """Tokenises without a table, a token for every four bytes."""

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        return tuple(1000 + byte for byte in text.encode()[::4])


def prompter(model: TableModel) -> Prompter:
    return Prompter(model, RPS, Seat.SUBJECT, Asking(find_wording("rps", "base", Seat.SUBJECT), "none"))


def history(prompts: Prompter, match: int, rounds: int) -> Shown:
    """The past rounds of a match like no other."""
    played = (PAIRS[(match // 9**at + at * match) % 9] for at in range(rounds))
    return prompts.shown([seen_by(Seat.SUBJECT, *pair, RPS.outcome(*pair)) for pair in played])


def play(prompts: Prompter, matches: range) -> None:
    """Ask for all prompts of these matches, one after another as in a show."""

    async def ask() -> None:
        for match, rounds in product(matches, range(ROUNDS)):
            await prompts.encode(history(prompts, match, rounds))

    asyncio.run(ask())


def held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_the_second_thousand_rounds_hold_no_more_memory_than_the_first() -> None:
    prompts = prompter(Quick())
    tracemalloc.start()
    try:
        before = held()
        play(prompts, range(MATCHES))
        first = held()
        play(prompts, range(MATCHES, 2 * MATCHES))
        second = held()
    finally:
        tracemalloc.stop()
    assert first - before < 3 * 2**20  # without a limit they take 8 MiB
    assert second - first < 2**18


def test_those_who_ask_at_the_same_time_share_the_work() -> None:
    model = Counting()
    prompts = prompter(model)
    shown = history(prompts, 1, 3)

    async def ask() -> list[Prompt]:
        together = await asyncio.gather(*(prompts.encode(shown) for _ in range(5)))
        return [*together, await prompts.encode(shown)]

    found = asyncio.run(ask())
    assert all(prompt is found[0] for prompt in found)
    assert len(model.texts) == 1


def test_a_failure_is_not_remembered() -> None:
    model = Counting(failing=1)
    prompts = prompter(model)
    shown = history(prompts, 1, 3)

    async def ask() -> Prompt:
        failed = await asyncio.gather(*(prompts.encode(shown) for _ in range(2)), return_exceptions=True)
        assert [type(error) for error in failed] == [ModelError] * 2
        return await prompts.encode(shown)

    assert asyncio.run(ask()).text == model.texts[-1]


def test_whoever_stops_waiting_leaves_the_others_waiting_and_an_end_of_the_loop_is_no_end() -> None:
    model = Counting()
    prompts = prompter(model)
    shown = history(prompts, 1, 3)

    async def one_of_two() -> Prompt:
        gone, stays = (asyncio.ensure_future(prompts.encode(shown)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    async def nobody_waits() -> None:
        asyncio.ensure_future(prompts.encode(shown[:2]))  # noqa: RUF006  # the loop ends before it
        await asyncio.sleep(0)

    assert asyncio.run(one_of_two()).text == model.texts[0]
    asyncio.run(nobody_waits())
    assert asyncio.run(prompts.encode(shown[:2])).text == model.texts[-1]


@pytest.mark.parametrize("most", [7, 8])
def test_those_not_asked_for_the_longest_are_forgotten(most: int) -> None:
    remembered = Remembered(most)
    one, two, three, whole = (history(prompter(TableModel()), 1, rounds) for rounds in range(4))
    for shown, tokens in ((one, (1, 2, 3)), (two, (1, 2, 4))):
        assert remembered.keep(shown, Prompt("", tokens)).tokens == tokens
    assert remembered.find(one) == Prompt("", (1, 2, 3))
    remembered.keep(three, Prompt("", (5, 6)))
    assert (remembered.find(two) is None) == (most == 7)
    assert remembered.find(one) and remembered.find(three)
    remembered.keep(whole, Prompt("", tuple(range(9))))  # longer than all that may be kept
    assert not any(map(remembered.find, (one, two, three, whole))) and remembered.tokens == 0

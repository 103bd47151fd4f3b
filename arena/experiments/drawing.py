"""Drawing answers until enough of them are valid. Draw k of a cell is named by its number, so neither order nor
interruption changes it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from arena.backends.base import StopRule
from arena.blocks import block_of
from arena.concurrency import together
from arena.randomness import stream
from arena.records import Answer, Prompt
from arena.store.writer import RunWriter

MOST_DRAWS: Final = 20  # usually, per valid answer wanted; after that a cell stays incomplete


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked for an answer: a prompt, and when an answer to it ends."""

    prompt: Prompt
    stop: StopRule


class Player(Protocol):
    """Whoever answers."""

    @property
    def at_once(self) -> int:
        """How many answers may be in flight."""

    async def answer(self, name: str, block: int = 0) -> Answer:
        """One answer, drawn from the stream of that name; lower blocks go first. Raises ModelError if a model fails."""


Seen = Callable[[int, Answer], None]  # called with each new answer and its number


async def draw_answers(
    key: str, player: Player, writer: RunWriter, wanted: int, seed: int, seen: Seen, most: int = MOST_DRAWS
) -> None:
    """Draw until `wanted` answers of a cell are valid, but at most `most` times as many.

    The last draw that is stored is always the last valid answer, however often the run was interrupted. So as not to
    wait for the last few one by one, more are drawn at once than are missing, by the share that was valid so far; those
    that turn out not to be needed are forgotten. Raises ModelError if the model fails, StoreError if the store does.
    """
    answers = writer.answers(key)
    spare: dict[int, Answer] = {}  # drawn, and needed only if too few before them are valid

    def keep(number: int, answer: Answer) -> None:
        answers[number] = answer
        writer.add_answer(key, number, answer)
        seen(number, answer)

    async def draw(number: int, needed: bool) -> None:
        answer = await player.answer(stream(seed, key, number), block_of(number))
        if needed:
            keep(number, answer)
        else:
            spare[number] = answer

    drawn = valid = 0  # all draws below `drawn` are stored
    while True:
        while drawn in answers or (drawn in spare and valid < wanted):
            if drawn not in answers:
                keep(drawn, spare.pop(drawn))
            valid += answers[drawn].value is not None
            drawn += 1
        left = most * wanted - drawn
        missing = min(wanted - valid, left)
        if missing <= 0:
            return
        likely = math.ceil(missing * (drawn + 1) / (valid + 1))
        next_ones = range(drawn, drawn + min(likely, left, player.at_once))
        await together(
            draw(number, number < drawn + missing)
            for number in next_ones
            if number not in answers and number not in spare
        )

"""A person's choice of a task, and where it is remembered."""

from __future__ import annotations

from typing import Final

import msgspec

from arena.errors import InputError
from arena.experiments.numbers.spec import NumbersSpec
from arena.experiments.numbers.task import Task, find_task
from arena.prompts.wording import PARAPHRASES, STYLES, find_task_wording
from arena.records import Seat
from arena.reports.settings import model_of
from arena.session.choice import HUMAN
from arena.session.files import Kept
from arena.session.seats import SeatOption, seat_options

DRAWS = 1500  # the paper's
PERSON_DRAWS = 30  # as many as a person has patience for

_REPLIERS = ("greedy", "human:mind-reader")  # players that only reply to others


class NumbersChoice(msgspec.Struct, frozen=True):
    """A player and a task. `variant` is a paraphrase of the task's wording, "" the wording itself. The wording, the
    sampling and `exact` apply to models only."""

    subject: str = "llm:gemma-3-270m"
    task: str = "integers"
    variant: str = ""
    temperature: float = 1.0
    top_p: float = 1.0
    n: int = DRAWS
    seed: int = 0
    exact: bool = True

    @property
    def is_person(self) -> bool:
        """Whether a person draws."""
        return self.subject == HUMAN

    @property
    def spec(self) -> NumbersSpec:
        """The spec that the command line would make, so that both continue the same runs."""
        return NumbersSpec(
            subjects=(self.subject,),
            seed=self.seed,
            task=self.task,
            n=self.n,
            mode="both" if self.exact and find_task(self.task).length == 1 else "sample",
            temperatures=(self.temperature,),
            top_p=(self.top_p,),
            paraphrases=(self.variant,),
        )


LAST_NUMBERS: Final = Kept(NumbersChoice, "state", "numbers.json")


def usual_draws(subject: str, task: Task) -> int:
    """How many answers are drawn by default."""
    return max(1, PERSON_DRAWS // task.length) if subject == HUMAN else DRAWS


def task_players(task: Task) -> list[SeatOption]:
    """Who can draw for a task: you, the models that are ready, the bots."""
    players = seat_options(task.as_game(), Seat.SUBJECT)
    return [player for player in players if player.is_ready and player.spec not in _REPLIERS]


def task_variants(task: Task, subject: str) -> list[str]:
    """The wordings available to a player, by variant; for a model that the catalog doesn't know, those of both
    styles."""
    model = model_of(subject)
    found = [""]
    for variant in PARAPHRASES:
        for asked in (model.style,) if model and model.style else STYLES:
            try:
                find_task_wording(task.name, asked, variant)
            except InputError:
                continue
            found.append(variant)
            break
    return found

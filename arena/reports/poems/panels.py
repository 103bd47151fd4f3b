"""Who judged contests: all people together, or one model. Models are no substitute for people, so they are never put
together with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from arena.experiments.poems.contest import Contest
from arena.experiments.poems.contests import Contests
from arena.experiments.poems.judgement import Judgement, is_person
from arena.experiments.poems.judging import judges_of, read_judgements
from arena.store.rows import RunRow
from arena.store.store import Store

PEOPLE: Final = "people"

Judgements = Mapping[int, Judgement]  # by the number of the showing


@dataclass(frozen=True)
class Sitting:
    """One judge's judgements of one contest."""

    judge: str
    contest: Contest
    judgements: Judgements

    def outcomes(self, kind: str) -> dict[tuple[int, int], float]:
        """How much of a win was the poem with the lower number, by pair, in showings of a kind: coded by poem, never by
        the side on which it stood."""
        return {
            showing.poems: judgement.left if showing.left == showing.poems[0] else 1 - judgement.left
            for number, judgement in sorted(self.judgements.items())
            if (showing := self.contest.showings[number]).kind == kind
        }


@dataclass(frozen=True)
class Panel:
    """Judges whose judgements are put together: `name` is "people", or the model's."""

    name: str
    contests: Contests
    sittings: tuple[Sitting, ...]

    @property
    def is_model(self) -> bool:
        """Whether a model judged."""
        return self.name != PEOPLE

    @property
    def judges(self) -> list[str]:
        """Everyone who judged something."""
        return list(dict.fromkeys(sitting.judge for sitting in self.sittings if sitting.judgements))

    @cached_property
    def axes(self) -> list[str]:
        """The axes of the contests, in their order."""
        return list(dict.fromkeys(contest.axis for contest in self.contests.contests))

    def of(self, contest: Contest) -> list[Sitting]:
        """The sittings over a contest."""
        return [sitting for sitting in self.sittings if sitting.contest is contest]

    def on(self, axis: str) -> list[Sitting]:
        """The sittings over all contests on an axis."""
        return [sitting for sitting in self.sittings if sitting.contest.axis == axis]


def read_panels(store: Store, contests: Contests, judges: Sequence[RunRow] = ()) -> list[Panel]:
    """Those who judged these contests: people first, then each model; in the runs `judges`, or in all if there are none
    named."""
    sittings: dict[str, list[Sitting]] = {}
    for run in judges or judges_of(store, contests):
        found = read_judgements(store, contests, run)
        judge = run.spec.cells[0].subject
        name = PEOPLE if is_person(judge) else _model(run)
        sittings.setdefault(name, []).extend(
            Sitting(judge, contest, found.get(contest.name, {})) for contest in contests.contests
        )
    names = sorted(sittings, key=lambda name: name != PEOPLE)  # otherwise in their order
    return [Panel(name, contests, tuple(sittings[name])) for name in names]


def _model(run: RunRow) -> str:
    """A model with the wording in which it was asked: another wording is another judge."""
    cell = run.spec.cells[0]
    return cell.subject if cell.asked is None else f"{cell.subject}, wording {cell.asked.wording}"

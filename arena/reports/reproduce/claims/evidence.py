"""The cells that claims are tested on, found by what the model is: base or aligned, and of which family."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.poems.measures import PanelReport
from arena.reports.reproduce.claims.outcome import Finding, Outcome, joined
from arena.reports.reproduce.games import against_the_papers, other_settings
from arena.reports.reproduce.players import BASE, Player
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns

FAMILY_NEEDED = "needs a base model and an aligned one of the same family and size"


@dataclass(frozen=True, slots=True)
class Family:
    """Models of one family and size: the base model's spec, and those of the aligned ones by recipe."""

    name: str
    base: str
    aligned: Mapping[str, str]


@dataclass(frozen=True)
class Evidence:
    """What was run. `players` are the models, each once; `poems` are contests that people judged."""

    games: TournamentRuns | None
    numbers: NumbersRuns | None
    players: Sequence[Player]
    poems: Sequence[PanelReport] = ()

    def of_style(self, style: str) -> list[str]:
        """The models that were asked in a style: "base", or "instruct" for aligned ones."""
        return [player.subject for player in self.players if player.style == style]

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The families of which both kinds were run."""
        groups: dict[tuple[str, str], dict[str, str]] = {}
        for player in self.players:
            if player.who is not None and player.who.size:
                groups.setdefault((player.who.family, player.who.size), {})[player.who.recipe] = player.subject
        return tuple(
            Family(f"{family} {size}", found[BASE], {name: one for name, one in found.items() if name != BASE})
            for (family, size), found in groups.items()
            if BASE in found and len(found) > 1
        )

    def in_families(self, test: Callable[[Family], Finding], *recipes: str) -> Finding:
        """A test of every family that has these recipes."""
        able = [family for family in self.families if set(recipes) <= set(family.aligned)]
        if not able:
            more = f", with {', '.join(recipes)}" if recipes else ""
            return Finding(Outcome.UNTESTABLE, f"{FAMILY_NEEDED}{more}")
        return joined({family.name: test(family) for family in able})

    def of_models(self, style: str, test: Callable[[str], Finding]) -> Finding:
        """A test of every model that was asked in a style."""
        models = self.of_style(style)
        if not models:
            return Finding(Outcome.UNTESTABLE, f"needs {'a base' if style == 'base' else 'an aligned'} model")
        return joined({short(model): test(model) for model in models})

    def game(self, subject: str, game: str) -> CellReport | None:
        """A model's games against the greedy reader; of several cells, the one played most as the paper did."""
        cells = [cell for cell in (against_the_papers(self.games) if self.games else []) if len(cell.rounds)]
        wanted = [cell for cell in cells if (cell.cell.spec.subject, cell.game.name) == (subject, game)]
        return min(wanted, key=lambda cell: len(other_settings(cell)), default=None)

    def plain(self, subject: str, task: str) -> NumbersCellReport | None:
        """A model's answers to a task, asked as in figure 2."""
        return next((cell for cell in self._cells(subject, task) if cell.is_plain), None)

    def paraphrases(self, subject: str) -> dict[str, NumbersCellReport]:
        """A model's integers by paraphrase."""
        cells = [cell for cell in self._cells(subject, "integers") if cell.sampling == (1.0, 1.0)]
        return {str(cell.prompt["variant"]): cell for cell in cells if cell.prompt.get("variant")}

    def grid(self, subject: str) -> dict[tuple[float, float], NumbersCellReport]:
        """A model's integers by temperature and top-p."""
        plain = {"variant", "matched"}
        return {cell.sampling: cell for cell in self._cells(subject, "integers") if not plain & set(cell.prompt)}

    def matched(self, subject: str) -> NumbersCellReport | None:
        """A model's integers with entropy matched."""
        return next((cell for cell in self._cells(subject, "integers") if cell.prompt.get("matched")), None)

    def rewards(self) -> list[NumbersCellReport]:
        """What reward models scored."""
        return [cell for cell in (self.numbers.cells if self.numbers else ()) if cell.rewards]

    def _cells(self, subject: str, task: str) -> list[NumbersCellReport]:
        cells = self.numbers.of(task) if self.numbers else []
        return [cell for cell in cells if cell.subject == subject and cell.prompt and _has_answers(cell)]


def _has_answers(cell: NumbersCellReport) -> bool:
    return not cell.rewards and (len(cell.values) > 0 or cell.exact is not None)


def short(subject: str) -> str:
    """A model's name without the kind of agent."""
    return subject.removeprefix("llm:")


def missing(what: str) -> Finding:
    """For a test whose data isn't there."""
    return Finding(Outcome.NOT_RUN, f"no {what} here")

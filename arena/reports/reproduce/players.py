"""Which of our players is one of the paper's models, and which one merely is of the same kind.

A model is the paper's if its catalog entry has the family, the size and the recipe of one. What a server really serves,
and how weights were quantised, can't be seen from here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from arena.reports.settings import model_of

LLAMA, QWEN = "Llama 3.1", "Qwen 2.5"
SIZES: Final[Mapping[str, tuple[str, ...]]] = {LLAMA: ("8B", "70B"), QWEN: ("7B", "72B")}
BASE: Final = "base"
ALIGNED: Final[Mapping[str, tuple[str, ...]]] = {
    LLAMA: ("llama-instruct", "tulu-dpo", "tulu-sft", "tulu-full"),
    QWEN: ("instruct",),
}
ALL: Final = "all models"
RECIPES: Final = (BASE, *ALIGNED[LLAMA], *ALIGNED[QWEN], "reward model", ALL)  # in the order of rows
REWARD_MODEL: Final = "allenai/Llama-3.1-Tulu-3-8B-RM"


@dataclass(frozen=True, slots=True)
class Who:
    """A model: its family, its size (None if the paper doesn't print it), and its recipe, the paper's name for it."""

    family: str
    size: str | None
    recipe: str

    @property
    def name(self) -> str:
        """The name in tables: "8B tulu-sft"."""
        family = f"{QWEN} " if self.family == QWEN else ""
        return f"{family}{self.size} {self.recipe}" if self.size else self.recipe

    @property
    def kind(self) -> str:
        """The style of prompts that it is asked in."""
        return "base" if self.recipe == BASE else "instruct"


class Match(StrEnum):
    """How a player of ours stands to a model of the paper."""

    SAME = "same"
    SIZE_UNKNOWN = "size unknown"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Player:
    """A player of ours: its spec, the style that it was asked in, and what the catalog knows of it."""

    subject: str
    style: str
    who: Who | None

    @property
    def is_the_papers(self) -> bool:
        """Whether it is one of the paper's models."""
        who = self.who
        return (
            who is not None
            and who.size in SIZES.get(who.family, ())
            and who.recipe in (BASE, *ALIGNED.get(who.family, ()))
        )

    def match(self, wanted: Who, everybody: Collection[Player]) -> Match | None:
        """How it stands to a model of the paper; None if their numbers don't belong side by side.

        Where none of the players is the paper's, each is set beside the paper's smallest models of its kind.
        """
        if self.is_the_papers:
            assert self.who is not None
            if self.who == wanted:
                return Match.SAME
            alike = (self.who.family, self.who.recipe) == (wanted.family, wanted.recipe)
            return Match.SIZE_UNKNOWN if alike and wanted.size is None else None
        small = wanted.size in (None, SIZES[wanted.family][0])
        nobody = not any(player.is_the_papers for player in everybody)
        return Match.KIND if small and nobody and self.style == wanted.kind else None


def player_of(subject: str, style: str) -> Player:
    """The player with that spec, asked in that style."""
    entry = model_of(subject)
    who = Who(entry.family, entry.size, entry.recipe) if entry and entry.family else None
    return Player(subject, style, who)


def known(subject: str, style: str, everybody: Collection[Player]) -> Player:
    """The one of these players who has that spec and was asked in that style."""
    return next(player for player in everybody if (player.subject, player.style) == (subject, style))

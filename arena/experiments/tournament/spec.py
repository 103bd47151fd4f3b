"""The settings of a tournament: who plays what against whom, how much, and how models are asked."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from arena.backends.base import Sampling
from arena.experiments.experiment import Count, Spec, Temperature
from arena.prompts.wording import Style


class TournamentSpec(Spec, frozen=True, kw_only=True):
    """Matches of every subject in every game against every opponent. None leaves a setting to the catalog; `history` is
    how many past rounds a model is shown (None: all of them), and `wording` is a file of the user's own. `span` holds
    the first and the last match to play now, counted from 1 (None: all). Models are shown one of `strings`
    random strings each round (0: none), or asked to state a distribution if `stated`. `rename` and
    `permute` make a cell of each arrangement of names (arrangements.py). With `draws` "common", a match's
    draws have the same names however its models are asked, so that ways of asking are compared match by match. With
    `exact`, no match is played: the histories are followed, with as many prompts as the matches would have rounds."""

    games: tuple[str, ...] = ("rps",)
    opponents: tuple[str, ...] = ("greedy",)
    matches: Count = 500
    rounds: Count = 10
    span: tuple[Count, Count] | None = None
    style: Style | None = None
    format: str | None = None
    wording: str | None = None
    history: Annotated[int, msgspec.Meta(ge=0)] | None = None
    temperature: Temperature = 1.0
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    min_p: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0
    invalid: Literal["resample", "policy"] = "resample"
    attempts: Count = 20
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 8
    strings: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0
    stated: bool = False
    mix: str | None = None
    rename: tuple[str, ...] = ()
    permute: tuple[Literal["roles", "listing", "players"], ...] = ()
    draws: Literal["own", "common"] = "own"
    exact: bool = False

    @property
    def sampling(self) -> Sampling:
        """How a move is drawn from a model's distribution."""
        return Sampling(self.temperature, self.top_p, self.min_p)


def asked_how(spec: TournamentSpec) -> dict[str, str]:
    """How models are asked, as a part of a run's identity: the sampling, and what follows an invalid answer."""
    rule = "policy" if spec.invalid == "policy" else f"resample:{spec.attempts}"
    draws = {} if spec.draws == "own" else {"draws": spec.draws}
    return {"sampling": str(spec.sampling), "invalid": f"{rule},max_tokens={spec.max_tokens}", **draws}

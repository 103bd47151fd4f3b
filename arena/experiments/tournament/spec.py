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
    the first and the last match to play now, counted from 1 (None: all). With `exact`, no match is played: the
    histories are followed, with as many prompts as the matches would have rounds."""

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
    invalid: Literal["resample", "policy"] = "resample"
    attempts: Count = 20
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 8
    exact: bool = False

    @property
    def sampling(self) -> Sampling:
        """How a move is drawn from a model's distribution."""
        return Sampling(self.temperature, self.top_p)


def asked_how(spec: TournamentSpec) -> dict[str, str]:
    """How models are asked, as a part of a run's identity: the sampling, and what follows an invalid answer."""
    rule = "policy" if spec.invalid == "policy" else f"resample:{spec.attempts}"
    return {"sampling": str(spec.sampling), "invalid": f"{rule},max_tokens={spec.max_tokens}"}

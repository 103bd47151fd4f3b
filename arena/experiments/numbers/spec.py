"""The settings of an experiment with random numbers: who draws what, how often, and how models are asked."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from arena.backends.base import Sampling
from arena.experiments.experiment import Count, Spec, Temperature
from arena.prompts.wording import Style

Mode = Literal["sample", "exact", "both"]


class NumbersSpec(Spec, frozen=True, kw_only=True):
    """A task for every subject: over a grid of temperatures and top-p, in paraphrases "0" to "4" of the wording ("" is
    the wording itself), or with entropy matched to that of a base model (an agent, as in `subjects`). A style or format
    of None is left to the catalog; `wording` is a file of the user's own.
    """

    task: str
    n: Count = 1500
    mode: Mode = "both"
    temperatures: tuple[Temperature, ...] = (1.0,)
    top_p: tuple[Annotated[float, msgspec.Meta(gt=0, le=1)], ...] = (1.0,)
    paraphrases: tuple[str, ...] = ("",)
    match_entropy: str = ""
    style: Style | None = None
    format: str | None = None
    wording: str | None = None

    @property
    def samplings(self) -> tuple[Sampling, ...]:
        """The grid of sampling settings."""
        return tuple(Sampling(temperature, top_p) for temperature in self.temperatures for top_p in self.top_p)

"""The settings of an experiment in which models answer the same prompts many times over."""

from __future__ import annotations

from typing import Annotated

import msgspec

from arena.experiments.experiment import Count, Spec, Temperature
from arena.experiments.prediction.prompts import GROUPS
from arena.prompts.wording import Style

LONGEST = 200  # tokens of a generation, as in Li and others (2024)


class AnchorsSpec(Spec, frozen=True, kw_only=True):
    """`n` generations of at most `max_tokens` tokens by every subject, a language model, for every prompt: the first
    `first` of the shipped `groups`, or a person's own `prompts`. Of each prompt's generations the first `scored` are
    scored word by word by every subject. A style or format of None is left to the catalog; `wording` is a file of the
    user's own."""

    groups: tuple[str, ...] = GROUPS
    first: Count = 80
    prompts: tuple[str, ...] = ()
    n: Count = 100
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=4096)] = LONGEST
    scored: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 20
    temperature: Temperature = 1.0
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.9
    style: Style | None = None
    format: str | None = None
    wording: str | None = None

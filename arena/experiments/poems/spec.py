"""The settings of an experiment in which models write poems: who writes, on what, how often, and how they are asked."""

from __future__ import annotations

from typing import Annotated

import msgspec

from arena.experiments.experiment import Count, Spec
from arena.experiments.poems.topics import TOPICS
from arena.prompts.wording import Style


class PoemsSpec(Spec, frozen=True, kw_only=True):
    """`n` poems of exactly four lines by every subject, a language model, on every topic; at each temperature, if there
    are several. A style or format of None is left to the catalog; `wording` is a file of the user's own."""

    topics: tuple[str, ...] = TOPICS
    n: Count = 20
    temperatures: tuple[Annotated[float, msgspec.Meta(gt=0)], ...] = (1.0,)
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    style: Style | None = None
    format: str | None = None
    wording: str | None = None

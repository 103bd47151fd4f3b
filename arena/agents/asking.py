"""How a model is asked for a move."""

from __future__ import annotations

from dataclasses import dataclass, field

from arena.backends.base import Sampling
from arena.prompts.renaming import Renaming
from arena.prompts.wording import Wording


@dataclass(frozen=True, slots=True)
class Asking:
    """The wording and format, the sampling, and what follows an invalid answer.

    At most `attempts` answers are drawn until one is valid. If none is, the move is drawn from the policy with
    `fallback`; without it, the round is forfeited. `renaming` has the names that the model is shown in place of the
    game's own.
    """

    wording: Wording
    format: str
    sampling: Sampling = field(default_factory=Sampling)
    attempts: int = 20
    fallback: bool = False
    max_tokens: int = 8
    renaming: Renaming = field(default_factory=Renaming)

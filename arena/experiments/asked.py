"""A cell in which a model is asked for answers: what names its draws, and what the store keeps of how it is asked."""

from __future__ import annotations

from arena.agents.agent import AgentSpec
from arena.backends.base import Sampling
from arena.prompts.wording import Wording
from arena.randomness import stream
from arena.store.rows import Asked, CellSpec


def asked_cell(
    player: AgentSpec,
    what: str,
    wording: Wording,
    format_: str,
    sampling: Sampling,
    *,
    variant: str = "",
    matched: str = "",
) -> CellSpec:
    """The cell of a model that is asked for `what`. Its key names the draws, so it says everything that an answer
    depends on."""
    asked = Asked(
        style=wording.style,
        wording=wording.name,
        format=format_,
        infix=wording.infix,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        variant=variant,
        matched=matched,
    )
    key = stream(player.text, "", what, f"{wording.style}/{format_}/{wording.name}", str(sampling))
    return CellSpec(key, player.text, "", what, asked)

"""A check of a model's prompts before anything is played: what it is asked, token by token, and whether it answers
with moves at all. Each fault is a warning with a name:

`bos`       the prompt doesn't begin as the model's tokenizer begins a text, or the beginning occurs in it again
`format`    the model's own chat template would write the request differently
`specials`  the format uses special tokens that this model doesn't have
`mass`      less than a tenth of the next-token distribution is on moves: the policy says little about the model
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arena.agents.agent import Past, View
from arena.agents.bounds import RoundBounds
from arena.agents.language_model import LanguageModelAgent
from arena.backends.base import Vocabulary
from arena.games import Game
from arena.prompts.chat_template import written
from arena.prompts.formats import CHAT_TEMPLATE, PAPERS, render
from arena.randomness import stream
from arena.records import Policy, Prompt, Sample, Seat

LEAST_MASS: Final = 0.1
PAST_ROUNDS: Final = (0, 3)  # the numbers of rounds after which a prompt is looked at

# Tokenizers' names for the beginning of a text. Chatml's <|im_start|> begins a turn, whatever a file says.
_BEGINNINGS: Final = frozenset(
    {
        "<s>",
        "<bos>",
        "<BOS>",
        "[BOS]",
        "<|begin_of_text|>",
        "<|startoftext|>",
        "<|begin▁of▁sentence|>",
        "<｜begin▁of▁sentence｜>",
    }
)
_MARKER: Final = re.compile(r"<\|[^|<>]+\|>")


@dataclass(frozen=True, slots=True)
class AuditWarning:
    """What is wrong, by name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PromptAudit:
    """One prompt: the number of past rounds, what the model saw, what it would say, and what is wrong with it.

    `bos` is how often a beginning of a text occurs in it; `counted` has the tokens that count for each move. `policy`
    is None where a server tells no more than `bounds`: what a round against the greedy reader can be."""

    rounds: int
    prompt: Prompt
    bos: int
    moves: tuple[str, ...]
    counted: tuple[tuple[int, ...], ...]
    policy: Policy | None
    bounds: RoundBounds | None
    answer: Sample
    warnings: tuple[AuditWarning, ...]


async def audit(agent: LanguageModelAgent, game: Game) -> list[PromptAudit]:
    """Ask a model in the first round and in a later one. Raises ModelError if it fails."""
    return [await _look(agent, game, _history(game, rounds)) for rounds in PAST_ROUNDS]


async def _look(agent: LanguageModelAgent, game: Game, history: tuple[Past, ...]) -> PromptAudit:
    number = len(history) + 1
    look = await agent.look(View(0, number, history, seed=stream("audit", agent.name, number)))
    prompt, policy = look.prompt, look.policy
    bounds = RoundBounds(game, Seat.SUBJECT, look.bounds) if look.bounds else None
    mass = policy.mass if policy else look.bounds.mass[1] if look.bounds else 0.0
    beginnings = _beginnings(agent.vocabulary)
    wrong = {
        "bos": _bos(prompt.tokens, agent.vocabulary, beginnings),
        "format": _format(agent, history),
        "specials": _specials(agent),
        "mass": _mass(mass, agent.moves),
    }
    return PromptAudit(
        rounds=len(history),
        prompt=prompt,
        bos=sum(token in beginnings for token in prompt.tokens),
        moves=agent.moves,
        counted=agent.tokens.counted,
        policy=policy,
        bounds=bounds,
        answer=look.answer,
        warnings=tuple(AuditWarning(name, text) for name, text in wrong.items() if text),
    )


def _history(game: Game, rounds: int) -> tuple[Past, ...]:
    """Some past rounds with several moves and outcomes."""
    moves = ((number % len(game.moves), (2 * number + 1) % len(game.replies)) for number in range(rounds))
    return tuple(Past(move, reply, game.outcome(move, reply)) for move, reply in moves)


def _beginnings(vocabulary: Vocabulary) -> frozenset[int]:
    """The tokens that begin a text: the one that the tokenizer adds, and those with such names."""
    named = {token for text, token in vocabulary.specials.items() if text in _BEGINNINGS}
    return frozenset(named if vocabulary.bos is None else named | {vocabulary.bos})


# Each of these returns what it finds wrong, "" for nothing.


def _bos(tokens: Sequence[int], vocabulary: Vocabulary, beginnings: frozenset[int]) -> str:
    adds = [] if vocabulary.bos is None else [vocabulary.bos]
    there = [token for token in tokens if token in beginnings]
    if there == adds and list(tokens[: len(adds)]) == adds:
        return ""
    wanted = f"{vocabulary.text(adds)} once, at the beginning" if adds else "none"
    found = " ".join(vocabulary.text([token]) for token in there) or "none"
    return f"the model's tokenizer adds {wanted}, but the prompt has {found}"


def _format(agent: LanguageModelAgent, history: tuple[Past, ...]) -> str:
    """The paper's own formats stay as its appendix A.2 prints them, whatever the model's template says."""
    asking, template = agent.asking, agent.chat_template
    if template is None or asking.format in PAPERS or asking.wording.style == "base":
        return ""
    request, _ = agent.request(history)
    ours = "".join(segment.text for segment in render(asking.format, request, "", template))
    if ours == written(template, request).rstrip(" "):
        return ""
    if asking.format == CHAT_TEMPLATE:
        why = "the model's chat template changes this request's text, which Arena leaves as it is"
    else:
        why = f"in format {asking.format} the request isn't wrapped, but the model's chat template would wrap it"
    return f"{why} (--format {CHAT_TEMPLATE} uses the template)"


def _specials(agent: LanguageModelAgent) -> str:
    """Special tokens of a fixed format that are ordinary text to this model, as tulu's are to Tulu's own models."""
    if agent.asking.format != "llama-instruct":
        return ""
    format_text = "".join(segment.text for segment in render(agent.asking.format, "", "") if segment.special)
    missing = [mark for mark in dict.fromkeys(_MARKER.findall(format_text)) if mark not in agent.vocabulary.specials]
    return f"this model has no special token {', '.join(missing)}: it reads them as text" if missing else ""


def _mass(mass: float, moves: Sequence[str]) -> str:
    if mass >= LEAST_MASS:
        return ""
    return (
        f"only {mass:.3f} of the next-token distribution is on {', '.join(moves)} "
        f"(least {LEAST_MASS:g}): another --style, --format or --wording may suit this model"
    )

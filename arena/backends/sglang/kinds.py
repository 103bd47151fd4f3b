"""What is asked of a server, and the JSON that asks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arena.backends.base import Sampling

# characters of every kind, which any vocabulary can spell
PROBE: Final = 'The 1st move (of 20) is "rock"; then: paper_2, SCISSORS & hide-and-seek at 7.5%!'

_NEVER = -1e9  # added to a logit: its token has no probability left, in 32 bits too
_ENVELOPE, _A_TOKEN = 1 << 16, 256  # more than enough bytes for an answer, and for each token in it


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked about a prompt: how many tokens are sampled, and which numbers are wanted for the first of them;
    `scored`: whether those of the prompt's own tokens are; `without`: tokens that must not be sampled."""

    sampling: Sampling
    count: int
    wanted: tuple[int, ...] = ()
    top: int = 0
    scored: bool = False
    without: tuple[int, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether it asks for numbers of a distribution."""
        return bool(self.wanted or self.top)

    def most_bytes(self, prompts: Sequence[tuple[int, ...]]) -> int:
        """A length in bytes that no answer to these prompts reaches."""
        own = sum(map(len, prompts)) if self.scored else 0
        return len(prompts) * (_ENVELOPE + _A_TOKEN * (self.count + len(self.wanted) + self.top)) + _A_TOKEN * own


def body(kind: Kind, prompts: Sequence[tuple[int, ...]]) -> dict[str, object]:
    """A request for several prompts. It sets all sampling parameters: a server fills gaps from the model's files."""
    params: dict[str, object] = {
        "temperature": kind.sampling.temperature,
        "top_p": kind.sampling.top_p,
        "top_k": -1,
        "min_p": kind.sampling.min_p,
        "repetition_penalty": 1.0,
        "frequency_penalty": 0.0,
        "presence_penalty": 0.0,
        "max_new_tokens": kind.count,
        "skip_special_tokens": False,
    }
    if kind.without:
        params["logit_bias"] = {str(token): _NEVER for token in kind.without}
    asked: dict[str, object] = {"input_ids": prompts, "sampling_params": params}
    if kind.scored or kind.tells:
        asked["return_logprob"] = True
        asked["logprob_start_len"] = 0 if kind.scored else -1
        asked["top_logprobs_num"] = kind.top
    if kind.wanted:
        asked["token_ids_logprob"] = list(dict.fromkeys(kind.wanted))
    return asked


def spelling_body() -> dict[str, object]:
    """A request that shows how a server's own tokenizer spells a text."""
    return {
        "text": PROBE,
        "sampling_params": {"max_new_tokens": 1},
        "return_logprob": True,
        "logprob_start_len": 0,
    }

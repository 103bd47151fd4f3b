"""The JSON that asks an SGLang server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from arena.backends.remote.kinds import NEVER, PROBE, Kind

PATH: Final = "/generate"


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
        params["logit_bias"] = {str(token): NEVER for token in kind.without}
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

"""The sentences about SGLang servers in particular."""

from __future__ import annotations

from typing import Final

from arena.backends.remote.refusals import Advice
from arena.errors import InputError

ADVICE: Final = Advice(
    absent="start one with `arena serve MODEL`, or check the address",
    wrong="Check that it is an SGLang server of the version in docs/gpu-rig.md",
)


def dies(url: str, version: str) -> InputError:
    """Its version ends itself over what it would be asked."""
    return InputError(
        f"the server at {url} is SGLang {version}, which dies when requests with and without token_ids_logprob meet in "
        "a batch, as versions 0.5.16 to 0.5.20 do: install 0.5.21 or newer"
    )


def not_sglang(url: str) -> InputError:
    """Something answers, but it isn't an SGLang server."""
    return InputError(f"the server at {url} isn't an SGLang server: /model_info doesn't name a model")

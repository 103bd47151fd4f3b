"""The sentences about vLLM in particular."""

from __future__ import annotations

from typing import Final

from arena.backends.remote.refusals import Advice
from arena.errors import InputError

ADVICE: Final = Advice(
    absent="start it with `vllm serve`, or check the address",
    wrong="Check that it is vLLM, in a version that docs/backends.md names",
)


def not_vllm(url: str, owner: str) -> InputError:
    """It speaks the OpenAI API, but it is something else."""
    whose = f": its models are {owner[:40]!r}'s" if owner else ""
    return InputError(
        f"the server at {url} isn't vLLM{whose}. llama.cpp's own server is written openai:URL, SGLang sglang:URL"
    )


def spells_differently(url: str, place: str) -> InputError:
    """Its tokens don't mean the same as in the tokenizer that is read here."""
    return InputError(
        f"the server at {url} spells text in different tokens from the tokenizer of {place} that is read here: start "
        "it with the model's own tokenizer"
    )

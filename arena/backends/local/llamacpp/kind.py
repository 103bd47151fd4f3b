"""Which models can be players: those that say, after any text, how likely each next token is."""

from __future__ import annotations

import ctypes
from typing import Any

from arena.backends.local.library import LoadError
from arena.backends.local.llamacpp.native import native
from arena.text import printable


def metadata(model: Any, key: str) -> str | None:
    """A value of the GGUF file's metadata as text."""
    buffer = ctypes.create_string_buffer(4096)
    length = native.llama_model_meta_val_str(model, key.encode(), buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace") if length >= 0 else None


def check_kind(model: Any, path: str) -> None:
    """Refuse a model without a next-token distribution. Raises LoadError.

    llama.cpp would give rows of numbers for any of these: an encoder's logits are all 0, a perfectly random player.
    """
    architecture = metadata(model, "general.architecture") or "?"
    reason = _reason(model, architecture)
    if reason:
        raise LoadError(f"{path} can't play: {reason} ({printable(architecture)})")


def _reason(model: Any, architecture: str) -> str:
    causal = metadata(model, f"{architecture}.attention.causal") != "false"
    if native.llama_model_has_encoder(model) and native.llama_model_has_decoder(model):
        return "it is an encoder with a decoder, which answers a text instead of continuing it"
    if native.llama_model_is_diffusion(model):
        return "it writes by diffusion, all places at once, and has no distribution of the next token"
    if not causal or native.llama_model_has_encoder(model):
        return "it is an encoder, which reads a text from both sides and has no distribution of the next token"
    if metadata(model, f"{architecture}.pooling_type") not in (None, "0"):
        return "it is made to give a text's embedding or score, and not the next token"
    return ""

"""Requests that every backend refuses before it evaluates anything: native code, or a server's GPU, may die of them."""

from __future__ import annotations

from collections.abc import Sequence

from arena.backends.base import Capability, LanguageModel, Request
from arena.errors import CapabilityError, InputError


def check_request(model: LanguageModel, request: Request) -> None:
    """Raise InputError for a prompt without tokens, with tokens that don't exist, or too long for the model; for wanted
    tokens that may stay unknown, CapabilityError."""
    if not request.tokens:
        raise InputError(f"{model.name}: a prompt must have at least one token")
    _check_tokens(model, request.tokens)
    if request.wanted:
        _check_tokens(model, request.wanted)
        if not request.bounded:
            check_named(model)
    longest = len(request.tokens) + (request.stop.max_tokens if request.draw else 0)
    if longest > model.context:
        raise InputError(f"{longest} tokens of prompt and answer don't fit {model.name}, which takes {model.context}")


def check_named(model: LanguageModel) -> None:
    """Raise CapabilityError for a model of which only the likeliest tokens' probabilities are known."""
    if Capability.NAMED not in model.capabilities:
        raise CapabilityError(
            f"{model.name}: its server tells the probabilities of the likeliest tokens only, so those of a game's "
            f"moves or a task's values aren't known exactly (`arena doctor {model.name}` shows their bounds): update "
            "the server, or use another backend"
        )


def check_score(model: LanguageModel, tokens: Sequence[int]) -> None:
    """Raise InputError for a model that can't score, no tokens, tokens that don't exist, or too many for the model."""
    if Capability.SCORE not in model.capabilities:
        raise InputError(f"{model.name}: its backend can't give the probabilities of a text: use another backend")
    if not tokens:
        raise InputError(f"{model.name}: a text to be scored must have at least one token")
    _check_tokens(model, tokens)
    if len(tokens) > model.context:
        raise InputError(f"{len(tokens)} tokens of text don't fit {model.name}, which takes {model.context}")


def _check_tokens(model: LanguageModel, tokens: Sequence[int]) -> None:
    size = len(model.vocabulary.pieces)
    for token in (min(tokens), max(tokens)):
        if not 0 <= token < size:
            raise InputError(f"{model.name} has no token {token}: its ids go from 0 to {size - 1}")

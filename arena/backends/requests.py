"""What every backend refuses before it evaluates anything: native code, or a server's GPU, may die of it."""

from __future__ import annotations

from arena.backends.base import LanguageModel, Request
from arena.errors import InputError


def check_request(model: LanguageModel, request: Request) -> None:
    """Raises InputError for a prompt without tokens, with tokens that don't exist, or too long for the model."""
    size = len(model.vocabulary.pieces)
    if not request.tokens:
        raise InputError(f"{model.name}: a prompt must have at least one token")
    for token in (min(request.tokens), max(request.tokens), *request.wanted):
        if not 0 <= token < size:
            raise InputError(f"{model.name} has no token {token}: its ids go from 0 to {size - 1}")
    longest = len(request.tokens) + (request.stop.max_tokens if request.draw else 0)
    if longest > model.context:
        raise InputError(f"{longest} tokens of prompt and answer don't fit {model.name}, which takes {model.context}")

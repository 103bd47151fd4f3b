"""A model's own chat template: a stranger's Jinja, rendered in a sandbox and within limits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from arena.errors import InputError
from arena.prompts import sandbox

# Takes the request's place while the template runs, so that the request itself is never part of a template's text.
# A plain word: templates may strip it, and some compare the content with other texts.
_PLACEHOLDER = "ARENA-REQUEST-7f3a9c"


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A template, the special tokens that it may name (`eos_token` and its text), and the model it belongs to."""

    source: str
    named: tuple[tuple[str, str], ...] = ()
    model: str = "the model"


@lru_cache(maxsize=16)
def around_request(template: ChatTemplate) -> tuple[str, str]:
    """The text that a chat template writes before and after one user request, up to where the answer begins.

    Raises InputError if the template fails, uses too much, or doesn't write the request exactly once and unchanged.
    """
    before, *after = written(template, _PLACEHOLDER).split(_PLACEHOLDER)
    if len(after) != 1:
        raise InputError(
            f"the chat template of {template.model} writes the request {len(after)} times instead of once and "
            "unchanged: choose another --format"
        )
    return before, after[0]


def written(template: ChatTemplate, request: str) -> str:
    """What a chat template makes of a request, up to where the answer begins. Raises InputError if it fails or uses
    too much."""
    values = {
        "bos_token": "",
        "eos_token": "",
        **dict(template.named),
        "messages": [{"role": "user", "content": request}],
        "add_generation_prompt": True,
        "tools": None,
        "documents": None,
    }
    try:
        (text,) = sandbox.render([template.source], values, chat=True)
    except sandbox.TemplateError as error:
        raise InputError(f"the chat template of {template.model} fails: {error}: choose another --format") from error
    return text

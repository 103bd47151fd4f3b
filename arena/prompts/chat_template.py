"""A model's own chat template: Jinja from a stranger, run in jinja2's sandbox."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

from arena.errors import InputError

# Stands for the request while the template runs, so that the request itself is never part of a template's text.
# A plain word: templates may strip it, and some compare the content with other texts.
_PLACEHOLDER = "ARENA-REQUEST-7f3a9c"
_LONGEST = 100_000  # characters; a template that writes more does not format a request


@lru_cache(maxsize=16)
def around_request(template: str) -> tuple[str, str]:
    """What a chat template writes before and after one request of a user, up to where the answer begins.

    A leading BOS of the template's is left out, since tokenising adds it. Raises InputError if the template
    fails, or doesn't hold the request exactly once and unchanged.
    """
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    environment.globals |= {"raise_exception": _refuse, "strftime_now": _now}
    messages = [{"role": "user", "content": _PLACEHOLDER}]
    try:
        written = ""
        # piece by piece, so that a template that never ends is stopped
        for piece in environment.from_string(template).generate(
            messages=messages, add_generation_prompt=True, bos_token="", eos_token="", tools=None
        ):
            written += piece
            if len(written) > _LONGEST:
                raise InputError(f"the model's chat template writes more than {_LONGEST} characters for one request")
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise InputError(f"the model's chat template fails: {type(error).__name__}: {error}") from error
    before, *after = written.split(_PLACEHOLDER)
    if len(after) != 1:
        raise InputError(f"the model's chat template holds the request {len(after)} times, but it should once")
    return before, after[0]


def _refuse(message: str) -> NoReturn:
    """What templates call to say that they can't format something."""
    raise ValueError(message)


def _to_json(value: Any, **options: Any) -> str:
    return json.dumps(value, ensure_ascii=False, **options)


def _now(format: str) -> str:
    """Some templates write the date into the prompt. One date, so that a run's prompts are the same tomorrow."""
    return datetime(2025, 1, 1).strftime(format)

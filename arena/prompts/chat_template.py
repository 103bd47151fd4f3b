"""A model's own chat template: Jinja from a stranger, run in jinja2's sandbox and within a limit of work."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range

from arena.errors import InputError

# Stands for the request while the template runs, so that the request itself is never part of a template's text.
# A plain word: templates may strip it, and some compare the content with other texts.
_PLACEHOLDER = "ARENA-REQUEST-7f3a9c"
_LONGEST = 100_000  # characters; a template that writes more does not format a request
_MOST_STEPS = 100_000  # turns of loops and calls of macros; a real template needs some dozens


@lru_cache(maxsize=16)
def around_request(template: str) -> tuple[str, str]:
    """What a chat template writes before and after one request of a user, up to where the answer begins.

    The template's `bos_token` is empty. Raises InputError if the template fails or doesn't end, or doesn't hold
    the request exactly once and unchanged.
    """
    before, *after = written(template, _PLACEHOLDER).split(_PLACEHOLDER)
    if len(after) != 1:
        raise InputError(
            f"the model's chat template writes the request {len(after)} times, but it should once and unchanged: "
            "choose another --format"
        )
    return before, after[0]


def written(template: str, request: str) -> str:
    """What a chat template makes of a request, up to where the answer begins. Raises InputError if it fails."""
    try:
        return _run(template, request)
    except InputError:
        raise
    except Exception as error:  # whatever a stranger's program may come to
        why = f"{type(error).__name__}: {error}"[:300].rstrip(".").encode("unicode_escape").decode("ascii")
        raise InputError(f"the model's chat template fails: {why}: choose another --format") from error


def _run(template: str, request: str) -> str:
    environment = _Environment()
    messages = [{"role": "user", "content": request}]
    text = ""
    # piece by piece, so that a template that never ends is stopped
    for piece in environment.from_string(environment.limited(template)).generate(
        messages=messages, add_generation_prompt=True, bos_token="", eos_token="", tools=None
    ):
        text += piece
        if len(text) > _LONGEST:
            raise InputError(f"the model's chat template writes more than {_LONGEST} characters for one request")
    return text


class _Generation(Extension):
    """`{% generation %}` marks the assistant's text for training; to a prompt it is nothing."""

    tags = {"generation"}  # noqa: RUF012 (as the base class declares it)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Environment(ImmutableSandboxedEnvironment):
    """What transformers gives a chat template, with a count of its steps."""

    def __init__(self) -> None:
        super().__init__(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _Generation])
        self.filters["tojson"] = _to_json
        self.globals |= {"raise_exception": _refuse, "strftime_now": _now, "range": self._range}
        self._steps = 0

    def limited(self, template: str) -> nodes.Template:
        """The template with a call of `step` in each turn of a loop and in each macro: the sandbox bounds a
        range, but not ranges within ranges."""
        tree = self.parse(template)
        step = nodes.Call(nodes.EnvironmentAttribute("step"), [], [], None, None)
        repeating: list[nodes.For | nodes.Macro | nodes.CallBlock] = [
            *tree.find_all(nodes.For),
            *tree.find_all(nodes.Macro),
            *tree.find_all(nodes.CallBlock),
        ]
        for node in repeating:
            node.body.insert(0, nodes.ExprStmt(step))
        for loop in tree.find_all(nodes.For):
            if loop.test is not None:
                loop.test = nodes.And(step, loop.test)
        tree.set_environment(self)
        return tree

    def step(self, count: int = 1) -> bool:
        """Count some work. Raises InputError when it is too much; always true otherwise."""
        self._steps += count
        if self._steps > _MOST_STEPS:
            raise InputError(f"the model's chat template doesn't end within {_MOST_STEPS} steps for one request")
        return True

    def _range(self, *arguments: int) -> range:
        numbers = safe_range(*arguments)
        self.step(len(numbers))
        return numbers


def _refuse(message: str) -> NoReturn:
    """What templates call to say that they can't format something."""
    raise ValueError(message)


def _to_json(value: Any, **options: Any) -> str:
    return json.dumps(value, **{"ensure_ascii": False} | options)


def _now(format: str) -> str:
    """Some templates write the date into the prompt. One date, so that a run's prompts are the same tomorrow."""
    return datetime(2025, 1, 1).strftime(format)

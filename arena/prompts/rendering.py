"""Makes text of templates. For strangers' templates it runs in a process of its own (see sandbox.py): a line of JSON
in, a line out, and limits that end it when a template uses too much.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NoReturn

import msgspec
from jinja2 import StrictUndefined, Template, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_MIB: Final = 512  # of memory, for the process as a whole
_LONGEST: Final = 100_000  # characters; a chat template that writes more isn't formatting a request
_LONGEST_WORDING: Final = 10_000_000  # with the history of a match: more than fits any context


class Job(msgspec.Struct):
    """Templates to be rendered with the same values, as chat templates or as wordings, each within `seconds`."""

    templates: Sequence[str]
    values: dict[str, Any]
    chat: bool
    seconds: float


class Rendered(msgspec.Struct):
    """The texts, or why there are none."""

    texts: list[str]
    why: str = ""


def render(templates: Sequence[str], values: dict[str, Any], chat: bool) -> list[str]:
    """The texts of templates. Raises whatever a template raises."""
    longest = _LONGEST if chat else _LONGEST_WORDING
    return [_text(_template(template, chat), values, longest) for template in templates]


def _text(template: Template, values: dict[str, Any], longest: int) -> str:
    text = ""
    for piece in template.generate(values):  # piece by piece, to stop a template that never ends
        text += piece
        if len(text) > longest:
            raise ValueError(f"it writes more than {longest} characters")
    return text


@lru_cache(maxsize=64)
def _template(text: str, chat: bool) -> Template:
    if chat:
        return _Chat().from_string(text)
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True).from_string(text)


class _Generation(Extension):
    """`{% generation %}` marks the assistant's text for training; it means nothing for a prompt."""

    tags = {"generation"}  # noqa: RUF012 (as the base class declares it)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Chat(ImmutableSandboxedEnvironment):
    """The environment that transformers gives a chat template."""

    def __init__(self) -> None:
        super().__init__(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _Generation])
        self.filters["tojson"] = _to_json
        self.globals |= {"raise_exception": _refuse, "strftime_now": _now}


def _refuse(message: str) -> NoReturn:
    """Templates call this to say that they can't format something."""
    raise ValueError(message)


def _to_json(value: Any, **options: Any) -> str:
    return json.dumps(value, **{"ensure_ascii": False} | options)


def _now(format: str) -> str:
    """Some templates write the date into the prompt. It is always the same, so that a run's prompts never change."""
    return datetime(2025, 1, 1).strftime(format)


def main() -> None:
    """Answer jobs until the input closes. Ctrl-C is left to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound_memory()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(_answer(msgspec.json.decode(line, type=Job))) + b"\n")
        sys.stdout.buffer.flush()


def _answer(job: Job) -> Rendered:
    try:
        _bound_work(job.seconds)
        return Rendered(render(job.templates, job.values, job.chat))
    except MemoryError:
        return Rendered([], f"it takes more than {MOST_MIB} MiB of memory")
    except Exception as error:  # a stranger's program may raise anything
        why = f"{type(error).__name__}: {error}"[:300].rstrip(".")
        return Rendered([], why.encode("unicode_escape").decode("ascii"))
    finally:
        _bound_work(0)


def _bound_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system has it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MIB * 2**20,) * 2)


def _bound_work(seconds: float) -> None:
    """SIGPROF ends this process after so much work, even in the middle of one multiplication; 0 removes the limit."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    main()

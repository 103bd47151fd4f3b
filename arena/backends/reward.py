"""A reward model's scores for answers (the paper's table 7): the side of its child process that Arena talks to.

The child loads the model, scores all answers in one go and ends, so that nothing of it stays in memory.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from arena.backends.local.child import describe, end, last_words, log_file, start
from arena.backends.local.messages import Refused
from arena.backends.local.settings import Settings
from arena.backends.local.transformers.weights import check_place
from arena.errors import InputError, ModelError
from arena.files import from_home

WORKER: Final = "arena.backends.local.transformers.reward_worker"

Template = Literal["chat-template", "tulu"]


class Score(msgspec.Struct, frozen=True):
    """The one message to the child, a line of JSON: each answer is the assistant's whole turn after the request."""

    place: str
    request: str
    answers: tuple[str, ...]
    settings: Settings


class Scored(msgspec.Struct, frozen=True, tag=True):
    """The one message from the child, unless it refuses: a reward for each answer, in order. It is the model's own
    number, without a unit.

    `build` is what ran the model, for a run's manifest; `template` is how the conversations were written: in the chat
    template of the model's tokenizer or, if it has none, the paper's Tulu format.
    """

    values: tuple[float, ...]
    build: str
    template: Template


async def rewards(place: str, request: str, answers: Sequence[str], settings: Settings) -> Scored:
    """The reward for each answer as the assistant's whole turn after a user's request.

    `place` is a folder or a hub's repository with a sequence classifier of one label, in safetensors. A reward
    doesn't depend on the other answers. Cancelling ends the child. Raises InputError for anything but such a model or
    if an answer can't be scored, ModelError without the libraries or if the child dies; its log then stays.
    """
    check_place(place)
    if os.path.isfile(from_home(place)):
        raise InputError(f"{place} is a GGUF file, which holds no reward model: name a folder or a hub's repository")
    try:
        question = msgspec.json.encode(Score(place, request, tuple(answers), settings.resolved()))
    except UnicodeEncodeError as error:  # half a character, from a name that isn't UTF-8
        raise InputError(f"the reward model {place} or its input isn't valid text: {error.reason}") from error
    log = log_file(place)
    output, code = await _run(question + b"\n", log)
    try:
        answer: Scored | Refused = msgspec.json.decode(output, type=Scored | Refused)
    except msgspec.MsgspecError:  # no message, or only part of one
        how = f"{describe(code)}; its log is {log}{last_words(log)}"
        raise ModelError(f"the worker of the reward model {place} ended: {how}") from None
    log.unlink(missing_ok=True)
    if isinstance(answer, Refused):
        raise InputError(answer.sentence)
    return answer


async def _run(question: bytes, log: Path) -> tuple[bytes, int]:
    """Everything that the child writes, and its exit code."""
    process = await start(WORKER, log)
    assert process.stdin is not None and process.stdout is not None
    try:
        with contextlib.suppress(ConnectionError):  # it died at once: the log says why
            process.stdin.write(question)
            await process.stdin.drain()
        # its input stays open until then, because the child takes its closing for the end of its parent
        output = await process.stdout.read()
        process.stdin.close()
        return output, await process.wait()
    except BaseException:
        await end(process)
        log.unlink(missing_ok=True)
        raise

"""From records to rows and back: how specs, decisions and prompts are written, and read back the same."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec

from arena.records import Answer, Decision, Outcome, Policy, Prompt, Round, Sample, TokenProbability
from arena.store.failures import DamagedError
from arena.store.former import first_words
from arena.store.rows import CellSpec, RunSpec

_NONSENSE = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, struct.error,
    msgspec.MsgspecError,
)  # fmt: skip


@contextmanager
def decoding() -> Iterator[None]:
    """Turns a failure to decode within into DamagedError: the file is damaged."""
    try:
        yield
    except _NONSENSE as error:
        raise DamagedError(f"a row makes no sense: {error}") from error


# -- JSON --------------------------------------------------------------------------------------------------


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, no spaces, ASCII. Mappings and tuples count as JSON's own."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=dict)


def json_object(text: str) -> dict[str, Any]:
    """A JSON object. Raises ValueError for anything else, including numbers that aren't finite."""
    found = json.loads(text, parse_constant=_no_number)
    if not isinstance(found, dict):
        raise ValueError(f"{text[:40]!r} isn't a JSON object")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} isn't a number")


def identity(spec: RunSpec) -> str:
    """The hash that a run is found by: of its whole spec except its size, whatever the order of the cells."""
    return sha256(
        canonical(
            {
                "cells": [_cell_identity(cell) for cell in sorted(spec.cells, key=lambda cell: cell.key)],
                "seed": spec.seed,
                "models": spec.models,
                **first_words(spec.experiment, spec.rounds, spec.settings),
            }
        ).encode()
    ).hexdigest()


def run_key(spec: RunSpec) -> str:
    """The run's name in an export: the beginning of its identity, so that equal runs have equal keys everywhere."""
    return identity(spec)[:16]


def _cell_identity(cell: CellSpec) -> dict[str, Any]:
    return {
        "key": cell.key,
        "subject": cell.subject,
        "opponent": cell.opponent,
        "game": cell.what,
        "prompt": msgspec.to_builtins(cell.asked),
        "opponent_prompt": msgspec.to_builtins(cell.opponent_asked),
        **({"detail": cell.detail} if cell.detail else {}),
    }


# -- numbers and text ---------------------------------------------------------------------------------------


def floats(values: Sequence[float]) -> bytes:
    """Floats as bytes, 64-bit little-endian: every bit is kept."""
    return _doubles(len(values)).pack(*values)


@lru_cache(maxsize=64)  # each round has a policy or two
def _doubles(count: int) -> struct.Struct:
    return struct.Struct(f"<{count}d")


def from_floats(blob: bytes) -> tuple[float, ...]:
    """What `floats` wrote."""
    return struct.unpack(f"<{len(blob) // 8}d", blob)


def integers(values: Sequence[int]) -> bytes:
    """Integers as bytes, 32-bit little-endian: enough for every vocabulary."""
    return struct.pack(f"<{len(values)}i", *values)


def from_integers(blob: bytes) -> tuple[int, ...]:
    """What `integers` wrote. Raises ValueError for one below 0: all of them are tokens."""
    found = struct.unpack(f"<{len(blob) // 4}i", blob)
    if found and min(found) < 0:
        raise ValueError(f"a token {min(found)}")
    return found


def text_bytes(text: str) -> bytes:
    """A text in UTF-8. Half a surrogate pair, which UTF-8 can't encode, becomes "?"."""
    return text.encode("utf-8", "replace")


# -- prompts ------------------------------------------------------------------------------------------------

PROMPT_COLUMNS = "sha256, text, tokens, top_tokens, top_logprobs"


def prompt_hash(prompt: Prompt) -> bytes:
    """The SHA-256 of its text (UTF-8), a zero byte and its token ids (32-bit, little-endian)."""
    return sha256(text_bytes(prompt.text) + b"\0" + integers(prompt.tokens)).digest()


def encode_prompt(prompt: Prompt) -> tuple[Any, ...]:
    """The values of PROMPT_COLUMNS except the first, which the writer already has."""
    return (
        text_bytes(prompt.text).decode(),
        integers(prompt.tokens),
        integers([likely.token for likely in prompt.top]),
        floats([likely.logprob for likely in prompt.top]),
    )


def decode_prompt(text: str, tokens: bytes, top_tokens: bytes, top_logprobs: bytes) -> Prompt:
    """The prompt that `encode_prompt` wrote."""
    logprobs = from_floats(top_logprobs)
    if not all(logprob < 0.01 for logprob in logprobs):  # this also refuses NaN; up to 0.01 is rounding
        raise ValueError("a logarithm of a probability above 0")
    top = zip(from_integers(top_tokens), logprobs, strict=True)
    return Prompt(text, from_integers(tokens), tuple(TokenProbability(*pair) for pair in top))


# -- rounds -------------------------------------------------------------------------------------------------

ROUND_COLUMNS = (
    "number, outcome, move, policy, mass, loose_mass, answers, drawn, invalid, prompt, "
    "reply, opponent_policy, opponent_mass, opponent_loose_mass, opponent_answers, opponent_prompt"
)


def encode_round(played: Round, prompt: int | None, opponent_prompt: int | None) -> tuple[Any, ...]:
    """The values of ROUND_COLUMNS, with the prompts as their numbers in the cell."""
    subject, opponent = played.subject, played.opponent
    return (
        played.number,
        int(played.outcome),
        *_encode_decision(subject),
        len(subject.answers),
        subject.invalid if subject.answers else 0,
        prompt,
        *_encode_decision(opponent),
        opponent_prompt,
    )


def decode_round(row: Sequence[Any], prompts: Mapping[int, Prompt]) -> Round:
    """The round that `encode_round` wrote, with those of its prompts that `prompts` has, by number."""
    number, outcome, *columns = row
    subject, (_drawn, _invalid, prompt) = columns[:5], columns[5:8]
    *opponent, opponent_prompt = columns[8:]
    return Round(
        number,
        Outcome(outcome),
        _decode_decision(prompts.get(prompt), *subject),
        _decode_decision(prompts.get(opponent_prompt), *opponent),
    )


def _encode_decision(decision: Decision) -> tuple[Any, ...]:
    policy = decision.policy
    shown = (None, None, None) if policy is None else (floats(policy.probabilities), policy.mass, policy.loose_mass)
    return decision.move, *shown, _encode_answers(decision.answers)


def _decode_decision(
    prompt: Prompt | None, move: int | None, policy: bytes | None, mass: float, loose_mass: float, answers: str | None
) -> Decision:
    shown = None if policy is None else Policy(from_floats(policy), mass, loose_mass)
    return Decision(shown, move, decode_answers(answers), prompt)


def decode_answers(text: str | None) -> tuple[Sample, ...]:
    """The answers that a seat drew, in order; empty for NULL."""
    if text is None:
        return ()
    return tuple(_sample(answer["text"], tuple(answer["tokens"]), answer["ended"]) for answer in json.loads(text))


def _sample(text: str, tokens: tuple[int, ...], ended: str) -> Sample:
    if type(text) is not str or type(ended) is not str or not all(type(one) is int and one >= 0 for one in tokens):
        raise ValueError("an answer that isn't one")
    return Sample(text, tokens, ended)


ANSWER_COLUMNS = "value, text, tokens, ended"


def encode_answer(answer: Answer) -> tuple[Any, ...]:
    """The values of ANSWER_COLUMNS."""
    value = None if answer.value is None else json.dumps(answer.value, separators=(",", ":"))
    sample = answer.sample
    return value, text_bytes(sample.text).decode(), integers(sample.tokens), sample.ended


def decode_answer(value: str | None, text: str, tokens: bytes, ended: str) -> Answer:
    """The answer that `encode_answer` wrote. Its experiment decides which values are allowed."""
    found = None if value is None else json.loads(value, parse_constant=_no_number)
    return Answer(_sample(text, from_integers(tokens), ended), tuple(found) if isinstance(found, list) else found)


def _encode_answers(answers: tuple[Sample, ...]) -> str | None:
    if not answers:
        return None
    plain = [{"text": answer.text, "tokens": answer.tokens, "ended": answer.ended} for answer in answers]
    return text_bytes(json.dumps(plain, ensure_ascii=False, separators=(",", ":"))).decode()

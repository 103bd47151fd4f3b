"""A match, or an answer, as a sample of an inspect_ai log. Nothing in it is random or of the time of writing: the same
match gives the same sample.

Needs inspect_ai, so that this module is imported only where it is installed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import fmean
from typing import Any

import numpy as np
from inspect_ai.event import InfoEvent
from inspect_ai.log import EvalSample
from inspect_ai.model import ChatCompletionChoice, ChatMessage, ChatMessageAssistant, ChatMessageUser, ModelOutput
from inspect_ai.scorer import Score

from arena.games import Game
from arena.records import Answer, Decision, Outcome, Round, Sample
from arena.store.rows import CellSpec

EPOCH = 1  # inspect_ai numbers repetitions of a sample from 1; a match has none


def match_sample(
    spec: CellSpec, game: Game, number: int, rounds: Sequence[Round], log: str, began: datetime
) -> EvalSample:
    """A match: a prompt and an answer per round as messages, the round with its policy as an event, and scores.

    `number` counts from 0, the sample's id from 1. `log` is the log's id, `began` the time given to events.
    """
    name = f"{log}-{number + 1}"
    messages: list[ChatMessage] = []
    events = []
    for played in rounds:
        facts = _facts(game, played)
        asked, said = _words(game, played)
        place = f"{name}-{played.number}"
        messages.append(ChatMessageUser(id=f"{place}-prompt", content=asked, source="input"))
        messages.append(
            ChatMessageAssistant(
                id=f"{place}-answer", content=said, source="generate", model=spec.subject, metadata=facts
            )
        )
        events.append(
            InfoEvent(uuid=place, span_id=name, timestamp=began, working_start=0.0, source="arena", data=facts)
        )
    first = rounds[0].subject.prompt
    against = f"{game.title}: {spec.subject} against {spec.opponent}, {len(rounds)} rounds"
    return EvalSample(
        id=number + 1,
        epoch=EPOCH,
        uuid=name,
        input=first.text if first else against,
        target="",
        messages=messages,
        output=_output(spec.subject, messages[-1], rounds[-1].subject.answers),
        scores=_match_scores(game, rounds),
        metadata={
            "cell": spec.key,
            "game": game.name,
            "opponent": spec.opponent,
            "match": number,
            "moves": list(game.moves),
            "replies": list(game.replies),
            "policy": [played.subject.policy and list(played.subject.policy.probabilities) for played in rounds],
        },
        events=events,
        turn_count=len(rounds),
    )


def answer_sample(spec: CellSpec, prompt: str, number: int, answer: Answer, log: str) -> EvalSample:
    """An answer to a task. `number` counts from 0, the sample's id from 1."""
    name = f"{log}-{number + 1}"
    value = None if answer.value is None else json.dumps(answer.value, separators=(",", ":"))
    said = ChatMessageAssistant(id=f"{name}-answer", content=answer.sample.text, source="generate", model=spec.subject)
    return EvalSample(
        id=number + 1,
        epoch=EPOCH,
        uuid=name,
        input=prompt,
        target="",
        messages=[ChatMessageUser(id=f"{name}-prompt", content=prompt, source="input"), said],
        output=_output(spec.subject, said, (answer.sample,)),
        scores={"valid": Score(value=float(value is not None), answer=value)},
        metadata={"cell": spec.key, "task": spec.what, "draw": number, "value": answer.value},
    )


def _words(game: Game, played: Round) -> tuple[str, str]:
    """What the subject was shown, and what it said; in Arena's own words for one that neither reads nor writes."""
    subject = played.subject
    asked = subject.prompt.text if subject.prompt else f"Round {played.number}"
    if subject.answers:
        return asked, subject.answers[-1].text
    return asked, _move(game.moves, subject.move) or "(no move)"


def _facts(game: Game, played: Round) -> dict[str, Any]:
    """A round as JSON, with names for moves."""
    subject, opponent = played.subject, played.opponent
    policy = subject.policy
    facts: dict[str, Any] = {
        "round": played.number,
        "move": _move(game.moves, subject.move),
        "reply": _move(game.replies, opponent.move),
        "outcome": played.outcome.name.lower(),
    }
    if policy is not None:
        facts |= {
            "policy": _named(game.moves, subject),
            "determinism": policy.determinism,
            "mass": policy.mass,
            "loose_mass": policy.loose_mass,
        }
    if opponent.policy is not None and opponent.prompt is not None:  # a bot's says no more than its reply
        facts["opponent_policy"] = _named(game.replies, opponent)
    for key, seat in (("answers", subject), ("opponent_answers", opponent)):
        if seat.answers:
            facts[key] = [{"text": answer.text, "ended": answer.ended} for answer in seat.answers]
    return facts


def _named(moves: Sequence[str], decision: Decision) -> dict[str, float]:
    assert decision.policy is not None
    return dict(zip(moves, decision.policy.probabilities, strict=True))


def _move(names: Sequence[str], move: int | None) -> str | None:
    return None if move is None else names[move]


def _match_scores(game: Game, rounds: Sequence[Round]) -> Mapping[str, Score]:
    """Net and, where every round has a policy, expected net, in points, and the mean determinism."""
    moves = ", ".join(_move(game.moves, played.subject.move) or "-" for played in rounds)
    found = {"net": fmean(100.0 * played.outcome for played in rounds)}
    policies = [played.subject.policy for played in rounds]
    if known := [policy for policy in policies if policy is not None]:
        found["determinism"] = fmean(policy.determinism for policy in known)
    if len(known) == len(rounds):
        found["expected_net"] = fmean(_expected(game, played) for played in rounds)
    return {name: Score(value=value, answer=moves) for name, value in found.items()}


def _expected(game: Game, played: Round) -> float:
    """A round's expected net in points under the policy, against the reply that was played."""
    reply = played.opponent.move
    if reply is None:
        return 100.0 * Outcome.WIN
    assert played.subject.policy is not None
    return 100.0 * float(np.dot(played.subject.policy.probabilities, game.payoff[:, reply]))


def _output(model: str, message: ChatMessage, answers: Sequence[Sample]) -> ModelOutput:
    ended = "max_tokens" if answers and answers[-1].ended == "length" else "stop"
    return ModelOutput(model=model, choices=[ChatCompletionChoice(message=message, stop_reason=ended)])

"""From the spec that a person types to an agent: `greedy`, `markov:2`, `uniform`, `fixed:rock`, `llm:NAME`, `human`, or
one that another package brings.

A package adds an agent through the entry point group `arena.agents`: the name is what people type, the object a
`Factory`, whose attribute `usage`, if it has one, says how the agent is written (docs/plug-ins.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from arena.agents.agent import Agent, AgentSpec, Factory
from arena.agents.bots import fixed, mix, uniform
from arena.agents.brought import guarded
from arena.agents.person import human
from arena.agents.readers.frequency import frequency
from arena.agents.readers.greedy import greedy
from arena.agents.readers.iocaine import iocaine
from arena.agents.readers.lookahead import ideal, lookahead
from arena.agents.readers.markov import markov
from arena.agents.readers.roshambo import roshambo
from arena.agents.readers.win_stay import win_stay
from arena.backends.keys import without_logins
from arena.backends.weights.catalog import catalog, is_weights
from arena.errors import ArenaError, UsageError
from arena.games import Game
from arena.plugins import Registry
from arena.records import Seat
from arena.text import meant


def _model(spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    raise AssertionError(f"{spec.text}: a model is loaded first, and told how it is asked (`make` of its class)")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A `Factory` with its usage: `kind`, `kind:ARGUMENT`, or `kind[:ARGUMENT]` if the argument is optional."""

    usage: str
    make: Factory

    def __call__(self, spec: AgentSpec, game: Game, seat: Seat) -> Agent:
        return self.make(spec, game, seat)


AGENTS: Final = Registry[Factory](
    "arena.agents",
    "agent",
    {
        "greedy": _Kind("greedy", greedy),
        "lookahead": _Kind("lookahead:DEPTH[,net][,cut=P]", lookahead),
        "ideal": _Kind("ideal[:net][,cut=P]", ideal),
        "frequency": _Kind("frequency", frequency),
        "markov": _Kind("markov:ORDER", markov),
        "wsls": _Kind("wsls", win_stay),
        "iocaine": _Kind("iocaine", iocaine),
        "mirror": _Kind("mirror:MODEL", _model),
        "roshambo": _Kind("roshambo:PROGRAM", roshambo),
        "uniform": _Kind("uniform", uniform),
        "fixed": _Kind("fixed:MOVE", fixed),
        "mix": _Kind("mix:MOVE=P,MOVE=P,...", mix),
        "human": _Kind("human[:mind-reader]", human),
        "llm": _Kind("llm:MODEL", _model),
    },
)


def parse_agent(text: str) -> AgentSpec:
    """Parse a spec. Raises UsageError for an unknown kind, or a missing or superfluous argument, InputError if the
    package that brings the agent can't be loaded."""
    text = without_logins(text.strip())
    kind, colon, argument = text.partition(":")
    if kind not in AGENTS:
        raise UsageError(f"there is no agent {text!r}: {_meant(text, kind)}")
    usage = _usage(kind)
    if kind == "human" and colon and argument != "mind-reader":
        raise UsageError(f"{text!r}: a person is written human, or human:mind-reader")
    if colon and ":" not in usage:
        raise UsageError(f"{text!r}: {kind} takes nothing after it: write {kind} alone")
    if not argument and (colon or usage.startswith(f"{kind}:")):
        raise UsageError(f"{text!r} is not complete: it is written {usage}")
    return AgentSpec(f"{kind}:{argument}" if argument else kind, kind, argument)


def make_bot(spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    """Any agent but a model, in a seat of a game. Raises UsageError if the argument doesn't fit the game, InputError if
    the package that brings the agent fails."""
    if AGENTS.owns(spec.kind):
        return AGENTS.load(spec.kind)(spec, game, seat)
    return guarded(AGENTS, spec, game, seat)


def _usage(kind: str) -> str:
    return str(getattr(AGENTS.load(kind), "usage", f"{kind}[:ARGUMENT]"))


def _usages() -> Iterator[str]:
    """The usages of all agents that can be loaded."""
    for kind in AGENTS.names():
        with suppress(ArenaError):
            yield _usage(kind)


def _meant(text: str, kind: str) -> str:
    """What an unknown agent was meant to be: often a model, typed without its llm:."""
    models = catalog()
    if is_weights(text) or text.partition("@")[0] in models:
        return f"did you mean 'llm:{text}'?"
    known = [*AGENTS.names(), *(f"llm:{name}" for name in models)]
    return meant(kind, known, f"there are {', '.join(_usages())}")

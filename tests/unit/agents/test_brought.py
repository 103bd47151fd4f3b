"""Agents that other packages bring: the example of the documentation, and packages that do everything wrong."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from arena.agents.agent import AgentSpec, Factory, HasPolicy, Position, Sees, View
from arena.agents.brought import guarded
from arena.errors import InputError, ModelError, UsageError
from arena.games import Game, parse_game
from arena.records import Decision, Policy, Prompt, Sample, Seat
from tests.support.packages import package, run_beside

PAGE: Final = Path(__file__).parents[3] / "docs" / "plug-ins.md"
RPS = parse_game("rps")
SPEC = AgentSpec("some:thing", "some", "thing")


def example(word: str) -> str:
    """The documentation's program in which a word stands."""
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (found,) = (block for block in blocks if word in block)
    return found


def test_the_examples_of_the_documentation_play(tmp_path: Path) -> None:
    code = example("class Markov")
    assert len(code.splitlines()) < 30
    package(tmp_path, "arena-markov", code, {"arena.agents": {"markov": "Markov"}})
    package(tmp_path, "arena-odd", example("def odd_or_even"), {"arena.games": {"odd-or-even": "odd_or_even"}})
    seats = ("--subject", "mix:one=0.9,two=0.1", "--subject", "markov", "--opponent", "markov", "--opponent", "uniform")
    grid = (*seats, "--game", "odd-or-even", "--games", "20", "--rounds", "20", "--json", "--display", "none")
    done = run_beside(tmp_path, "-m", "arena", "tournament", *grid)
    assert done.returncode == 0, done.stderr
    cells = {(cell["subject"], cell["opponent"]): cell for cell in json.loads(done.stdout)["cells"]}
    # it foresees who plays one move nine times in ten: the two are alike as often as not after a round or two
    assert -90 < cells["mix:one=0.9,two=0.1", "markov"]["net"] < -60
    assert abs(cells["markov", "uniform"]["net"]) < 25
    assert {cell["determinism"]["mean"] for (subject, _), cell in cells.items() if subject == "markov"} == {1.0}
    greedy = run_beside(
        tmp_path, "-m", "arena", "tournament", "--subject", "markov", "--games", "2", "--display", "none"
    )
    assert greedy.returncode == 0, greedy.stderr  # a reader reads it as any other
    wrong = run_beside(tmp_path, "-m", "arena", "tournament", "--subject", "markov:3")
    assert wrong.returncode == 2 and "markov takes nothing behind it, write markov alone" in wrong.stderr


PACKAGE = """
from arena.agents.agent import Sees
from arena.errors import UsageError
from arena.records import Decision, Policy

class Late:
    sees = Sees.MOVES
    async def decide(self, view):
        if view.number == 3:
            return {}["no such key"]
        return Decision(None, 0)

def late(spec, game, seat):
    return Late()

def raises(spec, game, seat):
    raise SystemExit("gone")

def nothing(spec, game, seat):
    return None

def picky(spec, game, seat):
    raise UsageError(f"{spec.text!r}: {spec.argument or 'nothing'} isn't liked in {game.title}")
picky.usage = "picky:WHAT"
"""
POINTS = {
    "late": "late",
    "raises": "raises",
    "nothing": "nothing",
    "picky": "picky",
    "broken": "not_there_at_all:maker",
    "lacking": "not_there",
    "uniform": "late",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("packages")
    package(found, "some-agents", PACKAGE, {"arena.agents": POINTS, "arena.games": {"chess": "no_such_game"}})
    return found


@pytest.mark.parametrize(
    ("agent", "code", "sentence"),
    [
        ("late", 3, "the agent 'late', which {} brings, failed in round 3: KeyError: 'no such key'"),
        ("late:x", 3, "the agent 'late', which {} brings, failed in round 3"),
        ("raises", 3, "the agent 'raises', which {} brings, can't be made: SystemExit: gone"),
        ("nothing", 3, "the agent 'nothing', which {} brings, is a NoneType that lacks `sees`"),
        ("broken", 3, "the agent 'broken', which {} brings, can't be loaded: ModuleNotFoundError"),
        ("lacking", 3, "the agent 'lacking', which {} brings, can't be loaded: AttributeError"),
        ("picky", 2, "'picky' is not complete: it is written picky:WHAT"),
        ("picky:x", 2, "'picky:x': x isn't liked in rock-paper-scissors"),
        ("lates", 2, "did you mean 'late'?"),
        ("xyzzy", 2, "mix:MOVE=P,MOVE=P,..., nothing[:ARGUMENT], picky:WHAT, raises[:ARGUMENT], uniform"),
    ],
)
def test_what_a_package_does_wrong_is_a_sentence(folder: Path, agent: str, code: int, sentence: str) -> None:
    command = ("tournament", "--subject", agent, "--opponent", "uniform", "--games", "2", "--display", "none")
    done = run_beside(folder, "-m", "arena", *command)
    assert (done.returncode, done.stdout) == (code, "")
    assert (
        sentence.format("the package some-agents") in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
    )
    # a name that is taken is told
    ignored = "the agent 'uniform' of the package some-agents is ignored: an agent of Arena's own has that name"
    assert (ignored in done.stderr) is (agent in ("late", "late:x", "raises", "nothing", "picky:x"))


def test_the_doctor_lists_what_was_found_and_what_failed(folder: Path) -> None:
    shown = run_beside(folder, "-m", "arena", "doctor", "--server", "http://127.0.0.1:9").stdout
    lines = shown[shown.index("From other packages") : shown.index("Servers")].splitlines()[1:]
    whose = "the package some-agents"
    for name in ("late", "raises", "nothing", "picky"):
        assert f"  ● agent {name}  {whose}" in lines
    for kind, name, error in (
        ("agent", "broken", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("agent", "lacking", "AttributeError: module 'some_agents' has no attribute 'not_there'"),
        ("game", "chess", "AttributeError: module 'some_agents' has no attribute 'no_such_game'"),
    ):
        failed = f"the {kind} {name!r}, which {whose} brings, can't be loaded: {error}"
        assert f"  ○ {kind} {name}  {failed}" in lines
    ignored = f"the agent 'uniform' of {whose} is ignored: an agent of Arena's own has that name"
    assert [line.strip() for line in lines if "ignored" in line] == [f"○ {ignored}"]


# --- what is looked at, case by case ---


class Agent:
    """Does what a test says."""

    sees = Sees.MOVES

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer

    async def decide(self, view: View) -> Any:
        return self._answer()


class Telling(Agent):
    """Can be asked."""

    async def policy(self, position: Position) -> Any:
        return self._answer()


def failure(what: str) -> InputError:
    return InputError(f"the agent, {what}")


def guard(factory: Any) -> Any:
    return guarded(factory, SPEC, RPS, Seat.SUBJECT, failure)


def decided(answer: object) -> Decision:
    return asyncio.run(guard(lambda *_: Agent(lambda: answer)).decide(View(0, 4)))  # type: ignore[no-any-return]


def test_what_is_right_goes_through_as_numbers_of_pythons_own() -> None:
    third = np.float64(1 / 3)
    decision = decided(Decision(Policy((third, third, third)), np.int64(2)))  # type: ignore[arg-type]
    assert decision == Decision(Policy((1 / 3, 1 / 3, 1 / 3)), 2)
    assert type(decision.move) is int and decision.policy is not None
    assert {type(one) for one in decision.policy.probabilities} == {float}
    assert decided(Decision(None, 0)) == Decision(None, 0)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "gave a NoneType in round 4, where a Decision belongs"),
        (2, "gave a int in round 4, where a Decision belongs"),
        (Decision(None, None), "gave no move in round 4: TypeError"),
        (Decision(None, "rock"), "gave no move in round 4: TypeError"),  # type: ignore[arg-type]
        (Decision(None, 3), "gave the move 3 in round 4, but its moves are 0 to 2"),
        (Decision(None, -1), "gave the move -1 in round 4, but its moves are 0 to 2"),
        (Decision((1.0, 0.0, 0.0), 0), "gave a tuple in round 4, where a Policy belongs"),  # type: ignore[arg-type]
        (Decision(Policy((0.5, 0.5)), 0), "gave a policy of 2 probabilities in round 4, but it has 3 moves"),
        (Decision(Policy((0.5, 0.5, 0.5)), 0), "gave a policy in round 4 that isn't one (0.5, 0.5, 0.5)"),
        (Decision(Policy((1.5, -0.5, 0.0)), 0), "gave a policy in round 4 that isn't one (1.5, -0.5, 0)"),
        (Decision(Policy((float("nan"),) * 3), 0), "that isn't one (nan, nan, nan)"),
        (Decision(Policy((1.0, 0.0, 0.0), mass=2.0), 0), "isn't one (1, 0, 0)"),
        (Decision(Policy(("a", "b", "c")), 0), "isn't made of numbers: ValueError"),  # type: ignore[arg-type]
        (Decision(Policy(None), 0), "isn't made of numbers: TypeError"),  # type: ignore[arg-type]
        (Decision(None, 0, (Sample("x", (), "eos"),)), "gave answers or a prompt in round 4"),
        (Decision(None, 0, prompt=Prompt("x", ())), "gave answers or a prompt in round 4"),
    ],
)
def test_what_is_no_decision_is_refused(answer: object, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        decided(answer)
    assert sentence in str(refused.value)


def test_a_policy_that_is_asked_for_is_looked_at_too() -> None:
    right = guard(lambda *_: Telling(lambda: Policy((0.5, 0.5, 0.0))))
    assert isinstance(right, HasPolicy) and not isinstance(guard(lambda *_: Agent(int)), HasPolicy)
    assert asyncio.run(right.policy(Position(0, 2))) == Policy((0.5, 0.5, 0.0))
    for answer, sentence in (
        (lambda: None, "gave a NoneType for round 2, where a Policy belongs"),
        (lambda: 1 / 0, "failed when it was asked for its policy in round 2: ZeroDivisionError"),
    ):
        with pytest.raises(InputError, match=sentence):
            asyncio.run(guard(lambda *_, answer=answer: Telling(answer)).policy(Position(0, 2)))


def test_errors_with_a_sentence_of_their_own_are_let_through() -> None:
    def failing(error: Exception) -> Callable[..., Any]:
        def fail(*_: object) -> Any:
            raise error

        return fail

    with pytest.raises(UsageError, match="no such order"):
        guard(failing(UsageError("no such order")))
    with pytest.raises(ModelError, match="the server is away"):  # of a model that it asked
        asyncio.run(guard(lambda *_: Agent(failing(ModelError("the server is away")))).decide(View(0, 1)))


@pytest.mark.parametrize("sees", ["moves", None, Sees])
def test_an_agent_says_what_it_sees(sees: object) -> None:
    class Blind(Agent):
        pass

    Blind.sees = sees  # type: ignore[assignment]
    with pytest.raises(InputError, match="lacks `sees`, which is one of Sees"):
        guard(lambda *_: Blind(int))


def test_it_is_called_what_was_typed_and_given_what_it_needs() -> None:
    given: list[tuple[AgentSpec, Game, Seat]] = []

    def factory(*arguments: Any) -> Any:
        given.append(arguments)
        return Agent(int)

    maker: Factory = factory
    assert guarded(maker, SPEC, RPS, Seat.OPPONENT, failure).name == "some:thing"
    assert given == [(SPEC, RPS, Seat.OPPONENT)]

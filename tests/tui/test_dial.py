"""The dial between two models while a match runs: what is played, what is shown, and what is on record."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Select

from arena.agents.agent import Past, Position, seen_by
from arena.agents.language_model import LanguageModelAgent
from arena.backends.loading import Models
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.experiments.tournament.cells import plan_cells
from arena.experiments.tournament.dialled import played_shares
from arena.experiments.tournament.spec import TournamentSpec
from arena.records import Policy, Seat
from arena.session.choice import Choice
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.screens.spectate import SpectateScreen
from arena.tui.widgets.keys_footer import hints
from arena.tui.widgets.lobby_form import LobbyForm
from arena.tui.widgets.mind import MindBars
from tests.support.app import drawn, leave_match, my_turn, play, run, text, toasts, until
from tests.support.two_models import TwoModels

UP, DOWN = "right_square_bracket", "left_square_bracket"
BEGUN = Choice("rps", "llm:one", "human", 5, 1, mix="two=0.5")


def opened(store: Path, choice: Choice, **how: bool) -> ArenaApp:
    app = ArenaApp(store, start=choice, **how)
    app.models = TwoModels()
    return app


def of_rock(share: float) -> float:
    """The mixture's probability of rock."""
    return 0.8 * (1 - share) + 0.1 * share


def recorded(store: Path) -> tuple[dict[int, float], list[float]]:
    """The share of each round of the first match, and what its policy gave to rock."""
    with Store.open(store) as read:
        (cell,) = read.cells(read.run(None))
        rounds = read.match(cell, 0)
        policies = [played.subject.policy for played in rounds]
        return played_shares(read, cell, 0), [policy.probabilities[0] for policy in policies if policy is not None]


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
def test_a_turned_dial_tells_from_the_next_round_on_and_every_share_is_kept(store: Path, size: tuple[int, int]) -> None:
    app = opened(store, BEGUN)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        assert text(app, "dial").endswith("0.5 of two")
        await pilot.press(UP, UP)
        assert text(app, "dial").endswith("0.5 of two, 0.7 next")
        await pilot.pause()
        assert "0.5 of two, 0.7 next" in drawn(app)
        await play(pilot, app, "r")
        await until(pilot, lambda: my_turn(app) and "round 2 of" in text(app, "title"))
        assert text(app, "dial").endswith("0.7 of two")
        await play(pilot, app, "r", first=2)
        await until(pilot, lambda: my_turn(app) and "round 3 of" in text(app, "title"))
        await pilot.press(*[UP] * 9)
        offered = {hint.shown for hint in hints(app.screen)}
        assert "[" in offered and "]" not in offered  # it is at its end
        await play(pilot, app, "rr", first=3)
        await until(pilot, lambda: my_turn(app) and "round 5 of" in text(app, "title"))
        await pilot.press(DOWN)
        await play(pilot, app, "r", first=5)
        await until(pilot, lambda: "over" in text(app, "status"))

    run(app, script, size)
    shares, rock = recorded(store)
    assert shares == {1: 0.5, 2: 0.7, 3: 0.7, 4: 1.0, 5: 1.0}
    assert rock == pytest.approx([of_rock(share) for share in shares.values()])


def test_a_mind_reader_sees_the_mixtures_policy(store: Path) -> None:
    app = opened(store, Choice("rps", "llm:one", "human:mind-reader", 2, 1, mix="two=0.9"))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        bars = str(app.screen.query_one(MindBars).render())
        assert f"{of_rock(0.9):.2f}" in bars and "play scissors" in bars

    run(app, script)


def test_a_match_that_was_left_goes_on_with_the_dial_where_it_was(store: Path) -> None:
    async def begin(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        await pilot.press(UP)
        await play(pilot, app, "rp")
        await until(pilot, lambda: my_turn(app) and "round 3 of" in text(app, "title"))
        await pilot.press(UP, UP, UP)  # of a round that isn't played
        await leave_match(pilot, app)
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen) and "at round 3 of 5" in text(app, "last"))

    async def go_on(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "at round 3 of 5" in text(app, "last"))
        await pilot.press("g")
        await until(pilot, lambda: my_turn(app) and "round 3 of" in text(app, "title"))
        assert text(app, "dial").endswith("0.6 of two")
        await play(pilot, app, "rrr", first=3)
        await until(pilot, lambda: "over" in text(app, "status"))

    app = opened(store, BEGUN)
    run(app, begin)
    app = ArenaApp(store)
    app.models = TwoModels()
    run(app, go_on)
    shares, rock = recorded(store)
    assert shares == {1: 0.5, 2: 0.6, 3: 0.6, 4: 0.6, 5: 0.6}
    assert rock == pytest.approx([of_rock(share) for share in shares.values()])


def test_a_show_has_the_dial_too_and_the_reader_goes_by_the_mixture(store: Path) -> None:
    app = opened(store, Choice("rps", "llm:one", "greedy", 3, 1, mix="two=0"), watch=True)

    def at() -> str:
        return text(app, "title").partition(" of ")[0]

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, SpectateScreen) and "0 of two" in text(app, "dial"))
        await pilot.press("space")
        for number in range(1, 4):
            while f"round {number}" not in at():
                await pilot.press("full_stop")
                await pilot.pause(0.05)
            if number == 1:
                await pilot.press(*[UP] * 8)
                assert "0 of two, 0.8 next" in text(app, "dial")
        await pilot.press("b")
        await pilot.pause()
        assert "0.8 of two" in drawn(app)

    run(app, script)
    shares, rock = recorded(store)
    assert shares == {1: 0.0, 2: 0.8, 3: 0.8}
    with Store.open(store) as read:
        (cell,) = read.cells(read.run(None))
        replies = [played.opponent.move for played in read.match(cell, 0)]
    best = [1 if probability > 0.45 else 2 for probability in rock]  # paper beats rock, scissors beat paper
    assert replies == best


def test_a_replay_says_where_the_dial_stood(store: Path) -> None:
    app = opened(store, BEGUN)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        await pilot.press(DOWN)
        await play(pilot, app, "rprpr")
        await until(pilot, lambda: "over" in text(app, "status"))
        with Store.open(store) as read:
            (cell,) = read.cells(read.run(None))
        await app.push_screen(ReplayScreen(cell, 0))
        await until(pilot, lambda: "round 1" in text(app, "title"))
        assert "The dial stood at 0.5 of two." in text(app, "replay-line")
        await pilot.press("right")
        assert "The dial stood at 0.4 of two." in text(app, "replay-line")

    run(app, script)


def test_without_a_dial_its_keys_are_not_offered(store: Path) -> None:
    app = opened(store, Choice("rps", "llm:one", "human", 5, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        assert not {"[", "]"} & {hint.shown for hint in hints(app.screen)}
        await pilot.press(UP)
        assert not app.screen.query("#dial")

    run(app, script)


def test_the_lobby_puts_a_dial_between_the_subject_and_another_model(store: Path) -> None:
    app = ArenaApp(store, lobby=Choice("rps", "llm:gemma-3-270m", "human", 5, 1))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("d")
        await pilot.pause()
        app.screen.query_one("#mixed-with", Select).value = "llm:smollm2-135m-instruct"
        app.screen.query_one("#share-input", Input).value = "0.3"
        assert app.screen.query_one(LobbyForm).choice().mix == "smollm2-135m-instruct=0.3"
        await pilot.pause()
        assert "Mixed with" in drawn(app) and "0.3" in drawn(app)
        app.screen.query_one("#share-input", Input).value = "1.3"
        app.screen.query_one("#play", Button).press()
        await until(pilot, lambda: "a share from 0 to 1" in toasts(app))
        app.screen.query_one("#share-input", Input).value = "1"
        app.screen.query_one("#subject", Select).value = "uniform"
        app.screen.query_one("#play", Button).press()
        await until(pilot, lambda: "no model whose answers could be mixed" in toasts(app))
        app.screen.query_one("#play").focus()
        await pilot.press("d")
        assert app.screen.query_one(LobbyForm).choice() == Choice("rps", "uniform", "human", 5, 1)

    run(app, script, (60, 18))


REQUANTISE = """
import sys
import llama_cpp

params = llama_cpp.llama_model_quantize_default_params()
params.ftype, params.allow_requantize = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0, True
sys.exit(llama_cpp.llama_model_quantize(sys.argv[1].encode(), sys.argv[2].encode(), params))
"""


async def alone(models: Models, spec: str, past: Sequence[Past]) -> Policy:
    """What a model by itself would do in the next round."""
    plan = TournamentSpec(subjects=(spec,), opponents=("human",), games=("rps",), rounds=3)
    (cell,) = await plan_cells(plan, models)
    agent = (await cell.pairing(1, models)).subject
    assert isinstance(agent, LanguageModelAgent)
    return await agent.policy(Position(0, len(past) + 1, tuple(past)))


@pytest.mark.model
@pytest.mark.long
def test_between_two_files_of_one_real_model(store: Path, tmp_path: Path) -> None:
    """No base model and its aligned one are to hand: these are SmolLM2 as it comes, and the same quantised anew."""
    first, coarser = "llm:smollm2-135m-instruct", tmp_path / "coarser.gguf"
    whole = locate(find_model("smollm2-135m-instruct"))
    subprocess.run([sys.executable, "-c", REQUANTISE, whole, coarser], check=True, capture_output=True)
    second = f"llama.cpp:{coarser}"
    app = ArenaApp(store, start=Choice("rps", first, "human", 2, 1, mix=f"{second}=0"))
    found: list[Policy] = []

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        await pilot.press(*[UP] * 4)
        await play(pilot, app, "r")
        await until(pilot, lambda: my_turn(app) and "round 2 of" in text(app, "title"))
        with Store.open(store) as read:
            (cell,) = read.cells(read.run(None))
            (played,) = read.match(cell, 0)
        past = [seen_by(Seat.SUBJECT, played.subject.move, played.opponent.move, played.outcome)]
        found.extend([await alone(app.models, spec, past) for spec in (first, f"llm:{second}")])
        await play(pilot, app, "p", first=2)
        await until(pilot, lambda: "over" in text(app, "status"))

    run(app, script)
    shares, _ = recorded(store)
    assert shares == {1: 0.0, 2: 0.4}
    with Store.open(store) as read:
        (cell,) = read.cells(read.run(None))
        policy = read.match(cell, 0)[1].subject.policy
    assert policy is not None
    one, other = (np.array(each.probabilities) for each in found)
    assert np.abs(one - other).max() > 0.02, "both files say the same, so this test shows nothing"
    assert np.array(policy.probabilities) == pytest.approx(0.6 * one + 0.4 * other, abs=0.004)

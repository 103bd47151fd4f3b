"""A match again: which side is shown first, in whose words, what scrolls, and only keys that do something."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from arena.games import parse_game
from arena.records import Decision, Policy, Prompt, Round, Sample, TokenProbability
from arena.store import CellSpec, Store
from arena.store.rows import Asked
from arena.tui.app import ArenaApp
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.widgets.keys_footer import hints
from tests.support.app import drawn, run, text, until
from tests.support.specs import tournament_run

MODEL = "llm:a-model-with-quite-a-long-name"
BOT = Decision(Policy((0.5, 0.25, 0.25)), 0)
PERSON = Decision(None, 1)
ASKED = Decision(
    Policy((0.5, 0.25, 0.25), 0.9, 0.95),
    0,
    (Sample("rock", (1,), "move"),),
    Prompt("I choose", (1, 2), tuple(TokenProbability(1000 + at, -0.5 - at) for at in range(20))),
)


async def replayed(
    pilot: Pilot[None], app: ArenaApp, subject: str, opponent: str, decisions: tuple[Decision, Decision], matches: int
) -> ReplayScreen:
    """The replay of the last match of a store in which these two played matches of two rounds."""
    asked = [Asked(style="base", wording="log") if who == MODEL else None for who in (subject, opponent)]
    cell = CellSpec("it", subject, opponent, "rps", *asked)
    spec = tournament_run([cell], matches, 2, experiment="match", in_order=True)
    outcome = parse_game("rps").outcome(decisions[0].move, decisions[1].move)
    with Store.open(app.store, create=True) as store:
        with store.begin(spec) as writer:
            for match in range(matches):
                for number in (1, 2):
                    writer.add_round("it", match, Round(number, outcome, *decisions))
                writer.finish_match("it", match)
        (row,) = store.cells(store.run(None))
    screen = ReplayScreen(row, matches - 1)
    await app.push_screen(screen)
    await until(pilot, lambda: app.screen is screen and "round 1 of 2" in text(app, "title"))
    await pilot.pause()
    return screen


def keys(app: ArenaApp) -> set[str]:
    return {hint.key for hint in hints(app.screen)}


@pytest.mark.parametrize(
    ("subject", "opponent", "decisions", "title", "line"),
    [
        (
            "human",
            "markov:2",
            (PERSON, BOT),
            "the merciless reader, against you",
            "You played PAPER, it played ROCK: you won",
        ),
        ("fixed:rock", "human", (BOT, PERSON), "fixed:rock, against you", "You played PAPER, it played ROCK: you won"),
        ("uniform", "fixed:rock", (BOT, BOT), "the subject: uniform play", "subject ROCK, opponent ROCK: a tie"),
        ("uniform", MODEL, (BOT, ASKED), f"the opponent: {MODEL[4:]}", "subject ROCK, opponent ROCK: a tie"),
    ],
)
def test_it_opens_on_the_seat_of_which_there_is_most_to_see(
    store: Path, subject: str, opponent: str, decisions: tuple[Decision, Decision], title: str, line: str
) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await replayed(pilot, app, subject, opponent, decisions, 1)
        assert f"round 1 of 2 · {title}" in text(app, "title") and "match" not in text(app, "title")
        assert text(app, "replay-line").startswith(line)

    run(app, script)


def test_a_match_has_a_number_where_there_are_several(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await replayed(pilot, app, "uniform", "fixed:rock", (BOT, BOT), 3)
        assert text(app, "title").startswith("match 2 · round 1 of 2")  # from 0, as in what is exported

    run(app, script)


def test_only_a_language_model_has_a_mass_and_token_ids_and_there_is_no_round_beyond_the_ends(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await replayed(pilot, app, "uniform", MODEL, (BOT, ASKED), 1)
        assert "mass 0.900, loose mass 0.950" in text(app, "tokens")
        assert {"i", "right"} <= keys(app) and "left" not in keys(app)
        await pilot.press("right", "s")
        await until(pilot, lambda: "round 2 of 2 · the subject" in text(app, "title"))
        assert "policy: rock 0.500" in text(app, "tokens") and "mass" not in text(app, "tokens")
        assert "left" in keys(app) and not {"i", "right"} & keys(app)
        await pilot.press("right", "escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)


@pytest.mark.parametrize("size", [(60, 18), (80, 24)])
def test_the_title_is_whole_and_the_longer_side_scrolls(store: Path, size: tuple[int, int]) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        screen = await replayed(pilot, app, "uniform", MODEL, (BOT, ASKED), 3)
        title = " ".join(drawn(app).split("subject", 1)[0].split())
        assert title.startswith(f"match 2 · round 1 of 2 · the opponent: {MODEL[4:]} · rock-paper-scissors")
        side = screen.query_one("#mind-side")
        assert "1019" not in drawn(app) and side.max_scroll_y > 0
        await pilot.press("down")
        await until(pilot, lambda: side.scroll_y == 1)
        await pilot.press("pagedown", "pagedown")
        await until(pilot, lambda: side.scroll_y == side.max_scroll_y and "1019" in drawn(app))
        await pilot.press("home")
        await until(pilot, lambda: side.scroll_y == 0)

    run(app, script, size)

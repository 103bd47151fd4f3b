"""The numbers screen by keys: bots, a real model, a person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from textual.pilot import Pilot

from arena.records import Answer
from arena.session.numbers_choice import NumbersChoice
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.numbers import NumbersScreen
from arena.tui.screens.numbers_setup import NumbersSetupScreen
from arena.tui.widgets.value_bars import ValueBars
from tests.support.app import drawn, run, stage, text, until
from tests.support.commands import arena
from tests.support.numbers_screen import open_numbers

GEMMA = "llm:gemma-3-270m"
THIRTY = [*"7391582647", "10", *"3095728163", *"749628517"]


def answers(store: Path) -> list[Answer]:
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        return opened.answers(cell)


def kept(store: Path) -> int:
    """How many valid answers are stored; of a drawing that was stopped fewer count."""
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        return sum(answer.value is not None for answer in opened.draws(cell).values())


def valid(store: Path) -> list[int]:
    return [answer.value[0] for answer in answers(store) if answer.value is not None]


def bars(app: ArenaApp) -> list[list[str]]:
    """The numbers beside each bar."""
    lines = str(app.screen.query_one(ValueBars).render()).splitlines()[1:]
    found = [line.replace("▸", " ").split() for line in lines]
    return [[words[0], *[word for word in words[1:] if word[0].isdigit() or word == "–"]] for words in found if words]


def test_uniform_play_to_its_end_and_what_the_screen_says(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await open_numbers(app, pilot, player="uniform")
        await until(pilot, lambda: stage(app) == "done" and "1,500 of 1,500 · done" in text(app, "title"))
        await pilot.pause()
        counts = np.bincount(valid(store), minlength=11)
        assert [words[1] for words in bars(app)] == [str(count) for count in counts]
        found = stats.chisquare(counts)
        said = " ".join(text(app, "numbers-facts").split())
        most = int(counts.argmax())
        assert f"{most} was drawn {counts[most]} times; chance would be 136." in said
        assert f"No surprise: {found.pvalue:.0%} of true samples are less even." in said
        assert f"chi-square {found.statistic:.1f} chance: 10" in said
        assert "rejected 0.0% 0 of 1,500" in said
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)


def test_a_typed_bot_that_always_says_seven(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await open_numbers(app, pilot, typed="fixed:7", n="1500")
        await until(pilot, lambda: stage(app) == "done" and "15,000.0" in text(app, "numbers-facts"))
        said = text(app, "numbers-facts")
        assert "7 was drawn 1,500 times; chance would be 136." in said
        assert "No true sample would ever be so uneven." in said
        assert bars(app)[7][:3] == ["7", "1,500", "100.0%"]

    run(app, script)


def test_sequences_are_pooled_and_their_repetitions_told(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await open_numbers(app, pilot, player="uniform", task="sequences", n="200")
        await until(pilot, lambda: stage(app) == "done" and "200 of 200 · done" in text(app, "title"))
        await pilot.pause()
        assert sum(int(words[1].replace(",", "")) for words in bars(app)) == 2000
        distinct = sum(len(set(answer.value or ())) == 10 for answer in answers(store)) / 200
        assert f"no repetition {distinct:>10.1%}  true sample: 0.2%" in text(app, "numbers-facts")

    run(app, script)


@pytest.mark.long
def test_a_paused_bot_goes_on_to_the_same_answers(tmp_path: Path) -> None:
    drawn_by = []
    for name in ("whole.db", "paused.db"):
        app = ArenaApp(tmp_path / name)

        async def script(pilot: Pilot[None], app: ArenaApp = app, name: str = name) -> None:
            await open_numbers(app, pilot, player="uniform", n="5000")
            if name == "paused.db":
                await until(pilot, lambda: stage(app) == "drawing")
                await pilot.press("space")
                await until(pilot, lambda: "· paused ·" in text(app, "title"))
                assert [key for key in app.screen.active_bindings if key in ("space", "n")] == ["space"]
                before = bars(app)
                await pilot.pause(0.3)
                assert bars(app) == before
                await pilot.press("space")
            await until(pilot, lambda: "5,000 of 5,000 · done" in text(app, "title"))

        run(app, script)
        drawn_by.append(valid(tmp_path / name))
    assert len(drawn_by[0]) == 5000
    assert drawn_by[0] == drawn_by[1]


@pytest.mark.long
@pytest.mark.model
def test_a_real_model_exact_first_then_drawn_as_the_command_line_would(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await open_numbers(app, pilot, player=GEMMA, n="40")
        await until(pilot, lambda: "distributions followed" in text(app, "numbers-facts"))
        assert stage(app) == "exact"
        await until(pilot, lambda: "40 of 40 · done" in text(app, "title"))
        await pilot.pause()
        shares = [float(words[4].rstrip("%")) for words in bars(app)]
        assert sum(shares) == pytest.approx(100, abs=0.6)
        assert sum(int(words[1]) for words in bars(app)) == 40
        assert "% unexplored" in text(app, "numbers-facts")

    run(app, script)
    arena("numbers", "--model", "gemma-3-270m", "--n", "40", "--store", store, "--json")
    with Store.open(store) as opened:
        assert len(opened.runs()) == 1
    assert len(valid(store)) == 40


@pytest.mark.long
@pytest.mark.model
def test_a_real_model_is_paused_gone_on_with_and_left_and_all_is_kept(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await open_numbers(app, pilot, player=GEMMA, exact=False, n="300")
        assert isinstance(app.screen, NumbersScreen)
        drawing = app.screen.drawing
        await until(pilot, lambda: drawing.arrived > 0)
        await pilot.press("space")
        await until(pilot, lambda: "· paused ·" in text(app, "title"))
        assert len(valid(store)) <= drawing.arrived <= kept(store) < 300
        await pilot.press("space")
        await until(pilot, lambda: "300 of 300 · done" in text(app, "title"))
        assert len(valid(store)) == 300  # as many as without a pause, the last draw being the last valid one
        assert answers(store)[-1].value is not None
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NumbersScreen) and app.screen.drawing is not drawing)
        again = app.screen.drawing
        await until(pilot, lambda: again.arrived > 0)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, NumbersSetupScreen))
        await until(pilot, lambda: not again.playing)
        assert again.arrived <= kept(store) < 300

    run(app, script)


@pytest.mark.long
def test_a_person_draws_thirty_numbers_and_sees_them_only_then(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await open_numbers(app, pilot, player="human")
        await until(pilot, lambda: "0 of 30" in text(app, "verdict"))
        for number, word in enumerate(THIRTY):
            if number == 4:
                await pilot.press(*"[red]", "enter")
                await until(pilot, lambda: "'[red]' is rejected: type an integer, 0 to 10" in text(app, "verdict"))
                assert "4 of 30" in text(app, "verdict")
            assert not app.screen.query_one("#view").display
            await pilot.press(*word, "enter")
        await until(pilot, lambda: stage(app) == "done" and "30 of 30 · done" in text(app, "title"))
        await pilot.pause()
        said = " ".join(text(app, "numbers-facts").split())
        assert "7 was drawn 5 times; chance would be 2.7." in said
        assert f"chi-square {stats.chisquare(np.bincount(valid(store), minlength=11)).statistic:.1f}" in said
        assert "rejected 3.2% 1 of 31" in said
        assert "same in a row 0 chance: 2.6" in said
        await pilot.press("n")
        await until(pilot, lambda: "0 of 30" in text(app, "verdict"))
        await pilot.press("3", "enter", "escape")
        await until(pilot, lambda: isinstance(app.screen, NumbersSetupScreen))

    run(app, script)
    with Store.open(store) as opened:
        first, second = opened.runs()
        assert first.finished and not second.finished
        assert first.spec.seed != second.spec.seed  # what was drawn twice is no sample
        kept, left = (opened.answers(opened.cells(found)[0]) for found in (first, second))
    assert [answer.sample.text for answer in kept] == [*THIRTY[:4], "[red]", *THIRTY[4:]]
    assert kept[4].value is None
    assert [answer.sample.text for answer in left] == ["3"]


@pytest.mark.parametrize(
    ("look", "size"),  # colours and room have nothing to do with each other: each once with another
    [("ansi-dark", (40, 12)), ("ansi-light", (60, 18)), ("textual-light", (200, 60)), ("NO_COLOR", (40, 12))],
)
def test_bars_can_be_drawn_in_a_terminals_own_colours_and_in_none_at_any_size(
    store: Path, look: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if look == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    app = ArenaApp(store)
    if look != "NO_COLOR":
        app.theme = look

    async def script(pilot: Pilot[None]) -> None:
        app.push_screen(NumbersScreen(NumbersChoice("mix:3=0.5,7=0.5", n=60)))
        await until(pilot, lambda: stage(app) == "done")
        await pilot.pause()
        assert "█" in drawn(app) or "▆" in drawn(app)

    run(app, script, size)

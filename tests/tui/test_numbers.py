"""The numbers screen by keys: bots, a real model, a person; and runs of tasks among the results."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Select

from arena.backends.weights import catalog
from arena.records import Answer
from arena.session.numbers_choice import NumbersChoice
from arena.store.rows import CellSpec
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.numbers import NumbersScreen
from arena.tui.screens.numbers_run import NumbersCellScreen, NumbersRunScreen
from arena.tui.screens.numbers_setup import NumbersSetupScreen
from arena.tui.screens.results import ResultsScreen
from arena.tui.widgets.value_bars import ValueBars
from tests.support.app import drawn, rows, run, stage, text, toasts, until
from tests.support.commands import ARENA
from tests.support.specs import numbers_run

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


async def fill(app: ArenaApp, pilot: Pilot[None], **chosen: object) -> None:
    """From the lobby through the form, with these values in it, and Enter."""
    await pilot.press("n")
    await until(pilot, lambda: isinstance(app.screen, NumbersSetupScreen))
    await pilot.pause()
    for id_, value in chosen.items():
        widget = app.screen.query_one(f"#{id_.replace('_', '-')}")
        assert isinstance(widget, Select | Input)
        widget.value = value
        await pilot.pause()
    app.screen.query_one("#draw").focus()
    await pilot.press("enter")


async def open_numbers(app: ArenaApp, pilot: Pilot[None], **chosen: object) -> None:
    """The same, and to the screen."""
    await fill(app, pilot, **chosen)
    await until(pilot, lambda: isinstance(app.screen, NumbersScreen) and hasattr(app.screen, "drawing"))


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
    command = [*ARENA, "numbers", "--model", "gemma-3-270m", "--n", "40", "--store", str(store), "--json"]
    subprocess.run(command, check=True, capture_output=True)
    with Store.open(store) as opened:
        assert len(opened.runs()) == 1
    assert len(valid(store)) == 40


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
    ("chosen", "said"),
    [
        ({"n": "0"}, "the draws must be a whole number from 1 to 20,000"),
        ({"temperature": "0"}, "temperature must be a number above 0"),
        ({"top_p": "1.5"}, "top-p must be a number above 0 and at most 1"),
        ({"typed": "unifrom"}, "did you mean 'uniform'?"),
        ({"typed": "fixed:12"}, "has no move '12'"),
        ({"typed": "llm:gema-3-270m"}, "did you mean 'gemma-3-270m'?"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_the_form_stays(store: Path, chosen: dict[str, object], said: str) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await fill(app, pilot, **chosen)
        await until(pilot, lambda: said in toasts(app))
        assert isinstance(app.screen, NumbersSetupScreen)

    run(app, script)
    assert not store.exists()


def test_a_guest_names_no_files_and_no_servers(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "_in_full", frozenset())  # as close_catalog leaves it for good
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        for typed in ("llm:llama.cpp:/nowhere.gguf", "llm:smollm2-135m-instruct@sglang:http://127.0.0.1:9"):
            await fill(app, pilot, typed=typed)
            await until(pilot, lambda typed=typed: f"{typed[4:]!r}: a guest plays" in toasts(app))
            await pilot.press("escape")

    run(app, script)


def test_the_command_palette_leads_there_too(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        (command,) = [found for found in app.get_system_commands(app.screen) if found.title == "Numbers"]
        command.callback()
        await until(pilot, lambda: isinstance(app.screen, NumbersSetupScreen))
        await until(pilot, lambda: bool(app.screen.query("#player")))
        app.screen.query_one("#player", Select).value = "human"
        await pilot.pause()
        off = {widget.id for widget in app.screen.query("Select, Input") if widget.disabled}
        assert off == {"variant", "temperature", "top-p", "exact", "seed"}
        assert app.screen.query_one("#n", Input).value == "30"

    run(app, script)


def test_who_only_replies_draws_nothing_and_leads_back_to_the_form(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await fill(app, pilot, typed="greedy")
        await until(pilot, lambda: "it draws nothing by itself" in toasts(app))
        await until(pilot, lambda: isinstance(app.screen, NumbersSetupScreen))

    run(app, script)


def tasks(store: Path, *words: str) -> None:
    subprocess.run([*ARENA, *words, "--store", str(store)], check=True, capture_output=True)


def test_from_the_results_down_to_a_cells_bars_and_the_latest_run_opens_the_right_screen(store: Path) -> None:
    tasks(store, "numbers", "--subject", "uniform", "--subject", "fixed:7", "--n", "50")
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 2)
        assert "50 answers · seed 0 · finished" in text(app, "title")
        await pilot.press("escape", "o")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen) and rows(app, "runs") == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 2)
        table = app.screen.query_one("#task-cells", DataTable)
        assert [str(value).strip() for value in table.get_row_at(1)] == ["fixed:7", "50", "500.0", "–", "7", "0.0%"]
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, NumbersCellScreen) and "fixed:7" in text(app, "title"))
        await until(pilot, lambda: "7 was drawn 50 times; chance would be 4.5." in text(app, "numbers-facts"))
        await pilot.press("left")
        await until(pilot, lambda: "uniform play" in text(app, "title"))
        for _ in range(3):
            await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)


@pytest.mark.model
def test_a_models_cells_show_how_it_was_asked_and_what_exact_mode_found(store: Path) -> None:
    words = ("--model", "gemma-3-270m", "--model", "smollm2-135m-instruct", "--n", "20")
    tasks(store, "numbers", *words)
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 2)
        row = [str(value).strip() for value in app.screen.query_one("#task-cells", DataTable).get_row_at(1)]
        assert row[1] == "paper" and float(row[4].replace(",", "")) > 10
        assert "different families" in text(app, "families")
        await pilot.press("enter")
        await until(
            pilot, lambda: isinstance(app.screen, NumbersCellScreen) and "unexplored" in text(app, "numbers-facts")
        )

    run(app, script)


def test_a_task_of_another_kind_is_listed_and_says_that_it_has_no_bars(store: Path) -> None:
    cell = CellSpec("k", "uniform", "", "riddles")
    with Store.open(store, create=True) as opened, opened.begin(numbers_run([cell], 5)):
        pass
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 1)
        await pilot.press("enter")
        await until(pilot, lambda: "no values to count" in toasts(app))

    run(app, script)


@pytest.mark.parametrize("look", ["ansi-dark", "ansi-light", "textual-light", "NO_COLOR"])
@pytest.mark.parametrize("size", [(40, 12), (60, 18), (200, 60)])
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

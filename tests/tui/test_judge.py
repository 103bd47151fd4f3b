"""Judging poems by keys: a whole contest by a judge with a known rule, undo, the control, texts that would act, and
nothing that tells who wrote what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from arena.experiments.poems.judgement import Choice
from arena.experiments.poems.lots import LotsSpec
from arena.session.judging import JudgeChoice, Judging
from arena.tui.app import ArenaApp
from arena.tui.screens.judge import JudgeScreen
from arena.tui.screens.judge_setup import JudgeSetupScreen
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.widgets.poem import PoemPage, set_line
from tests.support.app import drawn, run, text, until
from tests.support.judging import contest_at, judged, preferred, recovered, shown
from tests.support.poems import AUTHORS

KEYS = {Choice.LEFT: "left", Choice.RIGHT: "2", Choice.TIE: "equals_sign"}
SHORT = LotsSpec(topics=("coffee",), axes=("preference",), per_author=2, appearances=2, again=2)


def poems(app: ArenaApp) -> tuple[str, str]:
    """The two texts on the screen."""
    left, right = (str(page.query_one(".verse", Static).render()) for page in app.screen.query(PoemPage))
    return left, right


def waits(app: ArenaApp) -> bool:
    """Whether a pair is on the screen."""
    return isinstance(app.screen, JudgeScreen) and app.screen.query_one("#judge-pair").display


async def judge_pairs(app: ArenaApp, pilot: Pilot[None], most: int = 1000) -> int:
    """Press keys by the rule until no pair is left, or so often."""
    pressed = 0
    while waits(app) and pressed < most:
        await pilot.press(KEYS[preferred(*poems(app))])
        pressed += 1
    return pressed


def test_a_whole_contest_by_keys_recovers_the_rule(store: Path) -> None:
    contests = contest_at(store, real=True)
    (contest,) = contests.contests
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("j")
        await until(
            pilot, lambda: isinstance(app.screen, JudgeSetupScreen) and "pairs of poems" in text(app, "waiting")
        )
        app.screen.query_one("#judge-name", Input).value = "Ann"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JudgeScreen) and "Which poem do you" in text(app, "card"))
        await pilot.press("enter")
        assert await judge_pairs(app, pilot) == len(contest.showings)
        assert "You have judged every pair" in text(app, "card")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script, (100, 30))
    assert len(contest.numbers("pair")) == 60
    assert recovered(store)[contest.name] > 0.9


def test_every_choice_is_stored_at_once_and_undone(store: Path) -> None:
    (contest,) = contest_at(store, SHORT).contests
    app = ArenaApp(store, judge=JudgeChoice("Ann"))

    def kept() -> int:
        return len(judged(store)["human:Ann"][contest.name])

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("left")
        assert kept() == 0, "no pair is shown yet"
        await pilot.press("enter")
        first = poems(app)
        await pilot.press("left")
        assert kept() == 1 and "You chose the first" in text(app, "judge-note")
        assert poems(app) != first and "1 of" in text(app, "judge-bar")
        await pilot.press("u")
        assert kept() == 0 and poems(app) == first
        await pilot.press("u", "t")
        assert kept() == 1
        await pilot.click("#second")
        assert sorted(judged(store)["human:Ann"][contest.name].values()) == [Choice.RIGHT, Choice.TIE]

    run(app, script)


def test_stop_and_go_on_beside_another_judge(store: Path) -> None:
    (contest,) = contest_at(store, SHORT).contests
    other = Judging(store, "Bob")
    other.begin()

    async def four(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await judge_pairs(app, pilot, 2)
        other.choose(Choice.LEFT)
        await judge_pairs(app, pilot, 2)
        before.append(poems(app))
        await pilot.press("escape")

    before: list[tuple[str, str]] = []
    app = ArenaApp(store, judge=JudgeChoice("Ann"))
    run(app, four)
    other.close()
    assert {who: len(found[contest.name]) for who, found in judged(store).items()} == {"human:Ann": 4, "human:Bob": 1}

    async def rest(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert poems(app) == before[0]
        assert await judge_pairs(app, pilot) == len(contest.showings) - 4

    app = ArenaApp(store, judge=JudgeChoice("Ann"))
    run(app, rest)


def test_a_failed_control_is_told_after_the_contest_and_not_to_be_undone(store: Path) -> None:
    (contest,) = contest_at(store, SHORT, hostile=False).contests
    bag = "".join("".join(contest.bag).split())
    app = ArenaApp(store, judge=JudgeChoice("Ann"))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        while waits(app):
            assert "bag" not in drawn(app)
            await pilot.press("left" if "".join(poems(app)[0].split()) == bag else "right")
        assert "bag of random words" in text(app, "card") and "You have judged every pair" in text(app, "card")
        await pilot.press("u")
        assert not waits(app)

    run(app, script)


def test_a_passed_control_is_not_mentioned(store: Path) -> None:
    (contest,) = contest_at(store, SHORT, hostile=False).contests
    judging = Judging(store, "Ann")
    judging.begin()
    while (pair := judging.moment.pair) is not None:
        judging.choose(Choice.RIGHT if pair.left == contest.bag else Choice.LEFT)
    assert not judging.note and judging.can_undo
    judging.undo()
    assert judging.moment.pair is not None and judging.moment.done == len(contest.showings) - 1
    judging.close()


def within(value: Any, seen: set[int], depth: int = 0) -> Iterator[str]:
    """All texts in a widget's attributes, as deep as its own values go."""
    if isinstance(value, str):
        yield value
    elif depth < 6 and id(value) not in seen:
        seen.add(id(value))
        if isinstance(value, dict):
            children = [*value, *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            children = list(value)
        else:
            children = [str(value)] if hasattr(value, "spans") else []
        for child in children:
            yield from within(child, seen, depth + 1)


def test_nothing_in_the_widget_tree_tells_who_wrote_what(store: Path) -> None:
    contests = contest_at(store, SHORT)
    app = ArenaApp(store, judge=JudgeChoice("Ann"))
    told = [*AUTHORS, *(author.name for author in contests.contests[0].authors)]
    told += [author.cell for author in contests.contests[0].authors]

    def tells() -> list[str]:
        found = []
        for widget in [app.screen, *app.screen.walk_children()]:
            words = [*within(vars(widget), set()), str(widget), *widget.classes]
            words += [str(widget.tooltip), str(widget.render())] if not widget.is_container else []
            found += [word for word in words for name in told if name in word.split() or f"llm:{name}" in word]
        return found + [name for name in told if name in drawn(app).split()]

    async def script(pilot: Pilot[None]) -> None:
        assert not tells()
        await pilot.press("enter")
        assert not tells() and "human" not in drawn(app)
        await judge_pairs(app, pilot, 3)
        assert not tells()
        await judge_pairs(app, pilot)
        assert not tells()

    run(app, script)


@pytest.mark.parametrize("size", [(120, 40), (40, 16)])
def test_texts_that_would_act_are_shown_as_text(store: Path, size: tuple[int, int]) -> None:
    (contest,) = contest_at(store, SHORT).contests
    app = ArenaApp(store, judge=JudgeChoice("Ann"))
    texts = {"".join("".join(shown(lines)).split()) for lines in [*(poem.lines for poem in contest.poems), contest.bag]}
    seen = set()

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        while waits(app):
            seen.update("".join(poem.split()) for poem in poems(app))
            assert "\x1b" not in drawn(app) and "\u202e" not in drawn(app)
            await pilot.press("1")

    run(app, script, size)
    assert seen == texts


def test_a_store_without_contests_says_what_to_do(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("j")
        await until(pilot, lambda: "arena poems contest" in text(app, "waiting"))
        await pilot.press(*"Ann", "enter")
        await until(pilot, lambda: bool(app._notifications))
        assert isinstance(app.screen, JudgeSetupScreen)

    run(app, script)


def test_a_long_line_goes_on_indented() -> None:
    assert set_line("the quick brown fox jumps", 12) == ["the quick", "    brown", "    fox", "    jumps"]
    assert set_line("abcdefghijkl", 8) == ["abcdefgh", "    ijkl"]
    assert set_line("朝の珈琲", 6) == ["朝の珈", "    琲"]
    assert set_line("", 8) == [""]
    assert all(set_line("a bb " * 9 + "c" * 40, width) for width in range(1, 12))

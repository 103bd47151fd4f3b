"""Parts of a run, played in several stores and merged, are the run that was played in one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.errors import UsageError
from arena.experiments.experiment import Spec
from arena.experiments.numbers.spec import NumbersSpec
from arena.experiments.tournament.spec import TournamentSpec
from arena.records import Seat
from arena.store import Store
from arena.store.merging import merge
from tests.support.parts import carried_out, told
from tests.unit.experiments.numbers.fakes import numbers

MATCHES, ROUNDS = 30, 3
BOTS = TournamentSpec(subjects=("uniform", "mix:rock=0.5,paper=0.3,scissors=0.2"), matches=MATCHES, rounds=ROUNDS)
MODEL = TournamentSpec(subjects=("llm:table",), opponents=("uniform",), matches=MATCHES, rounds=ROUNDS)
NUMBERS = NumbersSpec(subjects=("uniform", "llm:table"), task="integers", n=30, mode="sample")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[Spec, dict[str, Any]]:
    """What the runs tell that were played in one piece."""
    found: dict[Spec, dict[str, Any]] = {}
    for spec in (BOTS, MODEL, NUMBERS):
        path = tmp_path_factory.mktemp("whole") / "whole.db"
        is_numbers = isinstance(spec, NumbersSpec)
        assert carried_out(path, "numbers", spec, says=numbers) if is_numbers else carried_out(path, "tournament", spec)
        found[spec] = told(path)
    return found


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[int, int]]:
    """All matches, cut at random, the parts in any order."""
    cuts = draw(st.sets(st.integers(1, MATCHES - 1), max_size=3))
    return draw(st.permutations([(first + 1, last) for first, last in pairwise([0, *sorted(cuts), MATCHES])]))


@settings(max_examples=8)
@given(spec=st.sampled_from([BOTS, MODEL]), parts=spans(), data=st.data())
def test_parts_in_any_order_are_the_whole(
    whole: dict[Spec, dict[str, Any]], spec: TournamentSpec, parts: list[tuple[int, int]], data: st.DataObject
) -> None:
    with folder() as here:
        paths = [here / f"{first}.db" for first, _ in parts]
        for path, span in zip(paths, parts, strict=True):
            assert carried_out(path, "tournament", msgspec.structs.replace(spec, span=span))
        (joined,) = merge(data.draw(st.permutations(paths)), here / "merged.db")
        assert joined.run.finished and len(joined.origins) == len(parts)
        assert told(here / "merged.db") == whole[spec]


@settings(max_examples=8)
@given(
    spec=st.sampled_from([BOTS, MODEL]),
    parts=spans(),
    after=st.lists(st.integers(0, MATCHES * ROUNDS), min_size=4, max_size=4),
    twice=st.booleans(),
)
def test_parts_that_were_interrupted_go_on_in_the_merged_store(
    whole: dict[Spec, dict[str, Any]], spec: TournamentSpec, parts: list[tuple[int, int]], after: list[int], twice: bool
) -> None:
    with folder() as here:
        paths = []
        for (first, last), steps in zip(parts, after, strict=False):
            paths.append(here / f"{first}.db")
            part = msgspec.structs.replace(spec, span=(first, last))
            if not carried_out(paths[-1], "tournament", part, steps) and twice:
                # a copy of it goes on: what both have is equal, and the longer matches are kept
                shutil.copy(paths[-1], here / f"{first}-copy.db")
                paths.append(here / f"{first}-copy.db")
                carried_out(paths[-1], "tournament", part, 5)
        merge(paths, here / "merged.db")
        assert carried_out(here / "merged.db", "tournament", spec)
        assert told(here / "merged.db") == whole[spec]


@settings(max_examples=6)
@given(after=st.integers(0, 70), others=st.integers(0, 70))
def test_draws_of_two_machines_are_those_of_one(whole: dict[Spec, dict[str, Any]], after: int, others: int) -> None:
    with folder() as here:
        ended = [
            carried_out(here / f"{name}.db", "numbers", NUMBERS, steps, numbers)
            for name, steps in (("a", after), ("b", others))
        ]
        (joined,) = merge([here / "a.db", here / "b.db"], here / "merged.db")
        assert joined.run.finished or not any(ended)
        assert carried_out(here / "merged.db", "numbers", NUMBERS, says=numbers)
        assert told(here / "merged.db") == whole[NUMBERS]


def test_prompts_are_numbered_by_their_first_use_match_by_match(tmp_path: Path) -> None:
    both = msgspec.structs.replace(MODEL, opponents=("llm:table",))
    paths = []
    for span in ((21, 30), (1, 20)):
        paths.append(tmp_path / f"{span[0]}.db")
        carried_out(paths[-1], "tournament", msgspec.structs.replace(both, span=span))
    merge(paths, tmp_path / "merged.db")
    with Store.open(tmp_path / "merged.db") as store:
        (cell,) = store.cells(store.run(None))
        used = [
            (seat, decision.prompt.text)
            for match in range(MATCHES)
            for played in store.match(cell, match)
            for seat, decision in ((Seat.SUBJECT, played.subject), (Seat.OPPONENT, played.opponent))
            if decision.prompt is not None
        ]
        prompts = [(row.seat, row.prompt.text) for row in store.prompts(cell)]
        assert len(used) == 2 * MATCHES * ROUNDS and prompts == list(dict.fromkeys(used))
        assert [row.number for row in store.prompts(cell)] == list(range(len(prompts)))


def test_a_part_is_no_finished_run_until_the_rest_is_there(tmp_path: Path) -> None:
    path = tmp_path / "arena.db"
    for span, finished in (((11, 30), False), ((1, 9), False), ((1, 10), True)):
        assert carried_out(path, "tournament", msgspec.structs.replace(BOTS, span=span))
        with Store.open(path) as store:
            (run,) = store.runs()
            assert run.finished == finished and run.spec.size == MATCHES


def test_fewer_games_than_a_run_was_asked_for_do_not_finish_it(tmp_path: Path) -> None:
    path = tmp_path / "arena.db"
    assert not carried_out(path, "tournament", BOTS, 40)
    carried_out(path, "tournament", msgspec.structs.replace(BOTS, matches=2))
    with Store.open(path) as store:
        assert not store.run(None).finished


@pytest.mark.parametrize("span", [(2, 1), (1, MATCHES + 1), (MATCHES + 1, MATCHES + 1)])
def test_matches_that_the_games_do_not_have(tmp_path: Path, span: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match=f"--matches is {span[0]}-{span[1]}, but there are {MATCHES} games"):
        carried_out(tmp_path / "arena.db", "tournament", msgspec.structs.replace(BOTS, span=span))

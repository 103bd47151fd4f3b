"""Runs that are begun, gone on with, extended and read back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from arena.errors import InputError, UsageError
from arena.games import parse_game
from arena.records import Decision, Outcome, Policy, Prompt, Round, Sample, TokenProbability
from arena.store import CellSpec, PromptRow, RunSpec, Store, writer
from arena.store.rows import Asked
from tests.support.specs import PLAIN

MakeSpec = Callable[..., RunSpec]
MakeRound = Callable[..., Round]

BOT, MODEL = 0, 1  # the cells of `make_spec`


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "arena.db"


def test_a_run_comes_back_as_it_was_given(path: Path, make_spec: MakeSpec) -> None:
    spec = make_spec(seed=2**70)
    with Store.open(path, create=True) as store, store.begin(spec) as run:
        name = run.run.name
    with Store.open(path) as store:
        (row,) = store.runs()
        assert row.spec == spec
        assert row == store.run(None) == store.run(name) == store.find(spec)
        assert store.find(make_spec(seed=1)) is None
        assert re.fullmatch(r"\d{4}-\d\d-\d\d-1", row.name)
        assert not row.finished
        assert [cell.spec for cell in store.cells(row)] == list(spec.cells)
        assert len(store.rounds(store.cells(row)[BOT], 3)) == 0


def test_only_games_and_manifest_are_no_part_of_the_identity(path: Path, make_spec: MakeSpec) -> None:
    same = [make_spec(), make_spec(size=9), make_spec(manifest={}), make_spec(cells=make_spec().cells[::-1])]
    cell = make_spec().cells[MODEL]
    others = [
        make_spec(experiment="another"),
        make_spec(rounds=4),
        make_spec(seed=1),
        make_spec(settings=PLAIN | {"sampling": "temperature=2"}),
        make_spec(settings=PLAIN | {"invalid": "policy"}),
        make_spec(models={"m": "abd"}),
        make_spec(cells=(cell,)),
        make_spec(cells=(replace(cell, asked=Asked(style="base", wording="log", infix="I")),)),
    ]
    with Store.open(path, create=True) as store:
        for spec in same + others:
            store.begin(spec).close()
        names = [run.name.rsplit("-", 1)[1] for run in store.runs()]
    assert names == [str(number) for number in range(1, len(others) + 2)]


def test_a_run_under_an_older_rule_goes_on_and_is_known_by_the_new_one_from_then_on(
    path: Path, make_spec: MakeSpec
) -> None:
    old = make_spec(models={"m": "sha256:weights", "n": "same"})
    new = make_spec(models={"m": "sha256:all", "n": "same"}, former={"m": "sha256:weights"})
    swapped = make_spec(models={"m": "sha256:swapped", "n": "same"}, former={"m": "sha256:weights"})
    with Store.open(path, create=True) as store:
        store.begin(old).close()
        found = store.find(new)
        assert found is not None and found.spec == old  # looking changes nothing
        with store.begin(new) as run:
            assert run.run.name == found.name and run.run.spec.models == new.models
        assert store.find(new) == store.run(None)
        # what was swapped beside the weights is another run now
        assert store.find(swapped) is None and store.find(old) is None
        store.begin(swapped).close()
        assert len(store.runs()) == 2


def test_more_games_extend_a_finished_run_and_fewer_do_not_shorten_it(path: Path, make_spec: MakeSpec) -> None:
    with Store.open(path, create=True) as store:
        with store.begin(make_spec(size=5)) as run:
            run.finish()
            assert run.run.finished
        with store.begin(make_spec(size=3)) as run:
            assert (run.run.spec.size, run.run.finished) == (5, True)
        with store.begin(make_spec(size=8)) as run:
            assert (run.run.spec.size, run.run.finished) == (8, False)
        assert store.run(None).spec.size == 8


def test_an_unknown_run_is_answered_with_those_there_are(path: Path, make_spec: MakeSpec) -> None:
    with Store.open(path, create=True) as store:
        for seed in range(7):
            store.begin(make_spec(seed=seed)).close()
        with pytest.raises(InputError, match=r"no run 'x' in .*-3, .*-7 and 2 older ones"):
            store.run("x")


def test_a_run_s_name_may_be_shortened(path: Path, make_spec: MakeSpec) -> None:
    with Store.open(path, create=True) as store:
        for seed in range(11):
            store.begin(make_spec(seed=seed)).close()
        runs = store.runs()
        day = runs[0].name.removesuffix("-1")
        assert store.run(runs[0].name) == runs[0]  # which is also the beginning of "-10" and "-11"
        for short, seed in (("1", 0), ("11", 10), (f"{day[-2:]}-2", 1), (f"{day}-2", 1)):
            assert store.run(short) == runs[seed]
        for short in (day, day[:4], f"{day}-"):
            with pytest.raises(InputError, match=r"may be several runs in .*: write more of .*-11"):
                store.run(short)
        with pytest.raises(InputError, match=f"did you mean '{runs[1].name}'"):
            store.run(f"{runs[1].name[:-2]}_2")
        with pytest.raises(InputError, match="there is no run ''"):
            store.run("")


def test_a_cell_twice_is_refused(path: Path, make_spec: MakeSpec) -> None:
    cell = make_spec().cells[BOT]
    with Store.open(path, create=True) as store:
        with pytest.raises(UsageError, match="asked for twice"):
            store.begin(make_spec(cells=(cell, cell)))
        assert store.runs() == []


def test_rounds_come_back_as_columns_of_done(path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    spec = make_spec(rounds=2)
    key = spec.cells[MODEL].key
    forfeit = Round(
        2, Outcome.LOSS, Decision(Policy((0.5, 0.5, 0.0), 0.0), None, (Sample("?", (1,), "eos"),)), Decision(None, 0)
    )
    person = Round(1, Outcome.WIN, Decision(None, 2), Decision(None, 1))
    with Store.open(path, create=True) as store, store.begin(spec) as run:
        for match, played in [
            (7, person),
            (3, make_round(1)),
            (5, make_round(1)),
            (3, forfeit),
            (7, structs.replace(person, number=2)),
        ]:
            run.add_round(key, match, played)
        run.finish_match(key, 7)
        run.finish_match(key, 3)
        run.add_seconds(key, 1.5)
        run.add_seconds(key, 2.0)
        assert run.finished(key) == {3, 7}
        assert run.finished(spec.cells[BOT].key) == set()
        run.flush()
        bot, cell = store.cells(run.run)
        columns = store.rounds(replace(cell, below=None), 3)
        assert len(store.rounds(cell, 3)) == 0  # no sample
    assert (bot.done, bot.open, bot.seconds) == (0, 0, 0.0)
    assert (cell.done, cell.open, cell.seconds) == (2, 1, 3.5)
    assert columns.match.tolist() == [3, 3, 7, 7]
    assert columns.number.tolist() == [1, 2, 1, 2]
    assert columns.move.tolist() == [1, -1, 2, 2]
    assert columns.reply.tolist() == [2, 0, 1, 1]
    assert columns.outcome.tolist() == [-1, -1, 1, 1]
    assert columns.drawn.tolist() == [2, 1, 0, 0]
    assert columns.invalid.tolist() == [1, 1, 0, 0]
    assert columns.prompt.tolist() == [0, -1, -1, -1]
    np.testing.assert_array_equal(columns.policy, [[0.25, 0.625, 0.125], [0.5, 0.5, 0.0], [np.nan] * 3, [np.nan] * 3])
    np.testing.assert_array_equal(columns.mass, [0.9, 0.0, np.nan, np.nan])
    np.testing.assert_array_equal(columns.loose_mass, [0.95, 1.0, np.nan, np.nan])
    assert columns.policy.flags.writeable


def test_each_distinct_prompt_of_a_seat_is_stored_once(path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    spec = make_spec()
    bot, model = (cell.key for cell in spec.cells)
    first = make_round(1)
    assert first.subject.prompt
    both = structs.replace(first, opponent=structs.replace(first.subject, move=0))
    with Store.open(path, create=True) as store:
        with store.begin(spec) as run:
            for match in range(4):
                run.add_round(model, match, both)
            run.add_round(bot, 0, first)
        with store.begin(spec) as run:  # the same after an interruption
            run.add_round(model, 4, make_round(1))
            run.add_round(model, 5, make_round(1, prompt="Another\x00 one:"))
        cell = store.cells(store.run(None))[MODEL]
        rows = list(store.prompts(cell))
        assert store.prompt_count(cell) == 3
        assert list(store.prompts(cell, 2)) == rows[:2]
        assert len(list(store.prompts(store.cells(store.run(None))[BOT]))) == 1
    assert [(row.number, row.seat) for row in rows] == [(0, "subject"), (1, "opponent"), (2, "subject")]
    assert rows[0] == PromptRow(0, rows[0].seat, rows[1].sha256, first.subject.prompt)
    assert rows[2].prompt.text == "Another\x00 one:"


def test_a_long_run_finds_its_prompts_again_without_remembering_all(
    path: Path, make_spec: MakeSpec, make_round: MakeRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_MOST_PROMPTS", 10)
    spec = make_spec(rounds=1, size=400)
    key = spec.cells[MODEL].key
    asked = [f"prompt {match * match % 300}" for match in range(400)]  # many of them again and again
    distinct = list(dict.fromkeys(asked))
    assert 40 < len(distinct) < 100
    with Store.open(path, create=True) as store:
        for matches in (range(30), range(30, 400)):  # it is interrupted
            with store.begin(spec) as run:
                for match in matches:
                    run.add_round(key, match, make_round(1, prompt=asked[match]))
                    run.finish_match(key, match)
                    if match % 7 == 0:
                        run.flush()
        cell = store.cells(store.run(None))[MODEL]
        assert [row.prompt.text for row in store.prompts(cell)] == distinct
        columns = store.rounds(cell, 3)
        numbers = dict(zip(columns.match.tolist(), columns.prompt.tolist(), strict=True))
    assert numbers == {match: distinct.index(text) for match, text in enumerate(asked)}


def test_a_round_out_of_order_is_a_bug(path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    key = make_spec().cells[BOT].key
    with Store.open(path, create=True) as store:
        with store.begin(make_spec()) as run:
            run.add_round(key, 0, make_round(1))
            run.add_round(key, 1, make_round(1))
            run.finish_match(key, 1)
        with store.begin(make_spec()) as run:
            for match, number in [(0, 1), (0, 3), (1, 1), (1, 2), (2, 2)]:
                with pytest.raises(ValueError, match="can't follow"):
                    run.add_round(key, match, make_round(number))
            for match in (1, 2):
                with pytest.raises(ValueError, match="has no rounds"):
                    run.finish_match(key, match)
            run.add_round(key, 0, make_round(2))
            assert [played.number for played in run.open_matches(key)[0]] == [1, 2]


def test_a_match_may_lack_only_its_mark(path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    key = make_spec().cells[BOT].key
    with Store.open(path, create=True) as store:
        with store.begin(make_spec()) as run:
            for number in (1, 2, 3):
                run.add_round(key, 0, make_round(number))
        with store.begin(make_spec()) as run:
            assert len(run.open_matches(key)[0]) == make_spec().rounds
            run.finish_match(key, 0)
            assert run.open_matches(key) == {}
            assert run.finished(key) == {0}


def test_rounds_are_written_when_the_last_writing_is_long_ago(
    path: Path, make_spec: MakeSpec, make_round: MakeRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("arena.store.writer.time.monotonic", lambda: now)
    key = make_spec().cells[BOT].key
    with Store.open(path, create=True) as store, store.begin(make_spec()) as run, Store.open(path) as other:

        def others_view() -> int:
            return other.cells(other.run(None))[BOT].open

        for match, later, written in [(0, 0.0, 0), (1, 0.4, 0), (2, 0.1, 3), (3, 9.0, 3), (4, 0.5, 5)]:
            now += later
            run.add_round(key, match, make_round(1))
            assert others_view() == written
        run.add_round(key, 5, make_round(1))
        run.flush()
        assert others_view() == 6


unit = st.floats(0, 1)
token = st.integers(0, 2**31 - 1)
samples = st.builds(Sample, st.text(), st.lists(token).map(tuple), st.sampled_from(["move", "mark", "eos", "length"]))
prompts = st.builds(
    Prompt,
    st.text(),
    st.lists(token).map(tuple),
    st.lists(st.builds(TokenProbability, token, st.floats(max_value=0, allow_infinity=False))).map(tuple),
)
probabilities = st.tuples(*[st.floats(0.001, 1)] * 3).map(lambda found: tuple(one / sum(found) for one in found))
decisions = st.builds(
    Decision,
    st.none() | st.builds(Policy, probabilities, unit, unit),
    st.none() | st.integers(0, 2),
    st.lists(samples, max_size=3).map(tuple),
    st.none() | prompts,
)


@settings(max_examples=60)
@given(st.lists(st.tuples(decisions, decisions), min_size=1, max_size=3))
def test_open_matches_and_prompts_come_back_equal(make_spec: MakeSpec, played: list[tuple[Decision, Decision]]) -> None:
    key, outcome = make_spec().cells[MODEL].key, parse_game("rps").outcome
    rounds = tuple(
        Round(number, outcome(mine.move, theirs.move), mine, theirs) for number, (mine, theirs) in enumerate(played, 1)
    )
    asked = {decision.prompt for played_round in rounds for decision in (played_round.subject, played_round.opponent)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "arena.db"
        with Store.open(path, create=True) as store, store.begin(make_spec()) as run:
            for played_round in rounds:
                run.add_round(key, 3, played_round)
        with Store.open(path, create=True) as store, store.begin(make_spec()) as run:
            (cell,) = (cell for cell in store.cells(run.run) if cell.spec.key == key)
            stored = {(row.prompt.text, row.prompt.tokens) for row in store.prompts(cell)}
            found = run.open_matches(key)
    assert stored == {(prompt.text, prompt.tokens) for prompt in asked if prompt is not None}
    assert found == {
        3: tuple(
            structs.replace(
                played_round,
                subject=structs.replace(played_round.subject, prompt=None),
                opponent=structs.replace(played_round.opponent, prompt=None),
            )
            for played_round in rounds
        )
    }


def test_half_a_surrogate_pair_does_no_harm(path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    key = make_spec().cells[MODEL].key
    with Store.open(path, create=True) as store, store.begin(make_spec()) as run:
        run.add_round(key, 0, make_round(1, text=" a\udc80", prompt="b\ud800"))
        assert run.open_matches(key)[0][0].subject.answers[-1].text == " a?"
        assert [row.prompt.text for row in store.prompts(store.cells(run.run)[MODEL])] == ["b?"]


def test_specs_may_hold_any_json(path: Path, make_spec: MakeSpec) -> None:
    asked = Asked(style="base", wording="é\n", infix="", temperature=0.1 + 0.2)
    anything = {"infix": "é\n", "names": ["Ann", None], "more": {"b": 1, "a": 2}}
    cell = CellSpec("k", "llm:m", "greedy", "rps", asked, None, anything)
    with Store.open(path, create=True) as store:
        store.begin(make_spec(cells=(cell,), settings=anything)).close()
        assert store.run(None).spec.cells == (cell,) and store.run(None).spec.settings == anything

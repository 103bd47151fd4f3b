"""Whatever differs between the runs of one report can be read in it: every setting of a tournament and of a task,
changed one at a time, and whatever else a run was made with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.backends.backend import Identity
from arena.experiments.experiment import Observer, Spec, carry_out
from arena.experiments.numbers.spec import NumbersSpec
from arena.experiments.registry import find_experiment
from arena.experiments.tournament.spec import TournamentSpec
from arena.reports.provenance import machines_notes, models_note
from arena.reports.registry import reports_of
from arena.reports.report import Report
from arena.reports.settings import OWN, labels, settings_of
from arena.store import CellSpec, Store
from arena.store.rows import Asked
from arena.store.several import open_all
from tests.support.played import run_row
from tests.support.table_model import TableModel, TableModels

WORDING = """name = "mine"
closing = []
infix = ""
prompt = "Choose: {% for round in rounds %}{{ round.mine }}, {{ round.theirs }}; {% endfor %}I"
"""


def moves(text: str) -> Mapping[str, float]:
    """Moves of rock-paper-scissors, with weights that differ with every history, and now and then none."""
    return {" rock": 1 + len(text) % 7, " paper": 1.0, " scissors": 1 + len(text) % 3, "\n": 0.5, "<end>": 0.5}


def values(text: str) -> Mapping[str, float]:
    """A digit or a letter, and then a line break."""
    return {"\n": 1.0} if text[-1] in "37c" else {"3": 2.0, "7": 1.0 + len(text) % 3, "c": 1.0}


def carried_out(path: Path, kind: str, spec: Spec, identity: str = "one", build: str = "a table") -> None:
    models = TableModels(TableModel(moves if kind == "tournament" else values))
    models.identity = Identity(identity, identity)  # type: ignore[misc]
    models._builds = {"table": build}

    async def whole() -> None:
        await carry_out(await find_experiment(kind).plan(spec, models), store, models, Observer())

    with Store.open(path, create=True) as store:
        asyncio.run(whole())


def report_of(*stores: Path) -> Report:
    """The report of all their runs, which are of one kind."""
    with open_all(stores) as store:
        (report,) = reports_of(store, store.runs())
        return report


def said(report: Report) -> str:
    """All that people read."""
    tables = [*report.tables, *(figure.data for figure in report.figures)]
    parts = [text for table in tables for text in (table.title, *table.footnotes)]
    for table in tables:
        parts += [row.full_name for row in table.rows]
        parts += [f"{column.heading}: {text}" for at, column in enumerate(table.columns) for text in table.texts(at)]
    return "\n".join(parts)


def check_names(report: Report) -> None:
    """No two rows of a table, or panels of a figure, have the same name and place."""
    for table in report.tables:
        names = [row.name for row in table.rows if row.is_ours]
        assert len(set(names)) == len(names), names
    for figure in report.figures:
        rows = [(row.name, row.values.get("game"), row.values.get("place")) for row in figure.data.rows]
        assert len(set(rows)) == len(rows), rows


GAMES = TournamentSpec(subjects=("llm:table",), games=("rps",), matches=3, rounds=3)
OF_GAMES: dict[str, tuple[Any, str]] = {  # another value, and what shows it
    "subjects": (("llm:other",), "llm:other"),
    "seed": (5, "llm:table, seed 5"),
    "games": (("matching-pennies",), "matching pennies"),
    "opponents": (("uniform",), "llm:table v. uniform"),
    "matches": (4, "4 games of 3 rounds"),
    "rounds": (4, "llm:table, 4 rounds per match"),
    "span": ((1, 2), "no match is counted yet (2 of 3 finished"),
    "style": ("instruct", "llm:table, instruct style"),
    "format": ("tulu", "llm:table, format tulu"),
    "wording": ("WORDING", "llm:table, wording mine@"),
    "history": (1, "llm:table, 1 round shown"),
    "temperature": (1.5000001, "llm:table, temperature 1.5000001"),
    "top_p": (0.9, "llm:table, top-p 0.9"),
    "min_p": (0.2, "llm:table, min-p 0.2"),
    "mix": ("other=0.25", "llm:table, mixed with 0.25 of llm:other"),
    "rename": (("own", "letters"), "llm:table, wording neutral-log@"),
    "permute": (("listing",), "listing scissors, paper, rock"),
    "strings": (3, "llm:table, one of 3 random strings"),
    "stated": (True, "llm:table, stated distributions"),
    "draws": ("common", "llm:table, common draws"),
    "invalid": ("policy", "llm:table, invalid answers replaced by the policy's draw"),
    "attempts": (5, "llm:table, invalid answers drawn again up to 5 times"),
    "max_tokens": (16, "llm:table, at most 16 tokens"),
    "exact": (True, "llm:table, exact"),
}
TASK = NumbersSpec(task="integers", subjects=("llm:table",), n=30)
OF_TASKS: dict[str, tuple[Any, str]] = {
    "subjects": (("llm:other",), "llm:other"),
    "seed": (5, "llm:table, seed 5"),
    "task": ("letters", "single random letters"),
    "n": (41, "n: 41"),
    "mode": ("exact", "has the settings of run"),
    "temperatures": ((2.0,), "temperature 2, top-p 1"),
    "top_p": ((0.9,), "temperature 1, top-p 0.9"),
    "paraphrases": (("0",), "under paraphrases"),
    "match_entropy": ("llm:base", "entropy matched"),
    "style": ("instruct", "llm:table, instruct style"),
    "format": ("tulu", "llm:table, format tulu"),
    "wording": ("WORDING", "llm:table, wording mine@"),
}


def test_every_setting_has_its_test() -> None:
    # a new setting is added above, with what shows it in a report
    assert set(OF_GAMES) == set(TournamentSpec.__struct_fields__)
    assert set(OF_TASKS) == set(NumbersSpec.__struct_fields__)


PLAIN: dict[str, Spec] = {"tournament": GAMES, "numbers": TASK}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A store with a run of each kind with the settings above."""
    folder = tmp_path_factory.mktemp("plain")
    for kind, spec in PLAIN.items():
        carried_out(folder / f"{kind}.db", kind, spec)
    return {kind: folder / f"{kind}.db" for kind in PLAIN}


@pytest.mark.parametrize(
    ("kind", "name", "value", "shown"),
    [
        pytest.param(kind, name, *change, id=f"{kind}-{name}")
        for kind, changes in (("tournament", OF_GAMES), ("numbers", OF_TASKS))
        for name, change in changes.items()
    ],
)
def test_a_setting_that_differs_is_shown(
    plain: dict[str, Path], tmp_path: Path, kind: str, name: str, value: Any, shown: str
) -> None:
    if value == "WORDING":
        (tmp_path / "mine.toml").write_text(WORDING)
        value = str(tmp_path / "mine.toml")
    carried_out(tmp_path / "other.db", kind, msgspec.structs.replace(PLAIN[kind], **{name: value}))
    report = report_of(plain[kind], tmp_path / "other.db")
    assert shown in said(report), said(report)
    check_names(report)


@pytest.mark.parametrize("kind", ["tournament", "numbers"])
def test_json_carries_all_that_made_a_run(plain: dict[str, Path], kind: str) -> None:
    found = report_of(plain[kind]).to_json()
    (run,) = found["runs"]
    assert run["models"] == {"table": "one"} and run["manifest"]["models"] == {"table": "a table"}
    assert {"arena", "python", "machine", "processor", "system"} <= set(run["manifest"])
    assert run["created"] and run["commands"] == [] and run["seed"] == 0 and run["size"]
    (cell,) = found["cells"]
    assert cell["settings"]["weights"] == "one" and "@" in cell["settings"]["wording"]
    assert cell["prompt"]["infix"] == cell["settings"]["infix"] is not None


def test_two_machines_are_told_apart(tmp_path: Path) -> None:
    for number, (weights, build) in enumerate([("one", "build 1"), ("one", "build 2"), ("two", "build 2")]):
        for kind, spec in (("tournament", GAMES), ("numbers", TASK)):
            carried_out(tmp_path / f"{number}.db", kind, spec, f"sha256:{weights * 9}", build)
    with open_all(sorted(tmp_path.glob("*.db"))) as store:
        games, tasks = reports_of(store, store.runs())
    for report in (games, tasks):
        check_names(report)
        notes = " ".join(report.notes)
        assert "build of table: build 1 (" in notes and "build 2 (" in notes
    assert "weights oneoneon, run 0:" in said(games) and "weights twotwotw" in said(games)
    # the same draws of the same weights stand in a table once, and the other is named
    assert "weights oneoneon" in said(tasks) and "has the settings of run 0:" in said(tasks)


def test_exact_and_drawn_answers_of_two_runs_both_stay(tmp_path: Path) -> None:
    for mode in ("sample", "exact"):
        carried_out(tmp_path / f"{mode}.db", "numbers", msgspec.structs.replace(TASK, mode=mode))
    report = report_of(tmp_path / "sample.db", tmp_path / "exact.db")
    check_names(report)
    (table,) = (one for one in report.tables if one.key == "integers")
    names = [row.name for row in table.rows if row.is_ours]
    assert len(names) == 2 and all("run" in name for name in names)
    assert f"n = {TASK.n}." in " ".join(table.footnotes)


def test_paraphrases_reworded_between_two_runs_are_two_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from arena.experiments.numbers import cells
    from arena.prompts.wording import Wording, find_task_wording

    spec = msgspec.structs.replace(TASK, paraphrases=("0", "1"), mode="exact")
    carried_out(tmp_path / "0.db", "numbers", spec)

    def reworded(*names: str) -> Wording:
        return replace(find_task_wording(*names), label="another")  # type: ignore[arg-type]

    monkeypatch.setattr(cells, "find_task_wording", reworded)
    carried_out(tmp_path / "1.db", "numbers", msgspec.structs.replace(spec, paraphrases=("0",)))
    report = report_of(tmp_path / "0.db", tmp_path / "1.db")
    (table,) = (one for one in report.tables if one.key == "table3")
    assert sum(value is not None for row in table.rows for value in row.values.values()) == 3
    check_names(report)


# -- by hand -------------------------------------------------------------------------------------------------

hashes = st.sampled_from(["sha256:00000000", "sha256:11111111"])
asked = st.builds(
    Asked,
    style=st.sampled_from(["base", "instruct"]),
    format=st.sampled_from(["none", "tulu"]),
    wording=st.sampled_from(["log@11111111", "log@22222222", "log@11111111+history3"]),
    variant=st.sampled_from(["", "1"]),
    matched=st.sampled_from(["", "llm:a", "llm:b"]),
)
agents = st.sampled_from(["llm:m", "llm:o", "uniform", "greedy"])
cells_ = st.builds(lambda subject, opponent, one, two: CellSpec(
    "k", subject, opponent, "rps", one if subject[:3] == "llm" else None, two if opponent[:3] == "llm" else None
), agents, agents, asked, asked)  # fmt: skip
runs_ = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2),
        "rounds": st.integers(9, 10),
        "sampling": st.sampled_from(["temperature=1,top_p=1", "temperature=1.5,top_p=1", "temperature=1,top_p=0.5"]),
        "invalid": st.sampled_from(["resample:20,max_tokens=8", "resample:2,max_tokens=8", "policy,max_tokens=9"]),
        "models": st.fixed_dictionaries({"m": hashes, "o": hashes}),
    },
)


@settings(max_examples=60)
@given(st.lists(st.tuples(cells_, runs_), min_size=2, max_size=5))
def test_no_two_rows_have_one_name(rows: list[tuple[CellSpec, dict[str, Any]]]) -> None:
    found = [settings_of(run_row(cell, name=f"run{at}", **run), cell) for at, (cell, run) in enumerate(rows)]
    names = labels(found)
    assert len(set(names)) == len(names)
    for one, row in zip(names, found, strict=True):
        others = [other for other in found if other["subject"] == row["subject"]]
        for name in ("seed", "rounds_asked", "temperature", "top_p", "weights", "format"):
            if row[name] is not None and len({repr(other[name]) for other in others if other[name] is not None}) > 1:
                value = f"{row[name]:g}" if isinstance(row[name], float) else str(row[name]).removeprefix("sha256:")
                assert value[:8] in one


def test_a_setting_that_nobody_foresaw_is_said_by_its_name() -> None:
    cell = CellSpec("k", "llm:m", "greedy", "rps", Asked(style="base", wording="log"))
    rows = [settings_of(run_row(cell, settings={"card_deck{}": deck}), cell) for deck in ("old", "new")]
    assert labels(rows) == ["llm:m, card deck{} old", "llm:m, card deck{} new"]


def test_how_models_that_differ_were_asked_stands_in_a_note() -> None:
    one = Asked(style="base", format="none", wording="log@1")
    two = Asked(style="instruct", format="none", wording="ask@2")
    cells = [CellSpec("k", name, "greedy", "rps", asked) for name, asked in (("llm:m", one), ("llm:o", two))]
    rows = [settings_of(run_row(cell, models={"m": "sha256:0123456789", "o": "b"}), cell) for cell in cells]
    assert models_note(rows) == (
        "llm:m: base style, wording log@1, weights 01234567; llm:o: instruct style, wording ask@2, weights b."
    )
    assert models_note(rows[:1]) == models_note([rows[0], rows[0]]) == ""
    assert set(OWN) == {"style", "format", "wording", "backend", "weights"}


def test_what_a_merged_run_and_an_older_one_know() -> None:
    build = (
        "CPU : SSE3 = 1 | SSSE3 = 1 | AVX = 1 | AVX2 = 1 | F16C = 1 | FMA = 1 | BMI2 = 1 | LLAMAFILE = {} | OPENMP = 1"
    )
    here, there = ({"machine": name, "models": {"m": build.format(name)}} for name in ("x", "\x1b"))
    merged = run_row(name="a", manifest={**here, "merged": [there], "commands": ["arena run x"]})
    notes = list(machines_notes([merged, run_row(name="b", manifest={})]))
    assert notes[0] == "Not all was made alike, machine: x (a); \\x1b (a)."
    assert notes[1].startswith("Not all was made alike, build of m: …") and "LLAMAFILE = x" in notes[1]
    assert list(machines_notes([run_row(manifest={}), run_row(manifest=here)])) == []

"""What differs between rows, worked out in one place for games and tasks."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from arena.reports.settings import differences, labels, of_run, run_document, said_of_all, settings_of
from arena.store.rows import Asked, CellSpec, RunRow
from tests.support.played import run_row
from tests.support.specs import numbers_run

LOG = Asked(style="base", format="none", wording="log@11111111", infix="")
ASK = Asked(style="instruct", format="tulu", wording="request@22222222+history3", infix="I choose")
COMMON = {"sampling": "temperature=1,top_p=1", "invalid": "resample:20,max_tokens=8", "draws": "common"}
MODEL = CellSpec("k", "llm:m", "greedy", "rps", LOG)


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ({"sampling": "temperature=1.5,top_p=1"}, "temperature 1.5"),
        ({"sampling": "temperature=1,top_p=0.9"}, "top-p 0.9"),
        ({"sampling": "temperature=1,top_p=1,min_p=0.05"}, "min-p 0.05"),
        ({"settings": COMMON}, "common draws"),
        ({"invalid": "policy,max_tokens=8"}, "invalid answers replaced by the policy's draw"),
        ({"invalid": "resample:20,max_tokens=16"}, "at most 16 tokens"),
        ({"seed": 2**70}, f"seed {2**70}"),
        ({"rounds": 20}, "20 rounds per match"),
        ({"models": {"m": "sha256:abcdef0123456789"}}, "weights abcdef01"),
    ],
)
def test_a_run_s_settings(run: dict[str, object], said: str) -> None:
    rows = [settings_of(run_row(models={"m": "sha256:00"}), MODEL), settings_of(run_row(**run), MODEL)]  # type: ignore[arg-type]
    assert differences(rows)[1] in (f", {said}", f", {said}")


def test_a_cell_s_settings() -> None:
    cells = [
        MODEL,
        CellSpec("k", "llm:m", "uniform", "rps", LOG),
        CellSpec("k", "llm:m", "greedy", "rps", ASK),
        CellSpec("k", "llm:m", "greedy", "rps", replace(LOG, wording="log@11111111+history3")),
    ]
    assert labels([settings_of(run_row(), cell) for cell in cells]) == [
        "llm:m v. greedy, base style, format none, wording log@11111111, all rounds shown",
        "llm:m v. uniform, base style, format none, wording log@11111111, all rounds shown",
        "llm:m v. greedy, instruct style, format tulu, wording request@22222222, 3 rounds shown",
        "llm:m v. greedy, base style, format none, wording log@11111111, 3 rounds shown",
    ]


def test_what_belongs_to_a_model_is_not_in_its_name_unless_it_stands_there_twice() -> None:
    rows = [settings_of(run_row(), cell) for cell in (MODEL, CellSpec("k", "llm:other", "greedy", "rps", ASK))]
    assert labels(rows, shown=("history",)) == ["llm:m", "llm:other"]
    assert labels([settings_of(run_row(), CellSpec("k", "uniform", "greedy", "rps")), rows[0]]) == ["uniform", "llm:m"]


def test_the_opponent_s_model_and_how_it_is_asked_are_settings_too() -> None:
    cells = [CellSpec("k", "uniform", "llm:m", "rps", None, asked) for asked in (LOG, ASK)]
    one, other = labels([settings_of(run_row(), cell) for cell in cells])
    assert "opponent's wording log@11111111" in one and "opponent's wording request@22222222" in other


def test_two_rows_that_nothing_tells_apart_name_their_run() -> None:
    rows = [settings_of(run_row(name=name), MODEL) for name in ("2026-01-01-1", "2026-01-01-2")]
    assert labels(rows) == ["llm:m, run 2026-01-01-1", "llm:m, run 2026-01-01-2"]


def test_what_all_rows_share_is_said_and_the_opponent_always() -> None:
    assert said_of_all([settings_of(run_row(), MODEL)]) == (
        "Throughout: against greedy, temperature 1, top-p 1, "
        "invalid answers drawn again up to 20 times, at most 8 tokens."
    )
    bot = CellSpec("k", "uniform", "greedy", "rps")
    assert said_of_all([settings_of(run_row(), bot)]) == "Throughout: against greedy."
    asked = Asked(style="base", wording="paper", temperature=1.5, top_p=1.0)
    cell = CellSpec("k", "llm:m", "", "integers", asked)
    task = settings_of(RunRow(1, "2026-11-23-1", numbers_run([cell], 1500), "now", 1500), cell)
    assert said_of_all([task]) == "Throughout: temperature 1.5, top-p 1."


def test_whole_runs_beside_each_other() -> None:
    runs = [of_run(run_row(MODEL, seed=seed)) for seed in (0, 1)]
    assert differences(runs) == [", seed 0", ", seed 1"]
    several = of_run(run_row(MODEL, CellSpec("k", "llm:m", "uniform", "rps", LOG)))
    assert differences([several, runs[0]], shown=("seed",)) == [" v. greedy, uniform", " v. greedy"]


def test_a_run_s_key_is_not_its_name() -> None:
    one, two = (run_document(run_row(MODEL, name=name))["key"] for name in ("a", "b"))
    assert one == two != run_document(run_row(MODEL, seed=8))["key"] and len(one) == 16


def test_hostile_text_can_t_act() -> None:
    cell = CellSpec("k", "llm:\x1b[2J", "\x1b]0;x\x07", "rps", replace(LOG, wording="a\nb@1"))
    rows = [settings_of(run_row(sampling="temperature=nan,top_p=x"), cell), settings_of(run_row(), MODEL)]
    assert all(name.isprintable() for name in (*labels(rows), said_of_all(rows)))

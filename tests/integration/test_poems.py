"""`arena poems` as people use it, judges who are killed, and the two small models as writers and judges."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from arena.errors import ExitCode
from arena.experiments.poems.contests import find_contests
from arena.experiments.poems.judging import judges_of, read_judgements
from arena.experiments.poems.lots import LotsSpec
from arena.store import Store
from tests.support.commands import GEMMA, PATIENCE, SMOLLM2, arena, complaint
from tests.support.poems import by_letters, draw, judge_all, write_poems

JUDGE = Path(__file__).with_name("judge_process.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def judging(path: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(JUDGE), str(path), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def judged(path: Path) -> dict[str, set[str]]:
    """What each judge has judged, as the process prints it."""
    with Store.open(path) as store:
        contests = find_contests(store)
        return {
            run.spec.cells[0].subject: {
                f"{name} {number}" for name, found in read_judgements(store, contests, run).items() for number in found
            }
            for run in judges_of(store, contests)
        }


def test_contests_are_drawn_and_ranked(path: Path, tmp_path: Path) -> None:
    with Store.open(path, create=True) as store:
        write_poems(store)
    drawn = json.loads(arena("poems", "contest", "--store", path, "--axis", "preference", "--json").stdout)
    assert [each["contest"] for each in drawn["contests"]] == ["coffee: preference", "sleep: preference"]
    again = json.loads(arena("poems", "contest", "--store", path, "--axis", "preference", "--json").stdout)
    assert again == drawn
    assert "nothing has been judged yet" in complaint("poems", "rank", "--store", path, code=ExitCode.INPUT)
    with Store.open(path, create=True) as store:
        judge_all(store, find_contests(store), "Ann", by_letters)
    out = tmp_path / "out"
    text = arena("poems", "rank", "--store", path, "--format", "md", "--published", "--out", out).stdout
    assert "judged by people" in text and "paper: 70B base" in text and (out / "figure5.pdf").is_file()
    document = json.loads(arena("report", "--store", path, "--format", "json").stdout)
    assert [each["comparisons"] for each in document["contests"]] == [60, 60]
    listed = json.loads(arena("runs", "--store", path, "--json").stdout)["runs"]
    assert [run["amount"] for run in listed] == ["20 poems", "2 contests", "judgements of 2 contests"]
    arena("export", "--store", path, "--to", "csv", "--out", out)
    assert len((out / "answers.csv").read_text().splitlines()) > 6 * 20


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (("generate",), ExitCode.USAGE, "nobody writes"),
        (("contest",), ExitCode.INPUT, "holds no poems yet"),
        (("judge", "--by", SMOLLM2), ExitCode.INPUT, "holds no contests yet"),
        (("rank",), ExitCode.INPUT, "holds no contests yet"),
    ],
)
def test_what_is_missing_is_named(path: Path, line: tuple[str, ...], code: int, said: str) -> None:
    with Store.open(path, create=True):
        pass
    assert said in complaint("poems", *line, "--store", path, code=code)


def test_two_judge_at_once_and_killing_loses_at_most_the_pair_on_screen(path: Path) -> None:
    with Store.open(path, create=True) as store:
        draw(store)
    judges = {name: judging(path, name) for name in ("Ann", "Bob")}
    said: dict[str, set[str]] = {}
    for name, process in judges.items():
        with process:
            assert process.stdout
            seen = [process.stdout.readline() for _ in range(20)]
            process.kill()
            seen += process.stdout.readlines()
        said[f"human:{name}"] = {line.strip() for line in seen if line.endswith("\n")}
    for judge, kept in judged(path).items():
        assert said[judge] <= kept and len(kept - said[judge]) <= 1
    with judging(path, "Ann") as ended:
        ended.communicate(timeout=PATIENCE)
    assert ended.returncode == 0
    with Store.open(path) as store:
        finished = {run.spec.cells[0].subject: run.finished for run in judges_of(store, find_contests(store))}
        pairs = judged(path)
        all_of_bobs = len(pairs["human:Bob"]) == len(pairs["human:Ann"])  # he may have ended before he was killed
        assert finished == {"human:Ann": True, "human:Bob": all_of_bobs}


@pytest.mark.long
@pytest.mark.model
def test_small_models_write_poems_of_four_lines(path: Path) -> None:
    line = ("poems", "generate", "--model", GEMMA, "--model", SMOLLM2, "--topic", "coffee", "--n", "1")
    report = json.loads(arena(*line, "--store", path, "--json").stdout)
    for found in report["written"]:
        assert found["drawn"] <= 20 and found["poems"] in (0, 1)
        assert found["bits"] is None or 1 < found["bits"] < 60
    with Store.open(path) as store:
        run = store.run(None)
        for cell in store.cells(run):
            assert all(answer.value is None or len(answer.value) == 4 for answer in store.answers(cell))


@pytest.mark.long
@pytest.mark.model
def test_a_small_model_judges(path: Path) -> None:
    spec = LotsSpec(topics=("coffee",), axes=("originality",), per_author=1, appearances=2)
    with Store.open(path, create=True) as store:
        draw(store, spec)
    text = arena("poems", "judge", "--by", SMOLLM2, "--store", path).stdout
    assert "no substitute for people" in " ".join(text.split())
    with Store.open(path) as store:
        contests = find_contests(store)
        (run,) = judges_of(store, contests)
        assert run.finished
        (found,) = read_judgements(store, contests, run).values()
        for judgement in found.values():
            assert judgement.mass is not None and judgement.mass > 0.2
            assert judgement.as_shown is not None and judgement.turned is not None
            assert judgement.left == pytest.approx((judgement.as_shown + 1 - judgement.turned) / 2)

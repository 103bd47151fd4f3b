"""What comes back from elsewhere: it is stored whole, or refused with a sentence and nothing stored."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import convert

from arena.errors import InputError, StoreError
from arena.experiments.poems.contest import BAG
from arena.experiments.poems.contests import Contests, find_contests
from arena.experiments.poems.elsewhere.answers import FORMAT, AnswerFile, checksum
from arena.experiments.poems.elsewhere.sheets import sheets_of
from arena.experiments.poems.elsewhere.table import write_table
from arena.experiments.poems.elsewhere.taking import Taken, take_files
from arena.experiments.poems.judging import Judge
from arena.experiments.poems.lots import LotsSpec
from arena.store import Store
from tests.support.judging import contest_at, judged, preferred, recovered

SHORT = LotsSpec(topics=("coffee",), axes=("originality", "preference"), per_author=2, appearances=2, again=2)

Document = dict[str, Any]
Rows = list[dict[str, str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def contests(path: Path) -> Contests:
    return contest_at(path, SHORT)


def take(path: Path, *files: Path, **chosen: Any) -> list[Taken]:
    with Store.open(path, create=True) as store:
        return take_files(store, files, **chosen)


def document(contests: Contests, judge: str = "Ann") -> Document:
    """A file of answers to everything, by the rule, as the page would give it."""
    answers = [
        {
            "topic": sheet.contest.topic,
            "axis": sheet.axis.name,
            "pair": pair.name,
            "left": pair.left.name,
            "right": pair.right.name,
            "choice": str(preferred("".join(pair.left.lines), "".join(pair.right.lines))),
        }
        for sheet in sheets_of(contests)
        for pair in sheet.pairs
    ]
    return {"format": FORMAT, "contests": contests.key, "judge": judge, "answers": answers}


def saved(tmp_path: Path, document: Document, name: str = "a.json") -> Path:
    """A file with a checksum that is right."""
    whole = document | {"checksum": ""}
    whole["checksum"] = checksum(convert(whole, AnswerFile, strict=False)) if "checksum" not in document else "0"
    (tmp_path / name).write_text(json.dumps(whole))
    return tmp_path / name


def results(contests: Contests, judge: str = "Ann") -> Rows:
    """A platform's rows of results, by the rule."""
    written = io.BytesIO()
    write_table(written, contests.key, sheets_of(contests))
    rows = list(csv.DictReader(io.StringIO(written.getvalue().decode(), newline="")))
    return [
        {**row, "judge": judge, "choice": str(preferred(row["left"].lstrip("'"), row["right"].lstrip("'")))}
        for row in rows
    ]


def table(tmp_path: Path, rows: Rows, **how: Any) -> Path:
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], **how)
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path / "a.csv"


def showings(contests: Contests) -> int:
    return sum(len(contest.showings) for contest in contests.contests)


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_whole_contest_comes_back_and_the_rule_with_it(path: Path, tmp_path: Path, kind: str) -> None:
    contests = contest_at(path)
    file = saved(tmp_path, document(contests)) if kind == "json" else table(tmp_path, results(contests))
    (taken,) = take(path, file)
    assert (taken.judge, taken.new, taken.judged, taken.pairs) == ("Ann", *[showings(contests)] * 3)
    assert recovered(path)["coffee: preference"] > 0.9
    (again,) = take(path, file)
    assert (again.new, again.known) == (0, showings(contests))


def test_an_unfinished_file_counts_and_a_later_one_adds_to_it(path: Path, tmp_path: Path, contests: Contests) -> None:
    whole = document(contests)
    (taken,) = take(path, saved(tmp_path, whole | {"answers": whole["answers"][:3]}))
    assert (taken.new, taken.known, taken.judged) == (3, 0, 3)
    (taken,) = take(path, saved(tmp_path, whole))
    assert (taken.new, taken.known, taken.judged) == (showings(contests) - 3, 3, showings(contests))


def test_a_judge_may_go_on_in_the_app(path: Path, tmp_path: Path, contests: Contests) -> None:
    whole = document(contests)
    take(path, saved(tmp_path, whole | {"answers": whole["answers"][:3]}))
    with Store.open(path, create=True) as store, Judge.begin(store, contests, "Ann") as judge:
        assert sum(len(judge.left(contest.name)) for contest in contests.contests) == showings(contests) - 3


def test_several_judges_in_a_table_as_mechanical_turk_writes_it(path: Path, tmp_path: Path, contests: Contests) -> None:
    names = {"judge": "WorkerId", "choice": "Answer.choice"}
    rows = [row for judge in ("A1", "B2") for row in results(contests, judge)]
    rows[0]["choice"] = ""  # not judged yet
    turk = [{names.get(name, f"Input.{name}"): cell for name, cell in row.items()} for row in rows]
    found = {each.judge: each.new for each in take(path, table(tmp_path, turk, delimiter=";"))}
    assert found == {"A1": showings(contests) - 1, "B2": showings(contests)}


def test_the_control_is_told_when_it_comes_back(path: Path, tmp_path: Path, contests: Contests) -> None:
    whole = document(contests)
    for sheet in sheets_of(contests):
        (control,) = sheet.contest.numbers("control")
        for pair, answer in zip(
            sheet.pairs, [a for a in whole["answers"] if a["axis"] == sheet.axis.name], strict=True
        ):
            if pair.number == control:
                answer["choice"] = "left" if sheet.contest.showings[control].left == BAG else "right"
    (taken,) = take(path, saved(tmp_path, whole))
    assert set(taken.failed) == {contest.name for contest in contests.contests}


WRONG_FILES: dict[str, tuple[Callable[[Document], object], str]] = {
    "unknown pair": (lambda d: d["answers"][0].update(pair="0" * 10), "answer 1: there is no pair '0000000000'"),
    "twice": (lambda d: d["answers"].append(d["answers"][0]), "has already judged this pair"),
    "other axis": (lambda d: d["answers"][0].update(axis="preference"), "this pair is judged on originality"),
    "other sides": (
        lambda d: d["answers"][0].update(left=d["answers"][0]["right"], right=d["answers"][0]["left"]),
        "aren't the texts of this pair",
    ),
    "other contests": (lambda d: d.update(contests="0" * 16), "other contests than those of the run"),
    "no name": (lambda d: d.update(judge=" "), "can't be a judge's name"),
    "a name that acts": (lambda d: d.update(judge="A\x1b[1m"), "can't be a judge's name"),
    "another version": (lambda d: d.update(format="arena-judgements-9"), "this version of Arena reads"),
    "edited": (lambda d: d.update(checksum="wrong"), "has been changed since the page saved it"),
    "no answers": (lambda d: d.update(answers=[]), "there is no answer in what was given"),
}


@pytest.mark.parametrize("wrong", WRONG_FILES)
def test_a_wrong_file_is_refused_and_nothing_is_stored(
    path: Path, tmp_path: Path, contests: Contests, wrong: str
) -> None:
    change, words = WRONG_FILES[wrong]
    whole = document(contests)
    change(whole)
    with pytest.raises(InputError) as said:
        others = [saved(tmp_path, document(contests, "Bob"), "b.json")] if whole["answers"] else []
        take(path, *others, saved(tmp_path, whole))
    assert words in str(said.value)
    assert not judged(path)


@pytest.mark.parametrize("edit", ["choice", "judge", "pair"])
def test_any_edit_by_hand_is_noticed(path: Path, tmp_path: Path, contests: Contests, edit: str) -> None:
    whole = document(contests)
    file = saved(tmp_path, whole)
    before, after = {
        "choice": ('"choice": "left"', '"choice": "right"'),
        "judge": ('"judge": "Ann"', '"judge": "Bob"'),
        "pair": (whole["answers"][0]["pair"], whole["answers"][1]["pair"]),
    }[edit]
    file.write_text(file.read_text().replace(before, after, 1))
    with pytest.raises(InputError, match="has been changed since"):
        take(path, file)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_file_that_was_cut_off(path: Path, tmp_path: Path, contests: Contests, share: float) -> None:
    file = saved(tmp_path, document(contests))
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with pytest.raises(InputError):
        take(path, file)


WRONG_ROWS: dict[str, tuple[Callable[[Rows], object], str]] = {
    "unknown pair": (lambda rows: rows[0].update(pair="x"), "line 2: there is no pair 'x'"),
    "twice": (lambda rows: rows.append(rows[0]), "has already judged this pair"),
    "other axis": (lambda rows: rows[0].update(axis="preference"), "this pair is judged on originality"),
    "edited poem": (lambda rows: rows[0].update(left="Another poem"), "the column 'left' isn't as it was exported"),
    "edited question": (lambda rows: rows[0].update(question="Which?"), "the column 'question' isn't as it was"),
    "other choice": (lambda rows: rows[0].update(choice="lft"), "did you mean 'left'"),
    "no name": (lambda rows: rows[0].update(judge=""), "can't be a judge's name"),
    "two runs": (lambda rows: rows[0].update(contests="x"), "2 different runs"),
    "other contests": (lambda rows: [row.update(contests="x") for row in rows], "contests that aren't in"),
    "nothing chosen": (lambda rows: [row.update(choice="") for row in rows], "there is no answer"),
    "no column": (lambda rows: [row.pop("judge") for row in rows], "has no column 'judge'"),
}


@pytest.mark.parametrize("wrong", WRONG_ROWS)
def test_a_wrong_table_is_refused_and_nothing_is_stored(
    path: Path, tmp_path: Path, contests: Contests, wrong: str
) -> None:
    change, words = WRONG_ROWS[wrong]
    rows = results(contests)
    change(rows)
    with pytest.raises(InputError) as said:
        take(path, table(tmp_path, rows))
    assert words in str(said.value)
    assert not judged(path)


def test_what_contradicts_the_store_is_refused(path: Path, tmp_path: Path, contests: Contests) -> None:
    whole = document(contests)
    take(path, saved(tmp_path, whole))
    before = judged(path)
    whole["answers"][0]["choice"] = "right" if whole["answers"][0]["choice"] != "right" else "left"
    with pytest.raises(InputError, match="has judged a pair of coffee: originality otherwise before"):
        take(path, saved(tmp_path, whole))
    assert judged(path) == before


def test_only_the_judge_and_the_contests_that_are_wanted(path: Path, tmp_path: Path, contests: Contests) -> None:
    file = saved(tmp_path, document(contests))
    with pytest.raises(InputError, match="this is by 'Ann', and only answers by 'Bob' are wanted"):
        take(path, file, judge="Bob")
    other = contest_at(path, LotsSpec(topics=("sleep",), axes=("preference",), per_author=2, appearances=2))
    with pytest.raises(InputError, match="is about other contests than those of the run"):
        take(path, file, run=other.run.name)
    assert take(path, file, run=contests.run.name, judge="Ann")


def test_nothing_is_stored_while_one_of_the_judges_is_at_work(path: Path, tmp_path: Path, contests: Contests) -> None:
    files = [saved(tmp_path, document(contests, name), f"{name}.json") for name in ("Ann", "Bob")]
    with Store.open(path, create=True) as store, Judge.begin(store, contests, "Bob"):
        with pytest.raises(StoreError, match="is being written"):
            take(path, *files)
        assert not any(found for each in judged(path).values() for found in each.values())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_refused_in_a_sentence(path: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Whatever is given, it is taken or refused by an error for people."""
    if not path.exists():
        contest_at(path, SHORT)
        with Store.open(path) as store:
            contests = find_contests(store)
        saved(tmp_path, document(contests), "good.json")
        table(tmp_path, results(contests))
    good = (tmp_path / data.draw(st.sampled_from(["good.json", "a.csv"]))).read_bytes()
    at = data.draw(st.integers(0, len(good)))
    put = data.draw(st.binary(max_size=6))
    (tmp_path / "bad").write_bytes(good[:at] + put + good[at + data.draw(st.integers(0, 40)) :])
    try:
        take(path, tmp_path / "bad")
    except InputError as error:
        assert str(error)

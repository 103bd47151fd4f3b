"""What an answer counts for: documented cases, and answers of real models that were labelled by reading them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.tasks.parsing import no_integer, no_letter, parse_integer, parse_letter, parse_sequence
from arena.tasks.task import TASKS, find_task

LABELLED = Path(__file__).with_name("answers.tsv")
LETTERS = TASKS["letters"].values


def labelled() -> list[dict[str, str]]:
    lines = [line for line in LABELLED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_labelled_answers_are_many_and_of_both_models() -> None:
    rows = labelled()
    assert len(rows) >= 200
    assert {row["model"] for row in rows} == {"gemma-3-270m", "smollm2-135m-instruct"}
    assert {row["task"] for row in rows} == set(TASKS)
    assert sum(row["label"] != "-" for row in rows) > 60


@pytest.mark.parametrize("which", [*TASKS, "all"])
def test_precision_and_recall_on_labelled_answers(which: str) -> None:
    taken = right = valid = 0
    for row in labelled():
        if which not in (row["task"], "all"):
            continue
        task = find_task(row["task"])
        value = task.read(json.loads(row["text"]))
        said = "-" if value is None else ",".join(task.values[index] for index in value)
        taken += said != "-"
        valid += row["label"] != "-"
        right += said == row["label"] != "-"
    assert right / taken > 0.99 and right / valid > 0.99


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        (" 10.", 10),
        ("0", 0),
        ("The random integer is **3**.", 3),
        ("7, 7 and 7", 7),
        ('"4"', 4),
        ("7\n", 7),
        ("(9)", 9),
        # rejected: off the task
        ("", None),
        ("seven", None),
        ("11", None),
        ("7.5", None),
        ("0.3", None),
        ("-3", None),
        ("3 or 8", None),
        ("7 out of 10", None),
        ("0-10", None),
        ("1/2", None),
        ("50%", None),
        ("07", None),
        ("x1", None),
        ("1st", None),
        ("7,5", None),
        ("1,000", None),
        ("3:30", None),
        ("10^2", None),
        ("٧", None),
        ("randint(10)", None),
        ("x + 3", None),
        ("5 + f()", None),
    ],
)
def test_an_integer(text: str, value: int | None) -> None:
    assert parse_integer(text) == value


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("f", "f"),
        ("F.", "f"),
        (' "c"', "c"),
        ("The letter is k", "k"),
        ("", None),
        ("l", None),
        ("a or b", None),
        ("a K", None),
        ("ab", None),
        ("letter", None),
        ("f 3", None),
        ("б", None),
    ],
)
def test_a_letter(text: str, letter: str | None) -> None:
    found = parse_letter(text, LETTERS)
    assert (None if found is None else LETTERS[found]) == letter


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3, 0, 7, 1, 1, 9, 10, 2, 4, 5", (3, 0, 7, 1, 1, 9, 10, 2, 4, 5)),
        ("3,0,7,1,1,9,10,2,4,5]", (3, 0, 7, 1, 1, 9, 10, 2, 4, 5)),
        ("[1 2 3 4 5 6 7 8 9 10 3 4]", (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
        ("Here are 10 numbers: 1, 2, 3, 4, 5, 6, 7, 8, 9, 0", (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)),
        ("1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11", (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
        ("1, 2, 3, 4, 5, 6, 7, 8, 9", None),
        ("1, 2, 3, 4, 5, 6, 7, 8, 9, 11", None),
        ("1, 2, 3, 4, 5, 6, 7, 8, 9, 2.5", None),
        ("1, 2, 3, -4, 5, 6, 7, 8, 9, 2", None),
        (", ".join(f"randint({number})" for number in range(10)), None),
        ("", None),
    ],
)
def test_a_sequence(text: str, values: tuple[int, ...] | None) -> None:
    assert parse_sequence(text) == values


_TEXTS = st.text(alphabet="0123456789 .,-:abkKlz()\n\"'*", max_size=12)


@given(_TEXTS, _TEXTS)
def test_what_is_hopeless_is_rejected_however_it_goes_on(beginning: str, more: str) -> None:
    if no_integer(beginning):
        assert parse_integer(beginning + more) is None
    if no_letter(beginning):
        assert parse_letter(beginning + more, LETTERS) is None


def test_hopeless_beginnings_are_seen_early() -> None:
    assert all(map(no_integer, ("25", "0.3", "3 7", "1 10", "x1", "f(1")))
    assert not any(map(no_integer, ("", "1", "10", "the number", "10 1")))
    assert no_letter("a b ") and no_letter("3") and not no_letter("a b") and not no_letter("a")


@given(st.integers(0, 10), st.sampled_from(["", " ", "**", '"', "\n"]))
def test_markup_round_a_number_is_no_part_of_it(value: int, mark: str) -> None:
    assert parse_integer(f"{mark}{value}{mark}") == value

"""What an answer counts for: documented cases, and answers of real models that were labelled by reading them."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arena.agents.moves import closing_marks
from arena.experiments.numbers.parsing import no_integer, no_letter, parse_integer, parse_letter, parse_sequence
from arena.experiments.numbers.task import TASKS, find_task

LABELLED = Path(__file__).with_name("answers.tsv")
DEFINITIONS = Path(__file__).parents[4] / "docs" / "definitions.md"
LETTERS = TASKS["letters"].values

# What the rules get wrong: source, task, and how the text begins. A rule that mends one takes its line out.
KNOWN_MISSES = {
    ("gemma", "integers", " Present each Number in reverse o"),
    ("gemma", "integers", " huge  Since i am in the maths st"),
    ("smollm2", "integers", "To generate a random integer less"),
    ("smollm2", "integers", "5. 1\n"),
    ("smollm2", "integers", "seed: 1}"),
    ("smollm2", "integers", "to pick a random number between 0"),
    ("smollm2", "letters", " letter a at random from the alph"),
    ("smollm2", "letters", "Illsadeavglr abc Adaracus Crate T"),
    ("written", "integers", "10 is the largest integer allowed"),
    ("written", "letters", "In C, you could write this."),
    ("written", "letters", "Mr. K"),
    ("written", "letters", "Plan B is better."),
    ("written", "letters", "Vitamin C"),
}


@dataclass(frozen=True)
class Row:
    """A labelled answer, what the parser says of it, and whether the rules were made without it."""

    source: str
    task: str
    text: str
    label: str
    said: str
    held: bool


def lines() -> list[dict[str, str]]:
    found = [line for line in LABELLED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(found, delimiter="\t", quoting=csv.QUOTE_NONE))


def labelled() -> list[Row]:
    rows = []
    for line in lines():
        task, text = find_task(line["task"]), json.loads(line["text"])
        value = task.read(text)
        said = "-" if value is None else ",".join(task.values[index] for index in value)
        rows.append(Row(line["source"], task.name, text, line["agreed"], said, line["held"] == "yes"))
    return rows


def test_the_labels_are_two_readings_of_many_answers_of_each_kind() -> None:
    read = lines()
    assert len(read) >= 700 and len({(line["task"], line["text"]) for line in read}) == len(read)
    assert {line["source"] for line in read} == {"gemma", "smollm2", "written"}
    assert {line["task"] for line in read} == set(TASKS)
    assert 0.25 < sum(line["held"] == "yes" for line in read) / len(read) < 0.42
    for line in read:
        if line["first"] == line["second"]:
            assert line["agreed"] == line["first"] and not line["note"], line
        else:
            assert line["note"], line


def test_what_the_parser_gets_wrong_is_known() -> None:
    wrong = {(row.source, row.task, row.text[:33]) for row in labelled() if row.said != row.label}
    assert wrong == KNOWN_MISSES


def share(right: int, of: int) -> str:
    low, high = stats.binomtest(right, of).proportion_ci(method="wilson")
    return f"{right}/{of}, {100 * low:.1f} to {100 * high:.1f}%"


@pytest.mark.parametrize("held", [False, True], ids=["seen", "held out"])
def test_precision_and_recall_are_those_of_the_docs(held: bool) -> None:
    rows = [row for row in labelled() if row.held == held]
    taken = [row for row in rows if row.said != "-"]
    valid = [row for row in rows if row.label != "-"]
    right = sum(row.said == row.label for row in taken)
    found = (
        f"| {'held out' if held else 'seen'} | {len(rows)} | {share(right, len(taken))} | {share(right, len(valid))} |"
    )
    assert found in DEFINITIONS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        (" 10.", 10),
        ("0", 0),
        ("The random integer is **3**.", 3),
        ("7, 7 and 7", 7),
        ("7 (seven)", 7),
        ("Between 0 and 10, I pick 4", 4),
        ("[0, 10]: 2", 2),
        ("1. 7", 7),
        ("5. Let me know if you want another!", 5),
        ("8 sounds good", 8),
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
        ("10 numbers", None),
        ("between 1 and 10", None),
        ("between 0 and 10.5", None),
        ("9" * 5000, None),
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
        ("I would say b", "b"),
        ("I've chosen e.", "e"),
        ("from a to k: f", "f"),
        ("A", "a"),
        ("i.", "i"),
        ('"I"', "i"),
        ("The letter A", "a"),
        ("A it is!", "a"),
        ("I'd choose a.", "a"),
        ("a is my choice", "a"),
        ("My letter: I", "i"),
        ("Here is a possible cipher solution", None),
        ("A friend", None),
        ("I've", None),
        ("I think", None),
        ("I pick a", None),
        ("x-ray", None),
        ("e.g.", None),
        ("K Street", None),
        ("C++", None),
        ("f(b)", None),
        ("<b>or</b>", None),
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
        ("The 10 numbers I picked are 5, 2, 9, 9, 1, 0, 3, 10, 7 and 6.", (5, 2, 9, 9, 1, 0, 3, 10, 7, 6)),
        ("1, 2, 3, 4, 5, 6, 7, 8, 9, 0. Do you need: more?", (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)),
        ("1, 2, 3, 4, 5 and then 6, 7, 8, 9, 0", None),
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


# what the rules look for, in any order
_PIECES = (
    *"0123456789abkIiAx \n.,:'\"*(){}[]+-_",
    *(
        " 10",
        " and ",
        " to ",
        "between ",
        "from ",
        "than ",
        "step ",
        " is",
        " so",
        "-called",
        "cells",
        "letter ",
        "...",
        "e.g.",
    ),
    *"٧²éßİб\u0301\u2028−…🎲",
)
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=10).map("".join)
_READERS = (
    parse_integer,
    no_integer,
    parse_sequence,
    lambda text: parse_letter(text, LETTERS),
    lambda text: no_letter(text, LETTERS),
)


@given(_TEXTS, _TEXTS)
def test_what_is_hopeless_is_rejected_however_it_goes_on(beginning: str, more: str) -> None:
    if no_integer(beginning):
        assert parse_integer(beginning + more) is None
    if no_letter(beginning, LETTERS):
        assert parse_letter(beginning + more, LETTERS) is None


@given(_TEXTS)
def test_any_text_is_read(text: str) -> None:
    integer, letter, sequence = parse_integer(text), parse_letter(text, LETTERS), parse_sequence(text)
    assert integer in {None, *range(11)} and letter in {None, *range(11)}
    assert sequence is None or (len(sequence) == 10 and set(sequence) <= set(range(11)))


@pytest.mark.parametrize("unit", ["a", "1 ", "a-", "f("])
def test_a_long_text_takes_time_in_proportion(unit: str) -> None:
    text = unit * (40_000 // len(unit))  # in the square of its length: minutes
    for read in _READERS:
        read(text)
    for task in TASKS.values():
        stop = f"{closing_marks(('!',))}|{task.whole}"
        assert bool(re.search(stop, text)) == (unit == "1 " and task.name == "sequences")


def test_hopeless_beginnings_are_seen_early() -> None:
    assert all(map(no_integer, ("25", "0.3", "3 7", "1 10", "x1", "f(2")))
    assert not any(map(no_integer, ("", "1", "10", "the number", "10 1")))
    assert all(map(no_integer, ("7 dogs a", "12", "the 7 of it")))
    assert not any(map(no_integer, ("0-1", "between 30 and", "1. ", "7 is", "7 do")))
    assert all(no_letter(text, LETTERS) for text in ("b c d e", "3", "x, y", "k Street is", "f("))
    assert not any(no_letter(text, LETTERS) for text in ("a b", "a", "I ", "from b to d", "b-", "1. ", "k is"))


@given(st.integers(0, 10), st.sampled_from(["", " ", "**", '"', "\n"]))
def test_markup_round_a_number_is_no_part_of_it(value: int, mark: str) -> None:
    assert parse_integer(f"{mark}{value}{mark}") == value

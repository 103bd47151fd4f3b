"""Which answers are poems of four lines. The rules' own examples, and answers of the two small models."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.experiments.poems.poem import HOPELESS, read_poem
from arena.records import Sample

POEM = "Rich aroma fills the air,\nLifting fog from morning's care.\nA cup of joe, a daily friend,\nTill the day's end."
LINES = tuple(POEM.split("\n"))


def read(text: str, ended: str = "eos") -> tuple[str, ...] | None:
    found = read_poem(Sample(text, (), ended))
    return None if found is None else found.lines


@pytest.mark.parametrize(
    "text",
    [
        POEM,
        f"\n\n{POEM}\n\n",
        f"Here is a poem about coffee:\n\n{POEM}",
        f"Sure! Here's your poem:\n{POEM}",
        f"# Coffee\n{POEM}",
        f"**Coffee**\n\n{POEM}",
        f"Title: Coffee\n\n{POEM}",
        f"Morning Brew\n\n{POEM}",
        f"{POEM}\n\nI hope you like it!",
        "\n".join(f"> *{line}*  " for line in LINES),
        f'"{POEM}"',
        f"```\n{POEM}\n```",
        "".join(f'    "{line}",\n' for line in LINES).removeprefix('    "') + "]",
        "".join(f'"{line}";\n' for line in LINES),
        POEM.replace("\n", "\r\n"),
        f"Here is a poem:\n\nMorning Brew\n\n{POEM}\n\n---\n",
    ],
)
def test_a_poem_of_four_lines_and_what_stands_around_it(text: str) -> None:
    assert read(text) == LINES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Coffee is good.",
        "\n".join(LINES[:3]),
        f"{POEM}\nAnd one more line",
        f"{POEM}\n\n{POEM}",
        f"{POEM}\n\nOne more\n\nand another",
        POEM.replace("\n", "\n\n"),
        "\n".join(f"{number}. {line}" for number, line in enumerate(LINES, 1)),
        "\n".join(f"- {line}" for line in LINES),
        POEM.replace("air", "air" * 40),
        "Here is a poem about coffee:",
    ],
)
def test_what_is_no_poem_of_four_lines(text: str) -> None:
    assert read(text) is None


def test_an_answer_that_was_cut_is_rejected() -> None:
    assert read(POEM, "length") is None and read(POEM, "mark") == LINES


def test_markup_in_a_poem_is_text() -> None:
    nasty = "[b]bold[/b]\n<script>alert(1)</script>\n=HYPERLINK(1)\n\u202eright to left"
    assert read(nasty) == tuple(nasty.split("\n"))


@given(st.text(max_size=200), st.sampled_from(["eos", "mark", "length"]))
def test_any_answer_is_read_and_a_poem_stands_in_it(text: str, ended: str) -> None:
    found = read_poem(Sample(text, (), ended))
    if found is not None:
        assert len(found.lines) == 4 and all(found.lines)
        place = 0
        for line in found.lines:
            place = text.index(line, place)
            assert found.start <= place and place + len(line) <= found.end


@given(
    st.lists(
        st.sampled_from(["", " ", "12", "Here is a poem:", "# Coffee", "**Coffee**", "title: x", "Cups", "a b", '"']),
        max_size=12,
    ),
    st.integers(0, 80),
)
def test_what_is_given_up_would_have_been_no_poem(lines: list[str], at: int) -> None:
    text = "\n".join(lines)
    if re.search(HOPELESS, text[:at]):
        assert read_poem(Sample(text, (), "eos")) is None


@pytest.mark.parametrize(
    ("begun", "hopeless"),
    [
        ("a\nb\nc\nd\ne", True),
        ("a\nb\nc\nd\n", False),
        ("Here it is:\na\nb\nc\nd\n\nI hope", False),
        ("Here it is:\na\nb\nc\nd\ne", True),
        ("a\nb\nc\nd\n\ne\nf", True),
        ("a\nb\nc\nd\n\ne\n", False),
        ("Title\n\na\nb\nc\nd", False),
    ],
)
def test_an_answer_is_given_up_as_soon_as_it_has_a_line_too_many(begun: str, hopeless: bool) -> None:
    assert (re.search(HOPELESS, begun) is not None) is hopeless

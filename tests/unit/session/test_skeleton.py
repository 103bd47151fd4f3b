"""Generations with their skeleton: the order of the steps, what is lit, and lines that are set by the span."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.session.skeleton import Skeleton, read_skeletons
from arena.store import Store
from tests.support.generations import write_generations
from tests.support.planted import planted

PROMPT = "What is it?"
# the first span is in all ten, the second one in eight, the third one in six; others are each text's own
TEXTS = [
    " ".join(
        [
            f"once upon a time v{number}",
            *(["there was a king"] if number < 8 else [f"x{number} y{number} z{number} u{number}"]),
            f"a{number} b{number}\n\nc{number}",
            *(["who lived in peace."] if number < 6 else [f"d{number}."]),
        ]
    )
    for number in range(10)
]


def skeleton(path: Path, texts: list[str]) -> Skeleton:
    with Store.open(path / "s.db", create=True) as store:
        write_generations(store, {("llm:m", PROMPT): texts, ("llm:m", "Another?"): texts[:1]})
        ((first, _),) = read_skeletons(store, None)
    return first


def test_steps_go_from_the_most_to_the_least_shared(tmp_path: Path) -> None:
    shown = skeleton(tmp_path, TEXTS)
    said = [shown.text_of(step) for step in range(1, 4)]
    assert said == ["once upon a time", "there was a king", "who lived in peace."]
    assert [len(shown.holders(step)) for step in range(4)] == [10, 10, 8, 6]
    assert [shown.level(step) for step in range(1, 4)] == [3, 2, 1]
    assert shown.words(2).startswith("span 2 of 3 · 8 of 10 hold it · ")
    words = sum(len(text.split()) for text in TEXTS)
    assert f"{(40 + 32 + 24) / words:.0%} of text in anchors" in shown.words(0)
    assert shown.title == "run " + shown.run + " · llm:m · prompt 1 of 2"


def test_the_pieces_of_a_generation_are_its_text_with_its_spans(tmp_path: Path) -> None:
    shown = skeleton(tmp_path, TEXTS)
    for number, text in enumerate(TEXTS):
        pieces = shown.pieces(number)
        assert "".join(piece.text for piece in pieces) == text.replace("\n\n", "\n")
        lit = {piece.step: piece.text for piece in pieces if piece.step}
        assert lit == {step: shown.text_of(step) for step in range(1, 4) if number in shown.holders(step)}


@pytest.mark.parametrize("room", [20, 50, 200])
def test_lines_are_set_by_the_span_and_no_wider_than_the_screen(tmp_path: Path, room: int) -> None:
    shown = skeleton(tmp_path, TEXTS)
    for step in range(1, 4):
        for number in shown.holders(step):
            pieces = shown.line(number, step, 15, room)
            line = "".join(piece.text for piece in pieces)
            assert line[15:].startswith(shown.text_of(step)[: room - 15]) and len(line) <= room
            flat = " ".join(TEXTS[number].split())
            assert line.strip() in flat


def test_a_planted_skeleton_is_lit_and_nothing_else(tmp_path: Path) -> None:
    texts, spans = planted(0.9, texts=30)
    shown = skeleton(tmp_path, [" ".join(text) for text in texts])
    assert {shown.text_of(step + 1) for step in range(len(shown.spans))} == {" ".join(span) for span in spans}
    held = [len(shown.holders(step)) for step in range(1, len(shown.spans) + 1)]
    assert held == sorted(held, reverse=True)


def test_texts_that_share_nothing_and_empty_ones_say_so(tmp_path: Path) -> None:
    shown = skeleton(tmp_path, [" ".join(f"w{number}-{at}" for at in range(5)) for number in range(10)])
    assert not shown.spans and "no stretch of three words is shared by six of 10" in shown.words(0)
    (tmp_path / "empty").mkdir()
    assert skeleton(tmp_path / "empty", ["", " \n"]).words(0) == "no generation has a word"


def test_text_of_a_model_can_not_act_on_the_terminal(tmp_path: Path) -> None:
    shown = skeleton(tmp_path, [f"\x1b[31m red \x07 text {number}" for number in range(8)])
    said = "".join(piece.text for number in range(8) for piece in shown.pieces(number)) + shown.text_of(1)
    assert said.replace("\n", "").isprintable()


def test_a_store_without_generations_has_none(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db", create=True) as store:
        assert read_skeletons(store, None) == []

"""Drawing until enough answers are valid: the same draws are stored, however many are in flight and whenever it is
interrupted, and the last few aren't waited for one by one."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from arena.errors import ModelError
from arena.experiments.drawing import MOST_DRAWS, draw_answers
from arena.randomness import stream, uniforms
from arena.records import Answer, Sample
from arena.store import CellSpec, RunSpec, Store
from arena.store.rows import Unit

KEY = stream("llm:somebody", "", "integers", "-", "-")


class Chancy:
    """Answers of which a share is valid, by the name of the draw; fails at the call numbered `fails_at`."""

    def __init__(self, share: float, at_once: int, fails_at: int | None = None) -> None:
        self.at_once = at_once
        self._share, self._fails_at = share, fails_at
        self.calls = self.waits = self._here = 0

    async def answer(self, name: str, block: int = 0) -> Answer:
        self.calls += 1
        if self.calls == self._fails_at:
            raise ModelError("it is gone")
        if not self._here:
            self.waits += 1
        self._here += 1
        await asyncio.sleep(0)
        self._here -= 1
        return answered(name, self._share)


def answered(name: str, share: float) -> Answer:
    return Answer(Sample(name, (), "eos"), "7" if uniforms(name, 1)[0] < share else None)


def one_by_one(share: float, wanted: int) -> list[Answer]:
    found: list[Answer] = []
    while sum(answer.value is not None for answer in found) < wanted and len(found) < MOST_DRAWS * wanted:
        found.append(answered(stream(0, KEY, len(found)), share))
    return found


def draw(path: Path, player: Chancy, wanted: int) -> list[Answer]:
    spec = RunSpec("numbers", Unit.ANSWER, (CellSpec(KEY, "llm:somebody", "", "integers"),), wanted, 0, {}, {})
    with Store.open(path, create=True) as store, store.begin(spec) as writer:
        seen: list[int] = []
        with contextlib.suppress(ModelError):
            asyncio.run(draw_answers(KEY, player, writer, wanted, 0, lambda number, answer: seen.append(number)))
        stored = dict(writer.answers(KEY))
        assert len(set(seen)) == len(seen) and set(seen) <= set(stored)
        return [stored[number] for number in sorted(stored)]


@settings(max_examples=40, deadline=None)
@given(
    share=st.floats(0.0, 1.0), at_once=st.sampled_from((1, 3, 128)), wanted=st.integers(1, 12), fails=st.integers(1, 90)
)
def test_what_is_stored_is_what_drawing_one_by_one_gives(share: float, at_once: int, wanted: int, fails: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        whole = one_by_one(share, wanted)
        before = draw(path, Chancy(share, at_once, fails), wanted)
        assert {answer.sample.text for answer in before} <= {answer.sample.text for answer in whole}
        assert draw(path, Chancy(share, at_once), wanted) == whole


def test_rare_answers_are_drawn_in_few_turns(tmp_path: Path) -> None:
    player = Chancy(0.1, 128)
    found = draw(tmp_path / "a.db", player, 20)
    assert found == one_by_one(0.1, 20)
    assert player.waits < 20  # the last twenty alone would be twenty turns if each were waited for
    assert player.calls < 1.5 * len(found)


def test_a_person_is_asked_for_no_more_than_is_needed(tmp_path: Path) -> None:
    player = Chancy(0.3, 1)
    assert len(draw(tmp_path / "a.db", player, 5)) == player.calls == player.waits

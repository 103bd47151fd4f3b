"""Contests as they are drawn: who takes part, what is shown, and that a seed decides it all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from arena.errors import InputError, UsageError
from arena.experiments.poems.contest import BAG, Contest
from arena.experiments.poems.contests import find_contests, keep_contests
from arena.experiments.poems.generated import read_written
from arena.experiments.poems.lots import LotsSpec, draw_contests
from arena.experiments.poems.originality import words
from arena.store import Store
from tests.support.poems import AUTHORS, TOPICS, draw, write_poems


def contests(path: Path, spec: LotsSpec | None = None, n: int = 20) -> tuple[Contest, ...]:
    with Store.open(path, create=True) as store:
        return draw_contests(read_written(store, write_poems(store, n=n)), spec or LotsSpec())


def test_the_paper_s_plan(tmp_path: Path) -> None:
    found = contests(tmp_path / "a.db")
    assert [(each.topic, each.axis) for each in found] == [
        (topic, axis) for topic in TOPICS for axis in ("originality", "pleasantness", "preference")
    ]
    for each in found:
        assert Counter(each.authors[poem.author].subject for poem in each.poems) == dict.fromkeys(AUTHORS, 5)
        pairs = [each.showings[number] for number in each.numbers("pair")]
        assert len({showing.poems for showing in pairs}) == 60
        assert set(Counter(showing.left for showing in pairs).values()) == {4}
        assert set(Counter(showing.right for showing in pairs).values()) == {4}
        (control,) = each.numbers("control")
        assert BAG in each.showings[control].poems
        again = [each.showings[number] for number in each.numbers("again")]
        sides = {showing.poems: showing for showing in pairs}
        assert all(sides[showing.poems].left == showing.right for showing in again)
    # 70 in 240 pairs, the same ones on every axis
    for axis in ("originality", "pleasantness", "preference"):
        assert sorted(len(each.numbers("again")) for each in found if each.axis == axis) == [17, 18]
    for topic in TOPICS:
        same = [each for each in found if each.topic == topic]
        assert len({each.poems for each in same}) == 1
        for kind in ("pair", "again"):
            drawn = [[each.showings[number].poems for number in each.numbers(kind)] for each in same]
            assert drawn[0] == drawn[1] == drawn[2]
        assert len({tuple(each.showings) for each in same}) == 3, "sides of their own"


def test_the_bag_is_made_of_the_poems_words(tmp_path: Path) -> None:
    for each in contests(tmp_path / "a.db"):
        bag = Counter(words(each.bag))
        there = Counter(word for poem in each.poems for word in words(poem.lines))
        assert not bag - there and len(each.bag) == 4
        compared = max(each.showings[each.numbers("control")[0]].poems)
        assert [len(words((line,))) for line in each.bag] == [
            len(words((line,))) for line in each.poems[compared].lines
        ]


def test_the_seed_decides_and_another_seed_decides_otherwise(tmp_path: Path) -> None:
    first, again = contests(tmp_path / "a.db"), contests(tmp_path / "b.db")
    other = contests(tmp_path / "c.db", LotsSpec(seed=1))
    assert first == again and first != other


def test_a_topic_left_out_changes_no_other(tmp_path: Path) -> None:
    both = contests(tmp_path / "a.db")
    alone = contests(tmp_path / "b.db", LotsSpec(topics=("sleep",)))
    for one, other in zip([each for each in both if each.topic == "sleep"], alone, strict=True):
        assert one.poems == other.poems
        assert [one.showings[at] for at in one.numbers("pair")] == [other.showings[at] for at in other.numbers("pair")]


@pytest.mark.parametrize(
    ("spec", "error", "said"),
    [
        (LotsSpec(per_author=21), InputError, "ann has 20 poems on coffee, and a contest takes 21"),
        (LotsSpec(topics=("tea",)), UsageError, "there is no poem on 'tea'"),
        (LotsSpec(axes=("beauty",)), UsageError, "there is no axis 'beauty'"),
        (LotsSpec(appearances=1), UsageError, "at least 2"),
        (LotsSpec(again=121), UsageError, "there are 120 pairs on an axis"),
    ],
)
def test_what_can_t_be_drawn_is_refused(tmp_path: Path, spec: LotsSpec, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        contests(tmp_path / "a.db", spec)


def test_contests_are_stored_once_and_read_back(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        kept = draw(store)
        read = find_contests(store)
        assert read.contests == kept.contests and read.key == kept.key
        poems = store.runs()[0]
        spec = LotsSpec()
        again = keep_contests(store, draw_contests(read_written(store, poems), spec), spec, [poems])
        assert again.run.name == kept.run.name and len(store.runs()) == 2
        with pytest.raises(InputError, match="has no contests"):
            find_contests(store, poems.name)

"""What a text says of its originality, against a plain way of counting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from arena.experiments.poems.originality import distinct, longest_shared, words

TEXT = st.lists(st.sampled_from("abc"), max_size=12).map(tuple)


def test_words() -> None:
    assert words(("Coffee’s SCENT,", "a wake-up call — 'tis!", "***")) == (
        "coffee's",
        "scent",
        "a",
        "wake-up",
        "call",
        "tis",
    )


def test_distinct() -> None:
    assert distinct(("a", "b", "a", "b"), 1) == 0.5 and distinct(("a", "b", "a", "b"), 2) == 2 / 3
    assert distinct(("a",), 2) is None


@given(TEXT, st.lists(TEXT, max_size=3))
def test_the_longest_shared_stretch(text: tuple[str, ...], others: list[tuple[str, ...]]) -> None:
    def shared(other: tuple[str, ...]) -> int:
        spelt = "".join(other)
        stretches = ("".join(text[start:end]) for start in range(len(text)) for end in range(start, len(text) + 1))
        return max((len(each) for each in stretches if each in spelt), default=0)

    assert longest_shared(text, [text, *others]) == max(map(shared, others), default=0)

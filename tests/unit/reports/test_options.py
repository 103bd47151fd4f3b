"""What is and what isn't a label for `arena report`."""

from __future__ import annotations

import pytest

from arena.errors import UsageError
from arena.reports.options import read_labels
from arena.store import CellSpec
from tests.support.played import run_row

MIX = "mix:rock=0.5,paper=0.3,scissors=0.2"
RUN = run_row(CellSpec("k", MIX, "greedy", "rps"), CellSpec("l", "mix:rock=1", "greedy", "rps"))


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        ([], {}),
        ([f"{MIX}=A=B", "greedy=the reader"], {MIX: "A=B", "greedy": "the reader"}),
        (["mix:rock=1=0.5"], {"mix:rock=1": "0.5"}),
        ([f"{MIX}=A", f"{MIX}=A"], {MIX: "A"}),
        (["mix:rock=1=greedy", "greedy=mix:rock=1"], {"mix:rock=1": "greedy", "greedy": "mix:rock=1"}),
    ],
)
def test_a_spec_may_hold_the_sign_that_ends_it(given: list[str], labels: dict[str, str]) -> None:
    assert read_labels(given, [RUN]) == labels


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["greedy"], "write SPEC=NAME"),
        (["llm:m=A"], f"nobody here is 'llm:m': there are {MIX}, greedy, mix:rock=1"),
        (["greedy= "], "there is no name"),
        (["greedy=A", "greedy=B"], "two names, 'A' and 'B'"),
        ([f"{MIX}=A", "mix:rock=1=A"], "calls both"),
        ([f"{MIX}=mix:rock=1"], "calls both"),
    ],
)
def test_what_is_no_label(given: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_labels(given, [RUN])

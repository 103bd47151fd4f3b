"""From what a person types to a game."""

from __future__ import annotations

import pytest

from arena.errors import UsageError
from arena.games import game_names, parse_game


def test_names() -> None:
    assert {"rps", "hide-and-seek", "matching-pennies"} <= set(game_names())
    assert list(game_names()) == sorted(game_names())


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("rps", "rps"),
        (" RPS ", "rps"),
        ("hide-and-seek", "hide-and-seek"),
        ("hide-and-seek:5", "hide-and-seek:5"),
        ("hide-and-seek:7", "hide-and-seek"),  # the same game has one name
        ("matching-pennies", "matching-pennies"),
    ],
)
def test_a_spec_becomes_the_game_of_that_name(spec: str, name: str) -> None:
    assert parse_game(spec).name == name


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("rsp", "did you mean 'rps'"),
        ("hide-and-sek", "did you mean 'hide-and-seek'"),
        ("chess", "there are hide-and-seek, matching-pennies, rps"),
        ("", "there is no game ''"),
        ("rps:3", "takes no number"),
        ("hide-and-seek:", "whole number"),
        ("hide-and-seek:five", "whole number"),
        ("hide-and-seek:-3", "whole number"),
        ("hide-and-seek:5.0", "whole number"),
        ("hide-and-seek:\u0665", "whole number"),  # a digit, but none that int() should see
    ],
)
def test_what_is_no_game_is_refused_with_advice(spec: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_game(spec)
    assert sentence in str(refused.value)

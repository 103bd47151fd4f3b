"""The short prompts that models answer many times over: 80 that come with Arena, in five groups, or a person's own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, zip_longest
from typing import Final

from arena.errors import UsageError
from arena.text import inert, meant
from arena.toml import read_toml

GROUPS: Final = ("explain", "compare", "advise", "story", "list")
NAMED: Final = "What are the main differences between Python and JavaScript programming languages?"  # by the paper

_LONGEST: Final = 300  # letters


@cache
def shipped() -> dict[str, tuple[str, ...]]:
    """The prompts that come with Arena, by group."""
    found = read_toml(files(__package__) / "prompts.toml", "list of prompts")
    return {group: tuple(found[group]) for group in GROUPS}


def group_of(prompt: str) -> str:
    """The group of a prompt that comes with Arena; "" for any other."""
    return next((group for group, prompts in shipped().items() if prompt in prompts), "")


def choose(groups: Sequence[str], most: int) -> tuple[str, ...]:
    """The first `most` prompts of some groups, which take turns, beginning with the one that compares; in the groups'
    order. Raises UsageError for an unknown group, or none."""
    for group in groups:
        if group not in GROUPS:
            raise UsageError(f"there is no group of prompts {group!r}: {meant(group, GROUPS)}")
    if not groups:
        raise UsageError(f"no group of prompts is chosen: name some of {', '.join(GROUPS)}")
    chosen = [shipped()[group] for group in GROUPS if group in groups]
    in_turn = list(filter(None, chain.from_iterable(zip_longest(*chosen))))
    # the paper's own prompt is never left out
    taken = sorted(in_turn, key=lambda prompt: prompt != NAMED)[:most]
    return tuple(prompt for prompts in chosen for prompt in prompts if prompt in taken)


def check_prompts(prompts: Sequence[str]) -> tuple[str, ...]:
    """A person's own prompts without repetitions. Raises UsageError for one that can't stand in a request."""
    for prompt in prompts:
        if not prompt.strip() or len(prompt) > _LONGEST or inert(prompt) != prompt or prompt != prompt.strip():
            raise UsageError(f"{prompt[:80]!r} can't be a prompt: write one line of at most {_LONGEST} letters")
    return tuple(dict.fromkeys(prompts))

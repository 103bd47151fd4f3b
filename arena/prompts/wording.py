"""A wording: how a game is put to a model, from the template files in `templates/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

from arena.errors import InputError
from arena.games import game_templates
from arena.prompts.additions import Addition
from arena.records import Seat
from arena.toml import read_toml

Style = Literal["base", "instruct"]
STYLES: tuple[Style, ...] = ("base", "instruct")
PARAPHRASES = ("0", "1", "2", "3", "4")  # of a task's wording (table 3)
_KEYS = {"name", "closing", "infix", "prompt"}


@dataclass(frozen=True, slots=True)
class ShownRound:
    """A past round as the reader of a prompt sees it, own move first. `outcome` is "win", "tie" or "loss"."""

    number: int
    mine: str
    theirs: str
    outcome: str


@dataclass(frozen=True)
class Wording:
    """A template with its infix and closing marks. `history` is how many past rounds it shows (None: all).

    `shipped` marks Arena's own; a stranger's is rendered in a sandbox. `additions` follow the template, and `given` are
    values of theirs that are the same in every round.
    """

    label: str
    style: Style
    prompt: str
    infix: str
    closing: tuple[str, ...]
    history: int | None = None
    shipped: bool = False
    additions: tuple[Addition, ...] = ()
    given: tuple[tuple[str, str], ...] = ()

    @cached_property
    def name(self) -> str:
        """The wording's identity: its label, a hash of its text, its additions, and how much history it shows."""
        text = "\0".join((self.prompt, self.infix, *self.closing))
        added = "".join(f"+{addition.name}" for addition in self.additions)
        shown = "" if self.history is None else f"+history{self.history}"
        return f"{self.label}@{sha256(text.encode()).hexdigest()[:8]}{added}{shown}"

    @property
    def opening(self) -> str:
        """The template of the answer's opening: the infix, or an addition's in its place."""
        return next((addition.infix for addition in reversed(self.additions) if addition.infix), self.infix)

    def adding(self, addition: Addition, **given: str) -> Wording:
        """The same wording with an addition."""
        return replace(self, additions=(*self.additions, addition), given=(*self.given, *given.items()))

    def render(
        self, moves: Sequence[str], replies: Sequence[str], rounds: Sequence[ShownRound], number: int
    ) -> tuple[str, str]:
        """The prompt and the infix of round `number`, after these past rounds. Neither ends in a space.

        Raises InputError if the template fails or uses too much.
        """
        shown = rounds if self.history is None else rounds[max(0, len(rounds) - self.history) :]
        return self.fill({"moves": moves, "replies": replies, "rounds": shown, "number": number})

    def fill(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """The prompt and the infix with these values in their places. Neither ends in a space.

        Raises InputError if the template fails or uses too much.
        """
        prompt, infix = self._rendered({**values, **dict(self.given)})
        if (infix or prompt).endswith(" "):
            raise InputError(f"the wording {self.label!r} ends in a space: the next token could not begin with one")
        return prompt, infix

    def _rendered(self, values: dict[str, Any]) -> list[str]:
        templates = ("".join((self.prompt, *(addition.prompt for addition in self.additions))), self.opening)
        if self.shipped:
            from arena.prompts.rendering import render

            try:
                return render(templates, values, chat=False)
            except ValueError as error:
                raise InputError(f"so many rounds are longer than any model's context: {error}") from error
        from arena.prompts import sandbox

        try:
            return sandbox.render(templates, values, chat=False)
        except sandbox.TemplateError as error:
            raise InputError(f"the wording {self.label!r} can't be rendered: {error}") from error


def find_wording(game: str, style: Style, seat: Seat, history: int | None = None, *, neutral: bool = False) -> Wording:
    """The wording that comes with a game (its name without an option) for a style and a seat; with `neutral`, one that
    reads well with other words for the moves, if the game has it.

    Raises InputError if the package that brings the game brings one that isn't a wording.
    """
    plain = f"{style}-{seat}.toml", f"{style}.toml"
    other = (f"{style}-{seat}-neutral.toml", f"{style}-neutral.toml") if neutral else ()
    return _find_wording(game, (*other, *plain), style, history)


def find_mirror_wording(game: str, style: Style, seat: Seat, history: int | None = None) -> Wording:
    """The same for a model that predicts, from the outside, the player who sits in `seat`."""
    return _find_wording(game, (f"{style}-mirror-{seat}.toml", f"{style}-mirror.toml"), style, history)


def _find_wording(game: str, names: Sequence[str], style: Style, history: int | None) -> Wording:
    """The wording in the first of these files that there is, the game's own folders first."""
    templates, own = files("arena.prompts") / "templates", game.partition(":")[0]
    brought = game_templates(own)
    folders: tuple[Traversable, ...] = (templates / own, *((brought,) if brought else ()), templates / "generic")
    for folder in folders:
        for name in names:
            file = folder / name
            if file.is_file():
                return read_wording(file, style, history, shipped=folder is not brought)
    raise AssertionError(f"the generic wording for {style} is missing from the package")


def find_task_wording(task: str, style: Style, variant: str = "") -> Wording:
    """The shipped wording of a task for a style, or one of PARAPHRASES. Raises InputError if there is none."""
    name = f"{style}-{variant}.toml" if variant else f"{style}.toml"
    file = files("arena.prompts") / "templates" / task / name
    if not file.is_file():
        raise InputError(f"the task {task} has no wording {name.removesuffix('.toml')}")
    return read_wording(file, style, shipped=True)


def read_wording(file: Traversable, style: Style, history: int | None = None, shipped: bool = False) -> Wording:
    """A wording from a file. Raises InputError if it can't be read or isn't a wording."""
    values = read_toml(file, "wording")
    if set(values) != _KEYS or not all(isinstance(values[key], str) for key in _KEYS - {"closing"}):
        raise InputError(
            f"{file}: a wording has the keys {', '.join(sorted(_KEYS))}, all texts but closing, a list of texts"
        )
    closing = values["closing"]
    if not isinstance(closing, list) or not all(isinstance(mark, str) and mark for mark in closing):
        raise InputError(f"{file}: closing is a list of texts")
    # a line break at the start is there only to make the file easier to read
    prompt = values["prompt"].removeprefix("\n")
    return Wording(values["name"], style, prompt, values["infix"], tuple(closing), history, shipped)

"""What inputs reach that no command takes alone: called in a process of its own, ending as a command does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from arena.errors import ArenaError
from arena.text import printable


def _ending(work: Callable[[], object]) -> None:
    try:
        work()
    except ArenaError as error:
        click.echo(f"arena: {printable(str(error))}", err=True)
        sys.exit(error.exit_code)


def wording() -> None:
    """A wording from `wording.toml`, and a prompt of rounds in it."""
    from arena.games import parse_game
    from arena.prompts.wording import ShownRound, read_wording

    def work() -> None:
        game = parse_game("rps")
        found = read_wording(Path("wording.toml"), "base")
        rounds = (ShownRound(1, "rock", "paper", "loss"), ShownRound(2, "paper", "paper", "tie"))
        for shown in (rounds[:0], rounds):
            found.render(game.moves, game.replies, shown, len(shown) + 1)

    _ending(work)


def chat_template() -> None:
    """The chat template in `template.jinja`, round a request."""
    from arena.prompts.chat_template import ChatTemplate, around_request

    source = Path("template.jinja").read_bytes().decode("utf-8", "replace")
    named = ("bos_token", "<s>"), ("eos_token", "</s>")
    _ending(lambda: around_request(ChatTemplate(source, named)))


def parsers() -> None:
    """The answer in `answer.txt`, through every parser."""
    from arena.experiments.numbers.task import TASKS

    text = Path("answer.txt").read_bytes().decode("utf-8", "replace")

    def work() -> None:
        for task in TASKS.values():
            task.read(text)
            task.hopeless(text)

    _ending(work)


def documents() -> None:
    """The documents in every file of the folder `documents`, and in the folder itself."""
    from arena.experiments.prediction.documents import read_documents

    folder = Path("documents")
    _ending(lambda: [read_documents(path).digest for path in (*folder.iterdir(), folder)])

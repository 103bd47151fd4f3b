"""The command `arena`: its command groups, and how errors and interrupts become exit codes.

Each command lives in a file of its own and is imported only when it is called, so that `arena --help`
answers at once.
"""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from io import StringIO, TextIOWrapper
from typing import Final

import click

from arena.cli.options import STORE, Group
from arena.errors import ArenaError, ExitCode
from arena.text import printable

_COMPLETE: Final = "_ARENA_COMPLETE"  # the variable through which shells ask for completions

# name -> module that holds a click command of that name, and the line for `arena --help`
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "play": ("arena.cli.play", "Play a match in the terminal; `arena` alone opens the lobby."),
    "web": ("arena.cli.web", "Open the app in a browser, for demos."),
    "watch": ("arena.cli.watch", "Follow a run in the terminal, even one that another process is writing."),
    "tournament": ("arena.cli.tournament", "Play many matches over a grid of subjects and games."),
    "numbers": ("arena.cli.numbers", "Draw random integers, and measure how far they are from uniform."),
    "letters": ("arena.cli.numbers", "The same with random letters."),
    "sequences": ("arena.cli.numbers", "Draw sequences of ten random integers."),
    "rewards": ("arena.cli.rewards", "Score each integer with a reward model."),
    "poems": ("arena.cli.poems", "Let models write poems, judge them in pairs, and rank them."),
    "perplexity": ("arena.cli.perplexity", "Let models predict documents."),
    "anchors": ("arena.cli.anchors", "Let models answer the same prompts again and again, and see what is shared."),
    "people": ("arena.cli.people", "Import people's recorded play, and set models beside them."),
    "run": ("arena.cli.run", "Run a whole suite of games and tasks."),
    "reproduce": ("arena.cli.reproduce", "Set the paper's numbers and claims beside those of a suite."),
    "report": ("arena.cli.report", "Make tables and figures of the runs in a store."),
    "runs": ("arena.cli.runs", "List the runs in a store, how far each one is, and what was set."),
    "compare": ("arena.cli.compare", "Say what differs between two runs, in settings and in results."),
    "cite": ("arena.cli.cite", "Print BibTeX for Arena, the paper and the models of a run."),
    "export": ("arena.cli.export", "Write every round and answer as tables, or for inspect_ai or datasets."),
    "merge": ("arena.cli.merge", "Join parts of runs, and whole runs, from several stores into one."),
    "models": ("arena.cli.models", "List the models of the catalog, and whether each is ready here."),
    "doctor": ("arena.cli.doctor", "Check what is installed and ready here, or audit a model's prompts."),
    "serve": ("arena.cli.serve", "Serve a model with SGLang, for tournaments on a GPU."),
    "prompts": ("arena.cli.prompts", "Print the prompts of a run, as the model saw them."),
}


class LazyGroup(Group):
    """A group whose commands are imported only when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = getattr(import_module(module), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="predictability-arena", prog_name="arena")
@click.pass_context
def arena(context: click.Context) -> None:
    """Measure how predictable a player is: language models, people and bots against a mind-reader.

    Without a command, the app opens.
    """
    if context.invoked_subcommand is None:
        from arena.cli.play import in_terminal, open_app

        if in_terminal():
            open_app(STORE)
        else:
            click.echo(context.get_help())


def main() -> None:
    """The entry point of the console script: run, then exit with the documented exit code."""
    _make_streams_safe()
    try:
        _run()
    except ArenaError as error:
        _end(str(error), error.exit_code)
    except click.ClickException as error:
        _show(error)
        sys.exit(ExitCode.USAGE)
    except (KeyboardInterrupt, click.Abort):
        _end("interrupted", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # the reader (`head`, a closed pager) has had enough: leave silently, as other tools do
        _silence_stdout()
        sys.exit(ExitCode.DONE)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF):
            raise
        _silence_stdout()
        _end(f"standard output can't be written: {error.strerror}", ExitCode.STORE)


def _run() -> None:
    # not click's own main(), which exits with 1 when the reader of a pipe has left
    if asked := os.environ.get(_COMPLETE):
        return _complete(asked)
    if any("://" in argument for argument in sys.argv):
        from arena.backends.keys import named

        sys.argv[1:] = map(named, sys.argv[1:])  # no login gets any further, nor into the command that resumes a run
    try:
        with arena.make_context("arena", sys.argv[1:]) as context:
            arena.invoke(context)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    finally:
        sys.stdout.flush()


def _complete(asked: str) -> None:
    """Print what a shell asks for (`_ARENA_COMPLETE=bash_source arena`): the completion script, or completions."""
    from click.shell_completion import shell_complete

    if shell_complete(arena, {}, "arena", _COMPLETE, asked):
        raise click.UsageError(f"{_COMPLETE} is {asked!r}, but must be bash_source, zsh_source or fish_source")


def _make_streams_safe() -> None:
    """Make any input readable and any output writable, escaped if the stream's encoding lacks a character.

    A closed stream (`>&-`) is replaced by one that leads nowhere, before some file gets its number.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115  # for good
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace" if number else "replace")


def _show(error: click.ClickException) -> None:
    """Print click's message, escaped because it repeats values as they were typed."""
    said = StringIO()
    error.show(said)
    click.echo(printable(said.getvalue(), keep="\n"), err=True, nl=False)


def _silence_stdout() -> None:
    """Discard buffered output, which can't be written and must not fail again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(sentence: str, code: ExitCode) -> None:
    click.echo(f"arena: {printable(sentence)}", err=True)
    sys.exit(code)

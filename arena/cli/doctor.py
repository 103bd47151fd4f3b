"""`arena doctor [MODEL ...]`: what is installed and ready here, which servers answer, and an audit of prompts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from arena.cli.options import command, json_option, running_options, wording_options
from arena.cli.output import heading
from arena.text import printable

if TYPE_CHECKING:
    from arena.plugins import Registry

_SERVER = "http://127.0.0.1:30000"  # the default address of `arena serve`


@command()
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--game",
    "games",
    multiple=True,
    default=("rps", "hide-and-seek"),
    metavar="GAME",
    help="The game whose prompts to look at; may be repeated.",
)
@click.option(
    "--server",
    "servers",
    multiple=True,
    default=(_SERVER,),
    metavar="URL",
    help="An SGLang server to look for; may be repeated.",
)
@wording_options
@running_options
@json_option
def doctor(models: tuple[str, ...], games: tuple[str, ...], servers: tuple[str, ...], **chosen: Any) -> None:
    """Say what is installed, which devices there are, which models are ready, what other packages bring, and which
    servers answer.

    With MODELs (as in `arena models`), look at their prompts instead: token ids with their boundaries, the tokens that
    count for each move, how much of the next-token distribution is on moves, and any of these faults:

    \b
    bos       the prompt doesn't begin the way the model's tokenizer begins a text
    format    the model's own chat template would write the request differently
    specials  the format is spelled in special tokens that the model doesn't have
    mass      less than a tenth of the distribution is on moves

    Then 30 prompts are evaluated twice, to see by how much the model's own probabilities differ.
    """
    as_json = chosen["as_json"]
    if models:
        from arena.cli.audits import audits

        found = asyncio.run(audits(models, games, chosen))
        if as_json:
            click.echo(json.dumps(found, indent=2))
    else:
        _print_report(_report(servers), as_json)


def _report(servers: Sequence[str]) -> dict[str, Any]:
    from importlib.metadata import version
    from platform import python_version

    from msgspec import to_builtins

    from arena.backends.machine import machine, parts
    from arena.backends.weights.catalog import catalog
    from arena.backends.weights.finding import state
    from arena.games import game_names

    return {
        "arena": version("predictability-arena"),
        "python": python_version(),
        "machine": to_builtins(machine()),
        "parts": [to_builtins(part) for part in parts(_progress)],
        "models": [{"name": entry.name, "state": state(entry)} for entry in catalog().values()],
        "games": [_game(name) for name in game_names()],
        "brought": [to_builtins(found) for registry in _registries() for found in registry.brought()],
        "ignored": [said for registry in _registries() for said in registry.ignored()],
        "servers": [_server(url) for url in servers],
    }


def _registries() -> tuple[Registry[Any], ...]:
    """The registries of everything that other packages can add."""
    from arena.agents.spec import AGENTS
    from arena.backends.backend import BACKENDS
    from arena.experiments.registry import EXPERIMENTS
    from arena.games.registry import GAMES
    from arena.reports.compare.registry import COMPARISONS
    from arena.reports.registry import REPORTS

    return AGENTS, BACKENDS, EXPERIMENTS, GAMES, REPORTS, COMPARISONS


def _game(name: str) -> dict[str, str]:
    """A game, and what is wrong with the package that adds it."""
    from arena.errors import ArenaError
    from arena.games import parse_game

    try:
        return {"name": name, "title": parse_game(name).title, "fault": ""}
    except ArenaError as error:
        return {"name": name, "title": "", "fault": str(error)}


def _server(url: str) -> dict[str, Any]:
    """The server that answers at an address, if any."""
    from arena.backends.server import ServerSettings
    from arena.errors import ArenaError

    _progress(f"asking {url}")
    from arena.backends.sglang.backend import served

    try:
        (found,) = asyncio.run(served(url, ServerSettings()))
    except ArenaError as error:
        return {"url": url, "answers": False, "says": str(error)}
    return {"url": url, "answers": True, "model": found.model.model_path, "says": found.build}


def _progress(line: str) -> None:
    """In a terminal, print a line that lasts until the next one."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)


def _print_report(report: dict[str, Any], as_json: bool) -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    if as_json:
        click.echo(json.dumps(report, indent=2))
        return
    here = report["machine"]
    click.echo(f"Arena {report['arena']}, Python {report['python']}, {printable(here['system'])}")
    heading("Machine")
    memory = f", {here['memory'] / 2**30:.0f} GiB of memory" if here["memory"] else ""
    cores = f"{here['cores']} core{'' if here['cores'] == 1 else 's'}"
    click.echo(f"  {printable(here['processor'])}, {cores}{memory}")
    for gpu in here["gpus"]:
        size = f", {gpu['memory_mib'] / 1024:.0f} GiB" if gpu["memory_mib"] else ""
        click.echo(f"  {printable(gpu['name'])}{size}")
    if not here["gpus"]:
        click.echo("  no NVIDIA GPU")
    heading("Parts")
    for part in report["parts"]:
        said = ", ".join(filter(None, (*part["versions"], part["says"])))
        fault = f"{said}: it can't be used: {part['fault']}" if part["fault"] else ""
        missing = f"not installed: {part['missing']}" if part["missing"] else ""
        _line(not (fault or missing), part["name"], f"{part['purpose']}: {missing or fault or said}", 14)
    heading("Models")
    width = max(len(model["name"]) for model in report["models"])
    for model in report["models"]:
        _line(model["state"] == "ready", model["name"], model["state"], width + 2)
    heading("Games")
    for game in report["games"]:
        _line(not game["fault"], game["name"], game["fault"] or game["title"], 0)
    heading("From other packages")
    for found in report["brought"]:
        what = f"{found['kind']} {found['name']}"
        _line(not found["problem"], what, found["problem"] or found["origin"], 0)
    for said in report["ignored"]:
        _line(False, said, "", 0)
    if not report["brought"] and not report["ignored"]:
        click.echo("  nothing")
    heading("Servers")
    for server in report["servers"]:
        said = f"{server['model']}: {server['says']}" if server["answers"] else server["says"]
        _line(server["answers"], server["url"], said, 0)


def _line(good: bool, name: str, text: str, width: int) -> None:
    """Print a thing and its state, as a mark and in words."""
    name = printable(name)
    click.echo(f"  {'●' if good else '○'} {name:<{width}}{'' if width else '  '}{printable(text)}")

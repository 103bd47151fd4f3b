"""`arena doctor [MODEL ...]`: what is installed and ready here, which servers answer, and an audit of prompts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from arena.cli.options import command, json_option, running_options, settings_of, wording_options
from arena.cli.output import tell
from arena.cli.running import spec_of
from arena.text import printable

if TYPE_CHECKING:
    from arena.agents.audit import PromptAudit
    from arena.backends.base import Vocabulary
    from arena.plugins import Registry
    from arena.store.rows import Asked

_SERVER = "http://127.0.0.1:30000"  # where `arena serve` is, unless told otherwise
_LIKELIEST = 5


@command()
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--game",
    "games",
    multiple=True,
    default=("rps", "hide-and-seek"),
    metavar="GAME",
    help="Whose prompts are looked at; may be repeated.",
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
    count for each move, how much of the next-token distribution is on moves, and what is wrong, by name:

    \b
    bos       the prompt doesn't begin as the model's tokenizer begins a text
    format    the model's own chat template would write the request in another way
    specials  the format is spelled in special tokens that the model doesn't have
    mass      less than a tenth of the distribution is on moves
    """
    as_json = chosen["as_json"]
    if models:
        found = asyncio.run(_audits(models, games, chosen))
        if as_json:
            click.echo(json.dumps({"audits": found}, indent=2))
    else:
        _print_report(_report(servers), as_json)


# --- this machine ---


def _report(servers: Sequence[str]) -> dict[str, Any]:
    from importlib.metadata import version
    from platform import python_version

    from arena.backends.machine import machine, parts
    from arena.backends.weights.catalog import catalog
    from arena.backends.weights.finding import state
    from arena.games import game_names

    return {
        "arena": version("predictability-arena"),
        "python": python_version(),
        "machine": _plain(machine()),
        "parts": [_plain(part) for part in parts(_progress)],
        "models": [{"name": entry.name, "state": state(entry)} for entry in catalog().values()],
        "games": [_game(name) for name in game_names()],
        "brought": [_plain(found) for registry in _registries() for found in registry.brought()],
        "ignored": [said for registry in _registries() for said in registry.ignored()],
        "servers": [_server(url) for url in servers],
    }


def _registries() -> tuple[Registry[Any], ...]:
    """Of all that other packages can bring."""
    from arena.agents.spec import AGENTS
    from arena.backends.backend import BACKENDS
    from arena.experiments.registry import EXPERIMENTS
    from arena.games.registry import GAMES
    from arena.reports.registry import REPORTS

    return AGENTS, BACKENDS, EXPERIMENTS, GAMES, REPORTS


def _plain(found: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(found)


def _game(name: str) -> dict[str, str]:
    """A game, and what is wrong with the package that brings it."""
    from arena.errors import ArenaError
    from arena.games import parse_game

    try:
        return {"name": name, "title": parse_game(name).title, "fault": ""}
    except ArenaError as error:
        return {"name": name, "title": "", "fault": str(error)}


def _server(url: str) -> dict[str, Any]:
    """What answers at an address."""
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
    """A line that lasts until the next one, where somebody sees it."""
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
    _heading("Machine")
    memory = f", {here['memory'] / 2**30:.0f} GiB of memory" if here["memory"] else ""
    cores = f"{here['cores']} core{'' if here['cores'] == 1 else 's'}"
    click.echo(f"  {printable(here['processor'])}, {cores}{memory}")
    for gpu in here["gpus"]:
        size = f", {gpu['memory_mib'] / 1024:.0f} GiB" if gpu["memory_mib"] else ""
        click.echo(f"  {printable(gpu['name'])}{size}")
    if not here["gpus"]:
        click.echo("  no NVIDIA GPU")
    _heading("Parts")
    for part in report["parts"]:
        said = ", ".join(filter(None, (*part["versions"], part["says"])))
        fault = f"{said}: it can't be used: {part['fault']}" if part["fault"] else ""
        missing = f"not installed: {part['missing']}" if part["missing"] else ""
        _line(not (fault or missing), part["name"], f"{part['purpose']}: {missing or fault or said}", 14)
    _heading("Models")
    width = max(len(model["name"]) for model in report["models"])
    for model in report["models"]:
        _line(model["state"] == "ready", model["name"], model["state"], width + 2)
    _heading("Games")
    for game in report["games"]:
        _line(not game["fault"], game["name"], game["fault"] or game["title"], 0)
    _heading("From other packages")
    for found in report["brought"]:
        what = f"{found['kind']} {found['name']}"
        _line(not found["problem"], what, found["problem"] or found["origin"], 0)
    for said in report["ignored"]:
        _line(False, said, "", 0)
    if not report["brought"] and not report["ignored"]:
        click.echo("  nothing")
    _heading("Servers")
    for server in report["servers"]:
        said = f"{server['model']}: {server['says']}" if server["answers"] else server["says"]
        _line(server["answers"], server["url"], said, 0)


def _heading(text: str) -> None:
    click.echo()
    click.secho(text, bold=True)


def _line(good: bool, name: str, text: str, width: int) -> None:
    """A thing and its state, told by a mark and in words."""
    name = printable(name)
    click.echo(f"  {'●' if good else '○'} {name:<{width}}{'' if width else '  '}{printable(text)}")


# --- prompts ---


async def _audits(models: Sequence[str], games: Sequence[str], chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """Look at each model's prompts in each game, and print them as they come."""
    from arena.agents.audit import audit
    from arena.agents.language_model import LanguageModelAgent
    from arena.backends.loading import Models
    from arena.experiments.tournament.cells import plan_cells
    from arena.experiments.tournament.spec import TournamentSpec

    loaded = Models(settings_of(chosen), tell)
    subjects = tuple(model if model.startswith("llm:") else f"llm:{model}" for model in models)
    spec = spec_of(TournamentSpec, chosen | {"subjects": subjects, "games": tuple(games)})
    found = []
    try:
        for cell in await plan_cells(spec, loaded):
            await loaded.close_others(cell.models)
            agent = await cell.subject.agent(cell.game, loaded)
            assert isinstance(agent, LanguageModelAgent)
            for one in await audit(agent, cell.game):
                document = _document(cell.spec.subject, cell.game.name, cell.spec.asked, one, agent.vocabulary)
                found.append(document)
                if not chosen["as_json"]:
                    _print_audit(document)
    finally:
        await loaded.close()
    return found


def _document(model: str, game: str, asked: Asked | None, one: PromptAudit, vocabulary: Vocabulary) -> dict[str, Any]:
    import msgspec

    def named(tokens: Sequence[int]) -> list[dict[str, Any]]:
        return [{"id": token, "text": vocabulary.text([token])} for token in tokens]

    return {
        "model": model,
        "game": game,
        "asked": msgspec.to_builtins(asked),
        "rounds": one.rounds,
        "tokens": named(one.prompt.tokens),
        "bos": one.bos,
        "counted": {move: named(tokens) for move, tokens in zip(one.moves, one.counted, strict=True)},
        "policy": dict(zip(one.moves, one.policy.probabilities, strict=True)),
        "mass": one.policy.mass,
        "loose_mass": one.policy.loose_mass,
        "top": [{**named([likely.token])[0], "logprob": likely.logprob} for likely in one.prompt.top],
        "answer": one.answer.text,
        "warnings": [asdict(warning) for warning in one.warnings],
    }


def _print_audit(document: dict[str, Any]) -> None:
    from math import exp

    asked = document["asked"]
    rounds = f"after {document['rounds']} rounds" if document["rounds"] else "first round"
    _heading(f"{printable(document['model'])}, {document['game']}, {rounds}")
    click.echo(f"  asked     {asked['style']}, format {asked['format']}, wording {printable(asked['wording'])}")
    click.echo(f"  tokens    {len(document['tokens'])}, of which {document['bos']} begin a text")
    for words, ids in _lines(document["tokens"]):
        click.echo(f"    {words}")
        click.secho(f"    {ids}", dim=True)
    for move, tokens in document["counted"].items():
        spelled = ", ".join(f"{_quoted(token['text'])} {token['id']}" for token in tokens) or "none"
        click.echo(f"  {printable(move):<10}{document['policy'][move]:.3f}  {spelled}")
    click.echo(f"  mass      {document['mass']:.3f}, by the looser rule {document['loose_mass']:.3f}")
    likely = "  ".join(f"{_quoted(top['text'])} {exp(top['logprob']):.3f}" for top in document["top"][:_LIKELIEST])
    click.echo(f"  likeliest {likely}")
    click.echo(f"  it says   {_quoted(document['answer'])}")
    for warning in document["warnings"]:
        click.secho(f"  warning   {warning['name']}: {printable(warning['text'])}", bold=True)
    if not document["warnings"]:
        click.echo("  no warnings")


def _lines(tokens: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """A prompt as lines: its tokens with a bar between them, and their ids. A line ends after a line break."""
    lines: list[list[dict[str, Any]]] = [[]]
    for token in tokens:
        lines[-1].append(token)
        if "\n" in token["text"]:
            lines.append([])
    return [
        ("│".join(_visible(token["text"]) for token in line), " ".join(str(token["id"]) for token in line))
        for line in lines
        if line
    ]


def _visible(text: str) -> str:
    """A token's text with its line breaks as signs; other controls are written out."""
    return printable(text.replace("\n", "⏎"))


def _quoted(text: str) -> str:
    return f'"{_visible(text)}"'

"""An audit of models' prompts, for `arena doctor MODEL`. Imported only when needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import exp
from typing import Any

import click
import msgspec

from arena.agents.audit import PromptAudit, audit
from arena.agents.language_model import LanguageModelAgent
from arena.agents.noise import noise
from arena.backends.base import Vocabulary
from arena.backends.loading import Models
from arena.cli.options import settings_of
from arena.cli.output import heading, tell
from arena.cli.running import spec_of
from arena.experiments.tournament.cells import plan_cells
from arena.experiments.tournament.spec import TournamentSpec
from arena.store.rows import Asked
from arena.text import printable

_LIKELIEST = 5


async def audits(models: Sequence[str], games: Sequence[str], chosen: dict[str, Any]) -> dict[str, Any]:
    """Audit each model's prompts in each game and measure its noise, and print the results as they come."""
    loaded = Models(settings_of(chosen), tell)
    subjects = tuple(model if model.startswith("llm:") else f"llm:{model}" for model in models)
    spec = spec_of(TournamentSpec, chosen | {"subjects": subjects, "games": tuple(games)})
    found: dict[str, list[dict[str, Any]]] = {"audits": [], "noise": []}
    try:
        for cell in await plan_cells(spec, loaded):
            await loaded.close_others(cell.models)
            agent = await cell.subject.agent(cell.game, loaded)
            assert isinstance(agent, LanguageModelAgent)
            for one in await audit(agent, cell.game):
                document = _document(cell.spec.subject, cell.game.name, cell.spec.asked, one, agent.vocabulary)
                found["audits"].append(document)
                if not chosen["as_json"]:
                    _print_audit(document)
            if one.policy is None:  # where a server shows only the likeliest tokens, there is nothing exact to compare
                continue
            found["noise"].append(
                {"model": cell.spec.subject, "game": cell.game.name, **asdict(await noise(agent, cell.game))}
            )
            if not chosen["as_json"]:
                _print_noise(found["noise"][-1])
    finally:
        await loaded.close()
    return found


def _document(model: str, game: str, asked: Asked | None, one: PromptAudit, vocabulary: Vocabulary) -> dict[str, Any]:
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
        **_policy(one),
        "top": [{**named([likely.token])[0], "logprob": likely.logprob} for likely in one.prompt.top],
        "answer": one.answer.text,
        "warnings": [asdict(warning) for warning in one.warnings],
    }


def _policy(one: PromptAudit) -> dict[str, Any]:
    """The policy, or where a server tells no more, [least, most] of everything."""
    if one.policy is not None:
        policy = dict(zip(one.moves, one.policy.probabilities, strict=True))
        return {"policy": policy, "mass": one.policy.mass, "loose_mass": one.policy.loose_mass}
    assert one.bounds is not None
    bounds = one.bounds.policy
    return {
        "policy": dict(zip(one.moves, map(list, bounds.moves), strict=True)),
        "mass": list(bounds.mass),
        "determinism": list(bounds.determinism),
        "net": list(one.bounds.net),
    }


def _print_audit(document: dict[str, Any]) -> None:
    asked = document["asked"]
    rounds = f"after {document['rounds']} rounds" if document["rounds"] else "first round"
    heading(f"{printable(document['model'])}, {document['game']}, {rounds}")
    click.echo(f"  asked     {asked['style']}, format {asked['format']}, wording {printable(asked['wording'])}")
    click.echo(f"  tokens    {len(document['tokens'])}, of which {document['bos']} begin a text")
    for words, ids in _lines(document["tokens"]):
        click.echo(f"    {words}")
        click.secho(f"    {ids}", dim=True)
    for move, tokens in document["counted"].items():
        spelled = ", ".join(f"{_quoted(token['text'])} {token['id']}" for token in tokens) or "none"
        click.echo(f"  {printable(move):<10}{_number(document['policy'][move])}  {spelled}")
    if "loose_mass" in document:
        click.echo(f"  mass      {document['mass']:.3f}, by the looser rule {document['loose_mass']:.3f}")
    else:
        click.echo(f"  mass      {_number(document['mass'])}: the server tells the likeliest tokens only")
        net = f"{document['net'][0]:.1f} to {document['net'][1]:.1f}"
        click.echo(f"  so        determinism {_number(document['determinism'])}; net against greedy {net}")
    likely = "  ".join(f"{_quoted(top['text'])} {exp(top['logprob']):.3f}" for top in document["top"][:_LIKELIEST])
    click.echo(f"  likeliest {likely}")
    click.echo(f"  it says   {_quoted(document['answer'])}")
    for warning in document["warnings"]:
        click.secho(f"  warning   {warning['name']}: {printable(warning['text'])}", bold=True)
    if not document["warnings"]:
        click.echo("  no warnings")


def _print_noise(document: dict[str, Any]) -> None:
    heading(f"{printable(document['model'])}, {document['game']}, the same prompt again")
    click.echo(
        f"  noise     {document['prompts']} prompts were evaluated twice, alone and together: a move's probability "
        f"differs by {document['mean']:.1g} on average, by {document['largest']:.1g} at most"
    )


def _lines(tokens: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """A prompt as lines: its tokens with bars between them, and their ids. A line ends after a line break."""
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
    """A token's text with signs for line breaks; other control characters are written out."""
    return printable(text.replace("\n", "⏎"))


def _number(found: float | list[float]) -> str:
    """A probability, or its bounds."""
    return f"{found[0]:.3f} to {found[1]:.3f}" if isinstance(found, list) else f"{found:.3f}"


def _quoted(text: str) -> str:
    return f'"{_visible(text)}"'

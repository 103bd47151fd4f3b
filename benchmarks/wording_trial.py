"""A trial of wordings: how well each fits a model, so that one can be chosen without knowing who wins.

Plays every wording on the models of its style against the greedy reader and prints, as a Markdown table, the
mass that the model puts on moves, how many answers are invalid, and how many tokens a round costs. The net isn't
shown: wordings are chosen without knowing it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from arena.backends.base import LanguageModel, Work
from arena.backends.loading import Models
from arena.errors import ArenaError
from arena.experiments.experiment import carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.games import parse_game
from arena.prompts.wording import Style
from arena.session.progress import observer
from arena.store.rows import RoundColumns
from arena.store.store import Store

MODELS = ("gemma-3-270m", "smollm2-135m-instruct")
GAMES = ("rps", "hide-and-seek")
STYLES: tuple[Style, ...] = get_args(Style)
HEADINGS = (
    "game",
    "model",
    "wording",
    "mass, round 1",
    "mass, later",
    "loose mass, round 1",
    "loose, later",
    "invalid",
    "forfeits",
    "tokens per round",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """A wording to try on a model; `file` is None for the shipped one."""

    game: str
    model: str
    file: Path | None


def planned(games: Sequence[str], models: Sequence[str], files: Sequence[Path]) -> Iterator[Trial]:
    """The shipped wording and the files for every game and model.

    A file whose folder is named after a game is tried in that game only, and one whose name begins with a style
    on the models of that style only, as in the folder of shipped wordings.
    """
    for game in games:
        for model in models:
            yield Trial(game, model, None)
            style = Models.entry(model).style
            for file in files:
                of_game = file.resolve().parent.name
                of_style = next((style for style in STYLES if file.stem.startswith(style)), None)
                if (of_game not in games or of_game == game) and of_style in (None, style):
                    yield Trial(game, model, file)


async def tried(trial: Trial, matches: int, rounds: int) -> list[str]:
    """Play a trial; returns its row of the table. The model is loaded anew, so nothing of an earlier trial remains."""
    models = Models(tell=lambda line: print(line, file=sys.stderr))
    try:
        return await _tried(trial, matches, rounds, models)
    finally:
        await models.close()


async def _tried(trial: Trial, matches: int, rounds: int, models: Models) -> list[str]:
    wording = None if trial.file is None else str(trial.file)
    spec = TournamentSpec(
        subjects=(f"llm:{trial.model}",), games=(trial.game,), matches=matches, rounds=rounds, wording=wording
    )
    plan = await plan_tournament(spec, models)
    model = await models.get(trial.model)
    before = await model.work()
    with (
        tempfile.TemporaryDirectory() as folder,
        observer("plain") as watching,
        Store.open(Path(folder) / "trial.db", create=True) as store,
    ):
        run = await carry_out(plan, store, models, watching)
        (stored,) = store.cells(run)
        columns = store.rounds(stored, len(parse_game(trial.game).moves))
    asked = stored.spec.asked
    assert asked is not None
    return [
        trial.game,
        trial.model,
        f"{asked.wording}, {asked.format}",
        *figures(columns, await _tokens(model, before)),
    ]


async def _tokens(model: LanguageModel, before: Work) -> int:
    work = await model.work()
    return work.prompt_tokens + work.sampled_tokens - before.prompt_tokens - before.sampled_tokens


def figures(columns: RoundColumns, tokens: int) -> list[str]:
    """Masses, rates and cost of a trial's rounds."""
    first = columns.number == 1
    later = ~first if (~first).any() else first
    masses = (columns.mass[first], columns.mass[later], columns.loose_mass[first], columns.loose_mass[later])
    return [
        *(f"{mass.mean():.3f}" for mass in masses),
        f"{columns.invalid.sum() / columns.drawn.sum():.1%}",
        f"{(columns.move < 0).mean():.1%}",
        f"{tokens / len(columns):.1f}",
    ]


async def run(games: Sequence[str], names: Sequence[str], files: Sequence[Path], matches: int, rounds: int) -> None:
    """Run all trials in turn, printing each row as it is known."""
    print("| " + " | ".join(HEADINGS) + " |")
    print("| " + " | ".join(["---"] * 3 + ["---:"] * (len(HEADINGS) - 3)) + " |")
    for trial in planned(games, names, files):
        row = await tried(trial, matches, rounds)
        print("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |", flush=True)


def main() -> None:
    """Read the options, run the trials, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="wordings besides the shipped ones (TOML)")
    parser.add_argument("--games", type=int, default=60, help="matches per trial")
    parser.add_argument("--rounds", type=int, default=10, help="rounds per match")
    parser.add_argument("--game", action="append", metavar="GAME", help="may be repeated; default: rps, hide-and-seek")
    parser.add_argument("--model", action="append", metavar="NAME", help="may be repeated; default: the two small ones")
    options = parser.parse_args()
    try:
        asyncio.run(run(options.game or GAMES, options.model or MODELS, options.files, options.games, options.rounds))
    except ArenaError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

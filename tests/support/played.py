"""Cells and runs of games made by hand or from seeded draws, without a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from arena.games import parse_game
from arena.reports.settings import settings_of
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns
from arena.store.rows import Asked, CellRow, CellSpec, RoundColumns, RunRow
from tests.support.specs import tournament_run

ROCK, PAPER, SCISSORS, NONE = 0, 1, 2, -1
GEMMA, SMOLLM = "llm:gemma-3-270m", "llm:smollm2-135m-instruct"
PROMPT = Asked(style="base", format="none", wording="log")


def columns(
    match: Sequence[int],
    number: Sequence[int],
    move: Sequence[int],
    reply: Sequence[int],
    outcome: Sequence[int],
    policy: Any,
    **others: Any,
) -> RoundColumns:
    """Rounds as the store gives them; a bot's unless `others` says otherwise."""
    n = len(match)
    given: dict[str, Any] = {
        "drawn": [0] * n,
        "invalid": [0] * n,
        "prompt": [-1] * n,
        "mass": [1.0] * n,
        "loose_mass": [1.0] * n,
    } | others
    return RoundColumns(
        match=np.array(match, dtype=np.int64),
        number=np.array(number, dtype=np.int64),
        move=np.array(move, dtype=np.int64),
        reply=np.array(reply, dtype=np.int64),
        outcome=np.array(outcome, dtype=np.int64),
        policies=np.array(policy, dtype=np.float64),
        policy_of=np.arange(n),
        mass=np.array(given["mass"], dtype=np.float64),
        loose_mass=np.array(given["loose_mass"], dtype=np.float64),
        drawn=np.array(given["drawn"], dtype=np.int64),
        invalid=np.array(given["invalid"], dtype=np.int64),
        prompt=np.array(given["prompt"], dtype=np.int64),
    )


def cell_report(
    rounds: RoundColumns,
    game: str = "rps",
    *,
    subject: str = "llm:m",
    opponent: str = "greedy",
    asked: int = 2,
    prompt: Asked | None = None,
    open_matches: int = 0,
    **run: Any,
) -> CellReport:
    """The report of a cell in a run with these changes; all matches of `rounds` are finished."""
    spec = CellSpec(f"{subject}|{opponent}|{game}|-|-", subject, opponent, game, prompt)
    row = CellRow(1, spec, len(np.unique(rounds.match)), open_matches, 1.5)
    settings = settings_of(run_row(spec, **run), spec)
    return CellReport(row, parse_game(game), lambda: rounds, asked, settings)


def run_row(
    *cells: CellSpec,
    name: str = "2026-11-23-1",
    finished: bool = True,
    sampling: str = "temperature=1,top_p=1",
    invalid: str = "resample:20,max_tokens=8",
    **changes: Any,
) -> RunRow:
    """A run with these cells; any field of its spec can be changed."""
    settings = {"sampling": sampling, "invalid": invalid}
    whole: dict[str, Any] = {"rounds": 10, "seed": 7, "size": 2, "settings": settings, "manifest": {"machine": "this"}}
    spec = tournament_run(cells, **(whole | changes))
    return RunRow(1, name, spec, "2026-11-23T12:00:00+01:00", spec.size * finished)


def run_of(*cells: CellReport, families: Mapping[str, str] | None = None) -> TournamentRuns:
    """A run of these cells."""
    games = max((cell.games_asked for cell in cells), default=1)
    finished = all(cell.cell.done == cell.games_asked for cell in cells)
    run = run_row(*(cell.cell.spec for cell in cells), size=games, finished=finished)
    return TournamentRuns((run,), cells, dict(families or {}))


def played(game: str, seed: int, *, sharpness: float, matches: int = 40, bold: float = 0.0, **about: Any) -> CellReport:
    """A player against the greedy reader, with policies from a Dirichlet that are more uneven for larger `sharpness`.

    After a win or a tie, `bold` moves its policy towards a fixed move.
    """
    rules = parse_game(game)
    draw = np.random.default_rng(seed)
    kinds = len(rules.moves)
    rows: list[tuple[int, int, int, int, int]] = []
    policies: list[NDArray[np.float64]] = []
    for match in range(matches):
        outcome = -1
        for number in range(1, 11):
            policy = draw.dirichlet(np.full(kinds, 1.0 / sharpness))
            if number > 1 and outcome >= 0:
                policy = (1 - bold) * policy + bold * np.eye(kinds)[policy.argmax()]
            reply = int(np.argmax(policy @ (rules.payoff == -1)))
            move = int(draw.choice(kinds, p=policy))
            outcome = int(rules.payoff[move, reply])
            rows.append((match, number, move, reply, outcome))
            policies.append(policy)
    match_, number_, move_, reply_, outcome_ = zip(*rows, strict=True)
    n = len(rows)
    rounds = columns(
        match_, number_, move_, reply_, outcome_, policies,
        drawn=[1] * n, mass=np.full(n, 0.9), loose_mass=np.full(n, 0.95), prompt=range(n),
    )  # fmt: skip
    return cell_report(rounds, game, asked=about.pop("asked", matches), prompt=about.pop("prompt", PROMPT), **about)


def two_models(**about: int) -> TournamentRuns:
    """Two models in two games."""
    return run_of(
        *(
            played(game, seed, sharpness=sharpness, subject=subject, **about)
            for game in ("rps", "hide-and-seek")
            for seed, (subject, sharpness) in enumerate([(GEMMA, 0.5), (SMOLLM, 2.0)])
        ),
        families={GEMMA: "Gemma 3", SMOLLM: "SmolLM2"},
    )


def three_runs() -> TournamentRuns:
    """Runs of one model: the default, another wording, another temperature."""
    other = replace(PROMPT, wording="mine@12345678")
    cells = (
        played("rps", 0, sharpness=1, matches=2),
        played("rps", 1, sharpness=1, matches=2, prompt=other),
        played("rps", 2, sharpness=1, matches=2, sampling="temperature=1.5,top_p=1"),
    )
    return run_of(*cells)

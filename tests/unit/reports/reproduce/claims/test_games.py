"""Claims about games, on made rounds of models of one family."""

from __future__ import annotations

from arena.reports.reproduce.claims import games
from arena.reports.reproduce.claims.evidence import Evidence
from arena.reports.reproduce.claims.outcome import Outcome
from arena.reports.reproduce.players import player_of
from arena.reports.tournament.measures import CellReport
from tests.support.paper_models import MODELS, style
from tests.support.played import played, run_of

HOLDS, FAILS, UNDECIDED = Outcome.HOLDS, Outcome.FAILS, Outcome.UNDECIDED


def evidence(*cells: CellReport) -> Evidence:
    by_subject = {subject: recipe for recipe, subject in MODELS.items()}
    players = {subject: style(by_subject[subject]) for subject in (cell.cell.spec.subject for cell in cells)}
    return Evidence(run_of(*cells), None, [player_of(*one) for one in players.items()])


def of(recipe: str, sharpness: float, game: str = "rps", **about: float) -> CellReport:
    return played(game, 3, sharpness=sharpness, subject=MODELS[recipe], matches=80, **about)


def test_the_best_net_must_be_base_s_in_both_games() -> None:
    both = [of(recipe, sharp, game) for game in ("rps", "hide-and-seek") for recipe, sharp in
            (("base", 0.05), ("tulu-sft", 5.0))]  # fmt: skip
    assert games.best_net(evidence(*both)).outcome is HOLDS
    other = [of("base", 5.0), of("tulu-sft", 0.05), *both[2:]]
    assert games.best_net(evidence(*other)).outcome is FAILS
    assert games.best_net(evidence(*both[:2])).outcome is Outcome.NOT_RUN


def test_the_highest_determinism() -> None:
    found = games.most_deterministic(evidence(of("base", 0.05), of("tulu-sft", 5.0)))
    assert found.outcome is HOLDS
    assert games.most_deterministic(evidence(of("base", 5.0), of("tulu-sft", 0.05))).outcome is FAILS
    few = [played("rps", 3, sharpness=sharp, subject=MODELS[recipe], matches=20) for recipe, sharp in
           (("base", 0.05), ("tulu-sft", 5.0))]  # fmt: skip
    assert games.most_deterministic(evidence(*few)).outcome is UNDECIDED


def test_near_half_is_from_0_4_to_0_6() -> None:
    assert games.near_half(evidence(of("base", 0.15))).outcome is HOLDS
    assert games.near_half(evidence(of("base", 5.0))).outcome is FAILS
    assert games.near_half(evidence(of("tulu-sft", 5.0))).outcome is Outcome.UNTESTABLE


def test_bolder_after_luck() -> None:
    assert games.bolder_after_luck(evidence(of("tulu-sft", 0.2, bold=0.5))).outcome is HOLDS
    assert games.bolder_after_luck(evidence(of("tulu-sft", 0.2, bold=0.0))).outcome in (UNDECIDED, FAILS)
    assert games.base_after(evidence(of("base", 0.2, bold=0.5))).outcome is FAILS

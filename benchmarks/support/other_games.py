"""Rock-paper-scissors by other programs, as their own pages say to play it: both players draw each move at random.

    python benchmarks/support/other_games.py SIDE ROUNDS

prints the seconds and the processor's seconds of so many rounds, after a short run that warms up. It imports nothing of
Arena's, so that an interpreter can run it that has only the other program.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

LENGTH = 10  # rounds of a match
MISSING = 3  # the exit code where the program isn't installed


def textarena(rounds: int) -> None:
    """TextArena's environment without its wrappers, driven as in its README."""
    import textarena as ta  # type: ignore[import-not-found, unused-ignore]

    chance = random.Random(1)
    env = ta.make("IteratedRockPaperScissors-v0-raw", num_rounds=LENGTH)
    for seed in range(rounds // LENGTH):
        env.reset(num_players=2, seed=seed)
        done = False
        while not done:
            env.get_observation()
            done, _ = env.step(action=chance.choice(("[rock]", "[paper]", "[scissors]")))
        env.close()


def axelrod(rounds: int) -> None:
    """Axelrod's matches of the prisoner's dilemma, its only kind of game of two moves, between two random players."""
    import axelrod as axl  # type: ignore[import-not-found, unused-ignore]

    for seed in range(rounds // LENGTH):
        axl.Match((axl.Random(0.5), axl.Random(0.5)), turns=LENGTH, seed=seed).play()


def openspiel(rounds: int) -> None:
    """OpenSpiel's environment for Python agents, with two of its random agents."""
    from open_spiel.python import rl_environment  # type: ignore[import-untyped, unused-ignore]
    from open_spiel.python.algorithms import random_agent  # type: ignore[import-untyped, unused-ignore]

    env = rl_environment.Environment(_repeated())
    agents = [random_agent.RandomAgent(seat, 3) for seat in (0, 1)]
    for _ in range(rounds // LENGTH):
        now = env.reset()
        while not now.last():
            now = env.step([agent.step(now).action for agent in agents])
        for agent in agents:
            agent.step(now)


def openspiel_core(rounds: int) -> None:
    """OpenSpiel's loop in C++, with two of its random bots in C++: Python is asked once a match."""
    import pyspiel

    game = _repeated()
    for seed in range(rounds // LENGTH):
        bots = [pyspiel.make_uniform_random_bot(seat, seed) for seat in (0, 1)]
        pyspiel.evaluate_bots(game.new_initial_state(), bots, seed)


def _repeated() -> Any:
    import pyspiel

    return pyspiel.load_game(f"repeated_game(stage_game=matrix_rps(),num_repetitions={LENGTH})")


SIDES = {"textarena": textarena, "axelrod": axelrod, "openspiel": openspiel, "openspiel_core": openspiel_core}


def main() -> None:
    """Play, and print the times."""
    play, rounds = SIDES[sys.argv[1]], int(sys.argv[2])
    try:
        play(20 * LENGTH)
    except ImportError:
        sys.exit(MISSING)
    wall, processor = time.perf_counter(), time.process_time()
    play(rounds)
    print(time.perf_counter() - wall, time.process_time() - processor)


if __name__ == "__main__":
    main()

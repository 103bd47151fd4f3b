"""The rules of the games, as data. No I/O, no model, no text generation.

game.py                  what a game is
registry.py              from what a person types to a game
rock_paper_scissors.py   section 3.2.1 of the paper
hide_and_seek.py         section 3.2.2
matching_pennies.py      the smallest possible game
equilibrium.py           the value of a game and an optimal policy
exploitability.py        what the best reply to a policy gains
"""

from arena.games.equilibrium import equilibrium
from arena.games.exploitability import exploitability, value_of
from arena.games.game import Game
from arena.games.registry import game_names, game_templates, ignored_games, parse_game, playable_games

__all__ = [
    "Game",
    "equilibrium",
    "exploitability",
    "game_names",
    "game_templates",
    "ignored_games",
    "parse_game",
    "playable_games",
    "value_of",
]

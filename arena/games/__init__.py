"""The rules of the games, as data. No I/O, no model, no text generation."""

from arena.games.equilibrium import equilibrium
from arena.games.game import Game
from arena.games.registry import game_names, game_templates, ignored_games, parse_game, playable_games

__all__ = ["Game", "equilibrium", "game_names", "game_templates", "ignored_games", "parse_game", "playable_games"]

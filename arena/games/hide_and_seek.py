"""Hide & seek (section 3.2.2): the subject hides, the opponent looks in one spot."""

import numpy as np

from arena.errors import UsageError
from arena.games.game import Game, Told

# Everyday single words with distinct first letters; the test of counted tokens shows why these were chosen.
SPOTS = ("bathroom", "closet", "garden", "kitchen", "library", "office", "shed")

_TOLD = Told(
    subject="You hide: you win if it looks in another spot.",
    opponent="You seek: you win if you look in the spot where it hides.",
    win="not found",
    loss="found",
    win_in_full="not found in the {reply}",
    loss_in_full="found in the {reply}",
)


def hide_and_seek(spots: int = len(SPOTS)) -> Game:
    """The game with the first `spots` spots, 2 to 7. The subject wins if the opponent looks elsewhere.

    Raises UsageError for any other number.
    """
    if not 2 <= spots <= len(SPOTS):
        raise UsageError(f"hide-and-seek has 2 to {len(SPOTS)} spots, not {spots}: try hide-and-seek:5")
    names = SPOTS[:spots]
    payoff = np.ones((spots, spots), dtype=np.int8) - 2 * np.eye(spots, dtype=np.int8)
    name = "hide-and-seek" if spots == len(SPOTS) else f"hide-and-seek:{spots}"
    return Game(name, f"hide & seek, {spots} spots", names, names, payoff, told=_TOLD)

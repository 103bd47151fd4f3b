"""A match, a tournament, and what keeps them repeatable.

match.py        rounds between two agents, one after another
cells.py        from a command's grid to cells: games, seats, wordings, and what names a cell's draws
tournament.py   many matches at once over a grid, into the store
"""

"""Matches, and what keeps them repeatable.

spec.py           the settings of a tournament
cells.py          from a spec to cells: games, seats, wordings
naming.py         sets of other names for moves and players, as files
arrangements.py   which word stands for which move, and in which order they are listed
seated.py         an agent in a seat, and how it is asked
cost.py           what a cell asks of a model
match.py          rounds between two agents, one after another
exact/            the same followed by probabilities instead of being played
tournament.py     many matches at once over a grid, into the store
dialled.py        a match whose subject is mixed with another model by a dial
sitting.py        matches one after another, by a person or as a show
"""

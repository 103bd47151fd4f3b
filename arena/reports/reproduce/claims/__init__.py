"""The paper's claims about figures whose numbers it doesn't print, each tested on what was run.

outcome.py    what a test of a claim can end in, and how the outcomes of its parts are joined
evidence.py   the cells that claims are tested on, by the model's role
games.py      table 2 and figure 4
integers.py   figures 2 and 7, tables 3 and 4
letters.py    table 6
sequences.py  figures 3 and 6
poems.py      section 4
testing.py    every claim with its test; those that need what isn't here
"""

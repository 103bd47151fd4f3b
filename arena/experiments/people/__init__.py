"""People's recorded play: tables of it become matches in a store, and readers of moves are tried on them.

recordings.py   a table of recorded rounds, checked row by row
keeping.py      recordings as a run of matches
played.py       the moves of stored matches, recorded or played here
reading.py      what a reader of moves foresees in a match that was played
"""

"""Two runs side by side: what differs in their settings, then in their results.

comparison.py   the report
registry.py     the kinds of runs that can be compared; their own files say by what (tournament/comparing.py, ...)
kind.py         what has to be known of such a kind
cells.py        which cell of one run belongs to which of the other
settings.py     what differs in settings
tables.py       the tables
"""

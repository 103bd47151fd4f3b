"""Two runs side by side: what differs in their settings, then in their results.

comparison.py   the report
kinds.py        what can be compared, and by which measures
cells.py        which cell of one run belongs to which of the other
settings.py     what differs in settings
tables.py       the tables
"""

"""Suites: TOML files that name players and experiments to run together; the *.toml here come with Arena.

suite.py     what a suite file may contain
places.py    on which line of a file each of its keys stands
faults.py    what is wrong with a value, in words for people
placing.py   where its models run
planning.py  its parts and cells, planned together, and those of them that were asked for
running.py   its parts, run one after another
"""

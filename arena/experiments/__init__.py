"""Kinds of measurement. A kind is a folder here, one in arena/reports, and a file in arena/cli.

experiment.py   the contract: a spec, a plan, a run
registry.py     which kinds there are
tournament/     matches, as a rule against a mind-reader
numbers/        random numbers, letters and sequences, and rewards for them
suites/         several experiments named in one file
"""

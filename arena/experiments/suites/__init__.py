"""Suites: TOML files that name players and experiments to run together; the *.toml here come with Arena.

suite.py     what a suite file may contain
running.py   its parts, planned together and run one after another
"""

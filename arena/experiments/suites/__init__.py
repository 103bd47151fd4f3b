"""Suites: TOML files that name players and experiments to run together; *.toml are those that come with Arena.

suite.py     what a suite's file may say
running.py   its parts, planned together and run one after another
"""

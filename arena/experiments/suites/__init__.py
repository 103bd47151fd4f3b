"""Suites: TOML files that name players, games and tasks to run together.

suite.py      what a suite's file may say
running.py    its parts, one after another
*.toml        the suites that come with the package
"""

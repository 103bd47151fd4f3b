"""The app's screens.

base.py            what the screens have in common
fit.py             a match that is longer than a model's context
lobby.py           the lobby
match.py           a match of a person against a model or a bot
notice.py          the terms that weights come under, shown once
numbers.py         random numbers while they are drawn
numbers_run.py     a run of numbers
numbers_setup.py   who draws random numbers, and how they are asked
replay.py          a match again, round by round
report.py          a run of an experiment that has no screen of its own
results.py         what is in the store
run.py             a run
settings.py        settings
setup.py           a tournament is set up
spectate.py        a show
"""

"""The app's screens.

anchors.py         a run of generations
audience.py        a match that is played elsewhere
base.py            what screens have in common
ending.py          the end of a match
fit.py             a match that doesn't fit a model's context
follow.py          the run begun last, as soon as there is one
generations.py     one prompt's generations with what they share lit up
help.py            all keys of a screen, and what its words mean
history.py         a person's own matches
judge.py           judging poems, pair by pair
judge_setup.py     who judges poems
leave.py           whether a match that isn't over is to be left
lobby.py           the lobby
match.py           a match of a person against a model or a bot
notice.py          the terms of the weights, shown once
numbers.py         random numbers while they are drawn
numbers_run.py     a run of numbers
numbers_setup.py   who draws random numbers, and how they are asked
pairing.py         what a match and a show have in common: the keys of a person and of the dial
replay.py          a match again, round by round
report.py          a run of an experiment that has no screen of its own
results.py         what is in the store
run.py             a run
settings.py        settings
setup.py           setting up a tournament
spectate.py        a show
"""

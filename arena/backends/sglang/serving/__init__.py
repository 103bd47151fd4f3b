"""A server started for a model: `arena serve`.

plan.py        the commands, as data
launching.py   they are started, waited for, watched and ended
processes.py   programs that run for a while
"""

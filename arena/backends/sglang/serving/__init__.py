"""A server started for a model: `arena serve`.

plan.py        the commands, as data
launching.py   starts them, waits for them, watches and ends them
processes.py   programs that run for a while
"""

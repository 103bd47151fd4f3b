"""A show: match after match in front of an audience.

clock.py   its pace: how long each thing stays, a pause, single steps
board.py   what it has seen so far, in a memory that doesn't grow
words.py   who plays, what happened and what it comes to, in words for the back of a room
"""

"""A match line by line, for screen readers, dumb terminals and pipes. Nothing is told by colour or by place.

play.py       from the command line to the last word: the choice, matches one after another, leaving
choosing.py   what the command line leaves open, asked with numbered choices
asking.py     questions: one of several, a number
answers.py    what somebody typed: a move, or another word
match.py      one match: its rounds as they are played
words.py      what is said of a round, a policy and a score
lines.py      lines in and lines out
"""

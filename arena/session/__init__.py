"""What the app does without a screen, and how far an experiment is.

choice.py           what a person chose for a match, and where it is remembered
pairing.py          from a choice to a pairing that is ready
seats.py            who can be put in a seat
runner.py           work beside a screen; a tournament that the app plays itself
numbers_choice.py   what a person chose for a task
numbers_runner.py   answers that are drawn beside a screen
numbers_store.py    what the store has of a run of numbers
numbers_words.py    what counts say, in sentences
tally.py            answers as they come, beside a true sample
preferences.py      what a person set once and for all
files.py            the app's own small files
progress.py         how far an experiment is, on standard error
"""

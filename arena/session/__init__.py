"""The parts of the app that need no screen, and the progress of an experiment.

choice.py           a person's choice of a match, and where it is remembered
dial.py             the dial between a match's subject and a second model
pairing.py          from a choice to a pairing that is ready
seats.py            who can be put in a seat
sight.py            a match as one seat sees it
telling.py          a match in words to the person at the table
ending/             the end of a match: its result in words and as a picture
unfinished.py       the match that a person left, to go on with it
glossary.py         the words of the app, each in a sentence
history.py          a person's own matches, by name
latest.py           what a person played last
listing.py          the runs of a store as a person looks for them
runner.py           background work; a tournament that the app plays itself
naming.py           a model of a person's own, as they type it
numbers_choice.py   a person's choice of a task
numbers_runner.py   answers that are drawn in the background
numbers_store.py    a run of numbers, read from the store
numbers_words.py    counts explained in sentences
tally.py            answers as they come, beside a true sample
judging.py          a person's sitting as a judge of poems
skeleton.py         one prompt's generations with the skeleton that they share
people.py           a person's match beside recorded people
show/               a show: match after match in front of an audience
own_settings.py     the settings that a person writes by hand
preferences.py      a person's lasting settings
files.py            the app's own small files
preloading.py       loads models while a person is still choosing
progress.py         an experiment's progress, on standard error
pace.py             how much of it is done, and how long the rest will take
"""

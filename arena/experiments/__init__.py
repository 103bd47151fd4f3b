"""Kinds of measurement. A kind is a folder here, one in arena/reports, and a file in arena/cli.

experiment.py   the contract: a spec, a plan, a run
cost.py         what a cell asks of its model, known before it is run
past.py         what the runs of a store have shown
speeds.py       how fast a player answers
registry.py     which kinds there are
asked.py        a cell in which a model is asked for answers
drawing.py      drawing answers until enough of them are valid
writing.py      what plans in which models write texts have in common
in_turn.py      cells that are filled at once, shown one after another
tournament/     matches, as a rule against a mind-reader
numbers/        random numbers, letters and sequences, and rewards for them
poems/          poems, contests between them, and judges
prediction/     how well models predict documents, and how alike their own texts are
people/         people's recorded play
suites/         several experiments named in one file
"""

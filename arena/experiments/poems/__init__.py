"""Poems by language models, contests between them, and who wins (section 4 of the paper).

Writing:
spec.py         the settings
topics.py       the ten topics, and the four that people judged
cells.py        from a spec to cells: which model writes on what, and how it is asked
poem.py         which answers are poems of four lines
surprisal.py    how surprising a poem is to the model that wrote it
poems.py        all cells of a run, into the store
cost.py         what a run asks of models
generated.py    poems read back, and their authors

Contests:
axes.py         the axes, with the questions that judges are asked
contest.py      a contest: its poems and pairs, and what a judge sees of it
lots.py         drawing contests from poems
pairing.py      drawing pairs and sides
originality.py  what a text alone says of its originality
contests.py     contests in the store

Judging:
judgement.py    a judgement, as it is stored
judging.py      a person at work: what comes next, and judgements on disk as they are made
model_judge.py  a language model as a judge
elsewhere/      judging on a page or a crowd platform, and what comes back
kinds.py        the three kinds of run that this experiment has in a store
"""

"""Exact evaluation: a match's histories followed by their probabilities instead of being played.

law.py        what a seat does in a round, as probabilities
answers.py    a model's answers to one prompt, by following its token paths
seats.py      what the two seats would do after a history
tree.py       the tree of histories, the likeliest followed first
observed.py   what the tree says of a match's rounds, and what it leaves open
rest.py       what is left open, sampled
measures.py   estimates, bounds and intervals
filling.py    a cell from its first prompt to its numbers, stored on the way
plan.py       the plan of a run
"""

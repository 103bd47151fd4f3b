"""How random are a player's random numbers? (Section 2 of the paper.)

spec.py          the settings
task.py          a task: values, and how an answer is read
parsing.py       the rules that take an answer or reject it
cells.py         from a spec to cells: who draws what, and how a model is asked
players.py       who draws: language models, bots, people
exact.py         the probability of each answer, by following token paths
entropy.py       entropy matching (figure 7)
true_sample.py   uniform and independent draws, to put beside a player's
cost.py          what a cell asks of a model
numbers.py       all cells of a run, into the store
stored.py        a cell's stored answers and findings, checked against its task
rewards.py       the reward that a reward model gives to each value (table 7)
"""

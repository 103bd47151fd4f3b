"""Who chooses moves: language models, the greedy reader, bots. An agent is written as a short spec.

agent.py            the contract
bots.py             mixed strategies: uniform, fixed:MOVE, mix:MOVE=P,...
greedy.py           the greedy reader
language_model.py   llm:MODEL
moves.py            which tokens count for which move, and how an answer is parsed
encoding.py         from a prompt's segments to token ids
spec.py             from what a person types to an agent
"""

"""Who chooses moves: language models, readers, bots, people. An agent is written as a short spec.

agent.py            the contract: what an agent may see, and what it decides
spec.py             from the spec that a person types to an agent
bots.py             mixed strategies: uniform, fixed:MOVE, mix:MOVE=P,...
readers/            those who foresee the other's move; a file a reader
language_model.py   llm:MODEL
stating.py          llm:MODEL that states a distribution, from which its move is drawn
mixture.py          several of them, one of which decides
asking.py           how a model is asked
prompting.py        past rounds in, a model's prompt out
person.py           a person, whose choice is awaited
brought.py          agents that other packages bring, held to the contract
bounds.py           what is certain of a policy where a server shows only its likeliest tokens
moves.py            which tokens count for which move, and how an answer is parsed
encoding.py         from a prompt's segments to token ids
style.py            which style and format a model is asked in
audit.py            a check of a model's prompts before anything is played
noise.py            how much a model's policy changes when a prompt is evaluated again
"""

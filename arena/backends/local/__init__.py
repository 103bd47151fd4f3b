"""Models on this machine, each in a worker process of its own.

client.py       the side that Arena talks to: starts the worker, and asks it as a language model
channel.py      sending requests to a child process, and handing out its answers
tokenizing.py   a tokenizer in a process of its own
child.py        starting a child process, and describing its end
messages.py     what travels between the two, and its framing
worker.py       the child process: reads messages, runs the engine
engine.py       requests in, batches out: which prompts go next, and what they cost
waiting.py      who waits where, what is the most urgent, how answers go on; for servers too
jobs.py         the records of open requests
evaluator.py    the part of a library that the engine uses
tree.py         the prefix tree of the prompts in the KV cache
residents.py    what is in the cache, and what goes so that others have room
nodes.py        its nodes, and a planned batch of them
once.py         the room in a cache whose cells are used once
states.py       its replacement where prompts can't share a cache
whole.py        each prompt from its first token, for models that a tree gets wrong
rows.py         the numbers and draws wanted from a batch's rows
scoring.py      the log-probability of every token of a text
library.py      one model with its cache: llama.cpp or transformers
agreement.py    whether a new model computes the same in the tree as by itself
settings.py     threads, devices, memory
llamacpp/       llama.cpp behind a worker
transformers/   transformers behind a worker
"""

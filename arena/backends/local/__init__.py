"""Models on this machine, each in a worker process of its own.

client.py     the side that Arena talks to: starts the worker, sends requests, tells how it ended
messages.py   what travels between the two, and its framing
worker.py     the child process: reads messages, runs the engine
engine.py     requests in, batches out: which prompts go next, which answers go on
tree.py       the prefix tree of what the KV cache holds
states.py     what takes its place where prompts can't share a cache
library.py    what evaluates a batch: llama.cpp (`arena.backends.local.llamacpp`) or transformers
agreement.py  whether a new model computes the same in the tree as by itself
whole.py      each prompt from its first token, for models that don't
settings.py   threads, devices, memory
"""

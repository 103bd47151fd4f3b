"""Hugging Face transformers, as a library for a worker process.

backend.py         which models it runs, and what identifies them
library.py         a model behind the prefix tree
shared.py          all prompts in one cache
rows.py            what is wanted of a batch's rows, on the device
kv_cells.py        which place of the cache holds which token
device.py          what it computes on, and with
weights.py         the files that it loads
reward_worker.py   the process that scores answers with a reward model
"""

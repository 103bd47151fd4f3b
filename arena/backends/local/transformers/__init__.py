"""Hugging Face transformers, as a library for a worker process.

backend.py         which models it runs, and what identifies them
library.py         a model behind the prefix tree
shared.py          all prompts in one cache
inputs.py          what the model is given of a batch
blocks.py          attention in blocks, each over its own sequence alone
shapes.py          in which shape a batch is evaluated
graphs.py          the model's kernels for a shape, launched at once
rows.py            what is wanted from a batch's rows, on the device
distributions.py   many rows' distributions at once, on the device
kv_cells.py        which cell of the cache holds which token
device.py          the device and precision that it computes with
weights.py         the files that it loads
converted.py       whether a GGUF file's tokenizer was read rightly
reward_worker.py   the process that scores answers with a reward model
"""

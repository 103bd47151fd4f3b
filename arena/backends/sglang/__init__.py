"""Models on SGLang servers.

backend.py     which models are served, and what identifies them
client.py      a model on a server
batches.py     what many matches ask at once
transport.py   requests to one or several servers, with patience
wire.py        what is said and heard, every number checked
info.py        what a server says of itself
refusals.py    what a person is told
tokenizer.py   the tokenizer of a served model
serving/       a server started for a model
"""

"""Models on SGLang servers.

backend.py     which models are served, and what identifies them
client.py      a model on a server
batches.py     requests of many matches, in batches
transport.py   requests to one or several servers, with patience
wire.py        the JSON sent and received, every number checked
info.py        what a server says about itself
refusals.py    the sentences that a person is shown
tokenizer.py   the tokenizer of a served model
serving/       a server started for a model
"""

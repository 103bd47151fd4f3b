"""Models on SGLang servers; what clients of all kinds of servers share is in arena/backends/remote/.

backend.py   which models are served, and what identifies them
client.py    a model on a server
bodies.py    the JSON that asks
wire.py      the JSON received
beyond.py    tokens beyond the known ones, where a router can't be told to exclude these
said.py      what servers say about themselves, asked
info.py      the same as records
refusals.py  the sentences about SGLang alone
serving/     a server started for a model
"""

"""Models on vLLM servers; what clients of all kinds of servers share is in arena/backends/remote/.

backend.py   which models are served, and what identifies them
client.py    a model on a server
asks.py      how a server is asked
trial.py     what it can tell, tried out
wire.py      the JSON received
said.py      what servers say about themselves, asked
info.py      the same as records
refusals.py  the sentences about vLLM alone
"""

"""Models on servers that speak the OpenAI API and name tokens by their ids, as llama.cpp's own server does.

What clients of all kinds of servers share is in arena/backends/remote/.

backend.py     which models are served, and what identifies them
client.py      a model on a server
trial.py       what a server can tell, tried out
llamacpp.py    how llama.cpp's server is asked
wire.py        the JSON received
vocabulary.py  the vocabulary and the tokenizer, asked from the server
said.py        what servers say about themselves, asked
info.py        the same as records
refusals.py    the sentences about these servers alone
"""

"""Models on SGLang servers.

backend.py     which models are served, and what identifies them
client.py      a model on a server
asking.py      the open requests of many matches, and what answers mean for them
posts.py       what is sent next
known.py       what is known of a distribution, and draws from it
lengths.py     how many tokens answers need
flow.py        how many requests are open at once
transport.py   requests to one or several servers, with patience
watch.py       says that a server stays away, and for how long it is waited for
connections.py  one HTTP request, within limits
kinds.py       what is asked, and the JSON that asks it
wire.py        the JSON received, every number checked
info.py        what a server says about itself
refusals.py    the sentences that a person is shown
tokenizer.py   the tokenizer of a served model
serving/       a server started for a model
"""

"""What clients of all kinds of servers share: a prompt's distribution is asked for once, and tokens are drawn here.

backend.py      what their backends share
model.py        what makes a client a language model
asking.py       the open requests of many matches, and what answers mean for them
posts.py        what is sent next
known.py        what is known of a distribution, and draws from it
lengths.py      how many tokens answers need
flow.py         how many requests are open at once
kinds.py        what is asked about a prompt
answers.py      the answers, every number checked
transport.py    requests to one or several servers, with patience
sending.py      where a request is sent
watch.py        says that a server stays away, and for how long it is waited for
connections.py  one HTTP request, within limits
addresses.py    addresses as they are typed, and the one model behind them
listed.py       the models that the OpenAI API lists, and the one that a name means
listing.py      asks for them
refusals.py     the sentences that a person is shown
tokenizer.py    the tokenizer of a served model, from its files
"""

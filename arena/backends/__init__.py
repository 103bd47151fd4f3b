"""Language models: a prompt in, a distribution and text out. Nothing here knows of games.

base.py           the contract of a model: requests, completions, scores, vocabularies
backend.py        the contract of a backend, found by name
loading.py        from a model's name to its identity, and to a model that can be asked
distribution.py   from logits to a distribution, its numbers, and draws
stopping.py       when an answer ends
requests.py       requests that are refused before anything is evaluated
tokenizer.py      a tokenizer from a model's folder
keys.py           which server is sent which secret
server.py         how a server is asked: patience, how much at once
machine.py        what this machine has
reward.py         reward models: the side that Arena talks to
weights/          where weights are, and whether they are complete
local/            models on this machine, in worker processes
remote/           what clients of all kinds of servers share
sglang/           models on SGLang servers
openai/           models on llama.cpp's own servers, by the OpenAI API
vllm/             models on vLLM servers
"""

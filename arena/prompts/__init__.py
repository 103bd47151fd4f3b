"""Text in, text out: wordings and formats.

wording.py         how a game or a task is put to a model, from templates/
additions.py       what is asked beyond a wording: a random string, a stated distribution
renaming.py        other names for moves and players, in another order
formats.py         the special tokens around a request
chat_template.py   a model's own chat template
sandbox.py         strangers' templates, in a process of their own
rendering.py       what that process does
"""

"""Text in, text out: wordings and formats.

wording.py         how a game or a task is put to a model, from templates/
formats.py         the special tokens round a request
chat_template.py   a model's own chat template
sandbox.py         templates of strangers, in a process of their own
rendering.py       what that process does
"""

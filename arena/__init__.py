"""Arena measures how predictable a player is: language models, people and bots against a reader of minds."""

__version__ = "0.1.0"

"""Hugging Face transformers, as a library for a worker process (`arena.backends.local`)."""

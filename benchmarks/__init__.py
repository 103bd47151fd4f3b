"""Benchmarks of speed, agreement and wording, each a program of its own (README.md)."""

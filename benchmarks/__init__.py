"""What is measured: speed, agreement and wording, each by a program of its own (README.md)."""

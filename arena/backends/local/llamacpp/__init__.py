"""llama.cpp, as a library for a worker process.

backend.py   which models it runs, and what identifies them
library.py   the few calls that Arena needs
unpacking.py  weights of a few bits, written out in 32
kind.py      which models can be players
log.py       its messages, kept for the worker's log
"""

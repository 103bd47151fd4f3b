"""llama.cpp, as a library for a worker process.

backend.py   which models it runs, and what identifies them
library.py   the few calls that Arena needs
cpu.py       what it must know of this machine's processor
kind.py      which models can be players
log.py       what it says, kept for the worker's log
"""
